"""The settings of a project: their names, defaults, and what is wrong with a value."""

from __future__ import annotations

import difflib
import fnmatch
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from pricetag.baseline import Options, applying
from pricetag.forecast import METRICS, Metric
from pricetag.syntax import Function
from pricetag.workload import Budget, parse_directive

_LARGEST = 1_000_000_000
_AMOUNT = re.compile(r"[\d.]")


Change = Callable[[Options], Options]


@dataclass(frozen=True, slots=True)
class Config:
    """One project's settings. ``problems`` says in one line each what was left at its default, and why.

    Paths are relative to the folder of the file, with ``/``.
    """

    changes: tuple[Change, ...] = ()
    exclude: tuple[str, ...] = ()
    budgets: tuple[tuple[str, tuple[Budget, ...]], ...] = ()  # by pattern, longest first
    overrides: tuple[tuple[str, tuple[Change, ...]], ...] = ()  # by pattern, shortest first
    problems: tuple[str, ...] = ()

    def options(self, path: str) -> Options:
        """How the functions of the file ``path`` are judged: of overrides that disagree, the longest pattern's wins."""
        options = Options()
        matching = [changes for pattern, changes in self.overrides if matches(path, pattern)]
        for changes in (self.changes, *matching):
            for change in changes:
                options = change(options)
        return options

    def excludes(self, path: str) -> bool:
        """Whether the file ``path`` is left out."""
        return any(matches(path, pattern) for pattern in self.exclude)

    def budgets_of(self, path: str, qualified_name: str) -> list[tuple[str, tuple[Budget, ...]]]:
        """The patterns that match a function, longest first, and what they allow it."""
        found = []
        for pattern, budgets in self.budgets:
            glob, separator, name = pattern.partition("::")
            if matches(path, glob) and (not separator or fnmatch.fnmatchcase(qualified_name, name)):
                found.append((pattern, budgets))
        return found

    def budgets_for(self, path: str, function: Function) -> list[tuple[Budget, str]]:
        """The budgets that a function must keep, each with the words that say where it is written."""
        directive = parse_directive(function.directive)
        if directive.ignore:
            return []
        return applying(directive.budgets, self.budgets_of(path, function.qualified_name))


def matches(path: str, pattern: str) -> bool:
    """Whether a glob means a file: its whole path, any tail of it, or a folder that it lies in.

    ``*`` matches ``/`` too, as in the editor's setting; a leading ``/`` keeps the pattern to the whole path.
    """
    parts = PurePosixPath(path).parts
    wanted = pattern.removeprefix("./").rstrip("/")
    tails = ["/" + path] if wanted.startswith("/") else ["/".join(parts[i:]) for i in range(len(parts))]
    globs = (wanted, f"{wanted}/*")
    return bool(wanted) and any(fnmatch.fnmatchcase(tail, glob) for tail in tails for glob in globs)


def parse(raw: Mapping[str, Any], where: str) -> Config:
    """Settings from the table of a TOML file; ``where`` names the file, and the table, in problems. Never raises."""
    problems: list[str] = []

    def say(key: str, problem: str) -> None:
        said = f"{where}: {key} {problem}"  # on one line, whatever the keys are
        problems.append("".join(c if c.isprintable() else repr(c)[1:-1] for c in said))

    changes = _changes(raw, say, "", (*_OPTIONS, "exclude", "budgets", "overrides"))
    return Config(
        tuple(changes),
        _exclude(raw.get("exclude", []), say),
        tuple(sorted(_budgets(raw.get("budgets", {}), say), key=lambda one: -len(one[0]))),
        tuple(sorted(_overrides(raw.get("overrides", []), say), key=lambda one: len(one[0]))),
        tuple(problems),
    )


Say = Callable[[str, str], None]


def _changes(raw: Mapping[str, Any], say: Say, prefix: str, known: tuple[str, ...]) -> list[Change]:
    changes: list[Change] = []
    for key, value in raw.items():
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            say(prefix + key, "is no setting" + (f"; did you mean {close[0]}?" if close else ""))
        elif key in _OPTIONS:
            read, store = _OPTIONS[key]
            try:
                changes.append(_stored(store, read(value)))
            except ValueError as error:
                say(prefix + key, f"{error}; the default is used")
    return changes


def _stored(store: Callable[[Options, Any], Options], value: Any) -> Change:
    return lambda options: store(options, value)


def _exclude(value: Any, say: Say) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(glob, str) for glob in value):
        say("exclude", "must be a list of globs; nothing is excluded")
        return ()
    return tuple(value)


def _budgets(value: Any, say: Say) -> list[tuple[str, tuple[Budget, ...]]]:
    if not isinstance(value, Mapping):
        say("budgets", 'must be a table of "path" = "memory <= 10 MB"')
        return []
    found = []
    for pattern, stated in value.items():
        texts = stated if isinstance(stated, list) else [stated]
        if not all(isinstance(text, str) for text in texts):
            say(f"budgets.{pattern!r}", "must be text such as memory <= 10 MB @ n=1e5, or a list of that")
            continue
        directive = parse_directive("; ".join(texts))
        for problem in directive.problems:
            say(f"budgets.{pattern!r}:", problem)
        if directive.kinds or directive.n or directive.ignore:
            say(f"budgets.{pattern!r}", "may hold budgets only, such as memory <= 10 MB @ n=1e5")
        if directive.budgets:
            found.append((pattern, directive.budgets))
    return found


def _overrides(value: Any, say: Say) -> list[tuple[str, tuple[Change, ...]]]:
    if not isinstance(value, list) or not all(isinstance(table, Mapping) for table in value):
        say("overrides", "must be tables, each under [[...overrides]]")
        return []
    found = []
    for number, table in enumerate(value, 1):
        prefix = f"overrides[{number}]."
        path = table.get("path")
        if not isinstance(path, str) or not path:
            say(f"{prefix}path", "must be a glob; without it the table means nothing")
            continue
        found.append((path, tuple(_changes(table, say, prefix, ("path", *_OPTIONS)))))
    return found


def _number(low: float, high: float) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise ValueError(f"must be a number from {low:g} to {high:g}, not {value!r}")
        return float(value)

    return read


def _size(value: Any) -> int:
    number = _number(1, _LARGEST)(value)
    if number != int(number):
        raise ValueError(f"must be a whole number, not {value!r}")
    return int(number)


def _amount(metric: Metric) -> Callable[[Any], float]:
    """A number of bytes or seconds, or text with its unit."""

    def read(value: Any) -> float:
        if not isinstance(value, str):
            return _number(0, 1e18)(value)
        budgets = parse_directive(f"{metric} <= {value}").budgets if _AMOUNT.match(value) else ()
        if len(budgets) != 1 or budgets[0].n is not None:
            example = "64 kB" if metric == "memory" else "1 ms"
            raise ValueError(f"must be a number or text such as {example}, not {value!r}")
        return budgets[0].limit

    return read


def _metrics(value: Any) -> tuple[Metric, ...]:
    if not isinstance(value, list) or not value or any(name not in METRICS for name in value):
        raise ValueError(f"must be a list of {' and '.join(METRICS)}, not {value!r}")
    return tuple(metric for metric in METRICS if metric in value)


_OPTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Options, Any], Options]]] = {
    "n": (_size, lambda o, v: replace(o, n=v)),
    "factor": (_number(1, 1e9), lambda o, v: replace(o, rule=replace(o.rule, factor=v))),
    "confidence": (_number(0, 1), lambda o, v: replace(o, rule=replace(o.rule, confidence=v))),
    "growth": (_number(0.1, 10), lambda o, v: replace(o, rule=replace(o.rule, growth=v))),
    "floor": (_amount("memory"), lambda o, v: replace(o, rule=replace(o.rule, floor=v))),
    "runtime-floor": (_amount("runtime"), lambda o, v: replace(o, rule=replace(o.rule, runtime_floor=v))),
    "metrics": (_metrics, lambda o, v: replace(o, metrics=v)),
}
