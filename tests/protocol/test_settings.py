from __future__ import annotations

from typing import Any

import pytest
from lsprotocol import types
from session import Editor, EditorFactory, label

TEXT = "def f(xs: list[int]) -> list[int]:\n    return sorted(xs)\n"


async def labels(session: Editor, uri: str) -> list[str]:
    return [label(hint) for hint in await session.hints(uri)]


def configure(session: Editor, settings: dict[str, Any]) -> None:
    """Change the settings the way the session's client does: a bare nudge, or the settings themselves."""
    pulls = session.client.capabilities is not None and session.client.capabilities.workspace is not None
    session.client.set_configuration(settings, section="pricetag")
    session.client.workspace_did_change_configuration(
        types.DidChangeConfigurationParams(settings=None if pulls else {"pricetag": settings})
    )


@pytest.mark.parametrize("client", ["vscode", "neovim", "minimal"])
async def test_settings_are_live(editor: EditorFactory, client: str) -> None:
    async with editor(client) as session:
        uri = session.open("a.py", TEXT)
        [both] = map(label, await session.hinted(uri))
        memory, runtime = both.split(" · ")[:2]

        async def becomes(expected: list[str]) -> None:
            async def there() -> bool:
                return [text.split(" · n")[0] for text in await labels(session, uri)] == expected

            await session.until(there, f"hints {expected}")

        configure(session, {"hints": {"metrics": ["runtime"]}})
        await becomes([runtime])
        configure(session, {"hints": {"metrics": ["memory"]}})
        await becomes([memory])
        configure(session, {"hints": {"enabled": False}})
        await becomes([])
        configure(session, {"exclude": ["*.py"]})
        await becomes([])
        configure(session, {"hints": {"format": "{runtime} at n={n}"}})
        await becomes([f"{runtime} at n=10,000"])
        configure(session, {"languages": ["cpp"]})
        await becomes([])
        assert await session.hover_text(uri, 0, 4) == ""
        configure(session, {})
        await becomes([f"{memory} · {runtime}"])
        assert session.messages == []
        if client != "minimal":
            assert session.refreshes >= 4
        registered = {
            "vscode": {
                types.WORKSPACE_DID_CHANGE_CONFIGURATION, types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                types.TEXT_DOCUMENT_DID_OPEN, types.TEXT_DOCUMENT_DID_CHANGE, types.TEXT_DOCUMENT_DID_CLOSE,
            },
            "neovim": {types.WORKSPACE_DID_CHANGE_WATCHED_FILES},
            "minimal": set(),
        }  # fmt: skip
        assert set(session.registrations) == registered[client]


@pytest.mark.parametrize("options", [{"size": 100}, {"pricetag": {"size": 100}}, {"pricetag.size": 100}])
async def test_initialization_options(editor: EditorFactory, options: dict[str, Any]) -> None:
    async with editor("minimal", options=options) as session:
        uri = session.open("a.py", TEXT)
        await session.hinted(uri)
        assert "at n = 100\n" in await session.hover_text(uri, 0, 4)


async def test_bad_values_are_said_once_and_the_defaults_stand(editor: EditorFactory) -> None:
    bad = {
        "size": "many",
        "hints": {"metrics": ["gold"], "enabled": 3},
        "regression": {"confidence": 7},
        "unknown": 1,
    }
    async with editor(configuration=bad) as session:
        uri = session.open("a.py", TEXT)
        await session.hinted(uri)
        await session.until(lambda: len(session.messages) == 4, "four messages")
        assert "pricetag.size must be a number from 1 to 1e+09; the default is used" in session.messages
        assert all("the default is used" in message for message in session.messages)
        assert "at n = 10,000" in await session.hover_text(uri, 0, 4)
        configure(session, {**bad, "size": 50})

        async def smaller() -> bool:
            return "at n = 50\n" in await session.hover_text(uri, 0, 4)

        await session.until(smaller, "the new size")
        assert len(session.messages) == 4


@pytest.mark.parametrize(
    "options", [3, "text", [1], {"size": None}, {"hints": None}, {"regression": {"rule": {}}}]
)
async def test_options_of_any_shape(editor: EditorFactory, options: Any) -> None:
    async with editor("minimal", options=options) as session:
        await session.hinted(session.open("a.py", TEXT))


async def test_a_bad_format_is_said_once_and_the_default_stands(editor: EditorFactory) -> None:
    async with editor(configuration={"hints": {"format": "{memory} {money}"}}) as session:
        uri = session.open("a.py", TEXT)
        [shown] = await session.hinted(uri)
        assert " · " in label(shown)
        configure(session, {"size": 1_000, "hints": {"format": "{memory} {money}"}})

        async def smaller() -> bool:
            return "at n = 1,000\n" in await session.hover_text(uri, 0, 4)

        await session.until(smaller, "the new size")
        names = "{memory}, {runtime}, {growth}, {change}, {n}"
        assert session.messages == [f"pricetag.hints.format may only hold {names}; the default is used"]
