"""From what a save found to warnings, with forecasts that are known."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lsprotocol.types import DiagnosticSeverity, Location, Position

from pricetag.baseline import Accepted, Options
from pricetag.config import Config
from pricetag.config import parse as parse_config
from pricetag.forecast import Estimate, Forecast, ModelInfo
from pricetag.lsp.diagnostics import Shows, diagnostics, judged
from pricetag.lsp.documents import OPENED, Document, Verdict
from pricetag.lsp.projects import Project
from pricetag.lsp.settings import Settings
from pricetag.syntax import Language
from pricetag.text import Encoding, Range
from pricetag.text import Position as At

N = 10_000
SIZES = (10, 100, 1_000, N, 100_000)
INFO = ModelInfo("m", ("python",), ("memory", "runtime"), SIZES, 0.5, 100.0, 10.0, 2.0**31)
TEXT = "def f(xs: list[int]) -> int:\n    return len(xs)\n"


def forecast(at: float, exponent: float = 1.0) -> Forecast:
    """Bytes at n = 10,000, and a millionth as many seconds."""

    def estimates(scale: float) -> tuple[Estimate, ...]:
        values = [(n, scale * (n / N) ** exponent) for n in SIZES]
        return tuple(Estimate(n, v, v / 1.1, v * 1.1, 0.0) for n, v in values)

    return Forecast("k", "xs: list[int] of n", estimates(at), estimates(at * 1e-6))


def warned(
    verdict: Verdict,
    text: str = TEXT,
    settings: Settings | None = None,
    project: Project | None = None,
    baselines: bool = False,
) -> list[tuple[str, DiagnosticSeverity, str, Location | None]]:
    """Rule, severity, related message and its place."""
    document = Document("file:///w/a.py", "/w/a.py", Language.PYTHON, text, 1, Encoding.UTF16)
    document.place(document.analysis.update(document.take_changes()))
    document.settings, document.project = settings or Settings(), project or Project()
    [place] = document.places
    document.verdicts = {place.slot: judged(verdict, place, document, INFO)}
    found = []
    for one in diagnostics(document, Shows(old_versions=baselines)):
        related = (one.related_information or [None])[0]
        assert one.severity is not None and "`f` is forecast to" in one.message
        found.append(
            (
                str(one.code),
                one.severity,
                related.message if related else "",
                related.location if related else None,
            )
        )
    return found


MB = forecast(1e6)
COMMIT = "0123456789abcdef"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (MB, MB, []),
        (MB, forecast(1.9e6), [("memory-regression", DiagnosticSeverity.Information)]),
        (MB, forecast(4e6), [("memory-regression", DiagnosticSeverity.Warning)]),
        (MB, forecast(4e8), [("memory-regression", DiagnosticSeverity.Error)]),
        (MB, forecast(1e6, 2), [("memory-growth", DiagnosticSeverity.Warning)]),
        (
            MB,
            forecast(4e6, 2),
            [("memory-regression", DiagnosticSeverity.Warning)],  # which names the growth
        ),
        (None, forecast(4e8, 2), []),
    ],
)
def test_rules_and_severities(
    before: Forecast | None, after: Forecast, expected: list[tuple[str, DiagnosticSeverity]]
) -> None:
    verdict = Verdict(before, after, COMMIT)
    assert [one[:2] for one in warned(verdict)] == expected
    assert warned(verdict, "# pricetag: ignore\n" + TEXT) == []
    assert warned(verdict, settings=Settings(regression_enabled=False)) == []


def test_runtimes_are_judged_where_asked_for() -> None:
    verdict = Verdict(MB, replace(forecast(9e6), memory=MB.memory), COMMIT)
    assert warned(verdict) == []
    project = Options(metrics=("memory", "runtime"))
    [(rule, _, related, _)] = warned(verdict, settings=Settings().within(project))
    assert rule == "runtime-regression"
    assert related == "baseline at commit 01234567: 80 % interval 910 ms – 1.1 s; now 8.2 s – 9.9 s"


def test_the_old_version() -> None:
    origin = Range(At(7, 4), At(7, 5))
    verdict = Verdict(MB, forecast(4e6, 2), COMMIT, origin=origin)
    for one in warned(verdict):
        assert one[3] is not None and one[3].uri == "file:///w/a.py" and one[3].range.start == Position(0, 4)
    steeper = replace(verdict, saved=forecast(1e6, 2))
    [second] = warned(steeper, baselines=True)
    assert second[2] == "baseline at commit 01234567: memory grew like n"
    for one in (*warned(verdict, baselines=True), second):
        assert one[3] is not None and one[3].uri == f"pricetag-baseline:///w/a%20(01234567).py?{COMMIT}"
        assert one[3].range.start == Position(7, 4)
    [opened] = warned(replace(verdict, commit=OPENED), baselines=True)
    assert opened[3] is not None and opened[3].uri.endswith("/a%20(as%20opened).py?opened")
    assert opened[2].startswith("baseline when the file was opened: ")
    [flat] = warned(Verdict(forecast(1e6, 0), forecast(1e6, 1), COMMIT))
    assert flat[2].endswith("memory did not grow with n")


def test_an_accepted_value_stands_for_the_baseline() -> None:
    def project(memory: float, text: str) -> Project:
        entry = Accepted("a.py", "f", text, "old", Estimate(N, memory, memory / 1.1, memory * 1.1, 0.0))
        return Project(name="a.py", accepted=(entry,))

    verdict = Verdict(MB, forecast(4e6, 2), COMMIT, families=("old", "new"))
    assert warned(verdict, project=project(4e6, "new")) == []
    assert (
        warned(verdict, project=project(1.0, "new")) == []
    )  # it is what was accepted, whatever the model says now
    [(rule, _, related, _)] = warned(verdict, project=project(2e6, "another"))
    assert rule == "memory-regression"
    assert related == "accepted baseline of 2.0 MB: 80 % interval 1.8 MB – 2.2 MB; now 3.6 MB – 4.4 MB"
    assert len(warned(verdict, project=replace(project(4e6, "new"), name="b.py"))) == 1


def test_budgets() -> None:
    config: Config = parse_config({"budgets": {"a.py": ["memory <= 1 MB", "runtime <= 1 s"]}}, "x")
    project = Project(config, "a.py")
    verdict = Verdict(None, forecast(4e6), COMMIT)
    assert [one[0] for one in warned(verdict, project=project)] == ["memory-budget", "runtime-budget"]
    assert warned(verdict, project=project, settings=Settings(budgets_enabled=False)) == []
    stated = "# pricetag: memory <= 5 MB\n" + TEXT
    assert [one[0] for one in warned(verdict, stated, project=project)] == ["runtime-budget"]
    at_n = "# pricetag: memory <= 5 MB @ n=1e5\n" + TEXT
    assert [one[0] for one in warned(verdict, at_n)] == ["memory-budget"]
    assert warned(verdict, "# pricetag: ignore\n" + TEXT, project=project) == []
