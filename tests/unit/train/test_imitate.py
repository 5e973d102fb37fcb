from __future__ import annotations

import math

from pricetag.rlm.prompt import Prompt, render
from pricetag.train.dataset import Example
from pricetag.train.imitate import imitated

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
