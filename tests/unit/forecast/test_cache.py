from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from pricetag.forecast import DiskCache, Estimate, Forecast, default_path

FORECAST = Forecast("k", "s: str of n \ud800é", (Estimate(10, 1.5, 1.0, 2.0, 0.25),), (), 1.0, None)


def test_forecasts_outlive_the_process(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "forecasts.sqlite3"
    first = DiskCache(path)
    assert first.get("a") is None
    first.put("a", FORECAST)
    first.close()
    assert DiskCache(path).get("a") == FORECAST


def test_two_processes_share_it(tmp_path: Path) -> None:
    one, two = DiskCache(tmp_path / "c.sqlite3"), DiskCache(tmp_path / "c.sqlite3")
    one.put("a", FORECAST)
    two.put("b", FORECAST)
    assert two.get("a") == one.get("b") == FORECAST


@pytest.mark.parametrize(
    "junk",
    [b"not a database at all, but long enough to be read as one" * 50, b"SQLite format 3\0" + b"\xff" * 5000],
)
def test_a_corrupt_file_is_moved_aside(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "c.sqlite3"
    path.write_bytes(junk)
    cache = DiskCache(path)
    cache.put("a", FORECAST)
    assert cache.get("a") == FORECAST
    assert [aside.read_bytes() for aside in tmp_path.glob("c.corrupt-*")] == [junk]


def test_a_file_that_breaks_under_it_costs_nothing_but_its_content(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite3"
    cache = DiskCache(path)
    for index in range(300):
        cache.put(f"{index}", FORECAST)
    cache.close()
    path.write_bytes(path.read_bytes()[:6000] + b"\0" * 20_000)
    again = DiskCache(path)
    for index in range(300):
        again.get(f"{index}")
    again.put("b", FORECAST)
    assert again.get("b") in (FORECAST, None)


def test_another_schema_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite3"
    with sqlite3.connect(path) as old:
        old.execute("CREATE TABLE forecast (something TEXT)")
        old.execute("PRAGMA user_version = 99")
    old.close()
    cache = DiskCache(path)
    cache.put("a", FORECAST)
    assert cache.get("a") == FORECAST


def test_rows_of_another_shape_are_none(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite3"
    cache = DiskCache(path)
    with sqlite3.connect(path) as raw:
        for key, value in (("a", "{}"), ("b", "nonsense"), ("c", '{"key": 1}'), ("d", "[]")):
            raw.execute("INSERT INTO forecast VALUES (?, ?, 0)", (key, value))
    raw.close()
    assert [cache.get(key) for key in "abcd"] == [None] * 4


def test_a_place_that_cannot_be_written_switches_it_off(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    cache = DiskCache(blocker / "c.sqlite3")
    cache.put("a", FORECAST)
    assert cache.get("a") is None


def test_old_rows_go_when_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pricetag.forecast.cache._MAXIMUM_ROWS", 5)
    monkeypatch.setattr("pricetag.forecast.cache._PRUNE_EVERY", 10)
    cache = DiskCache(tmp_path / "c.sqlite3")
    for index in range(10):
        cache.put(f"{index}", FORECAST)
    assert [cache.get(f"{index}") is not None for index in range(10)] == [False] * 5 + [True] * 5


def test_the_environment_names_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRICETAG_CACHE", "/somewhere/x.sqlite3")
    assert default_path() == Path("/somewhere/x.sqlite3")
    monkeypatch.delenv("PRICETAG_CACHE")
    assert default_path().name == "forecasts.sqlite3"
