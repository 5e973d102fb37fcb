"""The pytest plugin on a real project: what it records, and that no test notices."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import pricetag
from pricetag.measure.lines import read_lines
from pricetag.record.calls import size_of

SERVER = Path(pricetag.__file__).parents[1]

MODULE = """
import threading


def doubled(xs):
    return [x * 2 for x in xs]


def nothing(xs):
    sum(xs)


def raises(xs):
    xs.sort()
    raise ValueError("as it should")


def counted(n):
    yield from range(n)


async def awaited(xs):
    return xs


def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def outer(xs):
    return inner(xs)


def inner(xs):
    return sorted(xs)


def threaded(xs):
    thread = threading.Thread(target=doubled, args=(xs,))
    thread.start()
    thread.join()
    return len(xs)


class Box:
    def __init__(self):
        self.items = list(range(500))

    def total(self):
        return sum(self.items)
"""

TESTS = """
import asyncio, sys, tracemalloc
import pytest
from shop.module import *


def helper(xs):
    return list(xs)


@pytest.mark.parametrize("n", [100, 1000, 100, 1000, 100, 1000, 100, 1000])
def test_all(n):
    xs = list(range(n))
    assert doubled(xs) == [2 * x for x in xs]
    nothing(xs)
    with pytest.raises(ValueError, match="as it should"):
        raises(xs)
    assert list(counted(n)) == xs
    assert asyncio.run(awaited(xs)) == xs
    assert fibonacci(12) == 144
    assert outer(xs) == xs
    assert threaded(xs) == n
    assert helper(xs) == xs
    assert Box().total() == 124750
    assert not tracemalloc.is_tracing()


def test_that_fails():
    assert doubled([1, 2]) == [1, 2]


def test_deep():
    def down(n):
        return 0 if n == 0 else 1 + down(n - 1)
    assert down(500) == 500
    with pytest.raises(RecursionError):
        fibonacci(10 ** 9)
    assert doubled([1] * 50) == [2] * 50


def test_with_a_profiler_of_its_own():
    sys.setprofile(None)
    assert doubled([1]) == [2]


def test_with_a_tracer_of_its_own():
    tracemalloc.start()
    assert doubled(list(range(70)))
    assert tracemalloc.is_tracing()
    tracemalloc.stop()


# This suite is the one that is recorded, by the tests below: one of them asserts that it still reports this skip.
def test_that_passes_itself_over():
    pytest.skip("what a recorded suite skips stays skipped")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name, text in {
        "pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['.']\n",
        "shop/__init__.py": "",
        "shop/module.py": MODULE,
        "tests/test_module.py": TESTS,
        "venv/lib/site-packages/other.py": "def other(xs):\n    return list(xs)\n",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def run_pytest(project: Path, *arguments: str, installed: bool = True) -> subprocess.CompletedProcess[str]:
    """pytest as a user runs it; ``-p`` stands for the entry point of an installed Pricetag."""
    plugin = ["-p", "pricetag.record"] if installed else []
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA", "-q", *plugin, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(SERVER), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def outcomes(done: subprocess.CompletedProcess[str]) -> list[str]:
    words = ("PASSED", "FAILED", "SKIPPED", "ERROR")
    return sorted(line.partition(" - ")[0] for line in done.stdout.splitlines() if line.startswith(words))


def test_a_test_suite_is_recorded_and_does_not_notice(project: Path) -> None:
    plain = run_pytest(project, installed=False)
    done = run_pytest(project, "--pricetag-record", "labels.jsonl")
    assert outcomes(done) == outcomes(plain)
    assert done.returncode == plain.returncode == 1
    assert any("test_that_fails" in line for line in outcomes(done) if line.startswith("FAILED"))
    assert [line for line in outcomes(done) if line.startswith("SKIPPED") and "stays skipped" in line]
    assert "INTERNALERROR" not in done.stdout + done.stderr
    labels = list(read_lines(project / "labels.jsonl"))
    assert f"pricetag: {len(labels)} labels of " in done.stdout
    found = {(label.function, label.n): label for label in labels}
    assert {name for name, _ in found} <= {
        "doubled", "nothing", "fibonacci", "outer", "inner", "threaded", "Box.total", "Box.__init__"
    }  # fmt: skip
    for n in (100, 1_000):
        doubled = found["doubled", n]
        assert doubled.memory is not None and 8 * n <= doubled.memory < 100 * n + 2_000
        assert doubled.runtime is not None and 0 < doubled.runtime < 0.05
        assert doubled.item.startswith("project/shop/module.py::doubled@")
        assert doubled.assumes
        # A plain None is an end like any other; a raise is none.
        assert found["nothing", n].runtime is not None
    assert found["fibonacci", 12].memory is not None  # its time may be mostly the profiler's
    assert found["Box.total", 500].runtime is not None
    assert len(labels) == len(found)


def test_without_the_option_nothing_is_loaded(project: Path) -> None:
    (project / "tests" / "test_module.py").write_text(
        "import sys\n\n\ndef test_it():\n    assert 'pricetag.record.calls' not in sys.modules\n"
        "    assert sys.getprofile() is None\n"
        "    assert not [m for m in sys.modules if m.startswith(('tree_sitter', 'numpy', 'onnx'))]\n"
    )
    done = run_pytest(project)
    assert done.returncode == 0, done.stdout
    assert "pricetag" not in done.stdout


def test_a_second_run_replaces_the_first(project: Path) -> None:
    for _ in range(2):
        run_pytest(project, "--pricetag-record", "labels.jsonl", "-k", "test_all")
    labels = list(read_lines(project / "labels.jsonl"))
    assert len(labels) == len({(label.item, label.n) for label in labels})


@pytest.mark.parametrize("name", ["shop/module.py", "labels"])
def test_a_file_that_is_no_label_file_is_never_overwritten(name: str, project: Path) -> None:
    before = (project / "shop" / "module.py").read_text()
    done = run_pytest(project, "--pricetag-record", name)
    assert done.returncode == 4
    assert "must end with .jsonl" in done.stderr
    assert (project / "shop" / "module.py").read_text() == before


def test_other_labels_are_never_overwritten(project: Path) -> None:
    labels = project / "labels.jsonl"
    labels.write_text('{"source": "project"}\n')
    done = run_pytest(project, "--pricetag-record", "labels.jsonl")
    assert done.returncode == 4
    assert "holds something else" in done.stderr
    assert labels.read_text() == '{"source": "project"}\n'


def test_a_place_that_cannot_be_written_is_told_before_any_test_runs(project: Path) -> None:
    (project / "file").write_text("")
    done = run_pytest(project, "--pricetag-record", "file/labels.jsonl", "-k", "test_all")
    assert done.returncode == 4
    assert "file/labels.jsonl: Not a directory" in done.stderr
    assert outcomes(done) == []
    assert "INTERNALERROR" not in done.stdout + done.stderr


def test_a_write_that_fails_in_the_end_fails_no_test(project: Path) -> None:
    (project / "tests" / "test_last.py").write_text(
        "import os\n\n\ndef test_last():\n    os.mkdir('labels.jsonl')\n"
    )
    done = run_pytest(project, "--pricetag-record", "labels.jsonl", "-k", "test_all or test_last")
    assert done.returncode == 0, done.stdout
    assert "pricetag: nothing was recorded: IsADirectoryError" in done.stdout


def test_what_is_recorded_is_json_lines(project: Path) -> None:
    run_pytest(project, "--pricetag-record", "labels.jsonl", "-k", "test_all")
    for line in (project / "labels.jsonl").read_text().splitlines():
        assert json.loads(line)["source"] == "recorded"


class Holder:
    def __init__(self) -> None:
        self.rows, self.name = [0] * 40, "x" * 1_000


def _one(a, b=0, *rest, **named): ...  # type: ignore[no-untyped-def]
def _method(self, x): ...  # type: ignore[no-untyped-def]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"a": [1] * 7, "b": 100}, 7),
        ({"a": 5, "b": 100}, 100),
        ({"a": "xyz", "rest": (1, 2, 3, 4)}, 4),
        ({"a": [[0] * 6] * 5}, 30),
        ({"a": [], "b": 3}, 3),
        ({"a": True}, None),
        ({"a": -4, "b": 0}, None),
        ({"a": 1.5, "local": [0] * 99}, None),
        ({"a": {1: 2}, "named": {"k": 1, "l": 2}}, 2),
        ({}, None),
    ],
)
def test_n_of_a_call(values: dict[str, object], expected: int | None) -> None:
    assert size_of(_one.__code__, values) == expected


def test_n_of_a_method_counts_what_the_object_holds() -> None:
    assert size_of(_method.__code__, {"self": Holder(), "x": 3}) == 40
    assert size_of(_method.__code__, {"self": object(), "x": 3}) == 3
