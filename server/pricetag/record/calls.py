"""Watches calls of a project's functions and measures some of them: CPU time in one call, peak memory in another.

One call at a time, on the main thread, outermost first: a call within a measured call, recursion included, is part of
it. Generators and coroutines are passed over, as their work is not done when the call returns; so are calls that raise.
Python 3.12 and later tell of calls through ``sys.monitoring``, which costs other code nothing; before, through
``sys.setprofile``, whose cost within a timed call is counted and taken off.
"""

from __future__ import annotations

import dis
import os
import sys
import threading
import time
import tracemalloc
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from pricetag.measure.reference import slowdown

_AT_ONE_SIZE = 2  # samples of one metric of one function at one n
_SAMPLES = 16  # of one function in all
_LOOKS = 300  # calls of one function that are looked at
_LONGEST_TRACED = 2.0  # seconds of a timed call, above which the function is not traced as well
_MOST_OVERHEAD = 0.5  # of a timed call that may be our own profiling
_SKIPPED = frozenset({"site-packages", "dist-packages", "node_modules", "tests", "test", "venv", "env"})
_NOT_PLAIN = 0x20 | 0x80 | 0x100 | 0x200  # generator, coroutine, iterable coroutine, asynchronous generator
_OPTIMIZED, _VARARGS, _VARKEYWORDS = 0x1, 0x4, 0x8
_SIZED = (list, tuple, dict, set, frozenset, str, bytes, bytearray, deque, range)
_RETURN = dis.opmap.get("RETURN_VALUE")
_MONITORING: Any = getattr(sys, "monitoring", None)


@dataclass(slots=True)
class Called:
    """A function of the project: where it stands, and what was measured, by n."""

    path: Path
    name: str
    line: int  # its first, from 1, decorators included
    code: CodeType  # kept, so that no other code gets its id
    times: dict[int, list[float]] = field(default_factory=dict)  # seconds of the reference machine
    peaks: dict[int, list[float]] = field(default_factory=dict)  # bytes
    tried: Counter[tuple[int, str]] = field(default_factory=Counter)  # (n, metric), whatever came of it
    looks: int = 0
    samples: int = 0
    is_slow: bool = False

    @property
    def is_done(self) -> bool:
        """Whether enough is known."""
        return self.samples >= _SAMPLES or self.looks >= _LOOKS

    def wanted(self, n: int) -> str:
        """The metric that a call at ``n`` should be measured for, "" for neither."""
        times, peaks = self.tried[n, "runtime"], self.tried[n, "memory"]
        if peaks < min(times, _AT_ONE_SIZE) and not self.is_slow:
            return "memory"
        return "runtime" if times < _AT_ONE_SIZE else ""


class Recorder:
    """Measures calls between ``start`` and ``stop``. Never raises into the code that it watches."""

    def __init__(self, root: Path) -> None:
        self._root = Path(os.path.realpath(root))
        self._known: dict[int, Called | None] = {}
        self._thread = threading.get_ident()
        self._sample: _Sample | None = None
        self.trouble = ""  # why calls were missed, for people
        for _ in range(20):
            slowdown()  # its byte code is specialised
        self._watch: _Monitor | _Profile = _Monitor(self) if _MONITORING is not None else _Profile(self)

    @property
    def functions(self) -> list[Called]:
        """Every function of the project that was measured."""
        return [one for one in self._known.values() if one is not None and one.samples]

    def start(self) -> None:
        """Watch from here on."""
        if threading.get_ident() == self._thread:
            self.trouble = self._watch.start() or self.trouble

    def stop(self) -> None:
        """Watch no more; a measurement that has not ended is dropped."""
        self._watch.stop()
        if self._sample is not None:
            self._sample.drop()
            self._sample = None

    def close(self) -> None:
        """Give back what a profiler holds."""
        self._watch.close()

    # -- what the watches tell -----------------------------------------------------------------------------------

    def function(self, code: CodeType) -> Called | None:
        """The project's function that this is the code of, if it is one whose calls can be measured."""
        key = id(code)
        if key not in self._known:
            self._known[key] = self._find(code)
        return self._known[key]

    def called(self, function: Called, frame: FrameType) -> bool:
        """Begin to measure a call, if it should be. True: ``returned`` must follow."""
        if self._sample is not None or threading.get_ident() != self._thread or function.is_done:
            return False
        function.looks += 1
        if function.looks % 3 == 0:  # so that the functions that this one calls get their turn
            return False
        try:
            n = size_of(frame.f_code, frame.f_locals)
            metric = function.wanted(n) if n is not None else ""
            if n is None or not metric or (metric == "memory" and not _may_trace()):
                return False
            function.tried[n, metric] += 1
            sample = _Sample(function, n, metric, frame)
        except Exception:  # RecursionError for one: the call is near the limit already
            return False
        self._sample = sample
        sample.begin()
        return True

    def returned(self, frame: FrameType, normally: bool, overhead: float = 0.0) -> bool:
        """The end of a call. ``overhead``: seconds of it that were ours. True if it is the measured one."""
        sample = self._sample
        if sample is None or sample.frame is not frame:
            return False
        value = sample.end(overhead)
        self._sample = None
        if normally and value is not None:
            sample.keep(value)
        return True

    def _find(self, code: CodeType) -> Called | None:
        if code.co_flags & _NOT_PLAIN or not code.co_flags & _OPTIMIZED or code.co_name.startswith("<"):
            return None
        if code.co_filename.startswith("<"):
            return None
        path = Path(os.path.realpath(code.co_filename))
        if not path.is_relative_to(self._root) or _is_foreign(path, self._root):
            return None
        return Called(path, code.co_name, code.co_firstlineno, code)


def size_of(code: CodeType, values: Mapping[str, Any]) -> int | None:
    """n of a call: the length of its largest argument, else its largest positive int, else None.

    Runs no code of the arguments: only the lengths of built-in containers, and of those an object holds, are looked at.
    """
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(code.co_flags & _VARARGS) + bool(code.co_flags & _VARKEYWORDS)
    names = code.co_varnames[:count]
    arguments = [values[name] for name in names if name in values]
    lengths = [length for value in arguments if (length := _length(value)) is not None]
    if names[:1] == ("self",) and "self" in values:
        lengths += _held(values["self"])
    whole = [value for value in arguments if type(value) is int and value > 0]
    return max(lengths, default=0) or max(whole, default=None)


def _length(value: object) -> int | None:
    """Elements of a container; of a list of lists all of theirs, judged by the first."""
    if type(value) is list and value and type(value[0]) is list:
        return len(value) * max(len(value[0]), 1)
    if isinstance(value, _SIZED) and type(value) in _SIZED:
        return len(value)
    if type(value).__module__ == "numpy" and type(value).__name__ == "ndarray":
        return int(value.size)  # type: ignore[attr-defined]
    return None


def _held(value: object) -> list[int]:
    """Lengths of the containers that an object's own attributes are."""
    try:
        attributes = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return []
    held = list(attributes.values()) if type(attributes) is dict else []
    return [length for one in held if not isinstance(one, str) and (length := _length(one)) is not None]


def _is_foreign(path: Path, root: Path) -> bool:
    """Whether a file below the root is a test, or not the project's own."""
    below = path.relative_to(root)
    if any(part in _SKIPPED or part.startswith(".") for part in below.parts[:-1]):
        return True
    prefix = Path(os.path.realpath(sys.prefix))
    if prefix != root and prefix.is_relative_to(root) and path.is_relative_to(prefix):
        return True
    return path.name.startswith("test_") or path.stem.endswith("_test") or path.name == "conftest.py"


def _may_trace() -> bool:
    """Whether a peak would be that of one call: nobody else traces, no other thread allocates."""
    return not tracemalloc.is_tracing() and threading.active_count() == 1


class _Sample:
    """One call under measurement."""

    def __init__(self, function: Called, n: int, metric: str, frame: FrameType) -> None:
        self._function, self._n, self._metric = function, n, metric
        self.frame: FrameType | None = frame
        self._slowdown = slowdown() if metric == "runtime" else 1.0
        self._level = self._start = 0

    def begin(self) -> None:
        """The last thing before the call."""
        if self._metric == "memory":
            tracemalloc.start()
            self._level = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()
        else:
            self._start = time.thread_time_ns()

    def end(self, overhead: float) -> float | None:
        """The first thing after the call: bytes or seconds, None where they mean nothing."""
        now = time.thread_time_ns() if self._metric == "runtime" else 0
        self.frame = None
        if self._metric == "memory":
            if not tracemalloc.is_tracing():
                return None  # the call ended it
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return float(max(0, peak - self._level)) if threading.active_count() == 1 else None
        seconds = (now - self._start) / 1e9
        self._function.is_slow = seconds > _LONGEST_TRACED
        if seconds <= 0 or overhead > _MOST_OVERHEAD * seconds:
            return None
        try:
            slow = min(self._slowdown, slowdown())
        except RecursionError:
            return None
        return (seconds - overhead) / slow

    def keep(self, value: float) -> None:
        """Add the sample to its function."""
        values = self._function.peaks if self._metric == "memory" else self._function.times
        values.setdefault(self._n, []).append(value)
        self._function.samples += 1

    def drop(self) -> None:
        """Forget the call, whose end was not seen."""
        self.frame = None
        if self._metric == "memory" and tracemalloc.is_tracing():
            tracemalloc.stop()


class _Profile:
    """Tells of calls through ``sys.setprofile``."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._events = 0
        self._frame: FrameType | None = None
        self._outer, self._inner = self._on_any, self._on_inner  # one object each, to be recognised
        self._cost = self._calibrate()

    def start(self) -> str:
        """Watch this thread; returns why that cannot be, or ""."""
        if sys.getprofile() is not None:
            return "another profiler is running"
        sys.setprofile(self._outer)
        return ""

    def stop(self) -> None:
        """Watch no more, unless somebody else's profiler has taken our place."""
        if sys.getprofile() in (self._outer, self._inner):
            sys.setprofile(None)
        self._frame = None

    def close(self) -> None:
        """Nothing is held."""

    def _on_any(self, frame: FrameType, event: str, arg: object) -> None:
        if event != "call":
            return
        function = self._recorder.function(frame.f_code)
        if function is not None and not function.is_done:
            self._events = 0
            self._frame = frame
            if not self._recorder.called(function, frame):
                self._frame = None
                return
            sys.setprofile(self._inner)

    def _on_inner(self, frame: FrameType, event: str, arg: object) -> None:
        self._events += 1
        if frame is self._frame and event == "return":
            sys.setprofile(None)
            # A call that raises ends with a return of None, too, but not in a return instruction.
            normally = arg is not None or frame.f_code.co_code[frame.f_lasti] == _RETURN
            self._recorder.returned(frame, normally, self._events * self._cost)
            self._frame = None
            sys.setprofile(self._outer)

    def _calibrate(self) -> float:
        """CPU seconds of one event within a timed call."""
        if sys.getprofile() is not None:
            return 0.0

        def call() -> None:
            pass

        def run() -> float:
            start = time.thread_time_ns()
            for _ in range(2_000):
                call()
            return (time.thread_time_ns() - start) / 1e9

        plain = min(run() for _ in range(5))
        sys.setprofile(self._inner)
        try:
            watched = min(run() for _ in range(5))
        finally:
            sys.setprofile(None)
        return max(0.0, watched - plain) / 4_000


class _Monitor:
    """Tells of calls through ``sys.monitoring``: code that is not the project's is looked at once."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._tool = self._reserve()

    def start(self) -> str:
        """Watch all threads; returns why that cannot be, or ""."""
        if self._tool is None:
            return "other profilers hold every place of sys.monitoring"
        events = _MONITORING.events
        _MONITORING.set_events(self._tool, events.PY_START | events.PY_UNWIND)
        return ""

    def stop(self) -> None:
        """Watch no more."""
        if self._tool is not None:
            _MONITORING.set_events(self._tool, 0)

    def close(self) -> None:
        """Give the place back."""
        if self._tool is not None:
            _MONITORING.set_events(self._tool, 0)
            _MONITORING.free_tool_id(self._tool)
            self._tool = None

    def _reserve(self) -> int | None:
        for tool in (_MONITORING.PROFILER_ID, 3, 4):
            if _MONITORING.get_tool(tool) is None:
                _MONITORING.use_tool_id(tool, "pricetag")
                events = _MONITORING.events
                _MONITORING.register_callback(tool, events.PY_START, self._on_start)
                _MONITORING.register_callback(tool, events.PY_RETURN, self._on_return)
                _MONITORING.register_callback(tool, events.PY_UNWIND, self._on_unwind)
                return int(tool)
        return None

    def _on_start(self, code: CodeType, offset: int) -> object:
        function = self._recorder.function(code)
        if function is None:
            return _MONITORING.DISABLE
        if function.is_done:
            _MONITORING.set_local_events(self._tool, code, 0)
            return _MONITORING.DISABLE
        # Set before the call begins: to change the events of code takes time.
        _MONITORING.set_local_events(self._tool, code, _MONITORING.events.PY_RETURN)
        self._recorder.called(function, sys._getframe(1))
        return None

    def _on_return(self, code: CodeType, offset: int, value: object) -> None:
        self._recorder.returned(sys._getframe(1), normally=True)

    def _on_unwind(self, code: CodeType, offset: int, error: BaseException) -> None:
        self._recorder.returned(sys._getframe(1), normally=False)
