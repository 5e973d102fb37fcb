"""How the error depends on how long a function is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pricetag.train.report.held_out import FEWEST, RLM, HeldOut, columns

EDGES = (0, 64, 128, 256, 512, 1 << 30)  # tokens of the prompt


@dataclass(frozen=True, slots=True)
class LengthBin:
    """Functions of one language whose prompts have ``at_least`` to ``below`` tokens, over all n."""

    language: str
    metric: str
    at_least: int
    below: int
    functions: int
    unanswered: int  # functions too long for the model
    error: float | None  # mean |log10 error|; None where there are too few functions


def length_bins(held_out: HeldOut) -> tuple[LengthBin, ...]:
    """Per language, metric and bin."""
    sizes = [size for size, _ in columns()]
    found = []
    for language, own in held_out.by_language():
        for metric, column in own.columns.items():
            for low, high in pairwise(EDGES):
                inside = (own.tokens >= low) & (own.tokens < high)
                forecast = column.forecasts[RLM][inside][:, sizes]
                errors = np.abs(column.truth[inside][:, sizes] - forecast)
                enough = np.isfinite(errors).any(axis=1).sum() >= FEWEST
                mean = float(errors[np.isfinite(errors)].mean()) if enough else None
                silent = int(np.isnan(forecast).all(axis=1).sum())
                found.append(LengthBin(language, metric, low, high, int(inside.sum()), silent, mean))
    return tuple(found)
