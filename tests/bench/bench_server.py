"""Time and memory of the language server, measured from outside. Not tests: they print, and judge nothing.

    python tests/bench/bench_server.py editing [--keystrokes 500] [--lines 2000]
    python tests/bench/bench_server.py start [--starts 5] [--lines 2000]

Each measures a file of Python and one of C++, with a real client against the real server process. Wall times depend on
what else the machine does; CPU seconds of the server and its worker stand beside them.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import click
from programs import SUFFIXES, bursts, program
from server_process import cpu, first_hints, print_table, quantile, rss, serving, spread
from typing_replay import Replay, idle_cpu

_GOALS = {
    "event loop: longest callback, CPU": "5 ms",
    "event loop: p99 of callbacks, CPU": "2 ms",
    "last key to new forecasts: CPU of server and worker": "p95 150 ms",
    "idle: CPU of server and worker": "0 s",
    "RSS of server + worker": "200 MB",
    "warm: start to first hint, CPU of server and worker": "1.5 s",
    "cold: start to first hint, CPU of server and worker": "3 s",
}
_model = click.option("--model", help="The folder of a model; the shipped one by default.")
_lines = click.option("--lines", default=2_000, show_default=True, help="Lines of each file.")
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(help=__doc__)
def main() -> None: ...


@main.command()
@_model
@_lines
@_json
@click.option("--keystrokes", default=500, show_default=True)
@click.option("--interval", default=0.08, show_default=True, help="Seconds between two keys.")
@click.option("--idle", default=10.0, show_default=True, help="Seconds to watch the idle server.")
def editing(
    model: str | None, lines: int, as_json: bool, keystrokes: int, interval: float, idle: float
) -> None:
    """Type statements all over a file; event loop, CPU, time to new forecasts, idle CPU, memory."""
    _report(as_json, {name: _editing(name, model, lines, keystrokes, interval, idle) for name in SUFFIXES})


@main.command()
@_model
@_lines
@_json
@click.option("--starts", default=5, show_default=True, help="Starts with a cold cache, and with a warm one.")
def start(model: str | None, lines: int, as_json: bool, starts: int) -> None:
    """From the start of the server's process to the first hint."""
    _report(as_json, {name: _starts(name, model, lines, starts) for name in SUFFIXES})


def _report(as_json: bool, measuring: dict[str, Coroutine[Any, Any, dict[str, str]]]) -> None:
    found = {name: asyncio.run(one) for name, one in measuring.items()}
    if as_json:
        click.echo(json.dumps(found, indent=1))
    else:
        print_table(found, _GOALS)


async def _editing(
    language: str, model: str | None, lines: int, keystrokes: int, interval: float, idle: float
) -> dict[str, str]:
    text = program(language, lines)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        samples = scratch / "callbacks.tsv"
        async with serving(scratch, model, scratch / "cache.sqlite3", samples) as session:
            uri = session.open("bench" + SUFFIXES[language], text, language)
            await session.ready()
            await first_hints(session, uri)
            await session.idle()
            replay = Replay(session, uri, language, text, interval)
            # A statement and the line break before it are 25 keys.
            await replay.type(*bursts(language, text, max(1, keystrokes // 25)))
            memory = rss(session.server), rss(session.worker)
            idling = await idle_cpu(session, idle)
        blocks = _callbacks(samples, *replay.window)
    walls, cpus = [wall for wall, _, _ in blocks], [used for _, used, _ in blocks]
    longest = sorted(blocks, reverse=True)[:3]
    return {
        "lines, keys typed": f"{text.count(chr(10))}, {replay.keys}",
        "event loop: longest callback, CPU": f"{max(cpus) * 1e3:.1f} ms",
        "event loop: p99 of callbacks, CPU": f"{quantile(cpus, 0.99) * 1e3:.2f} ms",
        "event loop: longest callback, wall": f"{max(walls) * 1e3:.1f} ms",
        "event loop: p99 of callbacks, wall": f"{quantile(walls, 0.99) * 1e3:.2f} ms",
        "event loop: the longest by wall": "; ".join(f"{n} {w * 1e3:.1f} ms" for w, _, n in longest if n),
        "key to answer of a request sent after it, wall": spread(replay.answers),
        "CPU of the server a key": f"{replay.server_cpu / replay.keys * 1e3:.1f} ms",
        "CPU of the worker a key": f"{replay.worker_cpu / replay.keys * 1e3:.1f} ms",
        "last key to new forecasts: CPU of server and worker": spread(replay.forecast_cpu),
        "last key to new forecasts: wall, the pause of 150 ms included": spread(replay.forecast_wall),
        "refreshes of hints sent": f"{replay.refreshes} in {len(replay.forecast_wall)} bursts",
        "idle: CPU of server and worker": f"{idling:.2f} s in {idle:.0f} s",
        "RSS of server + worker": f"{memory[0]:.0f} + {memory[1]:.0f} MB",
    }


def _callbacks(path: Path, began: float, ended: float) -> list[tuple[float, float, str]]:
    """Wall seconds, CPU seconds and name of each callback that began in this time."""
    found = []
    for line in path.read_text().splitlines():
        at, wall, used, name = line.split("\t")
        if began <= float(at) <= ended:
            found.append((float(wall), float(used), name))
    return found


async def _starts(language: str, model: str | None, lines: int, starts: int) -> dict[str, str]:
    text = program(language, lines)
    found = {"lines": str(text.count("\n"))}
    measured: dict[str, list[tuple[float, float, float]]] = {"cold": [], "warm": []}
    with tempfile.TemporaryDirectory() as name:
        for number in range(starts):
            for state in ("cold", "warm"):
                cache = Path(name) / f"{number}.sqlite3"
                measured[state].append(await _start(language, text, model, Path(name), cache))
    for state, runs in measured.items():
        initialized, wall, used = zip(*runs, strict=True)
        found[f"{state}: start to `initialize` answered, wall"] = spread(initialized, "s")
        found[f"{state}: start to first hint, wall"] = spread(wall, "s")
        found[f"{state}: start to first hint, CPU of server and worker"] = spread(used, "s")
    return found


async def _start(
    language: str, text: str, model: str | None, workspace: Path, cache: Path
) -> tuple[float, float, float]:
    """Seconds to the answer to ``initialize``, to the first hint, and CPU seconds until then.

    A second start with the same cache finds what the first one forecast until its hint was there.
    """
    began = time.perf_counter()
    async with serving(workspace, model, cache) as session:
        initialized = time.perf_counter() - began
        uri = session.open("bench" + SUFFIXES[language], text, language)
        await first_hints(session, uri)
        wall, used = time.perf_counter() - began, cpu(session.server, session.worker)
    return initialized, wall, used


if __name__ == "__main__":
    main()
