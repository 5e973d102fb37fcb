"""The command line: what it prints, where, and with which exit code. Never a traceback."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import pricetag
from pricetag.cli import main
from pricetag.cli.options import Sizes
from pricetag.measure.label import Item, Label
from pricetag.measure.store import LabelStore
from pricetag.train.corpus import write_items

SERVER = Path(pricetag.__file__).parents[1]
SOURCE = "def f(xs: list[int]) -> list[int]:\n    return [x * 2 for x in xs]\n"


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRICETAG_CACHE", str(tmp_path / "cache" / "forecasts.sqlite3"))
    monkeypatch.setenv("PRICETAG_CONFIG", str(tmp_path / "config"))
    monkeypatch.delenv("PRICETAG_TRACEBACK", raising=False)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "sources" / "x.py"
    path.parent.mkdir()
    path.write_text(SOURCE)
    return path


def run(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def check_error(*arguments: object, code: int, said: str) -> None:
    """One line on stderr, nothing on stdout."""
    result = run(*arguments, code=code)
    assert result.stdout == ""
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("Error: ")
    assert said in lines[0]


def test_version_and_help() -> None:
    assert pricetag.__version__ in run("--version").stdout
    for command in (
        "serve", "scan", "diff", "measure", "calibrate", "label", "examples", "train", "evaluate", "export", "doctor"
    ):  # fmt: skip
        assert command in run("--help").stdout
        assert "Usage" in run(command, "--help").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["frobnicate"], "frobnicate"),
        (["--frobnicate"], "--frobnicate"),
        (["scan"], "PATH"),
        (["scan", "/nowhere/at/all.py"], "does not exist"),
        (["scan", "--sizes", "100,many", SERVER], "'many' is not a size"),
        (["serve", "--tcp", "nonsense"], "HOST:PORT"),
        (["serve", "--tcp", "localhost:99999999"], "HOST:PORT"),
        (["serve", "--stdio", "--tcp", "localhost:1"], "exclude"),
        (["label", "-o", "/tmp/x", "no-such-source"], "no-such-source"),
        (["label", "mbpp"], "--output"),
    ],
)
def test_misuse_is_one_line_and_exit_code_2(arguments: list[object], said: str) -> None:
    check_error(*arguments, code=2, said=said)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100", (100,)),
        ("1e4,100, 10", (10, 100, 10_000)),
        ("5,5", (5,)),
        ("1_000", (1000,)),
        ("100_000", (100_000,)),
    ],
)
def test_sizes(text: str, expected: tuple[int, ...]) -> None:
    assert Sizes().convert(text, None, None) == expected


@pytest.mark.parametrize("text", ["", "0", "-5", "1.5", "nan", "inf", "1e12", "1,,2", "ten", "0x10"])
def test_what_is_no_size(text: str, source: Path, random_model: Path) -> None:
    check_error("scan", "--sizes", text, "--model", random_model, source, code=2, said="is not a size")


def test_scan_prints_a_table_and_a_summary(source: Path, random_model: Path) -> None:
    result = run("scan", "--model", random_model, source)
    header, *rows = [line for line in result.stdout.splitlines() if line.strip()]
    assert "memory" in header
    assert any(f"{source}:1" in row and "f" in row for row in rows)
    assert all(line == line.rstrip() for line in result.stdout.splitlines())
    assert result.stderr.startswith("1 function in 1 file; 1 forecast; 0 abstained; ")
    assert result.stderr.count("\n") == 1


def test_scan_json_is_alone_on_stdout(source: Path, random_model: Path) -> None:
    result = run("scan", "--json", "--sizes", "1e2,1e3", "--model", random_model, source)
    (function,) = json.loads(result.stdout)["functions"]
    assert function["path"] == str(source)
    assert function["range"] == {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 30}}
    assert [e["n"] for e in function["forecasts"]["memory"]] == [100, 1000]


def test_scan_is_the_same_twice_with_and_without_the_cache(source: Path, random_model: Path) -> None:
    arguments = ("scan", "--json", "--model", random_model, source)
    first, cached = run(*arguments).stdout, run(*arguments).stdout
    assert first == cached == run(*arguments, "--no-cache").stdout


def test_scan_top(source: Path, random_model: Path) -> None:
    source.write_text("".join(SOURCE.replace("f(", f"f{i}(").replace("2", str(i)) for i in range(5)))
    everything = json.loads(run("scan", "--json", "--model", random_model, source).stdout)["functions"]
    top = json.loads(run("scan", "--json", "--top", 2, "--model", random_model, source).stdout)["functions"]
    assert top == everything[:2]


def test_scan_goes_on_past_a_bad_file_and_says_so(source: Path, random_model: Path) -> None:
    (source.parent / "binary.py").write_bytes(b"\0\1\2")
    result = run("scan", "--json", "--model", random_model, source.parent, code=1)
    assert len(json.loads(result.stdout)["functions"]) == 1
    assert "binary.py: a binary file" in result.stderr


def test_scan_checks_budgets_where_it_is_told_to(source: Path, random_model: Path) -> None:
    (source.parent / "pyproject.toml").write_text('[tool.pricetag.budgets]\n"*::f" = "memory <= 1 B"\n')
    said = f"{source}:1: `f` is forecast to hold "
    assert said in run("scan", "--model", random_model, source).stderr
    result = run("scan", "--check", "--json", "--model", random_model, source, code=1)
    assert "over the budget of 1 B for *::f (" in result.stderr
    assert json.loads(result.stdout)["functions"][0]["exceeded"][0]["budget"] == 1
    (source.parent / "pyproject.toml").write_text('[tool.pricetag.budgets]\n"*::f" = "memory <= 1 EB"\n')
    result = run("scan", "--check", "--model", random_model, source)
    assert "pyproject.toml [tool.pricetag]: budgets.'*::f': a memory budget needs a unit" in result.stderr


def test_scan_of_nothing(tmp_path: Path, random_model: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = run("scan", "--model", random_model, tmp_path / "empty")
    assert result.stderr.startswith("0 functions in 0 files")


def test_sizes_the_model_does_not_know(source: Path, random_model: Path) -> None:
    check_error(
        "scan",
        "--sizes",
        "5,100",
        "--model",
        random_model,
        source,
        code=2,
        said="n = 5 is outside what the model knows",
    )


@pytest.mark.parametrize("command", [["scan"], ["doctor"]])
def test_a_missing_model(command: list[str], source: Path, tmp_path: Path) -> None:
    paths = [source] if command == ["scan"] else []
    result = run(*command, "--model", tmp_path / "nowhere", *paths, code=1)
    assert "nowhere" in result.output
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("file", ["encoder.int8.onnx", "tokenizer.json", "calibration.json", "config.json"])
def test_a_damaged_model(file: str, source: Path, random_model: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(random_model, copy)
    data = (copy / file).read_bytes()
    (copy / file).write_bytes(data[: len(data) // 2])
    check_error("scan", "--model", copy, source, code=1, said=file)
    result = run("doctor", "--model", copy, code=1)
    assert "broken" in result.stderr


def test_a_file_name_cannot_steer_the_terminal(source: Path, random_model: Path) -> None:
    evil = source.parent / "\x1b[31mred\n.py"
    evil.write_bytes(b"\0")
    result = run("scan", "--model", random_model, source.parent, code=1)
    assert "\x1b" not in result.output
    assert "\\x1b[31mred\\n.py: a binary file" in result.stderr


def test_doctor_shows_everything_and_loads_the_model(random_model: Path) -> None:
    result = run("doctor", "--model", random_model)
    for part in (
        "Python",
        "pygls",
        "onnxruntime",
        "random-",
        "worker",
        "ready in",
        "git",
        "g++",
        "editor",
        "sandbox",
    ):
        assert part in result.stdout


def test_an_unexpected_error_is_one_line(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("first\nsecond")

    monkeypatch.setattr("pricetag.scan.scan", broken)
    monkeypatch.setattr("pricetag.forecast.find_model", broken)
    check_error("scan", source, code=1, said="ZeroDivisionError: first")
    monkeypatch.setenv("PRICETAG_TRACEBACK", "1")
    assert isinstance(CliRunner().invoke(main, ["scan", str(source)]).exception, ZeroDivisionError)


def test_the_real_process(source: Path, random_model: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(SERVER)}
    command = [sys.executable, "-m", "pricetag", "scan", "--json", "--model", str(random_model), str(source)]
    done = subprocess.run(command, capture_output=True, env=environment, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["functions"]) == 1
    # A reader that leaves early, as `head` does, is no error worth a traceback.
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True
    ) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        assert "Traceback" not in process.stderr.read()


def test_serve_ends_with_its_editor() -> None:
    command = [sys.executable, "-m", "pricetag", "serve"]
    environment = {**os.environ, "PYTHONPATH": str(SERVER)}
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, env=environment, timeout=60, check=False
    )
    assert done.stdout == b""
    assert b"Traceback" not in done.stderr


def test_label_measures_both_languages_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(SOURCE + "\n\ndef bad(xs: list[int]) -> int:\n    return xs['a']\n")
    (tmp_path / "b.cpp").write_text(
        "#include <vector>\nlong f(const std::vector<int>& v) { return v.size(); }\n"
    )
    out = tmp_path / "labels"
    arguments = (
        "label",
        "--sizes",
        "10,100",
        "--time-limit",
        "5",
        "-o",
        out,
        tmp_path / "a.py",
        tmp_path / "b.cpp",
    )
    result = run(*arguments)
    assert re.search(
        r"3 functions; 6 labels, 4 measured in \d+ s \(\d+\.\d labels/s\); not: exception TypeError 2\n",
        result.stderr,
    )
    labels = list(LabelStore(out))
    assert {(one.language, one.n) for one in labels} == {
        ("python", 10), ("python", 100), ("cpp", 10), ("cpp", 100)
    }  # fmt: skip
    growing = {one.n: one.memory or 0 for one in labels if one.function == "f" and one.language == "python"}
    assert 8 * 10 <= growing[10] < growing[100]
    assert "3 functions, 3 of them labelled already" in run(*arguments).stderr
    assert list(LabelStore(out)) == labels


def test_label_says_where_there_is_nothing_to_run_or_to_write(tmp_path: Path) -> None:
    (tmp_path / "empty.py").write_text("x = 1\n")
    check_error(
        "label", "-o", tmp_path / "x", tmp_path / "empty.py", code=1, said="no function that can be run"
    )
    check_error("label", "-o", tmp_path / "x", tmp_path / "gone.py", code=2, said="gone.py")


def test_training_without_its_extra_says_how_to_get_it(tmp_path: Path) -> None:
    labels = tmp_path / "labels"
    labels.mkdir()
    program = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
from pricetag.cli import main
main(sys.argv[1:])
"""
    arguments = ["train", str(tmp_path / "run"), "--labels", str(labels)]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True, env={**os.environ, "PYTHONPATH": str(SERVER)}, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert (
        done.stderr.strip()
        == 'Error: torch is not installed; training needs it: pip install "pricetag[train]"'
    )


@pytest.mark.parametrize("command", [["train", "run"], ["evaluate"], ["export", "run", "out", "--name", "x"]])
def test_labels_without_functions(
    command: list[str], tmp_path: Path, random_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PRICETAG_MODEL", str(random_model))
    (tmp_path / "run").mkdir()
    (tmp_path / "labels").mkdir()
    assert "labelled" in run(*command, "--labels", "labels", code=1).stderr.splitlines()[-1]
    (tmp_path / "junk.parquet").write_text("not parquet")
    said = run(*command, "--labels", "junk.parquet", code=1).stderr.splitlines()[-1]
    assert "junk.parquet is not a readable label file" in said


def test_a_model_is_trained_from_another_or_beside_it(tmp_path: Path, random_model: Path) -> None:
    model = str(random_model)
    said = run("train", str(tmp_path / "run"), "--start", model, "--beside", model, code=2).stderr
    assert "--start brings its own tokenizer" in said
    assert not (tmp_path / "run").exists()


def test_train_wants_source_where_a_recipe_weighs_it(tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.json"
    recipe.write_text(json.dumps({"weights": {"imitated": 0.5}}), encoding="utf-8")
    said = run("train", str(tmp_path / "run"), "--recipe", str(recipe), code=2).stderr
    assert "--start and --unlabelled" in " ".join(said.replace("│", " ").split())
    assert not (tmp_path / "run").exists()


def labelled_functions(folder: Path, train: int, test: int) -> tuple[object, ...]:
    """Options of ``evaluate`` for made-up labels: generated Python functions train, those of the standard library test."""
    items, labels = [], []
    for row in range(train + test):
        source = "generated" if row < train else "stdlib"
        code = f"def f(xs):\n    return xs * {row + 2}\n"
        items.append(Item(f"{source}/{row}", source, "MIT", f"p/{row}", "python", code, "f"))
        labels += [
            Label(
                items[-1].id, source, "MIT", items[-1].problem, "python", "f", "xs: list[int] of n", n,
                memory=8.0 * n * (row + 2), runtime=1e-8 * n * (row + 2),
            )
            for n in (100, 1_000, 10_000)
        ]  # fmt: skip
    write_items(items, folder / "items.jsonl.gz")
    with LabelStore(folder / "labels") as store:
        store.append(labels)
    return ("--labels", folder / "labels", "--source", folder / "items.jsonl.gz")


def test_evaluate_writes_its_report(tmp_path: Path, random_model: Path) -> None:
    options = labelled_functions(tmp_path, train=60, test=22)
    page, text = tmp_path / "report.html", tmp_path / "report.md"
    result = run("evaluate", "--model", random_model, *options, "--report", page, "--report", text)
    assert "| RLM |" in result.stdout
    assert "nearest neighbour" not in result.stdout
    assert page.read_text().count("<svg") == 7
    written = text.read_text()
    for part in ("Python 22 (stdlib 22)", "| nearest neighbour | 0.", "| gradient boosting |", "decades"):
        assert part in written
    assert "C++" not in written
    assert "xs *" not in written
    assert run("evaluate", "--model", random_model, *options).stdout == result.stdout
    kept = tmp_path / "kept"
    run("examples", kept, *options)
    assert run("evaluate", "--model", random_model, "--examples", kept).stdout == result.stdout
    check_error(
        "evaluate", "--model", random_model, "--examples", kept, *options, code=2, said="either --labels or"
    )
    (kept / "limits.json").unlink()
    said = run("evaluate", "--model", random_model, "--examples", kept, code=1).stderr.splitlines()[-1]
    assert said == f"Error: {kept / 'limits.json'}: No such file or directory"


@pytest.mark.parametrize(
    ("train", "test", "said"), [(60, 3, "too few"), (3, 3, "too few"), (3, 0, "split: none.")]
)
def test_a_report_of_too_few_functions(
    train: int, test: int, said: str, tmp_path: Path, random_model: Path
) -> None:
    options = labelled_functions(tmp_path, train, test)
    run("evaluate", "--model", random_model, *options, "--report", tmp_path / "report.md")
    assert said in (tmp_path / "report.md").read_text()
    wanted = "too few labelled functions" if test else "belongs to the test split"
    assert wanted in run("evaluate", "--model", random_model, *options, code=1).stderr.splitlines()[-1]


def test_misuse_of_reports(tmp_path: Path, random_model: Path) -> None:
    options = ("--model", random_model, *labelled_functions(tmp_path, 3, 3))
    check_error(
        "evaluate", *options, "--report", tmp_path / "x.pdf", code=2, said="must end with .html or .md"
    )
    nowhere = tmp_path / "gone" / "x.md"
    said = run("evaluate", *options, "--report", nowhere, code=1).stderr.splitlines()[-1]
    assert said == f"Error: {nowhere}: No such file or directory"
    (tmp_path / "empty").mkdir()
    arguments = (
        "--labels",
        tmp_path / "empty",
        "--source",
        tmp_path / "items.jsonl.gz",
        "--report",
        tmp_path / "x.md",
    )
    assert (
        "is labelled" in run("evaluate", "--model", random_model, *arguments, code=1).stderr.splitlines()[-1]
    )


def test_pairs_items_and_the_report(tmp_path: Path) -> None:
    source = tmp_path / "a.py"
    source.write_text(
        "def f(xs: list[int]) -> int:\n    total = 0\n    for x in xs:\n        total += x\n    return total\n"
    )
    files = tmp_path / "items.jsonl.gz"
    said = run("items", "-o", files, source, f"mutate:{source}", f"neutral:{source}").stderr
    count = int(said.split()[0])
    assert count > 3
    labels = tmp_path / "labels"
    page = tmp_path / "page.html"
    run("label", "-o", labels, "--sizes", "1000", "--share", "1/1", files, "--report", page)
    assert page.read_text().count("<svg") == 6
    table = [line.split("|")[1:-1] for line in run("pairs", labels, "--source", files).stdout.splitlines()]
    kinds = {cells[1].strip(): int(cells[-1]) for cells in table[2:]}
    assert kinds["mutation"] > 0 and kinds["neutral"] > 0
    assert kinds["all"] == kinds["mutation"] + kinds["neutral"] < count
    report = run("label-report", labels).stdout
    assert "python memory at n = 10,000: 0 labels" in report
    merged = tmp_path / "labels.parquet"
    assert run("label-merge", labels, "-o", merged).stderr == f"{count} labels\n"
    assert run("label-report", merged).stdout == report
    check_error("label", "-o", merged, source, code=2, said="is a file; labels are added to a folder")


def test_misuse_of_labelling(tmp_path: Path) -> None:
    check_error("label", "-o", tmp_path / "x", code=2, said="at least one SOURCE")
    check_error("label", "-o", tmp_path / "x", "--share", "3/2", "authored", code=2, said="is no share")
    check_error("items", "-o", tmp_path / "x.json", "authored", code=2, said="must end with .jsonl.gz")
    arguments = ("label", "-o", tmp_path / "x", "--engine", "ray", "--ray-address", "127.0.0.1:1")
    said = run(*arguments, "generate:python:1", code=1).stderr.splitlines()
    assert said[-1] == "Error: no Ray cluster at 127.0.0.1:1: Connection refused"
