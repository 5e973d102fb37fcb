"""Programs from seeds: the same seed gives the same programs on every machine."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources

from pricetag.measure.label import Item
from pricetag.train.generator import pipeline, records, scalars, texts
from pricetag.train.generator.arguments import examples
from pricetag.train.generator.dress import dress
from pricetag.train.generator.template import Family, Version, read_families, render
from pricetag.train.tokens import normal_form

LANGUAGES = ("python", "cpp")
CONSTANT_SHARE = 0.5  # of programs whose memory does not grow with n, as in people's code
# Shares of the programs: over records of some domain, over a few numbers, over a text, composed from stages; the rest are
# drawn from the written families.
_SHARES = ((records.item, 0.38), (scalars.item, 0.14), (texts.item, 0.13), (pipeline.item, 0.13))
_ATTEMPTS = 40  # in a row that may repeat an earlier program before the families count as exhausted


@lru_cache(maxsize=2)
def families(language: str) -> dict[str, Family]:
    """The written families of one language, by name."""
    file = resources.files("pricetag.train.generator").joinpath(f"{language}.families")
    return read_families(file.read_text(encoding="utf-8"))


def generate(language: str, count: int, seed: int = 0) -> Iterator[Item]:
    """``count`` distinct programs (fewer only when the families are exhausted); names alone don't make one distinct."""
    seen: set[str] = set()
    made = index = repeats = 0
    while made < count and repeats < _ATTEMPTS:
        rng = random.Random(f"{language}/{seed}/{index}")
        item = _program(language, rng, f"{seed}-{index}")
        index += 1
        form = normal_form(item.code, language)
        if form in seen:
            repeats += 1
            continue
        seen.add(form)
        made, repeats = made + 1, 0
        yield item


def _program(language: str, rng: random.Random, mark: str) -> Item:
    drawn = rng.random()
    for make, share in _SHARES:
        if drawn < share:
            return make(language, rng, mark)
        drawn -= share
    family, version = _draw(language, rng)
    return _item(family, version, language, rng, random.Random(rng.random()), mark)


def generate_versions(language: str, count: int, seed: int = 0) -> Iterator[tuple[Item, Item]]:
    """``count`` pairs of versions of one function with the same names and arguments, as an edit would leave them."""
    several = [family for family in families(language).values() if len(family.versions) > 1]
    for index in range(count):
        rng = random.Random(f"{language}/{seed}/{index}/versions")
        family = rng.choice(several)
        first, second = rng.sample(family.versions, 2)
        structure, names = rng.random(), rng.random()
        before, after = (
            _item(
                family, version, language, random.Random(structure), random.Random(names), f"v{seed}-{index}"
            )
            for version in (first, second)
        )
        yield before, after


def _draw(language: str, rng: random.Random) -> tuple[Family, Version]:
    constant = rng.random() < CONSTANT_SHARE
    choice = [
        (family, version)
        for family in families(language).values()
        for version in family.versions
        if version.constant == constant
    ]
    # Families weigh alike, however many versions they have.
    family = rng.choice(sorted({family.name for family, _ in choice}))
    return rng.choice([pair for pair in choice if pair[0].name == family])


def _item(
    family: Family, version: Version, language: str, rng: random.Random, names: random.Random, mark: str
) -> Item:
    text = render(version, family.slots, language, rng, names)
    entry = _entry(text, language)
    text = dress(text, language, rng)
    calls = examples(version.kinds, language, rng)
    name = f"generated/{language}/{family.name}/{version.name}/{mark}"
    return Item(name, "generated", "Apache-2.0", f"generated/{family.name}", language, text, entry, calls)


def _entry(text: str, language: str) -> str:
    """The last function of the text at the outermost level: helpers stand in front of it."""
    pattern = (
        r"^(?:async )?def (\w+)"
        if language == "python"
        else r"^(?!return|else|if|for|while)[A-Za-z_][\w:<>,*& ]*?[ &*>](\w+)\([^;]*\{\s*$"
    )
    found = re.findall(pattern, text, re.MULTILINE)
    if not found:
        raise ValueError(f"no function in {text!r}")
    return str(found[-1])
