"""Canonical text stays the same when real code is laid out anew: by a formatter, and by random blanks and comments."""

from __future__ import annotations

import ast
import random
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from tree_sitter import Node

from pricetag.syntax import Function, Language, SyntaxTree, parse_functions
from pricetag.text import Buffer

LIB = Path(sysconfig.get_path("stdlib"))
MODULES = ["heapq", "difflib", "statistics", "dataclasses", "bisect", "textwrap", "fractions", "random"]


def read(module: str) -> str:
    return (LIB / f"{module}.py").read_text("utf-8")


def formatted(text: str, width: int) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", str(width), "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def canonical(functions: tuple[Function, ...]) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for function in functions:
        texts.setdefault(function.qualified_name, []).append(function.canonical)
    return texts


@pytest.mark.parametrize("module", MODULES)
def test_real_modules_are_read_whole(module: str) -> None:
    text = read(module)
    functions = parse_functions(text, Language.PYTHON)
    assert len(functions) == sum(
        line.lstrip().startswith(("def ", "async def ")) for line in _code_lines(text)
    )
    assert [function.qualified_name for function in functions if function.error] == []
    for function in functions:
        ast.parse(function.canonical)  # it is still Python


def _code_lines(text: str) -> list[str]:
    """Lines that hold code, by Python's own tokenizer."""
    import io
    import tokenize

    lines = text.splitlines()
    starts = {
        token.start[0]
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.NAME
    }
    return [lines[number - 1] for number in sorted(starts)]


@pytest.mark.parametrize("width", [30, 100])
@pytest.mark.parametrize("module", MODULES)
def test_a_formatter_changes_nothing(module: str, width: int) -> None:
    text = read(module)
    assert canonical(parse_functions(formatted(text, width), Language.PYTHON)) == canonical(
        parse_functions(text, Language.PYTHON)
    )


@pytest.mark.parametrize("module", MODULES[:4])
def test_comments_and_indentation_change_nothing(module: str) -> None:
    text = read(module)
    strings = [n for n in _nodes(SyntaxTree(Buffer(text), Language.PYTHON).root) if n.type == "string"]
    starts_in_string = {row for n in strings for row in range(n.start_point.row + 1, n.end_point.row + 1)}
    ends_in_string = {row - 1 for row in starts_in_string}
    changed = []
    for row, line in enumerate(text.split("\n")):
        if row not in starts_in_string:
            line = " " * (len(line) - len(line.lstrip())) + line
        if row in ends_in_string or line.endswith("\\"):
            changed.append(line)
            continue
        changed.append(line + ("  # note" if row % 3 else ""))
        if row % 5 == 0:
            changed.append(" " * (len(line) - len(line.lstrip())) + "# a comment of its own")
    before, after = (parse_functions(each, Language.PYTHON) for each in (text, "\n".join(changed)))
    assert canonical(after) == canonical(before)


CPP = (Path(__file__).parent / "data" / "sample.cpp").read_text("utf-8")


@pytest.mark.parametrize("seed", range(12))
def test_blanks_and_comments_between_cpp_tokens_change_nothing(seed: int) -> None:
    rng = random.Random(seed)
    data = CPP.encode()
    root = SyntaxTree(Buffer(CPP), Language.CPP).root
    assert not root.has_error
    pieces, at = [], 0
    for start, end in _tokens(root):
        gap = data[at:start].decode()
        if "#" not in gap and not gap.strip().startswith("\\"):
            filler = rng.choice([" ", "\n", "\n\n\t", "  ", " /* note */ ", " // note\n"])
            gap = filler if gap or (rng.random() < 0.2 and _may_part(data, start)) else gap
        pieces.append(gap + data[start:end].decode())
        at = end
    text = "".join(pieces)
    assert canonical(parse_functions(text, Language.CPP)) == canonical(parse_functions(CPP, Language.CPP))


def _may_part(data: bytes, at: int) -> bool:
    """Blanks may stand between a word and a bracket or comma."""
    return data[at : at + 1] in (b"(", b")", b";", b",", b"{", b"}", b"[", b"]")


_WHOLE = ("string_literal", "raw_string_literal", "char_literal", "operator_name", "user_defined_literal")


def _tokens(root: Node) -> list[tuple[int, int]]:
    tokens = []
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type == "comment":
            continue
        if node.child_count == 0 or node.type in _WHOLE:
            if node.end_byte > node.start_byte:
                tokens.append((node.start_byte, node.end_byte))
        else:
            stack.extend(reversed(node.children))
    return tokens


def _nodes(root: Node) -> list[Node]:
    nodes, stack = [], [root]
    while stack:
        node = stack.pop()
        nodes.append(node)
        stack.extend(node.children)
    return nodes


def test_system_headers_are_survived() -> None:
    for header in sorted(Path("/usr/include/c++").glob("*/bits/stl_algo.h"))[:1]:
        functions = parse_functions(header.read_text("utf-8", "replace"), Language.CPP)
        assert len(functions) > 100
        assert "__find_if_not" in {function.name for function in functions}
