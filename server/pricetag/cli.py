"""The command line. Each command is thin: it reads options, calls one package, prints what came back.

Exit codes: 0 all went well; 1 something failed or was found (the message says what); 2 the command was misused.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pricetag import __version__

# Everything heavier is imported by the command that needs it: `serve` must answer its editor at once.
if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from pricetag.forecast import Forecaster
    from pricetag.measure.label import Item
    from pricetag.measure.labelling import Engine
    from pricetag.scan import Report, Row
    from pricetag.train.dataset import Example

DEFAULT_SIZES = (100, 1_000, 10_000)
LABEL_SIZES = (10, 100, 1_000, 10_000, 100_000)
MAXIMUM_SIZE = 1_000_000_000
_PIPED_WIDTH = 200  # columns of a table that no terminal shows


class Sizes(click.ParamType[tuple[int, ...]]):
    """Sizes n separated by commas: ``100,1000,1e4``."""

    name = "sizes"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Distinct sizes, ascending; a usage error for anything else."""
        if isinstance(value, tuple):
            return value
        sizes = {self._size(part, param, ctx) for part in str(value).split(",")}
        return tuple(sorted(sizes))

    def _size(self, text: str, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            number = float(text)
        except ValueError:
            number = 0.0
        if not 1 <= number <= MAXIMUM_SIZE or number != int(number):
            self.fail(f"{text!r} is not a size; give whole numbers such as 100,1000,1e4", param, ctx)
        return int(number)


class Share(click.ParamType[tuple[int, int]]):
    """One of several equal shares of a piece of work, counted from 1: ``2/8``."""

    name = "share"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """The share counted from 0, and how many there are; a usage error for anything else."""
        if isinstance(value, tuple):
            return value
        first, _, count = str(value).partition("/")
        if not (first.isdecimal() and count.isdecimal() and 1 <= int(first) <= int(count)):
            self.fail(f"{value!r} is no share; give one such as 2/8", param, ctx)
        return int(first) - 1, int(count)


class _OneLineErrors(click.Group):
    """Turns whatever goes wrong, in the options or in a command, into one line on stderr."""

    def make_context(self, *arguments: Any, **settings: Any) -> click.Context:
        """Parse the options before the command."""
        with _brief_usage():
            return super().make_context(*arguments, **settings)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            with _brief_usage():
                return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if os.environ.get("PRICETAG_TRACEBACK"):
                raise
            lines = str(error).splitlines()
            raise click.ClickException(
                f"{type(error).__name__}{': ' + lines[0] if lines else ''} "
                "(a bug: set PRICETAG_TRACEBACK=1 to see where)"
            ) from error


@contextmanager
def _brief_usage() -> Iterator[None]:
    """Usage errors in one line: the message, and the command whose --help tells more."""
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        if error.ctx is None:
            raise
        raise click.UsageError(
            f"{error.format_message().rstrip('.')} (see {error.ctx.command_path} --help)"
        ) from error


@click.group(
    cls=_OneLineErrors, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="pricetag")
def main() -> None:
    """Forecast what functions will cost: peak memory and runtime at a stated input size.

    Exit codes: 0 all went well, 1 something failed or was found, 2 the command was misused.
    """


_model_option = click.option(
    "--model",
    metavar="DIR",
    help="Model folder. Default: $PRICETAG_MODEL, else the one shipped with pricetag.",
)


_data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default="data",
    envvar="PRICETAG_DATA",
    show_default=True,
    metavar="DIR",
    help="Folder of the data files that named sources are read from.",
)


@main.command()
@click.option("--stdio", is_flag=True, help="Serve on standard input and output (the default).")
@click.option("--tcp", metavar="HOST:PORT", help="Serve one editor on a TCP port instead.")
@_model_option
def serve(stdio: bool, tcp: str | None, model: str | None) -> None:
    """Run the language server for one editor."""
    from pricetag.lsp.server import main as serve_editor

    if stdio and tcp:
        raise click.UsageError("--stdio and --tcp exclude each other")
    try:
        serve_editor(tcp, model)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--tcp") from error
    except OSError as error:
        raise click.ClickException(
            f"cannot serve on {tcp or 'standard input'}: {error.strerror or error}"
        ) from error


@main.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(exists=True))
@click.option(
    "--sizes", type=Sizes(), default=DEFAULT_SIZES, show_default="100,1000,10000", help="Input sizes n."
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON: bytes, seconds, 80 % intervals, lines from 0."
)
@_model_option
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="Show the N heaviest only.")
@click.option(
    "--maximum-interval",
    type=click.FloatRange(min=1, min_open=True),
    metavar="X",
    help="Abstain where high / low of the 80 % interval exceeds X. Default: the model's own.",
)
@click.option("--cache/--no-cache", default=True, help="Keep forecasts on disk between runs.")
def scan(
    paths: tuple[str, ...],
    sizes: tuple[int, ...],
    as_json: bool,
    model: str | None,
    top: int | None,
    maximum_interval: float | None,
    cache: bool,
) -> None:
    """Forecast every function in files and folders, heaviest first.

    Folders are searched for Python and C++ files; hidden folders, virtual environments and node_modules are left
    out. Nothing is executed. The summary goes to stderr. Exit code 1 if a file had to be skipped.
    """
    import json

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from pricetag import scan as scanning

    errors = _console(stderr=True)
    with _forecaster(model, cache) as forecaster:
        known = forecaster.info.sizes
        if outside := [n for n in sizes if not known[0] <= n <= known[-1]]:
            raise click.BadParameter(
                f"n = {', '.join(f'{n:,}' for n in outside)} is outside what the model knows "
                f"({known[0]:,} to {known[-1]:,})",
                param_hint="--sizes",
            )
        columns = (TextColumn("forecasting"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
            task = progress.add_task("", total=None)
            report = scanning.scan(
                paths,
                forecaster,
                sizes,
                maximum_interval,
                lambda done, total: progress.update(task, completed=done, total=total),
            )
    # Abstentions come last, so the heaviest are the first.
    shown = report.rows[:top]
    if as_json:
        click.echo(json.dumps(report.as_json(shown), indent=2, allow_nan=False))
    elif rows := [row for row in shown if not row.abstained]:
        _print(_scan_table(report, rows, forecaster))
    for problem in report.problems:
        click.echo(f"{_printable(problem.path)}: {problem.reason}", err=True)
    click.echo(report.summary(), err=True)
    if any(problem.skipped for problem in report.problems):
        raise click.exceptions.Exit(1)


def _scan_table(report: Report, rows: list[Row], forecaster: Forecaster) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from pricetag.forecast import METRICS, format_estimate, format_size, growth_symbol

    limits = {"memory": forecaster.info.memory_limit, "runtime": forecaster.info.time_limit}
    table = Table(box=box.SIMPLE, caption="medians; 80 % intervals with --json", caption_justify="left")
    table.add_column("function", overflow="fold")
    table.add_column("where", overflow="fold", style="dim")
    for metric in METRICS:
        for n in report.sizes:
            table.add_column(f"{metric}\nn = {format_size(n)}", justify="right", no_wrap=True)
        table.add_column("\ngrowth", no_wrap=True)
    for row in rows:
        start = row.found.range.start
        cells = [
            Text(_printable(row.found.function.qualified_name)),
            Text(f"{_printable(row.found.path)}:{start.line + 1}"),
        ]
        for metric in METRICS:
            for n in report.sizes:
                estimate = row.forecast.at(metric, n)
                cells.append(Text(format_estimate(metric, estimate, limits[metric]) if estimate else ""))
            growth = row.forecast.memory_growth if metric == "memory" else row.forecast.runtime_growth
            cells.append(Text(growth_symbol(growth)))
        table.add_row(*cells)
    return table


@main.command()
@click.argument("sources", nargs=-1, metavar="SOURCE...")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="STORE",
    help="Label store: a folder of Parquet files.",
)
@click.option(
    "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Functions measured at once."
)
@click.option(
    "--sizes", type=Sizes(), default=LABEL_SIZES, show_default="10,100,...,100000", help="Input sizes n."
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    default=10.0,
    show_default=True,
    metavar="S",
    help="Seconds of one call, above which its label is `over`.",
)
@click.option(
    "--share", type=Share(), default=(0, 1), metavar="I/K", help="Only the I-th of K equal shares, from 1."
)
@click.option(
    "--engine",
    type=click.Choice(("local", "ray")),
    default="local",
    show_default=True,
    help="This machine, or every CPU of a Ray cluster.",
)
@click.option(
    "--ray-address",
    default="",
    metavar="ADDRESS",
    help="The Ray cluster (auto, ray://host:10001). Default: a local one.",
)
@click.option(
    "--report",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a page with plots of what the store then holds. May be given without SOURCE.",
)
@_data_option
def label(
    sources: tuple[str, ...],
    output: Path,
    jobs: int,
    sizes: tuple[int, ...],
    time_limit: float,
    share: tuple[int, int],
    engine: str,
    ray_address: str,
    page: Path | None,
    data: Path,
) -> None:
    """Measure functions and append their labels to a store.

    SOURCE is the name of a public data set (its files lie in --data), generate:LANGUAGE:COUNT[:SEED], mutate:SOURCE,
    neutral:SOURCE, a data file, or a .py or C++ file or folder. Functions run in a sandbox; where there is none, this refuses. A run
    that was interrupted goes on where it stopped. Exit code 1 if nothing could be measured.
    """
    if not sources and page is None:
        raise click.UsageError("give at least one SOURCE, or --report")
    if sources and output.is_file():
        raise click.BadParameter(f"{output} is a file; labels are added to a folder", param_hint="--output")
    with _measuring():
        from pricetag.measure.labelling import LocalEngine
        from pricetag.measure.ray_engine import RayEngine

        chosen = _items(sources, data)[share[0] :: share[1]]
        if sources and not chosen:
            raise click.ClickException(f"no function that can be run in {', '.join(sources)}")
        runs = RayEngine(ray_address) if engine == "ray" else LocalEngine(jobs)
        failed = bool(sources) and not _label(chosen, output, sizes, time_limit, runs)
        if page is not None:
            from pricetag.measure.page import write_page
            from pricetag.measure.store import LabelStore

            write_page([LabelStore(output)], page)
            click.echo(f"wrote {page}", err=True)
    if failed:
        raise click.exceptions.Exit(1)


@main.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.jsonl.gz",
    help="File to write: gzipped JSON lines, a SOURCE for `pricetag label` and `train`.",
)
@_data_option
def items(sources: tuple[str, ...], output: Path, data: Path) -> None:
    """Write the functions of sources to a file, each once: mutants and generated programs take long to make."""
    from pricetag.train.corpus import write_items

    if not output.name.endswith(".jsonl.gz"):
        raise click.BadParameter("the file's name must end with .jsonl.gz", param_hint="--output")
    try:
        count = write_items(_items(sources, data), output)
    except OSError as error:
        raise click.ClickException(f"{error.filename or output}: {error.strerror}") from error
    click.echo(f"{count:,} functions", err=True)


@contextmanager
def _measuring() -> Iterator[None]:
    """What stops a labelling run, in one line."""
    with _training_extra():
        from pricetag.measure.cpp_runner import CppUnavailable
        from pricetag.measure.ray_engine import RayUnavailable
        from pricetag.measure.sandbox import SandboxUnavailable
        from pricetag.measure.store import StoreError
    try:
        yield
    except (SandboxUnavailable, CppUnavailable, RayUnavailable, StoreError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename or 'label store'}: {error.strerror or error}") from error


def _label(
    items: list[Item], output: Path, sizes: tuple[int, ...], time_limit: float, engine: Engine
) -> bool:
    """Label items; whether anything could be measured, or there was nothing to do."""
    from collections import Counter

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from pricetag.measure.labelling import label_items
    from pricetag.measure.store import LabelStore

    store = LabelStore(output)
    new = {item.id for item in items} - store.finished(sizes)
    click.echo(f"{len(items):,} functions, {len(items) - len(new):,} of them labelled already", err=True)
    errors = _console(stderr=True)
    columns = (TextColumn("labelling"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, disable=not errors.is_terminal) as bar:
        task = bar.add_task("", total=len(new))
        summary = label_items(
            items,
            output,
            sizes=sizes,
            time_limit=time_limit,
            engine=engine,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    outcomes = Counter(label.failed or "measured" for label in store if label.item in new)
    measured = outcomes.pop("measured", 0)
    failed = ", ".join(f"{reason} {count:,}" for reason, count in outcomes.most_common())
    click.echo(
        f"{summary.items:,} functions; {outcomes.total() + measured:,} labels, {measured:,} measured"
        + (f"; not: {failed}" if failed else ""),
        err=True,
    )
    for item, why in list(summary.broken.items())[:20]:
        click.echo(f"{item}: {why}", err=True)
    return not summary.broken and (not new or measured > 0)


@main.command("label-report")
@click.argument("stores", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--html", "page", type=click.Path(dir_okay=False, path_type=Path), help="Also write a page with plots."
)
def label_report(stores: tuple[Path, ...], page: Path | None) -> None:
    """Show what label stores hold: functions and labels per source, what failed, and how well labels repeat."""
    from collections import Counter
    from itertools import chain

    from rich import box
    from rich.table import Table

    with _training_extra():
        from pricetag.measure.report import diversity, summarise
        from pricetag.measure.store import LabelStore

    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("language", "source", "functions", "with 3+ sizes", "labels", "over", "failed"):
        table.add_column(heading, justify="left" if heading in ("language", "source") else "right")
    for heading in (
        "memory repeats within 1 %",
        "runtime over 1 ms within 10 %",
        "shorter runtime within 10 %",
    ):
        table.add_column(heading, justify="right")
    with _measuring():
        labels = list(chain.from_iterable(map(LabelStore, stores)))
        if page is not None:
            from pricetag.measure.page import write_page

            write_page([labels], page)
    groups = summarise(labels)
    for (language, source), group in groups.items():
        failed = group.outcomes.total() - group.outcomes["measured"] - group.outcomes["over"]
        counts = (
            len(group.functions),
            len(group.labelled),
            group.outcomes["measured"],
            group.outcomes["over"],
            failed,
        )
        repeats = (group.memory, group.runtime, group.short_runtime)
        table.add_row(language, source, *(f"{count:,}" for count in counts), *map(str, repeats))
    _console().print(table)
    for language in sorted({label.language for label in labels}):
        for metric in ("memory", "runtime"):
            found = diversity((label for label in labels if label.language == language), metric)
            click.echo(
                f"{language} {metric} at n = 10,000: {found.functions:,} labels over {found.decades:.1f} decades, "
                f"{found.largest_bin:.1%} in the fullest tenth of one; n alone explains {found.explained_by_n:.1%} "
                "of the variance over all n"
            )
    reasons: Counter[str] = sum((group.outcomes for group in groups.values()), Counter())
    for reason, count in reasons.most_common():
        if reason not in ("measured", "over"):
            click.echo(f"{count:>7,}  {reason}")


@main.command("label-merge")
@click.argument("stores", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.parquet",
    help="File to write; it can be read as a store, not added to.",
)
def label_merge(stores: tuple[Path, ...], output: Path) -> None:
    """Write the labels of stores as one small file. Of labels of one function and n the last stays."""
    with _training_extra():
        from pricetag.measure.store import LabelStore, merge

    with _measuring():
        click.echo(f"{merge([LabelStore(store) for store in stores], output):,} labels", err=True)


@main.command()
@click.argument(
    "stores", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="STORE..."
)
@click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="SOURCE",
    help="Where the labelled functions come from, as for `pricetag label`. Default: all data sets in --data.",
)
@_data_option
def pairs(stores: tuple[Path, ...], sources: tuple[str, ...], data: Path) -> None:
    """Count the edits of which both sides are labelled, by language, kind and class."""
    from itertools import chain

    with _training_extra():
        from pricetag.measure.store import LabelStore
        from pricetag.train.corpus import load_corpus
        from pricetag.train.edit_pairs import pairs_of, summary

    known = _items(sources, data) if sources else load_corpus(data)
    with _measuring():
        click.echo(summary(pairs_of(chain.from_iterable(map(LabelStore, stores)), known)), nl=False)


def _items(sources: Iterable[str], data: Path) -> list[Item]:
    """The runnable functions of all sources, each once."""
    from pricetag.train.corpus import UnknownSource, distinct, load_source

    try:
        return distinct(item for source in sources for item in load_source(source, data))
    except UnknownSource as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error


def _labelled(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which labelled functions a command of training reads."""
    for option in (
        _data_option,
        click.option(
            "--source",
            "sources",
            multiple=True,
            metavar="SOURCE",
            help="Where the labelled functions come from, as for `pricetag label`. Default: all data sets in --data.",
        ),
        click.option(
            "--labels",
            multiple=True,
            required=True,
            type=click.Path(exists=True, path_type=Path),
            metavar="STORE",
            help="Label store made by `pricetag label`; may be given again.",
        ),
    ):
        command = option(command)
    return command


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@_labelled
@click.option(
    "--passes", type=click.IntRange(min=1), default=66_000, show_default=True, help="Functions shown."
)
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
    type=click.IntRange(min=1),
    default=60_000,
    show_default=True,
    help="Unlabelled functions shown.",
)
@click.option("--processes", type=click.IntRange(min=1), default=1, show_default=True, help="Side by side.")
@click.option("--device", default="cpu", show_default=True, help="cpu or cuda.")
@click.option("--seed", type=int, default=0, show_default=True)
def train(
    folder: Path,
    labels: tuple[Path, ...],
    sources: tuple[str, ...],
    data: Path,
    passes: int,
    copies: int,
    unlabelled: tuple[Path, ...],
    pretraining_passes: int,
    processes: int,
    device: str,
    seed: int,
) -> None:
    """Train a model on labels, in FOLDER.

    Goes on from the last checkpoint if FOLDER holds one; then the labels were packed before and are not read again.
    """
    with _training_extra():
        from pricetag.train import pipeline
        from pricetag.train.pretrain import Denoising
        from pricetag.train.run import Recipe

    console = _console(stderr=True)
    pretraining = Denoising(passes=pretraining_passes, seed=seed)
    recipe = Recipe(passes=passes, device=device, processes=processes, seed=seed, pretraining=pretraining)
    if not (folder / "train.npz").exists():
        examples = _examples(labels, sources, data, console, ("train", "validation"))
        pipeline.prepare(examples, folder, recipe.architecture, copies, console, unlabelled)
    pipeline.run_training(folder, recipe, console)


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--name", required=True, help="Name of the model; its id adds a hash.")
@_labelled
def export(
    folder: Path,
    out: Path,
    name: str,
    labels: tuple[Path, ...],
    sources: tuple[str, ...],
    data: Path,
) -> None:
    """Make a model folder OUT (int8 ONNX) of the weights trained in FOLDER.

    Calibrates its intervals on the validation split. Exit code 1 if the int8 model strays from the trained one.
    """
    with _training_extra():
        from pricetag.train import pipeline

    console = _console(stderr=True)
    try:
        examples = _examples(labels, sources, data, console, ("validation",))
        limits = pipeline.label_limits(labels)
        pipeline.run_export(folder, examples, out, name, limits, console)
    except FileNotFoundError as error:
        raise click.ClickException(f"{folder} holds no trained model: {error.filename} is missing") from error
    except (pipeline.ParityError, pipeline.MixedLimits) as error:
        raise click.ClickException(str(error)) from error


@main.command()
@_model_option
@click.option(
    "--split", type=click.Choice(["train", "validation", "test"]), default="test", show_default=True
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Also write the scores as JSON."
)
@_labelled
def evaluate(
    model: str | None,
    split: str,
    output: Path | None,
    labels: tuple[Path, ...],
    sources: tuple[str, ...],
    data: Path,
) -> None:
    """Score a model on held-out functions, beside a constant and gradient boosting."""
    from rich.console import Console

    from pricetag.forecast import ModelNotFound, find_model
    from pricetag.rlm import CheckpointError

    with _training_extra():
        from pricetag.train import pipeline

    try:
        folder = find_model(model)
        examples = _examples(labels, sources, data, _console(stderr=True), ("train", split))
        if not pipeline.run_evaluation(folder, examples, split, Console(width=_PIPED_WIDTH), output):
            raise click.ClickException(f"too few labelled functions in the {split} split to score")
    except (ModelNotFound, CheckpointError) as error:
        raise click.ClickException(str(error)) from error


def _examples(
    labels: tuple[Path, ...],
    sources: tuple[str, ...],
    data: Path,
    console: Console,
    splits: tuple[str, ...],
) -> list[Example]:
    """The labelled functions with their splits; an error if one of ``splits`` has none."""
    from pricetag.train.corpus import load_corpus
    from pricetag.train.pipeline import gather
    from pricetag.train.splits import splits_of

    items = _items(sources, data) if sources else load_corpus(data)
    examples = gather(labels, items, splits_of(items), console)
    for split in splits:
        if not any(example.split == split for example in examples):
            where = " ".join(sources) or data
            raise click.ClickException(
                f"no function of {where} that is labelled belongs to the {split} split"
            )
    return examples


@contextmanager
def _training_extra() -> Iterator[None]:
    """Imports within that fail for want of the [train] extra say how to get it."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "pricetag":
            raise
        raise click.ClickException(
            f'{error.name} is not installed; training needs it: pip install "pricetag[train]"'
        ) from error


@main.command()
@_model_option
def doctor(model: str | None) -> None:
    """Show what this machine has and lacks: versions, model, worker, sandbox, editor.

    Exit code 1 if forecasts cannot be had.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from pricetag.doctor import Verdict, examine

    styles = {Verdict.OK: "green", Verdict.MISSING: "yellow", Verdict.BROKEN: "bold red"}
    errors = _console(stderr=True)
    with errors.status("examining") if errors.is_terminal else _nothing():
        checks = list(examine(model))
    table = Table(box=box.SIMPLE, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        table.add_row(
            check.name, Text(check.verdict.value, styles[check.verdict]), Text(_printable(check.found))
        )
    _print(table)
    if broken := [check.name for check in checks if check.verdict is Verdict.BROKEN]:
        raise click.ClickException(f"forecasts cannot be had: {', '.join(broken)} broken")


@contextmanager
def _forecaster(model: str | None, cache: bool) -> Iterator[Forecaster]:
    """The forecaster of a model in this process; a missing or damaged one is a one-line error."""
    from pricetag.forecast import DiskCache, Forecaster, ModelNotFound, default_path, find_model
    from pricetag.rlm import Checkpoint, CheckpointError

    disk = DiskCache(default_path()) if cache else None
    try:
        try:
            forecaster = Forecaster(Checkpoint.load(find_model(model)), cache=disk)
        except (ModelNotFound, CheckpointError, ValueError) as error:
            raise click.ClickException(str(error)) from error
        yield forecaster
    finally:
        if disk:
            disk.close()


def _console(stderr: bool = False) -> Console:
    from rich.console import Console

    console = Console(stderr=stderr, highlight=False)
    if not console.is_terminal:
        console.width = _PIPED_WIDTH
    return console


def _print(table: Table) -> None:
    """To standard output; without the padding to full width where no terminal shows it."""
    console = _console()
    if console.is_terminal:
        console.print(table)
        return
    with console.capture() as capture:
        console.print(table)
    click.echo("\n".join(line.rstrip() for line in capture.get().strip("\n").split("\n")))


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def _printable(text: str) -> str:
    """Text that a terminal takes as text: no control characters, no lone surrogates of an undecodable file name."""
    clean = text.encode("utf-8", "replace").decode()
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in clean)


if __name__ == "__main__":
    sys.exit(main())
