"""How a metric grows with n: estimates between the model's sizes, and the exponent around one n."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from pricetag.forecast.estimate import METRICS, Estimate, Forecast, Metric

DEFAULT_SIZE = 10_000

_POINTS = 3  # sizes the exponent is fitted to: local enough to be the growth *at* n, enough to average noise
_OVER = 0.5  # from here on the median is the limit, which says nothing of growth
_ZERO = 1e-12  # keeps a logarithm of nothing finite


def estimate_at(estimates: Sequence[Estimate], n: int) -> Estimate | None:
    """The estimate at n, interpolated in log-log between neighbours; None outside the sizes known."""
    before = max((e for e in estimates if e.n <= n), key=lambda e: e.n, default=None)
    after = min((e for e in estimates if e.n >= n), key=lambda e: e.n, default=None)
    if before is None or after is None:
        return None
    if before.n == after.n:
        return before
    share = math.log(n / before.n) / math.log(after.n / before.n)
    return Estimate(
        n=n,
        median=_between(before.median, after.median, share),
        low=_between(before.low, after.low, share),
        high=_between(before.high, after.high, share),
        over=before.over + share * (after.over - before.over),
    )


def fit_growth(estimates: Sequence[Estimate], n: int) -> float | None:
    """Exponent of the metric over n: least squares of log10 median on log10 n, over the sizes nearest to n.

    None with fewer than two sizes whose median is a number rather than the limit.
    """
    known = [e for e in estimates if e.over < _OVER and e.n > 0]
    nearest = sorted(known, key=lambda e: (abs(math.log(e.n / max(n, 1))), e.n))[:_POINTS]
    if len(nearest) < 2:
        return None
    x = [math.log10(e.n) for e in nearest]
    y = [math.log10(max(e.median, _ZERO)) for e in nearest]
    x_mean, y_mean = sum(x) / len(x), sum(y) / len(y)
    spread = sum((a - x_mean) ** 2 for a in x)
    return sum((a - x_mean) * (b - y_mean) for a, b in zip(x, y, strict=True)) / spread if spread else None


def select(full: Forecast, sizes: Sequence[int]) -> Forecast:
    """A forecast at other sizes than its own, with growth around the default size kept. Empty ``sizes`` keeps all."""
    if full.abstained or not sizes:
        return full
    picked: dict[Metric, tuple[Estimate, ...]] = {
        metric: tuple(e for n in sizes if (e := estimate_at(full.estimates(metric), n)) is not None)
        for metric in METRICS
    }
    if not any(picked.values()):
        known = [e.n for metric in METRICS for e in full.estimates(metric)]
        span = f" ({min(known):,} to {max(known):,})" if known else ""
        asked = ", ".join(f"{n:,}" for n in sizes)
        reason = f"n = {asked} is outside what the model knows{span}"
        return Forecast(full.key, full.assumes, abstained=reason)
    return dataclasses.replace(full, memory=picked["memory"], runtime=picked["runtime"])


def _between(a: float, b: float, share: float) -> float:
    if a <= 0 or b <= 0:
        return a + share * (b - a)
    return float(a * (b / a) ** share)
