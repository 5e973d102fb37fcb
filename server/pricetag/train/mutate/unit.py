"""A C++ item as text with a syntax tree over it: where its nodes stand and the types of its names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from pricetag.measure.label import Item
from pricetag.syntax.binding import parse_canonical, walk
from pricetag.syntax.function import Language
from pricetag.train.mutate.edits import Edit, draw, pick

ARITHMETIC = frozenset(
    {"int", "long", "long long", "double", "float", "char", "bool", "size_t", "unsigned", "unsigned int", "int64_t", "uint64_t",
     "long int", "long long int", "short", "unsigned long", "unsigned long long", "int32_t", "uint32_t", "uint8_t", "ll"}
)  # fmt: skip
_CONTAINER = re.compile(
    r"(vector|string|map|set|unordered_map|unordered_set|deque|list|multiset|multimap|stack|queue|priority_queue|array)\b"
)
LOOPS = ("for_statement", "for_range_loop", "while_statement", "do_statement")
# Members that leave an object as it is.
_READS = frozenset(
    "size length empty at front back find count substr compare c_str contains starts_with ends_with top find_first_of find_last_of "
    "rfind find_first_not_of capacity cbegin cend lower_bound upper_bound equal_range".split()
)
_WALKS = frozenset(
    "accumulate max_element min_element count count_if find find_if all_of any_of none_of lower_bound upper_bound binary_search "
    "vector set unordered_set string multiset deque is_sorted adjacent_find inner_product equal partial_sum copy insert assign".split()
)
_READERS = frozenset(
    "max min abs push_back emplace_back insert emplace push to_string count find size printf isalpha isdigit isspace isupper islower tolower "
    "toupper pow sqrt gcd __gcd make_pair stoi stol stoll pair tuple make_tuple static_cast append at string erase isalnum ispunct "
    "llabs fabs floor ceil".split()
)


@dataclass(frozen=True, slots=True)
class Variable:
    """A parameter or a local with a declaration of its own."""

    name: str
    type: str  # as written, without const, references and array brackets
    node: Node  # the parameter_declaration or declaration
    const: bool
    reference: bool
    pointer: bool
    array: bool

    @property
    def plain(self) -> str:
        """The type without ``std::`` and needless blanks."""
        return re.sub(r"\s*([<>,])\s*", r"\1", self.type.replace("std::", "")).strip()

    @property
    def container(self) -> str:
        """The standard container that the type is, else ""."""
        match = _CONTAINER.match(self.plain)
        return match[1] if match and not self.pointer else ""

    @property
    def element(self) -> str:
        """The single template argument, "char" of a string."""
        if self.container == "string":
            return "char"
        match = re.fullmatch(r"\w+<(.*)>", self.plain)
        return match[1] if match else ""


class Unit:
    """One item: its text, tree, and the functions that its entry reaches."""

    def __init__(self, item: Item, root: Node, functions: list[Node]) -> None:
        self.item = item
        self.text = item.code
        self.root = root
        self.data = item.code.encode()
        self._ascii = item.code.isascii()
        self.functions = functions
        self.entry = functions[0]
        self.nodes = [node for function in functions for node in walk(function)]
        self.words = set(re.findall(r"\w+", self.text))
        self.using = "using namespace std" in self.text
        self.names = {function.id: self._variables(function) for function in functions}

    @classmethod
    def of(cls, item: Item) -> Unit | None:
        """The unit of an item; None where its entry function is not found or the text is broken."""
        if item.language != "cpp" or "\r" in item.code:
            return None
        root = parse_canonical(item.code, Language.CPP)
        defined: dict[str, Node] = {}
        for node in walk(root):
            if node.type == "function_definition" and (name := function_name(node)):
                defined[name] = node
        wanted = re.split(r"\.|::", item.entry)[-1]
        if wanted not in defined:
            return None
        found = [defined[wanted]]
        for function in found:
            for node in walk(function):
                if (
                    (
                        node.type in ("identifier", "field_identifier")
                        and (other := defined.get(text(node))) is not None
                    )
                    and all(other.id != known.id for known in found)
                    and not _inside(other, found)
                ):
                    found.append(other)
        return cls(item, root, found)

    # Where things stand.

    def at(self, byte: int) -> int:
        """Character offset of a byte offset."""
        return byte if self._ascii else len(self.data[:byte].decode("utf-8", "replace"))

    def put(self, node: Node, new: str) -> Edit:
        """``new`` instead of the node."""
        return Edit(self.at(node.start_byte), self.at(node.end_byte), new)

    def between(self, start: int, end: int, new: str) -> Edit:
        """``new`` instead of the bytes [start, end)."""
        return Edit(self.at(start), self.at(end), new)

    def _line(self, node: Node) -> tuple[int, int]:
        start = self.data.rfind(b"\n", 0, node.start_byte) + 1
        end = self.data.find(b"\n", node.end_byte)
        return start, len(self.data) if end < 0 else end

    def alone(self, node: Node) -> bool:
        """Whether a statement stands in a block, and alone on its lines."""
        if node.parent is None or node.parent.type not in ("compound_statement",):
            return False
        start, end = self._line(node)
        rest = self.data[node.end_byte : end].decode("utf-8", "replace")
        return (
            not self.data[start : node.start_byte].strip() and re.fullmatch(r"\s*(//.*)?", rest) is not None
        )

    def indent(self, node: Node) -> str:
        """The blanks that the node's line starts with."""
        start, _ = self._line(node)
        line = self.data[start : node.start_byte].decode("utf-8", "replace")
        return line[: len(line) - len(line.lstrip())]

    def step(self) -> str:
        """The blanks of one level, as the text has them."""
        match = re.search(r"\{\n([ \t]+)\S", self.text)
        return match[1] if match and len(match[1]) <= 8 else "    "

    def above(self, node: Node, *lines: str) -> Edit:
        """Lines above a statement."""
        start, _ = self._line(node)
        return self.between(start, start, "".join(f"{self.indent(node)}{line}\n" for line in lines))

    def below(self, node: Node, *lines: str) -> Edit:
        """Lines below a statement."""
        _, end = self._line(node)
        return self.between(end, end, "".join(f"\n{self.indent(node)}{line}" for line in lines))

    def without(self, node: Node) -> Edit:
        """The lines of a statement taken out."""
        start, end = self._line(node)
        return self.between(start, min(end + 1, len(self.data)), "")

    def begin(self, function: Node) -> Node | None:
        """The first statement of a body, where it has lines of its own."""
        body = function.child_by_field_name("body")
        if body is None:
            return None
        first = next((child for child in body.named_children if child.type != "comment"), None)
        return first if first is not None and self.alone(first) else None

    # Names.

    def std(self, name: str) -> str:
        """A name of the standard library as this text writes those."""
        return (
            name
            if self.using
            else re.sub(
                r"\b(vector|pair|unordered_map|unordered_set|map|set|string|deque|list)\b", r"std::\1", name
            )
        )

    def fresh(self, *options: str) -> str:
        """A name that the text does not use, one of the options where that can be."""
        first = draw(f"{self.item.id}/{options}") % len(options)
        for name in (*options[first:], *options[:first]):
            if name not in self.words:
                return name
        return next(f"{options[0]}{i}" for i in range(2, 999) if f"{options[0]}{i}" not in self.words)

    def hash(self, *options: str) -> str:
        """One of some ways to write something, by the item's id."""
        return pick(f"{self.item.id}/{options}", options)

    def function_of(self, node: Node) -> Node:
        """The reached function that a node stands in."""
        found: Node | None = node
        while found is not None:
            if found.id in self.names:
                return found
            found = found.parent
        return self.entry

    def loop_around(self, node: Node) -> Node | None:
        """The innermost loop around a node within its function or lambda."""
        found = node.parent
        while found is not None and found.type not in ("function_definition", "lambda_expression"):
            if found.type in LOOPS:
                return found
            found = found.parent
        return None

    def outermost_loop(self, node: Node) -> Node | None:
        """The outermost loop around a node within its function or lambda."""
        loop = self.loop_around(node)
        while loop is not None and (outer := self.loop_around(loop)) is not None:
            loop = outer
        return loop

    def uses(self, name: str, within: Node) -> list[Node]:
        """Mentions of a name, its declaration too."""
        return [node for node in walk(within) if node.type == "identifier" and text(node) == name]

    def variable(self, name: str, function: Node) -> Variable | None:
        """The only variable of that name in a function, None where there are several or none."""
        found = [variable for variable in self.names[function.id] if variable.name == name]
        return found[0] if len(found) == 1 else None

    def parameters(self, function: Node) -> list[Variable]:
        """A function's parameters that have names."""
        return [
            one
            for one in self.names[function.id]
            if one.node.type in ("parameter_declaration", "optional_parameter_declaration")
        ]

    def locals(self, function: Node) -> list[Variable]:
        """Variables of a function's body whose name is declared once."""
        several = [one.name for one in self.names[function.id]]
        return [
            one
            for one in self.names[function.id]
            if one.node.type == "declaration" and several.count(one.name) == 1
        ]

    def modified(self, name: str, within: Node, container: str = "") -> bool:
        """Whether a variable may be changed within a node: when in doubt, it may."""
        return any(_changes(use, container) for use in self.uses(name, within) if not _declares(use))

    def _variables(self, function: Node) -> list[Variable]:
        found = []
        for node in walk(function):
            if node.type in ("parameter_declaration", "optional_parameter_declaration", "declaration"):
                if node.type == "parameter_declaration" and _in_lambda(node, function):
                    found += [
                        Variable(text(inner), "", node.parent or node, False, False, False, False)
                        for inner in walk(node)
                        if inner.type == "identifier"
                    ]
                    continue
                found += list(_declared(node))
            elif node.type == "for_range_loop":
                found += [
                    Variable(text(inner), "", node, False, False, False, False)
                    for inner in walk(node.child_by_field_name("declarator") or node) if inner.type == "identifier"
                ]  # fmt: skip
        return found


def text(node: Node | None) -> str:
    """The node's own text."""
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def function_name(function: Node) -> str:
    """The last part of a function definition's name."""
    declarator = function.child_by_field_name("declarator")
    while declarator is not None and declarator.type != "function_declarator":
        declarator = declarator.child_by_field_name("declarator") or next(
            (c for c in declarator.named_children if "declarator" in c.type), None
        )
    name = text(declarator.child_by_field_name("declarator")) if declarator is not None else ""
    return re.split(r"::", name)[-1]


def called(node: Node) -> str:
    """The name of what a call calls, without its object and ``std::``."""
    function = node.child_by_field_name("function")
    if function is None:
        return ""
    if function.type == "field_expression":
        return text(function.child_by_field_name("field"))
    return re.sub(r"<.*", "", text(function), flags=re.DOTALL).split("::")[-1].strip()


def arguments(node: Node) -> list[Node]:
    """A call's arguments."""
    given = node.child_by_field_name("arguments")
    return [child for child in given.named_children if child.type != "comment"] if given is not None else []


def member(use: Node) -> tuple[str, Node] | None:
    """The member function called on a mention of a name, with the call."""
    field = use.parent
    if field is None or field.type != "field_expression" or field.child_by_field_name("argument") != use:
        return None
    call = field.parent
    if call is None or call.type != "call_expression" or call.child_by_field_name("function") != field:
        return None
    return text(field.child_by_field_name("field")), call


def _inside(node: Node, found: list[Node]) -> bool:
    return any(one.start_byte <= node.start_byte and node.end_byte <= one.end_byte for one in found)


def _in_lambda(node: Node, function: Node) -> bool:
    while node.parent is not None and node.id != function.id:
        if node.type == "lambda_expression":
            return True
        node = node.parent
    return False


def _declared(node: Node) -> Iterator[Variable]:
    """The variables that a declaration declares."""
    type_ = node.child_by_field_name("type")
    if type_ is None:
        return
    const = any(
        child.type == "type_qualifier" and text(child) in ("const", "constexpr") for child in node.children
    )
    for declarator in node.children_by_field_name("declarator"):
        reference = pointer = array = False
        inner: Node | None = declarator
        while inner is not None and inner.type != "identifier":
            reference |= inner.type == "reference_declarator"
            pointer |= inner.type == "pointer_declarator"
            array |= inner.type == "array_declarator"
            if inner.type == "function_declarator" and node.type != "declaration":
                return
            inner = inner.child_by_field_name("declarator") or next(
                (c for c in inner.named_children if c.type == "identifier" or "declarator" in c.type), None
            )
        if inner is not None:
            yield Variable(text(inner), text(type_), node, const, reference, pointer, array)


def _declares(use: Node) -> bool:
    parent = use.parent
    while parent is not None and parent.type in (
        "reference_declarator",
        "array_declarator",
        "pointer_declarator",
        "init_declarator",
    ):
        if parent.type == "init_declarator" and parent.child_by_field_name("declarator") != use:
            return parent.start_byte == use.start_byte
        if parent.child_by_field_name("size") == use:
            return False
        use, parent = parent, parent.parent
    return (
        parent is not None
        and parent.type in ("declaration", "parameter_declaration", "optional_parameter_declaration")
        and (use in parent.children_by_field_name("declarator"))
    )


def _changes(use: Node, container: str) -> bool:
    """Whether one mention of a variable may change it."""
    node, parent = use, use.parent
    if (call := member(use)) is not None:
        name, whole = call
        if name in ("begin", "end", "rbegin", "rend"):
            outer = whole.parent
            while outer is not None and outer.type in (
                "argument_list",
                "binary_expression",
                "unary_expression",
                "pointer_expression",
            ):
                outer = outer.parent
            if outer is not None and outer.type == "call_expression" and called(outer) in _WALKS:
                return False
            declared = outer.parent if outer is not None and outer.type == "init_declarator" else None
            return not (
                declared is not None
                and text(declared.child_by_field_name("type")).split("<")[0].split("::")[-1]
                in ("vector", "set", "string", "unordered_set", "auto")
            )
        if name in ("at", "front", "back", "find", "top"):
            node, parent = whole, whole.parent
        else:
            return name not in _READS
    while parent is not None:
        if parent.type == "subscript_expression" and parent.child_by_field_name("argument") == node:
            if container in ("map", "unordered_map"):
                return True
            node, parent = parent, parent.parent
        elif parent.type in ("field_expression", "parenthesized_expression"):
            if (
                parent.type == "field_expression"
                and parent.parent is not None
                and parent.parent.type == "call_expression"
            ):
                return text(parent.child_by_field_name("field")) not in _READS
            node, parent = parent, parent.parent
        else:
            break
    if parent is None:
        return False
    if parent.type == "assignment_expression":
        return parent.child_by_field_name("left") == node
    if parent.type in ("update_expression", "pointer_expression"):
        return True
    if parent.type == "argument_list":
        return (
            parent.parent is None
            or parent.parent.type != "call_expression"
            or called(parent.parent) not in _READERS
        )
    if parent.type == "init_declarator":
        declarator = parent.child_by_field_name("declarator")
        return declarator is not None and declarator.type in ("reference_declarator", "pointer_declarator")
    if parent.type == "for_range_loop" and parent.child_by_field_name("right") == node:
        declarator = parent.child_by_field_name("declarator")
        const = any(child.type == "type_qualifier" for child in parent.children)
        return declarator is not None and declarator.type == "reference_declarator" and not const
    if parent.type == "binary_expression":
        operator = text(parent.child_by_field_name("operator"))
        return operator == ">>" and parent.child_by_field_name("right") == node and "cin" in text(parent)
    return parent.type in ("lambda_capture_specifier",)
