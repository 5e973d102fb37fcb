from __future__ import annotations

import subprocess
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from pricetag.measure.label import Item
from pricetag.train.mutate import MOST, mutate, tables
from pricetag.train.mutate.edits import apply
from pricetag.train.mutate.program import Program
from pricetag.train.mutate.unit import Unit

N = 300
CPP = "#include <vector>\n#include <string>\n\nlong f(const std::{type}& given) {{\n    return given.size();\n}}\n"
# Counts the bytes that are held, and prints the largest sum of each function in a line.
COUNTER = """
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <malloc.h>
#include <new>
static size_t held = 0, peak = 0;
void* operator new(size_t size) {
    void* made = malloc(size);
    held += malloc_usable_size(made);
    peak = std::max(peak, held);
    return made;
}
void operator delete(void* gone) noexcept { if (gone) held -= malloc_usable_size(gone); free(gone); }
void operator delete(void* gone, size_t) noexcept { operator delete(gone); }
"""


def item(code: str, language: str = "python", example: str = "([3, 1],)") -> Item:
    return Item("s/1", "s", "MIT", "p/1", language, code, "f", (example,))


def python_versions(kind: str, one: Item) -> list[str]:
    program = Program.of(one)
    assert program is not None
    return [apply(one.code, site) for site in tables.PYTHON[kind](program)]


def cpp_versions(kind: str, one: Item) -> list[str]:
    unit = Unit.of(one)
    assert unit is not None
    return [apply(one.code, site) for site in tables.CPP[kind](unit)]


def peak(code: str, argument: object) -> int:
    names: dict[str, Any] = {}
    exec(code, names)
    tracemalloc.start()
    try:
        assert names["f"](argument) == N
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("code", "example", "argument", "square", "linear"),
    [
        ("def f(xs):\n    return len(xs)\n", "([3, 1],)", list(range(N)), 18, 12),
        ("def f(s):\n    return len(s)\n", "('ab',)", "ab" * (N // 2), 18, 12),
        ("def f(n):\n    return n\n", "(3,)", N, 4, 3),
    ],
)  # fmt: skip
def test_python_tables_hold_what_they_say(
    code: str, example: str, argument: object, square: int, linear: int
) -> None:
    squares = python_versions("table", item(code, example=example))
    linears = python_versions("no-table", item(code, example=example))
    assert (len(set(squares)), len(set(linears))) == (square, linear)
    # A slice of a string holds a byte a character, everything else at least eight a value.
    shared = {
        one for one in squares if isinstance(argument, str) and "[:]" in one
    }  # a whole slice of a string is the string
    assert min(peak(one, argument) for one in squares if one not in shared) > N * N / 2
    assert max(peak(one, argument) for one in linears) < N * 180


@pytest.mark.parametrize(
    ("type_", "made"), [("vector<int>", "std::vector<int>(N, 1)"), ("string", "std::string(N, 'a')")]
)
def test_cpp_tables_hold_what_they_say(type_: str, made: str, tmp_path: Path) -> None:
    one = item(CPP.format(type=type_), "cpp")
    squares, linears = cpp_versions("table", one), cpp_versions("no-table", one)
    functions = [
        text.split("\n\n", 1)[1].replace("long f(", f"long f{k}(", 1)
        for k, text in enumerate(squares + linears)
    ]
    calls = "".join(
        f'    {{ const auto given = {made}; peak = held; const size_t before = held; f{k}(given); std::printf("%zu\\n", peak - before); }}\n'
        for k in range(len(functions))
    )
    text = "#include <vector>\n#include <string>\n" + COUNTER + "\n".join(functions)
    source, program = tmp_path / "all.cpp", tmp_path / "all"
    source.write_text(f"{text}\nint main() {{\n    const size_t N = {N};\n{calls}}}\n", encoding="utf-8")
    subprocess.run(["g++", "-std=c++17", "-O0", "-o", program, source], check=True, capture_output=True)
    peaks = [
        int(line)
        for line in subprocess.run([program], check=True, capture_output=True, text=True).stdout.split()
    ]
    assert len(peaks) == len(squares) + len(linears) == 20
    assert min(peaks[: len(squares)]) > N * N / 8  # bits
    assert max(peaks[len(squares) :]) < N * 60


def test_tables_come_after_the_other_mutants() -> None:
    """Labels name mutants: those of old stay when kinds are added."""
    made = [
        one.id
        for one in mutate(
            item("def f(xs):\n    out = []\n    for x in xs:\n        out.append(x)\n    return out\n")
        )
    ]
    assert made[-2:] == ["s/1/mut/table", "s/1/mut/no-table"] or made[-2:] == [
        "s/1/mut/no-table",
        "s/1/mut/table",
    ]
    assert len(made) <= MOST + 2


@pytest.mark.parametrize(
    ("code", "language", "example"),
    [
        ("def f(x):\n    return x\n", "python", "(1.5,)"),
        ("def f(xs): return xs\n", "python", "([1],)"),
        ("int f(int n) {\n    return n;\n}\n", "cpp", "(3,)"),
        ("int f(std::vector<std::vector<int>> rows) {\n    return rows.size();\n}\n", "cpp", "([[3]],)"),
    ],
)  # fmt: skip
def test_no_table_where_no_size_is_known(code: str, language: str, example: str) -> None:
    assert not [one for one in mutate(item(code, language, example)) if one.id.endswith("table")]
