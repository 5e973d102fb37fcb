"""How fast this machine is beside the one that all labels are in the seconds of, by language, in about two seconds.

Python: fixed pure Python workloads, whose seconds on the quiet reference machine ``speed.json`` states. C++: the loop
that the C++ driver times beside every call, compiled anew. Both take the quietest run, as a loaded machine is no
slower one.
"""

from __future__ import annotations

import gc
import json
import math
import os
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from pricetag.measure import reference

_SECONDS = 1.2  # for all Python workloads together
_CPP_SECONDS = 0.3
_IN_A_ROW = 5  # runs of one work before the next has its turn: the first of them only warms the caches
_SLOWEST = 5  # times as long as the CPU time that it may take on a machine under load
_PATIENCE = 60.0  # seconds for the compiler and the program
_CPP_FILES = ("reference.hpp", "speed.cpp")


class SpeedUnknown(Exception):
    """A language whose speed cannot be measured here; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Speed:
    """``factor``: seconds on this machine for one of the reference machine; ``tool``: what was timed."""

    factor: float
    tool: str


def measure_speeds() -> tuple[dict[str, Speed], dict[str, str]]:
    """The speeds by language, and by language why there is none. Runs nothing of the user's."""
    found: dict[str, Speed] = {}
    skipped: dict[str, str] = {}
    for language, measure in (("python", python_speed), ("cpp", cpp_speed)):
        try:
            found[language] = measure()
        except SpeedUnknown as error:
            skipped[language] = str(error)
    return found, skipped


def python_speed(seconds: float = _SECONDS) -> Speed:
    """This interpreter's speed: the geometric mean over ``WORKLOADS`` of the quickest run over the reference's."""
    known = reference_seconds()
    ratios = [least / known[name] for name, least in quickest(WORKLOADS, seconds).items()]
    factor = math.exp(sum(map(math.log, ratios)) / len(ratios))
    return Speed(factor, f"{platform.python_implementation()} {platform.python_version()}")


def cpp_speed(seconds: float = _CPP_SECONDS) -> Speed:
    """The speed of compiled code. Raises ``SpeedUnknown`` without a compiler, or where its program does not run."""
    compiler = shutil.which(os.environ.get("CXX", "g++"))
    if compiler is None:
        raise SpeedUnknown("no C++ compiler found; install g++ or set CXX")
    try:
        with tempfile.TemporaryDirectory(prefix="pricetag-speed-") as place:
            folder = Path(place)
            for name in _CPP_FILES:
                source = resources.files("pricetag.measure").joinpath("cpp", name)
                (folder / name).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
            _output([compiler, "-std=c++17", "-O2", "speed.cpp", "-o", "speed"], folder)
            factor = float(_output([str(folder / "speed"), str(seconds)], folder))
            version = _output([compiler, "--version"], folder).partition("\n")[0]
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise SpeedUnknown(f"the C++ reference loop does not run ({type(error).__name__})") from error
    if not 0 < factor < math.inf:
        raise SpeedUnknown("the C++ reference loop gave no time")
    return Speed(factor, version)


def reference_seconds() -> dict[str, float]:
    """CPU seconds of each workload on the quiet reference machine. ``tests/bench/machine_speed.py`` makes them."""
    text = resources.files("pricetag.measure").joinpath("speed.json").read_text(encoding="utf-8")
    known: dict[str, float] = json.loads(text)
    return known


def quickest(works: Mapping[str, Callable[[], object]], seconds: float) -> dict[str, float]:
    """CPU seconds of the quickest run of each work, all of them in turn until ``seconds`` of CPU time have passed.

    In turn, because a machine under load is slow for moments: each work meets the quiet ones.
    """
    least = dict.fromkeys(works, math.inf)
    collecting = gc.isenabled()
    gc.disable()
    try:
        for work in works.values():
            work()  # its byte code is specialised
        end, patience = time.thread_time() + seconds, time.perf_counter() + _SLOWEST * seconds
        while True:
            for name, work in works.items():
                for _ in range(_IN_A_ROW):
                    start = time.thread_time_ns()
                    work()
                    least[name] = min(least[name], max(time.thread_time_ns() - start, 1) / 1e9)
            if time.thread_time() >= end or time.perf_counter() >= patience:
                return least
    finally:
        if collecting:
            gc.enable()


def _output(command: list[str], folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=_PATIENCE, check=True
    )
    return done.stdout


# The workloads: what measured functions spend their time on, each a tenth of a millisecond to two. -----------------


def _integers() -> int:
    """Trial division."""
    found = 0
    for candidate in range(2, 400):
        for divisor in range(2, candidate):
            if divisor * divisor > candidate:
                found += 1
                break
            if candidate % divisor == 0:
                break
    return found


def _tables() -> int:
    """A dynamic programme over a table of rows: longest common subsequence."""
    a, b = "acgtgca" * 9, "gtacctg" * 9
    rows = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, left in enumerate(a, 1):
        for j, right in enumerate(b, 1):
            rows[i][j] = rows[i - 1][j - 1] + 1 if left == right else max(rows[i - 1][j], rows[i][j - 1])
    return rows[-1][-1]


def _dictionaries() -> int:
    """Counting and grouping by key."""
    groups: dict[int, list[int]] = {}
    for value in range(6_000):
        groups.setdefault(value * 7_919 % 523, []).append(value)
    return sum(len(group) for group in groups.values() if group[0] & 1)


def _texts() -> int:
    """Splitting, joining and counting words."""
    words = ("the quick brown fox jumps over the lazy dog " * 60).split()
    counts: dict[str, int] = {}
    for word in words:
        key = word.upper()[::-1]
        counts[key] = counts.get(key, 0) + 1
    return len("-".join(f"{key}={count}" for key, count in sorted(counts.items()))) + "".join(words).count(
        "o"
    )


def _objects() -> float:
    """Objects, their attributes and methods."""

    class Point:
        def __init__(self, x: float, y: float) -> None:
            self.x, self.y = x, y

        def moved(self, dx: float, dy: float) -> Point:
            return Point(self.x + dx, self.y + dy)

    point = Point(0.0, 0.0)
    for step in range(3_000):
        point = point.moved(step * 0.5, 1.0)
    return point.x + point.y


def _sorting() -> int:
    """Building lists, sorting them by a key, slicing."""
    values = [(i * 7_919) % 4_001 for i in range(4_000)]
    pairs = sorted((value & 63, value) for value in values)
    return sum(value for _, value in sorted(pairs, key=lambda pair: -pair[1])[:100])


def _calls() -> int:
    """Recursion."""

    def fibonacci(n: int) -> int:
        return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

    return fibonacci(16)


WORKLOADS: Mapping[str, Callable[[], object]] = {
    "calls": _calls,
    "dictionaries": _dictionaries,
    "integers": _integers,
    "objects": _objects,
    "reference": reference.work,
    "sorting": _sorting,
    "tables": _tables,
    "texts": _texts,
}
