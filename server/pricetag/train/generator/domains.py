"""What working code is about: things, their fields and the words around them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Domain:
    """A kind of record: names of one and of many, of its fields, and the states it can be in."""

    one: str
    many: str
    texts: tuple[str, ...]
    numbers: tuple[str, ...]  # with "." where it is no whole number
    state: str
    states: tuple[str, ...]
    keeper: str  # a class that keeps such things


def _read(table: str) -> tuple[Domain, ...]:
    found = []
    for line in table.strip().splitlines():
        names, texts, numbers, states, keeper = (part.split() for part in line.split("|"))
        found.append(
            Domain(names[0], names[1], tuple(texts), tuple(numbers), states[0], tuple(states[1:]), keeper[0])
        )
    return tuple(found)


DOMAINS = _read("""
order orders|customer sku region|quantity price. discount.|status open shipped cancelled|OrderBook
invoice invoices|client number currency|amount. tax. days_late|status paid overdue draft|Ledger
event events|user name session|duration timestamp weight|kind click view purchase|EventLog
reading readings|sensor unit station|value. voltage. minute|quality good suspect missing|SensorFeed
ticket tickets|assignee team title|priority age_hours points|state new blocked closed|TicketQueue
product products|name brand category|stock price. rating.|shelf front back warehouse|Catalog
employee employees|name department office|salary years bonus.|grade junior senior lead|Payroll
flight flights|carrier origin destination|minutes seats fare.|status scheduled delayed cancelled|Timetable
shipment shipments|depot carrier country|weight. pieces distance|stage packed transit delivered|Dispatch
player players|nick team country|score level games|rank bronze silver gold|Leaderboard
request requests|host path method|latency. size retries|outcome ok timeout error|TrafficMonitor
student students|name course school|grade credits absences|year first second final|GradeBook
trade trades|symbol account venue|shares price. fee.|side buy sell short|TradeJournal
task tasks|name owner project|effort deadline progress.|state todo doing done|TaskBoard
booking bookings|guest room hotel|nights rate. guests|channel web phone agent|Reservations
vehicle vehicles|plate driver route|speed. odometer fuel.|mode idle moving parked|Fleet
patient patients|name ward doctor|pulse temperature. age|triage green amber red|WardList
packet packets|source target protocol|length ttl sequence|flag syn ack fin|PacketTrace
song songs|title artist album|seconds plays rating.|genre rock jazz folk|Playlist
node nodes|label parent zone|depth cost load.|role leader follower spare|ClusterMap
account accounts|holder branch iban|balance. overdraft age_days|kind basic premium frozen|AccountBook
job jobs|name queue worker|runtime. memory attempts|state queued running failed|JobTracker
sample samples|batch technician device|mass. volume. count|grade pass retest fail|LabBook
document documents|author title folder|words pages revision|state draft review final|DocumentIndex
meter meters|house street tariff|usage. peak. month|band low mid high|MeterBook
message messages|sender channel topic|length likes minute|kind text image voice|Inbox
parcel parcels|barcode city sender|grams width height|zone local national world|ParcelDesk
match matches|home away league|goals minutes crowd|result win draw loss|SeasonTable
recipe recipes|title cuisine chef|servings calories minutes|diet vegan dairy meat|Cookbook
claim claims|holder policy adjuster|amount. excess. age_days|stage filed assessed settled|ClaimFile
""")
VALUES = {
    "default": "alpha beta gamma delta north south east west red green blue apple pear plum paris oslo lima quebec".split(),
}
