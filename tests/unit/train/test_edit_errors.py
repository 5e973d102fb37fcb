"""Probabilities of made-up edits whose errors are known."""

from __future__ import annotations

import numpy as np
import pytest

from pricetag.baseline.rule import above
from pricetag.forecast.edit_errors import EditErrors
from pricetag.train.edit_errors import fit_edit_errors


def made(errors: EditErrors, count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Forecast changes, variances and measured changes that ``errors`` describes."""
    rng = np.random.default_rng(seed)
    change = rng.choice([0.0, 1.0], count) * rng.normal(0, 1, count)
    variance = rng.uniform(0.01, 0.5, count)
    mean = errors.slope * change
    of_change = np.abs(mean) * (errors.curve**2 + errors.doubt**2 * variance)
    sigma = np.sqrt(errors.base**2 + errors.share**2 * variance + of_change)
    return change, variance, mean + sigma * rng.normal(size=count)


@pytest.mark.parametrize(
    "truth",
    [
        EditErrors(0.8, 0.05, 0.2, 0.3),
        EditErrors(1.0, 0.2, 0.01, 0.8),
        EditErrors(0.5, 0.3, 0.5, 0.01),
        EditErrors(1.0, 0.05, 0.3, 0.1, 1.0),
    ],
)
def test_stated_probabilities_come_true(truth: EditErrors) -> None:
    fitted = fit_edit_errors(*made(truth, 4_000, seed=0))
    assert fitted.slope == pytest.approx(truth.slope, abs=0.1)
    change, variance, measured = made(truth, 20_000, seed=1)
    said = np.array(
        [probability(fitted, one, v) for one, v in zip(change.tolist(), variance.tolist(), strict=True)]
    )
    came = measured >= np.log10(1.5)
    for low, high in ((0.0, 0.05), (0.05, 0.3), (0.3, 0.7), (0.7, 0.95), (0.95, 1.0)):
        rows = (said >= low) & (said <= high)
        if rows.sum() >= 300:
            assert came[rows].mean() == pytest.approx(said[rows].mean(), abs=0.06)


def probability(errors: EditErrors, change: float, variance: float) -> float:
    mean, sigma = errors.log_ratio((0.0, np.sqrt(variance)), (change, 0.0))
    return above(mean - np.log10(1.5), sigma)


@pytest.mark.parametrize(
    ("errors", "before", "after", "expected"),
    [
        (EditErrors(), (2.0, 0.3), (3.0, 0.4), (1.0, 0.5)),
        (EditErrors(correlation=1.0), (2.0, 0.3), (3.0, 0.3), (1.0, 0.0)),
        (EditErrors(correlation=2.0), (2.0, 0.3), (3.0, 0.3), (1.0, 0.0)),
        (EditErrors(slope=0.5, base=0.3, curve=0.5, share=0.0), (4.0, 1.0), (2.0, 1.0), (-1.0, 0.34**0.5)),
        (EditErrors(base=0.3, share=0.0, doubt=2.0), (2.0, 0.3), (4.0, 0.4), (2.0, 2.09**0.5)),
    ],
)
def test_the_ratio_of_two_versions(
    errors: EditErrors,
    before: tuple[float, float],
    after: tuple[float, float],
    expected: tuple[float, float],
) -> None:
    assert errors.log_ratio(before, after) == pytest.approx(expected)
