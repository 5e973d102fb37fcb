"""Commands that use a model: ``serve``, ``scan``, ``doctor``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pricetag.cli.console import nothing, open_console, print_table, printable
from pricetag.cli.group import main
from pricetag.cli.models import open_forecaster
from pricetag.cli.options import Sizes, model_option

# Everything heavier is imported by the command that needs it: `serve` must answer its editor at once.
if TYPE_CHECKING:
    from rich.table import Table

    from pricetag.forecast import Forecaster
    from pricetag.scan import Report, Row

DEFAULT_SIZES = (100, 1_000, 10_000)


@main.command()
@click.option("--stdio", is_flag=True, help="Serve on standard input and output (the default).")
@click.option("--tcp", metavar="HOST:PORT", help="Serve one editor on a TCP port instead.")
@model_option
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
@model_option
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="Show the N heaviest only.")
@click.option(
    "--maximum-interval",
    type=click.FloatRange(min=1, min_open=True),
    metavar="X",
    help="Abstain where high / low of the 80 % interval exceeds X. Default: the model's own.",
)
@click.option("--check", is_flag=True, help="Exit code 1 where a budget is exceeded.")
@click.option("--cache/--no-cache", default=True, help="Keep forecasts on disk between runs.")
def scan(
    paths: tuple[str, ...],
    sizes: tuple[int, ...],
    as_json: bool,
    model: str | None,
    top: int | None,
    maximum_interval: float | None,
    check: bool,
    cache: bool,
) -> None:
    """Forecast every function in files and folders, heaviest first.

    Folders are searched for Python and C++ files; hidden folders, virtual environments and node_modules are left
    out. Nothing is executed. The summary goes to stderr. Exit code 1 if a file had to be skipped.
    """
    import json

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from pricetag import scan as scanning
    from pricetag.config import Configs
    from pricetag.forecast.adjustment_files import find_project

    errors, configs = open_console(stderr=True), Configs()
    with open_forecaster(model, cache, find_project(paths)) as forecaster:
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
                configs,
            )
    # Abstentions come last, so the heaviest are the first.
    shown = report.rows[:top]
    if as_json:
        click.echo(json.dumps(report.as_json(shown), indent=2, allow_nan=False))
    elif rows := [row for row in shown if not row.abstained]:
        print_table(_scan_table(report, rows, forecaster))
    for line in (*configs.problems, *report.over_budget):
        click.echo(printable(line), err=True)
    for problem in report.problems:
        click.echo(f"{printable(problem.path)}: {problem.reason}", err=True)
    click.echo(report.summary(), err=True)
    if any(problem.skipped for problem in report.problems) or (check and report.over_budget):
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
            Text(printable(row.found.function.qualified_name)),
            Text(f"{printable(row.found.path)}:{start.line + 1}"),
        ]
        for metric in METRICS:
            for n in report.sizes:
                estimate = row.forecast.at(metric, n)
                limit = row.forecast.limit(metric, limits[metric])
                cells.append(Text(format_estimate(metric, estimate, limit) if estimate else ""))
            growth = row.forecast.memory_growth if metric == "memory" else row.forecast.runtime_growth
            cells.append(Text(growth_symbol(growth)))
        table.add_row(*cells)
    return table


@main.command()
@model_option
def doctor(model: str | None) -> None:
    """Show what this machine has and lacks: versions, model, worker, sandbox, editor.

    Exit code 1 if forecasts cannot be had.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from pricetag.doctor import Verdict, examine

    styles = {Verdict.OK: "green", Verdict.MISSING: "yellow", Verdict.BROKEN: "bold red"}
    errors = open_console(stderr=True)
    with errors.status("examining") if errors.is_terminal else nothing():
        checks = list(examine(model))
    table = Table(box=box.SIMPLE, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        table.add_row(
            check.name, Text(check.verdict.value, styles[check.verdict]), Text(printable(check.found))
        )
    print_table(table)
    if broken := [check.name for check in checks if check.verdict is Verdict.BROKEN]:
        raise click.ClickException(f"forecasts cannot be had: {', '.join(broken)} broken")
