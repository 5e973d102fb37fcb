"""What in a notebook's cell is IPython's own and no Python: magics and shell lines."""

from __future__ import annotations

import re

# Magics of a whole cell that leave Python in it; any other turns it into a text of its own language.
_PYTHON_CELL = frozenset(
    [b"time", b"timeit", b"capture", b"prun", b"memit", b"mprun", b"snakeviz", b"scalene"]
)
_CELL_MAGIC = re.compile(rb"\s*%%(\w+)")
# "%matplotlib inline", "!pip install x", "?help"; "% b" continues an expression.
_LINE = re.compile(rb"^[ \t]*(%{1,2}[A-Za-z]|![^=\s]|\?{1,2}\w)[^\r\n]*", re.MULTILINE)
_VISIBLE = re.compile(rb"[^\r\n]")


def without_magics(data: bytes) -> bytes:
    """The cell with spaces for what is no Python. No byte moves."""
    magic = _CELL_MAGIC.match(data)
    if magic is not None and magic[1] not in _PYTHON_CELL:
        return _VISIBLE.sub(b" ", data)
    return _LINE.sub(_blank, data)


def _blank(line: re.Match[bytes]) -> bytes:
    # An indented magic may be all there is of a block: it stays a statement.
    text = line[0]
    indent = len(text) - len(text.lstrip())
    return text[:indent] + b"0" + b" " * (len(text) - indent - 1)
