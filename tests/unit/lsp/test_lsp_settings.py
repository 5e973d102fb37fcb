from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol.types import DiagnosticSeverity

from pricetag.baseline import Options, Rule
from pricetag.lsp.diagnostics import severity_of
from pricetag.lsp.settings import Settings, Severity, parse
from pricetag.syntax import Language


@pytest.mark.parametrize(
    "raw", [None, {}, {"pricetag": {}}, {"size": None}, {"server": {"path": "x"}, "trace.server": "off"}]
)
def test_defaults(raw: Any) -> None:
    assert parse(raw) == (Settings(), [])


def test_everything_is_read_nested_or_dotted() -> None:
    nested: dict[str, Any] = {
        "size": 1e3,
        "hints": {
            "enabled": False,
            "metrics": ["runtime", "memory"],
            "minimumMemory": 5,
            "minimumRuntime": 0.5,
        },
        "maximumInterval": 10,
        "regression": {"enabled": False, "factor": 2, "confidence": 0.5, "floor": 1},
        "exclude": ["*.gen.py"],
        "model": "/m",
        "languages": ["cpp"],
        "codeLens": True,
    }
    nested["hints"]["format"] = "{memory}!"
    dotted = {
        "size": 1_000, "hints.enabled": False, "hints.metrics": ["memory", "runtime"], "hints.minimumMemory": 5.0,
        "hints.minimumRuntime": 0.5, "maximumInterval": 10, "regression.enabled": False, "regression.factor": 2,
        "regression.confidence": 0.5, "regression.floor": 1, "exclude": ["*.gen.py"], "model": "/m",
        "languages": ["cpp"], "hints.format": "{memory}!", "codeLens": True,
    }  # fmt: skip
    for raw in (nested, dotted, {"pricetag": nested}):
        settings, problems = parse(raw)
        assert problems == []
        assert (settings.size, settings.hints_enabled, settings.metrics) == (
            1_000,
            False,
            ("memory", "runtime"),
        )
        assert (settings.minimum_memory, settings.minimum_runtime, settings.maximum_interval) == (5, 0.5, 10)
        assert (settings.rule.factor, settings.rule.confidence, settings.rule.floor) == (2, 0.5, 1)
        assert (settings.regression_enabled, settings.exclude, settings.model) == (False, ("*.gen.py",), "/m")
        assert settings.languages == (Language.CPP,) and settings.code_lens
        assert settings.hint_format.fill({"memory": "1 B"}) == "1 B!"
        assert settings.options(None).layout is settings.hint_format


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ({"size": 0}, "pricetag.size must be a number from 1 to 1e+09; the default is used"),
        ({"size": 1.5}, "pricetag.size must be a whole number; the default is used"),
        ({"size": True}, "pricetag.size must be a number from 1 to 1e+09; the default is used"),
        ({"size": math.nan}, "pricetag.size must be a number from 1 to 1e+09; the default is used"),
        ({"hints": {"enabled": 1}}, "pricetag.hints.enabled must be true or false; the default is used"),
        ({"hints": {"metrics": "memory"}}, "pricetag.hints.metrics must be a list of memory and runtime; the default is used"),
        ({"hints": {"metrics": [["memory"]]}}, "pricetag.hints.metrics must be a list of memory and runtime; the default is used"),
        ({"regression": {"factor": 0.5}}, "pricetag.regression.factor must be a number from 1 up; the default is used"),
        ({"regression": {"confidence": 1.5}}, "pricetag.regression.confidence must be a number from 0 to 1; the default is used"),
        ({"regression": {"metrics": []}}, "pricetag.regression.metrics must name memory, runtime or both; the default is used"),
        ({"regression": {"growth": 0}}, "pricetag.regression.growth must be a number from 0.1 to 10; the default is used"),
        ({"severity": {"error": -1}}, "pricetag.severity.error must be a number from 0 up; the default is used"),
        ({"budgets": {"enabled": 1}}, "pricetag.budgets.enabled must be true or false; the default is used"),
        ({"diagnostics": {"run": "always"}}, "pricetag.diagnostics.run must be onSave or onType; the default is used"),
        ({"codeLens": 1}, "pricetag.codeLens must be true or false; the default is used"),
        ({"languages": ["rust"]}, "pricetag.languages must be a list of python and cpp; the default is used"),
        ({"languages": "python"}, "pricetag.languages must be a list of python and cpp; the default is used"),
        ({"hints": {"format": 1}}, "pricetag.hints.format must be text; the default is used"),
        ({"hints": {"format": "{n}"}}, "pricetag.hints.format must hold {memory} or {runtime}; the default is used"),
        ({"exclude": [1]}, "pricetag.exclude must be a list of globs; the default is used"),
        ({"model": 7}, "pricetag.model must be text; the default is used"),
        ([], "settings must be an object, not list"),
    ],
)  # fmt: skip
def test_bad_values_keep_the_default_and_are_named(raw: Any, problem: str) -> None:
    assert parse(raw) == (Settings(), [problem])


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["size", "hints", "enabled", "metrics", "model", "pricetag", "regression", "factor", "exclude"]), inner),
))  # fmt: skip
def test_settings_of_any_shape_never_raise(raw: Any) -> None:
    settings, problems = parse(raw)
    assert isinstance(settings, Settings) and all("\n" not in problem for problem in problems)


@pytest.mark.parametrize(
    ("globs", "path", "expected"),
    [
        (("*.py",), "/w/a.py", True),
        (("*.py",), "/w/a.cpp", False),
        (("tests/*",), "/w/tests/a.py", True),
        (("**/generated/**",), "/w/x/generated/a.py", True),
        (("a.py",), "/w/deep/a.py", True),
        (("a.py",), "/w/ba.py", False),
        (("[",), "/w/a.py", False),
        ((), "/w/a.py", False),
    ],
)
def test_exclusion(globs: tuple[str, ...], path: str, expected: bool) -> None:
    assert Settings(exclude=globs).excludes(path) is expected


def test_languages_left_alone() -> None:
    settings = Settings(languages=(Language.CPP,), exclude=("gen/*",))
    assert settings.leaves_alone(Language.PYTHON, None) and settings.leaves_alone(Language.PYTHON, "/w/a.py")
    assert settings.leaves_alone(Language.CPP, "/w/gen/a.cpp")
    assert not settings.leaves_alone(Language.CPP, "/w/a.cpp") and not settings.leaves_alone(
        Language.CPP, None
    )


def test_a_project_stands_in_for_what_is_not_set() -> None:
    project = Options(500, Rule(factor=3, growth=1), ("memory", "runtime"))
    assert Settings().within(project).terms == project
    assert Settings().within(Options()) == Settings()
    own, _ = parse({"size": 100, "regression": {"factor": 2, "metrics": ["runtime"], "runtimeFloor": 1}})
    assert own.within(project).terms == Options(100, Rule(factor=2, growth=1, runtime_floor=1), ("runtime",))
    assert own.within(project).exclude == own.exclude
    unset, _ = parse({"size": None, "regression": {"factor": None, "metrics": None, "growth": "bad"}})
    assert unset == Settings() and unset.within(project).terms == project


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"size": 10_000}, Options(10_000, Rule(factor=3, growth=1), ("memory", "runtime"))),
        ({"regression": {"factor": 1.5}}, Options(500, Rule(growth=1), ("memory", "runtime"))),
        ({"regression.growth": 0.5}, Options(500, Rule(factor=3), ("memory", "runtime"))),
        ({"regression.metrics": ["memory"]}, Options(500, Rule(factor=3, growth=1))),
    ],
)
def test_a_setting_that_is_set_to_its_default_is_set(raw: Any, expected: Options) -> None:
    project = Options(500, Rule(factor=3, growth=1), ("memory", "runtime"))
    assert parse(raw)[0].within(project).terms == expected


@pytest.mark.parametrize(
    ("factor", "severity", "expected"),
    [
        (1.5, Severity(), DiagnosticSeverity.Information),
        (2.0, Severity(), DiagnosticSeverity.Warning),
        (99.0, Severity(), DiagnosticSeverity.Warning),
        (100.0, Severity(), DiagnosticSeverity.Error),
        (1.5, Severity(warning=0), DiagnosticSeverity.Warning),
        (1e6, Severity(error=math.inf), DiagnosticSeverity.Warning),
        (5.0, Severity(warning=10, error=3), DiagnosticSeverity.Error),
    ],
)
def test_severity(factor: float, severity: Severity, expected: DiagnosticSeverity) -> None:
    assert severity_of(factor, severity) == expected
