"""The unit of ground truth: what is run (``Item``) and what was measured of it (``Label``)."""

from __future__ import annotations

from dataclasses import dataclass, field

SIZES = (10, 100, 1_000, 10_000, 100_000)
TIME_LIMIT = 10.0  # seconds of one call; above it the label is ``over``
MEMORY_LIMIT = 2 << 30  # bytes; above it the label is ``over``


@dataclass(frozen=True, slots=True)
class Item:
    """A function that can be run. ``id`` is stable: ``<source>/<problem number>[/<variant>]``."""

    id: str
    source: str  # "mbpp", "leetcode", "gfg", "generated", ... one per origin
    licence: str  # SPDX
    problem: str  # items that share it (over languages and sources) never stand in two splits
    language: str  # "python" | "cpp"
    code: str  # everything needed: imports/includes, helpers and the function
    entry: str  # "name" or "Class.method"
    examples: tuple[
        str, ...
    ] = ()  # Python: argument tuples as source text, "([1, 2], 3)". C++: argument lists as source
    receiver: tuple[str, ...] = ()  # of a method: arguments of its class's constructor, in the same form
    inputs: str = (
        ""  # id of the item whose random inputs it gets, where it is a version of another; else its own
    )


@dataclass(slots=True)
class Label:
    """One (function, n): bytes and seconds, or why there are none. One row of a ``pricetag.measure.store.LabelStore``."""

    item: str
    source: str
    licence: str
    problem: str
    language: str
    function: str
    assumes: str  # str(Workload) that the inputs were built from
    n: int
    memory: float | None = None  # peak bytes held during the call, inputs excluded
    runtime: float | None = None  # CPU seconds of one untraced call, divided by ``slowdown``
    over: list[str] = field(default_factory=list)  # metrics that passed their limit: "memory", "runtime"
    failed: str = ""  # reason class where nothing could be measured: "exception IndexError", "crash SIGSEGV", "compile", ...
    repeats: int = 0  # untraced calls that the runtime is the lower quartile (Python) or the least (C++) of
    spread: float = 0.0  # (p90 - p10) / median of those calls
    memory_again: float | None = None  # second traced run on the same input, for repeatability
    runtime_again: float | None = None  # second timing run on the same input
    time_limit: float = TIME_LIMIT  # the limits that held: a label over them is censored there
    memory_limit: int = MEMORY_LIMIT
    slowdown: float = 1.0  # reference loop's time over its time on the reference machine at rest
    inferred: bool = False  # not run: a smaller n of this function already ended so
    machine: str = ""  # processor and system that measured
    tools: str = ""  # Pricetag's version, and the interpreter's or compiler's
