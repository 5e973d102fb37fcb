"""Commands that make and show labels: ``label``, ``items``, ``label-report``, ``label-merge``, ``pairs``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pricetag.cli.console import open_console
from pricetag.cli.group import main
from pricetag.cli.options import Share, Sizes, data_option
from pricetag.cli.sources import items_of, measuring, training_extra

if TYPE_CHECKING:
    from pricetag.measure.label import Item
    from pricetag.measure.labelling import Engine

LABEL_SIZES = (10, 100, 1_000, 10_000, 100_000)


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
@data_option
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
    with measuring():
        from pricetag.measure.labelling import LocalEngine
        from pricetag.measure.ray_engine import RayEngine

        chosen = items_of(sources, data)[share[0] :: share[1]]
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


def _label(
    items: list[Item], output: Path, sizes: tuple[int, ...], time_limit: float, engine: Engine
) -> bool:
    """Label items; whether anything could be measured, or there was nothing to do."""
    import time
    from collections import Counter

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from pricetag.measure.labelling import label_items
    from pricetag.measure.store import LabelStore

    store = LabelStore(output)
    new = {item.id for item in items} - store.finished(sizes)
    click.echo(f"{len(items):,} functions, {len(items) - len(new):,} of them labelled already", err=True)
    errors = open_console(stderr=True)
    columns = (TextColumn("labelling"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, disable=not errors.is_terminal) as bar:
        task = bar.add_task("", total=len(new))
        started = time.perf_counter()
        summary = label_items(
            items,
            output,
            sizes=sizes,
            time_limit=time_limit,
            engine=engine,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    seconds = time.perf_counter() - started
    outcomes = Counter(label.failed or "measured" for label in store if label.item in new)
    measured = outcomes.pop("measured", 0)
    failed = ", ".join(f"{reason} {count:,}" for reason, count in outcomes.most_common())
    click.echo(
        f"{summary.items:,} functions; {outcomes.total() + measured:,} labels, {measured:,} measured "
        f"in {seconds:,.0f} s ({summary.labels / seconds:.1f} labels/s)"
        + (f"; not: {failed}" if failed else ""),
        err=True,
    )
    for item, why in list(summary.broken.items())[:20]:
        click.echo(f"{item}: {why}", err=True)
    return not summary.broken and (not new or measured > 0)


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
@data_option
def items(sources: tuple[str, ...], output: Path, data: Path) -> None:
    """Write the functions of sources to a file, each once: mutants and generated programs take long to make."""
    from pricetag.train.corpus import write_items

    if not output.name.endswith(".jsonl.gz"):
        raise click.BadParameter("the file's name must end with .jsonl.gz", param_hint="--output")
    try:
        count = write_items(items_of(sources, data), output)
    except OSError as error:
        raise click.ClickException(f"{error.filename or output}: {error.strerror}") from error
    click.echo(f"{count:,} functions", err=True)


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

    with training_extra():
        from pricetag.measure.report import diversity, summarise, totals
        from pricetag.measure.store import LabelStore

    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("language", "source", "functions", "with 3+ sizes", "labels", "over", "failed"):
        table.add_column(heading, justify="left" if heading in ("language", "source") else "right")
    for heading in (
        "memory repeats within 1 %",
        "runtime over 1 ms within 10 %",
        "shorter runtime within 10 %",
        "constant memory",
    ):
        table.add_column(heading, justify="right")
    with measuring():
        labels = list(chain.from_iterable(map(LabelStore, stores)))
        if page is not None:
            from pricetag.measure.page import write_page

            write_page([labels], page)
    groups = summarise(labels)
    together = totals(groups)
    for (language, source), group in [
        *groups.items(),
        *(((name, "all"), one) for name, one in together.items()),
    ]:
        failed = group.outcomes.total() - group.outcomes["measured"] - group.outcomes["over"]
        counts = (
            len(group.functions),
            len(group.labelled),
            group.outcomes["measured"],
            group.outcomes["over"],
            failed,
        )
        repeats = (group.memory, group.runtime, group.short_runtime, group.constant)
        table.add_row(language, source, *(f"{count:,}" for count in counts), *map(str, repeats))
    open_console().print(table)
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
    with training_extra():
        from pricetag.measure.store import LabelStore, merge

    with measuring():
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
@data_option
def pairs(stores: tuple[Path, ...], sources: tuple[str, ...], data: Path) -> None:
    """Count the edits of which both sides are labelled, by language, kind and class."""
    from itertools import chain

    with training_extra():
        from pricetag.measure.store import LabelStore
        from pricetag.train.corpus import load_corpus
        from pricetag.train.edit_pairs import pairs_of, summary

    known = items_of(sources, data) if sources else load_corpus(data)
    with measuring():
        click.echo(summary(pairs_of(chain.from_iterable(map(LabelStore, stores)), known)), nl=False)
