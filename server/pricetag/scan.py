"""Scanning files in one go: paths -> files -> functions -> forecasts, heaviest first. What ``pricetag scan`` shows.

The same steps as in the editor (``syntax`` -> ``forecast``), without a worker process: nobody is typing meanwhile.
"""

from __future__ import annotations

import codecs
import math
import os
import stat
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from pricetag.baseline import Exceeded, budget_message, decode, exceeded
from pricetag.config import Configs
from pricetag.forecast import (
    METRICS,
    Estimate,
    Forecast,
    Metric,
    ModelInfo,
    Query,
    reason_against,
    select,
    subject_of,
)
from pricetag.syntax import SyntaxTree, language_of
from pricetag.syntax.function import Function, Language
from pricetag.text import Buffer, Encoding, Range

MAXIMUM_BYTES = 8 << 20  # a larger file is data, whatever it is called
REFERENCE_SIZE = 10_000  # the n that functions are ordered by, where it is among those asked for
SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "venv", "env", "site-packages", "CVS", "_darcs"})


class Forecasts(Protocol):
    """What a scan needs of a ``Forecaster``."""

    info: ModelInfo

    def forecast(self, query: Query, sizes: Sequence[int] = ()) -> Forecast:
        """Estimates at ``sizes``, or an abstention."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """A function, where it stands, and what is asked of the model about it."""

    path: str
    function: Function
    range: Range  # lines from 0, characters in UTF-16 units
    query: Query
    name: Range  # of its name alone, which is where messages about it point
    n: int | None = None  # stated by its author


@dataclass(frozen=True, slots=True)
class Row:
    """A function and its forecast; ``abstained`` says why there is none worth showing, else ""."""

    found: Found
    forecast: Forecast
    abstained: str
    exceeded: tuple[Exceeded, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that was not read as it should be; ``skipped`` if none of its functions were."""

    path: str
    reason: str
    skipped: bool = True


@dataclass(slots=True)
class Report:
    """Everything one scan found. ``rows`` are heaviest first, abstentions last."""

    model: str
    sizes: tuple[int, ...]
    files: int = 0
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def abstentions(self) -> Counter[str]:
        """How often each class of reasons was given."""
        return Counter(reason_class(row.abstained) for row in self.rows if row.abstained)

    @property
    def over_budget(self) -> list[str]:
        """A line for each budget that is exceeded: where, and the sentence."""
        return [
            f"{row.found.path}:{row.found.name.start.line + 1}: {budget_message(one, row.found.function)}"
            for row in self.rows
            for one in row.exceeded
        ]

    def summary(self) -> str:
        """One line: functions, forecasts, abstentions by reason, seconds, peak resident memory."""
        abstained = self.abstentions
        reasons = ", ".join(f"{reason} {count}" for reason, count in abstained.most_common())
        parts = [
            f"{_count(len(self.rows), 'function')} in {_count(self.files, 'file')}",
            f"{len(self.rows) - abstained.total()} forecast",
            f"{abstained.total()} abstained" + (f" ({reasons})" if reasons else ""),
            f"{self.seconds:.1f} s",
        ]
        if over := len(self.over_budget):
            parts.insert(3, f"{over} over budget")
        if peak := peak_memory():
            parts.append(f"peak memory {peak / 1e6:,.0f} MB")
        return "; ".join(parts)

    def as_json(self, rows: Sequence[Row]) -> dict[str, Any]:
        """The JSON of ``pricetag scan --json`` for some of the rows; bytes and seconds, lines from 0, UTF-16 columns."""
        return {"model": self.model, "functions": [_row_json(row) for row in rows]}


def source_files(paths: Iterable[str], problems: list[Problem]) -> list[str]:
    """Source files named or below the folders named, in order, each once; what can't be scanned goes to ``problems``.

    Hidden folders, version control, virtual environments and ``node_modules`` are left out, and symbolic links to
    folders not followed; a file that is named is taken wherever it lies.
    """
    files: dict[tuple[int, int], str] = {}
    for named in paths:
        if Path(named).is_dir():
            found = _walk(named, problems)
        elif language_of(named) is None:
            problems.append(Problem(named, "not a Python or C++ source file"))
            continue
        else:
            found = iter([named])
        for path in found:
            try:
                status = Path(path).stat()
            except OSError as error:
                problems.append(Problem(path, _why(error)))
                continue
            if not stat.S_ISREG(status.st_mode):  # reading a pipe or a device could wait for ever
                problems.append(Problem(path, "not a regular file"))
            else:
                files.setdefault((status.st_dev, status.st_ino), path)
    return list(files.values())


def functions_of(path: str, problems: list[Problem]) -> list[Found]:
    """The functions of one file; none, and a problem noted, if it can't be read."""
    text = read_source(path, problems)
    return [] if text is None else functions_in(path, text, problems)


def functions_in(path: str, text: str, problems: list[Problem]) -> list[Found]:
    """The functions of a text that is, or would be, the file ``path``."""
    language = language_of(path)
    if language is None:
        return []
    try:
        return list(_functions(path, Buffer(text), language))
    except Exception as error:  # a parser's own failure must not end the scan
        problems.append(Problem(path, f"cannot be read as {language.value}: {_first_line(error)}"))
        return []


def read_source(path: str, problems: list[Problem]) -> str | None:
    """The text of a source file; None, and a problem noted, if it is none or cannot be read."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAXIMUM_BYTES + 1)
    except (OSError, ValueError) as error:
        problems.append(Problem(path, _why(error)))
        return None
    if len(data) > MAXIMUM_BYTES:
        problems.append(Problem(path, f"larger than {MAXIMUM_BYTES >> 20} MB"))
        return None
    if b"\0" in data[:8192] and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        problems.append(Problem(path, "a binary file"))
        return None
    text = decode(data)
    if "\ufffd" in text and "\ufffd".encode() not in data:
        problems.append(Problem(path, "not UTF-8; read with replacement characters", skipped=False))
    return text


def forecast_of(query: Query, forecaster: Forecasts, sizes: Sequence[int]) -> Forecast:
    """One forecast; whatever the model's runtime raises on one function is a reason to abstain, not to stop."""
    try:
        return forecaster.forecast(query, sizes)
    except Exception as error:
        return Forecast(query.key, query.assumes, abstained=f"the model failed: {_first_line(error)}")


def scan(
    paths: Iterable[str],
    forecaster: Forecasts,
    sizes: Sequence[int],
    maximum_interval: float | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    configs: Configs | None = None,
) -> Report:
    """Forecast every function under ``paths`` at each of ``sizes``; ``progress(done, total)`` follows along.

    ``configs`` tell which files are left out, unless they are named, and the budgets.

    ``maximum_interval`` (high / low) above which there is no forecast; None is the model's own. One bad file or
    function is noted and never stops the scan.
    """
    started = time.perf_counter()
    report = Report(forecaster.info.id, tuple(sizes))
    configs = Configs() if configs is None else configs
    paths = list(paths)
    files = [
        path for path in source_files(paths, report.problems) if path in paths or not _excluded(path, configs)
    ]
    found = [one for path in files for one in functions_of(path, report.problems)]
    report.files = len(files)
    widest = forecaster.info.maximum_interval if maximum_interval is None else maximum_interval
    reference = reference_size(sizes)
    for done, one in enumerate(found):
        progress(done, len(found))
        report.rows.append(_forecast(one, forecaster, sizes, reference, widest, configs))
    progress(len(found), len(found))
    report.rows.sort(key=lambda row: _order(row, reference))
    report.seconds = time.perf_counter() - started
    return report


def reason_class(abstained: str) -> str:
    """A reason not to forecast without what differs from function to function: lines, sizes, exceptions."""
    if abstained.startswith(("missing ", "syntax error")):
        return "syntax error"
    return abstained.partition(": ")[0]


def reference_size(sizes: Sequence[int]) -> int:
    """The size whose estimates order and judge the functions: 10,000 where it was asked for, else the largest."""
    return REFERENCE_SIZE if REFERENCE_SIZE in sizes else max(sizes)


def peak_memory() -> int:
    """Largest resident size of this process so far, in bytes; 0 where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _forecast(
    found: Found,
    forecaster: Forecasts,
    sizes: Sequence[int],
    reference: int,
    widest: float,
    configs: Configs,
) -> Row:
    path, config = configs.of(found.path)
    options, budgets = config.options(path), config.budgets_for(path, found.function)
    n = found.n or options.n
    asked = sorted({*sizes, *(budget.n or n for budget, _ in budgets)})
    known = forecast_of(found.query, forecaster, asked)
    over = exceeded(known, budgets, n, options.rule.confidence, forecaster.info.limits)
    forecast = select(known, sizes) if budgets else known
    return Row(found, forecast, reason_against(forecast, reference, widest), tuple(over))


def _excluded(path: str, configs: Configs) -> bool:
    below, config = configs.of(path)
    return config.excludes(below)


def _functions(path: str, buffer: Buffer, language: Language) -> Iterator[Found]:
    for function in SyntaxTree(buffer, language).functions():
        subject = subject_of(function)
        whole = _range(buffer, function.start, function.end)
        name = _range(buffer, function.name_start, function.name_end)
        yield Found(path, function, whole, subject.query, name, subject.n)


def _range(buffer: Buffer, start: int, end: int) -> Range:
    return Range(buffer.position(start, Encoding.UTF16), buffer.position(end, Encoding.UTF16))


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def _order(row: Row, reference: int) -> tuple[bool, float, float, str, int]:
    def weight(metric: Metric) -> float:
        estimate = row.forecast.at(metric, reference)
        # Of two that pass the limit, the surer one first.
        return (
            -(estimate.median * (1 + estimate.over)) if estimate and math.isfinite(estimate.median) else 0.0
        )

    return bool(row.abstained), weight("memory"), weight("runtime"), row.found.path, row.found.function.start


def _walk(folder: str, problems: list[Problem]) -> Iterator[str]:
    def unreadable(error: OSError) -> None:
        problems.append(Problem(str(error.filename), _why(error)))

    for parent, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not _is_skipped(Path(parent, name)))
        for name in sorted(names):
            path = Path(parent, name)
            if language_of(name) is not None and not name.startswith("."):
                yield str(path)


def _is_skipped(folder: Path) -> bool:
    return folder.name.startswith(".") or folder.name in SKIPPED_FOLDERS or (folder / "pyvenv.cfg").is_file()


def _why(error: OSError | ValueError) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _row_json(row: Row) -> dict[str, Any]:
    function, forecast = row.found.function, row.forecast
    shown = {metric: () if row.abstained else forecast.estimates(metric) for metric in METRICS}
    return {
        "path": row.found.path,
        "name": function.qualified_name,
        "language": function.language.value,
        "range": range_json(row.found.range),
        "assumes": forecast.assumes,
        "abstained": row.abstained or None,
        "forecasts": {metric: [estimate_json(e) for e in shown[metric]] for metric in METRICS},
        "growth": {
            "memory": None if row.abstained else forecast.memory_growth,
            "runtime": None if row.abstained else forecast.runtime_growth,
        },
        "exceeded": [exceeded_json(one, function) for one in row.exceeded],
    }


def exceeded_json(one: Exceeded, function: Function) -> dict[str, Any]:
    """A budget that is exceeded as JSON: bytes or seconds."""
    return {
        "metric": one.budget.metric,
        "budget": one.budget.limit,
        "estimate": estimate_json(one.estimate),
        "confidence": one.confidence,
        "message": budget_message(one, function),
    }


def range_json(range_: Range) -> dict[str, dict[str, int]]:
    """A range as JSON: lines from 0, characters in UTF-16 units, as in LSP."""
    return {
        "start": {"line": range_.start.line, "character": range_.start.character},
        "end": {"line": range_.end.line, "character": range_.end.character},
    }


def estimate_json(estimate: Estimate) -> dict[str, float]:
    """An estimate as JSON: bytes or seconds."""
    return {
        "n": estimate.n,
        "median": estimate.median,
        "low": estimate.low,
        "high": estimate.high,
        "over": estimate.over,
    }
