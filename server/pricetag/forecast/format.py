"""Numbers for people: two significant digits, decimal units, and the hint of one function."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pricetag.forecast.abstain import is_over, too_wide
from pricetag.forecast.estimate import METRICS, Estimate, Forecast, Metric
from pricetag.forecast.growth import estimate_at, fit_growth
from pricetag.forecast.hint_format import DEFAULT, MAXIMUM_HINT, HintFormat

_BYTES = ("B", "kB", "MB", "GB", "TB", "PB")
_SECONDS = ("ns", "µs", "ms", "s")
_SUPERSCRIPTS = str.maketrans("0123456789.", "⁰¹²³⁴⁵⁶⁷⁸⁹·")
_BLOCKS = "▁▂▃▄▅▆▇█"


def format_bytes(value: float) -> str:
    """Bytes in decimal units: ``640 B``, ``1.2 MB``. Raises ``ValueError`` for anything but a finite value >= 0."""
    _check(value)
    if _round(value) < 1000:
        return f"{_round(value) if value >= 100 else round(value):.0f} B"  # there is no tenth of a byte
    return _scaled(value, _BYTES)


def format_seconds(value: float) -> str:
    """Seconds as ``120 ns``, ``3.4 ms``, ``1.2 s``. Raises ``ValueError`` for anything but a finite value >= 0."""
    _check(value)
    return _scaled(value * 1e9, _SECONDS)


def format_value(metric: Metric, value: float) -> str:
    """A value in the metric's own unit."""
    return format_bytes(value) if metric == "memory" else format_seconds(value)


def format_estimate(metric: Metric, estimate: Estimate, limit: float) -> str:
    """The median, or ``> limit`` where the call more likely than not passes it."""
    if is_over(estimate):
        return f"> {format_limit(metric, limit)}"
    return format_value(metric, estimate.median)


def format_limit(metric: Metric, limit: float) -> str:
    """A limit in whole units, rounded down so that "> 2 GB" stays true of 2 GiB."""
    if metric == "runtime":
        return f"{limit:.0f} s" if limit >= 100 else f"{limit:.2g} s"
    power = max(0, min(len(_BYTES) - 1, int(math.log10(max(limit, 1)) // 3)))
    return f"{math.floor(limit / 1000**power)} {_BYTES[power]}"


def format_size(n: int) -> str:
    """n with thousands separated: ``10,000``."""
    return f"{n:,}"


def format_factor(factor: float) -> str:
    """``×4.1``, ``×12``."""
    rounded = _round(factor)
    return f"×{rounded:.1f}" if rounded < 10 else f"×{rounded:,.0f}"


def growth_symbol(exponent: float | None) -> str:
    """``1``, ``√n``, ``n``, ``n¹·⁵``, ``n²``...: the exponent to the nearest half; empty where it is unknown."""
    if exponent is None or not math.isfinite(exponent):
        return ""
    halves = max(0, round(exponent * 2))
    if halves < 3:
        return ("1", "√n", "n")[halves]
    return "n" + f"{halves / 2:g}".translate(_SUPERSCRIPTS)


def plot(estimates: Sequence[Estimate]) -> str:
    """One block character per size, the height logarithmic: linear growth climbs the whole way, no growth stays flat."""
    if len(estimates) < 2:
        return ""
    logs = [math.log10(max(e.median, 1e-12)) for e in estimates]
    decades = math.log10(max(estimates[-1].n, 1) / max(estimates[0].n, 1))
    lowest, scale = min(logs), max(max(logs) - min(logs), decades, 1e-9)
    return "".join(_BLOCKS[round((value - lowest) / scale * (len(_BLOCKS) - 1))] for value in logs)


@dataclass(frozen=True, slots=True)
class HintOptions:
    """What the user wants in a hint."""

    metrics: tuple[Metric, ...] = METRICS
    minimum_memory: float = 0.0  # bytes; cheaper functions show no memory
    minimum_runtime: float = 0.0  # seconds
    maximum_interval: float = math.inf  # high / low; a wider forecast is not shown
    memory_limit: float = float(2 << 30)
    time_limit: float = 10.0
    layout: HintFormat = DEFAULT

    def limit(self, metric: Metric) -> float:
        """Above this a label is ``over``."""
        return self.memory_limit if metric == "memory" else self.time_limit

    def minimum(self, metric: Metric) -> float:
        """Below this a metric is not worth a hint."""
        return self.minimum_memory if metric == "memory" else self.minimum_runtime


def format_hint(
    forecast: Forecast,
    n: int,
    metrics: Sequence[Metric] = METRICS,
    options: HintOptions | None = None,
    factor: float | None = None,
) -> str:
    """The hint of one function, ``1.2 MB · 3.4 ms · n²``, led by ``▲×4.1`` where it regressed by ``factor``.

    At most ``MAXIMUM_HINT`` characters: the growth is left out first, then all but the first metric; never cut. Empty
    where there is nothing to say (abstained, n unknown to the model, interval too wide, cheaper than the minimum).
    """
    options = options or HintOptions()
    shown: list[tuple[Metric, Estimate]] = []
    for metric in metrics:
        estimate = estimate_at(forecast.estimates(metric), n)
        if forecast.abstained or estimate is None or too_wide(metric, estimate, options.maximum_interval):
            continue
        if metric in options.layout.names and (
            estimate.median >= options.minimum(metric) or is_over(estimate)
        ):
            shown.append((metric, estimate))
    if not shown:
        return ""
    values: dict[str, str] = {
        metric: format_estimate(metric, estimate, forecast.limit(metric, options.limit(metric)))
        for metric, estimate in shown
    }
    always = {"n": format_size(n), "change": f"▲{format_factor(factor)}" if factor is not None else ""}
    steepest = max((fit_growth(forecast.estimates(metric), n) or 0.0 for metric, _ in shown), default=0.0)
    growth = {"growth": growth_symbol(steepest)} if round(steepest * 2) > 2 else {}
    first = shown[0][0]
    for parts in (values | growth, values, {first: values[first]}):
        hint = options.layout.fill(parts | always)
        if len(hint) <= MAXIMUM_HINT:
            return hint
    return ""


def _check(value: float) -> None:
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"{value} is not a cost")


def _round(value: float) -> float:
    return float(f"{value:.1e}")


def _scaled(value: float, units: Sequence[str]) -> str:
    rounded = _round(value)
    power = 0
    while rounded >= 1000 and power < len(units) - 1:
        # Rounded before the unit is chosen: 999.9 kB is "1.0 MB", never "1000 kB".
        rounded, power = _round(rounded / 1000), power + 1
    if rounded >= 10 or rounded == 0:
        return f"{rounded:,.0f} {units[power]}"
    return f"{rounded:.1f} {units[power]}"
