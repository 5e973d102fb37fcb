"""A forecast as the model gives it: probabilities over tenths of a decade, read off the whole digit tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pricetag.rlm.numbers import FIRST_TENTH, MEMORY, PAD, RUNTIME, TENTHS, NumberTokens, size_token

Floats = NDArray[np.float64]
# Logits after each of R equally long token rows: int64 [R, S] -> float [R, vocabulary].
NextLogits = Callable[[NDArray[np.int64]], Floats]

# Decades below this mass are left out of the tree; what is lost stays under 1 %.
_PRUNE = 1e-3


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


def mixture(found: Sequence[dict[str, tuple[Distribution, ...]]]) -> dict[str, tuple[Distribution, ...]]:
    """The average of what several models say of the same sizes, as ``digit_tree`` gives it: where they differ it is wider."""
    first, *others = found
    if not others:
        return first
    return {
        metric: tuple(_mean([one[metric][column] for one in found]) for column in range(len(own)))
        for metric, own in first.items()
    }


def _mean(parts: Sequence[Distribution]) -> Distribution:
    bins = np.mean([part.bins for part in parts], axis=0)
    return Distribution(parts[0].start, bins, float(np.mean([part.over for part in parts])))


def digit_tree(next_logits: NextLogits, sizes: Sequence[int]) -> dict[str, tuple[Distribution, ...]]:
    """The exact distributions of memory and runtime at each size, up to pruned mass.

    Each number is P(decade) P(tenth | decade). The runtime does not read the memory: where a call passes the limit of runtime
    its memory was never measured, so that a model given one would take the call for a quick one. All sizes share each
    decoder call: four calls in all.
    """
    memory = [(size_token(n),) for n in sizes]
    runtime = [(size_token(n), PAD, PAD) for n in sizes]
    return {
        "memory": tuple(_numbers(next_logits, memory, MEMORY)),
        "runtime": tuple(_numbers(next_logits, runtime, RUNTIME)),
    }


def _numbers(
    next_logits: NextLogits, prefixes: Sequence[tuple[int, ...]], grammar: NumberTokens
) -> list[Distribution]:
    """One number after each of equally long prefixes."""
    decades = np.array(grammar.possible_next_tokens(()))
    parents = np.array(prefixes, dtype=np.int64)
    masses = _softmax(next_logits(parents)[:, decades])

    # Only live decades get their tenths expanded; the last column is ``over``, which has none.
    rows, columns = np.nonzero(masses[:, :-1] > _PRUNE)
    children = np.concatenate((parents[rows], decades[columns][:, None]), axis=1)
    bins = np.zeros((len(prefixes), len(grammar.decades), TENTHS))
    if len(children):  # else everything is sure to be ``over``
        tenths = _softmax(next_logits(children)[:, FIRST_TENTH : FIRST_TENTH + TENTHS])
        bins[rows, columns] = masses[rows, columns][:, None] * tenths
    result = []
    for its_bins, over in zip(bins, masses[:, -1], strict=True):
        total = its_bins.sum() + over
        result.append(Distribution(float(grammar.lowest), its_bins.reshape(-1) / total, float(over / total)))
    return result


def _softmax(logits: Floats) -> Floats:
    shifted = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float64)
