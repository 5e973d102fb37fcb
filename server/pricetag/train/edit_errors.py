"""``EditErrors`` fitted to measured edits: the probabilities that a warning states are those of edits like it."""

from __future__ import annotations

import numpy as np
import scipy.optimize
import scipy.stats

from pricetag.forecast.edit_errors import EditErrors
from pricetag.rlm.distribution import Floats

THRESHOLDS = np.log10([1.25, 1.5, 2.0, 4.0])  # ratios whose probabilities are fitted
_START = EditErrors(base=0.1, curve=0.3, share=0.5)
_LEAST, _MOST = 1e-3, 10.0
_FARTHEST = -12.0  # nats that one edit may cost: a single freak must not widen every interval


def fit_edit_errors(change: Floats, variance: Floats, measured: Floats) -> EditErrors:
    """Maximum likelihood of whether each edit passed each of ``THRESHOLDS``, and each of their inverses.

    Arrays [pairs]: the forecast log10 ratio, the sum of both versions' variances in log10, and the measured log10 ratio.
    """

    def loss(parameters: Floats) -> float:
        slope, base, curve, share = np.clip(np.exp(parameters), _LEAST, _MOST)
        mean = slope * change
        sigma = np.sqrt(base**2 + (curve * mean) ** 2 + share**2 * variance)
        total = 0.0
        for sign in (1.0, -1.0):
            margin = (sign * mean[:, None] - THRESHOLDS) / sigma[:, None]
            passed = sign * measured[:, None] >= THRESHOLDS
            logs = np.where(passed, scipy.stats.norm.logcdf(margin), scipy.stats.norm.logcdf(-margin))
            total -= float(np.maximum(logs, _FARTHEST).mean())
        return total

    start = np.log([_START.slope, _START.base, _START.curve, _START.share])
    found = scipy.optimize.minimize(
        loss, start, method="Nelder-Mead", options={"maxiter": 2_000, "xatol": 1e-3, "fatol": 1e-6}
    )
    slope, base, curve, share = (round(float(value), 4) for value in np.clip(np.exp(found.x), _LEAST, _MOST))
    return EditErrors(slope, base, curve, share)
