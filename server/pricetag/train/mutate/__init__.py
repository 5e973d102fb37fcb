"""Small edits of real functions that change what they cost, or might: the pairs that regressions are learned from.

Each mutant is an item of its own, ``<item>/mut/<kind>`` (``<kind>-2`` at a second place), of the same problem.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pricetag.measure.label import Item
from pricetag.train.mutate import cpp, python
from pricetag.train.mutate.edits import Overlap, Site, apply, draw, shuffled
from pricetag.train.mutate.program import Program
from pricetag.train.mutate.unit import Unit
from pricetag.train.python_sources import missing_imports, parse

MOST = 7  # mutants of one item
PLACES = 2  # of one kind
# Kinds that fit nearly every function whatever it does: the few drawn must not crowd out those that fit this one.
GENERAL = frozenset({"early", "copy", "deepcopy", "defensive", "validate", "sorted", "lowered"})
MOST_GENERAL = 3


def mutate(item: Item) -> Iterator[Item]:
    """The mutants of an item, at most seven: edits that apply to it and leave a different program that parses.

    Which kinds and which places are chosen by a hash of the item's id. Never raises on any text.
    """
    made: list[tuple[int, int, str, str]] = []
    seen = {item.code}
    for kind, places in _sites(item):
        number = 0
        for site in shuffled(f"{item.id}/{kind}", places):
            code = _edited(item, site)
            if number == PLACES:
                break
            if code and code not in seen:
                seen.add(code)
                number += 1
                # Kinds come before second places.
                made.append(
                    (
                        number,
                        draw(f"{item.id}/{kind}/rank"),
                        kind if number == 1 else f"{kind}-{number}",
                        code,
                    )
                )
    general = [one for one in sorted(made) if one[2] in GENERAL][:MOST_GENERAL]
    special = [one for one in sorted(made) if one[2].removesuffix("-2") not in GENERAL]
    # The first of the general ones stands in front: there are pairs of every item that has any.
    for _, _, kind, code in [*general[:1], *special, *general[1:]][:MOST]:
        yield replace(item, id=f"{item.id}/mut/{kind}", source="mutated", code=code)


def _sites(item: Item) -> Iterator[tuple[str, list[Site]]]:
    if item.language == "python":
        program = Program.of(item)
        for kind, find in python.EDITS.items() if program else ():
            assert program is not None
            yield (
                kind,
                [site for site in find(program) if not any(map(program.hides, (edit.text for edit in site)))],
            )
    else:
        unit = Unit.of(item)
        for kind, search in cpp.EDITS.items() if unit else ():
            assert unit is not None
            yield kind, list(search(unit))


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
