"""Measure C++ functions: many compiled into one program, each run in a child process of its own, in a sandbox.

    for label in label_cpp(items, time_limit=2.0, jobs=2): ...

A function that does not compile, crashes, hangs or eats memory costs its own label only.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import queue
import re
import resource
import selectors
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import platformdirs

from pricetag.measure.cpp_program import Subject, prepare, program
from pricetag.measure.label import MEMORY_LIMIT, SIZES, TIME_LIMIT, Item, Label
from pricetag.workload.cpp_code import NoSuchFunction
from pricetag.workload.cpp_types import UnsupportedType

_FLAGS = ("-O2", "-w", "-pipe", "-fno-diagnostics-show-caret", "-fmax-errors=200")
_STANDARDS = ("c++17", "c++20")
_COMPILE_SECONDS = 120
_COMPILE_MEMORY = 4 << 30
_SUPPORT = ("reference.hpp", "subject.hpp", "values.hpp", "driver.cpp")
_SEED = 20_25


class CppUnavailable(Exception):
    """This system cannot measure C++: no compiler or no sandbox. The message says what to install."""


@dataclass(frozen=True, slots=True)
class CppLimits:
    """What one call may take, and how much CPU time goes into repeating short ones (per size)."""

    time: float = TIME_LIMIT
    memory: int = MEMORY_LIMIT
    budget: float = 0.015


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A C++ compiler with its precompiled header and the driver's object file, for one language standard."""

    compiler: str
    standard: str
    folder: Path

    @property
    def driver(self) -> Path:
        """The compiled measuring half of every program."""
        return self.folder / "driver.o"

    def build(self, source: str, output: Path) -> str:
        """Compile and link ``source`` into the program ``output``; returns the compiler's complaint, "" when it is fine."""
        # Bound at start (-z now, and LD_BIND_NOW for the libraries): resolving a symbol would count as the call's stack.
        return self._compile(source, output, str(self.driver), "-o", str(output), "-Wl,-z,now", "-pthread")

    def check(self, source: str, output: Path) -> str:
        """The compiler's complaint about ``source``, "" when it is fine; makes no program."""
        return self._compile(source, output, "-fsyntax-only")

    def _compile(self, source: str, output: Path, *options: str) -> str:
        text = output.with_suffix(".cpp")
        text.write_text(source, encoding="utf-8", errors="replace")
        header = str(self.folder / "values.hpp")
        command = [self.compiler, f"-std={self.standard}", *_FLAGS, "-include", header, str(text), *options]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_COMPILE_SECONDS,
                preexec_fn=_limit_compiler,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return "compiler timed out"
        return "" if done.returncode == 0 else done.stderr or "compiler failed"


def _limit_compiler() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_COMPILE_MEMORY, _COMPILE_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_COMPILE_SECONDS, _COMPILE_SECONDS + 1))


def toolchain(standard: str = _STANDARDS[0], cache: Path | None = None) -> Toolchain:
    """The compiler on PATH (``CXX``, else g++), its header compiled once per machine. Raises ``CppUnavailable``."""
    compiler = shutil.which(os.environ.get("CXX", "g++"))
    if compiler is None:
        raise CppUnavailable("no C++ compiler found; install g++ or set CXX")
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=False).stdout
    files = {
        name: resources.files("pricetag.measure").joinpath("cpp", name).read_text(encoding="utf-8")
        for name in _SUPPORT
    }
    key = hashlib.sha256(
        "\0".join([compiler, version, standard, *_FLAGS, *files.values()]).encode()
    ).hexdigest()[:16]
    root = cache or Path(platformdirs.user_cache_dir("pricetag"))
    folder = root / f"cpp-{key}"
    if folder.is_dir():
        return Toolchain(compiler, standard, folder)
    root.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix="cpp-", dir=root))
    for name, text in files.items():
        (made / name).write_text(text, encoding="utf-8")
    base = [compiler, f"-std={standard}", *_FLAGS]
    for command in (
        [*base, "-x", "c++-header", "values.hpp", "-o", "values.hpp.gch"],
        [*base, "-c", "driver.cpp", "-o", "driver.o"],
    ):
        done = subprocess.run(command, cwd=made, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            shutil.rmtree(made, ignore_errors=True)
            raise CppUnavailable(
                f"{compiler} cannot compile the measuring code: {done.stderr.strip().splitlines()[:1]}"
            )
    try:
        made.rename(folder)
    except OSError:  # another process was first
        shutil.rmtree(made, ignore_errors=True)
    return Toolchain(compiler, standard, folder)


def sandbox(folder: Path) -> list[str]:
    """The command prefix that runs a program confined: no network, read-only files, a private /tmp, own process ids.

    ``folder`` appears as /tmp/program, read-only. Raises ``CppUnavailable`` where bubblewrap is missing or refused.
    """
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        raise CppUnavailable(
            "measuring C++ needs bubblewrap (bwrap) as its sandbox; install the package bubblewrap"
        )
    return [
        bwrap, "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--tmpfs", "/run",
        "--ro-bind", str(folder), "/tmp/program", "--unshare-all", "--die-with-parent", "--new-session", "--chdir", "/tmp",
        "--cap-drop", "ALL", "--clearenv", "--setenv", "LC_ALL", "C", "--setenv", "LD_BIND_NOW", "1", "--",
    ]  # fmt: skip


def label_cpp(
    items: Iterable[Item],
    sizes: Sequence[int] = SIZES,
    *,
    limits: CppLimits | None = None,
    jobs: int = 1,
    batch: int = 12,
    again: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Label]:
    """Labels of every item at increasing sizes, as they come; the order of items is not kept.

    A size that fails or passes a limit ends its function: the larger ones are labelled alike with ``inferred`` set.
    ``again`` measures one batch in so many a second time, for repeatability. ``progress`` is told the items finished.
    Raises ``CppUnavailable``.
    """
    finished = 0
    for labels in _batches(list(items), sizes, limits or CppLimits(), jobs, batch, again):
        yield from labels
        finished += len({label.item for label in labels})
        if progress is not None:
            progress(finished)


def _batches(
    chosen: Sequence[Item], sizes: Sequence[int], limits: CppLimits, jobs: int, batch: int, again: int
) -> Iterator[list[Label]]:
    tools = toolchain()
    sandbox(Path("/"))
    work: queue.Queue[tuple[list[Item], bool]] = queue.Queue()
    results: queue.Queue[list[Label] | BaseException | None] = queue.Queue()
    for count, start in enumerate(range(0, len(chosen), batch)):
        work.put((list(chosen[start : start + batch]), again > 0 and count % again == 0))
    stopping = threading.Event()

    def worker() -> None:
        try:
            while not stopping.is_set():
                try:
                    group, twice = work.get_nowait()
                except queue.Empty:
                    break
                results.put(_label_batch(tools, group, sorted(sizes), limits, twice, stopping))
        except BaseException as error:
            results.put(error)
        finally:
            results.put(None)

    threads = [threading.Thread(target=worker, daemon=True) for _ in range(max(1, jobs))]
    for thread in threads:
        thread.start()
    running = len(threads)
    try:
        while running:
            got = results.get()
            if got is None:
                running -= 1
            elif isinstance(got, BaseException):
                raise got
            else:
                yield got
    finally:
        stopping.set()


def _label_batch(
    tools: Toolchain,
    items: Sequence[Item],
    sizes: Sequence[int],
    limits: CppLimits,
    again: bool,
    stopping: threading.Event,
) -> list[Label]:
    labels: list[Label] = []
    subjects: dict[int, Subject] = {}
    for index, item in enumerate(items):
        prepared = _prepare(item)
        if isinstance(prepared, Subject):
            subjects[index] = prepared
        else:
            labels += _failed(item, "", sizes, limits, prepared)
    with tempfile.TemporaryDirectory(prefix="pricetag-cpp-") as place:
        runs = _Runs(tools, Path(place), subjects, sizes, limits, stopping)
        runs.run_all()
        first = runs.take()
        second = runs.rerun() if again else {}
    for index, subject in subjects.items():
        rows = first.get(index, [])
        made = _labels(subject, rows, sizes, limits)
        by_size = {row["n"]: row for row in second.get(index, []) if row["measured"]}
        for label in made:
            row = by_size.get(label.n)
            if row is not None and label.memory is not None:
                label.memory_again = float(str(row["heap"])) + float(str(row["stack"]))
                label.runtime_again = float(str(row["runtime"]))
        labels += made
    return labels


def _prepare(item: Item) -> Subject | str:
    try:
        return prepare(item)
    except NoSuchFunction:
        return "no entry"
    except UnsupportedType as error:
        return f"unsupported {error}"[:80]
    except (RecursionError, UnicodeError):
        return "unreadable"


class _Runs:
    """Compiles and runs the subjects of one batch, together where that works, else one by one."""

    def __init__(
        self,
        tools: Toolchain,
        folder: Path,
        subjects: dict[int, Subject],
        sizes: Sequence[int],
        limits: CppLimits,
        stopping: threading.Event,
    ) -> None:
        self._tools, self._folder, self._subjects = tools, folder, subjects
        self._sizes, self._limits, self._stopping = sizes, limits, stopping
        self._rows: dict[int, list[dict[str, object]]] = {}  # by subject, sizes increasing
        self._programs: list[tuple[Path, list[int]]] = []

    def take(self) -> dict[int, list[dict[str, object]]]:
        """Rows by subject since the last call."""
        rows, self._rows = self._rows, {}
        return rows

    def run_all(self) -> None:
        """Compile everything and run it once."""
        together = [i for i, subject in self._subjects.items() if subject.whole]
        alone = [i for i, subject in self._subjects.items() if not subject.whole]
        output = self._folder / "together"
        for _ in range(3):  # leave out whom the compiler blames, then compile the others again
            if len(together) < 2:
                break
            complaint = self._tools.build(
                program([(i, self._subjects[i]) for i in together], wrapped=True), output
            )
            if not complaint:
                break
            blamed = {
                int(text)
                for text in re.findall(r"^pt-subject-(\d+):\d+:[^\n]*error", complaint, re.MULTILINE)
            }
            blamed &= set(together)
            alone += sorted(blamed) or together
            together = [i for i in together if i not in blamed] if blamed else []
        else:
            alone, together = alone + together, []
        if len(together) < 2:
            alone, together = alone + together, []
        if together and not self._run(output, together):
            alone += together  # something in there breaks the program before its first function runs
        for index in alone:
            self._run_alone(index)

    def rerun(self) -> dict[int, list[dict[str, object]]]:
        """Run every program again."""
        for output, indices in list(self._programs):
            self._run(output, indices, remember=False)
        return self.take()

    def _run_alone(self, index: int) -> None:
        if self._stopping.is_set():
            return
        output = self._folder / f"alone-{index}"
        source = program([(index, self._subjects[index])], wrapped=False)
        # Most that fail together fail alone, too, and saying so costs a third of building them.
        standards = (self._tools, toolchain(_STANDARDS[1]))
        tools = next((tools for tools in standards if not tools.check(source, output)), None)
        if tools is None or tools.build(source, output):
            self._rows[index] = [_row(self._sizes[0], "compile")]
        elif not self._run(output, [index]):
            self._rows[index] = [_row(self._sizes[0], "crash at start")]

    def _run(self, output: Path, indices: list[int], remember: bool = True) -> bool:
        """Run a program to its end, starting it again after a function that broke it. False: it never got ready."""
        position = 0
        while position < len(indices) and not self._stopping.is_set():
            rows, ready = self._drive(output, position, len(indices) - position)
            if not ready and position == 0:
                return False
            for row in rows:
                known = self._rows.setdefault(int(str(row["id"])), [])
                again = [at for at, other in enumerate(known) if other["n"] == row["n"]]
                if again:  # a later round of the same label
                    known[again[0]] = row
                else:
                    known.append(row)
            done = [i for i in indices[position:] if self._ended(i)]
            if len(done) == len(indices) - position:
                break
            broken = indices[position + len(done)]
            at = self._sizes[len(self._rows.get(broken, []))]
            self._rows.setdefault(broken, []).append(_row(at, "crash driver"))
            position += len(done) + 1
        if remember:
            self._programs.append((output, indices))
        return True

    def _ended(self, index: int) -> bool:
        rows = self._rows.get(index, [])
        return bool(rows) and (not rows[-1]["measured"] or rows[-1]["n"] == self._sizes[-1])

    def _drive(self, output: Path, first: int, count: int) -> tuple[list[dict[str, object]], bool]:
        limits = self._limits
        command = [
            *sandbox(self._folder), f"/tmp/program/{output.name}", str(first), str(count), ",".join(map(str, self._sizes)),
            str(limits.time), str(limits.memory), str(limits.budget), str(_SEED),
        ]  # fmt: skip
        patience = limits.time * 20 + 120  # seconds of silence; the driver ends a hang before
        start_patience = 45.0  # what runs before main
        rows: list[dict[str, object]] = []
        ready = False
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert process.stdout is not None
        pending = b""
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(process.stdout, selectors.EVENT_READ)
                heard = time.monotonic()
                while not self._stopping.is_set():
                    if not selector.select(timeout=1.0):
                        if time.monotonic() - heard > (patience if ready else start_patience):
                            break
                        continue
                    heard = time.monotonic()
                    data = os.read(process.stdout.fileno(), 1 << 16)
                    if not data:
                        break
                    *lines, pending = (pending + data).split(b"\n")
                    for line in lines:
                        try:
                            row = json.loads(line)
                        except ValueError:  # a call has damaged the driver: only its own function is lost
                            return rows, ready
                        if "ready" in row:
                            ready = True
                        else:
                            rows.append(row)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=1.0)  # at its end it goes by itself
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.stdout.close()
            process.wait()
        return rows, ready


def _row(n: int, failed: str) -> dict[str, object]:
    return {"n": n, "measured": False, "failed": failed, "over_memory": False, "over_runtime": False}


def _blank(item: Item, assumes: str, n: int, limits: CppLimits) -> Label:
    return Label(
        item.id, item.source, item.licence, item.problem, item.language, item.entry, assumes, n,
        time_limit=limits.time, memory_limit=limits.memory,
    )  # fmt: skip


def _failed(item: Item, assumes: str, sizes: Sequence[int], limits: CppLimits, reason: str) -> list[Label]:
    return [replace(_blank(item, assumes, n, limits), failed=reason, inferred=n != sizes[0]) for n in sizes]


def _labels(
    subject: Subject, rows: Sequence[dict[str, object]], sizes: Sequence[int], limits: CppLimits
) -> list[Label]:
    labels: list[Label] = []
    by_size = {row["n"]: row for row in rows}
    assumes = str(subject.inputs.workload)
    ended: Label | None = None
    for n in sizes:
        label = _blank(subject.item, assumes, n, limits)
        row = by_size.get(n)
        if ended is not None:
            label.over, label.failed, label.inferred = list(ended.over), ended.failed, True
        elif row is None:
            break  # stopped from outside
        elif row["measured"]:
            label.memory = float(str(row["heap"])) + float(str(row["stack"]))
            label.runtime = float(str(row["runtime"]))
            label.repeats, label.spread = int(str(row["repeats"])), float(str(row["spread"]))
            label.slowdown = float(str(row["slowdown"]))
        else:
            label.over = [metric for metric in ("memory", "runtime") if row[f"over_{metric}"]]
            label.failed = str(row["failed"])
            ended = label
        labels.append(label)
    return labels
