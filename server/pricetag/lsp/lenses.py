"""Code lenses: the hints' text above each function, for those who want it there. Off by default."""

from __future__ import annotations

from lsprotocol import types

from pricetag.lsp.convert import to_range
from pricetag.lsp.documents import Document, Place


def answer(document: Document, shown: list[tuple[Place, str]]) -> list[types.CodeLens]:
    """A lens for each hint. It does nothing when it is clicked."""
    document.lenses = tuple((place.slot, label) for place, label in shown)
    return [
        types.CodeLens(
            range=to_range(document, place.name_start, place.name_end),
            command=types.Command(title=label, command=""),
        )
        for place, label in shown
    ]
