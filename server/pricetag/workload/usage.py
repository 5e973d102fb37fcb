"""What a Python function's body does with a parameter, and what shape that speaks for."""

from __future__ import annotations

import ast
import textwrap
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import islice

from pricetag.workload.shape import Record, Scalar, Shape, Size, Sized

_TEXT_METHODS = set(
    "split lower upper strip lstrip rstrip replace startswith endswith isdigit isalpha isalnum isupper islower isspace "
    "title capitalize casefold splitlines encode zfill rfind partition rpartition swapcase format ljust rjust center isnumeric "
    "translate removeprefix removesuffix rsplit".split()
)
_CHARACTER_METHODS = set("isdigit isalpha isalnum isupper islower isspace isnumeric".split())
_LIST_METHODS = set("append extend sort insert reverse".split())
_MAPPING_METHODS = set("items keys values setdefault get".split())
_SET_METHODS = set(
    "add discard union intersection difference issubset issuperset symmetric_difference isdisjoint".split()
)
_DEQUE_METHODS = set("popleft appendleft extendleft rotate".split())
_ITERATING = set(
    "sum max min sorted list set tuple any all enumerate reversed iter frozenset Counter deque heapify map filter zip".split()
)
_MATHS = set(
    "range abs bin hex oct chr sqrt isqrt log log2 log10 floor ceil factorial comb perm gcd lcm pow round divmod is_integer".split()
)
_TEXT_CALLS = set("ord".split())
_NUMBERS = (ast.Sub, ast.FloorDiv, ast.Div, ast.Pow, ast.LShift, ast.RShift, ast.BitXor)
_DEEPEST = 3
_MOST_NODES = 20_000
_MOST_USES = 300  # of one value: more of the same says nothing new


@dataclass(slots=True)
class _Evidence:
    """Counts of what was seen done with one value, and the places where its items appear."""

    seen: Counter[str] = field(default_factory=Counter)
    items: list[ast.expr] = field(default_factory=list)
    keys: list[ast.expr] = field(default_factory=list)
    values: list[ast.expr] = field(default_factory=list)
    fields: list[list[ast.expr]] = field(default_factory=list)
    bound: set[str] = field(default_factory=set)


class Usage:
    """One function body, read once for all its parameters."""

    def __init__(self, tree: ast.AST | None) -> None:
        self._parents: dict[ast.AST, ast.AST] = {}
        self._names: dict[str, list[ast.expr]] = {}
        if tree is None:
            return
        for count, node in enumerate(ast.walk(tree)):
            if count > _MOST_NODES:
                break
            for child in ast.iter_child_nodes(node):
                self._parents[child] = node
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                self._names.setdefault(node.id, []).append(node)

    @staticmethod
    def of(source: str) -> Usage:
        """The usage in a definition's text; one that says nothing where the text does not parse."""
        try:
            return Usage(ast.parse(textwrap.dedent(source)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return Usage(None)

    def shape(self, name: str) -> Shape | None:
        """The shape that the uses of the parameter ``name`` speak for; None where they say nothing."""
        return self._shape(self._names.get(name, ()), 0)

    def item(self, name: str) -> Shape | None:
        """The shape of the items of a sequence ``name``."""
        shape = self.shape(name)
        return shape.items[0] if isinstance(shape, Sized) and len(shape.items) == 1 else None

    def _shape(self, uses: Iterable[ast.expr], depth: int) -> Shape | None:
        if depth > _DEEPEST:
            return None
        evidence = _Evidence()
        for use in islice(dict.fromkeys(uses), _MOST_USES):  # a name bound by many loops comes many times
            self._note(use, evidence)
        seen = evidence.seen
        size: Size = "n" if depth == 0 else "sqrt n" if depth == 1 else 3
        if seen["called"]:
            return Scalar("callable")
        if seen["tree"]:
            return Sized("tree", (Scalar("int"),), "n")
        if seen["linked"]:
            return Sized("linked list", (Scalar("int"),), "n")
        if seen["mapping"]:
            return self._mapping(evidence, depth)
        if seen["text"] and seen["text"] >= seen["list"]:
            return Sized("str", (), "n" if depth == 0 else 5)
        if seen["set"]:
            return Sized("set", (self._shape(evidence.items, depth + 2) or Scalar("int"),), size)
        if seen["deque"]:
            return Sized("deque", (self._shape(evidence.items, depth + 2) or Scalar("int"),), size)
        if seen["list"] or seen["sequence"] or seen["iterated"]:
            return self._sequence(evidence, depth, size)
        if seen["number"] or seen["weak"]:
            return Scalar("float" if seen["float"] > seen["int"] else "int")
        return None

    def _sequence(self, evidence: _Evidence, depth: int, size: Size) -> Shape:
        if evidence.fields and not evidence.items:
            width = Counter(map(len, evidence.fields)).most_common(1)[0][0]
            rows = [row for row in evidence.fields if len(row) == width]
            columns = [[row[i] for row in rows] for i in range(width)]
            shapes = tuple(self._shape(self._loads(column), depth + 2) or Scalar("int") for column in columns)
            return Sized("list", (Record(shapes),), size)
        item = self._shape(evidence.items, depth + 1)
        if isinstance(item, Sized) and item.container in ("list", "set", "tuple", "iterable") and depth == 0:
            return Sized(
                "list", (replace(item, container="list") if item.container == "iterable" else item,), "sqrt n"
            )
        if not evidence.seen["list"] and self._characters(evidence.items):
            return Sized("str", (), "n" if depth == 0 else 5)
        if evidence.seen["rows"] and depth == 0:
            return Sized("list", (Sized("list", (Scalar("int"),), "sqrt n"),), "sqrt n")
        certain = evidence.seen["list"]
        return Sized("list" if certain or depth else "iterable", (item or Scalar("int"),), size)

    def _characters(self, items: Iterable[ast.expr]) -> bool:
        """Whether items are treated as single characters, so that the whole is a text."""
        methods = set()
        for use in items:
            parent = self._parents.get(use)
            if isinstance(parent, ast.Attribute):
                methods.add(parent.attr)
            elif (
                isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and parent.func.id == "ord"
            ):
                methods.add("isalpha")
            elif isinstance(parent, ast.Compare):
                for other in (parent.left, *parent.comparators):
                    if (
                        isinstance(other, ast.Constant)
                        and isinstance(other.value, str)
                        and len(other.value) == 1
                    ):
                        methods.add("isalpha")
        return bool(methods) and methods <= _CHARACTER_METHODS

    def _mapping(self, evidence: _Evidence, depth: int) -> Shape:
        key = self._shape(evidence.keys, max(depth + 1, 2))
        value = self._shape([*evidence.values, *evidence.items], max(depth + 1, 2))
        if isinstance(key, Scalar) and key.type not in ("int", "float"):
            key = None
        items = (key or Sized("str", (), 5), value or Scalar("int"))
        return Sized("dict", items, "n" if depth == 0 else 3)

    def _loads(self, targets: Iterable[ast.expr]) -> list[ast.expr]:
        """Where the names that ``targets`` bind are used."""
        return [
            use
            for target in targets
            if isinstance(target, ast.Name)
            for use in self._names.get(target.id, ())
        ]

    def _note(self, use: ast.expr, evidence: _Evidence) -> None:
        """What one appearance of the value in the source says."""
        parent = self._parents.get(use)
        seen = evidence.seen
        if isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)) and parent.iter is use:
            seen["iterated"] += 1
            self._bind(parent.target, evidence)
        elif isinstance(parent, ast.Subscript) and parent.value is use:
            self._subscript(parent, evidence)
        elif isinstance(parent, ast.Attribute):
            self._attribute(parent, evidence)
        elif isinstance(parent, ast.Call):
            self._call(parent, use, evidence)
        elif isinstance(parent, ast.BinOp):
            self._operation(parent, use, seen)
        elif isinstance(parent, ast.UnaryOp) and isinstance(parent.op, (ast.USub, ast.Invert)):
            seen["number"] += 1
        elif isinstance(parent, ast.AugAssign):
            seen["number"] += isinstance(parent.op, (*_NUMBERS, ast.Mult, ast.Mod))
        elif isinstance(parent, ast.Compare):
            self._comparison(parent, use, seen)
        elif isinstance(parent, ast.Starred):
            outer = self._parents.get(parent)
            seen["iterated"] += 1
            if isinstance(outer, ast.Call) and isinstance(outer.func, ast.Name) and outer.func.id == "zip":
                seen["rows"] += 1  # zip(*matrix)
        elif isinstance(parent, ast.keyword):
            seen["called"] += parent.arg == "key"
        elif isinstance(parent, ast.Assign) and parent.value is use:
            for target in parent.targets:
                if isinstance(target, (ast.Tuple, ast.List)):
                    seen["sequence"] += 1
        elif isinstance(parent, ast.Slice) or (isinstance(parent, ast.Subscript) and parent.slice is use):
            seen["number"] += 1  # an index, or a key: the former is far more common
            seen["int"] += isinstance(parent, ast.Slice)
        elif isinstance(parent, ast.FormattedValue):
            pass

    def _bind(self, target: ast.expr, evidence: _Evidence) -> None:
        if isinstance(target, ast.Name):
            if target.id not in evidence.bound:
                evidence.bound.add(target.id)
                evidence.items += self._names.get(target.id, [])
        elif isinstance(target, (ast.Tuple, ast.List)) and len(target.elts) <= 8:
            evidence.fields.append(list(target.elts))

    def _subscript(self, node: ast.Subscript, evidence: _Evidence) -> None:
        seen = evidence.seen
        if isinstance(node.slice, ast.Slice):
            seen["sequence"] += 1
        elif isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            seen["mapping"] += 1
            evidence.values.append(node)
        else:
            seen["sequence"] += 1
            seen["list"] += isinstance(node.ctx, (ast.Store, ast.Del))
            evidence.items.append(node)

    def _attribute(self, node: ast.Attribute, evidence: _Evidence) -> None:
        seen, name = evidence.seen, node.attr
        call = self._parents.get(node)
        called = isinstance(call, ast.Call) and call.func is node
        if not called:
            seen["tree"] += name in ("left", "right")
            seen["linked"] += name in ("next", "nxt")
            return
        seen["text"] += name in _TEXT_METHODS
        seen["list"] += name in _LIST_METHODS
        seen["set"] += name in _SET_METHODS
        seen["deque"] += name in _DEQUE_METHODS
        seen["sequence"] += name in ("count", "index", "pop", "copy")
        if name in _MAPPING_METHODS:
            seen["mapping"] += 1
            self._entries(call, name, evidence)

    def _entries(self, call: ast.AST | None, method: str, evidence: _Evidence) -> None:
        loop = self._parents.get(call) if call is not None else None
        if not isinstance(loop, (ast.For, ast.comprehension)):
            return
        target = loop.target
        if method == "items" and isinstance(target, ast.Tuple) and len(target.elts) == 2:
            evidence.keys += self._loads(target.elts[:1])
            evidence.values += self._loads(target.elts[1:])
        elif method in ("keys", "values"):
            (evidence.keys if method == "keys" else evidence.values).extend(self._loads([target]))

    def _call(self, node: ast.Call, use: ast.expr, evidence: _Evidence) -> None:
        seen = evidence.seen
        if node.func is use:
            seen["called"] += 1
            return
        function = node.func
        name = (
            function.attr
            if isinstance(function, ast.Attribute)
            else function.id
            if isinstance(function, ast.Name)
            else ""
        )
        if name == "len":
            seen["iterated"] += 1
        elif name in _ITERATING and not (name in ("map", "filter") and node.args[:1] == [use]):
            seen[
                "iterated"
                if len(node.args) == 1 or name in ("enumerate", "map", "filter", "zip", "sum")
                else "number"
            ] += 1
            loop = self._parents.get(node)
            if isinstance(loop, (ast.For, ast.comprehension)):
                self._loop(loop, node, use, name, evidence)
        elif name in ("map", "filter"):
            seen["called"] += 1
        elif name in _MATHS:
            seen["number"] += 1
        elif name in _TEXT_CALLS:
            seen["text"] += 1
        elif name == "join" and isinstance(function, ast.Attribute):
            seen["iterated"] += 1
        elif name in (
            "heappush",
            "heappop",
            "heapreplace",
            "bisect",
            "bisect_left",
            "bisect_right",
            "insort",
        ) and node.args[:1] == [use]:
            seen["list"] += 1
        elif name == "isinstance" and len(node.args) == 2 and isinstance(node.args[1], ast.Name):
            kind = {
                "str": "text",
                "dict": "mapping",
                "list": "list",
                "int": "number",
                "float": "number",
                "set": "set",
            }
            seen[kind.get(node.args[1].id, "nothing")] += 1

    def _loop(
        self, loop: ast.For | ast.comprehension, call: ast.Call, use: ast.expr, name: str, evidence: _Evidence
    ) -> None:
        """``for i, x in enumerate(xs)``, ``for a, b in zip(xs, ys)``, ``for x in sorted(xs)``."""
        target = loop.target
        if name == "enumerate" and isinstance(target, ast.Tuple) and len(target.elts) == 2:
            self._bind(target.elts[1], evidence)
        elif name == "zip" and isinstance(target, ast.Tuple) and use in call.args:
            position = call.args.index(use)
            if position < len(target.elts):
                self._bind(target.elts[position], evidence)
        elif name in ("sorted", "reversed", "set", "list", "iter", "tuple"):
            self._bind(target, evidence)

    def _operation(self, node: ast.BinOp, use: ast.expr, seen: Counter[str]) -> None:
        other = node.right if node.left is use else node.left
        if isinstance(other, (ast.JoinedStr,)) or (
            isinstance(other, ast.Constant) and isinstance(other.value, str)
        ):
            seen["text"] += isinstance(node.op, ast.Add)
        elif isinstance(other, ast.List):
            seen["list"] += 1
        elif isinstance(node.op, (*_NUMBERS, ast.BitAnd, ast.Mod)):
            seen["number"] += 1
            seen["int"] += isinstance(node.op, (ast.Mod, ast.FloorDiv, ast.LShift, ast.RShift, ast.BitAnd))
        elif isinstance(other, ast.Constant) and isinstance(other.value, (int, float)):
            seen["number"] += 1
            seen["float"] += isinstance(other.value, float)
        elif isinstance(node.op, (ast.Mult, ast.Add)):
            seen["weak"] += 1

    def _comparison(self, node: ast.Compare, use: ast.expr, seen: Counter[str]) -> None:
        others = [x for x in (node.left, *node.comparators) if x is not use]
        if isinstance(node.ops[0], (ast.In, ast.NotIn)):
            if node.left is not use:
                text = isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)
                seen["text" if text else "iterated"] += 1
            elif others and isinstance(others[0], ast.Constant) and isinstance(others[0].value, str):
                seen["text"] += 1
            return
        for other in others:
            if isinstance(other, ast.Constant):
                if isinstance(other.value, str):
                    seen["text"] += 1
                elif isinstance(other.value, (int, float)) and not isinstance(other.value, bool):
                    seen["number"] += 1
                    seen["float"] += isinstance(other.value, float)
        if isinstance(node.ops[0], (ast.Lt, ast.LtE, ast.Gt, ast.GtE)):
            seen["number"] += 1
