"""``pricetag measure`` and ``pricetag calibrate``: what they print and write, and what stops them."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from test_cli import check_error, own_cache, run

from pricetag.forecast import Forecaster
from pricetag.forecast.adjustment_files import load_project, machine_path, project_path
from pricetag.measure.cpp_runner import CppUnavailable
from pricetag.measure.label import Label
from pricetag.measure.lines import append_lines, read_lines
from pricetag.measure.project import item_id
from pricetag.measure.sandbox import SandboxUnavailable
from pricetag.measure.speed import Speed
from pricetag.rlm import Checkpoint
from pricetag.scan import functions_of

__all__ = ["own_cache"]  # a fixture of every test here

PYTHON = "def f(xs: list[int]) -> list[int]:\n    return [x * 2 for x in xs]\n\n\ndef g(n: int) -> int:\n    return n + 1\n"
CPP = "#include <vector>\nlong h(const std::vector<int>& v) { return v.size(); }\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    (folder / "a.py").write_text(PYTHON)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def quick_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = ({"python": Speed(2.0, "CPython 3.99")}, {"cpp": "no C++ compiler found"})
    monkeypatch.setattr("pricetag.measure.speed.measure_speeds", lambda: found)


def many_functions(folder: Path, count: int = 25) -> None:
    lines = [f"def f{i}(xs: list[int]) -> int:\n    return sum(x * {i} for x in xs)\n" for i in range(count)]
    (folder / "many.py").write_text("\n\n".join(lines))


def labels_off_by(factor: float, folder: Path, model: Path) -> list[Label]:
    """Labels of every function of many.py: what the model forecasts, times ``factor``."""
    forecaster = Forecaster(Checkpoint.load(model))
    labels = []
    for i, found in enumerate(functions_of(str(folder / "many.py"), [])):
        item = item_id("many.py", found.function)
        for estimate in forecaster.forecast(found.query, [100, 1_000]).memory:
            memory = estimate.median * factor * 10 ** (0.02 * math.sin(i + estimate.n))
            labels.append(Label(item, "project", "NOASSERTION", item, "python", "f", "", estimate.n, memory))
    return labels


def scanned(model: Path, *paths: object) -> dict[str, Any]:
    found = json.loads(run("scan", "--json", "--sizes", "1000", "--model", model, *paths).stdout)["functions"]
    return {function["name"]: function["forecasts"] for function in found}


def test_measure_shows_measured_beside_forecast(project: Path, random_model: Path) -> None:
    (project / "b.cpp").write_text(CPP)
    out = project / "labels.jsonl"
    result = run("measure", "--sizes", "10,100", "--model", random_model, "-o", out, "a.py", "b.cpp")
    header = [line for line in result.stdout.splitlines() if "measured" in line]
    assert len(header) == 1 and header[0].count("measured") == header[0].count("forecast") == 2
    assert all(f" {name} " in result.stdout for name in ("f", "g", "h"))
    assert "f was called with xs: list[int] of n" in result.stderr
    labels = list(read_lines(out))
    assert {(label.function, label.n) for label in labels} == {(f, n) for f in "fgh" for n in (10, 100)}
    assert all(label.item.startswith("project/") and label.memory is not None for label in labels)
    # Appended, and read by calibrate.
    run("measure", "--sizes", "10", "--model", random_model, "-o", out, "a.py::f")
    assert len(list(read_lines(out))) == len(labels) + 1
    run("calibrate", "--labels", out, "--model", random_model)


@pytest.mark.parametrize("target", ["a.py::f", "a.py:2", "a.py:1"])
def test_measure_one_function(target: str, project: Path, random_model: Path) -> None:
    result = run("measure", "--json", "--sizes", "100", "--model", random_model, target)
    (function,) = json.loads(result.stdout)["functions"]
    assert (function["name"], function["assumes"]) == ("f", "xs: list[int] of n")
    (measured,) = function["measured"]
    assert measured["n"] == function["forecasts"]["memory"][0]["n"] == 100
    assert measured["memory"] > 800 and 0 < measured["runtime"] < 0.1 and measured["failed"] is None


def test_a_function_that_cannot_be_measured_is_said(project: Path, random_model: Path) -> None:
    (project / "bad.py").write_text("def bad(xs: list[int]) -> int:\n    return xs['a']\n")
    result = run("measure", "--sizes", "100", "--model", random_model, "bad.py", code=1)
    assert "exception TypeError" in result.stdout


@pytest.mark.parametrize(
    ("target", "said"),
    [("gone.py", "gone.py does not exist"), ("a.py::nope", "no function nope"), ("a.py:99", "at line 99")],
)
def test_what_measure_does_not_find(target: str, said: str, project: Path) -> None:
    check_error("measure", target, code=2, said=said)


def test_nothing_to_measure(project: Path) -> None:
    (project / "empty.py").write_text("x = 1\n")
    check_error("measure", "empty.py", code=1, said="no function that can be run")


def test_measure_refuses_without_a_sandbox(
    project: Path, random_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "b.cpp").write_text(CPP)

    def refuse(*_: object, **__: object) -> None:
        raise SandboxUnavailable("This system has no sandbox to measure in.")

    def refuse_cpp(*_: object, **__: object) -> None:
        raise CppUnavailable("measuring C++ needs bubblewrap")

    monkeypatch.setattr("pricetag.measure.labelling.PythonRunner", refuse)
    monkeypatch.setattr("pricetag.measure.labelling.label_cpp", refuse_cpp)
    result = run("measure", "--model", random_model, "a.py", "b.cpp", code=1)
    assert "Error: This system has no sandbox to measure in." in result.stderr
    assert "Error: measuring C++ needs bubblewrap" in result.stderr
    assert result.stdout == ""


def test_the_machines_speed_scales_scanned_runtimes(
    project: Path, random_model: Path, quick_speed: None
) -> None:
    before = scanned(random_model, project)["f"]
    result = run("calibrate")
    assert "python: a second of the reference machine takes 2.00 s here (CPython 3.99)" in result.stdout
    assert "cpp: skipped, no C++ compiler found" in result.stderr
    after = scanned(random_model, project)["f"]  # from the cache
    for name in ("low", "median", "high"):
        assert after["runtime"][0][name] == pytest.approx(2 * before["runtime"][0][name])
    assert after["memory"] == before["memory"]
    assert "takes 2.00 s" in run("calibrate", "--show").stdout
    assert f"removed {machine_path()}" in run("calibrate", "--reset").stdout
    assert scanned(random_model, project)["f"] == before
    assert "this machine is not calibrated" in run("calibrate", "--show").stdout


@pytest.mark.parametrize("parquet", [False, True])
def test_a_projects_labels_correct_its_forecasts(parquet: bool, project: Path, random_model: Path) -> None:
    many_functions(project)
    before = scanned(random_model, "many.py")
    labels = labels_off_by(20.0, project, random_model)
    store = project / ("store" if parquet else "labels.jsonl")
    if parquet:
        from pricetag.measure.store import LabelStore

        with LabelStore(store) as opened:
            opened.append(labels)
    else:
        append_lines(labels, store)
    result = run("calibrate", "--labels", store, "--model", random_model)
    assert "python" in result.stdout and "memory" in result.stdout
    text = project_path(project).read_text()
    after = scanned(random_model, "many.py")
    for name in before:
        assert 5 < after[name]["memory"][0]["median"] / before[name]["memory"][0]["median"] < 25
        assert after[name]["runtime"] == before[name]["runtime"]
    ranks = [sorted(found, key=lambda name: found[name]["memory"][0]["median"]) for found in (before, after)]
    assert ranks[0] == ranks[1]
    # The same labels give the same file, and what is fitted is the model's own forecast, not the corrected one.
    run("calibrate", "--labels", store, "--model", random_model)
    assert project_path(project).read_text() == text
    assert "25" in run("calibrate", "--show").stdout
    run("calibrate", "--reset")
    assert scanned(random_model, "many.py") == before


def test_labels_of_functions_edited_since_are_left_out(project: Path, random_model: Path) -> None:
    many_functions(project)
    append_lines(labels_off_by(20.0, project, random_model), project / "labels.jsonl")
    (project / "many.py").write_text((project / "many.py").read_text().replace("sum", "max"))
    result = run("calibrate", "--labels", "labels.jsonl", "--model", random_model, code=1)
    assert "function gone or edited since 50" in result.stderr
    assert "no label is of a function" in result.stderr
    assert not project_path(project).exists()


def test_labels_cannot_name_files_outside_the_project(project: Path, random_model: Path) -> None:
    (project.parent / "outside.py").write_text(PYTHON)
    label = Label("project/../outside.py::f@0", "s", "l", "p", "python", "f", "", 100, 1.0)
    append_lines([label], project / "labels.jsonl")
    result = run("calibrate", "--labels", "labels.jsonl", "--model", random_model, code=1)
    assert "file not in the project 1" in result.stderr


def test_a_project_calibrated_for_another_model(project: Path, random_model: Path) -> None:
    many_functions(project)
    before = scanned(random_model, "many.py")
    append_lines(labels_off_by(20.0, project, random_model), project / "labels.jsonl")
    run("calibrate", "--labels", "labels.jsonl", "--model", random_model)
    path = project_path(project)
    loaded = load_project(path)
    assert loaded is not None
    path.write_text(path.read_text().replace(loaded.model, "another-1"))
    result = run("scan", "--json", "--sizes", "1000", "--model", random_model, "many.py")
    assert "calibrates the model another-1" in result.stderr
    assert scanned(random_model, "many.py") == before


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 9}'])
def test_corrupt_files_are_said_and_never_break_a_scan(text: str, project: Path, random_model: Path) -> None:
    before = scanned(random_model, project)
    for path in (machine_path(), project_path(project)):
        path.parent.mkdir(parents=True)
        path.write_text(text)
    result = run("scan", "--json", "--sizes", "1000", "--model", random_model, project)
    assert "machine.json" in result.stderr and "calibration.json" in result.stderr
    assert scanned(random_model, project) == before
    check_error("calibrate", "--show", code=1, said="machine.json")
    run("calibrate", "--reset")
    assert not machine_path().exists() and not project_path(project).exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--show", "--reset"], 2, "exclude each other"),
        (["--labels", "gone.jsonl"], 2, "does not exist"),
        (["--labels", "junk.jsonl"], 1, "junk.jsonl:1 is no label"),
        (["--labels", "junk.parquet"], 1, "junk.parquet is not a readable label file"),
        (["--project", "gone"], 2, "does not exist"),
    ],
)
def test_misuse_of_calibrate(
    arguments: list[str], code: int, said: str, project: Path, random_model: Path
) -> None:
    for name in ("junk.jsonl", "junk.parquet"):
        (project / name).write_text("junk")
    check_error("calibrate", "--model", random_model, *arguments, code=code, said=said)


def test_a_config_folder_that_cannot_be_written(
    project: Path, quick_speed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "file").touch()
    monkeypatch.setenv("PRICETAG_CONFIG", str(project / "file" / "config"))
    result = run("calibrate", code=1)
    assert result.stderr.splitlines()[-1].startswith("Error: ")


def test_measuring_needs_no_training_extra(project: Path, random_model: Path) -> None:
    program = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("pyarrow", "torch", "scipy", "sklearn"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
from pricetag.cli import main
main(sys.argv[1:])
"""
    for arguments in (
        ["measure", "--sizes", "10", "-o", "labels.jsonl", "a.py"],
        ["calibrate", "--labels", "labels.jsonl"],
    ):
        command = [sys.executable, "-c", program, *arguments, "--model", str(random_model)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
