"""Markdown, workflow commands and SARIF."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from diff_samples import report
from hypothesis import given
from hypothesis import strategies as st

import pricetag
from pricetag.baseline import Exceeded, Steeper
from pricetag.diff import Report
from pricetag.diff.compare import acceptances
from pricetag.diff.github import workflow_commands
from pricetag.diff.markdown import MAXIMUM_ROWS, markdown
from pricetag.diff.sarif import RULES, sarif
from pricetag.forecast import Estimate
from pricetag.scan import Problem
from pricetag.workload import Budget

HERE, SERVER = Path(__file__).parent, Path(pricetag.__file__).parents[1]
SCHEMA = json.loads((HERE / "sarif-2.1.0.json").read_text(encoding="utf-8"))
NAMES = st.text(min_size=1, max_size=20)


def check_sarif(log: Any) -> None:
    """By the whole schema, its formats (URIs, dates) included."""
    checker = jsonschema.FormatChecker()
    jsonschema.Draft202012Validator(SCHEMA, format_checker=checker).validate(json.loads(json.dumps(log)))


def test_markdown_of_a_regression() -> None:
    lines = markdown(report("f")).splitlines()
    assert lines[0] == "<!-- pricetag diff -->"
    assert lines[1] == "### Pricetag: 1 regression"
    assert lines[5] == "| `f` | `src/a.py:2` | memory | 10,000 | 1.0 MB | 4.1 MB | ×4.1 | 97 % |"
    assert lines[7].startswith("1 function compared with HEAD in 1 file; 1 regression; 0 new; 0 abstained.")


def test_markdown_of_nothing_and_of_much() -> None:
    assert "### Pricetag: no regressions" in markdown(report())
    much = markdown(report(*["f"] * 5000))
    assert much.count("| memory |") == MAXIMUM_ROWS
    assert "| and 4950 more |" in much
    assert len(much) < 65_536


@given(NAMES)
def test_no_path_leaves_its_cell(path: str) -> None:
    made = report("f", path=f"x{path}x.py")
    (row,) = [line for line in markdown(made).split("\n") if " | memory | " in line]
    assert row.startswith("| `f` | `")
    assert len(re.findall(r"(?<!\\)\|", row)) == 9
    assert row.count("`") == 4


def over_budget(source: str) -> Report:
    made = report("f")
    budget, estimate = Budget("memory", 1e6), Estimate(10_000, 4e6, 3e6, 5e6, 0.0)
    one = Exceeded(budget, estimate, 10_000, 0.99, source, "xs: list[int] of n", 2.0**31)
    made.functions = [replace(function, regressions=(), exceeded=(one,)) for function in made.functions]
    return made


def test_budgets_in_every_format() -> None:
    made = over_budget("for *[x](y)<img>@z")
    assert r"- `src/a.py:2` `f` is forecast to hold 4.0 MB at n = 10,000, over" in markdown(made)
    assert r"for \*\[x\](y)\<img\>\@z (99 % sure; xs: list\[int\] of n)" in markdown(made)
    assert ",title=memory-budget::`f` is forecast to hold 4.0 MB" in workflow_commands(made)
    log = sarif(made)
    check_sarif(log)
    (result,) = log["runs"][0]["results"]
    assert log["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "memory-budget"


def test_growth_in_every_format_and_accepted() -> None:
    made = report("f")
    steeper = Steeper(1.0, 2.0, 0.97, 10_000, "xs: list[int] of n")
    made.functions = [replace(function, regressions=(), steeper=(steeper,)) for function in made.functions]
    assert (
        "- `src/a.py:2` `f` is forecast to grow like n² in memory, where its baseline grows like n"
        in markdown(made)
    )
    assert ",title=memory-growth::`f` is forecast to grow like n²" in workflow_commands(made)
    log = sarif(made)
    check_sarif(log)
    (result,) = log["runs"][0]["results"]
    assert log["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "memory-growth"
    (function,) = made.as_json()["functions"]
    assert function["metrics"]["memory"]["growth"] == {"before": 1.0, "after": 2.0, "confidence": 0.97}
    assert function["metrics"]["memory"]["regression"] is None
    (entry,) = acceptances(made)
    assert (entry.path, entry.name, entry.memory.median) == ("src/a.py", "f", 4.1e6)


def test_growth_along_with_a_regression_is_part_of_it() -> None:
    made = report("f")
    steeper = Steeper(1.0, 2.0, 0.97, 10_000, "xs: list[int] of n")
    made.functions = [replace(function, steeper=(steeper,)) for function in made.functions]
    [finding] = made.findings
    assert finding.rule == "memory-regression"
    assert finding.message.endswith("; it grows like n², where its baseline grows like n (97 % sure)")
    assert "| 4.1 MB | ×4.1, n → n² | 97 % |" in markdown(made)
    [command] = workflow_commands(made).splitlines()
    assert "title=memory-regression::" in command and "n²" in command
    log = sarif(made)
    check_sarif(log)
    assert [one["ruleId"] for one in log["runs"][0]["results"]] == ["memory-regression"]
    [function] = made.as_json()["functions"]
    assert function["metrics"]["memory"]["growth"]["after"] == 2.0
    other = replace(steeper, metric="runtime")  # of another metric: its own
    made.functions = [replace(function, steeper=(other,)) for function in made.functions]
    assert [one.rule for one in made.findings] == ["memory-regression", "runtime-growth"]


def test_workflow_commands() -> None:
    assert workflow_commands(report()) == ""
    (line,) = workflow_commands(report("f", path="a,b:c%.py")).splitlines()
    assert line.startswith(
        "::warning file=a%2Cb%3Ac%25.py,line=2,endLine=2,col=5,endColumn=6,title=memory-regression::"
        "`f` is forecast to hold 4.1 MB, ×4.1 its baseline of 1.0 MB, at n = 10,000 (97 %25 sure"
    )


@given(st.lists(NAMES, max_size=3))
def test_a_path_makes_no_other_command(paths: list[str]) -> None:
    for path in paths:
        written = workflow_commands(report("f", path=f"x{path}x.py"))
        assert "\n" not in written
        assert "\r" not in written
        properties, _, _ = written.removeprefix("::warning ").partition("::")
        assert [part.partition("=")[0] for part in properties.split(",")] == [
            "file", "line", "endLine", "col", "endColumn", "title"
        ]  # fmt: skip
        name = properties.split(",")[0].partition("=")[2]
        for escaped, character in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
            name = name.replace(escaped, character)
        assert name == f"x{path}x.py"


@given(st.lists(NAMES, max_size=3), st.text(st.characters(), max_size=20))
def test_sarif_is_valid_by_the_whole_schema(paths: list[str], reason: str) -> None:
    made = report()
    for path in paths:
        made.functions += report("f", path=f"x{path}x.py").functions
    made.problems = [Problem(path, reason) for path in {*paths}]
    check_sarif(sarif(made))


@pytest.mark.parametrize("rule", list(RULES))
def test_sarif_explains_every_rule(rule: str) -> None:
    log = sarif(over_budget("in its comment"))
    check_sarif(log)
    [found] = [one for one in log["runs"][0]["tool"]["driver"]["rules"] if one["id"] == rule]
    page = (SERVER / "docs" / "rules" / f"{rule.partition('-')[2]}.md").read_text(encoding="utf-8")
    assert rule in page.splitlines()[0]
    assert found["help"] == {"text": page, "markdown": page}
    assert found["fullDescription"]["text"] in " ".join(page.split())


@pytest.mark.parametrize(
    ("spoiled", "value"), [("level", "bad"), ("message", "text"), ("ruleIndex", -2), ("surprise", 1)]
)
def test_what_the_whole_schema_refuses(spoiled: str, value: object) -> None:
    log = sarif(report("f"))
    log["runs"][0]["results"][0][spoiled] = value
    with pytest.raises(jsonschema.ValidationError):
        check_sarif(log)


@pytest.mark.parametrize("names", [[], ["f"], ["f", "g"]])
def test_sarif_of_regressions(names: list[str]) -> None:
    log = sarif(report(*names))
    check_sarif(log)
    (run,) = log["runs"]
    assert [result["ruleId"] for result in run["results"]] == ["memory-regression"] * len(names)
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"] == "a binary file"


def test_sarif_places_and_identities() -> None:
    first, second = sarif(report("f", "g", path="odd dir/é#?.py"))["runs"][0]["results"]
    location = first["locations"][0]["physicalLocation"]
    assert location["artifactLocation"] == {"uri": "odd%20dir/%C3%A9%23%3F.py", "uriBaseId": "%SRCROOT%"}
    assert location["region"] == {"startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 6}
    assert first["partialFingerprints"] != second["partialFingerprints"]
