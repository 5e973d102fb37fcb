"""A model's forecasts for labelled functions, as arrays that evaluation and calibration share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from tokenizers import Tokenizer

from pricetag.rlm.architecture import EncoderDecoder
from pricetag.rlm.checkpoint import Rlm
from pricetag.rlm.distribution import Distribution, Floats, digit_tree, mixture
from pricetag.rlm.numbers import SIZES
from pricetag.rlm.prompt import AS_WRITTEN, Normalisation, Prompt, PromptTooLong, encode
from pricetag.train.dataset import METRICS, Example

QUANTILES = (0.1, 0.5, 0.9)


class Model(Protocol):
    """The int8 ``rlm.Rlm`` and the fp32 ``Reference`` alike."""

    def distributions(self, prompt: Prompt, sizes: Sequence[int]) -> dict[str, tuple[Distribution, ...]]:
        """Per metric, one distribution a size."""
        ...


class Reference:
    """The fp32 torch models, one a member, behind the same call as the shipped int8 ones."""

    def __init__(
        self,
        models: Sequence[EncoderDecoder],
        tokenizer: Tokenizer,
        context: int,
        normalisation: Normalisation = AS_WRITTEN,
    ) -> None:
        self._models, self._tokenizer, self._context = [m.eval() for m in models], tokenizer, context
        self._normalisation = normalisation

    @torch.inference_mode()
    def distributions(self, prompt: Prompt, sizes: Sequence[int]) -> dict[str, tuple[Distribution, ...]]:
        """Per metric, one distribution a size. Raises ``PromptTooLong``."""
        tokens = torch.tensor([encode(prompt, self._tokenizer, self._context, self._normalisation)])
        return mixture([_decoded(model, tokens, sizes) for model in self._models])


def _decoded(
    model: EncoderDecoder, tokens: torch.Tensor, sizes: Sequence[int]
) -> dict[str, tuple[Distribution, ...]]:
    cross = model.cross(model.encode(tokens))

    def next_logits(rows: NDArray[np.int64]) -> Floats:
        logits = model.decode(torch.from_numpy(rows)[None], cross)
        return logits[0, :, -1].double().numpy()

    return digit_tree(next_logits, sizes)


@dataclass(frozen=True, slots=True)
class Predictions:
    """log10 forecasts of E functions at S sizes, NaN rows where the function is too long for the model.

    Each array is [E, S]; ``quantiles`` is [E, S, Q], one for each of ``levels``, ``inf`` where one falls into ``over``.
    """

    mean: Floats
    quantiles: Floats
    over: Floats
    levels: tuple[float, ...] = QUANTILES

    def at(self, levels: tuple[float, ...]) -> Predictions:
        """The same forecasts with some of their quantiles."""
        columns = [self.levels.index(level) for level in levels]
        return Predictions(self.mean, self.quantiles[..., columns], self.over, levels)


def predict(
    model: Model,
    examples: Sequence[Example],
    console: Console | None = None,
    levels: tuple[float, ...] = QUANTILES,
) -> dict[str, Predictions]:
    """Forecast every example at every size, with a progress bar on ``console``."""
    shape = (len(examples), len(SIZES))
    found = {
        metric: Predictions(
            np.full(shape, np.nan), np.full((*shape, len(levels)), np.nan), np.full(shape, np.nan), levels
        )
        for metric in METRICS
    }
    for row, example in enumerate(track(examples, "forecasting", console=console, disable=console is None)):
        try:
            by_metric = model.distributions(example.prompt, SIZES)
        except PromptTooLong:
            by_metric = {}
        for metric, distributions in by_metric.items():
            for column, distribution in enumerate(distributions):
                found[metric].mean[row, column] = distribution.mean
                found[metric].quantiles[row, column] = [distribution.quantile(q) for q in levels]
                found[metric].over[row, column] = distribution.over
    return found


def summaries(model: Rlm, examples: Sequence[Example]) -> Floats:
    """The mean of each function's encoding [E, D], NaN rows where it is too long for the model."""
    found: list[Floats | None] = []
    for example in examples:
        try:
            found.append(model.summary(example.prompt))
        except PromptTooLong:
            found.append(None)
    width = next((len(one) for one in found if one is not None), 0)
    return np.stack([np.full(width, np.nan) if one is None else one for one in found])


def truths(examples: Sequence[Example], metric: str) -> Floats:
    """log10 labels [E, S]: ``inf`` for ``over``, NaN where nothing was measured."""
    values = np.full((len(examples), len(SIZES)), np.nan)
    floor = 10.0 if metric == "memory" else 1e-8  # the smallest value the number tokens can write
    for row, example in enumerate(examples):
        for column, n in enumerate(SIZES):
            if (value := example.value(metric, n)) is not None:
                values[row, column] = np.log10(max(value, floor))
    return values
