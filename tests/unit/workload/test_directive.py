"""The ``# pricetag:`` comment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricetag.workload import Budget, Directive, budget_numbers, parse_directive


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Directive()),
        ("ignore", Directive(ignore=True)),
        ("n=1e5", Directive(n=100_000)),
        ("n = 10_000", Directive(n=10_000)),
        ("xs=list[int], k=10, n=1e5", Directive((("xs", "list[int]"), ("k", "10")), 100_000)),
        ("d=dict[str, list[int]], k=n", Directive((("d", "dict[str, list[int]]"), ("k", "n")))),
        ("m=std::map<int, int>, k<=n", Directive((("m", "std::map<int, int>"), ("k", "<= n")))),
        ("xs: list[int]; ignore", Directive((("xs", "list[int]"),), ignore=True)),
        ("n=list[int]", Directive((("n", "list[int]"),))),
        ("memory <= 10 MB @ n=1e5", Directive(budgets=(Budget("memory", 10e6, 100_000),))),
        ("memory < 1.5KiB", Directive(budgets=(Budget("memory", 1536.0),))),
        ("runtime <= 5 ms, memory<=1 GB", Directive(budgets=(Budget("runtime", 0.005), Budget("memory", 1e9)))),
        ("xs=list[int], memory <= 2 MB @ n = 100; n=50", Directive((("xs", "list[int]"),), 50, (Budget("memory", 2e6, 100),))),
    ],
)  # fmt: skip
def test_parsed(text: str, expected: Directive) -> None:
    assert parse_directive(text) == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("n=0", "n must be a whole number"),
        ("n=1e99", "n must be a whole number"),
        ("n=2.5", "n must be a whole number"),
        ("memory <= 10", "a memory budget needs a unit"),
        ("runtime <= 10 MB", "a runtime budget needs a unit"),
        ("memory <= lots", "cannot read the budget"),
        ("memory <= 1 MB @ n=0", "n must be a whole number"),
        ("hello", "cannot read 'hello'"),
    ],
)
def test_problems_are_told(text: str, problem: str) -> None:
    directive = parse_directive(text)
    assert len(directive.problems) == 1
    assert directive.problems[0].startswith(problem)
    assert (directive.n, directive.kinds, directive.budgets) == (None, (), ())


@given(st.text(alphabet="abn=<>[](),;:@ 0123456789eMB.", max_size=60))
def test_nothing_is_too_strange(text: str) -> None:
    directive = parse_directive(text)
    assert directive.n is None or 1 <= directive.n <= 10**9


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("n=5, ignore", []),
        ("memory <= 10 MB", [("10", Budget("memory", 10e6))]),
        (" xs=dict[str, int] ;  memory <1_0.5kB @ n = 1e5,runtime<=2ms ", [("1_0.5", Budget("memory", 10.5e3, 100_000)), ("2", Budget("runtime", 2e-3))]),
        ("memory <= 10", []),  # no unit: no budget
        ("é=😀, memory <= 1e3 B", [("1e3", Budget("memory", 1e3))]),
    ],
)  # fmt: skip
def test_where_the_numbers_of_budgets_stand(text: str, expected: list[tuple[str, Budget]]) -> None:
    assert [(text[start:end], budget) for budget, start, end in budget_numbers(text)] == expected


@given(st.text(alphabet=" ;,<>=()[]memoryruti0123456789.eEkMB@n", max_size=60))
def test_numbers_belong_to_the_budgets_of_any_text(text: str) -> None:
    found = budget_numbers(text)
    assert tuple(budget for budget, _, _ in found) == parse_directive(text).budgets
    assert all(float(text[start:end].replace("_", "")) >= 0 for _, start, end in found)
