"""How the object of a measured method is made: what its constructor takes, and what fills it.

Told by the source text alone, before anything runs: the parameters of ``__init__`` or the fields of a dataclass, and,
where the constructor takes nothing that grows, a method that adds one element (``add``, ``push``, ``insert``...).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pricetag.measure.label import Item
from pricetag.syntax import parse_functions
from pricetag.syntax.function import Function, Language
from pricetag.workload import infer
from pricetag.workload.infer_python import uses_state
from pricetag.workload.shape import Kind, Record, Scalar, Shape, Sized, Workload

_FILLING = (
    "add append push insert put enqueue offer record register set store update_one add_item add_edge add_node add_word "
    "addNum addWord add_value add_entry add_task add_event add_order add_transaction add_user add_job add_row add_score "
    "push_back observe log submit schedule deposit"
).split()
_CAPACITY = re.compile(r"^(capacity|cap|n|size|length|limit|maxlen|max_?(size|items|entries|len\w*))$")
_MOST_PARAMETERS = 4  # of a filling method


@dataclass(frozen=True, slots=True)
class Plan:
    """The shapes of a constructor's arguments, and the method that fills the object with the shapes of one call of it."""

    constructor: Workload
    fill: str
    element: Workload


def plan(item: Item) -> Plan | None:
    """How to make the object that ``item``'s entry is a method of; None for plain functions and methods of no state."""
    owner = item.entry.rpartition(".")[0]
    if not owner:
        return None
    functions = parse_functions(item.code, Language.PYTHON)
    own = [function for function in functions if function.owner == owner]
    entry = [function for function in own if function.qualified_name == item.entry]
    constructor = _constructor(item.code, owner, functions)
    fill = None
    if entry and not item.receiver and not grows(constructor) and uses_state("self", entry[-1]):
        fill = _filling(own)
    elif item.receiver:
        fill = _filling(own)  # the examples may turn out to give nothing that grows
    if not (constructor.kinds or fill or item.receiver):
        return None
    return Plan(constructor, *(fill or ("", Workload(()))))


def grows(workload: Workload) -> bool:
    """Whether a container of the workload holds more elements as n grows."""
    return any(_grows(kind.shape) for kind in workload.kinds)


def receiver_kind(holds: bool) -> Kind:
    """What the workload says of the object: that it holds n elements, or that it is just there."""
    return Kind("self", Sized("object", (), "n") if holds else Scalar("object"))


def _grows(shape: Shape) -> bool:
    if isinstance(shape, Record):
        return any(map(_grows, shape.fields))
    return isinstance(shape, Sized) and not isinstance(shape.size, int)


def _constructor(code: str, owner: str, functions: Sequence[Function]) -> Workload:
    """The kinds of the arguments to construct ``owner`` with, up to the last one that is needed or that grows."""
    definition = next((f for f in functions if f.owner == owner and f.name == "__init__"), None)
    node = _class(code, owner)
    if definition is None and node is not None:
        for base in node.bases:
            name = base.id if isinstance(base, ast.Name) else ""
            definition = definition or next(
                (f for f in functions if f.owner == name and f.name == "__init__"), None
            )
        if definition is None:
            definition = _fields(node)
    if definition is None:
        return Workload(())
    known = {p.name: p for p in definition.parameters if not p.variadic}
    kinds = [kind for kind in infer(definition).kinds if kind.name in known and kind.name != "self"]
    while kinds and known[kinds[-1].name].default and not _grows(kinds[-1].shape):
        kinds.pop()
    return Workload(tuple(Kind(kind.name, _room(kind)) for kind in kinds))


def _room(kind: Kind) -> Shape:
    """An int that says how much the object may hold is n: it is to hold n elements."""
    shape = kind.shape
    if isinstance(shape, Scalar) and shape.type == "int" and _CAPACITY.match(kind.name):
        return Scalar("int", "n")
    return shape


def _class(code: str, owner: str) -> ast.ClassDef | None:
    try:
        scope: ast.AST = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for name in owner.split("."):
        found = [n for n in ast.iter_child_nodes(scope) if isinstance(n, ast.ClassDef) and n.name == name]
        if not found:
            return None
        scope = found[-1]
    return scope if isinstance(scope, ast.ClassDef) else None


def _fields(node: ast.ClassDef) -> Function | None:
    """The constructor that ``@dataclass`` or ``NamedTuple`` makes of the annotated fields, as a definition."""
    marks = [ast.unparse(d) for d in (*node.decorator_list, *node.bases)]
    if not any("dataclass" in mark or "NamedTuple" in mark for mark in marks):
        return None
    fields = []
    for field in node.body:
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        kind = ast.unparse(field.annotation)
        default = ast.unparse(field.value) if field.value is not None else ""
        if "ClassVar" in kind or "init=False" in default:
            continue
        fields.append(f"{field.target.id}: {kind}" + (f" = {default}" if default else ""))
    if not fields:
        return None
    text = f"class {node.name}:\n    def __init__(self, {', '.join(fields)}):\n        pass\n"
    made = parse_functions(text, Language.PYTHON)
    return made[0] if made and not made[0].error else None


def _filling(own: Sequence[Function]) -> tuple[str, Workload] | None:
    """The method that adds one element, with the shapes of its arguments."""
    named = {function.name: function for function in own}
    for name in _FILLING:
        function = named.get(name)
        if function is None or function.is_async or "@" in function.source.partition("def ")[0]:
            continue
        needed = [p for p in function.parameters[1:] if not p.variadic and not p.default]
        if not 1 <= len(needed) <= _MOST_PARAMETERS:
            continue
        shapes = {kind.name: kind.shape for kind in infer(function).kinds}
        return name, Workload(tuple(Kind(p.name, _element(shapes[p.name])) for p in needed))
    return None


def _element(shape: Shape) -> Shape:
    """The shape of one argument of one call out of n: small, and drawn anew for every call."""
    if isinstance(shape, Sized):
        if shape.container == "str":
            return replace(shape, size=5)
        return replace(shape, size=3, items=tuple(map(_element, shape.items)))
    if isinstance(shape, Record):
        return replace(shape, fields=tuple(map(_element, shape.fields)))
    if shape.type in ("int", "object", "key"):
        return Scalar("int")
    return Sized("str", (), 5) if shape.type == "str" else shape
