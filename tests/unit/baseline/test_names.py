"""Edits that change only names, and edits that seem to."""

from __future__ import annotations

import dataclasses

import pytest
from baseline_samples import function

from pricetag.baseline.names import only_names_differ
from pricetag.syntax.function import Function, Language


def of(text: str, language: Language, name: str = "f") -> Function:
    return dataclasses.replace(function(name, language=language), canonical=text, source=text)


PYTHON = "def f(xs, k=1):\n\ttotal = 0\n\tfor x in xs:\n\t\ttotal += x * k\n\treturn sorted(xs)[:total]"
CPP = "int f(const std::vector<int>& xs, int k) {\n\tint total = 0;\n\tfor (int x : xs) total += x * k;\n\treturn total;\n}"


@pytest.mark.parametrize(
    ("language", "before", "after", "expected"),
    [
        (Language.PYTHON, PYTHON, PYTHON, True),
        (Language.PYTHON, PYTHON, PYTHON.replace("total", "summe"), True),
        (Language.PYTHON, PYTHON, PYTHON.replace("xs", "values").replace(" x ", " v "), True),
        (Language.PYTHON, PYTHON, PYTHON.replace("sorted", "list"), False),
        (Language.PYTHON, PYTHON, PYTHON.replace("total = 0", "total = 1"), False),
        (Language.PYTHON, PYTHON, PYTHON.replace("total", "x"), False),  # two names become one
        (Language.PYTHON, PYTHON, PYTHON.replace("xs", "sorted"), False),  # the new name hides a function
        (Language.PYTHON, PYTHON, PYTHON.replace("\treturn", "\t\treturn"), False),
        (Language.PYTHON, PYTHON, PYTHON.replace("sorted(xs)", "sorted(total)"), False),
        (Language.PYTHON, "def f(a, b):\n\treturn a + b", "def f(b, a):\n\treturn b + a", True),
        (Language.PYTHON, "def f(a, b):\n\treturn [a] * b", "def f(b, a):\n\treturn [a] * b", False),
        (Language.PYTHON, "def f(xs):\n\treturn SMALL", "def f(xs):\n\treturn BIG", False),
        (Language.PYTHON, "def f(a):\n\treturn a.copy()", "def f(a):\n\treturn a.clear()", False),
        (Language.PYTHON, "def f(a):\n\ta.x = 1", "def f(a):\n\ta.y = 1", False),
        (Language.PYTHON, "def f(x):\n\treturn 'x'", "def f(y):\n\treturn 'x'", True),
        (Language.PYTHON, "def f(x):\n\treturn 'x'", "def f(x):\n\treturn 'y'", False),
        (Language.CPP, CPP, CPP.replace("total", "sum"), True),
        (Language.CPP, CPP, CPP.replace("xs", "v").replace("int x ", "int y ").replace("+= x", "+= y"), True),
        (Language.CPP, CPP, CPP.replace("std::vector", "std::list"), False),
        (Language.CPP, CPP, CPP.replace("int total", "long total"), False),
        (Language.CPP, "int f(S* s) { return s->a; }", "int f(S* s) { return s->b; }", False),
        (Language.CPP, "int f(S* s) { return s->a; }", "int f(S* t) { return t->a; }", True),
        (Language.CPP, "int f() { return SMALL; }", "int f() { return BIG; }", False),
        (Language.CPP, "int f() { A x; return x; }", "int f() { B x; return x; }", False),
        (Language.CPP, "int f(int n) { g(n); }", "int f(int n) { h(n); }", False),
    ],
)
def test_names(language: Language, before: str, after: str, expected: bool) -> None:
    left, right = of(before, language), of(after, language)
    assert only_names_differ(left, right) is expected
    assert only_names_differ(right, left) is expected


def test_a_renamed_recursive_function() -> None:
    before = of("def f(n):\n\treturn f(n - 1)", Language.PYTHON)
    after = of("def g(n):\n\treturn g(n - 1)", Language.PYTHON, "g")
    assert only_names_differ(before, after)
    assert not only_names_differ(before, of("def g(n):\n\treturn f(n - 1)", Language.PYTHON, "g"))


def test_languages_never_match() -> None:
    assert not only_names_differ(of("x", Language.PYTHON), of("x", Language.CPP))


@pytest.mark.parametrize("text", ["", "def", "def f(:\n\t'unclosed", "\0", "f" * 10_000, "((((" * 500])
@pytest.mark.parametrize("language", list(Language))
def test_broken_text_is_compared_without_fuss(text: str, language: Language) -> None:
    assert only_names_differ(of(text, language), of(text, language))
    assert not only_names_differ(of(text, language), of(text + " + 1", language))
