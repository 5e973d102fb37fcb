"""One buffer: text, line index (\\n, \\r\\n, \\r only), byte/UTF-16/code-point columns, edits. Knows nothing else."""

from __future__ import annotations

from pricetag.text.buffer import Buffer, Change, Edit, Position, Range
from pricetag.text.encoding import Encoding, well_formed
from pricetag.text.lines import LineIndex

__all__ = ["Buffer", "Change", "Edit", "Encoding", "LineIndex", "Position", "Range", "well_formed"]
