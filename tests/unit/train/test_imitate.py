from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from rich.console import Console

from pricetag.rlm.distribution import Distribution
from pricetag.rlm.prompt import Prompt, PromptTooLong, render
from pricetag.train.dataset import Example
from pricetag.train.imitate import drawn, imitated, with_known_inputs

LIMITS = {"memory": 2.0**31, "runtime": 2.0}
BODIES = {"list": "[x for x in xs]", "sum": "sum(xs)", "pairs": "[(x, y) for x in xs for y in xs]"}


def prompt(kind: str, name: str) -> Prompt:
    return render("python", "xs: list[int] of n", f"def {name}(xs):\n\treturn {BODIES[kind]}")


def labelled(kind: str, number: int) -> Example:
    memory = {"list": {1_000: 8_000.0, 10_000: 80_000.0}, "sum": {1_000: 32.0, 10_000: 32.0}}
    runtime = {"list": 1e-4, "sum": 1e-5, "pairs": math.inf}
    values = {
        "memory": memory.get(kind, {1_000: 9e7, 10_000: math.inf}),
        "runtime": {10_000: runtime[kind]},
    }
    return Example(f"i{number}", "s", f"p{number}", "python", "train", prompt(kind, f"f{number}"), values)


def test_unlabelled_functions_get_the_values_that_boosting_learnt() -> None:
    kinds = list(BODIES)
    training = [labelled(kinds[number % 3], number) for number in range(180)]
    made = imitated(
        [prompt(kind, "g") for kind in kinds] + [render("cpp", "", "int f() { return 1; }")], training, LIMITS
    )
    assert [(one.source, one.split) for one in made] == [("imitated", "train")] * 4
    assert len({one.problem for one in made}) == 4
    listing, total, pairs, foreign = made
    assert set(listing.values["memory"]) == {1_000, 10_000}, "the sizes that boosting saw"
    assert 40_000 < listing.values["memory"][10_000] < 160_000
    assert 16 < total.values["memory"][10_000] < 64
    assert total.values["runtime"][10_000] < listing.values["runtime"][10_000] / 4
    assert pairs.values["memory"][1_000] > 5e7
    assert pairs.values["memory"][10_000] == pairs.values["runtime"][10_000] == math.inf
    assert foreign.values == {"memory": {}, "runtime": {}}, "no labels in its language"


@pytest.mark.parametrize(
    ("assumes", "kept"),
    [
        ("xs: list[int] of n", True),
        ("self: object of n", True),
        ("self: object of n, key: str", True),
        ("self: object of n, key: object", False),
        ("key: object, n: int", False),
        ("objects: list[int] of n", True),
        ("no inputs", False),
    ],
)
def test_functions_with_known_inputs(assumes: str, kept: bool) -> None:
    prompt = render("python", assumes, "def f(): ...")
    assert with_known_inputs([prompt]) == [prompt] * kept


class Teacher:
    """Sure of nothing: as likely 100 as 10,000 bytes, 1e-4 as 1e-2 s, at every n; knows no long function."""

    def distributions(self, prompt: Prompt, sizes: Sequence[int]) -> dict[str, tuple[Distribution, ...]]:
        if "long" in prompt.canonical:
            raise PromptTooLong(1_000, 640)
        two = np.zeros(91)
        two[[10, 30]] = 0.5
        return {
            "memory": tuple(Distribution(1.0, two, 0.0) for _ in sizes),
            "runtime": tuple(Distribution(-5.0, two, 0.0) for _ in sizes),
        }


def boosted(memory: float, runtime: float, name: str = "f") -> Example:
    values = {"memory": {100: memory, 1_000: memory}, "runtime": {1_000: runtime}}
    return Example("i", "imitated", "p", "python", "train", prompt("list", name), values)


def logs(examples: Sequence[Example], metric: str, n: int) -> list[float]:
    return [math.log10(example.values[metric][n]) for example in examples]


def draw(examples: Sequence[Example], limits: Mapping[str, float] = LIMITS) -> list[Example]:
    return drawn(examples, Teacher(), limits, Console(file=io.StringIO()))


def test_draws_are_of_the_teachers_width_around_the_mean_of_both() -> None:
    found = draw([boosted(1e5, 1e-3)] * 400)  # the teacher's means are 1e3 bytes and 1e-3 s
    memory, runtime = logs(found, "memory", 1_000), logs(found, "runtime", 1_000)
    assert abs(np.mean(memory) - 4) < 0.2
    assert abs(np.mean(runtime) + 3) < 0.2
    for values, middle in ((memory, 4), (runtime, -3)):
        assert all(0.9 < abs(value - middle) < 1.1 for value in values), "neither teacher's own forecast"
    assert memory == logs(found, "memory", 100), "one rank at all n"
    assert len({(a > 4, b > -3) for a, b in zip(memory, runtime, strict=True)}) == 4, "a rank a metric"
    assert all(set(one.values["runtime"]) == {1_000} for one in found), "the sizes that boosting knows"


def test_a_draw_past_the_limit_is_over() -> None:
    found = draw([boosted(1e3, 0.05)] * 40, {"memory": 2.0**31, "runtime": 0.05})
    runtimes = {one.values["runtime"][1_000] for one in found}
    assert math.inf in runtimes
    assert all(value == math.inf or value < 1e-3 for value in runtimes), "the lower of the two"
    assert not any(math.isinf(one.values["memory"][100]) for one in found)


def test_what_a_teacher_cannot_read_is_left_out() -> None:
    unknown = Example(
        "i", "imitated", "p", "python", "train", prompt("list", "f"), {"memory": {}, "runtime": {}}
    )
    assert draw([boosted(1e3, 1e-3, "long"), unknown]) == []
