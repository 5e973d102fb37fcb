"""Python functions through the real runner: what is measured, and what hostile ones may cost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import pricetag
from pricetag.measure.label import Item, Label
from pricetag.measure.python_runner import PythonRunner, measured_again
from pricetag.workload import Kind, Scalar, Sized, Workload

SIZES = (10, 100, 1000)
MEMORY_LIMIT = 128 << 20


def item(code: str, *examples: str, entry: str = "f") -> Item:
    return Item("test/1", "test", "MIT", "test/1", "python", code, entry, examples or ("([3, 1, 2],)",))


@pytest.fixture(scope="module")
def runner() -> Iterator[PythonRunner]:
    with PythonRunner(time_limit=0.4, memory_limit=MEMORY_LIMIT, again=0) as running:
        yield running


@pytest.fixture(scope="module")
def patient() -> Iterator[PythonRunner]:
    """Its time limit is never what ends a function that ends by itself, however slow the machine."""
    with PythonRunner(time_limit=20, memory_limit=MEMORY_LIMIT, again=0) as running:
        yield running


def summary(label: Label) -> str:
    """How a label ended: "ok", its failure, or what went over."""
    if label.failed:
        return label.failed
    if label.over:
        return "over " + ", ".join(label.over)
    return "ok" if label.memory is not None and label.runtime is not None else "unknown"


# What is measured -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "low", "high"),
    [
        ("def f(xs): return [0] * len(xs)", 8 * 1000, 8 * 1000 + 400),
        ("def f(xs): return bytearray(10_000)", 10_000, 10_400),
        ("def f(xs):\n    a = bytearray(50_000)\n    del a\n    return bytearray(20_000)", 50_000, 50_400),
        ("def f(xs): return len(xs)", 0, 400),
        ("def f(xs): xs.clear()", 0, 400),
        ("kept = bytearray(1_000_000)\ndef f(xs): return 1", 0, 400),
        ("def f(xs):\n    for x in xs: yield bytearray(1000)", 1000, 2600),
        ("def f(xs): return map(lambda x: bytearray(1000), xs)", 1000, 2600),
        ("def f(xs): return list(xs)", 8 * 1000, 8 * 1000 + 400),
    ],
)
def test_memory(runner: PythonRunner, code: str, low: int, high: int) -> None:
    (label,) = runner.measure(item(code), [1000])
    assert summary(label) == "ok"
    assert label.memory is not None
    assert low <= label.memory <= high


def test_memory_is_exactly_repeatable() -> None:
    code = "def f(xs): return sorted(set(xs)), {x: str(x) for x in xs}"
    with PythonRunner(time_limit=1, memory_limit=MEMORY_LIMIT, again=1) as twice:
        first, second = twice.measure(item(code), [500]), twice.measure(item(code), [500])
    assert first[0].memory == first[0].memory_again == second[0].memory
    assert first[0].runtime_again is not None


def test_growth_shows(runner: PythonRunner) -> None:
    code = "def f(xs):\n    t = 0\n    for a in xs:\n        for b in xs: t += a * b\n    return t"
    small, large = runner.measure(item(code), [20, 200])
    assert small.runtime is not None
    assert large.runtime is not None
    assert large.runtime > 20 * small.runtime
    assert (large.time_limit, large.memory_limit) == (0.4, MEMORY_LIMIT)
    assert large.repeats >= 1


def test_what_a_call_remembers_does_not_help_the_next(runner: PythonRunner) -> None:
    slow = "t = 0\n    for a in xs:\n        for b in xs: t += a * b\n"
    plain = f"def f(xs):\n    {slow}    return t"
    memo = f"seen = {{}}\ndef f(xs):\n    k = len(xs)\n    if k in seen: return seen[k]\n    {slow}    seen[k] = t\n    return t"
    cached = f"class S:\n    memo = {{}}\n    def f(self, xs):\n        k = len(xs)\n        if k in self.memo: return self.memo[k]\n    {slow.replace(chr(10), chr(10) + '    ')}        self.memo[k] = t\n        return t"
    cached = cached.replace("    t = 0", "        t = 0")
    (honest,) = runner.measure(item(plain), [100])
    assert honest.runtime is not None
    for code, entry in ((memo, "f"), (cached, "S.f")):
        (label,) = runner.measure(item(code, entry=entry), [100])
        assert label.runtime is not None, label.failed
        assert label.runtime > honest.runtime / 4


def test_inputs_are_fresh_for_every_call(runner: PythonRunner) -> None:
    code = "def f(xs):\n    assert len(xs) in (10, 100, 1000)\n    n = 0\n    while xs: n += xs.pop()\n    return n"
    assert [summary(label) for label in runner.measure(item(code), SIZES)] == ["ok"] * 3


@pytest.mark.parametrize(
    ("code", "entry", "example", "assumes"),
    [
        ("class Solution:\n    def f(self, xs): return sum(xs)", "Solution.f", "([3, 1, 2],)", "xs: list[int] of n"),
        ("class A:\n    class B:\n        @staticmethod\n        def f(n): return n", "A.B.f", "(7,)", "n: int = n"),
        ("def f(h: 'ListNode'):\n    n = 0\n    while h: n, h = n + h.val, h.next\n    return n", "f", "([3, 1, 2],)", "h: linked list[int] of n"),
        ("def f(t: 'Optional[TreeNode]'): return f(t.left) + f(t.right) + t.val if t else 0", "f", "([1, 2, 3],)", "t: tree[int] of n"),
        ("class ListNode:\n    def __init__(self, val=0, next=None): self.val, self.next = val, next\n"
         "def list_node(xs): return None\ndef f(h): return type(h) is ListNode and h.val", "f", "(list_node([1, 2]),)", "h: linked list[int] of n"),
        ("import functools\n@functools.cache\ndef f(n): return n", "f", "(5,)", "n: int = n"),
        ("from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\ndef f(n): return P(n)", "f", "(5,)", "n: int = n"),
        ("def f(xs, key): return sorted(xs, key=key)", "f", "([3, 1], lambda x: -x)", "xs: list[int] of n, key: callable"),
        ("import numpy\ndef f(n): return n", "f", "(5,)", "n: int = n"),
    ],
)  # fmt: skip
def test_entries(runner: PythonRunner, code: str, entry: str, example: str, assumes: str) -> None:
    labels = runner.measure(item(code, example, entry=entry), [10, 100])
    assert [summary(label) for label in labels] == ["ok", "ok"]
    assert {label.assumes for label in labels} == {assumes}


def test_no_examples_means_static_kinds(runner: PythonRunner) -> None:
    bare = Item(
        "test/2", "test", "MIT", "test/2", "python", "def f(words: list[str], k: int): return words[:k]", "f"
    )
    (label,) = runner.measure(bare, [100])
    assert (label.assumes, summary(label)) == ("words: list[str] of n x 5, k: int <= n", "ok")


def test_memory_is_that_of_warm_code_whichever_sizes_are_asked(runner: PythonRunner) -> None:
    code = "def f(s: str):\n    t, i = '', 0\n    while i < len(s):\n        t += s[i]\n        i += 1\n    return len(t)"
    at_10_000 = {
        sizes: runner.measure(item(code, "('abc',)"), sizes)[-1].memory
        for sizes in ((10_000,), (100, 10_000), (10, 100, 1_000, 10_000))
    }
    assert all(memory is not None and 10_000 < memory < 12_000 for memory in at_10_000.values()), at_10_000


def test_versions_get_the_same_random_inputs(runner: PythonRunner) -> None:
    original = item("def f(xs: list[int]): return bytearray(sum(xs) % 9973)")
    version = replace(original, id="test/version", inputs=original.id)
    other = replace(original, id="test/other")
    first, same, different = (runner.measure(one, [1_000])[0].memory for one in (original, version, other))
    assert first == same != different


def test_a_given_workload_is_built(runner: PythonRunner) -> None:
    workload = Workload((Kind("xs", Sized("str", (), "n")), Kind("k", Scalar("int", "n"))))
    (label,) = runner.measure(
        item("def f(xs, k):\n    assert len(xs) == k == 50\n    return xs * 2"), [50], workload
    )
    assert (label.assumes, summary(label)) == ("xs: str of n, k: int = n", "ok")


def test_inputs_that_must_fit_together_come_from_the_example(runner: PythonRunner) -> None:
    code = "def f(xs):\n    assert all(b == 'x' for a, b in zip(xs[::2], xs[1::2]))\n    return len(xs)"
    labels = runner.measure(item(code, "(['q', 'x', 'q', 'x'],)"), SIZES)
    assert [summary(label) for label in labels] == ["ok"] * 3


def test_hopeless_sizes_are_not_run(runner: PythonRunner) -> None:
    code = "def f(xs):\n    t = 0\n    for a in xs:\n        for b in xs: t += a * b\n    return t"
    labels = runner.measure(item(code), [100, 1000, 10_000, 100_000])
    assert [(summary(label), label.inferred) for label in labels[2:]] == [("over runtime", True)] * 2


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f(xs): return xs[5000]", "exception IndexError"),
        ("def f(xs): raise KeyError(1)", "exception KeyError"),
        ("def f(xs): return f(xs)", "exception RecursionError"),
        ("def f(xs) return 1", "exception SyntaxError"),
        ("def g(xs): return 1", "exception AttributeError"),
        ("import nothing_like_it\ndef f(xs): return 1", "exception ModuleNotFoundError"),
        ("async def f(xs): return 1", "coroutine"),
        ("async def g(xs): return 1\ndef f(xs): return g(xs)", "exception TypeError"),
        ("1 / 0\ndef f(xs): return 1", "exception ZeroDivisionError"),
    ],
)
def test_failures(runner: PythonRunner, code: str, expected: str) -> None:
    assert [summary(label) for label in runner.measure(item(code), SIZES)] == [expected] * 3


# Hostile functions ----------------------------------------------------------------------------------------------

_FORGED = (
    'import os\ndef f(xs):\n    for fd in range(3, 64):\n        try: os.write(fd, b\'{"n": [1], "phase": {}}\\n[[]]\\n\\xff{\\n\')\n'
    "        except OSError: pass\n    return 1"
)


# What would never end, or may cost the runner itself,
_ENDLESS: list[tuple[str, set[str] | None]] = [
    ("def f(xs):\n    while True: pass", {"over runtime"}),
    ("def f(xs): return 7 ** (7 ** (7 ** 7))", {"over runtime", "over memory"}),
    ("def f(xs):\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass", {"over runtime"}),
    ("import signal, time\ndef f(xs):\n    for s in set(signal.Signals) - {9, 19}: signal.signal(s, signal.SIG_IGN)\n    time.sleep(100)", {"idle"}),
    ("import time\ndef f(xs): time.sleep(100)", {"idle"}),
    ("while True: pass\ndef f(xs): return 1", {"timeout"}),
    ("import sys\nsys.setrecursionlimit(10**8)\ndef f(xs): return [f([xs])]", {"crash SIGSEGV", "over memory", "over runtime"}),
    ("def f(xs):\n    a = []\n    while True: a.append(bytearray(10**6))", {"over memory", "over runtime"}),
    ("import os\ndef f(xs):\n    while True:\n        try: os.fork()\n        except OSError: pass", {"over runtime", "timeout wall"}),
    ("def f(xs):\n    while True: print('x' * 10**6)", {"over runtime"}),
    ("def f(xs):\n    for x in iter(int, 1): yield x", {"over runtime"}),
    ("import ctypes\ndef f(xs):\n    if ctypes.CDLL(None).mount(b'none', b'/', None, 32, None): raise MemoryError", {"over memory"}),
    ("import gc, sys\ndef f(xs):\n    for o in gc.get_objects():\n        if isinstance(o, dict): o.clear()", None),
    ("import builtins\ndef f(xs): builtins.len = builtins.isinstance = None; return 1", None),
    (_FORGED, None),
]  # fmt: skip
# and what ends of itself.
_ENDING: list[tuple[str, set[str]]] = [
    ("import sys\ndef f(xs): sys.exit(3)", {"exception SystemExit"}),
    ("import os\ndef f(xs): os._exit(0)", {"exit 0"}),
    ("import os\ndef f(xs): os._exit(9)", {"exit 9"}),
    ("import os\ndef f(xs): os.abort()", {"crash SIGABRT", "crash SIGSEGV"}),
    ("import ctypes\ndef f(xs): ctypes.string_at(0)", {"crash SIGSEGV"}),
    ("def f(xs): return [0] * 10**12", {"over memory"}),
    ("import os\ndef f(xs):\n    while True: os.fork()", {"exception BlockingIOError"}),
    ("import os, time\ndef f(xs):\n    if os.fork() == 0:\n        os.setsid()\n        time.sleep(1000)\n    return 1", {"ok", "exception BlockingIOError"}),
    ("import os\ndef f(xs): os.kill(os.getpid(), 9)", {"killed"}),
    ("import os\ndef f(xs): os.kill(-1, 9)", {"exception PermissionError", "killed", "exception ProcessLookupError"}),
    ("import os\ndef f(xs): os.kill(1, 9); return 1", {"ok", "exception PermissionError"}),
    ("import threading\ndef f(xs):\n    while True: threading.Thread(target=threading.Event().wait, daemon=True).start()", {"exception RuntimeError"}),
    ("def f(xs): return input()", {"exception EOFError"}),
    ("import sys\ndef f(xs): return len(sys.stdin.read())", {"ok"}),
    ("def f(xs): print(xs); return 1", {"ok"}),
    ("import socket\ndef f(xs): socket.create_connection(('127.0.0.1', 22), 1)", {"exception OSError", "exception ConnectionRefusedError"}),
    ("import socket\ndef f(xs): socket.create_connection(('1.1.1.1', 53), 1)", {"exception OSError"}),
    ("def f(xs): open('/tmp/f', 'w').write('x' * 100); return open('/tmp/f').read()", {"ok"}),
    ("def f(xs): open('/tmp/f', 'w').write('x' * 10**8)", {"exception OSError"}),
    ("def f(xs): open('/etc/f', 'w')", {"exception OSError", "exception PermissionError"}),
    ("import os\ndef f(xs): os.chmod('/', 0o777)", {"exception OSError", "exception PermissionError"}),
    ("import os, pathlib\ndef f(xs): return len(os.listdir(pathlib.Path('~/.ssh').expanduser()))", {"exception FileNotFoundError", "exception PermissionError"}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "expected"), _ENDLESS)
def test_an_endless_function_costs_its_own_label_only(
    runner: PythonRunner, code: str, expected: set[str] | None
) -> None:
    costs_its_own_label_only(runner, code, expected)


@pytest.mark.parametrize(("code", "expected"), _ENDING)
def test_a_hostile_function_costs_its_own_label_only(
    patient: PythonRunner, code: str, expected: set[str]
) -> None:
    costs_its_own_label_only(patient, code, expected)


def costs_its_own_label_only(runner: PythonRunner, code: str, expected: set[str] | None) -> None:
    started = time.monotonic()
    labels = runner.measure(item(code), [10, 100])
    assert time.monotonic() - started < 120
    assert [label.n for label in labels] == [10, 100]
    if expected is not None:
        assert summary(labels[0]) in expected
    (after,) = runner.measure(item("def f(xs): return len(xs)"), [10])
    assert summary(after) == "ok"


def test_nothing_is_left_behind(runner: PythonRunner, tmp_path: Path) -> None:
    mark = f"pricetag-mark-{os.getpid()}"
    code = (
        "import os, sys, time\ndef f(xs):\n    open('/tmp/" + mark + "', 'w').close()\n"
        "    if os.fork() == 0:\n        os.execv(sys.executable, [sys.executable, '-c', 'import time; time.sleep(999)  # "
        + mark
        + "'])\n"
        "    return 1"
    )
    runner.measure(item(code), [10])
    assert not Path("/tmp", mark).exists()
    found = [p for p in Path("/proc").glob("[0-9]*/cmdline") if mark in _read(p)]
    assert found == []


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode(errors="replace")
    except OSError:
        return ""


def test_a_lost_server_costs_one_item() -> None:
    with PythonRunner(time_limit=0.4, memory_limit=MEMORY_LIMIT) as losing:
        assert summary(losing.measure(item("def f(xs): return 1"), [10])[0]) == "ok"
        assert losing._server is not None
        losing._server.kill()
        losing._server.wait()
        assert summary(losing.measure(item("def f(xs): return 1"), [10])[0]) == "ok"


def test_the_sample_measured_again_is_fixed() -> None:
    chosen = [measured_again(f"mbpp/{i}") for i in range(2000)]
    assert 120 < sum(chosen) < 280
    assert chosen == [measured_again(f"mbpp/{i}") for i in range(2000)]
    assert not any(measured_again(f"mbpp/{i}", 0) for i in range(100))
    assert all(measured_again(f"mbpp/{i}", 1) for i in range(100))


def test_what_is_installed_in_tmp_can_be_imported(tmp_path: Path) -> None:
    """Measured code has a /tmp of its own; an environment that lies in the real one must still be seen."""
    package = Path(pricetag.__path__[0])
    shutil.copytree(
        package, tmp_path / "server" / "pricetag", ignore=shutil.ignore_patterns("*.jsonl*", "__pycache__")
    )
    program = """
from pricetag.measure.label import Item
from pricetag.measure.python_runner import PythonRunner
item = Item("t/1", "t", "MIT", "t/1", "python", "import pricetag.rlm.numbers\\ndef f(n):\\n    return n", "f", ("(5,)",))
with PythonRunner(time_limit=1.0) as runner:
    print([label.failed for label in runner.measure(item, (10, 100))])
"""
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "server")}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, cwd="/"
    )
    assert done.stdout.strip() == "['', '']", done.stderr
