from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricetag.measure.label import Item, Label
from pricetag.train.edit_pairs import EditPair, compared, counts, pairs_of, summary

MB = 1_000_000.0


def item(name: str, source: str = "mutated", code: str = "") -> Item:
    return Item(name, source, "MIT", "p", "python", code or name, "f")


def label(
    name: str, memory: float | None = MB, runtime: float | None = 0.01, n: int = 10_000, **more: object
) -> Label:
    made = Label(name, "s", "MIT", "p", "python", "f", "xs: list of n ints", n, memory, runtime)
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after", "kind", "expected"),
    [
        (label("a"), label("b", 1.5 * MB), "mutation", "memory regression"),
        (label("a"), label("b", MB / 1.5), "versions", "memory improvement"),
        (label("a"), label("b", 1.4 * MB), "mutation", "no change"),
        (label("a"), label("b", 1.4 * MB), "neutral", "neutral"),
        (label("a", 10), label("b", 4_000), "mutation", "no change"),
        (label("a", 0), label("b", 4_096), "mutation", "memory regression"),
        (label("a", 3 * MB, 0.01), label("b", MB, 0.05), "mutation", "memory improvement"),
        (label("a"), label("b", MB, 0.016), "mutation", "runtime only"),
        (label("a"), label("b", MB, 0.005), "neutral", "runtime only"),
        (label("a", MB, 1e-6), label("b", MB, 3e-6), "mutation", "no change"),
        (label("a"), label("b", None, over=["memory"]), "mutation", "memory regression"),
        (label("a"), label("b", MB, None, over=["runtime"]), "mutation", "runtime only"),
    ],
)
def test_classes(before: Label, after: Label, kind: str, expected: str) -> None:
    pair = compared(before, after, kind)  # type: ignore[arg-type]
    assert pair is not None and pair.klass == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (label("a", None, over=["memory"]), label("b", None, over=["memory"])),
        (label("a", None), label("b")),
        (label("a", MB, None), label("b")),
        (label("a"), label("b", assumes="xs: int")),
    ],
)
def test_what_does_not_compare(before: Label, after: Label) -> None:
    assert compared(before, after, "mutation") is None


def test_names_of_parameters_do_not_part_inputs() -> None:
    assert compared(label("a"), label("b", assumes="values: list of n ints"), "neutral") is not None


POSITIVE = st.floats(1, 1e9, allow_nan=False)
SECONDS = st.floats(1e-6, 9, allow_nan=False)
TURNED = {"memory regression": "memory improvement", "memory improvement": "memory regression"}


@given(POSITIVE, POSITIVE, SECONDS, SECONDS)
def test_the_other_direction_is_the_opposite(a: float, b: float, s: float, t: float) -> None:
    there = compared(label("a", a, s), label("b", b, t), "mutation")
    back = compared(label("b", b, t), label("a", a, s), "mutation")
    assert there is not None and back is not None
    assert back.klass == TURNED.get(there.klass, there.klass)
    assert there.memory * back.memory == pytest.approx(1) and there.runtime * back.runtime == pytest.approx(1)


def test_pairs_and_their_kinds() -> None:
    names = ["authored/python/x/a", "authored/python/x/b", "authored/python/x/c", "authored/python/y/a"]
    items = [item(name, "authored") for name in names]
    items += [item("authored/python/x/a/mut/copy-2"), item("authored/python/x/a/neutral/rename"), item("mbpp/1", "mbpp"), item("mbpp/1/mut/early"),
              item("mbpp/2/mut/early"), item("mbpp/3", "mbpp")]  # fmt: skip
    labels = [label(one.id) for one in items]
    made = pairs_of(labels, items)
    assert {(frozenset((pair.before, pair.after)), pair.kind) for pair in made} == {
        (frozenset((names[0], names[1])), "versions"),
        (frozenset((names[0], names[2])), "versions"),
        (frozenset((names[1], names[2])), "versions"),
        (frozenset((names[0], f"{names[0]}/mut/copy-2")), "mutation"),
        (frozenset((names[0], f"{names[0]}/neutral/rename")), "neutral"),
        (frozenset(("mbpp/1", "mbpp/1/mut/early")), "mutation"),
    }


def test_both_directions_occur() -> None:
    items = [
        one
        for number in range(200)
        for one in (item(f"mbpp/{number}", "mbpp"), item(f"mbpp/{number}/mut/copy"))
    ]
    labels = [label(one.id, 3 * MB if "mut" in one.id else MB) for one in items]
    found = counts(pairs_of(labels, items))
    assert sum(found.values()) == 200
    assert 70 < found["python", "mutation", "memory regression"] < 130
    assert (
        found["python", "mutation", "memory regression"] + found["python", "mutation", "memory improvement"]
        == 200
    )
    assert pairs_of(reversed(labels), reversed(items)) == pairs_of(labels, items)


def test_the_largest_common_size_counts() -> None:
    items = [item("mbpp/1", "mbpp"), item("mbpp/1/mut/copy")]
    small = [label(one.id, n=1_000) for one in items]
    assert [pair.n for pair in pairs_of([*small, label("mbpp/1")], items)] == [1_000]
    assert [pair.n for pair in pairs_of([*small, *map(label, ("mbpp/1", "mbpp/1/mut/copy"))], items)] == [
        10_000
    ]
    failed = label("mbpp/1/mut/copy", None, None, failed="exception IndexError")
    assert [pair.n for pair in pairs_of([*small, label("mbpp/1"), failed], items)] == [1_000]
    assert pairs_of([label(one.id, n=100) for one in items], items) == []


def test_versions_of_one_text_are_no_edit() -> None:
    items = [item("leetcode/x/1", "leetcode", "same"), item("leetcode/x/2", "leetcode", "same")]
    assert pairs_of(map(label, ("leetcode/x/1", "leetcode/x/2")), items) == []


def test_summary() -> None:
    pairs = [
        EditPair("a", "b", "cpp", "mutation", 10_000, 2.0, 1.0, "memory regression"),
        EditPair("a", "c", "python", "neutral", 10_000, 1.0, 1.0, "neutral"),
    ]
    assert summary(pairs).splitlines() == [
        "| language | kind | memory regression | memory improvement | runtime only | neutral | no change | all |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        "| cpp | mutation | 1 | 0 | 0 | 0 | 0 | 1 |",
        "| python | neutral | 0 | 0 | 0 | 1 | 0 | 1 |",
        "| all | all | 1 | 0 | 0 | 1 | 0 | 2 |",
    ]
