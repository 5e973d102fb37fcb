"""One open document: its text, and the edits that an editor sends for it."""

from __future__ import annotations

from dataclasses import dataclass

from pricetag.text.encoding import Encoding, well_formed
from pricetag.text.lines import LineIndex


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place between two characters. Both numbers count from 0; ``character`` is in units of an `Encoding`."""

    line: int
    character: int


@dataclass(frozen=True, slots=True)
class Range:
    """The text from ``start`` up to ``end``."""

    start: Position
    end: Position


@dataclass(frozen=True, slots=True)
class Change:
    """New text for a range, or for the whole document where ``range`` is None."""

    range: Range | None
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A change in bytes and in (line, byte column) points, as a parser wants to hear of it."""

    start_byte: int
    old_end_byte: int
    new_end_byte: int
    start_point: tuple[int, int]
    old_end_point: tuple[int, int]
    new_end_point: tuple[int, int]

    def moved(self, offset: int, pushed: bool) -> int:
        """Return where a byte offset is after the edit. Text inserted right there goes behind it, or, if it is to be
        ``pushed``, before it; what stood in replaced text goes no further than the end of the new text.
        """
        inserted_here = pushed and offset == self.start_byte == self.old_end_byte
        if offset <= self.start_byte and not inserted_here:
            return offset
        if offset >= self.old_end_byte:
            return offset + self.new_end_byte - self.old_end_byte
        return min(offset, self.new_end_byte)


class Buffer:
    """The text of one document with its line index.

    Lone surrogates, which JSON can carry but UTF-8 cannot, are replaced as they come in (see `well_formed`); no
    position moves. ``version`` is the owner's to set.
    """

    def __init__(self, text: str, version: int = 0) -> None:
        self.version = version
        self._text: str | None = well_formed(text)
        self._data = self._text.encode()
        self._lines = LineIndex(self._data)

    @property
    def text(self) -> str:
        """The whole text."""
        if self._text is None:
            self._text = self._data.decode()
        return self._text

    @property
    def data(self) -> bytes:
        """The whole text as UTF-8."""
        return self._data

    @property
    def line_count(self) -> int:
        """How many lines there are: one more than line ends."""
        return len(self._lines)

    def apply(self, change: Change, encoding: Encoding) -> Edit:
        """Apply ``change``, its positions clamped into the text, and return what changed in bytes."""
        if change.range is None:
            start, old_end = 0, len(self._data)
        else:
            start = self.offset(change.range.start, encoding)
            old_end = max(start, self.offset(change.range.end, encoding))
        inserted = well_formed(change.text).encode()
        new_end = start + len(inserted)
        start_point, old_end_point = self.point(start), self.point(old_end)
        if start == 0 and old_end == len(self._data):
            self._data = inserted
            self._lines = LineIndex(inserted)
        else:
            self._data = b"".join((self._data[:start], inserted, self._data[old_end:]))
            self._lines.replace(self._data, start, old_end, new_end)
        self._text = None
        return Edit(start, old_end, new_end, start_point, old_end_point, self.point(new_end))

    def position(self, byte: int, encoding: Encoding) -> Position:
        """Return the position of a byte offset; inside a character is its start, inside a line end is before it."""
        byte = min(max(byte, 0), len(self._data))
        line = self._lines.line_at(byte)
        content = self.line(line)
        return Position(line, encoding.column_of(content, min(byte - self._lines.start(line), len(content))))

    def offset(self, position: Position, encoding: Encoding) -> int:
        """Return the byte offset of a position, clamped: past a line is its end, past the last line the text's end."""
        if position.line < 0:
            return 0
        if position.line >= len(self._lines):
            return len(self._data)
        return self._lines.start(position.line) + encoding.byte_of(
            self.line(position.line), position.character
        )

    def point(self, byte: int) -> tuple[int, int]:
        """Return (line, byte column) of a byte offset."""
        line = self._lines.line_at(byte)
        return line, byte - self._lines.start(line)

    def line(self, line: int) -> bytes:
        """Return the UTF-8 text of a line without its terminator; empty past the last line."""
        content = self._data[self._lines.start(line) : self._lines.start(line + 1)]
        if content.endswith(b"\r\n"):
            return content[:-2]
        return content[:-1] if content.endswith((b"\r", b"\n")) else content
