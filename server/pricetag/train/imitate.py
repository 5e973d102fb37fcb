"""Unlabelled functions with the forecasts of gradient boosting in place of labels: many more functions to learn from.

What boosting sees in counts of syntax, a model that imitates it must find in the tokens, on a hundred thousand functions
instead of those that could be run (distillation, Hinton et al. 2015). The labels then teach what boosting does not know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pricetag.rlm.numbers import SIZES
from pricetag.rlm.prompt import Prompt
from pricetag.train.baselines import BOOSTING, baseline_forecasts
from pricetag.train.dataset import METRICS, Example

SOURCE = "imitated"
_CLOSE = 0.15  # decades


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
