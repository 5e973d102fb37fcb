"""The queue for what is not open, against a worker that answers by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from pricetag.forecast import Forecast, ModelInfo, Query, Subject, subject_of
from pricetag.lsp.documents import Document
from pricetag.lsp.schedule import Forecasts, Scheduler
from pricetag.syntax import Language, parse_functions
from pricetag.text import Encoding
from pricetag.worker import State, Supervisor, Token, WorkerLost

INFO = ModelInfo("m", ("python",), ("memory",), (10_000,), 0.0, 10.0, 10.0, 1e9)


class ByHand(Supervisor):
    """Answers one function whenever it is let to, and notes the order."""

    def __init__(self) -> None:
        super().__init__([])
        self.state, self.info = State.READY, INFO
        self.turns = asyncio.Semaphore(0)
        self.asked: list[str] = []
        self.answered = asyncio.Event()

    async def forecast(
        self,
        queries: Sequence[Query],
        sizes: Sequence[int] = (),
        token: Token | None = None,
        on_forecast: Callable[[Forecast], None] | None = None,
    ) -> list[Forecast]:
        assert token is not None and on_forecast is not None
        for query in queries:
            if token.cancelled:
                break
            await self.turns.acquire()
            self.asked.append(query.canonical.split("(")[0].removeprefix("def "))
            on_forecast(Forecast(query.key, query.assumes))
            self.answered.set()
        return []


def subjects(prefix: str, count: int) -> list[Subject]:
    text = "".join(f"def {prefix}{i}(xs):\n    return sorted(xs)[{i}:]\n\n\n" for i in range(count))
    return [subject_of(function) for function in parse_functions(text, Language.PYTHON)]


def scheduler(supervisor: ByHand) -> tuple[Scheduler, list[int]]:
    pending: list[int] = []
    made = Scheduler(Forecasts(), lambda _: None, lambda _: None, pending.append)
    made.supervisor = supervisor
    made.start()
    return made, pending


async def test_an_open_file_overtakes_the_background() -> None:
    supervisor = ByHand()
    made, pending = scheduler(supervisor)
    request = asyncio.ensure_future(made.request(subjects("b", 5), background=True))
    await asyncio.sleep(0)
    supervisor.turns.release()
    await asyncio.wait_for(supervisor.answered.wait(), 30)
    assert made.pending == 0 and set(pending) == {0}  # the background is nothing that the user waits for
    text = "def mine(xs):\n    return xs\n"
    document = Document("file:///a.py", "/a.py", Language.PYTHON, text, 1, Encoding.UTF16)
    made.opened(document)
    await made.analysed(document)
    for _ in range(5):
        supervisor.turns.release()
    await asyncio.wait_for(request, 30)
    assert supervisor.asked[0] == "b0" and supervisor.asked.index("mine") <= 2  # after the one in flight
    assert sorted(supervisor.asked) == ["b0", "b1", "b2", "b3", "b4", "mine"]
    await made.stop()


async def test_what_was_cancelled_is_not_asked_for() -> None:
    supervisor = ByHand()
    made, _ = scheduler(supervisor)
    first = asyncio.ensure_future(made.request(subjects("a", 3), background=True))
    second = asyncio.ensure_future(made.request(subjects("c", 2), background=True))
    await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.sleep(0.01)
    for _ in range(4):
        supervisor.turns.release()
    await asyncio.wait_for(second, 30)
    assert {"c0", "c1"} <= set(supervisor.asked) and {"a1", "a2"}.isdisjoint(supervisor.asked)
    await made.stop()


async def test_without_hope_the_background_ends() -> None:
    supervisor = ByHand()
    made, _ = scheduler(supervisor)
    request = asyncio.ensure_future(made.request(subjects("a", 3), background=True))
    await asyncio.sleep(0.01)
    supervisor.state = State.FAILED
    made.worker_changed()
    with pytest.raises(WorkerLost):
        await asyncio.wait_for(request, 30)
    await made.stop()


async def test_what_is_known_returns_at_once() -> None:
    supervisor = ByHand()
    made, _ = scheduler(supervisor)
    for subject in (wanted := subjects("a", 3)):
        made.forecasts.put(Forecast(subject.key, ""))
    await asyncio.wait_for(made.request(wanted, background=True), 30)
    assert supervisor.asked == []
    await made.stop()
