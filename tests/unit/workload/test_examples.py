"""Workloads read off example calls."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pricetag.workload import LinkedList, Scalar, Tree, build_arguments, infer_from_examples
from pricetag.workload.examples import longest


@pytest.mark.parametrize(
    ("names", "examples", "expected"),
    [
        ("nums target", [([2, 7, 11, 15], 9), ([3, 2, 4], 6)], "nums: list[int] of n, target: int"),
        ("xs", [((1, 5, 2),), ((2, 9, 4, 1),)], "xs: tuple[int] of n"),
        ("xs", [({3, 1},)], "xs: set[int] of n"),
        ("xs", [([],)], "xs: list[int] of n"),
        ("xs", [([1.5, 2.0],)], "xs: list[float] of n"),
        ("xs", [([1, 2.5],)], "xs: list[float] of n"),
        ("xs", [([True, False],)], "xs: list[bool] of n"),
        ("xs", [([1, None, 2],)], "xs: list[object] of n"),
        ("xs", [([1, "a", [2]],)], "xs: list[object] of n"),
        # order and few values
        ("xs", [([1, 3, 9],), ([2, 4, 4, 8],)], "xs: sorted list[int] of n"),
        ("xs", [([1, 3],)], "xs: list[int] of n"),
        ("xs", [([2, 0, 1],), ([1, 0, 2, 3],)], "xs: permutation list[int] of n"),
        ("xs", [([0, 1, 1, 0],), ([1, 0],)], "xs: list[int] of n over 2 values"),
        ("xs", [([1, 3, 3, 0],), ([2, 2, 2, 2],)], "xs: list[int <= n] of n"),
        # ints that follow the size
        ("arr n", [([4, 1, 2], 3), ([3, 2, 1, 9], 4)], "arr: list[int] of n, n: int = n"),
        ("arr k", [([4, 1, 2], 2), ([3, 2, 1, 9], 3)], "arr: list[int] of n, k: int <= n"),
        ("arr l r", [([9, 1, 2], 0, 2), ([3, 2, 1, 9], 0, 3)], "arr: list[int] of n, l: int <= n, r: int = n - 1"),
        ("arr n", [([4, 1, 2, 8, 9, 3], 4), ([3, 2, 1, 9], 3)], "arr: list[int] of n, n: int = n"),
        ("arr k", [([4, 1, 2, 8, 9, 3], 4), ([3, 2, 1, 9], 3)], "arr: list[int] of n, k: int <= n"),
        ("m n", [([[1, 2], [3, 4]], 2), ([[1]], 1)], "m: list[list[int]] of sqrt n x sqrt n, n: int = sqrt n"),
        ("n edges", [(3, [[0, 1], [1, 2]]), (5, [[0, 1], [3, 4], [2, 3]])], "n: int = n, edges: list[(int <= n, int <= n)] of n"),
        # ints alone
        ("n", [(5,), (19,)], "n: int = n"),
        ("a b", [(12, 18), (100, 60)], "a: int = n, b: int <= n"),
        ("n base", [(100, 2), (7, 1)], "n: int = n, base: int <= n"),
        ("x y", [(1.5, 2)], "x: float, y: int = n"),
        ("", [], "no inputs"),
        # text
        ("s", [("hello world again",)], "s: str of n"),
        ("s", [("abab",), ("aabb",)], "s: str of n over 2 letters"),
        ("s", [("0110",)], "s: str of n over 2 letters"),
        ("s", [("83529476",)], "s: str of n over 10 letters"),
        ("s c", [("hello", "l"), ("banana", "a")], "s: str of n, c: char"),
        ("xs s", [([1, 2], "up")], "xs: list[int] of n, s: str"),
        ("a b", [("kitten", "sitting")], "a: str of n, b: str of n"),
        ("words", [(["one", "two"],)], "words: list[str] of n x 3"),
        ("cs", [(["a", "b", "c"],)], "cs: list[char] of n"),
        ("board", [(["101", "111"],)], "board: list[str] of sqrt n x sqrt n over 2 letters"),
        ("data", [(b"abc",)], "data: bytes of n"),
        # nesting
        ("m", [([[1, 2, 3], [4, 5, 6], [7, 8, 9]],)], "m: list[list[int]] of sqrt n x sqrt n"),
        ("m", [([["1", "0"], ["1", "1"]],)], "m: list[list[char]] of sqrt n x sqrt n"),
        ("ps", [([(1, 2), (3, 4), (5, 6)],)], "ps: list[(int, int)] of n"),
        ("ps", [([["a", 1], ["b", 2]],)], "ps: list[(char, int)] of n"),
        ("ps", [([("ann", 3), ("bob", 4)],)], "ps: list[(str, int)] of n"),
        ("t", [((1, "a", 2.5),)], "t: (int, char, float)"),
        ("d", [({"a": 1, "b": 2},)], "d: dict[str, int] of n"),
        ("ds", [([{"a": 1, "b": 2}, {"a": 3, "b": 4}],)], "ds: list[dict[str, int]] of n x 2"),
        ("g s", [({"a": ["b", "c"], "b": ["a"], "c": []}, "a")], "g: dict[str, list[key]] of n, s: key"),
        # nodes
        ("head", [(LinkedList([1, 2, 3]),)], "head: linked list[int] of n"),
        ("root", [(Tree([2, 1, 3]),)], "root: sorted tree[int] of n"),
        ("root", [(Tree([1, 2, 3]),), (Tree([1, None, 2]),)], "root: tree[int] of n"),
        # the rest
        ("f xs", [(len, [1, 2])], "f: callable, xs: list[int] of n"),
        ("x", [(None,)], "x: none"),
        ("flag", [(True,)], "flag: bool"),
        ("a", [(1, 2), (3, 4), (1,)], "a: int <= n, argument 2: int = n"),
    ],
)  # fmt: skip
def test_text(names: str, examples: list[tuple[object, ...]], expected: str) -> None:
    assert str(infer_from_examples(names.split(), examples)) == expected


_ATOMS = st.one_of(
    st.integers(-50, 200), st.floats(-10, 10), st.booleans(), st.text("abcxyz 01([,", max_size=8), st.none()
)
_VALUES = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(st.one_of(st.integers(0, 9), st.text("ab", max_size=3)), inner, max_size=3),
        st.frozensets(st.integers(0, 9), max_size=4),
        st.lists(st.integers(0, 9), max_size=5).map(LinkedList),
        st.lists(st.integers(0, 9), max_size=5).map(Tree),
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(_VALUES, _VALUES), min_size=1, max_size=3), st.integers(1, 60), st.booleans())
@example([([], frozenset()), (0, ({}, []))], 1, False)  # a set of what cannot be hashed
def test_whatever_the_examples_inputs_are_built(
    examples: list[tuple[object, ...]], n: int, cycle: bool
) -> None:
    workload = infer_from_examples(["a", "b"], examples)
    assert [kind.name for kind in workload.kinds] == ["a", "b"]
    example = longest(examples)
    first = build_arguments(workload, n, random.Random(3), example, cycle)
    again = build_arguments(workload, n, random.Random(3), example, cycle)
    assert len(first) == 2
    assert repr(first) == repr(again)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(-100, 100), min_size=1), min_size=1, max_size=4), st.integers(1, 200))
def test_a_list_of_ints_has_n_of_them(rows: list[list[int]], n: int) -> None:
    examples: list[tuple[object, ...]] = [(row,) for row in rows]
    (value,) = build_arguments(infer_from_examples(["xs"], examples), n, random.Random(0), longest(examples))
    assert isinstance(value, list)
    assert len(value) == n
    assert min(value) >= min(min(min(row) for row in rows), 0)


def test_the_longest_call_is_grown() -> None:
    assert longest([([1],), ([1, 2, 3],), ([9, 9],)]) == ([1, 2, 3],)
    assert longest([(3,), (70,), (5,)]) == (70,)
    assert longest([("ab", 1), ("a",), ("abc", 1)]) == ("abc", 1)
    assert longest([]) is None


def test_ranges_are_kept_but_not_told() -> None:
    (kind,) = infer_from_examples(["n"], [(3,), (8,)]).kinds
    assert kind.shape == Scalar("int", "n", 3, 8)
    assert str(kind) == "n: int = n"
