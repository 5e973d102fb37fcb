"""Budgets against forecasts."""

from __future__ import annotations

import math
import random

import pytest
from baseline_samples import function
from hypothesis import given
from hypothesis import strategies as st

from pricetag.baseline.budget import (
    Exceeded,
    applying,
    budget_message,
    exceeded,
    probability_above,
    sufficient,
)
from pricetag.forecast import Estimate, Forecast, Metric
from pricetag.workload import Budget

Z80 = 1.2815515655446004
LIMITS: dict[Metric, float] = {"memory": 2.0**31, "runtime": 10.0}
N = 10_000


def estimate(median: float, spread: float = 1.1, over: float = 0.0, n: int = N) -> Estimate:
    return Estimate(n, median, median / spread, median * spread, over)


def check(forecast: Forecast, budget: Budget, expected: bool, confidence: float = 0.9) -> None:
    found = exceeded(forecast, [(budget, "a comment")], N, confidence, LIMITS)
    assert [one.budget for one in found] == ([budget] if expected else [])


@pytest.mark.parametrize(
    ("memory", "budget", "expected"),
    [
        (estimate(20e6), Budget("memory", 10e6), True),
        (estimate(5e6), Budget("memory", 10e6), False),
        (estimate(10.5e6), Budget("memory", 10e6), False),  # above, but not surely
        (estimate(20e6, spread=30), Budget("memory", 10e6), False),
        (estimate(20e6, n=100), Budget("memory", 10e6), False),  # nothing is known at 10,000
        (estimate(20e6, n=100), Budget("memory", 10e6, 100), True),
        (estimate(2.0**31, over=0.97), Budget("memory", 1e9), True),
        (estimate(2.0**31, over=0.97), Budget("memory", 4e9), False),  # past the limit nothing is known
        (estimate(20e6), Budget("memory", 0.0), True),
        (estimate(20e6), Budget("runtime", 1e-9), False),  # no runtime is forecast
        (estimate(math.nan), Budget("memory", 10e6), False),
        (estimate(20e6, spread=1), Budget("memory", 19e6), True),
    ],
)
def test_verdicts(memory: Estimate, budget: Budget, expected: bool) -> None:
    check(Forecast("k", "", (memory,)), budget, expected)


def test_runtime_far_below_a_second() -> None:
    forecast = Forecast("k", "", runtime=(estimate(5e-6),))
    check(forecast, Budget("runtime", 1e-6), True)
    check(forecast, Budget("runtime", 2e-5), False)


def test_an_abstention_exceeds_nothing() -> None:
    check(Forecast("k", "", (estimate(20e6),), abstained="reads files"), Budget("memory", 1.0), False)


@pytest.mark.parametrize("over", [0.0, 0.3])
@pytest.mark.parametrize("value", [1e5, 1e6, 3e6])
def test_the_probability_is_that_of_the_distribution(value: float, over: float) -> None:
    random.seed(3)
    sigma = math.log10(2) / Z80
    draws = 100_000
    hits = sum(random.random() < over or 10 ** random.gauss(6, sigma) > value for _ in range(draws))
    found = probability_above(estimate(1e6, 2.0, over), "memory", value, 2.0**31)
    assert found == pytest.approx(hits / draws, abs=0.01)


SPREADS = st.floats(1, 100)
VALUES = st.floats(0, 1e12)


@given(st.floats(0, 1e10), SPREADS, st.floats(0, 1), VALUES, VALUES)
def test_a_larger_budget_is_never_exceeded_more_surely(
    median: float, spread: float, over: float, one: float, other: float
) -> None:
    small, large = sorted((one, other))
    chances = [
        probability_above(estimate(median, spread, over), "memory", v, 2.0**31) for v in (small, large)
    ]
    assert 0 <= chances[1] <= chances[0] + 1e-12 <= 1 + 2e-12


def test_which_budgets_apply() -> None:
    own, small, large, time = (
        Budget("memory", 1.0),
        Budget("memory", 2.0, 100),
        Budget("memory", 3.0),
        Budget("runtime", 4.0),
    )
    configured = [("src/a.py::f", [small, large]), ("src/*", [Budget("memory", 9.0), time])]
    assert applying([own], configured) == [(own, "in its comment"), (time, "for src/*")]
    assert [budget for budget, _ in applying([], configured)] == [small, large, time]
    assert applying([], []) == []


def test_the_message() -> None:
    forecast = Forecast("k", "xs: list[int] of n", (estimate(20e6, n=100_000),))
    (one,) = exceeded(forecast, [(Budget("memory", 10e6, 100_000), "in its comment")], N, 0.9, LIMITS)
    assert budget_message(one, function("C.load")) == (
        "`C.load` is forecast to hold 20 MB at n = 100,000, over the budget of 10 MB in its comment "
        "(99 % sure; xs: list[int] of n)"
    )


@pytest.mark.parametrize(
    ("memory", "limit", "unit", "expected"),
    [
        (estimate(12.4e6), 1e6, 1e6, "13"),
        (estimate(12.4e6), 1e6, 1e3, "13000"),
        (estimate(12.4e6), 1e6, 1e9, "0.013"),
        (estimate(12e6), 1e6, 1e6, "12"),
        (estimate(2.0**31, over=0.97), 1e9, 1e9, "2.2"),  # above the limit nothing is known
        (estimate(2.0**31, over=0.97), 1e9, 2.0**30, "2.1"),
        (estimate(0.4), 0.1, 1.0, "1.1"),  # less than a byte counts as one
    ],
)
def test_a_budget_that_is_kept(memory: Estimate, limit: float, unit: float, expected: str) -> None:
    one = Exceeded(Budget("memory", limit), memory, N, 0.99, "", "", LIMITS["memory"])
    assert sufficient(one, unit, 0.9) == expected
    assert sufficient(one, unit, 0.0) == ""  # no budget is kept for sure


@given(
    st.floats(1, 1e12), st.floats(1.0, 50), st.floats(0, 1), st.floats(1e-3, 1e12), st.floats(0.01, 1),
    st.sampled_from([1.0, 1e3, 2.0**20, 1e9]),
)  # fmt: skip
def test_a_raised_budget_is_kept(
    median: float, spread: float, over: float, limit: float, confidence: float, unit: float
) -> None:
    at = estimate(median, spread, over)
    number = sufficient(
        Exceeded(Budget("memory", limit), at, N, 0.9, "", "", LIMITS["memory"]), unit, confidence
    )
    assert "e" not in number.lower()
    if number:
        value = float(number) * unit
        assert value >= limit * (1 - 1e-9)
        check(Forecast("k", "", memory=(at,)), Budget("memory", value), False, confidence)
