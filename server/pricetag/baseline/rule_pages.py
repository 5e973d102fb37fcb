"""The documentation of the rules: a page for each kind of rule, ``server/docs/rules`` in the repository."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pricetag

_PACKAGE = Path(pricetag.__file__).resolve().parent
_FOLDERS = (_PACKAGE / "rules", _PACKAGE.parent / "docs" / "rules")  # as installed, and in a checkout


@lru_cache(maxsize=8)
def rule_file(rule: str) -> Path | None:
    """The page on a rule like ``memory-regression``; None where this installation has no pages."""
    name = f"{rule.rpartition('-')[2]}.md"
    return next((folder / name for folder in _FOLDERS if (folder / name).is_file()), None)


@lru_cache(maxsize=8)
def rule_page(rule: str) -> str:
    """Markdown on a rule; empty where its page cannot be read."""
    file = rule_file(rule)
    try:
        return file.read_text(encoding="utf-8") if file else ""
    except OSError:
        return ""
