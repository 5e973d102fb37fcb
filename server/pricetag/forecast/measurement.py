"""What one function was measured to cost at one n, kept beside its forecasts as long as its text is the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pricetag.forecast.cache import Rows, default_path
from pricetag.forecast.estimate import Metric
from pricetag.forecast.format import HintOptions, format_factor, format_limit, format_size, format_value
from pricetag.forecast.hint_format import MAXIMUM_HINT

MARK = "="  # before the values of a hint that were measured


@dataclass(frozen=True, slots=True)
class Measurement:
    """Bytes and seconds of one call, None where there is no number; ``over`` names the metrics that passed their limit."""

    n: int
    assumes: str  # the inputs that it was called with
    memory: float | None
    runtime: float | None  # of the machine that forecasts are for
    over: tuple[str, ...]
    memory_limit: float
    time_limit: float
    when: float  # seconds since the epoch

    def value(self, metric: Metric) -> float | None:
        """Bytes or seconds."""
        return self.memory if metric == "memory" else self.runtime

    def text(self, metric: Metric) -> str:
        """The value, ``> limit`` where the call passed it, empty where nothing is known."""
        if metric in self.over:
            return f"> {format_limit(metric, self.memory_limit if metric == 'memory' else self.time_limit)}"
        value = self.value(metric)
        return "" if value is None else format_value(metric, value)


class MeasurementCache(Rows):
    """Measurements, by the key of `measurement_key`."""

    kind = "measurement"

    def newest(self, count: int) -> dict[str, Measurement]:
        """The last measurements, by key."""
        found = {}
        for key, raw in self.read_newest(count).items():
            if (measurement := _decode(raw)) is not None:
                found[key] = measurement
        return found

    def put(self, key: str, measurement: Measurement) -> None:
        """Store a measurement."""
        self.write(key, asdict(measurement))


def measurements_path() -> Path:
    """Where measurements lie: beside the forecasts."""
    return default_path().with_name("measurements.sqlite3")


def measurement_key(query: str, n: int, machine: str) -> str:
    """Hex SHA-256 over the key of a function's query (its text, its callees', the workload), n and the machine."""
    return hashlib.sha256("\0".join((query, str(n), machine)).encode("utf-8", "surrogatepass")).hexdigest()


def format_measured_hint(
    measured: Measurement, metrics: Sequence[Metric], options: HintOptions, factor: float | None = None
) -> str:
    """The hint of one function that was measured, ``= 1.2 MB · 3.4 ms``, led by ``▲×4.1`` where its forecast regressed.

    At most ``MAXIMUM_HINT`` characters: all but the first metric are left out, never cut. No growth: that is forecast.
    """
    values: dict[str, str] = {
        metric: text
        for metric in metrics
        if metric in options.layout.names
        and (text := measured.text(metric))
        and (metric in measured.over or (measured.value(metric) or 0.0) >= options.minimum(metric))
    }
    if not values:
        return ""
    change = f"▲{format_factor(factor)}" if factor is not None else ""
    always = {"n": format_size(measured.n), "change": change}
    first = next(iter(values))
    for parts in (values, {first: values[first]}):
        hint = options.layout.fill(_marked(parts, options.layout.names) | always)
        if len(hint) <= MAXIMUM_HINT:
            return hint
    return ""


def _marked(values: Mapping[str, str], order: Sequence[str]) -> dict[str, str]:
    first = next(name for name in order if name in values)
    return {**values, first: f"{MARK} {values[first]}"}


def _decode(raw: Any) -> Measurement | None:
    """A measurement from ``dataclasses.asdict`` output that went through JSON, None for anything else."""
    try:
        return Measurement(
            n=int(raw["n"]),
            assumes=str(raw["assumes"]),
            memory=None if raw["memory"] is None else float(raw["memory"]),
            runtime=None if raw["runtime"] is None else float(raw["runtime"]),
            over=tuple(map(str, raw["over"])),
            memory_limit=float(raw["memory_limit"]),
            time_limit=float(raw["time_limit"]),
            when=float(raw["when"]),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
