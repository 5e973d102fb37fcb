"""How good the forecasts are on held-out functions, beside a constant and gradient boosting on the same rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import scipy.stats

from pricetag.rlm.distribution import Floats
from pricetag.rlm.numbers import SIZES
from pricetag.train.dataset import METRICS, Example
from pricetag.train.predict import Predictions, truths

# Offsets in log10: language -> metric -> n -> "low" or "high".
Calibration = Mapping[str, Mapping[str, Mapping[str, Mapping[str, float]]]]


@dataclass(frozen=True, slots=True)
class Score:
    """One row of the evaluation table: one model, language, metric and n."""

    model: str
    language: str
    source: str  # "all" or one origin
    metric: str
    n: int
    functions: int
    spearman: float
    error: float  # mean |log10 error| over calls within the limits
    covered: float | None = None  # share of labels inside the 80 % interval
    width: float | None = None  # median log10 width of that interval
    over: int = 0  # labels past the limit; they rank last and have no error


def score(
    model: str, where: tuple[str, str, str, int], truth: Floats, forecast: Floats, limit: float
) -> Score | None:
    """Rank correlation and error of one column; None with fewer than 20 rows. ``limit``: log10 of the metric's limit."""
    language, source, metric, n = where
    rows = ~np.isnan(truth) & ~np.isnan(forecast)
    if rows.sum() < 20:
        return None
    capped = np.minimum(truth[rows], limit)
    constant = np.ptp(forecast[rows]) == 0
    rho = 0.0 if constant else float(scipy.stats.spearmanr(capped, forecast[rows]).statistic)
    finite = np.isfinite(truth[rows])
    error = (
        float(np.abs(truth[rows][finite] - forecast[rows][finite]).mean()) if finite.any() else float("nan")
    )
    return Score(model, language, source, metric, n, int(rows.sum()), rho, error, over=int((~finite).sum()))


def interval_scores(truth: Floats, low: Floats, high: Floats, limit: float) -> tuple[float, float]:
    """Share of labels inside [low, high] and the median log10 width; an interval that reaches ``limit`` holds ``over``."""
    rows = ~np.isnan(truth) & ~np.isnan(low)
    capped, below, above = (np.minimum(side[rows], limit) for side in (truth, low, high))
    inside = (capped >= below) & (capped <= above)
    return float(inside.mean()), float(np.median(above - below))


def calibrated(
    predictions: Predictions,
    examples: Sequence[Example],
    metric: str,
    calibration: Calibration,
) -> tuple[Floats, Floats]:
    """The 80 % interval [E, S] with the checkpoint's conformal offsets."""
    offsets = offsets_of(examples, metric, calibration)
    return predictions.quantiles[..., 0] + offsets[..., 0], predictions.quantiles[..., 2] + offsets[..., 1]


def offsets_of(examples: Sequence[Example], metric: str, calibration: Calibration) -> Floats:
    """The conformal offsets (low, high) of each function and size in log10, [E, S, 2]; 0 where there is none."""
    offsets = np.zeros((len(examples), len(SIZES), 2))
    for row, example in enumerate(examples):
        for column, n in enumerate(SIZES):
            own = calibration.get(example.language, {}).get(metric, {}).get(str(n), {})
            offsets[row, column] = own.get("low", 0.0), own.get("high", 0.0)
    return offsets


def evaluate(
    held_out: Sequence[Example],
    predictions: Mapping[str, Predictions],
    baselines: Mapping[str, Mapping[str, Floats]],
    calibration: Calibration,
    limits: Mapping[str, float],
) -> list[Score]:
    """Every score on the held-out functions. All models are scored on the rows that the RLM answers.

    ``baselines`` as ``baseline_forecasts`` makes them.
    """
    scores: list[Score | None] = []
    for language in sorted({example.language for example in held_out}):
        chosen = np.array([example.language == language for example in held_out])
        rows = [example for example in held_out if example.language == language]
        sources = np.array([example.source for example in rows])
        for metric in METRICS:
            limit = float(np.log10(limits[metric]))
            truth, found = truths(rows, metric), predictions[metric]
            low, high = (side[chosen] for side in calibrated(found, held_out, metric, calibration))
            for column, n in enumerate(SIZES):
                unanswered = np.isnan(found.mean[chosen, column])
                wanted = np.where(unanswered, np.nan, truth[:, column])
                forecasts = {"RLM": found.mean[chosen, column]}
                forecasts |= {name: made[metric][chosen, column] for name, made in baselines.items()}
                for name, forecast in forecasts.items():
                    for source in ("all", *sorted(set(sources))):
                        mask = (sources == source) | (source == "all")
                        row = score(name, (language, source, metric, n), wanted[mask], forecast[mask], limit)
                        if row and name == "RLM":
                            covered, width = interval_scores(
                                wanted[mask], low[mask, column], high[mask, column], limit
                            )
                            row = replace(row, covered=covered, width=width)
                        scores.append(row)
    return [row for row in scores if row]


def write_scores(scores: Sequence[Score], path: Path) -> None:
    """As JSON, for the model card."""
    path.write_text(json.dumps([asdict(score) for score in scores], indent=1) + "\n")


def markdown(scores: Sequence[Score]) -> str:
    """The table over all sources as Markdown: Spearman / mean |log10 error| a cell."""
    lines = []
    for language in sorted({score.language for score in scores}):
        for metric in METRICS:
            rows = [s for s in scores if (s.language, s.metric, s.source) == (language, metric, "all")]
            sizes = sorted({s.n for s in rows})
            if not sizes:
                continue
            lines += [f"| {language}, {metric} | " + " | ".join(f"n = {n:,}" for n in sizes) + " |"]
            lines += ["|---|" + "---|" * len(sizes)]
            for model in dict.fromkeys(s.model for s in rows):
                by_n = {s.n: s for s in rows if s.model == model}
                cells = [f"{by_n[n].spearman:.3f} / {by_n[n].error:.2f}" if n in by_n else "" for n in sizes]
                lines.append(f"| {model} | " + " | ".join(cells) + " |")
            ours = {s.n: s for s in rows if s.model == "RLM"}
            lines.append(
                "| functions (of them over the limit) | "
                + " | ".join(f"{ours[n].functions} ({ours[n].over})" for n in sizes if n in ours)
                + " |"
            )
            lines.append(
                "| 80 % interval holds / median width in decades | "
                + " | ".join(f"{ours[n].covered:.0%} / {ours[n].width:.2f}" for n in sizes if n in ours)
                + " |"
            )
            lines.append("")
    return "\n".join(lines)
