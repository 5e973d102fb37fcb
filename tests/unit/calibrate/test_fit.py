"""What is learnt of a project's labels: an increasing line, or nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from pricetag.calibrate import Rows, calibrate, fit
from pricetag.forecast.adjustment_files import LONGEST_SHIFT, SLOPES
from pricetag.forecast.fit_adjustment import FEWEST, FEWEST_LINE


def simulated(
    functions: int,
    shift: float = 0.0,
    slope: float = 1.0,
    noise: float = 0.3,
    width: float = 1.0,
    seed: int = 0,
) -> Rows:
    """Forecasts between 100 and 10^6 at three n, off by a line around 4 and by noise that functions share."""
    rng = np.random.default_rng(seed)
    function = np.repeat(np.arange(functions), 3)
    median = rng.uniform(2, 6, functions)[function] + np.tile([0.0, 0.5, 1.0], functions)
    own = rng.normal(0, noise, functions)[function] + rng.normal(0, noise / 5, len(function))
    truth = 4 + slope * (median - 4) + shift + own
    return Rows(function, truth, median - width / 2, median, median + width / 2)


@st.composite
def any_rows(draw: st.DrawFn) -> Rows:
    count = draw(st.integers(1, 40))
    column = st.lists(st.floats(-8, 9.4), min_size=count, max_size=count)
    low, median, high = np.sort([draw(column), draw(column), draw(column)], axis=0)
    function = draw(st.lists(st.integers(0, 30), min_size=count, max_size=count))
    return Rows(np.array(function), np.array(draw(column)), low, median, high)


@given(any_rows())
def test_whatever_the_labels_the_map_is_increasing_and_within_bounds(rows: Rows) -> None:
    for correction in (fit(rows), calibrate(rows).correction):
        if correction is None:
            continue
        assert SLOPES[0] <= correction.slope <= SLOPES[1]
        assert all(abs(v) <= LONGEST_SHIFT for v in (correction.shift, correction.low, correction.high))
        values = np.linspace(-8, 9.4, 200)
        assert (np.diff([correction(v) for v in values]) > 0).all()


@given(any_rows(), st.integers(0, 2**32 - 1))
def test_the_rank_correlation_on_other_code_stays(rows: Rows, seed: int) -> None:
    rng = np.random.default_rng(seed)
    forecasts, truth = rng.uniform(-8, 9, 200).round(3), rng.uniform(-8, 9, 200)
    correction = fit(rows)
    after = np.array([correction(value) for value in forecasts]).round(9)
    assert spearmanr(forecasts, truth).statistic == pytest.approx(
        spearmanr(after, truth).statistic, abs=1e-12
    )


@pytest.mark.parametrize("shift", [-1.0, 0.5, 2.0])
def test_a_common_shift_is_found(shift: float) -> None:
    found = calibrate(simulated(30, shift))
    assert found.correction is not None
    assert found.correction(4.0) == pytest.approx(4 + shift, abs=0.4)
    assert found.evidence.error_after < 0.7 * found.evidence.error_before
    assert (found.evidence.functions, found.evidence.labels) == (30, 90)


def test_it_holds_on_functions_that_were_not_measured() -> None:
    correction = calibrate(simulated(40, 0.7, 1.2)).correction
    assert correction is not None
    others = simulated(200, 0.7, 1.2, seed=1)
    after = np.array([correction(value) for value in others.median])
    assert np.abs(others.truth - after).mean() < 0.6 * np.abs(others.truth - others.median).mean()


def test_a_slope_is_found_with_enough_functions_only() -> None:
    enough = calibrate(simulated(60, 0.0, 1.6, noise=0.1)).correction
    assert enough is not None and 1.2 < enough.slope < 1.6
    few = calibrate(simulated(FEWEST_LINE - 1, 0.0, 1.6, noise=0.1)).correction
    assert few is None or few.slope == 1.0


def test_few_functions_change_nothing_however_many_labels() -> None:
    rows = simulated(FEWEST - 1, 2.0)
    many = Rows(*(np.tile(getattr(rows, name), 50) for name in Rows.__slots__))
    assert calibrate(rows).correction is None
    assert calibrate(many).correction is None
    assert calibrate(many).evidence.error_after == calibrate(many).evidence.error_before


def test_the_correction_grows_with_the_functions() -> None:
    shifts = []
    for count in (6, 20, 200):
        correction = calibrate(simulated(count, 1.0, noise=0.01)).correction
        assert correction is not None
        shifts.append(correction(4.0) - 4)
    assert 0 < shifts[0] < shifts[1] < shifts[2] < 1.05


def test_a_model_that_is_right_is_left_alone_or_hardly_touched() -> None:
    rng_shifts = [calibrate(simulated(25, noise=0.4, width=1.03, seed=seed)).correction for seed in range(12)]
    assert sum(correction is None for correction in rng_shifts) >= 6
    assert all(abs(correction(4.0) - 4) < 0.25 for correction in rng_shifts if correction is not None)


@pytest.mark.parametrize(("width", "sign"), [(0.05, 1), (6.0, -1)])
def test_intervals_are_fitted_to_the_projects_residuals(width: float, sign: int) -> None:
    rows = simulated(80, noise=0.4, width=width)
    correction = calibrate(rows).correction
    assert correction is not None
    assert sign * correction.high > 0 > sign * correction.low
    fresh = simulated(400, noise=0.4, width=width, seed=1)
    low, high = ([correction(v) for v in side] for side in (fresh.low, fresh.high))
    held = (fresh.truth >= np.array(low) + correction.low) & (fresh.truth <= np.array(high) + correction.high)
    plain = (fresh.truth >= fresh.low) & (fresh.truth <= fresh.high)
    assert abs(held.mean() - 0.8) < abs(plain.mean() - 0.8)
