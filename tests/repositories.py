"""Real repositories for tests."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ENV = {
    **{k: v for k, v in os.environ.items() if not k.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com",
}  # fmt: skip


def git(directory: Path, *arguments: str, check: bool = True) -> str:
    command = ["git", "-C", str(directory), "-c", "protocol.file.allow=always", *arguments]
    return subprocess.run(command, check=check, capture_output=True, env=ENV, text=True).stdout


def write(directory: Path, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def commit(directory: Path, files: dict[str, str | bytes]) -> None:
    write(directory, files)
    git(directory, "add", "--", *files)
    git(directory, "commit", "-q", "-m", "x")


def repository(root: Path, files: dict[str, str | bytes]) -> Path:
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    commit(root, files)
    return root
