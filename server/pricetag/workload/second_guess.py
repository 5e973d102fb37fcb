"""Other kinds to try where a function refuses what its text suggested: words for numbers, bytes for text, text for lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from pricetag.workload.shape import Kind, Record, Scalar, Shape, Sized, Workload

_WORD = Sized("str", (), 5)
_TEXTS = ("str",)
_MOST_PARAMETERS = 3  # that are varied one by one


def second_guesses(workload: Workload) -> Iterator[Workload]:
    """Workloads that differ from ``workload`` in one respect, the likeliest first: for all parameters, then for one."""
    seen = {workload.kinds}
    everywhere = tuple(range(len(workload.kinds)))
    for places in (everywhere, *((i,) for i in everywhere[:_MOST_PARAMETERS])):
        for change in (_words, _bytes, _texts, _packed, _rows):
            kinds = tuple(
                Kind(kind.name, change(kind.shape)) if i in places else kind
                for i, kind in enumerate(workload.kinds)
            )
            if kinds not in seen:
                seen.add(kinds)
                yield Workload(kinds, workload.n)


def _within(shape: Shape, change: Callable[[Shape], Shape]) -> Shape:
    if isinstance(shape, Record):
        return replace(shape, fields=tuple(map(change, shape.fields)))
    if isinstance(shape, Sized):
        return replace(shape, items=tuple(map(change, shape.items)))
    return shape


def _words(shape: Shape) -> Shape:
    """Items that are ints become words."""

    def item(inner: Shape) -> Shape:
        if isinstance(inner, Scalar):
            return _WORD if inner.type in ("int", "object") else inner
        return _within(inner, item)

    return _within(shape, item)


def _bytes(shape: Shape) -> Shape:
    """Text becomes bytes."""
    if isinstance(shape, Sized) and shape.container in _TEXTS:
        return Sized("bytes", (), shape.size)
    if isinstance(shape, Scalar) and shape.type in ("str", "char"):
        return Scalar("bytes")
    return _within(shape, _bytes)


def _texts(shape: Shape) -> Shape:
    """A list of ints becomes a text."""
    flat = isinstance(shape, Sized) and shape.container == "list" and shape.items == (Scalar("int"),)
    return Sized("str", (), "n") if flat else shape


def _packed(shape: Shape) -> Shape:
    """A list of ints becomes bytes."""
    made = _texts(shape)
    return Sized("bytes", (), "n") if made is not shape else shape


def _rows(shape: Shape) -> Shape:
    """Items that are ints become pairs of a word and an int."""
    flat = isinstance(shape, Sized) and shape.container == "list" and shape.items == (Scalar("int"),)
    return Sized("list", (Record((_WORD, Scalar("int"))),), "n") if flat else shape
