from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricetag.forecast import (
    Estimate,
    Forecast,
    HintOptions,
    format_bytes,
    format_estimate,
    format_factor,
    format_hint,
    format_limit,
    format_seconds,
    format_size,
    growth_symbol,
    plot,
)
from pricetag.forecast.format import MAXIMUM_HINT

SIZES = (10, 100, 1_000, 10_000, 100_000)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0 B"), (0.4, "0 B"), (7, "7 B"), (99.6, "100 B"), (123, "120 B"), (994, "990 B"), (998.7, "1.0 kB"),
        (1_000, "1.0 kB"), (1_234, "1.2 kB"), (12_345, "12 kB"), (123_456, "120 kB"), (999_999, "1.0 MB"),
        (1.2e6, "1.2 MB"), (3.4e9, "3.4 GB"), (5e12, "5.0 TB"), (5e18, "5,000 PB"),
    ],
)  # fmt: skip
def test_bytes(value: float, expected: str) -> None:
    assert format_bytes(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0 ns"), (1e-9, "1.0 ns"), (1.2e-7, "120 ns"), (9.96e-7, "1.0 µs"), (3.4e-3, "3.4 ms"), (0.0999, "100 ms"),
        (0.9996, "1.0 s"), (12.3, "12 s"), (1234, "1,200 s"),
    ],
)  # fmt: skip
def test_seconds(value: float, expected: str) -> None:
    assert format_seconds(value) == expected


@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf])
def test_what_is_no_cost_is_refused(value: float) -> None:
    for show in (format_bytes, format_seconds):
        with pytest.raises(ValueError, match="not a cost"):
            show(value)


@given(st.floats(0, 1e15))
def test_any_cost_is_short_and_true_to_two_digits(value: float) -> None:
    text = format_bytes(value)
    number, unit = text.split()
    back = float(number.replace(",", "")) * 1000.0 ** ("B", "kB", "MB", "GB", "TB", "PB").index(unit)
    assert len(text) <= 8
    assert abs(back - value) <= 0.051 * value + 0.5


def test_limits_factors_and_sizes() -> None:
    assert format_limit("memory", float(2 << 30)) == "2 GB"
    assert format_limit("runtime", 10.0) == "10 s"
    assert [format_factor(f) for f in (1.04, 4.12, 12.3, 1234)] == ["×1.0", "×4.1", "×12", "×1,200"]
    assert format_size(100_000) == "100,000"


@pytest.mark.parametrize(
    ("exponent", "expected"),
    [
        (None, ""), (math.nan, ""), (-0.4, "1"), (0.1, "1"), (0.5, "√n"), (0.9, "n"), (1.2, "n"), (1.3, "n¹·⁵"),
        (1.5, "n¹·⁵"), (1.9, "n²"), (3.1, "n³"), (2.6, "n²·⁵"), (10, "n¹⁰"),
    ],
)  # fmt: skip
def test_growth_symbols(exponent: float | None, expected: str) -> None:
    assert growth_symbol(exponent) == expected


def _estimates(scale: float, power: float, over: float = 0.0) -> tuple[Estimate, ...]:
    return tuple(Estimate(n, m := scale * n**power, m / 2, m * 2, over) for n in SIZES)


def _forecast(
    memory: tuple[Estimate, ...] = (), runtime: tuple[Estimate, ...] = (), abstained: str = ""
) -> Forecast:
    return Forecast("key", "xs: list[int] of n", memory, runtime, abstained=abstained)


LINEAR = _forecast(_estimates(120, 1), _estimates(3.4e-7, 1))
SQUARE = _forecast(_estimates(0.012, 2), _estimates(3.4e-11, 2))


@pytest.mark.parametrize(
    ("forecast", "n", "options", "factor", "expected"),
    [
        (LINEAR, 10_000, HintOptions(), None, "1.2 MB · 3.4 ms"),
        (LINEAR, 1_000, HintOptions(), None, "120 kB · 340 µs"),
        (LINEAR, 30_000, HintOptions(), None, "3.6 MB · 10 ms"),  # between the sizes: interpolated
        (LINEAR, 7, HintOptions(), None, ""),  # below what the model knows
        (LINEAR, 10**6, HintOptions(), None, ""),
        (SQUARE, 10_000, HintOptions(), None, "1.2 MB · 3.4 ms · n²"),
        (SQUARE, 10_000, HintOptions(), 4.12, "▲×4.1 1.2 MB · 3.4 ms"),  # no room for the growth
        (LINEAR, 10_000, HintOptions(), 1234, "▲×1,200 1.2 MB · 3.4 ms"),
        (LINEAR, 10_000, HintOptions(minimum_memory=2e6), None, "3.4 ms"),
        (LINEAR, 10_000, HintOptions(minimum_memory=2e6, minimum_runtime=1), None, ""),
        (LINEAR, 10_000, HintOptions(maximum_interval=3.9), None, ""),
        (LINEAR, 10_000, HintOptions(maximum_interval=4.1), None, "1.2 MB · 3.4 ms"),
        (_forecast(_estimates(120, 1)), 10_000, HintOptions(), None, "1.2 MB"),
        (
            _forecast(_estimates(1, 1, 0.9), _estimates(1e-9, 0, 0.6)),
            100,
            HintOptions(),
            None,
            "> 2 GB · > 10 s",
        ),
        (_forecast(LINEAR.memory, LINEAR.runtime, "reads files"), 10_000, HintOptions(), None, ""),
        (_forecast(), 10_000, HintOptions(), None, ""),
    ],
)
def test_hints(forecast: Forecast, n: int, options: HintOptions, factor: float | None, expected: str) -> None:
    assert format_hint(forecast, n, options=options, factor=factor) == expected


def test_hint_of_one_metric() -> None:
    assert format_hint(LINEAR, 10_000, ["runtime"]) == "3.4 ms"
    assert format_hint(LINEAR, 10_000, []) == ""


@given(
    st.floats(0, 12),
    st.floats(-9, 1),
    st.floats(-1, 4),
    st.floats(0, 1),
    st.one_of(st.none(), st.floats(1e-3, 1e9)),
)
def test_a_hint_is_never_too_long(
    memory: float, runtime: float, power: float, over: float, factor: float | None
) -> None:
    forecast = _forecast(_estimates(10**memory, power, over), _estimates(10**runtime, power))
    assert len(format_hint(forecast, 10_000, factor=factor)) <= MAXIMUM_HINT


def test_estimates_past_the_limit() -> None:
    assert format_estimate("runtime", Estimate(10, 9.0, 1.0, 10.0, 0.49), 10.0) == "9.0 s"
    assert format_estimate("runtime", Estimate(10, 10.0, 10.0, 10.0, 0.5), 10.0) == "> 10 s"


def test_plots_climb_with_growth() -> None:
    assert plot(_estimates(1, 1)) == "▁▃▅▆█"
    assert plot(_estimates(1, 0)) == "▁▁▁▁▁"
    assert plot(_estimates(1, 0.5)) == "▁▂▃▄▅"
    assert plot(_estimates(1, 1)[:1]) == ""
