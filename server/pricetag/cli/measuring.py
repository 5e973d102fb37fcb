"""Commands about the user's own machine and functions: ``measure`` and ``calibrate``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pricetag.cli.console import nothing, open_console, print_table, printable
from pricetag.cli.group import main
from pricetag.cli.models import open_forecaster
from pricetag.cli.options import Sizes, model_option
from pricetag.cli.sources import training_extra

if TYPE_CHECKING:
    from pricetag.calibrate import Joined
    from pricetag.forecast import Forecast, Forecaster, Metric
    from pricetag.forecast.adjustment_files import Project
    from pricetag.measure.label import Item, Label
    from pricetag.scan import Found, Problem

DEFAULT_SIZES = (100, 1_000, 10_000)
_TASK_ITEMS = {"python": 1, "cpp": 12}  # a C++ task is one program: its compiler's start is shared

project_option = click.option(
    "--project",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Top folder of the project. Default: the nearest with .pricetag, .git or pyproject.toml.",
)


@main.command()
@click.argument("targets", nargs=-1, required=True, metavar="PATH[:LINE|::NAME]...")
@click.option(
    "--sizes", type=Sizes(), default=DEFAULT_SIZES, show_default="100,1000,10000", help="Input sizes n."
)
@click.option(
    "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Functions measured at once."
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    default=2.0,
    show_default=True,
    metavar="S",
    help="Seconds of one call, above which it is given up.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="STORE",
    help="Append the labels to a .jsonl file, or to a folder of Parquet files.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: bytes, seconds, lines from 0.")
@project_option
@model_option
def measure(
    targets: tuple[str, ...],
    sizes: tuple[int, ...],
    jobs: int,
    time_limit: float,
    output: Path | None,
    as_json: bool,
    project: Path | None,
    model: str | None,
) -> None:
    """Run functions in a sandbox, and show what they cost beside what was forecast.

    PATH is a Python or C++ file or a folder; :LINE and ::NAME choose one function of a file. Inputs of each size are
    made up, as in forecasts. This runs the code of the files; where there is no sandbox it refuses.
    Exit code 1 if a function could not be measured at any size.
    """
    import json

    from pricetag.measure.project import project_root

    problems: list[Problem] = []
    found = [one for target in targets for one in _chosen(target, problems)]
    for problem in problems:
        click.echo(f"{printable(problem.path)}: {problem.reason}", err=True)
    root = (project or project_root(Path(targets[0].partition("::")[0]))).absolute()
    items = _items(found, root)
    if not items:
        raise click.ClickException(f"no function that can be run in {printable(' '.join(targets))}")
    labels: dict[str, list[Label]] = {item.id: [] for item, _ in items}
    refused = False
    for language in _TASK_ITEMS:
        own = [item for item, _ in items if item.language == language]
        try:
            for label in _measured(own, sizes, jobs, time_limit):
                labels[label.item].append(label)
        except _Unmeasurable as error:
            refused = True
            click.echo(f"Error: {error}", err=True)
    if output is not None:
        _store([label for own_labels in labels.values() for label in own_labels], output)
    with open_forecaster(model, project=root) as forecaster:
        rows = [
            _Row(one, sorted(labels[item.id], key=lambda label: label.n), forecaster, sizes)
            for item, one in items
            if labels[item.id]
        ]
        if as_json:
            click.echo(json.dumps(_json(rows, forecaster), indent=2, allow_nan=False))
        elif rows:
            _print(rows, forecaster)
    if refused or not all(row.is_measured for row in rows):
        raise click.exceptions.Exit(1)


@main.command()
@click.option(
    "--labels",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="FILE",
    help="Labels of your own functions, by `pricetag measure -o` or `pytest --pricetag-record`; may be given again.",
)
@click.option("--show", is_flag=True, help="Show what is calibrated, and change nothing.")
@click.option("--reset", is_flag=True, help="Remove this machine's and the project's calibration.")
@project_option
@model_option
def calibrate(
    labels: tuple[Path, ...], show: bool, reset: bool, project: Path | None, model: str | None
) -> None:
    """Fit forecasts to this machine, or with --labels to a project.

    Without options it measures in about two seconds how fast this machine is, by language: forecast runtimes are then
    this machine's. With --labels it corrects the forecasts of one project by what was measured of its functions, if
    that holds on functions that were left out. The order of functions by forecast never changes.
    """
    from pricetag.measure.project import project_root

    if sum((bool(labels), show, reset)) > 1:
        raise click.UsageError("--labels, --show and --reset exclude each other")
    folder = (project or project_root(Path.cwd())).absolute()
    with _writing():
        if show:
            _show(folder)
        elif reset:
            _reset(folder)
        elif labels:
            _calibrate_project(labels, folder, model)
        else:
            _calibrate_machine()


# measure --------------------------------------------------------------------------------------------------------


class _Unmeasurable(Exception):
    """Nothing of a language can be measured on this system; the message says why."""


def _chosen(target: str, problems: list[Problem]) -> Iterator[Found]:
    """The functions that an argument names; a usage error where there are none."""
    from pricetag import scan as scanning

    path, name, line = _parts(target)
    if not Path(path).exists():
        raise click.UsageError(f"{printable(path)} does not exist")
    files = scanning.source_files([path], problems)
    found = [one for file in files for one in scanning.functions_of(file, problems)]
    if name:
        found = [one for one in found if name in (one.function.qualified_name, one.function.name)]
    elif line is not None:
        around = [one for one in found if one.range.start.line <= line - 1 <= one.range.end.line]
        found = sorted(around, key=lambda one: one.function.end - one.function.start)[:1]
    if not found and (name or line is not None):
        raise click.UsageError(f"no function {printable(name) or f'at line {line}'} in {printable(path)}")
    yield from found


def _parts(target: str) -> tuple[str, str, int | None]:
    """Path, name and line of PATH[:LINE|::NAME]; a file whose own name reads so is meant itself."""
    if Path(target).exists():
        return target, "", None
    path, separator, name = target.partition("::")
    if separator:
        return path, name, None
    numbered = re.fullmatch(r"(.+):(\d+)", target)
    return (numbered[1], "", int(numbered[2])) if numbered else (target, "", None)


def _items(found: Sequence[Found], root: Path) -> list[tuple[Item, Found]]:
    """What can be called of the functions, each once."""
    from pricetag.measure.project import is_callable, item_of

    items: dict[str, tuple[Item, Found]] = {}
    for one in found:
        if not is_callable(one.function):
            continue
        path = Path(one.path)
        try:
            item = item_of(path, one.function, root, path.read_text(encoding="utf-8", errors="replace"))
        except ValueError as error:
            raise click.UsageError(f"{printable(one.path)} lies outside the project {root}") from error
        items.setdefault(item.id, (item, one))
    return list(items.values())


def _measured(items: Sequence[Item], sizes: Sequence[int], jobs: int, time_limit: float) -> Iterator[Label]:
    """Labels as they come, with a bar on a terminal. Raises ``_Unmeasurable``."""
    if not items:
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    try:
        from pricetag.measure.cpp_runner import CppUnavailable
        from pricetag.measure.labelling import LocalEngine, Task
        from pricetag.measure.sandbox import SandboxUnavailable
    except ImportError as error:  # a module that only Unix has
        raise _Unmeasurable(f"measuring is not possible on this system ({error})") from error

    language = items[0].language
    count = _TASK_ITEMS[language]
    tasks = [
        Task(language, tuple(items[start : start + count]), tuple(sizes), time_limit)
        for start in range(0, len(items), count)
    ]
    errors = open_console(stderr=True)
    columns = (TextColumn("measuring"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task("", total=len(items))
        try:
            for outcome in LocalEngine(jobs)(tasks):
                yield from outcome.labels
                bar.advance(task, len({label.item for label in outcome.labels}) + len(outcome.broken))
                for item, why in outcome.broken.items():
                    click.echo(f"{printable(item)}: {printable(why)}", err=True)
        except (SandboxUnavailable, CppUnavailable) as error:
            raise _Unmeasurable(str(error)) from error


def _store(labels: Sequence[Label], output: Path) -> None:
    """Append labels to what the name says: JSON lines or Parquet."""
    from pricetag.measure.lines import SUFFIX, append_lines

    with _writing():
        if output.suffix == SUFFIX:
            append_lines(labels, output)
            return
        if output.is_file():
            raise click.BadParameter(
                f"{output} is a file; labels are added to a {SUFFIX} file or a folder", param_hint="--output"
            )
        with training_extra():
            from pricetag.measure.store import LabelStore
        with LabelStore(output) as store:
            store.append(labels)


class _Row:
    """One function: what was measured and what is forecast of it, for the same inputs."""

    def __init__(
        self, found: Found, labels: Sequence[Label], forecaster: Forecaster, sizes: Sequence[int]
    ) -> None:
        self.found, self.labels = found, labels
        query = found.query
        self.query = replace(query, assumes=labels[0].assumes or query.assumes)
        known = [n for n in sizes if forecaster.info.sizes[0] <= n <= forecaster.info.sizes[-1]]
        self.forecast: Forecast = forecaster.forecast(self.query, known or sizes)
        # Labels are in seconds of the reference machine; both columns are in those of the same machine.
        self._speed = forecaster.adjustment.speeds.get(query.language, 1.0)

    @property
    def is_measured(self) -> bool:
        """Whether anything came of running it."""
        return any(
            label.memory is not None or label.runtime is not None or label.over for label in self.labels
        )

    def measured(self, metric: Metric, label: Label) -> float | None:
        """Bytes, or seconds of the machine that forecasts are for; None where the call has no number."""
        if metric == "memory":
            return label.memory
        return None if label.runtime is None else label.runtime * self._speed


def _print(rows: Sequence[_Row], forecaster: Forecaster) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from pricetag.forecast import METRICS, format_estimate, format_limit, format_size, format_value

    table = Table(box=box.SIMPLE, caption=_caption(forecaster), caption_justify="left")
    table.add_column("function", overflow="fold")
    table.add_column("n", justify="right", no_wrap=True)
    for metric in METRICS:
        table.add_column(f"{metric}\nmeasured", justify="right", no_wrap=True, style="bold")
        table.add_column("\nforecast", justify="right", no_wrap=True, style="dim")
        table.add_column("\n80 % interval", no_wrap=True, style="dim")
    limits: dict[Metric, float] = {
        "memory": forecaster.info.memory_limit,
        "runtime": forecaster.info.time_limit,
    }
    for row in rows:
        name: str = row.found.function.qualified_name
        for label in row.labels:
            cells = [printable(name), format_size(label.n)]
            name = ""
            for metric in METRICS:
                value = row.measured(metric, label)
                estimate = row.forecast.at(metric, label.n)
                own_limit = label.memory_limit if metric == "memory" else label.time_limit
                if metric in label.over:
                    cells.append(f"> {format_limit(metric, own_limit)}")
                else:
                    cells.append(format_value(metric, value) if value is not None else label.failed or "–")
                if estimate is None:
                    cells += ["–", ""]
                    continue
                cells.append(format_estimate(metric, estimate, row.forecast.limit(metric, limits[metric])))
                cells.append(f"{format_value(metric, estimate.low)} – {format_value(metric, estimate.high)}")
            table.add_row(*map(Text, cells))
    print_table(table)
    for row in rows:
        why = f"; no forecast: {row.forecast.abstained}" if row.forecast.abstained else ""
        name = row.found.function.qualified_name
        click.echo(printable(f"{name} was called with {row.query.assumes or 'no inputs'}{why}"), err=True)


def _caption(forecaster: Forecaster) -> str:
    if forecaster.adjustment.speeds:
        return "runtimes: seconds on this machine (pricetag calibrate)"
    return "runtimes: seconds on the reference machine; `pricetag calibrate` makes them this machine's"


def _json(rows: Sequence[_Row], forecaster: Forecaster) -> dict[str, Any]:
    from dataclasses import asdict

    from pricetag.forecast import METRICS

    return {
        "model": forecaster.info.id,
        "speeds": dict(forecaster.adjustment.speeds),
        "functions": [
            {
                "path": row.found.path,
                "name": row.found.function.qualified_name,
                "language": row.query.language,
                "line": row.found.range.start.line,
                "assumes": row.query.assumes,
                "measured": [
                    {
                        "n": label.n,
                        **{metric: row.measured(metric, label) for metric in METRICS},
                        "over": label.over,
                        "failed": label.failed or None,
                    }
                    for label in row.labels
                ],
                "abstained": row.forecast.abstained or None,
                "forecasts": {m: [asdict(e) for e in row.forecast.estimates(m)] for m in METRICS},
            }
            for row in rows
        ],
    }


# calibrate ------------------------------------------------------------------------------------------------------


@contextmanager
def _writing() -> Iterator[None]:
    """What keeps labels or calibrations from being read or written, in one line."""
    from pricetag.measure.lines import LinesError

    try:
        yield
    except LinesError as error:
        raise click.ClickException(printable(str(error))) from error
    except ValueError as error:
        if type(error).__name__ != "StoreError":  # importing the class itself would need the [train] extra
            raise
        raise click.ClickException(printable(str(error))) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename or 'calibration'}: {error.strerror or error}") from error


def _calibrate_machine() -> None:
    from pricetag.forecast.adjustment_files import Machine, machine_path, save_machine
    from pricetag.measure.speed import measure_speeds

    errors = open_console(stderr=True)
    with errors.status("measuring this machine") if errors.is_terminal else nothing():
        found, skipped = measure_speeds()
    for language, why in skipped.items():
        click.echo(f"{language}: skipped, {why}", err=True)
    machine = Machine(
        {language: round(speed.factor, 4) for language, speed in found.items()},
        {language: speed.tool for language, speed in found.items()},
    )
    save_machine(machine, machine_path())
    _show_machine(machine)
    click.echo(f"wrote {printable(str(machine_path()))}", err=True)


def _calibrate_project(stores: Sequence[Path], folder: Path, model: str | None) -> None:
    from pricetag.calibrate import calibrate as fitted
    from pricetag.calibrate import join, read_labels
    from pricetag.forecast.adjustment_files import Project, project_path, save_project

    with open_forecaster(model, calibrated=False) as forecaster, training_extra():
        joined = join((label for store in stores for label in read_labels(store)), folder, forecaster)
        name = forecaster.info.id
    _explain(joined)
    if not joined.rows:
        raise click.ClickException(f"no label is of a function in {printable(str(folder))} as it is now")
    findings = {key: fitted(rows) for key, rows in sorted(joined.rows.items())}
    project = Project(
        name,
        {key: found.correction for key, found in findings.items() if found.correction is not None},
        {key: found.evidence for key, found in findings.items()},
    )
    path = project_path(folder)
    save_project(project, path)
    _show_project(project)
    click.echo(f"wrote {printable(str(path))}", err=True)


def _explain(joined: Joined) -> None:
    if joined.left_out:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in joined.left_out.most_common())
        click.echo(f"labels left out: {printable(reasons)}", err=True)


def _show(folder: Path) -> None:
    from pricetag.forecast.adjustment_files import (
        AdjustmentError,
        load_machine,
        load_project,
        machine_path,
        project_path,
    )

    try:
        machine, project = load_machine(machine_path()), load_project(project_path(folder))
    except AdjustmentError as error:
        raise click.ClickException(printable(str(error))) from error
    if machine.speeds:
        _show_machine(machine)
    else:
        click.echo("this machine is not calibrated: runtimes are the reference machine's")
    if project is None:
        click.echo(f"{printable(str(folder))} is not calibrated")
    else:
        click.echo(f"{printable(str(folder))}, for the model {printable(project.model)}")
        _show_project(project)


def _show_machine(machine: Any) -> None:
    for language, factor in sorted(machine.speeds.items()):
        tool = machine.tools.get(language, "")
        click.echo(
            f"{printable(language)}: a second of the reference machine takes {factor:.2f} s here "
            f"({printable(tool)})"
        )


def _show_project(project: Project) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    caption = "mean |log10 error| of functions that were left out"
    table = Table(box=box.SIMPLE, caption=caption, caption_justify="left")
    for heading in ("language", "metric"):
        table.add_column(heading)
    for heading in (
        "functions",
        "labels",
        "error before",
        "after",
        "values",
        "growth",
        "interval from",
        "to",
    ):
        table.add_column(heading, justify="right", no_wrap=True)
    for (language, metric), evidence in sorted(project.evidence.items()):
        correction = project.corrections.get((language, metric))
        cells = [
            language,
            metric,
            f"{evidence.functions:,}",
            f"{evidence.labels:,}",
            f"{evidence.error_before:.2f}",
        ]
        if correction is None:
            cells += [f"{evidence.error_after:.2f}", "as they are", "", "", ""]
        else:
            cells += [
                f"{evidence.error_after:.2f}",
                f"×{10**correction.shift:.2f}",
                f"×{correction.slope:.2f}",
            ]
            cells += [f"×{10**correction.low:.2f}", f"×{10**correction.high:.2f}"]
        table.add_row(*(Text(printable(cell)) for cell in cells))
    print_table(table)


def _reset(folder: Path) -> None:
    from pricetag.forecast.adjustment_files import machine_path, project_path

    for path in (machine_path(), project_path(folder)):
        if path.exists():
            path.unlink()
            click.echo(f"removed {printable(str(path))}")
        else:
            click.echo(f"{printable(str(path))} is not there")
