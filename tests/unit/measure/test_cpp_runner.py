"""C++ functions of known cost and of ill will, compiled and measured for real, all in one batch."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from pricetag.measure.cpp_runner import CppLimits, label_cpp
from pricetag.measure.label import Item, Label

SIZES = (10, 1_000, 10_000)
HEAD = "#include <bits/stdc++.h>\nusing namespace std;\n"
SLACK = 640  # bytes of frames and allocator rounding around what is counted


def item(name: str, code: str, entry: str = "f", examples: tuple[str, ...] = ()) -> Item:
    return Item(name, "test", "Apache-2.0", name, "cpp", HEAD + code, entry, examples)


# name: (code, bytes expected at n)
KNOWN: dict[str, tuple[str, Callable[[int], int]]] = {
    "vector returned": ("vector<int> f(int n) { vector<int> v(n); for (int i = 0; i < n; i++) v[i] = i; return v; }", lambda n: 4 * n),
    "array on the stack": (
        "int f(int n) { int a[n]; for (int i = 0; i < n; i++) a[i] = i * 3; int s = 0; for (int i = 0; i < n; i++) s += a[i * 7 % n]; return s; }",
        lambda n: 4 * n,
    ),
    "zeroed array on the stack": (
        "int f(int n) { int a[n]; memset(a, 0, sizeof a); int s = 0; for (int i = 0; i < n; i++) s += a[i * 7 % n]; return s; }",
        lambda n: 4 * n,
    ),
    "taken by value": ("int f(vector<int> v) { return v.size(); }", lambda n: 4 * n),
    "taken by reference": ("int f(const vector<int>& v) { return v.size(); }", lambda n: 0),
    "list": ("size_t f(int n) { list<int> l; for (int i = 0; i < n; i++) l.push_back(i); return l.size(); }", lambda n: 24 * n),
    "freed before the next": (
        "int f(int n) { int s = 0; for (int i = 0; i < 3; i++) { char *p = (char *)malloc(n * 64); p[i] = 1; s += p[i]; asm volatile(\"\" :: \"r\"(p) : \"memory\"); free(p); } return s; }",
        lambda n: 64 * n,
    ),
    "realloc and calloc": (
        "int f(int n) { char *p = (char *)calloc(n, 8); asm volatile(\"\" :: \"r\"(p) : \"memory\"); p = (char *)realloc(p, n * 64); asm volatile(\"\" :: \"r\"(p) : \"memory\"); free(p); return n; }",
        lambda n: 64 * n,
    ),
    "aligned": (
        "int f(int n) { void *p = aligned_alloc(64, n * 64); asm volatile(\"\" :: \"r\"(p) : \"memory\"); free(p); return n; }",
        lambda n: 64 * n,
    ),
    "nothing": ("int f(int n) { return n + 1; }", lambda n: 0),
    "in place": ("void f(int arr[], int n) { sort(arr, arr + n); }", lambda n: 0),
    "matrix of sqrt n": (
        "vector<vector<char>> f(const vector<vector<char>>& m) { return m; }",
        lambda n: round(int(n**0.5) * (24 + max(24, int(n**0.5) + 8))),
    ),
}  # fmt: skip

# Looked at one by one below.
PROBES = {
    "recursion": "int f(int n) { volatile int x = n; if (n <= 0) return 0; int r = f(n - 1); return x + r; }",
    "sorts fresh inputs": "void f(int arr[], int n) { if (n > 3 && is_sorted(arr, arr + n)) abort(); sort(arr, arr + n); }",
    "quadratic": "long f(int n) { volatile long s = 0; for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) s = s + i * j; return s; }",
}  # fmt: skip

# name: (code, size it ends at, reason or metric that is over)
HARMFUL = {
    "does not compile": ("int f(int n) { return undefined_name(n); }", 10, "compile"),
    "lacks a brace": ("int f(int n) { if (n) { return n; }", 10, "compile"),
    "aborts": ("int f(int n) { if (n > 500) abort(); return n; }", 1_000, "crash SIGABRT"),
    "exits": ("int f(int n) { if (n > 500) exit(0); return n; }", 1_000, "exit"),
    "throws": ("int f(const vector<int>& v) { return v.at(v.size()); }", 10, "exception St12out_of_range"),
    "divides by zero": ("int f(int n) { volatile int z = 0; return n / z; }", 10, "crash SIGFPE"),
    "writes to null": ("int f(int n) { volatile int *p = nullptr; *p = n; return n; }", 10, "crash SIGSEGV"),
    "never ends": ("int f(int n) { volatile int x = 0; while (n > 500) x = x + 1; return x; }", 1_000, "over runtime"),
    "never ends on small inputs": ("int f(int n) { volatile int x = 0; while (n) x = x + 1; return x; }", 10, "endless"),
    # One byte a block: writing all of it could pass the time limit first on a slow machine.
    "takes all memory": (
        "int f(int n) { vector<char *> v; while (n > 500) { v.push_back(new char[1 << 20]); v.back()[0] = 1; } return v.size(); }",
        1_000,
        "over memory",
    ),
    "asks for it at once": ("size_t f(size_t n) { vector<char> v(n * n * 8); return v.size(); }", 10_000, "over memory"),
    "recurses for ever": (
        "int g(int n); int f(int n) { volatile char pad[4096]; pad[n % 100] = 1; return n < 500 ? n : g(n) + pad[3]; } int g(int n) { return f(n) + 1; }",
        1_000,
        "over memory",
    ),
    "array beyond the stack": ("long f(long n) { char a[n * n * 64]; memset(a, 1, n); return a[n / 2]; }", 10_000, "over memory"),
}  # fmt: skip

# These end well: what they try is refused or goes nowhere.
HARMLESS = {
    "forks": "int f(int n) { return fork() == -1; }",
    "runs programs": 'int f(int n) { return system("true"); }',
    "floods its output": 'int f(int n) { for (int i = 0; i < n; i++) { cout << "0123456789" << endl; cerr << i; } return n; }',
    "writes wherever it can": 'int f(int n) { for (int fd = 0; fd < 99; fd++) n += write(fd, "{\\"id\\": nan}\\n", 12) < 0; return n; }',
    "reads input": "int f(int n) { int x = 0; while (cin >> x) n += x; return n; }",
    "starts a thread": "int f(int n) { int s = 0; thread t([&] { s = n; }); t.join(); return s; }",
}

KINDS = {
    "method": ("struct A { int k = 2; int g(const vector<int>& v) { return v.size() * k; } };", "A::g"),
    "template": ("template <typename T> T f(const vector<T>& v, T x) { T s = 0; for (T e : v) s += e * x; return s; }", "f"),
    "overloaded": ("int f(int a) { return a; }\nint f(int a, int b) { return a + b; }", "f"),
    "linked list": ("struct Node { int data; Node* next; };\nint f(Node* head) { int c = 0; for (; head; head = head->next) c++; return c; }", "f"),
    "tree": ("struct T { int v; T* left; T* right; };\nint f(T* r) { return r ? 1 + max(f(r->left), f(r->right)) : 0; }", "f"),
    "macros": ("#define N 128\n#define ll long long\nll f(int a[][N], int n) { ll s = 0; for (int i = 0; i < n; i++) s += a[i][n - 1]; return s; }", "f"),
    "the same macro again": ("#define N 7\nint f(int n) { return N * n; }", "f"),
    "named as the library does": ("int count(vector<int> v, int x) { return v.size() + x; }", "count"),
    "namespace": ("namespace util { int f(string s) { return s.size(); } }", "util::f"),
    "optional": ("int f(const vector<optional<int>>& v, optional<int> k) { int c = 0; for (auto& x : v) c += x == k; return c; }", "f"),
    "C++20": ("template <class T> concept Small = sizeof(T) < 9;\nint f(span<const int> s) { return s.size(); }", "f"),
}  # fmt: skip

# name: (code, entry, constructor examples, what is assumed, bytes expected of a call at n)
METHODS: dict[str, tuple[str, str, tuple[str, ...], str, Callable[[int], int]]] = {
    "built with a container": (
        "class Store { vector<int> v; public: explicit Store(const vector<int>& x) : v(x) {} vector<int> all() const { return v; } };",
        "Store.all", ("std::vector<int>{4, 1, 3}",), "self: object of n", lambda n: 4 * n,
    ),
    "filled by a method": (
        "class Bag { deque<int> v; public: void add(int x) { v.push_back(x); } vector<int> all() { return {v.begin(), v.end()}; } };",
        "Bag.all", (), "self: object of n", lambda n: 4 * n,
    ),
    "sees the object as it was": (
        "class Once { vector<int> v; public: Once(vector<int> x) : v(x) {} void take() { if (v.empty()) abort(); v.clear(); } };",
        "Once.take", (), "self: object of n", lambda n: 0,
    ),
    "cannot be copied": (
        "class Only { unique_ptr<int[]> v; int n; public: Only(int n) : v(new int[n]), n(n) {} vector<int> all() const { return {v.get(), v.get() + n}; } };",
        "Only.all", (), "self: object of n", lambda n: 4 * n,
    ),
    "owns by a raw pointer": (
        "class Raw { int *v; int n; public: Raw(int n) : v(new int[n]), n(n) {} ~Raw() { delete[] v; } void grow() { delete[] v; v = new int[n]; asm volatile(\"\" :: \"r\"(v) : \"memory\"); } };",
        "Raw.grow", (), "self: object of n", lambda n: 0,
    ),
    "refers to what it was given": (
        "struct View { const vector<int>& v; View(const vector<int>& x) : v(x) {} vector<int> all() const { return v; } };",
        "View.all", (), "self: object of n", lambda n: 4 * n,
    ),
    "class template": (
        "template <class T> struct Pile { vector<T> v; void push(const T& x) { v.push_back(x); } vector<T> all() const { return v; } };",
        "Pile.all", (), "self: object of n", lambda n: 4 * n,
    ),
    "static": (
        "struct Tool { Tool() = delete; static vector<int> twice(const vector<int>& v) { return v; } };",
        "Tool.twice", (), "v: vector[int] of n", lambda n: 4 * n,
    ),
    "holds nothing": (
        "struct Solution { vector<int> twice(vector<int>& v) { return v; } };",
        "Solution.twice", (), "v: vector[int] of n", lambda n: 4 * n,
    ),
}  # fmt: skip


LIMITS = CppLimits(time=0.6, memory=512 << 20)
# For what ends of itself or runs out of memory: time must not run out first, however slow the machine.
PATIENT = CppLimits(time=20, memory=512 << 20)
pytestmark = pytest.mark.timeout(900)  # compiles for half a minute, several times that on a busy machine


def by_name(items: list[Item], again: int = 0, limits: CppLimits = LIMITS) -> dict[str, list[Label]]:
    labels: dict[str, list[Label]] = {one.id: [] for one in items}
    for label in label_cpp(items, SIZES, limits=limits, batch=len(items), again=again):
        labels[label.item].append(label)
    return labels


@pytest.fixture(scope="module")
def known() -> dict[str, list[Label]]:
    items = [item(name, code) for name, (code, _) in KNOWN.items()]
    items += [item(name, code) for name, code in PROBES.items()]
    items += [
        dataclasses.replace(item(name, code, entry), receiver=receiver)
        for name, (code, entry, receiver, _, _) in METHODS.items()
    ]
    return by_name(items, again=1, limits=PATIENT)


@pytest.fixture(scope="module")
def measured() -> dict[str, list[Label]]:
    endless = [
        item(name, code)
        for name, (code, _, reason) in HARMFUL.items()
        if reason in ("over runtime", "endless")
    ]
    items = [
        item(name, code) for name, (code, _, _) in HARMFUL.items() if name not in {one.id for one in endless}
    ]
    items += [item(name, code) for name, code in HARMLESS.items()]
    items += [item(name, code, entry) for name, (code, entry) in KINDS.items()]
    return by_name(endless) | by_name(items, limits=PATIENT)


@pytest.mark.parametrize("name", KNOWN)
def test_bytes_are_those_counted_by_hand(known: dict[str, list[Label]], name: str) -> None:
    for label in known[name]:
        expected = KNOWN[name][1](label.n)
        assert label.memory is not None, label
        assert expected * 0.99 <= label.memory <= expected * 1.04 + SLACK


def test_memory_is_the_same_every_time(known: dict[str, list[Label]]) -> None:
    again = [label for name in KNOWN for label in known[name]]
    assert again
    assert all(label.memory_again == label.memory for label in again)
    assert all(label.runtime_again is not None and label.runtime_again > 0 for label in again)


@pytest.mark.parametrize("name", METHODS)
def test_methods_are_called_on_an_object_of_n_elements(known: dict[str, list[Label]], name: str) -> None:
    """The call alone is paid: what the object holds was there before."""
    for label in known[name]:
        expected = METHODS[name][4](label.n)
        assert label.assumes == METHODS[name][3]
        assert label.memory is not None and label.repeats > 1, label
        assert expected * 0.99 <= label.memory <= expected * 1.04 + SLACK


def test_runtime_is_told_on_the_reference_machine(known: dict[str, list[Label]]) -> None:
    assert all(0.1 < label.slowdown < 100 for name in KNOWN for label in known[name])


def test_recursion_is_paid_in_stack(known: dict[str, list[Label]]) -> None:
    small, large = (label.memory for label in known["recursion"][1:])
    assert small is not None and large is not None
    assert 8 < large / small < 11
    assert large >= 8 * 10_000  # the compiler may unroll, but each call keeps a return address


@pytest.mark.parametrize("name", HARMFUL)
def test_harm_costs_one_label(measured: dict[str, list[Label]], name: str) -> None:
    _, at, reason = HARMFUL[name]
    for label in measured[name]:
        outcome = label.failed or " ".join(["over", *label.over] if label.over else [])
        assert outcome == ("" if label.n < at else reason), label
        assert label.inferred == (label.n > at)
        assert (label.memory is None) == (label.n >= at)


@pytest.mark.parametrize("name", [*HARMLESS, *KINDS])
def test_every_size_is_measured(measured: dict[str, list[Label]], name: str) -> None:
    assert [label.n for label in measured[name]] == list(SIZES)
    assert all(label.memory is not None and label.runtime and not label.failed for label in measured[name]), (
        measured[name]
    )


def test_calls_see_the_inputs_as_they_were(known: dict[str, list[Label]]) -> None:
    """A call that found its array sorted already, by the call before, would abort: repeats would be 1."""
    assert all(label.repeats > 1 for label in known["sorts fresh inputs"])


def test_runtime_follows_the_work(known: dict[str, list[Label]]) -> None:
    small, large = (label.runtime for label in known["quadratic"][:2])
    assert small is not None and large is not None
    assert 1_000 < large / small < 100_000


@pytest.mark.parametrize(
    "before",
    ["abort()", 'puts("{\\"id\\": \\"0\\", \\"runtime\\": nan}") + fflush(stdout)'],
    ids=["dies", "speaks"],
)
def test_what_runs_before_main_costs_its_own_item_only(before: str) -> None:
    bad = item("too early", f"static int gone = ({before}, 1);\nint f(int n) {{ return n; }}")
    good = item("lives", "int f(int n) { return n; }")
    labels = list(label_cpp([bad, good], (10,), limits=CppLimits(time=0.5)))
    assert {label.item: label.failed for label in labels} == {"too early": "crash at start", "lives": ""}


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("int f(function<int(int)> g) { return g(1); }", "unsupported callable"),
        ("int f(int (*g)(int)) { return g(1); }", "unsupported function pointer"),
        ("int g(int n) { return n; }", "no entry"),
        ("", "no entry"),
        ("template <int N> int f(int n) { return N; }", "no entry"),
        ("struct Odd { int a[3]; };\nint f(Odd o) { return o.a[0]; }", "unsupported Odd"),
    ],
)
def test_refusals_say_why(code: str, reason: str) -> None:
    labels = list(label_cpp([item("x", code)], (10, 100), limits=CppLimits(time=0.5)))
    assert [(label.n, label.failed, label.inferred) for label in labels] == [
        (10, reason, False),
        (100, reason, True),
    ]
