from __future__ import annotations

import asyncio
import re

import pytest
from lsprotocol import types
from session import EditorFactory, label, tooltip

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
                assert LABEL.fullmatch(label(hint)), hint.label
                assert len(label(hint)) <= 24 and hint.padding_left and hint.kind is None
                assert isinstance(hint.label, list if client == "vscode" else str)
        assert session.messages == []


async def test_only_what_is_asked_for(editor: EditorFactory) -> None:
    async with editor() as session:
        uri = session.open("a.py", PYTHON)
        await session.hinted(uri, 3)
        assert [h.position.line for h in await session.hints(uri, (3, 4))] == [3]
        assert await session.hints(uri, (4, 6)) == []


@pytest.mark.parametrize("client", ["vscode", "neovim"])
async def test_a_tooltip_is_resolved_only_while_it_is_true(editor: EditorFactory, client: str) -> None:
    async with editor(client) as session:
        uri = session.open("a.py", PYTHON)
        hint = (await session.hinted(uri, 3))[0]
        assert tooltip(hint) is None
        resolved = tooltip(await session.client.inlay_hint_resolve_async(hint))
        assert resolved is not None and resolved.kind == types.MarkupKind.Markdown
        assert resolved.value.startswith("**Pricetag** `double` at n = 10,000\n")
        assert "Memory" in resolved.value and "Assumes `xs: list[int] of n`" in resolved.value
        assert "|" not in resolved.value  # the table is the hover's
        session.insert(uri, 0, 0, "# a comment\n")
        assert await session.client.inlay_hint_resolve_async(hint) == hint
        session.close(uri)
        assert await session.client.inlay_hint_resolve_async(hint) == hint


async def test_a_client_that_resolves_nothing_gets_the_tooltip_along(editor: EditorFactory) -> None:
    async with editor("minimal") as session:
        hint = (await session.hinted(session.open("a.py", PYTHON), 3))[0]
        assert isinstance(hint.tooltip, types.MarkupContent)
        assert hint.tooltip.kind == types.MarkupKind.PlainText and "`" not in hint.tooltip.value
        assert hint.tooltip.value.startswith("Pricetag double at n = 10,000")


async def test_equal_functions_have_tooltips_of_their_own(editor: EditorFactory) -> None:
    text = "class {0}:\n    def f(self, xs: list[int]) -> int:\n        return len(sorted(xs))\n\n\n"
    async with editor() as session:
        found = await session.hinted(session.open("a.py", text.format("A") + text.format("B")), 2)
        assert isinstance(found[0].data, dict) and isinstance(found[1].data, dict)
        for hint, name in zip(found, ("A.f", "B.f"), strict=True):
            resolved = tooltip(await session.client.inlay_hint_resolve_async(hint))
            assert resolved is not None and f"`{name}`" in resolved.value


@pytest.mark.parametrize("client", ["vscode", "minimal"])
async def test_the_toggle_command(editor: EditorFactory, client: str) -> None:
    async with editor(client) as session:
        provider = session.result.capabilities.execute_command_provider
        assert provider is not None and "pricetag.toggleHints" in provider.commands
        uri = session.open("a.py", PYTHON)
        await session.hinted(uri, 3)
        await session.idle()
        refreshes = session.refreshes
        toggle = types.ExecuteCommandParams("pricetag.toggleHints", ["ignored", {}])
        assert await session.client.workspace_execute_command_async(toggle) is False
        assert await session.hints(uri) == []
        assert "at n =" in await session.hover_text(uri, 3, 5)  # hovers stay
        toggle = types.ExecuteCommandParams("pricetag.toggleHints")
        assert await session.client.workspace_execute_command_async(toggle) is True
        assert len(await session.hints(uri)) == 3
        if client == "vscode":
            await session.until(lambda: session.refreshes > refreshes, "a refresh")
        assert session.messages == []


@pytest.mark.parametrize("commands", [["pricetag.toggleHints"], [], 3, "x"])
async def test_a_client_with_a_command_of_its_own(editor: EditorFactory, commands: object) -> None:
    async with editor(options={"client": {"commands": commands}}) as session:
        provider = session.result.capabilities.execute_command_provider
        assert provider is not None
        assert ("pricetag.toggleHints" in provider.commands) is (commands != ["pricetag.toggleHints"])


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


async def test_hints_asked_for_before_the_document_is_opened(editor: EditorFactory) -> None:
    async with editor() as session:
        await session.ready()
        assert await session.hints(session.uri("a.py")) == []
        await session.idle()
        assert session.refreshes == 0
        uri = session.open("a.py", PYTHON)

        async def there() -> bool:
            return session.refreshes > 0 and len(await session.hints(uri)) == 3

        await session.until(lambda: session.refreshes == 1, "a refresh")
        await session.until(there, "the hints")


async def test_an_editor_that_leaves_a_refresh_unanswered_is_asked_again(editor: EditorFactory) -> None:
    refreshes, closing = 0, asyncio.Event()
    async with editor() as session:
        del session.client.protocol.fm.features[types.WORKSPACE_INLAY_HINT_REFRESH]

        @session.client.feature(types.WORKSPACE_INLAY_HINT_REFRESH)
        async def refresh(params: None) -> None:
            nonlocal refreshes
            refreshes += 1
            await closing.wait()

        await session.ready()
        uri = session.open("a.py", PYTHON)
        await session.hints(uri)
        await session.until(lambda: refreshes == 1, "a refresh")
        assert len(await session.hints(uri)) == 3
        session.insert(uri, 4, 4, "xs = sorted(xs)\n    ")
        await session.until(lambda: refreshes == 2, "a second refresh")
        closing.set()


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
