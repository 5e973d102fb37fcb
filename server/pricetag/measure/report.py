"""What a label file holds: functions and labels per language and source, what failed, and how well labels repeat."""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pricetag.measure.label import Label

MEMORY_TOLERANCE, RUNTIME_TOLERANCE = 0.01, 0.10
CONSTANT_SIZES = (100, 10_000)  # n between which constant memory does not grow
_CONSTANT_GROWTH, _CONSTANT_FLOOR = 1.2, 256.0  # at most this much more, or bytes that are next to nothing


@dataclass(slots=True)
class Repeats:
    """Labels measured twice on the same input, and how many came out alike."""

    measured: int = 0
    alike: int = 0

    def add(self, first: float, second: float, tolerance: float) -> None:
        """Count one pair: alike when they differ by at most ``tolerance`` of the first."""
        self.measured += 1
        self.alike += abs(second - first) <= tolerance * abs(first)

    def __add__(self, other: Repeats) -> Repeats:
        return Repeats(self.measured + other.measured, self.alike + other.alike)

    def __str__(self) -> str:
        return (
            f"{self.alike / self.measured:.1%} of {self.measured:,}"
            if self.measured
            else "none measured twice"
        )


@dataclass(slots=True)
class Share:
    """How many of some functions have a property."""

    functions: int = 0
    having: int = 0

    def add(self, has: bool) -> None:
        """Count one function."""
        self.functions += 1
        self.having += has

    def __add__(self, other: Share) -> Share:
        return Share(self.functions + other.functions, self.having + other.having)

    def __str__(self) -> str:
        return f"{self.having / self.functions:.0%}" if self.functions else "–"


@dataclass(slots=True)
class Group:
    """The labels of one language and source."""

    functions: set[str] = field(default_factory=set)
    labelled: set[str] = field(
        default_factory=set
    )  # functions with a number or ``over`` at three sizes or more
    outcomes: Counter[str] = field(default_factory=Counter)  # "measured", "over", or a reason for failing
    memory: Repeats = field(default_factory=Repeats)
    runtime: Repeats = field(default_factory=Repeats)  # of calls over 1 ms
    short_runtime: Repeats = field(default_factory=Repeats)  # of shorter calls
    constant: Share = field(default_factory=Share)  # functions whose memory does not grow with n

    def __add__(self, other: Group) -> Group:
        return Group(
            self.functions | other.functions,
            self.labelled | other.labelled,
            self.outcomes + other.outcomes,
            self.memory + other.memory,
            self.runtime + other.runtime,
            self.short_runtime + other.short_runtime,
            self.constant + other.constant,
        )


def summarise(labels: Iterable[Label]) -> dict[tuple[str, str], Group]:
    """Groups by (language, source), sorted."""
    groups: dict[tuple[str, str], Group] = defaultdict(Group)
    usable: Counter[tuple[str, str, str]] = Counter()
    memory: dict[tuple[str, str, str], dict[int, float]] = defaultdict(dict)
    for label in labels:
        group = groups[label.language, label.source]
        group.functions.add(label.item)
        group.outcomes[label.failed or ("over" if label.over else "measured")] += 1
        if not label.failed:
            usable[label.language, label.source, label.item] += 1
        if label.memory is not None and label.n in CONSTANT_SIZES:
            memory[label.language, label.source, label.item][label.n] = label.memory
        if label.memory is not None and label.memory_again is not None:
            group.memory.add(label.memory, label.memory_again, MEMORY_TOLERANCE)
        if label.runtime is not None and label.runtime_again is not None:
            repeats = group.runtime if label.runtime > 1e-3 else group.short_runtime
            repeats.add(label.runtime, label.runtime_again, RUNTIME_TOLERANCE)
    for (language, source, item), count in usable.items():
        if count >= 3:
            groups[language, source].labelled.add(item)
    for (language, source, _), values in memory.items():
        if len(values) == len(CONSTANT_SIZES):
            small, large = (values[n] for n in CONSTANT_SIZES)
            groups[language, source].constant.add(large <= _CONSTANT_GROWTH * max(small, _CONSTANT_FLOOR))
    return dict(sorted(groups.items()))


def totals(groups: Mapping[tuple[str, str], Group]) -> dict[str, Group]:
    """The groups of each language together."""
    found: dict[str, Group] = {}
    for (language, _), group in groups.items():
        found[language] = found[language] + group if language in found else group
    return found


@dataclass(frozen=True, slots=True)
class Diversity:
    """How far the labels of one language and metric spread: labels that all say the same teach nothing."""

    functions: int
    decades: float  # between the smallest and the largest label at ``n``; bytes and nanoseconds below one count as one
    largest_bin: float  # share of the fullest 0.1-decade bin at ``n``
    explained_by_n: float  # share of the variance of log10 labels over all n that n alone explains


def diversity(labels: Iterable[Label], metric: str, n: int = 10_000) -> Diversity:
    """Spread of ``metric`` ("memory" in bytes, "runtime" in seconds) at ``n``, labels that are ``over`` left out."""
    unit = 1.0 if metric == "memory" else 1e-9
    by_size: dict[int, list[float]] = defaultdict(list)
    for label in labels:
        value = label.memory if metric == "memory" else label.runtime
        if value is not None:
            by_size[label.n].append(math.log10(max(1.0, value / unit)))
    here = by_size.get(n, [])
    if not here:
        return Diversity(0, 0.0, 0.0, 0.0)
    bins = Counter(round(10 * value) for value in here)
    everything = [value for values in by_size.values() for value in values]
    total = statistics.pvariance(everything)
    within = sum(statistics.pvariance(values) * len(values) for values in by_size.values()) / len(everything)
    return Diversity(
        len(here),
        max(here) - min(here),
        max(bins.values()) / len(here),
        1 - within / total if total > 0 else 0.0,
    )
