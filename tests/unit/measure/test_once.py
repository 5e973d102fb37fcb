"""The process that measures one function for the editor: what it answers, and that nothing outlives its input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil
import pytest

import pricetag
from pricetag.measure.label import Item

ENDLESS = "def f(xs: list[int]):\n    while True:\n        xs = xs[::-1]\n"
PATIENCE = 120.0  # seconds


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    running = subprocess.Popen(
        [sys.executable, "-m", "pricetag.measure.once"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(pricetag.__file__).parents[1]), "MARK": str(tmp_path)},
        start_new_session=True,
    )
    with running:
        yield running
        running.kill()


def ask(process: subprocess.Popen[bytes], message: dict[str, Any]) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(message).encode() + b"\n")
    process.stdin.flush()


def answer(process: subprocess.Popen[bytes]) -> Any:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def item(code: str, language: str = "python") -> dict[str, Any]:
    return asdict(Item("test/1", "test", "MIT", "test/1", language, code, "f"))


def marked(mark: Path) -> list[int]:
    """The processes that it started, those that lost their parent included."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("MARK") == str(mark):
                found.append(process.pid)
        except psutil.Error:  # ended, or of another user
            continue
    return found


def until(count: range, mark: Path) -> bool:
    end = time.monotonic() + PATIENCE
    while (found := len(marked(mark)) in count) is False and time.monotonic() < end:
        time.sleep(0.05)
    return found


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", "def f(xs: list[int]) -> list[int]:\n    return [x * 2 for x in xs]\n"),
        ("cpp", "#include <vector>\nstd::vector<int> f(const std::vector<int>& xs) { return xs; }\n"),
    ],
)
def test_a_function(process: subprocess.Popen[bytes], language: str, code: str) -> None:
    ask(process, {"language": language, "time_limit": 10.0})
    assert answer(process) == {"ready": True}
    ask(process, {"item": item(code, language), "n": 1_000})
    label = answer(process)["label"]
    assert label["failed"] == "" and label["n"] == 1_000
    assert 4_000 <= label["memory"] < 60_000 and 0 < label["runtime"] < 10
    assert process.wait(PATIENCE) == 0


def test_what_is_no_item_is_our_failure(process: subprocess.Popen[bytes]) -> None:
    ask(process, {"language": "python", "time_limit": 10.0})
    assert answer(process) == {"ready": True}
    ask(process, {"item": {"id": "a"}, "n": 1_000})
    assert answer(process) == {"broken": "TypeError"}


def test_nothing_outlives_its_input(process: subprocess.Popen[bytes], tmp_path: Path) -> None:
    ask(process, {"language": "python", "time_limit": 600.0})
    assert answer(process) == {"ready": True}
    ask(process, {"item": item(ENDLESS), "n": 10})
    # Itself, the warm server, the fork that leaves its namespaces, the keeper, the runner.
    assert until(range(4, 9), tmp_path)
    assert process.stdin is not None
    process.stdin.close()
    assert until(range(1), tmp_path)
