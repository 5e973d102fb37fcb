"""How well each model ranks functions and how far off it is, and how sure the RLM's lead over gradient boosting is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.stats

from pricetag.rlm.distribution import Floats
from pricetag.train.baselines import BOOSTING
from pricetag.train.bootstrap import Interval, cluster_weights, error_difference, spearman_difference
from pricetag.train.report.held_out import FEWEST, RLM, HeldOut, Mask, columns

ALL = "all"
KIBIBYTE = "memory, 1 KiB floor"
# Below 1 KiB the order of two functions is that of a few objects of the interpreter or the stack: noise.
VIEWS: tuple[tuple[str, str, float], ...] = (
    ("memory", "memory", -np.inf),
    (KIBIBYTE, "memory", float(np.log10(1_024))),
    ("runtime", "runtime", -np.inf),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a number was measured."""

    language: str
    source: str  # ``ALL`` or one
    view: str  # of ``VIEWS``
    n: int


@dataclass(frozen=True, slots=True)
class Accuracy:
    """One model in one cell; None where there are too few functions."""

    cell: Cell
    model: str
    spearman: float | None
    error: float | None  # mean |log10 error| over calls within the limit


@dataclass(frozen=True, slots=True)
class Lead:
    """The RLM minus gradient boosting on the same functions, with 95 % intervals; None where there are too few."""

    cell: Cell
    functions: int
    over: int  # labels past the limit: they rank last and have no error
    spearman: Interval | None
    error: Interval | None


def accuracies(held_out: HeldOut) -> tuple[tuple[Accuracy, ...], tuple[Lead, ...]]:
    """Every model, and the RLM's lead, per language, source, view and n."""
    scores: list[Accuracy] = []
    leads: list[Lead] = []
    for language, own in held_out.by_language():
        for source, group in ((ALL, own), *own.by_source()):
            for view, metric, floor in VIEWS:
                for size, n in columns():
                    column = group.columns[metric]
                    rows = column.answered(size)
                    cell = Cell(language, source, view, n)
                    truth = np.clip(column.truth[rows, size], floor, column.limit)
                    finite = np.isfinite(column.truth[rows, size])
                    made = {
                        name: np.maximum(values[rows, size], floor)
                        for name, values in column.forecasts.items()
                    }
                    scores += [_score(cell, name, truth, finite, forecast) for name, forecast in made.items()]
                    problems = np.array(group.problems)[rows]
                    leads.append(_lead(cell, truth, finite, made, problems.tolist()))
    return tuple(scores), tuple(leads)


def _score(cell: Cell, model: str, truth: Floats, finite: Mask, forecast: Floats) -> Accuracy:
    if len(truth) < FEWEST or np.isnan(forecast).any():
        return Accuracy(cell, model, None, None)
    constant = np.ptp(forecast) == 0 or np.ptp(truth) == 0
    rho = 0.0 if constant else float(scipy.stats.spearmanr(truth, forecast).statistic)
    error = float(np.abs(truth - forecast)[finite].mean()) if finite.any() else None
    return Accuracy(cell, model, rho, error)


def _lead(cell: Cell, truth: Floats, finite: Mask, made: dict[str, Floats], problems: list[str]) -> Lead:
    over = int((~finite).sum())
    theirs = made.get(BOOSTING)
    if len(truth) < FEWEST or theirs is None or np.isnan(theirs).any():
        return Lead(cell, len(truth), over, None, None)
    weights = cluster_weights(problems)
    ranks = spearman_difference(truth, made[RLM], theirs, weights)
    errors = None
    if finite.sum() >= FEWEST:
        own = cluster_weights([problem for problem, kept in zip(problems, finite, strict=True) if kept])
        errors = error_difference(truth[finite], made[RLM][finite], theirs[finite], own)
    return Lead(cell, len(truth), over, ranks, errors)
