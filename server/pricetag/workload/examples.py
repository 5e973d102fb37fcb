"""Kinds read off example calls: what the values of each parameter have in common, and which ints follow n."""

from __future__ import annotations

import string
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Literal

from pricetag.workload.shape import Kind, Record, Scalar, Shape, Sized, Workload


class LinkedList(list[Any]):
    """The values of a singly linked list, head first: stands for it in examples and in built inputs."""


class Tree(list[Any]):
    """The values of a binary tree, level by level, None for a missing node: stands for it in examples and inputs."""


_SEQUENCES = (list, tuple, set, frozenset, deque, range)
_NAMES = {list: "list", tuple: "tuple", set: "set", frozenset: "frozenset", deque: "deque", range: "list"}
_SMALL_ALPHABET = 6
_CLOSED_ALPHABETS = (set("01"), set("ACGT"), set("ACGU"), set("()[]{}<>"))
_CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
_LENGTH_NAMES = {
    "n",
    "m",
    "size",
    "length",
    "len",
    "count",
    "num",
    "rows",
    "cols",
    "row",
    "col",
    "r",
    "c",
    "v",
}
_FIRST_NAMES = {"l", "lo", "low", "left", "start", "begin", "i", "s"}
_LAST_NAMES = {"r", "h", "hi", "high", "right", "end", "e", "j"}
_FILL = (
    0.4  # a length parameter whose examples fill less of the container than this is a count of something else
)


def infer_from_examples(names: Sequence[str], examples: Sequence[tuple[object, ...]]) -> Workload:
    """The workload that ``examples``, argument tuples of one function, are instances of.

    Only examples of the most common arity count. A name is missing where arguments outnumber ``names``.
    """
    if not examples:
        return Workload(())
    arity = Counter(len(example) for example in examples).most_common(1)[0][0]
    calls = [example for example in examples if len(example) == arity]
    columns = [[call[i] for call in calls] for i in range(arity)]
    labels = [names[i] if i < len(names) else f"argument {i + 1}" for i in range(arity)]
    shapes = [_parameter(column) for column in columns]
    collections = any(isinstance(s, Sized) and s.container != "str" for s in shapes)
    texts = [i for i, s in enumerate(shapes) if isinstance(s, Sized) and s.container == "str"]
    longer = any(len(str(value)) > 1 for i in texts for value in columns[i])
    for i in texts:
        if all(isinstance(v, str) and len(v) <= 1 for v in columns[i]) and (collections or longer):
            shapes[i] = Scalar("char")
        elif collections:
            shapes[i] = Scalar("str")
    _relate_ints(labels, columns, shapes)
    _relate_keys(columns, shapes)
    return Workload(tuple(Kind(name, shape) for name, shape in zip(labels, shapes, strict=True)))


def longest(examples: Sequence[tuple[object, ...]]) -> tuple[object, ...] | None:
    """The example call to grow: the most common arity, then the most items, then the largest ints."""
    if not examples:
        return None
    arity = Counter(len(example) for example in examples).most_common(1)[0][0]

    def weight(call: tuple[object, ...]) -> tuple[int, float]:
        ints = [abs(v) for v in call if isinstance(v, int) and not isinstance(v, bool)]
        return sum(_weight(v) for v in call), float(min(max(ints, default=0), 10**300))

    return max((e for e in examples if len(e) == arity), key=weight)


def _weight(value: object) -> int:
    if isinstance(value, (str, bytes, bytearray)):
        return len(value)
    if isinstance(value, Mapping):
        return len(value) + sum(map(_weight, value.values()))
    if isinstance(value, _SEQUENCES):
        return len(value) + sum(map(_weight, value))
    return 0


def _parameter(values: list[object]) -> Shape:
    present = [v for v in values if v is not None]
    if not present:
        return Scalar("none")
    shape = _shape(present, depth=0)
    tuples = [v for v in present if isinstance(v, tuple)]
    if isinstance(shape, Sized) and len(tuples) == len(present):
        return _record(tuples, top=True) or shape
    return shape


def _shape(values: list[object], depth: int) -> Shape:
    """The shape that fits all of ``values`` (none of them None), found ``depth`` containers deep."""
    if all(isinstance(v, bool) for v in values):
        return Scalar("bool")
    if all(isinstance(v, int) for v in values):
        ints = [v for v in values if isinstance(v, int)]
        return Scalar("int", low=min(ints), high=max(ints))
    if all(isinstance(v, (int, float)) for v in values):
        finite = [v for v in values if isinstance(v, (int, float)) and abs(v) < 1e300]
        return Scalar("float", low=int(min(finite, default=0)), high=int(max(finite, default=1)))
    if all(isinstance(v, str) for v in values):
        return _text([v for v in values if isinstance(v, str)], depth)
    if all(isinstance(v, (bytes, bytearray)) for v in values):
        lengths = [len(v) for v in values if isinstance(v, (bytes, bytearray))]
        name = "bytearray" if isinstance(values[0], bytearray) else "bytes"
        return Sized(name, (), "n" if depth == 0 else _typical(lengths))
    if all(isinstance(v, Mapping) for v in values):
        return _mapping([v for v in values if isinstance(v, Mapping)], depth)
    if all(isinstance(v, Tree) for v in values):
        return _tree([v for v in values if isinstance(v, Tree)])
    if all(isinstance(v, _SEQUENCES) for v in values):
        rows = [list(v) for v in values if isinstance(v, _SEQUENCES)]
        return _sequence(values, rows, depth)
    if all(isinstance(v, Iterator) for v in values):
        return Sized("iterator", (Scalar("int"),), "n" if depth == 0 else 3)
    if all(callable(v) for v in values):
        return Scalar("callable")
    return Scalar("object")


def _sequence(values: list[object], rows: list[list[object]], depth: int) -> Shape:
    first = type(values[0])
    container = (
        "linked list"
        if issubclass(first, LinkedList)
        else next(_NAMES[t] for t in _NAMES if issubclass(first, t))
    )
    inner = [x for row in rows for x in row]
    present = [x for x in inner if x is not None]
    size = _size(depth, [len(row) for row in rows])
    if not present:
        item: Shape = Scalar("int") if not inner else Scalar("none")
        return Sized(container, (item,), size)
    if len(present) < len(inner):  # optional items: only a resample of the examples keeps them
        return Sized(container, (Scalar("object"),), size)
    if all(isinstance(x, (list, tuple)) for x in inner):
        nested = [x for x in inner if isinstance(x, (list, tuple))]
        record = _record(nested, top=False, counts=[len(row) for row in rows])
        if record is not None:
            return Sized(container, (record,), size)
    item = _shape(inner, depth + 1)
    if isinstance(item, Sized) and item.container == "str":
        if depth == 0 and _is_grid(rows):
            letters = item.letters
            grid = Sized(
                "str", (), "sqrt n", item.alphabet or len(letters) * (len(letters) <= 10), letters=letters
            )
            return Sized(container, (grid,), "sqrt n")
        return Sized(container, (item,), size)
    if isinstance(item, Sized) and item.container not in ("dict", "bytes", "bytearray") and depth == 0:
        return Sized(container, (item,), "sqrt n")  # the inner one already is sqrt n
    if container in ("set", "frozenset"):
        return Sized(container, (_unique(item, inner),), size)
    if isinstance(item, Scalar) and item.type == "int":
        return _ints(container, [[x for x in row if isinstance(x, int)] for row in rows], item, size)
    return Sized(container, (item,), size)


def _size(depth: int, lengths: list[int]) -> Any:
    return "n" if depth == 0 else "sqrt n" if depth == 1 else _typical(lengths)


def _typical(lengths: list[int]) -> int:
    return max(1, sorted(lengths)[len(lengths) // 2]) if lengths else 1


def _ints(container: str, rows: list[list[int]], item: Scalar, size: Any) -> Sized:
    """A container of ints: few values, a permutation, sorted, or indices into itself."""
    seen = {x for row in rows for x in row}
    total = sum(map(len, rows))
    if total >= 4 and (seen <= {0, 1, 2} or seen <= {-1, 0, 1}) and len(seen) > 1:
        low, high = min(seen), max(seen)
        return Sized(container, (Scalar("int", low=low, high=high),), size, alphabet=high - low + 1)
    order: Literal["", "sorted", "permutation"] = ""
    long = [row for row in rows if len(row) >= 3]
    if long:
        evidence = len(long) >= 2 or len(long[0]) >= 5
        low = min(seen)
        if evidence and low in (0, 1) and all(sorted(r) == list(range(low, low + len(r))) for r in rows if r):
            order = "sorted" if all(r == sorted(r) for r in rows) else "permutation"
        elif evidence and all(r == sorted(r) for r in rows):
            order = "sorted"
        elif evidence and not order and min(seen) >= 0 and all(max(r) < len(r) for r in rows if r):
            return Sized(container, (Scalar("int", "up to n", low=0, high=item.high),), size)
    return Sized(container, (item,), size, order=order)


def _record(rows: Sequence[Sequence[object]], top: bool, counts: Sequence[int] = ()) -> Record | None:
    """Rows of one fixed make-up ("name, mark"), where they are not rather a matrix or a sequence."""
    widths = {len(row) for row in rows}
    if len(widths) != 1:
        return None
    width = widths.pop()
    columns = [[row[i] for row in rows] for i in range(width)]
    if not 1 <= width <= 8 or any(x is None for column in columns for x in column):
        return None
    fields = tuple(_field(column) for column in columns)
    mixed = len({_type_word(field) for field in fields}) > 1
    tuples = all(isinstance(row, tuple) for row in rows)
    if top:
        return Record(fields) if mixed and width <= 6 and len(rows) >= 1 else None
    tall = any(count != width for count in counts)
    varied = len(set(counts)) > 1 and max(counts) > 3
    rows_of = mixed or (tuples and width <= 4) or (width == 2 and tall) or (width == 3 and varied)
    if not rows_of or (mixed and not tuples and not all(len({type(x) for x in c}) == 1 for c in columns)):
        return None
    return Record(fields, "tuple" if tuples else "list")


def _field(column: list[object]) -> Shape:
    return _shape(column, depth=2)


def _type_word(shape: Shape) -> str:
    if isinstance(shape, Scalar):
        return {"float": "number", "int": "number", "char": "text"}.get(shape.type, shape.type)
    return "text" if isinstance(shape, Sized) and shape.container == "str" else str(type(shape))


def _mapping(values: list[Mapping[Any, Any]], depth: int) -> Shape:
    keys = [k for v in values for k in v]
    inner = [x for v in values for x in v.values() if x is not None]
    size = "n" if depth == 0 else _typical([len(v) for v in values])
    key: Shape = _unique(_shape(keys, 2), keys) if keys else Sized("str", (), 5)
    value: Shape = _shape(inner, 2) if inner else Scalar("int")
    if isinstance(value, Sized) and value.items and depth == 0:
        known = set(keys)
        members = [x for v in inner if isinstance(v, _SEQUENCES) for x in v if _hashable(x)]
        if members and all(x in known for x in members):  # a graph: neighbours are keys
            value = Sized(value.container, (Scalar("key"),), value.size)
    return Sized("dict", (key, value), size)  # type: ignore[arg-type]


def _unique(item: Shape, values: list[Any]) -> Shape:
    """``item`` as a key or member: one letter cannot stay one letter among n distinct ones."""
    if item == Scalar("char"):
        return Sized("str", (), 1, letters="".join(sorted(set(values))))
    return item


def _hashable(value: object) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _tree(values: list[Tree]) -> Shape:
    nodes = [x for tree in values for x in tree if x is not None]
    item = _shape(nodes, 2) if nodes else Scalar("int")
    large = [tree for tree in values if len([x for x in tree if x is not None]) >= 3]
    ordered = bool(large) and all(_is_search_tree(tree) for tree in large)
    return Sized("tree", (item,), "n", order="sorted" if ordered else "")


def _is_search_tree(tree: Tree) -> bool:
    """Whether the in-order walk of a level-order list (LeetCode's: no places for children of None) is sorted."""
    children: dict[int, list[int | None]] = {}
    parents = deque([0])
    i = 1
    while parents and i < len(tree):
        pair: list[int | None] = []
        for j in (i, i + 1):
            present = j < len(tree) and tree[j] is not None
            pair.append(j if present else None)
            if present:
                parents.append(j)
        children[parents.popleft()] = pair
        i += 2
    walk: list[Any] = []
    stack: list[int] = []
    node: int | None = 0
    while stack or node is not None:
        while node is not None:
            stack.append(node)
            node = children.get(node, [None, None])[0]
        node = stack.pop()
        walk.append(tree[node])
        node = children.get(node, [None, None])[1]
    try:
        return walk == sorted(walk)
    except TypeError:
        return False


def _text(values: list[str], depth: int) -> Shape:
    if depth > 0 and all(len(v) == 1 for v in values):
        return Scalar("char")
    size: Any = "n" if depth == 0 else _typical([len(v) for v in values])
    seen = set("".join(values))
    total = sum(map(len, values))
    few = len(seen) <= _SMALL_ALPHABET and total >= 3 * len(seen)
    closed = next((a for a in _CLOSED_ALPHABETS if seen and seen <= a), None)
    if closed is not None and len(closed) <= 4:
        return Sized("str", (), size, len(closed), letters="".join(sorted(closed)))
    if seen and (few or closed is not None):
        return Sized("str", (), size, len(seen), letters="".join(sorted(seen)))
    wide = set(seen)
    for family in _CLASSES:
        if seen & set(family):
            wide |= set(family)
    letters = "".join(sorted(wide))
    return Sized("str", (), size, 10 if letters == string.digits else 0, letters=letters)


def _is_grid(rows: list[list[object]]) -> bool:
    """Whether every example is a board: equally long strings over a few characters."""
    texts = [[x for x in row if isinstance(x, str)] for row in rows]
    boards = [row for row in texts if len(row) >= 2]
    return bool(boards) and all(len({len(x) for x in row}) == 1 and _is_board(row) for row in boards)


def _is_board(row: list[str]) -> bool:
    cells = "".join(row)
    return len(row[0]) >= 2 and len(set(cells)) <= 5 and len(cells) >= 2 * len(set(cells))


# Ints: which of them follow n -----------------------------------------------------------------------------------


def _relate_ints(names: list[str], columns: list[list[object]], shapes: list[Shape]) -> None:
    """Give every int parameter its role; ``shapes`` is changed in place."""
    ints = [i for i, s in enumerate(shapes) if isinstance(s, Scalar) and s.type == "int"]
    sized = [i for i, s in enumerate(shapes) if isinstance(s, Sized)]
    if not ints:
        return
    if not sized:
        _scale_ints(columns, shapes, ints)
        return
    for i in ints:
        for j in sized:
            ends = any(name.lower() in _FIRST_NAMES for name in names)
            scalar = _as_size(names[i], columns[i], columns[j], shapes[j], ends)
            if scalar is not None:
                shapes[i] = scalar
                break
        else:
            for j in sized:
                bounded = _as_bound(columns[i], columns[j], shapes[j])
                if bounded is not None:
                    shapes[i], shapes[j] = bounded
                    break
            else:
                if any(_within(columns[i], columns[j]) for j in sized):
                    shape = shapes[i]
                    assert isinstance(shape, Scalar)
                    shapes[i] = Scalar("int", "up to n", shape.low, shape.high)


def _relate_keys(columns: list[list[object]], shapes: list[Shape]) -> None:
    """A parameter that names a node of a graph parameter in every example is one of its keys."""
    graphs = [
        j
        for j, s in enumerate(shapes)
        if isinstance(s, Sized) and len(s.items) == 2 and _has_keys(s.items[1])
    ]
    for i, shape in enumerate(shapes):
        for j in graphs:
            values = zip(columns[i], columns[j], strict=True)
            if isinstance(shape, Scalar) and all(
                _hashable(v) and isinstance(g, Mapping) and v in g for v, g in values
            ):
                shapes[i] = Scalar("key")


def _has_keys(shape: Shape) -> bool:
    return isinstance(shape, Sized) and shape.items == (Scalar("key"),)


def _length(value: object) -> int:
    if isinstance(value, LinkedList | Tree):
        return len([x for x in value if x is not None])
    return len(value) if isinstance(value, (*_SEQUENCES, str, bytes, bytearray, Mapping)) else 0


def _as_size(
    name: str, ints: list[object], containers: list[object], shape: Shape, ends: bool
) -> Scalar | None:
    """An int that is the container's length or last index in every example, or is called so and fits.

    ``ends``: another parameter is called like the first index of a range.
    """
    assert isinstance(shape, Sized)
    pairs = [(v, c) for v, c in zip(ints, containers, strict=True) if isinstance(v, int)]
    square = shape.size == "sqrt n"
    candidates: list[tuple[Literal["n", "n - 1", "sqrt n"], Callable[[Any], int]]] = [
        ("sqrt n" if square else "n", _length)
    ]
    if square:
        candidates.append(("sqrt n", lambda c: _length(next(iter(c), ""))))
    else:
        candidates.append(("n - 1", lambda c: _length(c) - 1))
    for role, measure in candidates:
        if all(v == measure(c) for v, c in pairs):
            varied = len({v for v, _ in pairs}) > (2 if role == "n - 1" else 1)
            told = name.lower() in (_LAST_NAMES if role == "n - 1" else _LENGTH_NAMES)
            if varied or told or pairs[0][0] >= 5:
                return Scalar("int", role)
    # Examples that pass part of a container: "the first k of xs" is still meant for all of it.
    last = ends and name.lower() in _LAST_NAMES
    filled = sum(v for v, _ in pairs) >= _FILL * sum(_length(c) for _, c in pairs)
    if (last or name.lower() in ("n", "size", "length", "len", "v")) and filled and pairs:
        fits = all(0 <= v <= min(_length(c), _inner_length(c)) - last for v, c in pairs)
        if fits and not (square and last):
            return Scalar("int", "n - 1" if last else "sqrt n" if square else "n")
    return None


def _inner_length(container: Any) -> int:
    """The length of the shortest row of a matrix; of a flat container its own length."""
    rows = (
        [x for x in container if isinstance(x, (list, tuple))] if isinstance(container, (list, tuple)) else []
    )
    return min(map(len, rows)) if rows else _length(container)


def _as_bound(ints: list[object], containers: list[object], shape: Shape) -> tuple[Scalar, Sized] | None:
    """An int that bounds the container's ints (the vertex count of an edge list): it becomes n, they stay below it."""
    assert isinstance(shape, Sized)
    pairs: list[tuple[int, list[int]]] = []
    for v, c in zip(ints, containers, strict=True):
        if not isinstance(v, int) or not isinstance(c, (list, tuple)):
            return None
        flat = list(chain.from_iterable(x if isinstance(x, (list, tuple)) else [x] for x in c))
        if not all(isinstance(x, int) for x in flat):
            return None
        if flat:
            pairs.append((v, flat))
    rows = len(shape.items) == 1 and isinstance(shape.items[0], Record)
    if not pairs or (len(pairs) < 2 and not rows):
        return None
    low = min(min(flat) for _, flat in pairs)
    if low not in (0, 1) or any(max(flat) > v - 1 + low for v, flat in pairs):
        return None
    if sum(max(flat) == v - 1 + low for v, flat in pairs) * 2 < len(pairs):
        return None
    item = shape.items[0]
    below = Scalar("int", "up to n", low=low, high=None)
    if isinstance(item, Record):
        vertices: list[Shape] = []
        for k, f in enumerate(item.fields):
            vertex = isinstance(f, Scalar) and f.type == "int" and k < 2
            vertices.append(below if vertex else f)
        return Scalar("int", "n"), Sized(
            shape.container, (Record(tuple(vertices), item.container),), shape.size
        )
    if isinstance(item, Scalar) and item.type == "int":
        return Scalar("int", "n"), Sized(shape.container, (below,), shape.size)
    return None


def _within(ints: list[object], containers: list[object]) -> bool:
    pairs = [(v, _length(c)) for v, c in zip(ints, containers, strict=True) if isinstance(v, int)]
    return bool(pairs) and all(0 <= v <= size for v, size in pairs)


def _scale_ints(columns: list[list[object]], shapes: list[Shape], ints: list[int]) -> None:
    """Ints alone: the largest becomes n, those of its order scale with it, the rest are kept."""
    peak = {i: max(abs(v) for v in columns[i] if isinstance(v, int)) for i in ints}
    calls = range(len(columns[0]))
    base = max(
        calls, key=lambda c: max((abs(v) for i in ints if isinstance(v := columns[i][c], int)), default=0)
    )
    lead = max(ints, key=lambda i: (abs(v) if isinstance(v := columns[i][base], int) else -1, peak[i]))
    most = columns[lead][base]
    top = most if isinstance(most, int) else 0
    for i in ints:
        shape, value = shapes[i], columns[i][base]
        assert isinstance(shape, Scalar)
        if i == lead:
            shapes[i] = Scalar("int", "n", shape.low, shape.high)
        elif isinstance(value, int) and value > 1 and top > 0 and value * 5 >= top:
            shapes[i] = Scalar("int", "up to n", shape.low, shape.high, ratio=round(value / top, 3))
        elif isinstance(value, int) and value > 1:
            shapes[i] = Scalar("int", "up to n", shape.low, shape.high)
