"""What a function cost before, and whether it costs more now."""

from __future__ import annotations

from pricetag.baseline.git import GitBaseline, Head, decode
from pricetag.baseline.match import match
from pricetag.baseline.names import only_names_differ
from pricetag.baseline.rule import Regression, Rule, judge, probability, regression_message

__all__ = [
    "GitBaseline",
    "Head",
    "Regression",
    "Rule",
    "decode",
    "judge",
    "match",
    "only_names_differ",
    "probability",
    "regression_message",
]
