"""The user's settings: their names, defaults and what is wrong with a value."""

from __future__ import annotations

import fnmatch
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any

from pricetag.baseline import Options, Rule
from pricetag.forecast import METRICS, HintFormat, HintOptions, Metric, ModelInfo
from pricetag.syntax import Language

SECTION = "pricetag"
_MAXIMUM_SIZE = 1_000_000_000
# Of each field of the rule.
_RULE = {
    "factor": "factor",
    "confidence": "confidence",
    "floor": "floor",
    "runtime_floor": "runtimeFloor",
    "growth": "growth",
}


@dataclass(frozen=True, slots=True)
class Severity:
    """The factors from which a regression is a warning, and an error; below, it is information."""

    warning: float = 2.0
    error: float = 100.0


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything under ``pricetag.`` that the server reads."""

    size: int = 10_000  # n of the workload, where the author states none
    languages: tuple[Language, ...] = tuple(Language)  # files of others are left alone
    hints_enabled: bool = True
    hint_format: HintFormat = field(default_factory=lambda: HintOptions().layout)
    metrics: tuple[Metric, ...] = METRICS
    minimum_memory: float = 0.0  # bytes
    minimum_runtime: float = 0.0  # seconds
    code_lens: bool = False
    maximum_interval: float | None = None  # high / low; None: the model's own
    regression_enabled: bool = True
    rule: Rule = field(default_factory=Rule)
    judged: tuple[Metric, ...] = ("memory",)  # what regressions are looked for in
    severity: Severity = field(default_factory=Severity)
    budgets_enabled: bool = True
    run: str = "onSave"  # or "onType": when warnings are looked for
    exclude: tuple[str, ...] = ()
    model: str | None = None
    stated: tuple[str, ...] = ()  # the names of those that the user has set, if only to their defaults

    def options(self, info: ModelInfo | None) -> HintOptions:
        """What a hint may show, with the model's limits."""
        maximum = self.maximum_interval
        if maximum is None:
            maximum = info.maximum_interval if info else math.inf
        options = HintOptions(
            self.metrics, self.minimum_memory, self.minimum_runtime, maximum, layout=self.hint_format
        )
        return (
            replace(options, memory_limit=info.memory_limit, time_limit=info.time_limit) if info else options
        )

    @property
    def terms(self) -> Options:
        """What a change is judged by."""
        return Options(self.size, self.rule, self.judged)

    def within(self, project: Options) -> Settings:
        """These settings in a project: what the user has not set is as the project says."""
        rule = {
            field: getattr(self.rule if f"regression.{name}" in self.stated else project.rule, field)
            for field, name in _RULE.items()
        }
        return replace(
            self,
            size=self.size if "size" in self.stated else project.n,
            rule=Rule(**rule),
            judged=self.judged if "regression.metrics" in self.stated else project.metrics,
        )

    def leaves_alone(self, language: Language, path: str | None) -> bool:
        """Whether the user wants nothing said of a file."""
        return language not in self.languages or (path is not None and self.excludes(path))

    def excludes(self, path: str) -> bool:
        """Whether a file matches one of the ``exclude`` globs, against its whole path or any tail of it."""
        parts = PurePath(path).parts
        tails = ["/".join(parts[i:]) for i in range(len(parts))]
        return any(fnmatch.fnmatch(tail, pattern) for pattern in self.exclude for tail in tails)


def parse(raw: Any) -> tuple[Settings, list[str]]:
    """Settings from nested or dotted JSON; a bad value is left at its default and named in the list of problems.

    Unknown names are ignored: the editor's own settings (``server.path``, ``trace.server``) live in the same section.
    """
    if raw is None:
        return Settings(), []
    if not isinstance(raw, Mapping):
        return Settings(), [f"settings must be an object, not {type(raw).__name__}"]
    flat = {name.removeprefix(f"{SECTION}."): value for name, value in _flatten(raw).items()}
    settings, problems = Settings(), []
    for name, (read, store) in _READERS.items():
        if flat.get(name) is None:
            continue  # null means "not set" in every editor
        try:
            settings = store(settings, read(flat[name]))
            settings = replace(settings, stated=(*settings.stated, name))
        except ValueError as error:
            problems.append(f"{SECTION}.{name} {error}; the default is used")
    return settings, problems


def _flatten(raw: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in raw.items():
        if isinstance(value, Mapping):
            flat |= _flatten(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _number(low: float, high: float) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise ValueError(
                f"must be a number from {low:g}" + (f" to {high:g}" if high < math.inf else " up")
            )
        return float(value)

    return read


def _whole(value: Any) -> int:
    number = _number(1, _MAXIMUM_SIZE)(value)
    if number != int(number):
        raise ValueError("must be a whole number")
    return int(number)


def _metrics(value: Any) -> tuple[Metric, ...]:
    if not isinstance(value, list) or any(name not in METRICS for name in value):
        raise ValueError(f"must be a list of {' and '.join(METRICS)}")
    return tuple(metric for metric in METRICS if metric in value)


def _judged(value: Any) -> tuple[Metric, ...]:
    if not (metrics := _metrics(value)):
        raise ValueError(f"must name {', '.join(METRICS)} or both")
    return metrics


def _run(value: Any) -> str:
    if value not in ("onSave", "onType"):
        raise ValueError("must be onSave or onType")
    return str(value)


def _languages(value: Any) -> tuple[Language, ...]:
    names = [language.value for language in Language]
    if not isinstance(value, list) or any(name not in names for name in value):
        raise ValueError(f"must be a list of {' and '.join(names)}")
    return tuple(language for language in Language if language.value in value)


def _format(value: Any) -> HintFormat:
    if not isinstance(value, str):
        raise ValueError("must be text")
    return HintFormat.parse(value) if value else HintOptions().layout


def _globs(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(glob, str) for glob in value):
        raise ValueError("must be a list of globs")
    return tuple(value)


def _text(value: Any) -> str | None:
    if not isinstance(value, str):
        raise ValueError("must be text")
    return value or None


_READERS: dict[str, tuple[Callable[[Any], Any], Callable[[Settings, Any], Settings]]] = {
    "size": (_whole, lambda s, v: replace(s, size=v)),
    "languages": (_languages, lambda s, v: replace(s, languages=v)),
    "hints.enabled": (_boolean, lambda s, v: replace(s, hints_enabled=v)),
    "hints.metrics": (_metrics, lambda s, v: replace(s, metrics=v)),
    "hints.minimumMemory": (_number(0, math.inf), lambda s, v: replace(s, minimum_memory=v)),
    "hints.minimumRuntime": (_number(0, math.inf), lambda s, v: replace(s, minimum_runtime=v)),
    "hints.format": (_format, lambda s, v: replace(s, hint_format=v)),
    "codeLens": (_boolean, lambda s, v: replace(s, code_lens=v)),
    "maximumInterval": (_number(1, math.inf), lambda s, v: replace(s, maximum_interval=v)),
    "regression.enabled": (_boolean, lambda s, v: replace(s, regression_enabled=v)),
    "regression.factor": (_number(1, math.inf), lambda s, v: replace(s, rule=replace(s.rule, factor=v))),
    "regression.confidence": (_number(0, 1), lambda s, v: replace(s, rule=replace(s.rule, confidence=v))),
    "regression.floor": (_number(0, math.inf), lambda s, v: replace(s, rule=replace(s.rule, floor=v))),
    "regression.runtimeFloor": (
        _number(0, math.inf),
        lambda s, v: replace(s, rule=replace(s.rule, runtime_floor=v)),
    ),
    "regression.growth": (_number(0.1, 10), lambda s, v: replace(s, rule=replace(s.rule, growth=v))),
    "regression.metrics": (_judged, lambda s, v: replace(s, judged=v)),
    "severity.warning": (
        _number(0, math.inf),
        lambda s, v: replace(s, severity=replace(s.severity, warning=v)),
    ),
    "severity.error": (_number(0, math.inf), lambda s, v: replace(s, severity=replace(s.severity, error=v))),
    "diagnostics.run": (_run, lambda s, v: replace(s, run=v)),
    "budgets.enabled": (_boolean, lambda s, v: replace(s, budgets_enabled=v)),
    "exclude": (_globs, lambda s, v: replace(s, exclude=v)),
    "model": (_text, lambda s, v: replace(s, model=v)),
}
