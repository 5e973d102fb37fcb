"""What the functions of a document are while it is typed in, key by key."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricetag.lsp.analysis import Analysis
from pricetag.syntax import Language
from pricetag.text import Change, Encoding, Position, Range

EXAMPLES = Path(__file__).parents[3] / "examples"
TYPED = {
    Language.PYTHON: ("inventory.py", "    pairs = [(level, str(level)) for level in levels]\n"),
    Language.CPP: (
        "telemetry.cpp",
        '    std::vector<std::pair<int, int>> pairs = make({a[0], f(b)}, "x");\n',
    ),
}


def insertion(line: int, character: int, text: str) -> Change:
    return Change(Range(Position(line, character), Position(line, character)), text)


class Typing:
    """An analysis that is told of edits one by one."""

    def __init__(self, language: Language, text: str) -> None:
        self.analysis = Analysis(language, Encoding.UTF16)
        self.known = self.names([Change(None, text)])

    def names(self, changes: list[Change]) -> set[str]:
        return {function.qualified_name for function, _ in self.analysis.update(changes)}


def bodies(text: str, language: Language) -> dict[int, str]:
    """The function whose body's line each line is, every fourth of them."""
    lines = {}
    for function, _ in Analysis(language, Encoding.UTF16).update([Change(None, text)]):
        data = text.encode()
        first, last = data.count(b"\n", 0, function.signature_end), data.count(b"\n", 0, function.end)
        lines.update(dict.fromkeys(range(first + 1, last), function.qualified_name))
    return dict(list(lines.items())[::4])


@pytest.mark.parametrize("closing", [False, True], ids=["as typed", "brackets closed by the editor"])
@pytest.mark.parametrize("language", list(Language))
def test_typing_in_one_function_neither_hides_nor_renames_others(language: Language, closing: bool) -> None:
    name, typed = TYPED[language]
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    pairs = {"[": "]", "(": ")", "{": "}"}
    states = 0
    for line, around in bodies(text, language).items():
        typing = Typing(language, text)
        for at, letter in enumerate(typed):
            if closing and letter in pairs.values():
                continue  # typed over
            got = typing.names([insertion(line, at, letter + (pairs.get(letter, "") if closing else ""))])
            assert typing.known - {around} <= got, f"{typed[: at + 1]!r} in line {line}"
            states += 1
    assert states > 400


PYTHON = "def a(xs):\n    return xs\n\n\nclass Box:\n    def b(self):\n        return 1\n"
BROKEN = insertion(1, 4, "y = (")
CPP = "int a(int x) { return x; }\n\nstruct Box {\n    int b() { return 1; }\n};\n"


@pytest.mark.parametrize(
    ("language", "text", "changes", "expected"),
    [
        (Language.PYTHON, PYTHON, [BROKEN], {"a", "Box.b"}),
        (Language.PYTHON, PYTHON, [BROKEN, Change(Range(Position(4, 0), Position(7, 0)), "")], {"a"}),
        (Language.PYTHON, PYTHON, [BROKEN, insertion(7, 0, '"""\n'), insertion(4, 0, '"""\n')], {"a"}),
        (Language.PYTHON, PYTHON, [BROKEN, Change(Range(Position(4, 6), Position(4, 9)), "Crate")], {"a", "Crate.b"}),
        (Language.CPP, CPP, [insertion(0, 15, "f(")], {"Box::b"}),
        (Language.CPP, CPP, [insertion(0, 15, "f("), insertion(5, 0, "*/"), insertion(2, 0, "/*")], set()),
    ],
)  # fmt: skip
def test_only_what_still_stands_there_is_kept(
    language: Language, text: str, changes: list[Change], expected: set[str]
) -> None:
    typing = Typing(language, text)
    got = typing.known
    for change in changes:
        got = typing.names([change])
    assert got - {"a"} == expected - {"a"}


edits = st.lists(
    st.tuples(
        st.integers(0, 8),
        st.integers(0, 20),
        st.integers(0, 3),
        st.sampled_from("(){}[]\"'#:\n x/*") | st.just(""),
    ),
    max_size=12,
)


@pytest.mark.parametrize(("language", "text"), [(Language.PYTHON, PYTHON), (Language.CPP, CPP)])
@settings(max_examples=150, deadline=None)
@given(typed=edits)
def test_functions_stand_where_they_say(
    language: Language, text: str, typed: list[tuple[int, int, int, str]]
) -> None:
    analysis = Analysis(language, Encoding.UTF16)
    analysis.update([Change(None, text)])
    mirror = Analysis(language, Encoding.UTF16)
    for line, character, length, inserted in typed:
        change = Change(Range(Position(line, character), Position(line, character + length)), inserted)
        found = analysis.update([change])
        data = analysis.data
        starts = [function.name_start for function, _ in found]
        assert len(set(starts)) == len(starts)
        assert [function.start for function, _ in found] == sorted(function.start for function, _ in found)
        for function, _ in found:
            assert data[function.start : function.end].decode() == function.source
            assert function.start <= function.name_start <= function.name_end <= function.signature_end
    # Once nothing is broken any more, nothing of what was kept is left.
    whole = [Change(None, text)]
    assert [function for function, _ in analysis.update(whole)] == [
        function for function, _ in mirror.update(whole)
    ]
