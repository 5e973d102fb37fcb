"""Tables put in front of a function that nothing reads: what a left-over cache, matrix or snapshot of each step costs.

People's functions read their tables, so that a model takes one that nothing reads for harmless. Beside each table of n rows
of n stands what looks like one and holds n values or none: both are measured.
"""

from __future__ import annotations

from collections.abc import Iterator

from pricetag.train.mutate.edits import Site
from pricetag.train.mutate.program import Program
from pricetag.train.mutate.unit import ARITHMETIC, Unit

# {p}: the parameter, {t}: the table, {a} and {b}: names of one element.
_PYTHON_SQUARE = (
    ("{t} = [list({p}) for _ in {p}]",),
    ("{t} = [list({p}) for {a} in {p}]",),
    ("{t} = [{p}[:] for _ in range(len({p}))]",),
    ("{t} = [[0] * len({p}) for _ in range(len({p}))]",),
    ("{t} = [[None] * len({p}) for _ in {p}]",),
    ("{t} = [[0.0 for _ in {p}] for _ in {p}]",),
    ("{t} = [[{a} == {b} for {b} in {p}] for {a} in {p}]",),
    ("{t} = [[({a}, {b}) for {b} in {p}] for {a} in {p}]",),
    ("{t} = [({a}, {b}) for {a} in {p} for {b} in {p}]",),
    ("{t} = [{a} for _ in {p} for {a} in {p}]",),
    ("{t} = list({p}) * len({p})",),
    ("{t} = [{p}[:i] for i in range(len({p}))]",),
    ("{t} = [{p}[i:] for i in range(len({p}))]",),
    ("{t} = {{i: list({p}) for i in range(len({p}))}}",),
    ("{t} = {{(i, j): 0 for i in range(len({p})) for j in range(len({p}))}}",),
    ("{t} = []", "for _ in {p}:", "    {t}.append(list({p}))"),
    ("{t} = []", "for i in range(len({p})):", "    {t}.append({p}[i:])"),
    ("{t} = []", "for {a} in {p}:", "    row = []", "    for {b} in {p}:", "        row.append({a} == {b})", "    {t}.append(row)"),
)  # fmt: skip
_PYTHON_LINEAR = (
    ("{t} = [{p}] * len({p})",),
    ("{t} = [{p} for _ in {p}]",),
    ("{t} = [[] for _ in {p}]",),
    ("{t} = [[0] * 4 for _ in {p}]",),
    ("{t} = [({a}, {a}) for {a} in {p}]",),
    ("{t} = [list({p}) for _ in range(3)]",),
    ("{t} = (list({p}) for _ in {p})",),
    ("{t} = [len(list({p})) for _ in {p}]",),
    ("{t} = sum(1 for {a} in {p} for {b} in {p} if {a} == {b})",),
    ("{t} = {{i: {p} for i in range(len({p}))}}",),
    ("for _ in {p}:", "    {t} = list({p})"),
    ("{t} = []", "for _ in {p}:", "    {t}.append({p})"),
)
_PYTHON_SQUARE_NUMBER = (
    ("{t} = [[0] * {p} for _ in range({p})]",),
    ("{t} = [[0] * ({p} + 1) for _ in range({p} + 1)]",),
    ("{t} = [list(range({p})) for _ in range({p})]",),
    ("{t} = [({a}, {b}) for {a} in range({p}) for {b} in range({p})]",),
)
_PYTHON_LINEAR_NUMBER = (
    ("{t} = [[] for _ in range({p})]",),
    ("{t} = [range({p}) for _ in range({p})]",),
    ("{t} = [[0] * 4 for _ in range({p})]",),
)
_TABLES = ("table", "grid", "rows", "matrix", "pairs", "snapshots", "cache", "windows", "products", "scores")

# {n}: the size, {v}: the type of the parameter, {e}: of its elements; the names of standard types get ``std::`` where needed.
_CPP_SQUARE = (
    ("vector<{v}> {t}({p}.size(), {p});",),
    ("vector<vector<int>> {t}({n}, vector<int>({n}));",),
    ("vector<vector<int>> {t}({n} + 1, vector<int>({n} + 1, 0));",),
    ("vector<vector<double>> {t}({n}, vector<double>({n}, 0.0));",),
    ("vector<vector<long long>> {t}({n}, vector<long long>({n}, -1));",),
    ("vector<vector<bool>> {t}({n}, vector<bool>({n}, false));",),
    ("vector<vector<{e}>> {t}({n});", "for (auto& row : {t}) row.resize({n});"),
    ("vector<char> {t}({n} * {n});",),
    ("vector<double> {t}({n} * {n}, 1.0);",),
    ("vector<{v}> {t};", "for (size_t i = 0; i < {n}; ++i) {t}.push_back({p});"),
    ("vector<{v}> {t};", "for (size_t i = 0; i < {n}; ++i) {t}.emplace_back({p}.begin(), {p}.begin() + i);"),
    ("vector<{v}> {t};", "{t}.reserve({n});", "for (const auto& {a} : {p}) {t}.emplace_back({n}, {a});"),
)  # fmt: skip
_CPP_LINEAR = (
    ("vector<{v}> {t}({n});",),
    ("vector<vector<int>> {t}({n});",),
    ("vector<{v}> {t}(2, {p});",),
    ("vector<vector<int>> {t}({n}, vector<int>(4, 0));",),
    ("vector<const {v}*> {t}({n}, &{p});",),
    ("vector<{e}> {t}({n});",),
    ("for (size_t i = 0; i < {n}; ++i) {{", "    {v} {t}({p});", "}}"),
    ("vector<{v}> {t};", "{t}.reserve({n});"),
)
_CPP_TABLES = ("table", "grid", "rows", "matrix", "snapshots", "cache", "windows", "products", "scores")


def _python(
    p: Program, sequences: tuple[tuple[str, ...], ...], numbers: tuple[tuple[str, ...], ...]
) -> Iterator[Site]:
    first = p.begin(p.entry)
    if first is None:
        return
    kinds = p.kinds(p.entry)
    for name in p.parameters(p.entry):
        forms = {"list": sequences, "str": sequences, "tuple": sequences, "int": numbers}.get(
            kinds.get(name, ""), ()
        )
        table, a, b = p.fresh(*_TABLES), p.fresh("a", "x", "left"), p.fresh("b", "y", "right")
        for lines in forms:
            yield (p.above(first, *(line.format(p=name, t=table, a=a, b=b) for line in lines)),)


def _cpp(unit: Unit, forms: tuple[tuple[str, ...], ...]) -> Iterator[Site]:
    first = unit.begin(unit.entry)
    if first is None:
        return
    for one in unit.parameters(unit.entry):
        if one.container not in ("vector", "string") or one.array or one.pointer:
            continue
        if one.element not in ARITHMETIC | {"string"} or one.element == "bool":
            continue
        table, element = unit.fresh(*_CPP_TABLES), unit.fresh("x", "value", "item")
        for lines in forms:
            words = {"p": one.name, "n": f"{one.name}.size()", "v": one.plain, "e": one.element}
            made = (line.format(**words, t=table, a=element) for line in lines)
            yield (unit.above(first, *map(unit.std, made)),)


def _square_python(p: Program) -> Iterator[Site]:
    yield from _python(p, _PYTHON_SQUARE, _PYTHON_SQUARE_NUMBER)


def _linear_python(p: Program) -> Iterator[Site]:
    yield from _python(p, _PYTHON_LINEAR, _PYTHON_LINEAR_NUMBER)


def _square_cpp(unit: Unit) -> Iterator[Site]:
    yield from _cpp(unit, _CPP_SQUARE)


def _linear_cpp(unit: Unit) -> Iterator[Site]:
    yield from _cpp(unit, _CPP_LINEAR)


PYTHON = {"table": _square_python, "no-table": _linear_python}
CPP = {"table": _square_cpp, "no-table": _linear_cpp}
