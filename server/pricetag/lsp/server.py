"""The language server: one thin handler per message, wired to the session."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from lsprotocol import types

from pricetag.lsp import code_actions, fixes, measure_commands, requests, shown, sync
from pricetag.lsp.capabilities import capability, stated, supports
from pricetag.lsp.diagnostics import Shows
from pricetag.lsp.guard import guarded
from pricetag.lsp.logs import EditorLog, to_stderr
from pricetag.lsp.session import PricetagServer
from pricetag.text import Encoding

TOGGLE_HINTS = "pricetag.toggleHints"
Handler = TypeVar("Handler", bound=Callable[..., Any])


def create_server(model: str | None = None) -> PricetagServer:
    """A server with its handlers, not yet started."""
    server = PricetagServer(model)

    def on(method: str, options: Any = None, otherwise: Any = None) -> Callable[[Handler], Handler]:
        """Register a handler whose failure is logged and answered with ``otherwise``."""

        def register(handler: Handler) -> Handler:
            server.feature(method, options)(guarded(server, handler, otherwise))
            return handler

        return register

    @on(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.initialization_options = params.initialization_options
        encoding = server.workspace.position_encoding
        server.encoding = Encoding(getattr(encoding, "value", encoding))
        logging.getLogger("pricetag").addHandler(EditorLog(server))
        logging.getLogger("pricetag").addHandler(server.recent)
        resolves = capability(server, "text_document.inlay_hint.resolve_support.properties") or ()
        server.hint_parts = "label.tooltip" in resolves
        server.hint_tooltips = not server.hint_parts and "tooltip" not in resolves
        server.images = bool(stated(params.initialization_options, "images"))
        server.shows = Shows(
            bool(stated(params.initialization_options, "baselines")),
            supports(server, "text_document.publish_diagnostics.code_description_support"),
        )
        formats = capability(server, "text_document.hover.content_format") or ()
        server.markdown = types.MarkupKind.Markdown in formats
        # Without a way to say "ask again", pulled diagnostics would be a save behind: those are pushed.
        pulls = capability(server, "text_document.diagnostic") is not None
        server.pulls_diagnostics = pulls and supports(server, "workspace.diagnostics.refresh_support")
        # A client that has commands of its own by these names could not register the server's beside them.
        own_commands = stated(params.initialization_options, "commands")
        if not isinstance(own_commands, list) or TOGGLE_HINTS not in own_commands:
            server.command(TOGGLE_HINTS)(toggle_hints)
        fixes.initialize(server)
        measure_commands.initialize(server, stated(params.initialization_options, "trusted"))
        if server.pulls_diagnostics:
            options = types.DiagnosticOptions(
                identifier="pricetag", inter_file_dependencies=False, workspace_diagnostics=False
            )
            nothing = types.RelatedFullDocumentDiagnosticReport(items=[])
            on(types.TEXT_DOCUMENT_DIAGNOSTIC, options, nothing)(server.checks.pull)

    @on(types.INITIALIZED)
    async def initialized(params: types.InitializedParams) -> None:
        await server.apply_settings(server.initialization_options)
        server.scheduler.start()
        server.spawn(server.measuring.load())
        await server.serve_model()
        wanted = server.projects.registrations()
        if supports(server, "workspace.did_change_configuration.dynamic_registration"):
            wanted.append(types.Registration("pricetag/settings", types.WORKSPACE_DID_CHANGE_CONFIGURATION))
        if wanted:
            server.spawn(server.client_register_capability_async(types.RegistrationParams(wanted)))
        if supports(server, "workspace.configuration"):
            server.spawn(server.pull_settings())

    sync.register(server, on)
    shown.register(server, on)

    def toggle_hints(*arguments: object) -> bool:
        return server.toggle_hints()

    measure_commands.register(server, on)
    code_actions.register(server, on)
    requests.register(server, on)

    @on(types.SHUTDOWN)
    async def shutdown(params: None) -> None:
        await server.finished()

    return server


def main(tcp: str | None = None, model: str | None = None) -> None:
    """Serve one editor on standard input and output, or on ``tcp`` ("HOST:PORT" or "PORT").

    Raises ``ValueError`` for a malformed address.
    """
    to_stderr()
    server = create_server(model)
    if tcp is None:
        server.start_io()
        return
    host, _, port = tcp.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise ValueError(f"{tcp!r} is no address; write HOST:PORT")
    # Without a host only this machine may connect: whoever does can read the open files.
    server.start_tcp(host or "127.0.0.1", int(port))
