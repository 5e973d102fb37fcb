"""Type hints of Python: they can be added or taken away without any change of what a function does."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from pricetag.syntax.rewrite import Edit, rewritten


def without_hints(canonical: str) -> str:
    """The canonical text of a Python function as it would be without its type hints.

    Fields of a class that stands in the text keep theirs: a dataclass is made of them. In text with a syntax error, what
    still parses loses its hints.
    """
    return rewritten(canonical, _edits)


def _edits(node: Node) -> Iterator[Edit]:
    if node.type == "typed_parameter":
        yield node.children[0].end_byte, node.end_byte, b""
    elif node.type == "typed_default_parameter":
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is not None and value is not None:
            yield name.end_byte, value.start_byte, b"="
    elif node.type == "function_definition":
        parameters, returned = node.child_by_field_name("parameters"), node.child_by_field_name("return_type")
        if parameters is not None and returned is not None:
            yield parameters.end_byte, returned.end_byte, b""
    elif node.type in ("block", "module") and not _is_of_class(node):
        yield from _statement_edits(node)


def _statement_edits(block: Node) -> Iterator[Edit]:
    """``x: T = v`` loses its hint, ``x: T`` goes altogether; a block of nothing else becomes ``pass``."""
    statements = block.named_children
    kept = [place for place, statement in enumerate(statements) if not _is_declaration(statement)]
    if statements and not kept:
        yield statements[0].start_byte, statements[-1].end_byte, b"pass"
        return
    stays = set(kept)
    for place, statement in enumerate(statements):
        if place not in stays:
            # With what lies between it and the next statement; at the end of a block, the one before.
            if place < kept[-1]:
                yield statement.start_byte, statements[place + 1].start_byte, b""
            else:
                yield statements[place - 1].end_byte, statement.end_byte, b""
        elif (assignment := _assignment(statement)) is not None:
            left, hint = assignment.child_by_field_name("left"), assignment.child_by_field_name("type")
            if left is not None and hint is not None:
                yield left.end_byte, hint.end_byte, b""


def _assignment(statement: Node) -> Node | None:
    first = next(iter(statement.named_children), None) if statement.type == "expression_statement" else None
    return first if first is not None and first.type == "assignment" else None


def _is_declaration(statement: Node) -> bool:
    """``x: T``, without a value."""
    assignment = _assignment(statement)
    return assignment is not None and assignment.child_by_field_name("right") is None


def _is_of_class(block: Node) -> bool:
    return block.parent is not None and block.parent.type == "class_definition"
