"""What the editor offers at a signature: quick fixes of its warnings, and to measure its function now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from pricetag.lsp import fixes, measure_commands

if TYPE_CHECKING:
    from pricetag.lsp.session import PricetagServer

_OPTIONS = types.CodeActionOptions([types.CodeActionKind.QuickFix], resolve_provider=True)


def register(server: PricetagServer, on: Callable[..., Callable[[Any], Any]]) -> None:
    """Add the handlers. ``on(method, options, otherwise)`` registers one, guarded."""

    @on(types.TEXT_DOCUMENT_CODE_ACTION, _OPTIONS, ())
    async def code_action(params: types.CodeActionParams) -> list[types.Command | types.CodeAction]:
        return [*await fixes.actions(server, params), *measure_commands.actions(server, params)]

    @on(types.CODE_ACTION_RESOLVE)
    async def resolve(action: types.CodeAction) -> types.CodeAction:
        await fixes.fill(server, action)
        return action
