"""Accepted baselines: costs that the author agreed to, in ``.pricetag/baselines.json``.

One entry a line, sorted, so that two branches that accept different functions merge. Each holds the function's path
(relative to the folder that holds ``.pricetag``) and qualified name, n, the forecast memory that was accepted in bytes
with its 80 % interval, and two families (``names.family``): ``text``, what was accepted, and ``base``, what that was
compared with.
"""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pricetag.forecast import Estimate

FILE = Path(".pricetag", "baselines.json")
VERSION = 1
_LARGEST = 16 << 20  # bytes
_CONFLICT = ("<<<<<<< ", "=======\n", ">>>>>>> ")


class AcceptedError(ValueError):
    """A file of accepted baselines is not one; the message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The memory of one function at one n that its author agreed to."""

    path: str
    name: str
    text: str
    base: str
    memory: Estimate

    @property
    def key(self) -> tuple[str, str, int, str]:
        """What entries are sorted by. A function may be there for several texts: overloads share their name."""
        return self.path, self.name, self.memory.n, self.text


def find(
    entries: Iterable[Accepted], places: Iterable[tuple[str, str]], n: int, before: str, after: str
) -> Accepted | None:
    """The entry that stands for a function's baseline, or None.

    ``places`` are its (path, qualified name) now and before, ``before`` and ``after`` the families of its texts. An
    entry holds while the function is what was accepted, or its git baseline is that or what that was compared with.
    """
    wanted = set(places)
    own = [one for one in entries if (one.path, one.name) in wanted and one.memory.n == n]
    exact = next((one for one in own if one.text == after), None)
    return exact or next((one for one in own if before in (one.text, one.base)), None)


def merged(entries: Iterable[Accepted], new: Iterable[Accepted]) -> list[Accepted]:
    """``entries`` with those of ``new`` in place of what they follow on: the same function and n, the same origin."""
    new = list(new)
    replaced = {(one.path, one.name, one.memory.n, family) for one in new for family in (one.base, one.text)}
    kept = [
        one
        for one in entries
        if not {(one.path, one.name, one.memory.n, family) for family in (one.base, one.text)} & replaced
    ]
    return sorted((*kept, *new), key=lambda one: one.key)


def load(path: Path) -> list[Accepted]:
    """The entries of a file; none where there is no file. Raises ``AcceptedError``."""
    data = read(path)
    return [] if data is None else parse(path, data)


def read(path: Path) -> bytes | None:
    """The bytes of a file; None where there is no file. Raises ``AcceptedError``."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AcceptedError(f"{path} cannot be read ({error.strerror})") from error
    if len(data) > _LARGEST:
        raise AcceptedError(f"{path} is larger than {_LARGEST >> 20} MB")
    return data


def parse(path: Path, data: bytes) -> list[Accepted]:
    """The entries in the bytes of the file ``path``. Raises ``AcceptedError``."""
    text = data.decode("utf-8", errors="replace").replace("\r\n", "\n")
    if any(line.startswith(_CONFLICT) for line in text.splitlines(keepends=True)):
        raise AcceptedError(f"{path} holds merge conflicts; resolve them, each entry is a line of its own")
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AcceptedError(f"{path} is not JSON") from error
    if not isinstance(raw, dict) or raw.get("version") != VERSION:
        raise AcceptedError(f"{path} holds no accepted baselines of version {VERSION}")
    entries = raw.get("baselines")
    if not isinstance(entries, list):
        raise AcceptedError(f"{path} is malformed: baselines must be a list")
    return [_entry(path, number, entry) for number, entry in enumerate(entries, 1)]


def render(entries: Iterable[Accepted]) -> str:
    """The text of a file."""
    lines = ",\n".join(
        json.dumps(_raw(one), allow_nan=False) for one in sorted(entries, key=lambda one: one.key)
    )
    return f'{{"version": {VERSION}, "baselines": [\n{lines}\n]}}\n'


def save(path: Path, entries: Iterable[Accepted]) -> None:
    """Write a file, whole or not at all. Raises OSError."""
    text = render(entries)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(0o644)  # it is the project's, as every other file of it
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _raw(one: Accepted) -> dict[str, Any]:
    e = one.memory
    numbers = {"memory": e.median, "low": e.low, "high": e.high, "over": e.over}
    return {"path": one.path, "name": one.name, "n": e.n, **numbers, "text": one.text, "base": one.base}


def _entry(path: Path, number: int, raw: Any) -> Accepted:
    where = f"{path} is malformed: entry {number}"
    if not isinstance(raw, dict):
        raise AcceptedError(f"{where} is no object")
    for key in ("path", "name", "text", "base"):
        if not isinstance(raw.get(key), str):
            raise AcceptedError(f"{where}: {key} must be text")
    n = raw.get("n")
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise AcceptedError(f"{where}: n must be a whole number from 1")
    values = []
    for key in ("memory", "low", "high", "over"):
        value = raw.get(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
            raise AcceptedError(f"{where}: {key} must be a number from 0")
        values.append(float(value))
    median, low, high, over = values
    if not low <= median <= high or over > 1:
        raise AcceptedError(f"{where}: low <= memory <= high and over <= 1 must hold")
    return Accepted(raw["path"], raw["name"], raw["text"], raw["base"], Estimate(n, median, low, high, over))
