"""Two revisions to verdicts, on real repositories."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from diff_samples import ByName

from pricetag.baseline import Accepted, GitError, Revisions, Rule
from pricetag.diff import Options, Report, compare, gather, resolve
from pricetag.diff.compare import acceptances
from pricetag.diff.pairs import within
from repositories import commit, git, repository, write

LIGHT = "def f(xs):\n    return sum(xs)\n"
HEAVY = "def f(xs):\n    return sum(sorted(xs))\n"
LINES = "".join(f"    out.append(xs[{i}] * {i})\n" for i in range(12))
LONG = f"def long(xs):\n    out = []\n{LINES}    return out\n"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return repository(tmp_path / "repo", {"a.py": LIGHT, "b.py": LONG})


async def check(
    repo: Path,
    expected: dict[str, str],
    base: str = "HEAD",
    head: str | None = None,
    merge_base: bool = False,
    options: Options | None = None,
    path: str = "",
) -> Report:
    """``expected``: status by ``path::name`` of every function that is new or differs."""
    revisions = Revisions()
    root = await revisions.root(repo)
    span = await resolve(revisions, root, base, head, merge_base)
    gathered = await gather(revisions, root, span, lambda found: found.startswith(path))
    report = compare(gathered, span, ByName(), lambda path: options or Options())
    found = {
        f"{one.pair.after.path}::{one.pair.after.function.qualified_name}": one.status
        for one in report.functions
    }
    assert found == expected
    return report


async def test_nothing_changed(repo: Path) -> None:
    report = await check(repo, {})
    assert report.summary() == "0 functions compared with HEAD in 0 files; 0 regressions; 0 new; 0 abstained"


async def test_a_regression_and_its_opposite(repo: Path) -> None:
    write(repo, {"a.py": HEAVY})
    report = await check(repo, {"a.py::f": "regression"})
    (finding,) = report.findings
    assert finding.rule == "memory-regression"
    assert finding.message.startswith(
        "`f` is forecast to hold 1.0 MB, ×1,000 its baseline of 1.0 kB, at n = 10,000 (99 %"
    )
    git(repo, "commit", "-qam", "heavy")
    write(repo, {"a.py": LIGHT})
    await check(repo, {"a.py::f": "ok"})


@pytest.mark.parametrize(
    "text",
    [
        "# a comment\ndef f(xs):\n    '''Doc.'''\n    return sum( xs )\n",
        "def f(ys):\n    return sum(ys)\n",
        "def g(xs):\n    return sum(xs)\n",
        LIGHT.replace("\n", "\r\n"),
    ],
    ids=["layout", "parameter", "name", "crlf"],
)
async def test_names_comments_and_layout_are_no_change(repo: Path, text: str) -> None:
    (repo / "a.py").write_bytes(text.encode())
    report = await check(repo, {})
    assert report.files == 1


async def test_new_ignored_abstained_and_broken_functions_are_counted(repo: Path) -> None:
    commit(
        repo,
        {
            "c.py": "def r(p):\n    return 1\n\ndef i(p):\n    return 2\n\ndef x(p):\n    return 3\n\ndef s(p):\n    return 4\n"
        },
    )
    write(
        repo,
        {
            "a.py": LIGHT + "\ndef added(xs):\n    return sorted(xs)\n",
            "c.py": "def r(p):\n    return open(p).read()\n\ndef i(p):\n    # pricetag: ignore\n    return sorted(p)\n\n"
            "def x(p):\n    return explode(p)\n\ndef s(p):\n    return ((p\n",
        },
    )
    report = await check(
        repo, {"a.py::added": "new", "c.py::r": "abstained", "c.py::i": "ignored", "c.py::x": "abstained", "c.py::s": "abstained"}
    )  # fmt: skip
    reasons = {one.pair.after.function.name: one.reason for one in report.functions}
    assert reasons["x"] == "the model failed: RuntimeError: first line"
    summary = report.summary()
    assert summary.startswith(
        "0 functions compared with HEAD in 2 files; 0 regressions; 1 new; 3 abstained ("
    )
    assert summary.endswith("; 1 ignored")


async def test_the_stated_n_comes_before_the_option(repo: Path) -> None:
    write(repo, {"a.py": HEAVY.replace("(xs):\n", "(xs):  # pricetag: n=100\n")})
    report = await check(repo, {"a.py::f": "regression"}, options=Options(n=1000))
    assert report.functions[0].n == 100
    write(repo, {"a.py": HEAVY.replace("(xs):\n", "(xs):  # pricetag: n=1000000\n")})
    report = await check(repo, {"a.py::f": "abstained"})
    assert "1,000,000 is outside" in report.functions[0].reason


@pytest.mark.parametrize(
    ("options", "rules"),
    [
        (Options(rule=Rule(floor=2e6)), []),
        (Options(rule=Rule(factor=2000)), []),
        (Options(metrics=("runtime",)), ["runtime-regression"]),
        (Options(metrics=("memory", "runtime")), ["memory-regression", "runtime-regression"]),
        (Options(metrics=("runtime",), rule=Rule(runtime_floor=2.0)), []),
    ],
)
async def test_options(repo: Path, options: Options, rules: list[str]) -> None:
    write(repo, {"a.py": HEAVY})
    report = await check(repo, {"a.py::f": "regression" if rules else "ok"}, options=options)
    assert [finding.rule for finding in report.findings] == rules


async def test_a_renamed_file_and_a_moved_function_keep_their_baseline(repo: Path) -> None:
    (repo / "a.py").rename(repo / "renamed.py")
    write(
        repo, {"renamed.py": HEAVY, "b.py": "", "moved.py": LONG.replace("return out", "return sorted(out)")}
    )
    report = await check(repo, {"renamed.py::f": "regression", "moved.py::long": "regression"})
    assert report.removed == 0
    origins = {one.pair.after.path: one.pair.old_path for one in report.functions}
    assert origins == {"renamed.py": "a.py", "moved.py": "b.py"}


async def test_a_deleted_file(repo: Path) -> None:
    (repo / "b.py").unlink()
    assert (await check(repo, {})).removed == 1


async def test_paths_narrow_what_is_reported_not_where_it_came_from(repo: Path) -> None:
    write(repo, {"a.py": HEAVY, "b.py": "", "sub/moved.py": LONG.replace("return out", "return sorted(out)")})
    report = await check(repo, {"sub/moved.py::long": "regression"}, path="sub/")
    assert report.files == 1


async def test_bases(repo: Path) -> None:
    git(repo, "checkout", "-q", "-b", "side")
    commit(repo, {"a.py": HEAVY})
    git(repo, "checkout", "-q", "main")
    commit(repo, {"b.py": LONG.replace("return out", "return sorted(out)")})
    await check(
        repo, {"b.py::long": "ok"}, base="main", head="side", options=Options(rule=Rule(floor=2e6)), path="b"
    )
    await check(repo, {"a.py::f": "regression"}, base="main...side")
    await check(repo, {"a.py::f": "regression", "b.py::long": "ok"}, base="main..side")
    await check(repo, {"a.py::f": "regression"}, base="main", head="side", merge_base=True)
    await check(repo, {"b.py::long": "regression"}, base="side...")
    write(repo, {"a.py": HEAVY})
    await check(repo, {"b.py::long": "regression"}, base="side...")  # ends at HEAD, as in git diff
    await check(repo, {"a.py::f": "regression", "b.py::long": "regression"}, base="side", merge_base=True)
    with pytest.raises(GitError, match="names both ends already"):
        await check(repo, {}, base="main...", head="side")


async def test_files_that_cannot_be_read_are_told(repo: Path) -> None:
    commit(repo, {"latin.py": "s = 1\n", "binary.py": b"\0", "was.py": b"\0"})
    write(
        repo,
        {
            "latin.py": "s = '\xe9'\n".encode("latin-1"),
            "binary.py": b"\0\1",
            "was.py": LIGHT,
            "notes.txt": b"\0",
        },
    )
    report = await check(repo, {"was.py::f": "new"})
    assert {problem.path: problem.reason for problem in report.problems} == {
        "latin.py": "not UTF-8; read with replacement characters",
        "binary.py": "a binary file",
        "was.py": "a binary file",
    }


async def test_budgets_of_new_and_edited_functions(repo: Path) -> None:
    budget = "# pricetag: memory <= 500 kB, runtime <= 1 ms @ n=1e6\n"
    write(
        repo,
        {
            "a.py": budget + HEAVY,
            "new.py": budget + "def new(xs):\n    return sorted(xs)\n\ndef no(xs):\n    return 1\n",
        },
    )
    report = await check(
        repo,
        {"a.py::f": "ok", "new.py::new": "new", "new.py::no": "new"},
        options=Options(rule=Rule(floor=2e6)),
    )
    assert [(finding.rule, finding.at.path) for finding in report.findings] == [
        ("memory-budget", "a.py"), ("memory-budget", "new.py")
    ]  # fmt: skip
    assert report.summary().endswith("0 abstained; 2 over budget")
    (raw,) = report.as_json()["functions"][0]["exceeded"]
    assert (raw["metric"], raw["budget"], raw["estimate"]["median"]) == ("memory", 5e5, 1e6)
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "budgets")
    write(
        repo, {"a.py": "# pricetag: memory <= 1 B\n" + HEAVY, "b.py": "# pricetag: memory <= 1 GB\n" + LONG}
    )
    report = await check(repo, {"a.py::f": "ok", "b.py::long": "ok"}, path="")
    assert [finding.at.path for finding in report.findings] == [
        "a.py"
    ]  # a new limit is checked, nothing else is judged
    write(repo, {"b.py": LONG})
    write(repo, {"a.py": "# pricetag: ignore, memory <= 1 B\n" + HEAVY.replace("sum", "max")})
    assert (await check(repo, {"a.py::f": "ignored"})).findings == []


async def test_only_functions_that_differ_are_forecast(repo: Path) -> None:
    write(repo, {"a.py": HEAVY + "\ndef new(xs):\n    return sorted(xs)\n"})
    revisions = Revisions()
    span = await resolve(revisions, str(repo), "HEAD", None, False)
    model = ByName()
    compare(await gather(revisions, str(repo), span), span, model)
    assert len(model.asked) == 2


async def test_json_is_the_contract(repo: Path) -> None:
    write(repo, {"a.py": HEAVY + "\ndef new(xs):\n    return 1\n", os.fsdecode(b"\xe9.py"): LIGHT})
    report = await check(repo, {"a.py::f": "regression", "a.py::new": "new", "\udce9.py::f": "new"})
    raw = json.loads(json.dumps(report.as_json(), allow_nan=False))
    assert set(raw) == {"model", "base", "head", "summary", "functions", "problems"}
    assert raw["base"] == {"revision": "HEAD", "commit": git(repo, "rev-parse", "HEAD").strip()}
    assert raw["head"] is None
    assert raw["summary"] == {
        "files": 2, "removed": 0, "regression": 1, "ok": 0, "new": 2, "ignored": 0, "abstained": 0
    }  # fmt: skip
    first, *others = raw["functions"]
    assert set(first) == {
        "path", "name", "language", "range", "status", "reason", "before", "accepted", "n", "assumes", "metrics", "exceeded", "messages",
    }  # fmt: skip
    assert first["before"] == {"path": "a.py", "name": "f"}
    memory = first["metrics"]["memory"]
    assert (memory["before"]["median"], memory["after"]["median"]) == (1e3, 1e6)
    assert memory["regression"]["factor"] == 1000
    assert others[0]["before"] is None
    assert others[0]["metrics"] == {
        "memory": {"before": None, "after": None, "regression": None, "growth": None}
    }


def test_paths_within_the_repository(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link").symlink_to(repo, target_is_directory=True)
    monkeypatch.chdir(repo)
    assert within(str(repo), ["a.py", ".", "gone/x.py", str(tmp_path / "link/a.py")]) == [
        "a.py",
        "",
        "gone/x.py",
        "a.py",
    ]
    with pytest.raises(GitError, match="outside the repository"):
        within(str(repo), [".."])


async def test_an_accepted_value_stands_for_the_baseline(repo: Path) -> None:
    async def judged(entries: list[Accepted]) -> Report:
        span = await resolve(Revisions(), str(repo), "HEAD", None, False)
        return compare(await gather(Revisions(), str(repo), span), span, ByName(), accepted=entries)

    write(repo, {"a.py": HEAVY})
    entries = acceptances(await judged([]))
    assert [(one.path, one.name, one.memory.median) for one in entries] == [("a.py", "f", 1e6)]
    report = await judged(entries)
    assert [(one.status, one.accepted is not None) for one in report.functions] == [("ok", True)]
    assert report.as_json()["functions"][0]["accepted"] == 1e6
    write(repo, {"a.py": HEAVY.replace("xs", "ys")})  # names and layout are nothing new
    assert (await judged(entries)).findings == []
    write(repo, {"a.py": "def f(xs):\n    return sum(sorted(xs) + sorted(xs))\n"})
    (finding,) = (await judged(entries)).findings  # what is more than was accepted
    assert "×2.0 its baseline of 1.0 MB" in finding.message
    write(repo, {"a.py": HEAVY})
    git(repo, "commit", "-qam", "accepted")
    write(repo, {"a.py": LIGHT.replace("sum", "max")})
    git(repo, "commit", "-qam", "light again")
    write(repo, {"a.py": HEAVY.replace("sum", "min")})
    assert len((await judged(entries)).findings) == 1  # git has moved on since
