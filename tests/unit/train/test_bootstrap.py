from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from pricetag.train.bootstrap import (
    cluster_weights,
    error_difference,
    spearman_difference,
    weighted_correlation,
    weighted_ranks,
)


def test_weighted_spearman_is_that_of_the_resample() -> None:
    rng = np.random.default_rng(0)
    values, others = rng.integers(0, 8, 50).astype(float), rng.normal(size=50)
    weights = cluster_weights([str(row // 3) for row in range(50)], draws=20)
    found = weighted_correlation(weighted_ranks(values, weights), weighted_ranks(others, weights), weights)
    for row, sample in enumerate(weights.astype(int)):
        rows = np.repeat(np.arange(50), sample)
        assert found[row] == pytest.approx(scipy.stats.spearmanr(values[rows], others[rows]).statistic)


def test_functions_of_one_problem_are_drawn_together() -> None:
    weights = cluster_weights(["a", "b", "a", "c"], draws=200)
    assert (weights[:, 0] == weights[:, 2]).all()
    assert (weights[:, [0, 1, 3]].sum(axis=1) == 3).all()
    assert (weights == cluster_weights(["a", "b", "a", "c"], draws=200)).all()


def test_the_better_model_is_known() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=400)
    good, bad = truth + rng.normal(size=400) * 0.2, truth + rng.normal(size=400)
    weights = cluster_weights([str(row) for row in range(400)])
    ranks = spearman_difference(truth, good, bad, weights)
    assert 0.1 < ranks.low < ranks.value < ranks.high
    assert ranks.value == pytest.approx(
        scipy.stats.spearmanr(truth, good).statistic - scipy.stats.spearmanr(truth, bad).statistic
    )
    errors = error_difference(truth, good, bad, weights)
    assert errors.low < errors.value < errors.high < -0.4


def test_equal_models_are_not_told_apart_and_clusters_widen_the_interval() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(size=300)
    one, two = (truth + rng.normal(size=30).repeat(10) for _ in range(2))
    apart = cluster_weights([str(row) for row in range(300)])
    together = cluster_weights([str(row // 10) for row in range(300)])
    for difference in (spearman_difference, error_difference):
        narrow, wide = (difference(truth, one, two, weights) for weights in (apart, together))
        assert wide.low < 0 < wide.high
        assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


def test_a_constant_has_no_correlation() -> None:
    truth = np.arange(30.0)
    found = spearman_difference(truth, truth, np.zeros(30), cluster_weights([str(row) for row in range(30)]))
    assert (found.value, found.low, found.high) == pytest.approx((1, 1, 1))
