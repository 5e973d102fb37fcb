"""The plots of the HTML report, each drawn from the report's numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from matplotlib.axes import Axes

from pricetag.measure.html_page import LANGUAGE_COLOURS, figure
from pricetag.train.report.cells import language_name
from pricetag.train.report.contents import Report
from pricetag.train.report.held_out import CENTRAL
from pricetag.train.report.intervals import KEPT
from pricetag.train.report.length import EDGES

_METRICS = ("memory", "runtime")
_UNITS = {"memory": "bytes", "runtime": "seconds"}
_DIAGONAL: dict[str, Any] = {"color": "#888", "linestyle": ":"}


def draw(name: str, report: Report) -> str:
    """One plot of ``PLOTS`` as an HTML figure; empty where there is nothing to draw."""
    title, panels, paint = PLOTS[name]
    count = panels(report)
    return figure(title, lambda axes: paint(axes, report), count) if count else ""


def _scatter(metric: str, panels: Sequence[Axes], report: Report) -> None:
    own = [one for one in report.scatters if one.metric == metric]
    for axes, one in zip(panels, own, strict=True):
        axes.scatter(one.truth, one.forecast, s=6, alpha=0.4, color=_colour(one.language))
        _diagonal(axes, (*one.truth, *one.forecast))
        unit = _UNITS[metric]
        axes.set(
            title=language_name(one.language), xlabel=f"label, log10 {unit}", ylabel=f"forecast, log10 {unit}"
        )


def _growth(metric: str, panels: Sequence[Axes], report: Report) -> None:
    own = [one for one in report.growths if one.metric == metric]
    for axes, one in zip(panels, own, strict=True):
        axes.scatter(one.measured, one.forecast, s=6, alpha=0.4, color=_colour(one.language))
        _diagonal(axes, (*one.measured, *one.forecast))
        axes.set(
            title=language_name(one.language), xlabel="measured exponent over n", ylabel="forecast exponent"
        )


def _reliability(panels: Sequence[Axes], report: Report) -> None:
    for axes, metric in zip(panels, _METRICS, strict=True):
        axes.plot((0.4, 1), (0.4, 1), **_DIAGONAL)
        for one in report.reliabilities:
            if one.metric == metric and one.raw and one.calibrated:
                name = language_name(one.language)
                colour = _colour(one.language)
                axes.plot(CENTRAL, one.calibrated, marker="o", color=colour, label=f"{name}, calibrated")
                axes.plot(CENTRAL, one.raw, marker="o", color=colour, alpha=0.4, label=f"{name}, raw")
        _finish(axes, metric, "level of the interval", "share of labels inside")


def _abstention(panels: Sequence[Axes], report: Report) -> None:
    for axes, metric in zip(panels, _METRICS, strict=True):
        for one in report.abstentions:
            if one.metric == metric and one.errors:
                axes.plot(
                    KEPT,
                    one.errors,
                    marker="o",
                    color=_colour(one.language),
                    label=language_name(one.language),
                )
        _finish(axes, metric, "share of forecasts shown, the surest first", "mean |log10 error|")


def _length(panels: Sequence[Axes], report: Report) -> None:
    for axes, metric in zip(panels, _METRICS, strict=True):
        for language in sorted({one.language for one in report.lengths}):
            own = [one for one in report.lengths if (one.language, one.metric) == (language, metric)]
            known = [(bin, one.error) for bin, one in enumerate(own) if one.error is not None]
            if known:
                axes.plot(
                    *zip(*known, strict=True),
                    marker="o",
                    color=_colour(language),
                    label=language_name(language),
                )
        axes.set_xticks(range(len(EDGES) - 1), [f"{low}+" for low in EDGES[:-1]])
        _finish(axes, metric, "tokens of the function", "mean |log10 error|")


def _diagonal(axes: Axes, values: Sequence[float]) -> None:
    if values:
        axes.plot((min(values), max(values)), (min(values), max(values)), **_DIAGONAL)


def _finish(axes: Axes, title: str, x: str, y: str) -> None:
    axes.set(title=title, xlabel=x, ylabel=y)
    if axes.get_legend_handles_labels()[1]:
        axes.legend()


def _colour(language: str) -> str:
    return LANGUAGE_COLOURS.get(language, "#555555")


def _per_language(report: Report) -> int:
    return len({language for language, _ in report.functions})


def _per_metric(report: Report) -> int:
    return len(_METRICS) if report.functions else 0


Paint = Callable[[Sequence[Axes], Report], None]
PLOTS: dict[str, tuple[str, Callable[[Report], int], Paint]] = {
    **{
        f"scatter {metric}": (f"Forecast against label at n = 10,000: {metric}", _per_language, partial(_scatter, metric))
        for metric in _METRICS
    },
    **{
        f"growth {metric}": (f"Forecast against measured growth: {metric}", _per_language, partial(_growth, metric))
        for metric in _METRICS
    },
    "reliability": ("Reliability of the intervals", _per_metric, _reliability),
    "abstention": ("What abstaining gains", _per_metric, _abstention),
    "length": ("Error against length", _per_metric, _length),
}  # fmt: skip
