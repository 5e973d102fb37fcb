"""Labels as JSON lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pricetag.measure.label import Label
from pricetag.measure.lines import LinesError, append_lines, read_lines
from pricetag.measure.project import is_callable, item_id, item_of, path_of, project_root
from pricetag.syntax import Language, parse_functions

LABEL = Label(
    "project/a.py::f@0", "project", "NOASSERTION", "p", "python", "f", "xs: list[int] of n", 100, 8.0, 1e-6
)
OVER = Label("project/a.py::f@0", "project", "NOASSERTION", "p", "python", "f", "", 1_000, over=["runtime"])


def test_what_is_appended_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "labels.jsonl"
    append_lines([LABEL], path)
    append_lines([OVER], path)
    assert list(read_lines(path)) == [LABEL, OVER]


def test_fields_of_later_versions_and_empty_lines_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    append_lines([LABEL], path)
    row = {**json.loads(path.read_text()), "energy": 3}
    path.write_text(f"\n{json.dumps(row)}\n\n")
    assert list(read_lines(path)) == [LABEL]


@pytest.mark.parametrize(
    "change",
    [{"n": "many"}, {"n": -1}, {"n": True}, {"memory": "8"}, {"memory": -1}, {"runtime": float("inf")}, {"over": 3},
     {"item": 3}, {"runtime": True}],
)  # fmt: skip
def test_a_line_that_is_no_label_is_named(change: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    append_lines([LABEL], path)
    row = {**json.loads(path.read_text()), **change}
    path.write_text(f"{path.read_text()}{json.dumps(row)}\n")
    with pytest.raises(LinesError, match=r"labels\.jsonl:2 is no label"):
        list(read_lines(path))


@pytest.mark.parametrize("text", ["{", "3", "[]", "{}", "\x00", "[" * 5_000])
def test_a_file_that_holds_no_labels(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text(text)
    with pytest.raises(LinesError, match="no label"):
        list(read_lines(tmp_path / "x.jsonl"))


def test_an_edit_gives_a_function_another_item_and_a_comment_does_not(tmp_path: Path) -> None:
    def item(text: str) -> str:
        (function,) = parse_functions(text, Language.PYTHON)
        return item_id("src/a.py", function)

    first = item("def f(xs):\n    return sum(xs)\n")
    assert first == item("def f(xs):\n    # all of them\n    return  sum( xs )\n")
    assert first != item("def f(xs):\n    return max(xs)\n")
    assert path_of(first) == "src/a.py"


@pytest.mark.parametrize("item", ["", "mbpp/3", "file/a.py/f", "project/", "project/a.py", "project/a.py@0"])
def test_items_that_are_no_functions_of_a_project(item: str) -> None:
    with pytest.raises(ValueError, match="is no function of a project"):
        path_of(item)


def test_items_of_a_file(tmp_path: Path) -> None:
    text = "class A:\n    def f(self):\n        def g(): ...\n        return g\n\ndef bad(:\n    pass\n"
    functions = parse_functions(text, Language.PYTHON)
    assert [f.qualified_name for f in functions if is_callable(f)] == ["A.f"]
    item = item_of(tmp_path / "d" / "a.py", functions[0], tmp_path, text)
    assert item.id.startswith("project/d/a.py::A.f@")
    assert (item.entry, item.problem) == ("A.f", "project/d/a.py::A.f")
    with pytest.raises(ValueError, match=r"subpath|relative"):
        item_of(Path("/elsewhere/a.py"), functions[0], tmp_path, text)


def test_the_top_of_a_project(tmp_path: Path) -> None:
    inner = tmp_path / "top" / "src"
    inner.mkdir(parents=True)
    (tmp_path / "top" / "pyproject.toml").touch()
    (inner / "a.py").touch()
    assert project_root(inner / "a.py") == project_root(inner) == tmp_path / "top"
