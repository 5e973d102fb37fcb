"""The labelling run: parallel, resumable, unstoppable by one item, here or on a Ray cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from pricetag.measure.label import Item, Label
from pricetag.measure.labelling import LocalEngine, Outcome, Task, label_items
from pricetag.measure.python_runner import PythonRunner
from pricetag.measure.ray_engine import RayEngine, RayUnavailable
from pricetag.measure.sandbox import SandboxUnavailable
from pricetag.measure.store import LabelStore


def item(name: str, code: str = "def f(xs): return sorted(xs)", language: str = "python") -> Item:
    examples = ("([3, 1, 2],)",) if language == "python" else ("std::vector<int>{3, 1, 2}",)
    return Item(name, "test", "MIT", name, language, code, "f", examples)


CPP = "#include <vector>\nlong f(std::vector<int> v) { std::vector<int> w = v; w[0] += 1; return w[0] + w.size(); }"
ITEMS = [
    item("a"),
    item("b", "import os\ndef f(xs): os._exit(1)"),
    item("c", "def f("),
    item("d", CPP, "cpp"),
    item("e", "int f(", "cpp"),
]
FAILED = {
    "a": "",
    "b": "exit 1",
    "c": "exception SyntaxError",
    "d": "",
    "e": "no entry",
}


def test_a_run_and_its_continuation(tmp_path: Path) -> None:
    path = tmp_path / "labels"
    told: list[tuple[int, int]] = []
    first = label_items(
        ITEMS[:2], path, jobs=2, sizes=(10, 100), time_limit=0.4, progress=lambda *at: told.append(at)
    )
    assert (first.items, first.labels, first.measured, first.skipped) == (2, 4, 2, 0)
    assert told[-1] == (2, 2)
    second = label_items(ITEMS, path, jobs=2, sizes=(10, 100), time_limit=0.4)
    assert (second.items, second.labels, second.skipped, second.broken) == (3, 6, 2, {})
    labels = list(LabelStore(path))
    assert {(label.item, label.n): label.failed for label in labels} == {
        (name, n): failed for name, failed in FAILED.items() for n in (10, 100)
    }
    assert {label.time_limit for label in labels} == {0.4}
    assert all(label.machine for label in labels)
    said = {label.language: label.tools for label in labels}
    assert "Python 3" in said["python"]
    assert "pricetag" in said["cpp"]
    assert label_items(ITEMS, path, sizes=(10, 100)).items == 0


def test_a_ray_cluster_gives_the_same_labels(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    label_items(ITEMS, here, sizes=(10, 100), time_limit=2)
    summary = label_items(ITEMS, there, sizes=(10, 100), time_limit=2, engine=RayEngine())
    assert (summary.items, summary.labels, summary.broken) == (5, 10, {})

    def outcomes(path: Path) -> set[tuple[object, ...]]:
        return {(one.item, one.n, one.failed, one.memory, one.assumes) for one in LabelStore(path)}

    assert outcomes(there) == outcomes(here)


def test_no_cluster_at_an_address() -> None:
    with pytest.raises(RayUnavailable, match="no Ray cluster at 127"):
        list(RayEngine("127.0.0.1:1")([Task("python", (item("a"),), (10,))]))


def test_a_runner_that_raises_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measure = PythonRunner.measure

    def odd(self: PythonRunner, one: Item, sizes: Sequence[int] = ()) -> list[Label]:
        if one.id == "bad":
            raise ValueError("odd")
        return measure(self, one, sizes)

    monkeypatch.setattr(PythonRunner, "measure", odd)
    summary = label_items([item("a"), item("bad"), item("c")], tmp_path / "l", sizes=(10,))
    assert (summary.items, summary.broken, summary.measured) == (2, {"bad": "ValueError: odd"}, 2)
    assert LabelStore(tmp_path / "l").finished([10]) == {"a", "c"}


def test_no_sandbox_is_said_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: PythonRunner, one: Item, sizes: Sequence[int] = ()) -> list[Label]:
        raise SandboxUnavailable("none here")

    monkeypatch.setattr(PythonRunner, "measure", refuse)
    with pytest.raises(SandboxUnavailable, match="none here"):
        label_items([item(str(k)) for k in range(40)], tmp_path / "l", sizes=(10,))


def test_what_was_labelled_before_a_stop_is_kept(tmp_path: Path) -> None:
    class Stopping:
        def __call__(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
            for count, outcome in enumerate(LocalEngine()(tasks)):
                if count == 1:
                    raise KeyboardInterrupt
                yield outcome

    with pytest.raises(KeyboardInterrupt):
        label_items([item(str(k)) for k in range(20)], tmp_path / "l", sizes=(10,), engine=Stopping())
    assert len(LabelStore(tmp_path / "l").finished([10])) == 8
