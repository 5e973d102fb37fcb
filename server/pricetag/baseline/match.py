"""Which function of the old text a function of the new text came from."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from itertools import pairwise

from pricetag.syntax.function import Function, Language

# Share of token pairs two versions must have in common for a renamed function to be the same one.
SIMILAR = 0.6
SIMILAR_SHORT = 0.85  # short functions are alike by their boilerplate alone
SHORT = 40  # tokens
MAXIMUM_PAIRS = 4_000  # comparing more would take longer than anyone waits for a save; such a file is new
MAXIMUM_PAIRS_OF_FILES = 40_000  # the same where nobody is typing: seconds

_TOKEN = re.compile(r"\w+|[^\w\s]")


def match(before: Sequence[Function], after: Sequence[Function]) -> list[tuple[Function | None, Function]]:
    """Pair each function of ``after``, in order, with the one of ``before`` it came from, or None if it is new.

    Tried in turn: the same language, qualified name and text; qualified name and parameter types (C++ overloads);
    qualified name, where several have it the most alike; the same text under another name; similar text under another
    name. A function of ``before`` is used once. Pure; time grows with the functions left over by the exact rules.
    """
    old, new = list(before), list(after)
    origin: dict[int, Function] = {}  # id of a function of `after` -> its pair
    for key in (_named_text, _named_types):
        old, new = _pair_equal(old, new, key, origin)
    old, new = _pair_named(old, new, origin)
    old, new = _pair_equal(old, new, _nameless_text, origin)
    _pair_similar(old, new, origin)
    return [(origin.get(id(function)), function) for function in after]


def match_files(
    files: Sequence[tuple[Sequence[Function], Sequence[Function]]],
) -> list[list[tuple[Function | None, Function]]]:
    """:func:`match` for each file's (before, after); what it leaves unpaired is then paired over all files.

    Over files a function is the same one by its name and text, its text alone, or similar text: ``main`` of one file
    is no version of another's. The answer has the order of ``files``.
    """
    paired = [match(before, after) for before, after in files]
    used = {id(old) for pairs in paired for old, _ in pairs if old is not None}
    old = [function for before, _ in files for function in before if id(function) not in used]
    new = [function for pairs in paired for origin, function in pairs if origin is None]
    moved: dict[int, Function] = {}
    for key in (_named_text, _nameless_text):
        old, new = _pair_equal(old, new, key, moved)
    _pair_similar(old, new, moved, MAXIMUM_PAIRS_OF_FILES)
    return [[(origin or moved.get(id(function)), function) for origin, function in pairs] for pairs in paired]


def similarity(left: Function, right: Function) -> float:
    """Share in [0, 1] of neighbouring token pairs that two canonical texts have in common, own names set aside (Dice)."""
    return _dice(_pairs(left), _pairs(right))


def _named(function: Function) -> Hashable:
    return function.language, function.qualified_name


def _named_text(function: Function) -> Hashable:
    return function.language, function.qualified_name, function.canonical


def _named_types(function: Function) -> Hashable:
    overloaded = function.language is Language.CPP
    types = tuple("".join(p.type.split()) for p in function.parameters) if overloaded else ()
    return function.language, function.qualified_name, types


def _nameless_text(function: Function) -> Hashable:
    return function.language, tuple(_tokens(function))


def _tokens(function: Function) -> list[str]:
    return ["\0" if token == function.name else token for token in _TOKEN.findall(function.canonical)]


def _pairs(function: Function) -> Counter[tuple[str, str]]:
    tokens = _tokens(function)
    return Counter(pairwise(tokens))


def _dice(left: Counter[tuple[str, str]], right: Counter[tuple[str, str]]) -> float:
    total = left.total() + right.total()
    if not total:
        return 0.0
    small, large = (left, right) if len(left) <= len(right) else (right, left)
    return 2 * sum(min(count, large[pair]) for pair, count in small.items()) / total


def _pair_equal(
    old: list[Function], new: list[Function], key: Callable[[Function], Hashable], origin: dict[int, Function]
) -> tuple[list[Function], list[Function]]:
    """Pair functions of equal key, in order but same bare names first; return what is left of both."""
    waiting: defaultdict[Hashable, list[Function]] = defaultdict(list)
    for function in old:
        waiting[key(function)].append(function)
    left: list[Function] = []
    for function in new:
        candidates = waiting[key(function)]
        if candidates:
            index = next((i for i, c in enumerate(candidates) if c.name == function.name), 0)
            origin[id(function)] = candidates.pop(index)
        else:
            left.append(function)
    unused = {id(function) for candidates in waiting.values() for function in candidates}
    return [function for function in old if id(function) in unused], left


def _pair_named(
    old: list[Function], new: list[Function], origin: dict[int, Function]
) -> tuple[list[Function], list[Function]]:
    """Pair functions of one qualified name; return what is left of both.

    Where a name stands several times the most alike go together, then, save for C++ overloads, which are functions of
    their own, the others in order.
    """
    groups: defaultdict[Hashable, tuple[list[Function], list[Function]]] = defaultdict(lambda: ([], []))
    for side, functions in enumerate((old, new)):
        for function in functions:
            groups[_named(function)][side].append(function)
    for before, after in groups.values():
        if max(len(before), len(after)) > 1:
            _pair_similar(before, after, origin)
            if before and before[0].language is Language.CPP:
                continue
        used = {id(origin[id(function)]) for function in after if id(function) in origin}
        rest = (function for function in before if id(function) not in used)
        for function in after:
            if id(function) not in origin and (first := next(rest, None)) is not None:
                origin[id(function)] = first
    used = {id(function) for function in origin.values()}
    return [f for f in old if id(f) not in used], [f for f in new if id(f) not in origin]


def _pair_similar(
    old: list[Function], new: list[Function], origin: dict[int, Function], maximum: int = MAXIMUM_PAIRS
) -> None:
    """Pair what is left one to one, most alike first."""
    if len(old) * len(new) > maximum:
        return
    old_pairs = [_pairs(function) for function in old]
    new_pairs = [_pairs(function) for function in new]
    scored = [
        (score, i, j)
        for j, right in enumerate(new_pairs)
        for i, left in enumerate(old_pairs)
        if old[i].language is new[j].language and (score := _alike(left, right)) > 0
    ]
    taken_old: set[int] = set()
    taken_new: set[int] = set()
    for _, i, j in sorted(scored, key=lambda s: (-s[0], s[1], s[2])):
        if i not in taken_old and j not in taken_new:
            taken_old.add(i)
            taken_new.add(j)
            origin[id(new[j])] = old[i]


def _alike(left: Counter[tuple[str, str]], right: Counter[tuple[str, str]]) -> float:
    """Similarity if it is enough to call two functions versions of one, else 0."""
    sizes = sorted((left.total(), right.total()))
    needed = SIMILAR_SHORT if sizes[0] < SHORT else SIMILAR
    if 2 * sizes[0] < needed * sum(sizes):  # even a whole overlap would fall short
        return 0.0
    score = _dice(left, right)
    return score if score >= needed else 0.0
