"""What a checkpoint learns after training: honest intervals, abstention and the correlation of errors on the validation
split, and what the training functions look like.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from sklearn.cluster import MiniBatchKMeans

from pricetag.rlm.distribution import Floats
from pricetag.rlm.numbers import SIZES
from pricetag.train.dataset import METRICS, Example
from pricetag.train.predict import Predictions, truths

_TAIL = 0.1
_CENTRES = 512
MAXIMUM_WIDTH = 3.0  # decades: a wider 80 % interval says too little to show, see ``abstention_curve``
_FEWEST = 30  # labels; with fewer the offset of the whole language and metric is used


def conformal_offsets(
    examples: Sequence[Example], predictions: Mapping[str, Predictions], limits: Mapping[str, float]
) -> dict[str, Any]:
    """Offsets that make the raw 10 % and 90 % quantiles hold: ``{language: {metric: {n: {low, high}}}}`` in log10.

    Split conformal on each side (conformalised quantile regression, Romano et al. 2019, with the tails apart):
    the finite-sample quantile of (quantile - label) and (label - quantile). An interval that reaches the metric's limit
    (bytes, seconds) holds ``over``, and every interval begins at the limit or below.
    """
    result: dict[str, Any] = {}
    for language in sorted({example.language for example in examples}):
        chosen = np.array([example.language == language for example in examples])
        result[language] = {}
        for metric in METRICS:
            limit = np.log10(limits[metric])
            truth, quantiles = truths(examples, metric)[chosen], predictions[metric].quantiles[chosen]
            pooled = _offsets(truth.ravel(), quantiles[..., 0].ravel(), quantiles[..., 2].ravel(), limit)
            result[language][metric] = {}
            for column, n in enumerate(SIZES):
                own = (truth[:, column], quantiles[:, column, 0], quantiles[:, column, 2])
                enough = int((~np.isnan(own[0]) & ~np.isnan(own[1])).sum()) >= _FEWEST
                low, high = _offsets(*own, limit) if enough else pooled
                result[language][metric][str(n)] = {"low": round(low, 4), "high": round(high, 4)}
    return result


def _offsets(truth: Floats, low: Floats, high: Floats, limit: float) -> tuple[float, float]:
    rows = ~np.isnan(truth) & ~np.isnan(low)
    if not rows.any():
        return 0.0, 0.0
    known, low, high = np.minimum(truth[rows], limit), low[rows], high[rows]
    below = np.where(known >= limit, -np.inf, low - known)  # no interval begins above the limit
    above = known - high
    return -_holding(below), _holding(above)


def _holding(side: Floats) -> float:
    """What an end must be moved outwards by to miss a tenth of new labels; 0 where no move within the limit would."""
    level = min(np.ceil((1 - _TAIL) * (len(side) + 1)) / len(side), 1.0)
    moved = float(np.quantile(side, level, method="higher"))
    return moved if np.isfinite(moved) else 0.0


def pair_correlation(
    examples: Sequence[Example], predictions: Mapping[str, Predictions]
) -> tuple[float, int]:
    """Correlation of the memory errors of two solutions of one problem in one language, and how many pairs."""
    truth, mean = truths(examples, "memory"), predictions["memory"].mean
    errors = np.where(np.isfinite(truth), mean - truth, np.nan)
    rows_of: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, example in enumerate(examples):
        rows_of[example.problem, example.language].append(row)
    pairs = [(errors[a], errors[b]) for rows in rows_of.values() for a, b in pairwise(rows)]
    if not pairs:
        return 0.0, 0
    left, right = (np.concatenate(side) for side in zip(*pairs, strict=True))
    both = ~np.isnan(left) & ~np.isnan(right)
    if both.sum() < _FEWEST:
        return 0.0, int(both.sum())
    return float(np.corrcoef(left[both], right[both])[0, 1]), int(both.sum())


def abstention_curve(
    examples: Sequence[Example], predictions: Mapping[str, Predictions], metric: str
) -> list[tuple[float, float, float]]:
    """(threshold on the interval's log10 width, share of forecasts kept, their mean |log10 error|)."""
    truth, found = truths(examples, metric), predictions[metric]
    rows = np.isfinite(truth) & np.isfinite(found.mean)
    width = np.minimum(found.quantiles[..., 2], 12) - found.quantiles[..., 0]
    errors = np.abs(found.mean - truth)
    curve = []
    for threshold in np.arange(0.5, 6.01, 0.5):
        kept = rows & (width <= threshold)
        if kept.any():
            curve.append((float(threshold), float(kept.sum() / rows.sum()), float(errors[kept].mean())))
    return curve


def centres(summaries: Floats, seed: int = 0) -> Floats:
    """Centres [K, D] of the training functions' encodings [E, D] (NaN rows aside), by direction: k-means of unit vectors."""
    units = _units(summaries[~np.isnan(summaries).any(axis=1)])
    count = min(_CENTRES, len(units))
    found = MiniBatchKMeans(count, batch_size=2_048, n_init=1, random_state=seed).fit(units)
    return np.asarray(found.cluster_centers_, dtype=np.float64)


def distances(summaries: Floats, familiar: Floats) -> Floats:
    """Cosine distance [E] of encodings [E, D] to the nearest of the centres [K, D]; NaN where an encoding is."""
    return np.asarray(1 - (_units(summaries) @ _units(familiar).T).max(axis=1))


def _units(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def distance_curve(
    examples: Sequence[Example], predictions: Mapping[str, Predictions], distance: Floats, metric: str
) -> list[tuple[float, float, float, float]]:
    """(distance, share of forecasts nearer, mean |log10 error| of those, and of the others).

    ``distance`` [E]; forecasts with intervals of up to ``MAXIMUM_WIDTH`` decades, as the others are not shown anyway.
    """
    truth, found = truths(examples, metric), predictions[metric]
    width = np.minimum(found.quantiles[..., 2], 12) - found.quantiles[..., 0]
    rows = np.isfinite(truth) & np.isfinite(found.mean) & (width <= MAXIMUM_WIDTH)
    errors = np.abs(found.mean - truth)[rows]
    far = np.broadcast_to(distance[:, None], rows.shape)[rows]
    curve = []
    for share in (0.5, 0.8, 0.9, 0.95, 0.98, 0.99):
        threshold = float(np.quantile(far, share)) if len(far) else 0.0
        near = far <= threshold
        if near.any() and not near.all():
            curve.append(
                (threshold, float(near.mean()), float(errors[near].mean()), float(errors[~near].mean()))
            )
    return curve
