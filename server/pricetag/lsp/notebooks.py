"""Jupyter notebooks: each Python cell is a document like any other, whose functions may call those of other cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.uris import to_fs_path

from pricetag.lsp import convert
from pricetag.lsp.documents import Document, Notebook
from pricetag.syntax import language_of

if TYPE_CHECKING:
    from pricetag.lsp.session import PricetagServer

SYNC = types.NotebookDocumentSyncOptions(
    notebook_selector=[
        types.NotebookDocumentFilterWithNotebook(
            notebook=types.NotebookDocumentFilterNotebookType(notebook_type="jupyter-notebook"),
            cells=[types.NotebookCellLanguage("python")],
        )
    ],
    save=False,
)


class Notebooks:
    """The open notebooks, on the event loop only."""

    def __init__(self, server: PricetagServer) -> None:
        self._server = server
        self._open: dict[str, Notebook] = {}

    def open(self, params: types.DidOpenNotebookDocumentParams) -> None:
        """Open a notebook with its cells; one that is open already is opened anew."""
        opened = params.notebook_document
        if old := self._open.get(opened.uri):
            self._end(old)
        notebook = self._open[opened.uri] = Notebook(opened.uri, to_fs_path(opened.uri))
        notebook.order = [cell.document for cell in opened.cells]
        for item in params.cell_text_documents:
            self._open_cell(notebook, item)
        self._arrange(notebook)

    def change(self, params: types.DidChangeNotebookDocumentParams) -> None:
        """Take over what happened to the cells: order first, then texts. Unknown notebooks and cells are passed over."""
        notebook = self._open.get(params.notebook_document.uri)
        cells = params.change.cells
        if notebook is None or cells is None:
            return
        if cells.structure is not None:
            self._restructure(notebook, cells.structure)
        for content in cells.text_content or ():
            document = self._server.documents.get(content.document.uri)
            if document is not None and document.notebook is notebook:
                document.apply(convert.to_changes(content.changes), content.document.version)
                self._server.scheduler.edited(document)

    def close(self, params: types.DidCloseNotebookDocumentParams) -> None:
        """Close a notebook and all its cells."""
        notebook = self._open.pop(params.notebook_document.uri, None)
        if notebook is not None:
            self._end(notebook)

    def _restructure(self, notebook: Notebook, structure: types.NotebookDocumentCellChangeStructure) -> None:
        array = structure.array
        start = min(max(array.start, 0), len(notebook.order))
        added = [cell.document for cell in array.cells or ()]
        notebook.order[start : start + max(array.delete_count, 0)] = added
        for closed in structure.did_close or ():
            self._close_cell(notebook, closed.uri)
        for item in structure.did_open or ():
            self._open_cell(notebook, item)
        self._arrange(notebook)

    def _open_cell(self, notebook: Notebook, item: types.TextDocumentItem) -> None:
        server, language = self._server, language_of("", item.language_id)
        if old := server.documents.pop(item.uri, None):
            server.scheduler.closed(old)
        if language is None:
            return
        document = Document(item.uri, None, language, item.text, item.version, server.encoding, notebook)
        server.enter(document)

    def _close_cell(self, notebook: Notebook, uri: str) -> None:
        document = self._server.documents.get(uri)
        if document is not None and document.notebook is notebook:
            del self._server.documents[uri]
            self._server.scheduler.closed(document)

    def _arrange(self, notebook: Notebook) -> None:
        """Put the documents into the order of the notebook; other neighbours may mean other callees."""
        before = notebook.cells
        notebook.cells = self._documents(notebook)
        if before and before != notebook.cells:
            for document in notebook.cells[:1]:
                self._server.scheduler.surroundings_changed(document)
                self._server.scheduler.edited(document)

    def _documents(self, notebook: Notebook) -> tuple[Document, ...]:
        found: Sequence[Document | None] = [self._server.documents.get(uri) for uri in notebook.order]
        return tuple(document for document in found if document is not None and document.notebook is notebook)

    def _end(self, notebook: Notebook) -> None:
        for uri in [uri for uri, document in self._server.documents.items() if document.notebook is notebook]:
            self._close_cell(notebook, uri)
        notebook.cells = ()
