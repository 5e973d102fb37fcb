"""Shapes from Python type annotations, as text."""

from __future__ import annotations

import ast

from pricetag.workload.shape import Record, Scalar, Shape, Size, Sized

_SEQUENCES = {
    "list": "list", "List": "list", "Sequence": "list", "MutableSequence": "list", "Iterable": "list", "Collection": "list",
    "Container": "list", "Reversible": "list", "tuple": "tuple", "Tuple": "tuple", "set": "set", "Set": "set",
    "AbstractSet": "set", "MutableSet": "set", "KeysView": "set", "frozenset": "frozenset", "FrozenSet": "frozenset",
    "deque": "deque", "Deque": "deque", "Iterator": "iterator", "Generator": "iterator", "ValuesView": "list", "array": "array",
}  # fmt: skip
_MAPPINGS = {
    "dict",
    "Dict",
    "Mapping",
    "MutableMapping",
    "DefaultDict",
    "defaultdict",
    "OrderedDict",
    "Counter",
    "ChainMap",
}
_SCALARS: dict[str, Shape] = {
    "int": Scalar("int"), "float": Scalar("float"), "complex": Scalar("float"), "bool": Scalar("bool"), "None": Scalar("none"),
    "Number": Scalar("int"), "Decimal": Scalar("float"), "Fraction": Scalar("float"), "SupportsInt": Scalar("int"), "Real": Scalar("float"),
    "Integral": Scalar("int"), "SupportsFloat": Scalar("float"), "Callable": Scalar("callable"), "Hashable": Scalar("int"),
}  # fmt: skip
_ARRAYS = {"ndarray", "NDArray", "ArrayLike", "Array", "Tensor", "Series"}
_WRAPPERS = {"Annotated", "Final", "ClassVar", "Required", "NotRequired", "ReadOnly", "Unpack"}
_WORD = 5
_DEEPEST = 4


def annotation_shape(text: str) -> Shape | None:
    """The shape of a parameter annotated ``text``; None for text that is no annotation or says nothing.

    A nested sequence is sqrt n x sqrt n, rows of a fixed make-up are n, words in a collection have a length of their own.
    """
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return _top(node)


def _sized(container: str, items: tuple[Shape, ...], depth: int = 0) -> Sized:
    """A container at ``depth``: n outermost, or sqrt n where it holds sequences itself; then sqrt n; then a few."""
    holds = len(items) == 1 and isinstance(items[0], Sized) and items[0].size == "sqrt n"
    size: Size = ("sqrt n" if holds else "n") if depth == 0 else "sqrt n" if depth == 1 else 3
    return Sized(container, items, size)


def _top(node: ast.expr) -> Shape | None:
    shape = _shape(node, 0)
    return None if isinstance(shape, Scalar) and shape.type == "none" else shape


def _shape(node: ast.expr, depth: int) -> Shape | None:
    if depth > _DEEPEST:
        return Scalar("object")
    if isinstance(node, ast.Constant):
        if node.value is None:
            return Scalar("none")
        if isinstance(node.value, str):
            try:
                return _shape(ast.parse(node.value.strip(), mode="eval").body, depth)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return None
        return None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _union([node.left, node.right], depth)
    if isinstance(node, ast.Subscript):
        arguments = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        return _generic(_name(node.value), arguments, depth)
    name = _name(node)
    return _plain(name, depth) if name else None


def _union(nodes: list[ast.expr], depth: int) -> Shape | None:
    """The first member that says something: ``Optional[list[int]]`` is a list."""
    shapes = [shape for node in nodes if (shape := _shape(node, depth)) is not None]
    telling = [s for s in shapes if not (isinstance(s, Scalar) and s.type in ("none", "object"))]
    sequences = [s for s in telling if isinstance(s, Sized)]
    return sequences[0] if sequences else telling[0] if telling else shapes[0] if shapes else None


def _generic(name: str, arguments: list[ast.expr], depth: int) -> Shape | None:
    if name in ("Optional", "Union"):
        return _union(arguments, depth)
    if name in _WRAPPERS:
        return _shape(arguments[0], depth)
    if name == "Literal":
        values = [a.value for a in arguments if isinstance(a, ast.Constant)]
        return Scalar("int") if values and all(type(v) is int for v in values) else Scalar("str")
    if name in ("Callable", "Type", "type"):
        return Scalar("callable")
    if name in ("tuple", "Tuple"):
        variable = (
            len(arguments) == 2 and isinstance(arguments[1], ast.Constant) and arguments[1].value is Ellipsis
        )
        if not variable:
            fields = tuple(_item(a, max(depth, 1) + 1) for a in arguments)
            return Record(fields) if len(fields) > 1 or depth > 0 else _sized("tuple", fields, depth)
        return _sequence("tuple", arguments[0], depth)
    if name in _MAPPINGS:
        key = _item(arguments[0], 2)
        value = _item(arguments[1], 2) if len(arguments) > 1 else Scalar("int")
        return Sized("dict", (key, value), "n" if depth == 0 else "sqrt n" if depth == 1 else 3)
    if name in _ARRAYS:
        return _sized("array", (Scalar("float"),), depth)
    if name in _SEQUENCES:
        return _sequence(_SEQUENCES[name], arguments[0], depth)
    return Scalar("object")


def _sequence(container: str, argument: ast.expr, depth: int) -> Sized:
    return _sized(container, (_item(argument, depth + 1),), depth)


def _item(node: ast.expr, depth: int) -> Shape:
    shape = _shape(node, depth)
    return Scalar("object") if shape is None else shape


def _plain(name: str, depth: int) -> Shape | None:
    if name in _SCALARS:
        return _SCALARS[name]
    if name in ("str", "Text", "AnyStr", "LiteralString"):
        return Sized("str", (), "n" if depth == 0 else _WORD)
    if name in ("bytes", "bytearray", "memoryview", "ByteString", "Buffer"):
        return Sized("bytearray" if name == "bytearray" else "bytes", (), "n" if depth == 0 else _WORD)
    if name in _SEQUENCES:
        return _sized(_SEQUENCES[name], (Scalar("object"),), depth)
    if name in _MAPPINGS:
        return Sized("dict", (Scalar("object"), Scalar("object")), "n" if depth == 0 else 3)
    if name in _ARRAYS:
        return _sized("array", (Scalar("float"),), depth)
    if name.endswith("TreeNode") or name in ("BST", "BinaryTree"):
        return Sized("tree", (Scalar("int"),), "n" if depth == 0 else _WORD)
    if name.endswith("ListNode") or name == "LinkedList":
        return Sized(
            "linked list", (Scalar("int"),), "n" if depth == 0 else "sqrt n" if depth == 1 else _WORD
        )
    if name == "DataFrame":
        return Sized("object", (), "n")
    if len(name) <= 2 and name.isupper():  # a type variable
        return Scalar("int") if depth else None
    return Scalar("object")


def _name(node: ast.expr) -> str:
    """The last part of a dotted name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
