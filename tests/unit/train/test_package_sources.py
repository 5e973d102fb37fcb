"""Functions of the library and of packages: what is taken, and that its text stands alone."""

from __future__ import annotations

import ast
import heapq
import sys
import textwrap
from itertools import islice
from pathlib import Path

import pytest

from pricetag.measure.label import Item
from pricetag.measure.python_runner import PythonRunner
from pricetag.train.package_sources import Scope, installed_packages, items_of_file, standard_library

FILE = '''
"""A module."""
from __future__ import annotations
import math, re
from . import near
from ..up import far as away
LIMIT = 3
TABLE = {}
TABLE["a"] = LIMIT
try:
    from fast import speed
except ImportError:
    def speed(x): return x
class Base: pass
class Child(Base):
    def f(self, xs): return helper(xs)
def helper(xs):
    return TABLE.get(len(xs))
def alone(xs): return sum(xs)
def both(xs): return speed(math.sqrt(len(xs)))
def relative(xs): return near.f(xs), away(xs)
'''


@pytest.mark.parametrize(
    ("name", "parts", "absent"),
    [
        ("alone", ["def alone"], ["TABLE", "import math", "class"]),
        ("helper", ["LIMIT = 3", "TABLE = {}", 'TABLE["a"] = LIMIT', "def helper"], ["math, re", "alone"]),
        ("Child", ["class Base", "class Child", "def helper", "LIMIT = 3"], ["alone"]),
        ("both", ["import math\n", "try:", "def speed"], ["math, re", "LIMIT"]),
        ("relative", ["from pkg.sub import near", "from pkg.up import far as away"], ["math"]),
    ],
)
def test_code_is_what_the_name_needs(name: str, parts: list[str], absent: list[str]) -> None:
    code = Scope(FILE, ast.parse(FILE), "pkg.sub.mod", package=False).code(name)
    body = code.replace("from __future__ import annotations\n", "")
    assert "from __future__ import annotations" in code
    assert [part for part in parts if part not in code] == []
    assert [part for part in absent if part in body] == []
    compile(code, name, "exec")


@pytest.mark.parametrize(
    ("definition", "taken"),
    [
        ("def f(xs: list[int]): return sum(xs)", True),
        ("def f(n): return [0] * n", True),
        ("def f(): return 1", False),
        ("def f(path: str): return open(path).read()", False),
        ("def f(unknown): return unknown.frobnicate()", False),
        ("async def f(xs: list[int]): return sum(xs)", False),
        ("def test_f(xs: list[int]): return sum(xs)", False),
        ("def f(xs: list[int]): print(xs)", False),
        ("class C:\n    def __init__(self, xs: list[int]): self.xs = xs\n    def f(self): return sum(self.xs)", True),
        ("class C:\n    def __init__(self, socket): self.s = socket\n    def f(self, xs: list[int]): return sum(xs)", False),
        ("import numpy\ndef f(xs: list[int]): return numpy.sum(xs)", False),
    ],
)  # fmt: skip
def test_what_is_taken(tmp_path: Path, definition: str, taken: bool) -> None:
    path = tmp_path / "m.py"
    path.write_text(textwrap.dedent(definition) + "\n")
    found = list(items_of_file(path, "m", False, "stdlib", "PSF-2.0", "stdlib/m", "stdlib/m"))
    assert bool(found) is taken


def test_the_library_runs() -> None:
    path = Path(str(heapq.__file__))
    found = {
        item.id: item
        for item in items_of_file(path, "heapq", False, "stdlib", "PSF-2.0", "stdlib/heapq", "stdlib/heapq")
    }
    item = found["stdlib/heapq/merge"]
    assert (item.problem, item.licence, item.entry) == ("stdlib/heapq", "PSF-2.0", "merge")
    with PythonRunner(time_limit=1, memory_limit=64 << 20, again=0) as runner:
        (label,) = runner.measure(found["stdlib/heapq/heapify"], [1000])
    assert (label.failed, label.over) == ("", [])


def test_items_of_whole_environments() -> None:
    for source, items in (("stdlib", standard_library()), ("package", installed_packages())):
        some: list[Item] = list(islice(items, 12))
        assert len({item.id for item in some}) == len(some) == 12
        for item in some:
            assert (item.source, item.language, item.examples) == (source, "python", ())
            assert item.id.startswith(item.problem.rpartition("/")[0])
            assert item.id.endswith("/" + item.entry)
            ast.parse(item.code)
    assert "heapq" in sys.stdlib_module_names
