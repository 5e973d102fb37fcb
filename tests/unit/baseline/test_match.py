"""Pairing functions of two versions of a file."""

from __future__ import annotations

from baseline_samples import function
from hypothesis import given
from hypothesis import strategies as st

from pricetag.baseline.match import match, match_files, similarity
from pricetag.syntax.function import Function, Language

LONG = (
    "out = []\nfor i in range(len(xs)):\n    for j in range(i):\n        if xs[i] < xs[j]:\n"
    "            out.append((xs[i], xs[j]))\nreturn sorted(out)"
)
OTHER = (
    "seen = {}\nwhile xs:\n    key, value = xs.pop()\n    seen.setdefault(key, set()).add(value)\n"
    "    if not value:\n        raise ValueError(key)\nreturn {k: len(v) for k, v in seen.items()}"
)


def check(before: list[Function], after: list[Function], expected: list[int | None]) -> None:
    """``expected``: for each function of ``after``, the index in ``before`` it came from."""
    paired = match(before, after)
    assert [pair[1] for pair in paired] == after
    found = [None if old is None else next(i for i, f in enumerate(before) if f is old) for old, _ in paired]
    assert found == expected


def test_by_name_whatever_the_order_and_the_change() -> None:
    check([function("a", LONG), function("b", OTHER)], [function("b", LONG), function("a", OTHER)], [1, 0])


def test_new_and_removed() -> None:
    check([], [function("a")], [None])
    check([function("a")], [], [])
    check([function("a", LONG)], [function("b", OTHER)], [None])


def test_repeated_names_keep_their_text_then_their_order() -> None:
    getter, setter = function("C.x", "return self._x"), function("C.x", "self._x = xs")
    check([getter, setter], [function("C.x", "self._x = xs"), function("C.x", "return self._y")], [1, 0])
    check([getter, setter], [function("C.x", "return 5"), function("C.x", "return 6")], [0, 1])
    check([getter], [function("C.x", "return 5"), function("C.x", "return 6")], [0, None])


def test_overloads_by_parameter_types() -> None:
    before = [function("f", "a", ["int"], Language.CPP), function("f", "b", ["std::string"], Language.CPP)]
    after = [
        function("f", "c", ["double"], Language.CPP),
        function("f", "d", ["std :: string"], Language.CPP),
        function("f", "e", ["int"], Language.CPP),
    ]
    check(before, after, [None, 1, 0])


def test_overloads_whose_types_changed_by_their_text() -> None:
    def of(type_: str, body: str) -> Function:
        return function("C::f", body, [type_], Language.CPP)

    check([of("A*", LONG), of("B*", OTHER)], [of("BPtr", OTHER), of("APtr", LONG)], [1, 0])
    check([of("A*", LONG)], [of("BPtr", OTHER), of("APtr", LONG)], [None, 0])
    check([of("A*", LONG), of("B*", OTHER)], [of("BPtr", OTHER)], [1])
    check([of("A*", LONG), of("B*", "return 1;")], [of("APtr", OTHER)], [None])
    check([of("A*", LONG)], [of("APtr", OTHER)], [0])  # the only one of its name


def test_renamed_functions_by_their_text() -> None:
    check([function("old", LONG)], [function("new", LONG)], [0])
    check([function("old", LONG)], [function("new", LONG.replace("sorted(out)", "out"))], [0])
    check(
        [function("A.f", LONG), function("A.g", OTHER)],
        [function("B.g", OTHER + "\npass"), function("B.f", LONG + "\npass")],
        [1, 0],
    )


def test_recursion_does_not_hide_a_rename() -> None:
    check([function("old", "return old(xs) + old(xs)")], [function("new", "return new(xs) + new(xs)")], [0])


def test_equal_texts_prefer_the_same_bare_name() -> None:
    check([function("A.p"), function("A.q")], [function("B.q"), function("B.p")], [1, 0])


def test_short_functions_are_not_taken_for_each_other() -> None:
    check([function("old", "return len(xs)")], [function("new", "return sorted(xs)")], [None])


def test_languages_do_not_mix() -> None:
    check([function("f", LONG)], [function("f", LONG, language=Language.CPP)], [None])


def test_a_rewritten_file_of_many_functions_is_new_at_once() -> None:
    before = [function(f"a{i}", f"return {i}") for i in range(2000)]
    after = [function(f"b{i}", f"return {-i}, 5") for i in range(2000)]
    assert all(old is None for old, _ in match(before, after))


def test_a_function_that_moved_to_another_file_and_was_edited() -> None:
    stays, moves = function("stays", OTHER), function("moves", LONG)
    edited = function("moves", LONG.replace("sorted(out)", "out"))
    [[kept], [moved]] = match_files([([stays, moves], [stays]), ([], [edited])])
    assert kept[0] is stays
    assert moved[0] is moves


def test_the_same_file_comes_before_another() -> None:
    own, foreign = function("f", LONG), function("f", OTHER)
    [[], [first]] = match_files([([foreign], []), ([own], [function("f", OTHER)])])
    assert first[0] is own


def test_equal_names_in_two_files_are_two_functions() -> None:
    [[], [pair]] = match_files([([function("main", LONG)], []), ([], [function("main", OTHER)])])
    assert pair[0] is None


def test_an_old_function_is_the_origin_of_one_only() -> None:
    old = function("f", LONG)
    files = match_files([([old], []), ([], [function("f", LONG)]), ([], [function("f", LONG)])])
    assert [[origin is old for origin, _ in pairs] for pairs in files] == [[], [True], [False]]


BODIES = st.sampled_from([LONG, OTHER, "return 1", "return xs", "", LONG.replace("<", ">")])
FUNCTIONS = st.builds(function, st.sampled_from(["a", "b", "C.a", "C.b"]), BODIES)


@given(st.lists(FUNCTIONS, max_size=8), st.lists(FUNCTIONS, max_size=8))
def test_every_new_function_once_and_no_old_one_twice(before: list[Function], after: list[Function]) -> None:
    paired = match(before, after)
    assert [id(new) for _, new in paired] == [id(new) for new in after]
    used = [id(old) for old, _ in paired if old is not None]
    assert len(used) == len(set(used))
    assert set(used) <= {id(f) for f in before}


@given(st.lists(FUNCTIONS, max_size=8))
def test_an_unchanged_file_pairs_equal_texts(functions: list[Function]) -> None:
    for old, new in match(functions, list(functions)):
        assert old is not None
        assert (old.qualified_name, old.canonical) == (new.qualified_name, new.canonical)


@given(FUNCTIONS, FUNCTIONS)
def test_similarity_is_a_symmetric_share(left: Function, right: Function) -> None:
    assert 0 <= similarity(left, right) <= 1
    assert similarity(left, right) == similarity(right, left)
    assert similarity(left, left) == 1
