"""Programs from seeds: the same seed gives the same programs on every machine."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources

from pricetag.measure.label import Item
from pricetag.train.generator import pipeline
from pricetag.train.generator.arguments import examples
from pricetag.train.generator.template import Family, Version, read_families, render
from pricetag.train.python_sources import missing_imports
from pricetag.train.tokens import normal_form

LANGUAGES = ("python", "cpp")
CONSTANT_SHARE = 0.5  # of programs whose memory does not grow with n, as in people's code
PIPELINE_SHARE = 0.3  # of programs composed from stages instead of written down as a family
_ATTEMPTS = 40  # in a row that may repeat an earlier program before the families count as exhausted

_STD = re.compile(
    r"(?<![\w:.>$])(vector|string|map|set|unordered_map|unordered_set|multiset|multimap|set_difference|pair|make_pair|queue|stack|deque|priority_queue|sort|"
    r"stable_sort|max|min|swap|reverse|accumulate|max_element|min_element|abs|greater|less|to_string|stoi|stoll|unique|lower_bound|"
    r"upper_bound|binary_search|count_if|all_of|any_of|none_of|find_if|find|move|iota|partial_sum|nth_element|partial_sort|transform|"
    r"copy_if|back_inserter|array|optional|nullopt|string_view|ostringstream|istringstream|stringstream|getline|function|tuple|"
    r"numeric_limits|next_permutation|gcd|sqrt|pow|isalpha|isdigit|isspace|tolower|toupper|isupper|islower|fill|rotate|"
    r"remove_if|merge|set_intersection|set_union|unique_ptr|make_unique|list|bitset|inner_product|adjacent_find|is_sorted)"
    r"(?=\s*[<(]|\s+[\w&*]|&|::|>|\s*\{|,|;|\))"
)


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
        if rng.random() < PIPELINE_SHARE:
            item = pipeline.item(language, rng, f"{seed}-{index}")
        else:
            family, version = _draw(language, rng)
            item = _item(family, version, language, rng, random.Random(rng.random()), f"{seed}-{index}")
        index += 1
        form = normal_form(item.code, language)
        if form in seen:
            repeats += 1
            continue
        seen.add(form)
        made, repeats = made + 1, 0
        yield item


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


def dress(text: str, language: str, rng: random.Random) -> str:
    """A program with its imports or includes, and with or without annotations or ``std::``."""
    if language == "python":
        annotations = rng.random()
        if annotations < 0.45:
            text = _bare(text, returns_only=annotations < 0.1)
        return _python_imports(text) + text
    if rng.random() < 0.5:
        return "#include <bits/stdc++.h>\n\n" + _STD.sub(r"std::\1", text)
    return "#include <bits/stdc++.h>\nusing namespace std;\n\n" + text


def _bare(text: str, *, returns_only: bool) -> str:
    """Python text without annotations (of results only, or all)."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.returns = None
            if not returns_only:
                for argument in [*node.args.args, *node.args.kwonlyargs]:
                    argument.annotation = None
    return ast.unparse(tree) + "\n"


def _python_imports(text: str) -> str:
    lines = missing_imports(text)
    return f"{lines}\n\n" if lines else ""
