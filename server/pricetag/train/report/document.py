"""The report as sections of sentences and tables of text, which both renderings share."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from pricetag.baseline.rule import Rule
from pricetag.forecast.estimate import METRICS, Metric
from pricetag.forecast.format import format_factor, format_limit, format_value
from pricetag.train.baselines import BOOSTING
from pricetag.train.report.accuracy import ALL, VIEWS, Accuracy, Lead
from pricetag.train.report.cells import TOO_FEW, Table, interval, language_name, number, score, share
from pricetag.train.report.contents import Report
from pricetag.train.report.edit_tables import (
    confidence_table,
    direction_table,
    drift_table,
    project_table,
    warning_table,
)
from pricetag.train.report.growth import NEAR
from pricetag.train.report.held_out import CENTRAL, FEWEST, REPORTED, RLM
from pricetag.train.report.intervals import KEPT
from pricetag.train.report.length import EDGES, LengthBin
from pricetag.train.report.warnings import GROWN
from pricetag.train.report.worst import TRAITS, WORST, WorstRow

DEFAULT = Rule()
_SIZES = tuple(f"n = {n:,}" for n in REPORTED)


@dataclass(frozen=True, slots=True)
class Section:
    """One topic: its title, an explanation, tables, and the names of the plots that HTML adds."""

    title: str
    text: str
    tables: tuple[Table, ...]
    plots: tuple[str, ...] = ()


def introduction(report: Report) -> str:
    """What was evaluated on what."""
    setting = report.setting
    memory, seconds = setting.limits
    sources: dict[str, list[str]] = {}
    for (language, source), count in report.functions.items():
        sources.setdefault(language, []).append(f"{source} {count:,}")
    counts = [
        f"{language_name(language)} {sum(report.functions[key] for key in report.functions if key[0] == language):,}"
        f" ({', '.join(names)})"
        for language, names in sources.items()
    ]
    return " ".join(
        (
            f"Model `{setting.model}` on the human-written functions of the {setting.split} split:",
            f"{'; '.join(counts) or 'none'}. It learnt from {setting.training:,} functions, the baselines",
            f"from the {setting.taught:,} of them that people or we wrote: mutants and programs make gradient boosting worse.",
            f"Over: more than {format_limit('memory', memory)} or {format_limit('runtime', seconds)}.",
            f"Fewer than {FEWEST} functions make no number ({TOO_FEW}).",
            *setting.notes,
        )
    )


def sections(report: Report) -> tuple[Section, ...]:
    """The whole report, in order."""
    return (
        Section(
            "Rank correlation and error",
            "Spearman / mean |log10 error| on the rows that the RLM answers. Calls over the limit rank last and have no error. "
            f"Differences are {RLM} minus {BOOSTING}, with 95 % intervals (paired bootstrap over problems): above zero is better "
            "for Spearman, below zero for the error. With a floor of 1 KiB, labels and forecasts below it are one value.",
            tuple(_accuracy_tables(report)),
            ("scatter memory", "scatter runtime"),
        ),
        *_by_source(report),
        Section(
            "80 % intervals",
            "Share of labels inside (a call over the limit is inside where the interval reaches the limit), median width in "
            "decades, mean |log10 error|, and that of the half with the narrowest intervals.",
            (_coverage_table(report),),
        ),
        Section(
            "Reliability",
            "Share of labels inside central intervals of several levels, all n together: as the model gives them, and moved "
            "by the conformal offsets of the 80 % interval.",
            (_reliability_table(report),),
            ("reliability",),
        ),
        Section(
            "Abstention",
            "Mean |log10 error| / widest 80 % interval in decades when only the surest share of the forecasts is shown, all n "
            "together.",
            (_abstention_table(report),),
            ("abstention",),
        ),
        Section(
            "Growth",
            f"Share of functions whose exponent over n is within {NEAR:g} of the measured one (fitted around n = 10,000 at the "
            "same sizes); a constant forecasts the median exponent.",
            (_growth_table(report),),
            ("growth memory", "growth runtime"),
        ),
        Section(
            "Calls over the limit",
            "Calls over the limit / of them foreseen (P(over) at least one half) / false alarms.",
            (_over_table(report),),
        ),
        Section(
            "Edits",
            "Measured edits of held-out functions that changed memory at least 2x (and by 4 KiB): share whose forecast changes in "
            "the right direction. Neutral edits: percentiles of the factor by which the forecast moves.",
            tuple(table for table in (direction_table(report), drift_table(report)) if table.rows),
        ),
        Section(
            "Warnings on save",
            f"Measured edits under the default settings (memory x{DEFAULT.factor:g} with a confidence of {DEFAULT.confidence:g}, "
            f"from {format_value('memory', DEFAULT.floor)} on). Right: of those warned of, the share whose measured memory grew "
            f"x{DEFAULT.factor:g} or more. Found: of those that grew x{GROWN:g} or more to at least the floor, the share warned of. "
            "Then what the rule's confidence says and what came true.",
            tuple(table for table in (warning_table(report), confidence_table(report)) if table.rows),
        ),
        Section(
            "A project's own labels",
            "Each source as if it were a project that measured half of its functions and ran `pricetag calibrate --labels`: "
            "mean |log10 error| of its other functions, and mean Spearman of all other sources' functions, before and after.",
            (project_table(report),),
        ),
        Section(
            "Length",
            "Mean |log10 error| by the tokens of the function, what it calls included, all n together; in brackets how many "
            "functions, and how many of them are too long for the model.",
            (_length_table(report),),
            ("length",),
        ),
        Section(
            f"The {WORST} worst errors",
            f"The {WORST} functions of each metric with the largest errors, each at its worst n. Traits are counted among them and "
            "among all functions.",
            tuple(_worst_tables(report)),
        ),
    )


def _by_source(report: Report) -> Iterator[Section]:
    """Nothing where each language has one source: the tables over all sources say it."""
    tables = tuple(_source_tables(report))
    if tables:
        text = f"Spearman / mean |log10 error| of the {RLM}, those of {BOOSTING}, and the difference in Spearman."
        yield Section("By source", text, tables)


def _accuracy_tables(report: Report) -> Iterator[Table]:
    for language in _languages(report):
        for view, _, _ in VIEWS:
            own = {(s.model, s.cell.n): s for s in report.accuracies if _at(s, language, ALL, view)}
            leads = {lead.cell.n: lead for lead in report.leads if _at(lead, language, ALL, view)}
            rows = [(model, *(score(own[model, n]) for n in REPORTED)) for model in report.models]
            rows.append(("difference in Spearman", *(interval(leads[n].spearman) for n in REPORTED)))
            rows.append(("difference in error", *(interval(leads[n].error) for n in REPORTED)))
            counts = (f"{leads[n].functions:,} ({leads[n].over:,})" for n in REPORTED)
            rows.append(("functions (of them over the limit)", *counts))
            yield Table((f"{language_name(language)}, {view}", *_SIZES), tuple(rows))


def _source_tables(report: Report) -> Iterator[Table]:
    for language in _languages(report):
        sources = [source for own, source in report.functions if own == language]
        if len(sources) < 2:
            continue
        for view, _, _ in VIEWS:
            rows = []
            for source in sources:
                own = {(s.model, s.cell.n): s for s in report.accuracies if _at(s, language, source, view)}
                leads = {lead.cell.n: lead for lead in report.leads if _at(lead, language, source, view)}
                rows += [
                    (f"{source}, {model}", *(score(own[model, n]) for n in REPORTED))
                    for model in (RLM, BOOSTING)
                    if model in report.models
                ]
                rows.append((f"{source}, difference", *(interval(leads[n].spearman) for n in REPORTED)))
            yield Table((f"{language_name(language)}, {view}", *_SIZES), tuple(rows))


def _coverage_table(report: Report) -> Table:
    rows = tuple(
        (
            f"{language_name(one.language)}, {one.metric}, n = {one.n:,}",
            f"{one.functions:,}",
            share(one.inside),
            number(one.width),
            number(one.error),
            number(one.surest_error),
        )
        for one in report.coverages
    )
    return Table(("", "functions", "inside", "width", "error", "error of the surest half"), rows)


def _reliability_table(report: Report) -> Table:
    rows = []
    for one in report.reliabilities:
        name = f"{language_name(one.language)}, {one.metric}"
        for said, shares in (("raw", one.raw), ("calibrated", one.calibrated)):
            cells = [share(one_share) for one_share in shares] if shares else [TOO_FEW] * len(CENTRAL)
            rows.append((f"{name}, {said}", f"{one.labels:,}", *cells))
    return Table(("", "labels", *(f"{level:.0%}" for level in CENTRAL)), tuple(rows))


def _abstention_table(report: Report) -> Table:
    rows = []
    for one in report.abstentions:
        cells = [TOO_FEW] * len(KEPT)
        if one.errors and one.widths:
            cells = [
                f"{error:.2f} / {width:.1f}" for error, width in zip(one.errors, one.widths, strict=True)
            ]
        rows.append((f"{language_name(one.language)}, {one.metric}", f"{one.labels:,}", *cells))
    return Table(("", "labels", *(f"{share:.0%}" for share in KEPT)), tuple(rows))


def _growth_table(report: Report) -> Table:
    rows = tuple(
        (
            f"{language_name(one.language)}, {one.metric}",
            f"{len(one.measured):,}",
            share(one.near),
            share(one.boosting_near),
            share(one.constant_near),
        )
        for one in report.growths
    )
    return Table(("", "functions", RLM, BOOSTING, "constant"), rows)


def _over_table(report: Report) -> Table:
    rows = []
    for language in _languages(report):
        for metric in METRICS:
            own = {one.n: one for one in report.overs if (one.language, one.metric) == (language, metric)}
            cells = (
                f"{own[n].over:,} / {own[n].foreseen:,} / {own[n].false_alarms:,} of {own[n].functions - own[n].over:,}"
                for n in REPORTED
            )
            rows.append((f"{language_name(language)}, {metric}", *cells))
    return Table(("", *_SIZES), tuple(rows))


def _length_table(report: Report) -> Table:
    rows = []
    for language in _languages(report):
        for metric in METRICS:
            own = [one for one in report.lengths if (one.language, one.metric) == (language, metric)]
            rows.append((f"{language_name(language)}, {metric}", *(_length(one) for one in own)))
    heads = [f"{low}-{high - 1}" for low, high in pairwise(EDGES[:-1])]
    return Table(("tokens", *heads, f"{EDGES[-2]} and more"), tuple(rows))


def _length(one: LengthBin) -> str:
    return f"{number(one.error)} ({one.functions:,}; {one.unanswered:,})"


def _worst_tables(report: Report) -> Iterator[Table]:
    for worst in report.worst:
        classes = tuple(
            (klass, f"{len(rows):,}", f"{sum(row.honest for row in rows):,}")
            for klass, rows in worst.by_class().items()
        )
        yield Table((f"{worst.metric}: class", "functions", "inside 95 %"), classes)
        common = (
            (trait, f"{sum(trait in row.traits for row in worst.rows):,} of {len(worst.rows):,}",
             f"{worst.traits[trait]:,} of {worst.functions:,}")
            for trait in TRAITS
        )  # fmt: skip
        yield Table((f"{worst.metric}: trait", "among the worst", "among all"), tuple(common))
        listed = (_worst_row(row) for rows in worst.by_class().values() for row in rows)
        yield Table(
            (f"{worst.metric}: item", "source", "n", "label", "forecast", "80 % interval", "off by", "class", "traits"),
            tuple(listed),
            words=(0, 1, 7, 8),
        )  # fmt: skip


def _worst_row(row: WorstRow) -> tuple[str, ...]:
    metric: Metric = "memory" if row.metric == "memory" else "runtime"

    def value(log: float) -> str:
        return format_value(metric, 10.0**log)

    return (
        row.item,
        row.source,
        f"{row.n:,}",
        "over" if math.isinf(row.truth) else value(row.truth),
        value(row.forecast),
        f"{value(row.low)} to {value(row.high)}",
        ("at least " if math.isinf(row.truth) else "") + format_factor(10.0**row.error),
        row.klass,
        ", ".join(row.traits),
    )


def _languages(report: Report) -> list[str]:
    return sorted({language for language, _ in report.functions})


def _at(one: Accuracy | Lead, language: str, source: str, view: str) -> bool:
    return (one.cell.language, one.cell.source, one.cell.view) == (language, source, view)
