"""Small edits of real functions that change what they cost, or might: the pairs that regressions are learned from.

Each mutant is an item of its own, ``<item>/mut/<kind>``, of the same problem.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from pricetag.measure.label import Item
from pricetag.train.cpp_sources import parameter_types, split_arguments
from pricetag.train.python_sources import functions_of, parse

_FOLDS = frozenset({"sum", "any", "all", "max", "min", "sorted", "set", "list", "tuple", "dict", "len"})
_LAZY_FOLDS = frozenset({"sum", "any", "all", "max", "min"})
_SEED_SIZE = 8  # elements above which a mutant's early return fires


def mutate(item: Item) -> Iterator[Item]:
    """The mutants of an item: those edits that apply to it and leave a different program."""
    kinds = _PYTHON if item.language == "python" else _CPP
    for kind, edit in kinds.items():
        code = edit(item)
        if code and code != item.code:
            yield replace(item, id=f"{item.id}/mut/{kind}", source="mutated", code=code)


def _edit_python(item: Item, edit: Callable[[ast.FunctionDef, Item], bool]) -> str:
    """The item's text after ``edit`` changed the tree of its entry function; "" where it did not."""
    tree = parse(item.code)
    entry = functions_of(tree).get(item.entry) if tree else None
    if tree is None or entry is None or not edit(entry, item):
        return ""
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _list_parameters(function: ast.FunctionDef, item: Item) -> list[tuple[str, list[object]]]:
    """Parameters that the first example gives a list, and that list."""
    if not item.examples:
        return []
    try:
        values = ast.literal_eval(item.examples[0])
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return []
    names = [argument.arg for argument in function.args.posonlyargs + function.args.args]
    return [
        (name, value) for name, value in zip(names, values, strict=False) if isinstance(value, list) and value
    ]


def _insert(function: ast.FunctionDef, text: str) -> None:
    """Put statements at the start of the body, below a docstring."""
    position = 1 if ast.get_docstring(function, clean=False) is not None else 0
    function.body[position:position] = ast.parse(text).body


def _copy(function: ast.FunctionDef, item: Item) -> bool:
    for name, _ in _list_parameters(function, item)[:1]:
        _insert(function, f"{name} = list({name})")
        return True
    return False


def _sorted_copy(function: ast.FunctionDef, item: Item) -> bool:
    for name, value in _list_parameters(function, item):
        if all(
            type(element) is type(value[0]) and isinstance(element, (int, float, str)) for element in value
        ):
            _insert(function, f"{name} = sorted({name})")
            return True
    return False


def _early(function: ast.FunctionDef, item: Item) -> bool:
    """An early return that real inputs take: only where no generator is made (returning would not end its cost)."""
    if any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in ast.walk(function)):
        return False
    for name, _ in _list_parameters(function, item)[:1]:
        _insert(function, f"if len({name}) > {_SEED_SIZE}:\n    return {name}[0]")
        return True
    return False


def _listed(function: ast.FunctionDef, item: Item) -> bool:
    """``sum(x for x in xs)`` as ``sum([x for x in xs])``."""
    changed = False
    for call in _folds(function, _FOLDS):
        if isinstance(call.args[0], ast.GeneratorExp):
            call.args[0] = ast.ListComp(call.args[0].elt, call.args[0].generators)
            changed = True
    return changed


def _lazy(function: ast.FunctionDef, item: Item) -> bool:
    """``sum([x for x in xs])`` as ``sum(x for x in xs)``."""
    changed = False
    for call in _folds(function, _LAZY_FOLDS):
        if isinstance(call.args[0], ast.ListComp):
            call.args[0] = ast.GeneratorExp(call.args[0].elt, call.args[0].generators)
            changed = True
    return changed


def _folds(function: ast.FunctionDef, names: frozenset[str]) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in names
            and len(node.args) == 1
        ):
            yield node


def _concat(function: ast.FunctionDef, item: Item) -> bool:
    """``out.append(x)`` as ``out = out + [x]``: a new list each time. Only for lists that the function itself began."""
    own = {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.List)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    if any(
        isinstance(node, (ast.FunctionDef, ast.Lambda)) and node is not function
        for node in ast.walk(function)
    ):
        return False
    edit = _Append(own)
    edit.visit(function)
    return edit.changed


class _Append(ast.NodeTransformer):
    def __init__(self, names: set[str]) -> None:
        self.names = names
        self.changed = False

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        call = node.value
        if not (
            isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "append"
        ):
            return node
        if (
            not isinstance(call.func.value, ast.Name)
            or call.func.value.id not in self.names
            or len(call.args) != 1
        ):
            return node
        self.changed = True
        name = call.func.value.id
        grown = ast.BinOp(ast.Name(name, ast.Load()), ast.Add(), ast.List([call.args[0]], ast.Load()))
        return ast.Assign([ast.Name(name, ast.Store())], grown, lineno=node.lineno)


def _edit_signature(item: Item, change: Callable[[str], str]) -> str:
    """The item's text with the entry's parameter list changed; "" where it is not found."""
    types = parameter_types(item.code, item.entry)
    match = re.search(rf"\b{re.escape(item.entry)}\s*\(", item.code)
    if not types or match is None:
        return ""
    end = item.code.find(")", match.end())
    parts = split_arguments(item.code[match.end() : end])
    return item.code[: match.end()] + ", ".join(map(change, parts)) + item.code[end:]


_CONTAINER = r"(?:std::)?(?:vector|string|map|set|unordered_map|unordered_set|deque)\b(?:<.*>)?"


def _by_value(item: Item) -> str:
    return _edit_signature(item, lambda part: re.sub(rf"^const\s+({_CONTAINER})\s*&\s*", r"\1 ", part))


def _by_reference(item: Item) -> str:
    return _edit_signature(item, lambda part: re.sub(rf"^({_CONTAINER})\s+(\w+)$", r"\1& \2", part))


def _reserve(item: Item) -> str:
    """``reserve`` for the first vector that the entry function begins empty, by the size of its first vector or string."""
    types = parameter_types(item.code, item.entry) or []
    match = re.search(rf"\b{re.escape(item.entry)}\s*\(", item.code)
    if match is None:
        return ""
    names = [
        part.split()[-1].lstrip("&*")
        for part in split_arguments(item.code[match.end() : item.code.find(")", match.end())])
    ]
    sized = [
        name
        for name, type_ in zip(names, types, strict=False)
        if re.search(r"\b(vector|string)\b", type_) and "[" not in type_
    ]
    body = re.compile(r"(\n[ \t]*)((?:std::)?vector<[^;=(){}]*>\s+(\w+);)")
    found = body.search(item.code, match.end())
    if not sized or found is None or f"{found[3]}.reserve" in item.code:
        return ""
    return (
        item.code[: found.end()]
        + f"{found[1]}{found[3]}.reserve({sized[0]}.size());"
        + item.code[found.end() :]
    )


def _hashed(item: Item) -> str:
    """Ordered containers as hashed ones."""
    return re.sub(r"\b(?<!unordered_)(map|set)<", r"unordered_\1<", item.code)


def _ordered(item: Item) -> str:
    """Hashed containers as ordered ones."""
    return re.sub(r"\bunordered_(map|set)<", r"\1<", item.code)


_PYTHON: dict[str, Callable[[Item], str]] = {
    "copy": lambda item: _edit_python(item, _copy),
    "sorted": lambda item: _edit_python(item, _sorted_copy),
    "early": lambda item: _edit_python(item, _early),
    "listed": lambda item: _edit_python(item, _listed),
    "lazy": lambda item: _edit_python(item, _lazy),
    "concat": lambda item: _edit_python(item, _concat),
}
_CPP: dict[str, Callable[[Item], str]] = {
    "by-value": _by_value,
    "by-reference": _by_reference,
    "reserve": _reserve,
    "hashed": _hashed,
    "ordered": _ordered,
}
