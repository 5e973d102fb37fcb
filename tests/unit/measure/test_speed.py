"""How fast this machine is."""

from __future__ import annotations

import gc

import pytest

from pricetag.measure import speed
from pricetag.measure.reference import NOMINAL
from pricetag.measure.speed import WORKLOADS, SpeedUnknown, cpp_speed, measure_speeds, python_speed


def test_every_workload_has_its_seconds_and_always_the_same_answer() -> None:
    known = speed.reference_seconds()
    assert known.keys() == WORKLOADS.keys()
    assert known["reference"] == NOMINAL
    assert all(1e-6 < seconds < 0.1 for seconds in known.values())
    for work in WORKLOADS.values():
        assert work() == work()


def test_a_machine_that_takes_twice_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = {name: 2 * seconds for name, seconds in speed.reference_seconds().items()}
    monkeypatch.setattr(speed, "quickest", lambda works, seconds: twice)
    assert python_speed().factor == pytest.approx(2.0)


def test_the_speed_of_this_interpreter() -> None:
    assert gc.isenabled()
    found = python_speed(0.1)
    assert 0.05 < found.factor < 50
    assert "Python" in found.tool or "PyPy" in found.tool
    assert gc.isenabled()


def test_the_speed_of_compiled_code() -> None:
    assert 0.05 < cpp_speed(0.05).factor < 50


def test_without_a_compiler_the_language_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    monkeypatch.setattr(speed, "_SECONDS", 0.01)
    with pytest.raises(SpeedUnknown, match="no C\\+\\+ compiler"):
        cpp_speed()
    found, skipped = measure_speeds()
    assert found.keys() == {"python"} and skipped.keys() == {"cpp"}


def test_a_compiler_that_compiles_nothing_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "false")
    with pytest.raises(SpeedUnknown, match="does not run"):
        cpp_speed()
