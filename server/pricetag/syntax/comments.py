"""What comments say: directives (``pricetag:``) and the documentation above a C++ function."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from tree_sitter import Node

from pricetag.syntax.function import Language

_DIRECTIVE = {
    Language.PYTHON: re.compile(rb"#+[ \t]*pricetag:([^\n]*)"),
    Language.CPP: re.compile(rb"(?://+|/\*+)[ \t]*pricetag:([^\n]*)"),
}
_LINE_COMMENT = {Language.PYTHON: b"#", Language.CPP: b"//"}
_MOST_LINES_ABOVE = 200


def directives(source: bytes, root: Node, bodies: Sequence[tuple[int, int]], language: Language) -> list[str]:
    """Return, for each function of ``bodies`` (byte ranges in order of start), its directives joined by "; ".

    A directive belongs to the function right below its block of comments, else to the innermost function around it.
    """
    spans = directive_spans(source, root, bodies, language)
    return [
        "; ".join(source[start:end].decode("utf-8", "replace").strip() for start, end in those)
        for those in spans
    ]


def directive_spans(
    source: bytes, root: Node, bodies: Sequence[tuple[int, int]], language: Language
) -> list[list[tuple[int, int]]]:
    """Return the bytes of the texts that `directives` joins, for each function."""
    found: list[list[tuple[int, int]]] = [[] for _ in bodies]
    if b"pricetag:" not in source:
        return found
    starts = [start for start, _ in bodies]
    for match in _DIRECTIVE[language].finditer(source):
        node = root.descendant_for_byte_range(match.start(), match.start() + 1)
        if node is None or node.type != "comment":
            continue
        start, end = match.span(1)
        if source.startswith(b"/*", node.start_byte):
            end = start + len(match[1].partition(b"*/")[0])
        text = source[start:end].strip()
        index = _below(source, node, starts, language)
        if index is None:
            index = _around(source, match.start(), bodies, starts, language)
        if index is not None and text:
            start = source.index(text, start)
            found[index].append((start, start + len(text)))
    return found


def _below(source: bytes, comment: Node, starts: Sequence[int], language: Language) -> int | None:
    """Return the function that starts right below the block of comments that begins with ``comment``."""
    at = comment.end_byte
    before = source[source.rfind(b"\n", 0, comment.start_byte) + 1 : comment.start_byte]
    after = source[at : source.find(b"\n", at) + 1]
    if before.strip() or after.strip():
        return None  # it shares its line with code
    for _ in range(_MOST_LINES_ABOVE):
        line_end = source.find(b"\n", at)
        if line_end < 0:
            return None
        line = line_end + 1
        at = line + _blanks(source, line)
        if not source.startswith(_LINE_COMMENT[language], at):
            index = bisect_right(starts, at) - 1
            return index if index >= 0 and starts[index] == at else None
    return None


def _around(
    source: bytes, at: int, bodies: Sequence[tuple[int, int]], starts: Sequence[int], language: Language
) -> int | None:
    """Return the innermost function around ``at``: up to the end of its last line, in Python also its last comments."""
    column = at - source.rfind(b"\n", 0, at) - 1
    for index in range(bisect_right(starts, at) - 1, -1, -1):
        start, end = bodies[index]
        if at < end or b"\n" not in source[end:at]:
            return index
        if language is Language.PYTHON and column > start - source.rfind(b"\n", 0, start) - 1:
            lines = source[end:at].splitlines()
            if all(not line.strip() or line.lstrip().startswith(b"#") for line in lines[1:]):
                return index
    return None


def _blanks(source: bytes, at: int) -> int:
    end = at
    while source[end : end + 1] in (b" ", b"\t", b"\r", b"\f"):
        end += 1
    return end - at


def doc_above(source: bytes, start: int) -> str:
    """Return the text of the comment block right above byte ``start``, its markers taken off; "" where there is none."""
    lines: list[bytes] = []
    line_start = source.rfind(b"\n", 0, start) + 1
    if source[line_start:start].strip():
        return ""
    in_block = False
    while line_start > 0 and len(lines) < _MOST_LINES_ABOVE:
        end = line_start - 1
        line_start = source.rfind(b"\n", 0, end) + 1
        line = source[line_start:end].strip()
        if in_block or line.endswith(b"*/"):
            in_block = not line.startswith(b"/*")
        elif not line.startswith(b"//"):
            break
        lines.append(line)
    if in_block:
        return ""
    texts = [re.sub(rb"^(?:///*!?|/\*+!?|\*(?!/))[ ]?|\**\*/$", b"", line) for line in reversed(lines)]
    texts = [text for text in texts if not text.startswith(b"pricetag:")]
    return b"\n".join(texts).decode("utf-8", "replace").strip("\n")
