"""The worker process: ``python -m pricetag.worker --model DIR``."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import queue
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pricetag.worker import protocol

_log = logging.getLogger("pricetag.worker")

# RLIMIT_DATA counts private writable memory: the heap and anonymous maps, which is what a model's weights and
# activations are. RLIMIT_AS would also count reserved but untouched address space (each thread's malloc arena reserves
# 64 MB, shared libraries hundreds more), so it would have to be set too high to mean anything. The shipped model
# stands at about 100 MB; a 300M model at int8 peaks near 340 MB.
DEFAULT_MEMORY_LIMIT = 1536  # MB
_NICE = 5  # typing, building and testing come before forecasting


def main(arguments: list[str] | None = None) -> int:
    """Load the model, then answer until input ends."""
    parser = argparse.ArgumentParser(prog="pricetag.worker", description=__doc__)
    parser.add_argument("--model", required=True, type=Path, help="checkpoint folder")
    parser.add_argument("--cache", type=Path, help="SQLite file that keeps forecasts; none by default")
    parser.add_argument("--project", type=Path, help="folder whose calibration applies; none by default")
    parser.add_argument("--memory-limit", type=int, default=DEFAULT_MEMORY_LIMIT, help="MB, 0 for none")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="worker: %(levelname)s: %(message)s")

    send = _own_stdout()
    inbox: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    cancelled: set[int] = set()
    threading.Thread(target=_read, args=(inbox, cancelled), daemon=True).start()
    _limit(options.memory_limit << 20)
    try:
        forecaster = _load(options.model, options.cache, options.project)
    except _Unusable as error:
        send({"noModel": str(error)})
        return protocol.EXIT_NO_MODEL
    send({"ready": protocol.plain(forecaster.info)})
    while True:
        if inbox.empty():
            _give_back()
        _answer(inbox.get(), forecaster, cancelled, send)


class _Unusable(Exception):
    pass


def _own_stdout() -> Callable[[dict[str, Any]], None]:
    """Keep the real stdout for the protocol; what any library prints goes to stderr."""
    pipe = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)

    def send(message: dict[str, Any]) -> None:
        try:
            pipe.write(protocol.line(message))
        except BrokenPipeError:
            os._exit(0)  # nobody is left to answer

    return send


def _read(inbox: queue.SimpleQueue[dict[str, Any]], cancelled: set[int]) -> None:
    """Listen while the model works, so that a cancel is seen between two functions and a dead server at once."""
    for raw in sys.stdin.buffer:
        try:
            message = json.loads(raw)
        except ValueError:
            _log.error("a line that is no JSON was ignored")
            continue
        if "cancel" in message:
            cancelled.add(message["cancel"])
        else:
            inbox.put(message)
    os._exit(0)


def _limit(memory: int) -> None:
    """Lower priority and cap memory, where the platform can."""
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(_NICE)
    if memory and sys.platform == "linux":
        import resource

        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def _give_back() -> None:
    """Return freed memory to the system: glibc would keep what the longest function took for the whole session."""
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)


def _load(folder: Path, cache: Path | None, project: Path | None) -> Any:
    # Imported late: the limits above must hold for the model's runtime too.
    from pricetag.forecast import DiskCache, Forecaster
    from pricetag.forecast.adjustment_files import load_adjustment
    from pricetag.rlm import Checkpoint, CheckpointError

    try:
        rlm = Checkpoint.load(folder)
        forecaster = Forecaster(rlm, cache=DiskCache(cache) if cache else None)
    except (CheckpointError, ValueError) as error:
        raise _Unusable(str(error)) from error
    except MemoryError as error:
        raise _Unusable(f"{folder} does not fit into the worker's memory limit") from error
    forecaster.adjustment, problems = load_adjustment(forecaster.info.id, project)
    for problem in problems:
        _log.warning("%s", problem)
    return forecaster


def _answer(
    message: dict[str, Any], forecaster: Any, cancelled: set[int], send: Callable[[dict[str, Any]], None]
) -> None:
    batch = message["forecast"]
    stopped = False
    for index, raw in enumerate(message["queries"]):
        if batch in cancelled:
            stopped = True
            break
        forecast = _forecast(raw, message["sizes"], forecaster)
        send({"answer": batch, "index": index, "forecast": protocol.plain(forecast)})
    cancelled.discard(batch)
    send({"done": batch, "cancelled": stopped})


def _forecast(raw: dict[str, Any], sizes: list[int], forecaster: Any) -> Any:
    """A forecast, or an abstention: one bad function never costs the others."""
    from pricetag.forecast import Forecast

    query = protocol.decode_query(raw)
    try:
        return forecaster.forecast(query, sizes)
    except MemoryError:
        reason = "the model needs more memory for this function than the worker may use"
    except Exception as error:  # the runtime raises bare Exceptions of its own
        # The type only: a runtime's message may quote the input, and source text stays out of logs.
        _log.error("the model failed on one function (%s)", type(error).__name__)
        reason = "the model failed on this function"
    return Forecast(query.key, query.assumes, abstained=reason)


if __name__ == "__main__":
    # Not sys.exit: at shutdown the interpreter would wait for the thread that sits in a read of stdin.
    os._exit(main())
