"""Commands that make and score models: ``train``, ``export``, ``evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pricetag.cli.console import PIPED_WIDTH, open_console
from pricetag.cli.group import main
from pricetag.cli.options import labelled_options, model_option
from pricetag.cli.sources import items_of, training_extra

if TYPE_CHECKING:
    from rich.console import Console

    from pricetag.train.bundle import Bundle
    from pricetag.train.run import Recipe


@main.command()
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@labelled_options
def examples(
    out: Path, kept: Path | None, labels: tuple[Path, ...], sources: tuple[str, ...], data: Path
) -> None:
    """Join labels with their functions once, for --examples OUT of train, export and evaluate."""
    with training_extra():
        _bundle(kept, labels, sources, data, open_console(stderr=True), ()).save(out)


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@labelled_options
@click.option(
    "--recipe",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE.json",
    help="Architecture, schedules and losses, as FOLDER/recipe.json shows them; models/pricetag-s/recipe.json is the shipped model's. Default: a quick one.",
)
@click.option(
    "--start",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="MODEL",
    help="Begin with the weights of this model, and keep its tokenizer. Default: from nothing.",
)
@click.option(
    "--beside",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="MODEL",
    help="Begin from nothing, with the tokenizer of this model: for `pricetag export --beside`.",
)
@click.option("--passes", type=click.IntRange(min=1), help="Labelled functions shown. Default: the recipe's.")
@click.option(
    "--copies", type=click.IntRange(min=0), default=3, show_default=True, help="Renamed copies of each."
)
@click.option(
    "--unlabelled",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Python and C++ source to pretrain the encoder on first; may be given again. Default: no pretraining.",
)
@click.option(
    "--pretraining-passes",
    type=click.IntRange(min=0),
    help="Unlabelled functions shown with gaps to fill. Default: the recipe's.",
)
@click.option(
    "--imitation-passes",
    type=click.IntRange(min=0),
    help="Unlabelled functions shown with the forecasts of gradient boosting. Default: the recipe's.",
)
@click.option("--processes", type=click.IntRange(min=1), help="Side by side. Default: the recipe's.")
@click.option("--device", metavar="DEVICE", help="cpu or cuda. Default: the recipe's.")
@click.option("--seed", type=int, help="Default: the recipe's.")
def train(
    folder: Path,
    kept: Path | None,
    labels: tuple[Path, ...],
    sources: tuple[str, ...],
    data: Path,
    file: Path | None,
    start: Path | None,
    beside: Path | None,
    passes: int | None,
    copies: int,
    unlabelled: tuple[Path, ...],
    pretraining_passes: int | None,
    imitation_passes: int | None,
    processes: int | None,
    device: str | None,
    seed: int | None,
) -> None:
    """Train a model on labels, in FOLDER.

    Goes on from the last checkpoint if FOLDER holds one; then the labels were packed before and are not read again.
    """
    with training_extra():
        from pricetag.rlm import CheckpointError
        from pricetag.train.bundle import MixedLimits
        from pricetag.train.imitate import SOURCE
        from pricetag.train.prepare import continued, prepare, run_training
        from pricetag.train.run import TRAINING

    if start is not None and beside is not None:
        raise click.UsageError("--start brings its own tokenizer: give it or --beside.")
    console = open_console(stderr=True)
    shared = {"processes": processes, "device": device, "seed": seed}
    stages = {"labels": passes, "pretraining": pretraining_passes, "imitation": imitation_passes}
    recipe = _recipe(file, {name: {"passes": count, **shared} for name, count in stages.items()})
    if start is not None:
        try:
            recipe = continued(recipe, start)
        except CheckpointError as error:
            raise click.ClickException(str(error)) from error
    if not (folder / TRAINING).exists():
        if recipe.weights.get(SOURCE) and not (start and unlabelled):
            raise click.UsageError(
                f'The recipe weighs "{SOURCE}" functions, labelled by a model: give --start and --unlabelled.'
            )
        bundle = _bundle(kept, labels, sources, data, console, ("train", "validation"))
        try:
            limits = bundle.one_limit()
        except MixedLimits as error:
            raise click.ClickException(str(error)) from error
        prepare(bundle.examples, folder, recipe, copies, console, unlabelled, limits, start, beside)
    run_training(folder, recipe, console)


def _recipe(file: Path | None, stages: dict[str, dict[str, Any]]) -> Recipe:
    """The recipe in ``file``, else the default one, with the settings of its ``stages`` that are not None."""
    import json

    from pricetag.train.run import Recipe

    try:
        settings = json.loads(file.read_text(encoding="utf-8")) if file else {}
        for name, changed in stages.items():
            known = {key: value for key, value in changed.items() if value is not None}
            settings[name] = settings.get(name, {}) | known
        return Recipe.from_json(settings)
    except (ValueError, TypeError, AttributeError) as error:
        raise click.BadParameter(f"{file} is no recipe: {error}", param_hint="--recipe") from error


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--name", required=True, help="Name of the model; its id adds a hash.")
@click.option(
    "--beside",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="MODEL",
    help="A model whose members forecast too, the forecasts averaged; trained apart, with the same tokenizer.",
)
@labelled_options
def export(
    folder: Path,
    out: Path,
    name: str,
    beside: Path | None,
    kept: Path | None,
    labels: tuple[Path, ...],
    sources: tuple[str, ...],
    data: Path,
) -> None:
    """Make a model folder OUT (int8 ONNX) of the weights trained in FOLDER.

    Calibrates its intervals on the validation split. Exit code 1 if the int8 model strays from the trained one.
    """
    with training_extra():
        from pricetag.rlm import CheckpointError
        from pricetag.train.bundle import MixedLimits
        from pricetag.train.export import ParityError, StrangeMember, run_export

    console = open_console(stderr=True)
    try:
        bundle = _bundle(kept, labels, sources, data, console, ("validation",))
        run_export(folder, bundle, out, name, console, beside)
    except FileNotFoundError as error:
        raise click.ClickException(f"{folder} holds no trained model: {error.filename} is missing") from error
    except (CheckpointError, ParityError, MixedLimits, StrangeMember) as error:
        raise click.ClickException(str(error)) from error


def _report_files(
    context: click.Context, option: click.Parameter, files: tuple[Path, ...]
) -> tuple[Path, ...]:
    for file in files:
        if file.suffix not in (".html", ".md"):
            raise click.BadParameter(f"{file} must end with .html or .md", context, option)
    return files


@main.command()
@model_option
@click.option(
    "--split", type=click.Choice(["train", "validation", "test"]), default="test", show_default=True
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Also write the scores as JSON."
)
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    callback=_report_files,
    metavar="FILE",
    help="Also write a report, as .html (with plots) or .md; may be given again.",
)
@labelled_options
def evaluate(
    model: str | None,
    split: str,
    output: Path | None,
    reports: tuple[Path, ...],
    kept: Path | None,
    labels: tuple[Path, ...],
    sources: tuple[str, ...],
    data: Path,
) -> None:
    """Score a model on held-out functions, beside a constant and gradient boosting.

    A report says more, of the functions that people wrote: intervals, growth, edits, what the worst errors have in common.
    """
    from rich.console import Console

    from pricetag.forecast import ModelNotFound, find_model
    from pricetag.rlm import CheckpointError

    with training_extra():
        from pricetag.train.evaluate import run_evaluation

    try:
        folder = find_model(model)
        # A report says itself what there is too little of.
        needed = () if reports else ("train", split)
        bundle = _bundle(kept, labels, sources, data, open_console(stderr=True), needed)
        console = Console(width=PIPED_WIDTH)
        forecasts = kept / "baselines" if kept else None
        scores = run_evaluation(folder, bundle, split, console, output, reports, forecasts)
        if not scores and not reports:
            raise click.ClickException(f"too few labelled functions in the {split} split to score")
    except (ModelNotFound, CheckpointError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error


def _bundle(
    kept: Path | None,
    labels: tuple[Path, ...],
    sources: tuple[str, ...],
    data: Path,
    console: Console,
    splits: tuple[str, ...],
) -> Bundle:
    """The bundle in ``kept``, else the labelled ones of ``sources``; an error if one of ``splits`` has none."""
    from pricetag.train.bundle import Bundle, BundleError, gather
    from pricetag.train.corpus import load_corpus

    if bool(kept) == bool(labels):
        raise click.UsageError("Give either --labels or --examples.")
    try:
        bundle = (
            Bundle.load(kept)
            if kept
            else gather(labels, items_of(sources, data) if sources else load_corpus(data), console)
        )
    except BundleError as error:
        raise click.ClickException(str(error)) from error
    where = kept or " ".join(sources) or data
    if not bundle.examples:
        raise click.ClickException(f"no function of {where} is labelled")
    for split in splits:
        if not bundle.split(split):
            raise click.ClickException(
                f"no function of {where} that is labelled belongs to the {split} split"
            )
    return bundle
