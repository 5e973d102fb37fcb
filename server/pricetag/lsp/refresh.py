"""Asking the editor to ask again: for hints and code lenses, no more often than it can answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricetag.lsp.capabilities import supports

if TYPE_CHECKING:
    from pricetag.lsp.session import PricetagServer


class Refresh:
    """The requests of one session, on the event loop only."""

    def __init__(self, server: PricetagServer) -> None:
        self._server = server
        self._running = False
        self._again = False

    def hints(self) -> None:
        """Have the editor ask for hints again. At most one such request is out at a time."""
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
            await self._server.workspace_inlay_hint_refresh_async(None)
        finally:
            self._running = False
            if self._again:
                self._again = False
                self.hints()
