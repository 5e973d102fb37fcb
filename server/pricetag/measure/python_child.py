"""The process that measures Python functions: ``python -m pricetag.measure.python_child``, a warm server that forks.

One JSON request a line on standard input, one JSON answer a line on standard output (see ``python_runner``). Per request
three processes: a fork that leaves the namespaces of the server, the *keeper* (process 1 of its own namespace: it watches,
kills and reports) and the *runner* (confined; the only one that sees the function). Whatever the function does to the
runner, fork included, ends with the keeper.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import copy
import gc
import inspect
import itertools
import json
import os
import pickle
import random
import resource
import select
import signal
import statistics
import sys
import time
import tracemalloc
import types
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pricetag.measure.python_receiver import Plan, grows, receiver_kind
from pricetag.measure.reference import slowdown
from pricetag.measure.sandbox import (
    Limits,
    SandboxUnavailable,
    address_space,
    become_init,
    confine,
    enter,
    isolate,
)
from pricetag.workload.build import build_arguments, build_items
from pricetag.workload.examples import LinkedList, Tree, infer_from_examples, longest
from pricetag.workload.second_guess import second_guesses
from pricetag.workload.shape import Workload

_SINGLE = 0.005  # seconds: a longer call is timed alone, a shorter one in loops
_LOOP = 200e-6  # seconds a loop of short calls should take
_SAMPLES = 7
_LONG = 0.6  # seconds that the samples of a long call may take together, more than three of them
_SLOW = 0.0005  # seconds: a call this long, which few are, is timed a second time later on
_PREPARATION = 0.003  # seconds per sample that may go into copying inputs and renewing the namespace
_NAMESPACES = 50  # copies held at once: they take memory, too
_WARM_CALLS = 8  # after so many byte code is specialised (PEP 659); a ``while`` loop alone does not count
_WARM_SECONDS = 0.05  # that they may take together
_TRACED_SLOWDOWN = 3  # a traced call may take this many times the limit
_HOPELESS = 4  # a call expected to take this many times the limit, by the growth so far, is not tried
_TRACED_SLACK = 512 << 20  # bytes of tracemalloc's own records
_MISTAKEN = {
    f"exception {name}" for name in ("TypeError", "AttributeError")
}  # a kind that the function cannot take
_MODULE = "solution"
_POLL = 0.1  # seconds between two looks at the runner
_MESSAGES = 1 << 20  # bytes a runner may report
_PRELOADED = (
    "abc array bisect cmath collections copy dataclasses datetime decimal enum fractions functools heapq itertools json "
    "math numbers operator queue random re statistics string struct textwrap time typing unicodedata"
).split()

Send = Callable[[dict[str, Any]], None]


# The server -----------------------------------------------------------------------------------------------------


def main() -> None:
    """Answer requests until standard input closes."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for name in _PRELOADED:
        __import__(name)
    try:
        isolate()
    except (SandboxUnavailable, OSError) as error:
        answers.write(json.dumps({"unavailable": str(error)}) + "\n")
        answers.flush()
        return
    for _ in range(50):
        slowdown()  # its byte code is specialised before the forks
    answers.write(json.dumps({"ready": True}) + "\n")
    answers.flush()
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        answers.write(_answer(json.loads(line)) + "\n")
        answers.flush()


def _answer(request: dict[str, Any]) -> str:
    read, write = os.pipe()
    fork = os.fork()
    if fork == 0:
        try:
            os.close(read)
            limits = _limits(request)
            enter(limits)
            keeper = os.fork()
            if keeper == 0:
                become_init()
                report = _keep(request, limits)
                with os.fdopen(write, "w", encoding="utf-8") as pipe:
                    pipe.write(report)
            else:
                os.close(write)
                os.waitpid(keeper, 0)
        except BaseException as error:
            with contextlib.suppress(OSError):
                os.write(
                    write, json.dumps({"messages": [], "end": f"sandbox {type(error).__name__}"}).encode()
                )
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "r", encoding="utf-8", errors="replace") as pipe:
        report = pipe.read()
    os.waitpid(fork, 0)
    return report or json.dumps({"messages": [], "end": "sandbox lost"})


def _limits(request: dict[str, Any]) -> Limits:
    seconds = request["time_limit"]
    cpu = 20 + len(request["sizes"]) * seconds * (4 + 2 * _TRACED_SLOWDOWN)
    return Limits(cpu=cpu, memory=2 * request["memory_limit"] + 2 * _TRACED_SLACK)


# The keeper -----------------------------------------------------------------------------------------------------


def _keep(request: dict[str, Any], limits: Limits) -> str:
    """Run the runner, and say what it reported and how it ended."""
    read, write = os.pipe()
    runner = os.fork()
    if runner == 0:
        _run(request, limits, write)
    os.close(write)
    os.set_blocking(read, False)
    data = bytearray()
    patience = 20 + 15 * request["time_limit"]
    progress = time.monotonic()
    idle, used, ended = 0, -1, ""
    counted = 0.0
    while True:
        select.select([read], [], [], _POLL)
        chunk = _read(read)
        if chunk:
            data += chunk
            progress = time.monotonic()
        done, status = os.waitpid(runner, os.WNOHANG)
        if done:
            data += _read(read) or b""
            code = os.waitstatus_to_exitcode(status)
            ended = ended or ("done" if code == 0 else f"signal {-code}" if code < 0 else f"exit {code}")
            break
        if chunk == b"":
            time.sleep(0.002)  # the pipe is closed: the runner is about to end
        state, seconds = _activity(runner)
        idle = idle + 1 if state == "S" and seconds == used and not chunk else 0
        used = seconds
        if len(data) > _MESSAGES:
            ended = "output"
        elif time.monotonic() - counted > _POLL / 2:
            counted = time.monotonic()
            if _processes() > limits.processes + 8:  # where RLIMIT_NPROC does not hold: it exempts root
                return json.dumps({"messages": _messages(data), "end": "processes"})
        if time.monotonic() - progress > patience:
            ended = ended or "deadline"
        elif idle * _POLL >= 2:
            ended = "idle"
        if ended:
            with contextlib.suppress(OSError):
                os.kill(runner, signal.SIGKILL)
    return json.dumps({"messages": _messages(data), "end": ended})


def _messages(data: bytearray) -> list[dict[str, Any]]:
    messages = []
    for line in bytes(data).splitlines()[:1000]:
        with contextlib.suppress(ValueError, RecursionError):
            message = json.loads(line)
            if isinstance(message, dict):
                messages.append(message)
    return messages


def _processes() -> int:
    """How many processes there are in the keeper's namespace; 0 where /proc shows another one."""
    if not Path("/proc/2").exists() or Path("/proc/self").readlink() != Path("1"):
        return 0
    return sum(entry.name.isdigit() for entry in Path("/proc").iterdir())


def _read(descriptor: int) -> bytes | None:
    """What there is to read: empty where the other end is closed, None where there is nothing yet."""
    try:
        return os.read(descriptor, 1 << 16)
    except BlockingIOError:
        return None


def _activity(pid: int) -> tuple[str, int]:
    """A process's state letter and its CPU time in ticks."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "?", 0
    return fields[0], int(fields[11]) + int(fields[12])


# The runner -----------------------------------------------------------------------------------------------------


def _run(request: dict[str, Any], limits: Limits, pipe: int) -> None:
    """Measure, report on ``pipe``, exit. Never returns."""
    me = os.getpid()

    def send(message: dict[str, Any]) -> None:
        if os.getpid() != me:  # the function forked: the copy has nothing to say
            os._exit(0)
        os.write(pipe, json.dumps(message).encode() + b"\n")

    code = 0
    try:
        confine(limits, pipe, request["uid"])
        random.seed(0)
        _measure(request, send)
        send({"finished": True})
    except BaseException as error:
        with contextlib.suppress(BaseException):
            send({"failed": _reason(error)})
    finally:
        os._exit(code)


def _reason(error: BaseException) -> str:
    if isinstance(error, _NotConstructed):
        return f"constructor {error}"
    return f"exception {type(error).__name__[:60]}"


def _measure(request: dict[str, Any], send: Send) -> None:
    limit: float = request["time_limit"]
    send({"phase": "load"})
    _deadline(limit + 1)
    program = Program(request["code"], request["entry"])
    if inspect.iscoroutinefunction(program.function) or inspect.isasyncgenfunction(program.function):
        send({"failed": "coroutine"})
        return
    examples = program.examples(request["examples"])
    if "workload" in request:
        workload = program.callable_with(pickle.loads(base64.b64decode(request["workload"])))
    else:
        workload = infer_from_examples(program.names, examples)
    receiver = Receiver(program, request) if program.bound and "plan" in request else None
    send({"assumes": _assumed(receiver, workload)})
    example = longest(examples)
    course = Course(limit)
    cycle = False
    for n in request["sizes"]:
        if course.hopeless(n):
            send({"n": n, "over": ["runtime"], "inferred": True})
            return
        send({"phase": "build", "n": n})
        _deadline(limit + 5)
        rng = random.Random(f"{request['seed']}:{n}")
        inputs = Inputs(program, workload, n, rng, example, cycle, receiver)
        if n == request["sizes"][0]:
            failed = _warm_up(program, inputs, send, n, limit)
            if failed and example is not None:
                inputs = Inputs(program, workload, n, rng, example, True, receiver)
                cycle = not _warm_up(program, inputs, send, n, limit)
            if failed.get("failed") in _MISTAKEN and request.get("guessed"):
                for other in second_guesses(workload):
                    inputs = Inputs(program, other, n, rng, example, cycle, receiver)
                    if not _warm_up(program, inputs, send, n, limit):
                        workload, failed = other, {}
                        send({"assumes": _assumed(receiver, workload)})
                        break
            if failed and not cycle:
                send({"n": n, **failed})
                continue
        if not _measure_size(program, inputs, n, request, course, send):
            return


def _assumed(receiver: Receiver | None, workload: Workload) -> str:
    """The text of all kinds, that of the object first."""
    return str(Workload((*(receiver.kinds if receiver else ()), *workload.kinds), workload.n))


class Course:
    """How the cost of one function went so far over n: what is worth trying next."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._runtimes: list[tuple[int, float]] = []
        self._slowdown = 2.0  # of a traced call
        self.warm = False  # the traced code was called before

    def ran(self, n: int, seconds: float) -> None:
        """An untraced call took ``seconds``."""
        self._runtimes.append((n, seconds))

    def traced(self, n: int, seconds: float) -> None:
        """A traced call took ``seconds``, ``inf`` where it was given up."""
        at, runtime = self._runtimes[-1]
        if at == n and runtime > 0.001:
            self._slowdown = max(1.0, seconds / runtime)

    def hopeless(self, n: int) -> bool:
        """Whether a call at ``n`` will certainly pass the limit: the last decade's growth once more is far beyond it."""
        if len(self._runtimes) < 2:
            return False
        (earlier, short), (later, long) = self._runtimes[-2:]
        if long < 0.01 or short <= 0 or n / later < later / earlier * 0.999:
            return False
        return long * (long / short) > _HOPELESS * self._limit and long / short >= 5

    def traceable(self) -> bool:
        """Whether a traced call at the n just timed is likely to end in time."""
        return (
            bool(self._runtimes) and self._runtimes[-1][1] * self._slowdown < _TRACED_SLOWDOWN * self._limit
        )


def _warm_up(program: Program, inputs: Inputs, send: Send, n: int, limit: float) -> dict[str, Any]:
    """One call outside all measurements: imports, caches, specialised byte code. Says how it failed, if it did."""
    send({"phase": "runtime", "n": n})
    _deadline(limit)
    try:
        _drain(inputs.fresh()(*inputs.copy()))
    except MemoryError:
        return {"over": ["memory"]}
    except BaseException as error:
        return {"failed": _reason(error)}
    return {}


def _measure_size(
    program: Program, inputs: Inputs, n: int, request: dict[str, Any], course: Course, send: Send
) -> bool:
    """Time and trace calls at one n. False where larger n need not be tried."""
    limit, memory_limit = request["time_limit"], request["memory_limit"]
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    try:
        send({"phase": "runtime", "n": n})
        resource.setrlimit(resource.RLIMIT_AS, (min(hard, address_space() + memory_limit + (64 << 20)), hard))
        clock = _time(program, inputs, limit)
        runtime = clock.timing()["runtime"]
        course.ran(n, runtime)
        send({"n": n, **clock.timing()})
        clocks = {"runtime": clock}
        if request["again"] and runtime < limit / 4:
            send({"phase": "again", "n": n})
            clocks["runtime_again"] = _time(program, inputs, limit)
            send({"n": n, "runtime_again": clocks["runtime_again"].timing()["runtime"]})
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        if not course.warm and course.traceable():
            send({"phase": "memory", "n": n})
            _warm_traced(program, inputs, runtime, limit)
            course.warm = True
        for name in ("memory", "memory_again")[: 1 + request["again"]]:
            if not course.traceable():
                break
            send({"phase": name, "n": n})
            start = time.thread_time()
            try:
                peak = _trace(program, inputs, limit * _TRACED_SLOWDOWN)
            except _TooSlow:
                course.traced(n, float("inf"))
                break
            seconds = time.thread_time() - start
            course.traced(n, seconds)
            if peak > memory_limit:
                send({"n": n, "over": ["memory"]})
                return False
            send({"n": n, name: peak})
            if seconds > limit / 4:
                break  # a second time says too little for what it takes
        if _SLOW < runtime < limit / 4:
            send({"phase": "again", "n": n})
            for name, clock in clocks.items():
                with contextlib.suppress(Exception):  # the label stays as it is
                    clock.join(_time(program, inputs, limit))
                    timing = clock.timing()
                    send({"n": n, **timing} if name == "runtime" else {"n": n, name: timing["runtime"]})
    except MemoryError:
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        tracing = tracemalloc.is_tracing()
        over = not tracing or tracemalloc.get_traced_memory()[1] > memory_limit
        tracemalloc.stop()
        if over:
            send({"n": n, "over": ["memory"]})
        return False
    except RecursionError as error:
        tracemalloc.stop()
        send({"n": n, "failed": _reason(error)})
        return False
    except BaseException as error:
        tracemalloc.stop()
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        send({"n": n, "failed": _reason(error)})
    return True


def _deadline(seconds: float) -> None:
    """Let the kernel end this process after this much CPU time; a new call replaces the old deadline."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _drain(result: Any) -> None:
    if isinstance(result, Iterator):
        deque(result, maxlen=0)
    elif inspect.isawaitable(result):
        raise TypeError("awaitable result")


def _time(program: Program, inputs: Inputs, limit: float) -> _Clock:
    """CPU seconds of one untraced call on the reference machine, from samples of one long or many short calls."""
    gc.collect()
    function = inputs.fresh()
    arguments = inputs.copy()
    _deadline(limit)
    clock = _Clock()
    start = time.thread_time_ns()
    result = function(*arguments)
    drain = isinstance(result, Iterator)
    _drain(result)
    first = (time.thread_time_ns() - start) / 1e9
    del result
    clock.sampled(first)
    inputs.mutated = mutates = inputs.changed(arguments)
    del arguments
    if first >= _SINGLE:
        for _ in range(max(min(_SAMPLES, int(_LONG / first)), 3 if first < _LONG / 2 else 1) - 1):
            function, arguments = inputs.fresh(), inputs.copy()
            _deadline(limit)
            clock.look()
            clock.sampled(_sample([(function, arguments)], drain))
        return clock
    shared = not mutates and not program.stateful
    if first < _LOOP:  # the first call runs unspecialised byte code on cold caches: no guide for short ones
        pairs = [(function if shared else inputs.fresh(), inputs.copy()) for _ in range(3)]
        _sample(pairs[:1], drain)
        first = _sample(pairs[1:], drain) / 2
    count = max(1, min(2000, round(_LOOP / max(first, 1e-7))))
    if not shared:
        started = time.perf_counter()
        inputs.fresh(), inputs.copy()
        cost = max(time.perf_counter() - started, 1e-7)
        count = max(min(count, 5 if cost < 0.001 else 2), min(count, int(_PREPARATION / cost), _NAMESPACES))
    clock = _Clock(count)
    for _ in range(_SAMPLES):
        batch: Iterable[tuple[Any, Any]]
        if shared:
            batch = itertools.repeat((function, inputs.copy()), count)
        elif program.stateful:
            batch = [(inputs.fresh(), inputs.copy()) for _ in range(count)]
        else:
            batch = [(function, inputs.copy()) for _ in range(count)]
        _deadline(limit + first * count)
        if not shared or first * count >= 2 * _LOOP:  # else the look that ended the last sample was just now
            clock.look()
        clock.sampled(_sample(batch, drain) / count)
    return clock


class _Clock:
    """Samples of one function's CPU time, each with how slow the machine was right before and after it."""

    def __init__(self, calls: int = 1) -> None:
        """``calls``: of one sample."""
        self._calls = calls
        self._samples: list[float] = []  # seconds of a call, as measured
        self._slowdowns: list[float] = []
        self.look()

    def look(self) -> None:
        """Time the reference work, just before a sample."""
        self._before = slowdown()

    def sampled(self, seconds: float) -> None:
        """A sample ended now."""
        self._samples.append(seconds)
        after = slowdown()
        self._slowdowns.append(min(self._before, after))
        self._before = after

    def join(self, later: _Clock) -> None:
        """Take over the samples of another time."""
        self._samples += later._samples
        self._slowdowns += later._slowdowns

    def timing(self) -> dict[str, Any]:
        """The result of all samples.

        The lower quartile repeats better than the median: what disturbs a sample only ever adds to it.
        """
        ordered = sorted(s / slow for s, slow in zip(self._samples, self._slowdowns, strict=True))
        low, quartile, middle, high = (ordered[round(q * (len(ordered) - 1))] for q in (0.1, 0.25, 0.5, 0.9))
        return {
            "runtime": quartile,
            "repeats": self._calls * len(ordered),
            "spread": (high - low) / middle if middle else 0.0,
            "slowdown": statistics.median(self._slowdowns),
        }


def _sample(pairs: Iterable[tuple[Any, Any]], drain: bool) -> float:
    if drain:
        start = time.thread_time_ns()
        for function, arguments in pairs:
            deque(function(*arguments), maxlen=0)
        return (time.thread_time_ns() - start) / 1e9
    start = time.thread_time_ns()
    for function, arguments in pairs:
        function(*arguments)
    return (time.thread_time_ns() - start) / 1e9


def _warm_traced(program: Program, inputs: Inputs, runtime: float, limit: float) -> None:
    """Calls of the traced code outside all measurements: specialised code grows a text by += in place, for one."""
    for _ in range(min(_WARM_CALLS, int(_WARM_SECONDS / max(runtime, 1e-7)))):
        _deadline(limit)
        _drain(inputs.fresh(traced=True)(*inputs.copy()))


class _TooSlow(BaseException):
    """A traced call took too long; the runner itself goes on."""


def _give_up(_signal: int, _frame: object) -> None:
    _deadline(1)  # should the function hold on to its life
    raise _TooSlow


def _trace(program: Program, inputs: Inputs, seconds: float) -> int:
    """Peak bytes above the level at the call, the result included. Raises ``_TooSlow`` after ``seconds`` of the call."""
    if inputs.mutated:
        tracemalloc.start()  # before the inputs: what the call frees of them must count
    try:
        function = inputs.fresh(traced=True)
        arguments = inputs.copy()
        gc.collect()
        tracemalloc.start()
        signal.signal(signal.SIGPROF, _give_up)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        tracemalloc.reset_peak()
        level = tracemalloc.get_traced_memory()[0]
        result = function(*arguments)
        _drain(result)
        peak = tracemalloc.get_traced_memory()[1]
        _deadline(10)
    except MemoryError:
        raise  # still tracing: the peak tells whether the limit was passed
    except BaseException:
        tracemalloc.stop()
        raise
    tracemalloc.stop()
    return max(0, peak - level)


class Program:
    """The measured source: compiled once, executed into a fresh module as often as needed."""

    def __init__(self, source: str, entry: str) -> None:
        """Raises SyntaxError, AttributeError where the entry is missing, and whatever the module raises."""
        self._code = compile(source, "<function>", "exec")
        self._traced = _without_lines(self._code)
        self._owner, _, self._name = entry.rpartition(".")
        self.module: types.ModuleType
        holder = self._holder(traced=False)
        self.owner = holder if isinstance(holder, type) else None
        found = inspect.getattr_static(holder, self._name) if self.owner else None
        self.bound = self.owner is not None and not isinstance(found, (staticmethod, classmethod))
        self.function: Callable[..., Any] = getattr(holder, self._name)
        parameters = list(inspect.signature(self.function).parameters.values())
        self._parameters = parameters[1:] if self.bound else parameters
        named = [p for p in self._parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        self.names = [p.name for p in named]
        self._types = [str(p.annotation) for p in named]
        self.stateful = bool(self._owner) or "global " in source or _keeps_state(vars(self.module))
        spread = [p.name for p in self._parameters if p.kind is p.VAR_POSITIONAL]
        self.spread = spread[0] if spread else ""

    def _holder(self, traced: bool) -> Any:
        """The class, or the module, that holds the function, in a namespace of its own."""
        module = types.ModuleType(_MODULE)
        sys.modules[_MODULE] = self.module = module
        exec(self._traced if traced else self._code, module.__dict__)
        holder: Any = module
        for part in self._owner.split(".") if self._owner else ():
            holder = getattr(holder, part)
        return holder

    def fresh(self, traced: bool = False, make: Callable[[Any], Any] | None = None) -> Callable[..., Any]:
        """The function in a namespace of its own, so that nothing an earlier call remembered is there.

        ``traced``: of code that knows no line numbers, which ``tracemalloc`` takes long to look up. ``make`` makes the
        object of a method out of its class; without it the constructor gets no arguments.
        """
        holder = self._holder(traced)
        if self.bound:
            holder = make(holder) if make is not None else _constructed(holder, [])
        function: Callable[..., Any] = getattr(holder, self._name)
        return function

    def callable_with(self, workload: Workload) -> Workload:
        """The kinds that a call by position can pass: keyword-only parameters keep their defaults."""
        keyword = {p.name for p in self._parameters if p.kind in (p.KEYWORD_ONLY, p.VAR_KEYWORD)}
        return Workload(tuple(kind for kind in workload.kinds if kind.name not in keyword), workload.n)

    def examples(self, texts: list[str], nodes: bool = True) -> list[tuple[object, ...]]:
        """The argument tuples; those that do not evaluate are left out. Lists for node parameters become node values."""
        names = {
            **vars(self.module),
            "list_node": LinkedList,
            "tree_node": Tree,
            "ListNode": LinkedList,
            "TreeNode": Tree,
        }
        calls = []
        for text in texts:
            try:
                value = ast.literal_eval(text)
            except (ValueError, SyntaxError, MemoryError, RecursionError):
                try:
                    value = eval(text, names)
                except Exception:
                    continue
            if isinstance(value, tuple):
                calls.append(tuple(self._as_nodes(i, v) for i, v in enumerate(value)) if nodes else value)
        return calls

    def _as_nodes(self, position: int, value: object) -> object:
        annotation = self._types[position] if position < len(self._types) else ""
        node = Tree if "TreeNode" in annotation else LinkedList if "ListNode" in annotation else None
        if node is None or isinstance(value, node):
            return value
        if value is None:
            return node()
        if not isinstance(value, list):
            return value
        if annotation.lower().replace("typing.", "").startswith(("list[", "sequence[")):
            return [node(v) if isinstance(v, list) else node() if v is None else v for v in value]
        return node(value)

    def materialise(self, value: Any) -> Any:
        """``value`` with linked lists and trees made of the module's own node classes."""
        if isinstance(value, LinkedList):
            return _chain(getattr(self.module, "ListNode", _ListNode), value)
        if isinstance(value, Tree):
            return _tree(getattr(self.module, "TreeNode", _TreeNode), value)
        if type(value) is list:
            return [self.materialise(v) for v in value]
        return value


def _without_lines(code: types.CodeType) -> types.CodeType:
    """The same code without its table of line numbers: ``tracemalloc`` walks it at every allocation."""
    inner = (_without_lines(c) if isinstance(c, types.CodeType) else c for c in code.co_consts)
    return code.replace(co_linetable=b"", co_consts=tuple(inner))


class _NotConstructed(Exception):
    """The class of a method would not make its object from the arguments; the message is the exception's name."""


def _constructed(owner: Any, arguments: list[Any], fill: str = "", rows: Iterable[Iterable[Any]] = ()) -> Any:
    """An object of the class ``owner``, filled by one call of its method ``fill`` per row."""
    try:
        made = owner(*arguments)
        if fill:
            add = getattr(made, fill)
            for row in rows:
                add(*row)
    except Exception as error:
        if isinstance(error, MemoryError):
            raise
        raise _NotConstructed(type(error).__name__[:60]) from error
    return made


class Receiver:
    """How the object of a method is made at each n."""

    def __init__(self, program: Program, request: dict[str, Any]) -> None:
        planned: Plan = pickle.loads(base64.b64decode(request["plan"]))
        texts = request["receiver"]
        examples = program.examples(texts, nodes=False)
        self._workload = planned.constructor
        self._example = longest(examples)
        if examples:
            try:
                names = list(inspect.signature(program.owner).parameters) if program.owner else []
            except (TypeError, ValueError):
                names = []
            self._workload = infer_from_examples(names, examples)
        self._fill = "" if grows(self._workload) else planned.fill
        self._element = planned.element
        self.kinds = (receiver_kind(bool(self._fill) or grows(self._workload)),)

    def arguments(self, n: int, rng: random.Random, cycle: bool) -> tuple[list[object], list[list[Any]]]:
        """The constructor's arguments and the rows to fill the object with."""
        built = build_arguments(self._workload, n, rng, self._example, cycle)
        columns = [build_items(kind.shape, n, n, rng) for kind in self._element.kinds] if self._fill else []
        return built, [list(row) for row in zip(*columns, strict=True)]

    def make(self, owner: Any, arguments: list[Any], rows: list[list[Any]]) -> Any:
        """A new object out of arguments that nobody else holds."""
        return _constructed(owner, arguments, self._fill, rows)


class Inputs:
    """The arguments of one size: built once, handed out as copies that share nothing."""

    def __init__(
        self,
        program: Program,
        workload: Workload,
        n: int,
        rng: random.Random,
        example: tuple[object, ...] | None,
        cycle: bool = False,
        receiver: Receiver | None = None,
    ) -> None:
        self._program = program
        self._receiver = receiver
        self._spread = next((i for i, k in enumerate(workload.kinds) if k.name == program.spread), None)
        self.mutated = True  # by the last timed call, as far as anyone can tell
        arguments = build_arguments(workload, n, rng, example, cycle)
        if receiver is not None:
            arguments.append(receiver.arguments(n, rng, cycle))
        self._nodes = _holds_nodes(arguments)
        self._plain: list[object] = []
        try:
            self._blob = pickle.dumps(arguments, pickle.HIGHEST_PROTOCOL)
            self._normal = pickle.dumps(pickle.loads(self._blob), pickle.HIGHEST_PROTOCOL)
        except Exception:  # pickle raises whatever the objects raise
            self._blob, self._plain = b"", arguments

    def fresh(self, traced: bool = False) -> Callable[..., Any]:
        """The function in a namespace of its own, that of a method with an object of its own."""
        receiver = self._receiver
        if receiver is None:
            return self._program.fresh(traced)

        def make(owner: Any) -> Any:
            return receiver.make(owner, *self._all()[-1])

        return self._program.fresh(traced, make)

    def _all(self) -> list[Any]:
        return pickle.loads(self._blob) if self._blob else [_copied(v) for v in self._plain]

    def copy(self) -> list[Any]:
        """Arguments as equal as the first, of objects not handed out before."""
        arguments = self._all()
        if self._receiver is not None:
            arguments.pop()
        if self._nodes:
            arguments = [self._program.materialise(v) for v in arguments]
        if self._spread is not None:  # *args
            arguments[self._spread : self._spread + 1] = arguments[self._spread]
        return arguments

    def changed(self, arguments: list[Any]) -> bool:
        """Whether a call may have changed the ``arguments`` it got."""
        if self._nodes or not self._blob or self._receiver is not None or self._spread is not None:
            return True
        try:
            return pickle.dumps(arguments, pickle.HIGHEST_PROTOCOL) != self._normal
        except Exception:  # pickle raises whatever the objects raise
            return True


def _copied(value: Any) -> Any:
    try:
        return copy.deepcopy(value)
    except Exception:  # deepcopy raises whatever the object raises
        return value


def _holds_nodes(value: object) -> bool:
    if isinstance(value, (LinkedList, Tree)):
        return True
    return type(value) is list and any(_holds_nodes(v) for v in value[:4])


_MUTABLE = (list, dict, set, bytearray, deque)


def _keeps_state(namespace: Mapping[str, Any]) -> bool:
    """Whether something in a module or class could remember a call: containers, caches, defaults, closures."""
    for name, value in list(namespace.items()):
        if name.startswith("__") or isinstance(value, types.ModuleType):
            continue
        if isinstance(value, _MUTABLE) or hasattr(value, "cache_info"):
            return True
        if getattr(value, "__module__", _MODULE) != _MODULE:
            continue
        if isinstance(value, types.FunctionType):
            if (
                value.__closure__
                or value.__dict__
                or any(isinstance(d, _MUTABLE) for d in value.__defaults__ or ())
            ):
                return True
        elif isinstance(value, type):
            if _keeps_state(dict(vars(value))):
                return True
        elif not isinstance(value, (int, float, complex, str, bytes, tuple, frozenset, type(None))):
            return True
    return False


class _ListNode:
    def __init__(self, val: Any = 0, next: Any = None) -> None:
        self.val = val
        self.next = next


class _TreeNode:
    def __init__(self, val: Any = 0, left: Any = None, right: Any = None) -> None:
        self.val = val
        self.left = left
        self.right = right


def _chain(node: Any, values: list[Any]) -> Any:
    head = None
    for value in reversed(values):
        link = node(value)
        link.next = head
        head = link
    return head


def _tree(node: Any, values: list[Any]) -> Any:
    if not values or values[0] is None:
        return None
    root = node(values[0])
    parents = deque([root])
    rest = iter(values[1:])
    while parents:
        parent = parents.popleft()
        for side in ("left", "right"):
            value = next(rest, None)
            if value is not None:
                child = node(value)
                setattr(parent, side, child)
                parents.append(child)
    return root


if __name__ == "__main__":
    main()
