"""Labels as JSON lines, for the user's own measurements: readable, appended to, and written without any library.

Each line is one ``Label`` as an object of its fields; those that have their default are left out.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, asdict, fields
from pathlib import Path
from typing import Any

from pricetag.measure.label import Label

SUFFIX = ".jsonl"
_LONGEST_LINE = 1 << 20  # characters
_METRICS = ("memory", "runtime")
_TEXTS = ("item", "source", "licence", "problem", "language", "function", "assumes")


class LinesError(ValueError):
    """A file that should hold labels as JSON lines but does not; the message names it and the line."""


def read_lines(path: Path) -> Iterator[Label]:
    """Every label of a file. Raises ``LinesError`` at the first line that is none, and OSError."""
    with path.open(encoding="utf-8", errors="replace") as file:
        number = 0
        while line := file.readline(_LONGEST_LINE):
            number += 1
            if line.strip():
                try:
                    yield _label(json.loads(line))
                except (ValueError, TypeError, KeyError, RecursionError) as error:
                    raise LinesError(f"{path}:{number} is no label ({type(error).__name__})") from error


def append_lines(labels: Iterable[Label], path: Path) -> None:
    """Append labels to a file, made where there is none. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{json.dumps(_plain(label), sort_keys=True)}\n" for label in labels)
    with path.open("a", encoding="utf-8") as file:
        file.write(text)  # at once, so that two processes of one test run do not tear each other's lines


def _plain(label: Label) -> dict[str, Any]:
    values = asdict(label)
    for field in fields(Label):
        default = field.default if field.default_factory is MISSING else field.default_factory()
        if values[field.name] == default:
            del values[field.name]
    return values


def _label(raw: Any) -> Label:
    """A label of an object that anybody may have written. Raises ValueError, TypeError or KeyError."""
    if not isinstance(raw, dict):
        raise TypeError("not an object")
    known = {field.name for field in fields(Label)}
    label = Label(**{name: value for name, value in raw.items() if name in known})
    if not all(isinstance(getattr(label, name), str) for name in _TEXTS):
        raise TypeError("a text is none")
    if type(label.n) is not int or label.n < 0:
        raise ValueError("n is no size")
    for metric in _METRICS:
        value = getattr(label, metric)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
            raise ValueError(f"{metric} is no cost")
    label.over = [metric for metric in _METRICS if metric in list(label.over)]
    return label
