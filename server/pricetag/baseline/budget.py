"""Budgets: limits that the author wrote down, held against forecasts by the same distribution as regressions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from pricetag.baseline.rule import above, is_sound, log_normal, percent
from pricetag.forecast import (
    Estimate,
    Forecast,
    Metric,
    estimate_at,
    format_estimate,
    format_size,
    format_value,
    is_over,
)
from pricetag.syntax.function import Function
from pricetag.workload import Budget

_TRIES = 1_000  # numbers of two digits: eleven decades


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A budget that a forecast at ``n`` exceeds with probability ``confidence``; ``source`` is where it is written."""

    budget: Budget
    estimate: Estimate
    n: int
    confidence: float
    source: str
    assumes: str
    limit: float  # the model's, in the unit of the metric


def exceeded(
    forecast: Forecast,
    budgets: Iterable[tuple[Budget, str]],
    n: int,
    confidence: float,
    limits: dict[Metric, float],
) -> list[Exceeded]:
    """The budgets, each with its source, that are exceeded with at least ``confidence``; at ``n`` where they state none.

    ``limits`` are the model's (``ModelInfo.memory_limit``, ``time_limit``). An abstention or an n outside the model's
    sizes exceeds nothing.
    """
    found = []
    for budget, source in budgets:
        at = budget.n or n
        estimate = estimate_at(forecast.estimates(budget.metric), at)
        if forecast.abstained or estimate is None or not is_sound(estimate):
            continue
        limit = forecast.limit(budget.metric, limits[budget.metric])
        chance = probability_above(estimate, budget.metric, budget.limit, limit)
        if chance >= confidence:
            found.append(Exceeded(budget, estimate, at, chance, source, forecast.assumes, limit))
    return found


def probability_above(estimate: Estimate, metric: Metric, value: float, limit: float) -> float:
    """P(metric > value), closed form; ``limit`` is what ``estimate.over`` is the probability of passing.

    Of a call past the limit nothing more is known: it exceeds no value beyond the limit.
    """
    mean, sigma = log_normal(estimate, metric)
    below = 1.0 - estimate.over
    over = estimate.over if value <= limit else 0.0
    if value <= 0:
        return below + over
    if value >= limit:  # below the limit nothing is above it
        return over
    return over + below * above(mean - math.log10(value), sigma)


def sufficient(one: Exceeded, unit: float, confidence: float) -> str:
    """A number of two digits, in units of ``unit`` bytes or seconds, for a budget that the forecast does not exceed.

    The median rounded up, or the least above it with which the rule is silent; "" where no budget would be.
    """
    least = one.limit if is_over(one.estimate) else one.estimate.median
    number = Decimal(max(least, one.budget.limit) / unit)
    for _ in range(_TRIES):
        step = Decimal(1).scaleb(number.adjusted() - 1)
        number = (number / step).to_integral_value(ROUND_CEILING) * step
        value = float(number) * unit
        if probability_above(one.estimate, one.budget.metric, value, one.limit) < confidence:
            return f"{number.normalize():f}"
        number += step
    return ""


def applying(
    stated: Sequence[Budget], configured: Iterable[tuple[str, Sequence[Budget]]]
) -> list[tuple[Budget, str]]:
    """A function's budgets: for each metric those of its comment, else those of the first pattern that has any.

    ``configured`` holds the patterns that match the function, longest first.
    """
    found = [(budget, "in its comment") for budget in stated]
    known = {budget.metric for budget in stated}
    for pattern, budgets in configured:
        new = [budget for budget in budgets if budget.metric not in known]
        found += [(budget, f"for {pattern}") for budget in new]
        known |= {budget.metric for budget in new}
    return found


def budget_message(one: Exceeded, function: Function) -> str:
    """One sentence with the forecast, the budget, the confidence and the workload."""
    metric = one.budget.metric
    verb = "hold" if metric == "memory" else "take"
    workload = f"; {one.assumes}" if one.assumes else ""
    return (
        f"`{function.qualified_name}` is forecast to {verb} {format_estimate(metric, one.estimate, one.limit)} "
        f"at n = {format_size(one.n)}, over the budget of {format_value(metric, one.budget.limit)} "
        f"{one.source} ({percent(one.confidence)} sure{workload})"
    )
