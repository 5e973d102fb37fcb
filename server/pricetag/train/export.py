"""Trained weights made into a checkpoint folder: int8 graphs, calibrated on validation and held to the weights they are of."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import scipy.stats
import torch
from rich.console import Console
from tokenizers import Tokenizer

from pricetag.rlm import checkpoint
from pricetag.rlm.architecture import Architecture, EncoderDecoder
from pricetag.rlm.checkpoint import Checkpoint, Rlm
from pricetag.rlm.numbers import SIZES
from pricetag.rlm.onnx_export import load_weights, set_calibration, write_checkpoint
from pricetag.rlm.prompt import Normalisation
from pricetag.train.bundle import Bundle
from pricetag.train.calibrate import (
    MAXIMUM_WIDTH,
    abstention_curve,
    centres,
    conformal_offsets,
    distance_curve,
    distances,
    pair_correlation,
)
from pricetag.train.dataset import METRICS, Example, teaching, validating
from pricetag.train.edit_errors import errors_of
from pricetag.train.edit_pairs import EditPair
from pricetag.train.loop import BEST
from pricetag.train.predict import Predictions, Reference, predict, summaries, truths
from pricetag.train.prepare import CONTEXT
from pricetag.train.report.held_out import LEVELS, hold_out
from pricetag.train.run import IMITATED, UNLABELLED
from pricetag.train.scores import Calibration

_EDITS = 600  # measured edits of each language and kind that the errors of edits are fitted to
_FAMILIAR = 0.99  # share of the validation functions that are near enough to what the model learnt from
_SUMMARISED = 8_000  # training functions that say what a model is familiar with
# int8 against fp32 on held-out functions.
MAXIMUM_DRIFT, MAXIMUM_SPEARMAN_LOSS = 0.05, 0.01


class ParityError(Exception):
    """The int8 graphs do not say what the fp32 weights say."""


class StrangeMember(ValueError):
    """Two models read differently, so that they cannot forecast as one."""


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
    beside: Path | None = None,
) -> Parity:
    """Write the checkpoint folder ``out`` from the best weights, calibrate it on validation, and hold it to parity.

    The members of the checkpoint ``beside`` come first. Raises ``ParityError`` when int8 strays from fp32 by more than the
    gate allows, ``StrangeMember`` when the two do not read alike, ``CheckpointError`` and ``MixedLimits``.
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
        **asdict(Normalisation.of(recipe)),
        "recipe": {key: value for key, value in recipe.items() if key != "architecture"},
    }
    models = [] if beside is None else members_beside(beside, model.sizes, tokenizer, config)
    identity = write_checkpoint(out, name, [*models, model], tokenizer, config, {})
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
    console.print(f"errors of edits (slope, base, curve, share, doubt): {errors}")
    far_off = distances(summaries(rlm, validation), familiar)
    set_calibration(
        out,
        offsets,
        familiar,
        edit_errors=errors,
        pair_correlation=round(max(correlation, 0.0), 3),
        maximum_interval=10.0**MAXIMUM_WIDTH,
        maximum_distance=round(float(np.nanquantile(far_off, _FAMILIAR)), 3),
    )
    for metric in METRICS:
        for threshold, share, near, far in distance_curve(validation, found, far_off, metric):
            console.print(
                f"{metric}: {share:.0%} nearer than {threshold:.3f}: mean |log10 error| {near:.2f}, beyond {far:.2f}"
            )
    parity = check_parity(out, validation, found)
    console.print(f"{identity}: {parity}")
    return parity


def members_beside(
    beside: Path, sizes: Architecture, tokenizer: Tokenizer, config: Mapping[str, Any]
) -> list[EncoderDecoder]:
    """The weights of another checkpoint's members, which are of these ``sizes`` and read with this tokenizer. Raises ``StrangeMember``,
    ``CheckpointError``.
    """
    other = {"number_names": False, **checkpoint.read_config(beside)}
    # Whether hints are dropped may differ: a model that learnt from code with hints has seen much without.
    differing = [key for key in ("context", "sizes", "number_names") if other[key] != config[key]]
    if replace(Architecture(**other["architecture"]), dropout=sizes.dropout) != sizes:
        differing.append("architecture")
    if Tokenizer.from_file(str(beside / checkpoint.TOKENIZER)).to_str() != tokenizer.to_str():
        differing.append("tokenizer")
    if differing:
        raise StrangeMember(f"{beside} cannot forecast beside this model: another {', '.join(differing)}")
    return load_weights(beside)


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
        Reference(load_weights(folder), tokenizer, config["context"], Normalisation.of(config)),
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
