"""What Python can write in two ways at the same cost, in one of them: so that neither way changes a forecast."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from pricetag.syntax.binding import bound_names, parse_canonical, walk
from pricetag.syntax.function import Language
from pricetag.syntax.rewrite import Edit, rewritten

_ROUNDS = 4  # what is rewritten may uncover more within it
_LITERALS = frozenset({"integer", "float", "string", "true", "false", "none"})
_EMPTY = {b"list": b"[]", b"dict": b"{}"}
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
_OPPOSITE = {"==": "!=", "!=": "==", "in": "not in", "not in": "in", "is": "is not", "is not": "is"}
_AUGMENTED = frozenset({"+", "-", "*", "//", "/", "%", "**", "&", "|", "^", "<<", ">>"})


def one_spelling(canonical: str) -> str:
    """The canonical text of a Python function as it would be with

    - ``return v`` for ``x = v`` and ``return x`` right after it,
    - ``x += 1`` for ``x = x + 1``, where a number literal is added (or taken away, ...) to what began as one: a list or an
      array would be copied,
    - ``[]`` for ``list()``, ``{}`` for ``dict()``,
    - ``x > 0`` for ``0 < x``, where one side is a literal,
    - ``a != b`` for ``not a == b``, and the like.
    """
    shadowed = {name.encode() for name in bound_names(canonical, Language.PYTHON)}
    numbers = {name for node in walk(parse_canonical(canonical, Language.PYTHON)) if (name := _number(node))}

    def edits(node: Node) -> Iterator[Edit]:
        if node.type == "call":
            yield from _empty(node, shadowed)
        elif node.type == "assignment":
            yield from _augmented(node, numbers)
        elif (found := _EDITS.get(node.type)) is not None:
            yield from found(node)

    for _ in range(_ROUNDS):
        canonical, before = rewritten(canonical, edits), canonical
        if canonical == before:
            break
    return canonical


def _empty(call: Node, shadowed: set[bytes]) -> Iterator[Edit]:
    function, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
    if function is None or arguments is None or function.type != "identifier" or function.text in shadowed:
        return
    literal = _EMPTY.get(function.text or b"")
    if literal is not None and arguments.type == "argument_list" and not arguments.named_children:
        yield call.start_byte, call.end_byte, literal


def _returned(statement: Node) -> Iterator[Edit]:
    """``return x`` after ``x = v``: the value moves into the return."""
    before = statement.prev_named_sibling
    name = statement.named_children[0] if len(statement.named_children) == 1 else None
    if name is None or name.type != "identifier" or before is None or before.type != "expression_statement":
        return
    [assignment, *others] = before.named_children
    if others or assignment.type != "assignment" or assignment.child_by_field_name("type") is not None:
        return
    target, value = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
    if target is None or value is None or target.type != "identifier" or target.text != name.text:
        return
    if value.type in ("assignment", "yield") or _has_lambda(value):
        return
    yield before.start_byte, value.start_byte, b"return "
    yield value.end_byte, statement.end_byte, b""


def _has_lambda(value: Node) -> bool:
    """A lambda may call itself by the name that would go."""
    stack = [value]
    while stack:
        node = stack.pop()
        if node.type == "lambda":
            return True
        stack.extend(node.named_children)
    return False


def _number(assignment: Node) -> bytes | None:
    """The name that a number literal is assigned to."""
    if assignment.type != "assignment":
        return None
    target, value = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
    if (
        target is None
        or value is None
        or target.type != "identifier"
        or value.type not in ("integer", "float")
    ):
        return None
    return target.text


def _augmented(assignment: Node, numbers: set[bytes]) -> Iterator[Edit]:
    target, value = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
    if target is None or value is None or target.type != "identifier" or value.type != "binary_operator":
        return
    left, sign, right = (value.child_by_field_name(name) for name in ("left", "operator", "right"))
    if left is None or sign is None or right is None or assignment.child_by_field_name("type") is not None:
        return
    same = left.type == "identifier" and left.text == target.text and target.text in numbers
    if same and sign.type in _AUGMENTED and right.type in ("integer", "float"):
        yield target.end_byte, right.start_byte, b" " + sign.type.encode() + b"= "


def _compared(comparison: Node) -> Iterator[Edit]:
    """A literal on the left goes to the right."""
    sides, sign = comparison.named_children, _sign(comparison)
    if len(sides) != 2 or sides[0].type not in _LITERALS or sides[1].type in _LITERALS:
        return
    if sign in _OPPOSITE and _is_negated(comparison):
        return  # that is taken away first
    if (turned := _TURNED.get(sign)) is not None:
        left, right = sides[0].text or b"", sides[1].text or b""
        yield comparison.start_byte, comparison.end_byte, right + f" {turned} ".encode() + left


def _is_negated(comparison: Node) -> bool:
    parent = comparison.parent
    while parent is not None and parent.type == "parenthesized_expression":
        parent = parent.parent
    return parent is not None and parent.type == "not_operator"


def _negated(negation: Node) -> Iterator[Edit]:
    """``not`` before a comparison goes into its sign."""
    comparison = negation.child_by_field_name("argument")
    while comparison is not None and comparison.type == "parenthesized_expression":
        comparison = comparison.named_children[0] if len(comparison.named_children) == 1 else None
    if comparison is None or comparison.type != "comparison_operator" or len(comparison.named_children) != 2:
        return
    if (opposite := _OPPOSITE.get(_sign(comparison))) is not None:
        left, right = comparison.named_children
        yield negation.start_byte, left.start_byte, b""
        yield left.end_byte, right.start_byte, f" {opposite} ".encode()
        yield right.end_byte, negation.end_byte, b""


def _sign(comparison: Node) -> str:
    signs = [child for child in comparison.children if not child.is_named]
    return " ".join(sign.type for sign in signs)


_EDITS = {
    "return_statement": _returned,
    "comparison_operator": _compared,
    "not_operator": _negated,
}
