"""Python: what a ``def`` says, and its canonical text."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable

from tree_sitter import Node, TreeCursor

from pricetag.syntax.definition import Definition, check, node_text, plain, squeeze
from pricetag.syntax.function import Parameter
from pricetag.syntax.layout import Layout

# --- definitions -----------------------------------------------------------------------------------------------------


def define(node: Node, whole: Node) -> Definition | None:
    """Read a ``function_definition``; ``whole`` is the node with its decorators. None where it has no name."""
    start = whole.start_byte
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None or name.is_missing:
        return None
    colon = next((child for child in node.children if child.type == ":"), body)
    parameters, returns = node.child_by_field_name("parameters"), node.child_by_field_name("return_type")
    error, row = check(whole)
    return Definition(
        scope="",
        name=node_text(name),
        name_start=name.start_byte - start,
        name_end=name.end_byte - start,
        signature_end=(colon.end_byte if colon.type == ":" else body.start_byte) - start,
        parameters=tuple(_parameters(parameters)) if parameters is not None else (),
        returns=canonical(returns) if returns is not None else "",
        canonical=plain(whole) if error else canonical(whole),
        calls=tuple(_calls(body)) if not error else (),
        docstring=_docstring(body),
        is_async=node.children[0].type == "async",
        error=error,
        error_row=row,
    )


def _parameters(node: Node) -> list[Parameter]:
    found = []
    for child in node.named_children:
        variadic = type_ = default = ""
        target: Node | None = child
        if child.type in ("default_parameter", "typed_default_parameter"):
            target = child.child_by_field_name("name")
            value = child.child_by_field_name("value")
            default = canonical(value) if value is not None else ""
        annotation = child.child_by_field_name("type") if "typed" in child.type else None
        if annotation is not None:
            type_ = canonical(annotation)
        if child.type == "typed_parameter":
            target = child.named_child(0) if child.named_child_count else None
        if target is not None and target.type in ("list_splat_pattern", "dictionary_splat_pattern"):
            variadic = "*" if target.type == "list_splat_pattern" else "**"
            target = target.named_child(0) if target.named_child_count else None
        if target is not None and target.type == "identifier":
            found.append(Parameter(node_text(target), type_, default, variadic))
    return found


def _docstring(body: Node) -> str:
    first = next((child for child in body.named_children if child.type != "comment"), None)
    if first is None or first.type != "expression_statement" or first.named_child_count != 1:
        return ""
    string = first.named_child(0)
    if string is None or string.type != "string":
        return ""
    prefix, _, content, _ = _string_parts(string)
    if "f" in prefix or "b" in prefix or "t" in prefix:
        return ""
    if "r" not in prefix and "\\" in content:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # unknown escapes are the author's business
            try:
                return str(ast.literal_eval(node_text(string)))
            except (SyntaxError, ValueError):
                return content
    return content


def _calls(body: Node) -> list[str]:
    calls = []
    cursor = body.walk()
    while True:
        node = _node(cursor)
        if node.type == "call":
            function = node.child_by_field_name("function")
            if function is not None:
                calls.append(_dotted(function))
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return [call for call in calls if call]


def _dotted(node: Node) -> str:
    """Return ``a.b.c`` for a chain of attributes, ``.c`` where it starts at something without a name."""
    names: list[str] = []
    while node.type == "attribute":
        attribute, value = node.child_by_field_name("attribute"), node.child_by_field_name("object")
        if attribute is None or value is None:
            return ""
        names.append(node_text(attribute))
        node = value
    if node.type == "identifier":
        names.append(node_text(node))
    elif names:
        names.append("")
    return ".".join(reversed(names))


def _node(cursor: TreeCursor) -> Node:
    node = cursor.node
    assert node is not None  # a cursor made from a node always stands on one
    return node


# --- canonical text --------------------------------------------------------------------------------------------------

_CLAUSES = frozenset(
    {"elif_clause", "else_clause", "except_clause", "except_group_clause", "finally_clause", "case_clause"}
)
# Where an expression ends by itself, so that parentheses around it are a matter of layout.
_LOOSE = frozenset(
    [
        "expression_statement",
        "assignment",
        "augmented_assignment",
        "return_statement",
        "if_statement",
        "elif_clause",
        "while_statement",
        "for_statement",
        "assert_statement",
        "raise_statement",
        "argument_list",
        "keyword_argument",
        "list",
        "tuple",
        "set",
        "pair",
        "subscript",
        "default_parameter",
        "typed_default_parameter",
        "parenthesized_expression",
        "with_item",
        "as_pattern",
        "except_clause",
        "expression_list",
        "pattern_list",
        "delete_statement",
        "type",
        "for_in_clause",
        "iterated",
        "if_clause",
        "lambda",
        "match_statement",
        "case_clause",
        "decorator",
        "yield",
        "list_comprehension",
        "set_comprehension",
        "generator_expression",
        "named_expression",
    ]
)
_WALRUS = frozenset({"if_statement", "elif_clause", "while_statement", "if_clause", "argument_list"})
_YIELD = frozenset({"assignment", "augmented_assignment", "expression_statement"})
_AWAITABLE = frozenset({"call", "identifier", "attribute", "subscript"})
_TUPLE_LOOSE = frozenset(
    [
        "expression_statement",
        "assignment",
        "augmented_assignment",
        "return_statement",
        "for_statement",
        "for_in_clause",
        "delete_statement",
        "yield",
        "with_item",
        "subscript",
    ]
)
_SPLATS = frozenset(
    [
        "list_splat",
        "dictionary_splat",
        "list_splat_pattern",
        "dictionary_splat_pattern",
        "splat_pattern",
        "parenthesized_list_splat",
    ]
)
_CALLED = frozenset({"argument_list", "parameters", "class_pattern"})
_INDEXED = frozenset({"subscript", "type_parameter"})
_BARE_POINT = re.compile(r"\.(?![0-9])")
_DEEPEST_STRING = 4  # f-strings nested deeper than this are kept as they are


def canonical(node: Node, quote: str = '"', depth: int = 0) -> str:
    """Return the canonical text of ``node``: the same for any layout, comments, docstrings and quotes.

    One logical line per line, a tab per level, no comments, no string statements, no trailing commas, no parentheses
    that only serve layout. Names and values stay as written.
    """
    return _Writer(quote, depth).write(node)


class _Writer:
    """One walk over a subtree. The open nodes are kept in ``stack`` from the root down."""

    def __init__(self, quote: str, depth: int) -> None:
        self.out = Layout()
        self.quote = quote
        self.depth = depth
        self.stack: list[_Frame] = []

    def write(self, root: Node) -> str:
        cursor = root.walk()
        while True:
            node = _node(cursor)
            if self._enter(node, cursor) and cursor.goto_first_child():
                continue
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    return self.out.text()
                self._leave(self.stack.pop())

    def _enter(self, node: Node, cursor: TreeCursor) -> bool:
        """Write ``node`` if it is a leaf or is written whole; else open it and return True."""
        kind = node.type
        parent = self.stack[-1] if self.stack else _OUTSIDE
        if not node.is_named:
            if node.child_count == 0:
                if not node.is_missing:
                    self._token(kind, parent)
                return False
        elif kind in ("comment", "line_continuation"):
            return False
        elif parent.kind == "block":
            if kind == "pass_statement" or (kind == "expression_statement" and _only_text(node)):
                return False
            self.out.newline()
        elif kind in _CLAUSES or parent.kind == "decorated_definition":
            self.out.newline()
        if kind in ("string", "concatenated_string"):
            self.out.write(_strings(node, self.quote, self.depth))
            return False
        if kind in ("integer", "float"):
            self.out.write(_number(node_text(node)))
            return False
        if kind in ("relative_import", "import_prefix", "keyword_separator", "positional_separator"):
            self.out.write(squeeze(node_text(node)))
            return False
        if node.child_count == 0:
            if text := node_text(node):
                self.out.write(text)
            return False
        frame = _Frame(kind, parent, node, cursor.field_name)
        if kind == "block":
            self.out.newline()
            self.out.indent += 1
            frame.mark = self.out.mark()
        elif frame.wrap:
            self.out.write("(", right=True)
        self.stack.append(frame)
        return True

    def _leave(self, frame: _Frame) -> None:
        if frame.kind == "block":
            self.out.newline()
            if self.out.mark() == frame.mark:
                self.out.write("pass")
                self.out.newline()
            self.out.indent -= 1
        elif frame.kind in ("expression_list", "pattern_list", "with_clause"):
            if frame.wrap:
                self.out.write(")", left=True)
            elif self.out.last == ",":
                self.out.drop_comma()

    def _token(self, token: str, parent: _Frame) -> None:
        out, kind = self.out, parent.kind
        if token in "([{":
            if parent.omit:
                return
            out.write(token, left=parent.tight, right=True)
        elif token in ")]}":
            if out.last == "," and not parent.single:
                out.drop_comma()
            if not parent.omit:
                out.write(token, left=True)
        elif token == ",":
            out.write(token, left=True)
        elif token == ";":
            out.newline()
        elif token == ".":
            out.write(token, left=True, right=True)
        elif token == ":":
            out.write(token, left=kind != "slice" or out.last != ",", right=kind == "slice")
        elif token == "=":
            tight = kind in ("keyword_argument", "default_parameter", "keyword_pattern")
            out.write(token, left=tight, right=tight)
        elif token == "**" and kind == "binary_operator":
            out.write(token, left=True, right=True)
        elif token in ("*", "**") and kind in ("except_clause", "except_group_clause"):
            out.write(token, left=True)
        elif (
            (token == "@" and kind == "decorator")
            or kind in _SPLATS
            or (kind == "unary_operator" and token in "-+~")
        ):
            out.write(token, right=True)
        elif token.strip():
            out.write(token)


class _Frame:
    """An open node: how its brackets are written depends on where it stands."""

    __slots__ = ("kind", "mark", "omit", "single", "tight", "wrap")

    def __init__(self, kind: str, parent: _Frame | None, node: Node | None, field: str | None) -> None:
        self.kind = kind
        self.mark = (0, 0)
        self.omit = False  # leave the brackets out
        self.single = False  # a trailing comma makes it a tuple of one
        self.tight = kind in _CALLED or kind in _INDEXED  # no space before the opening bracket
        self.wrap = False  # put brackets around a bare tuple of one
        if parent is None or node is None:
            return
        outer = parent.kind
        if field == "value" and outer == "subscript":
            outer = "indexed"  # `(a + b)[0]`
        elif field == "right" and outer == "for_in_clause":
            outer = "iterated"  # `[x for x in (1, 2)]`
        if kind == "parenthesized_expression":
            self.omit = _is_loose(node, outer)
        elif kind in ("tuple", "tuple_pattern"):
            count = _item_count(node)
            bare = not any(child.type == "," for child in node.children)
            grouped = kind == "tuple_pattern" and count == 1 and bare
            self.single = count == 1 and not grouped
            self.omit = grouped or (count > 1 and outer in _TUPLE_LOOSE)
        elif kind == "subscript":
            self.single = len(node.children_by_field_name("subscript")) == 1
        elif kind == "type_parameter":
            self.single = _item_count(node) == 1
        elif kind in ("with_clause", "import_from_statement"):
            self.omit = True
        elif kind == "argument_list":
            self.omit = outer == "class_definition" and _item_count(node) == 0
        elif kind == "generator_expression":
            self.tight = outer == "call" and field == "arguments"
        elif kind in ("expression_list", "pattern_list"):
            self.wrap = _item_count(node) == 1


_OUTSIDE = _Frame("", None, None, None)


def _item_count(node: Node) -> int:
    return sum(child.type not in ("comment", "line_continuation") for child in node.named_children)


def _is_loose(node: Node, outer: str) -> bool:
    inner = next((child.type for child in node.named_children if child.type != "comment"), "")
    if inner == "named_expression":
        return outer in _WALRUS
    if inner in ("conditional_expression", "lambda") and outer in (
        "if_clause",
        "iterated",
        "interpolation",
    ):
        return False
    if inner == "yield":
        return outer in _YIELD
    if outer == "await":
        return inner in _AWAITABLE
    if outer == "unary_operator" and inner == "binary_operator":
        return any(child.type == "**" for part in node.named_children for child in part.children)
    return outer in _LOOSE


def _only_text(statement: Node) -> bool:
    """Say whether an expression statement is only a string: a docstring, or a comment in a string's clothes."""
    if statement.named_child_count != 1:
        return False
    child = statement.named_child(0)
    strings = child.named_children if child.type == "concatenated_string" else [child]
    return all(
        part.type in ("string", "comment") and all(piece.type != "interpolation" for piece in part.children)
        for part in strings
    )


def _number(text: str) -> str:
    """Write a number as formatters do: small letters, large hexadecimal digits, digits on both sides of the point."""
    text = text.lower()
    if text.startswith("0x"):
        return "0x" + text[2:].upper()
    text = _BARE_POINT.sub(".0", text.replace("e+", "e"))
    return "0" + text if text.startswith(".") else text


# --- strings ---------------------------------------------------------------------------------------------------------

_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|.|\n)", re.DOTALL)


def _string_parts(string: Node) -> tuple[str, str, str, list[Node]]:
    """Return (prefix, quote, text between the quotes, child nodes between the quotes) of a string node."""
    children = string.children
    opening = node_text(children[0]) if children else ""
    prefix = opening.rstrip("'\"")
    quote = opening[len(prefix) :]
    closed = len(children) > 1 and children[-1].type == "string_end"
    text = node_text(string)
    content = text[len(opening) : -len(quote)] if closed and quote else text[len(opening) :]
    prefix = prefix.lower().replace("u", "")
    if not set(prefix) <= set("rbft"):  # a back-quote: no string of Python 3
        return "", "", content, []
    prefix = "".join(sorted(prefix, key="rbft".index))
    return prefix, quote, content, children[1:-1] if closed else children[1:]


def _strings(node: Node, quote: str, depth: int) -> str:
    """Write a string, or several in a row, with the preferred quote; plain ones in a row become one."""
    strings = (
        [node] if node.type == "string" else [part for part in node.named_children if part.type == "string"]
    )
    parts = [_string_parts(string) for string in strings]
    if depth > _DEEPEST_STRING or not all(quote_ for _, quote_, _, _ in parts):
        return " ".join(map(node_text, strings))
    prefixes = {prefix for prefix, _, _, _ in parts}
    joinable = len({("r" in p, "b" in p, "t" in p) for p in prefixes}) == 1 and all(
        len(q) == 1 for _, q, _, _ in parts
    )
    if len(parts) > 1 and not joinable:
        return " ".join(
            _string(prefix, quote_, pieces, text, quote, depth) for prefix, quote_, text, pieces in parts
        )
    if len(parts) == 1:
        prefix, quote_, text, pieces = parts[0]
        return _string(prefix, quote_, pieces, text, quote, depth)
    formatted = any("f" in prefix or "t" in prefix for prefix in prefixes)
    longest = max(sorted(prefixes), key=len)
    contents: list[str | Node] = []
    for prefix, _, text, pieces in parts:
        if not formatted:
            contents.append(text)
        elif "f" in prefix or "t" in prefix:
            contents.extend(_pieces(pieces))
        else:
            contents.append(text.replace("{", "{{").replace("}", "}}"))
    return _quoted(longest, contents, False, quote, depth)


def _string(prefix: str, own: str, pieces: list[Node], text: str, quote: str, depth: int) -> str:
    contents: list[str | Node] = [text]
    if "f" in prefix or "t" in prefix:
        contents = _pieces(pieces)
    return _quoted(prefix, contents, len(own) == 3, quote, depth)


def _pieces(nodes: list[Node]) -> list[str | Node]:
    """Return the literal texts and the interpolations of a formatted string."""
    return [node if node.type == "interpolation" else node_text(node) for node in nodes]


def _quoted(prefix: str, contents: list[str | Node], triple: bool, quote: str, depth: int) -> str:
    """Put quotes around literal text and interpolations: ``quote`` unless the other needs fewer escapes."""
    raw = "r" in prefix
    other = "'" if quote == '"' else '"'
    if not raw:
        contents = [_ESCAPE.sub(_escape, part) if isinstance(part, str) else part for part in contents]
    literal = "".join(part for part in contents if isinstance(part, str))
    if triple:
        chosen = quote * 3
        if chosen in literal or literal.endswith(quote):
            chosen = other * 3
        if not raw and (chosen in literal or literal.endswith(chosen[0])):
            contents = [
                part.replace(chosen[0], "\\" + chosen[0]) if isinstance(part, str) else part
                for part in contents
            ]
    else:
        chosen = other if quote in literal and other not in literal else quote
        if raw and quote in literal:
            chosen = other
        if not raw:
            contents = [
                part.replace(chosen, "\\" + chosen) if isinstance(part, str) else part for part in contents
            ]
    inner = "'" if chosen[0] == '"' else '"'
    written = [part if isinstance(part, str) else _interpolation(part, inner, depth + 1) for part in contents]
    return prefix + chosen + "".join(written) + chosen


def _escape(match: re.Match[str]) -> str:
    """Undo escaped quotes, drop line continuations, write the digits of an escape in one case."""
    text = match[0]
    if text[1] in "'\"":
        return text[1]
    if text[1] in "xuU":
        return text[:2] + text[2:].lower()
    if text[1] == "\n":
        return ""
    return text.upper() if text[1] == "N" else text


def _interpolation(node: Node, quote: str, depth: int) -> str:
    """Write ``{expression=!r:spec}``; the text of a ``=`` one is part of its value and stays."""
    if any(child.type == "=" for child in node.children) or node.has_error:
        return node_text(node)
    written = []
    expressions: Callable[[Node], str] = lambda part: canonical(part, quote, depth)  # noqa: E731
    for child in node.named_children:
        if child.type == "type_conversion":
            written.append(squeeze(node_text(child)))
        elif child.type == "format_specifier":
            written.append(_format_specifier(child, expressions))
        elif child.type != "comment":
            written.append(expressions(child))
    text = "".join(written)
    return "{" + (" " if text.startswith("{") else "") + text + "}"


def _format_specifier(node: Node, expressions: Callable[[Node], str]) -> str:
    """Write ``:>{width}``: the text between the expressions counts, so it stays."""
    source, start = node.text or b"", node.start_byte
    written, at = [], 0
    for child in node.named_children:
        if child.type not in ("format_expression", "interpolation"):
            continue
        inner = [part for part in child.named_children if part.type != "comment"]
        written.append(source[at : child.start_byte - start].decode("utf-8", "replace"))
        written.append("{" + "".join(map(expressions, inner)) + "}")
        at = child.end_byte - start
    written.append(source[at:].decode("utf-8", "replace"))
    return "".join(written)
