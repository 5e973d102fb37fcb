"""Which file holds for which folder, and what is wrong with it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pricetag.config import Configs, load


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "src/deep").mkdir(parents=True)
    (root / ".git").mkdir()
    (tmp_path / ".pricetag.toml").write_text("n = 1")  # above the repository: not looked at
    return root


def check(folder: Path, base: Path, n: int, *problems: str) -> None:
    found, config = load(folder)
    assert (found, config.options("a.py").n, config.problems) == (base, n, problems)


def test_without_a_file(project: Path) -> None:
    check(project / "src/deep", project, 10_000)


def test_the_nearest_folder_and_in_it_our_own_file(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.pricetag]\nn = 20\n")
    check(project / "src/deep", project, 20)
    (project / ".pricetag.toml").write_text("n = 30\n")
    check(project / "src/deep", project, 30)
    (project / "src/pyproject.toml").write_text("[tool.pricetag]\nn = 40\n")
    check(project / "src/deep", project / "src", 40)
    check(project, project, 30)


def test_a_pyproject_without_our_table_is_passed_over(project: Path) -> None:
    (project / "src/pyproject.toml").write_text("[tool.ruff]\n")
    (project / "pyproject.toml").write_text("[tool.pricetag]\nn = 20\n")
    check(project / "src/deep", project, 20)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"n = = 2", "not TOML (Invalid value (at line 1, column 5)); it is ignored"),
        (b"\xff", "not UTF-8; it is ignored"),
        (b"n = 1\0", "not TOML ("),
        (b"# " + b"x" * (1 << 20), "larger than 1 MB; it is ignored"),
        (b"a=" + b"[" * 100_000, "not TOML ("),
        (b"<<<<<<< HEAD\nn = 1\n=======\n", "not TOML ("),
    ],
    ids=["syntax", "latin-1", "nul", "huge", "deep", "conflict"],
)
def test_a_broken_file_is_told_and_ignored(project: Path, data: bytes, problem: str) -> None:
    (project / "src/.pricetag.toml").write_bytes(data)
    (project / "pyproject.toml").write_text("[tool.pricetag]\nn = 20\n")
    base, config = load(project / "src")
    assert (base, config.options("a.py").n) == (project, 20)
    (said,) = config.problems
    assert said.startswith(f"{project / 'src/.pricetag.toml'}: {problem}")
    assert "\n" not in said


def test_a_table_that_is_none(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool]\npricetag = 5\n")
    check(
        project,
        project,
        10_000,
        f"{project / 'pyproject.toml'}: tool.pricetag must be a table; it is ignored",
    )


def test_what_is_no_file(project: Path) -> None:
    (project / ".pricetag.toml").mkdir()
    os.mkfifo(project / "pyproject.toml")
    check(project, project, 10_000)


def test_line_ends_and_byte_order_mark(project: Path) -> None:
    (project / ".pricetag.toml").write_bytes(b"\xef\xbb\xbfn = 20\r\nfactor = 2\r\n")
    check(project, project, 20)


def test_many_files_one_reading(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / ".pricetag.toml").write_text("wrong = 1\n")
    monkeypatch.chdir(project / "src")
    configs = Configs()
    assert configs.of("deep/a.py")[0] == "src/deep/a.py"
    assert configs.of(project / "src/b.py")[0] == "src/b.py"
    assert configs.of("../c.py")[0] == "c.py"
    assert configs.problems == [f"{project / '.pricetag.toml'}: wrong is no setting"]
