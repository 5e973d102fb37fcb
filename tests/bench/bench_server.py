"""Time and memory of the language server, measured from outside. Not a test: it prints, and judges nothing.

    python tests/bench/bench_server.py [--model DIR] [--edits 60] [--starts 5] [--lines 1000]

Wall times depend on what else the machine does; CPU seconds of the server and its worker stand beside them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil
from lsprotocol import types
from pytest_lsp.client import make_test_lsp_client

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "protocol"))
from session import Editor, capabilities, listen

_FUNCTION = '''\
def step_{i}(items: list[int], limit: int = {i}) -> dict[int, list[int]]:
    """Group the items by their remainder."""
    groups: dict[int, list[int]] = {{}}
    for index, item in enumerate(sorted(items)):
        if item > limit:
            groups.setdefault(item % {k}, []).append(index)
    return groups


'''
_LINES = _FUNCTION.count("\n")
_POLL = 0.002  # seconds between two looks


def main() -> None:
    """Run all measurements and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model")
    parser.add_argument("--edits", type=int, default=60)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--lines", type=int, default=1_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = asyncio.run(_measure(options.model, options.edits, options.starts, options.lines))
    if options.json:
        print(json.dumps(found, indent=1))
    else:
        for name, value in found.items():
            print(f"{name:<58}{value}")


async def _measure(model: str | None, edits: int, starts: int, lines: int) -> dict[str, str]:
    text = "".join(_FUNCTION.format(i=i, k=i + 2) for i in range(lines // _LINES))
    found: dict[str, str] = {
        "machine": f"{psutil.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, {text.count(chr(10))} lines of Python"
    }
    initialize, first, server_cpu, rss = [], [], [], []
    for _ in range(starts):
        with tempfile.TemporaryDirectory() as scratch:
            began = time.perf_counter()
            session = await _start(model, Path(scratch))
            initialize.append(time.perf_counter() - began)
            rss.append(session.server.memory_info().rss / 1e6)
            uri = session.open("bench.py", text)
            span = types.Range(types.Position(0, 0), types.Position(60, 0))
            params = types.InlayHintParams(types.TextDocumentIdentifier(uri), span)
            ask = session.client.text_document_inlay_hint_async
            await session.until(lambda ask=ask, params=params: ask(params), interval=_POLL)
            first.append(time.perf_counter() - began)
            server_cpu.append(_cpu(session.server))
            await _stop(session)
    found["start -> initialize answered"] = _spread(initialize, "s")
    found["start -> first hint, cold cache"] = _spread(first, "s")
    found["server CPU until then"] = _spread(server_cpu, "s")
    found["server RSS after initialize (MB)"] = _spread(rss, "MB")

    with tempfile.TemporaryDirectory() as scratch:
        session = await _start(model, Path(scratch))
        await session.ready()
        began, cpu = time.perf_counter(), _cpu(session.worker)
        uri = session.open("bench.py", text)
        await session.hints(uri, (0, 60))
        await session.until(lambda: session.statuses[-1]["pending"] > 0)
        await session.idle()
        count = lines // _LINES
        found[f"{count} functions of one file forecast"] = (
            f"{time.perf_counter() - began:.2f} s wall, {_cpu(session.worker) - cpu:.2f} s CPU of the worker"
        )
        seconds, answers, server_used, worker_used = [], [], [], []
        inserted = [0] * count
        for edit in range(edits):
            before = len(session.statuses)
            cpus = _cpu(session.server), _cpu(session.worker)
            began = time.perf_counter()
            # A new statement in one body each time: one function to forecast, none of it cached.
            which = edit % count
            line = 6 + _LINES * which + sum(inserted[:which])
            inserted[which] += 1
            session.insert(uri, line, 4, f"extra_{edit} = list(items) * {edit + 2}\n    ")
            await session.hover(uri, 0, 5)
            answers.append(time.perf_counter() - began)
            await session.until(
                lambda before=before: any(s["pending"] for s in session.statuses[before:]), interval=_POLL
            )
            await session.until(lambda: not session.statuses[-1]["pending"], interval=_POLL)
            seconds.append(time.perf_counter() - began)
            server_used.append(_cpu(session.server) - cpus[0])
            worker_used.append(_cpu(session.worker) - cpus[1])
        found["didChange -> new forecast (150 ms pause included)"] = _spread(seconds, "s")
        found["didChange -> answer to a hover sent right after it"] = _spread(answers, "s")
        found["server CPU an edit"] = _spread(server_used, "s")
        found["worker CPU an edit"] = _spread(worker_used, "s")
        found["RSS at the end: server"] = f"{session.server.memory_info().rss / 1e6:.0f} MB"
        found["RSS at the end: worker"] = f"{session.worker.memory_info().rss / 1e6:.0f} MB"
        await _stop(session)
    return found


async def _start(model: str | None, workspace: Path) -> Editor:
    client = make_test_lsp_client()
    session = Editor(client, workspace)
    listen(client, session)
    command = [sys.executable, "-m", "pricetag", "serve", *(["--model", model] if model else [])]
    environment = {**os.environ, "PRICETAG_CACHE": str(workspace / "cache.sqlite3")}
    await client.start_io(*command, env=environment)
    params = types.InitializeParams(capabilities=capabilities("vscode"), root_uri=workspace.as_uri())
    session.result = await client.initialize_session(params)
    return session


async def _stop(session: Editor) -> None:
    await session.client.shutdown_session()
    await session.client.stop()


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _spread(values: list[float], unit: str) -> str:
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    return (
        f"p50 {statistics.median(ordered):.3f} {unit}, p95 {p95:.3f} {unit}, min {ordered[0]:.3f} {unit} "
        f"({len(ordered)} samples)"
    )


if __name__ == "__main__":
    main()
