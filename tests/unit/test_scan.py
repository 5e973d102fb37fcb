"""Scanning: which files, what is said of each, and in what order."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

from pricetag.config import Configs
from pricetag.forecast import Estimate, Forecast, Forecaster, ModelInfo, Query
from pricetag.rlm import Checkpoint
from pricetag.scan import (
    Problem,
    Report,
    functions_of,
    peak_memory,
    reason_class,
    reference_size,
    scan,
    source_files,
)

SOURCE = "def f(xs: list[int]) -> list[int]:\n    return [x * 2 for x in xs]\n"
CPP = "#include <vector>\nint total(const std::vector<int>& v) { int s = 0; for (int x : v) s += x; return s; }\n"


@pytest.fixture(scope="session")
def forecaster(random_model: Path) -> Forecaster:
    return Forecaster(Checkpoint.load(random_model))


class ByLength:
    """A model whose memory is a kilobyte for each character, so that the order of the rows is known."""

    info = ModelInfo(
        id="by length", languages=("python", "cpp"), metrics=("memory", "runtime"), sizes=(10, 100_000),
        pair_correlation=0.0, maximum_interval=100.0, time_limit=10.0, memory_limit=2.0**31,
    )  # fmt: skip

    def forecast(self, query: Query, sizes: Sequence[int] = ()) -> Forecast:
        if "explode" in query.canonical:
            raise RuntimeError("first line\nsecond line")
        if query.refusal:
            return Forecast(query.key, query.assumes, abstained=query.refusal)
        wide = 1000.0 if "unsure" in query.canonical else 1.0
        cost = 1024.0 * len(query.canonical)
        memory = tuple(Estimate(n, cost, cost / wide, cost * wide, 0.0) for n in sizes)
        runtime = tuple(Estimate(n, 1.0, 1 / wide, wide, 0.0) for n in sizes)
        return Forecast(query.key, query.assumes, memory, runtime, 1.0, 1.0)


def names(report: Report) -> list[str]:
    return [row.found.function.qualified_name for row in report.rows]


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_folders_are_walked_in_order_and_others_left_out(tmp_path: Path) -> None:
    kept = ["a.py", "b/c.cpp", "b/d.hpp", "z.cc"]
    left = [".hidden/x.py", ".git/x.py", "node_modules/x.py", "venv/x.py", "b/__pycache__/x.py", "n.txt", "s.pyi",
            ".x.py"]  # fmt: skip
    for name in kept + left:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    mine = tmp_path / "my environment"
    (mine / "lib").mkdir(parents=True)
    (mine / "pyvenv.cfg").write_text("")
    (mine / "lib/x.py").write_text("")
    problems: list[Problem] = []
    found = source_files([str(tmp_path)], problems)
    assert [Path(path).relative_to(tmp_path).as_posix() for path in found] == [
        "a.py",
        "z.cc",
        "b/c.cpp",
        "b/d.hpp",
    ]
    assert not problems


def test_named_files_are_taken_wherever_they_are_and_once(tmp_path: Path) -> None:
    hidden = tmp_path / ".hidden"
    hidden.mkdir()
    (hidden / "x.py").write_text("")
    (tmp_path / "link.py").symlink_to(hidden / "x.py")
    problems: list[Problem] = []
    named = [str(hidden / "x.py"), str(hidden / "x.py"), str(tmp_path)]
    assert source_files(named, problems) == [str(hidden / "x.py")]
    assert not problems


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/x.py").write_text("")
    (tmp_path / "a/loop").symlink_to(tmp_path, target_is_directory=True)
    assert len(source_files([str(tmp_path)], [])) == 1


def test_what_is_no_source_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / "dangling.py").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.py")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.py"))
        problems: list[Problem] = []
        assert source_files([str(tmp_path / "notes.txt"), str(tmp_path)], problems) == []
    reasons = {Path(problem.path).name: problem.reason for problem in problems}
    assert reasons["notes.txt"] == "not a Python or C++ source file"
    assert reasons["pipe.py"] == reasons["socket.py"] == "not a regular file"
    assert "no such file" in reasons["dangling.py"]
    assert all(problem.skipped for problem in problems)


@pytest.mark.parametrize(
    ("data", "functions", "reason", "skipped"),
    [
        (SOURCE.encode(), 1, "", False),
        (SOURCE.encode("utf-8-sig"), 1, "", False),
        (SOURCE.encode("utf-16"), 1, "", False),
        (SOURCE.replace("\n", "\r\n").encode(), 1, "", False),
        (SOURCE.replace("\n", "\r").encode(), 1, "", False),
        (SOURCE.encode() + b"s = '\xe9'\n", 1, "not UTF-8; read with replacement characters", False),
        (SOURCE.encode() + "s = '\ufffd'\n".encode(), 1, "", False),
        (b"\x7fELF\0\0" + SOURCE.encode(), 0, "a binary file", True),
        (b"#" * (9 << 20), 0, "larger than 8 MB", True),
        (b"", 0, "", False),
        (b"def f(:\n  (((", 0, "", False),
    ],
    ids=["utf-8", "bom", "utf-16", "crlf", "cr", "latin-1", "replaced", "binary", "huge", "empty", "broken"],
)
def test_what_is_read_of_a_file(
    tmp_path: Path, data: bytes, functions: int, reason: str, skipped: bool
) -> None:
    path = tmp_path / "x.py"
    path.write_bytes(data)
    problems: list[Problem] = []
    found = functions_of(str(path), problems)
    assert len([one for one in found if not one.function.error]) == functions
    assert problems == ([Problem(str(path), reason, skipped)] if reason else [])


def test_a_file_that_cannot_be_opened_is_a_problem(tmp_path: Path) -> None:
    problems: list[Problem] = []
    assert functions_of(str(tmp_path / "gone.py"), problems) == []
    assert problems[0].skipped


def test_ranges_count_utf16_units_and_lines_from_zero(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_text("class C:\n    def f(self):\n        return '𝒳𝒳'\n")
    (found,) = functions_of(str(path), [])
    assert (found.range.start.line, found.range.start.character) == (1, 4)
    assert (found.range.end.line, found.range.end.character) == (2, 8 + len("return ''") + 4)


def test_heaviest_first_abstentions_last_each_with_its_reason(tmp_path: Path) -> None:
    write(
        tmp_path,
        a_py="def small(xs):\n    return xs\n\ndef large(xs):\n    return sorted(xs) + sorted(xs) + sorted(xs)\n",
        b_py="def middle(xs):\n    return sorted(xs) + sorted(xs)\n\ndef unsure(xs):\n    return xs\n",
        c_py="def explode(xs):\n    return xs\n\ndef reads(path):\n    return open(path).read()\n",
    )
    report = scan([str(tmp_path)], ByLength(), [100, 10_000])
    assert names(report)[:3] == ["large", "middle", "small"]
    assert set(names(report)[3:]) == {"unsure", "explode", "reads"}
    reasons = {row.found.function.name: row.abstained for row in report.rows}
    assert reasons["explode"] == "the model failed: RuntimeError: first line"
    assert reasons["unsure"].startswith("too uncertain")
    assert reasons["reads"]
    assert report.abstentions.total() == 3
    summary = report.summary()
    assert summary.startswith("6 functions in 3 files; 3 forecast; 3 abstained (")
    assert "the model failed 1" in summary
    assert "\n" not in summary


def test_the_maximum_interval_can_be_raised(tmp_path: Path) -> None:
    write(tmp_path, a_py="def unsure(xs):\n    return xs\n")
    assert scan([str(tmp_path)], ByLength(), [100]).rows[0].abstained
    assert not scan([str(tmp_path)], ByLength(), [100], maximum_interval=1e7).rows[0].abstained


@pytest.mark.parametrize(
    ("sizes", "expected"), [([100], 100), ([100, 10_000, 100_000], 10_000), ([10, 1000], 1000)]
)
def test_reference_size(sizes: list[int], expected: int) -> None:
    assert reference_size(sizes) == expected


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("syntax error on line 12", "syntax error"),
        ("missing '}' on line 3", "syntax error"),
        ("missing ':' on line 3", "syntax error"),
        ("too long: the function is 900 tokens long; the model reads 640", "too long"),
        ("reads or writes files", "reads or writes files"),
    ],
)
def test_reason_class(reason: str, expected: str) -> None:
    assert reason_class(reason) == expected


def test_broken_functions_count_as_one_reason(tmp_path: Path) -> None:
    write(
        tmp_path,
        a_py="def f(xs):\n    return ((xs\n\ndef g(xs):\n    return xs +\n\ndef h(xs):\n    return xs\n",
    )
    report = scan([str(tmp_path)], ByLength(), [100])
    assert set(report.abstentions) <= {"syntax error"}


def test_json_is_the_contract(tmp_path: Path, forecaster: Forecaster) -> None:
    write(tmp_path, a_py=SOURCE + "\ndef g(path):\n    return open(path).read()\n", b_cpp=CPP)
    report = scan([str(tmp_path)], forecaster, [100, 1000, 10_000])
    raw = json.loads(json.dumps(report.as_json(report.rows), allow_nan=False))
    assert set(raw) == {"model", "functions"}
    assert raw["model"] == forecaster.info.id
    assert {f["name"]: f["language"] for f in raw["functions"]} == {
        "f": "python",
        "g": "python",
        "total": "cpp",
    }
    for function in raw["functions"]:
        assert set(function) == {
            "path", "name", "language", "range", "assumes", "abstained", "forecasts", "growth",
            "exceeded",
        }  # fmt: skip
        assert set(function["forecasts"]) == set(function["growth"]) == {"memory", "runtime"}
        if function["name"] == "g":
            assert function["abstained"]
            assert function["forecasts"] == {"memory": [], "runtime": []}
            continue
        assert function["abstained"] is None
        assert function["assumes"]
        for estimates in function["forecasts"].values():
            assert [e["n"] for e in estimates] == [100, 1000, 10_000]
            for e in estimates:
                assert set(e) == {"n", "median", "low", "high", "over"}
                assert 0 < e["low"] <= e["median"] <= e["high"]
                assert 0 <= e["over"] <= 1


def test_budgets_of_comments_and_of_the_project(tmp_path: Path) -> None:
    write(
        tmp_path,
        a_py="def f(xs):\n    # pricetag: memory <= 2 kB\n    return xs\n\ndef g(xs):\n    return xs\n",
        b_py="def h(xs):\n    # pricetag: runtime <= 1 min\n    return xs\n",
        generated__c_py="def left_out(xs):\n    return xs\n",
    )
    (tmp_path / ".pricetag.toml").write_text(
        'exclude = ["generated"]\nwrong = 1\n[budgets]\n"a.py::g" = "memory <= 3 kB @ n=50"\n"*.py" = "runtime <= 2 s"\n'
    )
    (tmp_path / ".git").mkdir()
    configs = Configs()
    report = scan([str(tmp_path)], ByLength(), [100], configs=configs)
    assert set(names(report)) == {"f", "g", "h"}
    found = {row.found.function.name: [one.source for one in row.exceeded] for row in report.rows}
    assert found == {"f": ["in its comment"], "g": ["for a.py::g"], "h": []}
    assert [row.forecast.memory[0].n for row in report.rows] == [100, 100, 100]
    assert "; 2 over budget; " in report.summary()
    assert report.over_budget[0].startswith(f"{tmp_path / 'a.py'}:1: `f` is forecast to hold ")
    assert configs.problems == [f"{tmp_path / '.pricetag.toml'}: wrong is no setting"]
    named = scan([str(tmp_path / "generated/c.py")], ByLength(), [100])
    assert names(named) == ["left_out"]


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    write(tmp_path, a_py=SOURCE, b_cpp=CPP)
    seen: list[tuple[int, int]] = []
    scan([str(tmp_path)], ByLength(), [100], progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (2, 2)
    assert seen == sorted(seen)


def test_peak_memory_is_that_of_a_process() -> None:
    assert 5e6 < peak_memory() < 1e12
