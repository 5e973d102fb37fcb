"""When warnings are looked for, judged anew, and brought to the editor: pushed, or for it to pull."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from typing import TYPE_CHECKING

from lsprotocol import types

from pricetag.lsp import diagnostics
from pricetag.lsp.documents import Document, Verdict
from pricetag.worker import WorkerLost

if TYPE_CHECKING:
    from pricetag.lsp.session import PricetagServer

_log = logging.getLogger(__name__)


class Checks:
    """The checks of all documents, on the event loop only."""

    def __init__(self, server: PricetagServer) -> None:
        self._server = server
        self._running: dict[str, asyncio.Task[None]] = {}

    def saved(self, document: Document) -> None:
        """Look for warnings in a saved document; a newer save replaces an older one's check."""
        document.checked = document.version
        self._start(document)

    def analysed(self, document: Document) -> None:
        """A document was parsed, or its settings are others: comments may say other things, there may be more to look for."""
        self.judge(document)
        if document.settings.run == "onType" and document.checked != document.version:
            document.checked = document.version
            self._start(document)

    def again(self, document: Document) -> None:
        """The baseline or the budgets may be others: look again, unless the text is not what was saved."""
        if document.checked == document.version and not document.closed:
            self._start(document)

    def judge(self, document: Document) -> None:
        """Apply the rules as they are now to what the last save found, and show what comes of it."""
        self._judge(document, document.verdicts)

    def pull(self, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        """The warnings of a document, or that they are those that the client has."""
        document = self._server.documents.get(params.text_document.uri)
        items = diagnostics.diagnostics(document, self._server.shows) if document else []
        result = hashlib.sha256(repr(items).encode("utf-8", "surrogatepass")).hexdigest()[:16]
        if params.previous_result_id == result:
            return types.RelatedUnchangedDocumentDiagnosticReport(result_id=result)
        return types.RelatedFullDocumentDiagnosticReport(items=items, result_id=result)

    def closed(self, document: Document) -> None:
        """A document was closed: its warnings go."""
        if task := self._running.pop(document.uri, None):
            task.cancel()
        if document.told:
            self._publish(document)

    def _start(self, document: Document) -> None:
        if old := self._running.pop(document.uri, None):
            old.cancel()
        self._running[document.uri] = self._server.spawn(self._check(document))

    async def _check(self, document: Document) -> None:
        server = self._server
        await server.projects.enter(document)  # not every client says when a file changes
        try:
            verdicts = await diagnostics.check(document, server.git, server.scheduler)
        except WorkerLost as lost:
            _log.info("no check on save: %s", lost)
            return
        self._judge(document, verdicts)

    def _judge(self, document: Document, verdicts: dict[int, Verdict]) -> None:
        if document.closed:
            return
        info = self._server.info
        judged = {
            place.slot: diagnostics.judged(verdict, place, document, info)
            for place in document.places
            if (verdict := verdicts.get(place.slot)) is not None
        }
        changed = judged != document.verdicts
        document.verdicts = judged
        told = {slot: verdict for slot, verdict in judged.items() if verdict.found}
        if told != document.told:
            document.told = told
            self._publish(document)
        if changed:
            self._server.on_batch([document])

    def _publish(self, document: Document) -> None:
        server = self._server
        if server.pulls_diagnostics:
            server.spawn(server.workspace_diagnostic_refresh_async(None))
            return
        items = [] if document.closed else diagnostics.diagnostics(document, server.shows)
        version = None if document.closed else document.version
        server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri=document.uri, version=version, diagnostics=items)
        )
