"""Labelled functions and unlabelled source made into what a training reads: a tokenizer and packed arrays."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from tokenizers import Tokenizer

from pricetag.rlm import checkpoint
from pricetag.rlm.architecture import Architecture
from pricetag.rlm.onnx_export import load_weights, train_tokenizer
from pricetag.rlm.prompt import Normalisation
from pricetag.train.dataset import Example, add_renamed, pack, teaching, validating
from pricetag.train.imitate import SOURCE, drawn, imitated, with_known_inputs
from pricetag.train.impute import with_grown_memory
from pricetag.train.predict import Reference
from pricetag.train.pretrain import sample, source_files, tokenise, unlabelled_functions
from pricetag.train.processes import in_processes
from pricetag.train.run import IMITATED, START, TRAINING, UNLABELLED, VALIDATION, Recipe, train

CONTEXT = 640  # tokens
UNLABELLED_FUNCTIONS = 160_000  # functions to pretrain on, at most, half of them a language


def prepare(
    examples: Sequence[Example],
    folder: Path,
    recipe: Recipe,
    copies: int,
    console: Console,
    unlabelled: Sequence[Path] = (),
    limits: Mapping[str, float] | None = None,
    start: Path | None = None,
    beside: Path | None = None,
) -> None:
    """Tokenizer and packed arrays in ``folder``: tokenizer.json, and arrays in train, validation, unlabelled, imitated.

    ``unlabelled`` roots hold Python and C++ source for the denoising pretraining; none means no pretraining. ``limits``,
    bytes and seconds, are those the labels were measured under: with them memory is imputed and, where the recipe wants
    imitation, gradient boosting labels the source. ``start`` is a model folder whose tokenizer is kept and
    with whose first member's weights the training begins; where the recipe weighs the imitated functions, that model and
    boosting label the source together, and it is learnt from beside the labels. ``beside`` is a model folder of which the
    tokenizer alone is kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    training = [example for example in examples if example.split == "train"]
    validation = validating(examples)
    unlabelled_prompts = sample(unlabelled_functions(source_files(unlabelled)), UNLABELLED_FUNCTIONS)
    imitations: list[Example] = []
    teacher = start if recipe.weights.get(SOURCE) else None
    if limits is not None and unlabelled_prompts and (recipe.imitation.passes or teacher is not None):
        functions = unlabelled_prompts if teacher is None else with_known_inputs(unlabelled_prompts)
        with console.status("labelling unlabelled functions by gradient boosting"):
            imitations = imitated(functions, teaching(training), limits)
    if limits is not None and recipe.imputed:
        training = with_grown_memory(training, limits["memory"])
    if limits is not None and teacher is not None and imitations:
        training += drawn(imitations, _reference(teacher), limits, console)
        imitations = []
    with console.status("normalising"):
        training, validation, imitations = (
            _normalised(part, recipe.normalisation) for part in (training, validation, imitations)
        )
        unlabelled_prompts = in_processes(recipe.normalisation, unlabelled_prompts)
    if not recipe.number_names:
        add_renamed(training, copies)
    own = [example.prompt for example in training]
    if start is not None:
        torch.save(load_weights(start)[0].state_dict(), folder / START)
    if (model := start or beside) is not None:
        tokenizer = Tokenizer.from_file(str(model / checkpoint.TOKENIZER))
    else:
        tokenizer = train_tokenizer(
            [prompt.canonical for prompt in unlabelled_prompts[: UNLABELLED_FUNCTIONS // 4]]
            + 2 * [prompt.canonical for prompt in own]
            + [prompt.assumes for prompt in own],
            recipe.architecture.vocabulary,
        )
    tokenizer.save(str(folder / checkpoint.TOKENIZER))
    if unlabelled_prompts and recipe.pretraining.passes:
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


def continued(recipe: Recipe, start: Path) -> Recipe:
    """``recipe`` for more training on labels of the model in the folder ``start``: of its sizes, reading names as it does.

    Whether hints are dropped is the recipe's: a model that learnt from code with hints has seen much without. Raises
    ``CheckpointError``.
    """
    config = checkpoint.read_config(start)
    architecture = replace(Architecture(**config["architecture"]), dropout=recipe.architecture.dropout)
    return replace(
        recipe,
        architecture=architecture,
        number_names=config.get("number_names", False),
        pretraining=replace(recipe.pretraining, passes=0),
        imitation=replace(recipe.imitation, passes=0),
    )


def _reference(folder: Path) -> Reference:
    """The fp32 model of a checkpoint folder, reading code as it does there."""
    tokenizer = Tokenizer.from_file(str(folder / checkpoint.TOKENIZER))
    normalisation = Normalisation.of(checkpoint.read_config(folder))
    return Reference(load_weights(folder), tokenizer, CONTEXT, normalisation)


def _normalised(examples: Sequence[Example], normalisation: Normalisation) -> list[Example]:
    prompts = in_processes(normalisation, [example.prompt for example in examples])
    return [replace(example, prompt=prompt) for example, prompt in zip(examples, prompts, strict=True)]


def run_training(folder: Path, recipe: Recipe, console: Console) -> None:
    """Train in ``folder`` (made by ``prepare``), or go on where it stopped."""
    vocabulary = Tokenizer.from_file(str(folder / checkpoint.TOKENIZER)).get_vocab_size()
    if vocabulary > recipe.architecture.vocabulary:
        raise ValueError(f"the tokenizer has {vocabulary} tokens, the model {recipe.architecture.vocabulary}")
    (folder / "recipe.json").write_text(json.dumps(recipe.to_json(), indent=1) + "\n")
    console.print(f"best weights: {train(recipe, folder, console)}")
