"""The hover: a function's forecasts over n, how they grow, what they assume, and what they were."""

from __future__ import annotations

import re

from pricetag.forecast import (
    Estimate,
    Forecast,
    HintOptions,
    Metric,
    estimate_at,
    fit_growth,
    format_estimate,
    format_factor,
    format_size,
    format_value,
    growth_symbol,
    is_over,
    plot,
    reason_against,
    remedy,
)
from pricetag.lsp.documents import OPENED, Verdict
from pricetag.lsp.svg_plot import data_uri
from pricetag.syntax import Function, Language
from pricetag.workload import parse_directive

_TABLE_SIZES = (100, 1_000, 10_000, 100_000)
_CODE_ESCAPES = str.maketrans({"`": "'", "\n": " ", "\r": " "})
_BETWEEN_KINDS = re.compile(r", (?=\w+: )")
_CONTAINER = re.compile(r"((?:list|tuple|set|frozenset|deque|dict|str|bytes|bytearray)(?:\[.*\])?) of ")


def render(
    function: Function,
    forecast: Forecast | None,
    n: int,
    options: HintOptions,
    verdict: Verdict | None,
    waiting: str,
    images: bool = False,
) -> str:
    """Markdown for one function. ``waiting`` says why there is no forecast where ``forecast`` is None.

    Plots are block characters, or with ``images`` pictures within the Markdown.
    """
    head = _head(function)
    if forecast is None:
        return f"{head}: {waiting}"
    if forecast.abstained:
        return "\n".join([f"{head}: no forecast, {_plain(forecast.abstained)}", *_help(forecast.abstained)])
    lines = [f"{head} at n = {format_size(n)}", ""]
    if reason := reason_against(forecast, n, options.maximum_interval, options.metrics):
        lines = [f"{head} at n = {format_size(n)}: no hint, {_plain(reason)}", *_help(reason), ""]
    metrics = _metrics(forecast, options)
    lines += _table(forecast, n, metrics, options, images)
    lines.append("")
    lines += _growths(forecast, n, metrics, images)
    lines += _change(forecast, n, metrics, options, verdict)
    lines += _assumptions(function, forecast)
    return "\n".join(lines).rstrip()


def summary(function: Function, forecast: Forecast, n: int, options: HintOptions) -> str:
    """The short hover, for a hint's tooltip: each metric's interval and growth, and what is assumed."""
    lines = [f"{_head(function)} at n = {format_size(n)}", ""]
    for metric in _metrics(forecast, options):
        if (estimate := estimate_at(forecast.estimates(metric), n)) is None:
            continue
        value = format_estimate(metric, estimate, forecast.limit(metric, options.limit(metric)))
        if not is_over(estimate):
            value += f", 80 % interval {interval(metric, estimate)}"
        rate = _rate(forecast, n, metric)
        lines.append(f"{metric.capitalize()} {value}" + (f", {rate}" if rate else "") + "  ")
    if forecast.assumes:
        lines.append(f"Assumes `{_plain(forecast.assumes)}`")
    return "\n".join(lines).rstrip()


def left_alone(reason: str) -> str:
    """Markdown for a function of a file that is not read at all."""
    return f"**Pricetag**: no forecast, {_plain(reason)}"


def _head(function: Function) -> str:
    return f"**Pricetag** `{_plain(function.qualified_name)}`"


def _metrics(forecast: Forecast, options: HintOptions) -> list[Metric]:
    return [metric for metric in options.metrics if forecast.estimates(metric)]


def _help(reason: str) -> list[str]:
    found = remedy(reason)
    return ["", f"What helps: {found}"] if found else []


def _table(
    forecast: Forecast, n: int, metrics: list[Metric], options: HintOptions, spaced: bool
) -> list[str]:
    # Where pictures are shown, the editor sets the columns of a table side by side with next to no gap.
    gaps = ("&emsp;", "&ensp;") if spaced else ("", "")

    def row(label: str, cells: list[tuple[str, str]]) -> str:
        spread = (gap + text for pair in cells for gap, text in zip(gaps, pair, strict=True))
        return f"| {label} | " + " | ".join(spread) + " |"

    rows = [row("n", [(metric, "80 % interval") for metric in metrics]), "|--:|" + "--:|:--|" * len(metrics)]
    for size in sorted({*_TABLE_SIZES, n}):
        cells = [_cells(forecast, metric, size, options) for metric in metrics]
        if any(value for value, _ in cells):
            rows.append(row(f"**{format_size(size)}**" if size == n else format_size(size), cells))
    return rows


def _cells(forecast: Forecast, metric: Metric, n: int, options: HintOptions) -> tuple[str, str]:
    estimate = estimate_at(forecast.estimates(metric), n)
    if estimate is None:
        return "", ""
    value = format_estimate(metric, estimate, forecast.limit(metric, options.limit(metric)))
    if is_over(estimate):
        return value, f"{estimate.over:.0%} likely".replace("%", " %")
    return value, interval(metric, estimate)


def _rate(forecast: Forecast, n: int, metric: Metric) -> str:
    symbol = growth_symbol(fit_growth(_finite(forecast, metric), n))
    if not symbol:
        return ""
    return "does not grow with n" if symbol == "1" else f"grows like {symbol}"


def _growths(forecast: Forecast, n: int, metrics: list[Metric], images: bool) -> list[str]:
    """How each metric grows: a line each, or, with pictures, which are taller, all of them side by side."""
    known = [(metric, rate) for metric in metrics if (rate := _rate(forecast, n, metric))]
    if not images:
        return [
            f"{metric.capitalize()} {rate} `{plot(_finite(forecast, metric))}`  " for metric, rate in known
        ]
    if not known:
        return []
    pictures = (f"![{metric} over n]({data_uri(metric, _finite(forecast, metric))})" for metric, _ in known)
    told = ", ".join(f"{metric} {rate}" for metric, rate in known)
    return [f"{told[0].upper()}{told[1:]}  ", "&emsp;".join(pictures) + "  "]


def _finite(forecast: Forecast, metric: Metric) -> list[Estimate]:
    return [estimate for estimate in forecast.estimates(metric) if not is_over(estimate)]


def _change(
    forecast: Forecast, n: int, metrics: list[Metric], options: HintOptions, verdict: Verdict | None
) -> list[str]:
    """A line on the baseline for each metric, as of the last save."""
    if verdict is None or verdict.baseline is None:
        return []
    lines = []
    since = (
        "when this file was opened"
        if verdict.commit == OPENED
        else f"at the last commit ({verdict.commit[:8]})"
    )
    for metric in metrics:
        before = estimate_at(verdict.baseline.estimates(metric), n)
        after = estimate_at(forecast.estimates(metric), n)
        if before is None or after is None:
            continue
        limit = forecast.limit(metric, options.limit(metric))
        was, now = (format_estimate(metric, estimate, limit) for estimate in (before, after))
        factor = format_factor(after.median / max(before.median, 1.0 if metric == "memory" else 1e-9))
        grown = any(one.metric == metric for one in verdict.judgement.regressions)
        lead = "▲ " if grown else ""
        lines.append(f"{lead}{metric.capitalize()} {since}: {was} → {now} ({factor})  ")
    if verdict.entry is not None:
        agreed = format_estimate(
            "memory", verdict.entry.memory, forecast.limit("memory", options.memory_limit)
        )
        lines.append(f"Accepted baseline of its memory: {agreed}  ")
    return lines


def _assumptions(function: Function, forecast: Forecast) -> list[str]:
    lines = [f"Assumes `{_plain(forecast.assumes)}`  "] if forecast.assumes else []
    if not function.directive:
        return [*lines, f"To assume something else: `{_override(function, forecast.assumes)}`  "]
    # A comment that the author wrote and nobody read would be worse than none.
    problems = parse_directive(function.directive).problems
    return lines + [f"In the `pricetag:` comment: {_plain(problem)}  " for problem in problems]


def _override(function: Function, assumes: str) -> str:
    """A comment that states this function's own inputs: one container, one number, and n."""
    plain_parameters = {parameter.name for parameter in function.parameters if not parameter.variadic}
    containers, numbers = [], []
    for kind in _BETWEEN_KINDS.split(assumes):
        name, _, shape = kind.partition(": ")
        if name not in plain_parameters or name in ("self", "cls"):
            continue
        # In C++ the container is the declared type; there is nothing else to say of it.
        if function.language is Language.PYTHON and (container := _CONTAINER.match(shape)):
            containers.append(f"{name}={container[1]}")
        elif shape.startswith("int") and name != "n":
            numbers.append(f"{name}=10")
    mark = "#" if function.language is Language.PYTHON else "//"
    return f"{mark} pricetag: " + ", ".join([*containers[:1], *numbers[:1], "n=1e5"])


def interval(metric: Metric, estimate: Estimate) -> str:
    """The 80 % interval of an estimate."""
    return f"{format_value(metric, estimate.low)} – {format_value(metric, estimate.high)}"


def plain(markdown: str) -> str:
    """The same text for editors that show no Markdown: aligned columns, no marks."""
    lines = [line.rstrip() for line in markdown.replace("**", "").replace("`", "").splitlines()]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    result = []
    for line in lines:
        if line.startswith("| "):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            line = "  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        if not line.startswith("|--"):
            result.append(line)
    return "\n".join(result)


def _plain(text: str) -> str:
    return text.translate(_CODE_ESCAPES)
