"""The commands of training, end to end: ``train`` makes weights of labels, ``export`` a checkpoint of weights,
``evaluate`` a report of a checkpoint.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import scipy.stats
import torch
from joblib import Memory
from rich.console import Console
from tokenizers import Tokenizer

from pricetag.forecast.forecaster import model_info
from pricetag.rlm import checkpoint
from pricetag.rlm.architecture import Architecture, EncoderDecoder
from pricetag.rlm.checkpoint import Checkpoint, Rlm
from pricetag.rlm.numbers import SIZES
from pricetag.rlm.onnx_export import load_weights, set_calibration, train_tokenizer, write_checkpoint
from pricetag.rlm.prompt import numbered, prompt_tokens
from pricetag.train.baselines import BOOSTING, CONSTANT, COUNTS, NEAREST, baseline_forecasts
from pricetag.train.bundle import Bundle, MixedLimits
from pricetag.train.calibrate import (
    MAXIMUM_WIDTH,
    abstention_curve,
    centres,
    conformal_offsets,
    distance_curve,
    distances,
    pair_correlation,
)
from pricetag.train.dataset import (
    AUTHORED,
    MACHINE_WRITTEN,
    METRICS,
    Example,
    add_renamed,
    pack,
)
from pricetag.train.edit_errors import errors_of
from pricetag.train.edit_pairs import EditPair
from pricetag.train.evaluate import Calibration, Score, evaluate, markdown, write_scores
from pricetag.train.imitate import imitated
from pricetag.train.loop import BEST
from pricetag.train.predict import QUANTILES, Predictions, Reference, predict, summaries, truths
from pricetag.train.pretrain import sample, source_files, tokenise, unlabelled_functions
from pricetag.train.processes import in_processes
from pricetag.train.report import Setting, make_report, write_report
from pricetag.train.report.held_out import LEVELS, hold_out
from pricetag.train.report.worst import familiar
from pricetag.train.run import IMITATED, TRAINING, UNLABELLED, VALIDATION, Recipe, train

CONTEXT = 640  # tokens
_EDITS = 600  # measured edits of each language and kind that the errors of edits are fitted to
_SUMMARISED = 8_000  # training functions that say what a model is familiar with
UNLABELLED_FUNCTIONS = 160_000  # functions to pretrain on, at most, half of them a language
# int8 against fp32 on held-out functions.
MAXIMUM_DRIFT, MAXIMUM_SPEARMAN_LOSS = 0.05, 0.01


class ParityError(Exception):
    """The int8 graphs do not say what the fp32 weights say."""


def validating(examples: Iterable[Example]) -> list[Example]:
    """The validation functions that people wrote, whose like will be forecast; all of them where there are none."""
    own = [example for example in examples if example.split == "validation"]
    return [example for example in own if example.source not in MACHINE_WRITTEN] or own


def teaching(examples: Iterable[Example]) -> list[Example]:
    """What gradient boosting learns from, all where there is nothing else: mutants mislead it
    (``tests/bench/source_ablation.py``), programs too.
    """
    every = list(examples)
    return [example for example in every if example.source not in MACHINE_WRITTEN - {AUTHORED}] or every


def prepare(
    examples: Sequence[Example],
    folder: Path,
    recipe: Recipe,
    copies: int,
    console: Console,
    unlabelled: Sequence[Path] = (),
    imitate: Mapping[str, float] | None = None,
) -> None:
    """Tokenizer and packed arrays in ``folder``: tokenizer.json, and arrays in train, validation, unlabelled, imitated.

    ``unlabelled`` roots hold Python and C++ source for the denoising pretraining; none means no pretraining. With
    ``imitate``, the labels' limits, gradient boosting labels them for a second stage.
    """
    folder.mkdir(parents=True, exist_ok=True)
    training = [example for example in examples if example.split == "train"]
    validation = validating(examples)
    unlabelled_prompts = sample(unlabelled_functions(source_files(unlabelled)), UNLABELLED_FUNCTIONS)
    imitations: list[Example] = []
    if imitate is not None and unlabelled_prompts:
        with console.status("labelling unlabelled functions by gradient boosting"):
            imitations = imitated(unlabelled_prompts, teaching(training), imitate)
    if recipe.number_names:
        with console.status("numbering names"):
            training, validation, imitations = map(_numbered, (training, validation, imitations))
            unlabelled_prompts = in_processes(numbered, unlabelled_prompts)
    else:
        add_renamed(training, copies)
    own = [example.prompt for example in training]
    tokenizer = train_tokenizer(
        [prompt.canonical for prompt in unlabelled_prompts[: UNLABELLED_FUNCTIONS // 4]]
        + 2 * [prompt.canonical for prompt in own]
        + [prompt.assumes for prompt in own],
        recipe.architecture.vocabulary,
    )
    tokenizer.save(str(folder / checkpoint.TOKENIZER))
    if unlabelled_prompts:
        tokenise(unlabelled_prompts + own, tokenizer, CONTEXT).save(folder / UNLABELLED)
        console.print(f"{len(unlabelled_prompts):,} unlabelled functions")
    if imitations:
        pack(imitations, tokenizer, CONTEXT, {}, blind=False).save(folder / IMITATED)
    for name, part in ((TRAINING, training), (VALIDATION, validation)):
        packed = pack(part, tokenizer, CONTEXT, recipe.weights, blind=name == TRAINING)
        packed.save(folder / name)
        console.print(
            f"{name}: {len(part):,} functions, {len(packed.owner):,} prompts, median {np.median(packed.lengths):.0f} tokens"
        )


def _numbered(examples: Sequence[Example]) -> list[Example]:
    prompts = in_processes(numbered, [example.prompt for example in examples])
    return [replace(example, prompt=prompt) for example, prompt in zip(examples, prompts, strict=True)]


def run_training(folder: Path, recipe: Recipe, console: Console) -> None:
    """Train in ``folder`` (made by ``prepare``), or go on where it stopped."""
    vocabulary = Tokenizer.from_file(str(folder / checkpoint.TOKENIZER)).get_vocab_size()
    if vocabulary > recipe.architecture.vocabulary:
        raise ValueError(f"the tokenizer has {vocabulary} tokens, the model {recipe.architecture.vocabulary}")
    (folder / "recipe.json").write_text(json.dumps(recipe.to_json(), indent=1) + "\n")
    console.print(f"best weights: {train(recipe, folder, console)}")


@dataclass(frozen=True, slots=True)
class Parity:
    """How far the int8 graphs stray from the fp32 weights on the same functions."""

    functions: int
    median_drift: float  # |difference of the log10 forecasts|
    p99_drift: float
    spearman_loss: float  # largest over metric and n, against labels


def run_export(
    folder: Path,
    bundle: Bundle,
    out: Path,
    name: str,
    console: Console,
) -> Parity:
    """Write the checkpoint folder ``out`` from the best weights, calibrate it on validation, and hold it to parity.

    Raises ``ParityError`` when int8 strays from fp32 by more than the gate allows, and ``MixedLimits``.
    """
    examples, limits = bundle.examples, bundle.one_limit()
    recipe = json.loads((folder / "recipe.json").read_text())
    for stage, arrays in (("pretraining", UNLABELLED), ("imitation", IMITATED)):
        if not (folder / arrays).exists():
            recipe.pop(stage, None)
    model = EncoderDecoder(Architecture(**recipe["architecture"]))
    model.load_state_dict(torch.load(folder / BEST, weights_only=True, map_location="cpu"))
    tokenizer = Tokenizer.from_file(str(folder / checkpoint.TOKENIZER))
    config = {
        "context": CONTEXT,
        "sizes": list(SIZES),
        "languages": sorted({example.language for example in examples}),
        "metrics": list(METRICS),
        "limits": dict(limits),
        "pair_correlation": 0.0,
        "maximum_interval": 1e12,
        "number_names": recipe.get("number_names", False),
        "recipe": {key: value for key, value in recipe.items() if key != "architecture"},
    }
    identity = write_checkpoint(out, name, model, tokenizer, config, {})
    rlm, validation = Checkpoint.load(out), validating(examples)
    found = predict(rlm, validation, console)
    correlation, pairs = pair_correlation(validation, found)
    console.print(f"errors of two solutions of one problem correlate {correlation:.2f} ({pairs} pairs)")
    for metric in METRICS:
        for threshold, kept, error in abstention_curve(validation, found, metric):
            console.print(
                f"{metric}: intervals up to {threshold:.1f} decades: {kept:.0%} kept, mean |log10 error| {error:.2f}"
            )
    training = teaching(bundle.split("train"))
    training = random.Random(0).sample(training, min(len(training), _SUMMARISED))
    familiar = centres(summaries(rlm, training))
    offsets = conformal_offsets(validation, found, limits)
    errors = _edit_errors(rlm, bundle, offsets, console)
    console.print(f"errors of edits (slope, base, curve, share): {errors}")
    set_calibration(
        out,
        offsets,
        familiar,
        edit_errors=errors,
        pair_correlation=round(max(correlation, 0.0), 3),
        maximum_interval=10.0**MAXIMUM_WIDTH,
    )
    far_off = distances(summaries(rlm, validation), familiar)
    for metric in METRICS:
        for threshold, share, near, far in distance_curve(validation, found, far_off, metric):
            console.print(
                f"{metric}: {share:.0%} nearer than {threshold:.3f}: mean |log10 error| {near:.2f}, beyond {far:.2f}"
            )
    parity = check_parity(out, validation, found)
    console.print(f"{identity}: {parity}")
    return parity


def _edit_errors(
    rlm: Rlm, bundle: Bundle, offsets: Calibration, console: Console
) -> dict[str, dict[str, tuple[float, ...]]]:
    """Fitted to some of the measured edits of the validation split, as many of each language and kind."""
    by_kind: dict[tuple[str, str], list[EditPair]] = defaultdict(list)
    for pair in bundle.pairs_within("validation"):
        by_kind[pair.language, pair.kind].append(pair)
    pairs = [pair for own in by_kind.values() for pair in random.Random(0).sample(own, min(len(own), _EDITS))]
    wanted = {item for pair in pairs for item in (pair.before, pair.after)}
    examples = [example for example in bundle.split("validation") if example.item in wanted]
    found = predict(rlm, examples, console, LEVELS)
    columns = hold_out(examples, [0] * len(examples), found, {}, offsets, bundle.one_limit())
    return errors_of(columns, pairs)


def check_parity(
    folder: Path, examples: Sequence[Example], int8: Mapping[str, Predictions] | None = None
) -> Parity:
    """Hold the int8 graphs to the fp32 weights of the same folder. Raises ``ParityError``."""
    config = checkpoint.read_config(folder)
    tokenizer = Tokenizer.from_file(str(folder / checkpoint.TOKENIZER))
    reference = predict(
        Reference(load_weights(folder), tokenizer, config["context"], config.get("number_names", False)),
        examples,
    )
    shipped = int8 or predict(Checkpoint.load(folder), examples)
    drifts, losses = [], [0.0]
    for metric in METRICS:
        drift = np.abs(shipped[metric].mean - reference[metric].mean)
        drifts.append(drift[~np.isnan(drift)])
        truth = np.minimum(truths(examples, metric), np.log10(config["limits"][metric]))
        for column in range(len(SIZES)):
            rows = ~np.isnan(truth[:, column]) & ~np.isnan(drift[:, column])
            if rows.sum() >= 50:
                rho = [
                    float(
                        scipy.stats.spearmanr(truth[rows, column], side[metric].mean[rows, column]).statistic
                    )
                    for side in (reference, shipped)
                ]
                losses.append(rho[0] - rho[1])
    every = np.concatenate(drifts)
    parity = Parity(len(examples), float(np.median(every)), float(np.quantile(every, 0.99)), max(losses))
    if parity.median_drift > MAXIMUM_DRIFT or parity.spearman_loss > MAXIMUM_SPEARMAN_LOSS:
        raise ParityError(f"int8 strays from fp32: {parity}")
    return parity


def run_evaluation(
    folder: Path,
    bundle: Bundle,
    split: str,
    console: Console,
    out: Path | None = None,
    reports: Sequence[Path] = (),
    kept: Path | None = None,
) -> list[Score]:
    """Score the checkpoint in ``folder`` on one split, print the tables, write ``out`` (JSON) and ``reports`` (.html, .md).

    The forecasts of the baselines, which take most of the time, are kept in the folder ``kept``, for another model.
    Raises ``CheckpointError`` and OSError.
    """
    config = checkpoint.read_config(folder)
    rlm = Checkpoint.load(folder)
    training, held_out = bundle.split("train"), bundle.split(split)
    found = predict(rlm, held_out, console, LEVELS)
    names = (CONSTANT, BOOSTING, COUNTS, *((NEAREST,) if reports else ()))
    with console.status("training the baselines"):
        forecasts = Memory(kept, verbose=0).cache(baseline_forecasts)
        baselines = forecasts(teaching(training), held_out, config["limits"], names)
    printed = {metric: predictions.at(QUANTILES) for metric, predictions in found.items()}
    rivals = {name: made for name, made in baselines.items() if name != NEAREST}
    scores = evaluate(held_out, printed, rivals, rlm.calibration, config["limits"])
    console.print(markdown(scores), markup=False)
    if out:
        write_scores(scores, out)
    if reports:
        tokenizer = Tokenizer.from_file(str(folder / checkpoint.TOKENIZER))
        number_names = config.get("number_names", False)
        tokens = [prompt_tokens(example.prompt, tokenizer, number_names) for example in held_out]
        columns = hold_out(held_out, tokens, found, baselines, rlm.calibration, config["limits"])
        limits = (config["limits"]["memory"], config["limits"]["runtime"])
        notes = _notes(config["limits"], bundle)
        setting = Setting(rlm.id, split, rlm.context, limits, len(training), len(teaching(training)), notes)
        info = model_info(config)
        errors = {language: info.errors(language, "memory") for language in info.languages}
        report = make_report(setting, columns, bundle.pairs_within(split), familiar(training), errors)
        for file in reports:
            write_report(report, file)
    return scores


def _notes(limits: Mapping[str, float], bundle: Bundle) -> tuple[str, ...]:
    try:
        measured = bundle.one_limit()
    except MixedLimits:
        return ("The labels were measured under several limits.",)
    if dict(limits) != dict(measured):
        memory, seconds = measured["memory"], measured["runtime"]
        return (f"The labels were measured under other limits: {memory:,.0f} bytes and {seconds:g} s.",)
    return ()
