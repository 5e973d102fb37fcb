"""``pricetag diff`` in repositories of every shape, and one with 50,000 commits."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from diff_samples import ByName

from pricetag.baseline import GitBaseline, GitError, Revisions
from pricetag.baseline.accepted import FILE, AcceptedError, load
from pricetag.diff import Report, compare, gather, resolve
from repositories import ENV, commit, git, repository, write

LIGHT = "def f(xs):\n    return xs[0]\n"
HEAVY = "def f(xs):\n    return sorted(xs)[0]\n"
COMMITS = 50_000


async def compared(folder: Path, base: str = "HEAD", head: str | None = None) -> Report:
    revisions = Revisions()
    root = await revisions.root(folder)
    span = await resolve(revisions, root, base, head, False)
    return compare(await gather(revisions, root, span), span, ByName())


def rules(report: Report) -> list[tuple[str, str]]:
    return [(finding.at.path, finding.rule) for finding in report.findings]


def plain(tmp_path: Path) -> Path:
    return repository(tmp_path / "repo", {"a.py": LIGHT})


def detached(tmp_path: Path) -> Path:
    root = plain(tmp_path)
    commit(root, {"a.py": LIGHT + "# more\n"})
    git(root, "checkout", "-q", "--detach", "HEAD~1")
    return root


def worktree(tmp_path: Path) -> Path:
    root = plain(tmp_path)
    git(root, "worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
    commit(root, {"a.py": HEAVY})  # of the other branch: nothing to us
    return tmp_path / "linked"


def submodule(tmp_path: Path) -> Path:
    inner = plain(tmp_path)
    outer = repository(tmp_path / "outer", {"b.py": LIGHT})
    git(outer, "submodule", "--quiet", "add", inner.as_uri(), "inner")
    git(outer, "commit", "-q", "-m", "x")
    return outer / "inner"


def shallow(tmp_path: Path) -> Path:
    root = plain(tmp_path)
    commit(root, {"b.py": LIGHT})
    git(tmp_path, "clone", "-q", "--depth", "1", root.as_uri(), "clone")
    return tmp_path / "clone"


@pytest.mark.parametrize("made", [plain, detached, worktree, submodule, shallow])
async def test_the_working_tree_of_every_shape(made: Callable[[Path], Path], tmp_path: Path) -> None:
    folder = made(tmp_path)
    write(folder, {"a.py": HEAVY})
    assert rules(await compared(folder)) == [("a.py", "memory-regression")]
    assert await GitBaseline().head_text(folder / "a.py") == LIGHT


async def test_a_change_of_a_submodule_is_nothing_to_the_outer_one(tmp_path: Path) -> None:
    inner = submodule(tmp_path)
    write(inner, {"a.py": HEAVY})
    write(inner.parent, {"b.py": HEAVY})
    assert rules(await compared(inner.parent)) == [("b.py", "memory-regression")]


async def test_a_shallow_clone_ends_where_its_history_does(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="HEAD~1"):
        await compared(shallow(tmp_path), "HEAD~1")


async def test_an_unborn_branch_has_no_baseline(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    write(tmp_path, {"a.py": HEAVY})
    with pytest.raises(GitError, match="no commit yet"):
        await compared(tmp_path)


async def test_a_file_is_renamed_and_its_function_moved_on(tmp_path: Path) -> None:
    moved = "def chosen(xs, limit):\n    found = []\n    for x in xs:\n        if x < limit:\n            found.append(x)\n    return found\n"
    others = "".join(f"\n\ndef other{i}(xs):\n    return xs[{i}]\n" for i in range(5))
    root = repository(tmp_path / "repo", {"a.py": moved + others, "b.py": "x = 1\n"})
    git(root, "mv", "a.py", "renamed.py")
    write(
        root, {"renamed.py": others.lstrip(), "b.py": "x = 1\n\n\n" + moved.replace("in xs", "in sorted(xs)")}
    )
    report = await compared(root)
    assert rules(report) == [("b.py", "memory-regression")]
    [one] = [one for one in report.functions if one.regressions]
    assert one.pair.old_path == "a.py" and report.removed == 0


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (HEAVY.encode() + b"# caf\xe9\n", [("a.py", "memory-regression")]),  # Latin-1
        (HEAVY.encode("utf-16"), [("a.py", "memory-regression")]),
        (HEAVY.encode() + b"\0" * 100, []),
    ],
)
async def test_bytes_that_are_not_utf8(tmp_path: Path, data: bytes, found: list[tuple[str, str]]) -> None:
    root = plain(tmp_path)
    write(root, {"a.py": data})
    saved = await compared(root)
    commit(root, {"a.py": data})
    for report in (saved, await compared(root, "HEAD~1", "HEAD")):
        assert rules(report) == found
        assert found or [problem.reason for problem in report.problems] == ["a binary file"]


def test_two_branches_accept_the_same_function_differently(tmp_path: Path) -> None:
    def accepted(memory: int) -> str:
        one = f'{{"path": "a.py", "name": "f", "n": 10, "memory": {memory}, "low": 1, "high": 9, "over": 0, "text": "t", "base": "b"}}'
        return f'{{"version": 1, "baselines": [\n{one}\n]}}\n'

    name = FILE.as_posix()
    root = repository(tmp_path / "repo", {name: accepted(2)})
    git(root, "checkout", "-q", "-b", "other")
    commit(root, {name: accepted(3)})
    git(root, "checkout", "-q", "main")
    commit(root, {name: accepted(4)})
    git(root, "merge", "-q", "other", check=False)
    with pytest.raises(AcceptedError, match="merge conflicts"):
        load(root / name)
    write(root, {name: accepted(5)})
    assert [one.memory.median for one in load(root / name)] == [5]


@pytest.fixture(scope="module")
def long_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``a.py`` of the first commit, 49,999 commits to another file, and a branch at the first."""
    root = tmp_path_factory.mktemp("history") / "repo"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    who = "committer a <a@example.com> 1700000000 +0000"
    lines = [
        f"commit refs/heads/main\n{who}\ndata 1\nx\nM 644 inline a.py\ndata {len(LIGHT)}\n{LIGHT}",
        "reset refs/heads/first\nfrom refs/heads/main\n",
    ]
    lines += [
        f"commit refs/heads/main\n{who}\ndata 1\nx\nM 644 inline log.py\ndata {len(text := f'x = {i}')}\n{text}\n"
        for i in range(1, COMMITS)
    ]
    subprocess.run(
        ["git", "-C", str(root), "fast-import", "--quiet"], input="".join(lines).encode(), env=ENV, check=True
    )
    git(root, "reset", "-q", "--hard", "main")
    return root


async def test_fifty_thousand_commits(long_history: Path) -> None:
    assert git(long_history, "rev-list", "--count", "HEAD").strip() == str(COMMITS)
    assert await GitBaseline().head_text(long_history / "a.py") == LIGHT
    write(long_history, {"a.py": HEAVY})
    for base in ("HEAD", "first", f"HEAD~{COMMITS - 1}"):
        assert rules(await compared(long_history, base)) == [("a.py", "memory-regression")]
    assert rules(await compared(long_history, "first...HEAD")) == []


async def test_without_git_there_is_one_clear_line(tmp_path: Path) -> None:
    root = plain(tmp_path)
    with pytest.raises(GitError, match=r"^git is not installed$"):
        await Revisions(executable="no-such-git").root(root)
    head = await GitBaseline(executable="no-such-git").head(root / "a.py")
    assert (head.text, head.missing) == (None, "git is not installed")
