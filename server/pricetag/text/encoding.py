"""The units in which an editor counts columns, and how they map to UTF-8 bytes."""

from __future__ import annotations

import re
from enum import Enum

_SURROGATE = re.compile("[\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


def well_formed(text: str) -> str:
    """Return ``text`` with each lone surrogate replaced by U+FFFD.

    Both take 3 UTF-8 bytes, one UTF-16 unit and one code point, so no position moves, and the result can be encoded.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub(_REPLACEMENT, text)
    return text


class Encoding(str, Enum):
    """A position encoding of LSP 3.17: what one step of ``Position.character`` is."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"

    def column_of(self, line: bytes, byte: int) -> int:
        """Return the column of the character at ``byte`` of a line of UTF-8, in this encoding's units."""
        byte = _character_start(line, byte)
        if self is Encoding.UTF8 or line.isascii():
            return byte
        before = line[:byte].decode()
        return len(before) if self is Encoding.UTF32 else len(before.encode("utf-16-le")) // 2

    def byte_of(self, line: bytes, column: int) -> int:
        """Return the byte of ``line`` at ``column``; past the end is the end, inside a character is its start."""
        if column <= 0:
            return 0
        if self is Encoding.UTF8 or line.isascii():
            return _character_start(line, min(column, len(line)))
        text = line.decode()
        if self is Encoding.UTF32:
            return len(text[:column].encode())
        units = text.encode("utf-16-le")[: 2 * column]
        # Ignoring errors drops a high surrogate cut from its low one: the position before the character.
        return len(units.decode("utf-16-le", "ignore").encode())


def _character_start(line: bytes, byte: int) -> int:
    """Move ``byte`` left to the start of the UTF-8 character that it falls into."""
    while 0 < byte < len(line) and line[byte] & 0xC0 == 0x80:
        byte -= 1
    return byte
