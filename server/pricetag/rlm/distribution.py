"""A forecast as the model gives it: probabilities over tenths of a decade, read off the whole digit tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pricetag.rlm.numbers import FIRST_TENTH, MEMORY, OVER, RUNTIME, TENTHS, NumberTokens, size_token

Floats = NDArray[np.float64]
# Logits after each of R equally long token rows: int64 [R, S] -> float [R, vocabulary].
NextLogits = Callable[[NDArray[np.int64]], Floats]

# Decades below this mass are left out of the tree; what is lost stays under 1 %.
_PRUNE = 1e-3
# Runtime is decoded after memory; this many memory values carry its conditions.
_MEMORY_BRANCHES = 8


@dataclass(frozen=True, slots=True)
class Distribution:
    """Probabilities of one metric at one n. ``bins`` are tenths of log10 from ``start``, each centred on its value."""

    start: float  # log10 of the first bin's centre
    bins: Floats  # [B], sums to 1 - over
    over: float

    @property
    def mean(self) -> float:
        """Expected log10 of the value, ``over`` counted as the last bin: the point estimate that ranks best."""
        centres = self.start + np.arange(len(self.bins)) / TENTHS
        return float(self.bins @ centres + self.over * centres[-1])

    def quantile(self, q: float) -> float:
        """log10 of the q-quantile, linear within a bin; ``inf`` where it falls into ``over``."""
        edges = self.start - 0.5 / TENTHS + np.arange(len(self.bins) + 1) / TENTHS
        cumulative = np.concatenate(([0.0], np.cumsum(self.bins)))
        if q > cumulative[-1]:
            return float("inf")
        right = int(np.searchsorted(cumulative, q, side="left"))
        if right == 0:
            return float(edges[0])
        mass = cumulative[right] - cumulative[right - 1]
        share = (q - cumulative[right - 1]) / mass if mass > 0 else 1.0
        return float(edges[right - 1] + share / TENTHS)

    @property
    def median(self) -> float:
        """log10 of the median."""
        return self.quantile(0.5)


def digit_tree(next_logits: NextLogits, sizes: Sequence[int]) -> dict[str, tuple[Distribution, ...]]:
    """The exact joint distribution of memory and runtime at each size, up to pruned mass.

    Memory: P(decade) P(tenth | decade). Runtime: the same, given memory, summed over memory's likeliest values.
    All sizes share each decoder call: four calls in all.
    """
    prefixes = [(size_token(n),) for n in sizes]
    memory = _numbers(next_logits, [[(1.0, prefix)] for prefix in prefixes], MEMORY)
    conditions = []
    for distribution, prefix in zip(memory, prefixes, strict=True):
        values = np.append(distribution.bins, distribution.over)
        top = np.argsort(-values, kind="stable")[:_MEMORY_BRANCHES]
        top = top[values[top] > _PRUNE]
        weights = values[top] / values[top].sum()
        conditions.append(
            [
                (float(weight), prefix + _tokens(MEMORY, int(index)))
                for weight, index in zip(weights, top, strict=True)
            ]
        )
    runtime = _numbers(next_logits, conditions, RUNTIME)
    return {"memory": tuple(memory), "runtime": tuple(runtime)}


def _tokens(grammar: NumberTokens, index: int) -> tuple[int, int]:
    if index == grammar.bins:
        return OVER, FIRST_TENTH
    return grammar.decade_token(grammar.lowest + index // TENTHS), FIRST_TENTH + index % TENTHS


def _numbers(
    next_logits: NextLogits,
    conditions: Sequence[Sequence[tuple[float, tuple[int, ...]]]],
    grammar: NumberTokens,
) -> list[Distribution]:
    """One number per size, given weighted prefixes of equal length for each."""
    decades = np.array(grammar.possible_next_tokens(()))
    owners = [size for size, branches in enumerate(conditions) for _ in branches]
    weights = np.array([weight for branches in conditions for weight, _ in branches])
    prefixes = np.array([prefix for branches in conditions for _, prefix in branches], dtype=np.int64)
    masses = weights[:, None] * _softmax(next_logits(prefixes)[:, decades])

    # Only live decades get their tenths expanded; the last column is ``over``, which has none.
    rows, columns = np.nonzero(masses[:, :-1] > _PRUNE)
    children = np.concatenate((prefixes[rows], decades[columns][:, None]), axis=1)
    tenths = _softmax(next_logits(children)[:, FIRST_TENTH : FIRST_TENTH + TENTHS])

    bins = np.zeros((len(conditions), len(grammar.decades), TENTHS))
    over = np.zeros(len(conditions))
    np.add.at(over, owners, masses[:, -1])
    np.add.at(bins, (np.array(owners)[rows], columns), masses[rows, columns][:, None] * tenths)
    result = []
    for size in range(len(conditions)):
        total = bins[size].sum() + over[size]
        result.append(
            Distribution(float(grammar.lowest), bins[size].reshape(-1) / total, float(over[size] / total))
        )
    return result


def _softmax(logits: Floats) -> Floats:
    shifted = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float64)
