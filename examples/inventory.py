# Copyright the Pricetag authors. Licensed under the Apache License, Version 2.0.
"""A small stock ledger, to try Pricetag on.

Each function has another cost. Change one, save, and see what its forecast does: ``mean_level`` holds a few numbers
at a time, so a table of all pairs in it is a memory regression that Pricetag warns about.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator


def total_value(prices: list[float]) -> float:
    """The value of the whole stock. Needs next to no memory of its own."""
    value = 0.0
    for price in prices:
        value += price
    return value


def mean_level(levels: list[int]) -> float:
    """The mean stock level."""
    level_sum = 0
    for level in levels:
        level_sum += level
    return level_sum / max(len(levels), 1)


def find_item(sorted_ids: list[int], wanted: int) -> int:
    """The place of an item in a sorted list, or -1. Takes a handful of steps."""
    place = bisect_left(sorted_ids, wanted)
    if place < len(sorted_ids) and sorted_ids[place] == wanted:
        return place
    return -1


def with_tax(prices: list[float], rate: float = 0.2) -> list[float]:
    """A new list, as long as the old one."""
    taxed = []
    for price in prices:
        taxed.append(round(price * (1 + rate), 2))
    return taxed


def count_by_category(categories: list[str]) -> dict[str, int]:
    """How many items each category has. The dict grows with the number of different categories."""
    counts: dict[str, int] = {}
    for category in categories:
        counts[category] = counts.get(category, 0) + 1
    return counts


def running_stock(changes: list[int]) -> Iterator[int]:
    """The stock after each change, one at a time."""
    stock = 0
    for change in changes:
        stock += change
        yield stock


def sorted_report(names: list[str]) -> str:
    """One line for each name, sorted: a sorted copy, the lines, and the text they are joined into."""
    lines = [f"{number:>6}  {name}" for number, name in enumerate(sorted(names), start=1)]
    return "\n".join(lines)


def price_gaps(prices: list[float]) -> list[tuple[float, float, float]]:
    """The gap between every two prices. Time and memory grow with the square of the list."""
    gaps = []
    for i, first in enumerate(prices):
        for second in prices[i + 1 :]:
            gaps.append((first, second, abs(first - second)))
    return gaps


def largest_gap(prices: list[float]) -> float:
    """As slow as ``price_gaps``, but holds one gap at a time."""
    largest = 0.0
    for i in range(len(prices)):
        for j in range(i + 1, len(prices)):
            largest = max(largest, abs(prices[i] - prices[j]))
    return largest


class Ledger:
    """Who took how much of what."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, int]] = []

    def book(self, name: str, amount: int) -> None:
        """Adds one entry."""
        self.entries.append((name, amount))

    def balance(self) -> dict[str, int]:
        """The sum of the amounts for each name."""
        sums: dict[str, int] = {}
        for name, amount in self.entries:
            sums[name] = sums.get(name, 0) + amount
        return sums
