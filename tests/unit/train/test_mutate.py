from __future__ import annotations

import ast
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricetag.measure.label import Item
from pricetag.syntax.binding import parse_canonical
from pricetag.syntax.function import Language
from pricetag.train.generator import generate
from pricetag.train.mutate import GENERAL, MOST, MOST_GENERAL, cpp, mutate, python
from pricetag.train.mutate.edits import Edit, Overlap, apply, shuffled
from pricetag.train.mutate.program import Program, annotated
from pricetag.train.mutate.unit import Unit


def item(
    code: str, language: str = "python", examples: tuple[str, ...] = ("([3, 1],)",), name: str = "s/1"
) -> Item:
    return Item(name, "s", "MIT", "p/1", language, code, "f", examples)


def edits(kind: str, one: Item) -> list[str]:
    """The texts after one kind of edit, at each place that it applies to."""
    if one.language == "python":
        program = Program.of(one)
        assert program is not None
        return [apply(one.code, site) for site in python.EDITS[kind](program)]
    unit = Unit.of(one)
    assert unit is not None
    return [apply(one.code, site) for site in cpp.EDITS[kind](unit)]


LOOP = "def f(xs):\n    out = []  # kept\n\n    for x in xs:\n        out.append(x * 2)  # twice\n    return out\n"
TEXT = "def f(s: str):\n    text = ''\n    for c in s:\n        text += c  # one\n    return text\n"
FOLD = "def f(xs):\n    # a comment\n    return sum(x for x in xs) + max([y for y in xs])\n"
TABLE = (
    "def f(n: int):\n    dp = [[0] * n for _ in range(n)]\n    for i in range(1, n):\n        for j in range(n):\n"
    "            dp[i][j] = dp[i - 1][j] + 1\n    return dp[n - 1][0]\n"
)
NESTED = "def f(xs):\n    total = 0\n    for a in xs:\n        for b in xs:\n            total += a * b\n    return total\n"


@pytest.mark.parametrize(
    ("kind", "code", "expected"),
    [
        ("sorted", LOOP, "def f(xs):\n    xs = sorted(xs)\n    out = []  # kept\n\n    for x in xs:\n"),
        ("deepcopy", LOOP, "    xs = deepcopy(xs)\n    out = []  # kept\n"),
        ("validate", LOOP, '        raise ValueError("xs must not contain None")\n    out = []  # kept\n'),
        ("early", LOOP, ":\n        return []\n    out = []  # kept\n"),
        ("early", "def f(n: int):\n    return n * 2\n", ":\n        return n\n    return n * 2\n"),
        ("listed", FOLD, "    # a comment\n    return sum([x for x in xs]) + max([y for y in xs])\n"),
        ("lazy", FOLD, "    # a comment\n    return sum(x for x in xs) + max(y for y in xs)\n"),
        ("counted", "def f(xs):\n    return len([x for x in xs if x > 1])\n", "return sum(1 for x in xs if x > 1)\n"),
        ("counted", "def f(xs):\n    return sum(1 for x in xs if x)\n", "return len([x for x in xs if x])\n"),
        ("concat", LOOP, "        out = out + [x * 2]  # twice\n"),
        ("front", LOOP, "        out.insert(0, x * 2)  # twice\n"),
        ("comprehension", LOOP, "def f(xs):\n\n    out = [x * 2 for x in xs]\n    return out\n"),
        ("append-loop", "def f(xs):\n    return [x for x in xs if x]\n", "    for x in xs:\n        if x:\n            "),
        ("join", TEXT, ".append(c)  # one\n    text = \"\".join("),
        ("plus", 'def f(xs):\n    t = "".join(str(x) for x in xs)\n    return t\n', '    t = ""\n    for x in xs:\n        t += str(x)\n'),
        ("in-set", "def f(xs):\n    return [i for i in range(9) if i in xs]\n", " = set(xs)\n    return [i for i in range(9) if i in "),
        ("set-as-list", "def f(xs):\n    seen = set()\n    for x in xs:\n        if x in seen:\n            return x\n        seen.add(x)\n",
         "    seen = []\n    for x in xs:\n        if x in seen:\n            return x\n        seen.append(x)\n"),
        ("list-as-set", "def f(xs):\n    seen = []\n    for x in xs:\n        if x not in seen:\n            seen.append(x)\n    return len(seen)\n",
         "    seen = set()\n    for x in xs:\n        if x not in seen:\n            seen.add(x)\n"),
        ("ordered", "def f(xs):\n    d = {}\n    return d\n", "d = OrderedDict()\n"),
        ("deque", "def f(xs):\n    q = [xs]\n    while q:\n        q.pop(0)\n", "    q = deque([xs])\n    while q:\n        q.popleft()\n"),
        ("queue-as-list", "def f(xs):\n    q = deque([xs])\n    while q:\n        q.popleft()\n", "    q = [xs]\n    while q:\n        q.pop(0)\n"),
        ("extreme", "def f(xs):\n    return max(xs)\n", "return sorted(xs)[-1]\n"),
        ("materialise", NESTED.replace("in xs", "in range(9)"), "for a in list(range(9)):\n"),
        ("index-list", "def f(xs):\n    for i in range(9):\n        pass\n", " = list(range(9))\n    for i in "),
        ("unlist", "def f(xs):\n    return sum(list(map(int, xs)))\n", "return sum(map(int, xs))\n"),
        ("loop-sorted", LOOP, "    for x in sorted(xs):\n        out.append(x * 2)  # twice\n"),
        ("sliced", "def f(xs):\n    for x in xs[1:]:\n        pass\n", "for x in itertools.islice(xs, 1, None):\n"),
        ("sliced", "def f(xs):\n    for x in xs[::-1]:\n        pass\n", "for x in reversed(xs):\n"),
        ("slice-loop", "def f(xs):\n    t = 0\n    for i in range(1, len(xs)):\n        t += xs[i]\n    return t\n", " in xs[1:]:\n        t += "),
        ("memo", "def f(n: int):\n    return n if n < 2 else f(n - 1) + f(n - 2)\n", "def f(n: int):\n    return n if"),
        ("no-memo", "@lru_cache(None)\ndef f(n: int):\n    return n\n", "def f(n: int):\n    return n\n"),
        ("rolling", TABLE, "    dp = [[0] * n for _ in range(2)]\n"),
        ("rolling", TABLE, "            dp[i % 2][j] = dp[(i - 1) % 2][j] + 1\n    return dp[(n - 1) % 2][0]\n"),
        ("sparse", TABLE, "            dp[i, j] = dp[i - 1, j] + 1\n    return dp[n - 1, 0]\n"),
        ("bytes", "def f(n: int):\n    t = [False] * n\n    t[0] = True\n    return t[0]\n", "t = bytearray(n)\n"),
        ("grown", "def f(n: int):\n    t = [0] * n\n    return t[0]\n", " in range(n)]\n"),
        ("history", NESTED, ".append(total)\n    return total\n"),
        ("accumulate", NESTED, ".append(a * b)\n    total += sum("),
        ("pairs", NESTED, " = [(a, b) for a in xs for b in xs]\n    for a, b in "),
        ("collected", "def f(xs):\n    for x in xs:\n        yield x\n", ".append(x)\n    return "),
        ("yielded", LOOP, "def f(xs):\n\n    for x in xs:\n        yield x * 2  # twice\n"),
        ("count-table", "def f(xs):\n    return [xs.count(x) for x in xs]\n", " = Counter(xs)\n    return ["),
        ("return-copy", LOOP, "out.append(x * 2)  # twice\n    return "),
        ("sort-copy", "def f(xs):\n    xs.sort()\n    return xs\n", "    xs = sorted(xs)\n"),
        ("sort-copy", "def f(xs):\n    ys = sorted(xs)\n    return ys\n", "    xs.sort()\n    ys = xs\n"),
        ("setdefault", "def f(xs):\n    d = {}\n    for x in xs:\n        if x not in d:\n            d[x] = []\n", "d.setdefault(x, [])\n"),
        ("inlined", "def f(xs):\n    t = [x for x in xs]\n    return sum(t)\n", "def f(xs):\n    return sum(x for x in xs)\n"),
        ("materialised-fold", "def f(xs):\n    return sum(x for x in xs)\n", " = [x for x in xs]\n    return sum("),
        ("break", "def f(xs):\n    for x in xs:\n        if x:\n            y = x\n    return y\n", "            y = x\n            break\n"),
        ("no-break", "def f(xs):\n    for x in xs:\n        if x:\n            y = x\n            break\n", "            y = x\n"),
    ],
)  # fmt: skip
def test_python_edits(kind: str, code: str, expected: str) -> None:
    made = edits(kind, item(code, examples=("(3,)",) if "n: int" in code else ("([3, 1],)",)))
    assert any(expected in text for text in made), made
    assert all(text != code for text in made)


KEPT = {"copy": LOOP, "deepcopy": LOOP, "comprehension": LOOP, "concat": LOOP, "join": TEXT, "listed": FOLD, "lazy": FOLD,
        "history": NESTED, "accumulate": NESTED, "pairs": NESTED, "chunks": LOOP, "loop-copy": LOOP, "return-copy": LOOP}  # fmt: skip


@pytest.mark.parametrize("kind", KEPT)
def test_these_edits_keep_the_answer(kind: str) -> None:
    code = KEPT[kind]
    argument = "hello" if code == TEXT else [5, 2, 9]
    made = edits(kind, item(code))
    assert made
    for text in made:
        before: dict[str, object] = {}
        after: dict[str, object] = {}
        exec(code, before)
        exec("from copy import deepcopy\n" + text, after)
        assert before["f"](argument) == after["f"](argument)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("kind", "code", "examples"),
    [
        ("copy", LOOP, ()),
        ("sorted", LOOP, ("([[1], 2],)",)),
        ("early", "def f(xs):\n    for x in xs:\n        yield x\n", ("([1],)",)),
        ("concat", "def f(xs, out):\n    out.append(1)\n", ("([1], [])",)),
        ("concat", "def f(xs):\n    out = []\n    g = lambda: out.append(1)\n    return out\n", ("([1],)",)),
        ("comprehension", LOOP.replace("x * 2", "len(out)"), ("([1],)",)),
        ("rolling", TABLE.replace("dp[i - 1][j]", "dp[i - 2 * j][j]"), ("(3,)",)),
        ("sparse", TABLE.replace("return dp[n - 1][0]", "return dp[-1]"), ("(3,)",)),
        (
            "pairs",
            NESTED.replace("for b in xs", "for b in range(a)").replace("total += a * b", "a += 1"),
            ("([1],)",),
        ),
        ("memo", "def f(xs):\n    return f(xs[1:]) if xs else 0\n", ("([1],)",)),
        ("in-set", "def f(xs):\n    while 3 in xs:\n        xs.remove(3)\n", ("([1],)",)),
        ("no-memo", "@lru_cache(None)\ndef f(n):\n    f.cache_clear()\n", ("(1,)",)),
    ],
)
def test_edits_apply_only_where_they_can(kind: str, code: str, examples: tuple[str, ...]) -> None:
    assert edits(kind, item(code, examples=examples)) == []


CPP_LOOP = (
    "long long f(const vector<int>& v) {\n    long long sum = 0; // all\n    for (int i = 0; i < (int)v.size(); i++) {\n"
    "        if (v[i] > 0) {\n            sum += v[i];\n        }\n    }\n    return sum;\n}\n"
)
CPP_TABLE = (
    "int f(int n) {\n    vector<vector<int>> dp(n + 1, vector<int>(n + 1, 0));\n    for (int i = 1; i <= n; i++)\n"
    "        for (int j = 0; j <= n; j++)\n            dp[i][j] = dp[i - 1][j] + 1;\n    return dp[n][0];\n}\n"
)
CPP_TEXT = "string f(string s) {\n    string out;\n    for (char c : s) {\n        out += c;\n    }\n    return out;\n}\n"


@pytest.mark.parametrize(
    ("kind", "code", "expected"),
    [
        ("by-value", CPP_LOOP, "long long f(vector<int> v) {\n"),
        ("by-reference", "int f(std::string s) { return s.size(); }", "int f(const std::string& s) { return s.size(); }"),
        ("reserve", "int f(vector<int> v) {\n    vector<int> out;\n    return 1;\n}", "    vector<int> out;\n    out.reserve(v.size());\n"),
        ("no-reserve", "int f(vector<int> v) {\n    v.reserve(9); // all\n    return 1;\n}", "int f(vector<int> v) {\n    return 1;\n}"),
        ("ordered", "int f(int n) { unordered_map<int, int> d; return n; }", "int f(int n) { map<int, int> d; return n; }"),
        ("hashed", "int f(int n) { std::set<int> d; return n; }", "int f(int n) { std::unordered_set<int> d; return n; }"),
        ("sorted", CPP_LOOP, ".end());\n    long long sum = 0; // all\n"),
        ("early", CPP_LOOP, ") return 0;\n    long long sum = 0; // all\n"),
        ("break", CPP_LOOP, "            sum += v[i];\n            break;\n"),
        ("history", CPP_LOOP, ".push_back(sum);\n        }\n"),
        ("accumulate", CPP_LOOP, ".push_back(v[i]);\n        }\n    }\n    for (long long "),
        ("kept-indices", CPP_LOOP, "    for (int i = 0; i < (int)v.size(); i++) "),
        ("length", CPP_LOOP, " = v.size();\n    for (int i = 0; i < (int)"),
        ("rolling", CPP_TABLE, "dp(2, vector<int>(n + 1));\n"),
        ("rolling", CPP_TABLE, "dp[i % 2][j] = dp[(i - 1) % 2][j] + 1;\n    return dp[n % 2][0];\n"),
        ("array", CPP_TABLE, "    int dp[n + 1][n + 1];\n    memset(dp, 0, sizeof(dp));\n"),
        ("vectored", "int f(int n) {\n    int a[n];\n    a[0] = 1;\n    return a[0];\n}", "    vector<int> a(n);\n"),
        ("map-table", "int f(int n) {\n    int a[26] = {0};\n    a[n]++;\n    return a[0];\n}", "map<"),
        ("flags", "int f(int n) {\n    vector<bool> a(n);\n    a[0] = 1;\n    return a[0];\n}", "> a(n);\n"),
        ("pairs", CPP_TABLE, ".push_back({i, j});\n    for (const auto& [i, j] : "),
        ("stream", CPP_TEXT, " << c;\n    }\n    out += "),
        ("concat", CPP_TEXT, "        out = out + c;\n"),
        ("appended", CPP_TEXT.replace("out += c", "out = out + c"), "        out += c;\n"),
        ("dedupe", CPP_TEXT, "(s.begin(), s.end());\n    for (char c : "),
        ("loop-copy", CPP_TEXT, " = s;\n    for (char c : "),
        ("lowered", CPP_TEXT, "::tolower);\n    string out;\n"),
        ("loop-reference", "int f(vector<string> v) {\n    for (auto s : v) cout << s;\n    return 0;\n}", "for (const auto& s : v)"),
        ("loop-value", "int f(vector<string> v) {\n    for (const auto& s : v) cout << s;\n    return 0;\n}", "for (auto s : v)"),
        ("return-copy", "vector<int> f(int n) {\n    vector<int> out(n);\n    return out;\n}", "    vector<int> out(n);\n"),
        ("sorting", "int f(vector<int> v) {\n    sort(v.begin(), v.end());\n    return v[0];\n}", "    stable_sort(v.begin(), v.end());\n"),
        ("memo", "int f(int n) {\n    if (n < 2) return n;\n    return f(n - 1) + f(n - 2);\n}", "] = f(n - 1) + f(n - 2);\n"),
        ("adapters", "int f(int n) {\n    stack<int> s;\n    s.push(n);\n    return s.top();\n}", "stack<int, vector<int>> s;"),
        ("local-copy", "int f(vector<string> v) {\n    const string& s = v[0];\n    return s.size();\n}", "    string s = v[0];\n"),
        ("compare", 'bool f(string s) { return s.substr(0, 2) == "ab"; }', 's.compare(0, 2, "ab") == 0'),
        ("emplace", "int f(vector<pair<int, int>> v) { v.push_back(make_pair(1, 2)); return 1; }", "v.emplace_back(1, 2)"),
        ("sequence", "int f(int n) {\n    vector<int> v;\n    v.push_back(n);\n    return v.size();\n}", "<int> v;\n    v.push_back(n);"),
    ],
)  # fmt: skip
def test_cpp_edits(kind: str, code: str, expected: str) -> None:
    made = edits(kind, item(f"using namespace std;\n\n{code}", "cpp"))
    assert any(expected in text for text in made), made
    assert all(not text.endswith(f"\n\n{code}") for text in made)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("by-reference", "int f(vector<int> v) { v[0] = 1; return 1; }"),
        ("by-reference", "int f(vector<int> v) { sort(v.begin(), v.end()); return 1; }"),
        ("by-reference", "int f(map<int, int> m) { return m[1]; }"),
        ("by-value", "int f(const vector<int>& v);\nint f(const vector<int>& v) { return 1; }"),
        ("hashed", "int f(int n) { map<pair<int, int>, int> d; return n; }"),
        ("hashed", "int f(int n) { map<int, int> d; return d.lower_bound(n)->second; }"),
        ("loop-reference", "int f(vector<string> v) {\n    for (auto s : v) s += 'x';\n    return 0;\n}"),
        ("flags", "int f(int n) {\n    vector<bool> a(n);\n    g(a);\n    return a[0];\n}"),
        ("sequence", "vector<int> f(int n) {\n    vector<int> v;\n    v.push_back(n);\n    return v;\n}"),
        ("rolling", CPP_TABLE.replace("dp[i - 1][j]", "dp[i * j][j]")),
        (
            "kept-indices",
            "int f(int n) {\n    for (int i = 2; i < n; i++) {\n        n /= i;\n    }\n    return n;\n}",
        ),
        (
            "kept-indices",
            "int f(const int* a, int n) {\n    for (const int* p = a; p != a + n; ++p) g(*p);\n    return n;\n}",
        ),
    ],
)
def test_cpp_edits_apply_only_where_they_can(kind: str, code: str) -> None:
    assert edits(kind, item(code, "cpp")) == []


def test_mutants_are_items_of_the_same_problem() -> None:
    made = list(mutate(item(LOOP)))
    assert all((one.problem, one.source, one.entry) == ("p/1", "mutated", "f") for one in made)
    assert all(one.id.startswith("s/1/mut/") for one in made)
    assert len({one.id for one in made}) == len({one.code for one in made}) == len(made) <= MOST + 2
    assert sum(one.id.removeprefix("s/1/mut/") in GENERAL for one in made) <= MOST_GENERAL
    assert {one.inputs for one in made} == {"s/1"}
    assert {two.inputs for one in made for two in mutate(one)} == {"s/1"}
    assert made == list(mutate(item(LOOP)))


def test_imports_come_along() -> None:
    code = '"""Doc."""\nfrom __future__ import annotations\n\n\n' + LOOP
    found = {
        one.id.split("/")[-1]: one.code
        for number in range(40)
        for one in mutate(item(code, name=f"s/{number}"))
    }
    assert found["deepcopy"].startswith(
        '"""Doc."""\nfrom __future__ import annotations\n\n\nfrom copy import deepcopy\ndef f'
    )
    cpp_code = "#include <vector>\n\nint f(std::vector<int> v) {\n    int t = 0;\n    for (int x : v) t += x;\n    return t;\n}\n"
    found = {
        one.id.split("/")[-1]: one.code
        for number in range(40) for one in mutate(item(cpp_code, "cpp", name=f"s/{number}"))
    }  # fmt: skip
    assert found["sorted"].startswith("#include <algorithm>\n#include <vector>\n\nint f")


def test_the_id_draws_the_place() -> None:
    code = "def f(n: int):\n    for i in range(n):\n        pass\n    for j in range(n):\n        pass\n"
    first = {
        next(one.code for one in mutate(item(code, examples=("(3,)",), name=f"s/{number}")) if one.id.endswith("/materialise"))
        for number in range(20)
    }  # fmt: skip
    assert len(first) == 2


@pytest.mark.parametrize("language", ["python", "cpp"])
def test_every_mutant_of_generated_programs_parses(language: str) -> None:
    made = [(one, mutant) for one in generate(language, 60, 4) for mutant in mutate(one)]
    assert len(made) > 150
    for one, mutant in made:
        assert mutant.code != one.code
        if language == "python":
            assert ast.parse(mutant.code)
        else:
            assert not parse_canonical(mutant.code, Language.CPP).has_error


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("def g(xs):\n    return xs\n", "python"), ("def f(xs:\n", "python"), ("", "python"), ("def f(xs): return sum(xs)\n", "python"),
        ("int g(vector<int> v) { return 1; }", "cpp"), ("not a program (", "cpp"), ("", "cpp"),
    ],
)  # fmt: skip
def test_nothing_to_edit(code: str, language: str) -> None:
    assert [
        one for one in mutate(item(code, language)) if "def g" in code or "(" not in code or "xs:" in code
    ] == []


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="def f(xs):\n  rtunio[]+=1,x{};&<>\"'#", max_size=120))
def test_any_text_is_survived(tail: str) -> None:
    for language, head in (("python", "def f(xs):\n  "), ("cpp", "int f(vector<int> xs) {\n  ")):
        for one in mutate(item(head + tail, language)):
            assert one.code != head + tail


@settings(max_examples=50, deadline=None)
@given(
    st.text(max_size=20),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), st.text(max_size=3)), max_size=4),
)
def test_edits_apply_or_overlap(text: str, parts: list[tuple[int, int, str]]) -> None:
    site = tuple(Edit(min(a, b, len(text)), min(max(a, b), len(text)), new) for a, b, new in parts)
    try:
        made = apply(text, site)
    except Overlap:
        assert len(site) > 1
        return
    assert len(made) == len(text) + sum(len(edit.text) - (edit.end - edit.start) for edit in site)


def test_order_by_hash_is_a_permutation() -> None:
    assert sorted(shuffled("key", range(9))) == list(range(9))
    assert shuffled("key", range(9)) == shuffled("key", range(9)) != shuffled("other", range(9))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("List[int]", ("list", "int")), ("dict[str, int]", ("dict", "")), ("'str'", ("str", "")), ("Optional[int]", ("", "")),
     ("typing.List[List[int]]", ("list", "list")), ("bool", ("int", "")), ("Counter", ("Counter", ""))],
)  # fmt: skip
def test_annotations(text: str, expected: tuple[str, str]) -> None:
    assert annotated(text) == expected


@pytest.mark.parametrize(
    "code",
    [
        "def f(xs):\n    s = 'é'; return [x for x in xs]\n",
        "def f(xs):\n    é = 'é'\n    return [é for x in xs if x]\n",
    ],
)
def test_positions_count_characters(code: str) -> None:
    for one in mutate(item(code)):
        assert ast.parse(one.code)
    assert replace(item(code), id="x").code == code
