"""What differs between revisions, against real repositories."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from pathlib import Path

import pytest

from pricetag.baseline.match import match_files
from pricetag.baseline.revisions import Change, GitError, Revisions
from pricetag.syntax import Language, parse_functions
from repositories import commit, git, repository, write

LONG = "".join(f"    out.append(xs[{i}] * {i})\n" for i in range(12))
SOURCE = f"def f(xs):\n    out = []\n{LONG}    return out\n"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return repository(tmp_path / "repo", {"a.py": SOURCE, "deep/er/b.py": "deep = 1\n"})


async def changes(directory: Path, base: str = "HEAD", head: str | None = None) -> list[Change]:
    revisions = Revisions()
    root = await revisions.root(directory)
    until = None if head is None else await revisions.commit(root, head)
    return await revisions.changes(root, await revisions.commit(root, base), until)


async def paths(
    directory: Path, base: str = "HEAD", head: str | None = None
) -> set[tuple[str | None, str | None]]:
    return {(change.old_path, change.new_path) for change in await changes(directory, base, head)}


async def test_nothing_differs(repo: Path) -> None:
    assert await changes(repo) == []
    assert await changes(repo, "HEAD", "HEAD") == []


async def test_staged_saved_new_and_deleted_files(repo: Path) -> None:
    commit(repo, {"gone.py": "x = 1\n", "staged.py": "x = 1\n", ".gitignore": "ignored.py\n"})
    write(repo, {"a.py": "saved\n", "staged.py": "staged\n", "new.py": "new\n", "ignored.py": "x\n"})
    git(repo, "add", "staged.py")
    (repo / "gone.py").unlink()
    assert await paths(repo) == {
        ("a.py", "a.py"), ("staged.py", "staged.py"), ("gone.py", None), (None, "new.py")
    }  # fmt: skip
    assert all(change.new_blob == "" for change in await changes(repo))


async def test_the_files_of_a_folder(repo: Path, tmp_path: Path) -> None:
    commit(repo, {"ignored.py": "", "deep/.gitignore": "made.py\n", "deep/odd\nname.py": ""})
    write(repo, {"deep/new.py": "", "deep/made.py": ""})
    below = repo / "deep"
    expected = {below / ".gitignore", below / "er" / "b.py", below / "new.py", below / "odd\nname.py"}
    assert set(map(Path, await Revisions().files(str(below)))) == expected
    with pytest.raises(GitError, match="not a git repository"):
        await Revisions().files(str(tmp_path))


async def test_two_commits_and_their_blobs(repo: Path) -> None:
    commit(repo, {"a.py": "second\n"})
    write(repo, {"a.py": "not looked at\n", "new.py": "nor this\n"})
    (change,) = await changes(repo, "HEAD~1", "HEAD")
    texts = await Revisions().blobs(str(repo), [change.old_blob, change.new_blob])
    assert texts[change.old_blob].text == SOURCE
    assert texts[change.new_blob].text == "second\n"


@pytest.mark.parametrize("staged", [True, False])
async def test_a_renamed_and_edited_file(repo: Path, staged: bool) -> None:
    (repo / "a.py").rename(repo / "renamed.py")
    write(repo, {"renamed.py": SOURCE + "\n# edited\n"})
    if staged:
        git(repo, "add", "--all")
        assert await paths(repo) == {("a.py", "renamed.py")}
        git(repo, "commit", "-q", "-m", "renamed")
        assert await paths(repo, "HEAD~1", "HEAD") == {("a.py", "renamed.py")}
    else:  # git does not pair what it does not track; functions are paired all the same
        assert await paths(repo) == {("a.py", None), (None, "renamed.py")}


async def test_a_function_moved_to_another_file_and_edited_is_found(repo: Path) -> None:
    write(repo, {"a.py": "x = 1\n", "moved.py": SOURCE.replace("return out", "return list(out)")})
    found = await changes(repo)
    blobs = await Revisions().blobs(str(repo), [change.old_blob for change in found if change.old_blob])
    files = []
    for change in found:
        old = blobs[change.old_blob].text if change.old_blob else ""
        new = (repo / change.new_path).read_text() if change.new_path else ""
        files.append([parse_functions(text or "", Language.PYTHON) for text in (old, new)])
    (pair,) = [pair for pairs in match_files([(old, new) for old, new in files]) for pair in pairs]
    assert pair[0] is not None
    assert pair[0].name == pair[1].name == "f"


@pytest.mark.parametrize(
    "name",
    [
        "with space.py", "new\nline.py", "tab\t.py", "ünïcødé-𝒳.py", "-dash.py", ":(glob)*.py", 'quo"te.py', ":100644 x.py",
        os.fsdecode(b"latin-\xe9.py"),
    ],
)  # fmt: skip
async def test_names_special_to_git_or_the_shell(repo: Path, name: str) -> None:
    (repo / name).write_text("odd = 1\n")
    assert await paths(repo) == {(None, name)}
    git(repo, "add", "--all")
    git(repo, "commit", "-q", "-m", "odd")
    (repo / name).write_text("odd = 2\n")
    assert await paths(repo) == {(name, name)}
    assert await paths(repo, "HEAD~1", "HEAD") == {(None, name)}


async def test_a_submodule_is_a_repository_of_its_own(repo: Path, tmp_path: Path) -> None:
    outer = repository(tmp_path / "outer", {"o.py": "x = 1\n"})
    git(outer, "submodule", "--quiet", "add", str(repo), "sub")
    git(outer, "commit", "-q", "-m", "sub")
    write(outer, {"sub/a.py": "edited\n", "sub/new.py": "x\n"})
    assert await paths(outer) == set()
    assert await paths(outer / "sub") == {("a.py", "a.py"), (None, "new.py")}
    assert await Revisions().root(outer / "sub/a.py") == str(outer / "sub")


async def test_a_linked_worktree_has_its_own_head(repo: Path, tmp_path: Path) -> None:
    git(repo, "worktree", "add", "-q", "-b", "side", str(tmp_path / "tree"))
    commit(tmp_path / "tree", {"a.py": "side\n"})
    write(tmp_path / "tree", {"deep/er/b.py": "edited\n"})
    assert await paths(tmp_path / "tree") == {("deep/er/b.py", "deep/er/b.py")}
    assert await paths(tmp_path / "tree", "main", "HEAD") == {("a.py", "a.py")}
    assert await paths(repo) == set()


async def test_a_detached_head(repo: Path) -> None:
    commit(repo, {"a.py": "second\n"})
    git(repo, "checkout", "-q", "--detach", "HEAD~1")
    assert await paths(repo) == set()
    assert await paths(repo, "main") == {("a.py", "a.py")}


async def test_an_unborn_branch(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    revisions = Revisions()
    with pytest.raises(GitError, match="the branch has no commit yet"):
        await revisions.commit(await revisions.root(tmp_path), "HEAD")


async def test_the_merge_base_is_where_the_branches_parted(repo: Path) -> None:
    parted = git(repo, "rev-parse", "HEAD").strip()
    git(repo, "checkout", "-q", "-b", "side")
    commit(repo, {"a.py": "side\n"})
    git(repo, "checkout", "-q", "main")
    commit(repo, {"deep/er/b.py": "main\n"})
    revisions = Revisions()
    assert await revisions.merge_base(str(repo), "side") == parted
    head = await revisions.text(repo / "a.py", await revisions.merge_base(str(repo), "side"))
    assert (head.text, head.commit) == (SOURCE, parted)
    assert (await revisions.text(repo / "a.py", "side")).text == "side\n"
    git(repo, "checkout", "-q", "--orphan", "other")
    git(repo, "commit", "-q", "-m", "other")
    with pytest.raises(GitError, match="no merge base of 'main' and 'HEAD': they share no history"):
        await revisions.merge_base(str(repo), "main")


async def test_a_shallow_clone(repo: Path, tmp_path: Path) -> None:
    git(repo, "checkout", "-q", "-b", "side")
    commit(repo, {"a.py": "side\n"})
    git(repo, "checkout", "-q", "main")
    commit(repo, {"a.py": "main\n"})
    git(tmp_path, "clone", "-q", "--depth", "1", "--no-single-branch", repo.as_uri(), "clone")
    clone = tmp_path / "clone"
    revisions = Revisions()
    assert (await revisions.text(clone / "a.py", "HEAD")).text == "main\n"
    with pytest.raises(GitError, match="no commit 'HEAD~1'"):
        await revisions.commit(str(clone), "HEAD~1")
    with pytest.raises(GitError, match="the clone is shallow"):
        await revisions.merge_base(str(clone), "origin/side")


async def test_a_merge_in_progress(repo: Path) -> None:
    git(repo, "checkout", "-q", "-b", "side")
    commit(repo, {"a.py": "side\n", "theirs.py": "x\n"})
    git(repo, "checkout", "-q", "main")
    commit(repo, {"a.py": "main\n"})
    git(repo, "merge", "side", check=False)
    assert "<<<<<<<" in (repo / "a.py").read_text()
    found = await changes(repo)
    assert [(change.old_path, change.new_path) for change in found] == [("a.py", "a.py"), (None, "theirs.py")]
    assert (await Revisions().blobs(str(repo), [found[0].old_blob]))[found[0].old_blob].text == "main\n"


async def test_symbolic_links_are_no_files(repo: Path) -> None:
    (repo / "link.py").symlink_to("a.py")
    git(repo, "add", "link.py")
    git(repo, "commit", "-q", "-m", "link")
    (repo / "link.py").unlink()
    assert await paths(repo) == set()
    (repo / "link.py").write_text("a file now\n")
    assert await paths(repo) == {(None, "link.py")}
    (repo / "a.py").unlink()
    (repo / "a.py").symlink_to("link.py")
    assert await paths(repo) == {(None, "link.py"), ("a.py", None)}


async def test_texts_that_are_odd(repo: Path) -> None:
    write(
        repo,
        {
            "latin.py": "s = 'é'\n".encode("latin-1"),
            "empty.py": b"",
            "crlf.py": b"a\r\nb\r\n",
            "big.py": b"x" * 9000,
        },
    )
    git(repo, "add", "--all")
    git(repo, "commit", "-q", "-m", "odd")
    revisions = Revisions(maximum_bytes=5000)
    assert (await revisions.text(repo / "latin.py", "HEAD")).text == "s = '\ufffd'\n"
    assert (await revisions.text(repo / "empty.py", "HEAD")).text == ""
    assert (await revisions.text(repo / "crlf.py", "HEAD")).text == "a\r\nb\r\n"
    big = await revisions.text(repo / "big.py", "HEAD")
    assert big.text is None
    assert big.missing.startswith("larger than")
    assert (await revisions.text(repo / "never.py", "HEAD")).missing == "not in HEAD"
    assert (await revisions.text(repo / "a.py", "nowhere")).missing == "no commit 'nowhere'"
    assert (await revisions.text("\0", "HEAD")).missing


async def test_many_blobs_in_few_processes_and_once(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pricetag.baseline.revisions._CHUNK", 4000)
    commit(repo, {f"f{i}.py": f"{'x' * 900}{i}\n" for i in range(20)})
    ids = [change.new_blob for change in await changes(repo, "HEAD~1", "HEAD")]
    revisions = Revisions()
    absent = "0" * 39 + "1"
    texts = await revisions.blobs(str(repo), [*ids, absent])
    assert sorted(texts[blob].text or "" for blob in ids) == sorted(f"{'x' * 900}{i}\n" for i in range(20))
    assert texts[absent].missing == "not in this repository"
    shutil.rmtree(repo / ".git/objects")
    assert await revisions.blobs(str(repo), [*ids, absent]) == texts


@pytest.mark.parametrize(
    "revision", ["", " ", "-h", "--output=x", "\0", "nowhere", "HEAD^{tree}", "a..b", ":/nothing", "main@{9}"]
)
async def test_what_is_no_revision(repo: Path, revision: str) -> None:
    with pytest.raises(GitError) as error:
        await Revisions().commit(str(repo), revision)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["HEAD", "@", "main", "tag", "HEAD~0", "@{0}"])
async def test_what_is_a_revision(repo: Path, name: str) -> None:
    git(repo, "tag", "-a", "-m", "x", "tag")
    assert await Revisions().commit(str(repo), name) == git(repo, "rev-parse", "HEAD").strip()


async def test_outside_git_in_a_bare_repository_and_without_git(repo: Path, tmp_path: Path) -> None:
    with pytest.raises(GitError, match="not a git repository"):
        await Revisions().root(tmp_path)
    git(tmp_path, "clone", "-q", "--bare", str(repo), "bare")
    with pytest.raises(GitError, match="must be run in a work tree"):
        await Revisions().root(tmp_path / "bare")
    with pytest.raises(GitError, match="git is not installed"):
        await Revisions(executable="no-such-git-anywhere").root(repo)


async def test_a_hanging_git_is_given_up(repo: Path, tmp_path: Path) -> None:
    fake = tmp_path / "git"
    fake.write_text("#!/bin/sh\nexec sleep 600\n")
    fake.chmod(0o755)
    with pytest.raises(GitError, match="no answer within 1 s"):
        await Revisions(str(fake), timeout=1.0).commit(str(repo), "HEAD")


async def test_the_event_loop_goes_on_meanwhile(repo: Path) -> None:
    commit(repo, {f"f{i}.py": f"{i}\n" * 500 for i in range(200)})
    asked = asyncio.create_task(changes(repo, "HEAD~1", "HEAD"))
    ticks = 0
    while not asked.done():
        await asyncio.sleep(0)
        ticks += 1
    assert len(await asked) == 200
    assert ticks > 10, (
        "git's answer comes in parts, as fast as git writes it; a loop that waited would turn once or twice"
    )


async def test_the_repository_runs_nothing(repo: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    script = f"sh -c 'touch {trap}; cat'"
    hook = tmp_path / "hooks/post-index-change"
    hook.parent.mkdir()
    hook.write_text(f"#!/bin/sh\ntouch {trap}\n")
    hook.chmod(0o755)
    commit(repo, {".gitattributes": "*.py filter=Evil.odd=name diff=evil\n*.cc filter=slow\n"})
    for key in (
        "filter.Evil.odd=name.clean", "filter.Evil.odd=name.smudge", "filter.slow.process", "diff.evil.textconv",
        "diff.evil.command", "diff.external", "core.fsmonitor", "core.pager",
    ):  # fmt: skip
        git(repo, "config", key, script)
    git(repo, "config", "filter.Evil.odd=name.required", "true")
    git(repo, "config", "core.hooksPath", str(hook.parent))
    trap.unlink(missing_ok=True)
    write(repo, {"a.py": SOURCE + "# edited\n", "new.py": SOURCE, "x.cc": "int f() { return 1; }\n"})
    index = repo / ".git/index"
    os.utime(index, (time.time() + 10, time.time() + 10))
    (repo / "deep/er/b.py").rename(repo / "c.py")
    assert ("a.py", "a.py") in await paths(repo)
    before = index.read_bytes()
    os.utime(repo / ".gitattributes")
    await changes(repo)
    assert not trap.exists()
    assert index.read_bytes() == before
    # The traps do work: git's own diff steps into them.
    git(repo, "add", "new.py", check=False)
    assert trap.exists()
