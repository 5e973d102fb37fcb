"""The warning on save, judged by measured edits: how often it is right, what it misses, and what it says of neutral edits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from pricetag.baseline.rule import Rule, probability
from pricetag.forecast.edit_errors import EditErrors
from pricetag.forecast.estimate import Estimate, Metric
from pricetag.rlm.distribution import Floats
from pricetag.rlm.numbers import SIZES
from pricetag.train.baselines import BOOSTING
from pricetag.train.edit_pairs import EditPair
from pricetag.train.report.held_out import FEWEST, RLM, SHOWN, HeldOut

GROWN = 2.0  # times the memory: what a warning should find
RULE = "the rule"
MEDIANS = "ratio of the medians"
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)  # of the stated confidence
# By language, those of memory.
Errors = Mapping[str, EditErrors]


@dataclass(frozen=True, slots=True)
class Warned:
    """One way to warn of memory, on the edits of one language; shares are None where there are too few."""

    language: str
    judge: str
    edits: int
    warned: int
    right: float | None  # share of the warned whose measured memory grew by the rule's factor
    grown: int  # measured ``GROWN`` times and more, to at least the rule's floor
    found: float | None  # share of those warned of
    neutral: int
    alarms: float | None  # share of the neutral warned of
    area: float | None  # under the ROC curve, grown against all others


@dataclass(frozen=True, slots=True)
class Stated:
    """Edits of one language whose confidence lies in one of ``BINS``: what was said and what came true."""

    language: str
    low: float
    high: float
    edits: int
    said: float
    came: float


def warnings(
    held_out: HeldOut, pairs: Iterable[EditPair], errors: Errors, rule: Rule
) -> tuple[tuple[Warned, ...], tuple[Stated, ...]]:
    """Per language: the rule at its settings, the bare ratio of its forecasts, and that of gradient boosting."""
    warned: list[Warned] = []
    stated: list[Stated] = []
    answered = answered_pairs(held_out, pairs)
    for language in sorted({pair.language for pair in answered}):
        own = [pair for pair in answered if pair.language == language]
        before, after = estimates(held_out, own, "before"), estimates(held_out, own, "after")
        fitted = errors.get(language, EditErrors())
        limit = 10.0 ** held_out.columns["memory"].limit
        confidence = np.array(
            [probability(b, a, rule.factor, fitted, limit) for b, a in zip(before, after, strict=True)]
        )
        reached = np.array([estimate.median >= rule.floor for estimate in after])
        ratio = np.array([math.log(a.median / b.median) for b, a in zip(before, after, strict=True)])
        threshold = math.log(rule.factor)
        warned.append(
            _warned(
                language,
                RULE,
                own,
                held_out,
                (confidence >= rule.confidence) & reached,
                confidence * reached,
                rule,
            )
        )
        warned.append(_warned(language, MEDIANS, own, held_out, (ratio >= threshold) & reached, ratio, rule))
        if BOOSTING in held_out.columns["memory"].forecasts:
            values = held_out.columns["memory"].forecasts[BOOSTING]
            new = values[places(held_out, own, "after")]
            boosted = (new - values[places(held_out, own, "before")]) * math.log(10)
            large = new >= math.log10(rule.floor)
            warned.append(
                _warned(language, BOOSTING, own, held_out, (boosted >= threshold) & large, boosted, rule)
            )
        stated += _stated(language, confidence, np.array([pair.memory for pair in own]) >= rule.factor)
    return tuple(warned), tuple(stated)


def answered_pairs(held_out: HeldOut, pairs: Iterable[EditPair]) -> list[EditPair]:
    """The edits of which the RLM forecasts both sides."""
    forecast = held_out.columns["memory"].forecasts[RLM]
    items = {
        example.item
        for example, values in zip(held_out.examples, forecast, strict=True)
        if not np.isnan(values).any()
    }
    return [pair for pair in pairs if pair.before in items and pair.after in items]


def places(
    held_out: HeldOut, pairs: Sequence[EditPair], side: Literal["before", "after"]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where one side of each edit stands in a column's arrays: functions and sizes, [pairs] each."""
    row_of = {example.item: row for row, example in enumerate(held_out.examples)}
    functions = [row_of[pair.before if side == "before" else pair.after] for pair in pairs]
    return np.array(functions, dtype=np.int64), np.array(
        [SIZES.index(pair.n) for pair in pairs], dtype=np.int64
    )


def estimates(
    held_out: HeldOut, pairs: Sequence[EditPair], side: Literal["before", "after"], metric: Metric = "memory"
) -> list[Estimate]:
    """The forecast of one side of each edit, at its n, as the editor has it."""
    column, at = held_out.columns[metric], places(held_out, pairs, side)
    numbers = (column.median[at], column.intervals[(*at, SHOWN)][:, 0], column.intervals[(*at, SHOWN)][:, 1])
    median, low, high = (10.0**one for one in numbers)
    return [
        Estimate(pair.n, *values)
        for pair, *values in zip(
            pairs, median.tolist(), low.tolist(), high.tolist(), column.over[at].tolist(), strict=True
        )
    ]


def _warned(
    language: str,
    judge: str,
    pairs: Sequence[EditPair],
    held_out: HeldOut,
    warned: NDArray[np.bool_],
    score: Floats,
    rule: Rule,
) -> Warned:
    memory = np.array([pair.memory for pair in pairs])
    column = held_out.columns["memory"]
    truth = np.minimum(column.truth[places(held_out, pairs, "after")], column.limit)
    large = 10.0**truth >= rule.floor
    grown = (memory >= GROWN) & large
    neutral = np.array([pair.klass == "neutral" for pair in pairs])

    def share(hits: NDArray[np.bool_], of: NDArray[np.bool_]) -> float | None:
        return float((hits & of).sum() / of.sum()) if of.sum() >= FEWEST else None

    both = FEWEST <= grown.sum() <= len(pairs) - FEWEST
    return Warned(
        language, judge, len(pairs), int(warned.sum()), share(memory >= rule.factor, warned), int(grown.sum()),
        share(warned, grown), int(neutral.sum()), share(warned, neutral),
        float(roc_auc_score(grown, score)) if both else None,
    )  # fmt: skip


def _stated(language: str, confidence: Floats, came: NDArray[np.bool_]) -> list[Stated]:
    rows = []
    for low, high in pairwise(BINS):
        inside = (confidence >= low) & ((confidence < high) | (high == BINS[-1]))
        if inside.sum() >= FEWEST:
            rows.append(
                Stated(
                    language,
                    low,
                    high,
                    int(inside.sum()),
                    float(confidence[inside].mean()),
                    float(came[inside].mean()),
                )
            )
    return rows
