"""The server's text is the editor's, whatever is in it. What an edit means is computed here, apart from the server."""

from __future__ import annotations

import random
import re

import pytest
from session import Editor, EditorFactory

LINE = re.compile(r"\r\n|\r|\n")
PIECES = ["a", "def f(xs):\n    return xs\n", "é", "😀", "\f", "\v", "\u2028", "\x85", "\0", "\r\n", "\r", "\n", "\t", '"""', "(", "#"]  # fmt: skip


def lines(text: str) -> list[str]:
    """Lines as LSP has them, without their ends."""
    return LINE.split(text)


def units(text: str, encoding: str) -> int:
    return len(text.encode(encoding)) // {"utf-8": 1, "utf-16-le": 2}[encoding]


def offset(text: str, line: int, column: int) -> int:
    """Code-point offset of a position given as (line, code point)."""
    starts = [0, *(match.end() for match in LINE.finditer(text))]
    return starts[line] + column


def edit(
    session: Editor, uri: str, start: tuple[int, int], end: tuple[int, int], new: str, encoding: str
) -> None:
    """Replace between two (line, code point) places, here and in the server."""
    text = session.texts[uri]
    rows = lines(text)

    def wire(place: tuple[int, int]) -> tuple[int, int]:
        return place[0], units(rows[place[0]][: place[1]], encoding)

    session.insert(uri, *wire(start), new, wire(end))
    session.texts[uri] = text[: offset(text, *start)] + new + text[offset(text, *end) :]


SAMPLES = {
    "crlf": "a = 1\r\nb = 2\r\nc = 3\r\n",
    "lone cr": "a = 1\rb = 2\rc = 3",
    "mixed": "a\r\nb\rc\nd\n\re\r\r\nf",
    "form feed": "a = 1\n\fb = 2\n\vc = 3\n",
    "separators": "a = 1 \u2028 b = 2\nc = 3 \u2029\x85\x1c d\n",
    "astral": "a = '😀😀'\nb = '𝒳é'  # 日本\n",
    "nul": "a = '\0'\nb = 2\n",
    "empty": "",
    "no end": "abc",
    "bom": "\ufeffa = 1\n",
}


@pytest.mark.parametrize(("client", "encoding"), [("vscode", "utf-16-le"), ("neovim", "utf-8")])
async def test_every_kind_of_text_stays_in_step(editor: EditorFactory, client: str, encoding: str) -> None:
    async with editor(client) as session:
        agreed = session.result.capabilities.position_encoding
        assert str(getattr(agreed, "value", agreed)) == encoding.removesuffix("-le")
        generator = random.Random(1)
        for name, text in SAMPLES.items():
            uri = session.open(f"{name.replace(' ', '_')}.py", text)
            for _ in range(40):
                now = session.texts[uri]
                rows = lines(now)
                places = sorted(
                    (line, generator.randint(0, len(rows[line])))
                    for line in (generator.randrange(len(rows)), generator.randrange(len(rows)))
                )
                # An editor never points between \r and \n of its own line end, but text it joins may make one.
                edit(
                    session,
                    uri,
                    places[0],
                    places[1],
                    generator.choice(PIECES) * generator.randint(0, 2),
                    encoding,
                )
            assert await session.text(uri) == session.texts[uri], name
        await session.idle()
        assert session.messages == []


@pytest.mark.parametrize(("client", "encoding"), [("vscode", "utf-16-le"), ("neovim", "utf-8")])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
async def test_hints_stand_where_the_editor_counts(
    editor: EditorFactory, client: str, encoding: str, end: str
) -> None:
    code = ["x = '\f\u2028😀'", "def é(xs: 'list[int]' = '😀') -> int:", "    return sorted(xs)"]
    async with editor(client) as session:
        uri = session.open("a.py", end.join([*code, ""]))
        [hint] = await session.hinted(uri)
        assert (hint.position.line, hint.position.character) == (1, units(code[1], encoding))
        edit(session, uri, (0, 0), (0, 0), f"# 😀{end}# \f{end}", encoding)
        edit(session, uri, (3, 4), (3, 5), "ü𝒳", encoding)
        [hint] = await session.hinted(uri)
        assert (hint.position.line, hint.position.character) == (
            3,
            units(code[1].replace("é", "ü𝒳"), encoding),
        )
        assert await session.text(uri) == session.texts[uri]


async def test_several_changes_in_one_message(editor: EditorFactory) -> None:
    from lsprotocol import types

    async with editor() as session:
        uri = session.open("a.py", "one\ntwo\n")

        def at(line: int, start: int, end: int, text: str) -> types.TextDocumentContentChangePartial:
            span = types.Range(types.Position(line, start), types.Position(line, end))
            return types.TextDocumentContentChangePartial(span, text)

        session.change(uri, at(0, 0, 3, "1\n1"), at(2, 0, 3, "2"), at(9, 9, 9, "end"))
        assert await session.text(uri) == "1\n1\n2\nend"
        session.change(uri, types.TextDocumentContentChangeWholeDocument("new"), at(0, 3, 3, "er"))
        assert await session.text(uri) == "newer"
