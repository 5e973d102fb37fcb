"""The worst errors, read into classes: what kind of error each is, and what is special about its function."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from pricetag.rlm.numbers import SIZES
from pricetag.rlm.prompt import Prompt
from pricetag.syntax import parse_functions
from pricetag.syntax.binding import parse_canonical, walk
from pricetag.syntax.function import Language
from pricetag.train.baselines import called_name
from pricetag.train.dataset import Example
from pricetag.train.report.growth import LIKELY, NEAR, exponents
from pricetag.train.report.held_out import RLM, SHOWN, WIDEST, HeldOut, columns

WORST = 50  # functions listed per metric, each at its worst n
UNUSUAL = 5  # a kind that fewer training functions of the language take is unusual
_FLAT, _GROWS = 0.25, 0.5  # exponents: at most the first is constant, from the second on it grows

OVER_MISSED = "over not foreseen"
OVER_FALSE = "over foreseen, not measured"
NOT_GROWING = "constant taken for growing"
GROWING = "growing taken for constant"
HALF = "order of growth wrong by a half"
ONE = "order of growth wrong by one"
MORE = "order of growth wrong by more"
HONEST = "interval honest (inside 95 %)"
OFFSET = "offset of a factor"
UNKNOWN_GROWTH = "growth not measured"
CLASSES = (
    OVER_MISSED, OVER_FALSE, NOT_GROWING, GROWING, HALF, ONE, MORE, HONEST, OFFSET, UNKNOWN_GROWTH,
)  # fmt: skip

RECURSION = "recursion"
UNKNOWN_CALL = "library call unknown to training"
CUT = "long function, callees cut"
UNUSUAL_KINDS = "unusual kinds"
TRAITS = (RECURSION, UNKNOWN_CALL, CUT, UNUSUAL_KINDS)


@dataclass(frozen=True, slots=True)
class WorstRow:
    """One function at the n where its forecast errs most. Values are log10 of bytes or seconds."""

    item: str
    language: str
    source: str
    metric: str
    n: int
    truth: float  # ``inf`` for ``over``
    forecast: float
    low: float  # the 80 % interval
    high: float
    error: float  # |log10 error|, of ``over`` the least that it can be
    honest: bool  # inside the 95 % interval
    klass: str
    traits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Worst:
    """The worst functions of one metric, and how common each trait is among them and among all."""

    metric: str
    functions: int  # answered at one n at least
    rows: tuple[WorstRow, ...]
    traits: Mapping[str, int]  # among all functions

    def by_class(self) -> dict[str, list[WorstRow]]:
        """The rows of each class that occurs, the most frequent first."""
        found: dict[str, list[WorstRow]] = defaultdict(list)
        for row in self.rows:
            found[row.klass].append(row)
        return dict(sorted(found.items(), key=lambda pair: (-len(pair[1]), CLASSES.index(pair[0]))))


@dataclass(frozen=True, slots=True)
class Familiar:
    """What the training functions of each language call and take."""

    calls: Mapping[str, frozenset[str]]
    kinds: Mapping[str, Counter[str]]  # in how many functions


def familiar(training: Iterable[Example]) -> Familiar:
    """Read off the training functions."""
    calls: dict[str, set[str]] = defaultdict(set)
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for example in training:
        calls[example.language] |= calls_of(example.prompt)
        kinds[example.language].update(kinds_of(example.prompt))
    return Familiar({language: frozenset(names) for language, names in calls.items()}, dict(kinds))


def calls_of(prompt: Prompt) -> set[str]:
    """Names of everything that the function calls."""
    nodes = walk(parse_canonical(prompt.canonical, Language(prompt.language)))
    return {called for node in nodes if (called := called_name(node))}


def kinds_of(prompt: Prompt) -> set[str]:
    """The assumed kinds, without the parameters' names."""
    return {re.sub(r"^\w+: ", "", kind) for kind in re.split(r", (?=\w+: )", prompt.assumes) if kind}


def traits_of(example: Example, tokens: int, context: int, known: Familiar) -> tuple[str, ...]:
    """What may make a function hard, of ``TRAITS``."""
    prompt = example.prompt
    called = calls_of(prompt)
    own = _names(prompt.canonical, prompt.language)
    near = set().union(*(_names(callee, prompt.language) for callee in prompt.callees))
    usual = known.kinds.get(example.language, Counter())
    found = {
        RECURSION: bool(called & own),
        UNKNOWN_CALL: bool(called - own - near - known.calls.get(example.language, frozenset())),
        CUT: tokens > context,
        UNUSUAL_KINDS: any(usual[kind] < UNUSUAL for kind in kinds_of(prompt)),
    }
    return tuple(trait for trait in TRAITS if found[trait])


def classify(
    truth: float, interval: tuple[float, float], over: float, measured: float, forecast: float
) -> str:
    """The class of one error. ``truth`` and the 95 % interval in log10, P(over), measured and forecast exponent (or NaN)."""
    if np.isinf(truth):
        return HONEST if over >= LIKELY else OVER_MISSED
    if over >= LIKELY:
        return OVER_FALSE
    apart = abs(measured - forecast)
    if measured <= _FLAT and forecast >= _GROWS:
        return NOT_GROWING
    if measured >= _GROWS and forecast <= _FLAT:
        return GROWING
    if apart > NEAR:
        return HALF if apart < 0.75 else ONE if apart < 1.5 else MORE
    if interval[0] <= truth <= interval[1]:
        return HONEST
    return UNKNOWN_GROWTH if np.isnan(apart) else OFFSET


def worst_errors(held_out: HeldOut, known: Familiar, context: int) -> tuple[Worst, ...]:
    """The ``WORST`` functions of each metric. ``context``: tokens that the model reads."""
    traits = [
        traits_of(example, int(tokens), context, known)
        for example, tokens in zip(held_out.examples, held_out.tokens, strict=True)
    ]
    return tuple(_worst(held_out, metric, traits) for metric in held_out.columns)


def _worst(held_out: HeldOut, metric: str, traits: list[tuple[str, ...]]) -> Worst:
    column = held_out.columns[metric]
    sizes = [size for size, _ in columns()]
    capped = np.minimum(column.truth, column.limit)
    errors = np.abs(capped - column.forecasts[RLM])[:, sizes]
    # A call past the limit costs at least the limit: a forecast at it or above is no error.
    errors = np.where(np.isinf(column.truth[:, sizes]) & (column.over[:, sizes] >= LIKELY), 0.0, errors)
    answered = np.flatnonzero(~np.isnan(errors).all(axis=1))
    filled = np.where(np.isnan(errors), -1.0, errors)
    largest = answered[np.argsort(-filled[answered].max(axis=1, initial=-1.0), kind="stable")][:WORST]
    measured, forecast = exponents(column)
    rows = []
    for row in largest:
        size = sizes[int(filled[row].argmax())]
        example = held_out.examples[row]
        truth = float(column.truth[row, size])
        low, high = column.intervals[row, size, WIDEST].tolist()
        shown_low, shown_high = column.intervals[row, size, SHOWN].tolist()
        honest = low <= min(truth, column.limit) <= high
        klass = classify(
            truth, (low, high), float(column.over[row, size]), float(measured[row]), float(forecast[row])
        )
        rows.append(
            WorstRow(
                example.item, example.language, example.source, metric, SIZES[size],
                truth, float(column.forecasts[RLM][row, size]), shown_low, shown_high,
                float(filled[row].max()), honest, klass, traits[row],
            )
        )  # fmt: skip
    common = Counter(trait for row in answered for trait in traits[row])
    return Worst(metric, len(answered), tuple(rows), {trait: common[trait] for trait in TRAITS})


def _names(canonical: str, language: str) -> set[str]:
    """The names that a canonical text defines functions by."""
    return {function.name for function in parse_functions(canonical, Language(language))}
