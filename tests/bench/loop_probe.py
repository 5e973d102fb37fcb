"""``pricetag serve`` with every callback of its event loop timed.

    python tests/bench/loop_probe.py FILE serve [OPTION...]

At its end FILE holds a line for each callback: when it began (``time.perf_counter``), its wall seconds, its CPU seconds,
and what it was if it was long. The server itself knows nothing of this. asyncio's debug mode would do the same at a
multiple of the cost: it notes where each callback comes from.
"""

from __future__ import annotations

import atexit
import sys
import time
from array import array
from asyncio import events
from pathlib import Path
from typing import Any

_LONG = 0.002  # seconds from which a callback is named

_samples = array("d")
_names: dict[int, str] = {}
_run = events.Handle._run


def _timed(handle: Any) -> None:
    callback = handle._callback  # a handle that is cancelled while it runs forgets it
    began, cpu = time.perf_counter(), time.thread_time()
    try:
        _run(handle)
    finally:
        wall, cpu = time.perf_counter() - began, time.thread_time() - cpu
        if wall > _LONG:
            _names[len(_samples)] = _name(callback)
        _samples.extend((began, wall, cpu))


def _name(callback: Any) -> str:
    task = getattr(callback, "__self__", None)
    if (coroutine := getattr(task, "get_coro", None)) is not None:
        return str(coroutine().__qualname__)
    return getattr(callback, "__qualname__", type(callback).__name__)


def _write(path: Path) -> None:
    with path.open("w") as out:
        for at in range(0, len(_samples), 3):
            print(*_samples[at : at + 3], _names.get(at, ""), sep="\t", file=out)


def main() -> None:
    """Serve, timed."""
    from pricetag.cli import main as pricetag

    path, *sys.argv[1:] = sys.argv[1:]
    atexit.register(_write, Path(path))
    events.Handle._run = _timed  # type: ignore[method-assign]
    pricetag()


if __name__ == "__main__":
    main()
