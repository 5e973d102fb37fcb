"""Measured edits of held-out functions: is the direction of a change right, and do neutral edits leave the forecast alone?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pricetag.rlm.distribution import Floats
from pricetag.rlm.numbers import SIZES
from pricetag.train.baselines import BOOSTING
from pricetag.train.edit_pairs import KINDS, EditPair
from pricetag.train.report.held_out import FEWEST, RLM, HeldOut

CHANGE = 2.0  # times the memory, either way
CHANGED = ("memory regression", "memory improvement")
PERCENTILES = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Direction:
    """Edits of one language and kind that changed memory by ``CHANGE`` or more; shares are None where there are too few."""

    language: str
    kind: str
    pairs: int
    right: float | None  # share whose forecast change has the right sign
    boosting_right: float | None  # the same of gradient boosting


@dataclass(frozen=True, slots=True)
class Drift:
    """Neutral edits of one language: how far the forecast moves although nothing changed."""

    language: str
    metric: str
    pairs: int
    factors: tuple[float, ...] | None  # at ``PERCENTILES``, >= 1; None where there are too few


def directions(held_out: HeldOut, pairs: Iterable[EditPair]) -> tuple[Direction, ...]:
    """Per language and kind that occurs."""
    found = _answered(held_out, pairs)
    changed = [
        pair for pair in found if pair.klass in CHANGED and max(pair.memory, 1 / pair.memory) >= CHANGE
    ]
    rows = []
    for language in sorted({pair.language for pair in changed}):
        for kind in KINDS:
            own = [pair for pair in changed if (pair.language, pair.kind) == (language, kind)]
            if own:
                shares = (_right(held_out, own, model) for model in (RLM, BOOSTING))
                rows.append(Direction(language, kind, len(own), *shares))
    return tuple(rows)


def drifts(held_out: HeldOut, pairs: Iterable[EditPair]) -> tuple[Drift, ...]:
    """Per language with neutral edits, and metric."""
    found = [pair for pair in _answered(held_out, pairs) if pair.kind == "neutral"]
    rows = []
    for language in sorted({pair.language for pair in found}):
        own = [pair for pair in found if pair.language == language]
        for metric in held_out.columns:
            change = np.abs(_changes(held_out, own, metric, RLM))
            factors = 10 ** np.percentile(change, PERCENTILES)
            enough = len(own) >= FEWEST
            rows.append(Drift(language, metric, len(own), tuple(factors.tolist()) if enough else None))
    return tuple(rows)


def _answered(held_out: HeldOut, pairs: Iterable[EditPair]) -> list[EditPair]:
    """The edits of which both sides are held out and answered by the RLM."""
    items = {example.item for example in held_out.examples}
    inside = [pair for pair in pairs if pair.before in items and pair.after in items]
    known = ~np.isnan(_changes(held_out, inside, "memory", RLM))
    return [pair for pair, answered in zip(inside, known, strict=True) if answered]


def _right(held_out: HeldOut, pairs: Sequence[EditPair], model: str) -> float | None:
    if len(pairs) < FEWEST or model not in held_out.columns["memory"].forecasts:
        return None
    change = _changes(held_out, pairs, "memory", model)
    wanted = np.log10([pair.memory for pair in pairs])
    return None if np.isnan(change).any() else float((change * wanted > 0).mean())


def _changes(held_out: HeldOut, pairs: Sequence[EditPair], metric: str, model: str) -> Floats:
    """log10 of the forecast after over that before, [pairs]."""
    row_of = {example.item: row for row, example in enumerate(held_out.examples)}
    forecast = held_out.columns[metric].forecasts[model]
    sizes = np.array([SIZES.index(pair.n) for pair in pairs], dtype=np.int64)
    before, after = (
        np.array([row_of[item] for item in side], dtype=np.int64)
        for side in ([pair.before for pair in pairs], [pair.after for pair in pairs])
    )
    return np.asarray(forecast[after, sizes] - forecast[before, sizes])
