"""What the functions of an open document are: caught up with whenever typing pauses."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pricetag.forecast import Subject, subject_of
from pricetag.syntax import Function, Language, Site, SyntaxTree
from pricetag.text import Buffer, Change, Edit, Encoding

if TYPE_CHECKING:
    from pricetag.lsp.documents import Notebook

Found = tuple[Function, Subject]


class Analysis:
    """A document's parse, on the analysis thread only."""

    def __init__(self, language: Language, encoding: Encoding, notebook: Notebook | None = None) -> None:
        self._language, self._encoding, self._notebook = language, encoding, notebook
        self._buffer = Buffer("")
        self._tree: SyntaxTree | None = None
        self._subjects: dict[tuple[object, ...], Subject] = {}
        self._seen: list[Found] = []  # of late, those to be believed first

    @property
    def data(self) -> bytes:
        """The text as of the last update, as UTF-8."""
        return self._buffer.data

    def update(self, changes: Sequence[Change]) -> list[Found]:
        """Apply changes, parse again where needed, and give every function with its query."""
        if self._tree is None or any(change.range is None for change in changes):
            self._seen = []
            for change in changes:
                self._buffer.apply(change, self._encoding)
            self._tree = SyntaxTree(self._buffer, self._language, cell=self._notebook is not None)
        elif changes:
            for change in changes:
                edit = self._buffer.apply(change, self._encoding)
                self._tree.edit(edit)
                self._seen = [(_moved(function, edit), subject) for function, subject in self._seen]
            self._tree.reparse()
        # A function whose text did not change keeps its query: typing in one body costs the others nothing.
        known, self._subjects = self._subjects, {}
        result = []
        for function in self._tree.functions(*self._around()):
            key = _content(function)
            subject = known.get(key) or self._subjects.get(key) or subject_of(function)
            self._subjects[key] = subject
            result.append((function, subject))
        return self._with_hidden(self._tree, result)

    def _with_hidden(self, tree: SyntaxTree, found: list[Found]) -> list[Found]:
        """What was found, and the unchanged functions that code broken elsewhere hides, or tells otherwise, for now."""
        told = {(function.start, function.qualified_name) for function, _ in found}
        hidden: dict[int, Found] = {}
        for function, subject in self._seen:
            if (
                (function.start, function.qualified_name) not in told
                and self._unchanged(function)
                and tree.in_code(function.name_start, function.name_end)
            ):
                hidden.setdefault(function.name_start, (function, subject))
        if not tree.root.has_error:
            self._seen = [*found, *hidden.values()]
            return found
        self._seen = [*hidden.values(), *(pair for pair in found if pair[0].name_start not in hidden)]
        return sorted(self._seen, key=lambda pair: (pair[0].start, -pair[0].end))

    def _unchanged(self, function: Function) -> bool:
        """Whether the function stands where it stood, below the names of the scopes around it."""
        data = self._buffer.data
        scopes = function.qualified_name.encode().replace(b"::", b".").split(b".")[:-1]
        return data[function.start : function.end] == function.source.encode() and all(
            scope == b"<locals>" or data.find(scope, 0, function.start) >= 0 for scope in scopes
        )

    def _around(self) -> tuple[Sequence[Site], Sequence[Site]]:
        """What the cells before and after this one define, as far as they are parsed."""
        before: list[Site] = []
        after: list[Site] = []
        here = before
        for cell in self._notebook.cells if self._notebook else ():
            if cell.analysis is self:
                here = after
            elif (tree := cell.analysis._tree) is not None and cell.language is self._language:
                here.extend(tree.sites)
        return before, after


_POSITIONS = ("start", "end", "name_start", "name_end", "signature_end", "source")
_CONTENT = tuple(field.name for field in dataclasses.fields(Function) if field.name not in _POSITIONS)


def _content(function: Function) -> tuple[object, ...]:
    return tuple(getattr(function, name) for name in _CONTENT)


def _moved(function: Function, edit: Edit) -> Function:
    """The function after an edit outside of it; whether the edit was outside, its bytes tell."""
    by = edit.moved(function.start, pushed=True) - function.start
    if by == 0:
        return function
    return dataclasses.replace(
        function,
        start=function.start + by,
        end=function.end + by,
        name_start=function.name_start + by,
        name_end=function.name_end + by,
        signature_end=function.signature_end + by,
    )
