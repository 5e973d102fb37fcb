"""Reading HEAD through git, against real repositories."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from pathlib import Path

import pytest

from pricetag.baseline.git import GitBaseline, decode
from repositories import commit, git, repository


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return repository(tmp_path / "repo", {"a.py": "old = 1\n", "deep/er/b.py": "deep = 1\n"})


async def test_text_is_that_of_head_not_of_the_file_or_the_index(repo: Path) -> None:
    (repo / "a.py").write_text("staged = 2\n")
    git(repo, "add", "a.py")
    (repo / "a.py").write_text("saved = 3\n")
    assert await GitBaseline().head_text(repo / "a.py") == "old = 1\n"


async def test_repository_in_a_parent_directory(repo: Path) -> None:
    head = await GitBaseline().head(repo / "deep/er/b.py")
    assert head.text == "deep = 1\n"
    assert head.commit == git(repo, "rev-parse", "HEAD").strip()


@pytest.mark.parametrize(
    "name",
    [
        "with space.py",
        "new\nline.py",
        "tab\t.py",
        "ünïcødé-𝒳.py",
        "-dash.py",
        ":(glob)*.py",
        "*.py",
        'quo"te.py',
        "HEAD",
    ],
)
async def test_names_special_to_git_or_the_shell(repo: Path, name: str) -> None:
    directory = repo / "odd dir\n"
    directory.mkdir()
    (directory / name).write_text("odd = 1\n")
    git(repo, "add", "--all")
    git(repo, "commit", "-q", "-m", "odd")
    assert await GitBaseline().head_text(directory / name) == "odd = 1\n"


async def test_untracked_staged_only_and_outside_git(repo: Path, tmp_path: Path) -> None:
    baseline = GitBaseline()
    (repo / "new.py").write_text("x\n")
    assert (await baseline.head(repo / "new.py")).missing
    git(repo, "add", "new.py")
    assert await baseline.head_text(repo / "new.py") is None
    outside = tmp_path / "outside.py"
    outside.write_text("x\n")
    head = await baseline.head(outside)
    assert head.text is None
    assert "not a git repository" in head.missing


async def test_deleted_file_and_deleted_directory_still_have_a_head(repo: Path) -> None:
    (repo / "a.py").unlink()
    shutil.rmtree(repo / "deep")
    baseline = GitBaseline()
    assert await baseline.head_text(repo / "a.py") == "old = 1\n"
    assert await baseline.head_text(repo / "deep/er/b.py") == "deep = 1\n"


async def test_unborn_branch(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "a.py").write_text("x\n")
    git(tmp_path, "add", "a.py")
    head = await GitBaseline().head(tmp_path / "a.py")
    assert head.text is None
    assert "no commit" in head.missing


async def test_detached_head_and_a_moved_head_are_seen(repo: Path) -> None:
    baseline = GitBaseline()
    assert await baseline.head_text(repo / "a.py") == "old = 1\n"
    commit(repo, {"a.py": "newer = 2\n"})
    assert await baseline.head_text(repo / "a.py") == "newer = 2\n"
    git(repo, "checkout", "-q", "--detach", "HEAD~1")
    assert await baseline.head_text(repo / "a.py") == "old = 1\n"


async def test_blob_is_read_once_per_commit(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    baseline = GitBaseline()
    calls: list[str] = []
    real = baseline._git

    async def counted(directory: str, *arguments: str) -> tuple[int, bytes, str]:
        calls.append(arguments[0])
        return await real(directory, *arguments)

    monkeypatch.setattr(baseline, "_git", counted)
    for _ in range(3):
        await baseline.head_text(repo / "a.py")
    assert calls.count("cat-file") == 1
    assert calls.count("rev-parse") == 3


async def test_worktree_and_submodule_have_their_own_head(repo: Path, tmp_path: Path) -> None:
    git(repo, "worktree", "add", "-q", "-b", "side", str(tmp_path / "tree"))
    commit(tmp_path / "tree", {"a.py": "side = 1\n"})
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "-q")
    git(outer, "submodule", "--quiet", "add", str(repo), "sub")
    git(outer, "commit", "-q", "-m", "sub")
    baseline = GitBaseline()
    assert await baseline.head_text(tmp_path / "tree/a.py") == "side = 1\n"
    assert await baseline.head_text(repo / "a.py") == "old = 1\n"
    assert await baseline.head_text(outer / "sub/a.py") == "old = 1\n"
    assert await baseline.head_text(outer / "sub") is None


async def test_symbolic_links_are_followed(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "link.py").symlink_to(repo / "a.py")
    (tmp_path / "dir").symlink_to(repo / "deep", target_is_directory=True)
    (tmp_path / "loop.py").symlink_to(tmp_path / "loop.py")
    baseline = GitBaseline()
    assert await baseline.head_text(tmp_path / "link.py") == "old = 1\n"
    assert await baseline.head_text(tmp_path / "dir/er/b.py") == "deep = 1\n"
    assert await baseline.head_text(tmp_path / "loop.py") is None


async def test_bare_repository_and_inside_dot_git(repo: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(repo), "bare")
    baseline = GitBaseline()
    assert await baseline.head_text(tmp_path / "bare/a.py") is None
    assert await baseline.head_text(repo / ".git/config") is None


@pytest.mark.parametrize("path", ["", "\0", "/", "nowhere/at/all.py", "a" * 5000])
async def test_paths_that_are_none(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    head = await GitBaseline().head(path)
    assert head.text is None
    assert head.missing


async def test_missing_git(repo: Path) -> None:
    head = await GitBaseline(executable="no-such-git-anywhere").head(repo / "a.py")
    assert head.text is None
    assert head.missing == "git is not installed"


async def test_a_hanging_git_is_killed_and_not_remembered(repo: Path, tmp_path: Path) -> None:
    fake = tmp_path / "git"
    fake.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 600\n")
    fake.chmod(0o755)
    baseline = GitBaseline(executable=str(fake), timeout=1.0)
    head = await baseline.head(repo / "a.py")
    assert "no answer" in head.missing
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


async def test_cancelling_kills_git(repo: Path, tmp_path: Path) -> None:
    fake = tmp_path / "git"
    fake.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 600\n")
    fake.chmod(0o755)
    task = asyncio.create_task(GitBaseline(executable=str(fake), timeout=60).head(repo / "a.py"))
    deadline = time.monotonic() + 30
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().strip():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


async def test_variables_of_a_running_hook_do_not_redirect(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    commit(other, {"a.py": "other = 1\n"})
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    assert await GitBaseline().head_text(repo / "a.py") == "old = 1\n"


async def test_the_workspace_configuration_runs_nothing(repo: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    script = f"sh -c 'touch {trap}; cat'"
    commit(repo, {".gitattributes": "*.py filter=evil diff=evil\n"})
    for key in ("filter.evil.smudge", "diff.evil.textconv", "core.fsmonitor", "core.pager"):
        git(repo, "config", key, script)
    assert await GitBaseline().head_text(repo / "a.py") == "old = 1\n"
    assert not trap.exists()


async def test_not_utf8_and_binary_and_crlf(repo: Path) -> None:
    commit(
        repo,
        {
            "latin.py": "s = 'é'\n".encode("latin-1"),
            "nul.py": b"a\0b\n",
            "crlf.py": b"a\r\nb\r\n",
            "empty.py": b"",
        },
    )
    baseline = GitBaseline()
    assert await baseline.head_text(repo / "latin.py") == "s = '\ufffd'\n"
    assert await baseline.head_text(repo / "nul.py") == "a\0b\n"
    assert await baseline.head_text(repo / "crlf.py") == "a\r\nb\r\n"
    assert await baseline.head_text(repo / "empty.py") == ""


async def test_a_huge_blob_is_refused(repo: Path) -> None:
    commit(repo, {"big.py": "x" * 300_000})
    head = await GitBaseline(maximum_bytes=100_000).head(repo / "big.py")
    assert head.text is None
    assert "larger" in head.missing


async def test_many_at_once(repo: Path) -> None:
    names = [f"f{i}.py" for i in range(30)]
    commit(repo, {name: f"{name}\n" for name in names})
    baseline = GitBaseline()
    assert await asyncio.gather(*(baseline.head_text(repo / name) for name in names)) == [
        f"{n}\n" for n in names
    ]


def test_sync(repo: Path) -> None:
    baseline = GitBaseline()
    assert baseline.head_sync(repo / "a.py").text == "old = 1\n"
    assert baseline.head_sync(repo / "a.py").text == "old = 1\n"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", ""),
        (b"\xef\xbb\xbfx", "x"),
        ("é𝒳".encode(), "é𝒳"),
        ("é".encode("utf-16"), "é"),
        (b"\xff\xfe\x00", "\ufffd"),
        (b"a\xe9b", "a\ufffdb"),
    ],
)
def test_decode(data: bytes, expected: str) -> None:
    assert decode(data) == expected
