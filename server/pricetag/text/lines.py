"""Where the lines of a text start, kept up to date under edits without scanning the whole text again."""

from __future__ import annotations

import re
from bisect import bisect_right

# LSP knows these line ends only: form feed, vertical tab, NEL and U+2028 are ordinary characters.
_LINE_END = re.compile(rb"\r\n|\r|\n")


class LineIndex:
    """Byte offsets of line starts.

    The starts from ``_pivot`` on are stored without ``_shift``: typing in one place then moves one number instead of
    all the following line starts.
    """

    def __init__(self, data: bytes) -> None:
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(data))]
        self._pivot = len(self._starts)
        self._shift = 0
        self._size = len(data)

    def __len__(self) -> int:
        return len(self._starts)

    def start(self, line: int) -> int:
        """Return the byte at which ``line`` starts; the byte count of the text for a line past the last."""
        if line >= len(self._starts):
            return self._size
        return self._starts[line] + (self._shift if line >= self._pivot else 0)

    def line_at(self, byte: int) -> int:
        """Return the line that holds ``byte`` (its terminator belongs to it)."""
        return bisect_right(range(len(self._starts)), byte, key=self.start) - 1

    def replace(self, data: bytes, start: int, old_end: int, new_end: int) -> None:
        """Follow an edit that put ``data[start:new_end]`` in place of the bytes ``[start, old_end)`` of the old text."""
        # One byte more on the left: an edit between \r and \n, or one that joins them, changes the line before.
        first = self.line_at(max(start - 1, 0))
        last = self.line_at(old_end)
        delta = new_end - old_end
        region_start, region_end = self.start(first), self.start(last + 1) + delta
        found = [match.end() for match in _LINE_END.finditer(data, region_start, region_end)]
        at_text_end = last + 1 == len(self._starts)
        if not at_text_end and found:
            found.pop()  # the end of the region is the start of line ``last + 1``, which is kept
        self._move_pivot(last + 1)
        self._starts[first + 1 : last + 1] = found
        self._pivot = first + 1 + len(found)
        self._shift += delta
        self._size = len(data)

    def _move_pivot(self, line: int) -> None:
        low, high = sorted((self._pivot, line))
        shift = self._shift if line > self._pivot else -self._shift
        if shift:
            self._starts[low:high] = [start + shift for start in self._starts[low:high]]
        self._pivot = line
