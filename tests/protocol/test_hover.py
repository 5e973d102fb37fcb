from __future__ import annotations

import re

import pytest
from lsprotocol import types
from session import EditorFactory

TEXT = '''\
import socket


@staticmethod
def spread(
    xs: list[int], k: int = 3
) -> list[int]:
    """Doc."""
    return [x * k for x in xs]


def fetch(host: str) -> bytes:
    return socket.create_connection((host, 80)).recv(1)


def broken(xs:
    return xs
'''


@pytest.mark.parametrize("client", ["vscode", "neovim", "minimal"])
async def test_the_table(editor: EditorFactory, client: str) -> None:
    async with editor(client) as session:
        uri = session.open("a.py", TEXT)
        await session.hinted(uri)
        text = await session.hover_text(uri, 4, 6)
        assert "spread at n = 10,000" in text.replace("`", "")
        for n in ("100", "1,000", "10,000", "100,000"):
            assert n in text
        assert "80 % interval" in text and "Assumes" in text and "xs: list[int] of n" in text
        if client == "minimal":
            assert not re.search(r"[`*|]", text)
        else:
            rows = [line for line in text.splitlines() if line.startswith("|")]
            assert len(rows) == 6 and len({row.count("|") for row in rows}) == 1


async def test_anywhere_in_the_signature_and_nowhere_else(editor: EditorFactory) -> None:
    async with editor() as session:
        uri = session.open("a.py", TEXT)
        await session.hinted(uri)
        for line, character in ((4, 0), (4, 5), (4, 10), (5, 8), (6, 14), (6, 15)):
            hover = await session.hover(uri, line, character)
            assert hover is not None, (line, character)
            assert hover.range == types.Range(types.Position(4, 4), types.Position(4, 10))
        for line, character in ((0, 3), (3, 3), (7, 6), (8, 6), (100, 0)):
            assert await session.hover(uri, line, character) is None, (line, character)


async def test_reasons_for_no_forecast(editor: EditorFactory) -> None:
    async with editor() as session:
        uri = session.open("a.py", TEXT)
        await session.hinted(uri)
        assert len(await session.hints(uri)) == 1
        assert "no forecast, " in await session.hover_text(uri, 11, 5)
        session.client.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri))
        )
        assert await session.hover(uri, 4, 6) is None


async def test_settings_change_the_hover(editor: EditorFactory) -> None:
    async with editor(configuration={"size": 500, "hints": {"metrics": ["runtime"]}}) as session:
        uri = session.open("a.py", TEXT)
        await session.hinted(uri)
        await session.until(lambda: session.hover_text(uri, 4, 6), "a hover")

        async def shown() -> bool:
            text = await session.hover_text(uri, 4, 6)
            return "at n = 500" in text and "**500**" in text and "| memory |" not in text

        await session.until(shown, "the settings to arrive")


async def test_an_interval_that_is_too_wide_is_said(editor: EditorFactory) -> None:
    async with editor() as session:
        uri = session.open("a.py", TEXT)
        await session.hinted(uri)
        session.client.set_configuration({"maximumInterval": 1}, section="pricetag")
        session.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=None))

        async def hidden() -> bool:
            return not await session.hints(uri)

        await session.until(hidden, "the hint to go")
        assert "no hint, too uncertain: the 80 % interval spans a factor of" in await session.hover_text(
            uri, 4, 6
        )
