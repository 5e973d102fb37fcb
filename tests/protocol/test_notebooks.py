from __future__ import annotations

from collections.abc import Sequence

import pytest
from lsprotocol import types
from session import Editor, EditorFactory

MAIN = "def main(xs: list[int]) -> int:\n    return sum(scale(xs))\n"
SCALE = "%matplotlib inline\ndef scale(xs: list[int]) -> list[int]:\n    return [x * 2 for x in xs]\n"
OTHER = "def other(s: str) -> str:\n    return s.upper()\n"


class Notebook:
    """A notebook in an editor."""

    def __init__(self, session: Editor, cells: Sequence[str], name: str = "a.ipynb") -> None:
        self.session, self.uri, self.version, self.count = session, session.uri(name), 1, 0
        self.cells: list[str] = []
        items = [self.item(text) for text in cells]
        self.cells = [item.uri for item in items]
        session.client.notebook_document_did_open(
            types.DidOpenNotebookDocumentParams(
                types.NotebookDocument(self.uri, "jupyter-notebook", 1, list(map(self.code, self.cells))),
                items,
            )
        )

    def item(self, text: str, language: str = "python") -> types.TextDocumentItem:
        self.count += 1
        uri = self.uri.replace("file:", "vscode-notebook-cell:") + f"#W{self.count}"
        self.session._versions[uri] = 1
        return types.TextDocumentItem(uri, language, 1, text)

    @staticmethod
    def code(uri: str) -> types.NotebookCell:
        return types.NotebookCell(types.NotebookCellKind.Code, uri)

    def tell(self, changes: types.NotebookDocumentCellChanges) -> None:
        self.version += 1
        self.session.client.notebook_document_did_change(
            types.DidChangeNotebookDocumentParams(
                types.VersionedNotebookDocumentIdentifier(self.version, self.uri),
                types.NotebookDocumentChangeEvent(cells=changes),
            )
        )

    def splice(
        self, start: int, delete: int, cells: Sequence[str], opened: Sequence[types.TextDocumentItem] = ()
    ) -> None:
        """Replace cells by others, as uris; texts that are new are opened, those that are gone closed."""
        gone = self.cells[start : start + delete]
        self.cells[start : start + delete] = cells
        closed = [types.TextDocumentIdentifier(uri) for uri in gone if uri not in self.cells]
        array = types.NotebookCellArrayChange(start, delete, list(map(self.code, cells)))
        self.tell(
            types.NotebookDocumentCellChanges(
                structure=types.NotebookDocumentCellChangeStructure(array, list(opened), closed)
            )
        )

    def edit(self, uri: str, line: int, character: int, text: str) -> None:
        self.session._versions[uri] += 1
        place = types.Position(line, character)
        change = types.TextDocumentContentChangePartial(types.Range(place, place), text)
        document = types.VersionedTextDocumentIdentifier(uri=uri, version=self.session._versions[uri])
        self.tell(
            types.NotebookDocumentCellChanges(
                text_content=[types.NotebookDocumentCellContentChanges(document, [change])]
            )
        )

    async def key(self, uri: str) -> str:
        """The query behind the first hint of a cell."""
        data = (await self.session.hinted(uri))[0].data
        assert isinstance(data, dict)
        return str(data["key"])

    async def becomes(self, uri: str, expected: str) -> None:
        async def there() -> bool:
            return await self.key(uri) == expected

        await self.session.until(there, "known callees")

    async def changed(self, uri: str, before: str) -> str:
        """Wait for another query than ``before``."""

        async def other() -> bool:
            return await self.key(uri) != before

        await self.session.until(other, "other callees")
        return await self.key(uri)


async def test_cells_have_hints_and_hovers(editor: EditorFactory) -> None:
    async with editor() as session:
        sync = session.result.capabilities.notebook_document_sync
        assert sync is not None and sync.notebook_selector
        notebook = Notebook(session, [MAIN, "x = 1\n", SCALE])
        main, _, scale = notebook.cells
        [hint] = await session.hinted(scale)
        assert (hint.position.line, hint.position.character) == (1, 38)
        assert "`scale` at n = 10,000" in await session.hover_text(scale, 1, 5)
        assert len(await session.hinted(main)) == 1
        session.save(main)  # no baseline, no trouble
        await session.idle()
        assert session.messages == []


async def test_what_a_function_calls_in_other_cells_counts(editor: EditorFactory) -> None:
    async with editor() as session:
        notebook = Notebook(session, [MAIN, OTHER])
        main, other = notebook.cells
        alone = await notebook.key(main)
        unrelated = await notebook.key(other)
        # A cell with the callee comes in.
        item = notebook.item(SCALE)
        notebook.splice(2, 0, [item.uri], [item])
        together = await notebook.changed(main, alone)
        # The callee is edited.
        notebook.edit(item.uri, 2, 11, "sorted(xs) + ")
        edited = await notebook.changed(main, together)
        assert edited != alone
        # It moves to the front: the order of one callee is what it was.
        notebook.splice(2, 1, [])
        item = notebook.item(SCALE)
        notebook.splice(0, 0, [item.uri], [item])
        await notebook.becomes(main, together)
        assert await notebook.key(other) == unrelated
        # It is deleted.
        notebook.splice(0, 1, [])
        assert await session.hints(item.uri) == [] and await session.hover(item.uri, 1, 5) is None
        await notebook.becomes(main, alone)
        assert session.messages == []


async def test_the_order_of_cells_is_that_of_callees(editor: EditorFactory) -> None:
    again = SCALE.replace("x * 2", "x * 3")
    async with editor() as session:
        notebook = Notebook(session, [MAIN, SCALE, again])
        main, first, second = notebook.cells
        await session.hinted(second)
        await session.idle()
        before = await notebook.key(main)
        notebook.splice(1, 2, [second, first])
        assert await notebook.changed(main, before) != before
        assert await session.text(first) == SCALE and await session.text(second) == again


async def test_a_closed_notebook_is_gone(editor: EditorFactory) -> None:
    async with editor() as session:
        notebook = Notebook(session, [MAIN, SCALE])
        await session.hinted(notebook.cells[1])
        session.client.notebook_document_did_close(
            types.DidCloseNotebookDocumentParams(
                types.NotebookDocumentIdentifier(notebook.uri),
                [types.TextDocumentIdentifier(uri) for uri in notebook.cells],
            )
        )
        for uri in notebook.cells:
            assert await session.hints(uri) == [] and await session.text(uri) is None
        notebook.edit(notebook.cells[0], 0, 0, "x")  # of a notebook that nobody knows
        again = Notebook(session, [MAIN, SCALE])
        await session.hinted(again.cells[1])
        assert session.messages == []


async def test_odd_notebooks(editor: EditorFactory) -> None:
    async with editor(configuration={"exclude": ["b.ipynb"]}) as session:
        await session.ready()
        excluded = Notebook(session, [SCALE], "b.ipynb")
        notebook = Notebook(session, [MAIN, "%%html\n<b>def f(x): pass</b>\n", "\ud800", SCALE])
        scale = notebook.cells[3]
        # A client that sends cells as documents too: the notebook's changes are the ones that count.
        session.client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(scale, "python", 1, "nothing"))
        )
        session.insert(scale, 0, 0, "nothing")
        session.close(scale)
        assert await session.text(scale) == SCALE
        notebook.splice(99, 99, [])
        markdown = notebook.item("# def g(x): pass", "markdown")
        notebook.splice(0, 1, [markdown.uri], [markdown])
        await session.hinted(scale)
        await session.idle()
        assert await session.hints(notebook.cells[1]) == [] and await session.hints(markdown.uri) == []
        assert await session.hints(excluded.cells[0]) == []
        Notebook(session, [OTHER])  # opened twice: the later one holds
        assert await session.text(scale) is None
        assert session.messages == []


@pytest.mark.parametrize("client", ["neovim", "minimal"])
async def test_clients_without_notebooks_hear_of_none(editor: EditorFactory, client: str) -> None:
    async with editor(client) as session:
        assert session.result.capabilities.notebook_document_sync is None
