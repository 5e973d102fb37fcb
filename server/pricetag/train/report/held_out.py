"""Held-out functions with their labels and every model's forecasts: what all numbers of the report are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pricetag.rlm.distribution import Floats
from pricetag.rlm.numbers import SIZES
from pricetag.train.dataset import MACHINE_WRITTEN, METRICS, Example
from pricetag.train.predict import Predictions, truths
from pricetag.train.scores import Calibration, offsets_of

RLM = "RLM"
FEWEST = 20  # functions; fewer make no number
REPORTED = (100, 1_000, 10_000, 100_000)  # n; at 10 most costs are what a call costs anyway
CENTRAL = (0.5, 0.8, 0.9, 0.95)  # levels of the central intervals
SHOWN = CENTRAL.index(0.8)  # the one that the editor shows
WIDEST = CENTRAL.index(0.95)
LEVELS = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)  # the quantiles that they lie between

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Column:
    """One metric of E functions at S sizes. Values are log10 of bytes or seconds; L is ``CENTRAL``.

    ``truth`` [E, S] is ``inf`` for ``over`` and NaN without a label; forecasts [E, S] are NaN where a model does not answer.
    """

    limit: float  # log10: above it a label is ``over``
    truth: Floats
    forecasts: Mapping[str, Floats]  # point estimates by model
    median: Floats  # of the RLM, at most the limit
    over: Floats  # P(over) of the RLM
    raw: Floats  # [E, S, L, 2] central intervals, at most the limit
    intervals: Floats  # the same with the conformal offsets

    def select(self, mask: Mask) -> Column:
        """Some of the functions."""
        forecasts = {name: values[mask] for name, values in self.forecasts.items()}
        arrays = (self.median[mask], self.over[mask], self.raw[mask], self.intervals[mask])
        return Column(self.limit, self.truth[mask], forecasts, *arrays)

    def answered(self, size: int) -> Mask:
        """Which functions have a label and a forecast of the RLM at ``SIZES[size]``."""
        return ~np.isnan(self.truth[:, size]) & ~np.isnan(self.forecasts[RLM][:, size])


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Held-out functions and their two metrics."""

    examples: tuple[Example, ...]
    tokens: NDArray[np.int64]  # [E] length of each prompt, before anything is cut
    columns: Mapping[str, Column]  # by metric

    def select(self, mask: Mask) -> HeldOut:
        """Some of the functions."""
        examples = tuple(example for example, chosen in zip(self.examples, mask, strict=True) if chosen)
        columns = {metric: column.select(mask) for metric, column in self.columns.items()}
        return HeldOut(examples, self.tokens[mask], columns)

    def human_written(self) -> HeldOut:
        """Those that people wrote."""
        return self.select(
            np.array([example.source not in MACHINE_WRITTEN for example in self.examples], dtype=bool)
        )

    def by_language(self) -> Iterator[tuple[str, HeldOut]]:
        """The functions of each language, sorted."""
        return self._by([example.language for example in self.examples])

    def by_source(self) -> Iterator[tuple[str, HeldOut]]:
        """The functions of each source, sorted."""
        return self._by([example.source for example in self.examples])

    @property
    def problems(self) -> list[str]:
        """The problem that each function solves."""
        return [example.problem for example in self.examples]

    def _by(self, names: Sequence[str]) -> Iterator[tuple[str, HeldOut]]:
        for name in sorted(set(names)):
            yield name, self.select(np.array([own == name for own in names]))


def columns(reported: Sequence[int] = REPORTED) -> Iterator[tuple[int, int]]:
    """(index into ``SIZES``, n) of every size that is reported."""
    return ((SIZES.index(n), n) for n in reported)


def censored(truth: Floats, limit: float) -> Floats:
    """Labels past ``limit`` as ``over``: labels may have been measured under a higher limit than the model's."""
    return np.where(truth > limit, np.inf, truth)


def hold_out(
    examples: Sequence[Example],
    tokens: Sequence[int],
    predictions: Mapping[str, Predictions],
    baselines: Mapping[str, Mapping[str, Floats]],
    calibration: Calibration,
    limits: Mapping[str, float],
) -> HeldOut:
    """Labels and forecasts side by side. ``predictions`` must have the quantiles ``LEVELS``; ``limits`` in bytes, seconds."""
    found = {}
    for metric in METRICS:
        limit = float(np.log10(limits[metric]))
        own = predictions[metric]
        raw = central_intervals(own, limit)
        offsets = offsets_of(examples, metric, calibration)[:, :, None, :]
        median = np.minimum(own.at((0.5,)).quantiles[..., 0], limit)
        # As the forecaster shows them: never past the limit, never without the median.
        moved = np.minimum(raw + offsets, limit)
        low, high = (
            np.minimum(moved[..., 0], median[..., None]),
            np.maximum(moved[..., 1], median[..., None]),
        )
        found[metric] = Column(
            limit,
            censored(truths(examples, metric), limit),
            {RLM: own.mean, **{name: made[metric] for name, made in baselines.items()}},
            median,
            own.over,
            raw,
            np.stack((low, high), axis=-1),
        )
    return HeldOut(tuple(examples), np.asarray(tokens, dtype=np.int64), found)


def central_intervals(predictions: Predictions, limit: float) -> Floats:
    """The central interval of each level of ``CENTRAL``, [E, S, L, 2], cut at ``limit``."""
    sides = [(round((1 - level) / 2, 3), round((1 + level) / 2, 3)) for level in CENTRAL]
    return np.minimum(np.stack([predictions.at(side).quantiles for side in sides], axis=2), limit)
