from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pricetag.forecast import subject_of
from pricetag.survey import survey
from pricetag.syntax import Language, parse_functions
from pricetag.worker.protocol import decode_query

TEXT = 'é = "😀"; x = 1\ndef f(xs: list[int], k: int) -> int:\n    # pricetag: n=100\n    return xs[k]\n'


def asked(folder: Path, **changes: Any) -> dict[str, Any]:
    return {
        "folders": [str(folder)], "exclude": [], "languages": ["python", "cpp"], "encoding": "utf-16", "known": {},
        **changes,
    }  # fmt: skip


def paths(lines: list[dict[str, Any]], folder: Path) -> list[str]:
    return [Path(line["file"]).relative_to(folder).as_posix() for line in lines if "file" in line]


def test_a_function_is_what_the_editor_would_ask_about(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(TEXT, encoding="utf-8")
    total, function, file = survey(asked(tmp_path))
    assert total == {"total": 1} and (file["same"], file["skipped"]) == (False, "")
    found = function["function"]
    assert (found["name"], found["language"], found["n"]) == ("f", "python", 100)
    assert found["range"] == [1, 0, 3, 16] and found["selection"] == [1, 4, 1, 5]
    [parsed] = parse_functions(TEXT, Language.PYTHON)
    assert decode_query(json.loads(json.dumps(found["query"]))) == subject_of(parsed).query


def test_known_files_are_not_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(TEXT, encoding="utf-8")
    stamp = list(survey(asked(tmp_path)))[-1]["stamp"]
    known = {str(path): stamp}
    assert list(survey(asked(tmp_path, known=known))) == [
        {"total": 1},
        {"file": str(path), "stamp": stamp, "same": True, "skipped": ""},
    ]
    path.write_text(TEXT + "\n")
    assert list(survey(asked(tmp_path, known=known)))[-1]["same"] is False


@pytest.mark.parametrize("repository", [False, True])
def test_which_files(tmp_path: Path, repository: bool) -> None:
    for name in ("a.py", "sub/b.cpp", "built/c.py", ".hidden/d.py", "node_modules/e.py", "f.pyi", "skip.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / ".gitignore").write_text("built/\n")
    if repository:
        subprocess.run(["git", "-C", str(tmp_path), "init", "-q"], check=True)
    found = paths(list(survey(asked(tmp_path, exclude=["skip.py"]))), tmp_path)
    assert sorted(found) == ["a.py", *([] if repository else ["built/c.py"]), "sub/b.cpp"]
    assert paths(list(survey(asked(tmp_path, languages=["cpp"]))), tmp_path) == ["sub/b.cpp"]
    below = asked(tmp_path / "sub")
    assert paths(list(survey(below)), tmp_path) == ["sub/b.cpp"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"x\0y", "a binary file"),
        (b"# @generated\n", "generated"),
        (b"x = 1\n" * 200_000, "larger than 1 MB"),
        (b"\xff\xfe\xff", ""),
        (b"def f(:\n", ""),
        (b"", ""),
    ],
)
def test_odd_files(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "a.py").write_bytes(data)
    skipped = list(survey(asked(tmp_path)))[-1]["skipped"]
    assert reason in skipped and bool(skipped) is bool(reason)


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    assert list(survey(asked(tmp_path / "gone"))) == [{"total": 0}]


def test_the_process(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(TEXT, encoding="utf-8")
    request = json.dumps(asked(tmp_path)) + "\n"
    done = subprocess.run(
        [sys.executable, "-m", "pricetag.survey"], input=request, capture_output=True, text=True, check=True
    )
    assert [next(iter(json.loads(line))) for line in done.stdout.splitlines()] == [
        "total",
        "function",
        "file",
    ]
