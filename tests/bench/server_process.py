"""A server process for benchmarks: started as an editor does, its CPU and memory read from outside."""

from __future__ import annotations

import os
import platform
import statistics
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
from lsprotocol import types
from pytest_lsp.client import make_test_lsp_client

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "protocol"))
import session as sessions
from session import Editor, capabilities, listen

sessions.PATIENCE = 1_800.0  # seconds; the worker has a low priority, and the machine may be busy for long
POLL = 0.002  # seconds between two looks
SCREEN = 30  # lines around the cursor that hints are asked for
_PROBE = Path(__file__).with_name("loop_probe.py")


@asynccontextmanager
async def serving(
    workspace: Path, model: str | None, cache: Path, probe: Path | None = None
) -> AsyncIterator[Editor]:
    """A session with a fresh server; with ``probe`` its event loop is timed, and that file written at its end."""
    client = make_test_lsp_client()
    session = Editor(client, workspace)
    listen(client, session)
    program = ["-m", "pricetag"] if probe is None else [str(_PROBE), str(probe)]
    command = [sys.executable, *program, "serve", *(["--model", model] if model else [])]
    await client.start_io(*command, env={**os.environ, "PRICETAG_CACHE": str(cache)})
    folder = types.WorkspaceFolder(workspace.as_uri(), "workspace")
    params = types.InitializeParams(capabilities=capabilities("vscode"), workspace_folders=[folder])
    session.result = await client.initialize_session(params)
    yield session
    process = client._server
    await client.shutdown_session()
    assert process is not None
    await process.wait()
    await client.stop()


async def first_hints(session: Editor, uri: str) -> list[types.InlayHint]:
    """The hints of the first screen, asked for as an editor does: once, then whenever the server says so."""
    while True:
        seen = session.refreshes
        if hints := await session.hints(uri, (0, 2 * SCREEN)):
            return hints
        await session.until(lambda seen=seen: session.refreshes > seen, "a refresh of hints", POLL)


def cpu(*processes: psutil.Process) -> float:
    """CPU seconds that the processes have used, to 10 ms."""
    times = [process.cpu_times() for process in processes]
    return sum(time.user + time.system for time in times)


def rss(process: psutil.Process) -> float:
    """Resident memory in MB."""
    return float(process.memory_info().rss) / 1e6


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def spread(values: Sequence[float], unit: str = "ms") -> str:
    """p50 and p95 of seconds, in ms or s."""
    scale, digits = (1e3, 0) if unit == "ms" else (1.0, 2)
    p50, p95 = statistics.median(values) * scale, quantile(values, 0.95) * scale
    return f"p50 {p50:.{digits}f}, p95 {p95:.{digits}f} {unit}"


def machine() -> str:
    """What the numbers were measured on."""
    return (
        f"{psutil.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, "
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    )


def print_table(columns: dict[str, dict[str, str]], goals: dict[str, str]) -> None:
    """Print measurements by language as a Markdown table."""
    print(machine(), end="\n\n")
    print("|", *(f" | {name}" for name in columns), "| goal |", sep=" ")
    print("|---" * (len(columns) + 2) + "|")
    for name in next(iter(columns.values())):
        values = " | ".join(column[name] for column in columns.values())
        print(f"| {name} | {values} | {goals.get(name, '')} |")
