"""Small edits of real functions that change what they cost, or might: the pairs that regressions are learned from.

Each mutant is an item of its own, ``<item>/mut/<kind>`` (``<kind>-2`` at a second place), of the same problem. Their
counterpart are the ``neutral`` versions, which cost the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias, TypeVar

from pricetag.measure.label import Item
from pricetag.train.mutate import cpp, neutral_cpp, neutral_python, python, tables
from pricetag.train.mutate.edits import Overlap, Site, apply, draw, shuffled
from pricetag.train.mutate.program import Program, Unplaced
from pricetag.train.mutate.unit import Unit
from pricetag.train.python_sources import missing_imports, parse

T = TypeVar("T")
Edits: TypeAlias = Mapping[str, Callable[[T], Iterator[Site]]]

MOST = 7  # mutants of one item, those with tables aside
PLACES = 2  # of one kind
# Kinds that fit nearly every function whatever it does: the few drawn must not crowd out those that fit this one.
GENERAL = frozenset({"early", "copy", "deepcopy", "defensive", "validate", "sorted", "lowered"})
MOST_GENERAL = 3
MOST_NEUTRAL = 4  # neutral versions of one item
SURFACE = neutral_python.SURFACE | neutral_cpp.SURFACE  # comments and layout only: the canonical text stays
RENAMES = neutral_python.RENAMES | neutral_cpp.RENAMES


def mutate(item: Item) -> Iterator[Item]:
    """The mutants of an item, at most seven, and then two with tables that nothing reads.

    Each is an edit that applies to the item and leaves a different program that parses. Which kinds and which places are chosen by a hash of the item's id. Never raises on any text.
    """
    made = _made(item, python.EDITS, cpp.EDITS, PLACES)
    general = [one for one in made if one[0] in GENERAL][:MOST_GENERAL]
    special = [one for one in made if one[0].removesuffix("-2") not in GENERAL]
    # The first of the general ones stands in front: there are pairs of every item that has any.
    chosen = [*general[:1], *special, *general[1:]][:MOST]
    for kind, code in chosen + _made(item, tables.PYTHON, tables.CPP, 1):
        yield _version(item, f"mut/{kind}", "mutated", code)


def neutral(item: Item) -> Iterator[Item]:
    """Versions of an item that cost the same, at most four, ``<item>/neutral/<kind>``, as engineers tidy code.

    Which kinds and which places are chosen by a hash of the item's id. Never raises on any text.
    """
    made = _made(item, neutral_python.EDITS, neutral_cpp.EDITS, 1)
    # One that changes the layout or comments and one that changes names: the others show more.
    surface = [one for one in made if one[0] in SURFACE][:1]
    renames = [one for one in made if one[0] in RENAMES][:1]
    others = [one for one in made if one[0] not in SURFACE | RENAMES]
    for kind, code in [*surface, *renames, *others][:MOST_NEUTRAL]:
        yield _version(item, f"neutral/{kind}", "neutral", code)


def _version(item: Item, name: str, source: str, code: str) -> Item:
    """A version of ``item``, to be measured on the same inputs: random ones differ enough to look like a change."""
    return replace(item, id=f"{item.id}/{name}", source=source, code=code, inputs=item.inputs or item.id)


def _made(
    item: Item, python_edits: Edits[Program], cpp_edits: Edits[Unit], places: int
) -> list[tuple[str, str]]:
    """(kind, text) of the edits that apply: first places by a hash of the id, then second ones."""
    made: list[tuple[int, int, str, str]] = []
    seen = {item.code}
    for kind, sites in _sites(item, python_edits, cpp_edits):
        number = 0
        for site in shuffled(f"{item.id}/{kind}", sites):
            if number == places:
                break
            code = _edited(item, site)
            if code and code not in seen:
                seen.add(code)
                number += 1
                name = kind if number == 1 else f"{kind}-{number}"
                made.append((number, draw(f"{item.id}/{kind}/rank"), name, code))
    return [(kind, code) for _, _, kind, code in sorted(made)]


def _sites(
    item: Item, python_edits: Edits[Program], cpp_edits: Edits[Unit]
) -> Iterator[tuple[str, list[Site]]]:
    if item.language == "cpp":
        unit = Unit.of(item)
        for kind, search in cpp_edits.items() if unit else ():
            assert unit is not None
            yield kind, list(search(unit))
        return
    program = Program.of(item)
    for kind, find in python_edits.items() if program else ():
        assert program is not None
        try:
            sites = list(find(program))
        except Unplaced:
            continue
        yield kind, [site for site in sites if not any(program.hides(edit.text) for edit in site)]


def _edited(item: Item, site: Site) -> str:
    """The item's text after a site's edits, with the imports that they need; "" where that is no program."""
    try:
        code = apply(item.code, site)
    except Overlap:
        return ""
    if item.language == "cpp":
        return cpp.completed(item.code, code)
    if parse(code) is None:
        return ""
    known = set(missing_imports(item.code).splitlines())
    lines = [line for line in missing_imports(code).splitlines() if line not in known]
    program = Program.of(replace(item, code=code)) if lines else None
    if lines and program is None:
        return ""
    return apply(code, (program.top("".join(f"{line}\n" for line in lines)),)) if program else code
