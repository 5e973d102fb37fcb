"""Memory of calls that were stopped at the limit of runtime, for training: grown on from the sizes below.

Without it a model learns the memory at large n from the calls that ended in time alone, of functions that hold little, and
takes a table of n squared for one that hardly grows. What is imputed here is never validated or tested on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from pricetag.forecast.unmeasured import exponent_between
from pricetag.rlm.numbers import SIZES
from pricetag.train.dataset import Example


def with_grown_memory(examples: Iterable[Example], memory_limit: float) -> list[Example]:
    """The examples, their memory (bytes) filled in at and above the first n whose runtime is over, ``inf`` past the limit.

    It goes on in log-log as the two sizes before do. Examples without memory at both of them are left as they are.
    """
    return [
        replace(example, values={**example.values, "memory": _grown(example.values, memory_limit)})
        for example in examples
    ]


def _grown(values: Mapping[str, Mapping[int, float]], limit: float) -> dict[int, float]:
    memory, runtime = dict(values["memory"]), values["runtime"]
    first = next((i for i, n in enumerate(SIZES) if runtime.get(n) == math.inf), 0)
    if first < 2:
        return memory
    before, last = memory.get(SIZES[first - 2]), memory.get(SIZES[first - 1])
    if not before or not last or math.inf in (before, last):
        return memory
    exponent = exponent_between((SIZES[first - 2], before), (SIZES[first - 1], last))
    for n in SIZES[first:]:
        value = last * (n / SIZES[first - 1]) ** exponent
        memory.setdefault(n, value if value <= limit else math.inf)
    return memory
