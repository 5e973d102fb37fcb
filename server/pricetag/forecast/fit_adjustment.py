"""How a model's forecasts of one project are off, as an increasing line in log10 space, or not at all.

Few labels of few functions must not make forecasts worse. So there are at most two parameters, shrunk to the identity by
the number of independent functions; functions that were left out decide whether anything is applied; and the map is
strictly increasing, so that no rank changes. An isotonic map would have flat pieces, which tie ranks: there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pricetag.forecast.adjustment import Correction
from pricetag.forecast.adjustment_files import LONGEST_SHIFT, SLOPES, Evidence

Floats = NDArray[np.float64]

FEWEST = 5  # functions for a shift
FEWEST_LINE = 20  # functions for a slope
FEWEST_INTERVAL = 10  # functions for offsets of the interval
_SHRINK_SHIFT = 5  # functions that weigh as much as the prior belief in the model
_SHRINK_LINE = 20
_SHRINK_INTERVAL = 20
_TAIL = 0.1


@dataclass(frozen=True, slots=True)
class Rows:
    """Labels of one language and metric beside their forecasts: arrays [R], log10, ``function`` a number of each."""

    function: NDArray[np.int64]
    truth: Floats
    low: Floats
    median: Floats
    high: Floats

    def where(self, chosen: NDArray[np.bool_]) -> Rows:
        """Some of the rows."""
        return Rows(*(getattr(self, name)[chosen] for name in self.__slots__))

    @property
    def functions(self) -> int:
        """How many independent functions there are."""
        return len(np.unique(self.function))

    @property
    def weights(self) -> Floats:
        """Every function weighs the same, however many labels it has."""
        _, inverse, counts = np.unique(self.function, return_inverse=True, return_counts=True)
        return np.asarray(1.0 / counts[inverse], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one language and metric; ``correction`` is None where nothing is better than nothing."""

    correction: Correction | None
    evidence: Evidence


def calibrate(rows: Rows) -> Finding:
    """The most elaborate correction that each time beat the simpler one on functions that it was not fitted to.

    "Beat": the mean improvement over functions, each left out once, exceeds its standard error.
    """
    chosen: Callable[[Rows], Correction] | None = None
    before = errors = _errors(rows, None)
    scores = _interval_scores(rows, None)
    for fewest, candidate in ((FEWEST, _shift), (FEWEST_LINE, _line)):
        if rows.functions >= fewest:
            found = _errors(rows, candidate)
            if _is_better(errors, found):
                chosen, errors, scores = candidate, found, _interval_scores(rows, candidate)
    if rows.functions >= FEWEST_INTERVAL:
        points = chosen or _identity

        def with_interval(training: Rows) -> Correction:
            return _interval(training, points(training))

        if _is_better(scores, _interval_scores(rows, with_interval)):
            chosen = with_interval
    evidence = Evidence(rows.functions, len(rows.truth), _mean(before), _mean(errors))
    return Finding(chosen(rows) if chosen else None, evidence)


def fit(rows: Rows) -> Correction:
    """A line and interval offsets, whether or not they help."""
    return _interval(rows, _line(rows))


def _identity(rows: Rows) -> Correction:
    return Correction()


def _shift(rows: Rows) -> Correction:
    """The median residual, shrunk to 0."""
    typical = _quantile(rows.truth - rows.median, rows.weights, 0.5)
    shift = typical * _share(rows, _SHRINK_SHIFT)
    return Correction(shift=float(np.clip(shift, -LONGEST_SHIFT, LONGEST_SHIFT)))


def _line(rows: Rows) -> Correction:
    """Least squares for the slope, shrunk to 1, around the mean forecast; then the shift."""
    weights = rows.weights
    pivot = float(np.average(rows.median, weights=weights))
    x, residual = rows.median - pivot, rows.truth - rows.median
    spread = float(weights @ x**2)
    tilt = (
        float(weights @ (x * (residual - np.average(residual, weights=weights)))) / spread if spread else 0.0
    )
    slope = float(np.clip(1.0 + tilt, *SLOPES)) ** _share(rows, _SHRINK_LINE)
    sloped = replace(rows, median=pivot + slope * x)
    return replace(_shift(sloped), slope=slope, pivot=pivot)


def _interval(rows: Rows, correction: Correction) -> Correction:
    """Offsets as of split conformal with the tails apart (Romano et al. 2019), shrunk to none.

    The finite-sample level counts functions, as labels of one function are not independent.
    """
    count = rows.functions
    level = min(np.ceil((1 - _TAIL) * (count + 1)) / count, 1.0)
    below = _quantile(_apply(correction, rows.low) - rows.truth, rows.weights, level)
    above = _quantile(rows.truth - _apply(correction, rows.high), rows.weights, level)
    share = _share(rows, _SHRINK_INTERVAL)
    low, high = np.clip([-below * share, above * share], -LONGEST_SHIFT, LONGEST_SHIFT)
    return replace(correction, low=float(low), high=float(high))


def _errors(rows: Rows, candidate: Callable[[Rows], Correction] | None) -> Floats:
    """Mean |log10 error| of each function [F], corrected by what ``candidate`` learns of all others."""

    def error(held_out: Rows, correction: Correction) -> float:
        return float(np.abs(held_out.truth - _apply(correction, held_out.median)).mean())

    return _left_out(rows, candidate, error)


def _interval_scores(rows: Rows, candidate: Callable[[Rows], Correction] | None) -> Floats:
    """Mean interval score of each function [F]: width, and 2/alpha for each decade a label lies outside.

    Gneiting and Raftery (2007), section 6.2: lower is better, and honest intervals are the best.
    """

    def score(held_out: Rows, correction: Correction) -> float:
        middle = _apply(correction, held_out.median)
        low = np.minimum(_apply(correction, held_out.low) + correction.low, middle)
        high = np.maximum(_apply(correction, held_out.high) + correction.high, middle)
        outside = np.maximum(low - held_out.truth, 0) + np.maximum(held_out.truth - high, 0)
        return float((high - low + outside / _TAIL).mean())

    return _left_out(rows, candidate, score)


def _left_out(
    rows: Rows, candidate: Callable[[Rows], Correction] | None, measure: Callable[[Rows, Correction], float]
) -> Floats:
    """``measure`` of each function, under the correction that ``candidate`` learns without it."""
    found = []
    for function in np.unique(rows.function):
        own = rows.function == function
        correction = candidate(rows.where(~own)) if candidate else Correction()
        found.append(measure(rows.where(own), correction))
    return np.array(found)


def _is_better(before: Floats, after: Floats) -> bool:
    gain = before - after
    return bool(gain.mean() > gain.std(ddof=1) / np.sqrt(len(gain)))


def _apply(correction: Correction, values: Floats) -> Floats:
    return correction.pivot + correction.slope * (values - correction.pivot) + correction.shift


def _share(rows: Rows, prior: int) -> float:
    """How far to go from the identity to what the rows say."""
    return rows.functions / (rows.functions + prior)


def _quantile(values: Floats, weights: Floats, level: float) -> float:
    """The least value that at least ``level`` of the weight lies at or below."""
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weights[order])
    index = int(np.searchsorted(cumulative, level * cumulative[-1] * (1 - 1e-12), side="left"))
    return float(values[order][min(index, len(values) - 1)])


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else 0.0
