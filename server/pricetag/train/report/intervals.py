"""Whether the intervals hold what they claim, and what abstaining from wide ones gains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pricetag.rlm.distribution import Floats
from pricetag.train.report.held_out import FEWEST, RLM, SHOWN, Column, HeldOut, Mask, columns

KEPT = tuple(round(0.1 * step, 1) for step in range(1, 11))  # shares of the forecasts, the surest first


@dataclass(frozen=True, slots=True)
class Coverage:
    """The 80 % intervals of one language, metric and n; numbers are None where there are too few functions."""

    language: str
    metric: str
    n: int
    functions: int
    inside: float | None  # share of labels; an interval that reaches the limit holds ``over``
    width: float | None  # median, in decades
    error: float | None  # mean |log10 error|
    surest_error: float | None  # the same of the half with the narrowest intervals


@dataclass(frozen=True, slots=True)
class Reliability:
    """Shares of labels inside the central intervals of ``CENTRAL``, over all n; None where there are too few."""

    language: str
    metric: str
    labels: int
    raw: tuple[float, ...] | None
    calibrated: tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class Abstention:
    """What is left when wide intervals are not shown, over all n: one number for each of ``KEPT``; None where too few."""

    language: str
    metric: str
    labels: int
    widths: tuple[float, ...] | None  # decades: the widest 80 % interval that is kept
    errors: tuple[float, ...] | None  # mean |log10 error| of those kept


def coverages(held_out: HeldOut) -> tuple[Coverage, ...]:
    """Per language, metric and n."""
    return tuple(
        _coverage(language, metric, n, *_flat(column, ((size, n),)), column.limit)
        for language, metric, column in _each(held_out)
        for size, n in columns()
    )


def reliabilities(held_out: HeldOut) -> tuple[Reliability, ...]:
    """Per language and metric."""
    found = []
    for language, metric, column in _each(held_out):
        sizes = [size for size, _ in columns()]
        rows = np.stack([column.answered(size) for size in sizes], axis=1)
        truth = np.minimum(column.truth[:, sizes][rows], column.limit)
        shares = [
            tuple(float(share) for share in held(truth[:, None], side[:, sizes][rows]).mean(axis=0))
            if len(truth) >= FEWEST
            else None
            for side in (column.raw, column.intervals)
        ]
        found.append(Reliability(language, metric, len(truth), *shares))
    return tuple(found)


def abstentions(held_out: HeldOut) -> tuple[Abstention, ...]:
    """Per language and metric."""
    found = []
    for language, metric, column in _each(held_out):
        truth, forecast, interval = _flat(column, tuple(columns()))
        finite = np.isfinite(truth)
        width = widths(interval[finite])
        order = np.argsort(width, kind="stable")
        errors = np.abs(truth - forecast)[finite][order]
        if len(errors) < FEWEST:
            found.append(Abstention(language, metric, len(errors), None, None))
            continue
        counts = [max(1, round(share * len(errors))) for share in KEPT]
        found.append(
            Abstention(
                language, metric, len(errors),
                tuple(float(width[order][count - 1]) for count in counts),
                tuple(float(errors[:count].mean()) for count in counts),
            )
        )  # fmt: skip
    return tuple(found)


def held(truth: Floats, intervals: Floats) -> Mask:
    """Which labels [...] lie inside their intervals [..., 2]; ``over`` must stand at the limit on both sides."""
    return np.asarray((truth >= intervals[..., 0]) & (truth <= intervals[..., 1]))


def widths(intervals: Floats) -> Floats:
    """Decades between the ends of intervals [..., 2], rounded so that equal widths stay in the order of their rows."""
    return np.round(intervals[..., 1] - intervals[..., 0], 6)


def _coverage(
    language: str, metric: str, n: int, truth: Floats, forecast: Floats, interval: Floats, limit: float
) -> Coverage:
    if len(truth) < FEWEST:
        return Coverage(language, metric, n, len(truth), None, None, None, None)
    width = widths(interval)
    finite = np.isfinite(truth)
    errors = np.abs(truth - forecast)[finite]
    surest = np.argsort(width[finite], kind="stable")[: (len(errors) + 1) // 2]
    return Coverage(
        language, metric, n, len(truth),
        float(held(np.minimum(truth, limit), interval).mean()),
        float(np.median(width)),
        float(errors.mean()) if len(errors) else None,
        float(errors[surest].mean()) if len(errors) else None,
    )  # fmt: skip


def _flat(column: Column, sizes: tuple[tuple[int, int], ...]) -> tuple[Floats, Floats, Floats]:
    """Labels, forecasts and 80 % intervals of the answered rows at ``sizes``, one after another."""
    parts = [
        (
            column.truth[rows, size],
            column.forecasts[RLM][rows, size],
            column.intervals[rows, size, SHOWN],
        )
        for size, _ in sizes
        for rows in (column.answered(size),)
    ]
    truth, forecast, interval = (np.concatenate(part) for part in zip(*parts, strict=True))
    return truth, forecast, interval


def _each(held_out: HeldOut) -> Iterator[tuple[str, str, Column]]:
    for language, own in held_out.by_language():
        for metric, column in own.columns.items():
            yield language, metric, column
