"""Whether an edit may have changed what a function costs, and what the rules say of it: for the editor and for CI."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from pricetag.baseline.accepted import Accepted
from pricetag.baseline.growth import Steeper, judge_growth
from pricetag.baseline.names import only_names_differ
from pricetag.baseline.rule import Regression, Rule, judge
from pricetag.forecast import (
    DEFAULT_SIZE,
    Forecast,
    Metric,
    ModelInfo,
    query_for,
    reason_against,
    select,
)
from pricetag.rlm.prompt import Normalisation, Prompt, render
from pricetag.syntax.function import Function

_NORMALISATION = Normalisation(number_names=True, drop_hints=True, one_spelling=True)
_PARAMETER = re.compile(r"(?:^|, )\w+: ")
# How large a parameter is, where that depends on n: "n x 5" of "list[str] of n x 5 over 3 letters".
_SIZE = re.compile(r" (?:of|=) (?P<size>(?:sqrt )?n\b(?:(?! over ).)*)")
_UNKNOWN = re.compile(r"(?:^|, )(?P<name>(?!self\b)\w+): object(?=$|,| of )")


@dataclass(frozen=True, slots=True)
class Options:
    """How the functions of one file are judged: as in the editor, if nothing is set."""

    n: int = DEFAULT_SIZE  # where the author states none
    rule: Rule = field(default_factory=Rule)
    metrics: tuple[Metric, ...] = ("memory",)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules say of two versions of one function, or the ``reason`` why they cannot be compared."""

    regressions: tuple[Regression, ...] = ()
    steeper: tuple[Steeper, ...] = ()
    reason: str = ""


def differs(before: Function, after: Function) -> bool:
    """Whether an edit may have changed what a function costs.

    Not where the canonical texts are equal, where only names of the function's own differ, or where the model would
    read one and the same prompt (``rlm.prompt.Normalisation``): such an edit is silent by construction.
    """
    if before.canonical == after.canonical or only_names_differ(before, after):
        return False
    return _prompt(before) != _prompt(after)


def judge_versions(
    before: Forecast,
    after: Forecast,
    language: str,
    n: int,
    options: Options,
    info: ModelInfo,
    entry: Accepted | None = None,
    family: str = "",
) -> Judgement:
    """The rules on two versions of one function, by their forecasts at all sizes of the model.

    ``entry`` is the accepted value that stands for the baseline's memory, ``family`` that of the version after
    (``names.family``): a function that is what was accepted is silent about memory. An accepted value is one number,
    which knows no growth: while one stands, growth of memory is not judged. Runtimes are judged as ever.
    """
    if reason := _reason(before, after, n, options):
        return Judgement(reason=reason)
    at_n, old_at_n = select(after, [n]), select(before, [n])
    if entry is not None:
        old_at_n = replace(old_at_n, memory=(entry.memory,), memory_limit=at_n.memory_limit)
    regressions, steeper = [], []
    for metric in options.metrics:
        agreed = entry if metric == "memory" else None
        if agreed is not None and agreed.text == family:
            continue
        terms = (n, options.rule, info.errors(language, metric), info.limits[metric], metric)
        if (regression := judge(old_at_n, at_n, *terms)) is not None:
            regressions.append(regression)
        if agreed is None and (grown := judge_growth(before, after, *terms)) is not None:
            steeper.append(grown)
    return Judgement(tuple(regressions), tuple(steeper))


def _prompt(function: Function) -> Prompt:
    query = query_for(function)
    return _NORMALISATION(render(query.language, query.assumes, query.canonical, query.callees))


def _reason(before: Forecast, after: Forecast, n: int, options: Options) -> str:
    """Why two forecasts cannot be compared. Wide intervals are no reason: the rule weighs them.

    A parameter of unknown type is one: no such function could be measured, so nothing tells how far the forecasts of
    two versions may be off (``tests/bench/history.md``: of 60 warnings of a C++ library 51 were wrong, for that).
    Inputs that grow otherwise than before are another: it was never measured how far such forecasts stray from each
    other, and what was measured would not be comparable.
    """
    for forecast in (after, before):
        if unknown := _UNKNOWN.search(forecast.assumes):
            return f"nothing is known of the type of `{unknown['name']}`"
    if _sizes(before) != _sizes(after):
        return f"assumed inputs were `{before.assumes}`, now `{after.assumes}`"
    new = reason_against(after, n, float("inf"), options.metrics)
    old = reason_against(before, n, float("inf"), options.metrics)
    return new or (f"before the change: {old}" if old else "")


def _sizes(forecast: Forecast) -> list[str]:
    """Of the parameters that grow with n."""
    found = map(_SIZE.search, _PARAMETER.split(forecast.assumes))
    return sorted(size["size"] for size in found if size is not None)
