"""Scans real code that nobody here wrote: four modules of Python's library and a single-header C++ library.

    python tests/bench/scan.py [--model DIR] [C++ HEADER]...

Prints a Markdown table: functions, forecasts, abstentions by reason, seconds and peak memory of one fresh process for
each file, the cache unused. Without a header named, the first that is installed of a few well-known ones is taken.
"""

from __future__ import annotations

import argparse
import bisect
import difflib
import heapq
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from pricetag.scan import reason_class

MODULES = (heapq, bisect, statistics, difflib)
HEADERS = (
    "/usr/include/nlohmann/json.hpp",
    "/usr/include/catch2/catch.hpp",
    "/usr/include/doctest/doctest.h",
)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("headers", nargs="*", default=[h for h in HEADERS if Path(h).exists()][:1])
    parser.add_argument("--model")
    options = parser.parse_args()
    if not options.headers:
        parser.error(f"no C++ header is installed of {', '.join(HEADERS)}: name one")
    print("| file | lines | functions | forecast | abstained | seconds | peak memory |")
    print("|---|--:|--:|--:|---|--:|--:|")
    failed = False
    for path in [*(str(module.__file__) for module in MODULES), *options.headers]:
        failed |= not measure(path, options.model)
    return int(failed)


def measure(path: str, model: str | None) -> bool:
    """Print the row of one file; whether the scan went well."""
    command = [sys.executable, "-m", "pricetag", "scan", "--json", "--no-cache", path]
    if model:
        command += ["--model", model]
    with tempfile.TemporaryFile() as out:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            print(f"| {path} | | | | exit code {process.returncode} | | |")
            return False
        out.seek(0)
        functions = json.loads(out.read())["functions"]
    reasons = Counter(reason_class(f["abstained"]) for f in functions if f["abstained"])
    abstained = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
    lines = len(Path(path).read_bytes().splitlines())
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(
        f"| {Path(path).name} | {lines:,} | {len(functions)} | {len(functions) - reasons.total()} "
        f"| {reasons.total()}{f' ({abstained})' if abstained else ''} | {seconds:.1f} | {peak / 1e6:.0f} MB |"
    )
    return True


if __name__ == "__main__":
    sys.exit(main())
