"""The editor's documents and files: opened, changed, saved, closed; and settings that change."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.uris import to_fs_path

from pricetag.lsp import convert
from pricetag.lsp.capabilities import supports
from pricetag.lsp.documents import Document
from pricetag.syntax import language_of

if TYPE_CHECKING:
    from pricetag.lsp.session import PricetagServer


def register(server: PricetagServer, on: Callable[..., Callable[[Any], Any]]) -> None:
    """Add the handlers. ``on(method, options, otherwise)`` registers one, guarded."""

    @on(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        opened = params.text_document
        if server.projects.opened(opened):
            return
        path = to_fs_path(opened.uri)
        language = language_of(path or "", opened.language_id)
        known = server.documents.get(opened.uri)
        if language is None or (known is not None and known.notebook is not None):
            return
        if old := server.documents.pop(opened.uri, None):
            server.scheduler.closed(old)
        server.enter(Document(opened.uri, path, language, opened.text, opened.version, server.encoding))

    @on(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        uri, version = params.text_document.uri, params.text_document.version
        document = server.documents.get(uri)
        if document is None:
            server.projects.edited(uri, params.content_changes, version)
        elif document.notebook is None:  # a cell changes with its notebook
            document.apply(convert.to_changes(params.content_changes), version)
            server.scheduler.edited(document)

    @on(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: types.DidSaveTextDocumentParams) -> None:
        document = server.documents.get(params.text_document.uri)
        if document is not None:
            server.checks.saved(document)

    @on(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        document = server.documents.get(params.text_document.uri)
        if document is None:
            server.projects.closed(params.text_document.uri)
        elif document.notebook is None:
            del server.documents[document.uri]
            server.scheduler.closed(document)
            server.checks.closed(document)

    on(types.NOTEBOOK_DOCUMENT_DID_OPEN)(server.notebooks.open)
    on(types.NOTEBOOK_DOCUMENT_DID_CHANGE)(server.notebooks.change)
    on(types.NOTEBOOK_DOCUMENT_DID_CLOSE)(server.notebooks.close)

    @on(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(params: types.DidChangeWatchedFilesParams) -> None:
        server.projects.changed()

    @on(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(params: types.DidChangeConfigurationParams) -> None:
        if supports(server, "workspace.configuration"):
            server.spawn(server.pull_settings())
        else:
            await server.apply_settings(params.settings)
