"""Renamed copies of a function: the same cost under other names, so that the model reads structure and not vocabulary."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from pricetag.rlm.prompt import Prompt, replace_parameters
from pricetag.syntax.binding import replace_names
from pricetag.syntax.function import Language


def rename(prompt: Prompt, names: Sequence[str], pool: Sequence[str], rng: random.Random) -> Prompt:
    """The prompt with each of ``names`` replaced, throughout, by a different name drawn from ``pool``."""
    fresh = rng.sample(pool, min(len(pool), 2 * len(names) + 8))
    taken = set(re.findall(r"\w+", prompt.canonical))
    choices = iter(name for name in fresh if name not in taken)
    mapping = {name: new for name in names if rng.random() < 0.8 and (new := next(choices, None))}

    def swap(text: str) -> str:
        return replace_names(text, Language(prompt.language), mapping)

    assumes = replace_parameters(prompt.assumes, mapping)
    return Prompt(prompt.language, assumes, swap(prompt.canonical), tuple(map(swap, prompt.callees)))
