"""The syntax tree of one buffer, and the functions in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

import tree_sitter

from pricetag.syntax import cpp, python
from pricetag.syntax.callees import Site, callees
from pricetag.syntax.comments import directive_spans, directives, doc_above
from pricetag.syntax.definition import Definition
from pricetag.syntax.function import Function, Language
from pricetag.syntax.notebook import without_magics
from pricetag.syntax.outline import Capture, Outline, grammar
from pricetag.syntax.pointer_new import without_pointers
from pricetag.syntax.rescue import rescue
from pricetag.text import Buffer, Edit

_SUFFIXES = {
    ".py": Language.PYTHON,
    **dict.fromkeys(
        (".cpp", ".cc", ".cxx", ".c++", ".hpp", ".hh", ".hxx", ".h", ".h++", ".ipp", ".inl", ".tpp", ".tcc"),
        Language.CPP,
    ),
}
_LANGUAGE_IDS = {"python": Language.PYTHON, "cpp": Language.CPP, "c": Language.CPP}
_DEFINE = {Language.PYTHON: python.define, Language.CPP: cpp.define}
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_DEEPEST = 16  # functions nested deeper are left out: each holds the text of all within it
_DEEPEST_SCOPE = 64  # scopes of all kinds around a function


def language_of(path: str, language_id: str = "") -> Language | None:
    """Return the language of a file by its name, else by its LSP language id; None where it is neither of ours.

    Stub files (``.pyi``) hold no bodies and have no language.
    """
    suffix = PurePosixPath(path.replace("\\", "/")).suffix.lower()
    if suffix == ".pyi":
        return None
    return _SUFFIXES.get(suffix) or _LANGUAGE_IDS.get(language_id)


def parse_functions(text: str, language: Language) -> tuple[Function, ...]:
    """Return the functions of ``text``, in the order in which they start. Never raises on any text."""
    return SyntaxTree(Buffer(text), language).functions()


class SyntaxTree:
    """The tree of ``buffer``, parsed on creation and brought up to date by `edit` and `reparse`.

    The buffer of a ``cell`` of a notebook may hold magics.
    """

    def __init__(self, buffer: Buffer, language: Language, cell: bool = False) -> None:
        self.language = language
        self._buffer, self._cell = buffer, cell
        self._parser = tree_sitter.Parser(grammar(language))
        self._replaced = False
        self._source = self._read()
        self._tree = self._parser.parse(self._source)
        self._found: list[Site] | None = None
        self._functions: tuple[Function, ...] | None = None
        self._around: tuple[Sequence[Site], Sequence[Site]] = ((), ())
        self._outline = Outline(language)
        self._known: dict[tuple[object, ...], Definition | None] = {}

    @property
    def root(self) -> tree_sitter.Node:
        """The root node of the last parse."""
        return self._tree.root_node

    def edit(self, edit: Edit) -> None:
        """Tell the tree of one edit of the buffer; every edit must be told, in order, before `reparse`."""
        self._tree.edit(
            edit.start_byte,
            edit.old_end_byte,
            edit.new_end_byte,
            edit.start_point,
            edit.old_end_point,
            edit.new_end_point,
        )

    def reparse(self) -> None:
        """Parse the buffer as it is now, reusing what the edits left alone."""
        replaced = self._replaced
        self._source = self._read()
        # What is parsed in place of the text may differ further off than the edit reaches; such files are few.
        anew = replaced or self._replaced
        self._tree = (
            self._parser.parse(self._source) if anew else self._parser.parse(self._source, self._tree)
        )
        self._found = self._functions = None

    @property
    def sites(self) -> Sequence[Site]:
        """The definitions as of the last parse, in the order in which they start."""
        if self._found is None:
            self._found = self._sites()
        return self._found

    def functions(self, before: Sequence[Site] = (), after: Sequence[Site] = ()) -> tuple[Function, ...]:
        """Return the functions as of the last parse, in the order in which they start.

        They may call what the texts ``before`` and ``after`` this one define.
        """
        if self._functions is None or self._around != (before, after):
            self._around = before, after
            self._functions = self._extract(before, after)
        return self._functions

    def in_code(self, start: int, end: int) -> bool:
        """Whether these bytes are neither in a comment nor in a string."""
        node = self._tree.root_node.descendant_for_byte_range(start, end)
        return node is not None and "comment" not in node.type and "string" not in node.type

    def directive_spans(self) -> dict[int, list[tuple[int, int]]]:
        """Return the bytes of the texts of ``pricetag:`` comments, by the byte at which their function starts."""
        bodies = [(site.start, site.end) for site in self.sites]
        spans = directive_spans(self._source, self._tree.root_node, bodies, self.language)
        return {start: those for (start, _), those in zip(bodies, spans, strict=True)}

    def _extract(self, before: Sequence[Site], after: Sequence[Site]) -> tuple[Function, ...]:
        sites = self.sites
        bodies = [(site.start, site.end) for site in sites]
        said = directives(self._source, self._tree.root_node, bodies, self.language)
        called = callees(sites, self.language, before, after)
        functions = []
        for site, directive, reached in zip(sites, said, called, strict=True):
            definition = site.definition
            docstring = definition.docstring
            if self.language is Language.CPP:
                docstring = doc_above(self._source, site.start)
            error = definition.error
            if error:
                row = self._buffer.point(site.start)[0] + definition.error_row
                error = f"{error} on line {row + 1}"
            functions.append(
                Function(
                    language=self.language,
                    name=definition.name,
                    qualified_name=site.qualified_name,
                    owner=site.owner,
                    start=site.start,
                    end=site.end,
                    name_start=site.start + definition.name_start,
                    name_end=site.start + definition.name_end,
                    signature_end=site.start + definition.signature_end,
                    parameters=definition.parameters,
                    returns=definition.returns,
                    source=self._buffer.data[site.start : site.end].decode(),
                    canonical=definition.canonical,
                    callees=reached,
                    calls=definition.calls,
                    directive=directive,
                    docstring=docstring,
                    is_async=definition.is_async,
                    error=error,
                )
            )
        return tuple(functions)

    def _read(self) -> bytes:
        data = _parsed(self._buffer.data)
        if self.language is Language.CPP:
            read = without_pointers(data)
        else:
            read = without_magics(data) if self._cell else data
        self._replaced = self._cell or read != data
        return read

    def _sites(self) -> list[Site]:
        """Find the definitions and name each by the scopes around it."""
        root = self._tree.root_node
        captures = self._outline.captures(root, self._source)
        if root.has_error:
            captures = rescue(self._source, root, captures, self.language)
        known: dict[tuple[object, ...], Definition | None] = {}
        sites: list[Site] = []
        names: set[int] = (
            set()
        )  # where they start: of a broken file, tree and rescue may both tell of one definition
        around: list[Capture] = []
        for capture in captures:
            start, end = capture.start, capture.end
            while around and around[-1].end <= start:
                around.pop()
            if len(around) >= _DEEPEST_SCOPE:
                continue
            if capture.kind != "function":
                around.append(capture)
                continue
            header = capture
            headers = len(around)
            while headers and around[headers - 1].kind == "header" and around[headers - 1].end == end:
                headers -= 1
                header = around[headers]
            scopes = [scope for scope in around[:headers] if scope.kind != "header"]
            if sum(scope.kind == "function" for scope in scopes) >= _DEEPEST:
                continue
            inside = scopes[-1].kind if scopes else ""
            # The same bytes can be broken in different ways, so the shape of a broken tree is part of the key.
            broken = str(capture.node) if capture.node is not None and capture.node.has_error else ""
            key = (self._source[header.start : end], start - header.start, inside == "class", broken)
            if key not in self._known:
                self._known[key] = self._define(capture, header)
            definition = known[key] = self._known[key]
            if definition is None or header.start + definition.name_start in names:
                continue
            names.add(header.start + definition.name_start)
            site = self._site(definition, scopes, header.start, end)
            sites.append(site)
            around.append(Capture("function", start, end, site.qualified_name))
        self._known = known  # what is no longer in the file is forgotten
        return sites

    def _define(self, capture: Capture, header: Capture) -> Definition | None:
        root = self._tree.root_node
        node = capture.node or root.descendant_for_byte_range(capture.start, capture.end)
        whole = header.node or root.descendant_for_byte_range(header.start, header.end)
        if node is None or whole is None or node.type != "function_definition":
            return None
        return _DEFINE[self.language](node, whole)

    def _site(self, definition: Definition, scopes: list[Capture], start: int, end: int) -> Site:
        separator = "." if self.language is Language.PYTHON else "::"
        path = _path(scopes, self.language)
        inside = scopes[-1].kind if scopes else ""
        owner = path if inside == "class" else ""
        if inside == "friend":
            path = _path([scope for scope in scopes if scope.kind == "namespace"], self.language)
        if definition.scope:
            path = owner = separator.join(filter(None, (path, definition.scope)))
        if inside == "function" and self.language is Language.PYTHON:
            path += ".<locals>"
        return Site(definition, separator.join(filter(None, (path, definition.name))), owner, start, end)


def _path(scopes: list[Capture], language: Language) -> str:
    """Return the qualified name of the innermost scope."""
    separator = "." if language is Language.PYTHON else "::"
    path = before = ""
    for scope in scopes:
        if scope.kind == "function":
            path = scope.name
        elif scope.name:
            local = ".<locals>" if path and language is Language.PYTHON and before == "function" else ""
            path = f"{path}{local}{separator}{scope.name}" if path else scope.name
        before = scope.kind
    return path


def _parsed(data: bytes) -> bytes:
    """Return the bytes to parse: tree-sitter counts rows by \\n only, so each lone \\r becomes one. No byte moves."""
    if data.count(b"\r") == data.count(b"\r\n"):
        return data
    return _LONE_RETURN.sub(b"\n", data)
