"""The report as text: a small one as a golden file, and reports of too little."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_predictions import example, held_out, lines

from pricetag.rlm.numbers import SIZES
from pricetag.train.edit_pairs import EditPair
from pricetag.train.report import Report, Setting, as_html, as_markdown, make_report, write_report
from pricetag.train.report.held_out import HeldOut
from pricetag.train.report.worst import familiar

GOLDEN = Path(__file__).parent / "data" / "report.md"
SETTING = Setting("made-1234", "test", 640, (1e9, 10.0), 3, 2)


def small() -> HeldOut:
    """24 Python functions, 3 C++ ones, and one that no person wrote."""
    rng = np.random.default_rng(0)
    examples = [example(row, source=("gfg", "mbpp")[row % 2]) for row in range(24)]
    examples += [example(row, "cpp", "mbxp") for row in range(3)] + [example(99, source="authored")]
    count = len(examples)
    truth = lines(rng.uniform(1, 4, count), rng.integers(0, 3, count) / 2)
    forecast = truth + rng.normal(0, 0.3, truth.shape)
    truth[0, 4] = np.inf
    forecast[5] += 2
    boosting = truth + rng.normal(0, 0.6, truth.shape)
    boosting = np.where(np.isinf(boosting), 9.0, boosting)
    return held_out(examples, truth, forecast, np.linspace(0.2, 0.6, count), boosting)


def report(columns: HeldOut) -> Report:
    pairs = [EditPair("mbpp/1", "mbpp/3", "python", "versions", 1_000, 4.0, 1.0, "memory regression")]
    training = [example(row, code="def f(xs):\n\treturn sorted(xs)") for row in range(3)]
    return make_report(SETTING, columns, pairs, familiar(training), {})


def test_golden_markdown() -> None:
    assert as_markdown(report(small())) == GOLDEN.read_text(encoding="utf-8")


def test_html_holds_the_same_tables_and_the_plots() -> None:
    made = report(small())
    page = as_html(made)
    assert page.count("<svg") == 7
    assert page.count("<table>") == as_markdown(made).count("\n|---|")
    assert "http://" not in page.replace("http://www.w3.org", "").replace("http://purl.org", "").replace(
        "http://creativecommons.org", ""
    )
    assert page == as_html(report(small()))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_too_few_functions_are_said_to_be(count: int) -> None:
    truth = np.full((count, len(SIZES)), 3.0)
    made = report(held_out([example(row) for row in range(count)], truth, truth))
    text = as_markdown(made)
    assert "too few" in text
    assert "nan" not in text.lower()
    assert as_html(made).count("<svg") == (7 if count else 0)
    if not count:
        assert "test split: none." in text


def test_functions_that_the_model_does_not_answer() -> None:
    truth = np.full((30, len(SIZES)), 3.0)
    made = report(held_out([example(row) for row in range(30)], truth, np.full_like(truth, np.nan)))
    assert "nan" not in as_markdown(made).lower()
    assert as_html(made)


def test_the_suffix_says_which(tmp_path: Path) -> None:
    made = report(small())
    for name, start in (("a.md", "## Evaluation on the test split"), ("a.html", "<!doctype html>")):
        write_report(made, tmp_path / name)
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)
