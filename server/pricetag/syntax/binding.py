"""Names that a function gives to things of its own: they can change without any change of what the function does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tree_sitter import Node, Parser

from pricetag.syntax.function import Language
from pricetag.syntax.outline import grammar

# Node types whose identifier children are bound there, and the field they stand in ("" for any child).
_BINDING = {
    Language.PYTHON: {
        "parameters": "", "lambda_parameters": "", "typed_parameter": "", "default_parameter": "name",
        "typed_default_parameter": "name", "list_splat_pattern": "", "dictionary_splat_pattern": "",
        "assignment": "left", "augmented_assignment": "left", "named_expression": "name", "for_statement": "left",
        "for_in_clause": "left", "pattern_list": "", "tuple_pattern": "", "list_pattern": "",
        "as_pattern_target": "", "function_definition": "name",
    },
    Language.CPP: {
        "parameter_declaration": "declarator", "optional_parameter_declaration": "declarator",
        "init_declarator": "declarator", "declaration": "declarator", "array_declarator": "declarator",
        "pointer_declarator": "declarator", "reference_declarator": "", "for_range_loop": "declarator",
        "function_declarator": "declarator", "structured_binding_declarator": "",
    },
}  # fmt: skip
_FIXED = frozenset({"self", "cls", "this", "main"})


def bound_names(canonical: str, language: Language) -> tuple[str, ...]:
    """Names that a function's canonical text binds: its own, its parameters and locals, in order of appearance."""
    binding = _BINDING[language]
    names: dict[str, None] = {}
    for node in walk(parse_canonical(canonical, language)):
        parent = node.parent
        if node.type != "identifier" or parent is None or (field := binding.get(parent.type)) is None:
            continue
        if not field or any(child == node for child in parent.children_by_field_name(field)):
            names[_text(node)] = None
    return tuple(name for name in names if name not in _FIXED)


def replace_names(text: str, language: Language, mapping: Mapping[str, str]) -> str:
    """Canonical text with other names for what ``bound_names`` found; attributes and keywords of calls keep theirs."""
    data = text.encode("utf-8", "replace")
    pieces, position = [], 0
    for node in walk(parse_canonical(text, language)):
        if node.type == "identifier" and (new := mapping.get(_text(node))) and not _is_attribute(node):
            pieces += [data[position : node.start_byte], new.encode()]
            position = node.end_byte
    return b"".join([*pieces, data[position:]]).decode("utf-8", "replace")


def parse_canonical(canonical: str, language: Language) -> Node:
    """The root of the syntax tree of a function's canonical text."""
    return Parser(grammar(language)).parse(canonical.encode("utf-8", "replace")).root_node


def walk(root: Node) -> Iterator[Node]:
    """Every node in document order, without recursion: code may nest deeper than Python's stack."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.children))


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
