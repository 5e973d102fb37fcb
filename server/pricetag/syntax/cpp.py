"""C++: what a function definition says, and its canonical text."""

from __future__ import annotations

import re

from tree_sitter import Node, TreeCursor

from pricetag.syntax.definition import Definition, check, node_text, plain, squeeze
from pricetag.syntax.function import Parameter
from pricetag.syntax.layout import Layout

# --- definitions -----------------------------------------------------------------------------------------------------

_DECLARATORS = frozenset(
    [
        "pointer_declarator",
        "reference_declarator",
        "parenthesized_declarator",
        "array_declarator",
        "attributed_declarator",
        "function_declarator",
        "init_declarator",
        "variadic_declarator",
    ]
)


def define(node: Node, whole: Node) -> Definition | None:
    """Read a ``function_definition``; ``whole`` is the node with its template header. None where it has no name."""
    start = whole.start_byte
    declarator = node.child_by_field_name("declarator")
    body = _body(node)
    if declarator is None or body is None:
        return None
    function, name = _declared(declarator)
    if name is None or name.is_missing:
        return None
    scopes = []
    while name.type == "qualified_identifier":
        scope, inner = name.child_by_field_name("scope"), name.child_by_field_name("name")
        if inner is None:
            return None
        if scope is not None:
            scopes.append(_without_arguments(scope))
        name = inner
    header = function if name.type != "operator_cast" else name.child_by_field_name("declarator")
    parameters = header.child_by_field_name("parameters") if header is not None else None
    named = name
    if name.type == "template_function":
        named = name.child_by_field_name("name") or name
    name_end = named.end_byte
    if name.type == "operator_cast" and header is not None:
        name_end = header.start_byte
        while name_end > name.start_byte and (name.text or b"")[: name_end - name.start_byte][-1:].isspace():
            name_end -= 1
    error, row = check(whole)
    signature_end = _signature_end(node, body)
    return Definition(
        scope="::".join(scopes),
        name=_name(name),
        name_start=named.start_byte - start,
        name_end=name_end - start,
        signature_end=signature_end - start,
        parameters=tuple(_parameters(parameters)) if parameters is not None else (),
        returns=_returns(node, function, name),
        canonical=plain(whole) if error else canonical(whole),
        calls=tuple(_calls(node)) if not error else (),
        docstring="",
        is_async=False,
        error=error,
        error_row=row,
    )


def _body(node: Node) -> Node | None:
    body = node.child_by_field_name("body")
    return body or next((child for child in node.children if child.type == "try_statement"), None)


def _declared(declarator: Node) -> tuple[Node | None, Node | None]:
    """Return the function declarator with the parameters, and the node that names the function."""
    function = None
    node: Node | None = declarator
    while node is not None and node.type in _DECLARATORS:
        if node.type == "function_declarator":
            function = node
        inner = node.child_by_field_name("declarator")
        if inner is None:
            inner = next((child for child in node.named_children if child.type != "comment"), None)
        node = inner
    return function, node


def _name(node: Node) -> str:
    """Return the simple name: ``f`` of ``f<int>``, ``operator()``, ``operator bool``, ``~S``."""
    if node.type == "operator_cast":
        type_ = node.child_by_field_name("type")
        declarator = node.child_by_field_name("declarator")
        pieces = [
            child
            for child in node.named_children
            if child.type != "comment" and (declarator is None or child.end_byte <= declarator.start_byte)
        ]
        stars = "".join(squeeze(_pointer_part(declarator))) if declarator is not None else ""
        return "operator " + " ".join(map(canonical, pieces if type_ is not None else [])) + stars
    if node.type in ("template_function", "template_method"):
        inner = node.child_by_field_name("name")
        return _name(inner) if inner is not None else canonical(node)
    return canonical(node)


def _pointer_part(declarator: Node) -> str:
    """Return the ``*`` and ``&`` of an abstract declarator."""
    marks: list[str] = []
    node: Node | None = declarator
    while node is not None and node.type in ("abstract_pointer_declarator", "abstract_reference_declarator"):
        marks.extend(child.type for child in node.children if child.type in ("*", "&", "&&"))
        node = node.child_by_field_name("declarator") or (
            node.named_children[-1] if node.named_child_count else None
        )
    return "".join(marks)


def _without_arguments(scope: Node) -> str:
    if scope.type == "template_type":
        name = scope.child_by_field_name("name")
        return node_text(name) if name is not None else ""
    return squeeze(node_text(scope))


def _signature_end(node: Node, body: Node) -> int:
    """Return the end of what stands before the ``{`` of the body, comments and blanks left out."""
    if body.type == "try_statement":
        inner = body.child_by_field_name("body")
        before = [
            child for child in body.children if inner is not None and child.end_byte <= inner.start_byte
        ]
    else:
        before = []
    before = [child for child in node.children if child.end_byte <= body.start_byte] + before
    ends = [child.end_byte for child in before if child.type != "comment"]
    return ends[-1] if ends else body.start_byte


def _parameters(node: Node) -> list[Parameter]:
    found = []
    for child in node.children:
        if child.type == "...":
            found.append(Parameter("", "", "", "..."))
            continue
        if not child.is_named or not child.type.endswith("parameter_declaration"):
            continue
        default = child.child_by_field_name("default_value")
        declarator = child.child_by_field_name("declarator")
        name = _declared(declarator)[1] if declarator is not None else None
        if name is not None and name.type != "identifier":
            name = None
        type_ = canonical(child, without=tuple(part.id for part in (name, default) if part is not None))
        variadic = "..." if child.type == "variadic_parameter_declaration" else ""
        type_ = type_.removesuffix("...").rstrip() if variadic else type_
        if type_ == "void" and name is None and declarator is None:
            continue
        found.append(
            Parameter(
                node_text(name) if name is not None else "",
                type_.removesuffix("=").rstrip(),
                canonical(default) if default is not None else "",
                variadic,
            )
        )
    return found


def _returns(node: Node, function: Node | None, name: Node) -> str:
    if name.type == "operator_cast":
        return _name(name).removeprefix("operator ")
    if function is not None:
        trailing = next((child for child in function.children if child.type == "trailing_return_type"), None)
        if trailing is not None:
            return canonical(trailing).removeprefix("->").strip()
    type_, declarator = node.child_by_field_name("type"), node.child_by_field_name("declarator")
    if type_ is None or declarator is None:
        return ""
    qualifiers = [child for child in node.children if child.type == "type_qualifier"]
    const = [child for child in qualifiers if node_text(child) in ("const", "volatile")]
    marks: list[str] = []
    inner: Node | None = declarator
    while inner is not None and inner.type in ("pointer_declarator", "reference_declarator"):
        marks.extend(child.type for child in inner.children if child.type in ("*", "&", "&&"))
        inner = inner.child_by_field_name("declarator") or (
            inner.named_children[-1] if inner.named_child_count else None
        )
    return " ".join(map(canonical, [*const, type_])) + "".join(marks)


def _calls(definition: Node) -> list[str]:
    calls = []
    cursor = definition.walk()
    while True:
        node = _node(cursor)
        if node.type == "call_expression":
            function = node.child_by_field_name("function")
            if function is not None:
                calls.append(_dotted(function))
        elif node.type == "new_expression":
            type_ = node.child_by_field_name("type")
            if type_ is not None:
                calls.append("new " + _dotted(type_))
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return [call for call in calls if call and call not in _NOT_CALLS]


def _dotted(node: Node) -> str:
    """Return ``std::sort``, ``v.push_back``, ``this->f``; ``.f`` where the receiver has no name; no template arguments."""
    parts: list[str] = []
    while node.type == "field_expression":
        argument, field = node.child_by_field_name("argument"), node.child_by_field_name("field")
        operator = node.child_by_field_name("operator")
        if argument is None or field is None:
            return ""
        parts.append((operator.type if operator is not None else ".") + _qualified(field))
        node = argument
    if node.type in ("identifier", "this", "qualified_identifier", "template_function", *_TYPES):
        parts.append(_qualified(node))
    elif not parts:
        return ""
    return "".join(reversed(parts))


_NOT_CALLS = frozenset(["new ", "static_cast", "dynamic_cast", "const_cast", "reinterpret_cast"])
_TYPES = ("type_identifier", "template_type", "primitive_type", "sized_type_specifier")


def _qualified(node: Node) -> str:
    names = []
    while node.type in ("qualified_identifier", "dependent_name"):
        scope, inner = node.child_by_field_name("scope"), node.child_by_field_name("name")
        if scope is not None:
            names.append(_without_arguments(scope))
        if inner is None:
            inner = node.named_child(node.named_child_count - 1) if node.named_child_count else None
        if inner is None:
            break
        node = inner
    if node.type in ("template_function", "template_method", "template_type"):
        inner = node.child_by_field_name("name")
        node = inner if inner is not None else node
    names.append(canonical(node))
    return "::".join(names)


def _node(cursor: TreeCursor) -> Node:
    node = cursor.node
    assert node is not None  # a cursor made from a node always stands on one
    return node


# --- canonical text --------------------------------------------------------------------------------------------------

_WHOLE = frozenset(
    [
        "string_literal",
        "raw_string_literal",
        "char_literal",
        "system_lib_string",
        "user_defined_literal",
        "operator_name",
        "destructor_name",
    ]
)
_CALLED = frozenset(
    [
        "argument_list",
        "parameter_list",
        "subscript_argument_list",
        "array_declarator",
        "abstract_array_declarator",
        "new_declarator",
        "noexcept",
        "decltype",
        "delete_expression",
        "preproc_params",
        "preproc_argument_list",
        "throw_specifier",
        "static_assert_declaration",
        "alignas_qualifier",
    ]
)
_CALLED_WORDS = frozenset(
    ["sizeof", "alignof", "decltype", "noexcept", "typeid", "alignas", "static_assert", "explicit", "..."]
)
_INITIALISED = frozenset(
    [
        "compound_literal_expression",
        "init_declarator",
        "field_initializer",
        "new_expression",
        "declaration",
        "field_declaration",
    ]
)
_POINTERS = frozenset(
    [
        "pointer_declarator",
        "reference_declarator",
        "abstract_pointer_declarator",
        "abstract_reference_declarator",
        "pointer_type_declarator",
    ]
)
_MARKS = frozenset(["*", "&", "&&"])
_PREFIXED = frozenset(["pointer_expression", "unary_expression", "update_expression"])
_DIRECTIVES = frozenset(["preproc_def", "preproc_function_def", "preproc_call", "preproc_using"])
_JOINED_TO_BRACE = frozenset([";", ",", ")", "else", "catch"])
_STRING = re.compile(r'(u8|[uUL]?)"(.*)"', re.DOTALL)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_SPACED = re.compile(r"\s*(\W)\s*")


def canonical(node: Node, without: tuple[int, ...] = ()) -> str:
    """Return the canonical text of ``node``, less the nodes of the ids in ``without``.

    One statement per line, a tab per brace level, one space between tokens or none by fixed rules; no comments.
    Names and literals stay as written; string literals in a row become one.
    """
    return _Writer(without).write(node)


class _Writer:
    """One walk over a subtree. ``open`` holds (type, field, first byte) of the nodes from the root down."""

    def __init__(self, without: tuple[int, ...]) -> None:
        self.out = Layout()
        self.without = without
        self.open: list[tuple[str, str | None, int]] = []
        self.inline = [False]  # per bracket: do statements stay on the line?
        self.line_is_due = False  # after a brace, unless what follows belongs beside it

    def write(self, root: Node) -> str:
        cursor = root.walk()
        while True:
            if self._enter(_node(cursor), cursor) and cursor.goto_first_child():
                continue
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    return self.out.text()
                self._leave(self.open.pop()[0])

    def _enter(self, node: Node, cursor: TreeCursor) -> bool:
        """Write ``node`` if it is a leaf or is written whole; else open it and return True."""
        kind = node.type
        if kind in ("comment", "preproc_include") or (self.without and node.id in self.without):
            return False
        leaf = node.child_count == 0
        if leaf and not node.is_named:
            if not node.is_missing and kind.strip():
                self._token(kind, node, cursor)
        elif kind == "concatenated_string":
            self._put(_strings(node))
        elif kind == "preproc_arg":
            self._put(" ".join(_COMMENT.sub(" ", node_text(node).replace("\\\n", " ")).split()))
        elif kind in _WHOLE:
            text = node_text(node)
            self._put(text if "literal" in kind else _SPACED.sub(r"\1", _COMMENT.sub(" ", text)))
        elif leaf:
            self._put(node_text(node))
            if (
                cursor.field_name == "name"
                and self.open
                and self.open[-1][0] in ("preproc_ifdef", "preproc_elifdef")
            ):
                self._line()
        else:
            if kind in _DIRECTIVES:
                self._line()
            self.open.append((kind, cursor.field_name, node.start_byte))
            return True
        if (
            cursor.field_name == "condition"
            and self.open
            and self.open[-1][0] in ("preproc_if", "preproc_elif")
        ):
            self._line()
        return False

    def _leave(self, kind: str) -> None:
        outer, field = self.open[-1][0] if self.open else "", self.open[-1][1] if self.open else None
        if (
            kind in _DIRECTIVES
            or (outer == "template_declaration" and kind == "template_parameter_list")
            or (outer in ("preproc_if", "preproc_elif") and kind in _CONDITIONS and field != "body")
        ):
            self._line()

    def _line(self) -> None:
        self.line_is_due = False
        self.out.newline()

    def _put(self, token: str, *, left: bool = False, right: bool = False) -> None:
        if not token:
            return
        out = self.out
        if self.line_is_due:
            self.line_is_due = False
            beside = out.last == "}" and (
                token in _JOINED_TO_BRACE
                or (token == "while" and self.open and self.open[-1][0] == "do_statement")
            )
            if not beside:
                out.newline()
        out.write(token, left=left, right=right)

    def _token(self, token: str, node: Node, cursor: TreeCursor) -> None:
        out = self.out
        parent, _, start = self.open[-1] if self.open else ("", None, -1)
        if token in ("(", "[", "[["):
            self.inline.append(True)
            self._put(
                token,
                left=(parent in _CALLED and out.last != "catch") or out.last in _CALLED_WORDS,
                right=True,
            )
        elif token in (")", "]", "]]"):
            self._close()
            self._put(token, left=True, right=parent == "cast_expression")
        elif token == "{":
            self._open_brace(parent)
        elif token == "}":
            self._close_brace(parent)
        elif token == ";":
            self._put(token, left=True)
            if not self.inline[-1]:
                self._line()
        elif token == ",":
            self._put(token, left=True)
        elif token == "::":
            self._put(token, left=node.start_byte > start, right=True)
        elif token in (".", "->") and parent == "field_expression":
            self._put(token, left=True, right=True)
        elif token in ("<", ">") and parent in ("template_argument_list", "template_parameter_list"):
            self._put(token, left=True, right=token == "<")
        elif token == ":" and parent in ("case_statement", "labeled_statement"):
            self._put(token, left=True)
        elif token == ":" and parent == "field_declaration_list":
            self._put(token, left=True)
            self._line()
        elif token in ("*", "&", "&&") and parent in _POINTERS:
            self._put(
                token,
                left=out.last != ",",
                right=out.last in ("(", ",") or (out.last in _MARKS and out.tight),
            )
        elif parent in _PREFIXED and not token.isalpha():
            before = node.start_byte == start
            self._put(token, left=not before, right=before)
        elif token == "...":
            self._put(token, left=out.last not in (",", "(") and parent != "fold_expression")
        elif token.startswith("#"):
            self._line()
            self._put(token)
            if token in ("#else", "#endif"):
                self._line()
        else:
            self._put(token)

    def _open_brace(self, parent: str) -> None:
        if parent in _BLOCKS:
            self.inline.append(False)
            self._put("{")
            self.out.indent += 1
            self.line_is_due = True
            return
        self.inline.append(True)
        outer = self.open[-2][0] if len(self.open) > 1 else ""
        self._put("{", left=outer in _INITIALISED and self.out.last not in ("=", ",", "("), right=True)

    def _close_brace(self, parent: str) -> None:
        out = self.out
        self._close()
        if out.last == ",":
            out.drop_comma()
        if parent not in _BLOCKS:
            self._put("}", left=True)
            return
        out.indent = max(0, out.indent - 1)
        if out.last == "{":
            self.line_is_due = False
            self._put("}", left=True)
        else:
            self._line()
            self._put("}")
        outer = self.open[-2][0] if len(self.open) > 1 else ""
        self.line_is_due = parent in ("compound_statement", "declaration_list") and outer not in _EXPRESSIONS

    def _close(self) -> None:
        if len(self.inline) > 1:  # unbalanced where a preprocessor condition cuts a statement
            self.inline.pop()


_BLOCKS = frozenset(["compound_statement", "field_declaration_list", "declaration_list", "requirement_seq"])
_EXPRESSIONS = frozenset(["lambda_expression", "parenthesized_expression"])
_CONDITIONS = frozenset(
    [
        "binary_expression",
        "unary_expression",
        "call_expression",
        "parenthesized_expression",
        "preproc_defined",
        "identifier",
        "conditional_expression",
    ]
)


def _strings(node: Node) -> str:
    """Join string literals in a row; as they are, one space between, where a macro or a raw string is among them."""
    parts = [child for child in node.named_children if child.type != "comment"]
    texts = [canonical(part) for part in parts]
    found = [
        _STRING.fullmatch(text) if part.type == "string_literal" else None
        for part, text in zip(parts, texts, strict=True)
    ]
    prefixes = {match[1] for match in found if match is not None}
    if len(prefixes - {""}) > 1 or None in found:
        return " ".join(texts)
    return (
        max(sorted(prefixes), key=len) + '"' + "".join(match[2] for match in found if match is not None) + '"'
    )
