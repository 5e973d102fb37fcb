from __future__ import annotations

import random

import pytest

from pricetag.rlm.prompt import render
from pricetag.syntax.binding import bound_names
from pricetag.syntax.function import Language
from pricetag.train.augment import rename


@pytest.mark.parametrize(
    ("language", "code", "expected"),
    [
        ("python", "def f(xs, k=3):\n\ttotal = 0\n\tfor x in xs:\n\t\ttotal += x\n\treturn total * k", ["f", "xs", "k", "total", "x"]),
        ("python", "def f(self, *rest, **named):\n\treturn [y for y in rest if y.x in named]", ["f", "rest", "named", "y"]),
        ("python", "def f(a):\n\tprint(sep='', end=b)\n\treturn len(a)", ["f", "a"]),
        ("cpp", "int f(const vector<int>& v, int k) {\n\tint s = 0;\n\tfor (auto x : v) {\n\t\ts += x;\n\t}\n\treturn s;\n}", ["f", "v", "k", "s", "x"]),
        ("cpp", "void f(int a[], int n) {\n\tstd::vector<int> out(n), more;\n\tout[0] = g(a);\n}", ["f", "a", "n", "out", "more"]),
    ],
)  # fmt: skip
def test_finds_the_names_a_function_binds(language: str, code: str, expected: list[str]) -> None:
    assert list(bound_names(code, Language(language))) == expected


def test_renames_everywhere_but_attributes_and_keywords() -> None:
    prompt = render(
        "python", "xs: list[int] of n, k: int <= n", "def f(xs, k):\n\txs.k = g(k=k)\n\treturn xs", ()
    )
    renamed = rename(prompt, ["f", "xs", "k"], ["alpha", "beta", "gamma", "delta"], random.Random(3))
    assert renamed != prompt
    names = bound_names(renamed.canonical, Language.PYTHON)
    assert renamed.canonical == (
        f"def {names[0]}({names[1]}, {names[2]}):\n\t{names[1]}.k = g(k={names[2]})\n\treturn {names[1]}"
    )
    assert renamed.assumes == f"{names[1]}: list[int] of n, {names[2]}: int <= n"


@pytest.mark.parametrize("seed", range(20))
def test_two_names_never_become_one(seed: int) -> None:
    code = "def f(a, b, c):\n\td = a + b\n\treturn c - d"
    prompt = render("python", "", code)
    renamed = rename(
        prompt, bound_names(code, Language.PYTHON), ["a", "b", "p", "q", "r", "s", "t"], random.Random(seed)
    )
    assert len(bound_names(renamed.canonical, Language.PYTHON)) == 5
