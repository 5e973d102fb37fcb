from __future__ import annotations

from pathlib import Path

from pricetag.measure.label import Label
from pricetag.measure.page import write_page
from pricetag.measure.report import diversity, summarise, totals


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


def memory(item: str, n: int, value: float) -> Label:
    return label(item, n, memory=value, runtime=value * 1e-9)


def test_the_share_whose_memory_does_not_grow() -> None:
    sizes = {
        "same": (500, 500),
        "slightly": (500, 600),
        "tiny": (0, 300),
        "grows": (500, 601),
        "unknown": (500, None),
    }
    labels = [
        label(item, n, memory=value)
        for item, values in sizes.items()
        for n, value in zip((100, 10_000), values, strict=True)
    ]
    (group,) = summarise(labels).values()
    assert (group.constant.functions, group.constant.having, str(group.constant)) == (4, 3, "75%")
    assert str((group + group).constant) == "75%"
    assert str(summarise([label("a", 100, memory=1.0)])["python", "s"].constant) == "–"


def test_diversity() -> None:
    labels = [
        memory("a", 10_000, 100.0), memory("b", 10_000, 1e6), memory("c", 10_000, 101.0), memory("d", 10_000, 0.0),
        label("e", 10_000, over=["memory"]),
    ]  # fmt: skip
    for metric in ("memory", "runtime"):
        found = diversity(labels, metric)
        assert (found.functions, round(found.decades, 6)) == (4, 6.0)
        assert found.largest_bin == 0.5
        assert found.explained_by_n == 0.0
    assert diversity([], "memory").functions == 0


def test_variance_that_n_explains() -> None:
    follows = [memory(f"{n}{k}", n, float(n)) for n in (10, 100, 10_000) for k in range(4)]
    assert diversity(follows, "memory").explained_by_n == 1.0
    constant = [memory(f"{n}{k}", n, 10.0**k) for n in (10, 100, 10_000) for k in range(4)]
    assert abs(diversity(constant, "memory").explained_by_n) < 1e-9


def test_the_page(tmp_path: Path) -> None:
    labels = [
        label(
            "a",
            10_000,
            memory=100.0,
            memory_again=100.0,
            runtime=0.01,
            runtime_again=0.012,
            machine="CPU <x>",
        ),
        label("a", 100, memory=50.0, runtime=0.001),
        label("b", 100, failed="exception <b>"),
        label("c", 100, over=["memory"]),
    ]
    write_page([labels], tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text()
    for wanted in (
        "exception &lt;b&gt;",
        "CPU &lt;x&gt;",
        "<td>100.0% of 1</td>",
        "<td>0.0% of 1</td>",
        "4 labels of 3",
    ):
        assert wanted in text, wanted
    assert text.count("<svg") == 6
    write_page([labels], tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text() == text
    write_page([[]], tmp_path / "empty.html")
    assert "0 labels of 0 functions" in (tmp_path / "empty.html").read_text()


def test_totals_are_per_language() -> None:
    labels = [
        Label("a", "s", "MIT", "p", "python", "f", "", n, memory=1.0, memory_again=1.0)
        for n in (10, 100, 1_000)
    ]
    labels.append(Label("b", "t", "MIT", "q", "python", "g", "", 10, failed="compile"))
    labels.append(Label("c", "t", "MIT", "q", "cpp", "g", "", 10, memory=2.0))
    found = totals(summarise(labels))
    assert set(found) == {"python", "cpp"}
    assert (len(found["python"].functions), len(found["python"].labelled)) == (2, 1)
    assert found["python"].outcomes == {"measured": 3, "compile": 1}
    assert found["python"].memory.measured == 3
