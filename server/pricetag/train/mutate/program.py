"""A Python item as text with a syntax tree over it: where its nodes stand and what kind of value its names hold."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from pricetag.measure.label import Item
from pricetag.train.mutate.edits import Edit, draw, pick
from pricetag.train.python_sources import parse

Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
LOOPS = (ast.For, ast.While)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
MUTATORS = frozenset(
    "append appendleft extend extendleft insert pop popleft popitem remove clear sort reverse add discard update setdefault "
    "difference_update intersection_update rotate".split()
)
_CALLS = {
    **dict.fromkeys(("list", "sorted"), "list"), **dict.fromkeys(("set", "frozenset"), "set"),
    **dict.fromkeys(("str", "chr", "input", "bin", "hex", "oct", "repr"), "str"),
    **dict.fromkeys(("len", "int", "ord", "hash"), "int"), **dict.fromkeys(("map", "filter", "zip", "enumerate", "reversed"), "iterator"),
    "dict": "dict", "tuple": "tuple", "deque": "deque", "Counter": "Counter", "defaultdict": "defaultdict",
    "OrderedDict": "OrderedDict", "range": "range", "float": "float", "bytearray": "bytearray", "bool": "int",
}  # fmt: skip
_METHODS = {
    **dict.fromkeys(("split", "rsplit", "splitlines", "readlines"), "list"),
    **dict.fromkeys(
        "join lower upper strip lstrip rstrip replace title capitalize swapcase format zfill ljust rjust center "
        "translate removeprefix removesuffix".split(), "str"),
    **dict.fromkeys(("items", "keys", "values"), "view"),
    **dict.fromkeys(("find", "rfind", "bit_length"), "int"),
}  # fmt: skip
_ANNOTATION = re.compile(
    r"(?:typing\.|collections\.)?(list|List|Sequence|dict|Dict|set|Set|str|int|float|bool|tuple|Tuple|deque|Deque|"
    r"defaultdict|DefaultDict|Counter)\b(?:\[(.*)\])?$"
)
_LITERALS = {
    ast.List: "list", ast.ListComp: "list", ast.Tuple: "tuple", ast.Dict: "dict", ast.DictComp: "dict", ast.Set: "set",
    ast.SetComp: "set", ast.JoinedStr: "str", ast.GeneratorExp: "iterator", ast.Compare: "int", ast.Lambda: "function",
}  # fmt: skip


class Unplaced(ValueError):
    """A node inside an f-string: before Python 3.12 its position is not where its text stands."""


class Program:
    """One item: its text, tree, the functions that its entry reaches, and lookups over their nodes."""

    def __init__(self, item: Item, tree: ast.Module, entry: Function) -> None:
        self.item = item
        self.text = item.code
        self.tree = tree
        self.entry = entry
        self.lines = self.text.split("\n")
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self.parents: dict[ast.AST, ast.AST] = {
            child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)
        }
        self._formatted = {
            inner
            for node in ast.walk(tree)
            if isinstance(node, ast.JoinedStr)
            for inner in ast.walk(node)
            if inner is not node
        }
        self.functions = self._reached()
        self.nodes = [
            node for function in self.functions for node in ast.walk(function) if node not in self._formatted
        ]
        self.words = set(re.findall(r"\w+", self.text))
        self._kinds: dict[ast.AST, dict[str, str]] = {}
        self.elements = self._elements()

    @classmethod
    def of(cls, item: Item) -> Program | None:
        """The program of an item; None where its text or its entry function cannot be read."""
        if item.language != "python" or "\t" in item.code or "\f" in item.code or "\r" in item.code:
            return None
        tree = parse(item.code)
        entry = find_entry(tree, item.entry) if tree else None
        if tree is None or entry is None:
            return None
        return cls(item, tree, entry)

    # Where things stand.

    def at(self, line: int, column: int) -> int:
        """Character offset of a line (from 1) and a column in UTF-8 bytes."""
        text = self.lines[line - 1]
        if not text.isascii():
            column = len(text.encode()[:column].decode("utf-8", "replace"))
        return self._starts[line - 1] + column

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Character offsets of a node that has a position. Raises ``Unplaced`` within an f-string."""
        if node in self._formatted:
            raise Unplaced(ast.dump(node))
        return (
            self.at(node.lineno, node.col_offset),  # type: ignore[attr-defined]
            self.at(node.end_lineno, node.end_col_offset),  # type: ignore[attr-defined]
        )

    def source(self, node: ast.AST) -> str:
        """The node's own text."""
        start, end = self.span(node)
        return self.text[start:end]

    def put(self, node: ast.AST, text: str) -> Edit:
        """``text`` instead of the node."""
        return Edit(*self.span(node), text)

    def alone(self, statement: ast.stmt) -> bool:
        """Whether no other statement stands on the statement's lines, so that lines can be added around it."""
        start, end = self.span(statement)
        before = self.text[self._starts[statement.lineno - 1] : start]
        after = self.text[end : self._line_end(statement)]
        return not before.strip() and re.fullmatch(r"\s*(#.*)?", after) is not None

    def indent(self, statement: ast.stmt) -> str:
        """The blanks that the statement's line starts with."""
        line = self.lines[statement.lineno - 1]
        return line[: len(line) - len(line.lstrip())]

    def _line_end(self, statement: ast.stmt) -> int:
        return self._starts[statement.end_lineno or statement.lineno] - 1

    def above(self, statement: ast.stmt, *lines: str) -> Edit:
        """Lines above a statement, indented alike."""
        start = self._starts[statement.lineno - 1]
        return Edit(start, start, "".join(f"{self.indent(statement)}{line}\n" for line in lines))

    def below(self, statement: ast.stmt, *lines: str) -> Edit:
        """Lines below a statement (below all of a compound one), indented alike."""
        end = self._line_end(statement)
        return Edit(end, end, "".join(f"\n{self.indent(statement)}{line}" for line in lines))

    def whole(self, statement: ast.stmt, *lines: str) -> Edit:
        """Lines instead of a statement; a comment after it goes."""
        start, end = self._starts[statement.lineno - 1], self._line_end(statement)
        return Edit(start, end, "\n".join(f"{self.indent(statement)}{line}" for line in lines))

    def without(self, statement: ast.stmt) -> Edit:
        """The lines of a statement taken out."""
        return Edit(self._starts[statement.lineno - 1], self._line_end(statement) + 1, "")

    def shifted(self, statements: Sequence[ast.stmt], by: str = "    ") -> Edit | None:
        """A block of statements one level deeper, comments between them too; None where a string spans lines."""
        first, last = statements[0].lineno - 1, statements[-1].end_lineno or statements[-1].lineno
        for statement in statements:
            for node in ast.walk(statement):
                if isinstance(node, (ast.Constant, ast.JoinedStr)) and node.end_lineno != node.lineno:
                    return None
        text = "\n".join(f"{by}{line}" if line.strip() else line for line in self.lines[first:last])
        return Edit(self._starts[first], self._starts[last] - 1, text)

    def top(self, lines: str) -> Edit:
        """Import lines at the top: below the module's docstring and what comes from the future."""
        for statement in self.tree.body:
            is_doc = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
            if not (is_doc or future):
                line = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", ()))])
                start = self._starts[line - 1]
                return Edit(start, start, lines)
        return Edit(0, 0, lines)

    def begin(self, function: Function) -> ast.stmt | None:
        """The first statement of a body that lines can be put above, below a docstring."""
        body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
        return body[0] if body and self.alone(body[0]) and body[0].lineno > function.lineno else None

    # Names.

    def fresh(self, *options: str) -> str:
        """A name that the text does not use, one of the options where that can be."""
        first = draw(f"{self.item.id}/{options}") % len(options)
        for name in (*options[first:], *options[:first]):
            if name not in self.words:
                return name
        return next(f"{options[0]}_{i}" for i in range(2, 999) if f"{options[0]}_{i}" not in self.words)

    def hides(self, text: str) -> bool:
        """Whether a text calls a function by a name that the program gave to something else."""
        return not self._rebound.isdisjoint(re.findall(r"(?<![\w.])(\w+)(?=[(.])", text))

    @cached_property
    def _rebound(self) -> set[str]:
        stored = {
            node.id
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        given = {node.arg for node in ast.walk(self.tree) if isinstance(node, ast.arg)}
        return (stored | given) & (
            set(dir(builtins)) | {"deque", "Counter", "itertools", "deepcopy", "defaultdict", "OrderedDict"}
        )

    def hash(self, *options: str) -> str:
        """One of some ways to write something, by the item's id."""
        return pick(f"{self.item.id}/{options}", options)

    def enclosing(self, node: ast.AST) -> Function:
        """The outermost reached function that a node stands in."""
        found: ast.AST = node
        while found not in self._roots:
            found = self.parents[found]
        assert isinstance(found, FUNCTIONS)
        return found

    @cached_property
    def _roots(self) -> set[ast.AST]:
        return set(self.functions)

    def nearest(self, node: ast.AST) -> Function:
        """The innermost function that a node stands in."""
        found = self.parents[node]
        while not isinstance(found, FUNCTIONS):
            found = self.parents[found]
        return found

    def statement(self, node: ast.AST) -> ast.stmt:
        """The statement that an expression stands in."""
        while not isinstance(node, ast.stmt):
            node = self.parents[node]
        return node

    def block(self, statement: ast.stmt) -> list[ast.stmt]:
        """The list of statements that a statement is one of."""
        parent = self.parents[statement]
        for _, value in ast.iter_fields(parent):
            if isinstance(value, list) and statement in value:
                return value
        return []

    def loop_around(self, node: ast.AST) -> ast.For | ast.While | None:
        """The innermost loop around a node within its function."""
        found = self.parents.get(node)
        while found is not None and not isinstance(found, (*FUNCTIONS, ast.Lambda, ast.ClassDef)):
            if isinstance(found, LOOPS):
                return found
            found = self.parents.get(found)
        return None

    def outermost_loop(self, node: ast.AST) -> ast.For | ast.While | None:
        """The outermost loop around a node within its function."""
        loop = self.loop_around(node)
        while loop is not None and (outer := self.loop_around(loop)) is not None:
            loop = outer
        return loop

    def uses(self, name: str, function: Function) -> list[ast.Name]:
        """Every mention of a name in a function and those nested in it."""
        return [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == name]

    def captured(self, name: str, function: Function) -> bool:
        """Whether a function nested in this one, or a lambda, mentions the name."""
        return any(
            isinstance(inner, (*FUNCTIONS, ast.Lambda)) and inner is not function
            and any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(inner))
            for inner in ast.walk(function)
        )  # fmt: skip

    def bindings(self, name: str, function: Function) -> int:
        """How often a name is bound in a function, as a parameter too."""
        stores = sum(isinstance(use.ctx, (ast.Store, ast.Del)) for use in self.uses(name, function))
        arguments = sum(isinstance(node, ast.arg) and node.arg == name for node in ast.walk(function))
        return stores + arguments

    def changed(self, name: str, function: Function) -> bool:
        """Whether what a name holds is changed in place somewhere in the function."""
        for use in self.uses(name, function):
            parent = self.parents[use]
            if isinstance(parent, ast.Attribute) and parent.attr in MUTATORS:
                return True
            if (
                isinstance(parent, ast.Subscript)
                and parent.value is use
                and not isinstance(parent.ctx, ast.Load)
            ):
                return True
            if isinstance(parent, ast.AugAssign) and parent.target is use:
                return True
        return False

    def method(self, use: ast.Name) -> tuple[str, ast.Call] | None:
        """The method called on a mention of a name, with the call."""
        parent = self.parents[use]
        call = self.parents.get(parent)
        if isinstance(parent, ast.Attribute) and isinstance(call, ast.Call) and call.func is parent:
            return parent.attr, call
        return None

    # Kinds of values.

    def parameters(self, function: Function) -> list[str]:
        """Names of the positional parameters, the receiver aside."""
        names = [argument.arg for argument in function.args.posonlyargs + function.args.args]
        owned = isinstance(self.parents.get(function), ast.ClassDef)
        return names[1:] if owned and names[:1] in (["self"], ["cls"]) else names

    def kind(self, node: ast.AST | None) -> str:
        """The kind of value of an expression: "list", "str", "int", ..., "" where it is not known."""
        if node is None:
            return ""
        if isinstance(node, ast.Constant):
            return (
                "int"
                if isinstance(node.value, bool)
                else "none"
                if node.value is None
                else type(node.value).__name__
            )
        if type(node) in _LITERALS:
            return _LITERALS[type(node)]
        if isinstance(node, ast.Name):
            return self.kinds(self.enclosing(node)).get(node.id, "")
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                return _CALLS.get(node.func.id, "")
            if isinstance(node.func, ast.Attribute):
                if node.func.attr == "copy":
                    return self.kind(node.func.value)
                return _METHODS.get(node.func.attr) or _CALLS.get(node.func.attr, "")
        if isinstance(node, ast.Subscript):
            if isinstance(node.slice, ast.Slice) or self.kind(node.value) == "str":
                return self.kind(node.value)
            return ""
        if isinstance(node, ast.UnaryOp):
            return "int" if isinstance(node.op, ast.Not) else self.kind(node.operand)
        if isinstance(node, ast.BinOp):
            left, right = self.kind(node.left), self.kind(node.right)
            if isinstance(node.op, (ast.Add, ast.Mult)):
                for kind in ("list", "str", "tuple"):
                    if kind in (left, right):
                        return kind
            if isinstance(node.op, ast.Mod) and left == "str":
                return "str"
            if "float" in (left, right) or (isinstance(node.op, ast.Div) and left in ("int", "float")):
                return "float"
            return "int" if left == right == "int" else ""
        if isinstance(node, ast.IfExp):
            left, right = self.kind(node.body), self.kind(node.orelse)
            return left if left == right else ""
        return ""

    def kinds(self, function: Function) -> dict[str, str]:
        """Kinds of the names that a reached function and those nested in it bind; "" where they disagree."""
        if function in self._kinds:
            return self._kinds[function]
        known = self._kinds[function] = {}
        for number in range(
            3
        ):  # names are bound by way of each other: at first what is not known yet is left out
            found: dict[str, set[str]] = {}
            for name, kind in self._bound(function):
                if kind or number:
                    found.setdefault(name, set()).add(kind)
            known.clear()
            known.update(
                {name: next(iter(kinds)) if len(kinds) == 1 else "" for name, kinds in found.items()}
            )
        return known

    def _bound(self, function: Function) -> Iterator[tuple[str, str]]:
        if function is self.entry and self._values:
            for name, value in zip(self.parameters(function), self._values, strict=False):
                yield (
                    name,
                    "int" if isinstance(value, bool) else "none" if value is None else type(value).__name__,
                )
        for node in ast.walk(function):
            if isinstance(node, ast.arg) and node.annotation is not None:
                if not (
                    function is self.entry and self._values and self.parents[self.parents[node]] is function
                ):
                    yield node.arg, annotated(ast.unparse(node.annotation))[0]
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    yield from self._assigned(target, node.value)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                yield node.target.id, annotated(ast.unparse(node.annotation))[0]
            elif isinstance(node, ast.NamedExpr):
                yield node.target.id, self.kind(node.value)
            elif (
                isinstance(node, ast.AugAssign)
                and isinstance(node.target, ast.Name)
                and isinstance(node.op, ast.Div)
            ):
                yield node.target.id, "float"
            elif isinstance(node, (ast.For, ast.comprehension)):
                yield from self._iterated(node.target, node.iter)
            elif isinstance(node, (ast.With, ast.ExceptHandler, ast.Import)):
                continue

    def _assigned(self, target: ast.expr, value: ast.expr) -> Iterator[tuple[str, str]]:
        if isinstance(target, ast.Name):
            yield target.id, self.kind(value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
                for inner, part in zip(target.elts, value.elts, strict=True):
                    yield from self._assigned(inner, part)
            else:
                yield from ((node.id, "") for node in ast.walk(target) if isinstance(node, ast.Name))

    def _iterated(self, target: ast.expr, iterated: ast.expr) -> Iterator[tuple[str, str]]:
        call = (
            iterated.func.id if isinstance(iterated, ast.Call) and isinstance(iterated.func, ast.Name) else ""
        )
        if (
            isinstance(target, ast.Tuple)
            and call == "enumerate"
            and isinstance(iterated, ast.Call)
            and iterated.args
        ):
            yield from self._iterated(target.elts[0], ast.Call(ast.Name("range"), [], []))
            for inner in target.elts[1:]:
                yield from self._iterated(inner, iterated.args[0])
        elif isinstance(target, ast.Name):
            kind = (
                "int"
                if call == "range"
                else "str"
                if call != "enumerate" and self.kind(iterated) == "str"
                else ""
            )
            if isinstance(iterated, ast.Name):
                kind = kind or {"int": "int", "str": "str", "float": "float"}.get(self.element(iterated), "")
            yield target.id, kind
        else:
            yield from ((node.id, "") for node in ast.walk(target) if isinstance(node, ast.Name))

    @cached_property
    def _values(self) -> tuple[object, ...]:
        """The arguments of the first example."""
        if not self.item.examples:
            return ()
        try:
            values = ast.literal_eval(self.item.examples[0])
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            return ()
        return values if isinstance(values, tuple) else ()

    def _elements(self) -> dict[str, str]:
        """Kinds of the elements of the entry's list parameters, by the first example or the annotation."""
        found = {}
        for argument in self.entry.args.posonlyargs + self.entry.args.args:
            if argument.annotation is not None:
                found[argument.arg] = annotated(ast.unparse(argument.annotation))[1]
        for name, value in zip(self.parameters(self.entry), self._values, strict=False):
            if isinstance(value, list):
                kinds = {type(element).__name__ for element in value}
                found[name] = kinds.pop() if len(kinds) == 1 else ""
        return found

    def element(self, node: ast.AST) -> str:
        """The kind of a list's or string's elements where that is known: "int", "str", "list", ..."""
        if isinstance(node, ast.Name) and self.bindings(node.id, self.enclosing(node)) <= 1:
            if self.kind(node) == "str":
                return "str"
            return self.elements.get(node.id, "") if self.enclosing(node) is self.entry else ""
        if self.kind(node) == "str":
            return "str"
        return "int" if self.kind(node) == "range" else ""

    # What belongs to the item.

    def _reached(self) -> list[Function]:
        """The entry and the functions of the same file and class that it calls, each once, none nested in another."""
        top = {node.name: node for node in self.tree.body if isinstance(node, FUNCTIONS)}
        owner = self.parents.get(self.entry)
        own = (
            {node.name: node for node in owner.body if isinstance(node, FUNCTIONS)}
            if isinstance(owner, ast.ClassDef)
            else {}
        )
        found: list[Function] = [self.entry]
        for function in found:
            for node in ast.walk(function):
                called: Function | None = None
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                    called = top.get(node.id)
                elif (
                    isinstance(node, ast.Attribute)
                    and isinstance(node.value, ast.Name)
                    and node.value.id == "self"
                ):
                    called = own.get(node.attr)
                if called is not None and called not in found:
                    found.append(called)
        return found


def annotated(text: str) -> tuple[str, str]:
    """Kind of an annotation's value and of its elements: "List[int]" -> ("list", "int")."""
    match = _ANNOTATION.match(text.strip("'\" "))
    if not match:
        return "", ""
    kind = {"bool": "int", "sequence": "list"}.get(match[1].lower(), match[1].lower())
    kind = {"counter": "Counter"}.get(kind, kind)
    return kind, annotated(match[2])[0] if match[2] and kind in ("list", "set", "deque") else ""


def find_entry(tree: ast.Module, entry: str) -> Function | None:
    """The function ``name`` or ``Class.method`` of a module, the last of that name."""
    body: list[ast.stmt] = tree.body
    *owners, name = entry.split(".")
    for owner in owners:
        classes = [node for node in body if isinstance(node, ast.ClassDef) and node.name == owner]
        if not classes:
            return None
        body = classes[-1].body
    found = [node for node in body if isinstance(node, FUNCTIONS) and node.name == name]
    return found[-1] if found else None
