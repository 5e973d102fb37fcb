"""Labels many items: runners in parallel, resumable, and no item can stop the others."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pricetag.measure.label import SIZES, Item, Label
from pricetag.measure.python_runner import PythonRunner
from pricetag.measure.sandbox import SandboxUnavailable
from pricetag.measure.store import LabelStore


class Runner(Protocol):
    """What labels the items of one language."""

    def measure(self, item: Item, sizes: Sequence[int] = ...) -> list[Label]:
        """One label per size; never raises for what the function does."""
        ...

    def close(self) -> None:
        """Free what the runner holds."""
        ...


@dataclass(slots=True)
class Summary:
    """What a labelling run did."""

    items: int = 0
    skipped: int = 0  # finished before
    labels: int = 0
    measured: int = 0  # labels with a number or an `over`
    broken: int = 0  # items whose runner raised: nothing is stored, the next run tries again


def label_items(
    items: Iterable[Item],
    path: Path | str,
    jobs: int = 1,
    sizes: Sequence[int] = SIZES,
    progress: bool = True,
    runners: Mapping[str, Callable[[], Runner]] | None = None,
) -> Summary:
    """Append the labels of ``items`` to the file at ``path``, passing over items that it already has at all sizes.

    ``runners`` makes one runner per job and language ("python", "cpp"); by default Python alone, with the default limits.
    Items of other languages are left out. Raises ``SandboxUnavailable`` where this system has no sandbox.
    """
    makers = runners if runners is not None else {"python": PythonRunner}
    store = LabelStore(Path(path))
    done = store.finished(sizes)
    summary = Summary()
    todo: list[Item] = []
    for item in items:
        if item.language in makers:
            if item.id in done:
                summary.skipped += 1
            else:
                todo.append(item)
    pools: dict[str, SimpleQueue[Runner]] = {language: SimpleQueue() for language in makers}

    def measure(item: Item) -> list[Label]:
        pool = pools[item.language]
        try:
            runner = pool.get_nowait()
        except Empty:
            runner = makers[item.language]()
        try:
            labels = runner.measure(item, sizes)
        except BaseException:
            runner.close()
            raise
        pool.put(runner)
        return labels

    columns = (TextColumn("labelling"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[note]}"))
    with (
        Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), disable=not progress) as bar,
        ThreadPoolExecutor(max(1, jobs)) as executor,
        contextlib.ExitStack() as stack,
    ):
        stack.callback(_close, pools)
        task = bar.add_task("", total=len(todo), note="")
        queue = iter(todo)
        running: dict[Future[list[Label]], Item] = {}
        while True:
            while len(running) < max(1, jobs) and (next_item := next(queue, None)) is not None:
                running[executor.submit(measure, next_item)] = next_item
            if not running:
                return summary
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                item = running.pop(future)
                try:
                    labels = future.result()
                except SandboxUnavailable:
                    raise
                except Exception as error:  # an item must not stop the others, whatever its runner trips over
                    summary.broken += 1
                    bar.console.print(f"{item.id}: {type(error).__name__}: {error}", markup=False)
                    labels = []
                store.append(labels)
                summary.items += 1
                summary.labels += len(labels)
                summary.measured += sum(_has_number(label) for label in labels)
                bar.update(task, advance=1, note=f"{summary.measured} labels, {item.source}")


def _has_number(label: Label) -> bool:
    return label.memory is not None or label.runtime is not None or bool(label.over)


def _close(pools: Mapping[str, SimpleQueue[Runner]]) -> None:
    for pool in pools.values():
        while not pool.empty():
            pool.get().close()
