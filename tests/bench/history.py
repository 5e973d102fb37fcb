"""What ``pricetag diff`` would have said of the last commits of a repository, each compared with its first parent.

    python tests/bench/history.py REPO [--commits 200] [--language cpp] [--model DIR] [--diff] [--output FILE]

Prints counts, seconds and a Markdown table of the warnings, with ``--diff`` what changed in each warned function. The rule is
that of the command (the project's settings, as they are in the working tree); one process loads the model once, and what a
commit's functions cost is not asked again of the next one. Merges repeat what their commits changed, and are left out; with
``--first-parent`` the main line alone is followed, its merges included.
"""

from __future__ import annotations

import argparse
import asyncio
import difflib
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pricetag.baseline import GitError, Regression, Revisions, Steeper, growth_change, joined
from pricetag.baseline.command import GitCommand
from pricetag.cli.console import printable
from pricetag.config import Configs
from pricetag.diff import Compared, Options, Report, compare, gather, resolve
from pricetag.diff.report import change_text
from pricetag.forecast import (
    DiskCache,
    Forecaster,
    find_model,
    format_estimate,
)
from pricetag.rlm import Checkpoint
from pricetag.scan import Found, reason_class
from pricetag.syntax import Language, language_of
from pricetag.workload import Budget

_LANGUAGES = [language.value for language in Language]
_TIMEOUT = 60.0  # seconds for one git process


@dataclass(frozen=True)
class Warned:
    """A warning of one commit. Values are bytes or seconds, for growth the exponents of n."""

    commit: str
    path: str
    function: str
    rule: str
    before: float | None
    after: float | None
    factor: float | None
    confidence: float
    values: str  # for people
    diff: str


@dataclass(frozen=True)
class Judged:
    """One commit."""

    commit: str
    subject: str
    seconds: float
    compared: int
    new: int
    abstained: dict[str, int]  # by class of reason
    warned: list[Warned]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("repository", type=Path)
    parser.add_argument("--commits", type=int, default=200, help="the last so many")
    parser.add_argument("--head", default="HEAD", metavar="REV", help="the last of them")
    parser.add_argument("--first-parent", action="store_true", help="of the main line alone")
    parser.add_argument("--language", choices=_LANGUAGES, action="append", help="may be given again")
    parser.add_argument("--model", help="a checkpoint's folder; default: the shipped one")
    parser.add_argument("--diff", action="store_true", help="print what changed in each warned function")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write everything as JSON")
    options = parser.parse_args()
    try:
        commits = asyncio.run(_commits(options))
    except GitError as error:
        parser.error(str(error))
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        cache = DiskCache(Path(folder) / "forecasts.sqlite3")  # of this run alone
        forecaster = Forecaster(Checkpoint.load(find_model(options.model)), cache=cache)
        loaded = time.perf_counter() - started
        judged = list(_judged(options, commits, forecaster))
        cache.close()
    model = forecaster.info.id
    if options.output:
        found = {"model": model, "seconds_to_load": loaded, "commits": [asdict(one) for one in judged]}
        options.output.write_text(json.dumps(found, indent=1), encoding="utf-8")
    _print(judged, loaded, model, options.diff)
    return 0


async def _commits(options: argparse.Namespace) -> list[tuple[str, str]]:
    """The commits that have a parent, oldest first, with their subjects."""
    which = "--first-parent" if options.first_parent else "--no-merges"
    status, out, problem = await GitCommand(timeout=_TIMEOUT).run(
        str(options.repository),
        *("log", "-z", "--format=%H %s", which, "--min-parents=1", f"--max-count={options.commits}"),
        *("--end-of-options", options.head, "--"),
    )
    if status:
        raise GitError(problem or "no such repository or revision")
    lines = [line for line in out.decode("utf-8", "replace").split("\0") if line]
    return [(commit, subject) for commit, _, subject in (line.partition(" ") for line in reversed(lines))]


def _judged(
    options: argparse.Namespace, commits: list[tuple[str, str]], forecaster: Forecaster
) -> Iterator[Judged]:
    languages = {Language(name) for name in options.language or _LANGUAGES}
    revisions, configs = Revisions(), Configs()
    for done, (commit, subject) in enumerate(commits, 1):
        started = time.perf_counter()
        try:
            report = asyncio.run(
                _report(options.repository, commit, languages, revisions, configs, forecaster)
            )
        except GitError as error:  # the end of a shallow history
            print(f"{commit[:8]}: {error}", file=sys.stderr)
            continue
        seconds = time.perf_counter() - started
        warned = [one for function in report.functions for one in _warned(commit, function)]
        counts, reasons = (
            report.statuses,
            Counter(reason_class(f.reason) for f in report.functions if f.reason),
        )
        yield Judged(
            commit, subject, seconds, counts["regression"] + counts["ok"], counts["new"], dict(reasons), warned
        )  # fmt: skip
        print(f"{done}/{len(commits)} {commit[:8]}: {report.summary()}; {seconds:.1f} s", file=sys.stderr)


async def _report(
    repository: Path,
    commit: str,
    languages: set[Language],
    revisions: Revisions,
    configs: Configs,
    forecaster: Forecaster,
) -> Report:
    root = await revisions.root(repository)
    span = await resolve(revisions, root, f"{commit}^1", commit, False)

    def wanted(path: str) -> bool:
        relative, config = configs.of(f"{root}/{path}")
        return language_of(path) in languages and not config.excludes(relative)

    def budgets(found: Found) -> list[tuple[Budget, str]]:
        relative, config = configs.of(f"{root}/{found.path}")
        return config.budgets_for(relative, found.function)

    def options(path: str) -> Options:
        relative, config = configs.of(f"{root}/{path}")
        return config.options(relative)

    gathered = await gather(revisions, root, span, wanted)
    return compare(gathered, span, forecaster, options, budgets)


def _warned(commit: str, one: Compared) -> Iterator[Warned]:
    at = one.pair.after
    where = (commit, at.path, at.function.qualified_name)
    old = one.pair.before.source if one.pair.before else ""
    diff = "\n".join(
        difflib.unified_diff(
            old.splitlines(), at.function.source.splitlines(), one.pair.old_path, at.path, lineterm=""
        )
    )
    regressions, growths = joined(one.regressions, one.steeper)
    for found, along in regressions:
        values = (found.before.median, found.after.median, found.factor, found.confidence)
        yield Warned(*where, f"{found.metric}-regression", *values, _values(found, along), diff)
    for steeper in growths:
        exponents = (steeper.before, steeper.after, None, steeper.confidence)
        yield Warned(*where, f"{steeper.metric}-growth", *exponents, growth_change(steeper), diff)
    for over in one.exceeded:
        most = (over.budget.limit, over.estimate.median, None, over.confidence)
        text = format_estimate(over.budget.metric, over.estimate, over.limit)
        yield Warned(*where, f"{over.budget.metric}-budget", *most, text, diff)


def _values(found: Regression, along: Steeper | None) -> str:
    old, new = (format_estimate(found.metric, e, found.limit) for e in (found.before, found.after))
    return f"{old} → {new} ({change_text(found, along)})"


def _print(judged: list[Judged], loaded: float, model: str, diffs: bool) -> None:
    seconds = [one.seconds for one in judged]
    reasons: Counter[str] = sum((Counter(one.abstained) for one in judged), Counter())
    warned = [one for commit in judged for one in commit.warned]
    functions = {(one.commit, one.path, one.function) for one in warned}
    compared = sum(one.compared for one in judged)
    print(f"model {model}, loaded in {loaded:.1f} s")
    print(f"{len(judged)} commits, {sum(one.compared > 0 for one in judged)} with functions to compare")
    print(f"{compared} functions compared, {sum(one.new for one in judged)} new")
    print(f"{reasons.total()} abstained: " + ", ".join(f"{why} {n}" for why, n in reasons.most_common()))
    print(
        f"{len(warned)} warnings of {len(functions)} functions in {len({one.commit for one in warned})} commits"
    )
    print(f"{sum(seconds):.1f} s, slowest commit {max(seconds, default=0.0):.1f} s\n")
    print("| commit | function | where | rule | before → now | sure |")
    print("|---|---|---|---|---|--:|")
    for one in warned:
        name, path = printable(one.function).replace("|", "\\|"), printable(one.path)
        print(f"| {one.commit[:8]} | `{name}` | {path} | {one.rule} | {one.values} | {one.confidence:.0%} |")
    for number, one in enumerate(warned if diffs else (), 1):
        print(f"\n{number}. {one.commit[:8]} {printable(one.function)} {one.rule} {one.values}")
        print("\n".join(printable(line) for line in one.diff.replace("\t", "    ").splitlines()))


if __name__ == "__main__":
    sys.exit(main())
