from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricetag.syntax import Language, SyntaxTree
from pricetag.syntax.notebook import without_magics
from pricetag.text import Buffer, Change, Encoding, Position, Range


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("x = 1\n", "x = 1\n"),
        ("%matplotlib inline\nx = 1\n", "0                 \nx = 1\n"),
        ("!pip install y\r\nx = 1", "0             \r\nx = 1"),
        ("if x:\n    %time f()\n", "if x:\n    0        \n"),
        ("?help\n??f", "0    \n0  "),
        ("%%time\nx = 1", "0     \nx = 1"),
        ("\n%%html\n<b>é</b>\n", "\n      \n         \n"),
        ("%%bash\ndef f(): pass", "      \n             "),
        ("x = (a\n  % b)\n", "x = (a\n  % b)\n"),
        ("x = (a\n  != b)\n", "x = (a\n  != b)\n"),
        ("", ""),
    ],
)
def test_magics(cell: str, python: str) -> None:
    assert without_magics(cell.encode()).decode() == python


@given(st.lists(st.sampled_from(["%", "!", "?", "a", " ", "\n", "\r", "é", "%%", "html", "time"])))
def test_no_byte_moves(pieces: list[str]) -> None:
    data = "".join(pieces).encode()
    masked = without_magics(data)
    assert len(masked) == len(data)
    assert [i for i, b in enumerate(masked) if b in b"\r\n"] == [
        i for i, b in enumerate(data) if b in b"\r\n"
    ]


def test_a_magic_is_no_syntax_error() -> None:
    text = "%matplotlib inline\ndef f(xs):\n    !ls\n    return sorted(xs)\n"
    [cell] = SyntaxTree(Buffer(text), Language.PYTHON, cell=True).functions()
    [file] = SyntaxTree(Buffer(text), Language.PYTHON).functions()
    assert cell.error == "" and file.error != ""


def test_a_magic_typed_above_reaches_the_whole_cell() -> None:
    buffer = Buffer("def f(xs):\n    return xs\n")
    tree = SyntaxTree(buffer, Language.PYTHON, cell=True)
    assert len(tree.functions()) == 1
    start = Position(0, 0)
    tree.edit(buffer.apply(Change(Range(start, start), "%%html\n"), Encoding.UTF16))
    tree.reparse()
    assert tree.functions() == ()


def tree(text: str) -> SyntaxTree:
    return SyntaxTree(Buffer(text), Language.PYTHON, cell=True)


def test_functions_of_other_cells_are_callees_in_order() -> None:
    first = tree("def a(x):\n    return b(x)\n")
    second = tree("def main(xs):\n    return a(xs) + c(xs)\n")
    third = tree("def b(x):\n    return x * 2\n\n\ndef c(x):\n    return [x]\n")
    [main] = second.functions(first.sites, third.sites)
    assert [text.split("(")[0] for text in main.callees] == ["def a", "def c", "def b"]
    [a] = first.functions((), [*second.sites, *third.sites])
    assert [text.split("(")[0] for text in a.callees] == ["def b"]
    assert second.functions()[0].callees == ()
    redefined = tree("def a(x):\n    return 1\n")
    [main] = second.functions([*first.sites, *redefined.sites], ())
    assert [text.split("\n\t")[1] for text in main.callees] == ["return b(x)", "return 1"]
