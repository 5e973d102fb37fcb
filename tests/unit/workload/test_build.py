"""Values are what the text of their shape says."""

from __future__ import annotations

import random
from collections import deque
from math import isqrt

import pytest

from pricetag.workload import (
    Kind,
    LinkedList,
    Record,
    Scalar,
    Shape,
    Sized,
    Tree,
    Workload,
    build,
    build_arguments,
)

INT, TEXT = Scalar("int"), Sized("str", (), 4)


@pytest.mark.parametrize("n", [1, 2, 10, 99, 1000])
@pytest.mark.parametrize(
    ("shape", "kind", "length"),
    [
        (Sized("list", (INT,), "n"), list, "n"),
        (Sized("tuple", (INT,), "n"), tuple, "n"),
        (Sized("set", (INT,), "n"), set, "n"),
        (Sized("frozenset", (TEXT,), "n"), frozenset, "n"),
        (Sized("deque", (INT,), "n"), deque, "n"),
        (Sized("dict", (TEXT, INT), "n"), dict, "n"),
        (Sized("dict", (Sized("str", (), 1), INT), "n"), dict, "n"),
        (Sized("dict", (INT, Sized("list", (Scalar("key"),), 3)), "n"), dict, "n"),
        (Sized("str", (), "n"), str, "n"),
        (Sized("str", (), "n", letters="abc ,"), str, "n"),
        (Sized("bytes", (), "n"), bytes, "n"),
        (Sized("bytearray", (), "n"), bytearray, "n"),
        (Sized("linked list", (INT,), "n"), LinkedList, "n"),
        (Sized("tree", (INT,), "n"), Tree, "n"),
        (Sized("tree", (INT,), "n", order="sorted"), Tree, "n"),
        (Sized("list", (Sized("list", (INT,), "sqrt n"),), "sqrt n"), list, "sqrt n"),
        (Sized("list", (Record((TEXT, INT)),), "n"), list, "n"),
        (Sized("list", (Sized("dict", (TEXT, INT), 3),), "n"), list, "n"),
        (Sized("list", (Scalar("object"),), "n"), list, "n"),
        (Sized("list", (Scalar("callable"),), "n"), list, "n"),
    ],
)
def test_length_and_type(shape: Shape, kind: type, length: str, n: int) -> None:
    value = build(shape, n, random.Random(1))
    assert type(value) is kind
    assert len(value) == (n if length == "n" else max(1, isqrt(n)))  # type: ignore[arg-type]


def test_items() -> None:
    rng = random.Random(5)
    rows = build(Sized("list", (Sized("list", (INT,), "sqrt n"),), "sqrt n"), 100, rng)
    assert isinstance(rows, list)
    assert {len(row) for row in rows} == {10}
    words = build(Sized("list", (Sized("str", (), 7, letters="ab c"),), "n"), 50, rng)
    assert isinstance(words, list)
    assert {len(word) for word in words} == {7}
    assert set("".join(words)) <= set("ab c")
    assert build(Sized("list", (INT,), "n", order="permutation"), 5, rng) != [0, 1, 2, 3, 4]
    edges = build(Sized("list", (Record((Scalar("int", "up to n", low=0),) * 2, "list"),), "n"), 30, rng)
    assert isinstance(edges, list)
    assert all(type(edge) is list and 0 <= x < 30 for edge in edges for x in edge)
    assert set(build(Sized("list", (Scalar("int", low=0, high=1),), "n", alphabet=2), 90, rng)) == {0, 1}  # type: ignore[call-overload]


def test_orders() -> None:
    rng = random.Random(5)
    values = build(Sized("list", (INT,), "n", order="sorted"), 200, rng)
    assert isinstance(values, list)
    assert values == sorted(values)
    permutation = build(Sized("list", (Scalar("int", low=1),), "n", order="permutation"), 200, rng)
    assert isinstance(permutation, list)
    assert sorted(permutation) == list(range(1, 201))


def test_a_sorted_tree_is_a_search_tree() -> None:
    tree = build(Sized("tree", (INT,), "n", order="sorted"), 100, random.Random(2))
    assert isinstance(tree, Tree)

    def walk(i: int) -> list[int]:
        return [] if i >= len(tree) else [*walk(2 * i + 1), tree[i], *walk(2 * i + 2)]

    assert walk(0) == sorted(set(tree))


@pytest.mark.parametrize(
    ("shape", "example", "expected"),
    [
        (Scalar("int", "n"), None, 50),
        (Scalar("int", "n - 1"), None, 49),
        (Scalar("int", "sqrt n"), None, 7),
        (Scalar("int", "up to n"), 4, 4),
        (Scalar("int", "up to n"), 999, 50),
        (Scalar("int", "up to n", ratio=0.5), 12, 25),
        (Scalar("int"), 999, 999),
        (Scalar("int", low=10, high=10), None, 10),
        (Scalar("str"), "ab", "ab"),
        (Scalar("float"), 0.25, 0.25),
        (Scalar("none"), None, None),
        (Record((Scalar("int", "n"), Scalar("str"))), (3, "x"), (50, "x")),
    ],
)
def test_parameters(shape: Shape, example: object, expected: object) -> None:
    assert build(shape, 50, random.Random(0), example) == expected


def test_keys_come_from_the_mapping() -> None:
    graph = Sized("dict", (TEXT, Sized("list", (Scalar("key"),), 2)), "n")
    workload = Workload((Kind("start", Scalar("key")), Kind("graph", graph)))
    start, made = build_arguments(workload, 20, random.Random(0))
    assert isinstance(made, dict)
    assert start in made
    assert all(x in made for row in made.values() for x in row)


def test_cycles_repeat_the_example() -> None:
    workload = Workload(
        (Kind("xs", Sized("list", (INT,), "n")), Kind("s", Sized("str", (), "n")), Kind("k", Scalar("int")))
    )
    assert build_arguments(workload, 5, random.Random(0), ([7, 8], "ab", 3), cycle=True) == [
        [7, 8, 7, 8, 7],
        "ababa",
        3,
    ]


def test_n_must_be_positive() -> None:
    with pytest.raises(ValueError, match="n must be at least 1"):
        build_arguments(Workload(()), 0, random.Random(0))
