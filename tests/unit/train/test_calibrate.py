from __future__ import annotations

import numpy as np
import pytest

from pricetag.rlm.numbers import SIZES
from pricetag.rlm.prompt import render
from pricetag.train.calibrate import (
    abstention_curve,
    centres,
    conformal_offsets,
    distance_curve,
    distances,
    pair_correlation,
)
from pricetag.train.dataset import Example
from pricetag.train.predict import Predictions, truths
from pricetag.train.scores import interval_scores, score

LIMITS = {"memory": 2e9, "runtime": 1e7}


def made(
    count: int, spread: float, seed: int, claimed: float = 0.1
) -> tuple[list[Example], dict[str, Predictions]]:
    """Functions whose forecasts err by N(0, spread) and whose raw intervals claim a fixed half width."""
    rng = np.random.default_rng(seed)
    truth = rng.uniform(2, 6, (count, len(SIZES)))
    shared = rng.normal(0, spread, (count // 2, 1)).repeat(2, axis=0)
    errors = shared * 0.8 + rng.normal(0, 0.6 * spread, truth.shape)
    mean = truth + errors
    quantiles = np.stack((mean - claimed, mean, mean + claimed), axis=-1)
    predictions = Predictions(mean, quantiles, np.zeros_like(mean))
    examples = [
        Example(
            f"i/{row}", "s", f"p/{row // 2}", "python", "validation", render("python", "", "def f(): pass"),
            {m: {n: float(10 ** truth[row, c]) for c, n in enumerate(SIZES)} for m in ("memory", "runtime")},
        )
        for row in range(count)
    ]  # fmt: skip
    return examples, {"memory": predictions, "runtime": predictions}


@pytest.mark.parametrize("limit", [9.3, 5.0])  # with the lower one a quarter of the labels are over it
def test_offsets_make_intervals_hold_on_new_functions(limit: float) -> None:
    offsets = conformal_offsets(*made(3000, 0.5, seed=0, claimed=1.0), LIMITS | {"memory": 10.0**limit})
    examples, fresh = made(3000, 0.5, seed=1, claimed=1.0)
    for column, n in enumerate(SIZES):
        own = offsets["python"]["memory"][str(n)]
        truth = np.log10([example.values["memory"][n] for example in examples])
        truth[truth >= limit] = np.inf
        low = fresh["memory"].quantiles[:, column, 0] + own["low"]
        high = fresh["memory"].quantiles[:, column, 2] + own["high"]
        covered, width = interval_scores(truth, low, high, limit)
        assert 0.77 <= covered <= 0.83
        assert width > 1.0


def test_an_interval_that_reaches_the_limit_holds_a_call_that_passed_it() -> None:
    truth, low = np.array([np.inf, np.inf, 0.5]), np.array([0.0, 0.0, 0.0])
    assert interval_scores(truth, low, np.array([1.0, np.inf, 0.75]), 1.0)[0] == 1.0
    assert interval_scores(truth, low, np.array([0.5, np.inf, 0.75]), 1.0)[0] == pytest.approx(2 / 3)


def test_errors_of_two_solutions_of_a_problem_are_seen_to_correlate() -> None:
    correlation, pairs = pair_correlation(*made(600, 0.5, seed=2))
    assert correlation == pytest.approx(0.64, abs=0.08)
    assert pairs == 300 * len(SIZES)


def test_narrower_intervals_are_never_more_numerous() -> None:
    examples, predictions = made(200, 0.5, seed=3)
    kept = [share for _, share, _ in abstention_curve(examples, predictions, "memory")]
    assert kept == sorted(kept)


def test_scores_of_known_forecasts() -> None:
    truth = np.linspace(1, 5, 40)
    where = ("python", "all", "memory", 100)
    perfect = score("RLM", where, truth, truth, 9.3)
    assert perfect is not None
    assert perfect.spearman == pytest.approx(1)
    assert perfect.error == 0
    constant = score("constant", where, truth, np.full(40, 3.0), 9.3)
    assert constant is not None
    assert constant.spearman == 0
    assert constant.error == pytest.approx(np.abs(truth - 3).mean())
    over = score("RLM", where, np.append(truth, np.inf), np.append(truth, 9.3), 9.3)
    assert over is not None
    assert (over.functions, over.over, over.error) == (41, 1, 0)
    assert score("RLM", where, truth[:10], truth[:10], 9.3) is None


def test_centres_are_those_of_the_clusters() -> None:
    rng = np.random.default_rng(0)
    corners = np.eye(4)[:2]
    points = np.concatenate(
        [corner * scale + rng.normal(0, 0.01, 4) for corner in corners for scale in (1, 2, 5)]
    )
    points = points.reshape(6, 4)
    found = distances(np.vstack([corners, np.eye(4)[2:], np.full((1, 4), np.nan)]), centres(points))
    assert found[:2] == pytest.approx([0, 0], abs=0.01)
    assert found[2:4] == pytest.approx([1, 1], abs=0.05)
    assert np.isnan(found[4])


def test_the_distance_curve_parts_near_from_far() -> None:
    examples, found = made(200, 0.5, seed=2, claimed=0.4)
    errors = np.abs(found["memory"].mean - truths(examples, "memory")).mean(axis=1)
    curve = distance_curve(examples, found, errors, "memory")
    assert [round(share, 2) for _, share, _, _ in curve] == [0.5, 0.8, 0.9, 0.95, 0.98, 0.99]
    assert all(near < far for _, _, near, far in curve)
