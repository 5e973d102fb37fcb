"""Our own requests, ``pricetag/...``: what an editor's views, tests and bug reports ask for."""

from __future__ import annotations

import asyncio
import dataclasses
import importlib.metadata
import platform
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pygls.uris import to_fs_path

import pricetag
from pricetag.lsp.documents import OPENED

if TYPE_CHECKING:
    from pricetag.lsp.session import PricetagServer

_PACKAGES = (
    "pygls",
    "lsprotocol",
    "tree-sitter",
    "tree-sitter-python",
    "tree-sitter-cpp",
    "onnxruntime",
    "numpy",
)
_NO_ROWS = {"rows": [], "complete": False, "message": "an internal error; see the log"}


def register(server: PricetagServer, on: Callable[..., Callable[[Any], Any]]) -> None:
    """Add the handlers. ``on(method, options, otherwise)`` registers one, guarded."""

    @on("pricetag/heaviest", None, _NO_ROWS)
    async def heaviest(params: Any) -> dict[str, Any]:
        """The heaviest functions of the workspace; see ``heaviest.py`` for parameters and answer."""
        return await server.heaviest.answer(params)

    @on("pricetag/baselineText")
    async def baseline_text(params: Any) -> dict[str, Any]:
        """A file at git ``HEAD`` or at ``commit``, or as it was opened (``commit`` is "opened"):
        ``{"text", "commit", "missing"}``, with the reason for no text."""
        uri, commit = getattr(params, "uri", None), getattr(params, "commit", None)
        path = to_fs_path(uri) if isinstance(uri, str) else None
        if path is None or not isinstance(uri, str):
            return {"text": None, "commit": "", "missing": "not a file"}
        if commit == OPENED:
            document = server.documents.get(uri)
            text = document.opened if document else None
            return {"text": text, "commit": "", "missing": "" if text is not None else "not known any more"}
        revisions = server.projects.revisions
        found = await (
            revisions.text(path, commit) if isinstance(commit, str) and commit else server.git.head(path)
        )
        return dataclasses.asdict(found)

    @on("pricetag/debugText")
    def debug_text(params: Any) -> dict[str, Any] | None:
        """The server's copy of a document, for tests and bug reports: sent to the editor that has it anyway."""
        document = server.documents.get(getattr(params, "uri", ""))
        return {"text": document.buffer.text, "version": document.version} if document else None

    @on("pricetag/debugInformation")
    async def debug_information(params: Any) -> dict[str, Any]:
        """What a bug report needs; no source text, and no names of the user's source files."""
        # The versions are read from disk.
        versions = await asyncio.to_thread(_versions)
        return {"versions": versions, **_state(server)}


def _versions() -> dict[str, str]:
    found = {"pricetag": pricetag.__version__, "python": platform.python_version(), "platform": sys.platform}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def _state(server: PricetagServer) -> dict[str, Any]:
    supervisor, settings = server.supervisor, server.settings
    documents = server.documents.values()
    stated = {
        field.name: getattr(settings, field.name)
        for field in dataclasses.fields(settings)
        if field.name not in ("rule", "severity", "hint_format", "exclude", "model")
    }
    return {
        "model": server.info.id if server.info else None,
        "worker": {
            "state": server.status.state.value,
            "message": server.status.message,
            "pid": supervisor.pid if supervisor else None,
            "pending": server.scheduler.pending,
        },
        "settings": {
            **stated,
            "rule": dataclasses.asdict(settings.rule),
            "severity": dataclasses.asdict(settings.severity),
            "hint_format": dataclasses.asdict(settings.hint_format),
            "exclude": len(settings.exclude),  # globs and paths name files of the user's
            "model": settings.model is not None,
            "hints_shown": server.hints_shown,
        },
        "encoding": server.encoding.value,
        "documents": {
            "open": len(documents),
            "left_alone": sum(document.skipped for document in documents),
            "functions": sum(len(document.places) for document in documents),
        },
        "cache": {"forecasts": server.forecasts.count, "heaviest": server.heaviest.count},
        "errors": list(server.recent.messages),
    }
