"""What the client can do, as it said at the start."""

from __future__ import annotations

from typing import Any

from pygls.lsp.server import LanguageServer


def capability(server: LanguageServer, path: str) -> Any:
    """A client capability by its dotted path, None where any step is absent."""
    value: Any = server.client_capabilities
    for name in path.split("."):
        value = getattr(value, name, None)
        if value is None:
            return None
    return value


def supports(server: LanguageServer, path: str) -> bool:
    """Whether the client has a capability."""
    return bool(capability(server, path))


def stated(options: Any, name: str) -> Any:
    """What the client says of itself under ``client`` in its ``initializationOptions``, beside the settings."""
    client = options.get("client") if isinstance(options, dict) else None
    return client.get(name) if isinstance(client, dict) else None
