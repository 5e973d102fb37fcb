"""When a forecast is better not shown, and the reason in the user's words."""

from __future__ import annotations

from collections.abc import Sequence

from pricetag.forecast.estimate import METRICS, Estimate, Forecast, Metric
from pricetag.forecast.growth import estimate_at

# Costs this small are all the same to a reader: an interval of 10 B to 200 B is not uncertainty worth hiding.
_FLOOR: dict[Metric, float] = {"memory": 1024.0, "runtime": 1e-6}


def is_over(estimate: Estimate) -> bool:
    """Whether the call more likely than not passes the limit; it is then shown as "> 10 s"."""
    return estimate.over >= 0.5


def width(metric: Metric, estimate: Estimate) -> float:
    """high / low of the 80 % interval, both lifted by a floor so that trifles count as narrow."""
    floor = _FLOOR[metric]
    return (estimate.high + floor) / (estimate.low + floor)


def too_wide(metric: Metric, estimate: Estimate, maximum: float) -> bool:
    """Whether the interval is wider than ``maximum`` (high / low). "Over" is certain enough to be said."""
    return not is_over(estimate) and width(metric, estimate) > maximum


def reason_against(
    forecast: Forecast, n: int, maximum_interval: float, metrics: Sequence[Metric] = METRICS
) -> str:
    """Why nothing is shown for this function at n, or "" if at least one metric can be."""
    if forecast.abstained:
        return forecast.abstained
    known = [e.n for metric in metrics for e in forecast.estimates(metric)]
    if not known:
        return "the model forecasts none of the metrics asked for"
    estimates = [(m, e) for m in metrics if (e := estimate_at(forecast.estimates(m), n)) is not None]
    if not estimates:
        return f"n = {n:,} is outside what the model knows ({min(known):,} to {max(known):,})"
    if all(too_wide(metric, estimate, maximum_interval) for metric, estimate in estimates):
        narrowest = min(width(metric, estimate) for metric, estimate in estimates)
        return (
            f"too uncertain: the 80 % interval spans a factor of {narrowest:,.0f}, "
            f"more than the {maximum_interval:,.0f} allowed"
        )
    return ""
