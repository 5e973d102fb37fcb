"""Edits that were measured on both sides: what the on-save warning is trained and judged by.

A pair is two versions of one function: two ways in which people wrote it, a mutation of it, or a neutral rewriting. Which of
the two stands before the edit is drawn by a hash, so that regressions and improvements both occur.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from pricetag.measure.label import Item, Label
from pricetag.train.mutate.edits import draw

SIZES = (10_000, 1_000)  # n at which a pair is compared: the first that both sides were measured at
MEMORY_FACTOR = 1.5  # at least this ratio, either way,
MEMORY_FLOOR = 4_096  # and this difference in bytes make a change of memory
RUNTIME_FACTOR = 1.5  # the same for runtime; ratios between 1 / 1.5 and 1.5 are none
RUNTIME_FLOOR = 5e-6  # seconds: what a clock and a call cost
VERSIONED = frozenset(
    {"authored", "leetcode", "mbxp", "mbxpsamples"}
)  # sources with several versions of a problem

Kind = Literal["versions", "mutation", "neutral"]
Class = Literal["memory regression", "memory improvement", "runtime only", "neutral", "no change"]
KINDS: tuple[Kind, ...] = ("versions", "mutation", "neutral")
CLASSES: tuple[Class, ...] = (
    "memory regression",
    "memory improvement",
    "runtime only",
    "neutral",
    "no change",
)

_DERIVED = re.compile(r"(.+)/(mut|neutral)/[\w-]+")


@dataclass(frozen=True, slots=True)
class EditPair:
    """One edit. Ratios are after / before, of bytes and of seconds; where one side passed a limit, of that limit."""

    before: str  # item id
    after: str
    language: str
    kind: Kind
    n: int
    memory: float
    runtime: float
    klass: Class


def pairs_of(labels: Iterable[Label], items: Iterable[Item], sizes: Sequence[int] = SIZES) -> list[EditPair]:
    """Every edit between ``items`` of which both sides have a label at one of ``sizes``, by id.

    Two sides count only where they were measured on inputs of the same kinds. Where both passed a limit nothing is known.
    """
    measured: dict[str, dict[int, Label]] = defaultdict(dict)
    for label in labels:
        if label.n in sizes and not label.failed:
            measured[label.item][label.n] = label
    known = {item.id: item for item in items if item.id in measured}
    pairs = []
    for first, second, kind in _edits(known):
        before, after = (first, second) if draw(f"edit/{first}/{second}") % 2 else (second, first)
        for n in sizes:
            one, two = measured[before].get(n), measured[after].get(n)
            if one is not None and two is not None and (pair := compared(one, two, kind)) is not None:
                pairs.append(pair)
                break
    return pairs


def compared(before: Label, after: Label, kind: Kind) -> EditPair | None:
    """The edit between two labels of one n; None where they don't compare."""
    if _inputs(before) != _inputs(after):
        return None
    memory = _sides(before, after, "memory")
    runtime = _sides(before, after, "runtime")
    if memory is None or runtime is None:
        return None
    return EditPair(
        before.item, after.item, before.language, kind, before.n,
        max(memory[1], 1.0) / max(memory[0], 1.0), max(runtime[1], 1e-9) / max(runtime[0], 1e-9), _class(memory, runtime, kind),
    )  # fmt: skip


def _edits(known: dict[str, Item]) -> Iterator[tuple[str, str, Kind]]:
    versions: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in sorted(known):
        item = known[name]
        if derived := _DERIVED.fullmatch(name):
            if derived[1] in known and known[derived[1]].code != item.code:
                yield derived[1], name, "mutation" if derived[2] == "mut" else "neutral"
        elif item.source in VERSIONED:
            versions[name.rpartition("/")[0], item.language].append(name)
    for group in versions.values():
        for first, second in combinations(group, 2):
            if known[first].code != known[second].code:
                yield first, second, "versions"


def _inputs(label: Label) -> str:
    """What the inputs were, the parameters' names aside."""
    return re.sub(r"\b\w+: ", "", label.assumes)


def _sides(before: Label, after: Label, metric: str) -> tuple[float, float] | None:
    """A metric before and after, the limit where one side passed it; None where it is not known."""
    values = []
    for label in (before, after):
        value = label.memory if metric == "memory" else label.runtime
        limit = float(label.memory_limit if metric == "memory" else label.time_limit)
        values.append(limit if value is None and metric in label.over else value)
    if metric in before.over and metric in after.over:
        return None
    one, two = values
    return None if one is None or two is None else (one, two)


def _class(memory: tuple[float, float], runtime: tuple[float, float], kind: Kind) -> Class:
    if _changed(*memory, MEMORY_FACTOR, MEMORY_FLOOR):
        return "memory regression" if memory[1] > memory[0] else "memory improvement"
    if _changed(*runtime, RUNTIME_FACTOR, RUNTIME_FLOOR):
        return "runtime only"
    return "neutral" if kind == "neutral" else "no change"


def _changed(before: float, after: float, factor: float, floor: float) -> bool:
    low, high = sorted((before, after))
    return high - low >= floor and high >= factor * low


def counts(pairs: Iterable[EditPair]) -> Counter[tuple[str, Kind, Class]]:
    """How many pairs there are by language, kind and class."""
    return Counter((pair.language, pair.kind, pair.klass) for pair in pairs)


def summary(pairs: Iterable[EditPair]) -> str:
    """The counts as a Markdown table, a line per language and kind, with totals."""
    found = counts(pairs)
    rows = [["language", "kind", *CLASSES, "all"]]
    languages = sorted({language for language, _, _ in found})
    for language in languages:
        for kind in KINDS:
            cells = [found[language, kind, klass] for klass in CLASSES]
            if any(cells):
                rows.append([language, kind, *map(str, cells), str(sum(cells))])
    totals = [sum(number for (_, _, klass), number in found.items() if klass == one) for one in CLASSES]
    rows.append(["all", "all", *map(str, totals), str(sum(totals))])
    lines = [f"| {' | '.join(row)} |" for row in rows]
    ruler = "|" + "|".join([" --- ", " --- ", *(" ---: " for _ in range(len(CLASSES) + 1))]) + "|"
    return "\n".join([lines[0], ruler, *lines[1:]]) + "\n"
