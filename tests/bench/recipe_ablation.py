"""What each part of the recipe adds: small models trained alike but for one thing, on the same held-out functions.

python tests/bench/recipe_ablation.py FOLDER --examples DIR [--unlabelled DIR ...] [--passes N] [--seed S ...] [--boosting] [ROW ...]

FOLDER keeps every run, so that the table can be finished later. A row is one of ``ROWS``; by default all of them. Scored:
validation, human-written functions, fp32 weights, n = 10,000, Spearman and mean |log10 error| of each language and metric.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from rich import box
from rich.console import Console
from rich.table import Table
from tokenizers import Tokenizer
from torch import Tensor

from pricetag.rlm.architecture import EncoderDecoder
from pricetag.rlm.distribution import Distribution, Floats
from pricetag.rlm.numbers import MEMORY, PAD, RUNTIME, SIZES, size_token
from pricetag.rlm.prompt import Normalisation, Prompt, encode
from pricetag.train.baselines import BOOSTING, COUNTS, baseline_forecasts, syntax_counts
from pricetag.train.batches import LabelBatch, as_written
from pricetag.train.bundle import Bundle
from pricetag.train.dataset import METRICS, Example, teaching, validating
from pricetag.train.loop import BEST, Schedule, fit
from pricetag.train.objective import Labels, apart, expected_values
from pricetag.train.predict import Reference, predict, truths
from pricetag.train.prepare import CONTEXT, prepare, run_training
from pricetag.train.run import TRAINING, VALIDATION, Recipe
from pricetag.train.scores import score

N = 10_000
_WEIGHTS = {"generated": 0.5, "mutated": 0.35, "neutral": 0.1}  # as in the shipped model's recipe
LANGUAGES = ("python", "cpp")
Change = Callable[[list[Example], Recipe], tuple[list[Example], Recipe]]


def _recipe(**changes: Any) -> Change:
    return lambda examples, recipe: (examples, replace(recipe, **changes))


def _architecture(**changes: Any) -> Change:
    return lambda examples, recipe: (
        examples,
        replace(recipe, architecture=replace(recipe.architecture, **changes)),
    )


def _labels(**changes: Any) -> Change:
    return lambda examples, recipe: (examples, replace(recipe, labels=replace(recipe.labels, **changes)))


def _without(*sources: str) -> Change:
    """Training functions of all sources but these."""
    return lambda examples, recipe: (
        [e for e in examples if e.split != "train" or e.source not in sources],
        recipe,
    )


def _prompts(change: Callable[[Prompt], Prompt]) -> Change:
    return lambda examples, recipe: (
        [replace(example, prompt=change(example.prompt)) for example in examples],
        recipe,
    )


def _share(share: float) -> Change:
    """Some of the training functions, whole problems at a time."""

    def keep(example: Example) -> bool:
        draw = np.random.default_rng(list(example.problem.encode())).random()
        return example.split != "train" or bool(draw < share)

    return lambda examples, recipe: ([example for example in examples if keep(example)], recipe)


def _with_counts(prompt: Prompt) -> Prompt:
    """Static counts ahead of the code: how deep loops nest, lines, how often each name is called."""
    counts = syntax_counts(prompt)
    calls = [f"{name.removeprefix('call ')} {count:.0f}" for name, count in counts.items() if "call " in name]
    header = [f"depth {counts['loop depth']:.0f}", f"lines {counts['lines']:.0f}", *sorted(calls)]
    return replace(prompt, assumes=f"{prompt.assumes} | {', '.join(header)}")


ROWS: Mapping[str, Change] = {
    "base": _recipe(),
    "a quarter of the problems": _share(0.25),
    "half of the problems": _share(0.5),
    "without authored": _without("authored", "mutated", "neutral"),
    "without mutants": _without("mutated"),
    "without neutral edits": _without("neutral"),
    "names as written, renamed copies": _recipe(number_names=False),
    "type hints as written": _recipe(drop_hints=False),
    "without kinds": _prompts(lambda prompt: replace(prompt, assumes="")),
    "without imputed memory": _recipe(imputed=False),
    "without callees": _prompts(lambda prompt: replace(prompt, callees=())),
    "with a header of static counts": _prompts(_with_counts),
    "without expected value's loss": _recipe(expected=0.0),
    "without ranking loss": _recipe(ranking=0.0),
    "dropout 0": _architecture(dropout=0.0),
    "dropout 0.2": _architecture(dropout=0.2),
    "without averaging": _labels(average=0.0),
    "AdamW": _labels(optimiser="adamw", learning_rate=1.5e-3),
    "masked 4 %": _recipe(masked=0.04),
    "narrower (width 128)": _architecture(width=128, feed_forward=352),
    "deeper (6 + 2 layers)": _architecture(encoder_layers=6),
    "M (width 256, 6 + 2 layers)": _architecture(width=256, feed_forward=704, encoder_layers=6),
    "L (width 384, 8 + 3 layers)": _architecture(
        width=384, feed_forward=1024, heads=6, encoder_layers=8, decoder_layers=3
    ),
}
# These need --unlabelled: (passes of denoising, passes of imitation) as shares of those on labels.
STAGES: Mapping[str, tuple[float, float]] = {"denoising first": (1.0, 0.0), "imitation first": (0.0, 1.0)}
REGRESSION = "a regression head for number tokens"


class Regression(Labels):
    """Mean squared error of log10 values, read off one output each, in place of the number tokens (arXiv 2509.26476 compares them)."""

    def loss(self, model: EncoderDecoder, batch: LabelBatch) -> Tensor:
        """A scalar."""
        rows, targets = apart(batch.rows, batch.targets)
        logits = model(batch.tokens, batch.mask, rows).float()
        total = logits.sum() * 0
        for step, grammar in ((0, MEMORY), (2, RUNTIME)):
            _, truth = expected_values(logits, targets, step, grammar)
            known = ~truth.isnan()
            if known.any():
                total = total + (logits[:, :, step, PAD][known] - truth[known]).square().mean()
        return total

    def validate(self, model: EncoderDecoder) -> float:
        """Mean loss over every held-out function as written."""
        losses = [
            (self.loss(model, batch).item(), batch.functions)
            for batch in as_written(self._held_out, self._schedule)
        ]
        return sum(loss * count for loss, count in losses) / sum(count for _, count in losses)


class RegressionModel:
    """Forecasts of a model trained by ``Regression``: all of the mass on one value."""

    def __init__(self, model: EncoderDecoder, tokenizer: Tokenizer, normalisation: Normalisation) -> None:
        self._model, self._tokenizer, self._normalisation = model.eval(), tokenizer, normalisation

    @torch.inference_mode()
    def distributions(self, prompt: Prompt, sizes: Sequence[int]) -> dict[str, tuple[Distribution, ...]]:
        """Per metric, one distribution a size."""
        cross = self._model.cross(
            self._model.encode(torch.tensor([encode(prompt, self._tokenizer, CONTEXT, self._normalisation)]))
        )
        rows = {
            "memory": [[size_token(n)] for n in sizes],
            "runtime": [[size_token(n), PAD, PAD] for n in sizes],
        }
        values = {
            metric: self._model.decode(torch.tensor([own]), cross)[0, :, -1, PAD]
            for metric, own in rows.items()
        }
        return {
            metric: tuple(Distribution(float(value), np.ones(1), 0.0) for value in own)
            for metric, own in values.items()
        }


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.argument("rows", nargs=-1)
@click.option("--examples", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--unlabelled", multiple=True, type=click.Path(exists=True, path_type=Path))
@click.option("--passes", default=40_000, show_default=True, help="Labelled functions shown.")
@click.option("--seed", "seeds", multiple=True, type=int, default=(0,), show_default=True)
@click.option("--boosting", is_flag=True, help="Also gradient boosting on the same rows.")
@click.option("--processes", default=2, show_default=True, help="Of the training, one thread each.")
def main(
    folder: Path,
    rows: tuple[str, ...],
    examples: Path,
    unlabelled: tuple[Path, ...],
    passes: int,
    seeds: tuple[int, ...],
    boosting: bool,
    processes: int,
) -> None:
    """Train what is missing, then print the table."""
    torch.set_num_threads(1)  # several of these may run side by side
    console = Console(width=170)
    bundle = Bundle.load(examples)
    names = rows or (*ROWS, REGRESSION, *(STAGES if unlabelled else ()))
    found: dict[str, list[dict[str, Any]]] = {}
    for seed in seeds:
        for name in names:
            run = folder / f"{re.sub(r'[^A-Za-z0-9]+', '-', name)}-{passes}-{seed}"
            found.setdefault(name, []).append(
                _row(run, name, bundle, unlabelled, passes, seed, processes, console)
            )
    console.print(_table(found, _boosted(folder, bundle, console) if boosting else {}))


def _row(
    run: Path,
    name: str,
    bundle: Bundle,
    unlabelled: Sequence[Path],
    passes: int,
    seed: int,
    processes: int,
    console: Console,
) -> dict[str, Any]:
    """The scores of one run, which is trained first where it has none."""
    file = run / "scores.json"
    if file.exists():
        return dict(json.loads(file.read_text()))
    base = Recipe(expected=0.3, ranking=0.1, weights=_WEIGHTS)
    schedule = Schedule(
        passes, batch_tokens=2_048, learning_rate=3e-3, optimiser="muon", average=0.99, seed=seed, processes=processes,
        validate_every=max(passes // 4, 1),
    )  # fmt: skip
    denoising, imitation = STAGES.get(name, (0.0, 0.0))
    base = replace(
        base,
        architecture=replace(base.architecture, dropout=0.1),
        labels=schedule,
        pretraining=replace(base.pretraining, passes=int(denoising * passes), processes=processes),
        imitation=replace(schedule, passes=int(imitation * passes)),
    )
    examples, recipe = ROWS.get(name, ROWS["base"])(bundle.examples, base)
    if not (run / "train").exists():
        roots = unlabelled if name in STAGES else ()
        prepare(examples, run, recipe, 3, console, roots, bundle.one_limit())
    if name == REGRESSION:
        fit(Regression(run / TRAINING, run / VALIDATION), recipe.architecture, recipe.labels, run)
    else:
        run_training(run, recipe, console)
    model = EncoderDecoder(recipe.architecture)
    model.load_state_dict(torch.load(run / BEST, weights_only=True))
    tokenizer = Tokenizer.from_file(str(run / "tokenizer.json"))
    held_out = validating(examples)
    forecasts = predict(
        RegressionModel(model, tokenizer, recipe.normalisation)
        if name == REGRESSION
        else Reference([model], tokenizer, CONTEXT, recipe.normalisation),
        held_out,
    )
    estimates = {"expected": lambda p: p.mean, "median": lambda p: p.quantiles[..., 1]}
    scores = {
        estimate: _scores(held_out, {metric: pick(forecasts[metric]) for metric in METRICS}, bundle)
        for estimate, pick in estimates.items()
    }
    file.write_text(json.dumps(scores))
    return scores


def _scores(
    held_out: Sequence[Example], forecasts: Mapping[str, Floats], bundle: Bundle
) -> dict[str, list[float]]:
    """``"<language> <metric>"`` to Spearman, mean |log10 error| and rows at ``N``."""
    column = SIZES.index(N)
    found = {}
    for language in LANGUAGES:
        rows = [row for row, example in enumerate(held_out) if example.language == language]
        own = [held_out[row] for row in rows]
        for metric in METRICS:
            limit = float(np.log10(bundle.one_limit()[metric]))
            truth, forecast = (
                truths(own, metric)[:, column],
                np.minimum(forecasts[metric][rows, column], limit),
            )
            if one := score("", (language, "all", metric, N), truth, forecast, limit):
                found[f"{language} {metric}"] = [one.spearman, one.error, one.functions]
    return found


def _boosted(folder: Path, bundle: Bundle, console: Console) -> dict[str, dict[str, Any]]:
    """Scores of gradient boosting on the same rows, from all training functions and from those that teach best."""
    file = folder / "boosting.json"
    if not file.exists():
        held_out, limits = validating(bundle.examples), bundle.one_limit()
        scores = {}
        for of, training in (("all", bundle.split("train")), ("teaching", teaching(bundle.split("train")))):
            with console.status("gradient boosting"):
                made = baseline_forecasts(training, held_out, limits, (BOOSTING, COUNTS), (N,))
            for name, forecasts in made.items():
                scores[f"{name}, {of}"] = {"expected": _scores(held_out, forecasts, bundle)}
        file.write_text(json.dumps(scores))
    return dict(json.loads(file.read_text()))


def _table(found: Mapping[str, Sequence[dict[str, Any]]], boosted: Mapping[str, dict[str, Any]]) -> Table:
    columns = [f"{language} {metric}" for language in LANGUAGES for metric in METRICS]
    table = Table("trained", "estimate", "seeds", *columns, "mean Spearman", box=box.SIMPLE)
    for name, runs in {**found, **{name: [scores] for name, scores in boosted.items()}}.items():
        for estimate in runs[0]:
            cells, means = [], []
            for column in columns:
                own = [run[estimate][column] for run in runs if column in run[estimate]]
                rho, error = np.mean(own, axis=0)[:2] if own else (np.nan, np.nan)
                cells.append(f"{rho:.3f} / {error:.2f}")
                means.append(rho)
            table.add_row(name, estimate, str(len(runs)), *cells, f"{np.mean(means):.3f}")
    return table


if __name__ == "__main__":
    main()
