"""Code that costs the same reads the same, and nothing else does."""

from __future__ import annotations

import copy
import warnings
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricetag.syntax.spelling import one_spelling


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("def f(xs):\n\ty = sorted(xs)\n\treturn y", "def f(xs):\n\treturn sorted(xs)"),
        ("def f(xs):\n\ty = a, b\n\treturn y", "def f(xs):\n\treturn a, b"),
        ("def f(x):\n\tif x:\n\t\ty = x\n\t\treturn y\n\treturn 1", "def f(x):\n\tif x:\n\t\treturn x\n\treturn 1"),
        ("def f(x):\n\ty = not x in z\n\treturn y", "def f(x):\n\treturn x not in z"),
        ("def f(x):\n\tx = x + 1\n\treturn x", "def f(x):\n\treturn x + 1"),
        ("def f():\n\ti = 0\n\ti = i + 1\n\treturn -i", "def f():\n\ti = 0\n\ti += 1\n\treturn -i"),
        ("def f():\n\ti = 1.5\n\ti = i // 2\n\tg(i)", "def f():\n\ti = 1.5\n\ti //= 2\n\tg(i)"),
        ("def f(x):\n\tseen = dict()\n\tg(seen, list())", "def f(x):\n\tseen = {}\n\tg(seen, [])"),
        ("def f(x):\n\tif 0 < len(x):\n\t\tg()", "def f(x):\n\tif len(x) > 0:\n\t\tg()"),
        ("def f(x):\n\treturn None is x or 'a' == x[0]", "def f(x):\n\treturn None is x or x[0] == 'a'"),
        ("def f(x):\n\treturn not (x == 1)", "def f(x):\n\treturn x != 1"),
        ("def f(x):\n\treturn not 0 == len(x)", "def f(x):\n\treturn len(x) != 0"),
        ("def f(x):\n\ty = not (0 < len(x))\n\treturn y", "def f(x):\n\treturn not (len(x) > 0)"),
        ("def f(x):\n\treturn not x is not y", "def f(x):\n\treturn x is y"),
    ],
)  # fmt: skip
def test_what_costs_the_same_reads_the_same(written: str, read: str) -> None:
    assert one_spelling(written) == read
    assert one_spelling(read) == read


@pytest.mark.parametrize(
    "code",
    [
        "def f(xs):\n\ty = xs\n\tg()\n\treturn y",
        "def f(xs):\n\ty = xs\n\treturn y, 1",
        "def f(xs):\n\ty = z = xs\n\treturn y",
        "def f(xs):\n\ty = yield xs\n\treturn y",
        "def f(xs):\n\ty = lambda n: y(n - 1)\n\treturn y",
        "def f(xs):\n\ty[0] = xs\n\treturn y",
        "def f(xs):\n\ty += xs\n\treturn y",
        "def f(xs):\n\txs = xs + [1]\n\tg(xs)",  # a new list; += would extend the old one
        "def f(xs):\n\txs = [1] + xs\n\tg(xs)",
        "def f(xs):\n\txs = xs * 2\n\tg(xs)",  # likewise
        "def f(xs):\n\ti = 0\n\ti = j + 1\n\tg(i)",
        "def f(list):\n\treturn list()",
        "def f(x):\n\treturn list(x), dict(a=1), x.list()",
        "def f(x):\n\treturn 0 < x < 3",
        "def f(x):\n\treturn 0 < 1",
        "def f(x):\n\treturn a < b, 0 in x",
        "def f(x):\n\treturn not x, not x < y, not 0 < x < 3",
        "def f(x):\n\treturn",
        "return",
        "def f(x):\n\ty = x\n\treturn y +",
        "",
    ],
)
def test_nothing_else_is_touched(code: str) -> None:
    assert one_spelling(code) == code


_NAMES = st.sampled_from("abc")
_VALUES = st.recursive(
    _NAMES | st.sampled_from(["0", "1.5", "'s'", "None", "list()", "dict()", "[]", "(a, b)"]),
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(["<", "==", ">=", "!=", "is", "in", "not in", "+", "and"]), inner)
    | st.builds("(not {})".format, inner)
    | st.builds("g({}, {})".format, inner, inner)
    | st.builds("{}[{}]".format, _NAMES, inner)
    | st.builds("[{} for a in {}]".format, inner, _NAMES),
    max_leaves=6,
)  # fmt: skip
_STATEMENTS = st.one_of(
    st.builds("{} = {}".format, _NAMES, _VALUES),
    st.builds("{} = {} {} {}".format, _NAMES, _NAMES, st.sampled_from("+-*"), _VALUES),
    st.builds("return {}".format, _VALUES),
    st.builds("if {}: return {}".format, _VALUES, _NAMES),
    st.builds("g({})".format, _VALUES),
)


def _outcomes(code: str) -> list[str]:
    """What calls of ``f`` return or raise."""
    found = []
    for inputs in ((1, [0, 1], "s"), (0, {"s": 1}, None), ([], 1.5, [[1]])):
        space: dict[str, Any] = {"g": lambda *values: values[0]}
        with warnings.catch_warnings(action="ignore"):
            exec(compile(code, "f", "exec"), space)
        try:
            found.append(repr(space["f"](*copy.deepcopy(inputs))))
        except Exception as error:
            found.append(type(error).__name__)
    return found


@given(st.lists(_STATEMENTS, min_size=1, max_size=6))
def test_what_is_read_does_the_same(statements: list[str]) -> None:
    code = "def f(a, b, c):\n" + "\n".join(f"\t{one}" for one in statements)
    read = one_spelling(code)
    assert _outcomes(read) == _outcomes(code)


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    one_spelling(text)
