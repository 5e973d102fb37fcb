"""Handlers that never let an exception out: the user would see its text, the log its source."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pricetag.lsp.session import PricetagServer


def guarded(server: PricetagServer, handler: Callable[..., Any], otherwise: Any) -> Callable[..., Any]:
    """A handler whose failure is reported to ``server`` and answered with ``otherwise``."""
    if asyncio.iscoroutinefunction(handler):

        @functools.wraps(handler)
        async def guarded_async(*params: Any) -> Any:
            try:
                return await handler(*params)
            except Exception as error:
                server.report_server_error(error, None)
                return otherwise

        return guarded_async

    @functools.wraps(handler)
    def guarded_sync(*params: Any) -> Any:
        try:
            return handler(*params)
        except Exception as error:
            server.report_server_error(error, None)
            return otherwise

    return guarded_sync
