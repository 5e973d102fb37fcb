"""The rule that calls a steeper growth a change of its own (n -> n²), and the sentence that says so."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from pricetag.baseline.rule import (
    Regression,
    Rule,
    above,
    is_sound,
    log_normal,
    percent,
    regression_message,
)
from pricetag.forecast import Estimate, Forecast, Metric, estimate_at, format_size, growth_symbol, is_over
from pricetag.forecast.edit_errors import EditErrors
from pricetag.syntax.function import Function

_SIZES = 3  # nearest to n: as many as the growth that hints and hovers show is fitted to


@dataclass(frozen=True, slots=True)
class Steeper:
    """The exponent of a metric over n, around ``n``, rose from ``before`` to ``after``: by ``rule.growth`` or more with
    probability ``confidence``."""

    before: float
    after: float
    confidence: float
    n: int
    assumes: str = ""  # the workload of the version after
    rule: Rule = field(default_factory=Rule)
    metric: Metric = "memory"

    @property
    def sure(self) -> str:
        """The confidence for people."""
        return percent(self.confidence)


def judge_growth(
    before: Forecast,
    after: Forecast,
    n: int,
    rule: Rule,
    errors: EditErrors,
    limit: float,
    metric: Metric = "memory",
) -> Steeper | None:
    """The change of growth between forecasts of two versions of one function around ``n``, or None.

    Steeper is P(exponent after - exponent before >= ``rule.growth``) >= ``rule.confidence``, where the medians say the
    same, the exponents read differently for people, and the cost at n reaches the floor. Exponents are fitted to the sizes nearest to n at which
    neither version passes the limit. ``errors`` and ``limit`` as in ``rule.judge``. The errors at different n are
    taken as independent, which overstates the doubt: a model that is wrong at one n is wrong the same way at the next.
    """
    limit = after.limit(metric, limit)
    at = estimate_at(after.estimates(metric), n)
    if before.abstained or after.abstained or at is None or not is_sound(at):
        return None
    if (limit if is_over(at) else at.median) < rule.least(metric):
        return None
    pairs = _common(before.estimates(metric), after.estimates(metric), n)
    if len(pairs) < 2:
        return None
    weights = _weights([old.n for old, _ in pairs])
    exponents, variance = [0.0, 0.0], 0.0
    for weight, pair in zip(weights, pairs, strict=True):
        old, new = (log_normal(e, metric) for e in pair)
        exponents[0] += weight * old[0]
        exponents[1] += weight * new[0]
        variance += (weight * errors.log_ratio(old, new)[1]) ** 2
    was, now = max(0.0, exponents[0]), exponents[1]  # a cost that falls with n is one that does not grow
    confidence = above(errors.slope * (now - was) - rule.growth, math.sqrt(variance))
    if now - was < rule.growth or confidence < rule.confidence:
        return None
    if growth_symbol(was) == growth_symbol(now):
        return None
    return Steeper(was, now, confidence, n, after.assumes, rule, metric)


def joined(
    regressions: Sequence[Regression], steeper: Sequence[Steeper]
) -> tuple[list[tuple[Regression, Steeper | None]], list[Steeper]]:
    """Each regression with the steeper growth of the same metric, which its warning names; and the growths left over."""
    of = {one.metric: one for one in steeper}
    pairs = [(one, of.pop(one.metric, None)) for one in regressions]
    return pairs, list(of.values())


def grown_message(regression: Regression, steeper: Steeper | None, function: Function) -> str:
    """The sentence of a regression, with the growth that became steeper along with it."""
    message = regression_message(regression, function)
    if steeper is None:
        return message
    now = growth_symbol(steeper.after)
    return f"{message}; it grows like {now}, where {_baseline(steeper)} ({steeper.sure} sure)"


def growth_change(steeper: Steeper) -> str:
    """Both growths, for a table: ``n → n²``."""
    return f"{growth_symbol(steeper.before)} → {growth_symbol(steeper.after)}"


def growth_message(steeper: Steeper, function: Function) -> str:
    """One sentence with both growths, the confidence, the boundary and the workload."""
    now, before = growth_symbol(steeper.after), _baseline(steeper)
    workload = f"; {steeper.assumes}" if steeper.assumes else ""
    return (
        f"`{function.qualified_name}` is forecast to grow like {now} in {steeper.metric}, where {before}, around "
        f"n = {format_size(steeper.n)} ({steeper.sure} sure of n to the power of {steeper.rule.growth:g} or more "
        f"on top{workload})"
    )


def _baseline(steeper: Steeper) -> str:
    was = growth_symbol(steeper.before)
    return "its baseline does not grow" if was == "1" else f"its baseline grows like {was}"


def _common(before: Sequence[Estimate], after: Sequence[Estimate], n: int) -> list[tuple[Estimate, Estimate]]:
    """The estimates of both versions at the sizes nearest to n, those that the limit hides left out."""
    old = {e.n: e for e in before}
    pairs = [(old[e.n], e) for e in after if e.n in old]
    known = [pair for pair in pairs if all(e.n > 0 and is_sound(e) and not is_over(e) for e in pair)]
    known.sort(key=lambda pair: (abs(math.log(pair[0].n / max(n, 1))), pair[0].n))
    return known[:_SIZES]


def _weights(sizes: Sequence[int]) -> list[float]:
    """What each log10 value counts for in the least-squares slope over log10 n."""
    x = [math.log10(n) for n in sizes]
    mean = sum(x) / len(x)
    spread = sum((value - mean) ** 2 for value in x)
    return [(value - mean) / spread for value in x]
