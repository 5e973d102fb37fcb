"""Which functions are the heaviest, and what ``pricetag/heaviest`` says of each."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pygls.uris import to_fs_path

from pricetag.forecast import (
    METRICS,
    Estimate,
    Forecast,
    HintOptions,
    Metric,
    ModelInfo,
    estimate_at,
    fit_growth,
    format_estimate,
    reason_against,
    too_wide,
)
from pricetag.lsp.settings import Settings

_MOST_ROWS = 1_000
_MOST_CURVES = 50
Span = tuple[int, int, int, int]  # line, character, line, character


@dataclass(frozen=True, slots=True)
class Asked:
    """The request's parameters."""

    metric: Metric
    n: int
    limit: int
    curves: int  # how many of the first rows come with their growth curves
    folder: str | None
    token: int | str | None

    @classmethod
    def parse(cls, params: Any, settings: Settings) -> Asked:
        """Read parameters of any shape. Raises ``ValueError`` with what is wrong, for people."""
        metric, n = getattr(params, "metric", None) or "memory", getattr(params, "n", None) or settings.size
        limit, folder = getattr(params, "limit", None) or 50, getattr(params, "folder", None)
        curves, token = getattr(params, "curves", None) or 0, getattr(params, "workDoneToken", None)
        if metric not in METRICS:
            raise ValueError(f"metric must be {' or '.join(METRICS)}")
        if not _whole(n, 1) or not _whole(limit, 1):
            raise ValueError("n and limit must be whole numbers from 1 up")
        if not _whole(curves, 0):
            raise ValueError("curves must be a whole number from 0 up")
        if folder is not None and not (isinstance(folder, str) and to_fs_path(folder)):
            raise ValueError("folder must be the URI of a folder")
        path = to_fs_path(folder) if folder else None
        token = token if isinstance(token, (int, str)) else None
        return cls(metric, n, min(limit, _MOST_ROWS), min(curves, _MOST_CURVES), path, token)


def _whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


@dataclass(frozen=True, slots=True)
class Entry:
    """One function with its forecast."""

    uri: str
    name: str
    language: str
    range: Span
    selection: Span
    stated_n: int | None
    forecast: Forecast


def rank(
    entries: Iterable[Entry], asked: Asked, settings: Settings, info: ModelInfo | None
) -> tuple[list[dict[str, Any]], Counter[str]]:
    """The rows of the heaviest functions, and how often each class of reasons kept one from having a forecast."""
    options = settings.options(info)
    abstained: Counter[str] = Counter()
    weighed: list[tuple[float, Entry]] = []
    for entry in entries:
        reason = reason_against(entry.forecast, asked.n, options.maximum_interval, [asked.metric])
        estimate = estimate_at(entry.forecast.estimates(asked.metric), asked.n)
        if reason or estimate is None or not math.isfinite(estimate.median):
            abstained[_class(reason)] += 1
        else:
            # Of two that pass the limit, the surer one first.
            weighed.append((estimate.median * (1 + estimate.over), entry))
    weighed.sort(key=lambda pair: (-pair[0], pair[1].uri, pair[1].range))
    rows = [_row(entry, asked, options) for _, entry in weighed[: asked.limit]]
    for row, (_, entry) in zip(rows[: asked.curves], weighed, strict=False):
        row["curves"] = {metric: _curve(entry, metric, options) for metric in METRICS}
    return rows, abstained


def _class(reason: str) -> str:
    """A reason without what differs from function to function: lines, sizes, factors."""
    return "syntax error" if reason.startswith(("missing ", "syntax error")) else reason.partition(": ")[0]


def _row(entry: Entry, asked: Asked, options: HintOptions) -> dict[str, Any]:
    estimates = entry.forecast.estimates(asked.metric)
    estimate = estimate_at(estimates, asked.n)
    assert estimate is not None
    return {
        "uri": entry.uri,
        "name": entry.name,
        "language": entry.language,
        "range": _range(entry.range),
        "selectionRange": _range(entry.selection),
        "median": estimate.median,
        "low": estimate.low,
        "high": estimate.high,
        "over": estimate.over,
        "growth": fit_growth(estimates, asked.n),
        "text": format_estimate(
            asked.metric, estimate, entry.forecast.limit(asked.metric, options.limit(asked.metric))
        ),
        "medians": {metric: _median(entry, metric, asked.n, options) for metric in METRICS},
        "assumes": entry.forecast.assumes,
    }


def _median(entry: Entry, metric: Metric, n: int, options: HintOptions) -> float | None:
    """One metric at n, in bytes or seconds; None where it has no forecast that may be shown."""
    estimate = estimate_at(entry.forecast.estimates(metric), n)
    return estimate.median if estimate is not None and _shown(metric, estimate, options) else None


def _curve(entry: Entry, metric: Metric, options: HintOptions) -> list[dict[str, float]]:
    """One metric at each n of the forecast, smallest first, without what may not be shown."""
    return [
        {"n": estimate.n, "median": estimate.median, "low": estimate.low, "high": estimate.high}
        for estimate in entry.forecast.estimates(metric)
        if _shown(metric, estimate, options)
    ]


def _shown(metric: Metric, estimate: Estimate, options: HintOptions) -> bool:
    return math.isfinite(estimate.median) and not too_wide(metric, estimate, options.maximum_interval)


def _range(span: Span) -> dict[str, dict[str, int]]:
    return {
        "start": {"line": span[0], "character": span[1]},
        "end": {"line": span[2], "character": span[3]},
    }
