"""Renamed copies of a function: the same cost under other names, so that the model reads structure and not vocabulary."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from tree_sitter import Node

from pricetag.rlm.prompt import Prompt
from pricetag.syntax.binding import parse_canonical, walk
from pricetag.syntax.function import Language

_IDENTIFIER = "identifier"


def rename(prompt: Prompt, names: Sequence[str], pool: Sequence[str], rng: random.Random) -> Prompt:
    """The prompt with each of ``names`` replaced, throughout, by a different name drawn from ``pool``."""
    fresh = rng.sample(pool, min(len(pool), 2 * len(names) + 8))
    taken = set(re.findall(r"\w+", prompt.canonical))
    choices = iter(name for name in fresh if name not in taken)
    mapping = {name: new for name in names if rng.random() < 0.8 and (new := next(choices, None))}

    def swap(text: str) -> str:
        return _renamed(text, Language(prompt.language), mapping)

    assumes = re.sub(r"\b(\w+)(?=: )", lambda match: mapping.get(match[1], match[1]), prompt.assumes)
    return Prompt(prompt.language, assumes, swap(prompt.canonical), tuple(map(swap, prompt.callees)))


def _renamed(text: str, language: Language, mapping: dict[str, str]) -> str:
    data = text.encode("utf-8", "replace")
    pieces, position = [], 0
    for node in walk(parse_canonical(text, language)):
        if node.type == _IDENTIFIER and not _is_attribute(node) and (new := mapping.get(_text(node))):
            pieces += [data[position : node.start_byte], new.encode()]
            position = node.end_byte
    return b"".join([*pieces, data[position:]]).decode("utf-8", "replace")


def _is_attribute(node: Node) -> bool:
    parent = node.parent
    if parent is None:
        return False
    if parent.type == "attribute":
        return parent.child_by_field_name("attribute") == node
    if parent.type == "keyword_argument":
        return parent.child_by_field_name("name") == node
    return False


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")
