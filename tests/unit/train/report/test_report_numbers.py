"""Every number of the report on made-up predictions whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest
from made_predictions import column, example, held_out, lines

from pricetag.baseline.rule import Rule
from pricetag.forecast.edit_errors import EditErrors
from pricetag.rlm.numbers import SIZES
from pricetag.rlm.prompt import render
from pricetag.train.dataset import Example
from pricetag.train.edit_errors import errors_of
from pricetag.train.edit_pairs import EditPair
from pricetag.train.predict import Predictions
from pricetag.train.report.accuracy import ALL, KIBIBYTE, Cell, accuracies
from pricetag.train.report.edits import directions, drifts
from pricetag.train.report.growth import growths, overs
from pricetag.train.report.held_out import CENTRAL, LEVELS, RLM, HeldOut, hold_out
from pricetag.train.report.intervals import KEPT, abstentions, coverages, reliabilities
from pricetag.train.report.length import length_bins
from pricetag.train.report.projects import projects
from pricetag.train.report.warnings import warnings
from pricetag.train.report.worst import (
    CUT,
    GROWING,
    HALF,
    HONEST,
    MORE,
    NOT_GROWING,
    OFFSET,
    ONE,
    OVER_FALSE,
    OVER_MISSED,
    RECURSION,
    UNKNOWN_CALL,
    UNKNOWN_GROWTH,
    UNUSUAL_KINDS,
    classify,
    familiar,
    kinds_of,
    traits_of,
    worst_errors,
)

COUNT = 40


def straight(count: int = COUNT, shift: float = 0.0, **more: object) -> HeldOut:
    """Linear functions of different sizes, forecast too high by ``shift`` decades."""
    truth = lines(np.linspace(1, 3, count), np.ones(count))
    return held_out([example(row) for row in range(count)], truth, truth + shift, **more)  # type: ignore[arg-type]


def test_a_perfect_ranking_that_is_half_a_decade_off() -> None:
    noise = np.random.default_rng(0).normal(size=(COUNT, len(SIZES)))
    known = straight(shift=0.5, boosting=noise)
    scores, leads = accuracies(known)
    by_place = {(s.cell, s.model): s for s in scores}
    mine = by_place[Cell("python", ALL, "memory", 1_000), RLM]
    assert (mine.spearman, mine.error) == pytest.approx((1, 0.5))
    assert by_place[Cell("python", "mbpp", "memory", 1_000), RLM].spearman == mine.spearman
    (lead,) = (lead for lead in leads if lead.cell == mine.cell)
    assert lead.functions == COUNT
    assert lead.spearman and lead.error
    assert 0.3 < lead.spearman.low < lead.spearman.value < lead.spearman.high
    assert lead.error.high < 0


def test_below_the_floor_all_values_are_one() -> None:
    truth = np.full((COUNT, len(SIZES)), 2.0)
    truth[: COUNT // 2] = 5.0
    forecast = truth + np.random.default_rng(0).uniform(-0.9, 0.9, truth.shape)
    scores, _ = accuracies(held_out([example(row) for row in range(COUNT)], truth, forecast))
    found = {s.cell.view: s for s in scores if s.cell.source == ALL and s.cell.n == 100}
    small = COUNT // 2
    floored = np.abs(np.maximum(forecast, np.log10(1024)) - np.maximum(truth, np.log10(1024)))[:, 1]
    assert (floored[small:] == 0).all()
    assert found[KIBIBYTE].error == pytest.approx(floored.mean())
    assert found["memory"].error == pytest.approx(np.abs(forecast - truth)[:, 1].mean())
    assert found[KIBIBYTE].spearman > found["memory"].spearman > 0.8


def test_coverage_width_and_the_surest_half() -> None:
    known = straight(shift=0.5, sigma=0.5)
    found = {(one.metric, one.n): one for one in coverages(known)}
    one = found["memory", 1_000]
    assert (one.functions, one.inside, one.error) == (COUNT, 1.0, pytest.approx(0.5))
    assert one.width == pytest.approx(2 * 1.282 * 0.5)
    assert {row.inside for row in coverages(straight(shift=0.7, sigma=0.5))} == {0.0}
    # One half is sure and right, the other unsure and wrong.
    truth = lines(np.linspace(1, 3, COUNT), np.ones(COUNT))
    wrong = np.repeat([0.1, 1.0], COUNT // 2)[:, None]
    sides = [column(truth, truth + wrong, 9.0, sigma) for sigma in (0.2, 2.0)]
    sides[1].intervals[: COUNT // 2] = sides[0].intervals[: COUNT // 2]
    mixed = HeldOut(tuple(example(row) for row in range(COUNT)), known.tokens, {"memory": sides[1]})
    (half, *_) = coverages(mixed)
    assert (half.error, half.surest_error) == pytest.approx((0.55, 0.1))
    (curve,) = abstentions(mixed)
    assert curve.errors
    assert dict(zip(KEPT, curve.errors, strict=True))[0.5] == pytest.approx(0.1)
    assert curve.errors[-1] == pytest.approx(0.55)


def test_a_call_past_the_limit_is_inside_where_the_interval_reaches_it() -> None:
    truth = np.full((COUNT, len(SIZES)), np.inf)
    forecast = np.full(truth.shape, 8.0)
    examples = [example(row) for row in range(COUNT)]
    assert {one.inside for one in coverages(held_out(examples, truth, forecast, sigma=1.0))} == {1.0}
    assert {one.inside for one in coverages(held_out(examples, truth, forecast, sigma=0.5))} == {0.0}


def test_normal_errors_are_reliable_at_every_level() -> None:
    rng = np.random.default_rng(0)
    truth = rng.uniform(2, 6, (2000, len(SIZES)))
    known = held_out(
        [example(row) for row in range(2000)], truth, truth + rng.normal(0, 0.4, truth.shape), 0.4
    )
    for one in reliabilities(known):
        assert one.raw == pytest.approx(CENTRAL, abs=0.02)


def test_growth_within_a_quarter() -> None:
    slopes = np.repeat([0.0, 1.0], COUNT // 2)
    truth = lines(np.full(COUNT, 2.0), slopes)
    forecast = lines(np.full(COUNT, 3.0), slopes + np.repeat([0.2, 0.4], COUNT // 2))
    boosting = lines(np.full(COUNT, 2.0), np.ones(COUNT))
    (memory, _) = growths(held_out([example(r) for r in range(COUNT)], truth, forecast, boosting=boosting))
    assert (memory.near, memory.boosting_near, memory.constant_near) == (0.5, 0.5, 0.0)
    assert memory.measured == pytest.approx(slopes)
    assert memory.forecast == pytest.approx(slopes + np.repeat([0.2, 0.4], COUNT // 2))


def test_over_foreseen_and_false_alarms() -> None:
    truth = np.full((10, len(SIZES)), 5.0)
    forecast = truth.copy()
    truth[:4, 4] = np.inf
    forecast[1:6, 4] = 9.5
    found = {(o.metric, o.n): o for o in overs(held_out([example(r) for r in range(10)], truth, forecast))}
    last = found["memory", 100_000]
    assert (last.functions, last.over, last.foreseen, last.false_alarms) == (10, 4, 3, 2)
    assert found["memory", 10_000].over == 0


def test_directions_and_drifts_of_edits() -> None:
    truth = np.full((80, len(SIZES)), 4.0)
    forecast = truth.copy()
    forecast[40:60] += 0.3
    forecast[60:70] -= 0.3
    known = held_out([example(row) for row in range(80)], truth, forecast, boosting=truth)

    def pair(row: int, kind: str, memory: float) -> EditPair:
        klass = "memory regression" if memory > 1 else "neutral"
        return EditPair(f"mbpp/{row}", f"mbpp/{row + 40}", "python", kind, 10_000, memory, 1.0, klass)  # type: ignore[arg-type]

    pairs = [pair(row, "mutation", 4.0) for row in range(40)] + [
        pair(row, "mutation", 1.6) for row in range(5)
    ]
    (mutation,) = directions(known, pairs)
    assert (mutation.kind, mutation.pairs, mutation.right, mutation.boosting_right) == (
        "mutation",
        40,
        0.5,
        0.0,
    )
    unknown = EditPair("gone/1", "gone/2", "python", "neutral", 1_000, 1.0, 1.0, "neutral")
    memory, _ = drifts(known, [*(pair(row, "neutral", 1.0) for row in range(40)), unknown])
    assert memory.pairs == 40
    assert memory.factors == pytest.approx((10**0.3, 10**0.3, 10**0.3))
    (few,) = directions(known, pairs[:3])
    assert (few.pairs, few.right) == (3, None)


@pytest.mark.parametrize(
    ("truth", "over", "measured", "forecast", "expected"),
    [
        (np.inf, 0.1, np.nan, 1.0, OVER_MISSED),
        (np.inf, 0.6, np.nan, 1.0, HONEST),
        (5.0, 0.6, 1.0, 1.0, OVER_FALSE),
        (5.0, 0.0, 0.0, 1.0, NOT_GROWING),
        (5.0, 0.0, 1.0, 0.1, GROWING),
        (5.0, 0.0, 1.0, 1.5, HALF),
        (5.0, 0.0, 1.0, 2.0, ONE),
        (5.0, 0.0, 0.4, 2.5, MORE),
        (5.0, 0.0, 1.0, 1.1, OFFSET),
        (3.5, 0.0, 1.0, 1.1, HONEST),
        (5.0, 0.0, np.nan, 1.0, UNKNOWN_GROWTH),
    ],
)  # fmt: skip
def test_classes(truth: float, over: float, measured: float, forecast: float, expected: str) -> None:
    assert classify(truth, (3.0, 4.0), over, measured, forecast) == expected


def test_traits() -> None:
    known = familiar([example(row, code="def f(xs):\n\treturn sorted(xs)") for row in range(5)])
    plain = example(0, code="def g(xs):\n\treturn sorted(xs)")
    assert traits_of(plain, 100, 640, known) == ()
    assert traits_of(plain, 641, 640, known) == (CUT,)
    odd = example(0, code="def g(xs):\n\treturn g(np.fft(xs)) + h(xs)")
    odd.prompt = render("python", "xs: deque[int] of n", odd.prompt.canonical, ("def h(xs):\n\tpass",))
    assert traits_of(odd, 1, 640, known) == (RECURSION, UNKNOWN_CALL, UNUSUAL_KINDS)
    called = example(0, code="def g(xs):\n\treturn h(xs)")
    called.prompt = render("python", "xs: list[int] of n", called.prompt.canonical, ("def h(xs):\n\tpass",))
    assert traits_of(called, 1, 640, known) == ()
    cpp = example(0, "cpp", code="int f(std::vector<int> xs) { return f(xs); }")
    assert RECURSION in traits_of(cpp, 1, 640, known)
    assert kinds_of(render("cpp", "m: map[string, int] of n, k: int <= n", "")) == {
        "map[string, int] of n", "int <= n",
    }  # fmt: skip


def test_the_worst_come_first_each_function_once() -> None:
    truth = lines(np.full(60, 3.0), np.ones(60))
    forecast = truth + 0.01 * np.arange(60)[:, None]
    forecast[7, 3] += 3
    memory, runtime = worst_errors(
        held_out([example(r) for r in range(60)], truth, forecast), familiar([]), 640
    )
    assert (len(memory.rows), memory.functions) == (50, 60)
    first, second = memory.rows[:2]
    assert (first.item, first.n, first.error) == ("mbpp/7", 10_000, pytest.approx(3.07))
    assert first.honest is False
    assert (second.item, second.error) == ("mbpp/59", pytest.approx(0.59))
    assert (second.klass, second.honest) == (HONEST, True)
    assert sum(len(rows) for rows in memory.by_class().values()) == 50
    assert memory.traits[UNUSUAL_KINDS] == 60
    assert runtime.rows[0].truth == pytest.approx(first.truth - 8)


def test_length() -> None:
    known = straight(shift=0.25)
    known.tokens[:15] = 700
    bins = {one.at_least: one for one in length_bins(known) if one.metric == "memory"}
    assert (bins[64].functions, bins[64].error) == (COUNT - 15, pytest.approx(0.25))
    assert (bins[512].functions, bins[512].error) == (15, None)


def test_predictions_become_intervals_as_the_editor_shows_them() -> None:
    quantiles = np.tile(np.array([2, 2, 3, 4, 5, 6, np.inf, np.inf, np.inf]), (1, len(SIZES), 1))
    one = Predictions(np.full((1, 5), 5.0), quantiles, np.zeros((1, 5)), LEVELS)
    offsets = {"python": {"memory": {"10": {"low": 2.5, "high": 1.0}}}}
    function = example(0)
    function.values["memory"] = {10: 1e10, 100: 1e5}
    found = hold_out(
        [function], [9], {"memory": one, "runtime": one}, {}, offsets, {"memory": 1e9, "runtime": 10}
    )
    memory = found.columns["memory"]
    assert memory.truth[0, :2].tolist() == [np.inf, 5.0]  # past the model's limit
    assert memory.raw[0, 0].tolist() == [[4, 6], [3, 9], [2, 9], [2, 9]]
    assert memory.intervals[0, 0].tolist() == [[5, 7], [5, 9], [4.5, 9], [4.5, 9]]


def test_a_project_learns_its_shift_and_the_others_keep_their_order() -> None:
    count = 120
    noise = np.random.default_rng(0).normal(0, 0.3, (count, len(SIZES)))
    truth = lines(np.linspace(1, 3, count), np.ones(count))
    examples = [example(row, source="off" if row % 2 else "mbpp") for row in range(count)]
    shift = np.array([0.8 if one.source == "off" else 0.0 for one in examples])[:, None]
    found = {
        (one.source, one.metric): one for one in projects(held_out(examples, truth, truth + noise + shift))
    }
    off, own = found["off", "memory"], found["mbpp", "memory"]
    assert off.applied and off.measured + off.others == own.base == count // 2
    assert off.error[0] > 0.7 and off.error[1] < 0.35
    assert off.base_spearman[0] == pytest.approx(off.base_spearman[1])
    assert own.error[1] == pytest.approx(own.error[0], abs=0.05)
    assert not projects(held_out(examples[:30], truth[:30], truth[:30])), "too few functions"


def edits(grown: int, neutral: int) -> tuple[list[Example], np.ndarray, list[EditPair]]:
    """Versions before and after, one after the other: 100 kB at n = 10,000, ten times that where memory grew."""
    count = grown + neutral
    sizes = np.log10(SIZES)
    base = 5.0 + np.linspace(0, 0.5, count)[:, None] + 0.1 * (sizes - 4)
    after = base + np.where(np.arange(count) < grown, 1.0, 0.0)[:, None]
    truth = np.stack([base, after], axis=1).reshape(2 * count, len(SIZES))
    pairs = [
        EditPair(
            f"mbpp/{2 * row}", f"mbpp/{2 * row + 1}", "python", "mutation" if row < grown else "neutral", 10_000,
            10.0 if row < grown else 1.0, 1.0, "memory regression" if row < grown else "neutral",
        )
        for row in range(count)
    ]  # fmt: skip
    return [example(row) for row in range(2 * count)], truth, pairs


def test_warnings_of_good_forecasts() -> None:
    examples, truth, pairs = edits(30, 40)
    known = held_out(examples, truth, truth, sigma=0.02, boosting=np.full_like(truth, 5.0))
    found, stated = warnings(known, pairs, {}, Rule())
    rule, medians, boosted = found
    for one in (rule, medians):
        assert (one.edits, one.warned, one.right, one.grown, one.found) == (70, 30, 1.0, 30, 1.0)
        assert (one.neutral, one.alarms, one.area) == (40, 0.0, 1.0)
    assert (boosted.warned, boosted.right, boosted.found, boosted.area) == (0, None, 0.0, 0.5)
    assert [(one.low, one.edits, one.came) for one in stated] == [(0.0, 40, 0.0), (0.9, 30, 1.0)]


def test_doubt_silences_the_rule_but_not_the_ratio() -> None:
    examples, truth, pairs = edits(30, 40)
    known = held_out(examples, truth, truth, sigma=0.02)
    rule, medians = warnings(known, pairs, {"python": EditErrors(base=2.0)}, Rule())[0]
    assert (rule.warned, rule.found) == (0, 0.0)
    assert (medians.warned, medians.found) == (30, 1.0)


def test_the_errors_of_edits_are_learnt() -> None:
    examples, truth, pairs = edits(100, 100)
    noise = np.random.default_rng(0).normal(0, 0.3, truth.shape)
    known = held_out(examples, truth, truth + noise, sigma=0.3)
    mean, sigma = EditErrors(*errors_of(known, pairs)["python"]["memory"]).log_ratio((5.0, 0.3), (5.0, 0.3))
    assert mean == 0
    assert 0.2 < sigma < 0.7
    assert not errors_of(known, pairs[:50])
