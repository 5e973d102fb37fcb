"""Edits of Python functions that change what they cost, or might.

Each edit is a function from a program to the places it applies at; text outside of the changed statements stays as written.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence

from pricetag.train.mutate.edits import Edit, Site
from pricetag.train.mutate.program import COMPREHENSIONS, FUNCTIONS, Function, Program

_FOLDS = frozenset(
    {"sum", "any", "all", "max", "min", "sorted", "set", "list", "tuple", "dict", "frozenset", "Counter"}
)
_LAZY_FOLDS = frozenset({"sum", "any", "all", "max", "min", "set", "dict", "frozenset"})
_ORDERED = frozenset({"int", "float", "str"})
_HASHED = frozenset({"int", "float", "str", "tuple"})
_COPIES = {
    "list": ("list({0})", "{0}[:]", "{0}.copy()", "[*{0}]", "[{1} for {1} in {0}]"),
    "dict": ("dict({0})", "{0}.copy()", "{{**{0}}}"),
    "set": ("set({0})", "{0}.copy()"),
}


def _read(p: Program, name: str) -> bool:
    """Whether statements may be put in front of a function that reads its parameter."""
    return any(isinstance(use.ctx, ast.Load) for use in p.uses(name, p.entry))


def _given(p: Program, *kinds: str) -> Iterator[tuple[str, ast.stmt]]:
    """Parameters of the entry of these kinds, with the first statement of its body."""
    first = p.begin(p.entry)
    for name in p.parameters(p.entry) if first else ():
        if p.kinds(p.entry).get(name, "") in kinds or (
            p.bindings(name, p.entry) > 1 and _annotated_kind(p, name) in kinds
        ):
            assert first is not None
            if _read(p, name):
                yield name, first


def _annotated_kind(p: Program, name: str) -> str:
    """The kind that a parameter has at first, whatever is bound to it later."""
    return next((kind for bound, kind in p._bound(p.entry) if bound == name), "")


def _copy(p: Program) -> Iterator[Site]:
    """A parameter copied at the start."""
    for name, first in _given(p, *_COPIES):
        kind = _annotated_kind(p, name)
        text = p.hash(*_COPIES[kind]).format(name, p.fresh("item", "value", "entry", "v"))
        yield (p.above(first, f"{name} = {text}"),)


def _deepcopy(p: Program) -> Iterator[Site]:
    for name, first in _given(p, "list", "dict"):
        yield (p.above(first, f"{name} = deepcopy({name})"),)


def _defensive(p: Program) -> Iterator[Site]:
    """Input cleaned up front: a filtered list, a lowered string."""
    for name, first in _given(p, "list"):
        x = p.fresh("x", "item", "value", "v")
        yield (p.above(first, f"{name} = [{x} for {x} in {name} if {x} is not None]"),)
    for name, first in _given(p, "str"):
        call = p.hash("lower()", "strip().lower()", 'replace(" ", "")', "casefold()")
        yield (p.above(first, f"{name} = {name}.{call}"),)


def _validate(p: Program) -> Iterator[Site]:
    """Input checked up front, without memory."""
    for name, first in _given(p, "list") if "None" not in p.source(p.entry) else ():
        x = p.fresh("x", "item", "value", "v")
        yield (
            p.above(
                first,
                f"if any({x} is None for {x} in {name}):",
                f'    raise ValueError("{name} must not contain None")',
            ),
        )


def _sorted_copy(p: Program) -> Iterator[Site]:
    for name, first in _given(p, "list"):
        if p.elements.get(name, "") in _ORDERED:
            yield (p.above(first, f"{name} = sorted({name})"),)


def _early(p: Program) -> Iterator[Site]:
    """An early return that real inputs take: only where no generator is made (returning would not end its cost)."""
    if any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in ast.walk(p.entry)):
        return
    returned = [
        node.value for node in ast.walk(p.entry) if isinstance(node, ast.Return) and node.value is not None
    ]
    kind = next((kind for kind in map(p.kind, returned) if kind), "")
    limit = p.hash("8", "9", "7", "8")
    for name, first in _given(p, "list", "str"):
        default = {"list": "[]", "int": f"len({name})", "str": '""', "dict": "{}", "set": "set()"}.get(
            kind, f"{name}[0]"
        )
        yield (p.above(first, f"if len({name}) > {limit}:", f"    return {default}"),)
    for name, first in _given(p, "int"):
        default = {"list": f"[{name}]", "str": '""', "dict": "{}", "set": "set()"}.get(kind, name)
        yield (p.above(first, f"if {name} > {limit}:", f"    return {default}"),)


def _break(p: Program) -> Iterator[Site]:
    """The loop left at the first hit."""
    for node in p.nodes:
        if isinstance(node, ast.If) and isinstance(p.parents[node], (ast.For, ast.While)) and not node.orelse:
            last = node.body[-1]
            leaves = isinstance(last, (ast.Break, ast.Continue, ast.Return, ast.Raise))
            if not leaves and p.alone(last) and last.lineno > node.lineno:
                yield (p.below(last, "break"),)


def _no_break(p: Program) -> Iterator[Site]:
    """An early exit of a loop forgotten."""
    for node in p.nodes:
        if isinstance(node, ast.Break) and isinstance(p.loop_around(node), ast.For) and p.alone(node):
            guard = p.parents[node]
            loop = p.loop_around(node)
            if loop is None or loop.orelse or not isinstance(guard, ast.If):
                continue
            if len(guard.body) > 1 and guard.body[-1] is node:
                yield (p.without(node),)
            elif (
                (
                    len(guard.body) == 1
                    and not guard.orelse
                    and p.parents[guard] is loop
                    and len(loop.body) > 1
                )
                and p.alone(guard)
                and "elif" not in p.lines[guard.lineno - 1]
            ):
                yield (p.without(guard),)


def _folds(p: Program, names: frozenset[str]) -> Iterator[tuple[ast.Call, ast.expr]]:
    for node in p.nodes:
        if (
            not isinstance(node, ast.Call)
            or not node.args
            or (node.keywords and not isinstance(node.func, ast.Name))
        ):
            continue
        named = isinstance(node.func, ast.Name) and node.func.id in names
        joined = isinstance(node.func, ast.Attribute) and node.func.attr in ("join", "extend", "update")
        if (named or joined) and len(node.args) == 1:
            yield node, node.args[0]


def _inner(p: Program, node: ast.expr) -> str:
    return p.source(node)[1:-1].strip()


def _listed(p: Program) -> Iterator[Site]:
    """``sum(x for x in xs)`` as ``sum([x for x in xs])``."""
    for call, argument in _folds(p, _FOLDS):
        if isinstance(argument, ast.GeneratorExp):
            text = f"[{_inner(p, argument)}]"
            shared = p.span(argument)[1] == p.span(call)[1]
            yield (p.put(argument, f"({text})" if shared else text),)


def _lazy(p: Program) -> Iterator[Site]:
    """``sum([x for x in xs])`` as ``sum(x for x in xs)``."""
    for call, argument in _folds(p, _LAZY_FOLDS):
        if isinstance(argument, ast.ListComp):
            yield (p.put(argument, f"({_inner(p, argument)})" if call.keywords else _inner(p, argument)),)


def _counted(p: Program) -> Iterator[Site]:
    """``len([x for x in xs if c])`` as ``sum(1 for x in xs if c)``, and the other way."""
    for node in p.nodes:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or len(node.args) != 1:
            continue
        argument = node.args[0]
        if node.func.id == "len" and isinstance(argument, ast.ListComp):
            yield (p.put(node, f"sum(1{p.text[p.span(argument.elt)[1] : p.span(argument)[1] - 1]})"),)
        elif (
            (
                node.func.id == "sum"
                and isinstance(argument, ast.GeneratorExp)
                and isinstance(argument.elt, ast.Constant)
            )
            and argument.elt.value == 1
            and isinstance(argument.generators[-1].target, ast.Name)
        ):
            rest = p.text[p.span(argument.elt)[1] : p.span(argument)[1] - 1]
            yield (p.put(node, f"len([{argument.generators[-1].target.id}{rest}])"),)


def _own_lists(p: Program) -> dict[str, Function]:
    """Names that only ever hold a list their function began, with that function."""
    found: dict[str, Function] = {}
    for function in p.functions:
        for name, kind in p.kinds(function).items():
            if kind == "list" and name not in p.parameters(function) and not p.captured(name, function):
                found[name] = function
    return found


def _appends(p: Program) -> Iterator[tuple[ast.Expr, ast.Call, str]]:
    """``name.append(x)`` statements of lists that a function began itself."""
    own = _own_lists(p)
    for node in p.nodes:
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Attribute)
        ):
            call, target = node.value, node.value.func.value
            single = node.value.func.attr == "append" and len(call.args) == 1
            if single and isinstance(target, ast.Name) and own.get(target.id) is p.enclosing(node):
                yield node, call, target.id


def _concat(p: Program) -> Iterator[Site]:
    """``out.append(x)`` as ``out = out + [x]``: a new list each time."""
    for statement, call, name in _appends(p):
        yield (p.put(statement, f"{name} = {name} + [{p.source(call.args[0])}]"),)


def _front(p: Program) -> Iterator[Site]:
    for _, call, name in _appends(p):
        yield (p.put(call, f"{name}.insert(0, {p.source(call.args[0])})"),)


def _began(p: Program, name: str, loop: ast.stmt) -> ast.Assign | ast.AnnAssign | None:
    """The statement just above a loop (simple ones may stand between) that begins an empty list or string."""
    block = p.block(loop)
    for before in reversed(block[: block.index(loop)]):
        if isinstance(before, (ast.Assign, ast.AnnAssign)):
            target = (
                before.targets[0]
                if isinstance(before, ast.Assign) and len(before.targets) == 1
                else getattr(before, "target", None)
            )
            if isinstance(target, ast.Name) and target.id == name:
                value = before.value
                empty = (isinstance(value, ast.List) and not value.elts) or (
                    isinstance(value, ast.Constant) and value.value == ""
                )
                return before if empty and p.alone(before) else None
            if any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(before)):
                return None
        else:
            return None
    return None


def _comprehension(p: Program) -> Iterator[Site]:
    """A loop that only appends as a comprehension."""
    for statement, call, name in _appends(p):
        condition, loop = "", p.parents[statement]
        if isinstance(loop, ast.If) and len(loop.body) == 1 and not loop.orelse:
            condition, loop = f" if {p.source(loop.test)}", p.parents[loop]
        if not isinstance(loop, ast.For) or len(loop.body) != 1 or loop.orelse or not p.alone(loop):
            continue
        start = _began(p, name, loop)
        inside = sum(isinstance(node, ast.Name) and node.id == name for node in ast.walk(loop))
        element = p.source(call.args[0])
        text = f"{name} = [{element} for {p.source(loop.target)} in {p.source(loop.iter)}{condition}]"
        if start is not None and inside == 1 and "\n" not in text:
            yield p.without(start), p.whole(loop, text)


def _nested(p: Program, generators: Sequence[ast.comprehension], innermost: str) -> list[str]:
    """A comprehension's clauses as statements, one within the other."""
    clauses = []
    for generator in generators:
        clauses.append(f"for {p.source(generator.target)} in {p.source(generator.iter)}:")
        clauses += [f"if {p.source(test)}:" for test in generator.ifs]
    return ["    " * depth + line for depth, line in enumerate([*clauses, innermost])]


def _append_loop(p: Program) -> Iterator[Site]:
    """A comprehension as a loop that appends."""
    for node in p.nodes:
        if (
            not isinstance(node, (ast.Assign, ast.Return))
            or not isinstance(node.value, ast.ListComp)
            or not p.alone(node)
        ):
            continue
        made = node.value
        if len(made.generators) > 2 or any(generator.is_async for generator in made.generators):
            continue
        if isinstance(node, ast.Assign):
            if len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
                continue
            name = node.targets[0].id
            if any(isinstance(inner, ast.Name) and inner.id == name for inner in ast.walk(made)):
                continue
        else:
            name = p.fresh("result", "out", "items", "collected")
        lines = [f"{name} = []", *_nested(p, made.generators, f"{name}.append({p.source(made.elt)})")]
        if isinstance(node, ast.Return):
            lines.append(f"return {name}")
        if not any("\n" in line for line in lines):
            yield (p.whole(node, *lines),)


def _additions(p: Program, kind: str) -> Iterator[tuple[ast.AugAssign, str]]:
    for node in p.nodes:
        if (
            (
                isinstance(node, ast.AugAssign)
                and isinstance(node.op, ast.Add)
                and isinstance(node.target, ast.Name)
            )
            and p.kind(node.target) == kind
            and p.alone(node)
        ):
            yield node, node.target.id


def _join(p: Program) -> Iterator[Site]:
    """``s += x`` in a loop as pieces joined after it."""
    for statement, name in _additions(p, "str"):
        loop = p.outermost_loop(statement)
        start = _began(p, name, loop) if loop is not None else None
        if loop is None or start is None or loop.orelse:
            continue
        inside = [node for node in ast.walk(loop) if isinstance(node, ast.Name) and node.id == name]
        adds = [node for node in ast.walk(loop) if isinstance(node, ast.AugAssign) and node.target in inside]
        if (
            len(inside) != len(adds)
            or not all(isinstance(add.op, ast.Add) and p.alone(add) for add in adds)
            or adds[0] is not statement
        ):
            continue
        parts = p.fresh("parts", "pieces", "chunks", "buf", f"{name}_parts")
        edits = [p.put(add, f"{parts}.append({p.source(add.value)})") for add in adds]
        yield (p.whole(start, f"{parts} = []"), *edits, p.below(loop, f'{name} = "".join({parts})'))


def _plus(p: Program) -> Iterator[Site]:
    """``"".join(...)`` of a comprehension as a loop of ``+=``."""
    for call, argument in _folds(p, frozenset()):
        node = p.parents[call]
        if not isinstance(argument, (ast.GeneratorExp, ast.ListComp)) or len(argument.generators) != 1:
            continue
        if (
            not isinstance(node, (ast.Assign, ast.Return))
            or not p.alone(node)
            or not isinstance(call.func, ast.Attribute)
        ):
            continue
        if (
            not isinstance(call.func.value, ast.Constant)
            or call.func.value.value != ""
            or node.value is not call
        ):
            continue
        name = p.fresh("text", "result", "joined", "out")
        if isinstance(node, ast.Assign):
            if len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
                continue
            name = node.targets[0].id
            if any(isinstance(inner, ast.Name) and inner.id == name for inner in ast.walk(argument)):
                continue
        generator = argument.generators[0]
        lines = [f'{name} = ""', *_nested(p, [generator], f"{name} += {p.source(argument.elt)}")]
        if isinstance(node, ast.Return):
            lines.append(f"return {name}")
        if not any("\n" in line for line in lines):
            yield (p.whole(node, *lines),)


def _in_set(p: Program) -> Iterator[Site]:
    """Membership in a list, asked in a loop, as membership in a set made before it."""
    for node in p.nodes:
        if (
            not isinstance(node, ast.Compare)
            or len(node.ops) != 1
            or not isinstance(node.ops[0], (ast.In, ast.NotIn))
        ):
            continue
        asked = node.comparators[0]
        if not isinstance(asked, ast.Name) or p.kind(asked) != "list" or p.element(asked) not in _HASHED:
            continue
        function = p.enclosing(node)
        before = p.outermost_loop(node) or p.statement(node)
        if (
            p.nearest(node) is function
            and not p.changed(asked.id, function)
            and p.alone(before)
            and _is_first(p, before)
        ):
            known = p.fresh(f"{asked.id}_set", "known", "lookup")
            yield p.above(before, f"{known} = set({asked.id})"), p.put(asked, known)


def _is_first(p: Program, statement: ast.stmt) -> bool:
    """Whether lines above the statement are part of the same block (an ``elif`` has none of its own)."""
    return not p.lines[statement.lineno - 1].lstrip().startswith("elif")


def _methods(
    p: Program, name: str, function: Function, allowed: frozenset[str]
) -> list[tuple[str, ast.Call]] | None:
    """Every method call on a name; None where it is used in another way than calls, ``in``, ``len`` and truth."""
    calls = []
    for use in p.uses(name, function):
        if isinstance(use.ctx, ast.Store):
            continue
        called, parent = p.method(use), p.parents[use]
        if called is not None:
            if called[0] not in allowed:
                return None
            calls.append(called)
        elif (
            (
                isinstance(parent, ast.Compare)
                and use in parent.comparators
                and isinstance(parent.ops[0], (ast.In, ast.NotIn))
            )
            or (
                isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and parent.func.id == "len"
            )
            or isinstance(parent, (ast.If, ast.While, ast.BoolOp))
            or (isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not))
            or (isinstance(parent, (ast.For, ast.comprehension)) and parent.iter is use)
        ):
            continue
        else:
            return None
    return calls


def _bound_once(p: Program) -> Iterator[tuple[str, ast.Assign, Function]]:
    """Names that one plain assignment of their function binds, and that alone."""
    for node in p.nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name, function = node.targets[0].id, p.enclosing(node)
            if p.bindings(name, function) == 1:
                yield name, node, function


def _set_as_list(p: Program) -> Iterator[Site]:
    """``seen = set()`` as a list: ``in`` walks it."""
    for name, start, function in _bound_once(p):
        if not isinstance(start.value, ast.Call) or p.source(start.value) != "set()":
            continue
        calls = _methods(p, name, function, frozenset({"add", "remove"}))
        if calls:
            edits = [_renamed(p, call, "append") for method, call in calls if method == "add"]
            yield (p.put(start.value, "[]"), *edits)


def _list_as_set(p: Program) -> Iterator[Site]:
    """A list that is only asked for members as a set."""
    for name, start, function in _bound_once(p):
        if not isinstance(start.value, ast.List) or start.value.elts:
            continue
        calls = _methods(p, name, function, frozenset({"append", "remove"}))
        asked = any(isinstance(p.parents[use], ast.Compare) for use in p.uses(name, function))
        plain = all(
            method != "append"
            or (
                (len(call.args) == 1 and not isinstance(call.args[0], (ast.List, ast.Dict, ast.ListComp)))
                and p.kind(call.args[0]) not in ("list", "dict", "set")
            )
            for method, call in calls or ()
        )
        known = all(
            p.kind(call.args[0]) in _HASHED or _hashable(p, call.args[0])
            for m, call in calls or ()
            if m == "append" and call.args
        )
        if calls and asked and plain and known:
            yield (
                p.put(start.value, "set()"),
                *(_renamed(p, call, "add") for m, call in calls if m == "append"),
            )


def _hashable(p: Program, node: ast.expr) -> bool:
    """Whether an expression is asked about in some ``in`` of strings or numbers: elements of lists of those."""
    if isinstance(node, ast.Name):
        for loop in ast.walk(p.enclosing(node)):
            if (
                isinstance(loop, (ast.For, ast.comprehension))
                and isinstance(loop.target, ast.Name)
                and loop.target.id == node.id
            ):
                return p.element(loop.iter) in _HASHED
    return isinstance(node, ast.Tuple)


def _renamed(p: Program, call: ast.Call, method: str, argument: str | None = None) -> Edit:
    """A call of another method of the same object, with its own arguments unless one is given."""
    assert isinstance(call.func, ast.Attribute)
    start = p.span(call.func.value)[1]
    if argument is None:
        return Edit(start, p.span(call.func)[1], f".{method}")
    return Edit(start, p.span(call)[1], f".{method}({argument})")


def _ordered(p: Program) -> Iterator[Site]:
    """A plain dict as an ordered one, or counting by ``defaultdict``."""
    for node in p.nodes:
        if not isinstance(node, (ast.Assign, ast.AnnAssign)) or node.value is None:
            continue
        value = node.value
        if isinstance(value, ast.Dict) and not value.keys:
            yield (p.put(value, "OrderedDict()"),)
        elif isinstance(value, ast.Call) and p.source(value) in (
            "dict()",
            "defaultdict(int)",
            "Counter()",
            "collections.defaultdict(int)",
        ):
            swapped = {"dict()": "OrderedDict()", "Counter()": "defaultdict(int)"}.get(
                p.source(value), "Counter()"
            )
            if swapped == "defaultdict(int)" and "most_common" in p.text:
                continue
            yield (p.put(value, swapped),)


def _deque(p: Program) -> Iterator[Site]:
    """A list used as a queue as a deque."""
    for name, start, function in _bound_once(p):
        if not isinstance(start.value, (ast.List, ast.ListComp)):
            continue
        calls = _methods(p, name, function, frozenset({"append", "pop", "extend", "insert"}))
        if not calls:
            continue
        fronts = [
            call for method, call in calls if method == "pop" and [p.source(a) for a in call.args] == ["0"]
        ]
        if any(
            method == "insert" or (method == "pop" and call.args and call not in fronts)
            for method, call in calls
        ):
            continue
        argument = "" if isinstance(start.value, ast.List) and not start.value.elts else p.source(start.value)
        yield (
            p.put(start.value, f"deque({argument})"),
            *(_renamed(p, call, "popleft", "") for call in fronts),
        )


def _queue_as_list(p: Program) -> Iterator[Site]:
    """A deque as a list: leaving at the front moves all others."""
    for name, start, function in _bound_once(p):
        value = start.value
        if (
            not isinstance(value, ast.Call)
            or p.kind(value) != "deque"
            or len(value.args) > 1
            or value.keywords
        ):
            continue
        calls = _methods(p, name, function, frozenset({"append", "pop", "extend", "popleft"}))
        if calls:
            argument = value.args[0] if value.args else None
            text = (
                "[]"
                if argument is None
                else p.source(argument)
                if isinstance(argument, (ast.List, ast.ListComp))
                else f"list({p.source(argument)})"
            )
            yield (
                p.put(value, text),
                *(_renamed(p, call, "pop", "0") for method, call in calls if method == "popleft"),
            )


def _extreme(p: Program) -> Iterator[Site]:
    """``max(xs)`` by sorting."""
    for node in p.nodes:
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and len(node.args) == 1
            and not node.keywords
        ):
            argument = node.args[0]
            many = isinstance(argument, (ast.ListComp, ast.GeneratorExp)) or p.kind(argument) in (
                "list",
                "set",
                "view",
                "range",
            )
            if node.func.id in ("max", "min") and many:
                inner = _inner(p, argument) if isinstance(argument, ast.GeneratorExp) else p.source(argument)
                yield (p.put(node, f"sorted({inner})[{'-1' if node.func.id == 'max' else '0'}]"),)
            elif node.func.id == "sum" and isinstance(argument, ast.Name) and p.kind(argument) == "list":
                x = p.fresh("x", "value", "v", "item")
                yield (p.put(node, f"sum([{x} for {x} in {p.source(argument)}])"),)


def _iterated(p: Program) -> Iterator[ast.expr]:
    """What loops and comprehensions go over."""
    for node in p.nodes:
        if isinstance(node, (ast.For, ast.comprehension)) and not (
            isinstance(node, ast.comprehension) and node.is_async
        ):
            yield node.iter


_LAZY = frozenset({"range", "zip", "map", "filter", "enumerate", "reversed"})


def _materialise(p: Program) -> Iterator[Site]:
    """``range(n)``, ``zip(a, b)``, ``d.items()`` as lists."""
    for node in _iterated(p):
        if isinstance(node, ast.Call):
            lazy = isinstance(node.func, ast.Name) and node.func.id in _LAZY
            view = (
                isinstance(node.func, ast.Attribute)
                and node.func.attr in ("items", "keys", "values")
                and not node.args
            )
            if lazy or view:
                yield (p.put(node, f"list({p.source(node)})"),)


def _index_list(p: Program) -> Iterator[Site]:
    """The numbers that a loop goes over kept in a list of their own."""
    for node in p.nodes:
        if (
            isinstance(node, ast.For)
            and isinstance(node.iter, ast.Call)
            and p.alone(node)
            and p.loop_around(node) is None
        ):
            name = node.iter.func.id if isinstance(node.iter.func, ast.Name) else ""
            if name in ("range", "enumerate", "zip"):
                kept = p.fresh(
                    *{"range": ("indices", "steps", "positions"), "zip": ("pairs", "rows", "zipped")}.get(
                        name, ("indexed", "numbered")
                    )
                )
                yield p.above(node, f"{kept} = list({p.source(node.iter)})"), p.put(node.iter, kept)


def _unlist(p: Program) -> Iterator[Site]:
    """A list made only to be walked, not made."""
    for node in p.nodes:
        if (
            not isinstance(node, ast.Call)
            or not isinstance(node.func, ast.Name)
            or len(node.args) != 1
            or node.keywords
        ):
            continue
        if node.func.id not in ("list", "tuple") or isinstance(node.args[0], ast.GeneratorExp):
            continue
        parent = p.parents[node]
        walked = isinstance(parent, (ast.For, ast.comprehension)) and parent.iter is node
        folded = (
            isinstance(parent, ast.Call)
            and isinstance(parent.func, ast.Name)
            and parent.func.id in _FOLDS | {"enumerate", "zip", "map"}
            and node in parent.args
        )
        if (walked or folded) and p.kind(node.args[0]) in (
            "range",
            "iterator",
            "list",
            "str",
            "view",
            "tuple",
        ):
            if p.kind(node.args[0]) == "view" and isinstance(parent, ast.For):
                continue  # the dict may change meanwhile: the copy is there for that
            yield (p.put(node, p.source(node.args[0])),)


def _loop_copy(p: Program) -> Iterator[Site]:
    """A loop over a copy of what it goes over."""
    for node in _iterated(p):
        if isinstance(node, ast.Name) and (kind := p.kind(node)) in (
            "list",
            "str",
            "set",
            "dict",
            "tuple",
            "deque",
        ):
            form = p.hash("list({0})", "tuple({0})", "{0}[:]" if kind == "list" else "list({0})", "[*{0}]")
            yield (p.put(node, form.format(node.id)),)


def _loop_sorted(p: Program) -> Iterator[Site]:
    for node in _iterated(p):
        if isinstance(node, ast.Name) and p.kind(node) in ("list", "str") and p.element(node) in _ORDERED:
            yield (p.put(node, f"sorted({node.id})"),)


def _dedupe(p: Program) -> Iterator[Site]:
    """A loop over the distinct elements only."""
    for node in _iterated(p):
        if isinstance(node, ast.Name) and p.kind(node) in ("list", "str") and p.element(node) in _HASHED:
            yield (p.put(node, p.hash("set({0})", "dict.fromkeys({0})").format(node.id)),)


def _sliced(p: Program) -> Iterator[Site]:
    """Slices walked without a copy, and the other way."""
    for node in _iterated(p):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            cut, text = node.slice, p.source(node.value)
            if (
                cut.lower is None
                and cut.upper is None
                and cut.step is not None
                and p.source(cut.step) == "-1"
            ):
                yield (p.put(node, f"reversed({text})"),)
            elif (
                cut.step is None and cut.lower is not None and isinstance(cut.lower, (ast.Constant, ast.Name))
            ) and cut.upper is None:
                yield (p.put(node, f"itertools.islice({text}, {p.source(cut.lower)}, None)"),)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "reversed":
            if len(node.args) == 1 and p.kind(node.args[0]) in ("list", "str", "range", "tuple"):
                yield (p.put(node, f"{p.source(node.args[0])}[::-1]"),)
        elif (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Add)
            and p.kind(node.left) == p.kind(node.right) == "list"
        ):
            yield (p.put(node, f"itertools.chain({p.source(node.left)}, {p.source(node.right)})"),)


def _slice_loop(p: Program) -> Iterator[Site]:
    """``for i in range(a, len(xs))`` using ``xs[i]`` alone as a walk of a slice."""
    for node in p.nodes:
        if (
            not isinstance(node, ast.For)
            or not isinstance(node.target, ast.Name)
            or not isinstance(node.iter, ast.Call)
        ):
            continue
        if not isinstance(node.iter.func, ast.Name) or node.iter.func.id != "range" or not node.iter.args:
            continue
        stop = node.iter.args[-1] if len(node.iter.args) <= 2 else None
        if (
            not isinstance(stop, ast.Call)
            or not isinstance(stop.func, ast.Name)
            or stop.func.id != "len"
            or not isinstance(stop.args[0], ast.Name)
        ):
            continue
        many, i, function = stop.args[0], node.target.id, p.enclosing(node)
        if p.kind(many) not in ("list", "str") or p.changed(many.id, function):
            continue
        mentions = [use for use in p.uses(i, function) if isinstance(use.ctx, ast.Load)]
        indexed = [
            parent for use in mentions
            if isinstance(parent := p.parents[use], ast.Subscript) and parent.slice is use and isinstance(parent.value, ast.Name) and parent.value.id == many.id
        ]  # fmt: skip
        if not indexed or len(indexed) != len(mentions) or p.bindings(i, function) != 1:
            continue
        x = p.fresh("item", "value", "x", "current", "element")
        text = (
            f"{many.id}[{p.source(node.iter.args[0])}:]" if len(node.iter.args) == 2 else f"list({many.id})"
        )
        yield (p.put(node.target, x), p.put(node.iter, text), *(p.put(use, x) for use in indexed))


def _memo(p: Program) -> Iterator[Site]:
    """A function that calls itself, or one called in a loop, with its results kept."""
    for node in p.nodes:
        if (
            not isinstance(node, ast.FunctionDef)
            or node.decorator_list
            or node.args.vararg
            or node.args.kwarg
        ):
            continue
        if any(isinstance(inner, (ast.Yield, ast.YieldFrom)) for inner in ast.walk(node)):
            continue
        called = [
            call
            for call in p.nodes
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == node.name
        ]
        recursive = any(call in set(ast.walk(node)) for call in called)
        looped = any(
            p.loop_around(call) is not None
            or isinstance(p.parents[call], (*COMPREHENSIONS, ast.comprehension))
            for call in called
        )
        is_method = isinstance(p.parents[node], ast.ClassDef)
        names = p.parameters(node)
        if (
            is_method
            or not names
            or not (recursive or looped)
            or (not p.alone(node) and node.lineno == node.end_lineno)
        ):
            continue
        kinds = p.kinds(p.enclosing(node))
        if all(kinds.get(name, "") in ("int", "str") or _arithmetic(p, name, node) for name in names):
            decorator = p.hash("@lru_cache(maxsize=None)", "@lru_cache(None)", "@lru_cache(maxsize=None)")
            yield (p.above(node, decorator),)


def _arithmetic(p: Program, name: str, function: Function) -> bool:
    """Whether a name only takes part in arithmetic, comparisons and indices, so that it is a number (or text)."""
    found = False
    for use in p.uses(name, function):
        parent = p.parents[use]
        if (isinstance(parent, ast.BinOp) and isinstance(parent.op, (ast.Sub, ast.Mod, ast.FloorDiv))) or (
            isinstance(parent, ast.Subscript) and parent.slice is use
        ):
            found = True
        elif isinstance(parent, (ast.Subscript, ast.Attribute, ast.For, ast.comprehension, ast.Starred)):
            return False
    return found


def _no_memo(p: Program) -> Iterator[Site]:
    """Kept results no longer kept."""
    for node in p.nodes:
        if isinstance(node, FUNCTIONS) and len(node.decorator_list) == 1:
            decorator = node.decorator_list[0]
            line = p.lines[decorator.lineno - 1]
            text = p.source(decorator)
            if text.split("(")[0].split(".")[-1] in ("lru_cache", "cache") and line.strip() == f"@{text}":
                start = p.at(decorator.lineno, 0)
                used = any(f"{node.name}.cache_{word}" in p.text for word in ("clear", "info"))
                if not used:
                    yield (Edit(start, start + len(line) + 1, ""),)


def _tables(p: Program) -> Iterator[tuple[str, ast.Assign, Function, ast.ListComp]]:
    """``dp = [[0] * m for _ in range(n)]`` that is only used as ``dp[i][j]``, or ``dp[i]`` within the nearest rows."""
    for name, start, function in _bound_once(p):
        value = start.value
        if (
            isinstance(value, ast.ListComp)
            and len(value.generators) == 1
            and isinstance(value.elt, (ast.BinOp, ast.ListComp, ast.List))
        ):
            yield name, start, function, value


def _rolling(p: Program) -> Iterator[Site]:
    """A table of which a loop needs the last row only: two rows, used in turn."""
    for name, _, function, value in _tables(p):
        over = value.generators[0].iter
        if not (
            isinstance(over, ast.Call)
            and isinstance(over.func, ast.Name)
            and over.func.id == "range"
            and len(over.args) == 1
        ):
            continue
        edits: list[Edit] = [p.put(over.args[0], "2")]
        steps = set()
        for use in p.uses(name, function):
            parent = p.parents[use]
            if isinstance(use.ctx, ast.Store):
                continue
            if (
                not isinstance(parent, ast.Subscript)
                or parent.value is not use
                or isinstance(parent.slice, ast.Slice)
            ):
                break
            outer = p.parents[parent]
            if not isinstance(outer, ast.Subscript) or outer.value is not parent:
                break
            index, text = parent.slice, p.source(parent.slice)
            base = (
                index.left
                if isinstance(index, ast.BinOp)
                and isinstance(index.op, (ast.Sub, ast.Add))
                and isinstance(index.right, ast.Constant)
                and index.right.value == 1
                else index
            )
            if text == "-1" or isinstance(index, ast.Constant):
                continue
            if not isinstance(base, ast.Name):
                break
            if base is not index:
                steps.add(base.id)
            edits.append(p.put(index, f"{text} % 2" if isinstance(index, ast.Name) else f"({text}) % 2"))
        else:
            if steps and len(edits) > 2:
                yield tuple(edits)


def _sparse(p: Program) -> Iterator[Site]:
    """A table as a dict of its cells."""
    for name, _, function, value in _tables(p):
        inner = value.elt
        zero = (
            p.source(inner.left)[1:-1] if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Mult) and isinstance(inner.left, ast.List)
            else p.source(inner.elt) if isinstance(inner, ast.ListComp) else ""
        )  # fmt: skip
        if zero not in ("0", "False", "None", "1", "True", "-1"):
            continue
        edits = [p.put(value, "defaultdict(int)" if zero == "0" else f"defaultdict(lambda: {zero})")]
        for use in p.uses(name, function):
            parent = p.parents[use]
            if isinstance(use.ctx, ast.Store):
                continue
            outer = p.parents[parent]
            if not (
                isinstance(parent, ast.Subscript)
                and isinstance(outer, ast.Subscript)
                and parent.value is use
                and outer.value is parent
            ):
                break
            if any(
                isinstance(cut, (ast.Slice, ast.Tuple)) or p.source(cut).startswith("-")
                for cut in (parent.slice, outer.slice)
            ):
                break
            edits.append(
                Edit(p.span(use)[1], p.span(outer)[1], f"[{p.source(parent.slice)}, {p.source(outer.slice)}]")
            )
        else:
            if len(edits) > 1:
                yield tuple(edits)


def _flat(p: Program) -> Iterator[tuple[str, ast.Assign, Function, ast.BinOp, str]]:
    """``dp = [0] * n`` that is only used as ``dp[i]``."""
    for name, start, function in _bound_once(p):
        value = start.value
        if not (
            isinstance(value, ast.BinOp)
            and isinstance(value.op, ast.Mult)
            and isinstance(value.left, ast.List)
            and len(value.left.elts) == 1
        ):
            continue
        cell = value.left.elts[0]
        uses = [use for use in p.uses(name, function) if isinstance(use.ctx, ast.Load)]
        indexed = all(
            isinstance(parent := p.parents[use], ast.Subscript) and parent.value is use
            and not isinstance(parent.slice, ast.Slice) and not p.source(parent.slice).startswith("-")
            for use in uses
        )  # fmt: skip
        if isinstance(cell, ast.Constant) and uses and indexed:
            yield name, start, function, value, p.source(cell)


def _dict_table(p: Program) -> Iterator[Site]:
    """A list of cells as a dict of cells."""
    for _, _, _, value, cell in _flat(p):
        i = p.fresh("i", "idx", "pos", "key")
        made = (
            f"defaultdict(lambda: {cell})"
            if cell != "0"
            else p.hash("defaultdict(int)", "{{{0}: 0 for {0} in range({1})}}").format(
                i, p.source(value.right)
            )
        )
        yield (p.put(value, made),)


def _bytes(p: Program) -> Iterator[Site]:
    """Flags as bytes."""
    for _, _, _, value, cell in _flat(p):
        if cell == "False":
            yield (p.put(value, f"bytearray({p.source(value.right)})"),)
        elif cell == "True":
            right = p.source(value.right)
            yield (p.put(value, f'bytearray(b"\\x01") * {right}'),)


def _grown(p: Program) -> Iterator[Site]:
    """``[0] * n`` grown by a comprehension."""
    for _, _, _, value, cell in _flat(p):
        yield (p.put(value, f"[{cell} for {p.fresh('_', '_i')} in range({p.source(value.right)})]"),)


def _history(p: Program) -> Iterator[Site]:
    """The states of a loop kept."""
    for node in p.nodes:
        if not isinstance(node, (ast.Assign, ast.AugAssign)) or not p.alone(node):
            continue
        target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
        loop = p.outermost_loop(node)
        if loop is None or not isinstance(target, ast.Name) or not isinstance(p.parents[node], ast.For):
            continue
        if not p.alone(loop) or not _is_first(p, loop) or p.captured(target.id, p.enclosing(node)):
            continue
        carried = isinstance(node, ast.AugAssign) or any(
            isinstance(use, ast.Name) and use.id == target.id for use in ast.walk(node.value)
        )
        if carried and p.nearest(node) is p.nearest(loop):
            kept = p.fresh("history", "trace", "steps", "states", f"{target.id}_log")
            state = f"list({target.id})" if p.kind(target) == "list" else target.id
            yield p.above(loop, f"{kept} = []"), p.below(node, f"{kept}.append({state})")


def _accumulate(p: Program) -> Iterator[Site]:
    """What a loop adds up kept until after it."""
    for statement, name in [*_additions(p, "int"), *_additions(p, "float"), *_additions(p, "")]:
        loop = p.outermost_loop(statement)
        if (
            loop is None
            or loop.orelse
            or not p.alone(loop)
            or not _is_first(p, loop)
            or loop.lineno == loop.end_lineno
        ):
            continue
        inside = [node for node in ast.walk(loop) if isinstance(node, ast.Name) and node.id == name]
        if (
            len(inside) != 1
            or p.nearest(statement) is not p.nearest(loop)
            or p.kind(statement.value) in ("str", "list")
        ):
            continue
        if p.kind(statement.target) == "" and p.kind(statement.value) not in ("int", "float"):
            continue
        kept = p.fresh("values", "parts", "collected", "terms", "amounts", f"{name}_values")
        text = p.source(statement.value)
        yield (
            p.above(loop, f"{kept} = []"),
            p.put(statement, f"{kept}.append({text})"),
            p.below(loop, f"{name} += sum({kept})"),
        )


def _pairs(p: Program) -> Iterator[Site]:
    """Two nested loops as one over a list of all pairs."""
    for outer in p.nodes:
        if (
            not isinstance(outer, ast.For)
            or len(outer.body) != 1
            or outer.orelse
            or not p.alone(outer)
            or not isinstance(outer.target, ast.Name)
        ):
            continue
        inner = outer.body[0]
        if (
            not isinstance(inner, ast.For)
            or inner.orelse
            or not isinstance(inner.target, ast.Name)
            or not p.alone(inner)
        ):
            continue
        if (
            any(isinstance(node, ast.Break) for node in ast.walk(inner))
            or inner.body[0].lineno == inner.lineno
        ):
            continue
        changed = {
            node.id
            for node in ast.walk(inner)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        needed = {
            node.id
            for part in (inner.iter, outer.iter)
            for node in ast.walk(part)
            if isinstance(node, ast.Name)
        }
        if (changed - {inner.target.id}) & needed or outer.target.id in changed:
            continue
        kept = p.fresh("pairs", "combos", "cells", "candidates")
        a, b = outer.target.id, inner.target.id
        made = f"{kept} = [({a}, {b}) for {a} in {p.source(outer.iter)} for {b} in {p.source(inner.iter)}]"
        first, last = inner.body[0].lineno - 1, inner.end_lineno or inner.lineno
        depth = len(p.indent(inner)) - len(p.indent(outer))
        body = p.lines[first:last]
        if any(line.strip() and not line.startswith(p.indent(inner)) for line in body) or any(
            "\n" in p.source(part) for part in (outer.iter, inner.iter)
        ):
            continue
        if any(isinstance(node, ast.Constant) and node.end_lineno != node.lineno for node in ast.walk(inner)):
            continue
        indent = p.indent(outer)
        lines = [
            f"{indent}{made}",
            f"{indent}for {a}, {b} in {kept}:",
            *(line[depth:] if line.strip() else line for line in body),
        ]
        yield (Edit(p.at(outer.lineno, 0), p.at(last, 0) + len(p.lines[last - 1]), "\n".join(lines)),)


def _own(p: Program, node: ast.AST) -> bool:
    return p.nearest(node) is p.entry


def _collected(p: Program) -> Iterator[Site]:
    """A generator that collects first."""
    yields = [
        node for node in ast.walk(p.entry) if isinstance(node, (ast.Yield, ast.YieldFrom)) and _own(p, node)
    ]
    first = p.begin(p.entry)
    plain = all(isinstance(p.parents[node], ast.Expr) and node.value is not None for node in yields)
    endless = any(
        isinstance(node, ast.While) and isinstance(node.test, ast.Constant) for node in ast.walk(p.entry)
    )
    if not yields or first is None or not plain or endless:
        return
    kept = p.fresh("collected", "out", "result", "items")
    edits = [p.above(first, f"{kept} = []")]
    for node in yields:
        assert node.value is not None
        edits.append(
            p.put(
                node,
                f"{kept}.{'append' if isinstance(node, ast.Yield) else 'extend'}({p.source(node.value).strip()})",
            )
        )
    leaves = [one for one in ast.walk(p.entry) if isinstance(one, ast.Return) and _own(p, one)]
    edits.extend(p.put(one, f"return {kept}") for one in leaves)
    last = p.entry.body[-1]
    if p.alone(last):
        indent = p.indent(first)
        end = p.below(last).start
        yield (*edits, Edit(end, end, f"\n{indent}return {kept}"))


def _yielded(p: Program) -> Iterator[Site]:
    """A list that is only appended to and returned at the end, given out one by one."""
    last = p.entry.body[-1]
    if not isinstance(last, ast.Return) or not isinstance(last.value, ast.Name) or not p.alone(last):
        return
    name = last.value.id
    returns = [node for node in ast.walk(p.entry) if isinstance(node, ast.Return)]
    if len(returns) != 1 or p.captured(name, p.entry) or isinstance(p.parents[p.entry], ast.ClassDef):
        return
    if any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == p.entry.name
        for node in p.nodes
    ):
        return
    appends = [statement for statement, _, bound in _appends(p) if bound == name]
    start = [node for bound, node, function in _bound_once(p) if bound == name and function is p.entry]
    if (
        not appends
        or len(start) != 1
        or p.source(start[0].value) not in ("[]", "list()")
        or not p.alone(start[0])
    ):
        return
    if len(p.uses(name, p.entry)) != len(appends) + 2 or p.entry.returns is not None:
        return
    edits = [
        p.put(one, f"yield {p.source(one.value.args[0])}")
        for one in appends
        if isinstance(one.value, ast.Call)
    ]
    yield (p.without(start[0]), *edits, p.without(last))


def _count_table(p: Program) -> Iterator[Site]:
    """``xs.count(x)`` in a loop as one table of counts."""
    for node in p.nodes:
        if (
            not isinstance(node, ast.Call)
            or not isinstance(node.func, ast.Attribute)
            or node.func.attr != "count"
            or len(node.args) != 1
        ):
            continue
        many = node.func.value
        if (
            not isinstance(many, ast.Name)
            or p.element(many) not in _HASHED
            or (p.kind(many) == "str" and isinstance(node.args[0], ast.Constant))
        ):
            continue
        before = p.outermost_loop(node) or p.statement(node)
        if (
            p.changed(many.id, p.enclosing(node))
            or not p.alone(before)
            or not _is_first(p, before)
            or p.nearest(node) is not p.enclosing(node)
        ):
            continue
        kept = p.fresh("counts", "tally", "freq")
        yield (
            p.above(before, f"{kept} = Counter({many.id})"),
            p.put(node, f"{kept}[{p.source(node.args[0])}]"),
        )


def _recounted(p: Program) -> Iterator[Site]:
    """``Counter(xs)`` counted anew for each."""
    for node in p.nodes:
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, (ast.Name, ast.Attribute))
            and len(node.args) == 1
            and not node.keywords
        ):
            called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if (
                called == "Counter"
                and isinstance(node.args[0], ast.Name)
                and p.kind(node.args[0]) in ("list", "str")
            ):
                text, x = node.args[0].id, p.fresh("x", "key", "item")
                if isinstance(p.parents[node], ast.Assign) and not any(
                    f".{word}" in p.text for word in ("most_common", "elements", "subtract")
                ):
                    yield (
                        p.put(node, f"{p.source(node.func)}({{{x}: {text}.count({x}) for {x} in {text}}})"),
                    )
                else:
                    yield (
                        p.put(
                            node.args[0],
                            f"sorted({text})" if p.element(node.args[0]) in _ORDERED else f"list({text})",
                        ),
                    )


def _return_copy(p: Program) -> Iterator[Site]:
    """What is returned, copied."""
    for node in p.nodes:
        if (
            isinstance(node, ast.Return)
            and isinstance(node.value, ast.Name)
            and p.nearest(node) is p.enclosing(node)
        ):
            kind, name = p.kind(node.value), node.value.id
            if kind in ("list", "dict", "set"):
                yield (
                    p.put(
                        node.value, p.hash(*_COPIES[kind][: 3 if kind == "list" else None]).format(name, "")
                    ),
                )


def _sort_copy(p: Program) -> Iterator[Site]:
    """``xs.sort()`` as ``xs = sorted(xs)``, and the other way."""
    for node in p.nodes:
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Attribute)
        ):
            call, target = node.value, node.value.func.value
            if (
                node.value.func.attr == "sort"
                and isinstance(target, ast.Name)
                and not p.captured(target.id, p.enclosing(node))
            ):
                inner = p.text[p.span(call.func)[1] + 1 : p.span(call)[1] - 1].strip()
                yield (p.put(node, f"{target.id} = sorted({target.id}{', ' + inner if inner else ''})"),)
        elif (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Name)
        ):
            call, target = node.value, node.targets[0]
            if (
                (
                    node.value.func.id == "sorted"
                    and len(call.args) == 1
                    and isinstance(call.args[0], ast.Name)
                    and isinstance(target, ast.Name)
                )
                and p.kind(call.args[0]) == "list"
                and len(node.targets) == 1
                and p.alone(node)
            ):
                given = ", ".join(map(p.source, call.keywords))
                name = call.args[0].id
                more = () if target.id == name else (f"{target.id} = {name}",)
                yield (p.whole(node, f"{name}.sort({given})", *more),)


def _chunks(p: Program) -> Iterator[Site]:
    """A walk of a list in chunks."""
    for node in p.nodes:
        if (
            not isinstance(node, ast.For)
            or not isinstance(node.iter, ast.Name)
            or p.kind(node.iter) not in ("list", "str")
            or node.orelse
        ):
            continue
        if (
            not p.alone(node)
            or any(isinstance(inner, ast.Break) for inner in ast.walk(node))
            or node.body[0].lineno == node.lineno
        ):
            continue
        block = p.shifted(node.body)
        if block is None or p.changed(node.iter.id, p.enclosing(node)):
            continue
        start, size, name = (
            p.fresh("start", "offset", "begin"),
            p.hash("64", "100", "256", "500", "1000"),
            node.iter.id,
        )
        indent = p.indent(node)
        head = Edit(
            p.at(node.lineno, 0), p.span(node.iter)[1],
            f"{indent}for {start} in range(0, len({name}), {size}):\n{indent}    for {p.source(node.target)} in {name}[{start}:{start} + {size}]",
        )  # fmt: skip
        if block.start > head.end:
            yield head, block


def _setdefault(p: Program) -> Iterator[Site]:
    """``if k not in d: d[k] = []`` as ``setdefault``; ``defaultdict(list)`` as a dict."""
    for node in p.nodes:
        if (
            not isinstance(node, ast.If)
            or node.orelse
            or len(node.body) != 1
            or not isinstance(node.test, ast.Compare)
            or not p.alone(node)
        ):
            continue
        put = node.body[0]
        if (
            not isinstance(put, ast.Assign)
            or not isinstance(node.test.ops[0], ast.NotIn)
            or len(put.targets) != 1
        ):
            continue
        key, table = p.source(node.test.left), p.source(node.test.comparators[0])
        if (
            p.source(put.targets[0]) == f"{table}[{key}]"
            and not p.lines[node.lineno - 1].lstrip().startswith("elif")
            and p.kind(node.test.comparators[0]) in ("dict", "")
        ):
            yield (p.whole(node, f"{table}.setdefault({key}, {p.source(put.value)})"),)


def _inlined(p: Program) -> Iterator[Site]:
    """A list that only a fold reads, folded as it is made."""
    for name, start, function in _bound_once(p):
        if not isinstance(start.value, ast.ListComp) or not p.alone(start):
            continue
        uses = [use for use in p.uses(name, function) if isinstance(use.ctx, ast.Load)]
        if len(uses) != 1:
            continue
        parent, block = p.parents[uses[0]], p.block(start)
        follows = (
            block.index(start) + 1 < len(block) and p.statement(uses[0]) is block[block.index(start) + 1]
        )
        if (
            follows
            and isinstance(parent, ast.Call)
            and isinstance(parent.func, ast.Name)
            and parent.func.id in _LAZY_FOLDS
            and len(parent.args) == 1
            and not parent.keywords
        ) and p.loop_around(uses[0]) is p.loop_around(start):
            yield p.without(start), p.put(uses[0], _inner(p, start.value))


def _materialised_fold(p: Program) -> Iterator[Site]:
    """What a fold reads kept in a list first."""
    for call, argument in _folds(p, _LAZY_FOLDS):
        statement = p.statement(call)
        if (
            isinstance(argument, ast.GeneratorExp)
            and isinstance(statement, (ast.Return, ast.Assign))
            and p.alone(statement)
            and _is_first(p, statement)
        ):
            if statement.value is not call or "\n" in p.source(argument):
                continue
            kept = p.fresh("values", "matches", "parts", "candidates", "found")
            shared = p.span(argument)[1] == p.span(call)[1]
            yield (
                p.above(statement, f"{kept} = [{_inner(p, argument)}]"),
                p.put(argument, f"({kept})" if shared else kept),
            )


Finder = Callable[[Program], Iterator[Site]]
EDITS: dict[str, Finder] = {
    "copy": _copy, "deepcopy": _deepcopy, "defensive": _defensive, "validate": _validate, "sorted": _sorted_copy, "early": _early,
    "break": _break, "no-break": _no_break, "listed": _listed, "lazy": _lazy, "counted": _counted, "concat": _concat, "front": _front,
    "comprehension": _comprehension, "append-loop": _append_loop, "join": _join, "plus": _plus, "in-set": _in_set,
    "set-as-list": _set_as_list, "list-as-set": _list_as_set, "ordered": _ordered, "deque": _deque, "queue-as-list": _queue_as_list,
    "extreme": _extreme, "materialise": _materialise, "index-list": _index_list, "unlist": _unlist, "loop-copy": _loop_copy,
    "loop-sorted": _loop_sorted, "dedupe": _dedupe, "sliced": _sliced, "slice-loop": _slice_loop, "memo": _memo, "no-memo": _no_memo,
    "rolling": _rolling, "sparse": _sparse, "dict-table": _dict_table, "bytes": _bytes, "grown": _grown, "history": _history,
    "accumulate": _accumulate, "pairs": _pairs, "collected": _collected, "yielded": _yielded, "count-table": _count_table,
    "recounted": _recounted, "return-copy": _return_copy, "sort-copy": _sort_copy, "chunks": _chunks, "setdefault": _setdefault,
    "inlined": _inlined, "materialised-fold": _materialised_fold,
}  # fmt: skip


def finders(names: Sequence[str] = ()) -> dict[str, Finder]:
    """The edits by name, all or some."""
    return {name: EDITS[name] for name in names or EDITS}
