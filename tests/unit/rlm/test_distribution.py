from __future__ import annotations

import itertools

import numpy as np
import pytest

from pricetag.rlm.distribution import Distribution, digit_tree, mixture
from pricetag.rlm.numbers import FIRST_TENTH, MEMORY, OVER, PAD, RUNTIME, TENTHS, VOCABULARY, size_token


def lookup_model(seed: int):
    """A next-token table: deterministic logits for any prefix."""

    def next_logits(rows):
        out = np.empty((len(rows), VOCABULARY))
        for index, row in enumerate(rows):
            out[index] = np.random.default_rng((seed, *row.tolist())).normal(scale=6, size=VOCABULARY)
        return out

    return next_logits


def brute_force(next_logits, n):
    """Every sentence of each metric, one call a prefix; the runtime's follows blanks in the memory's place."""

    def number(prefix, grammar):
        decades = grammar.possible_next_tokens(())
        logits = next_logits(np.array([prefix]))[0]
        weights = np.exp(logits[list(decades)])
        weights /= weights.sum()
        for decade, mass in zip(decades, weights, strict=True):
            if decade == OVER:
                yield (OVER, FIRST_TENTH), mass
                continue
            tenths = np.exp(next_logits(np.array([[*prefix, decade]]))[0][FIRST_TENTH : FIRST_TENTH + TENTHS])
            for tenth, share in enumerate(tenths / tenths.sum()):
                yield (decade, FIRST_TENTH + tenth), mass * share

    return dict(number([size_token(n)], MEMORY)), dict(number([size_token(n), PAD, PAD], RUNTIME))


@pytest.mark.parametrize("seed", range(3))
def test_the_tree_is_the_exact_distribution(seed: int) -> None:
    model = lookup_model(seed)
    memory, runtime = brute_force(model, 1000)
    found = digit_tree(model, [1000])
    for metric, grammar, expected in (("memory", MEMORY, memory), ("runtime", RUNTIME, runtime)):
        distribution = found[metric][0]
        sentences = [
            (grammar.decade_token(decade), FIRST_TENTH + tenth)
            for decade, tenth in itertools.product(grammar.decades, range(TENTHS))
        ]
        exact = np.array([expected[sentence] for sentence in sentences])
        assert np.abs(distribution.bins - exact).sum() < 0.02
        assert distribution.over == pytest.approx(expected[(OVER, FIRST_TENTH)], abs=0.01)


def test_all_sizes_of_one_call_equal_each_alone() -> None:
    model = lookup_model(7)
    together = digit_tree(model, [10, 10_000])
    for position, n in enumerate([10, 10_000]):
        alone = digit_tree(model, [n])
        for metric in ("memory", "runtime"):
            np.testing.assert_allclose(together[metric][position].bins, alone[metric][0].bins)


def test_mass_is_one() -> None:
    for distributions in digit_tree(lookup_model(1), [10, 100, 1000]).values():
        for distribution in distributions:
            assert distribution.bins.sum() + distribution.over == pytest.approx(1)


def test_nothing_but_over() -> None:
    def next_logits(rows):
        assert len(rows)  # a decoder reads no empty batch
        out = np.zeros((len(rows), VOCABULARY))
        out[:, OVER] = 50.0
        return out

    for distributions in digit_tree(next_logits, [10, 100]).values():
        assert [distribution.over for distribution in distributions] == [1.0, 1.0]
        assert all(distribution.median == float("inf") for distribution in distributions)


def test_quantiles_run_through_the_bins() -> None:
    bins = np.zeros(20)
    bins[4] = 1.0
    sure = Distribution(1.0, bins, 0.0)
    assert sure.quantile(0.5) == pytest.approx(1.4)
    assert sure.quantile(0.1) == pytest.approx(1.36)
    assert sure.mean == pytest.approx(1.4)
    half_over = Distribution(1.0, bins / 2, 0.5)
    assert half_over.quantile(0.9) == float("inf")
    assert half_over.quantile(0.25) == pytest.approx(1.4)


@pytest.mark.parametrize("seed", range(5))
def test_quantiles_never_fall(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.full(91, 0.05))
    distribution = Distribution(1.0, weights[:90], float(weights[90]))
    values = [distribution.quantile(q) for q in np.linspace(0.01, 0.99, 50)]
    assert values == sorted(values)


def test_a_mixture_is_the_average_and_wider_where_its_parts_differ() -> None:
    found = [digit_tree(lookup_model(seed), [100, 1000]) for seed in range(3)]
    assert mixture(found[:1]) == found[0]
    for metric, own in mixture(found).items():
        for column, distribution in enumerate(own):
            parts = [one[metric][column] for one in found]
            np.testing.assert_allclose(distribution.bins, np.mean([part.bins for part in parts], axis=0))
            assert distribution.bins.sum() + distribution.over == pytest.approx(1)
            assert distribution.mean == pytest.approx(np.mean([part.mean for part in parts]))
    low, high = (Distribution(0.0, np.eye(40)[bin_], 0.0) for bin_ in (10, 30))
    both = mixture([{"memory": (low,)}, {"memory": (high,)}])["memory"][0]
    assert low.quantile(0.9) - low.quantile(0.1) < 0.1 < 1.9 < both.quantile(0.9) - both.quantile(0.1)
