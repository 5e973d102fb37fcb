"""How sure a difference between two models is: the paired bootstrap, with functions of one problem drawn together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pricetag.rlm.distribution import Floats

DRAWS = 1_000
_CHUNK = 100  # resamples computed at a time: what bounds the memory


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


def cluster_weights(clusters: Sequence[str], draws: int = DRAWS, seed: int = 0) -> Floats:
    """How often each of F functions stands in each resample, [draws, F].

    Whole clusters (problems) are drawn with replacement: solutions of one problem err alike, and are no further evidence.
    """
    names, owner = np.unique(np.asarray(clusters), return_inverse=True)
    drawn = np.random.default_rng(seed).multinomial(
        len(names), np.full(len(names), 1 / len(names)), size=draws
    )
    return drawn[:, owner].astype(np.float64)


def spearman_difference(truth: Floats, ours: Floats, theirs: Floats, weights: Floats) -> Interval:
    """Spearman of ours minus that of theirs, all [F], with its percentile interval over ``weights`` [draws, F]."""

    def difference(sample: Floats) -> Floats:
        ranks = weighted_ranks(truth, sample)
        return weighted_correlation(ranks, weighted_ranks(ours, sample), sample) - weighted_correlation(
            ranks, weighted_ranks(theirs, sample), sample
        )

    return _interval(difference, weights)


def error_difference(truth: Floats, ours: Floats, theirs: Floats, weights: Floats) -> Interval:
    """Mean |error| of ours minus that of theirs, all [F] and finite, with its interval over ``weights`` [draws, F]."""
    more = np.abs(ours - truth) - np.abs(theirs - truth)
    return _interval(lambda sample: (sample @ more) / sample.sum(axis=1), weights)


def weighted_ranks(values: Floats, weights: Floats) -> Floats:
    """Ranks [draws, F] of values [F] of which each stands ``weights`` [draws, F] times; ties share their middle rank."""
    order = np.argsort(values, kind="stable")
    first = np.concatenate(([True], np.diff(values[order]) > 0))
    tied = np.add.reduceat(weights[:, order], np.flatnonzero(first), axis=1)
    middle = np.cumsum(tied, axis=1) - tied + (tied + 1) / 2
    ranks = np.empty_like(weights)
    ranks[:, order] = middle[:, np.cumsum(first) - 1]
    return ranks


def weighted_correlation(left: Floats, right: Floats, weights: Floats) -> Floats:
    """Pearson correlation of each row, all [draws, F]; 0 where one side is constant."""
    total = weights.sum(axis=1, keepdims=True)
    left, right = (side - (weights * side).sum(axis=1, keepdims=True) / total for side in (left, right))
    together = (weights * left * right).sum(axis=1)
    spread = np.sqrt((weights * left**2).sum(axis=1) * (weights * right**2).sum(axis=1))
    return np.asarray(np.divide(together, spread, out=np.zeros_like(together), where=spread > 1e-12))


def _interval(statistic: Callable[[Floats], Floats], weights: Floats) -> Interval:
    parts = [statistic(weights[start : start + _CHUNK]) for start in range(0, len(weights), _CHUNK)]
    low, high = np.quantile(np.concatenate(parts), (0.025, 0.975))
    (value,) = statistic(np.ones((1, weights.shape[1])))
    return Interval(float(value), float(low), float(high))
