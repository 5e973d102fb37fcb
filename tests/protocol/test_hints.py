from __future__ import annotations

import re

import pytest
from lsprotocol import types
from session import EditorFactory

PYTHON = """\
import math


def double(xs: list[int]) -> list[int]:
    return [x * 2 for x in xs]


class Box:
    @property
    def total(self) -> int:
        return sum(self.items)


def prototype(): ...
"""
CPP = """\
#include <vector>

int later(int n);

int sum(const std::vector<int>& xs) {
    int total = 0;
    for (int x : xs) total += x;
    return total;
}

struct S {
    S() = default;
    int twice(int n) const { return 2 * n; }
};
"""
LABEL = re.compile(r"(> 2 GB|[\d.]+ ([kMGT]?B))( · (> 10 s|[\d.]+ (ns|µs|ms|s)))?( · n\S+)?")


def ends(text: str, *signatures: str) -> list[tuple[int, int]]:
    """Where each of these signatures ends."""
    lines = text.splitlines()
    rows = [next(i for i, line in enumerate(lines) if signature in line) for signature in signatures]
    return [(row, lines[row].index(s) + len(s)) for row, s in zip(rows, signatures, strict=True)]


@pytest.mark.parametrize("client", ["vscode", "neovim", "minimal"])
async def test_python_and_cpp(editor: EditorFactory, client: str) -> None:
    async with editor(client) as session:
        python, cpp = session.open("a.py", PYTHON), session.open("b.cpp", CPP, "cpp")
        for uri, places in (
            (python, ends(PYTHON, "-> list[int]:", "-> int:", "def prototype():")),
            (cpp, ends(CPP, "const std::vector<int>& xs)", "twice(int n) const")),
        ):
            hints = await session.hinted(uri, len(places))
            assert [(h.position.line, h.position.character) for h in hints] == places
            for hint in hints:
                assert isinstance(hint.label, str) and LABEL.fullmatch(hint.label), hint.label
                assert len(hint.label) <= 24 and hint.padding_left and hint.kind is None
        assert session.messages == []


async def test_only_what_is_asked_for(editor: EditorFactory) -> None:
    async with editor() as session:
        uri = session.open("a.py", PYTHON)
        await session.hinted(uri, 3)
        assert [h.position.line for h in await session.hints(uri, (3, 4))] == [3]
        assert await session.hints(uri, (4, 6)) == []


async def test_a_tooltip_is_resolved_only_while_it_is_true(editor: EditorFactory) -> None:
    async with editor() as session:
        uri = session.open("a.py", PYTHON)
        hint = (await session.hinted(uri, 3))[0]
        assert hint.tooltip is None
        resolved = await session.client.inlay_hint_resolve_async(hint)
        assert isinstance(resolved.tooltip, types.MarkupContent)
        assert "| **10,000** |" in resolved.tooltip.value and "`double`" in resolved.tooltip.value
        session.insert(uri, 0, 0, "# a comment\n")
        assert await session.client.inlay_hint_resolve_async(hint) == hint
        session.close(uri)
        assert await session.client.inlay_hint_resolve_async(hint) == hint


async def test_a_client_that_resolves_nothing_gets_the_tooltip_along(editor: EditorFactory) -> None:
    async with editor("minimal") as session:
        hint = (await session.hinted(session.open("a.py", PYTHON), 3))[0]
        assert isinstance(hint.tooltip, types.MarkupContent)
        assert hint.tooltip.kind == types.MarkupKind.PlainText and "|" not in hint.tooltip.value


async def test_one_refresh_a_batch(editor: EditorFactory) -> None:
    async with editor() as session:
        await session.ready()
        uri = session.open("a.py", PYTHON)
        assert await session.hints(uri) == []  # at once, though nothing is known
        await session.idle()
        await session.until(lambda: session.refreshes == 1, "a refresh")
        before = await session.hints(uri)
        assert len(before) == 3
        # An edit in one body: the other hints stay, the old one stays too until the new forecast is there.
        session.insert(uri, 4, 4, "xs = sorted(xs)\n    ")
        during = await session.hints(uri)
        assert [h.label for h in during] == [h.label for h in before]
        await session.until(lambda: session.refreshes == 2, "a second refresh")
        after = await session.hints(uri)
        assert after[0].label != before[0].label
        assert [h.label for h in after[1:]] == [h.label for h in before[1:]]
        # A comment changes nothing that the model sees: no batch, no refresh, the same hints.
        session.insert(uri, 0, 0, "# a comment\n")
        moved = await session.hints(uri)
        assert [h.label for h in moved] == [h.label for h in after]
        assert [h.position.line for h in moved] == [h.position.line + 1 for h in after]
        await session.idle()
        assert session.refreshes == 2


async def test_no_refresh_for_a_client_that_knows_none(editor: EditorFactory) -> None:
    async with editor("minimal") as session:
        uri = session.open("a.py", PYTHON)
        await session.hinted(uri, 3)
        assert session.refreshes == 0 and session.registrations == []


async def test_many_functions_come_in_visible_ones_first(editor: EditorFactory) -> None:
    text = "".join(f"def f{i}(xs):\n    return sorted(xs)[{i}:]\n\n" for i in range(100))
    async with editor() as session:
        await session.ready()
        uri = session.open("a.py", text)
        await session.hints(uri, (240, 270))
        await session.until(lambda: session.refreshes, "a refresh")
        assert [h.position.line for h in await session.hints(uri, (240, 270))] == list(range(240, 270, 3))
        await session.idle()
        assert len(await session.hints(uri)) == 100
        # What lies off screen is forecast too, but asks for no refresh.
        assert session.refreshes == 1


async def test_the_author_states_n(editor: EditorFactory) -> None:
    text = "def f(xs):\n    # pricetag: n=100\n    return sorted(xs)\n"
    async with editor() as session:
        uri = session.open("a.py", text)
        await session.hinted(uri)
        assert "at n = 100\n" in await session.hover_text(uri, 0, 5)


async def test_two_sessions_of_one_user_share_the_cache(editor: EditorFactory) -> None:
    labels = []
    for _ in range(2):
        async with editor() as session:
            labels.append([h.label for h in await session.hinted(session.open("a.py", PYTHON), 3)])
    assert labels[0] == labels[1]


async def test_other_files_are_left_alone(editor: EditorFactory) -> None:
    async with editor() as session:
        for name, language in (("a.pyi", "python"), ("a.md", "markdown"), ("a.rs", "rust")):
            uri = session.open(name, PYTHON, language)
            assert await session.hints(uri) == []
            assert await session.hover(uri, 3, 6) is None
            session.insert(uri, 0, 0, "x")
            session.save(uri)
            session.close(uri)
        header = session.open("a.h", CPP, "cpp")
        await session.hinted(header, 2)
        untitled = "untitled:Untitled-1"
        session.client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(untitled, "python", 1, PYTHON))
        )
        await session.hinted(untitled, 3)
        session.save(untitled)
        await session.idle()
        assert session.messages == []
