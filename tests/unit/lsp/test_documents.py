from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricetag.lsp.documents import Document
from pricetag.syntax import Language, SyntaxTree, parse_functions
from pricetag.text import Buffer, Change, Encoding, Position, Range

TEXT = """\
import os


def first(xs):
    return sorted(xs)


class Box:
    @property
    def total(self):
        def inner(y):
            return y
        return inner(self.x)
"""


def document(text: str = TEXT) -> Document:
    made = Document("file:///a.py", "/a.py", Language.PYTHON, text, 1, Encoding.UTF16)
    analyse(made)
    return made


def analyse(target: Document) -> None:
    target.place(target.analysis.update(target.take_changes()))


def change(start: tuple[int, int], end: tuple[int, int], text: str) -> Change:
    return Change(Range(Position(*start), Position(*end)), text)


def names(target: Document) -> dict[str, int]:
    return {place.function.name: place.slot for place in target.places}


def test_places_are_the_functions() -> None:
    made = document()
    assert names(made) == {"first": 0, "total": 1, "inner": 2}
    data = made.buffer.data
    for place in made.places:
        assert data[place.name_start : place.name_end].decode() == place.function.name
        assert data[place.signature_end - 1 : place.signature_end] == b":"


@pytest.mark.parametrize(
    ("line", "character", "expected"),
    [
        (3, 0, "first"), (3, 6, "first"), (3, 14, "first"), (4, 4, None), (0, 0, None), (8, 5, None), (9, 4, "total"),
        (10, 14, "inner"), (11, 15, None),
    ],
)  # fmt: skip
def test_signatures(line: int, character: int, expected: str | None) -> None:
    made = document()
    place = made.at(made.buffer.offset(Position(line, character), Encoding.UTF16))
    assert (place.function.name if place else None) == expected


def test_edits_move_places_before_any_parse() -> None:
    made = document()
    made.apply([change((0, 0), (0, 0), "# é😀\n\n"), change((5, 9), (5, 9), "_name")], 2)
    assert made.version == 2 and made.stale
    data = made.buffer.data
    assert data[made.places[0].name_start : made.places[0].name_end] == b"first"
    assert [data[place.signature_end - 1 : place.signature_end] for place in made.places] == [b":"] * 3
    analyse(made)
    assert not made.stale and names(made)["total"] == 1


def test_slots_survive_renaming_moving_and_new_neighbours() -> None:
    made = document()
    made.apply([change((3, 4), (3, 9), "renamed")], 2)
    analyse(made)
    assert names(made) == {"renamed": 0, "total": 1, "inner": 2}
    made.apply([change((0, 0), (0, 0), "def new(a):\n    return a\n\n\n")], 3)
    analyse(made)
    assert names(made) == {"new": 3, "renamed": 0, "total": 1, "inner": 2}
    made.apply([Change(None, TEXT)], 4)
    analyse(made)
    assert names(made)["total"] == 1 and names(made)["inner"] == 2


def test_edits_during_an_analysis_are_not_lost() -> None:
    made = document()
    made.apply([change((0, 0), (0, 0), "# one\n")], 2)
    taken = made.take_changes()
    made.apply([change((0, 0), (0, 0), "# two\n")], 3)  # typed while the thread is at work
    made.place(made.analysis.update(taken))
    data = made.buffer.data
    assert all(data[p.name_start : p.name_end].decode() == p.function.name for p in made.places)
    assert made.stale
    analyse(made)
    assert all(data[p.name_start : p.name_end].decode() == p.function.name for p in made.places)


def test_an_unchanged_function_keeps_its_query() -> None:
    made = document()
    before = [place.subject for place in made.places]
    made.apply([change((4, 4), (4, 4), "xs = list(xs)\n    ")], 2)
    analyse(made)
    after = [place.subject for place in made.places]
    assert after[0] != before[0] and after[1] is before[1] and after[2] is before[2]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9), st.lists(st.booleans(), min_size=1, max_size=25))
def test_the_analysis_never_parts_from_the_text(seed: int, steps: list[bool]) -> None:
    generator = random.Random(seed)
    made = document()
    version = 1
    for parse in steps:
        rows = made.buffer.line_count
        start, end = sorted((generator.randrange(rows), generator.randrange(20)) for _ in range(2))
        text = generator.choice(
            ["", "x", "\n", "\r\n", "def g(a):\n    return a\n", "é😀", "(", "    ", '"""', "\f"]
        )
        edit = Change(None, TEXT) if generator.random() < 0.05 else change(start, end, text)
        version += 1
        made.apply([edit], version)
        if parse:
            analyse(made)
    analyse(made)
    fresh = parse_functions(made.buffer.text, Language.PYTHON)
    tree = SyntaxTree(Buffer(made.buffer.text), Language.PYTHON)
    if tree.root.has_error:  # a function that was there before the file was broken may still be
        assert {place.name_start for place in made.places} >= {function.name_start for function in fresh}
    else:
        assert [place.function for place in made.places] == list(fresh)
    assert [place.start for place in made.places] == [place.function.start for place in made.places]
    assert len({place.slot for place in made.places}) == len(made.places)
