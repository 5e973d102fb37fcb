"""The object that a C++ method is called on: made by a constructor of its class, holding n elements where that can be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pricetag.syntax.function import Parameter
from pricetag.workload.cpp_code import Class, Signature, read_class
from pricetag.workload.cpp_types import UnsupportedType, parse_arguments
from pricetag.workload.cpp_values import CppArgument, infer_cpp, item_builders
from pricetag.workload.shape import Kind, Scalar, Sized

_FILLERS = tuple(
    "add push insert append put set enqueue record offer store log track register observe update load".split()
)
_WATCHES = re.compile(r"&(?!&)|\*|\b(string_view|span|reference_wrapper)\b")


@dataclass(frozen=True, slots=True)
class CppReceiver:
    """How to make the object: the class as C++ text, its constructor's arguments, what is then called n times."""

    owner: str
    arguments: tuple[CppArgument, ...]
    fill: str  # a statement on ``pt_o`` (the object), run n times; "" for none
    holds: bool  # n elements, one way or the other
    copies: bool  # its copy shares nothing with it that a call could change
    stays: bool  # no call changes it

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What the workload says of it."""
        return (Kind("self", Sized("object", (), "n")),) if self.holds else ()


def infer_receiver(signature: Signature, examples: Sequence[str], code: str) -> CppReceiver:
    """The object for the method ``signature``; ``examples`` are argument lists of its class's constructor.

    The constructor that takes as many arguments as the examples have, else one that takes a container, else the
    default; an object that holds nothing yet is filled by a method such as ``add``.
    Raises ``UnsupportedType`` where the arguments of no constructor can be built.
    """
    found = read_class(code, signature.owner)
    if found is None:  # defined by a macro, or nowhere: the compiler will say
        return CppReceiver(signature.owner, (), "", False, True, False)
    owner = signature.owner + (f"<{', '.join(['int'] * len(found.template))}>" if found.template else "")
    parameters, arguments = _constructor(found, examples, code)
    sized = any(isinstance(argument.kind.shape, Sized) for argument in arguments)
    follows = any(
        isinstance(argument.kind.shape, Scalar) and argument.kind.shape.role != "plain"
        for argument in arguments
    )
    fill = "" if sized else _filler(found, code)
    watched = any(
        _WATCHES.search(parameter.type) and not parameter.type.startswith("const ")
        for parameter in parameters
    )
    return CppReceiver(
        owner, arguments, fill, sized or follows or bool(fill), not (found.owning or watched), signature.constant and not found.hidden,
    )  # fmt: skip


def _constructor(
    found: Class, examples: Sequence[str], code: str
) -> tuple[tuple[Parameter, ...], tuple[CppArgument, ...]]:
    if not found.declares:
        return (), ()
    widths = {len(values) for values in map(parse_arguments, examples) if values is not None}
    buildable: list[tuple[tuple[int, int, int], tuple[Parameter, ...], tuple[CppArgument, ...]]] = []
    refused: UnsupportedType | None = None
    for parameters in found.constructors:
        least = sum(not parameter.default for parameter in parameters)
        fits = any(least <= width <= len(parameters) for width in widths)
        taken = (
            parameters[: max(width for width in widths if width <= len(parameters))] if fits else parameters
        )
        try:
            arguments = infer_cpp(taken, examples if fits else (), code, "", found.template).arguments
        except UnsupportedType as error:
            refused = error
            continue
        sized = any(isinstance(argument.kind.shape, Sized) for argument in arguments)
        buildable.append(((fits, sized, -len(taken)), taken, arguments))
    if not buildable:
        raise refused or UnsupportedType("private constructor")
    _, parameters, arguments = max(buildable, key=lambda one: one[0])
    return parameters, arguments


def _filler(found: Class, code: str) -> str:
    """A call that adds one element: of the methods that take plain values, the one with the most telling name."""
    named = [
        (rank, name, parameters)
        for name, parameters in found.methods
        for rank, word in enumerate(_FILLERS)
        if re.match(rf"{word}(?![a-z])", name) and parameters
    ]
    for _, name, parameters in sorted(named, key=lambda one: one[0]):
        try:
            values = item_builders(parameters, code, found.template)
        except UnsupportedType:
            continue
        return f"pt_o.{name}({', '.join(values)});"
    return ""


def method_arguments(
    signature: Signature, receiver: CppReceiver, examples: Sequence[str], code: str
) -> tuple[CppArgument, ...]:
    """The arguments of the call itself: beside an object of n elements, ints are at most n and text is a word.

    Raises ``UnsupportedType``.
    """
    beside = (Parameter("", "std::vector<int> &"),) if receiver.holds else ()
    template = (*signature.template, *(read_template(code, signature.owner)))
    inputs = infer_cpp((*signature.parameters, *beside), examples, code, signature.name, template)
    arguments = inputs.arguments[: len(signature.parameters)]
    return tuple(
        replace(argument, compares=argument.compares and receiver.stays, copies=argument.copies)
        for argument in arguments
    )


def read_template(code: str, owner: str) -> tuple[str, ...]:
    """Type parameters of the class ``owner``."""
    found = read_class(code, owner)
    return found.template if found is not None else ()
