"""What the user sees of the worker: the status notification, and progress while the model loads."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from lsprotocol import types

from pricetag.worker import State, Supervisor

if TYPE_CHECKING:
    from pygls.lsp.server import LanguageServer

_log = logging.getLogger(__name__)
METHOD = "pricetag/status"
_TITLE = "Loading the forecast model"
# Messages for states that have none of their own.
_MESSAGES = {
    State.STARTING: "loading the forecast model",
    State.READY: "",
    State.STOPPED: "the forecast worker is stopped",
}


class Status:
    """Tells the editor where the worker stands, only when something changed."""

    def __init__(self, server: LanguageServer) -> None:
        self._server = server
        self._last: dict[str, object] | None = None
        self._state, self._message, self._pending = State.STARTING, "", 0
        self._model: str | None = None
        self._loading: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()

    def worker(self, supervisor: Supervisor) -> None:
        """The worker's state changed."""
        info = supervisor.info if supervisor.state is State.READY else None
        self.say(supervisor.state, supervisor.message, info.id if info else None)

    def say(self, state: State, message: str, model: str | None = None) -> None:
        """Report a state."""
        if state is not self._state and state in (State.NO_MODEL, State.FAILED):
            _log.warning("%s", message)
        self._state, self._message, self._model = state, message or _MESSAGES.get(state, ""), model
        self._progress()
        self._send()

    def pending(self, count: int) -> None:
        """This many functions wait for a forecast."""
        self._pending = count
        self._send()

    @property
    def state(self) -> State:
        """Where the worker stands, as last reported."""
        return self._state

    @property
    def message(self) -> str:
        """Why there is no worker, for people."""
        return self._message

    @property
    def waiting(self) -> str:
        """Why a function has no forecast yet, for its hover."""
        if self._state is State.READY:
            return "forecasting…"
        return f"no forecast: {self._message}" if self._message else "no forecast yet"

    def _send(self) -> None:
        status: dict[str, object] = {
            "state": self._state.value,
            "message": self._message,
            "model": self._model,
            "pending": self._pending,
        }
        if status != self._last:
            self._last = status
            self._server.protocol.notify(METHOD, status)

    def _progress(self) -> None:
        if self._state is not State.STARTING:
            self._settled.set()
            return
        window = self._server.client_capabilities.window
        if window is None or not window.work_done_progress:
            return
        self._settled.clear()
        if self._loading is None or self._loading.done():
            self._loading = asyncio.create_task(self._show_progress())

    async def _show_progress(self) -> None:
        progress, token = self._server.work_done_progress, "pricetag/loading"
        try:
            if token not in progress.tokens:
                await progress.create_async(token)
            progress.begin(token, types.WorkDoneProgressBegin(title=_TITLE, cancellable=False))
            await self._settled.wait()
            progress.end(token, types.WorkDoneProgressEnd(message=self._message or "ready"))
        except Exception as error:  # a client that refuses the token does without the bar
            _log.info("no progress shown (%s)", type(error).__name__)
