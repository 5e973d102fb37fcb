"""The file of accepted baselines, and when an entry holds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricetag.baseline.accepted import Accepted, AcceptedError, find, load, merged, save
from pricetag.baseline.names import family, only_names_differ
from pricetag.forecast import Estimate
from pricetag.syntax import Function, Language, parse_functions
from repositories import git, repository


def entry(
    path: str = "a.py", name: str = "f", text: str = "t", base: str = "b", n: int = 100, memory: float = 5.0
) -> Accepted:
    return Accepted(path, name, text, base, Estimate(n, memory, memory / 2, memory * 2, 0.25))


TEXT = st.text(max_size=8)
ENTRIES = st.lists(
    st.builds(entry, TEXT, TEXT, TEXT, TEXT, st.integers(1, 10**9), st.floats(0, 1e15)), max_size=6
)


@given(ENTRIES)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, entries: list[Accepted]) -> None:
    path = tmp_path_factory.mktemp("accepted") / ".pricetag/baselines.json"
    save(path, entries)
    assert load(path) == sorted(entries, key=lambda one: one.key)
    assert len(path.read_text().splitlines()) == max(len(entries), 1) + 2
    assert [found.name for found in path.parent.iterdir()] == ["baselines.json"]


def test_branches_that_accept_different_functions_merge(tmp_path: Path) -> None:
    file = ".pricetag/baselines.json"
    save(tmp_path / "first.json", [entry(name=name) for name in "cgmq"])
    repo = repository(tmp_path / "repo", {file: (tmp_path / "first.json").read_bytes()})
    git(repo, "checkout", "-q", "-b", "side")
    save(repo / file, [*load(repo / file), entry(name="d")])
    git(repo, "commit", "-qam", "side")
    git(repo, "checkout", "-q", "main")
    save(repo / file, [*load(repo / file), entry(name="n")])
    git(repo, "commit", "-qam", "main")
    git(repo, "merge", "-q", "side")
    assert [one.name for one in load(repo / file)] == list("cdgmnq")


def test_no_file_has_no_entries(tmp_path: Path) -> None:
    assert load(tmp_path / "none.json") == []


GOOD = {
    "path": "a",
    "name": "f",
    "n": 5,
    "memory": 2.0,
    "low": 1.0,
    "high": 3.0,
    "over": 0.0,
    "text": "t",
    "base": "b",
}


def file_of(**changes: object) -> bytes:
    return json.dumps({"version": 1, "baselines": [GOOD | changes]}).encode()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"[]", "holds no accepted baselines of version 1"),
        (b'{"version": 2, "baselines": []}', "holds no accepted baselines of version 1"),
        (b'{"version": 1}', "baselines must be a list"),
        (b'{"version": 1, "baselines": [5]}', "entry 1 is no object"),
        (b'{"version": 1, "baselines": [\n<<<<<<< HEAD\n=======\n>>>>>>> side\n]}', "holds merge conflicts"),
        (
            b'{"version": 1, "baselines": [\r\n<<<<<<< HEAD\r\n=======\r\n>>>>>>> side\r\n]}',
            "holds merge conflicts",
        ),
        (file_of(path=5), "entry 1: path must be text"),
        (file_of(text=None), "entry 1: text must be text"),
        (file_of(n=True), "entry 1: n must be a whole number"),
        (file_of(n=0), "entry 1: n must be a whole number"),
        (file_of(memory="2"), "entry 1: memory must be a number"),
        (file_of(high=float("inf")), "entry 1: high must be a number"),
        (file_of(low=float("nan")), "entry 1: low must be a number"),
        (file_of(low=2.5), "low <= memory <= high"),
        (file_of(over=2), "over <= 1"),
    ],
)
def test_what_is_no_such_file_is_told(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "baselines.json"
    path.write_bytes(data)
    with pytest.raises(AcceptedError) as error:
        load(path)
    assert str(error.value).startswith(str(path))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(AcceptedError, match="cannot be read"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("before", "after", "n", "place", "holds"),
    [
        ("b", "t", 100, ("a.py", "f"), True),  # as accepted
        ("other", "t", 100, ("a.py", "f"), True),  # as accepted, whatever it came from
        ("b", "edited", 100, ("a.py", "f"), True),  # edited on, the baseline in git still the old one
        ("t", "edited", 100, ("a.py", "f"), True),  # committed, then edited
        ("other", "edited", 100, ("a.py", "f"), False),  # git has moved on
        ("b", "t", 1000, ("a.py", "f"), False),
        ("b", "t", 100, ("b.py", "f"), False),
        ("b", "t", 100, ("a.py", "g"), False),
    ],
)
def test_when_an_entry_holds(before: str, after: str, n: int, place: tuple[str, str], holds: bool) -> None:
    assert (find([entry()], [place], n, before, after) is not None) is holds


def test_overloads_have_entries_of_their_own() -> None:
    one, two = entry(text="t1", base="b1"), entry(text="t2", base="b2")
    assert find([one, two], [("a.py", "f")], 100, "b2", "t2") is two
    assert merged([one], [two]) == [one, two]


def test_what_follows_on_takes_the_place() -> None:
    assert merged([entry(memory=5)], [entry(text="t2", memory=9)]) == [entry(text="t2", memory=9)]
    assert merged([entry()], [entry(text="t2", base="t")]) == [entry(text="t2", base="t")]
    assert merged([entry(n=10)], [entry()]) == [entry(n=10), entry()]


def functions(*texts: str) -> list[Function]:
    return [parse_functions(text, Language.PYTHON)[0] for text in texts]


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("def f(xs):\n    return xs\n", "def g(ys):\n    return ys  # comment\n", True),
        ("def f(xs):\n    return xs.ys\n", "def f(ys):\n    return ys.ys\n", True),
        ("def f(xs):\n    return xs.ys\n", "def f(xs):\n    return xs.zs\n", False),
        ("def f(xs, k):\n    return xs + k\n", "def f(k, xs):\n    return xs + k\n", False),
        ("def f(xs):\n    return sorted(xs)\n", "def f(xs):\n    return list(xs)\n", False),
    ],
)
def test_families_are_texts_but_for_names(old: str, new: str, same: bool) -> None:
    before, after = functions(old, new)
    assert (family(before) == family(after)) is only_names_differ(before, after) is same


def test_the_language_is_part_of_a_family() -> None:
    (one,) = functions("def f(xs):\n    return xs\n")
    assert family(one) != family(replace(one, language=Language.CPP))
