"""The pre-commit hook and the GitHub action that other repositories use: they parse, and what they run runs."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import pricetag
from pricetag.diff.markdown import MARKER
from repositories import ENV, commit, repository, write

SERVER = Path(pricetag.__file__).parents[1]
TOP = SERVER.parent
ACTION = TOP / ".github/actions/diff"
SOURCE = "def f(xs: list[int]) -> list[int]:\n    return [x * 2 for x in xs]\n"
OVER = "# pricetag: memory <= 1 B\n" + SOURCE


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return repository(tmp_path / "repo", {"a.py": "x = 1\n"})


@pytest.fixture
def environment(tmp_path: Path, random_model: Path) -> dict[str, str]:
    """With a ``pricetag`` on the path, as installing makes it."""
    tools = tmp_path / "bin"
    tools.mkdir()
    command = tools / "pricetag"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m pricetag "$@"\n')
    command.chmod(0o755)
    return ENV | {
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(SERVER),
        "PRICETAG_MODEL": str(random_model),
        "PRICETAG_CACHE": str(tmp_path / "cache.sqlite3"),
    }


def test_the_hook_fails_on_what_it_finds(repo: Path, environment: dict[str, str]) -> None:
    (hook,) = loaded(TOP / ".pre-commit-hooks.yaml")
    assert {"id", "name", "entry", "language"} <= set(hook)
    installed = repo / ".git/hooks/pre-commit"
    installed.write_text(f"#!/bin/sh\nexec {hook['entry']}\n")
    installed.chmod(0o755)
    for text, code in ((SOURCE, 0), (OVER, 1)):
        write(repo, {"a.py": text})
        done = subprocess.run(
            ["git", "-C", str(repo), "commit", "-qam", "x"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
    assert "over the budget of 1 B" in done.stdout + done.stderr


def test_the_action_has_what_github_asks_for() -> None:
    action = loaded(ACTION / "action.yml")
    assert {"name", "description", "runs"} <= set(action)
    assert action["runs"]["using"] == "composite"
    assert all(step["shell"] == "bash" for step in action["runs"]["steps"])
    assert all("${{" not in step["run"] for step in action["runs"]["steps"])  # where an input could be code
    install = action["runs"]["steps"][0]["run"]
    assert (ACTION / "../../..").resolve() == TOP
    assert '"$GITHUB_ACTION_PATH/../../.."' in install


@pytest.mark.parametrize(("known", "fails"), [("", "true"), ("17\n18", "false")])
def test_the_action_annotates_and_comments(
    repo: Path, environment: dict[str, str], tmp_path: Path, known: str, fails: str
) -> None:
    said = tmp_path / "gh.txt"
    answers = tmp_path / "bin/gh"
    answers.write_text(
        f'#!/bin/sh\nif [ "$2" = --paginate ]; then echo "{known}"; exit; fi\necho "$@" >>{said}\nfor a; do f=${{a#body=@}}; done\ncat "$f" >>{said}\n'
    )
    answers.chmod(0o755)
    commit(repo, {"a.py": OVER})
    summary, output = tmp_path / "summary.md", tmp_path / "output.txt"
    environment |= {
        "BASE": "HEAD~1", "ARGUMENTS": "--metric memory a.py", "COMMENT": "true", "FAIL": fails, "PULL_REQUEST": "5",
        "GITHUB_REPOSITORY": "o/r", "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(output),
    }  # fmt: skip
    done = subprocess.run(
        ["bash", str(ACTION / "run")], cwd=repo, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == (1 if fails == "true" else 0), done.stderr
    assert done.stdout.startswith("::warning file=a.py,line=2,")
    assert summary.read_text().startswith(MARKER)
    assert output.read_text() == "found=true\n"
    asked, _, body = said.read_text().partition("\n")
    target = "--method PATCH repos/o/r/issues/comments/17 " if known else "repos/o/r/issues/5/comments "
    assert asked.startswith(f"api --silent {target}--field body=@")
    assert body == summary.read_text()


def test_the_action_passes_on_that_git_cannot_answer(
    repo: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    environment |= {
        "BASE": "nowhere",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "s"),
        "GITHUB_OUTPUT": str(tmp_path / "o"),
    }
    done = subprocess.run(
        ["bash", str(ACTION / "run")], cwd=repo, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "no commit 'nowhere'" in done.stderr
