"""Labels of a project's functions beside the model's forecasts of the same functions, with the same inputs."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from pricetag.forecast import METRICS, Forecast, estimate_at, is_over
from pricetag.forecast.fit_adjustment import Rows
from pricetag.measure.label import Label
from pricetag.measure.lines import SUFFIX, read_lines
from pricetag.measure.project import item_id, path_of
from pricetag.scan import Forecasts, Found, Problem, functions_of

# The smallest values that the model can write: below them a residual says nothing.
_FLOORS = {"memory": 10.0, "runtime": 1e-8}


@dataclass(slots=True)
class Joined:
    """Rows by (language, metric), and how many labels were left out for which reason."""

    rows: dict[tuple[str, str], Rows] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)


def read_labels(path: Path) -> Iterator[Label]:
    """The labels of a JSON lines file or a Parquet store. Raises ``LinesError``, ``StoreError`` and OSError."""
    if path.suffix == SUFFIX:
        yield from read_lines(path)
        return
    from pricetag.measure.store import LabelStore

    yield from LabelStore(path)


def join(labels: Iterable[Label], project: Path, forecaster: Forecasts) -> Joined:
    """The labels that name functions of ``project`` as they stand now, each with its forecast.

    ``forecaster`` must answer what the model says, without any calibration of the user's. Left out are labels that
    have no number, of functions that are gone or were edited, and of which there is no forecast.
    """
    joined = Joined()
    values: dict[tuple[str, str], list[tuple[int, float, float, float, float]]] = defaultdict(list)
    by_item: dict[str, list[Label]] = defaultdict(list)
    for label in labels:
        by_item[label.item].append(label)
    known = _Project(project)
    for number, (item, own) in enumerate(sorted(by_item.items())):
        found = known.function(item)
        if isinstance(found, str):
            joined.left_out[found] += len(own)
            continue
        forecasts: dict[str, Forecast] = {}
        for label in own:
            if label.assumes not in forecasts:
                query = replace(found.query, assumes=label.assumes or found.query.assumes)
                forecasts[label.assumes] = forecaster.forecast(query)
            language = found.function.language.value
            for metric, row in _rows(label, forecasts[label.assumes], forecaster, joined.left_out):
                values[language, metric].append((number, *row))
    for key, rows in values.items():
        function, *columns = zip(*rows, strict=True)
        joined.rows[key] = Rows(
            np.array(function, dtype=np.int64), *(np.array(c, dtype=float) for c in columns)
        )
    return joined


def _rows(
    label: Label, forecast: Forecast, forecaster: Forecasts, left_out: Counter[str]
) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    """(metric, log10 (truth, low, median, high)) for each number of a label that there is a forecast for."""
    if label.failed or label.inferred or (label.memory is None and label.runtime is None):
        left_out["not measured"] += 1
        return
    if forecast.abstained:
        left_out["no forecast"] += 1
        return
    for metric in METRICS:
        truth = label.memory if metric == "memory" else label.runtime
        estimate = estimate_at(forecast.estimates(metric), label.n)
        if truth is None or metric in label.over:
            continue
        if estimate is None:
            left_out[f"n outside {forecaster.info.sizes[0]:,} to {forecaster.info.sizes[-1]:,}"] += 1
            return
        if is_over(estimate):
            left_out["forecast past the limit"] += 1
            continue
        floor = _FLOORS[metric]
        row = (truth, estimate.low, estimate.median, estimate.high)
        first, second, third, fourth = (math.log10(max(value, floor)) for value in row)
        yield metric, (first, second, third, fourth)


class _Project:
    """The functions of a folder's files, each file read once and only if a label names it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._files: dict[str, dict[str, Found]] = {}

    def function(self, item: str) -> Found | str:
        """The function that an item's id names, or why there is none."""
        try:
            path = path_of(item)
        except ValueError:
            return "not a function of a project"
        if path not in self._files:
            self._files[path] = self._read(path)
        if not self._files[path]:
            return "file not in the project"
        return self._files[path].get(item, "function gone or edited since")

    def _read(self, path: str) -> dict[str, Found]:
        full = (self._folder / path).resolve()
        if not full.is_relative_to(self._folder) or not full.is_file():
            return {}
        problems: list[Problem] = []
        return {item_id(path, one.function): one for one in functions_of(str(full), problems)}
