"""C++ parameter types as structure, and C++ literals (the examples of an item) as Python values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

_TOKEN = re.compile(r"::|&&|\.\.\.|[A-Za-z_]\w*|\d[\w.']*|[<>,*&()\[\]{}]|\S")
_DROPPED = {
    "const",
    "volatile",
    "register",
    "struct",
    "class",
    "typename",
    "constexpr",
    "static",
    "restrict",
    "__restrict",
    "__restrict__",
}
_BUILTIN_WORDS = {"unsigned", "signed", "long", "short", "int", "char", "double", "float", "bool"}

INTEGERS = frozenset(
    {"int", "long", "long long", "short", "unsigned", "unsigned int", "unsigned long", "unsigned long long", "unsigned short", "size_t",
     "ssize_t", "ptrdiff_t", "int8_t", "int16_t", "int32_t", "int64_t", "uint8_t", "uint16_t", "uint32_t", "uint64_t", "unsigned char",
     "signed char", "uint", "ulong", "__int64", "__int128", "intmax_t", "uintmax_t", "intptr_t", "uintptr_t"}
)  # fmt: skip
FLOATS = frozenset({"double", "float", "long double"})


class UnsupportedType(ValueError):
    """A parameter whose values cannot be built; the message names the type."""


@dataclass(frozen=True, slots=True)
class CppType:
    """A type: ``base<args>``, pointers, then arrays (outermost first, extents as written, "" where absent)."""

    base: str  # without std:: and cv-qualifiers; "long long int" is "long long"
    args: tuple[CppType, ...] = ()
    pointers: int = 0
    arrays: tuple[str, ...] = ()
    reference: str = ""  # "", "&", "&&"
    constant: bool = False  # the outermost const of the pointee or referent
    array_pointer: bool = False  # "T (*p)[N]": ``arrays`` are the pointee's

    @property
    def scalar(self) -> bool:
        """Whether this is a number, character or truth value held by value or reference."""
        return not (self.pointers or self.arrays or self.args) and (
            self.base in INTEGERS
            or self.base in FLOATS
            or self.base in ("bool", "char", "wchar_t", "char16_t", "char32_t")
        )

    @property
    def value(self) -> CppType:
        """The same type held by value."""
        return replace(self, reference="", constant=False)

    def __str__(self) -> str:
        """C++ text of the value type; the code it stands in has the names in scope."""
        inner = f"<{', '.join(map(str, self.args))}>" if self.args else ""
        return f"{_STD.get(self.base, self.base)}{inner}{'*' * self.pointers}"


_STD = {
    name: f"std::{name}"
    for name in (
        "vector string deque list forward_list map unordered_map multimap unordered_multimap set unordered_set multiset unordered_multiset "
        "pair tuple array span stack queue priority_queue string_view optional greater less"
    ).split()
}


def parse_type(text: str, aliases: Mapping[str, str] | None = None, name: str = "") -> CppType:
    """A parameter's type as written ("const vector<int> &", "int []", "int (*)[N]"), with or without its name.

    ``aliases`` maps typedef and macro names to the text they stand for. Raises ``UnsupportedType``.
    """
    parser = _TypeParser(_TOKEN.findall(text.split("=")[0]), aliases or {}, name)
    parsed = parser.declaration()
    if parser.rest():
        raise UnsupportedType(" ".join(text.split()))
    return parsed


class _TypeParser:
    def __init__(self, tokens: list[str], aliases: Mapping[str, str], name: str) -> None:
        self._tokens, self._aliases, self._name, self._at = tokens, aliases, name, 0
        self._constant = False

    def rest(self) -> list[str]:
        return self._tokens[self._at :]

    def _peek(self) -> str:
        while self._at < len(self._tokens) and self._tokens[self._at] in _DROPPED:
            self._constant |= self._tokens[self._at] == "const"
            self._at += 1
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def declaration(self) -> CppType:
        base = self._base()
        constant = self._constant
        pointers, reference, arrays, array_pointer = base.pointers, base.reference, list(base.arrays), False
        while self._peek() in ("*", "&", "&&"):
            token = self._next()
            if token == "*":
                pointers += 1
            else:
                reference = token
        if self._peek() == "(":  # (*name)[N], (&name)[N]; anything else is a function
            self._next()
            mark = self._next()
            if self._peek() not in (")", ""):
                self._next()
            if mark not in ("*", "&") or self._next() != ")" or self._peek() != "[":
                raise UnsupportedType("function pointer")
            array_pointer = mark == "*"
            reference = "&" if mark == "&" else reference
        elif re.fullmatch(r"[A-Za-z_]\w*", self._peek()):
            self._next()
        found: list[str] = []
        while self._peek() == "[":
            self._next()
            extent = ""
            while self._peek() not in ("]", ""):
                extent += self._next()
            self._next()
            found.append(extent)
        return replace(
            base, pointers=pointers, reference=reference, arrays=tuple(found + arrays), constant=constant or base.constant,
            array_pointer=array_pointer,
        )  # fmt: skip

    def _base(self) -> CppType:
        word = self._peek()
        if word in _BUILTIN_WORDS and word not in self._aliases:
            words = []
            while self._peek() in _BUILTIN_WORDS:
                words.append(self._next())
            return CppType(_builtin(words))
        parts = [self._next()]
        while self._peek() == "::":
            self._next()
            parts.append(self._next())
        if parts[0] == "std":
            parts = parts[1:]
        name = "::".join(part for part in parts if part)
        if not re.fullmatch(r"[A-Za-z_][\w:]*", name):
            raise UnsupportedType(" ".join(self._tokens) or "empty type")
        if name in ("auto", "void", "function"):
            raise UnsupportedType(name if name != "function" else "callable")
        if name in self._aliases and self._peek() != "<":
            rest = {key: text for key, text in self._aliases.items() if key != name}
            return parse_type(self._aliases[name], rest)
        args: list[CppType] = []
        if self._peek() == "<":
            self._next()
            while self._peek() not in (">", ""):
                if self._peek()[0].isdigit() or (name == "array" and args):
                    args.append(CppType(self._extent()))
                else:
                    inner = _TypeParser(self._tokens[self._at :], self._aliases, "")
                    args.append(inner.declaration())
                    self._at += inner._at
                if self._peek() == ",":
                    self._next()
            self._next()
        return CppType(name, tuple(args))

    def _extent(self) -> str:
        text = ""
        while self._peek() not in (">", ",", ""):
            text += self._next()
        return text


def _builtin(words: list[str]) -> str:
    unsigned = "unsigned" in words
    for kind in ("char", "double", "float", "bool"):
        if kind in words:
            if kind == "double" and "long" in words:
                return "long double"
            sign = (
                next((word for word in ("unsigned", "signed") if word in words), "") if kind == "char" else ""
            )
            return f"{sign} {kind}".strip()
    longs = words.count("long")
    core = "long long" if longs > 1 else "long" if longs else "short" if "short" in words else "int"
    return f"unsigned {core}" if unsigned else core


def aliases_of(code: str) -> dict[str, str]:
    """Names that ``code`` gives to types: typedef, using, and object-like macros that stand for a type."""
    found: dict[str, str] = {}
    for match in re.finditer(r"\btypedef\s+([^;{}]+?)\s*\b([A-Za-z_]\w*)\s*;", code):
        found[match[2]] = match[1]
    for match in re.finditer(r"\busing\s+([A-Za-z_]\w*)\s*=\s*([^;]+);", code):
        found[match[1]] = match[2]
    for match in re.finditer(
        r"^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)[ \t]+([A-Za-z_][\w:<>, *]*?)[ \t]*$", code, re.MULTILINE
    ):
        found[match[1]] = match[2]
    return found


_LITERAL = re.compile(
    r"\s+|(?P<string>[LuUR8]*\"(?:[^\"\\]|\\.)*\")|(?P<char>'(?:[^'\\]|\\.)+')|(?P<hex>0[xX][0-9a-fA-F]+[uUlL]*)|(?P<number>(?:\d[\d']*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[uUlLfFzZ]*)|"
    r"(?P<name>[A-Za-z_][\w:]*)|(?P<mark>[-+{}()\[\],<>&*.])"
)
_NAMED: dict[str, object] = {
    "true": True, "false": False, "True": True, "False": False, "nullptr": None, "NULL": None, "None": None, "INT_MAX": 2**31 - 1, "INT_MIN": -(2**31),
}  # fmt: skip
_MOST_LITERAL = 200_000  # characters of one example that are read


class _Unreadable(ValueError):
    pass


def parse_arguments(text: str) -> tuple[object, ...] | None:
    """An argument list in C++ (or Python) source as values; None where it holds more than literals.

    Braces, brackets, ``T{...}``, ``T(...)``, ``make_pair(...)`` become lists; strings and numbers themselves.
    """
    if len(text) > _MOST_LITERAL:
        return None
    try:
        reader = _LiteralReader(text)
        values = reader.items("")
    except (_Unreadable, RecursionError, ValueError):
        return None
    return tuple(values)


class _LiteralReader:
    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(text):
            match = _LITERAL.match(text, at)
            if match is None:
                raise _Unreadable(text[at : at + 20])
            if match.lastgroup:
                self._tokens.append((match.lastgroup, match[0]))
            at = match.end()
        self._at = 0

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "")

    def items(self, closing: str) -> list[object]:
        values: list[object] = []
        while self._peek()[1] != closing:
            values.append(self._value())
            if self._peek()[1] == ",":
                self._at += 1
            elif self._peek()[1] != closing:
                raise _Unreadable(self._peek()[1])
        self._at += 1
        return values

    def _value(self) -> object:
        kind, text = self._peek()
        self._at += 1
        if kind == "string":
            return _unescape(text[text.index('"') + 1 : -1])
        if kind == "char":
            return _unescape(text[1:-1])
        if kind == "hex":
            return int(text.rstrip("uUlL"), 16)
        if kind == "number":
            digits = text.rstrip("uUlLfFzZ").replace("'", "")
            return float(digits) if any(mark in digits for mark in ".eE") else int(digits)
        if text in ("-", "+"):
            value = self._value()
            if not isinstance(value, (int, float)):
                raise _Unreadable(text)
            return -value if text == "-" else value
        if text in ("{", "["):
            return self.items("}" if text == "{" else "]")
        if text == "(":
            values = self.items(")")
            return values[0] if len(values) == 1 else values
        if kind == "name":
            if self._peek()[1] == "<":
                self._skip_angles()
            if self._peek()[1] == "{":
                self._at += 1
                values = self.items("}")
                return values[0] if text in ("string", "std::string") and len(values) == 1 else values
            if self._peek()[1] == "(":
                self._at += 1
                values = self.items(")")
                return values[0] if len(values) == 1 else values
            if text in _NAMED:
                return _NAMED[text]
        raise _Unreadable(text)

    def _skip_angles(self) -> None:
        depth = 0
        while True:
            _, text = self._peek()
            if not text:
                raise _Unreadable("<")
            depth += {"<": 1, ">": -1}.get(text, 0)
            self._at += 1
            if depth == 0:
                return


def _unescape(text: str) -> str:
    return re.sub(
        r"\\(.)", lambda match: {"n": "\n", "t": "\t", "0": "\0", "r": "\r"}.get(match[1], match[1]), text
    )
