"""A table of text, and how numbers read in its cells."""

from __future__ import annotations

from dataclasses import dataclass

from pricetag.measure.html_page import LANGUAGE_NAMES
from pricetag.train.bootstrap import Interval
from pricetag.train.report.accuracy import Accuracy

TOO_FEW = "too few"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text; the first column names the rows."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: tuple[int, ...] = (0,)  # columns of words rather than numbers


def language_name(language: str) -> str:
    """As people write it."""
    return LANGUAGE_NAMES.get(language, language)


def score(one: Accuracy) -> str:
    """Spearman / mean |log10 error|."""
    return TOO_FEW if one.spearman is None else f"{one.spearman:.3f} / {number(one.error, '-')}"


def interval(one: Interval | None) -> str:
    """A difference with its 95 % interval."""
    return TOO_FEW if one is None else f"{one.value:+.3f} [{one.low:+.3f}, {one.high:+.3f}]"


def share(value: float | None) -> str:
    """Per cent."""
    return TOO_FEW if value is None else f"{value:.0%}"


def number(value: float | None, absent: str = TOO_FEW) -> str:
    """Two decimals."""
    return absent if value is None else f"{value:.2f}"


def factor(value: float) -> str:
    """A factor of at least one."""
    return f"×{value:.2f}"
