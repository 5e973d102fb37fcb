"""How well the growth over n is forecast, and which calls pass their limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pricetag.forecast.estimate import Estimate
from pricetag.forecast.growth import DEFAULT_SIZE, fit_growth
from pricetag.rlm.distribution import Floats
from pricetag.rlm.numbers import SIZES
from pricetag.train.baselines import BOOSTING
from pricetag.train.report.held_out import FEWEST, Column, HeldOut, Mask, columns

NEAR = 0.25  # an exponent this close reads as the same growth
LIKELY = 0.5  # from here on the editor shows "> limit"


@dataclass(frozen=True, slots=True)
class Growth:
    """Forecast against measured exponents of one language and metric; shares are None where there are too few."""

    language: str
    metric: str
    measured: tuple[float, ...]
    forecast: tuple[float, ...]
    near: float | None  # share within ``NEAR``
    boosting_near: float | None  # the same of gradient boosting
    constant_near: float | None  # the same of the median measured exponent


@dataclass(frozen=True, slots=True)
class Over:
    """Calls past the limit, of one language, metric and n."""

    language: str
    metric: str
    n: int
    functions: int
    over: int
    foreseen: int  # of ``over``
    false_alarms: int  # of the others


def growths(held_out: HeldOut) -> tuple[Growth, ...]:
    """Per language and metric."""
    found = []
    for language, own in held_out.by_language():
        for metric, column in own.columns.items():
            measured, forecast = exponents(column)
            rows = ~np.isnan(measured) & ~np.isnan(forecast)
            boosting = _boosting_exponents(column)
            near = boosting_near = constant_near = None
            if rows.sum() >= FEWEST:
                near = _near(measured[rows], forecast[rows])
                constant_near = _near(measured[rows], np.full(rows.sum(), np.median(measured[rows])))
                if not np.isnan(boosting[rows]).any():
                    boosting_near = _near(measured[rows], boosting[rows])
            found.append(
                Growth(
                    language, metric, tuple(measured[rows].tolist()), tuple(forecast[rows].tolist()),
                    near, boosting_near, constant_near,
                )
            )  # fmt: skip
    return tuple(found)


def exponents(column: Column) -> tuple[Floats, Floats]:
    """Measured and forecast exponents [E] around the default n, NaN where there is none.

    Both are fitted as the editor fits them, the forecast at those n alone at which the call was measured.
    """
    past = ~np.isfinite(column.truth)
    measured = _fitted(column.truth, past)
    return measured, np.where(
        np.isnan(measured), np.nan, _fitted(column.median, past | (column.over >= LIKELY))
    )


def overs(held_out: HeldOut) -> tuple[Over, ...]:
    """Per language, metric and n."""
    found = []
    for language, own in held_out.by_language():
        for metric, column in own.columns.items():
            for size, n in columns():
                rows = column.answered(size)
                over = np.isinf(column.truth[rows, size])
                said = column.over[rows, size] >= LIKELY
                found.append(
                    Over(
                        language, metric, n, int(rows.sum()),
                        int(over.sum()), int((over & said).sum()), int((~over & said).sum()),
                    )
                )  # fmt: skip
    return tuple(found)


def _boosting_exponents(column: Column) -> Floats:
    forecast = column.forecasts.get(BOOSTING, np.full_like(column.truth, np.nan))
    return _fitted(forecast, ~np.isfinite(column.truth) | np.isnan(forecast))


def _fitted(values: Floats, left_out: Mask) -> Floats:
    """The exponent of each row of log10 values [E, S], from the sizes that are not ``left_out`` [E, S]."""
    found = np.full(len(values), np.nan)
    for row, (own, out) in enumerate(zip(values, left_out, strict=True)):
        estimates = [
            Estimate(n, 10.0**value, 10.0**value, 10.0**value, 0.0)
            for n, value, skipped in zip(SIZES, own, out, strict=True)
            if not skipped and not np.isnan(value)
        ]
        exponent = fit_growth(estimates, DEFAULT_SIZE)
        found[row] = np.nan if exponent is None else exponent
    return found


def _near(measured: Floats, forecast: Floats) -> float:
    return float((np.abs(measured - forecast) <= NEAR).mean())
