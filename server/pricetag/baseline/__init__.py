"""What a function cost before, and whether it costs more now."""

from __future__ import annotations

from pricetag.baseline.accepted import Accepted, AcceptedError
from pricetag.baseline.budget import Exceeded, applying, budget_message, exceeded, sufficient
from pricetag.baseline.git import GitBaseline, Head, decode
from pricetag.baseline.growth import Steeper, grown_message, growth_change, growth_message, joined
from pricetag.baseline.judgement import Judgement, Options, differs, judge_versions
from pricetag.baseline.match import match, match_files
from pricetag.baseline.names import family, only_names_differ
from pricetag.baseline.revisions import Change, GitError, Revisions
from pricetag.baseline.rule import Regression, Rule, judge, probability, regression_message

__all__ = [
    "Accepted",
    "AcceptedError",
    "Change",
    "Exceeded",
    "GitBaseline",
    "GitError",
    "Head",
    "Judgement",
    "Options",
    "Regression",
    "Revisions",
    "Rule",
    "Steeper",
    "applying",
    "budget_message",
    "decode",
    "differs",
    "exceeded",
    "family",
    "grown_message",
    "growth_change",
    "growth_message",
    "joined",
    "judge",
    "judge_versions",
    "match",
    "match_files",
    "only_names_differ",
    "probability",
    "regression_message",
    "sufficient",
]
