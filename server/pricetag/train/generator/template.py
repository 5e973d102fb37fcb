"""The template language of the families.

``«a¦b»``        one of the alternatives (they nest)
``¿ line``       a line that stands in half of the programs
``¿empty E``     in some programs a guard: where the first argument is empty, return E
``§hole words§`` a generated expression: a predicate, a mapping, a number, a parameter type
``$slot``        a name, the same everywhere in one program; ``$xs``/``$x`` go together, ``$xs2`` is another one

A file of families reads::

    === family-name: kinds of the arguments
    slot: name, name            names of a slot, f being the function
    --- version                 or "--- version const" where memory does not grow with n
    text
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pricetag.train.generator.holes import HOLES
from pricetag.train.generator.names import NAMES, PAIRS, reserved


@dataclass(frozen=True, slots=True)
class Version:
    """One way to write a family's function. ``constant``: its memory does not grow with n."""

    name: str
    constant: bool
    kinds: tuple[str, ...]
    text: str


@dataclass(slots=True)
class Family:
    """Functions that do the same thing in several ways."""

    name: str
    slots: dict[str, list[str]] = field(default_factory=dict)
    versions: list[Version] = field(default_factory=list)


def read_families(text: str) -> dict[str, Family]:
    """The families of one file. Raises ``ValueError`` naming the line that is not understood."""
    families: dict[str, Family] = {}
    kinds: tuple[str, ...] = ()
    for block in re.split(r"^(?====|---)", text, flags=re.MULTILINE):
        head, _, body = block.partition("\n")
        if match := re.fullmatch(r"=== ([\w-]+):(.*)", head.rstrip()):
            family = families[match[1]] = Family(match[1])
            kinds = tuple(match[2].split())
            for line in filter(None, map(str.strip, body.splitlines())):
                slot, colon, names = line.partition(":")
                if not colon:
                    raise ValueError(f"{head}: {line!r} is not 'slot: names'")
                family.slots[slot] = [name.strip() for name in names.split(",")]
        elif match := re.fullmatch(r"--- ([\w-]+)( const)?(?: \((.*)\))?", head.rstrip()):
            own = tuple(match[3].split()) if match[3] is not None else kinds
            family.versions.append(Version(match[1], bool(match[2]), own, body.strip("\n") + "\n"))
        elif block.strip() and not block.startswith("#"):
            raise ValueError(f"{head!r} opens neither a family nor a version")
    return families


def render(
    version: Version, slots: Mapping[str, list[str]], language: str, rng: random.Random, names: random.Random
) -> str:
    """One program. ``rng`` chooses its structure, ``names`` its names: the same ``names`` state gives versions alike names."""
    text = version.text
    while "«" in text:
        text = re.sub(r"«([^«»]*)»", lambda match: rng.choice(match[1].split("¦")), text)
    text = re.sub(r"§(\w+) ?([^§]*)§", lambda match: _hole(match[1], match[2], language, rng), text)
    lines = []
    for line in text.splitlines():
        indent, mark, rest = line.partition("¿")
        if not mark:
            lines.append(line)
        elif rest.startswith("empty "):
            if rng.random() < 0.4:
                lines.extend(_guard(indent, _first_argument(text), rest[6:].strip(), language, rng))
        elif rng.random() < 0.5:
            lines.append(indent + rest.lstrip())
    text = "\n".join(line for line in lines if line.strip() or not lines) + "\n"
    return _name(text, slots, language, names)


def _hole(name: str, words: str, language: str, rng: random.Random) -> str:
    make: Callable[[str, str, random.Random], str] = HOLES[name]
    return make(words, language, rng)


def _first_argument(text: str) -> str:
    """The first name slot after the entry function's opening parenthesis."""
    match = re.search(r"\$f\([^$)]*(\$\w+)", text)
    return match[1] if match else "$xs"


def _guard(indent: str, argument: str, value: str, language: str, rng: random.Random) -> list[str]:
    if language == "python":
        test = rng.choice([f"not {argument}", f"not {argument}", f"len({argument}) == 0"])
        leave = (
            rng.choice([f"return {value}"] * 3 + ['raise ValueError("empty input")']) if value else "return"
        )
        return [f"{indent}if {test}:", f"{indent}    {leave}"]
    test = rng.choice([f"{argument}.empty()", f"{argument}.empty()", f"{argument}.size() == 0"])
    return [f"{indent}if ({test}) return {value};".replace("return ;", "return;")]


def _name(text: str, slots: Mapping[str, list[str]], language: str, rng: random.Random) -> str:
    """Every slot replaced by a name of its own."""
    camel = language == "cpp" and rng.random() < 0.5
    base = rng.random()
    taken = set(re.findall(r"(?<![$\w])[A-Za-z_]\w*", text)) | reserved(language)
    chosen: dict[str, str] = {}

    def choose(slot: str, options: list[str]) -> str:
        # Drawn by slot, so that two versions of one family agree on the slots they share.
        order = random.Random(f"{base}/{slot}").sample(options, len(options))
        free = [name for name in order if name not in taken]
        return free[0] if free else f"{order[0]}_{len(taken)}"

    # Pairs first: "$xs" draws its "$x" along.
    used = list(dict.fromkeys(re.findall(r"\$(\w+)", text)))
    for slot in sorted(used, key=lambda slot: (slot.rstrip("0123456789") not in PAIRS, slot)):
        if slot in chosen:
            continue
        stem = slot.rstrip("0123456789")
        if slot in slots:
            chosen[slot] = choose(slot, slots[slot])
        elif stem in PAIRS:
            partner, options = PAIRS[stem]
            other = partner + slot[len(stem) :]
            free = [
                pair for pair in random.Random(f"{base}/{slot}").sample(options, len(options))
                if pair[0] not in taken and (pair[1] not in taken or other not in used)
            ]  # fmt: skip
            first, second = (
                free[0] if free else (f"{options[0][0]}{len(taken)}", f"{options[0][1]}{len(taken)}")
            )
            chosen[slot] = first
            if other not in slots:
                chosen.setdefault(other, second)
                taken.add(second)
        else:
            chosen[slot] = choose(slot, NAMES.get(stem, [stem]))
        taken.add(chosen[slot])
    if camel:
        chosen = {
            slot: re.sub(r"(?<=[a-z0-9])_([a-z])", lambda match: match[1].upper(), name)
            for slot, name in chosen.items()
        }
    return re.sub(r"\$(\w+)", lambda match: chosen[match[1]], text)
