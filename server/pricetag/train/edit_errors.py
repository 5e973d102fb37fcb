"""``EditErrors`` fitted to measured edits: the probabilities that a warning states are those of edits like it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.optimize
import scipy.stats

from pricetag.baseline.rule import log_normal
from pricetag.forecast.edit_errors import EditErrors
from pricetag.forecast.estimate import METRICS, Metric
from pricetag.rlm.distribution import Floats
from pricetag.train.edit_pairs import EditPair
from pricetag.train.report.held_out import HeldOut
from pricetag.train.report.warnings import answered_pairs, estimates

THRESHOLDS = np.log10([1.25, 1.5, 2.0, 4.0])  # ratios whose probabilities are fitted
_START = EditErrors(base=0.1, curve=0.3, share=0.3, doubt=0.5)
_LEAST, _MOST = 1e-3, 10.0
_FEWEST = 100  # edits
_TRIFLE: dict[Metric, float] = {
    "memory": 1024.0,
    "runtime": 1e-6,
}  # edits below this on both sides teach nothing
_FARTHEST = -12.0  # nats that one edit may cost: a single freak must not widen every interval


def fit_edit_errors(change: Floats, variance: Floats, measured: Floats) -> EditErrors:
    """Maximum likelihood of whether each edit passed each of ``THRESHOLDS``, and each of their inverses.

    Arrays [pairs]: the forecast log10 ratio, the sum of both versions' variances in log10, and the measured log10 ratio.
    """

    def loss(parameters: Floats) -> float:
        slope, base, curve, share, doubt = np.clip(np.exp(parameters), _LEAST, _MOST)
        mean = slope * change
        of_change = np.abs(mean) * (curve**2 + doubt**2 * variance)
        sigma = np.sqrt(base**2 + share**2 * variance + of_change)
        total = 0.0
        for sign in (1.0, -1.0):
            margin = (sign * mean[:, None] - THRESHOLDS) / sigma[:, None]
            passed = sign * measured[:, None] >= THRESHOLDS
            logs = np.where(passed, scipy.stats.norm.logcdf(margin), scipy.stats.norm.logcdf(-margin))
            total -= float(np.maximum(logs, _FARTHEST).mean())
        return total

    start = np.log([_START.slope, _START.base, _START.curve, _START.share, _START.doubt])
    found = scipy.optimize.minimize(
        loss, start, method="Nelder-Mead", options={"maxiter": 4_000, "xatol": 1e-3, "fatol": 1e-6}
    )
    return EditErrors(*(round(float(value), 4) for value in np.clip(np.exp(found.x), _LEAST, _MOST)))


def errors_of(held_out: HeldOut, pairs: Sequence[EditPair]) -> dict[str, dict[str, tuple[float, ...]]]:
    """The fitted numbers by language and metric, as a checkpoint's config holds them; none where edits are too few."""
    found: dict[str, dict[str, tuple[float, ...]]] = {}
    answered = answered_pairs(held_out, pairs)
    for language in sorted({pair.language for pair in answered}):
        for metric in METRICS:
            rows = []
            own = [pair for pair in answered if pair.language == language]
            sides = (estimates(held_out, own, "before", metric), estimates(held_out, own, "after", metric))
            for pair, before, after in zip(own, *sides, strict=True):
                if max(before.over, after.over) >= 0.5 or max(before.median, after.median) < _TRIFLE[metric]:
                    continue
                (mean_before, sigma_before), (mean_after, sigma_after) = (
                    log_normal(one, metric) for one in (before, after)
                )
                measured = pair.memory if metric == "memory" else pair.runtime
                rows.append((mean_after - mean_before, sigma_before**2 + sigma_after**2, np.log10(measured)))
            if len(rows) >= _FEWEST:
                fitted = fit_edit_errors(*np.array(rows).T)
                found.setdefault(language, {})[metric] = fitted.numbers
    return found
