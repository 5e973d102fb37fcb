from __future__ import annotations

import ast
import gzip
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from pricetag.measure.label import Item
from pricetag.train import cpp_sources, python_sources
from pricetag.train.corpus import (
    SOURCES,
    UnknownSource,
    distinct,
    load_corpus,
    load_source,
    write_items,
)
from pricetag.train.tokens import normal_form, normal_text, shape_tokens


def write(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory with a row or two of every file, in the files' own formats."""
    write(tmp_path / "mbpp/mbpp.jsonl.gz", [{
        "text": "", "code": "def double(xs):\r\n  return [sqrt(x) * 2 for x in xs]", "task_id": 7, "test_setup_code": "base = [1]",
        "test_list": ["assert double([1, 4]) == [2, 4]", "assert list(double(xs=base)) == [2]"], "challenge_test_list": [],
    }])  # fmt: skip
    write(tmp_path / "mbppplus/MbppPlus.jsonl.gz", [{
        "task_id": "Mbpp/7", "entry_point": "double", "canonical_solution": "def double(xs):\n    return [2 * x for x in xs]",
        "base_input": [[[1, 2]], [[]]], "plus_input": {"odd": 1}, "assertion": "",
    }])  # fmt: skip
    write(tmp_path / "coffe/function_mbpp.jsonl.gz", [{
        "mbpp_task_id": 7, "entry_point": "double", "best_solution": "def solution(xs):\n    return solution(xs[1:]) if xs else []",
        "test_imports": ["import math"], "test_list": [], "stressful_inputs": ["[[1] * 100]"],
    }])  # fmt: skip
    write(tmp_path / "cruxeval/cruxeval.jsonl.gz", [
        {"code": "def f(text, k):\n    return text * k", "input": "'ab', k = 3", "id": "sample_0"},
        {"code": "def f(:", "input": "", "id": "sample_1"},
    ])  # fmt: skip
    loop = "for ( int i = 0 ; i < n ; i ++ ) { s += a [ i ] * 2 ; }"
    write(tmp_path / "gfg_parallel/transcoder_questions.jsonl.gz", [{
        "id": 3, "title": "Sum Of  Array", "entry_fn_name": "sum_of_array",
        "solution": "def sum_of_array(a, n):\n    s = (0 + 1)\n    for i in range(n):\n        s += (a[i] * 2)\n    return (math.floor(s))",
        "testing_code": "assert sum_of_array([1, 2], 2) == 7", "other_lang_solutions": {
            "C++": f"int sum_of_array(vector<int> a, int n) {{\n int s = 1 ;\n {loop}\n return s ;\n}}"},
    }])  # fmt: skip
    pair = "def total ( b , m ) : NEW_LINE INDENT t = 0 + 1 NEW_LINE for j in range ( m ) : NEW_LINE INDENT t += b [ j ] * 2 NEW_LINE DEDENT"
    write(tmp_path / "gfg_parallel/transcoder_test_pairs.jsonl.gz", [
        {"line": 0, "python_tokens": pair + " return math . floor ( t ) NEW_LINE DEDENT", "cpp_tokens":
            "int total ( vector < int > b , int m ) { int t = 1 ; for ( int j = 0 ; j < m ; j ++ ) { t += b [ j ] * 2 ; } return t ; }"},
        {"line": 1, "python_tokens": 'def show ( s ) : NEW_LINE INDENT return s + " a ▁ b " NEW_LINE DEDENT',
         "cpp_tokens": 'string show ( string s ) { int grid [ MAX ] = { 1 , 2 } ; return s + " a ▁ b " ; }'},
    ])  # fmt: skip
    nodes = "class ListNode:\n    pass\n\ndef list_node(values):\n    return values\n"
    write(tmp_path / "leetcode_py/train_v0.2.0.jsonl.gz", [{
        "task_id": "pick", "entry_point": "Solution().pick", "prompt": "from math import *\n" + nodes,
        "completion": "class Solution:\n    def pick(self, xs: List[int], k: int) -> int:\n        return self.help(xs)[k]\n\n"
                      "    def help(self, xs):\n        return sorted(xs)\n",
        "response_code": "class Solution:\n    def pick(self, xs, k):\n        self.k = k\n        return xs[self.k]\n",
        "test": "def check(candidate):\n    assert candidate(k = 1, xs = [3, 1]) == 3\n    assert candidate(xs = list_node([1]), k = 0)\n",
    }])  # fmt: skip
    write(tmp_path / "leetcode_py/test_v0.2.0_v0.3.x.jsonl.gz", [])
    prompt = "#include <bits/stdc++.h>\nusing namespace std;\n\n\n/**\n * Says.\n */\nint twice(vector<int> xs, string s) {\n"
    test = 'int main() { int x0 = twice(vector<int>{1, 2}, "a,(b"); if (!(compare(x0, 3))) throw 1; }'
    write(tmp_path / "mbxp_cpp/mbcpp_release_v1.2.jsonl.gz", [
        {"task_id": "MBCPP/7", "prompt": prompt, "entry_point": "twice", "test": test, "canonical_solution": "  return xs[0] * 2;\n}",
         "passes_gxx12_O2": True},
        {"task_id": "MBCPP/8", "prompt": prompt, "entry_point": "twice", "test": test, "canonical_solution": None, "passes_gxx12_O2": None},
    ])  # fmt: skip
    write(tmp_path / "mbxp_cpp/mbcpp_samples.jsonl.gz", [
        {"task_id": "MBCPP/7", "completion": "  return xs.size() &lt; 3 ? 1 : 2;\n}\nint more() { return 1; }"},
    ])  # fmt: skip
    write(tmp_path / "mceval_cpp/CPP.jsonl.gz", [{
        "task_id": "CPP/2", "entry_point": "peak", "prompt": "#include <vector>\n/* Peak. */\nint peak(const std::vector<int>& v, int k)",
        "canonical_solution": "{\n    return v[k];\n}", "test":
            "int main() { std::vector<int> one = {4, 5};\n assert(peak(one, 1) == 5); assert(peak({7}, 0) == 7); int z; peak(w, z); }",
    }])  # fmt: skip
    return tmp_path


def only(data: Path, source: str) -> Item:
    items = list(load_source(source, data))
    assert len(items) == 1
    return items[0]


def run(item: Item) -> list[object]:
    """Every example call of a Python item."""
    namespace: dict[str, object] = {}
    exec(item.code, namespace)
    function = namespace[item.entry]
    assert callable(function)
    return [function(*eval(example, namespace)) for example in item.examples]


@pytest.mark.parametrize(
    ("source", "id_", "problem", "expected"),
    [
        ("mbpp", "mbpp/7", "mbpp/7", [[2.0, 4.0], [2.0]]),
        ("mbppplus", "mbppplus/7", "mbpp/7", [[2, 4], []]),
        ("coffe", "coffe/7", "mbpp/7", [[]]),
        ("cruxeval", "cruxeval/0", "cruxeval/0", ["ababab"]),
        ("gfg", "gfg/python/3", "gfg/sum-of-array", [7]),
    ],
)
def test_python_items_run_on_their_examples(
    data: Path, source: str, id_: str, problem: str, expected: list[object]
) -> None:
    item = only(data, source)
    assert (item.id, item.problem, item.language) == (id_, problem, "python")
    assert run(item) == expected


def test_solution_classes_become_plain_functions_unless_they_hold_state(data: Path) -> None:
    plain, stateful = load_source("leetcode", data)
    assert (plain.id, plain.entry) == ("leetcode/pick/1", "pick")
    assert "self" not in plain.code and plain.code.index("def help") < plain.code.index("def pick")
    assert plain.examples == ("([3, 1], 1)", "(list_node([1]), 0)")
    assert run(plain) == [3, 1]
    assert (stateful.id, stateful.entry, stateful.problem) == (
        "leetcode/pick/2",
        "Solution.pick",
        plain.problem,
    )
    assert "class Solution" in stateful.code


@pytest.mark.parametrize(
    "body",
    [
        "class Solution:\n    def f(self, x):\n        return g(self, x)\n",
        "class Solution:\n    def f(self, x):\n        return f(x)\n",
        "class Solution:\n    size = 3\n    def f(self, x):\n        return x\n",
        "class Solution:\n    @staticmethod\n    def f(x):\n        return x\n",
        "class Solution(Base):\n    def f(self, x):\n        return x\n",
        "class Solution:\n    def f(self, g):\n        return g\n    def g(self, x):\n        return x\n",
        "class Solution:\n    def f(self, x):\n        return x\n\nmade = Solution()\n",
    ],
)
def test_rewriting_is_refused_where_it_would_change_the_function(body: str) -> None:
    assert python_sources.plain_functions(body, ast.parse(body), "f") == ""


def test_both_languages_of_a_problem_share_its_id(data: Path) -> None:
    items = {item.id: item for item in load_corpus(data)}
    assert {
        items[name].problem
        for name in ("mbpp/7", "mbppplus/7", "coffe/7", "mbxp/7/canonical", "mbxp/7/sample")
    } == {"mbpp/7"}
    shared = {items[name].problem for name in items if name.startswith("gfg") and not name.endswith("/1")}
    assert shared == {"gfg/sum-of-array"}
    assert items["gfgpairs/python/1"].problem == items["gfgpairs/cpp/1"].problem == "gfg/pair-1"


def test_token_lines_become_readable_code(data: Path) -> None:
    python = list(load_source("gfgpairs", data))[1]
    assert python.code == "def show(s):\n    return s + 'a b'\n"
    cpp = list(load_source("gfgpairscpp", data))[1]
    assert "const int MAX = 100;" in cpp.code
    assert cpp.code.endswith(
        'string show(string s) {\n    int grid[MAX] = { 1, 2 };\n    return s + "a b";\n}\n'
    )


def test_cpp_items_keep_the_function_and_its_calls(data: Path) -> None:
    canonical, sample = only(data, "mbxp"), only(data, "mbxpsamples")
    assert canonical.examples == ('vector<int>{1, 2}, "a,(b"',)
    assert "Says" not in canonical.code and canonical.code.count("int twice") == 1
    assert "xs.size() < 3" in sample.code and "more" not in sample.code
    assert only(data, "mceval").examples == ("std::vector<int>{4, 5}, 1", "std::vector<int>{7}, 0")
    assert only(data, "gfgcpp").examples == ("vector<int>{1, 2}, 2",)


@pytest.mark.parametrize(
    ("value", "type_", "expected"),
    [
        (True, "bool", "true"),
        (5_000_000_000, "int", "5000000000LL"),
        (2**70, "int", None),
        ("a", "char", "'a'"),
        ('say "x"', "string", '"say \\"x\\""'),
        ([[1], [2, 3]], "vector<vector<int>>", "vector<vector<int>>{vector<int>{1}, vector<int>{2, 3}}"),
        ([1, None], "vector<int>", None),
        ([1], "int", None),
        (float("nan"), "double", None),
    ],
)
def test_python_values_in_cpp_words(value: object, type_: str, expected: str | None) -> None:
    assert cpp_sources.literal(value, type_) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("int f(int arr[], int n) {", ["int []", "int"]),
        ("int f(const vector<pair<int, int>>& v, int (x)[3]) {", None),
        ("bool f(map<int, vector<string>> m, char* s) {", ["map<int, vector<string>>", "char*"]),
        ("int f(int); int f(long long a) {", ["long long"]),
        ("int g(int a) {", None),
    ],
)
def test_parameter_types_as_written(code: str, expected: list[str] | None) -> None:
    assert cpp_sources.parameter_types(code, "f") == expected


@pytest.mark.parametrize(
    ("count", "length", "expected"),
    [(3, 10, 3), (20, 10, 6), (2, 5000, 0), (0, 0, 0)],
)
def test_examples_stay_few_and_small(count: int, length: int, expected: int) -> None:
    assert len(python_sources.select([f"('{i}{'x' * length}',)" for i in range(count)])) == expected


def test_large_examples_are_among_the_chosen() -> None:
    given = [f"({'1, ' * i})" for i in range(30)]
    assert given[-1] in python_sources.select(given)


def test_exact_duplicates_go_within_a_language_only() -> None:
    def item(name: str, language: str, code: str) -> Item:
        return Item(name, "s", "MIT", name, language, code, "f" if name != "c" else "g")

    kept = distinct([
        item("a", "python", "def f(x):\n    return x  # one"), item("b", "python", "def f(x): return x"),
        item("c", "python", "def g(x):\n    return x"), item("d", "cpp", "def f(x):\n    return x"),
        item("e", "python", "def f(y):\n    return y"),
    ])  # fmt: skip
    assert [one.id for one in kept] == ["a", "d", "e"]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("x += 1 # note", "python", ["v", "+=", "0"]),
        ('s = """a\n#b"""', "python", ["v", "=", '""']),
        ("a->b // c\n&& 1.5e-3f", "cpp", ["v", "->", "v", "&&", "0"]),
        ("'\\'' /* x\n*/ 1'000u", "cpp", ['""', "0"]),
    ],
)
def test_tokens_without_names(text: str, language: str, expected: list[str]) -> None:
    assert shape_tokens(text, language) == expected


def test_renamed_copies_have_one_normal_form() -> None:
    assert normal_form("def f(a, b): return a - b", "python") == normal_form(
        "def g(x, y):\n  return x - y", "python"
    )
    assert normal_form("def f(a, b): return a - b", "python") != normal_form(
        "def f(a, b): return b - a", "python"
    )
    assert normal_text("int f(int a) { return f(a); }", "cpp", "f") == normal_text(
        "int h(int a){return h(a);}", "cpp", "h"
    )


def test_paths_are_sources(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "one.py").write_text(
        "def a(x):\n    def inner():\n        pass\n\nclass C:\n    def m(self):\n        return 1\n"
    )
    (folder / "two.cpp").write_text("int b(int x) { return x; }\n")
    items = list(load_source(str(folder), data))
    assert [(item.id, item.language) for item in items] == [
        ("file/one.py/a", "python"), ("file/one.py/C.m", "python"), ("file/two.cpp/b", "cpp"),
    ]  # fmt: skip
    assert [item.id for item in load_source(str(folder / "two.cpp"), data)] == ["file/two.cpp/b"]
    assert [item.id for item in load_source(str(data / "cruxeval" / "cruxeval.jsonl.gz"), Path())] == [
        "cruxeval/0"
    ]
    assert {item.source for item in load_source(str(data), Path())} >= set(SOURCES) - {
        "authored",
        "coffe",
        "stdlib",
        "package",
    }


@pytest.mark.parametrize(
    "name", ["nothing", "generate:java:3", "generate:python", "generate:python:x", "generate:cpp:1:2:3"]
)
def test_unknown_sources_say_what_is_expected(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownSource, match="generate:"):
        list(load_source(name, tmp_path))


def test_a_missing_data_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownSource, match=r"mbpp\.jsonl\.gz"):
        list(load_source("mbpp", tmp_path))
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnknownSource, match="neither"):
        list(load_source(str(tmp_path / "empty"), tmp_path))


def test_items_files(data: Path, tmp_path: Path) -> None:
    items = [replace(item, receiver=("1",)) for item in load_source("cruxeval", data)]
    assert write_items(items, tmp_path / "new" / "i.jsonl.gz") == len(items) > 0
    assert list(load_source(str(tmp_path / "new" / "i.jsonl.gz"), Path())) == items
    for junk in (
        b"",
        b"no gzip",
        gzip.compress(b"not json"),
        gzip.compress(b'{"id": "a"}'),
        gzip.compress(b"[1]"),
    ):
        (tmp_path / "junk.jsonl.gz").write_bytes(junk)
        if junk:
            with pytest.raises(UnknownSource, match=r"junk\.jsonl\.gz is no file of items"):
                list(load_source(str(tmp_path / "junk.jsonl.gz"), Path()))


def test_mutants_and_neutral_edits_of_a_source(data: Path) -> None:
    whole = {item.id for item in load_source("cruxeval", data)}
    for prefix, mark in (("mutate", "/mut/"), ("neutral", "/neutral/")):
        found = list(load_source(f"{prefix}:cruxeval", data))
        assert found
        assert {item.id.partition(mark)[0] for item in found} <= whole


def test_what_is_installed_is_named_by_its_text() -> None:
    first = next(load_source("stdlib", Path()))
    assert re.fullmatch(r"stdlib/.+@[0-9a-f]{8}", first.id)
    assert first.source == "stdlib"
    assert first.problem.startswith("stdlib/")
