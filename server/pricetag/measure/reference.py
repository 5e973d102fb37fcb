"""How slow the machine is at this moment, told by a fixed piece of pure-Python work.

A measured call shares its processor with whatever else runs: other processes drain its caches, and a virtual machine's
core is itself lent by the millisecond. The same work timed right before and after tells how much slower everything is
than on the quiet reference machine, and a CPU time divided by that is one in seconds of the reference machine.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

NOMINAL = 90.0e-6
"""CPU seconds of ``work`` on the quiet reference machine: CPython 3.11.7, one core of an AMD EPYC at 2.6 GHz with 32 MiB
of L3 cache (the lower half of 40,000 runs lies within 3 % of it). It only sets the unit: labels made elsewhere are in the same one."""


_VALUES = [(i * 7919) % 101 for i in range(300)]
_COUNTS = dict.fromkeys(range(101), 0)
_LETTERS = [chr(97 + i % 26) for i in range(300)]
_TEXT = "".join(_LETTERS)


def work() -> int:
    """A mix of what measured functions do: integers, list and dict items, texts, a sort, calls.

    It leaves everything as it was, and allocates next to nothing: whether an allocation needs a new arena from the
    system depends on what else the process holds, and would make the same work take twice as long in some.
    """
    total = 0
    counts, letters = _COUNTS, _LETTERS
    for i, value in enumerate(_VALUES):
        total += value * i % 7
        counts[value] = counts[value] + 1 & 63
        if value & 1:
            total += ord(letters[i])
        elif letters[value] < "n":
            total ^= value
    for letter in _TEXT:
        if letter in "aeiou":
            total += 1
    for value in counts:
        counts[value] = 0
    ranked = sorted(_VALUES)
    for i in range(1, len(ranked)):
        if ranked[i - 1] == ranked[i]:
            total += max(i & 7, 3)
    return total


def slowdown() -> float:
    """How many times longer than ``NOMINAL`` the same work takes now: the shortest of three runs, so no single hiccup."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        return min(_seconds() for _ in range(3)) / NOMINAL
    finally:
        if collecting:
            gc.enable()


def _seconds(clock: Callable[[], int] = time.thread_time_ns) -> float:
    start = clock()
    work()
    return (clock() - start) / 1e9
