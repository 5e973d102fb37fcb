"""Labels many items: tasks on this machine's cores or on a Ray cluster, resumable, and no item can stop the others."""

from __future__ import annotations

import contextlib
import platform
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path
from threading import local
from typing import Protocol

import pricetag
from pricetag.measure.cpp_runner import CppLimits, CppUnavailable, label_cpp, toolchain
from pricetag.measure.label import MEMORY_LIMIT, SIZES, TIME_LIMIT, Item, Label
from pricetag.measure.machine import machine
from pricetag.measure.python_runner import PythonRunner
from pricetag.measure.sandbox import SandboxUnavailable

_TASK_ITEMS = {
    "python": 8,
    "cpp": 24,
}  # a C++ task is one program: its compiler's start is shared by all of its items
_AGAIN = 10  # one item (Python) or task (C++) in so many is measured twice, for repeatability


@dataclass(frozen=True, slots=True)
class Task:
    """Items of one language that one worker labels together."""

    language: str
    items: tuple[Item, ...]
    sizes: tuple[int, ...]
    time_limit: float = TIME_LIMIT
    memory_limit: int = MEMORY_LIMIT
    again: bool = False  # measure a C++ task's items twice; Python draws its own sample


@dataclass(slots=True)
class Outcome:
    """What a task came to: labels, and the items whose runner raised (nothing is stored; the next run tries again)."""

    labels: list[Label] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)  # item id -> why


@dataclass(slots=True)
class Summary:
    """What a labelling run did."""

    items: int = 0
    skipped: int = 0  # finished before
    labels: int = 0
    measured: int = 0  # labels with a number or an ``over``
    broken: dict[str, str] = field(default_factory=dict)


class Engine(Protocol):
    """Runs tasks somewhere and yields their outcomes as they come, in any order."""

    def __call__(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Raises ``SandboxUnavailable`` or ``CppUnavailable`` where nothing may be run."""
        ...


def label_items(
    items: Iterable[Item],
    path: Path | str,
    jobs: int = 1,
    sizes: Sequence[int] = SIZES,
    time_limit: float = TIME_LIMIT,
    *,
    engine: Engine | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Summary:
    """Append the labels of ``items`` to the store at ``path``, passing over items that it already has at all sizes.

    ``engine`` runs the tasks: by default ``jobs`` threads of this process, each driving sandboxed processes.
    ``progress`` is told how many items are done and of how many. Raises ``SandboxUnavailable`` or ``CppUnavailable``
    where this system cannot measure, ``StoreError`` and OSError where the store cannot be read or written.
    """
    from pricetag.measure.store import LabelStore  # Parquet: not every user who measures has it

    with LabelStore(Path(path)) as store:
        done = store.finished(sizes)
        chosen = list(items)
        todo = [item for item in chosen if item.id not in done]
        summary = Summary(skipped=len(chosen) - len(todo))
        tasks = _tasks(todo, sizes, time_limit)
        run = engine if engine is not None else LocalEngine(jobs)
        for outcome in run(tasks):
            store.append(outcome.labels)
            summary.items += len({label.item for label in outcome.labels})
            summary.labels += len(outcome.labels)
            summary.measured += sum(map(_has_number, outcome.labels))
            summary.broken |= outcome.broken
            if progress is not None:
                progress(summary.items + len(summary.broken), len(todo))
        return summary


def _tasks(items: Sequence[Item], sizes: Sequence[int], time_limit: float) -> list[Task]:
    """The items in their order, grouped by language; the languages take turns, so that neither waits for the other."""
    by_language: list[list[Task]] = []
    for language, count in _TASK_ITEMS.items():
        chosen = [item for item in items if item.language == language]
        groups = (tuple(chosen[start : start + count]) for start in range(0, len(chosen), count))
        by_language.append(
            [
                Task(language, group, tuple(sorted(set(sizes))), time_limit, again=number % _AGAIN == 0)
                for number, group in enumerate(groups)
            ]
        )
    return [task for turn in zip_longest(*by_language) for task in turn if task is not None]


class Worker:
    """Runs tasks one after the other, keeping its warm processes between them."""

    def __init__(self) -> None:
        self._python: PythonRunner | None = None

    def run(self, task: Task) -> Outcome:
        """Never raises for what the items do; raises ``SandboxUnavailable`` or ``CppUnavailable``."""
        outcome = Outcome()
        if task.language == "cpp":
            limits = CppLimits(task.time_limit, task.memory_limit)
            try:
                outcome.labels += label_cpp(
                    task.items, task.sizes, limits=limits, batch=len(task.items), again=int(task.again)
                )
            except CppUnavailable:
                raise
            except Exception as error:  # whatever the runner trips over, the other tasks go on
                outcome.broken |= {item.id: _said(error) for item in task.items}
        else:
            for item in task.items:
                try:
                    outcome.labels += self._runner(task).measure(item, task.sizes)
                except SandboxUnavailable:
                    raise
                except Exception as error:  # an item must not stop the others
                    self.close()
                    outcome.broken[item.id] = _said(error)
        for label in outcome.labels:
            label.machine, label.tools = machine(), tools(task.language)
        return outcome

    def close(self) -> None:
        """Free the warm processes."""
        if self._python is not None:
            self._python.close()
            self._python = None

    def _runner(self, task: Task) -> PythonRunner:
        if self._python is None:
            self._python = PythonRunner(task.time_limit, task.memory_limit, _AGAIN)
        return self._python


class LocalEngine:
    """Runs tasks on this machine, ``jobs`` at once."""

    def __init__(self, jobs: int = 1) -> None:
        self._jobs = max(1, jobs)

    def __call__(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Outcomes as they come; on an early end the tasks that have not begun are dropped."""
        mine = local()
        workers: list[Worker] = []

        def run(task: Task) -> Outcome:
            if not hasattr(mine, "worker"):
                mine.worker = Worker()
                workers.append(mine.worker)
            worker: Worker = mine.worker
            return worker.run(task)

        with contextlib.ExitStack() as stack, ThreadPoolExecutor(self._jobs) as executor:
            stack.callback(_close, workers)
            waiting = iter(tasks)
            running: set[Future[Outcome]] = set()
            while True:
                while len(running) < 2 * self._jobs and (task := next(waiting, None)) is not None:
                    running.add(executor.submit(run, task))
                if not running:
                    return
                try:
                    finished, running = wait(running, return_when=FIRST_COMPLETED)
                    for future in finished:
                        yield future.result()
                except BaseException:
                    executor.shutdown(cancel_futures=True)
                    raise


def _close(workers: Sequence[Worker]) -> None:
    for worker in workers:
        worker.close()


@lru_cache(maxsize=2)
def tools(language: str) -> str:
    """The versions that a label of ``language`` depends on."""
    if language == "cpp":
        answer = subprocess.run(
            [toolchain().compiler, "--version"], capture_output=True, text=True, check=False
        )
        return f"pricetag {pricetag.__version__}, {(answer.stdout.splitlines() or ['unknown compiler'])[0]}"
    return f"pricetag {pricetag.__version__}, {platform.python_implementation()} {platform.python_version()}"


def _has_number(label: Label) -> bool:
    return label.memory is not None or label.runtime is not None or bool(label.over)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
