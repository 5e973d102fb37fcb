"""Warnings on save, in real git repositories. The weights are random, so the rule is set to warn of any real change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.uris import to_fs_path
from session import Editor, EditorFactory, label

Repository = Callable[[dict[str, str]], Path]
ANY_CHANGE = {
    "regression": {"factor": 1, "confidence": 0, "floor": 0, "growth": 10},
    "severity": {"warning": 0},
}
BEFORE = """\
def total(xs: list[int]) -> int:
    # sums
    result = 0
    for x in xs:
        result += x
    return result


def other(xs: list[int]) -> int:
    return len(xs)
"""
AFTER = BEFORE.replace("    for x in xs:\n", "    for x in sorted(list(xs)):\n")
RENAMED = (
    BEFORE.replace("result", "sum_of_all")
    .replace("total", "grand_total")
    .replace("# sums", "# adds things up")
    + "\n\n# the end\n"
)


def page_heading(uri: str) -> str:
    """The first line of the file that a link leads to."""
    return Path(to_fs_path(uri) or "").read_text().partition("\n")[0]


async def settle(session: Editor) -> None:
    """Let a save's check come to its end: it has none that can be seen where it finds nothing."""
    await session.idle()
    for _ in range(3):
        await session.client.protocol.send_request_async("pricetag/debugText", {"uri": ""})
        await session.idle()


@pytest.mark.parametrize("client", ["vscode", "neovim", "minimal"])
async def test_a_warning_comes_with_a_save_and_goes_with_the_undo(
    editor: EditorFactory, repository: Repository, client: str
) -> None:
    repository({"a.py": BEFORE})
    async with editor(client, configuration=ANY_CHANGE, options=ANY_CHANGE) as session:
        pulls = session.result.capabilities.diagnostic_provider is not None
        assert pulls == (client == "vscode")  # the others could not be told to pull again
        uri = session.open("a.py", BEFORE)
        await session.hinted(uri, 2)
        session.replace(uri, AFTER)
        await session.idle()
        assert await session.warnings(uri) == []  # not before the save
        session.save(uri, AFTER)
        [warning] = await session.until(lambda: session.warnings(uri), "a warning")
        assert warning.range == types.Range(types.Position(0, 4), types.Position(0, 9))
        assert warning.severity == types.DiagnosticSeverity.Warning
        assert (warning.source, warning.code) == ("pricetag", "memory-regression")
        assert (warning.code_description is not None) == (client == "vscode")  # the others follow no link
        if warning.code_description is not None:
            assert page_heading(warning.code_description.href).startswith("# memory-regression")
        for part in ("`total`", "baseline of", "at n = 10,000", "% sure of at least", "xs: list[int] of n"):
            assert part in warning.message
        assert warning.related_information and "baseline at commit" in warning.related_information[0].message
        assert isinstance(warning.data, dict) and warning.data["n"] == 10_000
        hint = (await session.hints(uri))[0]
        assert label(hint).startswith("▲×")
        assert "▲ Memory at the last commit" in await session.hover_text(uri, 0, 5)
        if not pulls:
            assert session.published[-1].version == 2
        else:
            assert session.client.diagnostic_refresh_count >= 1 and session.published == []
            # Pulled after more typing, the warning stands where the function stands now.
            session.insert(uri, 0, 0, "\n\n")
            assert [d.range.start.line for d in await session.pull(uri)] == [2]
        session.replace(uri, BEFORE)
        session.save(uri, BEFORE)

        async def gone() -> bool:
            return not await session.warnings(uri)

        await session.until(gone, "the warning to go")
        assert not label((await session.hints(uri))[0]).startswith("▲")
        assert session.messages == []


@pytest.mark.parametrize(
    "text", [RENAMED, BEFORE.replace("\n", "\r\n"), BEFORE.replace("# sums", '"""Sums."""')]
)
async def test_names_comments_and_layout_never_warn(
    editor: EditorFactory, repository: Repository, text: str
) -> None:
    repository({"a.py": BEFORE})
    async with editor(configuration=ANY_CHANGE) as session:
        uri = session.open("a.py", text)
        await session.hinted(uri, 2)
        session.save(uri, text)
        await settle(session)
        assert await session.pull(uri) == []
        # The same session does warn of a change that is one.
        session.replace(uri, AFTER)
        session.save(uri, AFTER)
        await session.until(lambda: session.pull(uri), "a warning")


@pytest.mark.parametrize(
    "settings",
    [
        {"regression": {**ANY_CHANGE["regression"], "enabled": False}},
        {"regression": {**ANY_CHANGE["regression"], "floor": 1e15}},
        {"regression": {"factor": 1e12, "confidence": 1}},
    ],
)
async def test_the_rule_is_the_users(
    editor: EditorFactory, repository: Repository, settings: dict[str, Any]
) -> None:
    repository({"a.py": BEFORE})
    async with editor(configuration=settings) as session:
        uri = session.open("a.py", AFTER)
        await session.hinted(uri, 2)
        await session.idle()
        session.save(uri, AFTER)
        await settle(session)
        assert await session.pull(uri) == []


async def test_warnings_while_typing_are_a_setting(editor: EditorFactory, repository: Repository) -> None:
    repository({"a.py": BEFORE})
    async with editor(configuration={**ANY_CHANGE, "diagnostics": {"run": "onType"}}) as session:
        uri = session.open("a.py", AFTER)
        await session.warned(uri, "memory-regression")
        session.replace(uri, BEFORE)
        await session.warned(uri)
        session.replace(uri, AFTER)
        await session.warned(uri, "memory-regression")


async def test_the_author_can_ignore(editor: EditorFactory, repository: Repository) -> None:
    repository({"a.py": BEFORE})
    async with editor(configuration=ANY_CHANGE) as session:
        text = AFTER.replace("# sums", "# pricetag: ignore")
        uri = session.open("a.py", text)
        await session.hinted(uri, 2)
        session.save(uri, text)
        await settle(session)
        assert await session.pull(uri) == []


async def test_cpp(editor: EditorFactory, repository: Repository) -> None:
    before = "#include <vector>\nint f(const std::vector<int>& xs) {\n    return xs.size();\n}\n"
    after = before.replace("    return", "    std::vector<int> copy(xs);\n    return")
    repository({"a.cpp": before})
    async with editor(configuration=ANY_CHANGE) as session:
        uri = session.open("a.cpp", before, "cpp")
        await session.hinted(uri, 1)
        session.replace(uri, after)
        session.save(uri, after)
        [warning] = await session.until(lambda: session.pull(uri), "a warning")
        assert warning.range.start == types.Position(1, 4)


async def test_no_baseline_no_warning_no_noise(editor: EditorFactory, repository: Repository) -> None:
    async with editor(configuration=ANY_CHANGE) as session:
        loose = session.open("loose.py", AFTER)  # no git at all
        await session.hinted(loose, 2)
        session.save(loose, AFTER)
        await settle(session)
        repository({"a.py": BEFORE})
        fresh = session.open("fresh.py", AFTER)  # not in HEAD
        session.save(fresh, AFTER)
        gone = session.open("a.py", BEFORE)  # deleted under the server
        (session.workspace / "a.py").unlink()
        session.replace(gone, AFTER)
        session.save(gone)
        await session.until(lambda: session.pull(gone), "a warning: HEAD still has it")
        assert await session.pull(loose) == await session.pull(fresh) == []
        session.client.text_document_did_save(
            types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(session.uri("never-opened.py")))
        )
        assert await session.pull(session.uri("never-opened.py")) == []
        assert session.messages == []


async def test_pushed_warnings_go_with_the_file(editor: EditorFactory, repository: Repository) -> None:
    repository({"a.py": BEFORE})
    async with editor("minimal", options=ANY_CHANGE) as session:
        uri = session.open("a.py", AFTER)
        await session.hinted(uri, 2)
        session.save(uri, AFTER)
        await session.until(lambda: session.warnings(uri), "a warning")
        session.close(uri)
        await session.until(lambda: not session.published[-1].diagnostics, "the warning to go")


async def test_saves_in_quick_succession_end_with_the_last(
    editor: EditorFactory, repository: Repository
) -> None:
    repository({"a.py": BEFORE})
    async with editor(configuration=ANY_CHANGE) as session:
        uri = session.open("a.py", BEFORE)
        for round_ in range(5):
            session.replace(uri, AFTER.replace("result = 0", f"result = {round_}"))
            session.save(uri)
        session.replace(uri, AFTER)
        session.save(uri, AFTER)
        await session.until(lambda: session.pull(uri), "a warning")
        session.replace(uri, BEFORE)
        session.save(uri, BEFORE)

        async def gone() -> bool:
            return not await session.pull(uri)

        await session.until(gone, "the warning to go")


async def test_the_rule_is_live(editor: EditorFactory, repository: Repository) -> None:
    repository({"a.py": BEFORE})
    async with editor(configuration=ANY_CHANGE) as session:
        uri = session.open("a.py", AFTER)
        session.save(uri, AFTER)
        await session.until(lambda: session.pull(uri), "a warning")

        async def gone() -> bool:
            return not await session.pull(uri)

        for settings, condition in (
            ({"regression": {"factor": 1e12, "confidence": 1}}, gone),
            (ANY_CHANGE, lambda: session.pull(uri)),
            ({"regression": {**ANY_CHANGE["regression"], "enabled": False}}, gone),
        ):
            session.client.set_configuration(settings, section="pricetag")
            session.client.workspace_did_change_configuration(
                types.DidChangeConfigurationParams(settings=None)
            )
            await session.until(condition, f"{settings} to hold")
