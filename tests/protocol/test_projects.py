"""The files of a project in the editor: settings, budgets, accepted baselines; live, and broken in every way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lsprotocol import types
from session import EditorFactory, label
from test_regressions import AFTER, ANY_CHANGE, BEFORE
from test_requests import ask

Repository = Callable[[dict[str, str]], Path]
ANY = "factor = 1\nconfidence = 0\nfloor = 0\ngrowth = 10\n"
CONFLICT = '{"version": 1, "baselines": [\n<<<<<<< ours\n=======\n>>>>>>> theirs\n]}\n'


@pytest.mark.parametrize("client", ["vscode", "neovim", "minimal"])
async def test_settings_of_a_project_are_live(
    editor: EditorFactory, repository: Repository, client: str
) -> None:
    workspace = repository({"a.py": BEFORE})
    (workspace / ".pricetag.toml").write_text("n = 1000\n" + ANY)
    async with editor(client) as session:

        def write(name: str, text: str | None) -> None:
            session.written(name, text)
            if client == "minimal":  # says nothing of files: the next save reads them
                session.save(uri)

        uri = session.open("a.py", AFTER)
        await session.hinted(uri, 2)
        session.save(uri, AFTER)
        [warning] = await session.warned(uri, "memory-regression")
        assert "at n = 1,000 (" in warning.message
        write(".pricetag.toml", "n = 1000\nconfidence = 1\n")
        await session.warned(uri)
        write(".pricetag.toml", None)
        write(
            "pyproject.toml", f"[tool.pricetag]\n{ANY}\n[[tool.pricetag.overrides]]\npath = 'a.py'\nn = 100\n"
        )
        [warning] = await session.warned(uri, "memory-regression")
        assert "at n = 100 (" in warning.message
        write("pyproject.toml", f"[tool.pricetag]\n{ANY}exclude = ['a.py']\n")
        await session.warned(uri)
        assert await session.hints(uri) == []
        write("pyproject.toml", f"[tool.pricetag]\n{ANY}")
        await session.hinted(uri, 2)
        session.save(uri)
        await session.warned(uri, "memory-regression")
        assert session.messages == []


async def test_the_editors_settings_come_before_the_projects(
    editor: EditorFactory, repository: Repository
) -> None:
    workspace = repository({"a.py": BEFORE})
    (workspace / ".pricetag.toml").write_text("n = 1000\n" + ANY)
    async with editor(configuration={"size": 100, "hints": {"format": "{memory} at {n}"}}) as session:
        uri = session.open("a.py", AFTER)
        session.save(uri, AFTER)
        [warning] = await session.warned(uri, "memory-regression")
        assert "at n = 100 (" in warning.message
        assert label((await session.hinted(uri, 2))[0]).endswith(" at 100")


async def test_a_setting_that_is_set_to_its_default_is_set(
    editor: EditorFactory, repository: Repository
) -> None:
    workspace = repository({"a.py": BEFORE})
    (workspace / ".pricetag.toml").write_text("n = 1000\n" + ANY)
    unset = {"size": None, "regression": {"factor": None, "metrics": None}}  # as VS Code sends them
    async with editor(configuration=unset) as session:
        uri = session.open("a.py", AFTER)
        session.save(uri, AFTER)
        [warning] = await session.warned(uri, "memory-regression")
        assert "at n = 1,000 (" in warning.message
        session.client.set_configuration({"size": 10_000}, section="pricetag")
        session.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=None))

        async def at_the_default() -> bool:
            return any("at n = 10,000 (" in one.message for one in await session.warnings(uri))

        await session.until(at_the_default, "the editor's n to hold")


async def test_without_git_the_baseline_is_the_text_as_it_was_opened(
    editor: EditorFactory, repository: Repository, tmp_path: Path
) -> None:
    repository({"a.py": BEFORE})
    empty = tmp_path / "bin"
    empty.mkdir()
    async with editor(configuration=ANY_CHANGE, environment={"PATH": str(empty)}) as session:
        uri = session.open("a.py", BEFORE)
        await session.hinted(uri, 2)
        session.replace(uri, AFTER)
        session.save(uri, AFTER)
        [warning] = await session.warned(uri, "memory-regression")
        [related] = warning.related_information or []
        assert related.message.startswith("baseline when the file was opened")
        assert session.messages == []


async def test_budgets_of_a_project(editor: EditorFactory) -> None:
    settings = "confidence = 0.5\n[budgets]\n"
    async with editor() as session:
        session.written(".pricetag.toml", settings + '"a.py::total" = "memory <= 2 B"\n')
        uri = session.open("a.py", BEFORE)
        await session.hinted(uri, 2)
        session.save(uri, BEFORE)
        [warning] = await session.warned(uri, "memory-budget")
        assert "over the budget of 2 B for a.py::total (" in warning.message
        assert [action.title for action in await session.fixes(uri, 0, 5)] == ["Ignore `total` here"]
        session.written(".pricetag.toml", settings + '"a.py::total" = "memory <= 900 TB"\n')
        await session.warned(uri)
        session.written(".pricetag.toml", settings + '"a.py" = "memory <= 2 B"\n')
        [first, second] = await session.warned(uri, "memory-budget", "memory-budget")
        assert first.range.start.line == 0 and second.range.start.line == 8


async def test_broken_files_are_told_once_and_everything_else_goes_on(
    editor: EditorFactory, repository: Repository
) -> None:
    workspace = repository({"a.py": BEFORE})
    (workspace / ".pricetag.toml").write_text("n = \n")
    (workspace / ".pricetag").mkdir()
    (workspace / ".pricetag/baselines.json").write_text(CONFLICT)
    async with editor(configuration=ANY_CHANGE) as session:
        uri = session.open("a.py", AFTER)
        await session.hinted(uri, 2)
        session.save(uri, AFTER)
        await session.warned(uri, "memory-regression")
        session.save(uri, AFTER)
        await session.until(lambda: len(session.messages) >= 2, "messages")
        broken, conflict = sorted(session.messages)
        assert broken.startswith(str(workspace / ".pricetag.toml")) and "not TOML" in broken
        assert "holds merge conflicts" in conflict and conflict.endswith("accepted baselines are ignored")
        accept, ignore = await session.fixes(uri, 0, 5)
        assert accept.disabled is not None and "merge conflicts" in accept.disabled.reason
        assert ignore.disabled is None
        session.written(".pricetag/baselines.json", "nonsense")
        await session.until(lambda: "is not JSON" in "".join(session.messages), "the next problem")
        session.written(".pricetag/baselines.json", '{"version": 1, "baselines": []}')
        session.written(".pricetag.toml", ANY)

        async def enabled() -> bool:
            return all(action.disabled is None for action in await session.fixes(uri, 0, 5))

        await session.until(enabled, "the fix to be offered")
        assert len(session.messages) == 3 and await session.text(uri) == AFTER
        assert (workspace / ".pricetag/baselines.json").read_text() == '{"version": 1, "baselines": []}'


async def test_the_old_version_opens(editor: EditorFactory, repository: Repository) -> None:
    repository({"a.py": "# two\n# lines\n" + BEFORE})
    options = {"client": {"baselines": True}}
    async with editor(configuration=ANY_CHANGE, options=options) as session:
        uri = session.open("a.py", AFTER)
        session.save(uri, AFTER)
        [warning] = await session.warned(uri, "memory-regression")
        assert warning.related_information is not None and isinstance(warning.data, dict)
        location = warning.related_information[0].location
        assert location.range == types.Range(types.Position(2, 4), types.Position(2, 9))
        scheme, _, commit = location.uri.partition("?")
        assert commit == warning.data["commit"]
        old = uri.replace("file:", "pricetag-baseline:").replace("a.py", f"a%20({commit[:8]}).py")
        assert scheme == old
        for commit_, found in ((commit, True), ("0" * 40, False), ("--help", False), ("opened", False)):
            answer = await ask(session, "pricetag/baselineText", uri=uri, commit=commit_)
            assert (answer["text"] == "# two\n# lines\n" + BEFORE) is found
            assert bool(answer["missing"]) is not found


@pytest.mark.parametrize("client", ["vscode", "minimal"])
async def test_outside_git_the_baseline_is_the_text_as_it_was_opened(
    editor: EditorFactory, client: str
) -> None:
    options = {**ANY_CHANGE, "client": {"baselines": True}}
    async with editor(client, configuration=ANY_CHANGE, options=options) as session:
        uri = session.open("a.py", BEFORE)
        await session.hinted(uri, 2)
        session.replace(uri, AFTER)
        session.save(uri, AFTER)
        [warning] = await session.warned(uri, "memory-regression")
        assert warning.related_information is not None
        assert warning.related_information[0].message.startswith("baseline when the file was opened: ")
        assert warning.related_information[0].location.uri.endswith("a%20(as%20opened).py?opened")
        assert "Memory when this file was opened: " in await session.hover_text(uri, 0, 5)
        answer = await ask(session, "pricetag/baselineText", uri=uri, commit="opened")
        assert answer["text"] == BEFORE


async def test_pulled_reports_are_unchanged_until_they_change(
    editor: EditorFactory, repository: Repository
) -> None:
    repository({"a.py": BEFORE})
    async with editor(configuration=ANY_CHANGE) as session:
        uri = session.open("a.py", AFTER)
        session.save(uri, AFTER)
        await session.warned(uri, "memory-regression")

        async def pull(previous: str | None) -> types.DocumentDiagnosticReport:
            return await session.client.text_document_diagnostic_async(
                types.DocumentDiagnosticParams(
                    types.TextDocumentIdentifier(uri), identifier="pricetag", previous_result_id=previous
                )
            )

        full = await pull(None)
        assert isinstance(full, types.RelatedFullDocumentDiagnosticReport) and full.result_id
        same = await pull(full.result_id)
        assert isinstance(same, types.RelatedUnchangedDocumentDiagnosticReport)
        assert same.result_id == full.result_id
        session.insert(uri, 0, 0, "\n")
        moved = await pull(full.result_id)
        assert isinstance(moved, types.RelatedFullDocumentDiagnosticReport)
        assert moved.result_id != full.result_id and moved.items[0].range.start.line == 1


async def test_a_commit_makes_what_is_committed_the_baseline(
    editor: EditorFactory, repository: Repository
) -> None:
    repository({"a.py": BEFORE})
    async with editor(configuration=ANY_CHANGE) as session:
        uri = session.open("a.py", AFTER)
        session.save(uri, AFTER)
        await session.warned(uri, "memory-regression")
        repository({"a.py": AFTER})
        session.written(".git/logs/HEAD", (session.workspace / ".git/logs/HEAD").read_text())
        await session.warned(uri)
