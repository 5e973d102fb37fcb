"""Definitions that broken code elsewhere hides from the parser: found by their first line and parsed by themselves."""

from __future__ import annotations

import re
from dataclasses import replace

import tree_sitter
from tree_sitter import Node

from pricetag.syntax.function import Language
from pricetag.syntax.outline import Capture, grammar

_MOST_TRIES = 200
_MOST_BYTES = 300_000  # read in all tries together
_PYTHON_LINE = re.compile(rb"^([ \t]*)((?:async[ \t]+)?def|class)[ \t]+(\w+)", re.MULTILINE)
_PYTHON_CODE = re.compile(rb"^([ \t]*)(?![ \t\r\n\f#)\]}])", re.MULTILINE)
_CPP_START = re.compile(
    rb"^[ \t]*(?!(?:if|for|while|switch|else|do|catch|return|case|namespace|class|struct|union|enum|extern)\b)"
    rb"([A-Za-z_~:\[][^;{}#()]*\([^;{}#]*\{)",
    re.MULTILINE,
)
_CPP_TEMPLATE = re.compile(rb"template[ \t]*<[^;{}]*>[ \t\r]*\n[ \t]*\Z")
_CPP_TOKEN = re.compile(rb"""//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[{}]""", re.DOTALL)


def rescue(source: bytes, root: Node, captures: list[Capture], language: Language) -> list[Capture]:
    """Add to ``captures`` the whole definitions that the tree of a broken file does not show.

    A broken function that swallowed one of them ends before it.
    """
    find = _python if language is Language.PYTHON else _cpp
    added = find(source, root, captures)
    if not added:
        return captures
    starts = [capture.start for capture in added]
    kept = []
    for capture in captures:
        swallowed = [start for start in starts if capture.start < start < capture.end]
        if swallowed and capture.kind == "function" and _ends_before(source, capture, swallowed[0], language):
            end = swallowed[0]
            end -= len(source[:end]) - len(source[:end].rstrip())
            capture = replace(capture, end=end)
        kept.append(capture)
    return sorted(
        [*kept, *added], key=lambda capture: (capture.start, -capture.end, capture.kind == "function")
    )


def _ends_before(source: bytes, capture: Capture, start: int, language: Language) -> bool:
    if capture.node is None or not capture.node.has_error:
        return False
    return language is Language.CPP or _column(source, start) <= _column(source, capture.start)


def _column(source: bytes, at: int) -> int:
    return at - source.rfind(b"\n", 0, at) - 1


def _python(source: bytes, root: Node, captures: list[Capture]) -> list[Capture]:
    """Read the blocks of definitions off their indentation."""
    seen = {capture.start for capture in captures}
    parser = tree_sitter.Parser(grammar(Language.PYTHON))
    added: list[Capture] = []
    tries, budget = _MOST_TRIES, _MOST_BYTES
    for match in _PYTHON_LINE.finditer(source):
        start = match.start(2)
        if start in seen or _in_text(root, start):
            continue
        if tries <= 0 or budget <= 0:
            break
        indent = len(match[1])
        end = _block_end(source, match.end(), indent)
        budget -= end - start
        if match[2] == b"class":
            added.append(Capture("class", start, end, match[3].decode("utf-8", "replace")))
            continue
        tries -= 1
        header = _decorators(source, start, indent)
        node = _alone(parser, source, header, end)
        if node is not None and node.type == "decorated_definition":
            added.append(Capture("header", node.start_byte, node.end_byte, "", node))
            node = node.child_by_field_name("definition")
        if node is not None and node.type == "function_definition":
            added.append(Capture("function", node.start_byte, node.end_byte, "", node))
    functions = [capture for capture in added if capture.kind != "class"]
    return added if functions else []


def _block_end(source: bytes, at: int, indent: int) -> int:
    """Return where the code ends that is indented deeper than ``indent``."""
    at = source.find(b"\n", at)
    while at >= 0:
        match = _PYTHON_CODE.search(source, at + 1)
        if match is None:
            break
        if len(match[1]) <= indent and match.end() < len(source):
            return match.start()
        at = source.find(b"\n", match.end())
    return len(source)


def _decorators(source: bytes, start: int, indent: int) -> int:
    """Return the start of the decorator lines right above a definition."""
    line = start - indent
    while line > 0:
        above = source.rfind(b"\n", 0, line - 1) + 1
        text = source[above : line - 1]
        if text[indent : indent + 1] != b"@" or text[:indent].strip():
            break
        line = above
    return line + indent


def _cpp(source: bytes, root: Node, captures: list[Capture]) -> list[Capture]:
    """Read the blocks of definitions off their braces."""
    seen = {capture.start for capture in captures}
    ends = 0
    parser = tree_sitter.Parser(grammar(Language.CPP))
    added: list[Capture] = []
    whole = [c for c in captures if c.kind == "function" and (c.node is None or not c.node.has_error)]
    tries, budget = _MOST_TRIES, _MOST_BYTES
    for match in _CPP_START.finditer(source):
        start = match.start(1)
        if start < ends or start in seen or _in_text(root, start):
            continue
        if any(capture.start <= start < capture.end for capture in whole):
            continue
        if tries <= 0 or budget <= 0:
            break
        end = _brace_end(source, match.end() - 1)
        tries -= 1
        budget -= (end or len(source)) - start
        template = _CPP_TEMPLATE.search(source, max(0, start - 400), start)
        node = _alone(parser, source, template.start() if template else start, end) if end else None
        if node is not None and node.type == "template_declaration":
            added.append(Capture("header", node.start_byte, node.end_byte, "", node))
            node = next((child for child in node.children if child.type == "function_definition"), None)
        if (
            node is not None
            and node.type == "function_definition"
            and node.child_by_field_name("body") is not None
        ):
            added.append(Capture("function", node.start_byte, node.end_byte, "", node))
            ends = end
    return added


def _brace_end(source: bytes, at: int) -> int:
    """Return the end of the block that opens at ``at``; 0 where it does not close."""
    depth = 0
    for match in _CPP_TOKEN.finditer(source, at):
        depth += {b"{": 1, b"}": -1}.get(match[0], 0)
        if depth == 0:
            return match.end()
    return 0


def _alone(parser: tree_sitter.Parser, source: bytes, start: int, end: int) -> Node | None:
    """Parse ``[start, end)`` by itself; return its one node if nothing in it is broken. Offsets are the file's."""
    rows = source.count(b"\n", 0, start), source.count(b"\n", 0, end)
    points = (rows[0], _column(source, start)), (rows[1], _column(source, end))
    parser.included_ranges = [tree_sitter.Range(points[0], points[1], start, end)]
    root = parser.parse(source).root_node
    nodes = [child for child in root.children if child.type != "comment"]
    return nodes[0] if len(nodes) == 1 and not root.has_error else None


def _in_text(root: Node, at: int) -> bool:
    node = root.descendant_for_byte_range(at, at + 1)
    return node is not None and node.type in ("string_content", "string", "comment", "raw_string_content")
