"""Tables of edits, warnings and projects."""

from __future__ import annotations

from pricetag.train.baselines import BOOSTING
from pricetag.train.report.cells import TOO_FEW, Table, factor, language_name, number, share
from pricetag.train.report.contents import Report
from pricetag.train.report.edits import PERCENTILES
from pricetag.train.report.held_out import RLM


def direction_table(report: Report) -> Table:
    """Edits that changed memory, and whether forecasts follow."""
    rows = tuple(
        (
            f"{language_name(one.language)}, {one.kind}",
            f"{one.pairs:,}",
            share(one.right),
            share(one.boosting_right),
        )
        for one in report.directions
    )
    return Table(("memory changed at least 2x", "edits", RLM, BOOSTING), rows)


def drift_table(report: Report) -> Table:
    """How far forecasts of neutral edits move."""
    rows = []
    for one in report.drifts:
        cells = [factor(value) for value in one.factors] if one.factors else [TOO_FEW] * len(PERCENTILES)
        rows.append((f"{language_name(one.language)}, {one.metric}", f"{one.pairs:,}", *cells))
    return Table(("neutral", "edits", *(f"{percent} %" for percent in PERCENTILES)), tuple(rows))


def warning_table(report: Report) -> Table:
    """Who warns, how often rightly, of what."""
    rows = tuple(
        (
            f"{language_name(one.language)}, {one.judge}",
            f"{one.edits:,}",
            f"{one.warned:,}",
            share(one.right),
            f"{one.grown:,}",
            share(one.found),
            f"{one.neutral:,}",
            TOO_FEW if one.alarms is None else f"{one.alarms:.1%}",
            number(one.area),
        )
        for one in report.warned
    )
    head = ("", "edits", "warned", "right", "grown", "found", "neutral", "false alarms", "AUROC")
    return Table(head, rows)


def confidence_table(report: Report) -> Table:
    """What the rule's confidence says and what came true."""
    rows = tuple(
        (
            f"{language_name(one.language)}, {one.low:.0%} to {one.high:.0%}",
            f"{one.edits:,}",
            f"{one.said:.1%}",
            f"{one.came:.1%}",
        )
        for one in report.stated
    )
    return Table(("confidence", "edits", "said", "came true"), rows)


def project_table(report: Report) -> Table:
    """Errors of a project before and after its own labels."""
    rows = tuple(
        (
            f"{language_name(one.language)}, {one.source}, {one.metric}",
            f"{one.measured:,}",
            "yes" if one.applied else "no",
            f"{one.others:,}",
            "{:.2f} / {:.2f}".format(*one.error),
            f"{one.base:,}",
            "{:.4f} / {:.4f}".format(*one.base_spearman),
        )
        for one in report.projects
    )
    return Table(("", "measured", "applied", "others", "error", "base", "Spearman of the base"), rows)
