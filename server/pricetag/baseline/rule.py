"""The rule that calls a change a regression, and the sentence that says so."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from pricetag.forecast.abstain import is_over
from pricetag.forecast.edit_errors import EditErrors
from pricetag.forecast.estimate import Estimate, Forecast, Metric
from pricetag.forecast.format import format_estimate, format_factor, format_size
from pricetag.forecast.growth import estimate_at
from pricetag.measure.label import MEMORY_LIMIT
from pricetag.syntax.function import Function

_NORMAL = NormalDist()
_Z80 = _NORMAL.inv_cdf(0.9)  # half the width of a central 80 % interval, in standard deviations
_LEAST: dict[Metric, float] = {"memory": 1.0, "runtime": 1e-9}  # less counts as this much


@dataclass(frozen=True, slots=True)
class Rule:
    """A regression: P(memory after >= factor x memory before) >= confidence, and memory after >= floor bytes.

    The same for runtime where it is asked for, with a floor of its own in seconds.
    """

    factor: float = 1.5
    confidence: float = 0.9
    floor: float = 64 * 1024
    runtime_floor: float = 1e-3
    growth: float = (
        0.5  # added to the exponent over n: from here on a change of growth (``growth.judge_growth``)
    )

    def least(self, metric: Metric) -> float:
        """The floor of one metric, in bytes or seconds."""
        return self.floor if metric == "memory" else self.runtime_floor


@dataclass(frozen=True, slots=True)
class Regression:
    """A metric at ``n`` grew from ``before`` to ``after``: ``factor`` times by the medians (at least that, where the call
    now passes the limit), and by ``rule.factor`` or more with probability ``confidence``."""

    before: Estimate
    after: Estimate
    factor: float
    confidence: float
    n: int
    assumes: str = ""  # the workload of `after`
    rule: Rule = Rule()
    limit: float = float(MEMORY_LIMIT)
    metric: Metric = "memory"

    @property
    def at_least(self) -> bool:
        """Whether ``factor`` is a lower bound, the new cost being known only to pass the limit."""
        return is_over(self.after)

    @property
    def sure(self) -> str:
        """The confidence for people."""
        return percent(self.confidence)


def judge(
    before: Forecast,
    after: Forecast,
    n: int,
    rule: Rule,
    errors: EditErrors,
    limit: float = float(MEMORY_LIMIT),
    metric: Metric = "memory",
) -> Regression | None:
    """The regression between forecasts of two versions of one function at ``n``, or None.

    ``errors`` are those of the two versions together (``ModelInfo.errors``): a model that is wrong about a function is
    mostly as wrong about its next version. ``limit`` is the model's for the metric
    (``ModelInfo.memory_limit`` in bytes, ``time_limit`` in seconds).
    An abstention, an n outside the model's sizes, or a value that is no number is no regression.
    """
    if before.abstained or after.abstained:
        return None
    limit = after.limit(metric, limit)
    old, new = estimate_at(before.estimates(metric), n), estimate_at(after.estimates(metric), n)
    if old is None or new is None or not is_sound(old) or not is_sound(new):
        return None
    confidence = probability(old, new, rule.factor, errors, limit, metric)
    value = limit if is_over(new) else new.median
    if confidence < rule.confidence or value < rule.least(metric):
        return None
    factor = value / max(old.median, _LEAST[metric])
    return Regression(old, new, factor, confidence, n, after.assumes, rule, limit, metric)


def probability(
    before: Estimate,
    after: Estimate,
    factor: float,
    errors: EditErrors,
    limit: float = float(MEMORY_LIMIT),
    metric: Metric = "memory",
) -> float:
    """P(after >= factor x before), closed form.

    Below the limit the log10 ratio is normal, as ``errors`` say of versions with such intervals. Passing
    the limit is taken as monotone in the function's true cost: the version less likely to pass does so only where the
    other does too. Where only ``after`` passes, the ratio is at least limit / before.
    """
    mean_before, sigma_before = log_normal(before, metric)
    change, sigma = errors.log_ratio((mean_before, sigma_before), log_normal(after, metric))
    threshold = math.log10(factor)
    grown = above(change - threshold, sigma)
    room = above(math.log10(limit) - threshold - mean_before, sigma_before)
    return max(0.0, after.over - before.over) * room + (1.0 - max(after.over, before.over)) * grown


def regression_message(regression: Regression, function: Function) -> str:
    """One sentence with both values, the factor, the confidence, the boundary and the workload."""
    before, after = (
        format_estimate(regression.metric, estimate, regression.limit)
        for estimate in (regression.before, regression.after)
    )
    bound = "at least " if regression.at_least else ""
    workload = f"; {regression.assumes}" if regression.assumes else ""
    verb = "hold" if regression.metric == "memory" else "take"
    return (
        f"`{function.qualified_name}` is forecast to {verb} {after}, {bound}{format_factor(regression.factor)} "
        f"its baseline of {before}, at n = {format_size(regression.n)} "
        f"({regression.sure} sure of at least {format_factor(regression.rule.factor)}{workload})"
    )


def is_sound(estimate: Estimate) -> bool:
    """Whether every number is one: a broken model must never warn."""
    values = (estimate.median, estimate.low, estimate.high)
    return all(math.isfinite(v) and v >= 0 for v in values) and 0 <= estimate.over <= 1


def log_normal(estimate: Estimate, metric: Metric) -> tuple[float, float]:
    """Mean and standard deviation of log10 of the value; less than one byte or nanosecond counts as that much."""
    values = (estimate.low, estimate.median, estimate.high)
    low, median, high = (math.log10(max(value, _LEAST[metric])) for value in values)
    return median, max(0.0, high - low) / (2 * _Z80)


def above(margin: float, sigma: float) -> float:
    """P(margin + sigma x standard normal >= 0)."""
    if sigma <= 0:
        return 1.0 if margin >= 0 else 0.0
    return _NORMAL.cdf(margin / sigma)


def percent(share: float) -> str:
    """Whole per cent, never rounded up to a certainty that no forecast has."""
    return f"{min(99, math.floor(100 * share + 1e-9))} %"
