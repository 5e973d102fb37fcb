"""Measures one function for the editor: ``python -m pricetag.measure.once``, a process that can be killed whole.

Two lines of JSON on standard input, a line of JSON on standard output after each:

    {"language": name, "time_limit": seconds}    {"ready": true}
    {"item": {...}, "n": n}                      {"label": {...}}

or ``{"unavailable": why}`` where nothing may be run on this system, ``{"broken": type}`` after a failure of ours. The
first line runs nothing of the user's. When its input closes it ends at once, and with it everything that it started:
it expects to lead a process group of its own.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pricetag.measure.label import Item, Label

_PATIENCE = 60.0  # seconds for an empty sandbox
Ask = Callable[[], dict[str, Any]]
Send = Callable[[dict[str, Any]], None]


def main() -> int:
    """Answer the two lines."""
    inbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(inbox,), daemon=True).start()

    def ask() -> dict[str, Any]:
        asked: dict[str, Any] = json.loads(inbox.get())
        return asked

    def send(message: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()

    try:
        from pricetag.measure.cpp_runner import CppUnavailable
        from pricetag.measure.sandbox import SandboxUnavailable
    except ImportError as error:  # a module that only Unix has
        send({"unavailable": f"Measuring is not possible on this system ({error})."})
        return 1
    try:
        send({"label": asdict(_measure(ask, send))})
    except (CppUnavailable, SandboxUnavailable) as error:
        send({"unavailable": str(error)})
    except Exception as error:  # of ours: what the function does never raises here
        send({"broken": type(error).__name__})
    return 0


def _read(inbox: queue.SimpleQueue[bytes]) -> None:
    """Listen while a function runs, so that the end of the editor ends that, too."""
    for line in sys.stdin.buffer:
        inbox.put(line)
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _measure(ask: Ask, send: Send) -> Label:
    asked = ask()
    measure = _cpp if asked["language"] == "cpp" else _python
    return measure(asked["time_limit"], ask, send)


def _python(time_limit: float, ask: Ask, send: Send) -> Label:
    from pricetag.measure.python_runner import PythonRunner

    with PythonRunner(time_limit, again=0) as runner:
        runner.start()
        send({"ready": True})
        asked = ask()
        return runner.measure(_item(asked), [asked["n"]])[0]


def _cpp(time_limit: float, ask: Ask, send: Send) -> Label:
    from pricetag.measure.cpp_runner import CppLimits, CppUnavailable, label_cpp, sandbox

    done = subprocess.run(
        [*sandbox(Path("/")), "/bin/true"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_PATIENCE,
        check=False,
    )
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise CppUnavailable(f"This system has no sandbox to measure C++ in: {reason}")
    send({"ready": True})
    asked = ask()
    [label] = label_cpp([_item(asked)], [asked["n"]], limits=CppLimits(time_limit))
    return label


def _item(asked: dict[str, Any]) -> Item:
    raw: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in asked["item"].items()
    }
    return Item(**raw)


if __name__ == "__main__":
    # Not sys.exit: at shutdown the interpreter would wait for the thread that sits in a read of stdin.
    status = main()
    sys.stdout.flush()
    os._exit(status)
