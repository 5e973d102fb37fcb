"""The object of a C++ method: which constructor makes it, what fills it, when a copy of it is safe."""

from __future__ import annotations

import pytest

from pricetag.workload.cpp_code import read_signature
from pricetag.workload.cpp_receiver import infer_receiver, method_arguments
from pricetag.workload.cpp_types import UnsupportedType

BAG = "class Bag { std::vector<int> v_; public: %s int f(int x) %s { return x; } };"


@pytest.mark.parametrize(
    ("inside", "examples", "kinds", "fill", "holds"),
    [
        ("", (), [], "", False),
        ("Bag() {}", (), [], "", False),
        ("explicit Bag(std::vector<int> v) : v_(v) {}", (), ["v: vector[int] of n"], "", True),
        ("Bag(); Bag(const std::vector<int>& v);", (), ["v: vector[int] of n"], "", True),
        # The examples say which one.
        ("Bag(const std::vector<int>& v); Bag(int a, int b);", ("3, 2",), ["a: int = n", "b: int <= n"], "", True),
        ("Bag(const std::vector<int>& v, int k = 3);", ("{1, 2, 3}",), ["v: vector[int] of n"], "", True),
        ("explicit Bag(int capacity) {}", (), ["capacity: int = n"], "", True),
        ("void add(int x) { v_.push_back(x); }", (), [], "pt_o.add(pricetag::number<int>(pt_s, 1L, pt_s.n));", True),
        ("void address(int x) {}", (), [], "", False),
        ("static void add(int x) {}", (), [], "", False),
        ("void add(const Bag& other) {}", (), [], "", False),
        ("private: void add(int x) {} public:", (), [], "", False),
        # A container given is enough; a number given is not.
        ("Bag(std::vector<int> v) {} void add(int x) {}", (), ["v: vector[int] of n"], "", True),
        ("Bag(int k) {} void put(char c) {}", (), ["k: int = n"],
         'pt_o.put(pricetag::text(pt_s, 1, "abcdefghijklmnopqrstuvwxyz")[0]);', True),
        # Copy and move constructors make nothing out of nothing.
        ("Bag(const Bag& other); Bag(Bag&& other); Bag();", (), [], "", False),
        ("Bag() = delete; Bag(std::string s);", (), ["s: string of n"], "", True),
    ],
)  # fmt: skip
def test_constructor_and_filling(
    inside: str, examples: tuple[str, ...], kinds: list[str], fill: str, holds: bool
) -> None:
    code = BAG % (inside, "")
    receiver = infer_receiver(read_signature(code, "Bag.f"), examples, code)
    assert [str(argument.kind) for argument in receiver.arguments] == kinds
    assert (receiver.fill, receiver.holds) == (fill, holds)
    assert [str(kind) for kind in receiver.kinds] == (["self: object of n"] if holds else [])


@pytest.mark.parametrize(
    ("inside", "copies"),
    [
        ("", True),
        ("Node* head_;", False),
        ("Node* head_; Bag(); Bag(const Bag& other);", True),
        ("~Bag() { clear(); }", False),
        ("~Bag() = default;", True),
        ("Bag(std::vector<int>& shared);", False),
        ("Bag(const std::vector<int>& source);", True),
        ("Bag(std::string_view text);", False),
    ],
)
def test_copies_share_nothing(inside: str, copies: bool) -> None:
    code = BAG % (inside, "")
    assert infer_receiver(read_signature(code, "Bag.f"), (), code).copies == copies


@pytest.mark.parametrize(
    ("inside", "after", "stays"),
    [("", "", False), ("", "const", True), ("mutable int hits_;", "const", False)],
)
def test_const_methods_leave_the_object_alone(inside: str, after: str, stays: bool) -> None:
    code = BAG % (inside, after)
    assert infer_receiver(read_signature(code, "Bag.f"), (), code).stays == stays


@pytest.mark.parametrize(
    ("inside", "examples", "kind"),
    [("", (), "x: int = n"), ("Bag(std::vector<int> v);", (), "x: int <= n"), ("Bag(std::vector<int> v);", ("4",), "x: int <= n")],
)  # fmt: skip
def test_ints_follow_the_object(inside: str, examples: tuple[str, ...], kind: str) -> None:
    code = BAG % (inside, "")
    signature = read_signature(code, "Bag.f")
    arguments = method_arguments(signature, infer_receiver(signature, (), code), examples, code)
    assert [str(argument.kind) for argument in arguments] == [kind]


def test_templates_become_int() -> None:
    code = (
        "template <typename T> class Stack { public: Stack(std::vector<T> v); T top() { return v.back(); } };"
    )
    receiver = infer_receiver(read_signature(code, "Stack.top"), (), code)
    assert receiver.owner == "Stack<int>"
    assert [str(argument.kind) for argument in receiver.arguments] == ["v: vector[int] of n"]


@pytest.mark.parametrize("inside", ["private: Bag(); public:", "Bag(Unknown u);"])
def test_no_way_to_make_one(inside: str) -> None:
    code = BAG % (inside, "")
    with pytest.raises(UnsupportedType):
        infer_receiver(read_signature(code, "Bag.f"), (), code)
