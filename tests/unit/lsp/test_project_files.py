"""What the files of a project say of one file."""

from __future__ import annotations

from pathlib import Path

import pytest

from pricetag.baseline import Accepted
from pricetag.baseline.accepted import FILE, render, save
from pricetag.forecast import Estimate
from pricetag.lsp.projects import Project, project_of

ENTRY = Accepted("src/a.py", "f", "now", "was", Estimate(10_000, 2.0, 1.0, 3.0, 0.0))
OTHER = Accepted("src/b.py", "f", "now", "was", Estimate(10_000, 2.0, 1.0, 3.0, 0.0))


@pytest.fixture
def top(tmp_path: Path) -> Path:
    (tmp_path / "top/src").mkdir(parents=True)
    save(tmp_path / "top" / FILE, [ENTRY, OTHER])
    (tmp_path / "top/.pricetag.toml").write_text('n = 7\n[budgets]\n"src" = "memory <= 1 MB"\n')
    return tmp_path / "top"


def check(project: Project, root: Path | None, *accepted: Accepted) -> None:
    assert (project.root, project.accepted, project.problems) == (root, accepted, ())
    assert project.name == ("src/a.py" if root else "")


def test_the_root_of_the_repository_else_of_the_workspace(top: Path, tmp_path: Path) -> None:
    file = str(top / "src/a.py")
    project = project_of(file, str(top), [], {})
    check(project, top, ENTRY)
    assert (project.path, project.config.options(project.path).n, project.tracked) == ("src/a.py", 7, True)
    check(project_of(file, None, [str(tmp_path / "elsewhere"), str(top)], {}), top, ENTRY)
    check(project_of(file, None, [], {}), None)
    check(project_of(file, None, [str(tmp_path / "elsewhere")], {}), None)
    assert not project_of(file, None, [str(top)], {}).tracked


def test_links(top: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(top, target_is_directory=True)
    file = str(tmp_path / "link/src/a.py")
    check(project_of(file, str(top), [], {}), top, ENTRY)
    check(project_of(file, None, [str(tmp_path / "link")], {}), top, ENTRY)
    opened = {str(tmp_path / "link" / FILE): render([OTHER]).encode()}
    check(project_of(file, str(top), [], opened), top)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"", ""),
        (b" \r\n", ""),
        (b"nonsense", "is not JSON"),
        (b"<<<<<<< ours\n", "holds merge conflicts"),
        (b"\xff\x00", "is not JSON"),
    ],
)
@pytest.mark.parametrize("opened", [True, False])
def test_broken_accepted_baselines(top: Path, text: bytes, problem: str, opened: bool) -> None:
    target = top / FILE
    texts = {str(target): text} if opened else {}
    if not opened:
        target.write_bytes(text)
    project = project_of(str(top / "src/a.py"), str(top), [], texts)
    assert project.accepted == () and project.config.options(project.path).n == 7
    assert [problem in said for said in project.problems] == ([True] if problem else [])


def test_broken_settings_leave_the_rest(top: Path) -> None:
    (top / ".pricetag.toml").write_bytes(b"n = \xff")
    project = project_of(str(top / "src/a.py"), str(top), [], {})
    assert project.accepted == (ENTRY,)
    [problem] = project.problems
    assert "not UTF-8" in problem


def test_what_is_no_path(top: Path) -> None:
    project = project_of(str(top / "a\0b/c.py"), None, [str(top)], {})
    assert project.accepted == () and project.config.options(project.path).n == 7
