"""Memory where a call is forecast to pass the limit of runtime: such a call was stopped, so no label says what it holds.

What a model says there it learnt from the few calls that ended in time, of functions that hold little. It is replaced by what
the sizes below say, grown on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

from pricetag.forecast.abstain import is_over
from pricetag.forecast.estimate import Estimate

# Two thirds and more of the exponents forecast are this close to the measured one (`pricetag evaluate --report`, growth).
_EXPONENT_ERROR = 0.25
_STEEPEST = 3.0
_EIGHTY = 2 * NormalDist().inv_cdf(0.9)  # standard deviations that an 80 % interval spans


def grown_on(
    memory: Sequence[Estimate], runtime: Sequence[Estimate], memory_limit: float
) -> tuple[Estimate, ...]:
    """The estimates of memory (bytes, in order of n), those at and above the first n whose runtime is over the limit replaced.

    They go on as the two before do, in log-log, with an interval that widens with n. Where there are no two before, as given.
    """
    first = next((i for i, estimate in enumerate(runtime) if is_over(estimate)), len(memory))
    if first < 2 or first >= len(memory):
        return tuple(memory)
    before, last = memory[first - 2 : first]
    exponent = exponent_between((before.n, before.median), (last.n, last.median))
    return (*memory[:first], *(_at(estimate.n, last, exponent, memory_limit) for estimate in memory[first:]))


def exponent_between(before: tuple[int, float], last: tuple[int, float]) -> float:
    """How steeply a value grows from one (n, value) to another in log-log: 0 where it falls, at most 3."""
    exponent = math.log(last[1] / before[1]) / math.log(last[0] / before[0])
    return min(max(exponent, 0.0), _STEEPEST)


def _at(n: int, last: Estimate, exponent: float, limit: float) -> Estimate:
    times = math.log(n / last.n)
    low = math.log(last.low) + (exponent - _EXPONENT_ERROR) * times
    median = math.log(last.median) + exponent * times
    high = math.log(last.high) + (exponent + _EXPONENT_ERROR) * times
    most = math.log(limit)
    over = 1 - NormalDist(median, (high - low) / _EIGHTY).cdf(most)
    return Estimate(
        n,
        math.exp(min(median, most)),
        math.exp(min(low, most)),
        math.exp(min(high, most)),
        max(over, last.over),
    )
