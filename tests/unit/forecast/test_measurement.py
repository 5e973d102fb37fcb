from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from pricetag.forecast import HintFormat, HintOptions, Metric
from pricetag.forecast.hint_format import MAXIMUM_HINT
from pricetag.forecast.measurement import (
    Measurement,
    MeasurementCache,
    format_measured_hint,
    measurement_key,
)

BOTH: tuple[Metric, ...] = ("memory", "runtime")
MEASURED = Measurement(1_000, "xs: list[int] of n", 1.2e6, 3.4e-3, (), 2 << 30, 10.0, 1.8e9)


def changed(**changes: object) -> Measurement:
    return dataclasses.replace(MEASURED, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("measured", "metrics", "options", "factor", "expected"),
    [
        (MEASURED, BOTH, HintOptions(), None, "= 1.2 MB · 3.4 ms"),
        (MEASURED, BOTH, HintOptions(), 4.1, "▲×4.1 = 1.2 MB · 3.4 ms"),
        (MEASURED, BOTH, HintOptions(), 4_100.0, "▲×4,100 = 1.2 MB"),  # 25 characters with both
        (MEASURED, ("runtime",), HintOptions(), None, "= 3.4 ms"),
        (MEASURED, BOTH, HintOptions(minimum_memory=2e6), None, "= 3.4 ms"),
        (MEASURED, BOTH, HintOptions(minimum_memory=2e6, minimum_runtime=1.0), None, ""),
        (changed(memory=None), BOTH, HintOptions(), None, "= 3.4 ms"),
        (changed(memory=0.0), BOTH, HintOptions(), None, "= 0 B · 3.4 ms"),
        (changed(memory=None, runtime=None, over=("runtime",)), BOTH, HintOptions(), None, "= > 10 s"),
        (changed(runtime=None, over=("memory",)), BOTH, HintOptions(minimum_memory=1e12), None, "= > 2 GB"),
        (changed(memory=None, runtime=None), BOTH, HintOptions(), None, ""),
        (MEASURED, BOTH, HintOptions(layout=HintFormat.parse("{runtime}, {memory}")), None, "= 3.4 ms, 1.2 MB"),
        (MEASURED, BOTH, HintOptions(layout=HintFormat.parse("{memory} at {n}")), None, "= 1.2 MB at 1,000"),
        (MEASURED, BOTH, HintOptions(layout=HintFormat.parse("{memory} {growth}")), None, "= 1.2 MB"),
    ],
)  # fmt: skip
def test_hints(
    measured: Measurement, metrics: tuple[Metric, ...], options: HintOptions, factor: float | None, expected: str
) -> None:  # fmt: skip
    hint = format_measured_hint(measured, metrics, options, factor)
    assert hint == expected and len(hint) <= MAXIMUM_HINT


def test_the_key_is_of_the_text_n_and_the_machine() -> None:
    keys = {measurement_key(*parts) for parts in (("a", 1, "m"), ("b", 1, "m"), ("a", 2, "m"), ("a", 1, "o"))}
    assert len(keys) == 4 and measurement_key("a", 1, "\ud800") == measurement_key("a", 1, "\ud800")


def test_measurements_outlive_the_process(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "measurements.sqlite3"
    first, over = MeasurementCache(path), changed(memory=None, over=("memory",), assumes="s: \ud800é")
    first.put("a", MEASURED)
    first.put("b", over)
    first.put("a", changed(n=7))
    first.close()
    second = MeasurementCache(path)
    assert second.newest(9) == {"a": changed(n=7), "b": over}
    assert second.newest(1) == {"a": changed(n=7)}


@pytest.mark.parametrize(
    "raw", [{}, {"n": "x"}, {**dataclasses.asdict(MEASURED), "over": 3}, {**dataclasses.asdict(MEASURED), "when": None}]
)  # fmt: skip
def test_a_row_of_another_shape_is_as_good_as_none(tmp_path: Path, raw: dict[str, object]) -> None:
    cache = MeasurementCache(tmp_path / "m.sqlite3")
    cache.put("a", MEASURED)
    cache.write("b", raw)
    assert cache.newest(9) == {"a": MEASURED}


def test_a_corrupt_file_costs_only_what_it_held(tmp_path: Path) -> None:
    path = tmp_path / "m.sqlite3"
    path.write_bytes(b"not a database at all, but long enough to be read as one" * 50)
    cache = MeasurementCache(path)
    cache.put("a", MEASURED)
    assert cache.newest(9) == {"a": MEASURED}
