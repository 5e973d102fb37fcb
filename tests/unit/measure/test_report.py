from __future__ import annotations

from pricetag.measure.label import Label
from pricetag.measure.report import summarise


def label(item: str, n: int, source: str = "s", **values: object) -> Label:
    return Label(item, source, "MIT", item, "python", "f", "", n, **values)  # type: ignore[arg-type]


def test_counts_functions_outcomes_and_repeats() -> None:
    groups = summarise(
        [
            label("a", 10, memory=100.0, runtime=1e-6, memory_again=100.0, runtime_again=1.05e-6),
            label("a", 100, memory=100.0, runtime=0.01, memory_again=102.0, runtime_again=0.02),
            label("a", 1000, over=["runtime"]),
            label("b", 10, failed="crash SIGSEGV"),
            label("b", 100, memory=1.0),
            label("c", 10, source="other", memory=0.0, memory_again=0.0),
        ]
    )
    assert list(groups) == [("python", "other"), ("python", "s")]
    group = groups["python", "s"]
    assert (group.functions, group.labelled) == ({"a", "b"}, {"a"})
    assert group.outcomes == {"measured": 3, "over": 1, "crash SIGSEGV": 1}
    assert str(group.memory) == "50.0% of 2"
    assert str(group.short_runtime) == "100.0% of 1"
    assert str(group.runtime) == "0.0% of 1"
    assert str(groups["python", "other"].memory) == "100.0% of 1"
    assert str(groups["python", "other"].runtime) == "none measured twice"
