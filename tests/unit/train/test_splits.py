from __future__ import annotations

import os
import re
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import pytest

from pricetag.measure.label import Item
from pricetag.train.corpus import load_corpus, load_source
from pricetag.train.generator import generate
from pricetag.train.splits import (
    MINIMUM_TOKENS,
    NEAR,
    SEEN,
    VALIDATING_PACKAGES,
    assign_splits,
    jaccard,
    load_splits,
    shingles,
    split_clusters,
    splits_of,
)

LONG = """def {name}(xs, k):
    total = 0
    for x in xs:
        if x % k == 0 and x > {number}:
            total += x * {number}
        elif x < 0:
            total -= 1
    return total
"""
OTHER = """def {name}(text):
    out = []
    while text:
        head, _, text = text.partition(",")
        out.append(head.strip().lower())
    return sorted(set(out), key=len)
"""


def item(name: str, problem: str, code: str, source: str = "mbpp", entry: str = "f") -> Item:
    return Item(name, source, "MIT", problem, "python", code, entry)


def corpora() -> list[str]:
    """The corpus in the repository, and the public data files where PRICETAG_DATA says where they are."""
    return ["authored", *filter(None, [os.environ.get("PRICETAG_DATA")])]


@pytest.fixture(params=corpora())
def corpus(request: pytest.FixtureRequest) -> list[Item]:
    if request.param == "authored":
        return list(load_source("authored", Path()))
    return load_corpus(Path(request.param))


@pytest.mark.timeout(1800)  # the public data files are 11,000 functions, each parsed twice
def test_problems_and_near_duplicates_stay_together(corpus: list[Item]) -> None:
    splits = assign_splits(corpus)
    assert set(splits) == {one.id for one in corpus}
    by_problem = defaultdict(set)
    for one in corpus:
        by_problem[one.problem].add(splits[one.id])
    assert all(len(found) == 1 for found in by_problem.values())
    # Compared by another road than the splits were made: every pair that shares enough shingles, exactly.
    postings: dict[tuple[str, int], list[int]] = defaultdict(list)
    sets = [shingles(one) for one in corpus]
    for position, (one, own) in enumerate(zip(corpus, sets, strict=True)):
        for shingle in own:
            postings[one.language, shingle].append(position)
    candidates = {pair for ids in postings.values() if len(ids) < 40 for pair in combinations(ids, 2)}
    crossing = [
        (corpus[a].id, corpus[b].id)
        for a, b in candidates
        if splits[corpus[a].id] != splits[corpus[b].id] and jaccard(sets[a], sets[b]) > NEAR
    ]
    assert crossing == []


def test_shares_are_as_stated() -> None:
    shipped = load_splits()
    assert len(shipped) > 10_000
    shares = {
        split: sum(found == split for found in shipped.values()) / len(shipped)
        for split in set(shipped.values())
    }
    assert set(shares) == {"train", "validation", "test"}
    assert 0.12 < shares["test"] < 0.22 and 0.06 < shares["validation"] < 0.14


def test_shipped_splits_are_disjoint_by_problem() -> None:
    """Read off the ids, which carry the problem: MBPP's number over four sources, LeetCode's name, the line of a pair."""
    problems = defaultdict(set)
    for name, split in load_splits().items():
        if match := re.fullmatch(r"(?:mbpp|mbppplus|coffe|mbxp)/(\d+)(?:/\w+)?", name):
            problems["mbpp", match[1]].add(split)
        elif match := re.fullmatch(r"leetcode/(.*)/[12]", name):
            problems["leetcode", match[1]].add(split)
        elif match := re.fullmatch(r"(gfg|gfgpairs)/(?:python|cpp)/(\d+)", name):
            problems[match[1], match[2]].add(split)
        else:
            assert re.fullmatch(r"(cruxeval|mceval)/\d+|(authored|stdlib|package)/.+", name), name
    assert len(problems) > 4000
    assert [key for key, found in problems.items() if len(found) > 1] == []


def test_packages_that_validate_are_listed() -> None:
    listed = (Path(__file__).parents[3] / "server" / "data" / "packages.txt").read_text().split()
    assert {f"package/{line.partition('==')[0].lower()}" for line in listed} >= VALIDATING_PACKAGES


def test_a_whole_source_is_only_in_test() -> None:
    shipped = load_splits()
    assert {split for name, split in shipped.items() if name.startswith("mceval/")} == {"test"}
    assert not any(name.startswith("generated/") for name in shipped)


def test_renamed_copies_follow_each_other() -> None:
    items = [
        item("a", "p/1", LONG.format(name="f", number=3)),
        item(
            "b",
            "p/2",
            LONG.format(name="g", number=99).replace("xs", "values").replace("total", "acc"),
            entry="g",
        ),
        item("c", "p/3", OTHER.format(name="f")),
        item("d", "p/3", "def f(x):\n    return x\n"),
        item("e", "p/4", "def f(y):\n    return y\n"),
    ]
    clusters = [cluster for clusters in split_clusters(items).values() for cluster in clusters]
    assert sorted(clusters) == [["a", "b"], ["c", "d"], ["e"]]


def test_items_stay_where_they_were() -> None:
    old = [item("a", "p/1", LONG.format(name="f", number=3)), item("z", "p/9", OTHER.format(name="f"))]
    joined = [*old, item("b", "a/1", LONG.format(name="f", number=4))]
    for split in ("train", "validation", "test"):
        found = split_clusters(joined, {"a": split})
        assert ["a", "b"] in found[split]


def test_what_would_tie_two_splits_together_is_left_out() -> None:
    def body(first: int, last: int) -> str:
        words = [oct(10**9 + 7919**2 * k)[2:] for k in range(first, last)]
        lines = (
            "    y = x" + "".join(f" {'+-*/%&|^'[int(digit)]} y" for digit in word) + "\n" for word in words
        )
        return "def f(x, y):\n" + "".join(lines) + "    return y\n"

    # Windows over one long text: neighbours are near each other, the ends are not.
    chain = [item(f"{k}", f"p/{k}", body(2 * k, 2 * k + 16)) for k in range(8)]
    near = [jaccard(shingles(one), shingles(chain[0])) > NEAR for one in chain]
    assert near[1] and not near[-1]
    found = split_clusters(chain, {"0": "train", "7": "test"})
    splits = {name: split for split, clusters in found.items() for cluster in clusters for name in cluster}
    assert splits["0"] == "train" and splits["7"] == "test"
    assert 0 < len(splits) < 8
    for one in chain:
        for other in chain:
            if splits.get(one.id, "") != splits.get(other.id, "") and one.id in splits and other.id in splits:
                assert jaccard(shingles(one), shingles(other)) <= NEAR


def test_what_is_not_shipped() -> None:
    items = [
        item("held", "p/1", LONG.format(name="f", number=3)),
        item("held/mut/copy", "p/1", LONG.format(name="f", number=4)),
        item("trains", "p/2", OTHER.format(name="f")),
        item("trains/mut/copy", "p/2", OTHER.format(name="f").replace("strip", "lstrip")),
        item("trains/mut/near", "p/2", LONG.format(name="f", number=5)),
        item("stdlib/a", "stdlib/a", "def f(x):\n    return x\n", source="stdlib"),
        item("package/b", "package/b", "def f(x):\n    return x * 2\n", source="package"),
        item("package/arrow/c", "package/arrow", "def f(x):\n    return x * 3\n", source="package"),
    ]
    assert splits_of(items, {"held": "test", "trains": "train"}) == {
        "held": "test",
        "held/mut/copy": "test",
        "trains": "train",
        "trains/mut/copy": "train",
        "stdlib/a": "test",
        "package/b": "train",
        "package/arrow/c": "validation",
    }


def test_tiny_functions_are_near_to_none() -> None:
    tiny = item("t", "p", "def f(x):\n    return x + 1\n")
    assert shingles(tiny) == frozenset()
    assert jaccard(shingles(tiny), shingles(tiny)) == 0
    assert len(shingles(item("l", "p", LONG.format(name="f", number=1)))) > MINIMUM_TOKENS


def test_generated_items_train_or_are_left_out() -> None:
    held_out = next(
        name
        for name in (f"p/{i}" for i in range(100))
        if assign_splits([item("x", name, OTHER)]) == {"x": "test"}
    )
    items = [
        item("real", held_out, LONG.format(name="f", number=3)),
        item("near", "generated/a", LONG.format(name="f", number=8), source="generated"),
        item("far", "generated/a", OTHER.format(name="f"), source="generated"),
    ]
    assert assign_splits(items) == {"real": "test", "far": "train"}
    assert splits_of(items, {"real": "test"}) == {"real": "test", "far": "train"}


def test_further_items_of_a_shipped_problem_follow_it() -> None:
    items = [
        item("known", "p/1", OTHER.format(name="f")), item("new", "p/1", LONG.format(name="f", number=2)),
        item("mine", "file/x", LONG.format(name="f", number=2).replace("+= x", "+= x - 1 + k * k"), source="file"),
    ]  # fmt: skip
    assert splits_of(items, {"known": "validation"})["new"] == "validation"


def test_real_generated_programs_train() -> None:
    items = list(generate("python", 50, 9))
    assert set(splits_of(items, {}).values()) == {"train"}
    assert set(assign_splits(items)) == {one.id for one in items}


def test_what_a_member_has_seen_a_copy_of_is_in_no_split() -> None:
    seen = sorted(SEEN)[0]
    items = [
        item(seen, "stdlib/collections", OTHER.format(name="f"), "stdlib"),
        item("stdlib/heapq/merge", "stdlib/heapq", OTHER.format(name="f"), "stdlib"),
    ]
    assert splits_of(items, {}) == {"stdlib/heapq/merge": "test"}
