"""Servers and workspaces for protocol tests."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient
from pytest_lsp.client import make_test_lsp_client
from session import PATIENCE, Editor, EditorFactory, capabilities, listen


@pytest.fixture
def editor(random_model: Path, tmp_path: Path) -> EditorFactory:
    """``async with editor("vscode") as session``: a fresh server on a fresh workspace."""

    @asynccontextmanager
    async def start(
        client_name: str = "vscode",
        *,
        options: dict[str, Any] | None = None,
        configuration: dict[str, Any] | None = None,
        model: Path | None = random_model,
        environment: dict[str, str] | None = None,
        declared: types.ClientCapabilities | None = None,
    ) -> AsyncIterator[Editor]:
        workspace = tmp_path / "workspace"
        workspace.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "pricetag", "serve", *(["--model", str(model)] if model else [])]
        own = {
            "PRICETAG_CACHE": str(tmp_path / "cache.sqlite3"),
            "PRICETAG_CONFIG": str(tmp_path / "config"),
        }
        env = {**os.environ, **own, **(environment or {})}
        sessions: list[Editor] = []

        def make() -> LanguageClient:
            client = make_test_lsp_client()
            session = Editor(client, workspace)
            sessions.append(session)
            listen(client, session)
            client.set_configuration(configuration or {}, section="pricetag")
            return client

        client = await ClientServerConfig(command, make, env).start()
        assert isinstance(client, LanguageClient)
        [session] = sessions
        session.result = await client.initialize_session(
            types.InitializeParams(
                capabilities=declared or capabilities(client_name),
                initialization_options=options,
                workspace_folders=[types.WorkspaceFolder(workspace.as_uri(), "workspace")],
            )
        )
        try:
            yield session
            assert client._server is not None and client._server.returncode is None, "the server died"
            await asyncio.wait_for(client.shutdown_session(), PATIENCE)
        finally:
            if client._server is not None and client._server.returncode is None:
                client._server.kill()  # only after a failed test: else it has left by itself
            await client.stop()

    return start


@pytest.fixture
def repository(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Make the workspace a git repository with these files committed."""

    def make(files: dict[str, str]) -> Path:
        workspace = tmp_path / "workspace"
        workspace.mkdir(exist_ok=True)
        for name, text in files.items():
            (workspace / name).write_text(text, newline="")
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        for arguments in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-q", "-m", "first"]):
            subprocess.run(["git", "-C", str(workspace), *arguments], check=True, capture_output=True)
        return workspace

    return make
