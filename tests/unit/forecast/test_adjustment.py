"""What a calibration of the user's does to forecasts: their values, never their order."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from test_forecaster import QUERY, LinearModel

from pricetag.forecast import (
    Adjustment,
    Correction,
    DiskCache,
    Estimate,
    Forecast,
    Forecaster,
    ModelInfo,
    Query,
)
from pricetag.forecast.adjustment_files import LONGEST_SHIFT, SLOPES

SIZES = (10, 100, 1_000, 10_000, 100_000)
INFO = ModelInfo("m", ("python", "cpp"), ("memory", "runtime"), SIZES, 0.5, 30.0, 2.0, float(2 << 30))
SPEED = Adjustment(speeds={"python": 2.0})
SHIFT = Adjustment({("python", "memory"): Correction(shift=1.0)})

corrections = st.builds(
    Correction,
    shift=st.floats(-LONGEST_SHIFT, LONGEST_SHIFT),
    slope=st.floats(*SLOPES),
    pivot=st.floats(-8, 9),
    low=st.floats(-2, 2),
    high=st.floats(-2, 2),
)
logs = st.floats(1, math.log10(2 << 30))


@st.composite
def estimates(draw: st.DrawFn) -> Estimate:
    low, median, high = sorted(draw(st.tuples(logs, logs, logs)))
    return Estimate(1_000, 10**median, 10**low, 10**high, draw(st.floats(0, 1)))


@given(corrections, st.floats(0.01, 100), st.lists(estimates(), min_size=3, max_size=20))
def test_no_calibration_changes_a_rank(correction: Correction, speed: float, given: list[Estimate]) -> None:
    adjustment = Adjustment(
        {("python", "memory"): correction, ("python", "runtime"): correction}, {"python": speed}
    )
    forecasts = [Forecast(str(i), "", (e,), (e,)) for i, e in enumerate(given)]
    adjusted = [adjustment.apply(forecast, "python", INFO) for forecast in forecasts]
    before = [e.median for e in given]
    for metric in ("memory", "runtime"):
        after = [forecast.estimates(metric)[0].median for forecast in adjusted]
        for i in range(len(before)):
            for j in range(len(before)):
                # Values closer than a float's last digits may meet; they never cross.
                assert before[i] > before[j] or after[i] <= after[j]
                if before[i] > before[j] * (1 + 1e-9):
                    assert after[i] > after[j]
                assert before[i] != before[j] or after[i] == after[j]


@given(corrections, st.lists(logs, min_size=4, max_size=30, unique=True), st.randoms())
def test_the_rank_correlation_stays(correction: Correction, values: list[float], rng: object) -> None:
    values = sorted({round(value, 6) for value in values})
    if len(values) < 3:
        return
    truth = list(values)
    rng.shuffle(truth)  # type: ignore[attr-defined]
    after = [correction(value) for value in values]
    assert spearmanr(truth, values).statistic == pytest.approx(spearmanr(truth, after).statistic)


@given(corrections, st.floats(0.01, 100), estimates())
def test_an_interval_stays_one(correction: Correction, speed: float, given: Estimate) -> None:
    adjustment = Adjustment({("cpp", "runtime"): correction}, {"cpp": speed})
    forecast = adjustment.apply(Forecast("k", "", (given,), (given,)), "cpp", INFO)
    (runtime,) = forecast.runtime
    assert 0 < runtime.low <= runtime.median <= runtime.high
    assert runtime.over == given.over
    assert forecast.memory == (given,)


def test_the_machines_speed_scales_runtimes_alone() -> None:
    plain = Forecaster(LinearModel()).forecast(QUERY, [50, 1_000])
    scaled = Forecaster(LinearModel(), adjustment=SPEED).forecast(QUERY, [50, 1_000])
    assert scaled.memory == plain.memory
    for before, after in zip(plain.runtime, scaled.runtime, strict=True):
        for name in ("low", "median", "high"):
            assert getattr(after, name) == pytest.approx(2 * getattr(before, name))
    assert scaled.runtime_growth == pytest.approx(plain.runtime_growth)
    assert scaled.limit("runtime", 10.0) == pytest.approx(20.0)
    assert scaled.limit("memory", 5.0) == 5.0


def test_another_language_is_left_alone() -> None:
    other = Adjustment({("cpp", "memory"): Correction(shift=1)}, {"cpp": 3.0})
    assert Forecaster(LinearModel(), adjustment=other).forecast(QUERY) == Forecaster(LinearModel()).forecast(
        QUERY
    )


def test_passing_the_limit_is_passing_the_moved_one() -> None:
    slow = Query("python", "", "def slow(): ...")
    forecast = Forecaster(LinearModel(), adjustment=SPEED).forecast(slow, [10_000])
    (runtime,) = forecast.runtime
    assert runtime.over == pytest.approx(0.7)
    assert runtime.median == runtime.high == pytest.approx(20.0)


def test_a_shift_moves_the_interval_and_offsets_widen_it() -> None:
    plain = Forecaster(LinearModel()).forecast(QUERY, [1_000]).memory[0]
    shifted = Forecaster(LinearModel(), adjustment=SHIFT).forecast(QUERY, [1_000]).memory[0]
    assert (shifted.low, shifted.high) == pytest.approx((10 * plain.low, 10 * plain.high))
    wide = Adjustment({("python", "memory"): Correction(low=-0.5, high=0.25)})
    wider = Forecaster(LinearModel(), adjustment=wide).forecast(QUERY, [1_000]).memory[0]
    assert wider.median == pytest.approx(plain.median)
    assert wider.low == pytest.approx(plain.low * 10**-0.5)
    assert wider.high == pytest.approx(plain.high * 10**0.25)


def test_a_slope_changes_the_growth() -> None:
    steep = Adjustment({("python", "memory"): Correction(slope=1.5, pivot=5.0)})
    forecast = Forecaster(LinearModel(), adjustment=steep).forecast(QUERY)
    assert forecast.memory_growth == pytest.approx(1.5)
    assert forecast.at("memory", 10_000) is not None
    assert forecast.memory[3].median == pytest.approx(1e5)  # the pivot stays where it was


def test_the_cache_holds_what_the_model_said(tmp_path: Path) -> None:
    model, cache = LinearModel(), DiskCache(tmp_path / "c.sqlite3")
    plain = Forecaster(model, cache=cache).forecast(QUERY)
    calibrated = Forecaster(model, cache=cache, adjustment=SHIFT)
    assert calibrated.forecast(QUERY).memory[0].median == pytest.approx(10 * plain.memory[0].median)
    calibrated.adjustment = Adjustment()  # `pricetag calibrate --reset`
    assert calibrated.forecast(QUERY) == plain
    assert model.asked == 1
