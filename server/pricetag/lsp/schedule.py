"""What is parsed and forecast, and in which order: the newest edit first, what is visible before what is not.

Everything here runs on the event loop except ``Analysis.update``, which has a thread of its own (never pygls's pool: it
reads the editor's messages).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from cachetools import LRUCache

from pricetag.forecast import Forecast, Subject
from pricetag.lsp.documents import Document
from pricetag.syntax import machine_made
from pricetag.worker import State, Supervisor, Token, WorkerLost

_log = logging.getLogger(__name__)
T = TypeVar("T")

_PAUSE = 0.15  # seconds without an edit before a document is parsed and forecast again
_LONG_PAUSE = 0.6  # the same for large files, whose parse is felt
_PATIENCE = 1.5  # seconds of steady typing after which it happens anyway
_SETTLING = 0.05  # seconds in which the changes of several cells of a notebook are taken together
_BATCH = 16  # functions; one refresh of all hints a batch
_LARGEST_BATCH = (
    512  # a batch that ran through undisturbed doubles the next: a large file asks for few refreshes
)
_REMEMBERED = 20_000  # forecasts in memory, about 1 kB each


class Forecasts:
    """Forecasts in memory, by the key of their query. A refused query needs no model."""

    def __init__(self) -> None:
        self._known: LRUCache[str, Forecast] = LRUCache(_REMEMBERED)

    def get(self, subject: Subject) -> Forecast | None:
        """The forecast, if it is known."""
        if subject.query.refusal:
            return Forecast(subject.key, subject.query.assumes, abstained=subject.query.refusal)
        return self._known.get(subject.key)

    def put(self, forecast: Forecast) -> None:
        """Remember a forecast."""
        self._known[forecast.key] = forecast

    @property
    def count(self) -> int:
        """How many forecasts are known."""
        return len(self._known)

    def clear(self) -> None:
        """Forget all: they were another model's."""
        self._known.clear()


class Scheduler:
    """Debounces edits, analyses documents, and feeds the worker one batch at a time.

    ``on_analysed(document)`` follows each parse; ``on_batch(documents)`` follows each batch, with the documents whose
    functions it answered; ``on_pending(count)`` tells how many functions wait.
    """

    def __init__(
        self,
        forecasts: Forecasts,
        on_analysed: Callable[[Document], None],
        on_batch: Callable[[list[Document]], None],
        on_pending: Callable[[int], None],
    ) -> None:
        self.forecasts = forecasts
        self.supervisor: Supervisor | None = None
        self._on_analysed, self._on_batch, self._on_pending = on_analysed, on_batch, on_pending
        self._documents: dict[str, Document] = {}
        self._urgent: dict[str, Subject] = {}
        self._background: dict[str, Subject] = {}  # after everything that is open
        self._waiting: list[tuple[set[str], asyncio.Future[None]]] = []
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._first_edit: dict[str, float] = {}
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="analysis")
        self._wake = asyncio.Event()
        self._runner: asyncio.Task[None] | None = None
        self._batch_size = _BATCH
        self._current: tuple[Token, dict[str, Subject]] | None = None

    # -- what the editor does ------------------------------------------------------------------------------------

    def opened(self, document: Document) -> None:
        """A document was opened (or opened anew)."""
        document.touched = time.monotonic()
        self._documents[document.uri] = document
        self._analyse_soon(document, 0.0)

    def edited(self, document: Document) -> None:
        """A document's text changed: parse when typing pauses."""
        now = document.touched = time.monotonic()
        first = self._first_edit.setdefault(document.uri, now)
        pause = _LONG_PAUSE if document.large else _PAUSE
        if not document.large:
            pause = min(pause, max(0.0, first + _PATIENCE - now))
        self._analyse_soon(document, pause)

    def closed(self, document: Document) -> None:
        """A document was closed; what it still waited for is dropped."""
        document.closed = True
        self._documents.pop(document.uri, None)
        self._first_edit.pop(document.uri, None)
        if timer := self._timers.pop(document.uri, None):
            timer.cancel()
        self.reconsider()

    def viewed(self, document: Document, start: int, end: int) -> None:
        """The editor asked for hints in these bytes: they are on screen."""
        if document.viewed != (start, end):
            document.viewed = (start, end)
            self.reconsider()

    def surroundings_changed(self, document: Document) -> None:
        """What a cell defines, or where it stands, is new: the other cells of its notebook may call other functions."""
        for cell in document.notebook.cells if document.notebook else ():
            if cell is not document and not cell.closed and cell.uri not in self._timers:
                self._analyse_soon(cell, _SETTLING)

    async def analysed(self, document: Document) -> None:
        """Wait until the document's places are those of its text as of now."""
        while not document.closed and not document.skipped and (document.stale or document.uri in self._busy):
            if (task := self._busy.get(document.uri)) is None:
                task = self._start_analysis(document)
            await asyncio.shield(task)

    async def request(self, subjects: Iterable[Subject], background: bool = False) -> None:
        """Have these forecast before anything else, or in the ``background`` after all that is open.

        Returns when all are known. Raises ``WorkerLost``.
        """
        queue = self._background if background else self._urgent
        wanted = {subject.key: subject for subject in subjects if self.forecasts.get(subject) is None}
        if not wanted:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (set(wanted), done)
        self._waiting.append(entry)
        queue |= wanted
        try:
            self.reconsider()
            self._check_hopeless()
            await done
        finally:
            if entry in self._waiting:
                self._waiting.remove(entry)
            still = set().union(*(keys for keys, _ in self._waiting)) if self._waiting else set()
            for key in wanted.keys() - still:
                queue.pop(key, None)
            self.reconsider()

    async def in_thread(self, function: Callable[..., T], *arguments: object) -> T:
        """Run a parse on the analysis thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)

    # -- the worker ----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to feed the worker."""
        self._runner = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Drop all work."""
        for timer in self._timers.values():
            timer.cancel()
        if self._current:
            self._current[0].cancel()
        if self._runner is not None:
            self._runner.cancel()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def worker_changed(self) -> None:
        """The worker's state changed: there may be work to hand out, or no hope for it."""
        self._check_hopeless()
        self._wake.set()

    def reconsider(self) -> None:
        """Something else may matter more now: stop the batch in flight if so. Functions already answered stay."""
        self._on_pending(self.pending)
        self._wake.set()
        if self._current is None:
            return
        token, running = self._current
        following = self._next_batch()
        wanted = self._wanted() | self._background.keys()
        overtaken = bool(following) and following[0].key not in running
        stale = any(
            key not in wanted and self.forecasts.get(subject) is None for key, subject in running.items()
        )
        if overtaken or stale:  # what still matters of this batch comes back in the next one
            token.cancel()

    @property
    def pending(self) -> int:
        """How many functions of open documents wait for their forecast."""
        return len(self._wanted())

    def _wanted(self) -> set[str]:
        unknown = self._unknown(self._documents.values(), visible=False)
        return {subject.key for subject in unknown} | self._urgent.keys()

    def _next_batch(self) -> list[Subject]:
        """What matters most now: a save's check, what is on screen (newest document first), the rest of what is open,
        the background.
        """
        urgent = [subject for subject in self._urgent.values() if self.forecasts.get(subject) is None]
        if urgent:
            return urgent[: self._batch_size]
        documents = sorted(self._documents.values(), key=lambda d: -d.touched)
        found = self._unknown(documents, visible=True) or self._unknown(documents, visible=False)
        if not found:
            found = [subject for key, subject in self._background.items() if self._is_unknown(key)]
        return found[: self._batch_size]

    def _unknown(self, documents: Iterable[Document], visible: bool) -> list[Subject]:
        found: dict[str, Subject] = {}
        for document in documents:
            if visible and document.viewed is None:
                continue
            start, end = document.viewed if visible and document.viewed else (0, 1 << 62)
            for place in document.places:
                if start <= place.signature_end <= end and self.forecasts.get(place.subject) is None:
                    found.setdefault(place.subject.key, place.subject)
        return list(found.values())

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while (supervisor := self.supervisor) is not None and supervisor.state is State.READY:
                batch = self._next_batch()
                if not batch:
                    self._batch_size = _BATCH
                    break
                await self._forecast(supervisor, batch)

    async def _forecast(self, supervisor: Supervisor, batch: Sequence[Subject]) -> None:
        token = Token()
        self._current = (token, {subject.key: subject for subject in batch})
        answered: set[str] = set()

        def store(forecast: Forecast) -> None:
            if supervisor is self.supervisor:  # else: it is another model's
                self.forecasts.put(forecast)
                answered.add(forecast.key)

        sizes = supervisor.info.sizes if supervisor.info else ()
        try:
            await supervisor.forecast([subject.query for subject in batch], sizes, token, store)
        except WorkerLost as lost:
            _log.warning("%s", lost)
            if (query := lost.culprit) is not None:
                # Asked again, it would kill the next worker too.
                reason = "the model's process died on this function"
                store(Forecast(query.key, query.assumes, abstained=reason))
        finally:
            self._current = None
            self._batch_size = _BATCH if token.cancelled else min(_LARGEST_BATCH, 2 * self._batch_size)
        for keys, done in list(self._waiting):
            if not done.done() and not any(map(self._is_unknown, keys)):
                done.set_result(None)
        for queue in (self._urgent, self._background):
            for key in [key for key in queue if not self._is_unknown(key)]:
                del queue[key]
        documents = [d for d in self._documents.values() if any(p.subject.key in answered for p in d.places)]
        self._on_batch(documents)
        self._on_pending(self.pending)

    def _is_unknown(self, key: str) -> bool:
        subject = self._urgent.get(key) or self._background.get(key)
        return subject is not None and self.forecasts.get(subject) is None

    def _check_hopeless(self) -> None:
        supervisor = self.supervisor
        state = supervisor.state if supervisor else State.NO_MODEL
        if state in (State.NO_MODEL, State.FAILED, State.STOPPED):
            for _, done in self._waiting:
                if not done.done():
                    done.set_exception(WorkerLost(f"no forecasts: the worker is {state.value}"))

    # -- parsing -------------------------------------------------------------------------------------------------

    def _analyse_soon(self, document: Document, pause: float) -> None:
        if timer := self._timers.pop(document.uri, None):
            timer.cancel()
        loop = asyncio.get_running_loop()
        self._timers[document.uri] = loop.call_later(pause, self._start_analysis, document)

    def _start_analysis(self, document: Document) -> asyncio.Task[None]:
        if timer := self._timers.pop(document.uri, None):
            timer.cancel()
        if (running := self._busy.get(document.uri)) is not None:
            return running  # it looks for newer edits itself when it ends
        task = asyncio.create_task(self._analyse(document))
        self._busy[document.uri] = task
        return task

    async def _analyse(self, document: Document) -> None:
        self._first_edit.pop(document.uri, None)
        try:
            if document.closed:
                return
            document.machine_made = await self.in_thread(machine_made, document.buffer.data)
            if document.skipped:
                document.forget()
                self._on_analysed(document)
                return
            changes = document.take_changes()
            functions = await self.in_thread(document.analysis.update, changes)
            if not document.closed:
                if document.place(functions):
                    self.surroundings_changed(document)
                self._on_analysed(document)
                self.reconsider()
        except (
            Exception
        ) as error:  # a parser's own failure must not end the server; the next edit tries again
            _log.error(
                "a document could not be analysed (%s)", type(error).__name__, exc_info=_log.isEnabledFor(10)
            )
        finally:
            self._busy.pop(document.uri, None)
            if (
                document.stale
                and not document.skipped
                and not document.closed
                and document.uri not in self._timers
            ):
                self.edited(document)
