"""Workloads of C++ functions from their parameter types."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricetag.syntax import Language, parse_functions
from pricetag.workload import infer


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("int f(const std::vector<int>& v, int k) { return v[k]; }", "v: vector[int] of n, k: int <= n"),
        ("int f(int arr[], int n) { return 0; }", "arr: array[int] of n, n: int = n"),
        ("int f(const double* a, size_t n) { return 0; }", "a: pointer[float] of n, n: int = n"),
        ("int f(int n) { return n; }", "n: int = n"),
        ("void f() {}", "no inputs"),
        ("void f(void) {}", "no inputs"),
        ("int f(std::string_view s) { return 0; }", "s: string_view of n"),
        ("int f(std::span<const double> d) { return 0; }", "d: span[float] of n"),
        ("int f(std::vector<std::vector<int>> g) { return 0; }", "g: vector[vector[int]] of sqrt n x sqrt n"),
        ("int f(std::unordered_map<int, int>& m) { return 0; }", "m: unordered_map[int, int] of n"),
        ("int f(std::set<int> s, double x, bool b, char c) { return 0; }", "s: set[int] of n, x: float, b: bool, c: char"),
        ("template <typename T> T f(const std::vector<T>& v) { return v[0]; }", "v: vector[int] of n"),
        ("template <class It, class Pred> int f(It first, It last, Pred p) { return 0; }", "first: range[int] of n, last: object, p: callable"),
        ("void f(const std::function<void(int)>& g, int n) { g(n); }", "g: callable, n: int = n"),
        ("void f(const auto& r) { for (auto& x : r) {} }", "r: range[int] of n"),
        ("void f(std::initializer_list<int> r) { }", "r: initializer_list[int] of n"),
        ("void f(std::optional<int> o) { }", "o: int = n"),
        ("void f(const Widget& w, int k) { }", "w: object, k: int = n"),
        ("void f(const Graph& g, int k) { for (auto& e : g) {} }", "g: object of n, k: int <= n"),
        ("int f(Node* head) { while (head) head = head->next; return 0; }", "head: linked list[int] of n"),
        ("int f(Node* root) { return f(root->left) + f(root->right); }", "root: tree[int] of n"),
        ("struct S { void f(int x) { items_.push_back(x); } };", "self: object of n, x: int <= n"),
        ("struct S { static int f(int n) { return n; } };", "n: int = n"),
        ("struct S { int f(const std::vector<int>& v) { return 1; } };", "v: vector[int] of n"),
        ("int S::f(int i) const { return data[i]; }", "self: object of n, i: int <= n"),
        ("// pricetag: w=std::vector<int>, k=10\nvoid f(const Widget& w, int k) { }", "w: vector[int] of n, k: int"),
    ],
)  # fmt: skip
def test_functions(source: str, expected: str) -> None:
    assert str(infer(parse_functions(source, Language.CPP)[-1])) == expected


_TYPES = st.sampled_from(
    ["int", "T", "T&&", "const T*", "A<B<C>>", "std::array<int, N>", "int (*)(int)", "void*", "char**", "auto&&", "std::tuple<>",
     "unsigned long long", "std::vector<std::pair<int, std::string>>&", "...", "std::map<K, std::vector<V>>", "int[3][4]", "Foo::Bar"]
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.lists(_TYPES, max_size=4))
def test_any_types_get_a_workload(types: list[str]) -> None:
    parameters = ", ".join(f"{type_} p{i}" for i, type_ in enumerate(types))
    for function in parse_functions(
        f"template <typename T> void f({parameters}) {{ p0(p1); }}", Language.CPP
    ):
        assert isinstance(str(infer(function)), str)
