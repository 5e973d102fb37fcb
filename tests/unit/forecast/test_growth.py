from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricetag.forecast import Estimate, Forecast, estimate_at, fit_growth, reason_against, select

SIZES = (10, 100, 1_000, 10_000, 100_000)


def _power(scale: float, power: float, over: float = 0.0) -> tuple[Estimate, ...]:
    return tuple(Estimate(n, m := scale * float(n) ** power, m / 2, m * 2, over) for n in SIZES)


@given(st.floats(1e-6, 1e6), st.floats(-1, 3), st.integers(10, 100_000))
def test_power_laws_are_interpolated_and_fitted_exactly(scale: float, power: float, n: int) -> None:
    estimates = _power(scale, power)
    there = estimate_at(estimates, n)
    assert there is not None and there.n == n
    assert there.median == pytest.approx(scale * float(n) ** power, rel=1e-6)
    assert there.low == pytest.approx(there.median / 2) and there.high == pytest.approx(there.median * 2)
    assert fit_growth(estimates, n) == pytest.approx(power, abs=1e-6)


@pytest.mark.parametrize("n", [1, 9, 100_001, 10**9])
def test_nothing_is_known_outside(n: int) -> None:
    assert estimate_at(_power(1, 1), n) is None


def test_interpolation_to_and_from_nothing_stays_finite() -> None:
    pair = (Estimate(10, 0.0, 0.0, 0.0, 0.0), Estimate(1_000, 100.0, 50.0, 200.0, 1.0))
    assert estimate_at(pair, 100) == Estimate(100, 50.0, 25.0, 100.0, 0.5)


def test_growth_is_local() -> None:
    # Constant up to 1,000, then square: the exponent near 100 is 0, near 100,000 it is 2.
    medians = (1.0, 1.0, 1.0, 100.0, 10_000.0)
    estimates = tuple(Estimate(n, m, m, m, 0.0) for n, m in zip(SIZES, medians, strict=True))
    assert fit_growth(estimates, 100) == pytest.approx(0.0)
    assert fit_growth(estimates, 100_000) == pytest.approx(2.0)


def test_growth_needs_two_medians_that_are_numbers() -> None:
    assert fit_growth(_power(1, 1)[:1], 10) is None
    assert fit_growth(_power(1, 1, over=0.7), 10) is None
    assert fit_growth((), 10) is None


FULL = Forecast("k", "", _power(1, 1), _power(1e-6, 1))


def test_selecting_sizes() -> None:
    assert select(FULL, []) is FULL
    picked = select(FULL, [100, 300, 10**7])
    assert [e.n for e in picked.memory] == [100, 300]
    assert picked.runtime[1].median == pytest.approx(3e-4)
    assert select(FULL, [10**7]).abstained == "n = 10,000,000 is outside what the model knows (10 to 100,000)"


@pytest.mark.parametrize(
    ("forecast", "n", "maximum", "expected"),
    [
        (FULL, 10_000, 100.0, ""),
        (Forecast("k", "", abstained="reads files"), 10_000, 100.0, "reads files"),
        (Forecast("k", ""), 10_000, 100.0, "the model forecasts none of the metrics asked for"),
        (FULL, 10**6, 100.0, "n = 1,000,000 is outside what the model knows (10 to 100,000)"),
        (FULL, 100_000, 3.0, "too uncertain: the 80 % interval spans a factor of 4, more than the 3 allowed"),
        (
            Forecast("k", "", _power(1e6, 1, over=0.6)),
            100_000,
            3.0,
            "",
        ),  # "over" is certain enough to be said
        (
            Forecast("k", "", (Estimate(10, 20.0, 5.0, 200.0, 0.0),)),
            10,
            3.0,
            "",
        ),  # trifles are never uncertain
    ],
)
def test_reasons(forecast: Forecast, n: int, maximum: float, expected: str) -> None:
    assert reason_against(forecast, n, maximum) == expected
