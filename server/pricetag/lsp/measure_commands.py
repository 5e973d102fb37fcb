"""What the editor is offered for measuring: a code action, commands, and a way to say that the workspace is trusted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from pricetag.lsp import machine_speed
from pricetag.lsp.machine_speed import CALIBRATE
from pricetag.lsp.measuring import MEASURE

if TYPE_CHECKING:
    from pricetag.lsp.session import PricetagServer

TRUSTED = "pricetag/trusted"


def initialize(server: PricetagServer, trusted: Any) -> None:
    """Add the commands. ``trusted``: what the client says of the workspace, None where it says nothing."""
    server.measuring.trusted = None if trusted is None else trusted is True

    async def measure(*arguments: Any) -> dict[str, Any]:
        return await server.measuring.measure(*arguments)

    async def calibrate(*arguments: Any) -> dict[str, Any]:
        return await machine_speed.calibrate(server)

    server.command(MEASURE)(measure)
    server.command(CALIBRATE)(calibrate)


def register(server: PricetagServer, on: Callable[..., Callable[[Any], Any]]) -> None:
    """Add the handler. ``on(method, options, otherwise)`` registers one, guarded."""

    @on(TRUSTED)
    def trusted(params: Any) -> None:
        server.measuring.trusted = True


def actions(server: PricetagServer, params: types.CodeActionParams) -> list[types.Command | types.CodeAction]:
    """ "Measure now" for the function whose signature the selection begins in. It has no kind: none is asked for by name."""
    document = server.documents.get(params.text_document.uri)
    if document is None or params.context.only:
        return []
    command = server.measuring.action(document, params.range.start)
    if command is None:
        return []
    text_document = server.client_capabilities.text_document
    if text_document and text_document.code_action and text_document.code_action.code_action_literal_support:
        return [types.CodeAction(command.title, command=command)]
    return [command]
