from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricetag.syntax import Language, SyntaxTree
from pricetag.syntax.pointer_new import without_pointers
from pricetag.text import Buffer, Change, Encoding, Position, Range

TABLE = "int** table(int n) {\n    int **rows = %s int *[n];\n    return rows;\n}\n"


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("x = new int*[n];", "x = new int [n];"),
        ("x = new unsigned long int **[n]", "x = new unsigned long int   [n]"),
        ("f(new A::B<int, C<D>>* [3])", "f(new A::B<int, C<D>>  [3])"),
        ("new (std::nothrow) Node*[k]", "new (std::nothrow) Node [k]"),
        ("new int[a * b]", "new int[a * b]"),
        ("new Node(a * b)", "new Node(a * b)"),
        ("renew * x", "renew * x"),
        ("/* a new node */", "/* a new node */"),
        ("/** a new node **/", "/** a new node  */"),
        ("// a new line\n*p = 3;", "// a new line\n*p = 3;"),
        ("", ""),
    ],
)
def test_pointers_in_new_expressions(text: str, parsed: str) -> None:
    assert without_pointers(text.encode()).decode() == parsed


@given(
    st.lists(
        st.sampled_from(["new", " ", "int", "*", "/", "<", ">", "::", "(", ")", "[n]", "\n", "\r", "é", ","])
    )
)
def test_only_stars_go_and_no_byte_moves(pieces: list[str]) -> None:
    data = "".join(pieces).encode()
    parsed = without_pointers(data)
    assert len(parsed) == len(data)
    assert {(a, b) for a, b in zip(data, parsed, strict=True) if a != b} <= {(ord("*"), ord(" "))}


def test_an_array_of_pointers_is_no_syntax_error() -> None:
    [function] = SyntaxTree(Buffer(TABLE % "new"), Language.CPP).functions()
    assert (function.name, function.error) == ("table", "")


def test_it_holds_while_the_word_is_typed_and_deleted() -> None:
    buffer = Buffer(TABLE % "ne")
    tree = SyntaxTree(buffer, Language.CPP)
    assert tree.functions()[0].error != ""
    end = Position(1, 4 + len("int **rows = ne"))
    tree.edit(buffer.apply(Change(Range(end, end), "w"), Encoding.UTF16))
    tree.reparse()
    assert tree.functions()[0].error == ""
    tree.edit(buffer.apply(Change(Range(end, Position(1, end.character + 1)), ""), Encoding.UTF16))
    tree.reparse()
    assert tree.functions()[0].error != ""
