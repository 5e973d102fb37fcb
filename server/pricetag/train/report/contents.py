"""All numbers of a report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pricetag.baseline.rule import Rule
from pricetag.rlm.numbers import SIZES
from pricetag.train.edit_pairs import EditPair
from pricetag.train.report.accuracy import Accuracy, Lead, accuracies
from pricetag.train.report.edits import Direction, Drift, directions, drifts
from pricetag.train.report.growth import Growth, Over, growths, overs
from pricetag.train.report.held_out import RLM, HeldOut
from pricetag.train.report.intervals import (
    Abstention,
    Coverage,
    Reliability,
    abstentions,
    coverages,
    reliabilities,
)
from pricetag.train.report.length import LengthBin, length_bins
from pricetag.train.report.projects import Project, projects
from pricetag.train.report.warnings import Errors, Stated, Warned, warnings
from pricetag.train.report.worst import Familiar, Worst, worst_errors

SCATTER_SIZE = 10_000  # n of the plot of forecasts against labels


@dataclass(frozen=True, slots=True)
class Setting:
    """What was evaluated on what."""

    model: str  # id
    split: str
    context: int  # tokens
    limits: tuple[float, float]  # bytes, seconds: what ``over`` means to the model
    training: int  # functions that the model learnt from
    taught: int  # those that the baselines learnt from
    notes: tuple[str, ...] = ()  # what a reader should know of the labels


@dataclass(frozen=True, slots=True)
class Scatter:
    """Labels and forecasts at ``SCATTER_SIZE``, in log10 of bytes or seconds; calls past the limit left out."""

    language: str
    metric: str
    truth: tuple[float, ...]
    forecast: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Every number that the page and the tables show."""

    setting: Setting
    functions: dict[tuple[str, str], int]  # human-written held-out functions by (language, source)
    models: tuple[str, ...]
    accuracies: tuple[Accuracy, ...]
    leads: tuple[Lead, ...]
    coverages: tuple[Coverage, ...]
    reliabilities: tuple[Reliability, ...]
    abstentions: tuple[Abstention, ...]
    growths: tuple[Growth, ...]
    overs: tuple[Over, ...]
    directions: tuple[Direction, ...]
    drifts: tuple[Drift, ...]
    warned: tuple[Warned, ...]
    stated: tuple[Stated, ...]
    projects: tuple[Project, ...]
    worst: tuple[Worst, ...]
    lengths: tuple[LengthBin, ...]
    scatters: tuple[Scatter, ...]


def make_report(
    setting: Setting, held_out: HeldOut, pairs: Iterable[EditPair], known: Familiar, errors: Errors
) -> Report:
    """Edits are judged on all held-out functions, everything else on those that people wrote.

    ``errors`` are those of the model's edits of memory, by language.
    """
    found = list(pairs)
    human = held_out.human_written()
    scores, leads = accuracies(human)
    warned, stated = warnings(held_out, found, errors, Rule())
    return Report(
        setting=setting,
        functions={
            (language, source): len(group.examples)
            for language, own in human.by_language()
            for source, group in own.by_source()
        },
        models=tuple(human.columns["memory"].forecasts),
        accuracies=scores,
        leads=leads,
        coverages=coverages(human),
        reliabilities=reliabilities(human),
        abstentions=abstentions(human),
        growths=growths(human),
        overs=overs(human),
        directions=directions(held_out, found),
        drifts=drifts(held_out, found),
        warned=warned,
        stated=stated,
        projects=projects(human),
        worst=worst_errors(human, known, setting.context),
        lengths=length_bins(human),
        scatters=scatters(human),
    )


def scatters(held_out: HeldOut) -> tuple[Scatter, ...]:
    """Per language and metric."""
    size = SIZES.index(SCATTER_SIZE)
    found = []
    for language, own in held_out.by_language():
        for metric, column in own.columns.items():
            truth, forecast = column.truth[:, size], column.forecasts[RLM][:, size]
            rows = np.isfinite(truth) & np.isfinite(forecast)
            found.append(
                Scatter(language, metric, tuple(truth[rows].tolist()), tuple(forecast[rows].tolist()))
            )
    return tuple(found)
