"""``pricetag calibrate --labels`` tried on each source as if it were a project: its own functions must gain, all others keep
their order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.stats

from pricetag.forecast.adjustment import Correction
from pricetag.forecast.fit_adjustment import Rows, calibrate
from pricetag.rlm.distribution import Floats
from pricetag.train.report.held_out import SHOWN, Column, HeldOut, Mask, columns

FEWEST = 20  # functions that a project has measured, and as many that it has not


@dataclass(frozen=True, slots=True)
class Project:
    """One metric of one source, half of whose functions (drawn by hash) were measured by its owner.

    Errors are mean |log10 error| over all labels at the reported n, on the other half; the base is every function of the
    language from another source, its Spearman at each n averaged, before and after the correction.
    """

    language: str
    source: str
    metric: str
    measured: int  # functions
    others: int  # functions of the other half
    applied: bool  # whether the labels were found to say anything
    error: tuple[float, float]  # before, after
    base: int  # functions
    base_spearman: tuple[float, float]


def projects(held_out: HeldOut) -> tuple[Project, ...]:
    """Per language, source and metric with enough functions."""
    return tuple(
        project for language, own in held_out.by_language() for project in _of_language(language, own)
    )


def _of_language(language: str, held_out: HeldOut) -> Iterator[Project]:
    names = np.array([example.source for example in held_out.examples])
    drawn = np.array([_drawn(example.problem) for example in held_out.examples], dtype=bool)
    for source in sorted(set(names.tolist())):
        inside = names == source
        for metric, column in held_out.columns.items():
            measured, others, base = (
                _rows(column, mask) for mask in (inside & drawn, inside & ~drawn, ~inside)
            )
            if min(measured.functions, others.functions, base.functions) < FEWEST:
                continue
            correction = calibrate(measured).correction
            used = correction or Correction()
            yield Project(
                language, source, metric, measured.functions, others.functions, correction is not None,
                (_error(others, Correction()), _error(others, used)), base.functions,
                (_spearman(column, ~inside, Correction()), _spearman(column, ~inside, used)),
            )  # fmt: skip


def _drawn(problem: str) -> bool:
    return hashlib.sha256(f"project/{problem}".encode()).digest()[0] % 2 == 0


def _rows(column: Column, mask: Mask) -> Rows:
    """Labels of the chosen functions within the limit, as ``pricetag calibrate`` joins them with forecasts."""
    sizes = [size for size, _ in columns()]
    truth = column.truth[:, sizes]
    interval = column.intervals[:, sizes, SHOWN]
    known = np.isfinite(truth) & np.isfinite(column.median[:, sizes]) & mask[:, None]
    functions = np.broadcast_to(np.arange(len(mask))[:, None], known.shape)
    return Rows(
        functions[known], truth[known], interval[known, 0], column.median[:, sizes][known], interval[known, 1]
    )


def _corrected(correction: Correction, values: Floats) -> Floats:
    return correction.pivot + correction.slope * (values - correction.pivot) + correction.shift


def _error(rows: Rows, correction: Correction) -> float:
    return float(np.abs(rows.truth - _corrected(correction, rows.median)).mean())


def _spearman(column: Column, mask: Mask, correction: Correction) -> float:
    """Mean over the reported n at which enough functions have a label."""
    found = []
    for size, _ in columns():
        truth = np.minimum(column.truth[:, size], column.limit)
        chosen = mask & ~np.isnan(truth) & ~np.isnan(column.median[:, size])
        if chosen.sum() >= FEWEST:
            forecast = _corrected(correction, column.median[chosen, size])
            found.append(float(scipy.stats.spearmanr(truth[chosen], forecast).statistic))
    return float(np.mean(found))
