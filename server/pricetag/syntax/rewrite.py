"""The canonical text of a Python function with pieces of it written otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tree_sitter import Node

from pricetag.syntax.binding import parse_canonical, walk
from pricetag.syntax.function import Language

Edit = tuple[int, int, bytes]  # bytes from, to, and what stands there instead


def rewritten(canonical: str, edits: Callable[[Node], Iterator[Edit]]) -> str:
    """The text with the ``edits`` of every node of its syntax tree; of two that overlap, the one that begins first."""
    data = canonical.encode("utf-8", "replace")
    nodes = walk(parse_canonical(canonical, Language.PYTHON))
    pieces, position = [], 0
    for start, end, text in sorted(edit for node in nodes for edit in edits(node)):
        if start >= position:
            pieces += [data[position:start], text]
            position = end
    return b"".join([*pieces, data[position:]]).decode("utf-8", "replace")
