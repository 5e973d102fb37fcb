from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from pricetag.baseline import Judgement, Regression
from pricetag.forecast import Estimate, Forecast, HintOptions, query_for, subject_of
from pricetag.lsp.documents import Verdict
from pricetag.lsp.hover import plain, render, summary
from pricetag.syntax import Language, parse_functions
from pricetag.workload import parse_directive

SIZES = (10, 100, 1_000, 10_000, 100_000)
[FUNCTION] = parse_functions("def f(xs: list[int]): return xs\n", Language.PYTHON)


def forecast(memory: float, runtime: float, power: float = 1.0) -> Forecast:
    def estimates(scale: float) -> tuple[Estimate, ...]:
        return tuple(Estimate(n, m := scale * n**power, m * 0.8, m * 1.5, 0.0) for n in SIZES)

    return Forecast("k", "xs: list[int] of n", estimates(memory), estimates(runtime))


DATA = Path(__file__).parent / "data"
CPP_TEXT = "int sum(const std::vector<int>& xs, int k) { return k; }\n"


def golden(name: str, markdown: str) -> None:
    """Compare with the file of that name, the two spaces that break a line in Markdown left out of both."""
    found = "\n".join(line.rstrip() for line in markdown.splitlines())
    assert found == (DATA / f"{name}.md").read_text(encoding="utf-8").rstrip()


def full() -> Forecast:
    made = forecast(0.08, 1e-9, 2.0)
    return dataclasses.replace(made, runtime=(*made.runtime[:4], Estimate(100_000, 10.0, 9.0, 10.0, 0.9)))


def regressed() -> Verdict:
    before = forecast(0.04, 1e-9, 2.0)
    found = Regression(before.memory[3], full().memory[3], 2.0, 0.95, 10_000)
    return Verdict(before, full(), "0123abcdef", judgement=Judgement((found,)))


def test_the_whole_hover() -> None:
    golden("hover", render(FUNCTION, full(), 10_000, HintOptions(), regressed(), ""))
    calm = dataclasses.replace(regressed(), judgement=Judgement())
    text = render(FUNCTION, full(), 10_000, HintOptions(), calm, "")
    assert "▲" not in text and "Memory at the last commit" in text


def test_the_hover_with_images() -> None:
    golden("hover-images", render(FUNCTION, full(), 10_000, HintOptions(), regressed(), "", images=True))


def test_the_tooltip() -> None:
    golden("tooltip", summary(FUNCTION, full(), 100_000, HintOptions()))
    golden("tooltip-memory", summary(FUNCTION, full(), 10_000, HintOptions(metrics=("memory",))))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("files", "reads or writes files"),
        ("syntax", "syntax error on line 3"),
        ("too-long", "too long: 900 tokens, 512 at most"),
    ],
)
def test_abstentions(name: str, reason: str) -> None:
    refused = Forecast("k", "", abstained=reason)
    golden(f"abstained-{name}", render(FUNCTION, refused, 10, HintOptions(), None, ""))


def test_a_hover_without_a_hint() -> None:
    golden("uncertain", render(FUNCTION, full(), 10_000, HintOptions(maximum_interval=1.1), None, ""))


def test_plain_text_is_aligned() -> None:
    text = plain((DATA / "hover.md").read_text(encoding="utf-8"))
    lines = text.splitlines()
    assert lines[0] == "Pricetag f at n = 10,000"
    table = lines[2:7]
    assert len({len(line) for line in table}) == 1
    assert table[0].split() == ["n", "memory", "80", "%", "interval", "runtime", "80", "%", "interval"]
    assert not any(mark in text for mark in "|`*")


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("def f(xs: list[int]): return xs", Language.PYTHON, "# pricetag: xs=list[int], n=1e5"),
        ("def f(k: int, d: dict[str, int], e: list[int]): return d", Language.PYTHON, "# pricetag: d=dict[str, int], k=10, n=1e5"),
        ("def f(n): return range(n)", Language.PYTHON, "# pricetag: n=1e5"),
        ("def f(): return 1", Language.PYTHON, "# pricetag: n=1e5"),
        ("def f(*args, **kwargs): return args", Language.PYTHON, "# pricetag: n=1e5"),
        ("class A:\n    def f(self, name: str): return name", Language.PYTHON, "# pricetag: name=str, n=1e5"),
        (CPP_TEXT, Language.CPP, "// pricetag: k=10, n=1e5"),
    ],
)  # fmt: skip
def test_how_to_assume_something_else(text: str, language: Language, expected: str) -> None:
    [function] = parse_functions(text, language)
    query = query_for(function)
    known = dataclasses.replace(forecast(1, 1e-6), assumes=query.assumes)
    assert f"`{expected}`" in render(function, known, 10_000, HintOptions(), None, "")
    # Taken at its word, the comment is read without a complaint and changes n.
    indent = "    " if text.startswith("class") else ""
    start = text.index("def" if language is Language.PYTHON else "int")
    [stated] = parse_functions(f"{text[:start]}{expected}\n{indent}{text[start:]}", language)
    assert parse_directive(stated.directive).problems == () and subject_of(stated).n == 100_000
    assert "something else" not in render(stated, known, 10_000, HintOptions(), None, "")


def test_no_forecast() -> None:
    assert render(FUNCTION, None, 10, HintOptions(), None, "forecasting…") == "**Pricetag** `f`: forecasting…"
    refused = Forecast("k", "", abstained="reads `files`")
    assert (
        render(FUNCTION, refused, 10, HintOptions(), None, "")
        == "**Pricetag** `f`: no forecast, reads 'files'\n\nWhat helps: move what computes into a function of its own: "
        "that one gets a forecast"
    )


def test_a_size_of_its_own_gets_a_row() -> None:
    text = render(FUNCTION, full(), 5_000, HintOptions(metrics=("memory",)), None, "")
    assert "| **5,000** | 2.0 MB | 1.6 MB – 3.0 MB |" in text and "runtime" not in text.lower()


def test_uncertain_and_unknown() -> None:
    assert "no hint, too uncertain" in render(
        FUNCTION, full(), 10_000, HintOptions(maximum_interval=1.1), None, ""
    )
    assert "no hint, n = 10 is outside" in render(
        FUNCTION,
        dataclasses.replace(full(), memory=full().memory[1:], runtime=()),
        10,
        HintOptions(),
        None,
        "",
    )
