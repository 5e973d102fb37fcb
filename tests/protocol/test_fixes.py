"""Quick fixes: what they edit, that each can be undone, and that the warning goes with its cause."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from session import Editor, EditorFactory
from test_regressions import AFTER, ANY_CHANGE, BEFORE

Repository = Callable[[dict[str, str]], Path]
ACCEPTED = ".pricetag/baselines.json"
# Half sure is enough, and what is raised to the median then holds.
HALF_SURE = {"regression": {"enabled": False, "confidence": 0.5}}
BUDGET = "# pricetag: n=1e4, memory <= 2 B, memory <= 3 B @ n=1e3; runtime <= 1_0 min\n" + BEFORE


async def regressed(session: Editor) -> str:
    uri = session.open("a.py", AFTER)
    await session.hinted(uri, 2)
    session.save(uri, AFTER)
    await session.warned(uri, "memory-regression")
    return uri


async def fix(session: Editor, uri: str, line: int, start: str) -> types.CodeAction:
    """The one fix whose title starts so, its edit made."""
    [found] = [action for action in await session.fixes(uri, line, 5) if action.title.startswith(start)]
    assert found.edit is None and found.command is None
    return await session.client.code_action_resolve_async(found)


def edits_of(action: types.CodeAction, uri: str) -> list[types.TextEdit]:
    """The edits of one document, as the client was told to make them."""
    assert action.edit is not None
    if action.edit.changes is not None:
        assert set(action.edit.changes) == {uri}
        return list(action.edit.changes[uri])
    [change] = action.edit.document_changes or []
    assert isinstance(change, types.TextDocumentEdit) and change.text_document.uri == uri
    return [edit for edit in change.edits if isinstance(edit, types.TextEdit)]


def apply(session: Editor, uri: str, edits: list[types.TextEdit]) -> str:
    """Make edits as an editor does, and return the text they leave."""
    lines = [*session.texts[uri].splitlines(keepends=True), ""]
    for edit in sorted(edits, key=lambda e: (e.range.start.line, e.range.start.character), reverse=True):
        start, end = edit.range.start, edit.range.end
        assert start.line == end.line
        line = lines[start.line]
        lines[start.line] = line[: start.character] + edit.new_text + line[end.character :]
        session.insert(uri, start.line, start.character, edit.new_text, (end.line, end.character))
    session.texts[uri] = "".join(lines)
    return session.texts[uri]


async def test_accept_and_undo_in_an_editor_that_shows_its_edits(
    editor: EditorFactory, repository: Repository
) -> None:
    repository({"a.py": BEFORE})
    async with editor("vscode", configuration=ANY_CHANGE) as session:
        uri = await regressed(session)
        action = await fix(session, uri, 0, "Accept ")
        assert action.kind == types.CodeActionKind.QuickFix and "as the baseline of `total`" in action.title
        assert [d.code for d in action.diagnostics or ()] == ["memory-regression"]
        assert action.edit is not None
        create, change = action.edit.document_changes or []
        assert isinstance(create, types.CreateFile) and isinstance(change, types.TextDocumentEdit)
        assert create.uri == change.text_document.uri == session.uri(ACCEPTED)
        assert not (session.workspace / ACCEPTED).exists()  # the editor writes it
        [edit] = change.edits
        assert isinstance(edit, types.TextEdit)
        [entry] = json.loads(edit.new_text)["baselines"]
        assert (entry["path"], entry["name"], entry["n"]) == ("a.py", "total", 10_000)
        # The editor opens the file, not saved yet; the user undoes, and does it again.
        accepted = session.open(ACCEPTED, edit.new_text, "json")
        await session.warned(uri)
        assert await session.fixes(uri, 0, 5) == []
        session.replace(accepted, "")
        await session.warned(uri, "memory-regression")
        session.replace(accepted, edit.new_text)
        await session.warned(uri)
        # Saved and closed, it holds from the disk; a rename of locals changes nothing.
        session.written(ACCEPTED, edit.new_text)
        session.close(accepted)
        renamed = AFTER.replace("result", "summe")
        session.replace(uri, renamed)
        session.save(uri, renamed)
        await session.idle()
        await session.warned(uri)
        assert "Accepted baseline" in await session.hover_text(uri, 0, 5)
        session.written(ACCEPTED, None)
        await session.warned(uri, "memory-regression")
        session.written(ACCEPTED, edit.new_text)
        await session.warned(uri)
        session.written(".pricetag", None)
        await session.warned(uri, "memory-regression")
        # More of the function is judged from what was accepted.
        session.written(ACCEPTED, edit.new_text)
        await session.warned(uri)
        more = AFTER.replace("result += x", "result += len(sorted([x]))")
        session.replace(uri, more)
        session.save(uri, more)
        [again] = await session.warned(uri, "memory-regression")
        assert again.related_information is not None
        assert again.related_information[0].message.startswith("accepted baseline of ")
        assert session.messages == []


async def test_accept_in_an_editor_that_cannot_edit_the_file(
    editor: EditorFactory, repository: Repository
) -> None:
    repository({"a.py": BEFORE, "b.py": BEFORE})
    async with editor("neovim", configuration=ANY_CHANGE) as session:
        uri = await regressed(session)
        action = await fix(session, uri, 0, "Accept ")
        assert action.command is not None and action.command.command == "pricetag.acceptBaseline"
        params = types.ExecuteCommandParams(action.command.command, action.command.arguments)
        await session.client.workspace_execute_command_async(params)
        await session.warned(uri)
        text = (session.workspace / ACCEPTED).read_text()
        await session.client.workspace_execute_command_async(params)  # once more changes nothing
        assert (session.workspace / ACCEPTED).read_text() == text
        (session.workspace / ACCEPTED).unlink()  # this test's editor may watch files and say nothing
        session.save(uri)
        await session.warned(uri, "memory-regression")
        for nonsense in ([], [3], [{"uri": 3}], [{"uri": uri, "slot": 99}]):
            await session.client.workspace_execute_command_async(
                types.ExecuteCommandParams("pricetag.acceptBaseline", nonsense)
            )
        assert not (session.workspace / ACCEPTED).exists() and session.messages == []


@pytest.mark.parametrize("client", ["vscode", "neovim"])
async def test_ignore_here_and_undo(editor: EditorFactory, repository: Repository, client: str) -> None:
    repository({"a.py": BEFORE})
    async with editor(client, configuration=ANY_CHANGE) as session:
        uri = await regressed(session)
        [offered] = [one for one in await session.fixes(uri, 0, 5) if one.title.startswith("Ignore ")]
        action = await fix(session, uri, 0, "Ignore ")
        text = apply(session, uri, edits_of(action, uri))
        assert text == "# pricetag: ignore\n" + AFTER
        await session.warned(uri)  # without a save: nothing has to be forecast for it
        assert await session.fixes(uri, 1, 5) == []
        assert (await session.client.code_action_resolve_async(offered)).edit is None  # done once is done
        session.insert(uri, 0, 0, "", (1, 0))
        await session.warned(uri, "memory-regression")
        assert session.messages == []


@pytest.mark.parametrize("client", ["vscode", "neovim"])
async def test_a_budget_is_exceeded_and_raised(editor: EditorFactory, client: str) -> None:
    async with editor(client, configuration=HALF_SURE) as session:
        uri = session.open("a.py", BUDGET)
        await session.hinted(uri, 2)
        session.save(uri, BUDGET)
        [warning, _] = await session.warned(uri, "memory-budget", "memory-budget")
        assert "over the budget of 2 B in its comment (" in warning.message and "% sure" in warning.message
        assert warning.severity == types.DiagnosticSeverity.Warning
        assert {a.title for a in await session.fixes(uri, 1, 5)} == {
            "Raise the memory budget of `total`", "Ignore `total` here",
        }  # fmt: skip
        action = await fix(session, uri, 1, "Raise ")
        assert len(action.diagnostics or ()) == 2
        edit, other = edits_of(action, uri)
        text = apply(session, uri, [edit, other])
        raised = BUDGET.replace("<= 2 B", f"<= {edit.new_text} B").replace("<= 3 B", f"<= {other.new_text} B")
        assert text == raised and int(edit.new_text) > 2 and int(other.new_text) > 3
        await session.warned(uri)
        start = edit.range.start
        session.insert(
            uri, start.line, start.character, "2", (start.line, start.character + len(edit.new_text))
        )
        await session.warned(uri, "memory-budget")
        assert session.messages == []


async def test_a_client_that_resolves_nothing_gets_whole_fixes(
    editor: EditorFactory, repository: Repository
) -> None:
    from session import capabilities

    known = capabilities("vscode")
    assert known.text_document is not None and known.text_document.code_action is not None
    known.text_document.code_action.resolve_support = None
    repository({"a.py": BEFORE})
    async with editor("vscode", configuration=ANY_CHANGE, declared=known) as session:
        uri = await regressed(session)
        found = await session.fixes(uri, 0, 5)
        assert [action.title.split()[0] for action in found] == ["Accept", "Ignore"]
        assert all(action.edit is not None for action in found)
        assert await session.fixes(uri, 1, 8) == []  # nothing to fix there


async def test_a_client_without_code_actions(editor: EditorFactory, repository: Repository) -> None:
    repository({"a.py": BEFORE})
    options: dict[str, Any] = ANY_CHANGE
    async with editor("minimal", options=options) as session:
        uri = await regressed(session)
        assert await session.fixes(uri, 0, 5) == []
