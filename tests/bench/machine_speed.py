"""Makes ``server/pricetag/measure/speed.json``: what the workloads of `pricetag calibrate` take on the reference machine.

    python tests/bench/machine_speed.py [--write]

As with labels, the seconds of the reference machine are those of this one divided by how much slower the reference
work runs here, at the same time. It should run with the interpreter that labels are made with.
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path

import pricetag.measure
from pricetag.measure.reference import NOMINAL, work
from pricetag.measure.speed import WORKLOADS, quickest

ROUNDS = 20
SECONDS = 0.3  # of CPU time in one round


def main() -> None:
    """Print the seconds of each workload, beside what the file says, or write them to it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    path = Path(pricetag.measure.__path__[0]) / "speed.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    found = reference_machine()
    for name, seconds in sorted(found.items()):
        print(f"{name:>12}  {seconds * 1e6:8.1f} µs   in the file: {known.get(name, 0) * 1e6:8.1f} µs")
    if write:
        path.write_text(json.dumps(found, indent=2, sort_keys=True) + "\n")


def reference_machine() -> dict[str, float]:
    """Seconds on the reference machine: the median over rounds of (workload / reference work) x ``NOMINAL``."""
    (reference,) = (name for name, workload in WORKLOADS.items() if workload is work)
    rounds = [quickest(WORKLOADS, SECONDS) for _ in range(ROUNDS)]
    return {
        name: float(f"{statistics.median(one[name] / one[reference] for one in rounds) * NOMINAL:.4g}")
        for name in WORKLOADS
    }


if __name__ == "__main__":
    main()
