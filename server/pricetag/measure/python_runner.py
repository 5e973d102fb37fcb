"""Labels Python functions: talks to one warm ``python_child`` process, restarting it where it is lost."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
import pickle
import select
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from pricetag.measure.label import MEMORY_LIMIT, SIZES, TIME_LIMIT, Item, Label
from pricetag.measure.python_receiver import plan
from pricetag.measure.sandbox import SandboxUnavailable
from pricetag.workload.shape import Workload

METRICS = ("memory", "runtime")
_AGAIN = 10  # one item in so many is measured twice, for repeatability
_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


class PythonRunner:
    """Measures Python items one at a time, each in a sandboxed process of its own. Use as a context manager."""

    def __init__(
        self, time_limit: float = TIME_LIMIT, memory_limit: int = MEMORY_LIMIT, again: int = _AGAIN
    ) -> None:
        """``again``: one item in so many (by a hash of its id) is measured twice; 1 for all, 0 for none."""
        self.time_limit = time_limit
        self.memory_limit = memory_limit
        self._again = again
        self._server: subprocess.Popen[bytes] | None = None
        self._count = 0

    def __enter__(self) -> PythonRunner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the server process, if none runs. Raises ``SandboxUnavailable``."""
        self._started()

    def close(self) -> None:
        """End the server process."""
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            for stream in (self._server.stdin, self._server.stdout):
                if stream is not None:
                    stream.close()
            self._server = None

    def measure(
        self, item: Item, sizes: Sequence[int] = SIZES, workload: Workload | None = None, seed: str = ""
    ) -> list[Label]:
        """One label per size, smallest first. Inputs follow ``workload``, else the item's examples, else its syntax.

        ``seed`` changes the random inputs. Never raises for what the function does; raises ``SandboxUnavailable``
        where nothing may be run on this system.
        """
        order = sorted(set(sizes))
        guessed = workload is None and not item.examples
        if guessed:
            workload = _static_workload(item)
        request: dict[str, Any] = {
            "code": item.code,
            "entry": item.entry,
            "examples": list(item.examples),
            "sizes": order,
            "time_limit": self.time_limit,
            "memory_limit": self.memory_limit,
            "again": measured_again(item.id, self._again),
            "seed": f"{item.inputs or item.id}:{seed}",
            "guessed": guessed,  # the kinds are our own guess: others may be tried
            "uid": os.getpid() * 1009 + self._count,
        }
        planned = plan(item)
        if planned is not None:
            request["plan"] = base64.b64encode(pickle.dumps(planned)).decode()
            request["receiver"] = list(item.receiver)
        if workload is not None:
            request["workload"] = base64.b64encode(pickle.dumps(workload)).decode()
        self._count += 1
        answer = self._ask(request, order)
        return _labels(item, order, answer, self.time_limit, self.memory_limit, str(workload or ""))

    def _ask(self, request: dict[str, Any], sizes: Sequence[int]) -> dict[str, Any]:
        patience = 60 + len(sizes) * 6 * (20 + 15 * self.time_limit)
        try:
            server = self._started()
            assert server.stdin is not None and server.stdout is not None
            server.stdin.write(json.dumps(request).encode() + b"\n")
            server.stdin.flush()
            answer = _line(server.stdout, patience)
        except (OSError, ValueError):
            self.close()
            return {"messages": [], "end": "server lost"}
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        if self._server is not None and self._server.poll() is None:
            return self._server
        self.close()
        package = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH", ""))))
        self._server = subprocess.Popen(
            [sys.executable, "-m", "pricetag.measure.python_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **_ENVIRONMENT, "PYTHONPATH": path},
        )
        assert self._server.stdout is not None
        greeting = _line(self._server.stdout, 120)
        if "unavailable" in greeting:
            self.close()
            raise SandboxUnavailable(str(greeting["unavailable"]))
        return self._server


def measured_again(item: str, one_in: int = _AGAIN) -> bool:
    """Whether this item belongs to the deterministic sample that is measured twice."""
    return one_in > 0 and int.from_bytes(hashlib.sha256(item.encode()).digest()[:4], "big") % one_in == 0


def _line(stream: IO[bytes], patience: float) -> dict[str, Any]:
    """One JSON answer. Raises OSError where none comes in time, ValueError where it is not JSON."""
    if not select.select([stream], [], [], patience)[0]:
        raise TimeoutError("no answer")
    line = stream.readline()
    answer = json.loads(line)
    if not isinstance(answer, dict):
        raise ValueError("not an answer")
    return answer


def _static_workload(item: Item) -> Workload:
    from pricetag.syntax import parse_functions
    from pricetag.syntax.function import Language
    from pricetag.workload import infer

    functions = parse_functions(item.code, Language.PYTHON)
    found = [f for f in functions if f.qualified_name == item.entry]
    workload = infer(found[-1]) if found else Workload(())
    # The runner makes the object, and says what it holds.
    return Workload(tuple(k for k in workload.kinds if k.name != "self"), workload.n)


def _labels(
    item: Item,
    sizes: Sequence[int],
    answer: dict[str, Any],
    time_limit: float,
    memory_limit: int,
    assumes: str,
) -> list[Label]:
    """Merge what the runner reported, in order, with how it ended."""
    labels = {
        n: Label(
            item.id,
            item.source,
            item.licence,
            item.problem,
            item.language,
            item.entry,
            assumes,
            n,
            time_limit=time_limit,
            memory_limit=memory_limit,
        )
        for n in sizes
    }
    phase, at, reason, finished = "", 0, "", False
    touched: set[int] = set()
    for message in answer["messages"]:
        n = message.get("n")
        n = n if isinstance(n, int) else None  # the function may have written to the pipe, too
        if "assumes" in message:
            for label in labels.values():
                label.assumes = str(message["assumes"])[:2000]
        if "phase" in message:
            phase, at = str(message["phase"]), n or 0
        elif "finished" in message:
            finished = True
        elif "failed" in message and n is None:
            reason = str(message["failed"])[:100]
        elif n in labels:
            touched.add(n)
            _apply(labels[n], message)
    if not reason and not (answer["end"] == "done" and finished):
        reason = _ending(str(answer["end"]))
    if reason and at in labels and labels[at].runtime is None and not labels[at].over:
        touched.add(at)
        if reason == "timeout" and phase == "runtime":
            labels[at].over = ["runtime"]
        else:
            labels[at].failed = reason
    _extend(sizes, labels, touched, reason)
    return [labels[n] for n in sizes]


def _apply(label: Label, message: dict[str, Any]) -> None:
    for name in ("runtime", "memory", "runtime_again", "memory_again", "spread", "slowdown"):
        value = message.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < math.inf:
            setattr(label, name, float(value))
    if isinstance(message.get("repeats"), int):
        label.repeats = message["repeats"]
    if isinstance(message.get("failed"), str):
        label.failed = message["failed"]
    label.inferred = message.get("inferred") is True
    if isinstance(message.get("over"), list):
        label.over = [metric for metric in METRICS if metric in message["over"]]


_ENDINGS = {
    "done": "exit 0",  # before it said that it had finished
    "signal 27": "timeout",
    "signal 24": "timeout",
    "signal 11": "crash SIGSEGV",
    "signal 6": "crash SIGABRT",
    "signal 8": "crash SIGFPE",
    "signal 7": "crash SIGBUS",
    "signal 4": "crash SIGILL",
    "signal 9": "killed",
    "deadline": "timeout wall",
}


def _ending(end: str) -> str:
    """A reason class for how the runner ended before it was done."""
    return _ENDINGS.get(end, end)


def _extend(sizes: Sequence[int], labels: dict[int, Label], touched: set[int], reason: str) -> None:
    """Sizes that were not run end as the largest one that was, or all for ``reason``."""
    last = labels[max(touched)] if touched else None
    for n in sizes:
        if last is None:
            labels[n].failed = reason or "not run"
        elif n > last.n:
            labels[n].over = list(last.over)
            labels[n].failed = last.failed or ("" if last.over else reason or "not run")
            labels[n].inferred = True
