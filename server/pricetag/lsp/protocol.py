"""pygls's protocol with its own text handling taken out.

pygls keeps a copy of every document, split with ``str.splitlines`` (which also splits at form feeds and U+2028, where LSP
does not), re-splits the whole text for each key, and pops an error up at the user for a change to a file it does not
know. Our ``documents`` replace all of that: the built-in handlers only pass on. And it lets a command run on whose request
was cancelled; ours ends. Requests that it cannot read it drops; ours are answered with an error, as JSON-RPC demands.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams, JsonRpcInvalidRequest
from pygls.protocol import LanguageServerProtocol, lsp_method


class Protocol(LanguageServerProtocol):
    """The language server protocol over our own documents."""

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Read a message, or any object in one; a request that cannot be read is answered."""
        method = data.get("method") if "jsonrpc" in data else None
        if isinstance(method, str) and self.get_message_type(method) is None:
            data.setdefault("params", None)  # JSON-RPC lets them be left out
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            self._refuse(data, error)
            raise

    def handle_message(self, message: Any) -> None:
        """Handle a message; one without "jsonrpc" came here as it was sent."""
        if isinstance(message, dict):
            self._refuse(message, JsonRpcInvalidRequest("Invalid Request: not JSON-RPC 2.0"))
            return
        super().handle_message(message)

    def _refuse(self, message: dict[str, Any], error: JsonRpcException) -> None:
        if "method" in message and isinstance(message.get("id"), (int, str)):
            self._send_response(message["id"], error=error.to_response_error())

    def _pass_on(self, method: str, params: Any) -> Iterator[Any]:
        if (handler := self.fm.features.get(method)) is not None:
            yield handler, (params,), None

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(self, params: types.ExecuteCommandParams) -> Any:  # type: ignore[override]
        """Run a command with its arguments as they came."""
        command = self.fm.commands.get(params.command)
        if command is None:
            raise JsonRpcInvalidParams(f"Command name {params.command!r} is not defined")
        result = command(*(params.arguments or ()))
        return await result if inspect.isawaitable(result) else result

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Iterator[Any]:
        """Pass on."""
        yield from self._pass_on(types.TEXT_DOCUMENT_DID_OPEN, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Iterator[Any]:
        """Pass on."""
        yield from self._pass_on(types.TEXT_DOCUMENT_DID_CHANGE, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Iterator[Any]:
        """Pass on."""
        yield from self._pass_on(types.TEXT_DOCUMENT_DID_CLOSE, params)

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def lsp_notebook_document__did_open(self, params: types.DidOpenNotebookDocumentParams) -> Iterator[Any]:
        """Pass on."""
        yield from self._pass_on(types.NOTEBOOK_DOCUMENT_DID_OPEN, params)

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def lsp_notebook_document__did_change(
        self, params: types.DidChangeNotebookDocumentParams
    ) -> Iterator[Any]:
        """Pass on."""
        yield from self._pass_on(types.NOTEBOOK_DOCUMENT_DID_CHANGE, params)

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def lsp_notebook_document__did_close(self, params: types.DidCloseNotebookDocumentParams) -> Iterator[Any]:
        """Pass on."""
        yield from self._pass_on(types.NOTEBOOK_DOCUMENT_DID_CLOSE, params)
