"""What was recorded of calls, as labels of the functions that the project's files hold."""

from __future__ import annotations

import platform
import statistics
from collections.abc import Iterable, Iterator
from pathlib import Path

import pricetag
from pricetag.measure.label import Label
from pricetag.measure.project import item_id
from pricetag.record.calls import Called
from pricetag.syntax import Language, SyntaxTree
from pricetag.syntax.function import Function
from pricetag.text import Buffer, Encoding
from pricetag.workload import infer


def labels_of(functions: Iterable[Called], root: Path) -> list[Label]:
    """One label per function and n: medians over its calls. Functions whose file has changed since are left out."""
    files: dict[Path, dict[tuple[str, int], Function]] = {}
    labels: list[Label] = []
    for called in functions:
        if called.path not in files:
            files[called.path] = _functions(called.path)
        function = files[called.path].get((called.name, called.line))
        if function is not None and not function.error:
            labels += _labels(called, function, Path(root).resolve())
    return labels


def _functions(path: Path) -> dict[tuple[str, int], Function]:
    """The functions of a file by name and first line, from 1."""
    try:
        buffer = Buffer(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    functions = SyntaxTree(buffer, Language.PYTHON).functions()
    return {(f.name, buffer.position(f.start, Encoding.UTF16).line + 1): f for f in functions}


def _labels(called: Called, function: Function, root: Path) -> Iterator[Label]:
    below = called.path.relative_to(root).as_posix()
    for n in sorted(called.times.keys() | called.peaks.keys()):
        times, peaks = called.times.get(n, []), called.peaks.get(n, [])
        yield Label(
            item=item_id(below, function),
            source="recorded",
            licence="NOASSERTION",
            problem=f"project/{below}::{function.qualified_name}",
            language=function.language.value,
            function=function.qualified_name,
            assumes=str(infer(function)),
            n=n,
            memory=statistics.median(peaks) if peaks else None,
            runtime=statistics.median(times) if times else None,
            repeats=len(times),
            machine=f"{platform.machine()}, {platform.system()}",
            tools=f"pricetag {pricetag.__version__}, {platform.python_implementation()} {platform.python_version()}",
        )
