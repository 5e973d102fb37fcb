"""Made-up held-out functions with known labels and forecasts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pricetag.rlm.distribution import Floats
from pricetag.rlm.numbers import SIZES
from pricetag.rlm.prompt import render
from pricetag.train.baselines import BOOSTING
from pricetag.train.dataset import METRICS, Example
from pricetag.train.report.held_out import CENTRAL, RLM, Column, HeldOut

LIMIT = {"memory": 9.0, "runtime": 1.0}  # log10 of bytes, seconds
_Z = np.array([0.674, 1.282, 1.645, 1.960])  # half widths of the ``CENTRAL`` intervals in standard deviations


def example(
    row: int, language: str = "python", source: str = "mbpp", code: str = "def f(xs):\n\tpass"
) -> Example:
    """A function of its own problem; its labels stand in ``column``."""
    prompt = render(language, "xs: list[int] of n", code)
    return Example(
        f"{source}/{row}", source, f"p/{row}", language, "test", prompt, {"memory": {}, "runtime": {}}
    )


def column(
    truth: Floats, forecast: Floats, limit: float, sigma: float | Floats = 0.5, boosting: Floats | None = None
) -> Column:
    """Normal forecasts [E, S]; ``sigma`` in decades, one or [E]."""
    spread = np.broadcast_to(sigma, len(truth))[:, None, None, None]
    half = spread * _Z[None, None, :, None] * np.array([-1, 1])
    intervals = np.minimum(forecast[..., None, None] + half, limit)
    assert intervals.shape == (*truth.shape, len(CENTRAL), 2)
    forecasts = {RLM: forecast} if boosting is None else {RLM: forecast, BOOSTING: boosting}
    over = np.where(forecast >= limit, 1.0, 0.0)
    return Column(limit, truth, forecasts, np.minimum(forecast, limit), over, intervals, intervals)


def held_out(
    examples: list[Example],
    truth: Floats,
    forecast: Floats,
    sigma: float | Floats = 0.5,
    boosting: Floats | None = None,
    limits: Mapping[str, float] = LIMIT,
) -> HeldOut:
    """Memory as given, [E, S]; runtime the same eight decades below."""
    shift = {"memory": 0.0, "runtime": -8.0}
    columns = {
        metric: column(
            truth + shift[metric],
            forecast + shift[metric],
            limits[metric],
            sigma,
            None if boosting is None else boosting + shift[metric],
        )
        for metric in METRICS
    }
    return HeldOut(tuple(examples), np.full(len(examples), 100), columns)


def lines(start: Floats, slope: Floats) -> Floats:
    """log10 of costs that grow as n to the ``slope`` from ``start`` at n = 10, both [E]; [E, S]."""
    return start[:, None] + slope[:, None] * (np.log10(SIZES) - 1)
