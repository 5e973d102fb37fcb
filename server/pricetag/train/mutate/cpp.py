"""Edits of C++ functions that change what they cost, or might; text outside of the changed statements stays as written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tree_sitter import Node

from pricetag.syntax.binding import parse_canonical, walk
from pricetag.syntax.function import Language
from pricetag.train.mutate.edits import Edit, Site
from pricetag.train.mutate.unit import (
    ARITHMETIC,
    Unit,
    Variable,
    arguments,
    called,
    function_name,
    member,
    text,
)

_HASHED = ARITHMETIC | {"string"}
_HEADERS = {
    "vector": "vector", "unordered_map": "unordered_map", "unordered_set": "unordered_set", "map": "map", "set": "set", "deque": "deque",
    "list": "list", "sort": "algorithm", "stable_sort": "algorithm", "make_heap": "algorithm", "transform": "algorithm", "pair": "utility",
    "ostringstream": "sstream", "accumulate": "numeric", "memset": "cstring", "reverse": "algorithm", "string": "string",
}  # fmt: skip


def _parameter(unit: Unit, one: Variable, new: str) -> Edit:
    """A parameter declared as ``new``, its default value kept."""
    default = one.node.child_by_field_name("default_value")
    end = one.node.end_byte
    return unit.between(
        one.node.start_byte, end, new + (f" = {text(default)}" if default is not None else "")
    )


def _declared_once(unit: Unit, function: Node) -> bool:
    """Whether the function has no prototype that would have to change with it, and overrides nothing."""
    name = function_name(function)
    declared = sum(
        node.type == "function_declarator"
        and text(node.child_by_field_name("declarator")).split("::")[-1] == name
        for node in walk(unit.root)
    )
    return (
        declared == 1 and "virtual" not in text(function) and "override" not in text(function).split("{")[0]
    )


def _by_value(unit: Unit) -> Iterator[Site]:
    """``const T& x`` as ``T x``."""
    for function in unit.functions:
        for one in unit.parameters(function):
            if one.const and one.reference and one.container and _declared_once(unit, function):
                yield (_parameter(unit, one, f"{one.type} {one.name}"),)


def _by_reference(unit: Unit) -> Iterator[Site]:
    """``T x`` as ``const T& x``, where nothing changes it."""
    for function in unit.functions:
        for one in unit.parameters(function):
            body = function.child_by_field_name("body")
            if (
                (
                    one.container
                    and not (one.reference or one.const or one.array)
                    and body is not None
                    and _declared_once(unit, function)
                )
                and not unit.modified(one.name, body, one.container)
                and "[&" not in text(body)
            ):
                yield (_parameter(unit, one, f"const {one.type}& {one.name}"),)


def _sized(unit: Unit) -> str:
    """The size of the entry's first vector or string."""
    return next(
        (
            f"{one.name}.size()"
            for one in unit.parameters(unit.entry)
            if one.container in ("vector", "string")
        ),
        "",
    )


def _empty_locals(unit: Unit, *containers: str) -> Iterator[tuple[Variable, Node]]:
    """Locals of these containers that begin empty."""
    for function in unit.functions:
        for one in unit.locals(function):
            declarator = one.node.child_by_field_name("declarator")
            if (
                one.container in containers
                and not (one.reference or one.array)
                and unit.alone(one.node)
                and declarator is not None
            ) and (
                declarator.type == "identifier" and len(one.node.children_by_field_name("declarator")) == 1
            ):
                yield one, function


def _reserve(unit: Unit) -> Iterator[Site]:
    size = _sized(unit)
    for one, function in _empty_locals(unit, "vector", "string") if size else ():
        if (
            function is unit.entry
            and f"{one.name}.reserve" not in unit.text
            and one.name != size.split(".")[0]
        ):
            yield (unit.below(one.node, f"{one.name}.reserve({size});"),)


def _no_reserve(unit: Unit) -> Iterator[Site]:
    for node in unit.nodes:
        if (
            (
                node.type == "expression_statement"
                and node.named_children
                and node.named_children[0].type == "call_expression"
            )
            and called(node.named_children[0]) == "reserve"
            and unit.alone(node)
        ):
            yield (unit.without(node),)


_ORDER = re.compile(
    r"lower_bound|upper_bound|rbegin|rend|\bprev\(|\bnext\(|--\w*it|equal_range|inplace|set_union|set_intersection|set_difference|first_key|extract"
)


def _swapped(unit: Unit, wanted: str, other: str) -> Iterator[Site]:
    """Every ``wanted<K`` with a key that can be hashed as ``other<K``."""
    edits = []
    if other.startswith("unordered") and _ORDER.search(unit.text):
        return
    if any(one.name == other for named in unit.names.values() for one in named):
        return  # a variable of that name hides the type
    for node in walk(unit.root):
        named = text(node.child_by_field_name("name"))
        if node.type in ("template_type", "template_function") and named == wanted:
            given = node.child_by_field_name("arguments")
            keys = (
                [child for child in given.named_children if child.type != "comment"]
                if given is not None
                else []
            )
            name = node.child_by_field_name("name")
            if (
                not keys
                or name is None
                or text(keys[0]).replace("std::", "") not in _HASHED
                or len(keys) > (2 if "map" in wanted else 1)
            ):
                return
            edits.append(unit.put(name, other))
    if edits:
        yield tuple(edits)


def _hashed(unit: Unit) -> Iterator[Site]:
    """Ordered containers as hashed ones."""
    yield from _swapped(unit, "map", "unordered_map")
    yield from _swapped(unit, "set", "unordered_set")


def _ordered(unit: Unit) -> Iterator[Site]:
    """Hashed containers as ordered ones."""
    if not re.search(r"\.(reserve|bucket_count|max_load_factor)\b", unit.text):
        yield from _swapped(unit, "unordered_map", "map")
        yield from _swapped(unit, "unordered_set", "set")


def _copies(unit: Unit) -> Iterator[tuple[Variable, Node, str, list[Edit], str]]:
    """Container parameters of the entry: (parameter, first statement, new name, the renames, the copy's definition)."""
    first = unit.begin(unit.entry)
    body = unit.entry.child_by_field_name("body")
    if first is None or body is None:
        return
    given = unit.parameters(unit.entry)
    for index, one in enumerate(given):
        if unit.variable(one.name, unit.entry) is None or one.pointer:
            continue
        uses = unit.uses(one.name, body)
        new = unit.fresh(f"{one.name}_copy", "items", "local", f"{one.name}Copy", "data")
        renames = [unit.put(use, new) for use in uses]
        if one.container and not one.array and uses and (one.const or not one.reference):
            yield one, first, new, renames, f"{one.type} {new} = {one.name};"
        elif (
            (
                one.array
                and one.type in ARITHMETIC
                and index + 1 < len(given)
                and given[index + 1].plain == "int"
                and not given[index + 1].array
                and "][" not in text(one.node).replace(" ", "")
            )
            and uses
            and all(use.parent is not None and use.parent.type == "subscript_expression" for use in uses)
        ):
            vector = unit.std(f"vector<{one.type}>")
            yield (
                one,
                first,
                new,
                renames,
                f"{vector} {new}({one.name}, {one.name} + {given[index + 1].name});",
            )


def _copy(unit: Unit) -> Iterator[Site]:
    for _, first, _, renames, made in _copies(unit):
        yield unit.above(first, made), *renames


def _sorted_copy(unit: Unit) -> Iterator[Site]:
    for one, first, new, renames, made in _copies(unit):
        element = one.type if one.array else one.element
        if element in _HASHED and (one.array or one.container in ("vector", "string", "deque")):
            sort = "sort" if unit.using else "std::sort"
            yield unit.above(first, made, f"{sort}({new}.begin(), {new}.end());"), *renames


def _lowered(unit: Unit) -> Iterator[Site]:
    """A string parameter in lower case first."""
    for one, first, new, renames, made in _copies(unit):
        if one.container == "string":
            transform = "transform" if unit.using else "std::transform"
            yield (
                unit.above(
                    first, made, f"{transform}({new}.begin(), {new}.end(), {new}.begin(), ::tolower);"
                ),
                *renames,
            )


def _early(unit: Unit) -> Iterator[Site]:
    """An early return that real inputs take."""
    first, declarator = unit.begin(unit.entry), unit.entry.child_by_field_name("declarator")
    type_ = text(unit.entry.child_by_field_name("type")).replace("std::", "")
    if (
        first is None
        or declarator is None
        or declarator.type != "function_declarator"
        or type_ in ("", "auto")
        or "->" in text(declarator)
    ):
        return
    if any(child.type == "parameter_pack_expansion" for child in declarator.children):
        return
    limit = unit.hash("8", "9", "7", "8")
    leave = (
        "return;"
        if type_ == "void"
        else "return 0;"
        if type_ in ARITHMETIC - {"bool"}
        else "return false;"
        if type_ == "bool"
        else "return {};"
    )
    for one in unit.parameters(unit.entry):
        test = ""
        if (
            one.container
            in ("vector", "string", "map", "set", "unordered_map", "unordered_set", "deque", "list")
            and not one.array
        ):
            test = f"{one.name}.size() > {limit}"
        elif one.plain in ("int", "long long", "long", "size_t", "unsigned") and not (
            one.array or one.pointer
        ):
            test = f"{one.name} > {limit}"
        if test:
            yield (unit.above(first, f"if ({test}) {leave}"),)


def _guards(unit: Unit) -> Iterator[tuple[Node, Node, Node]]:
    """(if statement, its only branch, the loop whose body it stands in directly)."""
    for node in unit.nodes:
        branch = node.child_by_field_name("consequence") if node.type == "if_statement" else None
        if branch is None or node.child_by_field_name("alternative") is not None or node.parent is None:
            continue
        loop = node.parent.parent if node.parent.type == "compound_statement" else node.parent
        if loop is not None and loop.type in ("for_statement", "for_range_loop", "while_statement"):
            yield node, branch, loop


def _break(unit: Unit) -> Iterator[Site]:
    """The loop left at the first hit."""
    for _, branch, _ in _guards(unit):
        inner = (
            [child for child in branch.named_children if child.type != "comment"]
            if branch.type == "compound_statement"
            else []
        )
        if inner and inner[-1].type == "expression_statement" and unit.alone(inner[-1]):
            yield (unit.below(inner[-1], "break;"),)
        elif branch.type == "expression_statement":
            yield (unit.put(branch, f"{{ {text(branch)} break; }}"),)


def _no_break(unit: Unit) -> Iterator[Site]:
    """An early exit of a loop forgotten."""
    for node, branch, loop in _guards(unit):
        condition = (
            loop.child_by_field_name("condition")
            if loop.type == "for_statement"
            else loop.child_by_field_name("right")
        )
        if loop.type == "while_statement" or condition is None or not unit.alone(node):
            continue
        inner = (
            [child for child in branch.named_children if child.type != "comment"]
            if branch.type == "compound_statement"
            else [branch]
        )
        if len(inner) == 1 and inner[0].type == "break_statement":
            yield (unit.without(node),)
        elif len(inner) > 1 and inner[-1].type == "break_statement" and unit.alone(inner[-1]):
            yield (unit.without(inner[-1]),)


def _assignments(unit: Unit, operator: str) -> Iterator[tuple[Node, Node, Node, Variable]]:
    """(statement, name, value, variable) of ``name OPERATOR value;``."""
    for node in unit.nodes:
        if (
            node.type != "expression_statement"
            or not node.named_children
            or node.named_children[0].type != "assignment_expression"
        ):
            continue
        whole = node.named_children[0]
        left, right = whole.child_by_field_name("left"), whole.child_by_field_name("right")
        if (
            left is None
            or right is None
            or left.type != "identifier"
            or text(whole.child_by_field_name("operator")) != operator
        ):
            continue
        variable = unit.variable(text(left), unit.function_of(node))
        if variable is not None and not variable.pointer and not variable.array:
            yield node, left, right, variable


def _concat(unit: Unit) -> Iterator[Site]:
    """``s += x`` as ``s = s + x``: a new string each time."""
    for node, left, right, variable in _assignments(unit, "+="):
        simple = right.type in (
            "identifier",
            "char_literal",
            "string_literal",
            "subscript_expression",
            "call_expression",
        )
        if variable.container == "string" and simple:
            name = text(left)
            yield (unit.put(node, f"{name} = {name} + {text(right)};"),)
    for node in unit.nodes:
        if (
            node.type == "call_expression"
            and called(node) == "push_back"
            and node.parent is not None
            and node.parent.type == "expression_statement"
        ):
            function = node.child_by_field_name("function")
            owner = function.child_by_field_name("argument") if function is not None else None
            found = (
                unit.variable(text(owner), unit.function_of(node))
                if owner is not None and owner.type == "identifier"
                else None
            )
            given = arguments(node)
            if (
                found is not None
                and found.container == "string"
                and len(given) == 1
                and given[0].type in ("identifier", "char_literal", "subscript_expression")
            ):
                yield (unit.put(node, f"{found.name} = {found.name} + {text(given[0])}"),)


def _appended(unit: Unit) -> Iterator[Site]:
    """``s = s + x`` as ``s += x``."""
    for node, left, right, variable in _assignments(unit, "="):
        if (
            variable.container == "string"
            and right.type == "binary_expression"
            and text(right.child_by_field_name("operator")) == "+"
        ):
            first, rest = right.child_by_field_name("left"), right.child_by_field_name("right")
            if text(first) == text(left) and rest is not None:
                yield (unit.put(node, f"{text(left)} += {text(rest)};"),)


def _stream(unit: Unit) -> Iterator[Site]:
    """A string that a loop adds to, by way of a stream."""
    done = set()
    for node, _, _, variable in _assignments(unit, "+="):
        loop = unit.outermost_loop(node)
        if (
            variable.container != "string"
            or variable.node.type != "declaration"
            or loop is None
            or not unit.alone(loop)
            or variable.name in done
        ):
            continue
        done.add(variable.name)
        inside = unit.uses(variable.name, loop)
        adds = [
            (one, right)
            for one, left, right, _ in _assignments(unit, "+=")
            if any(left == use for use in inside)
        ]
        if len(adds) != len(inside) or loop.start_byte < variable.node.end_byte:
            continue
        name = unit.fresh("out_stream", "oss", "ss", "buffer", "stream")
        stream = "ostringstream" if unit.using else "std::ostringstream"
        edits = [
            unit.put(
                one,
                f"{name} << ({text(right)});"
                if right.type not in ("identifier", "char_literal", "string_literal", "subscript_expression")
                else f"{name} << {text(right)};",
            )
            for one, right in adds
        ]
        yield (
            unit.above(loop, f"{stream} {name};"),
            *edits,
            unit.below(loop, f"{variable.name} += {name}.str();"),
        )


def _reading_loops(unit: Unit) -> Iterator[tuple[Node, Node, Variable]]:
    """(loop, walked, its variable) of the range-for loops that may walk something else: they change no element."""
    for loop, _, declarator, right, _ in _range_loops(unit):
        const = any(child.type == "type_qualifier" for child in loop.children)
        if (
            right.type != "identifier"
            or not unit.alone(loop)
            or (declarator.type == "reference_declarator" and not const)
        ):
            continue
        one = unit.variable(text(right), unit.function_of(loop))
        if one is not None and not one.array:
            yield loop, right, one


def _range_loops(unit: Unit) -> Iterator[tuple[Node, Node, Node, Node, str]]:
    """(loop, type, declarator, walked, name) of the range-for loops over one name."""
    for node in unit.nodes:
        if node.type != "for_range_loop":
            continue
        type_, declarator, right = (
            node.child_by_field_name(field) for field in ("type", "declarator", "right")
        )
        if type_ is None or declarator is None or right is None:
            continue
        inner = (
            declarator
            if declarator.type == "identifier"
            else next((c for c in declarator.named_children if c.type == "identifier"), None)
        )
        if inner is not None and declarator.type in ("identifier", "reference_declarator"):
            yield node, type_, declarator, right, text(inner)


def _head(loop: Node) -> tuple[int, int]:
    """Bytes from after the opening parenthesis of a range-for to its colon."""
    opening = next(child for child in loop.children if child.type == "(")
    colon = next(child for child in loop.children if child.type == ":")
    return opening.end_byte, colon.start_byte


def _loop_reference(unit: Unit) -> Iterator[Site]:
    """``for (T x : xs)`` as ``for (const T& x : xs)``."""
    for loop, type_, declarator, _, name in _range_loops(unit):
        body = loop.child_by_field_name("body")
        if (
            declarator.type == "identifier"
            and body is not None
            and text(type_) not in ARITHMETIC
            and not any(c.type == "type_qualifier" for c in loop.children)
        ) and not unit.modified(name, body, "map"):
            yield (unit.between(*_head(loop), f"const {text(type_)}& {name} "),)


def _loop_value(unit: Unit) -> Iterator[Site]:
    """``for (const T& x : xs)`` as ``for (T x : xs)``: a copy each."""
    for loop, type_, declarator, _, name in _range_loops(unit):
        if (
            declarator.type == "reference_declarator"
            and "&&" not in text(declarator)
            and any(c.type == "type_qualifier" for c in loop.children)
        ) and text(type_) not in ARITHMETIC:
            yield (unit.between(*_head(loop), f"{text(type_)} {name} "),)
    for node in unit.nodes:
        if (
            node.type == "for_range_loop"
            and (bound := node.child_by_field_name("declarator")) is not None
            and bound.type == "reference_declarator"
            and "[" in text(bound)
            and any(child.type == "type_qualifier" for child in node.children)
        ):
            yield (unit.between(*_head(node), f"auto {text(bound).lstrip('& ')} "),)


def _loop_copy(unit: Unit) -> Iterator[Site]:
    """A loop over a copy of what it walks."""
    for loop, right, one in _reading_loops(unit):
        if one.container:
            new = unit.fresh("snapshot", "items", f"{one.name}_copy", "pending", "local")
            yield unit.above(loop, f"{one.type} {new} = {one.name};"), unit.put(right, new)


def _dedupe(unit: Unit) -> Iterator[Site]:
    """A loop over the distinct elements only."""
    for loop, right, one in _reading_loops(unit):
        if one.container in ("vector", "string", "deque") and one.element in _HASHED:
            new = unit.fresh("distinct", "uniq", "unique_items", f"{one.name}_set")
            made = unit.std(f"{unit.hash('set', 'unordered_set')}<{one.element}>")
            yield (
                unit.above(loop, f"{made} {new}({one.name}.begin(), {one.name}.end());"),
                unit.put(right, new),
            )


def _front(unit: Unit) -> Iterator[Site]:
    """Elements put in at the front instead of the back."""
    for node in unit.nodes:
        if node.type == "call_expression" and called(node) == "push_back" and len(arguments(node)) == 1:
            function = node.child_by_field_name("function")
            owner = function.child_by_field_name("argument") if function is not None else None
            one = (
                unit.variable(text(owner), unit.function_of(node))
                if owner is not None and owner.type == "identifier"
                else None
            )
            if (
                one is not None
                and one.container in ("vector", "deque")
                and text(function).count(".") == 1
                and unit.loop_around(node) is not None
            ):
                yield (unit.put(node, f"{one.name}.insert({one.name}.begin(), {text(arguments(node)[0])})"),)


def _only(unit: Unit, one: Variable, function: Node, members: frozenset[str], *, subscript: bool) -> bool:
    """Whether a local is used in no other way than these members, subscripts where allowed, and range-for."""
    for use in unit.uses(one.name, function):
        parent = use.parent
        if parent is None or (use.start_byte < one.node.end_byte and use.start_byte >= one.node.start_byte):
            continue
        if (call := member(use)) is not None:
            if call[0] not in members:
                return False
        elif parent.type == "subscript_expression" and parent.child_by_field_name("argument") == use:
            if not subscript:
                return False
        elif not (parent.type == "for_range_loop" and parent.child_by_field_name("right") == use):
            return False
    return True


def _sequence(unit: Unit) -> Iterator[Site]:
    """A local vector as a deque or a list."""
    simple = frozenset({"push_back", "emplace_back", "size", "empty", "back", "front", "pop_back", "clear"})
    for function in unit.functions:
        for one in unit.locals(function):
            type_ = one.node.child_by_field_name("type")
            if (
                one.container != "vector"
                or one.reference
                or one.array
                or type_ is None
                or one.element == "bool"
            ):
                continue
            swap = ""
            if _only(unit, one, function, simple, subscript=False):
                swap = unit.hash("deque", "list")
            elif _only(
                unit, one, function, simple | {"begin", "end", "insert", "erase", "resize"}, subscript=True
            ):
                swap = "deque"
            init = one.node.child_by_field_name("declarator")
            if (
                swap
                and init is not None
                and not (init.type == "init_declarator" and "=" in text(init).split("(")[0].split("{")[0])
                and not _copied(unit, init, function)
            ):
                yield (unit.put(type_, re.sub(r"\bvector\b", swap, text(type_), count=1)),)


def _copied(unit: Unit, init: Node, function: Node) -> bool:
    """Whether a local begins as a copy of another container."""
    value = init.child_by_field_name("value") if init.type == "init_declarator" else None
    given = value.named_children if value is not None else []
    source = unit.variable(text(given[0]), function) if len(given) == 1 else None
    return init.type == "function_declarator" or (
        source is not None and bool(source.container or not source.type)
    )


def _adapters(unit: Unit) -> Iterator[Site]:
    """Stacks and queues over another container."""
    for node in unit.nodes:
        if node.type == "template_type" and (name := text(node.child_by_field_name("name"))) in (
            "stack",
            "queue",
        ):
            given = node.child_by_field_name("arguments")
            if (
                given is not None
                and len(list(given.named_children)) == 1
                and node.parent is not None
                and node.parent.type in ("declaration", "qualified_identifier")
            ):
                owner = node.parent if node.parent.type == "declaration" else node.parent.parent
                if (
                    owner is None
                    or owner.type != "declaration"
                    or "(" in text(owner).split(">")[-1]
                    or "=" in text(owner)
                ):
                    continue
                element = text(given.named_children[0])
                other = unit.std(
                    f"{'vector' if name == 'stack' else 'list'}<{element.replace('std::', '')}>"
                    if "std::" not in element
                    else f"{'vector' if name == 'stack' else 'list'}<>"
                )
                declared = [one for one in unit.locals(unit.function_of(node)) if one.node == owner]
                if (
                    "<>" in other
                    or not declared
                    or any(
                        use.parent is not None and use.parent.type in ("argument_list", "return_statement")
                        for use in unit.uses(declared[0].name, unit.function_of(node))
                    )
                ):
                    continue
                yield (unit.put(given, f"<{element}, {other}>"),)


def _table_dims(unit: Unit, one: Variable) -> tuple[list[str], str] | None:
    """Sizes and cell type of a local table: ``T a[x][y]``, ``vector<T> a(x, 0)``, ``vector<vector<T>> a(x, vector<T>(y, 0))``."""
    declarators = one.node.children_by_field_name("declarator")
    if len(declarators) != 1 or one.const or one.pointer or one.reference or "static" in text(one.node):
        return None
    declarator = declarators[0]
    if one.array:
        inner: Node | None = declarator
        if inner is not None and inner.type == "init_declarator":
            if text(inner.child_by_field_name("value")).replace(" ", "") not in ("{0}", "{}", "{false}"):
                return None
            inner = inner.child_by_field_name("declarator")
        sizes: list[str] = []
        while inner is not None and inner.type == "array_declarator":
            size = inner.child_by_field_name("size")
            if size is None:
                return None
            sizes.insert(0, text(size))
            inner = inner.child_by_field_name("declarator")
        return (sizes, one.type) if one.plain in ARITHMETIC and sizes else None
    if one.container == "vector" and declarator.type == "function_declarator":
        # ``vector<int> a(n);`` reads like a prototype.
        only = text(declarator.child_by_field_name("parameters")).strip("()")
        return ([only], one.element) if one.element in ARITHMETIC and re.fullmatch(r"\w+", only) else None
    if one.container != "vector" or declarator.type != "init_declarator":
        return None
    value = declarator.child_by_field_name("value")
    if value is None or value.type != "argument_list":
        return None
    given = [child for child in value.named_children if child.type != "comment"]
    if one.element in ARITHMETIC and (
        len(given) == 1 or (len(given) == 2 and text(given[1]) in ("0", "false", "0.0"))
    ):
        return [text(given[0])], one.element
    inner_type = re.fullmatch(r"vector<(.*)>", one.element)
    if inner_type and inner_type[1] in ARITHMETIC and len(given) == 2 and given[1].type == "call_expression":
        cells = arguments(given[1])
        if len(cells) == 1 or (len(cells) == 2 and text(cells[1]) in ("0", "false", "0.0")):
            return [text(given[0]), text(cells[0])], inner_type[1]
    return None


def _tables(unit: Unit) -> Iterator[tuple[Variable, Node, list[str], str, list[list[Node]]]]:
    """Local tables only used cell by cell: (variable, function, sizes, cell type, indices of each use)."""
    for function in unit.functions:
        for one in unit.locals(function):
            dims = _table_dims(unit, one) if unit.alone(one.node) else None
            if dims is None:
                continue
            cells: list[list[Node]] | None = []
            for use in unit.uses(one.name, function):
                if one.node.start_byte <= use.start_byte < one.node.end_byte:
                    continue
                node, indices = use, []
                while (
                    node.parent is not None
                    and node.parent.type == "subscript_expression"
                    and node.parent.child_by_field_name("argument") == node
                ):
                    node = node.parent
                    given = node.child_by_field_name("indices")
                    indices.append(
                        given.named_children[0] if given is not None and given.named_children else node
                    )
                if (
                    len(indices) != len(dims[0])
                    or cells is None
                    or node.parent is None
                    or node.parent.type == "pointer_expression"
                ):
                    cells = None
                    break
                cells.append(indices)
            if cells:
                yield one, function, *dims, cells


def _vectored(unit: Unit) -> Iterator[Site]:
    """A local array as a vector."""
    for one, _, sizes, cell, _ in _tables(unit):
        if one.array and len(sizes) <= 2:
            made = (
                f"vector<{cell}> {one.name}({sizes[0]});"
                if len(sizes) == 1
                else f"vector<vector<{cell}>> {one.name}({sizes[0]}, vector<{cell}>({sizes[1]}));"
            )
            yield (unit.put(one.node, unit.std(made)),)


def _array(unit: Unit) -> Iterator[Site]:
    """A local vector as an array on the stack."""
    for one, function, sizes, cell, _ in _tables(unit):
        if not one.array and "[&]" not in text(function) and "[=]" not in text(function):
            brackets = "".join(f"[{size}]" for size in sizes)
            yield (
                unit.put(one.node, f"{cell} {one.name}{brackets};"),
                unit.below(one.node, f"memset({one.name}, 0, sizeof({one.name}));"),
            )


def _map_table(unit: Unit) -> Iterator[Site]:
    """A table of cells as a map of cells."""
    for one, _, sizes, cell, _ in _tables(unit):
        if len(sizes) == 1:
            made = unit.std(
                f"{unit.hash('unordered_map', 'map')}<{unit.hash('int', 'long long', 'int')}, {cell}>"
            )
            yield (unit.put(one.node, f"{made} {one.name};"),)


def _vector_map(unit: Unit) -> Iterator[Site]:
    """A map from characters as a table of 256 cells."""
    for function in unit.functions:
        for one in unit.locals(function):
            match = re.fullmatch(r"(?:unordered_)?map<char,(\w[\w ]*)>", one.plain)
            declarator = one.node.child_by_field_name("declarator")
            if (
                match
                and match[1] in ARITHMETIC
                and declarator is not None
                and declarator.type == "identifier"
                and not one.reference
            ) and all(
                use.parent is not None and (use.parent.type in ("declaration", "subscript_expression"))
                for use in unit.uses(one.name, function)
            ):
                yield (unit.put(one.node, unit.std(f"vector<{match[1]}> {one.name}(256, 0);")),)


def _rolling(unit: Unit) -> Iterator[Site]:
    """A table of which a loop needs the last row only: two rows, used in turn."""
    for one, _, sizes, cell, cells in _tables(unit):
        if len(sizes) != 2:
            continue
        edits, stepped = [], False
        for indices in cells:
            index = indices[0]
            if index.type == "number_literal":
                continue
            match = re.fullmatch(r"(\w+)(?:\s*[-+]\s*1)?", text(index))
            if not match:
                break
            stepped |= index.type == "binary_expression"
            edits.append(
                unit.put(
                    index, f"{text(index)} % 2" if index.type == "identifier" else f"({text(index)}) % 2"
                )
            )
        else:
            if stepped and edits:
                made = (
                    f"{cell} {one.name}[2][{sizes[1]}];"
                    if one.array
                    else unit.std(f"vector<vector<{cell}>> {one.name}(2, vector<{cell}>({sizes[1]}));")
                )
                yield (unit.put(one.node, made), *edits)


def _flags(unit: Unit) -> Iterator[Site]:
    """``vector<bool>`` as whole bytes or ints, and back."""
    for one, _, sizes, cell, _ in _tables(unit):
        type_ = one.node.child_by_field_name("type")
        if type_ is None:
            continue
        if cell == "bool":
            yield (unit.put(type_, re.sub(r"\bbool\b", unit.hash("char", "int"), text(type_))),)
        elif cell == "int" and not one.array and len(sizes) == 1:
            given = text(one.node)
            if (
                "max(" not in unit.text
                and "min(" not in unit.text
                and "swap(" not in unit.text
                and "auto" not in unit.text
            ):
                yield (
                    unit.put(
                        one.node,
                        re.sub(r"\bint\b", unit.hash("long long", "short", "long long"), given, count=1),
                    ),
                )


def _for_loops(unit: Unit) -> Iterator[tuple[Node, str, str, Node, Node]]:
    """(loop, type, counter, condition, body) of counting loops whose counter the body leaves alone."""
    for node in unit.nodes:
        if node.type != "for_statement":
            continue
        start, condition, update, body = (
            node.child_by_field_name(field) for field in ("initializer", "condition", "update", "body")
        )
        if (
            start is None
            or condition is None
            or update is None
            or body is None
            or start.type != "declaration"
        ):
            continue
        names = start.children_by_field_name("declarator")
        if (
            len(names) != 1
            or names[0].type != "init_declarator"
            or text(start.child_by_field_name("type")) not in ("int", "size_t", "long long", "std::size_t")
        ):
            continue
        declared = names[0].child_by_field_name("declarator")
        if declared is None or declared.type != "identifier":  # a pointer goes over no numbers
            continue
        name = text(declared)
        free = {text(inner) for inner in walk(condition) if inner.type == "identifier"} | {name}
        if re.fullmatch(
            rf"(\+\+|--)?{re.escape(name)}(\+\+|--)?|{re.escape(name)} [-+]= ?\w+", text(update)
        ) and not any(unit.modified(one, body) for one in free):
            yield node, text(start.child_by_field_name("type")), name, condition, body


def _kept_indices(unit: Unit) -> Iterator[Site]:
    """The numbers that a loop goes over kept in a vector first."""
    for loop, type_, name, _, body in _for_loops(unit):
        if unit.alone(loop) and unit.loop_around(loop) is None:
            kept = unit.fresh("indices", "steps", "positions", "order")
            head = unit.data[loop.start_byte : body.start_byte].decode().rstrip()
            vector = unit.std(f"vector<{type_}>") if "std::" not in type_ else f"std::vector<{type_}>"
            yield (
                unit.above(loop, f"{vector} {kept};", f"{head} {kept}.push_back({name});"),
                unit.between(loop.start_byte, body.start_byte, f"for ({type_} {name} : {kept}) "),
            )


def _pairs(unit: Unit) -> Iterator[Site]:
    """Two nested loops as one over a vector of all pairs."""
    loops = list(_for_loops(unit))
    inner_of = {loop.id: (loop, type_, name, body) for loop, type_, name, _, body in loops}
    for outer, type_, name, _, body in loops:
        only = (
            [child for child in body.named_children if child.type != "comment"]
            if body.type == "compound_statement"
            else [body]
        )
        if len(only) != 1 or only[0].id not in inner_of or not unit.alone(outer):
            continue
        inner, inner_type, inner_name, rest = inner_of[only[0].id]
        words = text(rest)
        start = text(inner.child_by_field_name("condition")) + text(inner.child_by_field_name("initializer"))
        used = set(re.findall(r"\w+", start + text(outer.child_by_field_name("condition")))) - {
            name,
            inner_name,
        }
        if (
            type_ != "int"
            or inner_type != "int"
            or re.search(r"\bbreak\b|\[[&=]|\bcontinue\b", words)
            or any(unit.modified(one, rest) for one in used)
        ):
            continue
        kept = unit.fresh("pairs", "combos", "cells", "candidates")
        indent = unit.indent(outer)
        heads = [
            unit.data[loop.start_byte : part.start_byte].decode().rstrip()
            for loop, part in ((outer, body), (inner, rest))
        ]
        lines = [
            unit.std(f"vector<pair<int, int>> {kept};"), heads[0], f"{unit.step()}{heads[1]} {kept}.push_back({{{name}, {inner_name}}});",
            f"for (const auto& [{name}, {inner_name}] : {kept}) ",
        ]  # fmt: skip
        shift = len(unit.indent(inner)) - len(indent)
        moved = "\n".join(
            line[shift:] if i and line[:shift].isspace() else line for i, line in enumerate(words.split("\n"))
        )
        yield (unit.put(outer, f"\n{indent}".join(lines) + moved),)


def _history(unit: Unit) -> Iterator[Site]:
    """The states of a loop kept."""
    for node, left, _, variable in [*_assignments(unit, "+="), *_assignments(unit, "=")]:
        loop = unit.outermost_loop(node)
        if (
            variable.plain not in ARITHMETIC
            or variable.plain in ("auto", "ll")
            or loop is None
            or not unit.alone(loop)
            or not unit.alone(node)
        ):
            continue
        kept = unit.fresh("history", "trace", "states", "log_values", f"{text(left)}_history")
        vector = unit.std(f"vector<{variable.plain}>")
        if variable.node.start_byte < loop.start_byte:
            yield unit.above(loop, f"{vector} {kept};"), unit.below(node, f"{kept}.push_back({text(left)});")


def _accumulate(unit: Unit) -> Iterator[Site]:
    """What a loop adds up kept until after it."""
    for node, left, right, variable in _assignments(unit, "+="):
        loop, name = unit.outermost_loop(node), text(left)
        if (
            variable.plain not in ARITHMETIC - {"char", "bool"}
            or loop is None
            or not unit.alone(loop)
            or len(unit.uses(name, loop)) != 1
        ):
            continue
        if variable.node.start_byte > loop.start_byte:
            continue
        kept, each = (
            unit.fresh("values", "terms", "parts", f"{name}_values"),
            unit.fresh("v", "x", "value", "term"),
        )
        vector = unit.std(f"vector<{variable.plain}>")
        yield (
            unit.above(loop, f"{vector} {kept};"),
            unit.put(node, f"{kept}.push_back({text(right)});"),
            unit.below(loop, f"for ({variable.plain} {each} : {kept}) {name} += {each};"),
        )
    for node in unit.nodes:
        if (
            node.type != "expression_statement"
            or not re.fullmatch(r"(\+\+\w+|\w+\+\+);", text(node))
            or not node.named_children
        ):
            continue
        name = text(node).strip("+;")
        found, loop = unit.variable(name, unit.function_of(node)), unit.outermost_loop(node)
        if (
            found is None
            or found.plain != "int"
            or loop is None
            or not unit.alone(loop)
            or len(unit.uses(name, loop)) != 1
            or found.node.start_byte > loop.start_byte
        ):
            continue
        counter = next((n for each, _, n, _, _ in _for_loops(unit) if each == unit.loop_around(node)), "")
        if counter and unit.loop_around(node) == loop:
            kept = unit.fresh("matches", "hits", "found_at", "picked")
            yield (
                unit.above(loop, unit.std(f"vector<int> {kept};")),
                unit.put(node, f"{kept}.push_back({counter});"),
                unit.below(loop, f"{name} += {kept}.size();"),
            )


def _memo(unit: Unit) -> Iterator[Site]:
    """A function of integers that calls itself, with its results kept."""
    for function in unit.functions:
        given, first, name = unit.parameters(function), unit.begin(function), function_name(function)
        type_ = text(function.child_by_field_name("type"))
        calls = [node for node in walk(function) if node.type == "call_expression" and called(node) == name]
        if (
            first is None
            or not calls
            or type_ not in ARITHMETIC
            or not 1 <= len(given) <= 2
            or any(one.plain not in ("int", "long long", "long") or one.array or one.pointer for one in given)
        ):
            continue
        returns = [
            node
            for node in walk(function)
            if node.type == "return_statement"
            and node.named_children
            and any(call in list(walk(node)) for call in calls)
        ]
        if not returns or any(
            unit.modified(one.name, function.child_by_field_name("body") or function) for one in given
        ):
            continue
        kept = unit.fresh("memo", "cache", "known")
        key = given[0].name if len(given) == 1 else f"{{{given[0].name}, {given[1].name}}}"
        table = unit.std(
            f"unordered_map<{given[0].plain}, {type_}>"
            if len(given) == 1
            else f"map<pair<{given[0].plain}, {given[1].plain}>, {type_}>"
        )
        found = unit.fresh("found", "hit", "known_at")
        yield (
            unit.above(
                first,
                f"static {table} {kept};",
                f"auto {found} = {kept}.find({key});",
                f"if ({found} != {kept}.end()) return {found}->second;",
            ),
            *(
                unit.put(node.named_children[0], f"{kept}[{key}] = {text(node.named_children[0])}")
                for node in returns
            ),
        )


def _no_memo(unit: Unit) -> Iterator[Site]:
    """A kept result not looked up."""
    for node in unit.nodes:
        if (
            node.type == "if_statement"
            and unit.alone(node)
            and re.match(r"if ?\((?:memo|cache|dp|lookup|mem)\b\S*(?:\.count|\.find|\[)", text(node))
        ):
            branch = node.child_by_field_name("consequence")
            if (
                branch is not None
                and re.search(r"\breturn (?:memo|cache|dp|lookup|mem|it)\b", text(branch))
                and node.child_by_field_name("alternative") is None
            ) and unit.loop_around(node) is None:
                yield (unit.without(node),)


def _length(unit: Unit) -> Iterator[Site]:
    """A length asked once."""
    for loop, _, _, condition, _ in _for_loops(unit):
        for node in walk(condition):
            if (
                node.type == "call_expression"
                and called(node) in ("size", "length", "strlen")
                and unit.alone(loop)
                and condition.type == "binary_expression"
            ):
                new = unit.fresh("n", "len", "count", "total", "limit")
                yield (
                    unit.above(
                        loop, f"const {'auto' if 'size_t' in text(loop) else 'int'} {new} = {text(node)};"
                    ),
                    unit.put(node, new),
                )


def _compare(unit: Unit) -> Iterator[Site]:
    """``s.substr(i, k) == t`` without the substring."""
    for node in unit.nodes:
        if node.type == "binary_expression" and (sign := text(node.child_by_field_name("operator"))) in (
            "==",
            "!=",
        ):
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if (
                left is not None
                and right is not None
                and left.type == "call_expression"
                and called(left) == "substr"
                and len(arguments(left)) == 2
            ):
                function = left.child_by_field_name("function")
                owner = function.child_by_field_name("argument") if function is not None else None
                if owner is not None and right.type in ("identifier", "string_literal"):
                    a, b = map(text, arguments(left))
                    yield (unit.put(node, f"{text(owner)}.compare({a}, {b}, {text(right)}) {sign} 0"),)


def _return_copy(unit: Unit) -> Iterator[Site]:
    """What is returned, copied."""
    for node in unit.nodes:
        if (
            node.type == "return_statement"
            and node.named_children
            and node.named_children[0].type == "identifier"
        ):
            function = unit.function_of(node)
            one = unit.variable(text(node.named_children[0]), function)
            if (
                one is not None
                and one.container
                and one.node.type == "declaration"
                and text(function.child_by_field_name("type")) == one.type
                and unit.alone(node)
            ):
                if (
                    unit.hash("shrink", "copy", "copy") == "shrink"
                    and one.container in ("vector", "string")
                    and not one.const
                ):
                    yield (unit.above(node, f"{one.name}.shrink_to_fit();"),)
                else:
                    new = unit.fresh("result", "copied", "final_result", "answer")
                    yield (
                        unit.above(node, f"{one.type} {new}({one.name});"),
                        unit.put(node.named_children[0], new),
                    )


def _sorting(unit: Unit) -> Iterator[Site]:
    """Another way to sort: stable (with a buffer), by heap."""
    for node in unit.nodes:
        if (
            node.type == "call_expression"
            and called(node) in ("sort", "stable_sort")
            and len(arguments(node)) >= 2
            and node.parent is not None
            and node.parent.type == "expression_statement"
        ):
            function = node.child_by_field_name("function")
            prefix = "std::" if text(function).startswith("std::") else ""
            if function is None or text(function).replace("std::", "") not in ("sort", "stable_sort"):
                continue
            other = "stable_sort" if called(node) == "sort" else "sort"
            yield (unit.put(function, prefix + other),)
            inner = ", ".join(map(text, arguments(node)))
            if unit.alone(node.parent) and called(node) == "sort" and "\n" not in inner:
                yield (
                    unit.put(node.parent, f"{prefix}make_heap({inner});"),
                    unit.below(node.parent, f"{prefix}sort_heap({inner});"),
                )


def _local_copy(unit: Unit) -> Iterator[Site]:
    """A local reference as a copy, and a copy that nothing changes as a reference."""
    for function in unit.functions:
        body = function.child_by_field_name("body")
        for one in unit.locals(function):
            declarator = one.node.child_by_field_name("declarator")
            if (
                declarator is None
                or declarator.type != "init_declarator"
                or one.array
                or one.pointer
                or body is None
            ):
                continue
            value = declarator.child_by_field_name("value")
            if value is None or value.type not in ("identifier", "subscript_expression", "field_expression"):
                continue
            if one.reference and one.const and (one.container or one.type == "auto"):
                yield (unit.put(one.node, f"{one.type} {one.name} = {text(value)};"),)
            elif (
                not one.reference
                and one.container
                and not one.const
                and not unit.modified(one.name, body, one.container)
            ):
                root = re.match(r"\w+", text(value))
                if root and not unit.modified(root[0], body):
                    yield (unit.put(one.node, f"const {one.type}& {one.name} = {text(value)};"),)


def _reversed(unit: Unit) -> Iterator[Site]:
    """A string reversed by way of a copy."""
    for node in unit.nodes:
        if (
            node.type == "call_expression"
            and called(node) == "reverse"
            and len(arguments(node)) == 2
            and node.parent is not None
            and node.parent.type == "expression_statement"
        ):
            match = re.fullmatch(r"(\w+)\.begin\(\)", text(arguments(node)[0]))
            one = unit.variable(match[1], unit.function_of(node)) if match else None
            if (
                one is not None
                and text(arguments(node)[1]) == f"{one.name}.end()"
                and one.container in ("string", "vector")
            ):
                yield (unit.put(node, f"{one.name} = {one.type}({one.name}.rbegin(), {one.name}.rend())"),)


def _emplace(unit: Unit) -> Iterator[Site]:
    """Elements built in place instead of moved in, and the other way."""
    for node in unit.nodes:
        if node.type == "call_expression" and called(node) == "push_back" and len(arguments(node)) == 1:
            made, function = arguments(node)[0], node.child_by_field_name("function")
            field = function.child_by_field_name("field") if function is not None else None
            given = (
                made.child_by_field_name("arguments")
                if made.type == "call_expression" and called(made) in ("make_pair", "make_tuple")
                else None
            )
            if field is not None and given is not None:
                yield (unit.put(field, "emplace_back"), unit.put(made, text(given)[1:-1]))


EDITS: dict[str, Callable[[Unit], Iterator[Site]]] = {
    "by-value": _by_value, "by-reference": _by_reference, "reserve": _reserve, "no-reserve": _no_reserve, "hashed": _hashed,
    "ordered": _ordered, "copy": _copy, "sorted": _sorted_copy, "lowered": _lowered, "early": _early, "break": _break,
    "no-break": _no_break, "concat": _concat, "appended": _appended, "stream": _stream, "loop-reference": _loop_reference,
    "loop-value": _loop_value, "loop-copy": _loop_copy, "dedupe": _dedupe, "front": _front, "sequence": _sequence,
    "adapters": _adapters, "vectored": _vectored, "array": _array, "map-table": _map_table, "vector-map": _vector_map,
    "rolling": _rolling, "flags": _flags, "kept-indices": _kept_indices, "pairs": _pairs, "history": _history,
    "accumulate": _accumulate, "memo": _memo, "no-memo": _no_memo, "length": _length, "compare": _compare,
    "return-copy": _return_copy, "sorting": _sorting, "local-copy": _local_copy, "reversed": _reversed, "emplace": _emplace,
}  # fmt: skip


def completed(before: str, after: str) -> str:
    """The text with the headers that an edit needs; "" where the edit broke its syntax."""
    if parse_canonical(after, Language.CPP).has_error and not parse_canonical(before, Language.CPP).has_error:
        return ""
    if "bits/stdc++.h" in after:
        return after
    for name, header in _HEADERS.items():
        if (
            re.search(rf"\b{re.escape(name)}\b", after)
            and not re.search(rf"\b{re.escape(name)}\b", before)
            and f"<{header}>" not in after
        ):
            after = _included(after, header)
    return after


def _included(code: str, header: str) -> str:
    """The text with one more include, in its place by the alphabet."""
    found = list(re.finditer(r"^#include <(\S+)>\n", code, re.MULTILINE))
    if not found:
        return f"#include <{header}>\n{code}"
    place = next((match.start() for match in found if match[1] > header), found[-1].end())
    return code[:place] + f"#include <{header}>\n" + code[place:]
