"""The probe table: minimal pairs of one function, written by hand, that differ in one way that changes what it costs.

Held-out scores say how well a model ranks functions that have nothing in common. A probe asks whether it sees one edit: a
list that became a generator, a ``reserve`` left out. Every pair was run, and which version costs more is what was measured.

    scores = score(load_probes(), forecasts_of(Checkpoint.load(folder)))
    print(summary(scores))
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import resources
from itertools import product
from pathlib import Path
from typing import Literal

from pricetag.measure.cpp_runner import CppLimits, label_cpp
from pricetag.measure.label import Item, Label
from pricetag.measure.python_runner import PythonRunner
from pricetag.rlm.distribution import Floats
from pricetag.rlm.numbers import SIZES
from pricetag.rlm.prompt import render
from pricetag.train.dataset import METRICS, Example, entry_function
from pricetag.train.predict import Model, predict

SOURCE = "probes"
LICENCE = "Apache-2.0"
FACTOR = 1.5  # at least this ratio, the dearer version over the cheaper,
MEMORY_FLOOR = 1_024  # and of memory this difference in bytes, make a probe
TIME_LIMIT = 5.0  # seconds of one call

Direction = Literal["up", "down"]
# Per metric, log10 of bytes or seconds as [E, S]: E examples at every n of ``SIZES``, NaN where there is no forecast.
Forecasts = Callable[[Sequence[Example]], Mapping[str, Floats]]


@dataclass(frozen=True, slots=True)
class Probe:
    """One pair. ``direction`` is that of ``metric`` from ``before`` to ``after``; values are bytes or seconds at ``n``."""

    name: str  # "<language>/<what the cheaper version does>"
    language: str  # "python" | "cpp"
    entry: str  # of both versions
    before: str  # everything needed: imports or includes, helpers and the function
    after: str
    metric: str  # "memory" | "runtime"
    direction: Direction
    n: int
    example: str  # one call, in the form of ``Item.examples``: inputs of size n are grown from it
    assumes: str  # the kinds that both versions were measured with
    before_value: float
    after_value: float

    @property
    def ratio(self) -> float:
        """The measured after / before."""
        return self.after_value / self.before_value


@dataclass(frozen=True, slots=True)
class ProbeScore:
    """What a model forecasts of one probe. ``ratio`` is the forecast after / before, NaN where either side has none."""

    probe: Probe
    ratio: float

    @property
    def right(self) -> bool:
        """Whether the forecast goes the measured way; no change at all is wrong."""
        return self.ratio > 1 if self.probe.direction == "up" else self.ratio < 1

    @property
    def clear(self) -> bool:
        """Whether it is right by ``FACTOR`` at least, as the measurement is."""
        return self.ratio >= FACTOR if self.probe.direction == "up" else self.ratio <= 1 / FACTOR


def load_probes() -> list[Probe]:
    """The shipped table, in its own order."""
    text = resources.files("pricetag.train").joinpath("data/probes.jsonl").read_text(encoding="utf-8")
    return [Probe(**json.loads(line)) for line in text.splitlines()]


def write_probes(probes: Iterable[Probe], path: Path) -> None:
    """One JSON object a line, as ``load_probes`` reads it."""
    lines = [json.dumps(asdict(probe), ensure_ascii=False) + "\n" for probe in probes]
    path.write_text("".join(lines), encoding="utf-8")


def items_of(probe: Probe) -> tuple[Item, Item]:
    """Before and after, as the runners take them."""
    before, after = (
        Item(
            f"{SOURCE}/{probe.name}/{side}", SOURCE, LICENCE, f"{SOURCE}/{probe.name}", probe.language, code,
            probe.entry, (probe.example,), inputs=probe.name,
        )
        for side, code in (("before", probe.before), ("after", probe.after))
    )  # fmt: skip
    return before, after


# Measuring ------------------------------------------------------------------------------------------------------


def measure(probes: Iterable[Probe]) -> Iterator[tuple[Probe, Label, Label]]:
    """Run every pair at its n: Python probes in order, then those of C++, each with its labels before and after.

    Raises ``SandboxUnavailable`` or ``CppUnavailable`` where nothing may be run on this system.
    """
    chosen = list(probes)
    with PythonRunner(time_limit=TIME_LIMIT, again=0) as runner:
        for probe in chosen:
            if probe.language == "python":
                (before,), (after,) = (runner.measure(item, [probe.n]) for item in items_of(probe))
                yield probe, before, after
    for n in SIZES:
        yield from _measure_cpp([probe for probe in chosen if probe.language == "cpp" and probe.n == n], n)


def _measure_cpp(probes: Sequence[Probe], n: int) -> Iterator[tuple[Probe, Label, Label]]:
    pairs = [(probe, *items_of(probe)) for probe in probes]
    items = [item for _, before, after in pairs for item in (before, after)]
    labels = {label.item: label for label in label_cpp(items, (n,), limits=CppLimits(time=TIME_LIMIT))}
    for probe, before, after in pairs:
        yield probe, labels[before.id], labels[after.id]


def measured(probe: Probe, before: Label, after: Label) -> Probe | None:
    """The probe with the values and kinds of new labels; None where these have none, or tell of different inputs."""
    one, two = (label.memory if probe.metric == "memory" else label.runtime for label in (before, after))
    if one is None or two is None or before.assumes != after.assumes:
        return None
    return replace(probe, assumes=before.assumes, before_value=one, after_value=two)


def holds(probe: Probe) -> bool:
    """Whether the values differ enough to be a probe, and in its direction."""
    low, high = probe.before_value, probe.after_value
    if probe.direction == "down":
        low, high = high, low
    enough = probe.metric == "runtime" or high - low >= MEMORY_FLOOR
    return enough and high >= FACTOR * low


# Scoring --------------------------------------------------------------------------------------------------------


def forecasts_of(model: Model) -> Forecasts:
    """A model's expected log10 of every cost, as evaluation takes it."""

    def forecasts(examples: Sequence[Example]) -> Mapping[str, Floats]:
        return {metric: found.mean for metric, found in predict(model, examples).items()}

    return forecasts


def examples_of(probe: Probe) -> tuple[Example, Example]:
    """Before and after with their prompts, for a model to forecast. Raises ``ValueError`` where a version has no entry."""
    before, after = (
        _example(item, probe, value)
        for item, value in zip(items_of(probe), (probe.before_value, probe.after_value), strict=True)
    )
    return before, after


def _example(item: Item, probe: Probe, value: float) -> Example:
    function = entry_function(item)
    if function is None:
        raise ValueError(f"{item.id}: no function {item.entry}")
    prompt = render(item.language, probe.assumes, function.canonical, function.callees)
    values = {metric: {probe.n: value} if metric == probe.metric else {} for metric in METRICS}
    return Example(item.id, item.source, item.problem, item.language, "test", prompt, values)


def score(probes: Sequence[Probe], forecasts: Forecasts) -> list[ProbeScore]:
    """What ``forecasts`` says of every probe, in order."""
    examples = [example for probe in probes for example in examples_of(probe)]
    found = forecasts(examples)
    scores = []
    for at, probe in enumerate(probes):
        before, after = found[probe.metric][2 * at : 2 * at + 2, SIZES.index(probe.n)]
        scores.append(ProbeScore(probe, float(10.0 ** (after - before))))
    return scores


@dataclass(frozen=True, slots=True)
class Share:
    """One row of the summary. ``language`` and ``metric`` may be "all"."""

    language: str
    metric: str
    probes: int
    right: int
    clear: int


def summary(scores: Iterable[ProbeScore]) -> list[Share]:
    """How many are right, by language and metric, and over all."""
    probes: Counter[tuple[str, str]] = Counter()
    right: Counter[tuple[str, str]] = Counter()
    clear: Counter[tuple[str, str]] = Counter()
    for one in scores:
        probe = one.probe
        for key in product((probe.language, "all"), (probe.metric, "all")):
            probes[key] += 1
            right[key] += one.right
            clear[key] += one.clear
    order = sorted(probes, key=lambda key: (key[0] == "all", key[0], key[1] == "all", key[1]))
    return [Share(*key, probes[key], right[key], clear[key]) for key in order]
