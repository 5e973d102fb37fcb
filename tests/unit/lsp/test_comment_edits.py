"""Edits of ``pricetag:`` comments: what they write, and that it means what it should."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from pricetag.baseline import exceeded
from pricetag.forecast import Estimate, Forecast
from pricetag.lsp.comment_edits import ignoring, raising
from pricetag.lsp.documents import Document, Verdict
from pricetag.syntax import Language, parse_functions
from pricetag.text import Change, Encoding, Position, Range
from pricetag.workload import parse_directive


def opened(text: str, language: Language = Language.PYTHON) -> Document:
    made = Document("file:///a", "/a", language, text, 1, Encoding.UTF16)
    made.place(made.analysis.update(made.take_changes()))
    return made


def applied(document: Document, edits: list[types.TextEdit]) -> str:
    for edit in reversed(edits):
        start, end = (Position(at.line, at.character) for at in (edit.range.start, edit.range.end))
        document.apply([Change(Range(start, end), edit.new_text)], 2)
    return document.buffer.text


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        (Language.PYTHON, "def f():\n    pass\n", "# pricetag: ignore\ndef f():\n    pass\n"),
        (Language.PYTHON, "x = 1\r\ndef f():\r\n    pass\r\n", "x = 1\r\n# pricetag: ignore\r\ndef f():\r\n    pass\r\n"),
        (Language.PYTHON, "class A:\n\t@p\n\tdef f(s):\n\t\tpass\n", "class A:\n\t# pricetag: ignore\n\t@p\n\tdef f(s):\n\t\tpass\n"),
        (Language.PYTHON, "# pricetag: n=10\ndef f(n): pass", "# pricetag: n=10\n# pricetag: ignore\ndef f(n): pass"),
        (Language.PYTHON, "def f(n): pass", "# pricetag: ignore\ndef f(n): pass"),
        (Language.PYTHON, "# pricetag: Ignore\ndef f(n): pass", "# pricetag: Ignore\ndef f(n): pass"),
        (Language.PYTHON, "é = '😀'\rdef f():\r    pass\r", "é = '😀'\r# pricetag: ignore\rdef f():\r    pass\r"),
        (Language.CPP, "  int f() { return 1; }\n", "  // pricetag: ignore\n  int f() { return 1; }\n"),
        (Language.CPP, "template <class T>\nT f(T x) { return x; }\n", "// pricetag: ignore\ntemplate <class T>\nT f(T x) { return x; }\n"),
        (Language.CPP, "struct S { int f() { return 1; } };\n", "struct S { int f() /* pricetag: ignore */ { return 1; } };\n"),
    ],
)  # fmt: skip
def test_ignoring(language: Language, before: str, after: str) -> None:
    document = opened(before, language)
    [place] = document.places
    assert applied(document, ignoring(document, place)) == after
    [function] = parse_functions(after, language)
    assert parse_directive(function.directive).ignore
    again = opened(after, language)
    assert ignoring(again, again.places[0]) == []


PIECES = {
    Language.PYTHON: [
        "def f(xs):\n    return xs\n", "class A:\n    def g(self):\n        def h(y):\n            return y\n        return h\n",
        "@wraps\nasync def k(): pass\n", "# pricetag: n=10\ndef m(n):\n    # pricetag: memory <= 1 MB\n    return n\n", "x = 1\n", "# note\n", "\n",
    ],
    Language.CPP: [
        "int f(int n) { return n; }\n", "struct S { int a; int g() { return 1; } int h() { return 2; } };\n",
        "template <class T>\nT k(T x) {\n  return x;\n}\n", "// pricetag: n=10\nint m(int n) {\n  return n;\n}\n", "namespace q {\nint z() {\n  return 3;\n}\n}\n", "\n",
    ],
}  # fmt: skip


@given(st.data(), st.sampled_from(list(Language)))
def test_ignoring_means_the_one_function(data: st.DataObject, language: Language) -> None:
    text = "".join(data.draw(st.lists(st.sampled_from(PIECES[language]), min_size=1, max_size=6)))
    ending = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    document = opened(text.replace("\n", ending), language)
    if not document.places:
        return
    index = data.draw(st.integers(0, len(document.places) - 1))
    before = [place.function.directive for place in document.places]
    after = parse_functions(applied(document, ignoring(document, document.places[index])), language)
    expected = list(before)
    expected[index] = "; ".join(filter(None, (before[index], "ignore")))
    said = [function.directive for function in after]
    assert sorted(said[index].split("; ")) == sorted(expected[index].split("; "))
    assert said[:index] + said[index + 1 :] == expected[:index] + expected[index + 1 :]


class OwnThread:
    """As the scheduler's analysis thread."""

    async def in_thread(self, function: Any, *arguments: object) -> Any:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(function, *arguments).result()


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# pricetag: memory <= 1 MB", "# pricetag: memory <= 13 MB"),
        ("#pricetag: xs=list[int]; memory <1_000.5kB @ n=1e4, runtime <= 9 ms", "#pricetag: xs=list[int]; memory <13000kB @ n=1e4, runtime <= 9 ms"),
        ("# pricetag: memory <= 1 MB, memory <= 2 MB", "# pricetag: memory <= 13 MB, memory <= 13 MB"),
        ("# pricetag: memory <= 1 GB", "# pricetag: memory <= 1 GB"),
        ("# pricetag: runtime <= 1 ms", "# pricetag: runtime <= 1 ms"),  # not the metric asked for
        ("# pricetag: memory <= 1e-3 GB", "# pricetag: memory <= 0.013 GB"),
        ("# pricetag: memory <= 0 B", "# pricetag: memory <= 0 B"),  # of nothing there is no multiple
    ],
)  # fmt: skip
async def test_raising(comment: str, expected: str) -> None:
    # The function within has the same budget, which is its own.
    inner = "    # pricetag: memory <= 1 MB\n    def inner():\n        pass\n"
    document = opened(f"é = '😀'\n{comment}\ndef f(xs):\n{inner}    return xs\n")
    place = document.places[0]
    estimate = Estimate(10_000, 12.4e6, 12e6, 13e6, 0.0)
    forecast = Forecast("k", "", (estimate,), (estimate,))
    budgets = [(budget, "") for budget in parse_directive(place.function.directive).budgets]
    over = exceeded(forecast, budgets, 10_000, 0.9, {"memory": 2.0**31, "runtime": 1e9})
    verdict = Verdict(None, forecast, exceeded=tuple(over))
    scheduler: Any = OwnThread()
    edits = await raising(document, place, verdict, "memory", scheduler)
    assert applied(document, edits) == f"é = '😀'\n{expected}\ndef f(xs):\n{inner}    return xs\n"
