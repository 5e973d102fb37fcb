"""What a comparison found, in plain data: what every format of ``pricetag diff`` is made of."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from pricetag.baseline import (
    Accepted,
    Exceeded,
    Regression,
    Steeper,
    budget_message,
    grown_message,
    growth_change,
    growth_message,
    joined,
)
from pricetag.diff.pairs import Pair, Span
from pricetag.forecast import METRICS, Forecast, Metric, estimate_at, format_factor
from pricetag.scan import Found, Problem, estimate_json, exceeded_json, range_json, reason_class

Status = Literal["regression", "ok", "new", "ignored", "abstained"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to warn of at a function: a ``rule`` and a sentence."""

    rule: str  # "memory-regression", "memory-growth", "runtime-budget" and so on
    at: Found
    message: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A function that is new or differs. Forecasts are at ``n`` alone; None where none was needed."""

    pair: Pair
    status: Status
    n: int
    metrics: tuple[Metric, ...]
    before: Forecast | None = None
    after: Forecast | None = None
    regressions: tuple[Regression, ...] = ()
    reason: str = ""  # why there is no comparison
    exceeded: tuple[Exceeded, ...] = ()
    accepted: Accepted | None = None  # what stood for the git baseline's memory
    steeper: tuple[Steeper, ...] = ()

    @property
    def findings(self) -> list[Finding]:
        """Its regressions, its changes of growth beyond those, and the budgets that it exceeds, as warnings."""
        at = self.pair.after
        regressions, growths = joined(self.regressions, self.steeper)
        grown = [
            Finding(f"{one.metric}-regression", at, grown_message(one, along, at.function))
            for one, along in regressions
        ]
        grown += [Finding(f"{one.metric}-growth", at, growth_message(one, at.function)) for one in growths]
        return grown + [
            Finding(f"{one.budget.metric}-budget", at, budget_message(one, at.function))
            for one in self.exceeded
        ]


def change_text(regression: Regression, steeper: Steeper | None) -> str:
    """How many times a cost grew, and how its growth changed along with it: for a table."""
    factor = ("≥ " if regression.at_least else "") + format_factor(regression.factor)
    return f"{factor}, {growth_change(steeper)}" if steeper else factor


@dataclass(slots=True)
class Report:
    """Everything one comparison found. ``functions`` are those that are new or differ, regressions first."""

    model: str
    span: Span
    files: int
    functions: list[Compared] = field(default_factory=list)
    removed: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def findings(self) -> list[Finding]:
        """All warnings, in the order of the functions."""
        return [finding for one in self.functions for finding in one.findings]

    @property
    def statuses(self) -> Counter[Status]:
        """How many functions have each status."""
        return Counter(one.status for one in self.functions)

    def summary(self) -> str:
        """One line: what was compared with what, and how many functions of each status."""
        counts = self.statuses
        reasons = Counter(reason_class(one.reason) for one in self.functions if one.status == "abstained")
        why = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
        compared = counts["regression"] + counts["ok"]
        parts = [
            f"{_count(compared, 'function')} compared with {self.span.base.name} in {_count(self.files, 'file')}",
            _count(counts["regression"], "regression"),
            f"{counts['new']} new",
            f"{counts['abstained']} abstained" + (f" ({why})" if why else ""),
        ]
        if over := sum(len(one.exceeded) for one in self.functions):
            parts.append(f"{over} over budget")
        if counts["ignored"]:
            parts.append(f"{counts['ignored']} ignored")
        return "; ".join(parts)

    def as_json(self) -> dict[str, Any]:
        """The JSON of ``pricetag diff --format json``; bytes and seconds, lines from 0, UTF-16 columns."""
        head = self.span.head
        return {
            "model": self.model,
            "base": {"revision": self.span.base.name, "commit": self.span.base.commit},
            "head": None if head is None else {"revision": head.name, "commit": head.commit},
            "summary": {
                "files": self.files,
                "removed": self.removed,
                **{s: self.statuses[s] for s in ("regression", "ok", "new", "ignored", "abstained")},
            },
            "functions": [_function_json(one) for one in self.functions],
            "problems": [{"path": problem.path, "reason": problem.reason} for problem in self.problems],
        }


def _function_json(one: Compared) -> dict[str, Any]:
    at, old = one.pair.after, one.pair.before
    return {
        "path": at.path,
        "name": at.function.qualified_name,
        "language": at.function.language.value,
        "range": range_json(at.range),
        "status": one.status,
        "reason": one.reason or None,
        "before": None if old is None else {"path": one.pair.old_path, "name": old.qualified_name},
        "accepted": one.accepted.memory.median if one.accepted else None,
        "n": one.n,
        "assumes": one.after.assumes if one.after else "",
        "metrics": {metric: _metric_json(one, metric) for metric in METRICS if metric in one.metrics},
        "exceeded": [exceeded_json(exceeded, at.function) for exceeded in one.exceeded],
        "messages": [finding.message for finding in one.findings],
    }


def _metric_json(one: Compared, metric: Metric) -> dict[str, Any]:
    regression = next((r for r in one.regressions if r.metric == metric), None)
    steeper = next((s for s in one.steeper if s.metric == metric), None)
    sides = {"before": one.before, "after": one.after}
    found = {
        side: estimate_at(forecast.estimates(metric), one.n) if forecast else None
        for side, forecast in sides.items()
    }
    return {
        **{side: estimate_json(estimate) if estimate else None for side, estimate in found.items()},
        "regression": None
        if regression is None
        else {
            "factor": regression.factor,
            "at_least": regression.at_least,
            "confidence": regression.confidence,
        },
        "growth": None
        if steeper is None
        else {"before": steeper.before, "after": steeper.after, "confidence": steeper.confidence},
    }


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
