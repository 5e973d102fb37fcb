"""The probe table: well-formed, what it says it is, and for a few pairs measured again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pricetag.measure.label import Label
from pricetag.rlm.distribution import Floats
from pricetag.rlm.numbers import SIZES
from pricetag.train.dataset import METRICS, Example, entry_function
from pricetag.train.probes import (
    Probe,
    ProbeScore,
    examples_of,
    forecasts_of,
    holds,
    items_of,
    load_probes,
    measure,
    measured,
    score,
    summary,
    write_probes,
)

PROBES = load_probes()
LEAST = 48  # probes a language
LINES = (2, 25)  # of one version, blank lines aside
# Ratios of ten and more: what else the machine does cannot turn them.
SAMPLE = (
    "return-at-the-first-repeat",
    "islice-instead-of-a-tail-slice",
    "vector-by-reference",
    "map-by-reference",
)
each = pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)


def test_the_table_is_broad_and_even() -> None:
    languages = Counter(probe.language for probe in PROBES)
    assert set(languages) == {"python", "cpp"} and min(languages.values()) >= LEAST
    groups = Counter((probe.language, probe.metric, probe.direction) for probe in PROBES)
    assert len(groups) == 8
    for language, metric, _ in groups:
        assert abs(groups[language, metric, "up"] - groups[language, metric, "down"]) <= 1


def test_names_and_codes_are_distinct() -> None:
    assert len({probe.name for probe in PROBES}) == len(PROBES)
    canonical = [function_text(item) for probe in PROBES for item in items_of(probe)]
    assert len(set(canonical)) == len(canonical)


def function_text(item: object) -> str:
    function = entry_function(item)  # type: ignore[arg-type]
    assert function is not None
    return "\n".join((function.canonical, *function.callees))


@each
def test_a_probe_is_well_formed(probe: Probe) -> None:
    assert probe.name.startswith(f"{probe.language}/")
    assert probe.metric in METRICS and probe.direction in ("up", "down") and probe.n in (1_000, 10_000)
    assert probe.assumes and probe.example
    for code in (probe.before, probe.after):
        assert LINES[0] <= sum(bool(line.strip()) for line in code.splitlines()) <= LINES[1]
    before, after = examples_of(probe)
    assert before.prompt.canonical != after.prompt.canonical
    assert before.prompt.assumes == after.prompt.assumes == probe.assumes


@each
def test_the_measured_values_agree_with_the_direction(probe: Probe) -> None:
    assert holds(probe)


def test_what_holds() -> None:
    probe = replace(PROBES[0], metric="memory", direction="up", before_value=1_000.0, after_value=2_100.0)
    assert holds(probe)
    assert not holds(replace(probe, direction="down"))
    assert not holds(replace(probe, after_value=1_600.0))  # a ratio of 1.6, but 600 bytes
    assert not holds(replace(probe, metric="runtime", after_value=1_400.0))


def test_the_file_comes_back_as_written(tmp_path: Path) -> None:
    write_probes(PROBES, tmp_path / "probes.jsonl")
    shipped = Path(__file__).parents[3] / "server/pricetag/train/data/probes.jsonl"
    assert (tmp_path / "probes.jsonl").read_text() == shipped.read_text()


def test_a_sample_measured_again() -> None:
    chosen = [probe for probe in PROBES if probe.name.partition("/")[2] in SAMPLE]
    assert Counter(probe.language for probe in chosen) == {"python": 2, "cpp": 2}
    for probe, before, after in measure(chosen):
        now = measured(probe, before, after)
        assert now is not None and holds(now), (before, after)
        assert now.assumes == probe.assumes


def test_labels_of_different_inputs_measure_nothing() -> None:
    label = Label("a", "s", "MIT", "p", "python", "f", "xs: list[int] of n", 1_000, 10.0, 0.1)
    assert measured(PROBES[0], label, replace(label, memory=20.0)) is not None
    assert measured(PROBES[0], label, replace(label, assumes="xs: int")) is None
    assert measured(PROBES[0], label, replace(label, memory=None, runtime=None)) is None


def told(value: float) -> Mapping[str, Floats]:
    """One probe's forecasts: the second version costs 10 ** ``value`` times the first."""
    return {metric: np.array([[0.0] * len(SIZES), [value] * len(SIZES)]) for metric in METRICS}


@pytest.mark.parametrize(
    ("change", "direction", "right", "clear"),
    [
        (1.0, "up", True, True),
        (1.0, "down", False, False),
        (-1.0, "down", True, True),
        (0.1, "up", True, False),
        (0.0, "up", False, False),
        (0.0, "down", False, False),
        (float("nan"), "up", False, False),
    ],
)
def test_one_score(change: float, direction: str, right: bool, clear: bool) -> None:
    probe = replace(PROBES[0], direction=direction)  # type: ignore[arg-type]
    (found,) = score([probe], lambda _: told(change))
    assert (found.right, found.clear) == (right, clear)


def test_scores_read_the_row_the_metric_and_the_n_of_each_probe() -> None:
    def forecasts(examples: Sequence[Example]) -> Mapping[str, Floats]:
        truth = {metric: np.full((len(examples), len(SIZES)), np.nan) for metric in METRICS}
        for row, example in enumerate(examples):
            for metric in METRICS:
                for n, value in example.values[metric].items():
                    truth[metric][row, SIZES.index(n)] = np.log10(value)
        return truth

    scores = score(PROBES, forecasts)
    assert all(one.clear for one in scores)
    assert [one.ratio for one in scores] == pytest.approx([probe.ratio for probe in PROBES])


def test_the_summary_counts_by_language_and_metric() -> None:
    up = replace(PROBES[0], language="cpp", metric="memory", direction="up")
    scores = [ProbeScore(up, 2.0), ProbeScore(up, 1.1), ProbeScore(replace(up, metric="runtime"), 0.5)]
    rows = {(row.language, row.metric): (row.probes, row.right, row.clear) for row in summary(scores)}
    assert rows == {
        ("cpp", "memory"): (2, 2, 1),
        ("cpp", "runtime"): (1, 0, 0),
        ("cpp", "all"): (3, 2, 1),
        ("all", "memory"): (2, 2, 1),
        ("all", "runtime"): (1, 0, 0),
        ("all", "all"): (3, 2, 1),
    }
    assert list(rows)[-1] == ("all", "all")


def test_the_shipped_model_forecasts_every_probe() -> None:
    from pricetag.forecast import find_model
    from pricetag.rlm import Checkpoint

    few = [*PROBES[:2], *PROBES[-2:]]
    scores = score(few, forecasts_of(Checkpoint.load(find_model(None))))
    assert all(one.ratio > 0 for one in scores)
