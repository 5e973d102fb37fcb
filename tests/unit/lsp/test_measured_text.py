from __future__ import annotations

import dataclasses
from datetime import datetime

import pytest

from pricetag.forecast.measurement import Measurement
from pricetag.lsp.hover import plain
from pricetag.lsp.measured import (
    both_confirmation,
    comparison,
    confirmation,
    failure,
    outcome,
    title,
    with_line,
)

WHEN = datetime(2026, 3, 4, 5, 6, 7).timestamp()
MEASURED = Measurement(1_000, "xs: list[int] of n", 1.2e6, 3.4e-3, (), 2 << 30, 10.0, WHEN)
LINE = "**Measured** at n = 1,000: memory **= 1.2 MB**, runtime **= 3.4 ms** (2026-03-04 05:06)  "


def test_what_will_run_is_said() -> None:
    assert confirmation("A.f", "a.py", "xs: list[int] of n", 10_000) == (
        "Pricetag will run `A.f`, and what a.py does when it is loaded, with made-up inputs at n = 10,000 "
        "(xs: list[int] of n). It runs in a sandbox: no network, all files read-only, at most 10 s and 2 GB a call. "
        "You are asked once in each workspace until the server ends."
    )
    assert "(no inputs)" in confirmation("f", "a.py", "", 10)
    assert "`f'g`" in confirmation("f`g", "a\n.py", "", 10) and "\n" not in confirmation(
        "f", "a\n.py", "", 10
    )
    assert title("f`") == "Measure `f'` now"


@pytest.mark.parametrize(
    ("failed", "said"),
    [
        ("exception ZeroDivisionError", "it raised ZeroDivisionError."),
        ("exception ModuleNotFoundError", "it raised ModuleNotFoundError (the sandbox has what is installed"),
        ("constructor exception TypeError", "no object to call it on could be made (exception TypeError)."),
        ("crash SIGSEGV", "it crashed (SIGSEGV)."),
        ("crash at start", "it crashed (at start)."),
        ("exit 3", "it ended its own process."),
        ("unsupported std::istream&", "inputs of its types cannot be made up (std::istream&)."),
        ("timeout", "its file did not load in 10 s."),
        ("timeout wall", "it did not end in time."),
        ("compile", "the file does not compile on its own."),
        ("killed", "it was killed, most likely for want of memory."),
        ("sandbox lost", "the measurement ended early (sandbox lost)."),
        ("", "the measurement ended early (no reason given)."),
    ],
)
def test_failures(failed: str, said: str) -> None:
    told = failure("f", 10_000, failed)
    assert told.startswith(f"`f` could not be measured at n = 10,000: {said}") and told.endswith(".")


def test_outcomes() -> None:
    assert outcome("f", MEASURED) == "`f` at n = 1,000: memory 1.2 MB, runtime 3.4 ms"
    over = dataclasses.replace(MEASURED, memory=None, runtime=None, over=("runtime",))
    assert outcome("f", over) == "`f` at n = 1,000: runtime > 10 s"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("head: forecasting…", f"head: forecasting…\n\n{LINE}"),
        ("head\n\n| n |\n|--:|\n| 1 |", f"head\n\n{LINE}\n\n| n |\n|--:|\n| 1 |"),
        ("head: no hint\n\nWhat helps: x", f"head: no hint\n\n{LINE}\n\nWhat helps: x"),
    ],
)
def test_the_line_of_a_hover(text: str, expected: str) -> None:
    assert with_line(text, MEASURED, "xs: list[int] of n") == expected


def test_the_line_names_inputs_that_are_not_the_forecasts() -> None:
    assert "05:06, with `xs: list[int] of n`)" in with_line("head", MEASURED, "xs: list[str] of n")
    assert "**" not in plain(with_line("**head** `f`", MEASURED, ""))


def test_both_versions_will_run() -> None:
    told = both_confirmation("f", "a.py", " as of commit 0123abcd", "xs: list[int] of n", 1_000)
    assert told.startswith(
        "Pricetag will run `f` as it is now and as of commit 0123abcd, and what a.py does when it is loaded"
    )


def measured(
    memory: float | None, runtime: float | None, *over: str, assumes: str = MEASURED.assumes
) -> Measurement:
    return dataclasses.replace(MEASURED, memory=memory, runtime=runtime, over=over, assumes=assumes)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            measured(1e5, 1e-3),
            measured(4.1e5, 3e-3),
            ": memory 100 kB before, 410 kB now (×4.1, the forecast was ×8.0); runtime 1.0 ms before, 3.0 ms now (×3.0)",
        ),
        (
            measured(1e5, 1e-3),
            measured(None, None, "memory"),
            ": memory 100 kB before, > 2 GB now (at least ×21,000, the forecast was ×8.0)",
        ),
        (
            measured(None, None, "runtime"),
            measured(None, 2.0),
            ": runtime > 10 s before, 2.0 s now",
        ),
        (measured(0.0, None), measured(64.0, None), ": memory 0 B before, 64 B now (×64, the forecast was ×8.0)"),
        (
            measured(1e5, None, assumes="k: int = n"),
            measured(1e5, None),
            " (inputs before: k: int = n; now: xs: list[int] of n): memory 100 kB before, 100 kB now (×1.0, the",
        ),
    ],
)  # fmt: skip
def test_two_versions(before: Measurement, after: Measurement, said: str) -> None:
    told = comparison("f", before, after, {"memory": 8.0})
    assert told.startswith(f"`f`, measured at n = 1,000{said}"), told


def test_the_line_on_the_baseline() -> None:
    told = with_line("head\nrest", MEASURED, MEASURED.assumes, measured(3e5, 3.4e-3))
    assert told == (
        f"head\n\n{LINE}\n**Measured** before the change: memory **= 300 kB**, now ×4.0; "
        "runtime **= 3.4 ms**, now ×1.0  \nrest"
    )
