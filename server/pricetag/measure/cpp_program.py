"""C++ items as source of one program: each in a namespace of its own, with the code that builds its inputs and calls it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pricetag.measure.label import Item
from pricetag.workload.cpp_code import Signature, parses, read_signature
from pricetag.workload.cpp_receiver import CppReceiver, infer_receiver, method_arguments
from pricetag.workload.cpp_values import CppInputs, infer_cpp
from pricetag.workload.shape import Workload

_INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*[<\"][^>\"\n]+[>\"].*$", re.MULTILINE)
_DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)", re.MULTILINE)
_STANDARD = re.compile(r"<(bits/stdc\+\+\.h|[a-z_0-9]+|c?[a-z0-9_]+\.h)>")


@dataclass(frozen=True, slots=True)
class Subject:
    """One item, ready to be compiled."""

    item: Item
    signature: Signature
    inputs: CppInputs  # the receiver's kind first; ``arguments`` are those of the call
    receiver: CppReceiver | None  # of a member function that is not static
    whole: bool  # no syntax errors: it cannot swallow what follows it in a program


def prepare(item: Item) -> Subject:
    """Read the item's signature and plan its inputs. Raises ``NoSuchFunction`` or ``UnsupportedType``."""
    signature = read_signature(item.code, item.entry)
    receiver = None
    if signature.owner and not signature.static:
        receiver = infer_receiver(signature, item.receiver, item.code)
        arguments = method_arguments(signature, receiver, item.examples, item.code)
        kinds = (*receiver.kinds, *(argument.kind for argument in arguments))
        inputs = CppInputs(Workload(kinds), arguments)
    else:
        inputs = infer_cpp(signature.parameters, item.examples, item.code, item.entry, signature.template)
    return Subject(item, signature, inputs, receiver, parses(item.code))


def marker(index: int) -> str:
    """The file name under which the compiler reports errors of subject ``index``."""
    return f"pt-subject-{index}"


def program(subjects: Sequence[tuple[int, Subject]], wrapped: bool) -> str:
    """Source of one program. ``wrapped``: each item in its own namespace (needed for more than one)."""
    includes: dict[str, None] = {}
    parts = []
    for index, subject in subjects:
        code = subject.item.code
        includes |= dict.fromkeys(line.strip() for line in _INCLUDE.findall(code))
        body = _INCLUDE.sub("", code)
        space = f"pt_item_{index}"
        lines = [f'#line 1 "{marker(index)}"']
        # `main` is no entry here; the driver has its own.
        lines.append(f"#define main pt_main_{index}")
        lines += [f"namespace {space} {{", body] if wrapped else [body]
        lines += ["", f'#line 1 "{marker(index)}"']
        lines += [] if wrapped else [f"namespace {space} {{"]
        lines += [_harness(subject, f"::{space}" if wrapped else ""), "}  // namespace"]
        lines += [f"#undef {name}" for name in [*dict.fromkeys(_DEFINE.findall(body)), "main"]]
        parts.append("\n".join(lines))
    table = ",\n".join(
        f'  {{"{index}", pt_item_{index}::pt_build, pt_item_{index}::pt_copier, pt_item_{index}::pt_comparer, '
        f"pt_item_{index}::pt_destroy, pt_item_{index}::pt_call}}"
        for index, _ in subjects
    )
    extra = [line for line in includes if not _STANDARD.search(line)]
    return "\n".join(
        [*extra, *parts, '#line 1 "table"', f"const PricetagSubject pricetag_subjects[] = {{\n{table}\n}};",
         f"const int pricetag_subject_count = {len(subjects)};", ""]
    )  # fmt: skip


def _harness(subject: Subject, space: str) -> str:
    signature, arguments = subject.signature, subject.inputs.arguments
    builds = [f"  auto pt_{i} = {argument.build};" for i, argument in enumerate(arguments)]
    stored = [f"std::move(pt_{i})" for i in range(len(arguments))]
    passed = [argument.passed.replace("{}", f"std::get<{i}>(pt_in)") for i, argument in enumerate(arguments)]
    copies = all(argument.copies for argument in arguments)
    compares = all(argument.compares for argument in arguments)
    object_type = "int"  # anything that copies
    if subject.receiver is not None:
        object_type = f"{space}::{subject.receiver.owner}"
        builds.append(_receiver(subject.receiver, object_type))
        stored.append("std::move(pt_object)")
        passed.insert(0, f"*std::get<{len(arguments)}>(pt_in).object")
        target = f"pt_o.{signature.name}(std::forward<decltype(pt_a)>(pt_a)...)"
        function = f"static auto pt_function = [](auto &pt_o, auto &&...pt_a) __attribute__((noinline)) -> decltype(auto) {{ return {target}; }};"
        copies = copies and subject.receiver.copies
        compares = compares and subject.receiver.stays
    elif signature.owner:
        target = f"{space}::{signature.owner}::{signature.name}(std::forward<decltype(pt_a)>(pt_a)...)"
        function = f"static auto pt_function = [](auto &&...pt_a) __attribute__((noinline)) -> decltype(auto) {{ return {target}; }};"
    elif signature.overloads:
        target = f"{space}::{signature.name}(std::forward<decltype(pt_a)>(pt_a)...)"
        function = f"static auto pt_function = [](auto &&...pt_a) __attribute__((noinline)) -> decltype(auto) {{ return {target}; }};"
    else:
        name = f"{space}::{signature.name}"
        if signature.template:
            name += f"<{', '.join(['int'] * len(signature.template))}>"
        function = f"static decltype(&{name}) volatile pt_function = &{name};"
    new_line = "\n"
    return f"""static auto pt_inputs_of(pricetag::Source &pt_s) {{
  (void)pt_s;
{new_line.join(builds)}
  return std::make_tuple({", ".join(stored)});
}}
using pt_inputs = decltype(pt_inputs_of(std::declval<pricetag::Source &>()));
{function}
static void *pt_build(long pt_n, unsigned long pt_seed) {{
  pricetag::Source pt_s(pt_n, pt_seed);
  return new pt_inputs(pt_inputs_of(pt_s));
}}
static void *(*const pt_copier)(const void *) = {f"pricetag::copier<pt_inputs, {object_type}>()" if copies else "nullptr"};
{"static bool pt_same(const void *pt_p, const void *pt_q) { return *static_cast<const pt_inputs *>(pt_p) == *static_cast<const pt_inputs *>(pt_q); }" if compares else ""}
static bool (*const pt_comparer)(const void *, const void *) = {"pt_same" if compares else "nullptr"};
static void pt_destroy(void *pt_p) {{ delete static_cast<pt_inputs *>(pt_p); }}
static void pt_call(void *pt_p) {{
  auto &pt_in = *static_cast<pt_inputs *>(pt_p);
  (void)pt_in;
  pricetag::invoke(pt_function{"".join(", " + text for text in passed)});
}}"""


def _receiver(receiver: CppReceiver, type_: str) -> str:
    lines = [f"  auto pt_c{i} = {argument.build};" for i, argument in enumerate(receiver.arguments)]
    moved = ", ".join(f"std::move(pt_c{i})" for i in range(len(receiver.arguments)))
    lines.append(f"  auto pt_given = pricetag::shared(std::make_tuple({moved}));")
    passed = ", ".join(
        argument.passed.replace("{}", f"std::get<{i}>(*pt_given)")
        for i, argument in enumerate(receiver.arguments)
    )
    made = f"new {type_}({passed})" if passed else f"new {type_}{{}}"
    lines.append(
        f"  pricetag::Receiver<{type_}, typename decltype(pt_given)::element_type> pt_object(pt_given, {made});"
    )
    if receiver.fill:
        lines.append(
            f"  auto &pt_o = *pt_object.object; for (long pt_i = 0; pt_i < pt_s.n; ++pt_i) {{ {receiver.fill} }}"
        )
    return "\n".join(lines)
