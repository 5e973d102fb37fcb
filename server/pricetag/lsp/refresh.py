"""Asking the editor to ask again: for hints and code lenses, no more often than it can answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cachetools import LRUCache

from pricetag.lsp.capabilities import supports

if TYPE_CHECKING:
    from pricetag.lsp.session import PricetagServer

_PATIENCE = 5.0  # seconds for an answer; an editor that gives none is asked again all the same
_REMEMBERED = 256  # documents


class Refresh:
    """The requests of one session, on the event loop only."""

    def __init__(self, server: PricetagServer) -> None:
        self._server = server
        self._running = False
        self._again = False
        self._early: LRUCache[str, bool] = LRUCache(_REMEMBERED)

    def asked_early(self, uri: str) -> None:
        """The editor wants hints of a document that it has not opened yet, and will not ask again by itself."""
        self._early[uri] = True

    def opened(self, uri: str) -> None:
        """A document was opened; if hints were asked for before, the editor asks again."""
        if self._early.pop(uri, False):
            self.hints()

    def hints(self) -> None:
        """Have the editor ask for hints again. The next such request waits until this one is answered, or overdue."""
        if not supports(self._server, "workspace.inlay_hint.refresh_support"):
            return
        if self._running:
            self._again = True
        else:
            self._server.spawn(self._hints())

    def lenses(self) -> None:
        """Have the editor ask for code lenses again."""
        if supports(self._server, "workspace.code_lens.refresh_support"):
            for document in self._server.documents.values():
                document.lenses = None  # one request for all, until the next answer
            self._server.spawn(self._server.workspace_code_lens_refresh_async(None))

    async def _hints(self) -> None:
        self._running = True
        try:
            asked = self._server.spawn(self._server.workspace_inlay_hint_refresh_async(None))
            await asyncio.wait((asked,), timeout=_PATIENCE)
        finally:
            self._running = False
            if self._again:
                self._again = False
                self.hints()
