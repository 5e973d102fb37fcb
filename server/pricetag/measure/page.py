"""The page that shows what label stores hold: tables and plots in one HTML file that needs nothing else."""

from __future__ import annotations

import html
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from pricetag.measure.html_page import LANGUAGE_COLOURS, LANGUAGE_NAMES, figure, page, table
from pricetag.measure.label import Label
from pricetag.measure.report import (
    MEMORY_TOLERANCE,
    RUNTIME_TOLERANCE,
    Group,
    Repeats,
    diversity,
    summarise,
)

_COLOURS = LANGUAGE_COLOURS | {"measured": "#3a923a", "over": "#d9a441", "failed": "#b23a48"}
_REASONS = 25  # failure reasons shown, the most frequent first


def write_page(stores: Sequence[Iterable[Label]], path: Path) -> None:
    """Write the page. Raises ``StoreError`` where a store cannot be read and OSError where ``path`` cannot be written."""
    labels = list(chain.from_iterable(stores))
    languages = [
        language for language in LANGUAGE_NAMES if any(label.language == language for label in labels)
    ]
    parts = [
        "<h1>Labels</h1>",
        _introduction(labels),
        table(_SUMMARY, _summary_rows(labels)),
        "<h2>How far they spread</h2>",
        table(_SPREAD, _spread_rows(labels, languages)),
    ]
    if labels:
        parts += [
            figure("Labels by n", lambda axes: _by_size(axes, labels, languages), len(languages)),
            figure("Functions by source", lambda axes: _by_source(axes, labels, languages), len(languages)),
            figure(
                "Memory at n = 10,000",
                lambda axes: _histogram(axes, labels, languages, "memory"),
                len(languages),
            ),
            figure(
                "Runtime at n = 10,000",
                lambda axes: _histogram(axes, labels, languages, "runtime"),
                len(languages),
            ),
            figure(
                "Repeatability: share of labels measured twice that differ by at most so much",
                lambda axes: _repeats(axes, labels),
                1,
            ),
            figure(
                "How slow the machine was while it measured",
                lambda axes: _slowdown(axes, labels, languages),
                1,
            ),
            "<h2>What failed</h2>",
            table(("reason", "", "labels"), _failures(labels)),
        ]
    path.write_text(page("Pricetag labels", parts), encoding="utf-8")


def _introduction(labels: Sequence[Label]) -> str:
    functions = len({label.item for label in labels})
    machines = sorted({label.machine for label in labels if label.machine})
    tools = sorted({label.tools for label in labels if label.tools})
    limits = sorted({(label.time_limit, label.memory_limit) for label in labels})
    limit = ", ".join(f"{seconds:g} s and {memory / 2**30:g} GiB" for seconds, memory in limits)
    return (
        f"<p>{len(labels):,} labels of {functions:,} functions. Limits: {html.escape(limit)}. "
        f"Measured on: {html.escape('; '.join(machines) or 'unknown')}. "
        f"Tools: {html.escape('; '.join(tools) or 'unknown')}.</p>"
    )


_SUMMARY = (
    "language", "source", "functions", "with 3+ sizes", "labels", "over", "failed", "memory within 1 %",
    "runtime over 1 ms within 10 %", "shorter runtime within 10 %",
)  # fmt: skip


def _summary_rows(labels: Sequence[Label]) -> list[tuple[str, ...]]:
    groups = summarise(labels)
    rows = [
        (LANGUAGE_NAMES.get(language, language), source, *_counts(group))
        for (language, source), group in groups.items()
    ]
    for language, name in LANGUAGE_NAMES.items():
        members = [group for (one, _), group in groups.items() if one == language]
        if members:
            rows.append((name, "all", *_counts(_together(members))))
    return rows


def _together(groups: Sequence[Group]) -> Group:
    total = Group()
    for group in groups:
        total.functions |= group.functions
        total.labelled |= group.labelled
        total.outcomes += group.outcomes
        for mine, theirs in (
            (total.memory, group.memory),
            (total.runtime, group.runtime),
            (total.short_runtime, group.short_runtime),
        ):
            mine.measured += theirs.measured
            mine.alike += theirs.alike
    return total


def _counts(group: Group) -> tuple[str, ...]:
    failed = group.outcomes.total() - group.outcomes["measured"] - group.outcomes["over"]
    numbers = (
        len(group.functions), len(group.labelled), group.outcomes["measured"], group.outcomes["over"], failed,
    )  # fmt: skip
    repeats: tuple[Repeats, ...] = (group.memory, group.runtime, group.short_runtime)
    return (*(f"{number:,}" for number in numbers), *map(str, repeats))


_SPREAD = (
    "language", "metric", "functions at n = 10,000", "decades", "fullest 0.1-decade bin", "variance explained by n alone",
)  # fmt: skip


def _spread_rows(labels: Sequence[Label], languages: Sequence[str]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for language in languages:
        chosen = [label for label in labels if label.language == language]
        for metric in ("memory", "runtime"):
            found = diversity(chosen, metric)
            rows.append(
                (
                    LANGUAGE_NAMES[language],
                    metric,
                    f"{found.functions:,}",
                    f"{found.decades:.1f}",
                    f"{found.largest_bin:.1%}",
                    f"{found.explained_by_n:.1%}",
                )
            )
    return rows


def _by_size(panels: Sequence[Axes], labels: Sequence[Label], languages: Sequence[str]) -> None:
    for axes, language in zip(panels, languages, strict=True):
        counts: dict[str, Counter[int]] = {"measured": Counter(), "over": Counter(), "failed": Counter()}
        for label in labels:
            if label.language == language:
                counts["failed" if label.failed else "over" if label.over else "measured"][label.n] += 1
        sizes = sorted(set().union(*counts.values()))
        below = np.zeros(len(sizes))
        for outcome, found in counts.items():
            height = np.array([found[n] for n in sizes], float)
            axes.bar([f"{n:,}" for n in sizes], height, bottom=below, label=outcome, color=_COLOURS[outcome])
            below += height
        axes.set(title=LANGUAGE_NAMES[language], xlabel="n", ylabel="labels")
        axes.legend()


def _by_source(panels: Sequence[Axes], labels: Sequence[Label], languages: Sequence[str]) -> None:
    groups = summarise(labels)
    for axes, language in zip(panels, languages, strict=True):
        found = {source: len(group.labelled) for (one, source), group in groups.items() if one == language}
        ordered = sorted(found.items(), key=lambda pair: pair[1])
        axes.barh([name for name, _ in ordered], [count for _, count in ordered], color=_COLOURS[language])
        axes.set(title=LANGUAGE_NAMES[language], xlabel="functions labelled at 3 or more n")


def _histogram(
    panels: Sequence[Axes], labels: Sequence[Label], languages: Sequence[str], metric: str
) -> None:
    for axes, language in zip(panels, languages, strict=True):
        values = [
            math.log10(max(value, 1.0 if metric == "memory" else 1e-9))
            for label in labels
            if label.language == language and label.n == 10_000
            if (value := label.memory if metric == "memory" else label.runtime) is not None
        ]
        if values:
            axes.hist(
                values,
                bins=np.arange(min(values) - 0.05, max(values) + 0.1, 0.1).tolist(),
                color=_COLOURS[language],
            )
        unit = "bytes" if metric == "memory" else "seconds"
        axes.set(title=LANGUAGE_NAMES[language], xlabel=f"log10 of {unit}", ylabel="functions")


def _repeats(panels: Sequence[Axes], labels: Sequence[Label]) -> None:
    axes = panels[0]
    for metric, tolerance, floor in (("memory", MEMORY_TOLERANCE, 0.0), ("runtime", RUNTIME_TOLERANCE, 1e-3)):
        pairs = [
            (first, second)
            for label in labels
            for first, second in (
                [(label.memory, label.memory_again)]
                if metric == "memory"
                else [(label.runtime, label.runtime_again)]
            )
            if first is not None and second is not None and first > floor
        ]
        if pairs:
            drift = np.sort([abs(second - first) / first for first, second in pairs])
            share = np.arange(1, len(drift) + 1) / len(drift)
            name = "memory" if metric == "memory" else "runtime, calls over 1 ms"
            axes.plot(np.maximum(drift, 1e-4), share, label=f"{name} ({len(drift):,})")
            axes.axvline(tolerance, linestyle=":", color="#888")
    axes.set(
        xscale="log",
        xlabel="difference relative to the first (below 0.0001 drawn there)",
        ylabel="share of labels",
    )
    if axes.lines:
        axes.legend()


def _slowdown(panels: Sequence[Axes], labels: Sequence[Label], languages: Sequence[str]) -> None:
    axes = panels[0]
    for language in languages:
        found = [
            label.slowdown for label in labels if label.language == language and label.runtime is not None
        ]
        axes.hist(
            found,
            bins=np.arange(0.5, 4.05, 0.05).tolist(),
            alpha=0.6,
            label=LANGUAGE_NAMES[language],
            color=_COLOURS[language],
        )
    axes.set(
        xlabel="reference loop's time over its time at rest (runtimes are divided by it)", ylabel="labels"
    )
    axes.legend()


def _failures(labels: Sequence[Label]) -> list[tuple[str, ...]]:
    reasons = Counter(
        (label.failed, label.language) for label in labels if label.failed and not label.inferred
    )
    return [
        (reason, LANGUAGE_NAMES.get(language, language), f"{count:,}")
        for (reason, language), count in reasons.most_common(_REASONS)
    ]
