"""Pairs of functions to verdicts, by the forecasts and the rule that the editor uses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pricetag.baseline import Accepted, differs, exceeded, family, judge_versions
from pricetag.baseline.accepted import find
from pricetag.config import Config, Options
from pricetag.diff.pairs import Gathered, Pair, Span
from pricetag.diff.report import Compared, Report
from pricetag.forecast import select, subject_of
from pricetag.scan import Forecasts, Found, forecast_of
from pricetag.syntax import Function
from pricetag.workload import Budget, parse_directive


def _stated(found: Found) -> list[tuple[Budget, str]]:
    return Config().budgets_for(found.path, found.function)


def compare(
    gathered: Gathered,
    span: Span,
    forecaster: Forecasts,
    options: Callable[[str], Options] = lambda path: Options(),
    budgets: Callable[[Found], list[tuple[Budget, str]]] = _stated,
    progress: Callable[[int, int], None] = lambda done, total: None,
    accepted: Sequence[Accepted] = (),
) -> Report:
    """Judge every function that is new or differs in more than names, comments and layout.

    ``options`` are those of a path, ``budgets`` those of a function with where they are written;
    ``progress(done, total)`` follows along. ``accepted`` values stand for the git baseline where they hold.
    """
    report = Report(forecaster.info.id, span, gathered.files, [], gathered.removed, list(gathered.problems))
    pairs = [pair for pair in gathered.pairs if _is_judged(pair) or (_restated(pair) and budgets(pair.after))]
    for done, pair in enumerate(pairs):
        progress(done, len(pairs))
        report.functions.append(
            _compared(pair, forecaster, options(pair.after.path), budgets(pair.after), accepted)
        )
    progress(len(pairs), len(pairs))
    report.functions.sort(key=_order)
    return report


def _is_judged(pair: Pair) -> bool:
    return pair.before is None or differs(pair.before, pair.after.function)


def _restated(pair: Pair) -> bool:
    """Whether the author says something else of a function that costs what it did: only its budgets are checked."""
    return pair.before is not None and pair.before.directive != pair.after.function.directive


def _compared(
    pair: Pair,
    forecaster: Forecasts,
    options: Options,
    budgets: list[tuple[Budget, str]],
    accepted: Sequence[Accepted],
) -> Compared:
    n = pair.after.n or options.n
    made = Compared(pair, "new", n, options.metrics)
    if parse_directive(pair.after.function.directive).ignore:
        return replace(made, status="ignored")
    if pair.before is None and not budgets:
        return made
    full = forecast_of(pair.after.query, forecaster, ())
    over = exceeded(full, budgets, n, options.rule.confidence, forecaster.info.limits)
    made = replace(made, after=select(full, [n]), exceeded=tuple(over))
    if pair.before is None:
        return made
    if not _is_judged(pair):
        return replace(made, status="ok")
    before = forecast_of(subject_of(pair.before).query, forecaster, ())
    entry = _accepted(pair, pair.before, n, accepted)
    now = family(pair.after.function) if entry else ""
    judged = judge_versions(before, full, pair.after.query.language, n, options, forecaster.info, entry, now)
    made = replace(made, before=select(before, [n]))
    if judged.reason:
        return replace(made, status="abstained", reason=judged.reason)
    return replace(
        made,
        status="regression" if judged.regressions or judged.steeper else "ok",
        accepted=entry,
        regressions=judged.regressions,
        steeper=judged.steeper,
    )


def _accepted(pair: Pair, old: Function, n: int, entries: Sequence[Accepted]) -> Accepted | None:
    if not entries:
        return None
    new = pair.after.function
    places = ((pair.after.path, new.qualified_name), (pair.old_path, old.qualified_name))
    return find(entries, places, n, family(old), family(new))


def acceptances(report: Report) -> list[Accepted]:
    """What accepting the memory of every function of a report that regressed, or grows steeper, agrees to."""
    return [
        Accepted(
            one.pair.after.path,
            one.pair.after.function.qualified_name,
            family(one.pair.after.function),
            family(one.pair.before),
            estimate,
        )
        for one in report.functions
        if "memory" in {*(r.metric for r in one.regressions), *(s.metric for s in one.steeper)}
        and one.pair.before is not None
        and one.after is not None
        and (estimate := one.after.at("memory", one.n)) is not None
    ]


def _order(one: Compared) -> tuple[float, bool, bool, str, int]:
    """Regressions first, the largest factor before the others; what grows; what is over budget; then by place."""
    worst = max((regression.factor for regression in one.regressions), default=0.0)
    return -worst, not one.steeper, not one.exceeded, one.pair.after.path, one.pair.after.function.start
