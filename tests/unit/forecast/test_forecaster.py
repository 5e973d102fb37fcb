from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pricetag.forecast import (
    Calibration,
    CalibrationError,
    DiskCache,
    Forecaster,
    ModelNotFound,
    Query,
    find_model,
    model_info,
)
from pricetag.rlm import Checkpoint, Distribution, Prompt, PromptTooLong, Reading

CONFIG = {
    "id": "hand-made",
    "languages": ["python"],
    "metrics": ["memory", "runtime"],
    "sizes": [10, 100, 1_000, 10_000, 100_000],
    "limits": {"memory": float(2 << 30), "runtime": 10.0},
    "pair_correlation": 0.5,
    "maximum_interval": 30.0,
}


class LinearModel:
    """A model whose answer is known: memory 10 n bytes, runtime n microseconds, one decade wide."""

    def __init__(
        self, config: Mapping[str, Any] = CONFIG, calibration: Mapping[str, Any] | None = None
    ) -> None:
        self.config, self.calibration = config, calibration or {}
        self.asked = 0

    def read(self, prompt: Prompt, sizes: Sequence[int]) -> Reading:
        self.asked += 1
        if len(prompt.canonical) > 1_000:
            raise PromptTooLong(2_000, 512)
        over = 0.7 if "slow" in prompt.canonical else 0.0
        spread = np.full(10, (1.0 - over) / 10)
        distributions = {
            "memory": tuple(Distribution(math.log10(n) + 0.55, spread, over) for n in sizes),
            "runtime": tuple(Distribution(math.log10(n) - 6.45, spread, over) for n in sizes),
        }
        return Reading(distributions, 0.7 if "strange" in prompt.canonical else 0.2)


QUERY = Query("python", "xs: list[int] of n", "def f(xs):\n\treturn sorted(xs)\n")


def test_forecasts_at_every_size() -> None:
    forecast = Forecaster(LinearModel()).forecast(QUERY)
    assert [e.n for e in forecast.memory] == CONFIG["sizes"]
    for memory, runtime in zip(forecast.memory, forecast.runtime, strict=True):
        assert memory.median == pytest.approx(10 * memory.n)
        assert runtime.median == pytest.approx(1e-6 * runtime.n)
        assert memory.low == pytest.approx(memory.median * 10**-0.4)
        assert memory.high == pytest.approx(memory.median * 10**0.4)
    assert forecast.memory_growth == pytest.approx(1.0) and forecast.runtime_growth == pytest.approx(1.0)
    assert (forecast.key, forecast.assumes) == (QUERY.key, QUERY.assumes)


def test_what_is_unlike_the_training_functions_is_not_forecast() -> None:
    strange = replace(QUERY, canonical="def f(xs):\n\treturn strange(xs)\n")
    limited = Forecaster(LinearModel(CONFIG | {"maximum_distance": 0.5}))
    assert limited.forecast(strange).abstained == "unlike every function that the model learnt from"
    assert not limited.forecast(QUERY).abstained
    assert not Forecaster(LinearModel()).forecast(strange).abstained


def test_other_sizes_are_interpolated() -> None:
    forecast = Forecaster(LinearModel()).forecast(QUERY, [50, 2_000])
    assert [e.median for e in forecast.memory] == pytest.approx([500, 20_000])
    assert Forecaster(LinearModel()).forecast(QUERY, [10**6]).abstained.startswith("n = 1,000,000 is outside")


@pytest.mark.parametrize(
    ("query", "expected", "asked"),
    [
        (Query("python", "", "def f(): ...", (), "reads files"), "reads files", 0),
        (Query("cpp", "", "int f() {}"), "the model does not know cpp", 0),
        (
            Query("python", "", "x" * 1_001),
            "too long: the function is 2000 tokens long; the model reads 512",
            1,
        ),
    ],
)
def test_abstentions(query: Query, expected: str, asked: int) -> None:
    model = LinearModel()
    forecast = Forecaster(model).forecast(query, [100])
    assert (forecast.abstained, forecast.memory, model.asked) == (expected, (), asked)


def test_over_is_written_as_the_limit() -> None:
    estimate = Forecaster(LinearModel()).forecast(Query("python", "", "def slow(): ..."), [10_000]).memory[0]
    assert estimate.over == pytest.approx(0.7)
    assert estimate.median == estimate.high == pytest.approx(float(2 << 30))
    assert estimate.low == pytest.approx(
        10**5 * 10 ** (-0.5 + 1 / 3)
    )  # 10 % lies a third into what is below the limit


def test_calibration_widens() -> None:
    offsets = {"python": {"memory": {"100": {"low": -0.5, "high": 0.25}}}}
    forecast = Forecaster(LinearModel(calibration=offsets)).forecast(QUERY, [100, 1_000])
    assert forecast.memory[0].low == pytest.approx(1_000 * 10**-0.9)
    assert forecast.memory[0].high == pytest.approx(1_000 * 10**0.65)
    assert forecast.memory[0].median == pytest.approx(1_000)
    assert forecast.memory[1].low == pytest.approx(10_000 * 10**-0.4)  # no entry: as the model said
    assert forecast.runtime[0].low == pytest.approx(1e-4 * 10**-0.4)


def test_offsets_never_turn_an_interval_around() -> None:
    offsets = {"python": {"memory": {"100": {"low": 3.0, "high": -3.0}}}}
    estimate = Forecaster(LinearModel(calibration=offsets)).forecast(QUERY, [100]).memory[0]
    assert estimate.low == estimate.median == estimate.high


@pytest.mark.parametrize(
    "raw", [{"python": 3}, {"python": {"memory": {"ten": {"low": 0, "high": 0}}}}, {"python": {"memory": {"10": {}}}},
            {"python": {"memory": {"10": {"low": math.nan, "high": 0}}}}, {"python": {"memory": {"10": {"low": "x", "high": 0}}}}],
)  # fmt: skip
def test_malformed_calibration(raw: dict[str, Any]) -> None:
    with pytest.raises(CalibrationError, match=r"calibration\.json is malformed"):
        Calibration.parse(raw)


@pytest.mark.parametrize(
    "change", [{"limits": {}}, {"sizes": ["x"]}, {"languages": None}, {"pair_correlation": "high"}]
)
def test_malformed_config(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"config\.json is malformed"):
        model_info({**CONFIG, **change})


def test_a_model_of_memory_alone() -> None:
    forecast = Forecaster(LinearModel({**CONFIG, "metrics": ["memory"]})).forecast(QUERY)
    assert len(forecast.memory) == 5 and forecast.runtime == () and forecast.runtime_growth is None


def test_the_cache_answers_for_the_model_at_any_size(tmp_path: Path) -> None:
    model, cache = LinearModel(), DiskCache(tmp_path / "c.sqlite3")
    first = Forecaster(model, cache=cache).forecast(QUERY, [100])
    again = Forecaster(model, cache=cache).forecast(QUERY, [100, 1_000])
    assert again.memory[0] == first.memory[0] and model.asked == 1
    # Another model, or the same one calibrated anew, is asked again.
    other = LinearModel({**CONFIG, "id": "other"})
    Forecaster(other, cache=cache).forecast(QUERY)
    wider = LinearModel(calibration={"python": {"memory": {"100": {"low": -1, "high": 1}}}})
    assert Forecaster(wider, cache=cache).forecast(QUERY, [100]).memory[0].low < first.memory[0].low
    assert other.asked == wider.asked == 1


def test_a_real_checkpoint(random_model: Path) -> None:
    rlm = Checkpoint.load(random_model)
    forecast = Forecaster(rlm).forecast(QUERY)
    assert Forecaster(rlm).forecast(QUERY) == forecast
    assert len(forecast.memory) == len(forecast.runtime) == 5
    for estimate in (*forecast.memory, *forecast.runtime):
        assert 0 < estimate.low <= estimate.median <= estimate.high and 0 <= estimate.over <= 1
    changed = Query("python", QUERY.assumes, QUERY.canonical, ("def g(): ...",))
    assert Forecaster(rlm).forecast(changed).memory != forecast.memory


def test_finding_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRICETAG_MODEL", raising=False)
    shelf = tmp_path / "models"
    monkeypatch.setattr("pricetag.forecast.find.shelves", lambda: (tmp_path / "absent", shelf))
    with pytest.raises(ModelNotFound, match="no model is installed"):
        find_model()
    for name in ("v1", "v2", "v9-unfinished"):
        (shelf / name).mkdir(parents=True)
    for name in ("v1", "v2"):
        (shelf / name / "config.json").write_text("{}")
    assert find_model() == shelf / "v2"
    monkeypatch.setenv("PRICETAG_MODEL", str(shelf / "v1"))
    assert find_model() == shelf / "v1"
    assert find_model(str(shelf / "v2")) == shelf / "v2"
    with pytest.raises(ModelNotFound, match="the setting names the model"):
        find_model(str(tmp_path / "gone"))
    monkeypatch.setenv("PRICETAG_MODEL", str(tmp_path / "gone"))
    with pytest.raises(ModelNotFound, match="PRICETAG_MODEL names the model"):
        find_model()
