"""Python inputs of a workload at n: each shape built exactly as its text says, deterministic in the random source."""

from __future__ import annotations

import copy
import random
import string
from collections import deque
from collections.abc import Iterable, Sequence
from math import isqrt
from typing import Any

from pricetag.workload.examples import LinkedList, Tree
from pricetag.workload.shape import Record, Scalar, Shape, Size, Sized, Workload

_PLAIN_INT = 3
_WORD = 5  # length of a word where no example shows one


def build_arguments(
    workload: Workload,
    n: int,
    rng: random.Random,
    example: Sequence[object] | None = None,
    cycle: bool = False,
) -> list[object]:
    """One value per kind. ``example`` holds the values that plain parameters keep. Raises ValueError if n < 1.

    ``cycle`` repeats the items of the example instead of drawing new ones: for functions whose inputs must satisfy
    what no shape says.
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, not {n}")
    values = example if example is not None else ()
    arguments = []
    for i, kind in enumerate(workload.kinds):
        value = values[i] if i < len(values) else None
        cycled = _cycled(kind.shape, n, value) if cycle else None
        arguments.append(cycled if cycled is not None else build(kind.shape, n, rng, value))
    mapping = next((value for value in arguments if isinstance(value, dict) and value), None)
    if mapping is not None:
        for i, kind in enumerate(workload.kinds):
            if kind.shape == Scalar("key"):
                arguments[i] = next(iter(mapping))
    return arguments


def build(shape: Shape, n: int, rng: random.Random, example: object = None) -> object:
    """The Python value of one parameter. Linked lists and trees come as ``LinkedList`` and ``Tree``."""
    if isinstance(shape, Scalar):
        return _parameter(shape, n, rng, example)
    if isinstance(shape, Record):
        parts = example if isinstance(example, (tuple, list)) and len(example) == len(shape.fields) else None
        fields = [build(f, n, rng, parts[i] if parts else None) for i, f in enumerate(shape.fields)]
        return fields if shape.container == "list" else tuple(fields)
    return _sized(shape, n, rng, example)


def _cycled(shape: Shape, n: int, example: object) -> Any:
    """A sequence or text of its size that repeats ``example``; None where that cannot be done."""
    if not isinstance(shape, Sized) or not isinstance(example, (list, tuple, str, deque)) or not example:
        return None
    count = resolve(shape.size, n)
    if isinstance(example, str):
        return (example * (count // len(example) + 1))[:count]
    inner = shape.items[0] if shape.items else None
    values = [copy.deepcopy(example[i % len(example)]) for i in range(count)]
    if isinstance(inner, Sized) and inner.size == "sqrt n":
        values = [row if (made := _cycled(inner, n, row)) is None else made for row in values]
    if isinstance(example, (LinkedList, Tree)):
        return type(example)(values)
    return {tuple: tuple, deque: deque}.get(type(example), list)(values)


def identity(value: object = None, *_rest: object) -> object:
    """Stands for a callable parameter."""
    return value


def resolve(size: Size, n: int) -> int:
    """The number of items that ``size`` means at n, at least 1."""
    if isinstance(size, int):
        return size
    return n if size == "n" else max(1, isqrt(n))


def _parameter(shape: Scalar, n: int, rng: random.Random, example: object) -> object:
    if shape.type == "int":
        return _int_parameter(shape, n, example)
    if example is not None:
        return copy.deepcopy(example)
    if shape.type == "float":
        return 2.5
    if shape.type == "bool":
        return True
    if shape.type == "str":
        return "".join(rng.choices(string.ascii_lowercase, k=_WORD))
    if shape.type == "char":
        return rng.choice(string.ascii_lowercase)
    if shape.type == "bytes":
        return rng.randbytes(_WORD)
    if shape.type == "callable":
        return identity
    return None


def _int_parameter(shape: Scalar, n: int, example: object) -> int:
    if shape.role == "n":
        return n
    if shape.role == "n - 1":
        return n - 1
    if shape.role == "sqrt n":
        return max(1, isqrt(n))
    kept = int(example) if isinstance(example, int) else shape.low if shape.low is not None else _PLAIN_INT
    if shape.role == "up to n":
        return max(1, round(shape.ratio * n)) if shape.ratio is not None else min(kept, n)
    return kept


def _sized(shape: Sized, n: int, rng: random.Random, example: object) -> object:
    count = resolve(shape.size, n)
    name = shape.container
    if name == "str":
        return text(shape, count, rng, example)
    if name in ("bytes", "bytearray"):
        return bytearray(rng.randbytes(count)) if name == "bytearray" else rng.randbytes(count)
    if name == "dict":
        return _mapping(shape, count, n, rng, example)
    if not shape.items:
        return None  # "object of n": only the language runner can make one
    item = shape.items[0]
    if name in ("set", "frozenset"):
        values = _distinct(item, count, n, rng, example)
        return frozenset(values) if name == "frozenset" else set(values)
    if name == "tree" and shape.order == "sorted":
        return Tree(_level_order(sorted(_distinct(item, count, n, rng, example))))
    values = build_items(item, count, n, rng, example)
    if shape.order == "permutation":
        low = item.low if isinstance(item, Scalar) and item.low is not None else 0
        values = list(range(low, low + count))
        rng.shuffle(values)
    elif shape.order == "sorted":
        values.sort()
    if shape.alphabet and isinstance(item, Scalar) and item.type == "int":
        low = item.low or 0
        values = rng.choices(range(low, low + shape.alphabet), k=count)
    if name == "tuple":
        return tuple(values)
    if name == "deque":
        return deque(values)
    if name == "iterator":
        return iter(values)
    if name == "linked list":
        return LinkedList(values)
    if name == "tree":
        return Tree(values)
    return values


def build_items(item: Shape, count: int, n: int, rng: random.Random, example: object = None) -> list[Any]:
    """``count`` values of one shape of items, drawn together where that is faster."""
    if isinstance(item, Scalar):
        if item.type == "int":
            low, high = _range(item, n)
            return rng.choices(range(low, high + 1), k=count)
        if item.type == "float":
            low, high = _range(item, n)
            return [round(rng.uniform(low, high), 2) for _ in range(count)]
        if item.type == "bool":
            return rng.choices((True, False), k=count)
        if item.type == "char":
            letters = _letters_of(example) or string.ascii_lowercase
            return rng.choices(letters, k=count)
        pool = _members(example)
        if item.type in ("object", "callable", "str", "none") and pool:
            return [copy.deepcopy(value) for value in rng.choices(pool, k=count)]
        if item.type == "object":
            return rng.choices(range(n), k=count)
        return [build(item, n, rng) for _ in range(count)]
    if isinstance(item, Record):
        columns = [build_items(f, count, n, rng, None) for f in item.fields]
        rows = zip(*columns, strict=True)
        return [list(row) for row in rows] if item.container == "list" else list(rows)
    pool = _members(example)
    first = pool[0] if pool else None
    if item.container == "str":
        length = resolve(item.size, n)
        samples = [value for value in pool if isinstance(value, str) and value]
        if _structured(item.letters) and samples:
            kinds = [(value * (length // len(value) + 1))[:length] for value in samples]
            return rng.choices(kinds, k=count)
        whole = text(item, length * count, rng, samples[0] if samples else None)
        return [whole[i : i + length] for i in range(0, length * count, length)] if length else [""] * count
    return [_sized(item, n, rng, first) for _ in range(count)]


def _range(item: Scalar, n: int) -> tuple[int, int]:
    low = item.low if item.low is not None else 1
    if item.role == "up to n":
        return low, max(low, n - 1 + low)
    return low, max(low, n if item.high is None else max(item.high, n))


def _distinct(item: Shape, count: int, n: int, rng: random.Random, example: object) -> list[Any]:
    """``count`` distinct hashable values (fewer only where the shape has no more)."""
    if isinstance(item, Scalar) and item.type == "int":
        low, high = _range(item, n)
        return rng.sample(range(low, max(high, low + 2 * count) + 1), count)
    if isinstance(item, Sized) and item.container == "str":
        letters = (item.letters or string.ascii_lowercase).replace(" ", "") or string.ascii_lowercase
        length = item.size if isinstance(item.size, int) else _WORD
        if len(letters) > 1:
            while len(letters) ** length < 4 * count:
                length += 1
        words: dict[str, None] = {}
        for _ in range(8):
            words |= dict.fromkeys(_words(letters, length, count - len(words), rng))
            if len(words) == count:
                break
        return list(words)
    if isinstance(item, Scalar) and item.type in ("char", "bool"):
        return sorted(set(build_items(item, max(count, 64), n, rng, example)))[:count]
    return _fill(count, lambda: _freeze(build_items(item, 1, n, rng, example)[0]))


def _words(letters: str, length: int, count: int, rng: random.Random) -> list[str]:
    """``count`` random words of one length, cut from one long draw."""
    whole = "".join(rng.choices(letters, k=length * count))
    return [whole[i : i + length] for i in range(0, length * count, length)] if length else [""] * count


def _fill(count: int, draw: Any) -> list[Any]:
    seen: dict[Any, None] = {}
    for _ in range(20 * count + 100):
        if len(seen) >= count:
            break
        seen[draw()] = None
    return list(seen)


def _freeze(value: Any) -> Any:
    """The value with something hashable for each container in it, however deep."""
    if isinstance(value, (list, tuple)):
        return tuple(map(_freeze, value))
    if isinstance(value, dict):
        return tuple((key, _freeze(own)) for key, own in value.items())
    return frozenset(value) if isinstance(value, (set, bytearray)) else value


def _mapping(shape: Sized, count: int, n: int, rng: random.Random, example: object) -> dict[Any, Any]:
    key, value = shape.items
    keys = _distinct(key, count, n, rng, list(example) if isinstance(example, dict) else None)
    if isinstance(value, Sized) and value.items and value.items[0] == Scalar("key"):
        degree = resolve(value.size, n)
        make = {"set": set, "tuple": tuple, "frozenset": frozenset}.get(value.container, list)
        return {k: make(rng.choices(keys, k=degree)) for k in keys}
    pool = list(example.values()) if isinstance(example, dict) else None
    return dict(zip(keys, build_items(value, len(keys), n, rng, pool), strict=True))


def text(shape: Sized, count: int, rng: random.Random, example: object = None) -> str:
    """Text of exactly ``count`` characters: random letters, words where spaces occur, repeats of structured examples."""
    letters = shape.letters or string.ascii_lowercase
    if count <= 0:
        return ""
    if _structured(letters) and isinstance(example, str) and example:
        return (example * (count // len(example) + 1))[:count]
    blanks = [c for c in letters if c.isspace()]
    solid = [c for c in letters if not c.isspace()] or blanks
    if not blanks or len(solid) == len(blanks):
        return "".join(rng.choices(solid, k=count))
    lengths = [len(w) for w in example.split()] if isinstance(example, str) else []
    vocabulary = [
        "".join(rng.choices(solid, k=rng.choice(lengths) if lengths else rng.randint(2, 8)))
        for _ in range(max(8, isqrt(count)))
    ]
    words = rng.choices(vocabulary, k=count // 2 + 1)
    return " ".join(words)[:count]


def _structured(letters: str) -> bool:
    return any(not c.isalnum() and not c.isspace() for c in letters)


def _letters_of(example: object) -> str:
    return "".join(sorted({c for v in _members(example) if isinstance(v, str) for c in v}))


def _members(example: object) -> list[Any]:
    if isinstance(example, (str, bytes, dict)) or not isinstance(example, Iterable):
        return []
    return [] if hasattr(example, "__next__") else list(example)


def _level_order(values: list[Any]) -> list[Any]:
    """The level-order list of the complete binary search tree over sorted ``values``."""
    tree: list[Any] = [None] * len(values)
    position = iter(values)
    stack: list[int] = []
    node = 0
    while stack or node < len(values):
        while node < len(values):
            stack.append(node)
            node = 2 * node + 1
        node = stack.pop()
        tree[node] = next(position)
        node = 2 * node + 2
    return tree
