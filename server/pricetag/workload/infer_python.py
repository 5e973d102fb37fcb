"""Kinds of a Python function's parameters: annotations, doctest examples, defaults, usage, names, in that order."""

from __future__ import annotations

import ast
import doctest
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeGuard

from pricetag.syntax.function import Function, Parameter
from pricetag.workload.annotation import annotation_shape
from pricetag.workload.examples import infer_from_examples
from pricetag.workload.shape import Kind, Record, Scalar, Shape, Sized, Workload
from pricetag.workload.usage import Usage

_LENGTH = re.compile(
    r"^(n|m|size|length|len|count|capacity|maxsize|num|total|[nm]\d?|n_\w+|num_\w+|\w+_(size|len|length|count)|rows?|cols?|columns?)$",
    re.I,
)
_FIRST = re.compile(r"^(l|lo|low|left|start|begin|first|i|lower|left_index|start_index)$", re.I)
_LAST = re.compile(r"^(r|h|hi|high|right|end|last|j|upper|right_index|end_index)$", re.I)
_LEAD = re.compile(
    r"^(n|num|number|limit|max_\w+|upper\w*|x|value|amount|total|size|length|count|stop|end)$", re.I
)
_CHARACTER = re.compile(r"^(c\d?|ch\d?|char\d?|character|sep|separator|delim|delimiter|letter|symbol)$", re.I)
_NAMES: tuple[tuple[re.Pattern[str], Shape], ...] = tuple(
    (re.compile(rf"^({pattern})$", re.I), shape)
    for pattern, shape in (
        (r"n|m|k|num|number|count|size|length|capacity|maxsize|window|limit|depth|index|idx|i|j|x|y|z|a|b|target|amount|total|value|val|age|year|"
         r"start|stop|end|low|high|lo|hi|left_index|right_index|max_\w+|min_\w+|num_\w+|n_\w+|\w+_(count|size|id|index)|width|height|seed",
         Scalar("int")),
        (r"words|names|lines|strings|texts|tokens|sentences|keys|labels|filenames|paths|str_list|word_list|strs",
         Sized("list", (Sized("str", (), 5),), "n")),
        (r"s|s1|s2|t|\w*text\d*|\w*string\d*|\w*str\w?\d*|str_|word\d?|name|line|sentence|prefix|suffix|pattern|message|content|paragraph|source|"
         r"input_string|input_str|document|title|key|url|path|filename|data_str|dna|expression|txt|st",
         Sized("str", (), "n")),
        (r"matrix|grid|board|mat|maze|table|image|cost_matrix|matrix_?[ab12]|triangle",
         Sized("list", (Sized("list", (Scalar("int"),), "sqrt n"),), "sqrt n")),
        (r"graph|adj|adjacency|adjacency_list|adj_list|neighbors|dependencies",
         Sized("dict", (Scalar("int", low=0), Sized("list", (Scalar("key"),), 3)), "n")),
        (r"edges|pairs|intervals|points|coordinates|segments|ranges|meetings", Sized("list", (Record((Scalar("int"), Scalar("int"))),), "n")),
        (r"tup\w*|\w+_tup\d?|\w+_tuple", Sized("tuple", (Scalar("int"),), "n")),
        (r"d|\w*dic(t(ionary)?)?\d*|mapping|counts|counter|lookup|index_map|freq\w*|cache|config|options|params|\w+_(map|dict)|\w+_by_\w+",
         Sized("dict", (Sized("str", (), 5), Scalar("int")), "n")),
        (r"root|tree|subtree", Sized("tree", (Scalar("int"),), "n")),
        (r"head|linked_list|llist", Sized("linked list", (Scalar("int"),), "n")),
        (r"f|func|fn|function|callback|predicate|pred|comparator|cmp|handler|op|operation|key_func|visit", Scalar("callable")),
        (r"flag|verbose|reverse|strict|debug|inplace|is_\w+|has_\w+|use_\w+|should_\w+|include_\w+|ascending|case_sensitive", Scalar("bool")),
        (r"rate|ratio|alpha|beta|gamma|eps|epsilon|tol|tolerance|threshold|lr|learning_rate|weight|price|temperature|probability|p|prob",
         Scalar("float")),
        (r"seen|visited|unique\w*|stop_?words|allowed|exclude\w*", Sized("set", (Scalar("int"),), "n")),
        (r"arr\w*|nums\w*|numbers|lst\w*|list\w*|l|l1|l2|li|values|vals|items|data|xs|ys|array\w*|elements|seq\w*|sequence|"
         r"\w+_list\d?|\w+list|collection|iterable|nodes|rows|records|entries|scores|weights|prices|heights|stack|queue|heap|[a-z_]+_list|\w+s|A|B",
         Sized("list", (Scalar("int"),), "n")),
    )
)  # fmt: skip


def infer_python(function: Function, overrides: Mapping[str, str]) -> Workload:
    """The kinds of all parameters, and of ``self`` where a method uses what its object holds."""
    receiver, parameters = _receiver(function)
    usage = Usage.of(function.source)
    shown = _examples(function, parameters)
    shapes: list[Shape] = []
    settled: set[int] = set()  # ints whose role is known already
    for i, parameter in enumerate(parameters):
        example = shown.get(parameter.name)
        given = override_shape(overrides.get(parameter.name, ""))
        if given is not None:
            shapes.append(given)
            settled.add(i)
            continue
        shape = _parameter(parameter, example, usage)
        if example is not None and shape == example:
            settled.add(i)
        shapes.append(shape)
    kinds = [Kind(p.name, shape) for p, shape in zip(parameters, shapes, strict=True)]
    holds = receiver != "" and uses_state(receiver, function)
    kinds = _related(kinds, settled, holds)
    kinds = _ordered(kinds, function.name)
    if holds:
        kinds.insert(0, Kind(receiver, Sized("object", (), "n")))
    return Workload(tuple(kinds))


def override_shape(text: str) -> Shape | None:
    """A directive's kind: a type, an int, ``n`` or ``<= n``. None where it cannot be read."""
    if not text:
        return None
    if re.fullmatch(r"-?\d[\d_]*(?:[eE]\d{1,2})?", text):
        value = int(float(text.replace("_", "")))
        return Scalar("int", low=value, high=value)
    roles: dict[str, Shape] = {
        "n": Scalar("int", "n"),
        "n - 1": Scalar("int", "n - 1"),
        "n-1": Scalar("int", "n - 1"),
        "sqrt n": Scalar("int", "sqrt n"),
        "<= n": Scalar("int", "up to n"),
        "matrix": Sized("list", (Sized("list", (Scalar("int"),), "sqrt n"),), "sqrt n"),
    }
    return roles.get(text) or annotation_shape(text)


def _receiver(function: Function) -> tuple[str, list[Parameter]]:
    """The name of ``self`` (empty for functions, static and class methods) and the other parameters."""
    parameters = list(function.parameters)
    head = function.source.partition("def ")[0]
    if not function.owner or not parameters or re.search(r"@\s*staticmethod\b", head):
        return "", parameters
    first = parameters[0]
    if first.variadic:
        return "", parameters
    is_class = first.name in ("cls", "mcs", "mcls") or re.search(r"@\s*classmethod\b", head) is not None
    return "" if is_class else first.name, parameters[1:]


def uses_state(receiver: str, function: Function) -> bool:
    """Whether an attribute of the object is read, and not only methods called."""
    return (
        re.search(rf"\b{re.escape(receiver)}\s*\.\s*[A-Za-z_]\w*\b(?!\s*\()", function.canonical) is not None
    )


def _parameter(parameter: Parameter, example: Shape | None, usage: Usage) -> Shape:
    if parameter.variadic == "*":
        item = annotation_shape(parameter.type) if parameter.type else usage.item(parameter.name)
        return Sized("tuple", (item or Scalar("int"),), "n")
    if parameter.variadic == "**":
        value = annotation_shape(parameter.type) if parameter.type else None
        return Sized("dict", (Sized("str", (), 5), value or Scalar("object")), "n")
    stated = annotation_shape(parameter.type) if parameter.type else None
    if isinstance(stated, Scalar) and stated.type == "object":
        stated = None if parameter.type in ("object", "Any", "typing.Any") else _custom(parameter, usage)
    if stated is not None:
        if example is not None and _agree(stated, example):
            return example
        return _filled(stated, parameter.name, usage)
    if example is not None and not (isinstance(example, Scalar) and example.type in ("none", "object")):
        return example
    if parameter.default:
        shape = _default(parameter.default)
        if shape is not None:
            return shape
    return _guessed(parameter.name, usage)


def _guessed(name: str, usage: Usage) -> Shape:
    """The shape that usage and name together speak for."""
    used, named = usage.shape(name), _named(name)
    if used is None:
        return named or Scalar("object")
    return _merged(used, named)


def _custom(parameter: Parameter, usage: Usage) -> Shape | None:
    """A class of the project: it holds n elements where the body walks through it."""
    used = usage.shape(parameter.name)
    return Sized("object", (), "n") if isinstance(used, Sized) else Scalar("object") if used is None else used


def _agree(stated: Shape, example: Shape) -> bool:
    if isinstance(stated, Scalar) and isinstance(example, Scalar):
        return stated.type == example.type
    if isinstance(stated, Sized) and isinstance(example, Sized):
        return stated.container == example.container
    text = isinstance(stated, Sized) and stated.container == "str"
    return text and isinstance(example, Scalar) and example.type in ("str", "char")


def _filled(stated: Shape, name: str, usage: Usage) -> Shape:
    """A bare ``list`` or ``dict`` with the items that usage and name suggest."""
    if (
        not isinstance(stated, Sized)
        or stated.items != (Scalar("object"),) * len(stated.items)
        or not stated.items
    ):
        return stated
    for guess in (_guessed(name, usage), _named(name)):
        if isinstance(guess, Sized) and len(guess.items) == len(stated.items):
            return replace(stated, items=guess.items, size=guess.size)
    plain: dict[int, tuple[Shape, ...]] = {1: (Scalar("int"),), 2: (Sized("str", (), 5), Scalar("int"))}
    return replace(stated, items=plain[len(stated.items)])


def _default(text: str) -> Shape | None:
    """The shape a default value shows; None for ``None`` and whatever is no literal."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None
    if value is None:
        return None
    if isinstance(value, bool):
        return Scalar("bool")
    if isinstance(value, int):
        return Scalar("int", "up to n", low=value, high=value)
    if isinstance(value, float):
        return Scalar("float")
    if isinstance(value, str):
        return Scalar("str")
    shape = infer_from_examples(["value"], [(value,)]).kinds[0].shape
    return shape if isinstance(shape, Sized) else None


def _named(name: str) -> Shape | None:
    plain = name.strip("_")
    return next((shape for pattern, shape in _NAMES if pattern.match(plain)), None)


def _merged(used: Shape, named: Shape | None) -> Shape:
    """What usage shows, made exact by what the name suggests where the two agree."""
    if named is None:
        return (
            replace(used, container="list")
            if isinstance(used, Sized) and used.container == "iterable"
            else used
        )
    if isinstance(used, Sized) and isinstance(named, Sized):
        soft = used.container == "iterable" or (
            used.container == "list" and used.items == (Sized("str", (), 5),)
        )
        if named.container == "str" and soft and used.size == "n":
            return named
        vague = used.items == (Scalar("int"),) and used.container == "list"
        if used.container == "iterable":
            return named
        if vague and named.container in ("list", "tree", "linked list"):
            return named if used.size == named.size or named.items != used.items else used
        if used.container == named.container == "dict" and Scalar("object") in used.items:
            return named
    if isinstance(used, Sized) and used.container == "iterable":
        return replace(used, container="list")
    if (
        isinstance(used, Scalar)
        and isinstance(named, Scalar)
        and used.type == "int"
        and named.type == "float"
    ):
        return named
    return used


def _examples(function: Function, parameters: Sequence[Parameter]) -> dict[str, Shape]:
    """Shapes by parameter name, as the calls in the docstring show them."""
    calls: list[tuple[object, ...]] = []
    if ">>>" not in function.docstring:
        return {}
    try:
        shown = doctest.DocTestParser().get_examples(function.docstring)
    except ValueError:
        return {}
    names = [p.name for p in parameters if not p.variadic]
    for example in shown[:50]:
        try:
            tree = ast.parse(example.source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node) == function.name:
                call = _arguments(node, names)
                if call:
                    calls.append(call)
                break
    workload = infer_from_examples(names, calls)
    return {kind.name: kind.shape for kind in workload.kinds}


def _called(node: ast.Call) -> str:
    target = node.func
    return (
        target.attr
        if isinstance(target, ast.Attribute)
        else target.id
        if isinstance(target, ast.Name)
        else ""
    )


def _arguments(node: ast.Call, names: Sequence[str]) -> tuple[object, ...] | None:
    values: dict[str, object] = {}
    try:
        for name, argument in zip(names, node.args, strict=False):
            values[name] = ast.literal_eval(argument)
        for keyword in node.keywords:
            if keyword.arg in names:
                values[str(keyword.arg)] = ast.literal_eval(keyword.value)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None
    given = [name for name in names if name in values]
    return tuple(values[name] for name in given) if given == list(names[: len(given)]) else None


def _related(kinds: list[Kind], settled: set[int], holds: bool) -> list[Kind]:
    """Roles of ints, and the length of texts, given what else the function takes."""
    shapes = [kind.shape for kind in kinds]
    collections = any(isinstance(s, Sized) and s.container != "str" for s in shapes) or holds
    texts = any(isinstance(s, Sized) and s.container == "str" for s in shapes)
    for i, shape in enumerate(shapes):
        if shape == Scalar("object") and texts and _CHARACTER.match(kinds[i].name):
            shapes[i] = Scalar("char")
    for i, shape in enumerate(shapes):
        if isinstance(shape, Sized) and shape.container == "str" and i not in settled:
            if _CHARACTER.match(kinds[i].name) and (
                collections or any(isinstance(s, Sized) for s in shapes[:i])
            ):
                shapes[i] = Scalar("char")
            elif collections:
                shapes[i] = Scalar("str")
    square = any(isinstance(s, Sized) and s.size == "sqrt n" for s in shapes)
    anything = holds or any(isinstance(s, Sized) for s in shapes)
    first = any(_FIRST.match(kind.name) for kind in kinds)
    free = [i for i, s in enumerate(shapes) if _is_int(s) and i not in settled and s.role == "plain"]
    lead = next((i for i in free if _LEAD.match(kinds[i].name)), free[0] if free else -1)
    taken = any(_is_int(shape) and shape.role == "n" for shape in shapes)
    for i in free:
        name, shape = kinds[i].name, shapes[i]
        assert isinstance(shape, Scalar)
        if not anything:
            role = "n" if i == lead and not taken else "up to n"
            shapes[i] = Scalar("int", "n") if role == "n" else replace(shape, role="up to n")
        elif _LENGTH.match(name) and not holds:
            shapes[i] = Scalar("int", "sqrt n" if square else "n")
        elif _LAST.match(name) and first:
            shapes[i] = Scalar("int", "n - 1")
        elif _FIRST.match(name):
            shapes[i] = Scalar("int", "up to n", low=0)
        else:
            shapes[i] = replace(shape, role="up to n")
    return [Kind(kind.name, shape) for kind, shape in zip(kinds, shapes, strict=True)]


def _ordered(kinds: list[Kind], name: str) -> list[Kind]:
    """The first sequence of a binary search, and parameters called sorted, are sorted."""
    words = name.lower()
    search = (
        re.search(r"binary_?search|bisect|from_sorted|in_sorted|sorted_array|merge_sorted", words) is not None
    )
    done = []
    for kind in kinds:
        shape = kind.shape
        flat = (
            isinstance(shape, Sized)
            and shape.container in ("list", "tuple")
            and shape.items == (Scalar("int"),)
        )
        if flat and isinstance(shape, Sized) and (search or re.match(r"sorted_", kind.name)):
            shape = replace(shape, order="sorted")
        done.append(Kind(kind.name, shape))
    return done


def _is_int(shape: Shape) -> TypeGuard[Scalar]:
    return isinstance(shape, Scalar) and shape.type == "int"
