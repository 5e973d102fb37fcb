"""W(n) for C++: the shapes of a function's parameters, and C++ source that builds their values at run-time n.

Generated source reads ``pt_s`` (a ``pricetag::Source``, measure/cpp/values.hpp). Where examples are given they are
grown: value ranges, alphabets, sortedness and ints that equal a length are kept.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pricetag.syntax.function import Parameter
from pricetag.workload.cpp_code import Struct, read_structs
from pricetag.workload.cpp_types import (
    FLOATS,
    INTEGERS,
    CppType,
    UnsupportedType,
    aliases_of,
    parse_arguments,
    parse_type,
)
from pricetag.workload.shape import Kind, Record, Scalar, Shape, Size, Sized, Workload

SEQUENCES = frozenset({"vector", "deque", "list"})
ADAPTERS = frozenset({"stack", "queue", "priority_queue"})
SETS = frozenset({"set", "unordered_set", "multiset", "unordered_multiset"})
MAPS = frozenset({"map", "unordered_map", "multimap", "unordered_multimap"})
TEXTS = frozenset({"string", "string_view"})

_LENGTH_NAME = re.compile(
    r"^(n|m|sz|size|len|length|num|count|cnt|total|arr_?size|[nm][12a-c]?|[a-z]*_?(size|len|length)[12ab]?|len_?[a-z0-9]*|size_?[a-z0-9]*|n_?[a-z]|num_?[a-z]+)$", re.IGNORECASE
)  # fmt: skip
_FIRST_NAME = re.compile(
    r"^(l|lo|low|left|start|begin|beg|first|from|si|i|s|lower|start_?ind(ex)?|left_?ind(ex)?)$", re.IGNORECASE
)
_LAST_NAME = re.compile(
    r"^(r|h|hi|high|right|end|last|to|ei|j|e|upper|end_?ind(ex)?|right_?ind(ex)?)$", re.IGNORECASE
)
_SIDE_NAME = re.compile(
    r"^(r|c|rows?|cols?|columns?|n_?rows?|n_?cols?|[rc]_?count|v|nodes?|vertices)$", re.IGNORECASE
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_FIXED_LENGTH = 5  # of text inside a record or a mapping, where no example says


@dataclass(frozen=True, slots=True)
class CppArgument:
    """One argument: its shape, the expression that builds what is stored, and how the stored value is passed."""

    kind: Kind
    build: str
    passed: str  # "{}" is the stored value
    copies: bool = True  # a copy of what is stored is a copy of the whole value
    compares: bool = True  # == on what is stored compares the whole value


@dataclass(frozen=True, slots=True)
class CppInputs:
    """The workload of a C++ function and the code for its arguments, in parameter order."""

    workload: Workload
    arguments: tuple[CppArgument, ...]


def infer_cpp(
    parameters: Sequence[Parameter],
    examples: Sequence[str] = (),
    code: str = "",
    name: str = "",
    template: Sequence[str] = (),
) -> CppInputs:
    """Shapes and builders for ``parameters``; template type parameters become int.

    ``code`` gives typedefs, macros and structs; ``name`` (the function's) hints at sorted or binary inputs.
    Raises ``UnsupportedType`` where a parameter's values cannot be built.
    """
    aliases = {**aliases_of(code), **dict.fromkeys(template, "int")}
    structs = read_structs(code) if re.search(r"\b(struct|class)\b", code) else {}
    types = [_wrapped(parse_type(parameter.type, aliases)) for parameter in parameters]
    columns = _columns(examples, len(parameters))
    maker = _Maker(structs, {**aliases}, name)
    sized = [not type_.scalar for type_ in types]
    # Text beside a collection keeps the length of its examples: a word to look up, a separator.
    collection = any(
        one and not _is_text(type_) and not _is_record(type_, structs)
        for one, type_ in zip(sized, types, strict=True)
    )
    arguments: list[CppArgument | None] = [None] * len(types)
    for index, (parameter, type_) in enumerate(zip(parameters, types, strict=True)):
        if sized[index]:
            arguments[index] = maker.argument(parameter.name, type_, columns[index], collection)
    ints = _Ints(parameters, types, columns, arguments)
    for index, (parameter, type_) in enumerate(zip(parameters, types, strict=True)):
        if not sized[index]:
            arguments[index] = (
                ints.argument(index)
                if type_.base in INTEGERS
                else maker.plain(parameter.name, type_, columns[index])
            )
    done = tuple(argument for argument in arguments if argument is not None)
    return CppInputs(Workload(tuple(argument.kind for argument in done)), done)


def item_builders(
    parameters: Sequence[Parameter], code: str, template: Sequence[str] = ()
) -> tuple[str, ...]:
    """Expressions that build one random value a parameter, as items of a container are: to fill an object with.

    Raises ``UnsupportedType`` for what is no number, character or text.
    """
    aliases = {**aliases_of(code), **dict.fromkeys(template, "int")}
    maker = _Maker({}, aliases, "")
    types = [parse_type(parameter.type, aliases) for parameter in parameters]
    return tuple(maker.item(type_) for type_ in types)


def _wrapped(type_: CppType) -> CppType:
    """What an optional parameter holds: a value of it is passed as it is. Any other type unchanged."""
    if type_.base == "optional" and len(type_.args) == 1 and not type_.pointers and not type_.arrays:
        return type_.args[0].value
    return type_


def _columns(examples: Sequence[str], width: int) -> list[list[object]]:
    columns: list[list[object]] = [[] for _ in range(width)]
    for example in examples:
        values = parse_arguments(example)
        if values is None or len(values) > width:
            continue
        for column, value in zip(columns, values, strict=False):
            column.append(value)
    return columns


def _is_text(type_: CppType) -> bool:
    return (type_.base in TEXTS and not type_.arrays and not type_.pointers) or (
        type_.base == "char" and type_.pointers + len(type_.arrays) == 1 and not type_.array_pointer
    )


def _is_record(type_: CppType, structs: dict[str, Struct]) -> bool:
    return (
        not type_.pointers and not type_.arrays and (type_.base in ("pair", "tuple") or type_.base in structs)
    )


def _expression(size: Size) -> str:
    return {"n": "pt_s.n", "sqrt n": "pt_s.root"}.get(str(size), f"{size}L")


class _Maker:
    """Builds sized and composite values; ``samples`` are the example values seen at that place."""

    def __init__(self, structs: dict[str, Struct], aliases: dict[str, str], function: str) -> None:
        self._structs, self._aliases = structs, aliases
        words = re.sub(r"[_\W]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", function)).lower()
        self._sorted = (
            re.search(r"\b(sorted|binary search|bitonic search)\b", words) is not None
            and "unsorted" not in words
        )
        self._binary = re.search(r"\bbinary (string|matrix|array|number|sequence)s?\b", words) is not None
        self._digits = (
            re.search(r"\b(number string|numeric|digits?|large number|string number)\b", words) is not None
        )
        self._graph = False  # the parameter's name says adjacency lists
        self._bound = ""  # C++ expression: ints of the row being built are below it
        self.copies, self.compares = True, True

    def argument(self, name: str, type_: CppType, samples: list[object], collection: bool) -> CppArgument:
        self.copies, self.compares = True, True
        self._graph = re.search(r"adj|graph|neighbou?rs|children|edges", name, re.IGNORECASE) is not None
        shape, build, passed = self._stored(type_, samples, collection)
        if type_.reference == "&&":
            passed = f"std::move({passed})"
        return CppArgument(Kind(name, shape), build, passed, self.copies, self.compares)

    def item(self, type_: CppType) -> str:
        """One random number, character or text. Raises ``UnsupportedType`` for others."""
        if not type_.scalar and not _is_text(type_):
            raise UnsupportedType(str(type_))
        value = CppType("string") if _is_text(type_) else type_.value
        build = self._value(value, [], _FIXED_LENGTH)[1]
        return f"({build}).c_str()" if type_.base == "char" and type_.pointers else build

    def plain(self, name: str, type_: CppType, samples: list[object]) -> CppArgument:
        """A double, bool or char: an ordinary value, that of the first example."""
        value = samples[0] if samples else None
        passed = "std::move({})" if type_.reference == "&&" else "{}"
        if type_.base in FLOATS:
            number = float(value) if isinstance(value, (int, float)) else 1.5
            return CppArgument(Kind(name, Scalar("float")), f"static_cast<{type_}>({number!r})", passed)
        if type_.base == "bool":
            return CppArgument(
                Kind(name, Scalar("bool")), "true" if value in (True, None) else "false", passed
            )
        code = (
            ord(value[0])
            if isinstance(value, str) and value
            else value
            if isinstance(value, int)
            else ord("a")
        )
        return CppArgument(Kind(name, Scalar("char")), f"static_cast<{type_}>({code})", passed)

    def _stored(self, type_: CppType, samples: list[object], collection: bool) -> tuple[Shape, str, str]:
        if type_.base in self._structs and type_.pointers:
            linked = self._linked(type_)
            if linked is not None:
                return linked
        if type_.pointers or type_.arrays:
            return self._pointed(type_, samples, collection)
        if _is_text(type_):  # a string_view looks into a stored string
            text, build = self._text(samples, _text_size(samples, collection))
            return replace(text, container=type_.base), build, "{}"
        if type_.base == "span" and type_.args:
            shape, build = self._value(CppType("vector", (type_.args[0].value,)), samples, "n")
            return (replace(shape, container="span") if isinstance(shape, Sized) else shape), build, "{}"
        shape, build = self._value(type_.value, samples, "n")
        return shape, build, "{}"

    def _pointed(self, type_: CppType, samples: list[object], collection: bool) -> tuple[Shape, str, str]:
        depth = type_.pointers + len(type_.arrays) + (0 if not type_.array_pointer else 1)
        word = "array" if type_.arrays and not type_.array_pointer else "pointer"
        item = replace(type_.value, pointers=0, arrays=(), array_pointer=False)
        if type_.reference == "&" and type_.arrays:
            raise UnsupportedType("reference to array")
        if depth == 1 and item.base == "char":
            text, build = self._text(samples, _text_size(samples, collection))
            return text, f"pricetag::buffer<char>({build})", "{}.data()"
        if depth == 1:
            shape, build = self._value(CppType("vector", (item,)), samples, "n")
            if not isinstance(shape, Sized):
                raise UnsupportedType(str(type_))
            return replace(shape, container=word), f"pricetag::buffer<{item}>({build})", "{}.data()"
        if depth != 2 or not item.scalar:
            raise UnsupportedType(str(type_) + "[]" * len(type_.arrays))
        row, row_build = self._value(CppType("vector", (item,)), _inner(samples), "sqrt n")
        row = replace(row, container=word) if isinstance(row, Sized) else row
        columns = type_.arrays[-1] if type_.arrays and not type_.pointers else ""
        if columns:
            width = f"static_cast<long>({columns})"
            height = (
                f"static_cast<long>({type_.arrays[0]})"
                if not type_.array_pointer and type_.arrays[0]
                else "pt_s.root"
            )
            _, cells = self._value(CppType("vector", (item,)), _inner(samples), "n")
            cells = cells.replace("pt_s.n, [&]", f"std::max({height}, pt_s.root) * {width}, [&]", 1)
            made = f"pricetag::buffer<{item}>({cells})"
            return (
                Sized(word, (row,), "sqrt n"),
                made,
                f"reinterpret_cast<{item} (*)[{columns}]>({{}}.data())",
            )
        made = f"pricetag::rows<{item}>(pt_s.root, [&] {{ return pricetag::buffer<{item}>({row_build}); }})"
        return Sized(word, (row,), "sqrt n"), made, "{}.data()"

    def _linked(self, type_: CppType) -> tuple[Shape, str, str] | None:
        struct = self._structs[type_.base]
        links = [
            name
            for text, name in struct.fields
            if re.fullmatch(rf"(struct\s+)?{re.escape(struct.name)}\s*\*", text)
        ]
        fill, items = self._fill(struct, skip=set(links))
        if not links or type_.arrays or type_.pointers > 2:
            return None
        self.copies = self.compares = False
        item: Shape = items[0] if len(items) == 1 else Record(tuple(items))
        name = struct.name
        passed = "{}" if type_.pointers == 1 else "&{}"
        lower = {link.lower(): link for link in links}
        left = next((lower[key] for key in lower if key.startswith("l")), None)
        right = next((lower[key] for key in lower if key.startswith("r")), None)
        if left and right:
            build = (
                f"pricetag::tree<{name}>(pt_s.n, [&]({name} &pt_v) {{ (void)pt_v; {fill} }}, "
                f"[]({name} &pt_v, {name} *pt_l, {name} *pt_r) {{ pt_v.{left} = pt_l; pt_v.{right} = pt_r; }})"
            )
            return Sized("tree", (item,), "n"), build, passed
        forward = next(
            (link for link in links if link.lower().startswith(("next", "nxt", "link"))),
            links[0] if len(links) == 1 else None,
        )
        backward = next((link for link in links if link.lower().startswith("prev")), None)
        if forward is None or len(links) > (2 if backward else 1):
            raise UnsupportedType(f"{name} *")
        back = f" if (pt_n) pt_n->{backward} = &pt_v; pt_v.{backward} = nullptr;" if backward else ""
        build = (
            f"pricetag::chain<{name}>(pt_s.n, [&]({name} &pt_v) {{ (void)pt_v; {fill} }}, "
            f"[]({name} &pt_v, {name} *pt_n) {{ pt_v.{forward} = pt_n;{back} }})"
        )
        return Sized("linked list", (item,), "n"), build, passed

    def _fill(self, struct: Struct, skip: set[str]) -> tuple[str, list[Shape]]:
        lines, shapes = [], []
        for text, name in struct.fields:
            if name in skip:
                continue
            if not name:
                raise UnsupportedType(struct.name)
            shape, build = self._value(parse_type(text, self._aliases), [], _FIXED_LENGTH)
            lines.append(f"pt_v.{name} = {build};")
            shapes.append(shape)
        return " ".join(lines), shapes

    def _value(self, type_: CppType, samples: list[object], size: Size) -> tuple[Shape, str]:
        """One value held by value; a container of it holds ``size`` items (a nested one sqrt n x sqrt n)."""
        if type_.scalar:
            return self._scalar(type_, samples)
        if type_.pointers or type_.arrays:
            raise UnsupportedType(str(type_))
        base, args = type_.base, type_.args
        if base in TEXTS:
            if base == "string_view":
                raise UnsupportedType("string_view inside a container")
            return self._text(samples, size)
        if base == "optional" and len(args) == 1:
            shape, build = self._value(args[0], samples, size)
            return shape, f"{type_}({build})"
        if base in ("pair", "tuple"):
            fields = [
                self._value(
                    arg,
                    [value[i] for value in samples if isinstance(value, (list, tuple)) and len(value) > i],
                    _in_record(arg, size),
                )
                for i, arg in enumerate(args)
            ]
            return Record(
                tuple(shape for shape, _ in fields)
            ), f"{type_}({', '.join(build for _, build in fields)})"
        if base in self._structs and not args:
            fill, shapes = self._fill(self._structs[base], set())
            self.compares = False
            return Record(tuple(shapes)), f"[&] {{ {base} pt_v{{}}; {fill} return pt_v; }}()"
        if base == "array" and len(args) == 2:
            shape, build = self._value(args[0], _inner(samples), _FIXED_LENGTH)
            extent = args[1].base
            fixed = int(extent) if extent.isdigit() else 1
            return Sized(
                "array", (shape,), fixed
            ), f"pricetag::filled<std::array<{args[0]}, {extent}>>([&] {{ return {build}; }})"
        if base in SEQUENCES | ADAPTERS | SETS and args:
            return self._sequence(type_, samples, size)
        if base in MAPS and len(args) >= 2:
            nested = size == "n" and _container(args[1])
            outer: Size = "sqrt n" if nested else size
            pairs = [
                pair
                for value in samples
                if isinstance(value, list)
                for pair in value
                if isinstance(pair, list) and len(pair) == 2
            ]
            keys = [] if args[0].base in TEXTS else [pair[0] for pair in pairs]  # words must not run out
            key, key_build = self._value(args[0], keys, _FIXED_LENGTH)
            value, value_build = self._value(
                args[1], [pair[1] for pair in pairs], "sqrt n" if nested else _FIXED_LENGTH
            )
            item = f"std::pair<{args[0]}, {args[1]}>({key_build}, {value_build})"
            return Sized(
                base, (key, value), outer
            ), f"pricetag::container<{type_}>({_expression(outer)}, [&] {{ return {item}; }})"
        raise UnsupportedType(str(type_))

    def _sequence(self, type_: CppType, samples: list[object], size: Size) -> tuple[Shape, str]:
        item = type_.args[0]
        items = _inner(samples)
        outer, inner = size, size
        if size == "n" and _container(item):
            outer, inner = self._nested_sizes(item, samples)
        elif size == "sqrt n" and _container(item):
            inner = 2
        if type_.base in SETS and item.base in TEXTS:  # short words run out before there are n of them
            items, inner = [], max(_FIXED_LENGTH, inner) if isinstance(inner, int) else inner
        bound, self._bound = self._bound, ""
        if _container(item) and self._is_graph(samples):
            self._bound = _expression(outer)  # rows hold indices of rows
        shape, build = self._value(item, items, inner)
        self._bound = ""
        rows = [
            value for value in samples if isinstance(value, list) and all(isinstance(v, int) for v in value)
        ]
        if (
            item.base in INTEGERS
            and item.scalar
            and (bound or (outer == "n" and _are_indices(rows, samples)))
        ):
            shape = Scalar("int", "up to n", low=0)
            build = f"pricetag::number<{item}>(pt_s, 0L, {bound or 'pt_s.n'} - 1)"
        if type_.base == "priority_queue":
            self.compares = False
        made = f"pricetag::container<{type_}>({_expression(outer)}, [&] {{ return {build}; }})"
        whole = isinstance(shape, Scalar) and type_.base in SEQUENCES and outer == "n"
        order = self._order(rows) if whole and len(rows) == len(samples) else ""
        if order == "sorted":
            made = f"pricetag::sorted({made})"
            return Sized(type_.base, (shape,), outer, order="sorted"), made
        if order == "permutation" and type_.base != "list":
            first = min(min(row) for row in rows if row)
            return Sized(
                type_.base, (shape,), outer, order="permutation"
            ), f"pricetag::permutation(pt_s, {made}, {first}L)"
        return Sized(type_.base, (shape,), outer), made

    def _nested_sizes(self, item: CppType, samples: list[object]) -> tuple[Size, Size]:
        items = [value for value in _inner(samples) if isinstance(value, (list, str))]
        lengths = {len(value) for value in items}
        outers = {len(value) for value in samples if isinstance(value, list)}
        if item.base in TEXTS:
            return "n", max(1, round(statistics.mean(map(len, items)))) if items else _FIXED_LENGTH
        if len(lengths) == 1 and outers != lengths and len(items) >= 3 and max(lengths) <= 4:
            return "n", max(1, *lengths)  # rows of a fixed width
        return "sqrt n", "sqrt n"

    def _is_graph(self, samples: list[object]) -> bool:
        """Whether rows of ints are adjacency lists: each int is the index of a row, and rows differ in length."""
        if not samples:
            return self._graph
        boards = [value for value in samples if isinstance(value, list) and len(value) >= 3]
        rows = [(row, len(board)) for board in boards for row in board if isinstance(row, list)]
        return (
            bool(rows)
            and len({len(row) for row, _ in rows}) > 1
            and all(isinstance(v, int) and 0 <= v < height for row, height in rows for v in row)
        )

    def _order(self, rows: list[list[int]]) -> Literal["", "sorted", "permutation"]:
        """What all example rows are; small examples prove nothing, so it takes two rows of three or one of five."""
        long = [row for row in rows if len(row) >= 3]
        if not long:
            return "sorted" if self._sorted and not rows else ""
        if len(long) < 2 and len(long[0]) < 5:
            return ""
        ascending = all(row == sorted(row) for row in rows)
        low = min(min(row) for row in rows if row)
        if low in (0, 1) and all(sorted(row) == list(range(low, low + len(row))) for row in rows if row):
            return "sorted" if ascending else "permutation"
        return "sorted" if ascending else ""

    def _text(self, samples: list[object], size: Size) -> tuple[Sized, str]:
        seen = "".join(value for value in samples if isinstance(value, str))
        letters = "".join(sorted(set(seen)))
        count = 0
        if not letters:
            alphabet = "01" if self._binary else "0123456789" if self._digits else _LETTERS
            count = 0 if alphabet == _LETTERS else len(alphabet)
        elif set(letters) <= set("01") and len(seen) >= 4:
            alphabet, count = "01", 2
        elif letters.isdigit():
            alphabet, count = "0123456789", 10
        elif len(letters) <= 6 and len(seen) >= 3 * len(letters):
            alphabet, count = letters, len(letters)
        elif letters.isalpha():
            alphabet = (_LETTERS if letters.lower() == letters else "") + (
                _LETTERS.upper() if letters.upper() == letters else ""
            )
            alphabet = alphabet or _LETTERS + _LETTERS.upper()
        else:
            alphabet = letters + (_LETTERS + " " * 4 if " " in letters else "")
            count = len(letters) if len(letters) <= 10 and " " not in letters else 0
        return Sized(
            "string", (), size, alphabet=count
        ), f"pricetag::text(pt_s, {_expression(size)}, {_quoted(alphabet)})"

    def _scalar(self, type_: CppType, samples: list[object]) -> tuple[Scalar, str]:
        numbers = [
            value for value in samples if isinstance(value, (int, float)) and not isinstance(value, bool)
        ]
        if type_.base == "bool":
            return Scalar("bool"), "pricetag::number<bool>(pt_s, 0, 1)"
        if type_.base in ("char", "wchar_t", "char16_t", "char32_t"):
            seen = "".join(sorted({value for value in samples if isinstance(value, str)}))
            if numbers and not seen:
                return Scalar(
                    "char"
                ), f"pricetag::number<{type_}>(pt_s, {int(min(numbers))}L, {int(max(numbers))}L)"
            return Scalar("char"), f"pricetag::text(pt_s, 1, {_quoted(seen or _LETTERS)})[0]"
        if type_.base in FLOATS:
            low, high = (int(min(numbers)), int(max(numbers)) + 1) if numbers else (0, 0)
            bounds = f"{low}L, {high}L" if numbers else "0L, pt_s.n"
            return Scalar("float"), f"pricetag::number<{type_}>(pt_s, {bounds})"
        if not numbers:
            if self._binary and not samples:
                return Scalar("int", low=0, high=1), f"pricetag::number<{type_}>(pt_s, 0L, 1L)"
            return Scalar("int", low=1), f"pricetag::number<{type_}>(pt_s, 1L, pt_s.n)"
        least, most = int(min(numbers)), int(max(numbers))
        low = min(1, least)
        if abs(least) > 1 << 62 or abs(most) > 1 << 62:
            raise UnsupportedType("values beyond 64 bits")
        if ({least, most} <= {0, 1} and len(numbers) >= 3) or (
            len(numbers) >= 8 and most - least <= max(2, len(numbers) // 8)
        ):
            return Scalar("int", low=least, high=most), f"pricetag::number<{type_}>(pt_s, {least}L, {most}L)"
        return Scalar(
            "int", low=low, high=most
        ), f"pricetag::number<{type_}>(pt_s, {low}L, std::max({most}L, pt_s.n))"


def _container(type_: CppType) -> bool:
    return type_.base in SEQUENCES | ADAPTERS | SETS | MAPS | TEXTS


def _text_size(samples: list[object], collection: bool) -> Size:
    """n, but a single letter stays one, and text beside a collection keeps the length of its examples."""
    longest = max((len(value) for value in samples if isinstance(value, str)), default=0)
    if samples and (longest <= 1 or collection):
        return max(1, longest)
    return _FIXED_LENGTH if collection else "n"


def _are_indices(rows: list[list[int]], samples: list[object]) -> bool:
    """Whether the ints of every example are places in it (parents, jumps)."""
    long = [row for row in rows if len(row) >= 3]
    return (
        len(rows) == len(samples)
        and (len(long) >= 2 or any(len(row) >= 5 for row in long))
        and all(0 <= v < len(row) for row in rows for v in row)
        and any(v > 2 for row in rows for v in row)
        and not all(sorted(row) == list(range(len(row))) for row in rows)
    )


def _in_record(type_: CppType, size: Size) -> Size:
    return size if _container(type_) and type_.base not in TEXTS and isinstance(size, int) else _FIXED_LENGTH


def _inner(samples: list[object]) -> list[object]:
    return [item for value in samples if isinstance(value, (list, tuple)) for item in value]


def _quoted(text: str) -> str:
    escaped = "".join(
        c
        if c.isprintable() and c not in '"\\?' and c.isascii()
        else "".join(f"\\{b:03o}" for b in c.encode())
        for c in text
    )
    return f'"{escaped}"'


class _Ints:
    """Integer parameters: a container's length, an index into it, a value beside it, or n itself."""

    def __init__(
        self,
        parameters: Sequence[Parameter],
        types: Sequence[CppType],
        columns: list[list[object]],
        arguments: Sequence[CppArgument | None],
    ) -> None:
        self._parameters, self._types, self._columns = parameters, types, columns
        self._sized = [
            (index, argument.kind.shape)
            for index, argument in enumerate(arguments)
            if argument is not None
            and isinstance(argument.kind.shape, Sized)
            and not isinstance(argument.kind.shape.size, int)
        ]
        self._ints = [index for index, type_ in enumerate(types) if type_.scalar and type_.base in INTEGERS]

    def argument(self, index: int) -> CppArgument:
        name = self._parameters[index].name
        scalar, value = self._beside(index, name) if self._sized else self._alone(index, name)
        passed = "std::move({})" if self._types[index].reference == "&&" else "{}"
        return CppArgument(Kind(name, scalar), f"static_cast<{self._types[index]}>({value})", passed)

    def _numbers(self, index: int) -> list[int]:
        return [int(value) for value in self._columns[index] if isinstance(value, (int, float))]

    def _beside(self, index: int, name: str) -> tuple[Scalar, str]:
        numbers = self._numbers(index)
        # The container whose length this is: the nearest one before it, else the first.
        at, shape = next(((i, s) for i, s in reversed(self._sized) if i < index), self._sized[0])
        matrix = isinstance(shape, Sized) and shape.size == "sqrt n"
        whole = self._side(at) if matrix else "pt_s.n"
        scalar = Scalar("int", "up to n") if matrix else Scalar("int", "n")
        if numbers:
            for other, other_shape in self._sized:
                lengths = [
                    len(value) if isinstance(value, (list, str)) else -1 for value in self._columns[other]
                ]
                square = isinstance(other_shape, Sized) and other_shape.size == "sqrt n"
                extent = self._side(other) if square else "pt_s.n"
                role = Scalar("int", "up to n") if square else Scalar("int", "n")
                if numbers == lengths:
                    return role, extent
                if numbers == [length - 1 for length in lengths] and max(numbers) > 0:
                    return role, f"{extent} - 1"
                if square:
                    widths = [
                        len(v[0]) if isinstance(v, list) and v and isinstance(v[0], (list, str)) else -1
                        for v in self._columns[other]
                    ]
                    if numbers == widths:
                        return role, extent
        lengths = [len(value) if isinstance(value, (list, str)) else -1 for value in self._columns[at]]
        bounded = all(number <= length for number, length in zip(numbers, lengths, strict=False))
        pointed = any(self._types[i].pointers or self._types[i].arrays for i, _ in self._sized)
        if (
            _LENGTH_NAME.match(name)
            and bounded
            and (pointed or not numbers or name in ("n", "N", "size", "len", "length"))
        ):
            return scalar, whole
        if matrix and _SIDE_NAME.match(name) and bounded:
            return scalar, whole
        if not numbers or (pointed and bounded):
            firsts = [i for i in self._ints if _FIRST_NAME.match(self._parameters[i].name)]
            lasts = [i for i in self._ints if _LAST_NAME.match(self._parameters[i].name)]
            if firsts and lasts and index in (firsts[0], lasts[0]) and firsts[0] != lasts[0]:
                return (Scalar("int"), "0") if index == firsts[0] else (scalar, f"{whole} - 1")
        if not numbers:
            return Scalar(
                "int", "up to n", low=1
            ), "std::max(1L, pt_s.n / 2)" if not matrix else "std::max(1L, pt_s.root / 2)"
        middle = sorted(numbers)[len(numbers) // 2]
        if middle < 0:
            return Scalar("int", low=min(numbers), high=max(numbers)), f"{middle}L"
        limit = "pt_s.root" if matrix else "pt_s.n"
        return Scalar(
            "int", "up to n", min(numbers), max(numbers)
        ), f"pricetag::clipped({middle}L, 0L, {limit})"

    def _side(self, at: int) -> str:
        type_ = self._types[at]
        columns = type_.arrays[-1] if type_.arrays and not type_.pointers else ""
        return f"std::min(pt_s.root, static_cast<long>({columns}))" if columns else "pt_s.root"

    def _alone(self, index: int, name: str) -> tuple[Scalar, str]:
        rows = [tuple(row) for row in zip(*(self._numbers(i) for i in self._ints), strict=False)]
        rows = [row for row in rows if max(row) > 0]
        place = self._ints.index(index)
        if len(self._ints) == 1:
            return Scalar("int", "n"), "pt_s.n"
        if rows:
            # Keep the proportions of the middle example; its largest int becomes n.
            row = sorted(rows, key=max)[len(rows) // 2]
            largest = row.index(max(row))
            if place == largest:
                return Scalar("int", "n"), "pt_s.n"
            share = row[place] / max(row)
            if share < 0:
                return Scalar("int", low=row[place], high=row[place]), f"{row[place]}L"
            return Scalar(
                "int", "up to n"
            ), f"std::max({min(1, row[place])}L, static_cast<long>({share:.6g} * pt_s.n))"
        named = next(
            (i for i in self._ints if self._parameters[i].name in ("n", "N", "num", "number")), self._ints[0]
        )
        if index == named:
            return Scalar("int", "n"), "pt_s.n"
        return Scalar("int", "up to n", low=1), "std::max(1L, 2 * pt_s.n / 3)"
