from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricetag.measure.label import Item
from pricetag.syntax import parse_functions
from pricetag.syntax.binding import parse_canonical
from pricetag.syntax.function import Language
from pricetag.train.generator import generate
from pricetag.train.mutate import MOST_NEUTRAL, RENAMES, SURFACE, neutral, neutral_cpp, neutral_python
from pricetag.train.mutate.edits import apply
from pricetag.train.mutate.neutral_python import plausible
from pricetag.train.mutate.program import Program
from pricetag.train.mutate.unit import Unit
from pricetag.train.splits import canonical_text
from pricetag.train.tokens import normal_form


def item(code: str, language: str = "python", examples: tuple[str, ...] = ("([3, 1],)",)) -> Item:
    return Item("s/1", "s", "MIT", "p/1", language, code, "f", examples)


def edits(kind: str, one: Item) -> list[str]:
    if one.language == "python":
        program = Program.of(one)
        assert program is not None
        return [apply(one.code, site) for site in neutral_python.EDITS[kind](program)]
    unit = Unit.of(one)
    assert unit is not None
    return [apply(one.code, site) for site in neutral_cpp.EDITS[kind](unit)]


BODY = "def f(xs: list[int]) -> int:\n    total = 0  # sum\n    low = 1\n\n    # go\n    for x in xs:\n        if x > 3:\n            total += x\n    return total\n"


@pytest.mark.parametrize(
    ("kind", "code", "expected"),
    [
        ("drop-comments", BODY, "    total = 0\n    low = 1\n\n    for x in xs:\n"),
        ("drop-docstring", 'def f(xs):\n    """Doc."""\n    return xs\n', "def f(xs):\n    return xs\n"),
        ("add-docstring", "def f(xs):\n    return xs\n", 'def f(xs):\n    """'),
        ("blank-lines", BODY, "    low = 1\n    # go\n"),
        ("indentation", BODY, "  for x in xs:\n    if x > 3:\n      total += x\n  return total\n"),
        ("augmented", BODY, "            total = total + x\n"),
        ("augmented", "def f(xs):\n    n = 0\n    n = n - 2\n    return n\n", "    n -= 2\n"),
        ("sides", BODY, "        if 3 < x:\n"),
        ("negation", "def f(xs):\n    if not xs == 3:\n        return 1\n", "    if xs != 3:\n"),
        ("negation", "def f(xs):\n    if xs is not None:\n        return 1\n", "    if not xs is None:\n"),
        ("emptiness", "def f(xs):\n    if not xs:\n        return 1\n", "    if len(xs) == 0:\n"),
        ("emptiness", "def f(xs):\n    if len(xs) == 0:\n        return 1\n", "    if not xs:\n"),
        ("literals", "def f(xs):\n    d = {}\n    return d\n", "    d = dict()\n"),
        ("formatted", 'def f(xs):\n    return "n=" + str(xs)\n', 'return f"n={xs}"\n'),
        ("else", "def f(xs):\n    if xs:\n        return 1\n    else:\n        return 2\n", "        return 1\n    return 2\n"),
        ("else", "def f(xs):\n    if xs:\n        return 1\n    return 2\n", "        return 1\n    else:\n        return 2\n"),
        ("parentheses", BODY, "        if (x > 3):\n"),
        ("reorder", BODY, "    low = 1\n    total = 0  # sum\n\n"),
        ("drop-hints", BODY, "def f(xs):\n"),
        ("add-hints", "def f(xs):\n    return xs\n", "def f(xs: list[int]):\n"),
        ("ternary", "def f(xs):\n    if xs:\n        y = 1\n    else:\n        y = 2\n    return y\n", "    y = 1 if xs else 2\n    return y\n"),
        ("chained", "def f(xs):\n    x = 1\n    return 0 <= x and x < 9\n", "return 0 <= x < 9\n"),
        ("chained", "def f(xs):\n    x = 1\n    return 0 <= x < 9\n", "return 0 <= x and x < 9\n"),
        ("named-result", "def f(xs):\n    return len(xs)\n", " = len(xs)\n    return "),
        ("named-result", "def f(xs):\n    n = len(xs)\n    return n\n", "def f(xs):\n    return len(xs)\n"),
        ("quotes", "def f(xs):\n    return 'a'\n", 'return "a"\n'),
        ("enumerate", "def f(xs):\n    t = 0\n    for i in range(len(xs)):\n        t += xs[i]\n    return t\n", " in enumerate(xs):\n        t += "),
        ("spacing", "def f(xs):\n    a = b = 1\n    return a + b\n", "return a+b\n"),
        ("wrap", "def f(xs):\n    return max(1, 2)\n", "return max(\n        1,\n        2,\n    )\n"),
    ],
)  # fmt: skip
def test_python_edits(kind: str, code: str, expected: str) -> None:
    made = edits(kind, item(code))
    assert any(expected in text for text in made), made
    for text in made:
        before: dict[str, object] = {}
        after: dict[str, object] = {}
        exec(code, before)
        exec(text, after)
        for argument in ([], [5, 2, 9]):
            assert before["f"](argument) == after["f"](argument)  # type: ignore[operator]


LOOP = (
    "int f(vector<int> v) {\n    int sum = 0; // all\n    int low = 1;\n\n    for (int x : v) {\n        if (x > 3) sum += x;\n    }\n"
    "    if (v.size() == 0) {\n        return 0;\n    } else {\n        return sum * 2;\n    }\n}\n"
)


@pytest.mark.parametrize(
    ("kind", "code", "expected"),
    [
        ("drop-comments", LOOP, "    int sum = 0;\n    int low = 1;\n"),
        ("blank-lines", LOOP, "    int low = 1;\n    for (int x : v) {\n"),
        ("braces", LOOP, "    for (int x : v)\n    {\n        if (x > 3) sum += x;\n    }\n"),
        ("single", LOOP, "        if (x > 3) {\n            sum += x;\n        }\n    }\n"),
        ("indentation", LOOP, "  for (int x : v) {\n    if (x > 3) sum += x;\n  }\n"),
        ("augmented", LOOP, "if (x > 3) sum = sum + x;\n"),
        ("sides", LOOP, "if (3 < x) sum += x;\n"),
        ("emptiness", LOOP, "    if (v.empty()) {\n"),
        ("auto", LOOP, "    for (auto x : v) {\n"),
        ("auto", LOOP, "    auto sum = 0; // all\n"),
        ("else", LOOP, "        return 0;\n    }\n    return sum * 2;\n"),
        ("parentheses", LOOP, "return (sum * 2);\n"),
        ("reorder", LOOP, "    int low = 1; // all\n    int sum = 0;\n"),
        ("split", LOOP, "    int sum = 0, low = 1; // all\n\n"),
        ("split", "int f(int n) {\n    int a = 0, b;\n    return a;\n}\n", "    int a = 0;\n    int b;\n"),
        ("const", LOOP, "    const int low = 1;\n"),
        ("const", "int f(int n) {\n    const int a = n;\n    return a;\n}\n", "    int a = n;\n"),
        ("steps", "int f(int n) {\n    for (int i = 0; i < n; i++) n--;\n    return n;\n}\n", "i < n; ++i) --n;\n"),
        ("casts", "int f(int n) { return (int)n; }\n", "return static_cast<int>(n);"),
        ("casts", "int f(int n) { return static_cast<int>(n); }\n", "return (int)n;"),
        ("negation", "int f(int n) {\n    if (n != 3) return 1;\n    return n;\n}\n", "if (!(n == 3)) return 1;\n"),
        ("ternary", "int f(int n) {\n    n = n > 3 ? 1 : 2;\n    return n;\n}\n", "    if (n > 3)\n        n = 1;\n    else\n        n = 2;\n"),
        ("alias", "int f(int n) {\n    vector<int> v;\n    return v.size();\n}\n", " = vector<int>;\n"),
        ("named-result", "int f(int n) {\n    return n * 2;\n}\n", " = n * 2;\n    return "),
        ("spacing", LOOP, "    for(int x : v) {\n        if(x > 3) sum += x;\n"),
        ("document", LOOP, "int f(vector<int> v) {\n"),
    ],
)  # fmt: skip
def test_cpp_edits(kind: str, code: str, expected: str) -> None:
    made = edits(kind, item(f"using namespace std;\n\n{code}", "cpp"))
    assert any(expected in text for text in made), made
    assert all(not parse_canonical(text, Language.CPP).has_error for text in made)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("augmented", "def f(xs):\n    xs += [1]\n    return xs\n"),
        ("rename", "def f(xs):\n    return f'{xs}'\n"),
        ("rename", "def f(xs):\n    return locals()\n"),
        ("reorder", "def f(xs):\n    a = 1\n    b = a\n    return b\n"),
        ("reorder", "def f(xs):\n    a = xs.pop()\n    b = xs.pop()\n    return b\n"),
        ("named-result", "def f(xs):\n    n = 1\n    xs.append(n)\n    return n\n"),
        ("enumerate", "def f(xs):\n    for i in range(len(xs)):\n        xs[i] = 1\n"),
        ("drop-docstring", 'def f(xs):\n    """Only a docstring."""\n'),
        ("ternary", "def f(xs):\n    if xs:\n        y = 1\n    else:\n        z = 2\n"),
    ],
)
def test_python_edits_apply_only_where_they_can(kind: str, code: str) -> None:
    assert edits(kind, item(code)) == []


@pytest.mark.parametrize("language", ["python", "cpp"])
def test_what_neutral_versions_change(language: str) -> None:
    kinds = set()
    for one in generate(language, 120, 8):
        made = list(neutral(one))
        assert len(made) <= MOST_NEUTRAL and made == list(neutral(one))
        for version in made:
            kind = version.id.removeprefix(f"{one.id}/neutral/")
            kinds.add(kind)
            assert (version.source, version.problem, version.entry) == ("neutral", one.problem, one.entry)
            assert version.code != one.code
            if kind in SURFACE and kind not in ("quotes", "braces"):
                assert canonical_text(version) == canonical_text(one)
            if kind in RENAMES:
                assert canonical_text(version) != canonical_text(one)
                assert normal_form(canonical_text(version), language) == normal_form(
                    canonical_text(one), language
                )
            if language == "python":
                assert ast.parse(version.code)
            else:
                assert not parse_canonical(version.code, Language.CPP).has_error
            assert len(parse_functions(version.code, Language(language))) == len(
                parse_functions(one.code, Language(language))
            )
    assert len(kinds) >= 12


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="def f(xs):\n  rtunio[]+=1,x{};&<>\"'#", max_size=120))
def test_any_text_is_survived(tail: str) -> None:
    for language, head in (("python", "def f(xs):\n  "), ("cpp", "int f(vector<int> xs) {\n  ")):
        for one in neutral(item(head + tail, language)):
            assert one.code != head + tail


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [("i", "int", {"idx", "pos", "index"}), ("row_count", "int", {"rowCount", "count", "rc", "num", "value", "limit", "size"}),
     ("grid", "list", {"matrix", "board", "cells", "field"})],
)  # fmt: skip
def test_names_are_plausible(name: str, kind: str, expected: set[str]) -> None:
    found = {plausible(name, kind, {name}, str(seed)) for seed in range(60)}
    assert found and found <= expected
    assert plausible(name, kind, {name, *found}, "0") not in found
