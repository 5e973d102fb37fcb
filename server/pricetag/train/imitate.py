"""Unlabelled functions with forecasts in place of labels: many more functions to learn from than could be run.

What gradient boosting sees in counts of syntax, a model that imitates it must find in the tokens (distillation, Hinton et
al. 2015). A model that knows labels already can teach beside it: the two err in different ways.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from rich.console import Console
from rich.progress import track

from pricetag.rlm.distribution import Distribution
from pricetag.rlm.numbers import SIZES
from pricetag.rlm.prompt import Prompt, PromptTooLong
from pricetag.train.baselines import BOOSTING, baseline_forecasts
from pricetag.train.dataset import METRICS, Example
from pricetag.train.predict import Model

SOURCE = "imitated"
_CLOSE = 0.15  # decades
_UNKNOWN = re.compile(r": object(?! of n)|^no inputs$")
_LIKELY = (0.02, 0.98)  # ranks that are drawn: a tail is the teacher's own doubt


def imitated(
    functions: Sequence[Prompt], training: Sequence[Example], limits: Mapping[str, float]
) -> list[Example]:
    """Examples of ``functions``, labelled by gradient boosting that learnt from ``training``.

    A forecast close to one of the ``limits`` (bytes, seconds) is ``over``: boosting learnt it as that number.
    """
    examples = [
        Example(
            f"{SOURCE}/{number}", SOURCE, f"{SOURCE}/{number}", prompt.language, "train", prompt,
            {metric: {} for metric in METRICS},
        )
        for number, prompt in enumerate(functions)
    ]  # fmt: skip
    forecasts = baseline_forecasts(training, examples, limits, (BOOSTING,))[BOOSTING]
    for metric in METRICS:
        highest = np.log10(limits[metric]) - _CLOSE
        for example, row in zip(examples, forecasts[metric], strict=True):
            example.values[metric] = {
                n: float("inf") if value >= highest else float(10.0**value)
                for n, value in zip(SIZES, row, strict=True)
                if not np.isnan(value)
            }
    return examples


def with_known_inputs(functions: Iterable[Prompt]) -> list[Prompt]:
    """Those that take something, and nothing of a kind that nobody knows: what can be run, and so is labelled, is of these."""
    return [prompt for prompt in functions if not _UNKNOWN.search(prompt.assumes)]


def drawn(
    examples: Sequence[Example], teacher: Model, limits: Mapping[str, float], console: Console, seed: int = 0
) -> list[Example]:
    """The examples of ``imitated`` with values drawn from ``teacher``'s distributions, half of the way to boosting's.

    A distribution is moved so that its mean is the mean of both forecasts, and keeps its width, so that a model that learns
    from the draws learns how unsure they are. One rank a metric holds at every n: growth stays as the teachers see it.
    Functions that are too long for the teacher, or without a forecast of boosting, are left out.
    """
    rng = np.random.default_rng(seed)
    found = []
    for example in track(examples, "drawing labels", console=console):
        ranks = rng.uniform(*_LIKELY, len(METRICS))
        try:
            by_metric = teacher.distributions(example.prompt, SIZES)
        except PromptTooLong:
            continue
        values = {
            metric: {
                n: _between(distribution, float(rank), example.values[metric][n], limits[metric])
                for n, distribution in zip(SIZES, by_metric[metric], strict=True)
                if n in example.values[metric]
            }
            for metric, rank in zip(METRICS, ranks, strict=True)
        }
        if any(values.values()):
            found.append(replace(example, values=values))
    return found


def _between(distribution: Distribution, rank: float, boosted: float, limit: float) -> float:
    """A draw of that rank, moved half of the way from the distribution's mean to ``boosted``; ``inf`` past the limit."""
    highest = float(np.log10(limit))
    moved = (min(np.log10(boosted), highest) - min(distribution.mean, highest)) / 2
    value = min(distribution.quantile(rank), highest + _CLOSE) + moved
    return float("inf") if value >= highest else float(10.0**value)
