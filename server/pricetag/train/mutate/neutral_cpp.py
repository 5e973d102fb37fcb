"""Edits of C++ functions that leave their cost as it is: names, comments, layout, other words for the same thing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tree_sitter import Node

from pricetag.syntax.binding import walk
from pricetag.train.generator.names import reserved
from pricetag.train.mutate.edits import Edit, Site, draw, shuffled
from pricetag.train.mutate.neutral_python import plausible
from pricetag.train.mutate.unit import ARITHMETIC, Unit, Variable, arguments, called, function_name, text

_KINDS = {
    "vector": "list",
    "string": "str",
    "map": "dict",
    "unordered_map": "dict",
    "set": "set",
    "unordered_set": "set",
}
_SIMPLE = (
    "identifier",
    "number_literal",
    "subscript_expression",
    "call_expression",
    "field_expression",
    "char_literal",
)


def _renamed(unit: Unit, wanted: list[str]) -> Iterator[Site]:
    taken = unit.words | reserved("cpp")
    fields = {
        text(node)
        for node in walk(unit.root)
        if node.type in ("field_identifier", "type_identifier", "namespace_identifier")
    }
    mapping: dict[str, str] = {}
    for name in shuffled(f"{unit.item.id}/rename", wanted)[: 1 + draw(unit.item.id) % 3]:
        one = unit.variable(name, unit.entry)
        kind = _KINDS.get(one.container, "int" if one.plain in ARITHMETIC else "") if one is not None else ""
        new = plausible(name, kind, taken, f"{unit.item.id}/{name}")
        if new and name not in fields and not re.search(rf"#\s*define.*\b{re.escape(name)}\b", unit.text):
            mapping[name] = new
            taken = taken | {new}
    edits = [
        unit.put(node, mapping[text(node)])
        for node in walk(unit.entry)
        if node.type == "identifier" and text(node) in mapping and not _qualified(node)
    ]
    if mapping:
        yield tuple(edits)


def _qualified(node: Node) -> bool:
    return node.parent is not None and node.parent.type in ("qualified_identifier", "template_function")


def _rename(unit: Unit) -> Iterator[Site]:
    defined = {function_name(node) for node in walk(unit.root) if node.type == "function_definition"}
    yield from _renamed(
        unit,
        [
            name
            for name in dict.fromkeys(one.name for one in unit.names[unit.entry.id])
            if name not in defined
        ],
    )


def _rename_parameters(unit: Unit) -> Iterator[Site]:
    yield from _renamed(unit, [one.name for one in unit.parameters(unit.entry)])


def _drop_comments(unit: Unit) -> Iterator[Site]:
    edits = []
    for node in walk(unit.entry):
        if node.type == "comment" and "pricetag:" not in text(node):
            start = unit.data.rfind(b"\n", 0, node.start_byte) + 1
            alone = not unit.data[start : node.start_byte].strip()
            end = unit.data.find(b"\n", node.end_byte)
            if alone and not unit.data[node.end_byte : end].strip():
                edits.append(unit.between(start, end + 1, ""))
            else:
                blank = len(unit.data[start : node.start_byte]) - len(
                    unit.data[start : node.start_byte].rstrip()
                )
                edits.append(
                    unit.between(
                        node.start_byte - (0 if alone else blank),
                        node.end_byte,
                        "" if text(node).startswith("//") else " ",
                    )
                )
    if edits:
        yield tuple(edits)


def _about(unit: Unit, node: Node) -> str:
    if node.type in ("for_statement", "for_range_loop"):
        return unit.hash(
            "main loop", "go through everything", "Iterate over the input", "check every element"
        )
    if node.type == "while_statement":
        return unit.hash("keep going until done", "main loop", "Loop while there is work")
    if node.type == "if_statement":
        return unit.hash("special case", "edge case", "handle this separately", "Skip the rest if possible")
    if node.type == "return_statement":
        return unit.hash("done", "Return the result", "final answer")
    if node.type == "declaration":
        return unit.hash("state so far", "setup", "working variables", "TODO: simplify")
    return ""


def _statements(unit: Unit) -> list[Node]:
    return [
        node
        for node in walk(unit.entry)
        if node.type.endswith(("_statement", "declaration", "_loop")) and unit.alone(node)
    ]


def _add_comments(unit: Unit) -> Iterator[Site]:
    edits = [unit.above(node, f"// {about}") for node in _statements(unit) if (about := _about(unit, node))]
    drawn = shuffled(f"{unit.item.id}/comments", edits)[: 1 + draw(unit.item.id) % 3]
    if drawn:
        yield tuple(sorted(drawn, key=lambda edit: edit.start))


def _document(unit: Unit) -> Iterator[Site]:
    """A comment above the function."""
    start = unit.entry.start_byte
    if unit.entry.parent is None or unit.entry.parent.type not in ("translation_unit", "declaration_list"):
        return
    line = unit.data.rfind(b"\n", 0, start) + 1
    before = unit.data[:line].rstrip().split(b"\n")[-1].strip()
    if unit.data[line:start].strip() or before.startswith(b"//") or before.endswith(b"*/"):
        return
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_+", " ", function_name(unit.entry)).strip().lower()
    doc = unit.hash(
        f"// {words.capitalize()}.\n",
        f"/** Computes {words}. */\n",
        f"// Returns {words} of the input.\n",
        f"/*\n * {words}\n */\n",
    )
    yield (unit.between(line, line, doc),)


def _blank_lines(unit: Unit) -> Iterator[Site]:
    start, end = unit.at(unit.entry.start_byte), unit.at(unit.entry.end_byte)
    if 'R"' in unit.text:
        return
    gaps = tuple(
        Edit(start + match.start() + 1, start + match.end(), "")
        for match in re.finditer(r"\n(?:[ \t]*\n)+", unit.text[start:end])
    )
    if gaps:
        yield gaps
    body = unit.entry.child_by_field_name("body")
    places = [node for node in _statements(unit) if node.parent == body][1:]
    added = [
        Edit(unit.above(node).start, unit.above(node).start, "\n")
        for node in shuffled(f"{unit.item.id}/blank", places)[:3]
    ]
    if added:
        yield tuple(sorted(added, key=lambda edit: edit.start))


def _blocks(unit: Unit) -> Iterator[tuple[Node, Node]]:
    """(statement, block) of bodies in braces."""
    for node in walk(unit.entry):
        if (
            node.type == "compound_statement"
            and node.parent is not None
            and node.parent.type != "lambda_expression"
        ):
            yield node.parent, node


def _braces(unit: Unit) -> Iterator[Site]:
    """Opening braces on lines of their own, or at the line's end."""
    down, up = [], []
    for owner, block in _blocks(unit):
        line = unit.data.rfind(b"\n", 0, block.start_byte) + 1
        before = unit.data[line : block.start_byte]
        owner_line = unit.data.rfind(b"\n", 0, owner.start_byte) + 1
        indent = re.match(rb"[ \t]*", unit.data[owner_line:])
        after = unit.data[block.start_byte + 1 : block.start_byte + 2]
        if before.strip() and after == b"\n" and indent is not None:
            stripped = block.start_byte - (len(before) - len(before.rstrip()))
            pad = re.match(rb"[ \t]*", before)
            down.append(unit.between(stripped, block.start_byte, "\n" + (pad[0].decode() if pad else "")))
        elif (
            not before.strip()
            and line > 0
            and not unit.data[:line].rstrip().split(b"\n")[-1].strip().startswith(b"//")
        ):
            previous = unit.data[:line].rstrip().split(b"\n")[-1]
            if b"//" not in previous:
                up.append(unit.between(len(unit.data[:line].rstrip()), block.start_byte, " "))
    if len(down) > len(up):
        yield tuple(down)
    elif up:
        yield tuple(up)


def _single(unit: Unit) -> Iterator[Site]:
    """Braces around a single statement, or none."""
    for node in walk(unit.entry):
        if node.type not in ("if_statement", "for_statement", "for_range_loop", "while_statement"):
            continue
        body = node.child_by_field_name("consequence" if node.type == "if_statement" else "body")
        if body is None or node.child_by_field_name("alternative") is not None or not unit.alone(node):
            continue
        inner = list(body.named_children) if body.type == "compound_statement" else []
        indent = unit.indent(node)
        if body.type in ("expression_statement", "return_statement", "break_statement", "continue_statement"):
            head = len(unit.data[: body.start_byte].rstrip())
            yield (unit.between(head, body.end_byte, f" {{\n{indent}{unit.step()}{text(body)}\n{indent}}}"),)
        elif len(inner) == 1 and inner[0].type in ("expression_statement", "return_statement"):
            yield (unit.put(body, text(inner[0])),)


def _indentation(unit: Unit) -> Iterator[Site]:
    """Two blanks a level, four, or a tab."""
    step = unit.step()
    other = {"    ": "  ", "  ": "    ", "\t": "    "}.get(step)
    if other is None or 'R"' in unit.text:
        return
    start, end = unit.at(unit.entry.start_byte), unit.at(unit.entry.end_byte)
    edits = []
    for match in re.finditer(r"(?<=\n)[ \t]+(?=\S)", unit.text[start:end]):
        levels = len(match[0]) // len(step)
        rest = match[0][levels * len(step) :]
        edits.append(Edit(start + match.start(), start + match.end(), other * levels + rest))
    if edits and not any(node.type == "comment" and "\n" in text(node) for node in walk(unit.entry)):
        yield tuple(edits)


def _steps(unit: Unit) -> Iterator[Site]:
    """``i++`` as ``++i`` where its value is not used."""
    edits = []
    for node in walk(unit.entry):
        if (
            node.type == "update_expression"
            and node.parent is not None
            and node.parent.type in ("for_statement", "expression_statement")
        ):
            argument = node.child_by_field_name("argument")
            sign = text(node.child_by_field_name("operator"))
            if argument is None or argument.type != "identifier":
                continue
            prefix = text(node).startswith(sign)
            edits.append(unit.put(node, f"{text(argument)}{sign}" if prefix else f"{sign}{text(argument)}"))
    if edits:
        yield tuple(edits)


def _augmented(unit: Unit) -> Iterator[Site]:
    """``x += y`` as ``x = x + y``, and the other way, of numbers."""
    for node in unit.nodes:
        if (
            node.type != "assignment_expression"
            or node.parent is None
            or node.parent.type not in ("expression_statement", "for_statement")
        ):
            continue
        left, right, sign = (
            node.child_by_field_name("left"),
            node.child_by_field_name("right"),
            text(node.child_by_field_name("operator")),
        )
        if left is None or right is None or left.type != "identifier":
            continue
        one = unit.variable(text(left), unit.function_of(node))
        if one is None or one.plain not in ARITHMETIC or one.pointer or one.array:
            continue
        if sign in ("+=", "-=", "*="):
            value = text(right) if right.type in _SIMPLE else f"({text(right)})"
            yield (unit.put(node, f"{text(left)} = {text(left)} {sign[0]} {value}"),)
        elif (
            sign == "="
            and right.type == "binary_expression"
            and text(right.child_by_field_name("left")) == text(left)
        ):
            operator, last = text(right.child_by_field_name("operator")), right.child_by_field_name("right")
            if operator in ("+", "-", "*") and last is not None and last.type in _SIMPLE:
                yield (unit.put(node, f"{text(left)} {operator}= {text(last)}"),)


def _sides(unit: Unit) -> Iterator[Site]:
    """``a < b`` as ``b > a``."""
    turned = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
    for node in unit.nodes:
        if (
            node.type == "binary_expression"
            and (sign := turned.get(text(node.child_by_field_name("operator")))) is not None
        ):
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if (
                left is not None
                and right is not None
                and left.type in _SIMPLE
                and right.type in _SIMPLE
                and "\n" not in text(node)
            ) and not (left.type == "call_expression" and right.type == "call_expression"):
                yield (unit.put(node, f"{text(right)} {sign} {text(left)}"),)


def _negation(unit: Unit) -> Iterator[Site]:
    """``!(a == b)`` as ``a != b``, and the other way."""
    for node in unit.nodes:
        if (
            node.type == "binary_expression"
            and text(node.child_by_field_name("operator")) == "!="
            and node.parent is not None
        ):
            left, right = text(node.child_by_field_name("left")), text(node.child_by_field_name("right"))
            if node.parent.type in ("condition_clause", "return_statement") and "\n" not in text(node):
                yield (unit.put(node, f"!({left} == {right})"),)
        elif node.type == "unary_expression" and (match := re.fullmatch(r"!\((\w+) == (\w+)\)", text(node))):
            yield (unit.put(node, f"{match[1]} != {match[2]}"),)


def _emptiness(unit: Unit) -> Iterator[Site]:
    """``v.size() == 0`` as ``v.empty()``, and the other way."""
    for node in unit.nodes:
        if node.type == "binary_expression" and (
            match := re.fullmatch(r"(\w+)\.(?:size|length)\(\) (==|>|!=) 0", text(node))
        ):
            yield (unit.put(node, f"{'' if match[2] == '==' else '!'}{match[1]}.empty()"),)
        elif (
            node.type == "call_expression"
            and called(node) == "empty"
            and node.parent is not None
            and re.fullmatch(r"\w+\.empty\(\)", text(node))
        ):
            name = text(node).split(".")[0]
            if node.parent.type == "condition_clause":
                yield (unit.put(node, f"{name}.size() == 0"),)
            elif (
                node.parent.type == "unary_expression"
                and node.parent.parent is not None
                and node.parent.parent.type == "condition_clause"
            ):
                yield (unit.put(node.parent, f"{name}.size() > 0"),)


_LITERAL = {
    "int": r"-?\d+",
    "double": r"-?\d+\.\d+",
    "bool": r"true|false",
    "char": r"'\\?.'",
    "long long": r"-?\d+(?:ll|LL)",
}


def _auto(unit: Unit) -> Iterator[Site]:
    """A type that the initial value says anyway as ``auto``, and the other way."""
    for function in unit.functions:
        for one in unit.locals(function):
            declarators = one.node.children_by_field_name("declarator")
            type_ = one.node.child_by_field_name("type")
            if (
                len(declarators) != 1
                or type_ is None
                or one.reference
                or one.pointer
                or one.array
                or declarators[0].type != "init_declarator"
            ):
                continue
            if "=" not in text(declarators[0]):
                continue
            value = text(declarators[0].child_by_field_name("value"))
            if (one.plain in _LITERAL and re.fullmatch(_LITERAL[one.plain], value)) or (
                one.container
                and (found := unit.variable(value, function)) is not None
                and found.plain == one.plain
                and not found.array
            ):
                yield (unit.put(type_, "auto"),)
            elif one.type == "auto":
                made = next((kind for kind, shape in _LITERAL.items() if re.fullmatch(shape, value)), "")
                if made:
                    yield (unit.put(type_, made),)
    for node in unit.nodes:
        if node.type != "for_range_loop":
            continue
        type_, declarator, right = (
            node.child_by_field_name(field) for field in ("type", "declarator", "right")
        )
        walked = (
            unit.variable(text(right), unit.function_of(node))
            if right is not None and right.type == "identifier"
            else None
        )
        if (
            type_ is None
            or walked is None
            or walked.array
            or walked.container not in ("vector", "string", "set", "deque")
            or declarator is None
        ):
            continue
        element = walked.element
        written = re.match(r"(?:std::)?\w+<(.*)>$", walked.type.strip())
        if "[" in text(declarator) or element == "bool":
            continue
        if text(type_) == "auto" and (element in ARITHMETIC or element == "string" or written):
            yield (unit.put(type_, written[1] if written else element),)
        elif text(type_).replace("std::", "").replace(" ", "") == element.replace(" ", ""):
            yield (unit.put(type_, "auto"),)


def _alias(unit: Unit) -> Iterator[Site]:
    """A long type by a name of its own."""
    first = unit.begin(unit.entry)
    body = unit.entry.child_by_field_name("body")
    if first is None or body is None:
        return
    for one in unit.locals(unit.entry):
        if one.container in ("vector", "map", "unordered_map") and not one.type.count("auto"):
            uses = [
                node
                for node in walk(body)
                if node.type in ("template_type", "qualified_identifier") and text(node) == one.type
            ]
            uses = [
                node
                for node in uses
                if not (node.parent is not None and node.parent.type == "qualified_identifier")
            ]
            name = unit.fresh(
                {"vector": "List", "map": "Table", "unordered_map": "Table"}[one.container],
                "Values",
                "Container",
            )
            if uses and all(node.parent is not None and node.parent.type == "declaration" for node in uses):
                yield (
                    unit.above(first, f"using {name} = {one.type};"),
                    *(
                        unit.put(
                            node,
                            name + ("" if unit.data[node.end_byte : node.end_byte + 1].isspace() else " "),
                        )
                        for node in uses
                    ),
                )


def _else(unit: Unit) -> Iterator[Site]:
    """``else`` after a return taken away."""
    for node in unit.nodes:
        if node.type != "if_statement" or not unit.alone(node):
            continue
        branch, other = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
        if branch is None or other is None:
            continue
        inner = (
            [child for child in branch.named_children if child.type != "comment"]
            if branch.type == "compound_statement"
            else [branch]
        )
        rest = next((child for child in other.named_children if child.type != "comment"), None)
        if (
            not inner
            or inner[-1].type not in ("return_statement", "continue_statement", "break_statement")
            or rest is None
            or rest.type == "if_statement"
        ):
            continue
        if rest.type == "compound_statement":
            lines = text(rest)[1:-1].strip("\n").rstrip().split("\n")
            depth = len(unit.step())
            if (
                any(child.type == "declaration" for child in rest.named_children)
                or len(lines) < 1
                or text(rest)[1:2] != "\n"
            ):
                continue
            moved = "\n".join(line[depth:] if line[:depth].isspace() else line for line in lines)
            yield (unit.between(branch.end_byte, rest.end_byte, f"\n{moved}"),)
        else:
            yield (unit.between(branch.end_byte, rest.end_byte, f"\n{unit.indent(node)}{text(rest)}"),)


def _parentheses(unit: Unit) -> Iterator[Site]:
    for node in unit.nodes:
        if (
            node.type == "return_statement"
            and node.named_children
            and node.named_children[0].type in ("binary_expression", "conditional_expression")
        ):
            yield (unit.put(node.named_children[0], f"({text(node.named_children[0])})"),)
        elif (
            node.type == "binary_expression"
            and text(node.child_by_field_name("operator")) in ("&&", "||")
            and node.parent is not None
        ):
            left = node.child_by_field_name("left")
            if (
                left is not None
                and left.type == "binary_expression"
                and text(left.child_by_field_name("operator")) in ("<", ">", "==", "!=", "<=", ">=")
            ):
                yield (unit.put(left, f"({text(left)})"),)


def _plain_declaration(unit: Unit, node: Node) -> Variable | None:
    """The variable of a declaration that starts with a literal or nothing, else None."""
    if (
        node.type != "declaration"
        or len(node.children_by_field_name("declarator")) != 1
        or "\n" in text(node)
    ):
        return None
    found = [one for one in unit.locals(unit.function_of(node)) if one.node == node]
    declarator = node.child_by_field_name("declarator")
    value = (
        declarator.child_by_field_name("value")
        if declarator is not None and declarator.type == "init_declarator"
        else None
    )
    if (
        not found
        or found[0].array
        or found[0].reference
        or (value is None and declarator is not None and declarator.type != "identifier")
    ):
        return None
    return (
        found[0]
        if value is None
        or value.type in ("number_literal", "string_literal", "true", "false", "char_literal")
        else None
    )


def _next(node: Node) -> Node | None:
    """The statement after a node."""
    after = node.next_named_sibling
    while after is not None and after.type == "comment":
        after = after.next_named_sibling
    return after


def _reorder(unit: Unit) -> Iterator[Site]:
    """Two neighbouring declarations the other way round."""
    for node in unit.nodes:
        after = _next(node)
        if after is None or not unit.alone(node) or not unit.alone(after):
            continue
        if (
            _plain_declaration(unit, node) is not None
            and _plain_declaration(unit, after) is not None
            and text(node) != text(after)
        ):
            yield (unit.put(node, text(after)), unit.put(after, text(node)))


def _split(unit: Unit) -> Iterator[Site]:
    """``int a = 0, b = 1;`` as two declarations, and the other way."""
    for node in unit.nodes:
        if node.type != "declaration" or not unit.alone(node):
            continue
        declarators = node.children_by_field_name("declarator")
        type_ = text(node.child_by_field_name("type"))
        if (
            len(declarators) > 1
            and type_ in ARITHMETIC
            and not any(
                child.type in ("type_qualifier", "storage_class_specifier") for child in node.children
            )
        ) and all(
            one.type in ("identifier", "init_declarator") and "*" not in text(one).split("=")[0]
            for one in declarators
        ):
            yield (
                unit.put(node, f"\n{unit.indent(node)}".join(f"{type_} {text(one)};" for one in declarators)),
            )
        after = _next(node)
        if (
            len(declarators) == 1
            and after is not None
            and _plain_declaration(unit, node) is not None
            and _plain_declaration(unit, after) is not None
        ) and (
            type_ in ARITHMETIC
            and text(after.child_by_field_name("type")) == type_
            and unit.alone(after)
            and "const" not in text(node) + text(after)
        ):
            second = text(after.child_by_field_name("declarator"))
            yield (unit.put(node, f"{type_} {text(declarators[0])}, {second};"), unit.without(after))


def _const(unit: Unit) -> Iterator[Site]:
    """``const`` for locals that nothing changes, or taken away."""
    for function in unit.functions:
        body = function.child_by_field_name("body")
        for one in unit.locals(function):
            declarators = one.node.children_by_field_name("declarator")
            if (
                body is None
                or len(declarators) != 1
                or declarators[0].type != "init_declarator"
                or one.array
                or one.pointer
                or one.reference
            ):
                continue
            type_ = one.node.child_by_field_name("type")
            if (
                type_ is None
                or one.plain not in ARITHMETIC
                or "static" in text(one.node)
                or unit.loop_around(one.node) is not None
            ):
                continue
            qualifier = next((child for child in one.node.children if child.type == "type_qualifier"), None)
            if qualifier is not None and text(qualifier) == "const":
                sized = any(
                    use.parent is not None
                    and use.parent.type in ("array_declarator", "template_argument_list", "case_statement")
                    for use in unit.uses(one.name, body)
                )
                if not sized and text(one.node).startswith("const "):
                    yield (unit.between(one.node.start_byte, type_.start_byte, ""),)
            elif (
                qualifier is None
                and not unit.modified(one.name, body)
                and "[&" not in text(body)
                and ">>" not in text(body)
            ):
                yield (unit.put(type_, f"const {text(type_)}"),)


def _casts(unit: Unit) -> Iterator[Site]:
    """``(int)x`` as ``static_cast<int>(x)``, and the other way."""
    for node in unit.nodes:
        if node.type == "cast_expression":
            type_, value = text(node.child_by_field_name("type")), node.child_by_field_name("value")
            if type_ in ARITHMETIC and value is not None:
                inner = text(value)
                yield (
                    unit.put(
                        node,
                        f"static_cast<{type_}>({inner[1:-1] if value.type == 'parenthesized_expression' else inner})",
                    ),
                )
        elif (
            node.type == "call_expression"
            and (match := re.match(r"static_cast<([\w ]+)>\(", text(node)))
            and match[1] in ARITHMETIC
            and len(arguments(node)) == 1
        ):
            value = arguments(node)[0]
            inner = text(value)
            yield (unit.put(node, f"({match[1]}){inner if value.type in _SIMPLE else f'({inner})'}"),)


def _named_result(unit: Unit) -> Iterator[Site]:
    """``return expression`` by way of a name."""
    type_ = text(unit.entry.child_by_field_name("type"))
    declarator = unit.entry.child_by_field_name("declarator")
    if declarator is None or declarator.type != "function_declarator" or type_ not in ARITHMETIC:
        return
    for node in unit.nodes:
        if (
            node.type == "return_statement"
            and unit.function_of(node) == unit.entry
            and node.named_children
            and unit.alone(node)
        ):
            value = node.named_children[0]
            inside = node.parent
            while inside is not None and inside.type not in ("function_definition", "lambda_expression"):
                inside = inside.parent
            if (
                value.type in ("binary_expression", "call_expression", "conditional_expression")
                and "\n" not in text(value)
                and inside == unit.entry
            ):
                name = unit.fresh("result", "answer", "value", "out", "res")
                yield (unit.put(node, f"{type_} {name} = {text(value)};\n{unit.indent(node)}return {name};"),)


def _ternary(unit: Unit) -> Iterator[Site]:
    """``x = c ? a : b;`` as a branch."""
    for node in unit.nodes:
        if (
            node.type != "expression_statement"
            or not unit.alone(node)
            or not node.named_children
            or node.named_children[0].type != "assignment_expression"
        ):
            continue
        whole = node.named_children[0]
        left, right = whole.child_by_field_name("left"), whole.child_by_field_name("right")
        if (
            right is not None
            and right.type == "conditional_expression"
            and text(whole.child_by_field_name("operator")) == "="
        ):
            test, one, two = (
                text(right.child_by_field_name(field)).strip()
                for field in ("condition", "consequence", "alternative")
            )
            indent, step = unit.indent(node), unit.step()
            if test.startswith("(") and test.endswith(")") and "(" not in test[1:-1]:
                test = test[1:-1]
            yield (
                unit.put(
                    node,
                    f"if ({test})\n{indent}{step}{text(left)} = {one};\n{indent}else\n{indent}{step}{text(left)} = {two};",
                ),
            )


def _spacing(unit: Unit) -> Iterator[Site]:
    """A blank after ``for`` and ``if``, and around operators, or none."""
    edits = []
    for node in walk(unit.entry):
        if node.type in ("for_statement", "for_range_loop", "if_statement", "while_statement"):
            word = node.children[0]
            after = node.children[1]
            if text(word) in ("for", "if", "while") and after.type in ("(", "condition_clause"):
                gap = unit.data[word.end_byte : after.start_byte]
                edits.append(unit.between(word.end_byte, after.start_byte, "" if gap else " "))
    if edits and all(
        "constexpr" not in text(node)[:14] for node in walk(unit.entry) if node.type == "if_statement"
    ):
        yield tuple(edits)


EDITS: dict[str, Callable[[Unit], Iterator[Site]]] = {
    "rename": _rename, "rename-parameters": _rename_parameters, "drop-comments": _drop_comments, "add-comments": _add_comments,
    "document": _document, "blank-lines": _blank_lines, "braces": _braces, "single": _single, "indentation": _indentation,
    "steps": _steps, "augmented": _augmented, "sides": _sides, "negation": _negation, "emptiness": _emptiness, "auto": _auto,
    "alias": _alias, "else": _else, "parentheses": _parentheses, "reorder": _reorder, "split": _split, "const": _const,
    "casts": _casts, "named-result": _named_result, "ternary": _ternary, "spacing": _spacing,
}  # fmt: skip
SURFACE = frozenset(
    {"drop-comments", "add-comments", "document", "blank-lines", "braces", "indentation", "spacing"}
)
RENAMES = frozenset({"rename", "rename-parameters"})
