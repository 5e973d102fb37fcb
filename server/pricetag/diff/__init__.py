"""What a change costs: the functions that differ between two revisions, and how their forecasts compare."""

from __future__ import annotations

from pricetag.config import Options
from pricetag.diff.compare import compare
from pricetag.diff.pairs import Pair, Span, gather, resolve
from pricetag.diff.report import Compared, Finding, Report

__all__ = ["Compared", "Finding", "Options", "Pair", "Report", "Span", "compare", "gather", "resolve"]
