"""Work-done progress of one long request, where the client shows it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from pricetag.lsp.session import PricetagServer

_log = logging.getLogger(__name__)
_numbers = count()


class WorkProgress:
    """A progress bar that the user may cancel. ``token`` is the client's own, if its request came with one.

    Where ``counted`` is false nobody knows how far it is: `report` is not called.
    """

    def __init__(
        self,
        server: PricetagServer,
        title: str,
        token: int | str | None,
        on_cancel: Callable[[], object],
        counted: bool = True,
    ) -> None:
        self._first = 0 if counted else None
        self._progress, self._title, self._on_cancel = server.work_done_progress, title, on_cancel
        self._begun = self._ended = self.cancelled = False
        self._percentage = -1
        self._token = token if token is not None else f"pricetag/{next(_numbers)}"
        window = server.client_capabilities.window
        if token is not None:
            self._begin()
        elif window is not None and window.work_done_progress:
            # Apart: a task that is cancelled while it waits for the client would upset pygls.
            server.spawn(self._create())

    async def _create(self) -> None:
        try:
            await self._progress.create_async(self._token)
        except Exception as error:  # a client that refuses the token does without the bar
            _log.info("no progress shown (%s)", type(error).__name__)
            return
        if not self._ended:
            self._begin()

    def _begin(self) -> None:
        self._begun = True
        begin = types.WorkDoneProgressBegin(title=self._title, cancellable=True, percentage=self._first)
        self._progress.begin(self._token, begin)
        self._progress.tokens[self._token].add_done_callback(lambda _: self._cancel())

    def _cancel(self) -> None:
        if not self._ended:
            self.cancelled = True
            self._on_cancel()

    def report(self, done: int, total: int) -> None:
        """So much is done; told once per percent."""
        percentage = 100 * done // total if total else 100
        if self._begun and percentage != self._percentage:
            self._percentage = percentage
            message = f"{done:,} of {total:,} files"
            self._progress.report(
                self._token, types.WorkDoneProgressReport(message=message, percentage=percentage)
            )

    def end(self) -> None:
        """Take the bar away."""
        self._ended = True
        if self._begun:
            self._progress.end(self._token, types.WorkDoneProgressEnd())
            self._progress.tokens.pop(self._token, None)
