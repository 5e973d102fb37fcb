"""``pricetag diff`` as it is typed: formats, exit codes, and every error in one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import pricetag
from pricetag.cli import main
from repositories import commit, git, repository, write

SERVER = Path(pricetag.__file__).parents[1]
SOURCE = "def f(xs: list[int]) -> list[int]:\n    return [x * 2 for x in xs]\n"
EDITED = SOURCE.replace("x * 2", "x * 3 + 1")
ANY = ("--factor", "1", "--confidence", "0", "--floor", "0")  # whatever random weights say is a regression


@pytest.fixture
def repo(tmp_path: Path, random_model: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PRICETAG_CACHE", str(tmp_path / "cache" / "forecasts.sqlite3"))
    monkeypatch.setenv("PRICETAG_MODEL", str(random_model))
    monkeypatch.delenv("PRICETAG_TRACEBACK", raising=False)
    root = repository(tmp_path / "repo", {"a.py": SOURCE, "sub/b.py": SOURCE})
    monkeypatch.chdir(root)
    return root


def run(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["diff", *(str(argument) for argument in arguments)])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def check_error(*arguments: object, said: str) -> None:
    """Exit code 2, one line on stderr, nothing on stdout."""
    result = run(*arguments, code=2)
    assert result.stdout == ""
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("Error: ")
    assert said in line


def test_no_change(repo: Path) -> None:
    result = run()
    assert result.stdout == ""
    assert result.stderr == "0 functions compared with HEAD in 0 files; 0 regressions; 0 new; 0 abstained\n"


def test_a_regression_is_a_row_and_exit_code_1(repo: Path) -> None:
    write(repo, {"a.py": EDITED})
    result = run(*ANY, code=1)
    assert "a.py:1" in result.stdout
    assert result.stderr == "1 function compared with HEAD in 1 file; 1 regression; 0 new; 0 abstained\n"
    assert run("--floor", "1e18").stdout == ""


def test_from_a_folder_below_the_root(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(repo, {"a.py": EDITED, "sub/b.py": EDITED})
    monkeypatch.chdir(repo / "sub")
    both = json.loads(run(*ANY, "--format", "json", code=1).stdout)
    assert {one["path"] for one in both["functions"]} == {"a.py", "sub/b.py"}
    own = json.loads(run(*ANY, "--format", "json", ".", code=1).stdout)
    assert [one["path"] for one in own["functions"]] == ["sub/b.py"]
    (one,) = json.loads(run(*ANY, "--format", "json", "../a.py", code=1).stdout)["functions"]
    assert one["path"] == "a.py"


def test_formats_to_a_file(repo: Path, tmp_path: Path) -> None:
    write(repo, {"a.py": EDITED})
    begins = {
        "json": "{",
        "sarif": "{",
        "markdown": "<!-- pricetag diff -->",
        "github": "::warning file=a.py,line=1,",
        "table": "`f`",
    }
    for form, begin in begins.items():
        result = run(*ANY, "--format", form, "-o", tmp_path / form, code=1)
        assert result.stdout == ""
        assert (tmp_path / form).read_text().startswith(begin)
    assert (tmp_path / "github").read_text() == run(*ANY, "--format", "github", code=1).stdout
    assert json.loads((tmp_path / "sarif").read_text())["version"] == "2.1.0"
    check_error("-o", tmp_path / "no/such/folder", "--format", "json", said="No such file")


def test_n_and_metrics(repo: Path) -> None:
    write(repo, {"a.py": EDITED})
    options = ("--factor", "1e9", "--n", "1e3", "--metric", "runtime")
    raw = json.loads(run(*options, "--format", "json").stdout)
    assert raw["functions"][0]["n"] == 1000
    assert list(raw["functions"][0]["metrics"]) == ["runtime"]


def test_two_commits(repo: Path) -> None:
    git(repo, "checkout", "-q", "-b", "side")
    commit(repo, {"a.py": EDITED})
    for arguments in (
        ["--base", "main"],
        ["--base", "main..."],
        ["--base", "main", "--merge-base"],
        ["--base", "main", "--head", "side"],
    ):
        assert "1 regression" in run(*ANY, *arguments, code=1).stderr
    assert run("--base", "side").stdout == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--base", "nowhere"], "no commit 'nowhere'"),
        (["--base=-x"], "'-x' is not a revision"),
        (["--head", "nowhere"], "no commit 'nowhere'"),
        (["--base", "a..b", "--head", "c"], "names both ends already"),
        (["--format", "xml"], "xml"),
        (["--n", "5"], "n = 5 is outside what the model knows"),
        (["--n", "10,100"], "give one size"),
        (["--factor", "0.5"], "--factor"),
        (["--confidence", "2"], "--confidence"),
        (["--metric", "money"], "money"),
        (["--model", "/nowhere/at/all"], "/nowhere/at/all"),
        ([".", ".."], "outside the repository"),
        (["/"], "not a git repository"),
        (["no/such/file.py"], "no such file"),
    ],
)
def test_misuse_and_what_git_cannot_answer(repo: Path, arguments: list[str], said: str) -> None:
    check_error(*arguments, said=said)


def test_the_project_says_how_functions_are_judged(repo: Path) -> None:
    write(repo, {"a.py": EDITED, "sub/b.py": EDITED, "sub/c.py": "# pricetag: memory <= 1 B\n" + SOURCE})
    settings = 'factor = 1\nconfidence = 0\nfloor = 0\nn = 1000\nexclude = ["c.py"]\n[[overrides]]\npath = "sub"\nfloor = 1e18\n'
    write(repo, {".pricetag.toml": settings})
    raw = json.loads(run("--format", "json", code=1).stdout)
    assert {one["path"]: (one["status"], one["n"]) for one in raw["functions"]} == {
        "a.py": ("regression", 1000), "sub/b.py": ("ok", 1000)
    }  # fmt: skip
    assert "0 regressions" in run("--floor", "1e18").stderr  # what is typed comes first
    named = run("sub/c.py", code=1)
    assert named.stdout.startswith("sub/c.py:2: `f` is forecast to hold ")
    assert "over the budget of 1 B in its comment" in named.stdout
    write(repo, {".pricetag.toml": "factor = 0\n"})
    assert ".pricetag.toml: factor must be a number from 1" in run("a.py", "--floor", "1e18").stderr


def test_accepting(repo: Path) -> None:
    write(repo, {"a.py": EDITED})
    file = repo / ".pricetag/baselines.json"
    assert "1 regression" in run(*ANY, code=1).stderr
    result = run(*ANY, "--accept")
    assert "1 accepted in .pricetag/baselines.json" in result.stderr
    assert json.loads(file.read_text())["baselines"][0]["path"] == "a.py"
    written = file.read_bytes()
    assert "0 regressions" in run(*ANY).stderr
    assert run(*ANY, "--accept").stderr.startswith("0 accepted\n")
    assert file.read_bytes() == written
    conflict = b"<<<<<<< HEAD\n" + written
    file.write_bytes(conflict)
    result = run(*ANY, code=1)
    assert "holds merge conflicts; resolve them" in result.stderr
    assert "accepted baselines are ignored" in result.stderr
    check_error(*ANY, "--accept", said="nothing is accepted")
    assert file.read_bytes() == conflict


def test_a_deleted_path_may_be_named(repo: Path) -> None:
    (repo / "a.py").unlink()
    assert run("a.py").stderr.startswith("0 functions compared")


def test_no_commit_yet_and_no_git(tmp_path: Path, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    git(empty, "init", "-q")
    monkeypatch.chdir(empty)
    check_error(said="the branch has no commit yet")
    monkeypatch.setenv("PATH", str(empty))
    check_error(said="git is not installed")


def test_a_file_name_cannot_steer_the_terminal(repo: Path) -> None:
    write(repo, {"\x1b[31mred\n.py": b"\0", "\x1b[32m.py": SOURCE})
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "x")
    write(repo, {"\x1b[31mred\n.py": b"\0\0", "\x1b[32m.py": EDITED, os.fsdecode(b"\xff.py"): SOURCE})
    for form in ("table", "json", "sarif", "github"):
        result = run(*ANY, "--format", form, code=1)
        assert "\x1b" not in result.stderr
        assert "\\x1b[31mred\\n.py: a binary file" in result.stderr
        assert ("\x1b" in result.stdout) == (form == "github")  # which is for a machine


def test_the_real_process(repo: Path) -> None:
    write(repo, {"a.py": EDITED})
    command = [sys.executable, "-m", "pricetag", "diff", *ANY, "--format", "github"]
    environment = {**os.environ, "PYTHONPATH": str(SERVER)}
    done = subprocess.run(command, capture_output=True, env=environment, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::warning file=a.py,line=1,")
