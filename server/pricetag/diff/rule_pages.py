"""The documentation of the rules: a page for each kind of rule, ``server/docs/rules`` in the repository."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pricetag

_PACKAGE = Path(pricetag.__file__).parent
_FOLDERS = (_PACKAGE / "rules", _PACKAGE.parent / "docs" / "rules")  # as installed, and in a checkout


@lru_cache(maxsize=8)
def rule_page(rule: str) -> str:
    """Markdown on a rule like ``memory-regression``; empty where this installation has no pages."""
    name = f"{rule.rpartition('-')[2]}.md"
    for folder in _FOLDERS:
        try:
            return (folder / name).read_text(encoding="utf-8")
        except OSError:
            continue
    return ""
