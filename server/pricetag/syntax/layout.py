"""Writing tokens in one fixed layout, whatever the layout they were read in."""

from __future__ import annotations

_DEEPEST = 32  # levels shown; text nested thousands deep would be all tabs


class Layout:
    """Collects tokens into lines: one space between two tokens unless either is tight on that side, a tab per level."""

    def __init__(self) -> None:
        self.indent = 0
        self.last = ""  # the token written last on the current line, "" at its start
        self.tight = True  # whether the next token follows without a space
        self._line: list[str] = []
        self._lines: list[str] = []

    def write(self, token: str, *, left: bool = False, right: bool = False) -> None:
        """Add a token; ``left`` and ``right`` say on which sides it takes no space."""
        if not self._line:
            self._line.append("\t" * min(self.indent, _DEEPEST))
        elif not (left or self.tight):
            self._line.append(" ")
        self._line.append(token)
        self.tight = right
        self.last = token

    def newline(self) -> None:
        """End the current line, unless it is empty."""
        if self._line:
            self._lines.append("".join(self._line))
            self._line = []
            self.last = ""

    def drop_comma(self) -> None:
        """Take back the comma written last."""
        self._line.pop()
        self.tight = False
        self.last = self._line[-1]

    def mark(self) -> tuple[int, int]:
        """Say how much has been written, to compare with a later mark."""
        return len(self._lines), len(self._line)

    def text(self) -> str:
        """Return everything written so far."""
        self.newline()
        return "\n".join(self._lines)
