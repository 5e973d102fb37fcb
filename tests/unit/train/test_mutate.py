from __future__ import annotations

import pytest

from pricetag.measure.label import Item
from pricetag.train.mutate import mutate

FOLD = "def f(xs):\n    out = []\n    for x in xs:\n        out.append(x)\n    return sum(x for x in out) + max([y for y in out])\n"


def mutants(
    code: str, language: str = "python", examples: tuple[str, ...] = ("([3, 1],)",)
) -> dict[str, str]:
    item = Item("s/1", "s", "MIT", "p/1", language, code, "f", examples)
    made = list(mutate(item))
    assert all((one.problem, one.source, one.entry) == ("p/1", "mutated", "f") for one in made)
    return {one.id.removeprefix("s/1/mut/"): one.code for one in made}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("copy", "    xs = list(xs)\n    out = []"),
        ("sorted", "    xs = sorted(xs)\n    out = []"),
        ("early", "    if len(xs) > 8:\n        return xs[0]\n"),
        ("listed", "return sum([x for x in out])"),
        ("lazy", "max((y for y in out))"),
        ("concat", "        out = out + [x]\n"),
    ],
)
def test_python_edits(kind: str, expected: str) -> None:
    assert expected in mutants(FOLD)[kind]


@pytest.mark.parametrize("kind", ["copy", "sorted", "listed", "lazy", "concat"])
def test_these_edits_keep_the_answer(kind: str) -> None:
    before: dict[str, object] = {}
    after: dict[str, object] = {}
    exec(FOLD, before)
    exec(mutants(FOLD)[kind], after)
    assert before["f"]([5, 2, 9]) == after["f"]([5, 2, 9]) == 25  # type: ignore[operator]


@pytest.mark.parametrize(
    ("code", "examples", "absent"),
    [
        (FOLD, (), {"copy", "sorted", "early"}),
        (FOLD, ("('text',)",), {"copy", "sorted", "early"}),
        (FOLD, ("([[1], 2],)",), {"sorted"}),
        (
            "def f(xs):\n    for x in xs:\n        yield x\n",
            ("([1],)",),
            {"early", "listed", "lazy", "concat"},
        ),
        ("def f(xs, out):\n    out.append(1)\n    g = lambda: out\n", ("([1], [])",), {"concat"}),
        ("def g(xs):\n    return xs\n", ("([1],)",), {"copy", "sorted", "early", "listed", "lazy", "concat"}),
        ("def f(xs:\n", ("([1],)",), {"copy", "sorted", "early"}),
    ],
)
def test_edits_apply_only_where_they_can(code: str, examples: tuple[str, ...], absent: set[str]) -> None:
    assert absent.isdisjoint(mutants(code, examples=examples))


@pytest.mark.parametrize(
    ("code", "kind", "expected"),
    [
        ("int f(const vector<int>& xs, int k) { return 1; }", "by-value", "int f(vector<int> xs, int k) { return 1; }"),
        ("int f(std::string s) { return 1; }", "by-reference", "int f(std::string& s) { return 1; }"),
        ("int f(map<int, int> m, vector<int> v) { return 1; }", "by-reference", "int f(map<int, int>& m, vector<int>& v) { return 1; }"),
        ("int f(vector<int> v) {\n    vector<int> out;\n    return 1;\n}", "reserve",
         "int f(vector<int> v) {\n    vector<int> out;\n    out.reserve(v.size());\n    return 1;\n}"),
        ("int f(int n) { unordered_map<int, int> d; return n; }", "ordered", "int f(int n) { map<int, int> d; return n; }"),
        ("int f(int n) { std::set<int> d; return n; }", "hashed", "int f(int n) { std::unordered_set<int> d; return n; }"),
    ],
)  # fmt: skip
def test_cpp_edits(code: str, kind: str, expected: str) -> None:
    assert mutants(code, "cpp")[kind] == expected


@pytest.mark.parametrize(
    "code", ["int f(int n) { return n; }", "int g(vector<int> v) { return 1; }", "not a program ("]
)
def test_nothing_to_edit(code: str) -> None:
    assert mutants(code, "cpp") == {}
