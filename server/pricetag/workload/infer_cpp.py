"""Kinds of a C++ function's parameters from their types, by the same rules that label C++ functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pricetag.syntax.function import Function, Parameter
from pricetag.workload.cpp_types import UnsupportedType
from pricetag.workload.cpp_values import infer_cpp
from pricetag.workload.shape import Kind, Scalar, Shape, Sized, Workload

_TEMPLATE = re.compile(r"\btemplate\s*<(?P<parameters>[^{;()]*?)>\s*(?!class\b|struct\b)", re.DOTALL)
_TYPE_PARAMETER = re.compile(r"\b(?:typename|class|[A-Za-z_][\w:]*)\s+([A-Za-z_]\w*)\s*(?:=[^,]*)?$")
_CALLABLE = re.compile(
    r"^(function|predicate|compare|comparator|comp|cmp|callback|func|fn|f|op|pred|visit(or)?)$", re.IGNORECASE
)
_CALLABLE_TYPE = re.compile(
    r"^(F|Fn|Func|Function|Callable|Pred|Predicate|Compare|Comparator|UnaryOp|BinaryOp|Op|Visitor)$"
)
_ITERATOR = re.compile(
    r"(iterator|^(Iter|It|InputIt|ForwardIt|RandomIt|RandomAccessIt|BidirIt|Iterator)\w*$)", re.IGNORECASE
)
_RANGE_LIKE = re.compile(r"^(Range|Container|Seq|Sequence|Array|Vec|Vector|Collection|List|Cont|C)$")
_WRAPPER = re.compile(
    r"^\s*(?:const\s+)?(?:std\s*::\s*)?(?:optional|unique_ptr|shared_ptr|reference_wrapper)\s*<(.*)>[\s&]*$",
    re.DOTALL,
)
_MATRIX = re.compile(r"^(Eigen::)?(Matrix\w*|Array\w*)$")
_MEMBER = re.compile(r"\bthis\s*->|\bm_\w+|\b[a-zA-Z]\w*_\b(?!\s*\()")


def infer_cpp_function(function: Function, overrides: Mapping[str, str]) -> Workload:
    """The kinds of all parameters, and of ``self`` (*this) where a method uses what its object holds."""
    parameters = [p for p in function.parameters if p.variadic != "..." and p.type.strip() != "void"]
    template = _template_names(function.source)
    shapes: dict[int, Shape] = {}
    known: list[int] = []
    for i, parameter in enumerate(parameters):
        given = overrides.get(parameter.name, "") if parameter.name else ""
        fixed = _override(given) if given else None
        if fixed is not None:
            shapes[i] = fixed
            continue
        wrapped = _WRAPPER.match(given or parameter.type)
        if given or wrapped:
            parameters[i] = parameter = replace(parameter, type=wrapped[1] if wrapped else given)
        special = _special(parameter, parameters, i, template, function)
        if special is not None:
            shapes[i] = special
        elif _supported(parameter, function.source, template):
            known.append(i)
        else:
            shapes[i] = _unknown(parameter, function)
    chosen = [parameters[i] for i in known]
    this = _uses_this(function, chosen, shapes.values(), template)
    # A sized thing that the builder does not know still makes ints beside it follow, not lead.
    stands_in = this or any(isinstance(shape, Sized) for shape in shapes.values())
    padded = [*chosen, Parameter("", "std::vector<int> &")] if stands_in else chosen
    for i, kind in zip(known, _kinds(padded, function.source, function.name, template), strict=False):
        shapes[i] = kind.shape
    kinds = [Kind(p.name or f"argument {i + 1}", shapes[i]) for i, p in enumerate(parameters)]
    if this:
        kinds.insert(0, Kind("self", Sized("object", (), "n")))
    return Workload(tuple(kinds))


def _kinds(
    parameters: Sequence[Parameter], code: str, name: str, template: Sequence[str]
) -> tuple[Kind, ...]:
    return infer_cpp(parameters, (), code, name, template).workload.kinds


def _supported(parameter: Parameter, code: str, template: Sequence[str]) -> bool:
    try:
        _kinds([parameter], code, "", template)
    except (UnsupportedType, ValueError, IndexError, RecursionError):
        return False
    return True


def _override(text: str) -> Shape | None:
    """A directive's value that is no type: an int, ``n`` or ``<= n``."""
    if re.fullmatch(r"-?\d[\d_]*(?:[eE]\d+)?", text):
        value = int(float(text.replace("_", "")))
        return Scalar("int", low=value, high=value)
    return {
        "n": Scalar("int", "n"),
        "n - 1": Scalar("int", "n - 1"),
        "n-1": Scalar("int", "n - 1"),
        "sqrt n": Scalar("int", "sqrt n"),
        "<= n": Scalar("int", "up to n"),
    }.get(text)


def _special(
    parameter: Parameter, parameters: Sequence[Parameter], i: int, template: Sequence[str], function: Function
) -> Shape | None:
    """Types that values cannot be built of, but whose shape is known: iterators, callables, ranges, auto."""
    bare = re.sub(r"\b(const|typename|volatile)\b|[&*]", " ", parameter.type).strip()
    word = re.sub(r"^std::", "", bare)
    if re.match(r"(std::)?(function|move_only_function)\s*<", bare) or re.search(
        r"\(\s*\*?\s*\w*\s*\)\s*\(", parameter.type
    ):
        return Scalar("callable")
    if _CALLABLE_TYPE.match(word) and (word in template or "auto" not in word):
        return Scalar("callable")
    if re.match(r"(std::)?(initializer_list|valarray|bitset|forward_list)\b", bare):
        inner = re.search(r"<\s*([\w:]+)", bare)
        item = Scalar("float") if inner and inner[1] in ("double", "float") else Scalar("int")
        return Sized(word.split("<")[0].strip(), (item,), "n")
    if _ITERATOR.search(word.split("<")[0].split("::")[-1]):
        pair = i > 0 and parameters[i - 1].type == parameter.type
        return Scalar("object") if pair else Sized("range", (Scalar("int"),), "n")
    if word == "auto" or word in template or re.match(r"(std::)?(ranges::)?\w*range\b.*\bauto$", bare):
        if _CALLABLE.match(parameter.name) or re.search(
            rf"\b{re.escape(parameter.name)}\s*\(", function.canonical.partition("{")[2]
        ):
            return Scalar("callable") if parameter.name else None
        if _RANGE_LIKE.match(word) or _iterated(parameter.name, function.canonical):
            return Sized("range", (Scalar("int"),), "n")
        return Scalar("int", "up to n") if word == "auto" else None
    if _MATRIX.match(word.split("<")[0]):
        return Sized("array", (Sized("array", (Scalar("float"),), "sqrt n"),), "sqrt n")
    return None


def _iterated(name: str, text: str) -> bool:
    if not name:
        return False
    escaped = re.escape(name)
    return (
        re.search(
            rf":\s*{escaped}\s*\)|\b{escaped}\s*(\.|->)\s*(size|begin|end|empty|push_back|at)\s*\(|\b{escaped}\s*\[",
            text,
        )
        is not None
    )


def _unknown(parameter: Parameter, function: Function) -> Shape:
    """A project's own type: it holds n elements where the body walks through it, else it is an object."""
    if parameter.name and "*" in parameter.type:
        for container, link in (("tree", "left|right"), ("linked list", "next|nxt")):
            if re.search(rf"\b\w+\s*->\s*({link})\b", function.canonical):
                return Sized(container, (Scalar("int"),), "n")
    if parameter.name and (
        _iterated(parameter.name, function.canonical) or re.search(r"<.*>", parameter.type, re.DOTALL)
    ):
        return Sized("object", (), "n")
    if _CALLABLE.match(parameter.name):
        return Scalar("callable")
    return Scalar("object")


def _template_names(source: str) -> tuple[str, ...]:
    head = source.partition("{")[0]
    names = []
    for match in _TEMPLATE.finditer(head):
        for part in match["parameters"].split(","):
            found = _TYPE_PARAMETER.search(part.replace("...", " ").strip())
            if found:
                names.append(found[1])
    return tuple(names)


def _uses_this(
    function: Function, parameters: Sequence[Parameter], others: Iterable[Shape], template: Sequence[str]
) -> bool:
    """Whether a method works on what its object holds: it names members, or has nothing else of size n."""
    if not function.owner or re.match(r"\s*(inline\s+|constexpr\s+)*static\b", function.source):
        return False
    if _MEMBER.search(function.canonical.partition("{")[2]):
        return True
    kinds = _kinds(parameters, function.source, function.name, template)
    return not any(isinstance(shape, Sized) for shape in (*others, *(kind.shape for kind in kinds)))
