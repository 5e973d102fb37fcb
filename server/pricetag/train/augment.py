"""Renamed copies of a function: the same cost under other names, so that the model reads structure and not vocabulary."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence

import tree_sitter_cpp
import tree_sitter_python
from tree_sitter import Language as Grammar
from tree_sitter import Node, Parser

from pricetag.rlm.prompt import Prompt

_PARSERS = {
    "python": Parser(Grammar(tree_sitter_python.language())),
    "cpp": Parser(Grammar(tree_sitter_cpp.language())),
}
# Nodes whose identifier children are bound by the function itself, and may therefore be renamed.
_BINDING = {
    "python": {
        "parameters", "default_parameter", "typed_parameter", "typed_default_parameter", "list_splat_pattern",
        "dictionary_splat_pattern", "assignment", "augmented_assignment", "for_statement", "for_in_clause",
        "pattern_list", "tuple_pattern", "as_pattern_target", "named_expression", "lambda_parameters", "function_definition",
    },
    "cpp": {
        "parameter_declaration", "optional_parameter_declaration", "init_declarator", "declaration", "array_declarator",
        "pointer_declarator", "reference_declarator", "for_range_loop", "function_declarator", "structured_binding_declarator",
    },
}  # fmt: skip
_IDENTIFIER = "identifier"


def bound_names(canonical: str, language: str) -> list[str]:
    """Names that the function's own text binds: its name, parameters and local variables, in order of appearance."""
    names: dict[str, None] = {}
    for node in walk(parse_canonical(canonical, language)):
        if (
            node.type == _IDENTIFIER
            and node.parent
            and node.parent.type in _BINDING[language]
            and _binds(node)
        ):
            names[_text(node)] = None
    return [name for name in names if name not in ("self", "cls", "this", "main")]


def rename(prompt: Prompt, names: Sequence[str], pool: Sequence[str], rng: random.Random) -> Prompt:
    """The prompt with each of ``names`` replaced, throughout, by a different name drawn from ``pool``."""
    fresh = rng.sample(pool, min(len(pool), 2 * len(names) + 8))
    taken = set(re.findall(r"\w+", prompt.canonical))
    choices = iter(name for name in fresh if name not in taken)
    mapping = {name: new for name in names if rng.random() < 0.8 and (new := next(choices, None))}

    def swap(text: str) -> str:
        return _renamed(text, prompt.language, mapping)

    assumes = re.sub(r"\b(\w+)(?=: )", lambda match: mapping.get(match[1], match[1]), prompt.assumes)
    return Prompt(prompt.language, assumes, swap(prompt.canonical), tuple(map(swap, prompt.callees)))


def _renamed(text: str, language: str, mapping: dict[str, str]) -> str:
    data = text.encode("utf-8", "replace")
    pieces, position = [], 0
    for node in walk(_PARSERS[language].parse(data).root_node):
        if node.type == _IDENTIFIER and not _is_attribute(node) and (new := mapping.get(_text(node))):
            pieces += [data[position : node.start_byte], new.encode()]
            position = node.end_byte
    return b"".join([*pieces, data[position:]]).decode("utf-8", "replace")


def parse_canonical(canonical: str, language: str) -> Node:
    """The root of a function's own syntax tree."""
    return _PARSERS[language].parse(canonical.encode("utf-8", "replace")).root_node


def walk(root: Node) -> Iterable[Node]:
    """Every node in document order, without recursion."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.children))


def _binds(node: Node) -> bool:
    parent = node.parent
    assert parent is not None
    field = {"assignment": "left", "augmented_assignment": "left", "for_statement": "left", "for_in_clause": "left",
             "named_expression": "name", "function_definition": "name", "default_parameter": "name",
             "typed_default_parameter": "name", "init_declarator": "declarator", "declaration": "declarator",
             "array_declarator": "declarator", "for_range_loop": "declarator", "function_declarator": "declarator",
             "parameter_declaration": "declarator", "optional_parameter_declaration": "declarator"}.get(parent.type)  # fmt: skip
    return field is None or any(child == node for child in parent.children_by_field_name(field))


def _is_attribute(node: Node) -> bool:
    parent = node.parent
    if parent is None:
        return False
    if parent.type == "attribute":
        return parent.child_by_field_name("attribute") == node
    if parent.type == "keyword_argument":
        return parent.child_by_field_name("name") == node
    return False


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")
