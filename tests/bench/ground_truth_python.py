"""Our peak memory of Python functions against memray's, as a table: ``python tests/bench/ground_truth_python.py DATA``.

Forty functions that a fixed seed draws evenly from the sources, measured by the sandboxed runner and by memray (every
allocation, Python's own allocators traced) on the same input at n = 10,000. A row agrees within 5 % or says why not.
Functions that hold less than 4 KiB are passed over: memray's own start and stop take 3 KiB of what it reports.
"""

from __future__ import annotations

import gc
import json
import pickle
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pricetag.measure.label import Item
from pricetag.measure.python_runner import PythonRunner

N = 10_000
COUNT = 40
SOURCES = ("mbpp", "mbppplus", "cruxeval", "gfg", "leetcode", "authored")
LEAST = 4096  # bytes
SMALL = 4096  # bytes: free lists, of which the two see different parts, and what memray holds for itself
AGREE = 0.05


def main(data: Path, count: int = COUNT) -> None:
    """Print the table and how many rows agree."""
    rows = 0
    within = explained = 0
    print(f"{'function':44} {'ours':>12} {'memray':>12} {'ratio':>7}  note")
    with PythonRunner(time_limit=2, again=0) as runner:
        for item in candidates(data):
            if rows == count:
                break
            (label,) = runner.measure(item, [N])
            if label.memory is None or label.memory < LEAST:
                continue
            theirs = memray_peak(item)
            if theirs is None:
                continue
            rows += 1
            ratio = label.memory / max(theirs["peak"], 1)
            note = ""
            if abs(ratio - 1) > AGREE:
                note = difference(label.memory, theirs)
                explained += note != "unexplained"
            else:
                within += 1
            print(
                f"{item.id[:44]:44} {label.memory:12.0f} {theirs['peak']:12.0f} {ratio:7.3f}  {note}",
                flush=True,
            )
    print(
        f"{rows} functions, {within} within 5 %, {explained} others explained, {rows - within - explained} not"
    )


def candidates(data: Path) -> Iterator[Item]:
    """Python items of all sources in turn, each source in an order that the seed fixes."""
    from pricetag.train.corpus import UnknownSource, load_source

    pools = []
    for source in SOURCES:
        try:
            items = [i for i in load_source(source, data) if i.language == "python" and "." not in i.entry]
        except UnknownSource:
            continue
        random.Random(f"ground truth {source}").shuffle(items)
        pools.append(items)
    for i in range(max(map(len, pools), default=0)):
        yield from (pool[i] for pool in pools if i < len(pool))


def difference(ours: float, theirs: dict[str, Any]) -> str:
    """Why the two may differ by more than 5 %."""
    gap = ours - theirs["peak"]
    if abs(gap) <= SMALL:
        return f"{gap:+.0f} bytes: free lists, and memray's own start and stop"
    if theirs["joins"] and abs(ours / theirs["peak"] - 0.5) < AGREE:
        return "text += text: under memray's profile hook byte code is not specialised, and each += copies"
    if theirs["changed"]:
        return "the call frees or grows its inputs: we count what it holds net of them"
    if theirs["native"] > 0.5 * -gap > 0:
        return f"{theirs['native']:.0f} bytes are allocated past Python's allocators"
    return "unexplained"


def memray_peak(item: Item) -> dict[str, Any] | None:
    """Peak bytes of one call by memray in a process of its own; None where the call fails."""
    done = subprocess.run(
        [sys.executable, __file__, "--one"],
        input=pickle.dumps(item),
        capture_output=True,
        timeout=300,
        check=False,
    )
    try:
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        return None
    return answer


def one() -> None:
    """Measure the pickled item on standard input and print the result as JSON."""
    from pricetag.measure.python_child import _PRELOADED, Inputs, Program, _drain
    from pricetag.measure.python_runner import _static_workload
    from pricetag.workload.examples import infer_from_examples, longest

    for name in _PRELOADED:
        __import__(name)
    item: Item = pickle.loads(sys.stdin.buffer.read())
    random.seed(0)
    program = Program(item.code, item.entry)
    examples = program.examples(list(item.examples))
    workload = infer_from_examples(program.names, examples) if examples else _static_workload(item)
    example = longest(examples)

    def inputs(cycle: bool) -> Inputs:
        return Inputs(program, workload, N, random.Random(f"{item.id}::{N}"), example, cycle)

    made = inputs(cycle=False)
    try:
        _drain(made.fresh()(*made.copy()))
    except Exception:
        made = inputs(cycle=True)
        _drain(made.fresh()(*made.copy()))
    arguments = made.copy()
    _drain(made.fresh()(*arguments))
    changed = made.changed(arguments)
    gc.collect()
    peak = tracked(made.fresh(), made.copy())
    print(json.dumps({"peak": peak[0], "native": peak[1], "changed": changed, "joins": "+=" in item.code}))


def tracked(function: Any, arguments: list[Any]) -> tuple[int, int]:
    """Peak bytes of a call, and how many of them did not come from Python's object allocators."""
    import memray

    from pricetag.measure.python_child import _drain

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "trace.bin")
        with memray.Tracker(path, trace_python_allocators=True):
            _drain(function(*arguments))
        with memray.FileReader(path) as reader:
            records = list(reader.get_high_watermark_allocation_records(merge_threads=True))
    native = [r for r in records if not memray.AllocatorType(r.allocator).name.startswith("PYMALLOC")]
    return sum(r.size for r in records), sum(r.size for r in native)


if __name__ == "__main__":
    if sys.argv[1:] == ["--one"]:
        one()
    elif len(sys.argv) in (2, 3):
        main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) == 3 else COUNT)
    else:
        sys.exit(__doc__)
