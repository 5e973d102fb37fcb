"""Pairs of functions to verdicts, by the forecasts and the rule that the editor uses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pricetag.baseline import Regression, Rule, judge, only_names_differ
from pricetag.diff.pairs import Gathered, Pair, Span
from pricetag.diff.report import Compared, Report
from pricetag.forecast import DEFAULT_SIZE, Forecast, Metric, reason_against, select, subject_of
from pricetag.scan import Forecasts, forecast_of
from pricetag.syntax import Function
from pricetag.workload import parse_directive


@dataclass(frozen=True, slots=True)
class Options:
    """How the functions of one file are judged: as in the editor, if nothing is set."""

    n: int = DEFAULT_SIZE  # where the author states none
    rule: Rule = field(default_factory=Rule)
    metrics: tuple[Metric, ...] = ("memory",)


def compare(
    gathered: Gathered,
    span: Span,
    forecaster: Forecasts,
    options: Callable[[str], Options] = lambda path: Options(),
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Judge every function that is new or differs in more than names, comments and layout.

    ``options`` are those of a path; ``progress(done, total)`` follows along.
    """
    report = Report(forecaster.info.id, span, gathered.files, [], gathered.removed, list(gathered.problems))
    pairs = [
        pair for pair in gathered.pairs if pair.before is None or differs(pair.before, pair.after.function)
    ]
    for done, pair in enumerate(pairs):
        progress(done, len(pairs))
        report.functions.append(_compared(pair, forecaster, options(pair.after.path)))
    progress(len(pairs), len(pairs))
    report.functions.sort(key=_order)
    return report


def differs(before: Function, after: Function) -> bool:
    """Whether an edit may have changed what a function costs."""
    return before.canonical != after.canonical and not only_names_differ(before, after)


def _compared(pair: Pair, forecaster: Forecasts, options: Options) -> Compared:
    n = pair.after.n or options.n
    if pair.before is None:
        return Compared(pair, "new", n, options.metrics)
    if parse_directive(pair.after.function.directive).ignore:
        return Compared(pair, "ignored", n, options.metrics)
    before = select(forecast_of(subject_of(pair.before).query, forecaster, ()), [n])
    after = select(forecast_of(pair.after.query, forecaster, ()), [n])
    reason = _reason(before, after, n, options)
    if reason:
        return Compared(pair, "abstained", n, options.metrics, before, after, reason=reason)
    info = forecaster.info
    limits: dict[Metric, float] = {"memory": info.memory_limit, "runtime": info.time_limit}
    found: list[Regression] = []
    for metric in options.metrics:
        one = judge(before, after, n, options.rule, info.pair_correlation, limits[metric], metric)
        found += [one] if one else []
    return Compared(pair, "regression" if found else "ok", n, options.metrics, before, after, tuple(found))


def _reason(before: Forecast, after: Forecast, n: int, options: Options) -> str:
    """Why two forecasts cannot be compared. Wide intervals are no reason: the rule weighs them."""
    new = reason_against(after, n, float("inf"), options.metrics)
    old = reason_against(before, n, float("inf"), options.metrics)
    return new or (f"before the change: {old}" if old else "")


def _order(one: Compared) -> tuple[float, str, int]:
    """Regressions first, the largest factor before the others; then by place."""
    worst = max((regression.factor for regression in one.regressions), default=0.0)
    return -worst, one.pair.after.path, one.pair.after.function.start
