"""Measure now: functions run in the real sandbox, because a person said so."""

from __future__ import annotations

import ast
import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from lsprotocol import types
from session import Editor, EditorFactory, label, tooltip
from test_heaviest import plain
from test_regressions import ANY_CHANGE

PYTHON = "def doubled(xs: list[int]) -> list[int]:\n    return [x * 2 for x in xs]\n"
CPP = "#include <vector>\n\nstd::vector<int> copied(const std::vector<int>& xs) { return xs; }\n"
ENDLESS = "def endless(xs: list[int]) -> int:\n    while True:\n        xs = xs[::-1]\n"
FAILING = "def failing(xs: list[int]) -> float:\n    return len(xs) / 0\n"
SETTINGS: dict[str, Any] = {"size": 1000, "maximumInterval": 1e12}
LIGHT = "def doubled(xs: list[int]) -> int:\n    return sum(x * 2 for x in xs)\n"
JUDGED: dict[str, Any] = {**SETTINGS, **ANY_CHANGE}  # the weights are random: any change is warned of
BOTH = "Measure both versions of `doubled`"
TRUSTED = {"options": {**SETTINGS, "client": {"trusted": True}}, "configuration": SETTINGS}


class Person:
    """Answers what the server asks."""

    def __init__(self, session: Editor, answer: str | None = "Measure") -> None:
        self.session, self.answer = session, answer
        self.asked: list[types.ShowMessageRequestParams] = []
        features = session.client.protocol.fm.features
        features.pop(types.WINDOW_SHOW_MESSAGE_REQUEST, None)

        @session.client.feature(types.WINDOW_SHOW_MESSAGE_REQUEST)
        def ask(params: types.ShowMessageRequestParams) -> types.MessageActionItem | None:
            self.asked.append(params)
            return None if self.answer is None else types.MessageActionItem(self.answer)

    async def execute(self, command: types.Command) -> dict[str, Any]:
        """Run a command; its outcome."""
        answer = await self.session.client.workspace_execute_command_async(
            types.ExecuteCommandParams(command.command, command.arguments)
        )
        found = plain(answer)
        assert isinstance(found, dict)
        return found

    async def measure(self, uri: str, line: int = 0, character: int = 5) -> dict[str, Any]:
        where = {"uri": uri, "position": {"line": line, "character": character}}
        return await self.execute(types.Command("", "pricetag.measure", arguments=[where]))


async def offered(session: Editor, uri: str, line: int, character: int, **context: Any) -> list[Any]:
    at = types.Position(line, character)
    answer = await session.client.text_document_code_action_async(
        types.CodeActionParams(
            types.TextDocumentIdentifier(uri), types.Range(at, at), types.CodeActionContext([], **context)
        )
    )
    return list(answer or [])


def command_of(action: Any) -> types.Command:
    """What a client would run. lsprotocol reads a code action as a command whose name is the text of the real one."""
    if action.command == "pricetag.measure":
        return types.Command(action.title, action.command, action.arguments)
    raw = ast.literal_eval(action.command)
    return types.Command(raw["title"], raw["command"], arguments=raw["arguments"])


async def shows(session: Editor, uri: str, measured: bool) -> str:
    """Wait for the one hint to be a measured one, or a forecast; its text."""

    async def there() -> str:
        found = [label(hint) for hint in await session.hints(uri)]
        return found[0] if len(found) == 1 and found[0].startswith("= ") is measured else ""

    text: str = await session.until(there, f"a hint, measured {measured}")
    return text


def measuring(session: Editor) -> list[psutil.Process]:
    """The processes that measure for this session, those that lost their parent included."""
    mine = session.server.environ()["PRICETAG_CACHE"]
    found = []
    for process in psutil.process_iter():
        try:
            command, environment = process.cmdline(), process.environ()
        except psutil.Error:  # it has just ended
            continue
        if "pricetag.measure" in " ".join(command) and environment.get("PRICETAG_CACHE") == mine:
            found.append(process)
    return found


@pytest.mark.parametrize("client", ["vscode", "neovim"])
async def test_measured_after_a_yes(editor: EditorFactory, client: str) -> None:
    async with editor(client, **TRUSTED) as session:
        person = Person(session)
        uri = session.open("a.py", PYTHON)
        forecast = await shows(session, uri, measured=False)
        refreshes = session.refreshes
        [action] = await offered(session, uri, 0, 6)
        command = command_of(action)
        assert command.title == "Measure `doubled` now"
        answer = await person.execute(command)
        assert answer["outcome"] == "measured", answer
        assert answer["message"].startswith("`doubled` at n = 1,000: memory ")
        [asked] = person.asked
        for said in ("`doubled`", "a.py", "n = 1,000", "xs: list[int] of n", "sandbox", "10 s", "2 GB"):
            assert said in asked.message
        assert [item.title for item in asked.actions or ()] == ["Measure", "Cancel"]

        hint = await shows(session, uri, measured=True)
        assert " kB" in hint  # 1,000 pointers and ints, whatever the model says
        await session.until(lambda: session.refreshes > refreshes, "a refresh")
        text = await session.hover_text(uri, 0, 5)
        assert "**Measured** at n = 1,000: memory **= " in text and "80 % interval" in text
        [found] = await session.hints(uri)
        resolved = await session.client.inlay_hint_resolve_async(found)
        assert "**Measured**" in tooltip(resolved).value  # type: ignore[union-attr]

        assert (await person.measure(uri))["outcome"] == "measured"
        assert len(person.asked) == 1
        session.replace(uri, PYTHON.replace("* 2", "* 3"))
        await shows(session, uri, measured=False)
        session.replace(uri, "# a comment is no other text\n" + PYTHON)
        assert await shows(session, uri, measured=True)
        assert session.messages == [] and measuring(session) == []
    async with editor(client, **TRUSTED) as session:  # remembered, for a server that may run nothing, too
        await shows(session, session.open("a.py", PYTHON), measured=True)
        assert await shows(session, session.open("b.py", PYTHON.replace("* 2", "* 4")), measured=False)
    assert forecast


async def test_cpp(editor: EditorFactory) -> None:
    async with editor(**TRUSTED) as session:
        person = Person(session)
        uri = session.open("a.cpp", CPP, "cpp")
        assert (await person.measure(uri, 2, 20))["outcome"] == "measured", session.messages
        assert (await shows(session, uri, measured=True)).startswith("= 4.")  # kB: 1,000 ints


@pytest.mark.parametrize(
    ("client_says", "told"), [({}, "has not said that it is trusted"), ({"trusted": False}, "is not trusted")]
)
async def test_untrusted(editor: EditorFactory, client_says: dict[str, Any], told: str) -> None:
    async with editor(options={**SETTINGS, "client": client_says}, configuration=SETTINGS) as session:
        person = Person(session)
        uri = session.open("a.py", PYTHON)
        await shows(session, uri, measured=False)
        answer = await person.measure(uri)
        assert answer["outcome"] == "refused" and told in answer["message"]
        assert session.messages == [answer["message"]] and person.asked == []
        session.client.protocol.notify("pricetag/trusted", {})
        assert (await person.measure(uri))["outcome"] == "measured"
        assert len(person.asked) == 1


@pytest.mark.parametrize("answer", ["Cancel", None])
async def test_declined(editor: EditorFactory, answer: str | None) -> None:
    async with editor(**TRUSTED) as session:
        person = Person(session, answer)
        uri = session.open("a.py", PYTHON)
        for count in (1, 2):  # a no is not remembered
            assert await person.measure(uri) == {"outcome": "declined", "message": ""}
            assert len(person.asked) == count
        await shows(session, uri, measured=False)
        assert session.messages == [] and measuring(session) == []


async def test_cancelled(editor: EditorFactory) -> None:
    async with editor(**TRUSTED) as session:
        person = Person(session)
        uri = session.open("a.py", ENDLESS)
        work = asyncio.ensure_future(person.measure(uri))
        reports = session.client.progress_reports

        def begun() -> list[Any]:
            return [token for token, told in reports.items() if told and told[0].title == "Measuring endless"]

        [token] = await session.until(begun, "progress")
        await session.until(lambda: len(measuring(session)) > 1, "a running function")
        session.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token))
        assert await work == {"outcome": "cancelled", "message": ""}
        await session.until(lambda: not measuring(session), "no process")
        assert isinstance(reports[token][-1], types.WorkDoneProgressEnd)
        await shows(session, uri, measured=False)
        assert session.messages == []


async def test_the_request_is_cancelled(editor: EditorFactory) -> None:
    async with editor("minimal", **TRUSTED) as session:
        person = Person(session)
        uri = session.open("a.py", ENDLESS)
        where = {"uri": uri, "position": {"line": 0, "character": 5}}
        params = types.ExecuteCommandParams("pricetag.measure", [where])
        session.client.protocol.send_request("workspace/executeCommand", params, msg_id="mine")
        await session.until(lambda: len(measuring(session)) > 1 and person.asked, "a running function")
        session.client.cancel_request(types.CancelParams("mine"))
        await session.until(lambda: not measuring(session), "no process")


@pytest.mark.timeout(900)  # 10 s of CPU time, several times, on a machine that may be busy
async def test_an_endless_function_is_over_its_limit(editor: EditorFactory) -> None:
    async with editor(**TRUSTED) as session:
        person = Person(session)
        uri = session.open("a.py", ENDLESS)
        answer = await person.measure(uri)
        assert answer == {"outcome": "measured", "message": "`endless` at n = 1,000: runtime > 10 s"}
        assert await shows(session, uri, measured=True) == "= > 10 s"


async def test_a_failing_function(editor: EditorFactory) -> None:
    async with editor(**TRUSTED) as session:
        person = Person(session)
        uri = session.open("a.py", FAILING)
        answer = await person.measure(uri)
        told = "`failing` could not be measured at n = 1,000: it raised ZeroDivisionError."
        assert answer == {"outcome": "failed", "message": told}
        assert session.messages == [told]
        await shows(session, uri, measured=False)


async def test_without_bubblewrap_nothing_is_run_or_asked(editor: EditorFactory, tmp_path: Path) -> None:
    empty = tmp_path / "bin"
    empty.mkdir()
    async with editor(**TRUSTED, environment={"PATH": str(empty)}) as session:
        person = Person(session)
        answer = await person.measure(session.open("a.cpp", CPP, "cpp"), 2, 20)
        assert answer["outcome"] == "refused" and "install the package bubblewrap" in answer["message"]
        assert session.messages == [answer["message"]] and person.asked == []


async def test_what_is_no_function(editor: EditorFactory) -> None:
    text = (
        PYTHON
        + "\ndef outer(xs: list[int]) -> int:\n    def inner(y: int) -> int:\n        return y\n    return inner(1)\n"
    )
    async with editor(**TRUSTED) as session:
        person = Person(session)
        uri = session.open("a.py", text)
        await session.hinted(uri, 2)
        stale = {"uri": uri, "position": {"line": 0, "character": 5}, "key": "0" * 64}
        for arguments in (
            None, [], [3], [{}], [{"uri": uri}], [{"uri": 3, "position": {}}], [stale],
            [{"uri": uri, "position": {"line": 1, "character": 5}}],  # a body
            [{"uri": uri, "position": {"line": 4, "character": 9}}],  # a local function
            [{"uri": uri, "position": {"line": 1 << 40, "character": 0}}],
            [{"uri": session.uri("b.py"), "position": {"line": 0, "character": 5}}],
        ):  # fmt: skip
            answer = await person.execute(types.Command("", "pricetag.measure", arguments=arguments))
            assert answer["outcome"] == "refused", arguments
        assert person.asked == [] and measuring(session) == []
        assert await offered(session, uri, 1, 5) == await offered(session, uri, 4, 9) == []
        assert await offered(session, uri, 0, 5, only=[types.CodeActionKind.QuickFix]) == []
        assert [action.title for action in await offered(session, uri, 3, 5)] == ["Measure `outer` now"]


async def offered_both(session: Editor, uri: str, line: int = 0) -> types.CodeAction:
    """Wait for the fix: the server first finds out whether it can measure here. Its command is filled in."""

    async def there() -> list[types.CodeAction]:
        return [one for one in await session.fixes(uri, line, 5) if one.title == BOTH]

    [found] = await session.until(there, "the fix")
    return await session.client.code_action_resolve_async(found)


@pytest.mark.parametrize("git", [True, False])
async def test_both_versions_of_a_regression(
    editor: EditorFactory, repository: Callable[[dict[str, str]], Path], git: bool
) -> None:
    if git:
        repository({"a.py": LIGHT})
    options = {**JUDGED, "client": {"trusted": True}}
    async with editor(options=options, configuration=JUDGED) as session:
        person = Person(session, "Cancel")
        uri = session.open("a.py", LIGHT, write=True)
        await session.hinted(uri)
        session.replace(uri, PYTHON)
        session.save(uri, PYTHON)
        [warning] = await session.warned(uri, "memory-regression")
        action = await offered_both(session, uri)
        assert action.kind == types.CodeActionKind.QuickFix and action.command is not None
        assert [one.code for one in action.diagnostics or ()] == [warning.code]

        assert await person.execute(action.command) == {"outcome": "declined", "message": ""}
        before = " as of commit " if git else " as it was opened"
        [asked] = person.asked
        assert f"run `doubled` as it is now and{before}" in asked.message and "sandbox" in asked.message
        assert "**Measured**" not in await session.hover_text(uri, 0, 5)

        person.answer = "Measure"
        answer = await person.execute(action.command)
        assert answer["outcome"] == "measured", answer
        said = answer["message"]
        assert said.startswith("`doubled`, measured at n = 1,000: memory ") and session.messages == [said]
        assert " kB now (×" in said and ", the forecast was ×" in said and "; runtime " in said
        assert len(person.asked) == 2  # once for both
        hover = await session.hover_text(uri, 0, 5)
        assert "**Measured** at n = 1,000: memory **= " in hover
        assert "**Measured** before the change: memory **= " in hover and "**, now ×" in hover
        assert measuring(session) == []

        session.replace(uri, PYTHON.replace("* 2", "* 3"))  # not what was judged, and not analysed yet
        told = await person.execute(action.command)
        assert told["outcome"] == "refused" and "edited meanwhile" in told["message"]

        async def gone() -> bool:
            return BOTH not in [one.title for one in await session.fixes(uri, 0, 5)]

        await session.until(gone, "the fix to go")
        for nonsense in (None, 3, {"uri": []}, {"uri": uri, "slot": 99}):
            told = await person.execute(types.Command("", "pricetag.measureVersions", arguments=[nonsense]))
            assert told["outcome"] == "refused", nonsense


async def test_both_versions_are_not_offered_where_nothing_can_be_measured(
    editor: EditorFactory, repository: Callable[[dict[str, str]], Path], tmp_path: Path
) -> None:
    copied = CPP.replace("{ return", "{ std::vector<int> more(xs); return")
    inner = "def outer(xs: list[int]) -> int:\n    def inner(ys: list[int]) -> int:\n        return ys[0]\n    return inner(xs)\n"
    sorting = inner.replace("return ys[0]", "return sorted(ys)[0]")
    repository({"a.py": LIGHT, "b.cpp": CPP, "c.py": inner})
    git = shutil.which("git")
    assert git is not None
    alone = tmp_path / "bin"  # git, and no bubblewrap
    alone.mkdir()
    (alone / "git").symlink_to(git)

    async def titles(session: Editor, name: str, text: str, line: int, character: int) -> list[str]:
        uri = session.open(name, text, "cpp" if name.endswith("cpp") else "python")
        await session.hinted(uri)
        session.save(uri, text)

        async def warned() -> list[types.Diagnostic]:
            return [one for one in await session.warnings(uri) if one.range.start.line == line]

        await session.until(warned, "a warning")
        return [one.title.split(" `")[0] for one in await session.fixes(uri, line, character)]

    others = ["Accept", "Ignore"]
    async with editor(options={**JUDGED, "client": {"trusted": False}}, configuration=JUDGED) as session:
        assert [title.split()[0] for title in await titles(session, "a.py", PYTHON, 0, 5)] == others
        uri = session.uri("a.py")
        session.client.protocol.notify("pricetag/trusted", {})
        assert (await offered_both(session, uri)).command is not None
        assert [title.split()[0] for title in await titles(session, "c.py", sorting, 1, 9)] == others
    environment = {"PATH": str(alone)}
    options = {**JUDGED, "client": {"trusted": True}}
    async with editor(options=options, configuration=JUDGED, environment=environment) as session:
        assert [title.split()[0] for title in await titles(session, "b.cpp", copied, 2, 20)] == others
        await session.until(lambda: not measuring(session), "an answer: not here")
        found = await session.fixes(session.uri("b.cpp"), 2, 20)
        assert [one.title.split()[0] for one in found] == others


async def test_calibrating_the_machine(editor: EditorFactory, tmp_path: Path) -> None:
    machine = tmp_path / "config" / "machine.json"
    machine.parent.mkdir()
    machine.write_text(json.dumps({"version": 1, "speeds": {"python": 100.0}, "tools": {}}))
    async with editor(**TRUSTED) as session:
        person = Person(session)
        uri = session.open("a.py", PYTHON)
        slow = await shows(session, uri, measured=False)
        answer = await person.execute(types.Command("", "pricetag.calibrateMachine"))
        assert answer["outcome"] == "calibrated"
        assert answer["message"].count("a second of the reference machine takes") in (1, 2)
        assert session.messages == [answer["message"]] and person.asked == []
        assert json.loads(machine.read_text())["speeds"]["python"] < 100

        async def other() -> bool:
            return [label(hint) for hint in await session.hints(uri)] not in ([], [slow])

        await session.until(other, "a hint in this machine's seconds")
