"""Keeps one worker process running and talks to it, on the caller's event loop."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from pricetag.forecast.estimate import Forecast, ModelInfo, Query
from pricetag.worker import protocol

_log = logging.getLogger(__name__)

_HOME = Path(__file__).resolve().parents[2]  # the folder that holds the package
_LONGEST_LINE = 16 << 20  # bytes of one answer; asyncio's own limit of 64 kB is below a long callee list
_FIRST_DELAY, _LONGEST_DELAY = 0.25, 30.0  # seconds before a restart; doubled each time
_MAXIMUM_DEATHS = 6  # in a row, none of them after a long life: then it is no accident
_LONG_LIFE = 60.0  # seconds after which a death starts a new row
_DEADLINE = 60.0  # seconds without an answer: a function takes a tenth of one, so the worker hangs
_GRACE = 2.0  # seconds between closing the worker's input and killing it


class State(Enum):
    """Where the worker stands."""

    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"  # it died; a new one is on its way
    NO_MODEL = "noModel"  # the model is missing or damaged: no restart until asked for
    FAILED = "failed"  # it died too often: no restart until asked for
    STOPPED = "stopped"


class WorkerLost(Exception):
    """The worker died twice on one batch, or cannot run at all. ``culprit`` is the query it died on, if known."""

    def __init__(self, message: str, culprit: Query | None = None) -> None:
        super().__init__(message)
        self.culprit = culprit


class Token:
    """A cancellation of ours: set by whoever no longer wants a batch, read by the supervisor."""

    def __init__(self) -> None:
        self._cancelled = False
        self._callbacks: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        """Whether ``cancel`` was called."""
        return self._cancelled

    def cancel(self) -> None:
        """Stop the batch between two of its functions."""
        if not self._cancelled:
            self._cancelled = True
            for callback in self._callbacks:
                callback()

    def on_cancel(self, callback: Callable[[], None]) -> None:
        """Call back once on ``cancel``."""
        self._callbacks.append(callback)


@dataclass
class _Batch:
    id: int
    queries: Sequence[Query]
    on_forecast: Callable[[Forecast], None] | None
    finished: asyncio.Future[bool]  # True: all answered, False: cancelled
    answers: list[Forecast] = field(default_factory=list)


def worker_command(model: Path, cache: Path | None = None, project: Path | None = None) -> list[str]:
    """The command that starts a worker for a checkpoint folder; the calibration of ``project`` applies."""
    command = [sys.executable, "-m", "pricetag.worker", "--model", str(model)]
    options = {"--cache": cache, "--project": project}
    return command + [word for name, path in options.items() if path for word in (name, str(path))]


class Supervisor:
    """Starts the worker, restarts it with growing delays, and passes it one batch at a time.

    All methods belong to one event loop. ``on_state`` is called on it after each change of ``state``.
    """

    def __init__(self, command: Sequence[str], on_state: Callable[[State], None] | None = None) -> None:
        self._command = list(command)
        self.on_state = on_state
        self.state = State.STOPPED
        self.message = ""  # why there is no worker, for people
        self.info: ModelInfo | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._turn = asyncio.Lock()
        self._batch: _Batch | None = None
        self._count = 0

    @property
    def pid(self) -> int | None:
        """Process id of the running worker."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def start(self) -> None:
        """Start the worker; returns at once, ``state`` tells when it is ready."""
        if self._keeper is None or self._keeper.done():
            self._set(State.STARTING)
            self._keeper = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """End the worker: its input is closed, then it is killed if it does not leave."""
        keeper, self._keeper = self._keeper, None
        # First, so that a batch that dies with the worker finds no worker to be sent to again.
        self._set(State.STOPPED)
        if keeper is not None:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper

    async def settled(self) -> State:
        """Wait until the worker is ready or will not come by itself, and say which."""
        while self.state in (State.STARTING, State.RESTARTING):
            self._changed.clear()
            await self._changed.wait()
        return self.state

    async def forecast(
        self,
        queries: Sequence[Query],
        sizes: Sequence[int] = (),
        token: Token | None = None,
        on_forecast: Callable[[Forecast], None] | None = None,
    ) -> list[Forecast]:
        """Forecasts in the order of ``queries``; fewer if ``token`` was cancelled.

        ``on_forecast`` is called as each arrives. One batch runs at a time, others wait. If the worker dies, what is
        left of the batch is sent once more to the next one. Raises ``WorkerLost``.
        """
        token = token or Token()
        answers: list[Forecast] = []
        deaths = 0
        async with self._turn:
            while len(answers) < len(queries) and not token.cancelled:
                if await self.settled() is not State.READY:
                    raise WorkerLost(self.message or f"the forecast worker is {self.state.value}")
                rest = queries[len(answers) :]
                try:
                    whole = await self._run(rest, sizes, token, on_forecast, answers)
                except _Died:
                    deaths += 1
                    if deaths == 2:
                        rest = queries[len(answers) :]
                        culprit = rest[0] if rest else None
                        raise WorkerLost("the forecast worker died twice on one batch", culprit) from None
                    continue
                if not whole:
                    break
        return answers

    async def _run(
        self,
        queries: Sequence[Query],
        sizes: Sequence[int],
        token: Token,
        on_forecast: Callable[[Forecast], None] | None,
        answers: list[Forecast],
    ) -> bool:
        self._count += 1
        finished: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._batch = batch = _Batch(self._count, queries, on_forecast, finished, answers)
        token.on_cancel(lambda: self._send({"cancel": batch.id}) if self._batch is batch else None)
        raw = [protocol.plain(query) for query in queries]
        self._send({"forecast": batch.id, "queries": raw, "sizes": list(sizes)})
        try:
            while True:
                before = len(answers)
                done, _ = await asyncio.wait((finished,), timeout=_DEADLINE)
                if done:
                    return finished.result()
                if len(answers) == before:
                    self._kill()  # ends in _Died
        finally:
            self._batch = None
            if not finished.done():  # the caller was cancelled
                self._send({"cancel": batch.id})
                finished.cancel()

    def _send(self, message: dict[str, Any]) -> None:
        # Not drained: the worker reads all the time, so the buffer holds at most one batch.
        process = self._process
        if process is not None and process.stdin is not None and process.returncode is None:
            with contextlib.suppress(OSError, RuntimeError):
                process.stdin.write(protocol.line(message))

    def _kill(self) -> None:
        process = self._process
        if process is not None and process.returncode is None:
            _log.error("the forecast worker gave no answer for %g s and is killed", _DEADLINE)
            with contextlib.suppress(ProcessLookupError):
                process.kill()

    async def _keep(self) -> None:
        deaths = 0
        while True:
            began = time.monotonic()
            reason = await self._live()
            if self.state in (State.NO_MODEL, State.FAILED):
                return
            deaths = 1 if time.monotonic() - began > _LONG_LIFE else deaths + 1
            if deaths >= _MAXIMUM_DEATHS:
                self._set(State.FAILED, f"the forecast worker ended {deaths} times in a row ({reason})")
                return
            self._set(State.RESTARTING, f"the forecast worker ended ({reason}); starting it again")
            _log.warning("%s", self.message)
            await asyncio.sleep(min(_LONGEST_DELAY, _FIRST_DELAY * 2 ** (deaths - 1)))

    async def _live(self) -> str:
        """One worker from start to end; returns why it ended."""
        try:
            self._process = process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=_LONGEST_LINE,
                # ``-m`` puts the working folder first on the import path: it must not be the user's workspace.
                cwd=_HOME,
            )
        except (OSError, ValueError) as error:
            self._set(State.FAILED, f"the forecast worker cannot be started: {error}")
            return str(error)
        assert process.stdout is not None
        try:
            while raw := await process.stdout.readline():
                self._receive(json.loads(raw))
            return _describe(await process.wait())
        except (ValueError, KeyError, TypeError, IndexError) as error:
            return f"it answered nonsense: {type(error).__name__}"
        finally:
            await _end(process)
            batch = self._batch
            if batch is not None and not batch.finished.done():
                batch.finished.set_exception(_Died())

    def _receive(self, message: dict[str, Any]) -> None:
        batch = self._batch
        if "ready" in message:
            self.info = protocol.decode_info(message["ready"])
            self._set(State.READY)
        elif "noModel" in message:
            self._set(State.NO_MODEL, message["noModel"])
        elif "answer" in message and batch is not None and message["answer"] == batch.id:
            forecast = protocol.decode_forecast(message["forecast"])
            batch.answers.append(forecast)
            if batch.on_forecast is not None:
                batch.on_forecast(forecast)
        elif (
            "done" in message
            and batch is not None
            and message["done"] == batch.id
            and not batch.finished.done()
        ):
            batch.finished.set_result(not message["cancelled"])

    def _set(self, state: State, message: str = "") -> None:
        if (state, message) == (self.state, self.message):
            return
        self.state, self.message = state, message
        self._changed.set()
        if self.on_state is not None:
            self.on_state(state)


class _Died(Exception):
    pass


async def _end(process: asyncio.subprocess.Process) -> None:
    """Close the worker's input, wait a little, kill."""
    if process.stdin is not None:
        process.stdin.close()
    if process.returncode is None:
        try:
            await asyncio.wait_for(process.wait(), _GRACE)
        except asyncio.TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            raise


def _describe(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
