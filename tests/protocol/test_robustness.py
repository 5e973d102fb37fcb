"""Bad input and bad luck: each a message or an abstention; the server lives and no edit is lost."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from session import EditorFactory

TEXT = "def f(xs: list[int]) -> list[int]:\n    return sorted(xs)\n"


def functions(count: int) -> str:
    return "".join(
        f"def f{i}(xs: list[int]) -> list[int]:\n    return sorted(xs)[{i}:]\n\n\n" for i in range(count)
    )


async def test_broken_syntax_while_typing(editor: EditorFactory) -> None:
    async with editor() as session:
        uri = session.open("a.py", functions(3))
        before = await session.hinted(uri, 3)
        session.insert(uri, 5, 4, "xs = (xs[")

        async def broken() -> bool:
            hints = await session.hints(uri)
            return (len(hints) < 3 and hints[:1] == before[:1]) or "syntax" in await session.hover_text(
                uri, 4, 5
            )

        await session.until(broken, "the broken function to be noticed")
        session.insert(uri, 5, 13, "0], xs)[1]\n    ")
        after = await session.hinted(uri, 3)
        assert [h.label for h in after][::2] == [h.label for h in before][::2]
        assert session.messages == []


async def test_a_large_file(editor: EditorFactory) -> None:
    text = functions(5_000)
    assert text.count("\n") == 20_000
    async with editor() as session:
        await session.ready()
        uri = session.open("a.py", text)
        small = session.open("b.py", TEXT)
        # The small file beside it is served while the large one is parsed and forecast.
        await session.hinted(small)
        await session.hints(uri, (10_000, 10_100))
        seen = await session.until(
            lambda: session.hints(uri, (10_000, 10_100)), "visible hints of the large file"
        )
        assert all(10_000 <= hint.position.line <= 10_100 for hint in seen)
        for step in range(30):
            session.insert(uri, 10_001, 4, f"x{step} = {step}\n    ")
        assert (await session.text(uri) or "").count("\n") == 20_030
        session.insert(uri, 0, 0, "# moved\n")
        assert (await session.hints(uri, (10_000, 10_002)))[0].position.line == 10_001
        session.close(uri)
        assert session.messages == []


async def test_a_file_of_megabytes_is_left_alone(editor: EditorFactory) -> None:
    async with editor() as session:
        uri = session.open("a.py", "x = [\n" + "    123456789,\n" * 400_000 + "]\n" + TEXT)
        small = session.open("b.py", TEXT)
        await session.hinted(small)
        assert await session.hints(uri) == []
        session.insert(uri, 0, 0, "# ")
        await session.idle()


NO_CODE = ["", "\0", "\0" * 1_000, "\ufeff", "(" * 20_000, "\ud800", "def", "def f(", "\f\r\v\x85", "if x:\n" * 500, "{" * 5_000]  # fmt: skip


@pytest.mark.parametrize("language", ["python", "cpp"])
async def test_text_that_is_no_code(editor: EditorFactory, language: str) -> None:
    async with editor() as session:
        for number, text in enumerate(NO_CODE):
            uri = session.open(f"{number}", text, language)
            assert await session.hints(uri) == []
            await session.hover(uri, 0, 0)
            session.insert(uri, 0, 0, "\n")
            session.save(uri)
            expected = "\n" + text.replace("\ud800", "\ufffd")
            assert await session.text(uri) == expected
        await session.hinted(session.open("b.py", TEXT))
        assert session.messages == []


async def test_messages_out_of_order(editor: EditorFactory) -> None:
    async with editor() as session:
        never = session.uri("never.py")
        session._versions[never] = 1
        session.insert(never, 0, 0, "x")
        session.save(never)
        session.close(never)
        assert await session.hints(never) == [] and await session.hover(never, 0, 0) is None
        assert await session.text(never) is None
        uri = session.open("a.py", TEXT)
        session.open("a.py", TEXT.replace("f(", "g("))  # opened twice: the later text holds
        assert "def g" in (await session.text(uri) or "")
        session.insert(uri, 99, 99, "# end", (999, 0))  # past the end: clamped
        assert (await session.text(uri) or "").endswith("# end")
        session.client.text_document_did_change(
            types.DidChangeTextDocumentParams(types.VersionedTextDocumentIdentifier(uri=uri, version=9), [])
        )
        await session.hinted(uri)
        for method, params in (
            ("$/setTrace", {"value": "verbose"}),
            ("pricetag/unknown", {"a": 1}),
            ("textDocument/didChange", {"nonsense": True}),
            (
                "textDocument/didChange",
                {"textDocument": {"uri": uri, "version": 10}, "contentChanges": [{"text": 3}]},
            ),
            ("textDocument/didSave", None),
        ):
            session.send_raw({"jsonrpc": "2.0", "method": method, "params": params})
        await session.hinted(uri)
        assert session.messages == []


HOVER, INVALID_PARAMS, INVALID_REQUEST, NO_METHOD = "textDocument/hover", -32602, -32600, -32601
UNREADABLE = [
    ({"jsonrpc": "2.0", "id": 3, "method": HOVER}, INVALID_PARAMS),
    ({"jsonrpc": "2.0", "id": "three", "method": HOVER}, INVALID_PARAMS),
    ({"jsonrpc": "2.0", "id": 4, "method": HOVER, "params": None}, INVALID_PARAMS),
    ({"jsonrpc": "2.0", "id": 5, "method": HOVER, "params": {"nonsense": True}}, INVALID_PARAMS),
    ({"jsonrpc": "2.0", "id": 6, "method": HOVER, "params": [1]}, INVALID_PARAMS),
    ({"jsonrpc": "2.0", "id": 7, "method": "textDocument/inlayHint"}, INVALID_PARAMS),
    ({"jsonrpc": "2.0", "id": 8, "method": "workspace/executeCommand"}, INVALID_PARAMS),
    ({"jsonrpc": "2.0", "id": 9, "method": "pricetag/unknown"}, NO_METHOD),
    ({"id": 10, "method": HOVER}, INVALID_REQUEST),
]


async def test_requests_that_cannot_be_read_are_answered(editor: EditorFactory) -> None:
    async with editor() as session:
        uri = session.open("a.py", TEXT)
        for message, code in UNREADABLE:
            with pytest.raises(JsonRpcException) as refused:
                await session.ask_raw(message)
            assert refused.value.code == code, message
        await session.hinted(uri)
        assert session.messages == []


async def test_params_may_be_left_out_where_there_are_none(editor: EditorFactory) -> None:
    async with editor() as session:
        answer = await session.ask_raw({"jsonrpc": "2.0", "id": 3, "method": "pricetag/debugInformation"})
        assert answer.encoding == "utf-16"
        # A notification that nobody knows is no error.
        session.send_raw({"jsonrpc": "2.0", "method": "$/unknown"})
        await session.hinted(session.open("a.py", TEXT))
        assert "error" not in session.logs


async def test_closing_while_it_is_forecast(editor: EditorFactory) -> None:
    async with editor() as session:
        await session.ready()
        for _ in range(5):
            uri = session.open("a.py", functions(200))
            await session.hints(uri)
            session.close(uri)
            assert await session.hints(uri) == []
        await session.idle()
        await session.hinted(session.open("b.py", TEXT))


async def test_requests_are_cancelled_by_typing_on(editor: EditorFactory) -> None:
    async with editor() as session:
        uri = session.open("a.py", TEXT)
        for step in range(40):
            session.insert(uri, 1, 21, f"[{step}:]", (1, 21 + (len(f"[{step - 1}:]") if step else 0)))
            await session.hints(uri)
        [fresh] = await session.hinted(session.open("b.py", await session.text(uri) or ""))

        async def up_to_date() -> bool:
            return [hint.label for hint in await session.hints(uri)] == [fresh.label]

        await session.until(up_to_date, "the hint of the last text")


async def test_a_worker_killed_in_the_middle_of_a_batch(editor: EditorFactory) -> None:
    async with editor() as session:
        await session.ready()
        uri = session.open("a.py", functions(150))
        await session.hints(uri)
        await session.until(lambda: session.hints(uri), "the first hints")
        os.kill(session.worker.pid, signal.SIGKILL)
        session.insert(uri, 0, 0, "# typed while it was dead\n")
        await session.until(
            lambda: any(s["state"] == "restarting" for s in session.statuses), "the death to be seen"
        )
        assert await session.hover(uri, 1, 5) is not None  # answered at once
        await session.hinted(uri, 150)
        await session.idle()
        assert (await session.text(uri) or "").startswith("# typed while it was dead\ndef f0")
        assert session.messages == []
        assert "def f" not in session.logs


async def _no_model(editor: EditorFactory, model: Path, expected: str) -> None:
    async with editor(model=model) as session:
        await session.until(lambda: session.state() == "noModel", "the missing model to be said")
        assert expected in session.statuses[-1]["message"]
        uri = session.open("a.py", TEXT)
        assert await session.hints(uri) == []

        async def said() -> bool:
            return expected in await session.hover_text(uri, 0, 5)

        await session.until(said, "the reason in the hover")
        session.save(uri)
        session.insert(uri, 0, 0, "# x\n")
        assert (await session.text(uri) or "").startswith("# x\n")
        assert [s["state"] for s in session.statuses].count("restarting") == 0
        assert session.children("pricetag.worker") == []
        assert session.messages == []


async def test_no_model(editor: EditorFactory, tmp_path: Path) -> None:
    await _no_model(editor, tmp_path / "nowhere", "which is not a folder")


async def test_an_empty_model_folder(editor: EditorFactory, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    await _no_model(editor, tmp_path / "empty", "config.json is missing")


async def test_a_truncated_model(editor: EditorFactory, tmp_path: Path, random_model: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(random_model, folder)
    path = folder / "encoder.int8.onnx"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    await _no_model(editor, folder, "is damaged")


async def test_another_model_by_setting(editor: EditorFactory, tmp_path: Path, random_model: Path) -> None:
    options = {"model": str(tmp_path / "nowhere")}
    async with editor("minimal", model=None, options=options) as session:
        await session.until(lambda: session.state() == "noModel", "the missing model to be said")
        uri = session.open("a.py", TEXT)
        session.client.workspace_did_change_configuration(
            types.DidChangeConfigurationParams(settings={"pricetag": {"model": str(random_model)}})
        )
        await session.hinted(uri)
        assert str(session.statuses[-1]["model"]).startswith("random-")


async def test_progress_while_the_model_loads(editor: EditorFactory) -> None:
    async with editor() as session:
        await session.ready()
        reports = await session.until(
            lambda: [r for token in session.client.progress_reports.values() for r in token][1:],
            "progress to end",
        )
        assert isinstance(reports[-1], types.WorkDoneProgressEnd)
    async with editor("minimal") as session:
        await session.ready()
        assert session.client.progress_reports == {}


async def test_a_server_that_is_killed_takes_its_worker_along(editor: EditorFactory) -> None:
    import psutil

    with pytest.raises(AssertionError, match="the server died"):
        async with editor() as session:
            await session.ready()
            worker = session.worker
            session.server.kill()
            await session.until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)
