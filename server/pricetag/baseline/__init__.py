"""What a function cost before, and whether it costs more now."""

from __future__ import annotations

from pricetag.baseline.git import GitBaseline, Head, decode
from pricetag.baseline.match import match
from pricetag.baseline.names import same_but_names
from pricetag.baseline.rule import Regression, Rule, judge, probability, regression_message

__all__ = [
    "GitBaseline",
    "Head",
    "Regression",
    "Rule",
    "decode",
    "judge",
    "match",
    "probability",
    "regression_message",
    "same_but_names",
]
