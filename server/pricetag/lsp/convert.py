"""Between our plain positions and the protocol's types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsprotocol import types

from pricetag.text import Change, Position, Range

if TYPE_CHECKING:
    from pricetag.lsp.documents import Document


def to_position(document: Document, offset: int) -> types.Position:
    """A byte offset of the live text as the editor counts."""
    position = document.buffer.position(offset, document.encoding)
    return types.Position(position.line, position.character)


def to_range(document: Document, start: int, end: int) -> types.Range:
    """Two byte offsets as the editor counts."""
    return types.Range(to_position(document, start), to_position(document, end))


def to_offset(document: Document, position: types.Position) -> int:
    """A byte offset of the live text, clamped into it."""
    return document.buffer.offset(Position(position.line, position.character), document.encoding)


def to_changes(changes: Sequence[types.TextDocumentContentChangeEvent]) -> list[Change]:
    """Content changes as plain data."""
    return [
        Change(
            Range(
                Position(change.range.start.line, change.range.start.character),
                Position(change.range.end.line, change.range.end.character),
            )
            if isinstance(change, types.TextDocumentContentChangePartial)
            else None,
            change.text,
        )
        for change in changes
    ]
