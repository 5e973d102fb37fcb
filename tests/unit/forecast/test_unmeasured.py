from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricetag.forecast import Estimate
from pricetag.forecast.growth import fit_growth
from pricetag.forecast.unmeasured import grown_on

SIZES = (10, 100, 1_000, 10_000, 100_000)
LIMIT = 2.0**31


def memory(*medians: float) -> list[Estimate]:
    return [
        Estimate(n, median, median / 1.5, median * 1.5, 0.0) for n, median in zip(SIZES, medians, strict=True)
    ]


def runtime(*over: float) -> list[Estimate]:
    return [Estimate(n, 1e-3, 1e-4, 1e-2, share) for n, share in zip(SIZES, over, strict=True)]


@pytest.mark.parametrize(
    ("medians", "over", "expected"),
    [
        # Below the limit of runtime nothing changes.
        ((1e2, 1e3, 1e4, 1e3, 1e2), (0, 0, 0, 0, 0.4), (1e2, 1e3, 1e4, 1e3, 1e2)),
        # A table of n squared whose calls were stopped from 10,000 on.
        ((1e3, 1e5, 1e7, 1e3, 1e2), (0, 0, 0.1, 0.6, 0.9), (1e3, 1e5, 1e7, 1e9, LIMIT)),
        # From the first n that is over: a later one that is not was no more measured.
        ((1e2, 1e3, 1e3, 1e3, 5e6), (0, 0, 0.6, 0.6, 0.4), (1e2, 1e3, 1e4, 1e5, 1e6)),
        # What shrinks with n is taken for constant, what explodes for n cubed.
        ((1e3, 1e2, 7.0, 7.0, 7.0), (0, 0, 1, 1, 1), (1e3, 1e2, 1e2, 1e2, 1e2)),
        ((1e1, 1e6, 7.0, 7.0, 7.0), (0, 0, 1, 1, 1), (1e1, 1e6, 1e9, LIMIT, LIMIT)),
        # Nothing to go on from.
        ((1e2, 1e3, 1e4, 1e5, 1e6), (0, 1, 1, 1, 1), (1e2, 1e3, 1e4, 1e5, 1e6)),
        ((1e2, 1e3, 1e4, 1e5, 1e6), (1, 1, 1, 1, 1), (1e2, 1e3, 1e4, 1e5, 1e6)),
    ],
)
def test_memory_goes_on_where_calls_were_stopped(
    medians: tuple[float, ...], over: tuple[float, ...], expected: tuple[float, ...]
) -> None:
    found = grown_on(memory(*medians), runtime(*over), LIMIT)
    assert [estimate.n for estimate in found] == list(SIZES)
    assert [estimate.median for estimate in found] == pytest.approx(expected)


def test_it_is_less_and_less_sure() -> None:
    found = grown_on(memory(1e2, 1e3, 1.0, 1.0, 1.0), runtime(0, 0, 1, 1, 1), LIMIT)
    widths = [math.log10(estimate.high / estimate.low) for estimate in found]
    assert widths == pytest.approx([widths[0], widths[0], *(widths[0] + 0.5 * k for k in (1, 2, 3))])
    assert fit_growth(found, 10_000) == pytest.approx(1.0)


def test_it_may_be_over_the_limit_of_memory() -> None:
    found = grown_on(memory(1e4, 1e6, 1.0, 1.0, 1.0), runtime(0, 0, 1, 1, 1), LIMIT)
    assert [round(estimate.over, 2) for estimate in found] == [0, 0, 0, 0.9, 1]


def test_a_model_without_runtimes_is_left_alone() -> None:
    given_ = memory(1e2, 1e3, 1e4, 1e5, 1e6)
    assert list(grown_on(given_, (), LIMIT)) == given_


@given(
    st.lists(st.floats(10, 2**31), min_size=5, max_size=5), st.lists(st.floats(0, 1), min_size=5, max_size=5)
)
def test_estimates_stay_in_order_and_below_the_limit(medians: list[float], over: list[float]) -> None:
    for estimate in grown_on(memory(*(m / 1.5 for m in medians)), runtime(*over), LIMIT):
        assert 0 < estimate.low <= estimate.median <= estimate.high <= LIMIT * (1 + 1e-9)
        assert 0 <= estimate.over <= 1
