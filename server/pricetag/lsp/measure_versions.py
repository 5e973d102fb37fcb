"""``pricetag.measureVersions``: the two versions that a warning speaks of, measured: whether the warning was right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from pricetag.lsp import measured
from pricetag.lsp.documents import OPENED, Document, Place, Verdict
from pricetag.lsp.measuring import Target, file_of, refused, target_of
from pricetag.measure.project import is_callable
from pricetag.syntax import Function

if TYPE_CHECKING:
    from pricetag.lsp.session import PricetagServer

MEASURE_VERSIONS = "pricetag.measureVersions"


def possible(server: PricetagServer, document: Document, place: Place, verdict: Verdict) -> bool:
    """Whether both versions can be measured, as far as is known: the one that was judged stands there still."""
    if document.stale or not _is_judged(place, verdict):
        return False
    return server.measuring.possible(document, _functions(place, verdict))


async def measure(server: PricetagServer, found: tuple[Document, Place, Verdict] | None, key: object) -> str:
    """Measure both versions, and say what came of it. ``key`` is that of the function that was meant.

    Raises ``NotMeasured``.
    """
    server.measuring.check_trust()
    if found is None:
        raise refused(measured.NO_FUNCTION)
    document, place, verdict = found
    if key != place.subject.key or not _is_judged(place, verdict):
        raise refused(measured.EDITED)
    if document.notebook is not None:
        raise refused(measured.NOTEBOOK)
    if not all(map(is_callable, _functions(place, verdict))):
        raise refused(measured.NO_FUNCTION)
    before, after = await _targets(server, document, place, verdict)
    question = measured.both_confirmation(
        after.name, file_of(document), before.version, after.subject.query.assumes, after.n
    )
    was, now = await server.measuring.run((before, after), question)
    factors = {one.metric: one.factor for one in verdict.judgement.regressions}
    message = measured.comparison(after.name, was, now, factors)
    server.window_show_message(types.ShowMessageParams(types.MessageType.Info, message))
    return message


def _is_judged(place: Place, verdict: Verdict) -> bool:
    return verdict.was is not None and verdict.saved.key == place.subject.key


def _functions(place: Place, verdict: Verdict) -> tuple[Function, ...]:
    return (verdict.was[0], place.function) if verdict.was else (place.function,)


async def _targets(
    server: PricetagServer, document: Document, place: Place, verdict: Verdict
) -> tuple[Target, Target]:
    """The function as it was and as it is."""
    assert verdict.was is not None
    new = target_of(document, place.function, place.subject, verdict.n, document.buffer.text, " as it is now")
    if verdict.commit == OPENED:
        text, missing, version = document.opened, "not known any more", " as it was opened"
    else:
        head = await server.projects.revisions.text(document.path or "", verdict.commit)
        text, missing, version = head.text, head.missing, f" as of commit {verdict.commit[:8]}"
    if text is None:
        raise refused(f"The old version of `{new.name}` cannot be read: {missing}.")
    old, subject = verdict.was
    return target_of(document, old, subject, verdict.n, text, version), new
