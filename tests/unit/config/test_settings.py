"""Settings from tables: what is read, what is told, what matches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricetag.baseline import Rule
from pricetag.config import Options, matches, parse
from pricetag.workload import Budget


def test_everything_that_can_be_set() -> None:
    config = parse(
        {
            "n": 1000, "factor": 2, "confidence": 0.8, "floor": "1 MB", "runtime-floor": "5 ms", "growth": 2,
            "metrics": ["runtime", "memory"], "exclude": ["generated"],
            "budgets": {"src/*": "memory <= 10 MB @ n=1e5", "src/a.py::C.*": ["memory <= 1 KiB", "runtime <= 5 ms"]},
            "overrides": [{"path": "src/hot/deep", "n": 10}, {"path": "src/hot", "n": 100, "factor": 3}],
        },
        "x",
    )  # fmt: skip
    assert config.problems == ()
    rule = Rule(2.0, 0.8, 1e6, 0.005, 2.0)
    assert config.options("a.py") == Options(1000, rule, ("memory", "runtime"))
    assert config.options("src/hot/a.py") == Options(
        100, Rule(3.0, 0.8, 1e6, 0.005, 2.0), ("memory", "runtime")
    )
    assert config.options("src/hot/deep/a.py").n == 10  # the longest pattern, whatever the order
    assert config.options("src/hot/deep/a.py").rule.factor == 3
    assert config.excludes("lib/generated/a.py")
    assert not config.excludes("lib/a.py")
    long, short = (
        ("src/a.py::C.*", (Budget("memory", 1024.0), Budget("runtime", 0.005))),
        ("src/*", (Budget("memory", 1e7, 100_000),)),
    )
    assert config.budgets_of("src/a.py", "C.f") == [long, short]
    assert config.budgets_of("src/a.py", "f") == [short]
    assert config.budgets_of("a.py", "C.f") == []


def test_nothing_set_is_what_the_editor_does() -> None:
    config = parse({}, "x")
    assert config.options("a.py") == Options(10_000, Rule(1.5, 0.9, 65536.0), ("memory",))


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ({"factr": 2}, "x: factr is no setting; did you mean factor?"),
        ({"zzz": 2}, "x: zzz is no setting"),
        ({"n": "many"}, "x: n must be a number from 1 to 1e+09, not 'many'; the default is used"),
        ({"n": True}, "x: n must be a number from 1 to 1e+09, not True; the default is used"),
        ({"n": 2.5}, "x: n must be a whole number, not 2.5; the default is used"),
        ({"n": float("nan")}, "x: n must be a number from 1 to 1e+09, not nan; the default is used"),
        ({"factor": 0.5}, "x: factor must be a number from 1 to 1e+09, not 0.5; the default is used"),
        ({"confidence": 90}, "x: confidence must be a number from 0 to 1, not 90; the default is used"),
        ({"floor": "64"}, "x: floor must be a number or text such as 64 kB, not '64'; the default is used"),
        ({"floor": "1 MB @ n=5"}, "x: floor must be a number or text such as 64 kB, not '1 MB @ n=5'; the default is used"),
        ({"runtime-floor": "1 MB"}, "x: runtime-floor must be a number or text such as 1 ms, not '1 MB'; the default is used"),
        ({"metrics": "memory"}, "x: metrics must be a list of memory and runtime, not 'memory'; the default is used"),
        ({"metrics": [["memory"]]}, "x: metrics must be a list of memory and runtime, not [['memory']]; the default is used"),
        ({"exclude": "a"}, "x: exclude must be a list of globs; nothing is excluded"),
        ({"budgets": []}, 'x: budgets must be a table of "path" = "memory <= 10 MB"'),
        ({"budgets": {"a": 5}}, "x: budgets.'a' must be text such as memory <= 10 MB @ n=1e5, or a list of that"),
        ({"budgets": {"a": "memory <= 10"}}, "x: budgets.'a': a memory budget needs a unit: B, kB, MB, GB, KiB, MiB or GiB"),
        ({"budgets": {"a": "ignore"}}, "x: budgets.'a' may hold budgets only, such as memory <= 10 MB @ n=1e5"),
        ({"overrides": {"path": "a"}}, "x: overrides must be tables, each under [[...overrides]]"),
        ({"overrides": [{"n": 5}]}, "x: overrides[1].path must be a glob; without it the table means nothing"),
        ({"overrides": [{"path": "a", "n": 0}]}, "x: overrides[1].n must be a number from 1 to 1e+09, not 0; the default is used"),
        ({"overrides": [{"path": "a", "exclude": []}]}, "x: overrides[1].exclude is no setting"),
    ],
)  # fmt: skip
def test_problems_are_told_and_the_default_holds(raw: dict[str, object], problem: str) -> None:
    config = parse(raw, "x")
    assert config.problems == (problem,)
    assert config.options("a") == Options()
    assert config.budgets == ()


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("src/a.py", "src/a.py", True),
        ("src/a.py", "a.py", True),
        ("src/a.py", "*.py", True),
        ("src/a.py", "src", True),
        ("src/a.py", "src/", True),
        ("src/a.py", "./src", True),
        ("src/deep/a.py", "src/*", True),
        ("src/deep/a.py", "deep", True),
        ("src/deep/a.py", "/deep", False),
        ("src/deep/a.py", "/src/deep", True),
        ("src/a.py", "rc/a.py", False),
        ("src/a.py", "SRC", False),
        ("src/a.py", "", False),
        ("src/a.py", "/", False),
        ("src/a[1].py", "src/a[[]1].py", True),
        ("src/a.py", "[", False),
    ],
)
def test_matches(path: str, pattern: str, expected: bool) -> None:
    assert matches(path, pattern) is expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        "n",
        "factor",
        "confidence",
        "floor",
        "runtime-floor",
        "metrics",
        "exclude",
        "budgets",
        "overrides",
        "other",
    ]
)


@given(st.dictionaries(KEYS, JSON))
def test_nothing_is_too_strange(raw: dict[str, object]) -> None:
    config = parse(raw, "x")
    options = config.options("src/a.py")
    assert 1 <= options.n <= 10**9
    assert options.rule.factor >= 1
    assert 0 <= options.rule.confidence <= 1
    assert set(options.metrics) <= {"memory", "runtime"}
    assert all(problem.isprintable() for problem in config.problems)
