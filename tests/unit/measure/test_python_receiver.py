"""Objects that methods are measured on: built through their constructor, or filled, so that they hold n elements."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pricetag.measure.label import Item, Label
from pricetag.measure.python_receiver import plan
from pricetag.measure.python_runner import PythonRunner
from pricetag.workload import Kind, Scalar, Sized, Workload


def item(code: str, entry: str, examples: tuple[str, ...] = (), receiver: tuple[str, ...] = ()) -> Item:
    return Item("test/1", "test", "MIT", "test/1", "python", code, entry, examples, receiver)


@pytest.fixture(scope="module")
def runner() -> Iterator[PythonRunner]:
    with PythonRunner(time_limit=0.5, memory_limit=64 << 20, again=0) as running:
        yield running


def outcome(label: Label) -> str:
    return label.failed or ("ok" if label.memory is not None and label.runtime is not None else "unknown")


HEAP = """
class Heap:
    def __init__(self, values, limit):
        self.values = sorted(values)
        self.limit = limit
    def copy(self): return list(self.values)
    def take(self, k): return self.values[:k]
    @staticmethod
    def twice(xs): return xs + xs
    @classmethod
    def of(cls, xs): return cls(xs, 1)
"""
BAG = "class Bag:\n    def __init__(self):\n        self.items = []\n    def add(self, item):\n        self.items.append(item)\n    def copy(self): return list(self.items)\n"
CACHE = "class Cache:\n    def __init__(self, capacity):\n        self.capacity = capacity\n        self.data = {}\n    def put(self, key, value):\n        self.data[key] = value\n    def values(self): return list(self.data.values())\n"
TABLE = "from dataclasses import dataclass, field\n@dataclass\nclass Table:\n    rows: list[int]\n    name: str = ''\n    def copy(self): return list(self.rows)\n"
BROKEN = "class B:\n    def __init__(self, xs):\n        raise KeyError(1)\n    def f(self): return 1\n"
SOLUTION = "class Solution:\n    def f(self, xs): return list(xs)\n"


@pytest.mark.parametrize(
    ("code", "entry", "examples", "receiver", "assumes", "bytes_per_n"),
    [
        (HEAP, "Heap.copy", (), ("([4, 1, 3], 2)", "([1, 2], 2)"), "self: object of n", 8),
        (HEAP, "Heap.take", ("(1,)", "(2,)"), ("([4, 1, 3], 2)",), "self: object of n, k: int = n", 8),
        (HEAP, "Heap.copy", (), (), "self: object of n", 8),
        (HEAP, "Heap.twice", ("([1, 2],)",), (), "xs: list[int] of n", 16),
        (HEAP, "Heap.of", ("([1, 2],)",), (), "xs: list[int] of n", 8),
        (BAG, "Bag.copy", (), (), "self: object of n", 8),
        (BAG, "Bag.copy", (), ("()",), "self: object of n", 8),
        (CACHE, "Cache.values", (), ("(3,)", "(5,)"), "self: object of n", 5),
        (TABLE, "Table.copy", (), (), "self: object of n", 8),
        (TABLE, "Table.copy", (), ("([1, 2], 'a')",), "self: object of n", 8),
        (SOLUTION, "Solution.f", ("([1, 2],)",), (), "xs: list[int] of n", 8),
    ],
)  # fmt: skip
def test_objects_hold_n(
    runner: PythonRunner,
    code: str,
    entry: str,
    examples: tuple[str, ...],
    receiver: tuple[str, ...],
    assumes: str,
    bytes_per_n: int,
) -> None:
    small, large = runner.measure(item(code, entry, examples, receiver), [100, 1000])
    assert (outcome(small), outcome(large)) == ("ok", "ok")
    assert large.assumes == assumes
    assert small.memory is not None
    assert large.memory is not None
    assert (
        bytes_per_n * 900 * 0.8 <= large.memory - small.memory <= bytes_per_n * 900 * 2
    )  # and no more: not the object


@pytest.mark.parametrize(
    ("code", "entry", "receiver", "expected"),
    [
        (BROKEN, "B.f", ("([1],)",), "constructor KeyError"),
        (HEAP, "Heap.copy", ("()",), "constructor TypeError"),
        ("class C:\n    def f(self): return self.missing\n", "C.f", (), "exception AttributeError"),
        ("class C:\n    x = 1\n", "C.f", (), "exception AttributeError"),
    ],
)
def test_objects_that_cannot_be_made(
    runner: PythonRunner, code: str, entry: str, receiver: tuple[str, ...], expected: str
) -> None:
    assert outcome(runner.measure(item(code, entry, (), receiver), [10])[0]) == expected


def test_each_call_gets_an_object_of_its_own(runner: PythonRunner) -> None:
    code = "class S:\n    def __init__(self, xs):\n        self.xs = xs\n    def drain(self):\n        assert self.xs\n        t = 0\n        while self.xs: t += self.xs.pop()\n        return t\n"
    labels = runner.measure(item(code, "S.drain", (), ("([1, 2],)",)), [10, 100])
    assert [outcome(label) for label in labels] == ["ok", "ok"]


@pytest.mark.parametrize(
    ("code", "entry", "expected"),
    [
        ("def f(xs): return 1", "f", None),
        (SOLUTION, "Solution.f", None),
        (HEAP, "Heap.copy", ("values: list[int] of n, limit: int = n", "", "no inputs")),
        (BAG, "Bag.copy", ("no inputs", "add", "item: int")),
        (CACHE, "Cache.values", ("capacity: int = n", "put", "key: int, value: int")),
        (TABLE, "Table.copy", ("rows: list[int] of n", "", "no inputs")),
        ("class A:\n    def __init__(self, xs): self.xs = xs\nclass B(A):\n    def f(self): return self.xs", "B.f", ("xs: list[int] of n", "", "no inputs")),
        ("class A:\n    def f(self) return", "A.f", None),
    ],
)  # fmt: skip
def test_plans(code: str, entry: str, expected: tuple[str, str, str] | None) -> None:
    made = plan(item(code, entry))
    found = made and (str(made.constructor), made.fill, str(made.element))
    assert found == expected


def test_variadic_and_keyword_parameters(runner: PythonRunner) -> None:
    code = "def f(*xs, key=None, **options):\n    assert len(xs) in (10, 100) and key is None\n    return sorted(xs)"
    labels = runner.measure(item(code, "f"), [10, 100])
    assert [outcome(label) for label in labels] == ["ok", "ok"]
    assert labels[0].assumes == "xs: tuple[int] of n"


@pytest.mark.parametrize(
    ("code", "assumes"),
    [
        ("def f(things): return ''.join(things)", "things: list[str] of n x 5"),
        ("def f(s): return s.decode('latin1').split()", "s: bytes of n"),
        ("def f(items): return items.casefold()", "items: str of n"),
        ("def f(xs): return sorted(xs)", "xs: list[int] of n"),
    ],
)
def test_a_second_guess_where_the_first_is_refused(runner: PythonRunner, code: str, assumes: str) -> None:
    label = runner.measure(item(code, "f"), [10, 100])[1]
    assert (outcome(label), label.assumes) == ("ok", assumes)


def test_given_kinds_and_examples_are_not_second_guessed(runner: PythonRunner) -> None:
    code = "def f(things): return ''.join(things)"
    given = Workload((Kind("things", Sized("list", (Scalar("int"),), "n")),))
    assert outcome(runner.measure(item(code, "f"), [10], given)[0]) == "exception TypeError"
    assert outcome(runner.measure(item(code, "f", ("([1, 2],)",)), [10])[0]) == "exception TypeError"
