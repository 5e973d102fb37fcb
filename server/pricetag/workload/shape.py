"""Shapes of a function's inputs as W(n) states them (DESIGN section 4): the text the model reads and the hover shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Size = Literal["n", "sqrt n"] | int
ScalarType = Literal["int", "float", "bool", "str", "char", "bytes", "callable", "none", "key", "object"]
Role = Literal["n", "n - 1", "sqrt n", "up to n", "plain"]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value of no size. ``role`` says how an int follows n; "key" is a key of the mapping it comes with.

    As a parameter: equal to n, n - 1 or sqrt n; at most n; or an ordinary value. As an item of a container, "up to n"
    draws from [low, n - 1 + low] (indices and vertices, from 0 or 1) and "plain" from [low, max(high, n)].
    ``low``, ``high`` and ``ratio`` come from examples and are never part of the text; ``ratio`` scales an int parameter
    with n (0.5: half of n).
    """

    type: ScalarType
    role: Role = "plain"
    low: int | None = None
    high: int | None = None
    ratio: float | None = None

    def __str__(self) -> str:
        if self.role == "plain":
            return self.type
        return f"{self.type} <= n" if self.role == "up to n" else f"{self.type} = {self.role}"


@dataclass(frozen=True, slots=True)
class Sized:
    """A container holding ``size`` items.

    ``items`` holds one shape for a sequence or set, two (key, value) for a mapping, none for text, bytes and "object"
    (an instance such as ``self`` that holds n elements somewhere).
    ``container`` is the language's own word: list, tuple, set, frozenset, deque, dict, iterator, str, bytes, bytearray,
    linked list, tree; vector, string, array, pointer, map, unordered_map, set, unordered_set, deque, stack, queue...
    """

    container: str
    items: tuple[Shape, ...]
    size: Size
    alphabet: int = 0  # how many distinct characters (text) or values (others) occur, 0 for any
    order: Literal["", "sorted", "permutation"] = ""
    letters: str = ""  # the characters themselves, as the examples show them; never part of the text

    def __str__(self) -> str:
        inner = f"[{', '.join(map(_item, self.items))}]" if self.items else ""
        head = f"{self.order} {self.container}" if self.order else self.container
        sizes = [str(self.size)]
        deepest: Sized = self
        shape = self.items[0] if len(self.items) == 1 else None
        while isinstance(shape, Sized):
            sizes.append(str(shape.size))
            deepest = shape
            shape = shape.items[0] if len(shape.items) == 1 else None
        noun = "values" if deepest.items else "letters"
        over = f" over {deepest.alphabet} {noun}" if deepest.alphabet else ""
        return f"{head}{inner} of {' x '.join(sizes)}{over}"


@dataclass(frozen=True, slots=True)
class Record:
    """A fixed group of values: the rows of ``list[(int, str)] of n``. ``container`` (tuple or list) is not in the text."""

    fields: tuple[Shape, ...]
    container: Literal["tuple", "list"] = "tuple"

    def __str__(self) -> str:
        return f"({', '.join(map(_item, self.fields))})"


Shape = Scalar | Sized | Record


def _item(shape: Shape) -> str:
    if isinstance(shape, Sized):
        inner = f"[{', '.join(map(_item, shape.items))}]" if shape.items else ""
        return f"{shape.container}{inner}"
    return str(shape)


@dataclass(frozen=True, slots=True)
class Kind:
    """One parameter and the shape assumed for it."""

    name: str
    shape: Shape

    def __str__(self) -> str:
        return f"{self.name}: {self.shape}"


@dataclass(frozen=True, slots=True)
class Workload:
    """W(n): the assumed kinds of every parameter; ``n`` is set when the author overrides it in a directive."""

    kinds: tuple[Kind, ...]
    n: int | None = None

    def __str__(self) -> str:
        return ", ".join(map(str, self.kinds)) if self.kinds else "no inputs"
