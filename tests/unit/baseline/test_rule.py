"""The regression rule: its arithmetic against simulation, its monotonicity, its message."""

from __future__ import annotations

import math
import random

import pytest
from baseline_samples import function
from hypothesis import assume, given
from hypothesis import strategies as st

from pricetag.baseline.rule import Rule, judge, probability, regression_message
from pricetag.forecast.edit_errors import EditErrors
from pricetag.forecast.estimate import Estimate, Forecast

N = 10_000
KIB, MIB, GIB = 1024.0, 1024.0**2, 1024.0**3
DEFAULT = Rule()
Z80 = 1.2815515655446004


def estimate(median: float, spread: float = 1.2, over: float = 0.0, n: int = N) -> Estimate:
    return Estimate(n, median, median / spread, median * spread, over)


def forecast(memory: Estimate, abstained: str = "") -> Forecast:
    return Forecast("key", "xs: list[int] of n", memory=(memory,), abstained=abstained)


def verdict(before: Estimate, after: Estimate, rule: Rule = DEFAULT, correlation: float = 0.5) -> bool:
    return judge(forecast(before), forecast(after), N, rule, EditErrors(correlation=correlation)) is not None


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (estimate(100 * KIB), estimate(400 * KIB), True),
        (estimate(100 * KIB), estimate(100 * KIB), False),
        (estimate(400 * KIB), estimate(100 * KIB), False),
        (estimate(100 * KIB), estimate(155 * KIB), False),  # above 1.5, but not surely
        (estimate(100 * KIB), estimate(140 * KIB, spread=1.0001), False),  # surely below 1.5
        (estimate(10 * KIB), estimate(60 * KIB), False),  # below the floor
        (estimate(100 * KIB, spread=30), estimate(400 * KIB, spread=30), False),  # too wide to be sure
        (estimate(MIB), estimate(2 * GIB, over=0.98), True),
        (estimate(MIB, over=0.98), estimate(2 * GIB, over=0.98), False),
        (estimate(1.9 * GIB), estimate(2 * GIB, over=0.98), False),  # passing the limit needs no 1.5
        (estimate(0), estimate(400 * KIB), True),
        (estimate(math.nan), estimate(400 * KIB), False),
        (estimate(100 * KIB), estimate(math.nan), False),
        (estimate(100 * KIB), Estimate(N, math.inf, math.inf, math.inf, math.nan), False),
        (estimate(100 * KIB), estimate(math.inf), False),
        (estimate(100 * KIB, spread=1), estimate(151 * KIB, spread=1), True),
    ],
)
def test_verdicts(before: Estimate, after: Estimate, expected: bool) -> None:
    assert verdict(before, after) is expected


def test_no_verdict_without_two_forecasts_at_n() -> None:
    good, worse = forecast(estimate(100 * KIB)), forecast(estimate(800 * KIB))
    assert judge(good, worse, N, Rule(), EditErrors(correlation=0.5))
    assert judge(good, worse, 1000, Rule(), EditErrors(correlation=0.5)) is None  # outside the sizes known
    assert (
        judge(forecast(estimate(100 * KIB), "reads files"), worse, N, Rule(), EditErrors(correlation=0.5))
        is None
    )
    assert judge(good, forecast(estimate(800 * KIB), "wide"), N, Rule(), EditErrors(correlation=0.5)) is None
    assert judge(Forecast("k", ""), Forecast("k", ""), N, Rule(), EditErrors(correlation=0.5)) is None


def test_probability_agrees_with_simulation() -> None:
    before, after, rho, factor = estimate(100 * KIB, 1.5, 0.1), estimate(220 * KIB, 2.0, 0.3), 0.6, 1.5
    rng = random.Random(1)
    sigma_before, sigma_after = math.log10(1.5) / Z80, math.log10(2.0) / Z80
    hits, draws = 0, 40_000
    for _ in range(draws):
        z, w, limit = rng.gauss(0, 1), rng.gauss(0, 1), rng.random()
        b = math.log10(before.median) + sigma_before * z
        a = math.log10(after.median) + sigma_after * (rho * z + math.sqrt(1 - rho * rho) * w)
        if limit < before.over:  # both pass
            continue
        if limit < after.over:
            a = math.log10(2 * GIB)
        hits += a - b >= math.log10(factor)
    assert probability(before, after, factor, EditErrors(correlation=rho)) == pytest.approx(
        hits / draws, abs=0.01
    )


MEDIANS = st.floats(1, 2 * GIB)
SPREADS = st.floats(1, 50)
OVERS = st.floats(0, 1)
ESTIMATES = st.builds(estimate, MEDIANS, SPREADS, OVERS)
FACTORS = st.floats(1, 100)
CORRELATIONS = st.floats(-1, 1)
SLACK = 1e-9


@given(ESTIMATES, ESTIMATES, FACTORS, CORRELATIONS)
def test_a_probability(before: Estimate, after: Estimate, factor: float, rho: float) -> None:
    assert 0 <= probability(before, after, factor, EditErrors(correlation=rho)) <= 1


@given(ESTIMATES, ESTIMATES, FACTORS, FACTORS, CORRELATIONS)
def test_falls_with_the_factor(before: Estimate, after: Estimate, one: float, two: float, rho: float) -> None:
    low, high = sorted((one, two))
    assert (
        probability(before, after, low, EditErrors(correlation=rho))
        >= probability(before, after, high, EditErrors(correlation=rho)) - SLACK
    )


@given(ESTIMATES, MEDIANS, MEDIANS, SPREADS, OVERS, FACTORS, CORRELATIONS)
def test_rises_with_the_new_median(
    before: Estimate, one: float, two: float, spread: float, over: float, factor: float, rho: float
) -> None:
    low, high = sorted((one, two))
    # below a byte is a byte, which would narrow the interval of a tiny median
    assume(low / spread >= 1)
    chances = [
        probability(before, estimate(m, spread, over), factor, EditErrors(correlation=rho))
        for m in (low, high)
    ]
    assert chances[0] <= chances[1] + SLACK


@given(ESTIMATES, st.floats(100, 2 * GIB), SPREADS, OVERS, OVERS, FACTORS, CORRELATIONS)
def test_falls_with_the_chance_that_the_old_one_passed_the_limit(
    after: Estimate, median: float, spread: float, one: float, two: float, factor: float, rho: float
) -> None:
    low, high = sorted((one, two))
    chances = [
        probability(estimate(median, spread, o), after, factor, EditErrors(correlation=rho))
        for o in (low, high)
    ]
    assert chances[0] >= chances[1] - SLACK


@given(ESTIMATES, ESTIMATES, FACTORS, st.floats(0.5, 1), st.floats(0.5, 1), CORRELATIONS)
def test_fewer_warnings_at_a_higher_confidence(
    before: Estimate, after: Estimate, factor: float, one: float, two: float, rho: float
) -> None:
    low, high = sorted((one, two))
    if verdict(before, after, Rule(factor, high), rho):
        assert verdict(before, after, Rule(factor, low), rho)


@given(st.floats(100, GIB), SPREADS, st.floats(0, 1), FACTORS, st.floats(0.51, 1))
def test_equal_forecasts_never_warn(
    median: float, spread: float, over: float, factor: float, confidence: float
) -> None:
    same = estimate(median, spread, over)
    assert not verdict(same, same, Rule(max(factor, 1.01), confidence), 0.9)


@given(st.floats(1e5, 1e8), st.floats(2, 10), st.floats(1.01, 5), st.floats(0, 1), st.floats(0, 1))
def test_surer_the_more_the_errors_are_shared(
    median: float, growth: float, spread: float, one: float, two: float
) -> None:
    low, high = sorted((one, two))
    before, after = estimate(median, spread), estimate(median * growth, spread)
    assert (
        probability(before, after, 1.5, EditErrors(correlation=low))
        <= probability(before, after, 1.5, EditErrors(correlation=high)) + SLACK
    )


def test_message_names_values_factor_confidence_boundary_and_workload() -> None:
    regression = judge(
        forecast(estimate(100e3)), forecast(estimate(410e3)), N, Rule(), EditErrors(correlation=0.5)
    )
    assert regression
    assert regression.factor == pytest.approx(4.1)
    message = regression_message(regression, function("C.load"))
    for part in (
        "`C.load`",
        "×4.1 its baseline",
        "99 %",
        "×1.5",
        "n = 10,000",
        "xs: list[int] of n",
        "100",
        "410",
    ):
        assert part in message
    assert "\n" not in message


def test_message_over_the_limit_is_a_lower_bound() -> None:
    regression = judge(
        forecast(estimate(MIB)),
        forecast(estimate(2 * GIB, over=0.97)),
        N,
        Rule(),
        EditErrors(correlation=0.5),
    )
    assert regression
    assert regression.at_least
    message = regression_message(regression, function("f"))
    assert "at least ×2,000 its baseline of 1.0 MB" in message
    assert "hold > 2 GB" in message
