"""What building C++ inputs needs to read of an item's code: the entry's signature, its template header, plain structs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import tree_sitter_cpp
from tree_sitter import Language as Grammar
from tree_sitter import Node, Parser

from pricetag.syntax.function import Parameter


class NoSuchFunction(ValueError):
    """The code defines no function of that name that can be called; the message says why."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One C++ function definition. ``owner`` is the class it is a member of, else ""."""

    name: str  # as it is called from outside: "ns::f", "f"; without the class
    owner: str
    static: bool
    parameters: tuple[
        Parameter, ...
    ]  # ``type`` is the declaration without the name: "const int &", "int [][N]"
    template: tuple[str, ...]  # names of the type parameters, in order
    overloads: int  # definitions and declarations of that name with other parameter lists


@dataclass(frozen=True, slots=True)
class Struct:
    """A struct's data members: (type text, name)."""

    name: str
    fields: tuple[tuple[str, str], ...]


@lru_cache(maxsize=1)
def _parser() -> Parser:
    return Parser(Grammar(tree_sitter_cpp.language()))


def parses(code: str) -> bool:
    """Whether the code is free of syntax errors as far as a parser without a preprocessor can tell."""
    return not _parser().parse(code.encode()).root_node.has_error


def read_signature(code: str, entry: str) -> Signature:
    """The last definition of ``entry`` ("f", "ns::f", "Class::method"). Raises ``NoSuchFunction``."""
    data = code.encode()
    found: list[Signature] = []
    wanted = entry.replace(".", "::")
    for node, scopes in _definitions(_parser().parse(data).root_node, ()):
        signature = _signature(node, scopes, data)
        if signature is None:
            continue
        full = "::".join(part for part in (signature.owner, signature.name) if part)
        if wanted in (full, signature.name) or full.endswith("::" + wanted):
            found.append(signature)
    if not found:
        raise NoSuchFunction(f"no definition of {entry}")
    last = found[-1]
    lists = {
        tuple(p.type for p in signature.parameters) for signature in found if signature.owner == last.owner
    }
    return Signature(last.name, last.owner, last.static, last.parameters, last.template, len(lists) - 1)


def read_structs(code: str) -> dict[str, Struct]:
    """Structs and classes by name, with the data members that are declared one by one or in a list."""
    data = code.encode()
    structs: dict[str, Struct] = {}
    stack = [_parser().parse(data).root_node]
    while stack:
        node = stack.pop()
        stack.extend(node.children)
        if node.type in ("struct_specifier", "class_specifier"):
            name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
            if name is not None and body is not None:
                fields = [
                    pair
                    for member in body.children
                    if member.type == "field_declaration"
                    for pair in _members(member, data)
                ]
                structs[_text(name, data)] = Struct(_text(name, data), tuple(fields))
    return structs


def _members(member: Node, data: bytes) -> list[tuple[str, str]]:
    kind = member.child_by_field_name("type")
    if kind is None:
        return []
    pairs = []
    for declarator in member.children_by_field_name("declarator"):
        stars, inner = "", declarator
        while inner.type == "pointer_declarator":
            stars, below = stars + "*", inner.child_by_field_name("declarator")
            if below is None:
                return []
            inner = below
        if inner.type == "field_identifier":
            pairs.append((_text(kind, data) + stars, _text(inner, data)))
        elif inner.type == "function_declarator":
            continue
        else:
            pairs.append(
                (_text(kind, data) + stars + "[]", "")
            )  # arrays and bit fields: a member we cannot fill
    return pairs


def _definitions(node: Node, scopes: tuple[str, ...]) -> list[tuple[Node, tuple[str, ...]]]:
    found = []
    for child in node.children:
        if child.type == "function_definition":
            found.append((child, scopes))
        elif child.type in ("namespace_definition", "struct_specifier", "class_specifier"):
            name, body = child.child_by_field_name("name"), child.child_by_field_name("body")
            if body is not None:
                mark = "" if child.type == "namespace_definition" else "class "
                label = name.text.decode() if name is not None and name.text is not None else ""
                found += _definitions(body, (*scopes, mark + label) if label else scopes)
        elif child.type in (
            "template_declaration",
            "linkage_specification",
            "declaration_list",
        ) or child.type.startswith("preproc_if"):
            found += _definitions(child, scopes)
    return found


def _signature(node: Node, scopes: tuple[str, ...], data: bytes) -> Signature | None:
    declarator = node.child_by_field_name("declarator")
    while declarator is not None and declarator.type != "function_declarator":
        declarator = declarator.child_by_field_name("declarator") or next(
            (child for child in declarator.named_children if child.type.endswith("declarator")), None
        )
    if declarator is None:
        return None
    name_node, list_node = (
        declarator.child_by_field_name("declarator"),
        declarator.child_by_field_name("parameters"),
    )
    if name_node is None or list_node is None:
        return None
    name = _text(name_node, data)
    classes = [scope[6:] for scope in scopes if scope.startswith("class ")]
    spaces = [scope for scope in scopes if not scope.startswith("class ")]
    owner = "::".join(spaces + classes) if classes else ""
    if not classes and "::" in name:  # out-of-class definition of a method
        owner, _, name = name.rpartition("::")
    full = name if owner else "::".join([*spaces, name])
    template: tuple[str, ...] = ()
    if node.parent is not None and node.parent.type == "template_declaration":
        header = node.parent.child_by_field_name("parameters")
        names = []
        for parameter in header.named_children if header is not None else ():
            if parameter.type not in ("type_parameter_declaration", "optional_type_parameter_declaration"):
                return None  # values and packs: nothing says what to instantiate them with
            names.append(_text(parameter, data).split("=")[0].split()[-1])
        template = tuple(names)
    static = any(
        child.type == "storage_class_specifier" and child.text == b"static" for child in node.children
    )
    parameters = tuple(
        _parameter(child, data)
        for child in list_node.named_children
        if child.type
        in ("parameter_declaration", "optional_parameter_declaration", "variadic_parameter_declaration")
    )
    if len(parameters) == 1 and parameters[0].type == "void":
        parameters = ()
    if any(child.type == "..." for child in list_node.children):
        return None
    return Signature(full, owner, static, parameters, template, 0)


def _parameter(node: Node, data: bytes) -> Parameter:
    declarator, default = node.child_by_field_name("declarator"), node.child_by_field_name("default_value")
    name_node: Node | None = None
    stack = [declarator] if declarator is not None else []
    while stack:
        inner = stack.pop()
        if inner.type == "identifier":
            name_node = inner
            break
        # The extent of an array is an expression, not a declarator.
        size = inner.child_by_field_name("size")
        stack.extend(child for child in reversed(inner.named_children) if size is None or child.id != size.id)
    end = node.end_byte
    if default is not None:
        end = data.rindex(b"=", node.start_byte, default.start_byte)
    if name_node is None:
        text = data[node.start_byte : end].decode()
    else:
        text = (
            data[node.start_byte : name_node.start_byte].decode()
            + " "
            + data[name_node.end_byte : end].decode()
        )
    name = _text(name_node, data) if name_node is not None else ""
    return Parameter(name, " ".join(text.split()), _text(default, data) if default is not None else "")


def _text(node: Node, data: bytes) -> str:
    return data[node.start_byte : node.end_byte].decode()
