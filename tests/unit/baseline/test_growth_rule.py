"""The growth rule: its arithmetic against simulation, and its message."""

from __future__ import annotations

import math
import random

import pytest
from baseline_samples import function

from pricetag.baseline.growth import growth_message, judge_growth
from pricetag.baseline.rule import Rule
from pricetag.forecast import Estimate, Forecast, fit_growth
from pricetag.forecast.edit_errors import EditErrors

SIZES = (1_000, 10_000, 100_000)
Z80 = 1.2815515655446004


def forecast(exponent: float, sigma: float, at: float = 1e6) -> Forecast:
    """Megabytes around n = 10,000 whose log10 errors have a standard deviation of ``sigma``."""
    spread = 10 ** (Z80 * sigma)
    values = [(n, at * (n / 10_000) ** exponent) for n in SIZES]
    return Forecast(
        "k",
        "xs: list[int] of n",
        memory=tuple(Estimate(n, v, v / spread, v * spread, 0.0) for n, v in values),
    )


@pytest.mark.parametrize("rho", [0.0, 0.6])
def test_confidence_is_what_simulation_says(rho: float) -> None:
    before, after, rule = forecast(1.0, 0.2), forecast(2.0, 0.3), Rule(growth=0.8, confidence=0.5)
    found = judge_growth(before, after, 10_000, rule, EditErrors(correlation=rho), 2.0**31)
    assert found is not None
    draw = random.Random(1)
    hits, rounds = 0, 20_000
    for _ in range(rounds):
        old, new = [], []
        for before_at, after_at in zip(before.memory, after.memory, strict=True):
            shared = draw.gauss(0, 1)
            errors = [math.sqrt(rho) * shared + math.sqrt(1 - rho) * draw.gauss(0, 1) for _ in range(2)]
            for errors_of, at, sigma, error in (
                (old, before_at, 0.2, errors[0]),
                (new, after_at, 0.3, errors[1]),
            ):
                median = at.median * 10 ** (sigma * error)
                errors_of.append(Estimate(at.n, median, median, median, 0.0))
        was, now = fit_growth(old, 10_000), fit_growth(new, 10_000)
        assert was is not None and now is not None
        hits += now - was >= rule.growth
    assert abs(found.confidence - hits / rounds) < 0.015


def test_message() -> None:
    found = judge_growth(
        forecast(1.0, 0.05), forecast(2.0, 0.05), 10_000, Rule(), EditErrors(correlation=0.5), 2.0**31
    )
    assert found is not None
    assert growth_message(found, function("S.f")) == (
        "`S.f` is forecast to grow like n² in memory, where its baseline grows like n, around n = 10,000 "
        "(99 % sure of n to the power of 0.5 or more on top; xs: list[int] of n)"
    )
    flat = judge_growth(
        forecast(0.0, 0.05), forecast(1.0, 0.05), 10_000, Rule(), EditErrors(correlation=0.5), 2.0**31
    )
    assert flat is not None and "where its baseline does not grow, around" in growth_message(
        flat, function("f")
    )


def test_broken_numbers_are_no_change() -> None:
    bad = Forecast("k", "", memory=tuple(Estimate(n, math.nan, 1.0, 2.0, 0.0) for n in SIZES))
    for before, after in ((bad, forecast(2, 0.1)), (forecast(1, 0.1), bad), (bad, bad)):
        assert judge_growth(before, after, 10_000, Rule(), EditErrors(correlation=0.5), 2.0**31) is None
