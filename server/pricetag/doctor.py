"""What this machine has and lacks: every check of ``pricetag doctor``, each a line with a verdict."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from importlib import metadata
from pathlib import Path

from pricetag import __version__
from pricetag.forecast import ModelNotFound, default_path, find_model, format_bytes, format_seconds, query_for
from pricetag.rlm.checkpoint import CheckpointError, read_config
from pricetag.syntax import parse_functions
from pricetag.syntax.function import Language
from pricetag.worker import State, Supervisor, WorkerLost, worker_command

TIMEOUT = 10.0  # seconds for one outside program
WORKER_TIMEOUT = 60.0

_CORE = (
    "pygls", "lsprotocol", "tree-sitter", "tree-sitter-python", "tree-sitter-cpp", "onnxruntime", "tokenizers",
    "numpy", "cachetools", "click", "rich", "platformdirs", "psutil",
)  # fmt: skip
_TRAIN = ("torch", "transformers", "safetensors", "onnx", "scikit-learn", "lightgbm", "scipy", "datasketch")
_EDITORS = ("code", "code-insiders", "codium", "code-server", "cursor", "nvim")
_SAMPLES = {
    Language.PYTHON: "def squares(xs: list[int]) -> list[int]:\n    return [x * x for x in xs]\n",
    Language.CPP: "#include <vector>\nlong sum(const std::vector<int>& v) { long s = 0; for (int x : v) s += x; return s; }\n",
}
_ISOLATE = """
from pricetag.measure.sandbox import SandboxUnavailable, isolate
try:
    isolate()
except SandboxUnavailable as error:
    raise SystemExit(str(error))
"""


class Verdict(Enum):
    """How a check went. Only ``BROKEN`` means that forecasts cannot be had."""

    OK = "ok"
    MISSING = "missing"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at, what was found, and how to get it if it is lacking."""

    name: str
    verdict: Verdict
    found: str


def examine(model: str | None = None) -> Iterator[Check]:
    """Every check, in the order of the table. ``model`` is a checkpoint folder, None for the one that is found.

    Raises nothing; starts a worker and a few programs that only report their version.
    """
    yield Check("pricetag", Verdict.OK, f"{__version__} in {Path(__file__).parent}")
    yield _python()
    yield from (_package(name, Verdict.BROKEN, "reinstall pricetag") for name in _CORE)
    yield from _model(model)
    yield _cache()
    yield _program("git", "warnings on save need it")
    yield _editor()
    yield _sandbox()
    yield _sandbox_cpp()
    yield _program("g++", "measuring C++ needs it")
    yield from (
        _package(name, Verdict.MISSING, 'training needs it: pip install "pricetag[train]"') for name in _TRAIN
    )


def _python() -> Check:
    verdict = Verdict.OK if sys.version_info >= (3, 10) else Verdict.BROKEN
    return Check(
        "Python", verdict, f"{platform.python_version()} ({sys.executable}) on {platform.platform()}"
    )


def _package(name: str, lacking: Verdict, advice: str) -> Check:
    try:
        return Check(name, Verdict.OK, metadata.version(name))
    except metadata.PackageNotFoundError:
        return Check(name, lacking, f"not installed; {advice}")


def _model(explicit: str | None) -> Iterator[Check]:
    try:
        folder = find_model(explicit)
        config = read_config(folder)
    except (ModelNotFound, CheckpointError) as error:
        yield Check("model", Verdict.BROKEN, str(error))
        return
    languages = ", ".join(map(str, config["languages"]))
    yield Check("model", Verdict.OK, f"{config['id']} in {folder}: {languages}")
    # The worker checks the SHA-256 of every file as it loads it.
    yield asyncio.run(_worker(folder))


async def _worker(folder: Path) -> Check:
    supervisor = Supervisor(worker_command(folder))
    started = time.perf_counter()
    await supervisor.start()
    try:
        return await asyncio.wait_for(_ask(supervisor, started), WORKER_TIMEOUT)
    except asyncio.TimeoutError:
        return Check("worker", Verdict.BROKEN, f"no answer within {WORKER_TIMEOUT:g} s")
    except WorkerLost as error:
        return Check("worker", Verdict.BROKEN, str(error))
    finally:
        await supervisor.stop()


async def _ask(supervisor: Supervisor, started: float) -> Check:
    if (state := await supervisor.settled()) is not State.READY:
        return Check("worker", Verdict.BROKEN, supervisor.message or state.value)
    loaded = time.perf_counter()
    assert supervisor.info is not None
    samples = [
        (language, text) for language, text in _SAMPLES.items() if language.value in supervisor.info.languages
    ]
    queries = [
        query_for(function) for language, text in samples for function in parse_functions(text, language)
    ]
    forecasts = await supervisor.forecast(queries)
    answered = time.perf_counter()
    if not forecasts or any(forecast.abstained for forecast in forecasts):
        reasons = "; ".join(f.abstained for f in forecasts if f.abstained) or "no language in common"
        return Check("worker", Verdict.BROKEN, f"no forecast for a plain function: {reasons}")
    return Check(
        "worker",
        Verdict.OK,
        f"ready in {format_seconds(loaded - started)}, "
        f"{len(forecasts)} functions forecast in {format_seconds(answered - loaded)}",
    )


def _cache() -> Check:
    path = default_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
        size = path.stat().st_size if path.exists() else 0
    except OSError as error:
        return Check(
            "cache", Verdict.MISSING, f"{path.parent} is not writable ({error.strerror}); nothing is kept"
        )
    return Check("cache", Verdict.OK, f"{path} ({format_bytes(size)})")


def _program(name: str, lacking: str) -> Check:
    where = shutil.which(name)
    if where is None:
        return Check(name, Verdict.MISSING, f"not found; {lacking}")
    status, out = _run([where, "--version"])
    if status:
        return Check(name, Verdict.MISSING, f"{where} does not run; {lacking}")
    return Check(name, Verdict.OK, f"{(out.splitlines() or [''])[0]} ({where})")


def _editor() -> Check:
    found = [name for name in _EDITORS if shutil.which(name)]
    if not found:
        return Check("editor", Verdict.MISSING, f"none of {', '.join(_EDITORS)} is on the PATH")
    return Check("editor", Verdict.OK, ", ".join(f"{name} ({shutil.which(name)})" for name in found))


def _sandbox() -> Check:
    # In a process of its own: what is cut off stays cut off.
    status, out = _run([sys.executable, "-c", _ISOLATE])
    if status:
        reason = (out.strip().splitlines() or ["no reason given."])[-1]
        return Check("sandbox", Verdict.MISSING, f"{reason} Measuring Python refuses to run without.")
    return Check("sandbox", Verdict.OK, "Linux namespaces, for measuring Python")


def _sandbox_cpp() -> Check:
    try:
        from pricetag.measure.cpp_runner import CppUnavailable, sandbox
    except ImportError as error:  # a module that only Unix has
        return Check(
            "sandbox C++", Verdict.MISSING, f"measuring C++ is not possible on this system ({error})"
        )
    try:
        command = sandbox(Path("/"))
    except CppUnavailable as error:
        return Check("sandbox C++", Verdict.MISSING, str(error))
    status, out = _run([*command, "/bin/true"])
    if status:
        reason = (out.strip().splitlines() or ["no reason given"])[-1]
        return Check("sandbox C++", Verdict.MISSING, f"{reason}; measuring C++ refuses to run without")
    return Check("sandbox C++", Verdict.OK, f"bubblewrap ({command[0]})")


def _run(command: list[str]) -> tuple[int, str]:
    """Exit status (1 if it could not run or took too long) and everything printed."""
    # Not the caller's folder: ``-c`` puts that first on the import path.
    root = str(Path(__file__).resolve().parents[1])
    environment = {**os.environ, "PYTHONPATH": root, "LC_ALL": "C"}
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=TIMEOUT,
            cwd=root,
            env=environment,
            text=True,
            errors="replace",
            check=False,
        )
        return done.returncode, done.stdout
    return 1, ""
