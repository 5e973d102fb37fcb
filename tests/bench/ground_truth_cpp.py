"""Compare the peak memory of C++ labels with valgrind's massif, function by function.

    python tests/bench/ground_truth_cpp.py DATA [--count 40] [--size 10000] [--sources mbxp,gfgcpp,authored]

Each function runs twice under massif on the inputs of its label: once it is called, once it is not. A large block is
held meanwhile, so that the highest level is that of the call and not of building the inputs; the difference of both
levels is the call's. Functions that take over 1 ms are passed over, massif is a hundred times slower.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pricetag.measure.cpp_program import prepare, program
from pricetag.measure.cpp_runner import CppLimits, Toolchain, label_cpp, toolchain
from pricetag.measure.label import Item
from pricetag.train.corpus import load_source
from pricetag.workload.cpp_code import NoSuchFunction
from pricetag.workload.cpp_types import UnsupportedType

SEED = 2_025  # the same inputs as the labels: measure/cpp_runner.py
LONGEST = 1e-3  # seconds at the size asked for
WITHIN = 0.05
MAIN = """
#include "subject.hpp"
#include <cstdlib>
#include <cstring>
int main(int argc, char **argv) {
  void *inputs = pricetag_subjects[0].build(std::atol(argv[1]), std::strtoul(argv[2], nullptr, 10));
  std::srand(1);
  void *held = std::malloc(1ul << 30);
  asm volatile("" : : "r"(held) : "memory");
  if (argc > 3) pricetag_subjects[0].call(inputs);
  asm volatile("" : : : "memory");
  std::free(held);
  return 0;
}
"""


@dataclass(frozen=True, slots=True)
class Level:
    """Bytes at massif's highest snapshot."""

    heap: int  # as asked for
    extra: int  # rounding and headers of those blocks
    stack: int

    @property
    def total(self) -> int:
        """Heap as asked for, and stack."""
        return self.heap + self.stack


def main() -> None:
    """Print the table and the shares."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--sources", default="mbxp,gfgcpp,authored")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    if shutil.which("valgrind") is None:
        sys.exit("valgrind is not installed")
    rng = random.Random(chosen.seed)
    pools = []
    for source in chosen.sources.split(","):
        items = sorted(
            (item for item in load_source(source, chosen.data) if item.language == "cpp"),
            key=lambda item: item.id,
        )
        rng.shuffle(items)
        pools.append(iter(items))
    print(f"{'item':48} {'label':>10} {'massif':>10} {'ratio':>6}  why")
    ratios: list[tuple[float, bool]] = []
    while len(ratios) < chosen.count and pools:
        for pool in list(pools):
            batch = [item for item, _ in zip(pool, range(6), strict=False)]
            if not batch:
                pools.remove(pool)
            for item, memory in _measured(batch, chosen.size)[:2]:
                level = massif(item, chosen.size)
                if level is None or len(ratios) >= chosen.count:
                    continue
                ratio = memory / max(1, level.total)
                reason = explained(memory, level)
                ratios.append((ratio, bool(reason)))
                print(f"{item.id:48} {memory:10.0f} {level.total:10d} {ratio:6.3f}  {reason}", flush=True)
    near = [ratio for ratio, _ in ratios if abs(ratio - 1) <= WITHIN]
    told = [ratio for ratio, reason in ratios if abs(ratio - 1) <= WITHIN or reason]
    print(f"{len(ratios)} functions: {len(near)} within {WITHIN:.0%}, {len(told)} within it or explained")


def explained(memory: float, level: Level) -> str:
    """Why label and massif differ by more than 5 %; "" where they don't or nothing says why."""
    difference = memory - level.total
    if abs(difference) <= WITHIN * level.total:
        return ""
    if abs(difference) <= 320:
        return f"{difference:+.0f} bytes: frames of the measuring code, registers saved"
    if 0 < difference <= level.extra + WITHIN * level.total:
        return f"{difference:+.0f} bytes: blocks count as large as malloc makes them ({level.extra:+d})"
    if difference > 0 and memory <= 1.05 * (level.heap + level.extra) + 4096:
        return f"{difference:+.0f} bytes: heap and stack peak at different moments"
    return ""


def massif(item: Item, size: int) -> Level | None:
    """The level of the call alone; None where it does not compile or ends badly there."""
    tools = toolchain()
    with tempfile.TemporaryDirectory(prefix="pricetag-massif-") as place:
        folder = Path(place)
        binary = _build(tools, item, folder)
        if binary is None:
            return None
        levels = [
            _level(binary, folder, arguments)
            for arguments in ([str(size), str(SEED)], [str(size), str(SEED), "call"])
        ]
    idle, called = levels
    if idle is None or called is None:
        return None
    return Level(called.heap - idle.heap, called.extra - idle.extra, called.stack - idle.stack)


def _measured(items: list[Item], size: int) -> list[tuple[Item, float]]:
    by_id = {item.id: item for item in items}
    return [
        (by_id[label.item], label.memory)
        for label in label_cpp(items, (size,), limits=CppLimits(time=1.0, budget=0.001))
        if label.memory is not None and label.runtime is not None and label.runtime < LONGEST
    ]


def _build(tools: Toolchain, item: Item, folder: Path) -> Path | None:
    try:
        source = program([(0, prepare(item))], wrapped=False)
    except (NoSuchFunction, UnsupportedType):
        return None
    (folder / "subject.cpp").write_text(source, encoding="utf-8")
    (folder / "main.cpp").write_text(MAIN, encoding="utf-8")
    command = [
        tools.compiler, f"-std={tools.standard}", "-O2", "-w", "-include", str(tools.folder / "values.hpp"), "-I", str(tools.folder),
        str(folder / "subject.cpp"), str(folder / "main.cpp"), "-o", str(folder / "run"), "-Wl,-z,now", "-pthread",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, check=False, timeout=300)
    return folder / "run" if done.returncode == 0 else None


def _level(binary: Path, folder: Path, arguments: list[str]) -> Level | None:
    written = folder / "massif.out"
    command = [
        "valgrind", "--tool=massif", "--stacks=yes", "--max-stackframe=3000000000", "--peak-inaccuracy=0.0", "--max-snapshots=1000", "--depth=1",
        "--main-stacksize=1000000000", f"--massif-out-file={written}", str(binary), *arguments,
    ]  # fmt: skip
    try:
        # As for the label: a library's symbol resolved during the call would take the loader's stack.
        bound = {**os.environ, "LD_BIND_NOW": "1"}
        done = subprocess.run(command, capture_output=True, check=False, timeout=60, cwd=folder, env=bound)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode != 0:
        return None
    snapshots = re.findall(
        r"mem_heap_B=(\d+)\nmem_heap_extra_B=(\d+)\nmem_stacks_B=(\d+)", written.read_text(encoding="utf-8")
    )
    return max((Level(*map(int, numbers)) for numbers in snapshots), key=lambda level: level.total)


if __name__ == "__main__":
    main()
