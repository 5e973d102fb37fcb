"""On save: functions whose forecast memory regressed against their text at git ``HEAD``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from lsprotocol import types

from pricetag import workload
from pricetag.baseline import GitBaseline, judge, match, only_names_differ, regression_message
from pricetag.forecast import Subject, select, subject_of
from pricetag.lsp.convert import to_range
from pricetag.lsp.documents import Document, Place, Verdict
from pricetag.lsp.hints import size_for
from pricetag.lsp.hover import interval
from pricetag.lsp.schedule import Scheduler
from pricetag.lsp.settings import Settings
from pricetag.syntax import Function, Language, parse_functions

SOURCE, CODE = "pricetag", "memory-regression"


@dataclass(frozen=True, slots=True)
class _Pair:
    """A changed function and what it came from."""

    place: Place
    before: Subject


async def check(
    document: Document, git: GitBaseline, scheduler: Scheduler, settings: Settings
) -> dict[int, Verdict]:
    """Verdicts by slot on every function that differs from its baseline. Raises ``WorkerLost``.

    No git, an untracked or new file, a new function, or a change of names, comments or layout: no verdict.
    """
    if document.path is None or not settings.regression_enabled:
        return {}
    head = await git.head(document.path)
    if head.text is None:
        return {}
    await scheduler.analysed(document)
    places = list(document.places)
    pairs = await scheduler.in_thread(_changed, head.text, places)
    await scheduler.request([subject for pair in pairs for subject in (pair.before, pair.place.subject)])
    info = scheduler.supervisor.info if scheduler.supervisor else None
    verdicts = {}
    for pair in pairs:
        before, after = scheduler.forecasts.get(pair.before), scheduler.forecasts.get(pair.place.subject)
        if before is None or after is None or info is None:
            continue
        n = size_for(pair.place, settings)
        ignored = workload.parse_directive(pair.place.function.directive).ignore
        regression = None
        if not ignored:
            old, new = select(before, [n]), select(after, [n])
            regression = judge(old, new, n, settings.rule, info.pair_correlation)
        verdicts[pair.place.slot] = Verdict(before, head.commit, n, regression)
    return verdicts


def _changed(head: str, places: list[Place]) -> list[_Pair]:
    """On the analysis thread: the functions that are not what they were."""
    if not places:
        return []
    pairs = match(_baseline(head, places[0].function.language), [place.function for place in places])
    return [
        _Pair(place, subject_of(old))
        for place, (old, new) in zip(places, pairs, strict=True)
        if old is not None and _differs(old, new)
    ]


@lru_cache(maxsize=4)
def _baseline(head: str, language: Language) -> tuple[Function, ...]:
    # The last commit stays the same from save to save; only its parse would be done again.
    return parse_functions(head, language)


def _differs(old: Function, new: Function) -> bool:
    if old.canonical == new.canonical or old.error or new.error:
        return False
    return not only_names_differ(old, new)


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
