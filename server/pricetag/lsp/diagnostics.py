"""On save: functions whose forecast memory regressed against their text at git ``HEAD``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from lsprotocol import types

from pricetag.baseline import GitBaseline, Options, differs, judge_versions, match, regression_message
from pricetag.forecast import ModelInfo, Subject, subject_of
from pricetag.lsp.convert import to_range
from pricetag.lsp.documents import Document, Place, Verdict
from pricetag.lsp.hover import interval
from pricetag.lsp.schedule import Scheduler
from pricetag.lsp.settings import Settings
from pricetag.syntax import Function, Language, parse_functions
from pricetag.workload import parse_directive

SOURCE, CODE = "pricetag", "memory-regression"


@dataclass(frozen=True, slots=True)
class _Pair:
    """A changed function and what it came from."""

    slot: int
    before: Subject
    after: Subject
    ignored: bool


async def check(document: Document, git: GitBaseline, scheduler: Scheduler) -> dict[int, Verdict]:
    """What is known by slot of every function that differs from its baseline, not judged yet. Raises ``WorkerLost``.

    No git, an untracked or new file, a new function, or a change of names, comments or layout: no verdict.
    """
    if document.path is None:
        return {}
    head = await git.head(document.path)
    if head.text is None:
        return {}
    await scheduler.analysed(document)
    places = list(document.places)
    pairs = await scheduler.in_thread(_changed, head.text, places)
    await scheduler.request([subject for pair in pairs for subject in (pair.before, pair.after)])
    verdicts = {}
    for pair in pairs:
        before, after = scheduler.forecasts.get(pair.before), scheduler.forecasts.get(pair.after)
        if before is not None and after is not None:
            verdicts[pair.slot] = Verdict(before, after, head.commit, pair.after.n, pair.ignored)
    return verdicts


def judged(verdict: Verdict, settings: Settings, info: ModelInfo | None) -> Verdict:
    """The verdict by the rule as it is set now."""
    n = verdict.stated_n or settings.size
    regression = None
    if info is not None and settings.regression_enabled and not verdict.ignored:
        options = Options(n, settings.rule)
        found = judge_versions(verdict.baseline, verdict.saved, n, options, info).regressions
        regression = found[0] if found else None
    return replace(verdict, n=n, regression=regression)


def _changed(head: str, places: list[Place]) -> list[_Pair]:
    """On the analysis thread: the functions that are not what they were."""
    if not places:
        return []
    pairs = match(_baseline(head, places[0].function.language), [place.function for place in places])
    return [
        _Pair(place.slot, subject_of(old), place.subject, parse_directive(new.directive).ignore)
        for place, (old, new) in zip(places, pairs, strict=True)
        if old is not None and differs(old, new)
    ]


@lru_cache(maxsize=4)
def _baseline(head: str, language: Language) -> tuple[Function, ...]:
    # The last commit stays the same from save to save; only its parse would be done again.
    return parse_functions(head, language)


def diagnostics(document: Document, verdicts: dict[int, Verdict]) -> list[types.Diagnostic]:
    """The warnings of the last save, where the functions stand now."""
    result = []
    for place in document.places:
        verdict = verdicts.get(place.slot)
        if verdict is None or verdict.regression is None:
            continue
        regression = verdict.regression
        where = to_range(document, place.name_start, place.name_end)
        baseline = (
            f"baseline at commit {verdict.commit[:8]}: 80 % interval {interval(regression.before)}; "
            f"now {interval(regression.after)}"
        )
        result.append(
            types.Diagnostic(
                range=where,
                message=regression_message(regression, place.function),
                severity=types.DiagnosticSeverity.Warning,
                source=SOURCE,
                code=CODE,
                related_information=[
                    types.DiagnosticRelatedInformation(types.Location(document.uri, where), baseline)
                ],
                data={
                    "key": place.subject.key,
                    "baseline": verdict.baseline.key,
                    "commit": verdict.commit,
                    "n": regression.n,
                },
            )
        )
    return result
