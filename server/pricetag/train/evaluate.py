"""How good the forecasts are on held-out functions, beside a constant and gradient boosting on the same rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.stats

from pricetag.rlm.distribution import Floats
from pricetag.rlm.numbers import SIZES
from pricetag.train.baselines import GradientBoosting
from pricetag.train.dataset import METRICS, Example
from pricetag.train.predict import Predictions, truths


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
    calibration: Mapping[str, Mapping[str, Mapping[str, Mapping[str, float]]]],
) -> tuple[Floats, Floats]:
    """The 80 % interval [E, S] with the checkpoint's conformal offsets."""
    low, high = predictions.quantiles[..., 0].copy(), predictions.quantiles[..., 2].copy()
    for row, example in enumerate(examples):
        for column, n in enumerate(SIZES):
            offsets = calibration.get(example.language, {}).get(metric, {}).get(str(n), {})
            low[row, column] += offsets.get("low", 0.0)
            high[row, column] += offsets.get("high", 0.0)
    return low, high


def evaluate(
    training: Sequence[Example],
    held_out: Sequence[Example],
    predictions: Mapping[str, Predictions],
    calibration: Mapping[str, Mapping[str, Mapping[str, Mapping[str, float]]]],
    limits: Mapping[str, float],
) -> list[Score]:
    """Every score on the held-out functions. All models are scored on the rows that the RLM answers."""
    scores: list[Score | None] = []
    languages = sorted({example.language for example in held_out})
    for language in languages:
        train_rows = [example for example in training if example.language == language]
        chosen = np.array([example.language == language for example in held_out])
        rows = [example for example in held_out if example.language == language]
        boosting = {
            "gradient boosting": GradientBoosting(),
            "gradient boosting, counts only": GradientBoosting(tfidf=False),
        }
        features = {}
        for name, booster in boosting.items():
            booster.fit_features(train_rows)
            features[name] = (booster.features(train_rows), booster.features(rows))
        sources = np.array([example.source for example in rows])
        for metric in METRICS:
            limit = float(np.log10(limits[metric]))
            seen, truth = truths(train_rows, metric), truths(rows, metric)
            found = predictions[metric]
            low, high = (side[chosen] for side in calibrated(found, held_out, metric, calibration))
            for column, n in enumerate(SIZES):
                known = ~np.isnan(seen[:, column])
                targets = np.minimum(seen[known, column], limit)
                answered = np.isnan(found.mean[chosen, column])
                wanted = np.where(answered, np.nan, truth[:, column])
                forecasts = {"RLM": found.mean[chosen, column]}
                if known.sum() >= 50:
                    forecasts["constant"] = np.full(len(rows), np.median(targets))
                    for name, booster in boosting.items():
                        inputs, inputs_held_out = features[name]
                        forecasts[name] = booster.fit_predict(inputs[known], targets, inputs_held_out)
                for name, forecast in forecasts.items():
                    for source in ("all", *sorted(set(sources))):
                        mask = (sources == source) | (source == "all")
                        row = score(name, (language, source, metric, n), wanted[mask], forecast[mask], limit)
                        if row and name == "RLM":
                            covered, width = interval_scores(
                                wanted[mask], low[mask, column], high[mask, column], limit
                            )
                            row = Score(**{**asdict(row), "covered": covered, "width": width})
                        scores.append(row)
    return [row for row in scores if row]


def paired_difference(
    truth: Floats, ours: Floats, theirs: Floats, limit: float, draws: int = 1000
) -> tuple[float, float, float]:
    """Spearman of ours minus theirs on the same rows, with its paired bootstrap 95 % interval."""
    rows = ~np.isnan(truth) & ~np.isnan(ours) & ~np.isnan(theirs)
    columns = np.stack([np.minimum(truth[rows], limit), ours[rows], theirs[rows]])
    rng = np.random.default_rng(0)

    def difference(sample: Any) -> float:
        ranks = scipy.stats.rankdata(columns[:, sample], axis=1)
        matrix = np.corrcoef(ranks)
        return float(matrix[0, 1] - matrix[0, 2])

    count = columns.shape[1]
    spread = [difference(rng.integers(0, count, count)) for _ in range(draws)]
    return (
        difference(np.arange(count, dtype=np.int64)),
        float(np.quantile(spread, 0.025)),
        float(np.quantile(spread, 0.975)),
    )


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
