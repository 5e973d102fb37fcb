"""Buffers against a model: text as a list of characters, positions found by counting."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from pricetag.text import Buffer, Change, Encoding, LineIndex, Position, Range, well_formed

PIECES = [
    "a",
    "bc",
    " ",
    "\n",
    "\r\n",
    "\r",
    "\f",
    "\v",
    "\x85",
    "\u2028",
    "\0",
    "é",
    "e\u0301",
    "😀",
    "\ud83d",
    "\udc00",
]
texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
encodings = st.sampled_from(Encoding)
positions = st.builds(Position, st.integers(0, 8), st.integers(0, 9))


def width(character: str, encoding: Encoding) -> int:
    """Units of one character, by the definition of the encoding."""
    if encoding is Encoding.UTF32:
        return 1
    return len(character.encode()) if encoding is Encoding.UTF8 else 1 + (ord(character) > 0xFFFF)


def model_lines(text: str) -> list[str]:
    """Split after \\n, \\r\\n and lone \\r, one character at a time."""
    lines = [""]
    for index, character in enumerate(text):
        lines[-1] += character
        if character == "\n" or (character == "\r" and text[index + 1 : index + 2] != "\n"):
            lines.append("")
    return lines


def model_index(text: str, position: Position, encoding: Encoding) -> int:
    """The index into ``text`` of a position, clamped as LSP says."""
    lines = model_lines(text)
    if position.line >= len(lines):
        return len(text)
    index = sum(map(len, lines[: position.line]))
    units = 0
    for character in lines[position.line].rstrip("\r\n"):
        units += width(character, encoding)
        if units > position.character:
            break
        index += 1
    return index


@pytest.mark.parametrize(
    ("text", "line", "character", "encoding", "expected"),
    [
        ("abc", 0, 9, Encoding.UTF16, 3),  # past the end of the last line
        ("abc\nd", 0, 9, Encoding.UTF16, 3),  # the terminator is not part of the line
        ("abc\r\nd", 0, 9, Encoding.UTF16, 3),
        ("abc\r\nd", 1, 0, Encoding.UTF16, 5),
        ("abc\rd", 1, 0, Encoding.UTF16, 4),
        ("a\n", 7, 3, Encoding.UTF16, 2),  # past the last line
        ("a\fb\u2028c\vd\x85e\nf", 1, 0, Encoding.UTF16, 13),  # none of these ends a line
        ("é😀x", 0, 1, Encoding.UTF16, 2),
        ("é😀x", 0, 2, Encoding.UTF16, 2),  # between two surrogates: before the character
        ("é😀x", 0, 3, Encoding.UTF16, 6),
        ("é😀x", 0, 3, Encoding.UTF8, 2),  # within a character
        ("é😀x", 0, 6, Encoding.UTF8, 6),
        ("é😀x", 0, 2, Encoding.UTF32, 6),
        ("", 0, 0, Encoding.UTF8, 0),
        ("", 3, 3, Encoding.UTF32, 0),
    ],
)
def test_offset(text: str, line: int, character: int, encoding: Encoding, expected: int) -> None:
    assert Buffer(text).offset(Position(line, character), encoding) == expected


@pytest.mark.parametrize(
    ("text", "byte", "encoding", "expected"),
    [
        ("é😀x", 6, Encoding.UTF16, (0, 3)),
        ("é😀x", 4, Encoding.UTF16, (0, 1)),
        ("é😀x", 6, Encoding.UTF32, (0, 2)),
        ("é😀x", 6, Encoding.UTF8, (0, 6)),
        ("a\r\nb", 2, Encoding.UTF16, (0, 1)),  # inside the line end
        ("a\r\nb", 3, Encoding.UTF16, (1, 0)),
        ("a\n", 99, Encoding.UTF16, (1, 0)),
        ("a\n", -1, Encoding.UTF16, (0, 0)),
    ],
)
def test_position(text: str, byte: int, encoding: Encoding, expected: tuple[int, int]) -> None:
    assert Buffer(text).position(byte, encoding) == Position(*expected)


def test_edit_reports_bytes_and_points() -> None:
    buffer = Buffer("é😀\nb\n", version=3)
    edit = buffer.apply(Change(Range(Position(0, 1), Position(1, 0)), "x\r\ny"), Encoding.UTF16)
    assert buffer.text == "éx\r\nyb\n"
    assert (edit.start_byte, edit.old_end_byte, edit.new_end_byte) == (2, 7, 6)
    assert (edit.start_point, edit.old_end_point, edit.new_end_point) == ((0, 2), (1, 0), (1, 1))
    assert buffer.version == 3
    assert buffer.line_count == 3


def test_a_change_without_range_replaces_everything() -> None:
    buffer = Buffer("one\ntwo")
    edit = buffer.apply(Change(None, "three"), Encoding.UTF16)
    assert (buffer.text, edit.start_byte, edit.old_end_byte, edit.new_end_byte) == ("three", 0, 7, 5)


def test_a_backward_range_inserts_at_its_start() -> None:
    buffer = Buffer("abcd")
    buffer.apply(Change(Range(Position(0, 3), Position(0, 1)), "X"), Encoding.UTF16)
    assert buffer.text == "abcXd"


def test_lone_surrogates_are_replaced_in_place() -> None:
    buffer = Buffer("a\ud800b")
    assert buffer.text == "a\ufffdb"
    assert buffer.offset(Position(0, 2), Encoding.UTF16) == 4
    assert well_formed("😀") == "😀"


@given(texts, positions, encodings)
def test_offset_agrees_with_the_model(text: str, position: Position, encoding: Encoding) -> None:
    buffer, clean = Buffer(text), well_formed(text)
    expected = len(clean[: model_index(clean, position, encoding)].encode())
    assert buffer.offset(position, encoding) == expected


@given(texts, encodings)
def test_positions_of_character_starts_round_trip(text: str, encoding: Encoding) -> None:
    buffer = Buffer(text)
    at = 0
    for line in model_lines(buffer.text):
        for character in line.rstrip("\r\n"):
            assert buffer.offset(buffer.position(at, encoding), encoding) == at
            at += len(character.encode())
        at += len(line) - len(line.rstrip("\r\n"))


class Editing(RuleBasedStateMachine):
    """Random edits in random encodings, to a buffer and to its model."""

    @initialize(text=texts)
    def open(self, text: str) -> None:
        self.buffer = Buffer(text)
        self.model = well_formed(text)

    @rule(start=positions, end=positions, text=texts, encoding=encodings)
    def edit(self, start: Position, end: Position, text: str, encoding: Encoding) -> None:
        start, end = min(start, end), max(start, end)
        low, high = (model_index(self.model, position, encoding) for position in (start, end))
        before = self.model
        self.model = before[:low] + well_formed(text) + before[high:]
        edit = self.buffer.apply(Change(Range(start, end), text), encoding)
        assert edit.start_byte == len(before[:low].encode())
        assert edit.old_end_byte == len(before[:high].encode())
        assert edit.new_end_byte == edit.start_byte + len(well_formed(text).encode())
        assert edit.new_end_point == Buffer(self.model).point(edit.new_end_byte)

    @rule(text=texts)
    def replace_all(self, text: str) -> None:
        self.model = well_formed(text)
        self.buffer.apply(Change(None, text), Encoding.UTF16)

    @invariant()
    def same_text_and_lines(self) -> None:
        if not hasattr(self, "buffer"):
            return
        assert self.buffer.text == self.model
        assert self.buffer.data == self.model.encode()
        lines = model_lines(self.model)
        assert self.buffer.line_count == len(lines)
        assert [self.buffer.line(i).decode() for i in range(len(lines))] == [
            line.rstrip("\r\n") for line in lines
        ]
        fresh = LineIndex(self.buffer.data)
        for byte in range(len(self.buffer.data) + 1):
            assert self.buffer.point(byte)[0] == fresh.line_at(byte)


Editing.TestCase.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
TestEditing = Editing.TestCase
