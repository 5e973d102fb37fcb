from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from lsprotocol import types
from pytest_lsp.client import make_test_lsp_client
from session import PATIENCE, Editor, EditorFactory, capabilities, listen

TEXT = "def f(xs: list[int]) -> list[int]:\n    return sorted(xs)\n"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def connected(port: int, workspace: Path) -> Editor:
    for _ in range(int(PATIENCE * 10)):
        client = make_test_lsp_client()
        session = Editor(client, workspace)
        listen(client, session)
        try:
            await client.start_tcp("127.0.0.1", port)
            return session
        except OSError:
            await asyncio.sleep(0.1)
    raise AssertionError("nobody listens")


@pytest.mark.parametrize("polite", [True, False])
async def test_tcp(random_model: Path, tmp_path: Path, polite: bool) -> None:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "pricetag",
        "serve",
        "--tcp",
        f"127.0.0.1:{port}",
        "--model",
        str(random_model),
    ]
    environment = {**os.environ, "PRICETAG_CACHE": str(tmp_path / "c.sqlite3")}
    server = await asyncio.create_subprocess_exec(*command, env=environment)
    try:
        session = await connected(port, tmp_path)
        await session.client.initialize_session(types.InitializeParams(capabilities=capabilities("neovim")))
        uri = session.open("a.py", TEXT)
        await session.hinted(uri)
        workers = psutil.Process(server.pid).children()
        if polite:
            await session.client.shutdown_async(None)
            session.client.exit(None)
        else:
            # The connection is lost: the server serves one editor and ends with it.
            session.client._stop_event.set()
            for task in session.client._async_tasks:
                task.cancel()
            session.client.protocol.writer.close()  # type: ignore[union-attr]
        await asyncio.wait_for(server.wait(), PATIENCE)
        _, alive = psutil.wait_procs(workers, timeout=PATIENCE)
        assert alive == []
    finally:
        if server.returncode is None:
            server.kill()
        await server.wait()


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:-1"])
def test_bad_addresses(address: str) -> None:
    command = [sys.executable, "-m", "pricetag", "serve", "--tcp", address]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2 and "HOST:PORT" in done.stderr and "Traceback" not in done.stderr


async def test_what_the_server_offers(editor: EditorFactory) -> None:
    async with editor() as session:
        offered: dict[str, Any] = json.loads(
            json.dumps(
                session.client.protocol._converter.unstructure(session.result.capabilities), default=str
            )
        )
        assert session.result.server_info is not None and session.result.server_info.name == "pricetag"
        sync = offered["textDocumentSync"]
        assert sync["openClose"] is True and sync["change"] == 2 and sync["save"]
        assert offered["inlayHintProvider"] == {"resolveProvider": True}
        assert offered["hoverProvider"] and offered["diagnosticProvider"]["identifier"] == "pricetag"
        (selector,) = offered["notebookDocumentSync"]["notebookSelector"]
        assert selector["notebook"]["notebookType"] == "jupyter-notebook"
        assert selector["cells"] == [{"language": "python"}]
        # Nothing is offered that is not there.
        assert not {"completionProvider", "definitionProvider", "renameProvider"} & offered.keys()


async def test_stdout_is_the_protocols_alone(editor: EditorFactory) -> None:
    async with editor(environment={"PRICETAG_LOG": "debug"}) as session:
        await session.hinted(session.open("a.py", TEXT))
        assert session.client.error is None and "sorted" not in session.logs
