from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from session import Editor, EditorFactory

TEXT = "def f(xs: list[int]) -> list[int]:\n    return sorted(xs)\n"
CPP = "#include <vector>\n\nint first(const std::vector<int>& xs) { return xs[0]; }\n"
BROKEN = "def broken(xs):\n    return xs +* 2\n"
FILES = "def load(path: str) -> str:\n    return open(path).read()\n"


def functions(count: int, name: str = "f") -> str:
    return "".join(
        f"def {name}{i}(xs: list[int]) -> list[int]:\n    return sorted(xs)[{i}:]\n\n\n" for i in range(count)
    )


def write(workspace: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, newline="")


def git(workspace: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(workspace), *arguments], check=True)


async def heaviest(session: Editor, **params: Any) -> dict[str, Any]:
    answer = await session.client.protocol.send_request_async("pricetag/heaviest", params)
    return plain(answer)


def plain(value: Any) -> Any:
    """Nested plain data of what the client made of an answer."""
    if hasattr(value, "_asdict"):
        return {name: plain(inner) for name, inner in value._asdict().items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def names(answer: dict[str, Any]) -> list[str]:
    return sorted(row["name"] for row in answer["rows"])


WIDE = {"maximumInterval": 1e12}  # a random model is never sure


@pytest.mark.parametrize("client", ["vscode", "neovim", "minimal"])
async def test_rows_of_a_workspace(editor: EditorFactory, tmp_path: Path, client: str) -> None:
    write(tmp_path / "workspace", {"a.py": TEXT, "deep/b.cpp": CPP, "broken.py": BROKEN, "load.py": FILES})
    write(tmp_path / "workspace", {".hidden/c.py": TEXT, "node_modules/d.py": TEXT, "e.txt": TEXT})
    async with editor(client, configuration=WIDE, options=WIDE) as session:
        await session.ready()
        answer = await heaviest(session, metric="memory", n=1000, limit=10)
        assert answer["complete"] and answer["message"] == ""
        assert (answer["metric"], answer["n"], answer["files"], answer["functions"]) == ("memory", 1000, 4, 4)
        assert names(answer) == ["f", "first"]
        medians = [row["median"] * (1 + row["over"]) for row in answer["rows"]]
        assert medians == sorted(medians, reverse=True)
        [row] = [row for row in answer["rows"] if row["name"] == "f"]
        assert row["uri"] == session.uri("a.py") and row["language"] == "python"
        assert row["selectionRange"] == {
            "start": {"line": 0, "character": 4},
            "end": {"line": 0, "character": 5},
        }
        assert row["low"] <= row["median"] <= row["high"] and row["text"]
        assert row["range"]["end"] == {"line": 1, "character": 21}
        assert sorted(found["reason"] for found in answer["abstained"]) == [
            "reads or writes files",
            "syntax error",
        ]
        assert all(found["count"] == 1 for found in answer["abstained"])
        assert (await heaviest(session, metric="memory", n=1000, limit=1))["rows"] == answer["rows"][:1]
        assert session.messages == []


async def test_rows_with_both_metrics_and_curves(editor: EditorFactory, tmp_path: Path) -> None:
    write(tmp_path / "workspace", {"a.py": functions(3), "load.py": FILES})
    async with editor(configuration=WIDE, options=WIDE) as session:
        await session.ready()
        rows = (await heaviest(session, metric="runtime", n=1000, curves=2))["rows"]
        assert [sorted(row["curves"]) if "curves" in row else None for row in rows] == [
            ["memory", "runtime"],
            ["memory", "runtime"],
            None,
        ]
        for row in rows:
            assert row["medians"]["runtime"] == row["median"] and row["medians"]["memory"] >= 0
        for metric in ("memory", "runtime"):
            curve = rows[0]["curves"][metric]
            sizes = [point["n"] for point in curve]
            assert sizes == sorted(sizes) and 1000 in sizes and len(sizes) >= 2
            assert all(point["low"] <= point["median"] <= point["high"] for point in curve)
            [at] = [point["median"] for point in curve if point["n"] == 1000]
            assert at == rows[0]["medians"][metric]


async def test_medians_and_curves_leave_out_what_is_too_uncertain(
    editor: EditorFactory, tmp_path: Path
) -> None:
    write(tmp_path / "workspace", {"a.py": functions(12)})
    async with editor(configuration=WIDE, options=WIDE) as session:
        await session.ready()
        rows = (await heaviest(session, curves=12))["rows"]
        widths = {
            row["name"]: {
                metric: max(
                    (point["high"] + floor) / (point["low"] + floor) for point in row["curves"][metric]
                )
                for metric, floor in (("memory", 1024), ("runtime", 1e-6))
            }
            for row in rows
        }
    limit = sorted(width for both in widths.values() for width in both.values())[len(widths)]
    narrow = {"maximumInterval": limit}
    async with editor(configuration=narrow, options=narrow) as session:
        await session.ready()
        rows = (await heaviest(session, curves=12))["rows"]
        assert rows
        for row in rows:
            for metric, floor in (("memory", 1024), ("runtime", 1e-6)):
                curve = row["curves"][metric]
                assert all((p["high"] + floor) / (p["low"] + floor) <= limit for p in curve)
                [at] = [p["median"] for p in curve if p["n"] == 10_000] or [None]
                assert row["medians"][metric] == at


async def test_what_git_ignores_and_what_is_excluded(editor: EditorFactory, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    write(
        workspace, {"a.py": TEXT, "built/b.py": TEXT, "new.py": TEXT.replace("f(", "new("), "skip.py": TEXT}
    )
    write(workspace, {"gen.py": "# @generated by x\n" + TEXT, "long.py": TEXT + f"x = '{'y' * 30_000}'\n"})
    write(workspace, {"nul.py": TEXT + "\0", ".gitignore": "built/\n", "big.py": TEXT + "# x\n" * 300_000})
    git(workspace, "init", "-q")
    git(workspace, "add", "a.py")
    async with editor(configuration={**WIDE, "exclude": ["skip.py"]}) as session:
        await session.ready()

        async def settled() -> bool:
            return (await heaviest(session))["files"] == 6

        await session.until(settled, "the settings to arrive")
        answer = await heaviest(session)
        assert names(answer) == ["f", "new"] and answer["complete"]
        assert sorted(found["reason"] for found in answer["skipped"]) == [
            "a binary file",
            "larger than 1 MB",
            "this file has lines of more than 20,000 bytes",
            "this is a generated file, as its first lines say",
        ]


async def test_the_files_of_a_project_hold(editor: EditorFactory, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    project = "n = 1000\nexclude = ['old/']\n"
    write(workspace, {"a.py": TEXT, "old/b.py": TEXT, ".pricetag.toml": project})
    async with editor(configuration=WIDE) as session:
        await session.ready()

        async def settled() -> bool:
            return bool(names(await heaviest(session)) == ["f"])

        await session.until(settled, "the settings to arrive")
        answer = await heaviest(session)
        assert (answer["n"], answer["files"], answer["complete"]) == (1000, 1, True)
        assert (await heaviest(session, n=100))["n"] == 100
        write(workspace, {".pricetag.toml": "n = 500\n"})
        answer = await heaviest(session)
        assert (answer["n"], answer["files"]) == (500, 2)
    async with editor(configuration={**WIDE, "size": 10_000}) as session:  # set, if only to its default
        await session.ready()

        async def own() -> bool:
            return bool((await heaviest(session))["n"] == 10_000)

        await session.until(own, "the settings to arrive")


async def test_later_calls_see_what_changed(editor: EditorFactory, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    write(workspace, {"a.py": TEXT, "b.py": TEXT.replace("f(", "g("), "c.py": TEXT.replace("f(", "h(")})
    async with editor(configuration=WIDE) as session:
        await session.ready()
        first = await heaviest(session)
        assert names(first) == ["f", "g", "h"]
        worker = session.worker
        worker.suspend()  # the second answer needs no forecast
        try:
            assert await heaviest(session) == first
            assert names(await heaviest(session, metric="runtime", n=100)) == ["f", "g", "h"]
        finally:
            worker.resume()
        (workspace / "b.py").unlink()
        write(workspace, {"c.py": TEXT.replace("f(", "renamed("), "d.py": TEXT.replace("f(", "fresh(")})
        uri = session.open("a.py", TEXT.replace("f(", "unsaved("))
        await session.hinted(uri)
        answer = await heaviest(session)
        assert names(answer) == ["fresh", "renamed", "unsaved"]
        session.close(uri)
        assert names(await heaviest(session)) == ["f", "fresh", "renamed"]


async def test_one_folder(editor: EditorFactory, tmp_path: Path) -> None:
    write(tmp_path / "workspace", {"a.py": TEXT, "deep/b.py": TEXT.replace("f(", "g(")})
    async with editor(configuration=WIDE) as session:
        await session.ready()
        assert names(await heaviest(session, folder=session.uri("deep"))) == ["g"]
        assert names(await heaviest(session)) == ["f", "g"]
        assert names(await heaviest(session, folder=session.uri("deep"))) == ["g"]


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"metric": "gold"}, "metric must be memory or runtime"),
        ({"n": "many"}, "n and limit must be whole numbers from 1 up"),
        ({"limit": -1}, "n and limit must be whole numbers from 1 up"),
        ({"n": True}, "n and limit must be whole numbers from 1 up"),
        ({"curves": -1}, "curves must be a whole number from 0 up"),
        ({"curves": True}, "curves must be a whole number from 0 up"),
        ({"folder": 3}, "folder must be the URI of a folder"),
        ({"folder": "untitled:x"}, "folder must be the URI of a folder"),
        ({"folder": Path("/").as_uri()}, "folder must lie in a folder that is open"),
    ],
)
async def test_bad_parameters(editor: EditorFactory, params: dict[str, Any], message: str) -> None:
    async with editor() as session:
        answer = await heaviest(session, **params)
        assert (answer["rows"], answer["complete"], answer["message"]) == ([], False, message)
        assert session.messages == []


async def test_without_a_model_the_answer_says_so(editor: EditorFactory, tmp_path: Path) -> None:
    write(tmp_path / "workspace", {"a.py": TEXT})
    async with editor(model=tmp_path / "nothing") as session:
        await session.until(lambda: session.state() == "noModel", "no model")
        answer = await heaviest(session)
        assert (
            answer["rows"] == [] and not answer["complete"] and answer["message"].startswith("no forecast: ")
        )


async def test_progress_cancellation_and_an_open_file_first(editor: EditorFactory, tmp_path: Path) -> None:
    write(tmp_path / "workspace", {f"m{i}.py": functions(60, f"m{i}_") for i in range(20)})
    async with editor(configuration=WIDE) as session:
        await session.ready()
        progress = session.client.progress_reports
        request = asyncio.ensure_future(heaviest(session, workDoneToken="mine", limit=1000))
        await session.until(lambda: len(progress.get("mine", [])) >= 2, "progress")
        assert (
            isinstance(progress["mine"][0], types.WorkDoneProgressBegin) and progress["mine"][0].cancellable
        )
        # A file that is opened now does not wait for a thousand functions.
        await session.hinted(session.open("a.py", TEXT))
        assert not request.done()
        session.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams("mine"))
        answer = await request
        assert answer["message"] == "cancelled" and not answer["complete"]
        assert 0 < answer["functions"] < 1200
        assert isinstance(progress["mine"][-1], types.WorkDoneProgressEnd)
        await session.until(lambda: not session.children("pricetag.survey"), "the reading process to end")
        # What was found until then is kept; a request can be cancelled too.
        again = asyncio.ensure_future(heaviest(session, workDoneToken="again"))
        await session.until(lambda: len(progress.get("again", [])) >= 2, "progress")
        number = next(
            n
            for n in session.client.protocol._request_futures
            if not session.client.protocol._request_futures[n].done()
        )
        session.client.cancel_request(types.CancelParams(number))
        with pytest.raises(Exception, match=r"(?i)cancel"):
            await again
        await session.until(lambda: not session.children("pricetag.survey"), "the reading process to end")
        await session.hinted(session.open("b.py", TEXT.replace("f(", "later(")))
        assert session.messages == []


async def test_progress_of_the_servers_own(editor: EditorFactory, tmp_path: Path) -> None:
    write(tmp_path / "workspace", {f"m{i}.py": functions(60, f"m{i}_") for i in range(20)})
    async with editor(configuration=WIDE) as session:
        await session.ready()
        progress = session.client.progress_reports
        request = asyncio.ensure_future(heaviest(session))

        def begun() -> list[Any]:
            return [
                token
                for token in progress
                if str(token).startswith("pricetag/") and token != "pricetag/loading" and progress[token]
            ]

        [token] = await session.until(begun, "progress")
        assert progress[token][0].title == "Finding the heaviest functions"
        session.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token))
        answer = await request
        assert answer["message"] == "cancelled" and answer["functions"] < 1200
        await session.until(
            lambda: isinstance(progress[token][-1], types.WorkDoneProgressEnd), "the end of progress"
        )
        assert session.messages == []
