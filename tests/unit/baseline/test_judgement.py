"""One rule for the editor and for CI: which edits count, and what is found in those that do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pricetag.baseline import Accepted, Judgement, Options, Rule, differs, family, judge_versions
from pricetag.forecast import Estimate, Forecast, Metric, ModelInfo
from pricetag.syntax import Function, Language, parse_functions

SIZES = (10, 100, 1_000, 10_000, 100_000)
INFO = ModelInfo("m", ("python",), ("memory", "runtime"), SIZES, 0.5, 100.0, 10.0, 2.0**31)
N = 10_000
LOOP = "def f(xs: list[int], k: int) -> int:\n    total = 0\n    for x in xs:\n        total += x * k\n    return total\n"
CPP = "int f(const std::vector<int>& xs) {\n    int total = 0;\n    for (int x : xs) total += x;\n    return total;\n}\n"
HELPER = "def g(n):\n    return n\n\n\ndef f(xs):\n    return g(xs)\n"


def last(text: str, language: Language) -> Function:
    return parse_functions(text, language)[-1]


@pytest.mark.parametrize(
    ("language", "before", "after", "expected"),
    [
        (Language.PYTHON, LOOP, LOOP, False),
        (Language.PYTHON, LOOP, "# a comment\n" + LOOP.replace("total = 0", "total  =  0  # start"), False),
        (Language.PYTHON, LOOP, LOOP.replace("total", "summe").replace("def f", "def g"), False),
        # The name is also the keyword of a call: the plain comparison of names is in doubt, the prompts are equal.
        (Language.PYTHON, "def f(x):\n    return g(x=x)\n", "def f(y):\n    return g(x=y)\n", False),
        (Language.PYTHON, LOOP, LOOP.replace("for x in xs", "for x in sorted(xs)"), True),
        (Language.PYTHON, LOOP, LOOP.replace(" -> int", "").replace("total = 0", "total: int = 0"), False),
        (
            Language.PYTHON,
            HELPER,
            HELPER.replace("return g(xs)", "y = g(xs)\n    return y"),
            False,
        ),  # another spelling
        (Language.PYTHON, HELPER, HELPER.replace("return g(xs)", "y = g(xs)\n    return y, y"), True),
        (Language.PYTHON, LOOP, LOOP.replace("k: int", "k: str"), True),  # other inputs
        (Language.PYTHON, HELPER, HELPER.replace("return n", "return [n] * n"), False),  # f itself stays
        (Language.CPP, CPP, CPP.replace("total", "sum"), False),
        (Language.CPP, CPP, CPP.replace("int total", "long total"), True),
        (
            Language.PYTHON,
            LOOP,
            LOOP.replace("total = 0", "total = (("),
            True,
        ),  # broken: told by its forecast
    ],
)
def test_edits_that_count(language: Language, before: str, after: str, expected: bool) -> None:
    assert differs(last(before, language), last(after, language)) is expected


def forecast(
    at_ten_thousand: float, exponent: float, over_from: int = 10**9, spread: float = 1.1
) -> Forecast:
    """Bytes, and a millionth as many seconds, that grow like a power of n."""

    def estimates(scale: float) -> tuple[Estimate, ...]:
        values = [(n, scale * (n / N) ** exponent) for n in SIZES]
        return tuple(
            Estimate(n, v, v / spread, v * spread, 0.99 if n >= over_from else 0.0) for n, v in values
        )

    return Forecast("k", "xs: list[int] of n", estimates(at_ten_thousand), estimates(at_ten_thousand * 1e-6))


def codes(judged: Judgement) -> list[str]:
    return [f"{one.metric}-regression" for one in judged.regressions] + [
        f"{one.metric}-growth" for one in judged.steeper
    ]


MB = forecast(1e6, 1)
BOTH: tuple[Metric, ...] = ("memory", "runtime")


@pytest.mark.parametrize(
    ("before", "after", "options", "expected"),
    [
        (MB, MB, Options(), []),
        (MB, forecast(4e6, 1), Options(), ["memory-regression"]),
        (MB, forecast(1e6, 2), Options(), ["memory-growth"]),
        (MB, forecast(4e6, 2), Options(), ["memory-regression", "memory-growth"]),
        (MB, forecast(4e6, 2), Options(metrics=("runtime",)), ["runtime-regression", "runtime-growth"]),
        (MB, forecast(4e6, 1), Options(metrics=BOTH), ["memory-regression", "runtime-regression"]),
        (forecast(1e6, 2), MB, Options(), []),
        (MB, forecast(1e6, 1.3), Options(), []),  # less than half a power
        (MB, forecast(1e6, 1.3), Options(rule=Rule(growth=0.2)), ["memory-growth"]),
        (MB, forecast(1e6, 2), Options(rule=Rule(growth=10)), []),
        (MB, forecast(1e6, 2, spread=30), Options(), []),  # not sure
        (forecast(1e3, 1), forecast(1e3, 2), Options(), []),  # below the floor
        (forecast(1e6, -0.6), forecast(1e6, 0), Options(), []),  # neither grows
        (forecast(1e6, 0), forecast(1e6, 1), Options(), ["memory-growth"]),
        (
            MB,
            forecast(1e6, 2, over_from=100_000),
            Options(),
            ["memory-growth"],
        ),  # from the sizes below the limit
        (MB, forecast(1e6, 2, over_from=100), Options(), ["memory-regression"]),  # too few sizes are left
        (MB, replace(MB, abstained="too long"), Options(), []),
    ],
)
def test_what_is_found(before: Forecast, after: Forecast, options: Options, expected: list[str]) -> None:
    assert codes(judge_versions(before, after, "python", N, options, INFO)) == expected


def test_why_there_is_no_comparison() -> None:
    assert (
        judge_versions(MB, replace(MB, abstained="too long"), "python", N, Options(), INFO).reason
        == "too long"
    )
    old = judge_versions(replace(MB, abstained="too long"), MB, "python", N, Options(), INFO).reason
    assert old == "before the change: too long"
    assert "outside what the model knows" in judge_versions(MB, MB, "python", 10**6, Options(), INFO).reason


@pytest.mark.parametrize(
    ("assumes", "check"),
    [
        ("ctx: object", "ctx"),
        ("xs: vector[int] of n, ctx: object, k: int", "ctx"),
        ("self: object of n, node: object of n", "node"),
        ("self: object of n, k: int", ""),
        ("xs: list[object] of n, pairs: dict[str, object] of n", ""),
        ("t: tuple[int, object] of n", ""),
        ("", ""),
    ],
)
def test_a_parameter_of_unknown_type_cannot_be_compared(assumes: str, check: str) -> None:
    known = replace(forecast(1e4, 0.0), assumes=assumes.replace("object", "list[int]"))
    grown = replace(forecast(1e8, 1.0), assumes=assumes)
    for versions in ((known, grown), (grown, replace(grown, assumes=assumes))):
        judgement = judge_versions(*versions, "python", N, Options(), INFO)
        assert judgement.reason == (f"nothing is known of the type of `{check}`" if check else "")
        assert not (check and (judgement.regressions or judgement.steeper))


@pytest.mark.parametrize(
    ("before", "after", "alike"),
    [
        ("xs: list[int] of n", "values: sorted list[int] of n", True),
        ("xs: list[int] of n", "xs: list[int] of n, k: int, flag: bool, i: int <= n", True),
        ("a: str of n, b: list[int] of sqrt n", "b: list[int] of sqrt n, a: str of n over 3 letters", True),
        ("words: list[str] of n x 5", "words: vector[string] of n x 5 over 2 letters", True),
        ("text: str of n", "words: list[str] of n x 5", False),
        ("xs: list[int] of n", "xs: list[int] of n, ys: list[int] of n", False),
        ("grid: list[list[int]] of sqrt n x sqrt n", "grid: list[list[int]] of n x 2", False),
        ("n: int = n", "", False),
        ("n: int = n", "n: int", False),
    ],
)
def test_inputs_that_grow_otherwise_are_not_compared(before: str, after: str, alike: bool) -> None:
    old, new = (
        replace(value, assumes=text)
        for value, text in ((forecast(1e4, 0.0), before), (forecast(1e8, 1.0), after))
    )
    for versions in ((old, new), (replace(old, assumes=after), replace(new, assumes=before))):
        judgement = judge_versions(*versions, "python", N, Options(), INFO)
        assert bool(judgement.regressions) is alike
        assert ("assumed inputs were" in judgement.reason) is not alike


def test_an_accepted_value_stands_for_the_memory_of_the_baseline() -> None:
    function = last(LOOP, Language.PYTHON)
    entry = Accepted("a.py", "f", family(function), "base", Estimate(N, 4e6, 3.9e6, 4.1e6, 0.0))
    options = Options(metrics=BOTH)
    after = forecast(4e6, 2)

    def found(after: Forecast, now: str) -> list[str]:
        return codes(judge_versions(MB, after, "python", N, options, INFO, entry, now))

    assert found(after, entry.text) == ["runtime-regression", "runtime-growth"]
    assert found(after, "edited since") == ["runtime-regression", "runtime-growth"]
    assert "memory-regression" in found(forecast(16e6, 1), "edited since")
    assert found(forecast(16e6, 1), entry.text) == ["runtime-regression"]
