"""On save: functions whose forecasts regressed against what they were, grow faster, or are over budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from lsprotocol import types

from pricetag.baseline import (
    Exceeded,
    GitBaseline,
    Judgement,
    Regression,
    budget_message,
    differs,
    exceeded,
    family,
    grown_message,
    growth_message,
    joined,
    judge_versions,
    match,
)
from pricetag.baseline.accepted import find
from pricetag.baseline.rule_pages import rule_file
from pricetag.forecast import ModelInfo, Subject, format_value, growth_symbol, subject_of
from pricetag.lsp.convert import to_range
from pricetag.lsp.documents import OPENED, Document, Place, Verdict
from pricetag.lsp.hover import interval
from pricetag.lsp.projects import Project
from pricetag.lsp.schedule import Scheduler
from pricetag.lsp.settings import Severity
from pricetag.syntax import Function, Language, parse_functions
from pricetag.text import Buffer, Encoding, Range
from pricetag.workload import parse_directive

SOURCE, SCHEME = "pricetag", "pricetag-baseline"


@dataclass(frozen=True, slots=True)
class _Pair:
    """A changed function and what it came from."""

    slot: int
    old: Function
    before: Subject
    after: Subject
    families: tuple[str, str]
    origin: Range


async def check(document: Document, git: GitBaseline, scheduler: Scheduler) -> dict[int, Verdict]:
    """What is known by slot of every function that differs from its baseline, or has a budget; not judged yet.

    A new function, or a change of names, comments or layout, has no baseline. Raises ``WorkerLost``.
    """
    if document.path is None or document.closed:
        return {}
    settings = document.settings
    text, commit = await _baseline(document, git) if settings.regression_enabled else (None, "")
    await scheduler.analysed(document)
    places, language, encoding = list(document.places), document.language, document.encoding
    pairs: list[_Pair] = []
    if text is not None:
        pairs = await scheduler.in_thread(_changed, text, language, encoding, places)
    budgeted: list[Place] = []
    if settings.budgets_enabled:
        budgeted = await scheduler.in_thread(_budgeted, document.project, places)
    subjects = [subject for pair in pairs for subject in (pair.before, pair.after)]
    await scheduler.request([*subjects, *(place.subject for place in budgeted)])
    verdicts = {}
    for place in budgeted:
        if (saved := scheduler.forecasts.get(place.subject)) is not None:
            verdicts[place.slot] = Verdict(None, saved)
    for pair in pairs:
        before, after = scheduler.forecasts.get(pair.before), scheduler.forecasts.get(pair.after)
        if before is not None and after is not None:
            was = (pair.old, pair.before)
            verdicts[pair.slot] = Verdict(before, after, commit, pair.families, pair.origin, was)
    return verdicts


async def _baseline(document: Document, git: GitBaseline) -> tuple[str | None, str]:
    """The text before and its commit: at ``HEAD``, or outside git as it was opened."""
    head = await git.head(document.path or "")
    if head.text is None and not document.project.tracked:
        return document.opened, OPENED
    return head.text, head.commit


def _changed(text: str, language: Language, encoding: Encoding, places: Sequence[Place]) -> list[_Pair]:
    """On the analysis thread: the functions that are not what they were."""
    functions, buffer = _functions(text, language)
    pairs = match(functions, [place.function for place in places])
    return [
        _Pair(
            place.slot,
            old,
            subject_of(old),
            place.subject,
            (family(old), family(new)),
            Range(buffer.position(old.name_start, encoding), buffer.position(old.name_end, encoding)),
        )
        for place, (old, new) in zip(places, pairs, strict=True)
        if old is not None and differs(old, new)
    ]


@lru_cache(maxsize=4)
def _functions(text: str, language: Language) -> tuple[tuple[Function, ...], Buffer]:
    # The last commit stays the same from save to save; only its parse would be done again.
    return parse_functions(text, language), Buffer(text)


def _budgeted(project: Project, places: Sequence[Place]) -> list[Place]:
    return [place for place in places if project.config.budgets_for(project.path, place.function)]


def judged(verdict: Verdict, place: Place, document: Document, info: ModelInfo | None) -> Verdict:
    """The verdict by the rules as they are set now, and by what the author says of the function now."""
    settings, project = document.settings, document.project
    n = place.subject.n or settings.size
    judgement, entry, over = Judgement(), None, tuple[Exceeded, ...]()
    if info is not None and not parse_directive(place.function.directive).ignore:
        if verdict.baseline is not None and settings.regression_enabled:
            was, now = verdict.families
            entry = find(project.accepted, [(project.name, place.function.qualified_name)], n, was, now)
            judgement = judge_versions(
                verdict.baseline,
                verdict.saved,
                place.function.language.value,
                n,
                settings.terms,
                info,
                entry,
                now,
            )
        if settings.budgets_enabled:
            budgets = project.config.budgets_for(project.path, place.function)
            over = tuple(exceeded(verdict.saved, budgets, n, settings.rule.confidence, info.limits))
    return replace(verdict, n=n, judgement=judgement, exceeded=over, entry=entry)


@dataclass(frozen=True, slots=True)
class Shows:
    """What the client shows beside a warning."""

    old_versions: bool = False  # documents ``pricetag-baseline:``
    rule_pages: bool = False  # a link behind the name of the rule


def diagnostics(document: Document, shows: Shows) -> list[types.Diagnostic]:
    """The warnings of the last save, where the functions stand now."""
    return [
        one
        for place in document.places
        if (verdict := document.verdicts.get(place.slot)) is not None
        for one in of_function(document, place, verdict, shows)
    ]


def of_function(document: Document, place: Place, verdict: Verdict, shows: Shows) -> list[types.Diagnostic]:
    """The warnings at one function."""
    where = to_range(document, place.name_start, place.name_end)
    before = _old_version(document, verdict, where, shows.old_versions)
    warning = types.DiagnosticSeverity.Warning

    def made(rule: str, message: str, severity: types.DiagnosticSeverity, related: str) -> types.Diagnostic:
        return types.Diagnostic(
            range=where,
            message=message,
            severity=severity,
            source=SOURCE,
            code=rule,
            code_description=_page(rule) if shows.rule_pages else None,
            related_information=[types.DiagnosticRelatedInformation(before, related)] if related else None,
            data={
                "slot": place.slot,
                "key": place.subject.key,
                "baseline": verdict.baseline.key if verdict.baseline else None,
                "commit": verdict.commit,
                "n": verdict.n,
            },
        )

    function, judgement = place.function, verdict.judgement
    regressions, growths = joined(judgement.regressions, judgement.steeper)
    found = [
        made(
            f"{one.metric}-regression",
            grown_message(one, along, function),
            severity_of(one.factor, document.settings.severity),
            _related(one, verdict),
        )
        for one, along in regressions
    ]
    for steeper in growths:
        symbol = growth_symbol(steeper.before)
        grew = "did not grow with n" if symbol == "1" else f"grew like {symbol}"
        related = f"{_name(verdict)}: {steeper.metric} {grew}"
        found.append(made(f"{steeper.metric}-growth", growth_message(steeper, function), warning, related))
    return found + [
        made(f"{over.budget.metric}-budget", budget_message(over, function), warning, "")
        for over in verdict.exceeded
    ]


def severity_of(factor: float, severity: Severity) -> types.DiagnosticSeverity:
    """Information, a warning or an error, by how many times a cost has grown."""
    if factor >= severity.error:
        return types.DiagnosticSeverity.Error
    if factor >= severity.warning:
        return types.DiagnosticSeverity.Warning
    return types.DiagnosticSeverity.Information


def _name(verdict: Verdict) -> str:
    if verdict.commit == OPENED:
        return "baseline when the file was opened"
    return f"baseline at commit {verdict.commit[:8]}"


def _related(one: Regression, verdict: Verdict) -> str:
    name = _name(verdict)
    if one.metric == "memory" and verdict.entry is not None:
        name = f"accepted baseline of {format_value('memory', verdict.entry.memory.median)}"
    return f"{name}: 80 % interval {interval(one.metric, one.before)}; now {interval(one.metric, one.after)}"


def _page(rule: str) -> types.CodeDescription | None:
    """The page on a rule, which the installation holds."""
    file = rule_file(rule)
    return types.CodeDescription(file.as_uri()) if file else None


def _old_version(document: Document, verdict: Verdict, here: types.Range, baselines: bool) -> types.Location:
    """Where the function stands in its old version, or here where the client shows none."""
    origin = verdict.origin
    if not baselines or origin is None or not document.uri.startswith("file:"):
        return types.Location(document.uri, here)
    start, end = (types.Position(at.line, at.character) for at in (origin.start, origin.end))
    return types.Location(_old_uri(document.uri, verdict.commit), types.Range(start, end))


def _old_uri(uri: str, commit: str) -> str:
    """Of a file's old version: named after its commit, for editors title a tab by the last part of its path."""
    version = "as opened" if commit == OPENED else commit[:8]
    folder, slash, name = uri.removeprefix("file").rpartition("/")
    stem, dot, suffix = name.rpartition(".")
    titled = f"{stem or suffix} ({version}){dot + suffix if stem else ''}".replace(" ", "%20")
    return f"{SCHEME}{folder}{slash}{titled}?{commit}"
