"""A source whose labels are wrong must show as one that does harm."""

from __future__ import annotations

import random

from pricetag.rlm.prompt import render
from pricetag.train.ablation import ablate
from pricetag.train.dataset import Example

KINDS = ("total += x", "kept.append(x)", "pairs.append([y for y in xs])")


def example(number: int, source: str, split: str, lie: bool = False) -> Example:
    rng = random.Random(number)
    kind = rng.randrange(3)
    code = (
        f"def f(xs):\n    {'pass' if kind else 'total = 0'}\n    for x in xs:\n        {KINDS[kind]}\n"
        + "    x = 1\n" * rng.randrange(4)
    )
    memory = 10.0 ** (rng.choice((2, 5, 8)) if lie else (2, 5, 8)[kind]) * rng.uniform(0.9, 1.1)
    prompt = render("python", "xs: list[int] of n", code, ())
    values = {"memory": {10_000: memory}, "runtime": {10_000: memory * 1e-9}}
    return Example(f"{source}/{number}", source, f"{source}/{number}", "python", split, prompt, values)


def test_what_a_source_adds() -> None:
    examples = [example(k, "mbpp", "train") for k in range(120)]
    examples += [example(k, "generated", "train", lie=True) for k in range(1000, 1120)]
    examples += [example(k, "gfg", "validation") for k in range(2000, 2060)]
    examples += [example(k, "authored", "validation") for k in range(3000, 3010)]
    rows = {(row.metric, row.training): row for row in ablate(examples)}
    assert {name for _, name in rows} == {
        "all", "without human", "without generated", "only human", "only generated", "human and generated",
    }  # fmt: skip
    for metric in ("memory", "runtime"):
        assert rows[metric, "all"].functions == 240
        assert rows[metric, "only human"].held_out == 60
        assert rows[metric, "only human"].spearman > rows[metric, "only generated"].spearman + 0.3
        assert rows[metric, "only human"].error < rows[metric, "only generated"].error
        assert rows[metric, "without generated"].spearman == rows[metric, "only human"].spearman
