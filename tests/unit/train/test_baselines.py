from __future__ import annotations

import numpy as np
import pytest

from pricetag.rlm.numbers import SIZES
from pricetag.rlm.prompt import render
from pricetag.train.baselines import BOOSTING, CONSTANT, COUNTS, NEAREST, baseline_forecasts
from pricetag.train.dataset import METRICS, Example

LIMITS = {"memory": 2.0**31, "runtime": 2.0}
BODIES = {"list": "[x for x in xs]", "sum": "sum(xs)"}


def example(kind: str, number: int, split: str = "train") -> Example:
    grown = 8.0 if kind == "list" else 0.0
    values = {
        metric: {n: unit * (32.0 + grown * n) for n in SIZES}
        for metric, unit in (("memory", 1.0), ("runtime", 1e-9))
    }
    prompt = render("python", "xs: list[int] of n", f"def f{number}(xs):\n\treturn {BODIES[kind]}")
    return Example(f"i{number}", "s", f"p{number}", "python", split, prompt, values)


@pytest.mark.parametrize("name", [BOOSTING, COUNTS, NEAREST])
@pytest.mark.parametrize("sizes", [SIZES, (100, 10_000)])
def test_baselines_learn_at_the_sizes_asked_for(name: str, sizes: tuple[int, ...]) -> None:
    training = [example(("list", "sum")[number % 2], number) for number in range(120)]
    held_out = [example("list", 900, "test"), example("sum", 901, "test")]
    found = baseline_forecasts(training, held_out, LIMITS, (name,), sizes)[name]
    for metric in METRICS:
        asked = [n in sizes for n in SIZES]
        assert np.isnan(found[metric]).tolist() == [[not one for one in asked]] * 2
        truth = np.log10([[one.values[metric][n] for n in sizes] for one in held_out])
        assert np.abs(found[metric][:, asked] - truth).max() < 0.1


def test_the_constant_is_the_median_and_few_functions_teach_nothing() -> None:
    training = [example("sum" if number % 3 else "list", number) for number in range(60)]
    held_out = [example("list", 900, "test")]
    found = baseline_forecasts(training, held_out, LIMITS, (CONSTANT,))[CONSTANT]
    assert found["memory"].tolist() == [[pytest.approx(np.log10(32.0))] * len(SIZES)]
    assert np.isnan(baseline_forecasts(training[:49], held_out, LIMITS)[BOOSTING]["memory"]).all()
