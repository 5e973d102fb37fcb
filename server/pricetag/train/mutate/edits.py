"""Edits of a text at known places, and which places a hash of an item's id picks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Edit:
    """``text`` in place of the characters [start, end)."""

    start: int
    end: int
    text: str


Site = tuple[Edit, ...]  # the edits that make one mutant together


class Overlap(ValueError):
    """Two edits of one site touch the same text."""


def apply(text: str, site: Iterable[Edit]) -> str:
    """The text after all edits of a site; insertions at one place stand in the order given. Raises ``Overlap``."""
    pieces = []
    position = 0
    for edit in sorted(site, key=lambda edit: (edit.start, edit.end > edit.start)):
        if edit.start < position:
            raise Overlap(f"edit at {edit.start} overlaps one that ends at {position}")
        pieces += [text[position : edit.start], edit.text]
        position = edit.end
    return "".join([*pieces, text[position:]])


def draw(key: str) -> int:
    """A number that is the same for a key on every machine."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big")


def pick(key: str, options: Sequence[T]) -> T:
    """One of the options, by a hash of the key."""
    return options[draw(key) % len(options)]


def shuffled(key: str, options: Iterable[T]) -> list[T]:
    """The options in an order that a hash of the key gives."""
    return [option for _, option in sorted(enumerate(options), key=lambda pair: draw(f"{key}/{pair[0]}"))]
