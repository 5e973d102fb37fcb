"""``pricetag diff``: what a change costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pricetag.cli.console import open_console, print_table, printable
from pricetag.cli.group import main
from pricetag.cli.models import open_forecaster
from pricetag.cli.options import Sizes, model_option

if TYPE_CHECKING:
    from rich.table import Table

    from pricetag.baseline import Accepted
    from pricetag.config import Configs
    from pricetag.diff import Options, Report, Span
    from pricetag.diff.pairs import Gathered
    from pricetag.scan import Found
    from pricetag.workload import Budget

FORMATS = ("table", "json", "sarif", "markdown", "github")


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())
@click.option(
    "--base",
    default="HEAD",
    show_default=True,
    metavar="REV",
    help="Compare with this revision. A..B compares two; A...B compares B with the merge base of both, as in git diff.",
)
@click.option("--head", metavar="REV", help="Compare this revision instead of the working tree.")
@click.option("--merge-base", is_flag=True, help="Compare with the merge base of --base and the other side.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option(
    "--n", "size", type=Sizes(), metavar="N", help="Input size of functions that state none. Default: 10,000."
)
@click.option(
    "--factor",
    type=click.FloatRange(min=1),
    metavar="R",
    help="A regression is at least R times. Default: 1.5.",
)
@click.option(
    "--confidence", type=click.FloatRange(0, 1), metavar="C", help="...with this probability. Default: 0.9."
)
@click.option(
    "--floor",
    type=click.FloatRange(min=0),
    metavar="BYTES",
    help="Less memory than this never is one. Default: 65536.",
)
@click.option(
    "--metric", "metrics", multiple=True, type=click.Choice(("memory", "runtime")),
    help="What to judge; may be given again. Default: memory.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file instead."
)
@click.option(
    "--accept",
    is_flag=True,
    help="Agree to the memory regressions found: write them to .pricetag/baselines.json.",
)
@model_option
@click.option("--cache/--no-cache", default=True, help="Keep forecasts on disk between runs.")
def diff(
    paths: tuple[str, ...],
    base: str,
    head: str | None,
    merge_base: bool,
    form: str,
    size: tuple[int, ...] | None,
    factor: float | None,
    confidence: float | None,
    floor: float | None,
    metrics: tuple[str, ...],
    output: Path | None,
    accept: bool,
    model: str | None,
    cache: bool,
) -> None:
    """Compare the forecasts of every function that a change touches with what it cost before.

    Without options: the working tree, new files included, with HEAD. The rule is that of the editor's warning on save.
    Functions are followed through renames and from file to file. The summary goes to stderr.
    Budgets of functions that are new or edited, or whose comment is, are checked too.
    Exit codes: 0 nothing found, 1 a regression or an exceeded budget, 2 misuse, or git or the model cannot answer.
    """
    from pricetag.config import Configs

    if size is not None and len(size) != 1:
        raise click.BadParameter("give one size", param_hint="--n")
    with _no_finding():
        configs = Configs()
        gathered, span, root = _gathered(paths, base, head, merge_base, configs)
        stated = _Stated(size[0] if size else None, factor, confidence, floor, metrics)
        accepted = _accepted(root, accept)
        report = _compare(gathered, span, model, cache, root, configs, stated, accepted)
        _write(report, form, output)
        left = _accept(report, root, accepted) if accept else len(report.findings)
    for line in configs.problems:
        click.echo(printable(line), err=True)
    for problem in report.problems:
        click.echo(f"{printable(problem.path)}: {problem.reason}", err=True)
    click.echo(printable(report.summary()), err=True)
    if left:
        raise click.exceptions.Exit(1)


class Unanswered(click.ClickException):
    """Something failed. Exit code 1 says that a regression was found; what goes wrong must not look like one."""

    exit_code = 2


@contextmanager
def _no_finding() -> Iterator[None]:
    try:
        yield
    except click.UsageError:
        raise
    except click.ClickException as error:
        raise Unanswered(error.message) from error


def _gathered(
    paths: tuple[str, ...], base: str, head: str | None, merge_base: bool, configs: Configs
) -> tuple[Gathered, Span, str]:
    import asyncio
    import os

    from pricetag.baseline import GitError, Revisions
    from pricetag.diff.pairs import gather, resolve, within

    async def gathering() -> tuple[Gathered, Span, str]:
        revisions = Revisions()
        root = await revisions.root(paths[0] if paths else ".")
        below = within(root, paths)
        span = await resolve(revisions, root, base, head, merge_base)
        for path, named in zip(below, paths, strict=True):
            if not await asyncio.to_thread(os.path.lexists, named) and not await revisions.holds(
                root, span.base.commit, path
            ):
                raise GitError(f"{named}: no such file, neither now nor in {span.base.name}")
        return await gather(revisions, root, span, _wanted(root, below, configs)), span, root

    for path in paths:
        if "\0" in path:
            raise click.BadParameter(f"{path!r} is no path", param_hint="PATH")
    try:
        return asyncio.run(gathering())
    except GitError as error:
        raise click.ClickException(printable(str(error))) from error


def _accepted(root: str, to_write: bool) -> list[Accepted]:
    """The accepted baselines of a repository; a file that is none is ignored, unless it is to be written."""
    from pricetag.baseline.accepted import FILE, AcceptedError, load

    try:
        return load(Path(root) / FILE)
    except AcceptedError as error:
        if to_write:
            raise click.ClickException(f"{printable(str(error))}; nothing is accepted") from error
        click.echo(f"{printable(str(error))}; accepted baselines are ignored", err=True)
        return []


def _accept(report: Report, root: str, accepted: list[Accepted]) -> int:
    """Write down the memory regressions; how many findings are left."""
    from pricetag.baseline.accepted import FILE, merged, save
    from pricetag.diff.compare import acceptances

    new = acceptances(report)
    try:
        if new:
            save(Path(root) / FILE, merged(accepted, new))
    except OSError as error:
        raise click.ClickException(f"{FILE}: {error.strerror or error}") from error
    click.echo(f"{len(new)} accepted" + (f" in {FILE.as_posix()}" if new else ""), err=True)
    return sum(finding.rule not in ("memory-regression", "memory-growth") for finding in report.findings)


def _wanted(root: str, below: list[str], configs: Configs) -> Callable[[str], bool]:
    """Whether a path, relative to the root, is one of those asked for and not excluded; a file that is named is taken."""

    def wanted(path: str) -> bool:
        if path in below:
            return True
        if below and not any(one == "" or path.startswith(f"{one}/") for one in below):
            return False
        relative, config = configs.of(f"{root}/{path}")
        return not config.excludes(relative)

    return wanted


@dataclass(frozen=True)
class _Stated:
    """What the command line says of the rule; None where it leaves that to the project."""

    n: int | None
    factor: float | None
    confidence: float | None
    floor: float | None
    metrics: tuple[str, ...]

    def over(self, options: Options) -> Options:
        """``options`` with what was said in their place."""
        from pricetag.forecast import METRICS

        said = {"factor": self.factor, "confidence": self.confidence, "floor": self.floor}
        rule = replace(options.rule, **{name: value for name, value in said.items() if value is not None})
        chosen = tuple(metric for metric in METRICS if metric in self.metrics)
        return replace(options, n=self.n or options.n, rule=rule, metrics=chosen or options.metrics)


def _compare(
    gathered: Gathered,
    span: Span,
    model: str | None,
    cache: bool,
    root: str,
    configs: Configs,
    stated: _Stated,
    accepted: list[Accepted],
) -> Report:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from pricetag.diff import compare
    from pricetag.forecast.adjustment_files import find_project

    def options(path: str) -> Options:
        relative, config = configs.of(f"{root}/{path}")
        return stated.over(config.options(relative))

    def budgets(found: Found) -> list[tuple[Budget, str]]:
        relative, config = configs.of(f"{root}/{found.path}")
        return config.budgets_for(relative, found.function)

    errors = open_console(stderr=True)
    with open_forecaster(model, cache, find_project([root])) as forecaster:
        known = forecaster.info.sizes
        if stated.n is not None and not known[0] <= stated.n <= known[-1]:
            raise click.BadParameter(
                f"n = {stated.n:,} is outside what the model knows ({known[0]:,} to {known[-1]:,})",
                param_hint="--n",
            )
        columns = (TextColumn("forecasting"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
            task = progress.add_task("", total=None)
            return compare(
                gathered, span, forecaster, options, budgets,
                lambda done, total: progress.update(task, completed=done, total=total), accepted,
            )  # fmt: skip


def _write(report: Report, form: str, output: Path | None) -> None:
    import json

    from pricetag.diff.github import workflow_commands
    from pricetag.diff.markdown import markdown
    from pricetag.diff.sarif import sarif

    if form == "table" and output is None:
        if any(one.regressions for one in report.functions):
            print_table(_table(report))
        for finding in report.findings:
            if not finding.rule.endswith("-regression"):
                where = f"{finding.at.path}:{finding.at.name.start.line + 1}"
                click.echo(printable(f"{where}: {finding.message}"))
        return
    texts: dict[str, Callable[[], str]] = {
        "table": lambda: "\n".join(finding.message for finding in report.findings),
        "json": lambda: json.dumps(report.as_json(), indent=2, allow_nan=False),
        "sarif": lambda: json.dumps(sarif(report), indent=2, allow_nan=False),
        "markdown": lambda: markdown(report),
        "github": lambda: workflow_commands(report),
    }
    text = texts[form]()
    text = text and text.encode("utf-8", "replace").decode() + "\n"  # names need not be text
    if output is None:
        click.echo(text, nl=False, color=True)  # nothing is taken out of a name
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{printable(str(output))}: {error.strerror}") from error


def _table(report: Report) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from pricetag.baseline import joined
    from pricetag.diff.report import change_text
    from pricetag.forecast import format_estimate, format_size

    table = Table(
        box=box.SIMPLE, caption="medians; 80 % intervals with --format json", caption_justify="left"
    )
    table.add_column("function", overflow="fold")
    table.add_column("where", overflow="fold", style="dim")
    for title in ("metric", "n", "before", "now", "change", "sure"):
        table.add_column(title, justify="left" if title == "metric" else "right", no_wrap=True)
    for one in report.functions:
        at = one.pair.after
        for regression, steeper in joined(one.regressions, one.steeper)[0]:
            estimates = (regression.before, regression.after)
            before, after = (format_estimate(regression.metric, e, regression.limit) for e in estimates)
            table.add_row(
                Text(printable(at.function.qualified_name)),
                Text(f"{printable(at.path)}:{at.name.start.line + 1}"),
                regression.metric,
                format_size(regression.n),
                before,
                after,
                change_text(regression, steeper),
                regression.sure,
            )
    return table
