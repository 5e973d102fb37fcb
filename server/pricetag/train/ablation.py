"""What each source of labels adds: a quick model trained with it and without it, judged on the same held-out functions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.stats
from numpy.typing import NDArray

from pricetag.measure.label import MEMORY_LIMIT
from pricetag.train.baselines import GradientBoosting
from pricetag.train.dataset import MACHINE_WRITTEN, METRICS, Example

# Each a row of its own; the public data sets are one together.
_OWN_ROWS = MACHINE_WRITTEN | {"package", "stdlib"}


@dataclass(frozen=True, slots=True)
class Row:
    """One training set: how many functions it had and how well it ranked the held-out ones."""

    language: str
    metric: str
    training: str  # "all", "without <source>", "only <source>", ...
    functions: int
    held_out: int
    spearman: float
    error: float  # mean |log10 error|


def ablate(examples: Sequence[Example], split: str = "validation", n: int = 10_000) -> Iterator[Row]:
    """Rows per language and metric, with the human-written functions of ``split`` held out.

    The sources of the public data sets count as one, "human".
    """
    for language in sorted({example.language for example in examples}):
        own = [example for example in examples if example.language == language]
        training = [example for example in own if example.split == "train"]
        held_out = [example for example in own if example.split == split and group_of(example) == "human"]
        model = GradientBoosting(tfidf=False)
        model.fit_features(training)
        inputs, tests = model.features(training), model.features(held_out)
        groups = np.array([group_of(example) for example in training])
        for metric in METRICS:
            targets = _targets(training, metric, n)
            truth = _targets(held_out, metric, n)
            for name, chosen in _choices(groups):
                rows = np.flatnonzero(chosen & ~np.isnan(targets))
                columns = ~np.isnan(truth)
                if len(rows) < 50 or columns.sum() < 20:
                    continue
                forecast = model.fit_predict(inputs[rows], targets[rows], tests[columns.nonzero()[0]])
                rho = float(scipy.stats.spearmanr(truth[columns], forecast).statistic)
                error = float(np.abs(truth[columns] - forecast).mean())
                yield Row(language, metric, name, len(rows), int(columns.sum()), rho, error)


def group_of(example: Example) -> str:
    """The kind of source that an example comes from."""
    return example.source if example.source in _OWN_ROWS else "human"


def _choices(groups: NDArray[np.str_]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    present = sorted(set(groups.tolist()))
    everything = np.ones(len(groups), dtype=bool)
    yield "all", everything
    for name in present:
        yield f"without {name}", groups != name
    for name in present:
        yield f"only {name}", groups == name
        if name != "human" and "human" in present:
            yield f"human and {name}", (groups == name) | (groups == "human")


def _targets(examples: Sequence[Example], metric: str, n: int) -> NDArray[np.float64]:
    """log10 of the labels at n: bytes, seconds; ``over`` at the limit's next decade, NaN where there is none."""
    unit = 1.0 if metric == "memory" else 1e-9
    ceiling = 10 * (MEMORY_LIMIT if metric == "memory" else 10.0)

    def value(example: Example) -> float:
        found = example.value(metric, n)
        return math.nan if found is None else math.log10(max(min(found, ceiling), unit))

    return np.array([value(example) for example in examples], dtype=np.float64)
