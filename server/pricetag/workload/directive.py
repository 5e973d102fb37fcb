"""What an author says in a ``# pricetag:`` comment: kinds, n, budgets, and that warnings are not wanted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_SIZE_LIMIT = 10**9
_BYTES = {
    "b": 1,
    "byte": 1,
    "bytes": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
}
_SECONDS = {"s": 1.0, "sec": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ns": 1e-9, "min": 60.0}
_NUMBER = r"\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?"
_BUDGET = re.compile(
    rf"(memory|runtime)\s*<=?\s*({_NUMBER})\s*([a-zA-Zµμ]*)\s*(?:@\s*n\s*=\s*({_NUMBER})\s*)?$", re.IGNORECASE
)
_KIND = re.compile(r"([A-Za-z_]\w*)\s*(<=|=|:)\s*(\S.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Budget:
    """A limit the author wrote down: bytes or seconds, at ``n`` where stated."""

    metric: Literal["memory", "runtime"]
    limit: float
    n: int | None = None


@dataclass(frozen=True, slots=True)
class Directive:
    """One function's directive. ``problems`` says, in words for the author, what of it could not be read."""

    kinds: tuple[tuple[str, str], ...] = ()  # parameter name, then a type, an int, "n" or "<= n"
    n: int | None = None
    budgets: tuple[Budget, ...] = ()
    ignore: bool = False
    problems: tuple[str, ...] = ()


def parse_directive(text: str) -> Directive:
    """Read ``xs=list[int], k=10, n=1e5; memory <= 10 MB @ n=1e5; ignore``. Never raises."""
    kinds: dict[str, str] = {}
    budgets: list[Budget] = []
    problems: list[str] = []
    n: int | None = None
    ignore = False
    for part in _split(text):
        budget = _BUDGET.match(part)
        kind = _KIND.match(part)
        if part.lower() == "ignore":
            ignore = True
        elif budget:
            made = _budget(budget)
            if isinstance(made, str):
                problems.append(made)
            else:
                budgets.append(made)
        elif re.match(r"(memory|runtime)\s*[<>]", part, re.IGNORECASE):
            problems.append(f"cannot read the budget {part!r}: write it as memory <= 10 MB @ n=1e5")
        elif kind and kind[1] == "n" and kind[2] != "<=" and re.fullmatch(_NUMBER, kind[3].strip()):
            size = _size(kind[3])
            if size is None:
                problems.append(f"n must be a whole number from 1 to {_SIZE_LIMIT:,}, not {kind[3].strip()}")
            else:
                n = size
        elif kind:
            kinds[kind[1]] = ("<= " if kind[2] == "<=" else "") + kind[3].strip()
        else:
            problems.append(f"cannot read {part!r}: write name=type, n=1e5, memory <= 10 MB or ignore")
    return Directive(tuple(kinds.items()), n, tuple(budgets), ignore, tuple(problems))


def budget_numbers(text: str) -> list[tuple[Budget, int, int]]:
    """The budgets of a directive, each with the characters from and to which its number stands."""
    found = []
    for offset, part in _parts(text):
        match = _BUDGET.match(part)
        made = _budget(match) if match else None
        if match and isinstance(made, Budget):
            found.append((made, offset + match.start(2), offset + match.end(2)))
    return found


def _budget(match: re.Match[str]) -> Budget | str:
    metric, number, unit, size = match.groups()
    memory = metric.lower() == "memory"
    scale = (_BYTES if memory else _SECONDS).get(unit.lower())
    if scale is None:
        units = "B, kB, MB, GB, KiB, MiB or GiB" if memory else "s, ms, us or ns"
        return f"a {metric.lower()} budget needs a unit: {units}"
    n = None if size is None else _size(size)
    if size is not None and n is None:
        return f"n must be a whole number from 1 to {_SIZE_LIMIT:,}, not {size}"
    return Budget("memory" if memory else "runtime", float(number.replace("_", "")) * scale, n)


def _size(text: str) -> int | None:
    try:
        value = float(text.strip().replace("_", ""))
        return int(value) if 1 <= value <= _SIZE_LIMIT and value == int(value) else None
    except (ValueError, OverflowError):
        return None


def _split(text: str) -> list[str]:
    """The parts between commas and semicolons that stand outside brackets."""
    return [part for _, part in _parts(text)]


def _parts(text: str) -> list[tuple[int, str]]:
    """The same, each with where it starts."""
    parts, depth, start = [], 0, 0
    for i, character in enumerate(text):
        angle = character == "<" and text[i + 1 : i + 2] != "=" and i > start and text[i - 1].isalnum()
        if character in "[({" or angle:
            depth += 1
        elif character in "])}" or (character == ">" and depth):
            depth = max(0, depth - 1)
        elif character == ";" or (character == "," and depth == 0):
            parts.append((start, text[start:i]))
            start, depth = i + 1, 0
    parts.append((start, text[start:]))
    return [(start + len(part) - len(part.lstrip()), part.strip()) for start, part in parts if part.strip()]
