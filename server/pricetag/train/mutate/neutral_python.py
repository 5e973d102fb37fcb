"""Edits of Python functions that leave their cost as it is: names, comments, layout, other words for the same thing."""

from __future__ import annotations

import ast
import builtins
import io
import keyword
import re
import tokenize
from collections.abc import Callable, Iterator

from pricetag.train.mutate.edits import Edit, Site, draw, shuffled
from pricetag.train.mutate.program import FUNCTIONS, Function, Program

_SIMILAR = {
    "int": ["num", "value", "limit", "size"], "list": ["values", "items", "data", "seq", "elements"], "str": ["text", "word", "string"],
    "dict": ["table", "lookup", "mapping", "by_key"], "set": ["seen", "known", "visited"],
}  # fmt: skip
_BY_NAME = {
    name: [other for other in group if other != name]
    for group in (
        ["i", "idx", "pos", "index"], ["j", "jj", "other", "q"], ["n", "size", "length", "total_count", "num"], ["x", "item", "value", "elem", "v"],
        ["s", "text", "string", "word", "st"], ["res", "result", "answer", "out", "ans", "ret"], ["total", "acc", "summed", "running", "sum_so_far"],
        ["nums", "numbers", "values", "arr", "array", "data"], ["count", "cnt", "counter", "tally"], ["k", "kk", "limit", "window"],
        ["left", "lo", "start", "l"], ["right", "hi", "end_pos", "r"], ["mid", "middle", "m"], ["a", "first", "x1"], ["b", "second", "x2"],
        ["cur", "current", "curr", "now"], ["prev", "previous", "last", "before"], ["node", "vertex", "u", "here"], ["root", "top", "tree", "head_node"],
        ["grid", "matrix", "board", "cells", "field"], ["row", "line", "r_", "record"], ["c", "ch", "char_", "letter", "symbol"],
        ["key", "k_", "name", "label"], ["val", "value", "v", "entry"], ["d", "table", "lookup", "mapping"], ["dp", "table", "memo_table", "ways", "best_at"],
        ["stack", "stk", "pending"], ["queue", "q", "todo", "frontier"], ["best", "top", "record", "maximum"], ["tmp", "temp", "aux", "scratch"],
    )
    for name in group
}  # fmt: skip
_NUMBERS = ("int", "float")


def plausible(name: str, kind: str, taken: set[str], key: str) -> str:
    """Another name that someone might give the same variable, "" where all are taken."""
    words = [word for word in re.split(r"_+|(?<=[a-z0-9])(?=[A-Z])", name) if word]
    derived = []
    if len(words) > 1:
        derived = ["_".join(words).lower(), words[0].lower() + "".join(word.title() for word in words[1:]), words[-1].lower(),
                   "".join(word[0] for word in words).lower()]  # fmt: skip
    elif len(name) > 3:
        derived = [
            name[:3],
            name[0],
            f"{name}_in",
            f"my_{name}",
            f"cur_{name}",
            f"{name}_value" if kind != "list" else f"{name}_list",
        ]
    options = _BY_NAME.get(name) or derived + _SIMILAR.get(kind, [])
    more = [f"{name}_", f"{name}1", f"the_{name}"]
    return next(
        (
            new
            for new in [*shuffled(key, options), *more]
            if new not in taken and new != name and new.isidentifier() and not keyword.iskeyword(new)
        ),
        "",
    )


def _own_names(p: Program, function: Function) -> list[str]:
    """Names that a function binds and that can be renamed in it alone."""
    fixed = {"self", "cls", "_"}
    for node in ast.walk(p.tree):
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            fixed |= set(node.names)
        elif isinstance(node, ast.keyword) and node.arg:
            fixed.add(node.arg)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            fixed |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    for node in ast.walk(function):
        if isinstance(node, ast.JoinedStr):
            fixed |= {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
        elif isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.ExceptHandler)):
            fixed.add(node.name or "")
        elif isinstance(node, (ast.Call, ast.Match)) and re.match(
            r"locals\(|vars\(|eval\(|exec\(|match ", p.source(node)
        ):
            return []
    bound = dict.fromkeys(
        [node.arg for node in ast.walk(function) if isinstance(node, ast.arg)]
        + [
            node.id
            for node in ast.walk(function)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        ]
    )
    return [name for name in bound if name not in fixed and not name.startswith("__")]


def _renames(p: Program, function: Function, mapping: dict[str, str]) -> Site:
    edits = []
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id in mapping:
            edits.append(p.put(node, mapping[node.id]))
        elif isinstance(node, ast.arg) and node.arg in mapping:
            start, _ = p.span(node)
            edits.append(Edit(start, start + len(node.arg), mapping[node.arg]))
    return tuple(edits)


def _rename(p: Program, only: frozenset[str] | None = None) -> Iterator[Site]:
    names = [name for name in _own_names(p, p.entry) if only is None or name in only]
    taken = p.words | set(dir(builtins))
    mapping = {}
    for name in shuffled(f"{p.item.id}/rename", names)[: 1 + draw(p.item.id) % 3]:
        new = plausible(name, p.kinds(p.entry).get(name, ""), taken, f"{p.item.id}/{name}")
        if new:
            mapping[name] = new
            taken.add(new)
    if mapping:
        yield _renames(p, p.entry, mapping)


def _rename_parameters(p: Program) -> Iterator[Site]:
    yield from _rename(p, frozenset(p.parameters(p.entry)))


def _comments(p: Program) -> list[tuple[int, int, bool]]:
    """Character offsets of the comments within the entry, and whether each stands alone on its line."""
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(p.text).readline):
            if token.type == tokenize.COMMENT and p.entry.lineno < token.start[0] <= (
                p.entry.end_lineno or 0
            ):
                line = p.lines[token.start[0] - 1]
                start = p.at(token.start[0], 0)
                found.append(
                    (start + token.start[1], start + token.end[1], not line[: token.start[1]].strip())
                )
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return []
    return found


def _drop_comments(p: Program) -> Iterator[Site]:
    edits = []
    for start, end, whole in _comments(p):
        if "pricetag:" in p.text[start:end]:
            continue
        if whole:
            start = p.text.rfind("\n", 0, start) + 1
            edits.append(Edit(start, min(end + 1, len(p.text)), ""))
        else:
            edits.append(Edit(start - len(p.text[:start]) + len(p.text[:start].rstrip(" ")), end, ""))
    if edits:
        yield tuple(edits)


def _about(p: Program, statement: ast.stmt) -> str:
    """A comment that someone might write above a statement."""
    options: tuple[str, ...] = ()
    if isinstance(statement, ast.For):
        what = re.sub(r"\s+", " ", p.source(statement.iter))[:40]
        options = (
            f"go over {what}",
            f"Iterate over {what}",
            "main loop",
            f"check every {p.source(statement.target)[:30]}",
        )
    elif isinstance(statement, ast.While):
        options = ("keep going until done", "Loop until the condition fails", "main loop")
    elif isinstance(statement, ast.If):
        options = ("special case", "handle this case separately", "Skip the rest if possible", "edge case")
    elif isinstance(statement, ast.Return):
        options = ("done", "Return the result", "that's the answer", "final result")
    elif isinstance(statement, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        name = re.sub(r"\s+", " ", p.source(target))[:30]
        options = (
            f"{name} so far",
            f"initialise {name}",
            f"keep track of {name}",
            f"Update {name}",
            "TODO: simplify",
        )
    return p.hash(*options) if options else ""


def _statements(p: Program) -> list[ast.stmt]:
    """The entry's statements that have lines of their own, in a block of their own."""
    return [
        node for node in p.nodes
        if isinstance(node, ast.stmt) and node is not p.entry and p.enclosing(node) is p.entry and p.alone(node)
        and not p.lines[node.lineno - 1].lstrip().startswith("elif")
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]  # fmt: skip


def _add_comments(p: Program) -> Iterator[Site]:
    edits = [p.above(node, f"# {text}") for node in _statements(p) if (text := _about(p, node))]
    drawn = shuffled(f"{p.item.id}/comments", edits)[: 1 + draw(p.item.id) % 3]
    if drawn:
        yield tuple(sorted(drawn, key=lambda edit: edit.start))


def _add_docstring(p: Program) -> Iterator[Site]:
    first = p.begin(p.entry)
    if first is None or ast.get_docstring(p.entry, clean=False) is not None:
        return
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_+", " ", p.entry.name).strip().lower() or "it"
    given = p.parameters(p.entry)
    short = p.hash(f"Compute {words}.", f"{words.capitalize()}.", f"Return {words} of the input.")
    if given and draw(f"{p.item.id}/doc") % 2:
        lines = [f'"""{short}', "", *(f":param {name}: input" for name in given), '"""']
    else:
        lines = [f'"""{short}"""']
    yield (p.above(first, *lines),)


def _drop_docstring(p: Program) -> Iterator[Site]:
    if ast.get_docstring(p.entry, clean=False) is not None and len(p.entry.body) > 1:
        doc = p.entry.body[0]
        if p.alone(doc) and ">>>" not in p.source(doc) and "pricetag:" not in p.source(doc):
            yield (p.without(doc),)


def _blank_lines(p: Program) -> Iterator[Site]:
    """Blank lines between statements, or none."""
    start, end = p.at(p.entry.body[0].lineno, 0), p.span(p.entry)[1]
    if any("\n" in p.source(node) for node in p.nodes if isinstance(node, (ast.Constant, ast.JoinedStr))):
        return
    gaps = [
        Edit(start + match.start() + 1, start + match.end(), "")
        for match in re.finditer(r"\n(?:[ ]*\n)+", p.text[start:end])
    ]
    if gaps:
        yield tuple(gaps)
    drawn = [p.above(node) for node in _statements(p) if node in p.entry.body[1:]]
    added = tuple(Edit(edit.start, edit.end, "\n") for edit in shuffled(f"{p.item.id}/blank", drawn)[:3])
    if added:
        yield tuple(sorted(added, key=lambda edit: edit.start))


def _wrap(p: Program) -> Iterator[Site]:
    """A call's arguments on lines of their own; a signature too; those that are wrapped, unwrapped."""
    for node in p.nodes:
        if (
            isinstance(node, ast.Call)
            and len(node.args) >= 2
            and "\n" not in p.source(node)
            and not node.keywords
        ):
            statement = p.statement(node)
            if not p.alone(statement):
                continue
            indent = p.indent(statement)
            inner = "".join(f"\n{indent}    {p.source(argument)}," for argument in node.args)
            if any(isinstance(argument, ast.Starred) for argument in node.args):
                continue
            start = p.span(node.func)[1]
            if p.text[start] == "(":
                yield (Edit(start, p.span(node)[1], f"({inner}\n{indent})"),)
        elif (
            isinstance(node, ast.Call)
            and "\n" in p.source(node)
            and "#" not in p.source(node)
            and '"""' not in p.source(node)
        ):
            inner = p.text[p.span(node.func)[1] : p.span(node)[1]]
            flat = re.sub(r",?\s*\n\s*(?=[)\]])", "", re.sub(r"(?<=[(\[])\s*\n\s*", "", inner))
            yield (Edit(p.span(node.func)[1], p.span(node)[1], re.sub(r"\s*\n\s*", " ", flat)),)


def _indentation(p: Program) -> Iterator[Site]:
    """Two blanks a level, or four."""
    if any("\n" in p.source(node) for node in p.nodes if isinstance(node, (ast.Constant, ast.JoinedStr))):
        return
    first = p.begin(p.entry)
    step = len(p.indent(first)) - (p.entry.col_offset if first else 0) if first else 0
    if step not in (2, 4):
        return
    other = 2 if step == 4 else 4
    edits = []
    for number in range(p.entry.body[0].lineno, (p.entry.end_lineno or 0) + 1):
        line = p.lines[number - 1]
        blanks = len(line) - len(line.lstrip(" "))
        deeper = blanks - p.entry.col_offset
        if line.strip() and deeper > 0:
            start = p.at(number, 0)
            edits.append(
                Edit(
                    start, start + blanks, " " * (p.entry.col_offset + deeper // step * other + deeper % step)
                )
            )
    if edits:
        yield tuple(edits)


def _augmented(p: Program) -> Iterator[Site]:
    """``x += 1`` as ``x = x + 1``, and the other way, of numbers."""
    for node in p.nodes:
        if (
            isinstance(node, ast.AugAssign)
            and isinstance(node.target, ast.Name)
            and p.kind(node.target) in _NUMBERS
        ):
            sign = p.text[p.span(node.target)[1] : p.span(node.value)[0]].strip()
            value = p.source(node.value)
            simple = isinstance(node.value, (ast.Name, ast.Constant, ast.Call, ast.Subscript, ast.Attribute))
            if sign.endswith("=") and "(" not in sign:
                text = value if simple else f"({value})"
                yield (p.put(node, f"{node.target.id} = {node.target.id} {sign[:-1]} {text}"),)
        elif (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.BinOp)
            and isinstance(node.targets[0], ast.Name)
            and len(node.targets) == 1
        ):
            whole = node.value
            if (
                isinstance(whole.left, ast.Name)
                and whole.left.id == node.targets[0].id
                and p.kind(whole.left) in _NUMBERS
            ):
                sign = p.text[p.span(whole.left)[1] : p.span(whole.right)[0]].strip()
                if re.fullmatch(r"[-+*]|//", sign):
                    yield (p.put(node, f"{whole.left.id} {sign}= {p.source(whole.right)}"),)


_NEGATED = {
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.In: "not in",
    ast.Is: "is not",
    ast.NotIn: "in",
    ast.IsNot: "is",
}
_TURNED = {ast.Lt: ">", ast.Gt: "<", ast.LtE: ">=", ast.GtE: "<=", ast.Eq: "==", ast.NotEq: "!="}
_WORDS = {ast.Eq: "==", ast.NotEq: "!=", ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not"}


def _simple(node: ast.expr) -> bool:
    return isinstance(node, (ast.Name, ast.Constant, ast.Attribute, ast.Subscript, ast.Call))


def _negation(p: Program) -> Iterator[Site]:
    """``not a == b`` as ``a != b``, and the other way."""
    for node in p.nodes:
        if (
            isinstance(node, ast.UnaryOp)
            and isinstance(node.op, ast.Not)
            and isinstance(node.operand, ast.Compare)
            and len(node.operand.ops) == 1
        ):
            inner = node.operand
            if (sign := _NEGATED.get(type(inner.ops[0]))) is not None:
                yield (p.put(node, f"{p.source(inner.left)} {sign} {p.source(inner.comparators[0])}"),)
        elif (
            isinstance(node, ast.Compare)
            and len(node.ops) == 1
            and isinstance(node.ops[0], (ast.NotEq, ast.NotIn, ast.IsNot))
        ):
            parent = p.parents[node]
            if isinstance(parent, (ast.If, ast.While)) and parent.test is node:
                sign = _NEGATED[type(node.ops[0])]
                yield (p.put(node, f"not {p.source(node.left)} {sign} {p.source(node.comparators[0])}"),)


def _sides(p: Program) -> Iterator[Site]:
    """``a < b`` as ``b > a``."""
    for node in p.nodes:
        if (
            isinstance(node, ast.Compare)
            and len(node.ops) == 1
            and (sign := _TURNED.get(type(node.ops[0]))) is not None
        ):
            left, right = node.left, node.comparators[0]
            pure = not any(isinstance(inner, ast.NamedExpr) for inner in ast.walk(node))
            if _simple(left) and _simple(right) and pure:
                yield (p.put(node, f"{p.source(right)} {sign} {p.source(left)}"),)


def _emptiness(p: Program) -> Iterator[Site]:
    """``len(xs) == 0`` as ``not xs``, and the other way."""
    for node in p.nodes:
        parent = p.parents[node]
        if not isinstance(parent, (ast.If, ast.While)) or parent.test is not node:
            continue
        if (
            isinstance(node, ast.UnaryOp)
            and isinstance(node.op, ast.Not)
            and p.kind(node.operand) in ("list", "str", "dict", "set", "deque")
        ):
            yield (p.put(node, f"len({p.source(node.operand)}) == 0"),)
        elif isinstance(node, ast.Compare) and re.fullmatch(r"len\((\w+)\) == 0", p.source(node)):
            yield (p.put(node, f"not {p.source(node)[4:-6]}"),)
        elif isinstance(node, ast.Compare) and re.fullmatch(r"len\((\w+)\) > 0", p.source(node)):
            yield (p.put(node, p.source(node)[4:-5]),)


def _literals(p: Program) -> Iterator[Site]:
    """``{}`` as ``dict()``, ``[]`` as ``list()``, and the other way."""
    swap = {"{}": "dict()", "dict()": "{}", "[]": "list()", "list()": "[]"}
    for node in p.nodes:
        if (
            isinstance(node, (ast.Assign, ast.AnnAssign))
            and node.value is not None
            and (new := swap.get(p.source(node.value)))
        ) and p.loop_around(node) is None:
            yield (p.put(node.value, new),)


def _formatted(p: Program) -> Iterator[Site]:
    """``"a" + str(x)`` as an f-string."""
    for node in p.nodes:
        if (
            not isinstance(node, ast.BinOp)
            or not isinstance(node.op, ast.Add)
            or isinstance(p.parents[node], ast.BinOp)
        ):
            continue
        parts = []
        for side in (node.left, node.right):
            if (
                isinstance(side, ast.Constant)
                and isinstance(side.value, str)
                and re.fullmatch(r"[\w ,.:;!?()/*=+#@-]*", side.value)
            ):
                parts.append(side.value)
            elif (
                isinstance(side, ast.Call)
                and isinstance(side.func, ast.Name)
                and side.func.id == "str"
                and len(side.args) == 1
            ) and re.fullmatch(r"[\w.()\[\] +*-]+", p.source(side.args[0])):
                parts.append(f"{{{p.source(side.args[0])}}}")
        if (
            len(parts) == 2
            and any(part.startswith("{") for part in parts)
            and not all(part.startswith("{") for part in parts)
        ):
            yield (p.put(node, f'f"{"".join(parts)}"'),)


def _leaves(block: list[ast.stmt]) -> bool:
    return isinstance(block[-1], (ast.Return, ast.Raise, ast.Continue, ast.Break))


def _else(p: Program) -> Iterator[Site]:
    """``else`` after a return taken away, or put there."""
    for node in p.nodes:
        if (
            not isinstance(node, ast.If)
            or not _leaves(node.body)
            or p.lines[node.lineno - 1].lstrip().startswith("elif")
        ):
            continue
        if (
            node.orelse
            and p.alone(node)
            and not (len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If))
        ):
            word = node.orelse[0].lineno - 2
            if p.lines[word].strip() != "else:" or any(
                "\n" in p.source(one)
                for one in ast.walk(node)
                if isinstance(one, (ast.Constant, ast.JoinedStr)) and hasattr(one, "lineno")
            ):
                continue
            depth = len(p.indent(node.orelse[0])) - len(p.indent(node))
            last = node.end_lineno or node.lineno
            moved = [line[depth:] if line[:depth].isspace() else line for line in p.lines[word + 1 : last]]
            yield (Edit(p.at(word + 1, 0), p.at(last, 0) + len(p.lines[last - 1]), "\n".join(moved)),)
        elif not node.orelse and p.alone(node):
            block = p.block(node)
            rest = block[block.index(node) + 1 :]
            if 1 <= len(rest) <= 3 and all(p.alone(one) for one in rest) and isinstance(rest[-1], ast.Return):
                moved_in = p.shifted(rest)
                if moved_in is not None:
                    yield (Edit(moved_in.start, moved_in.end, f"{p.indent(node)}else:\n{moved_in.text}"),)


def _parentheses(p: Program) -> Iterator[Site]:
    for node in p.nodes:
        if isinstance(node, ast.Return) and isinstance(
            node.value, (ast.BinOp, ast.Compare, ast.BoolOp, ast.IfExp)
        ):
            start, end = p.span(node.value)
            if p.text[start - 1] != "(":
                yield (Edit(start, end, f"({p.source(node.value)})"),)
        elif isinstance(node, (ast.If, ast.While)) and isinstance(node.test, (ast.Compare, ast.BoolOp)):
            start, end = p.span(node.test)
            if p.text[start - 1] == " ":
                yield (Edit(start, end, f"({p.source(node.test)})"),)


def _names_in(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _reorder(p: Program) -> Iterator[Site]:
    """Two neighbouring assignments of constants or of what other names hold, the other way round."""
    for node in p.nodes:
        if not isinstance(node, ast.Assign) or not p.alone(node) or node.lineno != node.end_lineno:
            continue
        block = p.block(node)
        after = block[block.index(node) + 1] if block.index(node) + 1 < len(block) else None
        if (
            not isinstance(after, ast.Assign)
            or not p.alone(after)
            or after.lineno != node.lineno + 1
            or after.end_lineno != after.lineno
        ):
            continue
        plain = all(
            (isinstance(one.targets[0], ast.Name) and len(one.targets) == 1
            and not any(isinstance(inner, (ast.Call, ast.Subscript, ast.Await, ast.Yield, ast.NamedExpr)) for inner in ast.walk(one)))
            or (p.source(one.value).startswith("len(") and isinstance(one.targets[0], ast.Name))
            for one in (node, after)
        )  # fmt: skip
        names = [_names_in(one.targets[0]) for one in (node, after)]
        if plain and not names[0] & _names_in(after) and not names[1] & _names_in(node):
            yield (
                p.whole(node, p.lines[after.lineno - 1].strip()),
                p.whole(after, p.lines[node.lineno - 1].strip()),
            )


def _drop_hints(p: Program) -> Iterator[Site]:
    edits = []
    for argument in [*p.entry.args.posonlyargs, *p.entry.args.args, *p.entry.args.kwonlyargs]:
        if argument.annotation is not None:
            start, end = p.span(argument)
            edits.append(Edit(start, end, argument.arg))
    if p.entry.returns is not None:
        end = p.span(p.entry.returns)[1]
        arrow = p.text.rfind("->", 0, end)
        edits.append(Edit(arrow - (p.text[arrow - 1] == " "), end, ""))
    # Without examples the annotations are what inputs are built from.
    if edits and p.item.examples:
        yield tuple(edits)


def _add_hints(p: Program) -> Iterator[Site]:
    edits = []
    defaults = len(p.entry.args.defaults)
    arguments = p.entry.args.posonlyargs + p.entry.args.args
    for argument in arguments[: len(arguments) - defaults]:
        kind = p.kinds(p.entry).get(argument.arg, "")
        if argument.annotation is None and kind in ("list", "str", "int", "float", "dict", "set", "tuple"):
            inner = p.elements.get(argument.arg, "")
            end = p.span(argument)[1]
            hint = f"list[{inner}]" if kind == "list" and inner in ("int", "str", "float") else kind
            edits.append(Edit(end, end, f": {hint}"))
    if edits and p.item.examples:
        yield tuple(edits)


def _ternary(p: Program) -> Iterator[Site]:
    """``if c: x = a`` and ``else: x = b`` in one line."""
    for node in p.nodes:
        if not isinstance(node, ast.If) or len(node.body) != 1 or len(node.orelse) != 1 or not p.alone(node):
            continue
        one, two = node.body[0], node.orelse[0]
        if (
            p.lines[node.lineno - 1].lstrip().startswith("elif")
            or "#" in p.source(node)
            or "\n" in p.source(node.test)
        ):
            continue
        if (
            isinstance(one, ast.Assign)
            and isinstance(two, ast.Assign)
            and ast.dump(ast.Tuple(one.targets)) == ast.dump(ast.Tuple(two.targets))
        ):
            if len(one.targets) == 1 and not any("\n" in p.source(part.value) for part in (one, two)):
                yield (
                    p.whole(
                        node,
                        f"{p.source(one.targets[0])} = {p.source(one.value)} if {p.source(node.test)} else {p.source(two.value)}",
                    ),
                )
        elif (
            isinstance(one, ast.Return)
            and isinstance(two, ast.Return)
            and one.value is not None
            and two.value is not None
        ) and not any("\n" in p.source(part) for part in (one.value, two.value)):
            yield (
                p.whole(
                    node,
                    f"return {p.source(one.value)} if {p.source(node.test)} else {p.source(two.value)}",
                ),
            )


def _chained(p: Program) -> Iterator[Site]:
    """``a <= x and x <= b`` as ``a <= x <= b``, and the other way."""
    for node in p.nodes:
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And) and len(node.values) == 2:
            one, two = node.values
            if (
                isinstance(one, ast.Compare)
                and isinstance(two, ast.Compare)
                and len(one.ops) == len(two.ops) == 1
            ):
                middle = one.comparators[0]
                if (
                    isinstance(middle, ast.Name)
                    and p.source(middle) == p.source(two.left)
                    and "(" not in p.text[p.span(one)[1] : p.span(two)[0]]
                ):
                    yield (p.put(node, f"{p.source(one)}{p.text[p.span(two.left)[1] : p.span(two)[1]]}"),)
        elif (
            isinstance(node, ast.Compare) and len(node.ops) == 2 and isinstance(node.comparators[0], ast.Name)
        ):
            middle = node.comparators[0]
            first = p.text[p.span(node)[0] : p.span(middle)[1]]
            second = p.text[p.span(middle)[0] : p.span(node)[1]]
            text = f"{first} and {second}"
            yield (
                p.put(
                    node,
                    text if isinstance(p.parents[node], (ast.If, ast.While, ast.Return)) else f"({text})",
                ),
            )


def _named_result(p: Program) -> Iterator[Site]:
    """``return expression`` by way of a name, and the other way."""
    for node in p.nodes:
        if not isinstance(node, ast.Return) or not p.alone(node) or node.value is None:
            continue
        if isinstance(node.value, (ast.Call, ast.BinOp, ast.Subscript, ast.Compare)) and "\n" not in p.source(
            node.value
        ):
            name = p.fresh("result", "answer", "value", "out", "res")
            if not p.lines[node.lineno - 1].lstrip().startswith(("if", "else")):
                yield (p.whole(node, f"{name} = {p.source(node.value)}", f"return {name}"),)
        elif isinstance(node.value, ast.Name):
            block = p.block(node)
            before = block[block.index(node) - 1] if block.index(node) else None
            if (
                isinstance(before, ast.Assign)
                and p.alone(before)
                and len(before.targets) == 1
                and isinstance(before.targets[0], ast.Name)
            ) and (
                before.targets[0].id == node.value.id
                and len(p.uses(node.value.id, p.enclosing(node))) == 2
                and "\n" not in p.source(before.value)
            ):
                yield p.without(before), p.whole(node, f"return {p.source(before.value)}")


def _quotes(p: Program) -> Iterator[Site]:
    edits = []
    for node in p.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = p.source(node)
            if re.fullmatch(r"'[^'\"\\\n]*'", text):
                edits.append(p.put(node, f'"{text[1:-1]}"'))
            elif re.fullmatch(r'"[^\'"\\\n]*"', text):
                edits.append(p.put(node, f"'{text[1:-1]}'"))
    if edits:
        yield tuple(edits)


def _enumerate(p: Program) -> Iterator[Site]:
    """``for i in range(len(xs))`` reading ``xs[i]`` as ``for i, x in enumerate(xs)``."""
    for node in p.nodes:
        if not isinstance(node, ast.For) or not isinstance(node.target, ast.Name):
            continue
        match = re.fullmatch(r"range\(len\((\w+)\)\)", p.source(node.iter))
        function = p.enclosing(node)
        if (
            not match
            or p.changed(match[1], function)
            or p.bindings(match[1], function) > 1
            or p.bindings(node.target.id, function) != 1
        ):
            continue
        if (
            p.kind(ast.Name(match[1]))
            if False
            else p.kinds(function).get(match[1]) not in ("list", "tuple", "str")
        ):
            continue
        i = node.target.id
        reads = [
            one
            for one in ast.walk(node)
            if isinstance(one, ast.Subscript) and p.source(one) == f"{match[1]}[{i}]"
        ]
        if reads and all(isinstance(one.ctx, ast.Load) for one in reads):
            x = p.fresh("item", "value", "x", "current", "elem")
            yield (
                p.put(node.target, f"{i}, {x}"),
                p.put(node.iter, f"enumerate({match[1]})"),
                *(p.put(one, x) for one in reads),
            )


def _spacing(p: Program) -> Iterator[Site]:
    """Blanks around operators, or none."""
    edits = []
    for node in p.nodes:
        if (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, (ast.Add, ast.Sub, ast.Mult))
            and isinstance(node.left, (ast.Name, ast.Constant))
            and isinstance(node.right, (ast.Name, ast.Constant))
        ):
            start, end = p.span(node.left)[1], p.span(node.right)[0]
            sign = p.text[start:end]
            if sign in (" + ", " - ", " * "):
                edits.append(Edit(start, end, sign.strip()))
            elif sign in ("+", "-", "*"):
                edits.append(Edit(start, end, f" {sign} "))
    if edits:
        yield tuple(edits)


EDITS: dict[str, Callable[[Program], Iterator[Site]]] = {
    "rename": _rename, "rename-parameters": _rename_parameters, "drop-comments": _drop_comments, "add-comments": _add_comments,
    "add-docstring": _add_docstring, "drop-docstring": _drop_docstring, "blank-lines": _blank_lines, "wrap": _wrap,
    "indentation": _indentation, "augmented": _augmented, "negation": _negation, "sides": _sides, "emptiness": _emptiness,
    "literals": _literals, "formatted": _formatted, "else": _else, "parentheses": _parentheses, "reorder": _reorder,
    "drop-hints": _drop_hints, "add-hints": _add_hints, "ternary": _ternary, "chained": _chained, "named-result": _named_result,
    "quotes": _quotes, "enumerate": _enumerate, "spacing": _spacing,
}  # fmt: skip
SURFACE = frozenset(
    {
        "drop-comments",
        "add-comments",
        "add-docstring",
        "drop-docstring",
        "blank-lines",
        "wrap",
        "indentation",
        "spacing",
        "quotes",
    }
)
RENAMES = frozenset({"rename", "rename-parameters"})
