"""Agreeing to what a function costs: an entry in ``.pricetag/baselines.json``, as an edit or written by us."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path

from pricetag.baseline import Accepted, AcceptedError
from pricetag.baseline.accepted import FILE, load, merged, parse, read, render, save
from pricetag.forecast import estimate_at
from pricetag.lsp.capabilities import capability, supports
from pricetag.lsp.documents import Document, Place, Verdict
from pricetag.text import Buffer, Encoding

if TYPE_CHECKING:
    from pricetag.lsp.session import PricetagServer


def editable(server: PricetagServer, document: Document) -> bool:
    """Whether the editor can edit the file, and so undo it: it lies in the workspace, and the editor can create it."""
    root = document.project.root
    folders = [path for uri in server.workspace.folders if (path := to_fs_path(uri))]
    creates = types.ResourceOperationKind.Create in (
        capability(server, "workspace.workspace_edit.resource_operations") or ()
    )
    return (
        root is not None
        and creates
        and supports(server, "workspace.workspace_edit.document_changes")
        and any((root / FILE).is_relative_to(folder) for folder in folders)
    )


async def edit(
    server: PricetagServer, document: Document, place: Place, verdict: Verdict
) -> types.WorkspaceEdit | None:
    """The edit that accepts a function's memory; None where there is nothing to accept, or the file is no such file."""
    entry, root = _entry(document, place, verdict), document.project.root
    if entry is None or root is None:
        return None
    uri = from_fs_path(str(root / FILE)) or ""
    try:
        opened = server.projects.text(uri)
        return await asyncio.to_thread(_edit, root / FILE, uri, opened, entry, server.encoding)
    except AcceptedError as error:
        server.complain(f"{error}; nothing is accepted")
        return None


async def write(server: PricetagServer, document: Document, place: Place, verdict: Verdict) -> None:
    """Accept a function's memory on the disk."""
    entry, root = _entry(document, place, verdict), document.project.root
    if entry is None or root is None:
        return
    try:
        await asyncio.to_thread(_save, root / FILE, entry)
    except AcceptedError as error:
        server.complain(f"{error}; nothing is accepted")
    except OSError as error:
        server.complain(f"{FILE.as_posix()} cannot be written: {error.strerror or error}")
    server.projects.changed()


def _entry(document: Document, place: Place, verdict: Verdict) -> Accepted | None:
    estimate = estimate_at(verdict.saved.estimates("memory"), verdict.n)
    if verdict.baseline is None or estimate is None:
        return None
    was, now = verdict.families
    return Accepted(document.project.name, place.function.qualified_name, now, was, estimate)


def _save(path: Path, entry: Accepted) -> None:
    save(path, merged(load(path), [entry]))


def _edit(
    path: Path, uri: str, opened: Buffer | None, entry: Accepted, encoding: Encoding
) -> types.WorkspaceEdit:
    """In a thread. The whole text is replaced: entries are sorted, and one may take the place of another."""
    data = opened.data if opened is not None else read(path)
    known = parse(path, data) if data is not None and data.strip() else []
    text = render(merged(known, [entry]))
    old = Buffer((data or b"").decode("utf-8", "replace"))
    end = old.position(len(old.data), encoding)
    whole = types.Range(types.Position(0, 0), types.Position(end.line, end.character))
    identifier = types.OptionalVersionedTextDocumentIdentifier(uri, opened.version if opened else None)
    change = types.TextDocumentEdit(identifier, [types.TextEdit(whole, text)])
    if data is not None:
        return types.WorkspaceEdit(document_changes=[change])
    create = types.CreateFile(uri=uri, options=types.CreateFileOptions(ignore_if_exists=True))
    return types.WorkspaceEdit(document_changes=[create, change])
