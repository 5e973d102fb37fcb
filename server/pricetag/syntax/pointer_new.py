"""``new T*[n]``: the C++ grammar (tree-sitter-cpp 0.23) knows no pointer in the type of a new-expression and breaks off there."""

from __future__ import annotations

import re

_ARGUMENTS = rb"<(?:[^<>;{}()\n]|<[^<>;{}()\n]{0,100}>){0,100}>"
_TYPE = rb"[A-Za-z_][\w:]*(?:" + _ARGUMENTS + rb")?"
# Within a line, and not into the end of a comment.
_POINTERS = re.compile(
    rb"\bnew[ \t]+(?:\([^()\n]{0,100}\)[ \t]*)?(?:"
    + _TYPE
    + rb"[ \t]+){0,3}"
    + _TYPE
    + rb"[ \t]*((?:\*(?!/)[ \t]*)+)"
)


def without_pointers(data: bytes) -> bytes:
    """The source with spaces for the ``*`` of such types. No byte moves."""
    if b"new" not in data:
        return data
    return _POINTERS.sub(_blank, data)


def _blank(match: re.Match[bytes]) -> bytes:
    stars = match.start(1) - match.start()
    return match[0][:stars] + match[1].replace(b"*", b" ")
