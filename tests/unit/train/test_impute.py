from __future__ import annotations

import math

import pytest

from pricetag.rlm.prompt import render
from pricetag.train.dataset import Example
from pricetag.train.impute import with_grown_memory

OVER = math.inf
LIMIT = float(2 << 30)


@pytest.mark.parametrize(
    ("memory", "runtime", "expected"),
    [
        # n squared goes on, past the limit as over.
        ({10: 8e2, 100: 8e4, 1000: 8e6}, {1000: 0.1, 10_000: OVER}, {10_000: 8e8, 100_000: OVER}),
        ({100: 64.0, 1000: 64.0}, {10_000: OVER}, {10_000: 64.0, 100_000: 64.0}),
        ({100: 640.0, 1000: 64.0}, {10_000: OVER}, {10_000: 64.0, 100_000: 64.0}),
        ({100: 10.0, 1000: 1e6}, {10_000: OVER}, {10_000: 1e9, 100_000: OVER}),
        # What was measured stays; nothing is said without two sizes below.
        ({100: 1e3, 1000: 1e4, 10_000: 7.0}, {10_000: OVER}, {10_000: 7.0, 100_000: 1e6}),
        ({1000: 1e4}, {10_000: OVER}, {}),
        ({100: 1e3}, {10_000: OVER}, {}),
        ({10: 1e3}, {100: OVER}, {}),
        ({10: OVER, 100: 5.0}, {1000: OVER}, {}),
        ({100: 1e3, 1000: 1e4}, {1000: 0.1}, {}),
        ({}, {}, {}),
    ],
)
def test_memory_past_the_limit_of_runtime(
    memory: dict[int, float], runtime: dict[int, float], expected: dict[int, float]
) -> None:
    prompt = render("python", "xs: list[int] of n", "def f(xs):\n\treturn xs")
    values = {"memory": memory, "runtime": runtime}
    example = Example("i", "mbpp", "p", "python", "train", prompt, values)
    before = dict(memory)
    (grown,) = with_grown_memory([example], LIMIT)
    assert grown.values["runtime"] == runtime
    assert grown.values["memory"] == pytest.approx(before | expected)
    assert example.values["memory"] == before, "the labels themselves stay as measured"
