"""The calibration files: what is written is read again, and what is broken is as good as none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pricetag.forecast import Adjustment, Correction
from pricetag.forecast.adjustment_files import (
    AdjustmentError,
    Evidence,
    Machine,
    Project,
    find_project,
    load_adjustment,
    load_machine,
    load_project,
    machine_path,
    project_path,
    save_machine,
    save_project,
)

KEY = ("python", "memory")
PROJECT = Project(
    "m-1",
    {KEY: Correction(0.25, 1.1, 4.0, -0.125, 0.5)},
    {KEY: Evidence(21, 90, 0.75, 0.5)},
)
ENTRY = {
    "shift": 0, "slope": 1, "pivot": 0, "low": 0, "high": 0, "functions": 9, "labels": 9, "error_before": 1, "error_after": 1,
}  # fmt: skip


@pytest.fixture(autouse=True)
def own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRICETAG_CONFIG", str(tmp_path / "config"))


def project_text(**changes: Any) -> str:
    entry = {**ENTRY, **changes}
    return json.dumps({"version": 1, "model": "m-1", "corrections": {"python": {"memory": entry}}})


def test_both_files_come_back(tmp_path: Path) -> None:
    save_machine(Machine({"python": 1.5, "cpp": 0.5}, {"cpp": "g++ 12"}), machine_path())
    save_project(PROJECT, project_path(tmp_path))
    assert load_machine(machine_path()) == Machine({"python": 1.5, "cpp": 0.5}, {"cpp": "g++ 12"})
    assert load_project(project_path(tmp_path)) == PROJECT
    adjustment, problems = load_adjustment("m-1", tmp_path)
    assert adjustment == Adjustment(PROJECT.corrections, {"python": 1.5, "cpp": 0.5})
    assert problems == []
    assert [path.name for path in machine_path().parent.iterdir()] == ["machine.json"]
    text = project_path(tmp_path).read_text()
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"


def test_no_files_change_nothing(tmp_path: Path) -> None:
    assert load_adjustment("m-1", tmp_path) == (Adjustment(), [])
    assert load_adjustment("m-1", None) == (Adjustment(), [])


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "3", '{"version": 2}', '{"version": 1}', '{"version": 1, "model": "m-1", "corrections": 3}',
        '{"version": 1, "model": "m-1", "corrections": {"python": {"energy": {}}}}', project_text(shift="x"),
        project_text(shift=True), project_text(shift=float("nan")), project_text(shift=99), project_text(slope=0),
        project_text(slope=-1), project_text(low=1e9), project_text(functions=None), project_text(error_after=-1),
        "[" * 60_000, " " * 70_000, '{"version": 1, "corrections": {}}', "\x00\xff",
    ],
)  # fmt: skip
def test_a_bad_project_file_is_ignored_with_a_line(text: str, tmp_path: Path) -> None:
    path = project_path(tmp_path)
    path.parent.mkdir()
    path.write_text(text, encoding="latin-1")
    with pytest.raises(AdjustmentError, match=r"calibration\.json"):
        load_project(path)
    adjustment, (problem,) = load_adjustment("m-1", tmp_path)
    assert adjustment == Adjustment()
    assert "ignored" in problem and "\n" not in problem


@pytest.mark.parametrize(
    "text", ['{"version": 1}', '{"version": 1, "speeds": {"python": 0}}', '{"version": 1, "speeds": {"cpp": "2"}}',
             '{"version": 1, "speeds": {"cpp": 1e6}}', '{"version": 1, "speeds": [1]}', "null"],
)  # fmt: skip
def test_a_bad_machine_file_is_ignored_with_a_line(text: str) -> None:
    machine_path().parent.mkdir()
    machine_path().write_text(text)
    adjustment, (problem,) = load_adjustment("m-1", None)
    assert adjustment == Adjustment()
    assert "machine.json" in problem and "reference machine" in problem


def test_another_models_calibration_is_ignored(tmp_path: Path) -> None:
    save_project(PROJECT, project_path(tmp_path))
    adjustment, (problem,) = load_adjustment("m-2", tmp_path)
    assert adjustment == Adjustment()
    assert "m-1, not m-2" in problem


def test_a_folder_in_the_place_of_a_file(tmp_path: Path) -> None:
    project_path(tmp_path).mkdir(parents=True)
    adjustment, (problem,) = load_adjustment("m-1", tmp_path)
    assert adjustment == Adjustment()
    assert "cannot be read" in problem and "ignored" in problem


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = project_path(tmp_path)
    save_project(PROJECT, path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        save_project(Project("m-2"), path)
    assert load_project(path) == PROJECT
    assert list(path.parent.iterdir()) == [path]


def test_the_nearest_project_above_all_paths(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert find_project([inner]) not in (inner, inner.parent, tmp_path)
    save_project(PROJECT, project_path(tmp_path))
    assert find_project([inner, tmp_path / "c.py"]) == tmp_path
    save_project(PROJECT, project_path(inner))
    assert find_project([inner / "x.py", inner / "y.py"]) == inner
    assert find_project([inner / "x.py", tmp_path / "c.py"]) == tmp_path
    assert find_project([]) is None
