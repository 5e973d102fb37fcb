"""What one definition says by itself, wherever in the file it stands."""

from __future__ import annotations

from dataclasses import dataclass

from tree_sitter import Node

from pricetag.syntax.function import Parameter


@dataclass(frozen=True, slots=True)
class Definition:
    """What the bytes of one definition alone determine, so it is computed once while they stay the same.

    Byte offsets and ``error_row`` count from the start of the definition, its header included.
    """

    scope: str  # "n::S" of a C++ definition written `n::S::f`, else ""
    name: str
    name_start: int
    name_end: int
    signature_end: int
    parameters: tuple[Parameter, ...]
    returns: str
    canonical: str  # of a definition with an error: its text, white space normalised
    calls: tuple[str, ...]
    docstring: str
    is_async: bool
    error: str
    error_row: int


LONGEST = 100_000  # bytes: far beyond what a model reads, and a bound on the work per edit


def check(node: Node) -> tuple[str, int]:
    """Return what keeps ``node`` from being read ("" if nothing), and on which of its rows."""
    if node.end_byte - node.start_byte > LONGEST:
        return f"longer than {LONGEST // 1000} kB", 0
    return _first_error(node)


def _first_error(node: Node) -> tuple[str, int]:
    if not node.has_error:
        return "", 0
    cursor = node.walk()
    while True:
        current = cursor.node
        if current is None:  # never so for a cursor of a node; the stubs allow it
            return "syntax error", 0
        if current.is_missing:
            return f"missing {current.type!r}", current.start_point.row - node.start_point.row
        if current.is_error:
            return "syntax error", current.start_point.row - node.start_point.row
        if current.has_error and cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return "syntax error", 0


def squeeze(text: str) -> str:
    """Return ``text`` with no white space."""
    return "".join(text.split())


def plain(node: Node) -> str:
    """Return the text of a ``node`` that cannot be read, its white space alone normalised; the start if it is long."""
    return " ".join((node.text or b"")[:LONGEST].decode("utf-8", "replace").split())


def node_text(node: Node) -> str:
    """Return the source text of ``node`` with \\n line ends."""
    text = node.text
    return text.decode("utf-8", "replace").replace("\r\n", "\n") if text else ""
