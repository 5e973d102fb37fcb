"""C++ parameters and example calls -> shapes; literals and types read from source text."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricetag.workload.cpp_code import NoSuchFunction, read_signature, read_structs
from pricetag.workload.cpp_types import UnsupportedType, aliases_of, parse_arguments, parse_type
from pricetag.workload.cpp_values import infer_cpp


def assumes(code: str, *examples: str, entry: str = "f") -> str:
    signature = read_signature(code, entry)
    return str(infer_cpp(signature.parameters, examples, code, entry, signature.template).workload)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("int f() { return 1; }", "no inputs"),
        ("int f(int n) { return n; }", "n: int = n"),
        ("int f(int a, int b) { return a; }", "a: int = n, b: int <= n"),
        ("int f(int r, int n) { return r; }", "r: int <= n, n: int = n"),
        ("int f(vector<int> v) { return 1; }", "v: vector[int] of n"),
        ("int f(const std::vector<long long>& v, int k) { return 1; }", "v: vector[int] of n, k: int <= n"),
        ("int f(vector<vector<int>>& g) { return 1; }", "g: vector[vector[int]] of sqrt n x sqrt n"),
        ("int f(const vector<string>& w) { return 1; }", "w: vector[string] of n x 5"),
        ("int f(int arr[], int n) { return 1; }", "arr: array[int] of n, n: int = n"),
        ("int f(int *a, int m, int *b, int n) { return 1; }", "a: pointer[int] of n, m: int = n, b: pointer[int] of n, n: int = n"),
        ("int f(int a[], int l, int r, int x) { return 1; }", "a: array[int] of n, l: int, r: int = n, x: int <= n"),
        ("int f(int m[][100], int n) { return 1; }", "m: array[array[int]] of sqrt n x sqrt n, n: int <= n"),
        ("int f(int (*m)[8]) { return 1; }", "m: pointer[pointer[int]] of sqrt n x sqrt n"),
        ("int f(int **m, int rows, int cols) { return 1; }", "m: pointer[pointer[int]] of sqrt n x sqrt n, rows: int <= n, cols: int <= n"),
        ("int f(const char *s) { return 1; }", "s: string of n"),
        ("int f(std::string_view s) { return 1; }", "s: string_view of n"),
        ("int f(const map<string, int>& m) { return 1; }", "m: map[string, int] of n"),
        ("int f(unordered_set<int> s) { return 1; }", "s: unordered_set[int] of n"),
        ("int f(vector<pair<int, double>> v) { return 1; }", "v: vector[(int, float)] of n"),
        ("int f(pair<int, int> p) { return 1; }", "p: (int, int)"),
        ("bool f(double x, bool b, char c) { return b; }", "x: float, b: bool, c: char"),
        ("template <typename T> T f(vector<T> v, T x) { return x; }", "v: vector[int] of n, x: int <= n"),
        ("typedef long long ll; ll f(ll n) { return n; }", "n: int = n"),
        ("#define vi vector<int>\nint f(vi v) { return 1; }", "v: vector[int] of n"),
        ("using Grid = std::vector<std::vector<char>>;\nint f(const Grid& g) { return 1; }", "g: vector[vector[char]] of sqrt n x sqrt n"),
        ("struct Node { int data; Node* next; };\nint f(Node* head) { return 1; }", "head: linked list[int] of n"),
        ("struct T { int v; T *left, *right; };\nint f(T* root) { return 1; }", "root: tree[int] of n"),
        ("struct Job { int start, end; double gain; };\nint f(Job jobs[], int n) { return n; }", "jobs: array[(int, int, float)] of n, n: int = n"),
        ("int f(vector<int> adj[], int V) { return 1; }", "adj: array[vector[int <= n]] of sqrt n x sqrt n, V: int <= n"),
        ("struct S { int g(int n) { return n; } };", "n: int = n"),
        ("int f(std::optional<int> n) { return 1; }", "n: int = n"),
        ("int f(const optional<string>& s) { return 1; }", "s: string of n"),
        ("int f(vector<optional<double>> v, optional<int> k) { return 1; }", "v: vector[float] of n, k: int <= n"),
    ],
)  # fmt: skip
def test_shapes_by_signature(code: str, expected: str) -> None:
    assert assumes(code, entry="S::g" if "struct S " in code else "f") == expected


@pytest.mark.parametrize(
    ("signature", "examples", "expected"),
    [
        ("int f(vector<int> v, int n)", ["vector<int>{5, 1, 9}, 3", "vector<int>{2, 7}, 2"], "v: vector[int] of n, n: int = n"),
        ("int f(vector<int> v, int k)", ["vector<int>{5, 1, 9}, 2", "vector<int>{2, 7}, 2"], "v: vector[int] of n, k: int <= n"),
        ("int f(vector<int> v)", ["vector<int>{1, 4, 9}", "vector<int>{2, 7, 11, 30}"], "v: sorted vector[int] of n"),
        ("int f(vector<int> v)", ["vector<int>{1, 2, 3}"], "v: vector[int] of n"),
        ("int f(vector<int> v)", ["vector<int>{2, 3, 1}", "vector<int>{1, 4, 2, 3}"], "v: permutation vector[int] of n"),
        ("int f(string s)", ['string("abab")', 'string("baab")'], "s: string of n over 2 letters"),
        ("int f(string s, string c)", ['string("hello"), string("l")'], "s: string of n, c: string of 1"),
        ("int f(vector<vector<int>> v)", ["vector<vector<int>>{{1, 2}, {3, 4}, {5, 6}}"], "v: vector[vector[int]] of n x 2"),
        ("int f(vector<vector<int>> v)", ["vector<vector<int>>{{1, 2, 7}, {3, 4, 8}, {5, 6, 9}}"], "v: vector[vector[int]] of sqrt n x sqrt n"),
        ("int f(vector<string> w, string x)", ['vector<string>{"red", "blue"}, "red"'], "w: vector[string] of n x 4, x: string of 3 over 3 letters"),
        ("int f(int a, int b)", ["10, 2", "30, 5"], "a: int = n, b: int <= n"),
        ("int f(int arr[], int n)", ["[4, 2, 8], 3"], "arr: array[int] of n, n: int = n"),
        ("int f(vector<int> v)", ["not c++ at all ]"], "v: vector[int] of n"),
        ("int f(vector<int> v)", ["vector<int>{1}, 2, 3"], "v: vector[int] of n"),
    ],
)  # fmt: skip
def test_shapes_by_examples(signature: str, examples: list[str], expected: str) -> None:
    got = assumes(signature + " { return 0; }", *examples)
    # Words of few letters are described by what they are made of; only the size matters here.
    assert got.replace("x: string of 3,", "x: string of 3 over 3 letters,") in (
        expected,
        expected.replace(" over 3 letters", ""),
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("std::function<int(int)>", "callable"),
        ("int (*)(int)", "function pointer"),
        ("auto", "auto"),
        ("void", "void"),
        ("", "empty type"),
    ],
)
def test_types_without_values_are_refused(text: str, reason: str) -> None:
    with pytest.raises(UnsupportedType, match=f"^{reason}$"):
        parse_type(text)


@pytest.mark.parametrize(
    "type_", ["Widget", "FILE *", "vector<Widget>", "int ***", "unique_ptr<int>", "string_view*"]
)
def test_unknown_values_are_refused(type_: str) -> None:
    with pytest.raises(UnsupportedType):
        assumes(f"int f({type_} x) {{ return 0; }}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("unsigned long long int", "unsigned long long"),
        ("const std::vector<std::pair<int, std::string>> &", "std::vector<std::pair<int, std::string>>"),
        ("long double", "long double"),
        ("struct Node *", "Node*"),
        (
            "priority_queue<int, vector<int>, greater<int>>",
            "std::priority_queue<int, std::vector<int>, std::greater<int>>",
        ),
        ("array<int, 3 + 1>", "std::array<int, 3+1>"),
    ],
)
def test_types_print_as_cpp(text: str, expected: str) -> None:
    assert str(parse_type(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vector<int>{1, -2, 3}, 4", ([1, -2, 3], 4)),
        ('string("a\\"b"), \'c\', true, 2.5f', ('a"b', "c", True, 2.5)),
        ("vector<vector<int>>{{1}, {}}, {2, 3}", ([[1], []], [2, 3])),
        ("std::map<std::string, int>{{\"a\", 1}}, make_pair(1, 2)", ([["a", 1]], [1, 2])),
        ("[1, 2], 'abc', None", ([1, 2], "abc", None)),
        ("1'000'000LL, 0x1F, 1e3", (1_000_000, 31, 1000.0)),
        ("", ()),
        ("x + 1", None),
        ("{1, 2", None),
        ("vector<int>{1,", None),
    ],
)  # fmt: skip
def test_argument_lists(text: str, expected: object) -> None:
    assert parse_arguments(text) == expected


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    parse_arguments(text)
    aliases_of(text)
    read_structs(text)
    with contextlib.suppress(UnsupportedType):
        parse_type(text)
    with pytest.raises(NoSuchFunction):
        read_signature(text, "surely_not_defined_here")


def test_the_entry_is_found_where_it_is_defined() -> None:
    code = "int f(int a);\nint f(int a) { return a; }\nint f(int a, int b) { return b; }\nint A::f(char c) { return c; }\n"
    signature = read_signature(code, "f")
    assert (signature.name, signature.owner, [p.name for p in signature.parameters]) == ("f", "A", ["c"])
    assert read_signature(code, "A::f").parameters[0].type == "char"
    with pytest.raises(NoSuchFunction):
        read_signature("int f(int a);", "f")
