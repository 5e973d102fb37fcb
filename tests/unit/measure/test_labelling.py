"""The labelling run: parallel, resumable, unstoppable by one item."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from pricetag.measure.label import Item, Label
from pricetag.measure.labelling import label_items
from pricetag.measure.python_runner import PythonRunner
from pricetag.measure.sandbox import SandboxUnavailable
from pricetag.measure.store import LabelStore

RUNNERS = {"python": lambda: PythonRunner(time_limit=0.4, memory_limit=128 << 20)}


def item(name: str, code: str = "def f(xs): return sorted(xs)", language: str = "python") -> Item:
    return Item(name, "test", "MIT", name, language, code, "f", ("([3, 1, 2],)",))


def test_a_run_and_its_continuation(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    items = [
        item("a"),
        item("b", "import os\ndef f(xs): os._exit(1)"),
        item("c", "def f("),
        item("d", language="cpp"),
    ]
    first = label_items(items[:2], path, jobs=2, sizes=(10, 100), progress=False, runners=RUNNERS)
    assert (first.items, first.labels, first.measured, first.skipped) == (2, 4, 2, 0)
    with path.open("ab") as file:
        file.write(b'{"item": "c", "source"')  # a run that was cut off
    second = label_items(items, path, jobs=2, sizes=(10, 100), progress=False, runners=RUNNERS)
    assert (second.items, second.labels, second.skipped, second.broken) == (1, 2, 2, 0)
    found = {(label.item, label.n): label.failed for label in LabelStore(path)}
    assert found == {
        ("a", 10): "",
        ("a", 100): "",
        ("b", 10): "exit 1",
        ("b", 100): "exit 1",
        ("c", 10): "exception SyntaxError",
        ("c", 100): "exception SyntaxError",
    }
    for line in path.read_text().splitlines():
        if line.endswith("}"):
            assert json.loads(line)["time_limit"] == 0.4


class _Failing:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def measure(self, item: Item, sizes: Sequence[int] = ()) -> list[Label]:
        if item.id == "bad":
            raise self.error
        return [Label(item.id, "test", "MIT", item.id, "python", "f", "", n, memory=1.0) for n in sizes]

    def close(self) -> None:
        pass


def test_a_runner_that_raises_stops_nothing(tmp_path: Path) -> None:
    items = [item("a"), item("bad"), item("c")]
    runners = {"python": lambda: _Failing(ValueError("odd"))}
    summary = label_items(items, tmp_path / "l.jsonl", sizes=(10,), progress=False, runners=runners)
    assert (summary.items, summary.broken, summary.measured) == (3, 1, 2)
    assert LabelStore(tmp_path / "l.jsonl").finished([10]) == {"a", "c"}


def test_no_sandbox_is_said_at_once(tmp_path: Path) -> None:
    runners = {"python": lambda: _Failing(SandboxUnavailable("none here"))}
    with pytest.raises(SandboxUnavailable, match="none here"):
        label_items([item("bad")], tmp_path / "l.jsonl", sizes=(10,), progress=False, runners=runners)
