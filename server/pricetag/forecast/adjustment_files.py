"""The two files that an ``Adjustment`` is read from: the machine's in the user's config folder, the project's in it.

Both are small JSON with sorted keys and a version. They are read only, at most 64 kB of them, and a file that is not
what it should be is as good as none: ``load`` says so in one line and forecasts go on without it.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from pricetag.forecast.adjustment import Adjustment, Correction
from pricetag.forecast.estimate import METRICS

ENVIRONMENT = "PRICETAG_CONFIG"
FOLDER, PROJECT_FILE, MACHINE_FILE = ".pricetag", "calibration.json", "machine.json"
VERSION = 1
SLOPES = (0.5, 2.0)  # a project whose costs grow unlike all others' is a mistake in the labels
LONGEST_SHIFT = 3.0  # decades
_SPEEDS = (0.01, 100.0)
_LARGEST = 64 << 10  # bytes


class AdjustmentError(ValueError):
    """A calibration file is not one; the message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Machine:
    """How much slower this machine is than the labels' reference machine, by language; ``tools``: what was timed."""

    speeds: Mapping[str, float] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a correction rests on: how many functions and labels, and their mean |log10 error| without and with it.

    Both errors are those of functions that the correction was not fitted to.
    """

    functions: int
    labels: int
    error_before: float
    error_after: float


@dataclass(frozen=True, slots=True)
class Project:
    """One project's corrections of one model, by (language, metric), and what they rest on.

    Evidence without a correction: labels were looked at, and nothing was better than the model's own forecasts.
    """

    model: str
    corrections: Mapping[tuple[str, str], Correction] = field(default_factory=dict)
    evidence: Mapping[tuple[str, str], Evidence] = field(default_factory=dict)


def machine_path() -> Path:
    """Where the machine's file lies: in ``$PRICETAG_CONFIG`` or the user's config folder."""
    configured = os.environ.get(ENVIRONMENT)
    folder = Path(configured) if configured else Path(platformdirs.user_config_dir("pricetag"))
    return folder / MACHINE_FILE


def project_path(folder: Path) -> Path:
    """Where a project's file lies."""
    return folder / FOLDER / PROJECT_FILE


def find_project(paths: Iterable[str | Path]) -> Path | None:
    """The nearest folder at or above all of ``paths`` that holds a calibration, or None."""
    try:
        common = Path(os.path.commonpath([Path(path).absolute() for path in paths]))
    except ValueError:  # no path, or on two drives
        return None
    return next((folder for folder in (common, *common.parents) if _is_file(project_path(folder))), None)


def load_machine(path: Path) -> Machine:
    """The machine's file; an empty one where there is none. Raises ``AdjustmentError``."""
    raw = _read(path)
    if raw is None:
        return Machine()
    with _checked(path):
        speeds = {str(language): _number(speed, *_SPEEDS) for language, speed in raw["speeds"].items()}
        return Machine(speeds, {str(k): str(v) for k, v in raw.get("tools", {}).items()})


def save_machine(machine: Machine, path: Path) -> None:
    """Write the machine's file, whole or not at all. Raises OSError."""
    _write({"version": VERSION, "speeds": dict(machine.speeds), "tools": dict(machine.tools)}, path)


def load_project(path: Path) -> Project | None:
    """A project's file; None where there is none. Raises ``AdjustmentError``."""
    raw = _read(path)
    if raw is None:
        return None
    corrections, evidence = {}, {}
    with _checked(path):
        for language, metrics in raw["corrections"].items():
            for metric, entry in metrics.items():
                if metric not in METRICS:
                    raise ValueError(f"{metric!r} is no metric")
                if "shift" in entry:
                    corrections[str(language), metric] = _correction(entry)
                evidence[str(language), metric] = Evidence(
                    int(entry["functions"]),
                    int(entry["labels"]),
                    _number(entry["error_before"], 0, math.inf),
                    _number(entry["error_after"], 0, math.inf),
                )
        return Project(str(raw["model"]), corrections, evidence)


def save_project(project: Project, path: Path) -> None:
    """Write a project's file, whole or not at all. Raises OSError."""
    corrections: dict[str, dict[str, Any]] = {}
    for (language, metric), evidence in project.evidence.items():
        correction = project.corrections.get((language, metric))
        entry = {**asdict(evidence), **(asdict(correction) if correction else {})}
        corrections.setdefault(language, {})[metric] = {
            name: round(value, 5) if isinstance(value, float) else value for name, value in entry.items()
        }
    _write({"version": VERSION, "model": project.model, "corrections": corrections}, path)


def load_adjustment(model: str, project: Path | None) -> tuple[Adjustment, list[str]]:
    """What applies to forecasts of ``model`` in the folder ``project``, and a line for each file that was ignored."""
    problems = []
    machine, corrections = Machine(), Project(model)
    try:
        machine = load_machine(machine_path())
    except AdjustmentError as error:
        problems.append(f"{error}; runtimes are the reference machine's")
    try:
        found = load_project(project_path(project)) if project else None
        if found is not None and found.model != model:
            problems.append(
                f"{project_path(project or Path())} calibrates the model {found.model}, not {model}; it is ignored"
            )
        elif found is not None:
            corrections = found
    except AdjustmentError as error:
        problems.append(f"{error}; it is ignored")
    return Adjustment(corrections.corrections, machine.speeds), problems


def _is_file(path: Path) -> bool:
    with contextlib.suppress(OSError):  # a folder that may not be looked into
        return path.is_file()
    return False


def _correction(entry: Mapping[str, Any]) -> Correction:
    far = LONGEST_SHIFT
    return Correction(
        shift=_number(entry["shift"], -far, far),
        slope=_number(entry["slope"], *SLOPES),
        pivot=_number(entry["pivot"], -20, 20),
        low=_number(entry["low"], -far, far),
        high=_number(entry["high"], -far, far),
    )


def _number(value: Any, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ValueError(f"{value!r} is no number from {low:g} to {high:g}")
    return float(value)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AdjustmentError(f"{path} cannot be read ({error.strerror})") from None
    if len(data) > _LARGEST:
        raise AdjustmentError(f"{path} is larger than {_LARGEST >> 10} kB")
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError):
        raise AdjustmentError(f"{path} is not JSON") from None
    if not isinstance(raw, dict) or raw.get("version") != VERSION:
        raise AdjustmentError(f"{path} is no calibration of version {VERSION}")
    return raw


@contextlib.contextmanager
def _checked(path: Path) -> Iterator[None]:
    """Whatever a malformed file makes the reader trip over, as one ``AdjustmentError``."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        said = f"{type(error).__name__}: {str(error)[:100]}"
        raise AdjustmentError(f"{path} is malformed ({said})") from error


def _write(value: dict[str, Any], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n"
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
