"""The reference work that runtimes are divided by."""

from __future__ import annotations

import gc

import pytest

from pricetag.measure.label import Item
from pricetag.measure.python_runner import PythonRunner
from pricetag.measure.reference import NOMINAL, slowdown, work


def test_the_work_is_always_the_same() -> None:
    assert work() == work() == 17_481
    assert 10e-6 < NOMINAL < 1e-3


@pytest.mark.parametrize("collecting", [True, False])
def test_a_look_is_positive_and_leaves_the_collector_as_it_was(collecting: bool) -> None:
    (gc.enable if collecting else gc.disable)()
    try:
        assert slowdown() > 0
        assert gc.isenabled() is collecting
    finally:
        gc.enable()


def test_labels_say_how_slow_the_machine_was() -> None:
    item = Item("t/1", "t", "MIT", "t/1", "python", "def f(xs): return sum(xs)", "f", ("([1, 2],)",))
    with PythonRunner(time_limit=1, memory_limit=64 << 20, again=0) as runner:
        (label,) = runner.measure(item, [1000])
    assert label.runtime is not None
    assert 0.05 < label.slowdown < 50
