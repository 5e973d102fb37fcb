"""Where the definitions of a file are, and the scopes that name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import tree_sitter
import tree_sitter_cpp
import tree_sitter_python
from tree_sitter import Node, Query, QueryCursor

from pricetag.syntax.definition import squeeze
from pricetag.syntax.function import Language


@dataclass(frozen=True, slots=True)
class Capture:
    """One node that the query file names; ``kind`` is the name, ``name`` that of a class or namespace.

    ``node`` is None where the capture was remembered from an earlier tree with the same text.
    """

    kind: str
    start: int
    end: int
    name: str = ""
    node: Node | None = None


# Nodes that hold definitions side by side: each of those is looked up, and remembered, by itself.
_TRANSPARENT = frozenset(
    """module translation_unit namespace_definition declaration_list linkage_specification preproc_if preproc_ifdef
    preproc_else preproc_elif preproc_elifdef""".split()
)
_ORDER = {"header": 0, "friend": 1, "namespace": 2, "class": 3, "function": 4}


class Outline:
    """The captures of successive trees of one file; what lies in unchanged text is not searched again."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._known: dict[tuple[str, bytes], tuple[Capture, ...]] = {}

    def captures(self, root: Node, source: bytes) -> list[Capture]:
        """Return all captures of a tree, an outer one before those within it."""
        found: list[Capture] = []
        known: dict[tuple[str, bytes], tuple[Capture, ...]] = {}
        whole, alone = QueryCursor(query(self._language)), QueryCursor(query(self._language))
        alone.set_max_start_depth(0)
        waiting = [root]
        while waiting:
            node = waiting.pop()
            kind = node.type
            # A query takes quadratic time over an error node of very many children: query those one by one.
            if kind in _TRANSPARENT or node.has_error:
                found.extend(_captures(alone.captures(node), 0))
                waiting.extend(child for child in node.children if child.child_count)
                continue
            start = node.start_byte
            key = (kind, source[start : node.end_byte])
            remembered = self._known.get(key) or known.get(key)
            if remembered is None:
                fresh = _captures(whole.captures(node), start)
                found.extend(replace(c, start=c.start + start, end=c.end + start) for c in fresh)
                remembered = tuple(replace(capture, node=None) for capture in fresh)
            elif remembered:
                found.extend(replace(c, start=c.start + start, end=c.end + start) for c in remembered)
            known[key] = remembered
        self._known = known
        found.sort(key=lambda capture: (capture.start, -capture.end, _ORDER[capture.kind]))
        return found


def _captures(captured: Mapping[str, list[Node]], offset: int) -> list[Capture]:
    return [
        Capture(kind, node.start_byte - offset, node.end_byte - offset, _scope_name(node, kind), node)
        for kind, nodes in captured.items()
        for node in nodes
    ]


def _scope_name(node: Node, kind: str) -> str:
    if kind not in ("class", "namespace"):
        return ""
    name = node.child_by_field_name("name")
    if name is None:
        return ""
    if name.type == "template_type":
        name = name.child_by_field_name("name") or name
    return squeeze((name.text or b"").decode("utf-8", "replace"))


@cache
def grammar(language: Language) -> tree_sitter.Language:
    """Return the grammar of a language."""
    module = tree_sitter_python if language is Language.PYTHON else tree_sitter_cpp
    return tree_sitter.Language(module.language())


@cache
def query(language: Language) -> Query:
    """Return the query of a language's ``.scm`` file."""
    source = files(__package__).joinpath(f"{language.value}.scm").read_text("utf-8")
    return Query(grammar(language), source)
