"""What building C++ inputs needs to read of an item's code: the entry's signature, its template header, plain structs."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    constant: bool = False  # a const member function


@dataclass(frozen=True, slots=True)
class Class:
    """What it takes to make objects of a class, as its body in the code says."""

    template: tuple[str, ...]  # names of its type parameters
    constructors: tuple[tuple[Parameter, ...], ...]  # the public ones, copy and move excluded
    declares: bool  # any constructor: without one, there is the implicit default
    methods: tuple[tuple[str, tuple[Parameter, ...]], ...]  # the public, non-static, non-template ones
    owning: bool  # a member-wise copy would share what it owns: it points or cleans up, and says nothing on copies
    hidden: bool  # const methods may change it: it has mutable members


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
    return replace(last, overloads=len(lists) - 1)


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


def read_class(code: str, owner: str) -> Class | None:
    """The class that ``owner`` ("ns::Class") names; None where the code has no body of it."""
    data = code.encode()
    name = owner.rpartition("::")[2].partition("<")[0].strip()
    stack = [_parser().parse(data).root_node]
    while stack:
        node = stack.pop()
        stack.extend(reversed(node.children))
        if node.type in ("struct_specifier", "class_specifier"):
            label, body = node.child_by_field_name("name"), node.child_by_field_name("body")
            if label is not None and body is not None and _text(label, data) == name:
                return _class(node, body, name, data)
    return None


def _class(node: Node, body: Node, name: str, data: bytes) -> Class:
    public = node.type == "struct_specifier"
    constructors: list[tuple[Parameter, ...]] = []
    methods: list[tuple[str, tuple[Parameter, ...]]] = []
    declares = cleans = copies = points = False
    for member in body.children:
        if member.type == "access_specifier":
            public = _text(member, data).startswith("public")
            continue
        text = _text(member, data)
        if member.type == "field_declaration" and "*" in text.split("(")[0]:
            points = True
        declarator = _function_declarator(member)
        if declarator is None:
            continue
        called, listed = (
            declarator.child_by_field_name("declarator"),
            declarator.child_by_field_name("parameters"),
        )
        if called is None or listed is None:
            continue
        parameters = _parameters(listed, data)
        cleans |= called.type == "destructor_name" and "default" not in text
        if _text(called, data) == name:
            declares = True
            if len(parameters) == 1 and parameters[0].type.replace("const", "").strip(" &") == name:
                copies |= "&&" not in parameters[0].type
            elif public and not text.rstrip(" ;").endswith("delete"):
                constructors.append(parameters)
        elif public and called.type in ("field_identifier", "identifier") and not text.startswith("static"):
            methods.append((_text(called, data), parameters))
    return Class(
        _template(node, data) or (), tuple(constructors), declares, tuple(methods), (points or cleans) and not copies,
        b"mutable" in data[body.start_byte : body.end_byte],
    )  # fmt: skip


def _function_declarator(node: Node) -> Node | None:
    if node.type not in ("function_definition", "declaration", "field_declaration"):
        return None
    declarator = node.child_by_field_name("declarator")
    while declarator is not None and declarator.type != "function_declarator":
        declarator = declarator.child_by_field_name("declarator") or next(
            (child for child in declarator.named_children if child.type.endswith("declarator")), None
        )
    return declarator


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
    declarator = _function_declarator(node)
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
    template = _template(node, data)
    if template is None:
        return None
    static = any(
        child.type == "storage_class_specifier" and child.text == b"static" for child in node.children
    )
    parameters = _parameters(list_node, data)
    constant = any(child.type == "type_qualifier" and child.text == b"const" for child in declarator.children)
    if any(child.type == "..." for child in list_node.children):
        return None
    return Signature(full, owner, static, parameters, template, 0, constant)


def _template(node: Node, data: bytes) -> tuple[str, ...] | None:
    """Type parameters of the template that ``node`` is, () of none; None where nothing says what to put for them."""
    if node.parent is None or node.parent.type != "template_declaration":
        return ()
    header = node.parent.child_by_field_name("parameters")
    names = []
    for parameter in header.named_children if header is not None else ():
        if parameter.type not in ("type_parameter_declaration", "optional_type_parameter_declaration"):
            return None  # values and packs
        names.append(_text(parameter, data).split("=")[0].split()[-1])
    return tuple(names)


def _parameters(listed: Node, data: bytes) -> tuple[Parameter, ...]:
    parameters = tuple(
        _parameter(child, data)
        for child in listed.named_children
        if child.type
        in ("parameter_declaration", "optional_parameter_declaration", "variadic_parameter_declaration")
    )
    return () if len(parameters) == 1 and parameters[0].type == "void" else parameters


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
