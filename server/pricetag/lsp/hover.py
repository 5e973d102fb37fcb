"""The hover: a function's forecasts over n, how they grow, what they assume, and what they were."""

from __future__ import annotations

from pricetag.forecast import (
    Estimate,
    Forecast,
    HintOptions,
    Metric,
    estimate_at,
    fit_growth,
    format_bytes,
    format_estimate,
    format_factor,
    format_size,
    format_value,
    growth_symbol,
    is_over,
    plot,
    reason_against,
)
from pricetag.lsp.documents import Verdict
from pricetag.syntax import Function
from pricetag.workload import parse_directive

_TABLE_SIZES = (100, 1_000, 10_000, 100_000)
_CODE_ESCAPES = str.maketrans({"`": "'", "\n": " ", "\r": " "})


def render(
    function: Function,
    forecast: Forecast | None,
    n: int,
    options: HintOptions,
    verdict: Verdict | None,
    waiting: str,
) -> str:
    """Markdown for one function. ``waiting`` says why there is no forecast where ``forecast`` is None."""
    head = f"**Pricetag** `{function.qualified_name.translate(_CODE_ESCAPES)}`"
    if forecast is None:
        return f"{head}: {waiting}"
    if forecast.abstained:
        return f"{head}: no forecast, {_plain(forecast.abstained)}"
    lines = [f"{head} at n = {format_size(n)}", ""]
    if reason := reason_against(forecast, n, options.maximum_interval, options.metrics):
        lines = [f"{head} at n = {format_size(n)}: no hint, {_plain(reason)}", ""]
    metrics: list[Metric] = [metric for metric in options.metrics if forecast.estimates(metric)]
    lines += _table(forecast, n, metrics, options)
    lines.append("")
    lines += [_growth(forecast, n, metric) for metric in metrics]
    lines += _change(forecast, n, options, verdict)
    if forecast.assumes:
        lines.append(f"Assumes `{forecast.assumes.translate(_CODE_ESCAPES)}`  ")
    # A comment that the author wrote and nobody read would be worse than none.
    problems = parse_directive(function.directive).problems if function.directive else ()
    lines += [f"In the `pricetag:` comment: {_plain(problem)}  " for problem in problems]
    return "\n".join(lines).rstrip()


def _table(forecast: Forecast, n: int, metrics: list[Metric], options: HintOptions) -> list[str]:
    rows = [
        "| n | " + " | ".join(f"{metric} | 80 % interval" for metric in metrics) + " |",
        "|--:|" + "--:|:--|" * len(metrics),
    ]
    for size in sorted({*_TABLE_SIZES, n}):
        cells = [_cells(forecast, metric, size, options) for metric in metrics]
        if any(cells):
            label = f"**{format_size(size)}**" if size == n else format_size(size)
            rows.append(f"| {label} | " + " | ".join(cell or " | " for cell in cells) + " |")
    return rows


def _cells(forecast: Forecast, metric: Metric, n: int, options: HintOptions) -> str:
    estimate = estimate_at(forecast.estimates(metric), n)
    if estimate is None:
        return ""
    value = format_estimate(metric, estimate, forecast.limit(metric, options.limit(metric)))
    if is_over(estimate):
        return f"{value} | {estimate.over:.0%} likely".replace("%", " %")
    return f"{value} | {format_value(metric, estimate.low)} – {format_value(metric, estimate.high)}"


def _growth(forecast: Forecast, n: int, metric: Metric) -> str:
    estimates = [e for e in forecast.estimates(metric) if not is_over(e)]
    symbol = growth_symbol(fit_growth(estimates, n))
    if not symbol:
        return ""
    rate = "does not grow with n" if symbol == "1" else f"grows like {symbol}"
    return f"{metric.capitalize()} {rate} `{plot(estimates)}`  "


def _change(forecast: Forecast, n: int, options: HintOptions, verdict: Verdict | None) -> list[str]:
    """The line on the baseline, as of the last save."""
    if verdict is None:
        return []
    before, after = estimate_at(verdict.baseline.memory, n), estimate_at(forecast.memory, n)
    if before is None or after is None:
        return []
    limit = forecast.limit("memory", options.memory_limit)
    was, now = (format_estimate("memory", estimate, limit) for estimate in (before, after))
    factor = format_factor(after.median / max(before.median, 1.0))
    lead = "▲ " if verdict.regression else ""
    return [f"{lead}Memory at the last commit ({verdict.commit[:8]}): {was} → {now} ({factor})  "]


def interval(estimate: Estimate) -> str:
    """The 80 % interval of a memory estimate."""
    return f"{format_bytes(estimate.low)} – {format_bytes(estimate.high)}"


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
