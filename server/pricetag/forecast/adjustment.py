"""Forecasts brought to the user's machine and project: monotone maps of the cost, applied after the cache.

A model forecasts bytes, and seconds of the labels' reference machine. An ``Adjustment`` turns them into what the user
would measure. Each map is strictly increasing and the same at every n, so that of two functions of one language the
heavier stays the heavier: no rank correlation per (language, metric, n) changes.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from pricetag.forecast.estimate import METRICS, Estimate, Forecast, Metric, ModelInfo
from pricetag.forecast.growth import DEFAULT_SIZE, fit_growth

_LEAST = 1e-12  # bytes or seconds; keeps a logarithm of nothing finite


@dataclass(frozen=True, slots=True)
class Correction:
    """An increasing line in log10 space, and what widens the interval around it afterwards.

    ``pivot`` and ``shift`` are log10 bytes or seconds, ``slope`` is above 0, ``low`` and ``high`` are log10 offsets
    added to the ends of the 80 % interval.
    """

    shift: float = 0.0
    slope: float = 1.0
    pivot: float = 0.0
    low: float = 0.0
    high: float = 0.0

    def __call__(self, log10: float) -> float:
        """The corrected log10 of a forecast value."""
        return self.pivot + self.slope * (log10 - self.pivot) + self.shift


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What is known of the user's project and machine; empty, it changes nothing.

    ``corrections`` are by (language, metric). ``speeds`` are by language: seconds here for a second of the reference
    machine, applied after the corrections, which are in the reference machine's seconds like all labels.
    """

    corrections: Mapping[tuple[str, str], Correction] = field(default_factory=dict)
    speeds: Mapping[str, float] = field(default_factory=dict)

    def apply(self, forecast: Forecast, language: str, info: ModelInfo) -> Forecast:
        """The forecast as the user would measure it. The limits that ``over`` is about move along with the values.

        ``over`` itself stays: passing the moved limit here is what passing the model's limit was.
        """
        if forecast.abstained:
            return forecast
        maps = {metric: self._map(language, metric) for metric in METRICS}
        if not any(maps.values()):
            return forecast
        limits = {"memory": info.memory_limit, "runtime": info.time_limit}
        changes: dict[str, object] = {}
        for metric, mapping in maps.items():
            if mapping is None:
                continue
            correction, factor = mapping
            limit = math.log10(limits[metric])
            adjusted = tuple(_moved(e, correction, factor, limit) for e in forecast.estimates(metric))
            changes[metric] = adjusted
            changes[f"{metric}_limit"] = 10.0 ** correction(limit) * factor
            changes[f"{metric}_growth"] = fit_growth(adjusted, DEFAULT_SIZE)
        return dataclasses.replace(forecast, **changes)  # type: ignore[arg-type]

    def _map(self, language: str, metric: Metric) -> tuple[Correction, float] | None:
        correction = self.corrections.get((language, metric))
        factor = self.speeds.get(language, 1.0) if metric == "runtime" else 1.0
        if correction is None and factor == 1.0:
            return None
        return correction or Correction(), factor


def _moved(estimate: Estimate, correction: Correction, factor: float, limit: float) -> Estimate:
    """One estimate through the map; ``limit`` is the model's, in log10. The interval still holds the median."""
    low, median, high = (
        math.log10(max(value, _LEAST)) for value in (estimate.low, estimate.median, estimate.high)
    )
    # A quantile at the limit stands for all beyond it: no offset brings it back.
    censored = high >= limit - 1e-9
    middle, ceiling = correction(median), correction(limit)
    bottom = min(correction(low) + correction.low, middle)
    top = ceiling if censored else min(correction(high) + correction.high, ceiling)
    return dataclasses.replace(
        estimate,
        low=10.0**bottom * factor,
        median=10.0**middle * factor,
        high=10.0 ** max(top, middle) * factor,
    )
