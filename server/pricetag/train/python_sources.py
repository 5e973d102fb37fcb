"""Python functions of the public data files, as runnable items.

Every loader takes the data directory and yields items; a row that holds nothing runnable is left out.
"""

from __future__ import annotations

import ast
import builtins
import gzip
import json
import re
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from pricetag.measure.label import Item
from pricetag.train.tokens import normal_form

MAX_EXAMPLES = 6
MAX_EXAMPLE_LENGTH = 2048

IMPORTS = {
    **{name: f"import {name}" for name in ("math", "sys", "heapq", "itertools", "collections", "functools", "bisect",
                                           "re", "string", "random", "operator", "queue", "copy", "time", "os")},
    **dict.fromkeys(("defaultdict", "Counter", "deque", "OrderedDict", "namedtuple"), "from collections import {}"),
    **dict.fromkeys(("heappush", "heappop", "heapify", "heapreplace", "nlargest", "nsmallest"), "from heapq import {}"),
    **dict.fromkeys(("sqrt", "ceil", "floor", "gcd", "factorial", "log", "log2", "log10", "sin", "cos", "tan", "atan", "pi",
                     "fabs", "degrees", "radians", "acos", "asin", "inf"), "from math import {}"),
    **dict.fromkeys(("reduce", "cmp_to_key", "lru_cache", "cache", "partial"), "from functools import {}"),
    **dict.fromkeys(("bisect_left", "bisect_right", "insort"), "from bisect import {}"),
    **dict.fromkeys(("permutations", "combinations", "product", "groupby", "accumulate", "chain"), "from itertools import {}"),
    **dict.fromkeys(("List", "Dict", "Tuple", "Set", "Optional", "Iterable", "Iterator", "Any"), "from typing import {}"),
    "Queue": "from queue import Queue", "PriorityQueue": "from queue import PriorityQueue",
    "np": "import numpy as np", "numpy": "import numpy", "deepcopy": "from copy import deepcopy",
    "maxsize": "from sys import maxsize", "hq": "import heapq as hq",
}  # fmt: skip


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a gzipped JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def parse(code: str) -> ast.Module | None:
    """The syntax tree, or None where the text is not Python 3."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in other people's code
            return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def unix(text: str) -> str:
    """Text with Unix line ends, tabs as written."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def missing_imports(code: str) -> str:
    """Import lines for names of common modules that ``code`` uses and never binds."""
    tree = parse(code)
    if tree is None:
        return ""
    bound = set(dir(builtins))
    used: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            bound.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
    lines = {IMPORTS[name].format(name) for name in used - bound if name in IMPORTS}
    return "".join(f"{line}\n" for line in sorted(lines))


def functions_of(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    """The module's own top-level functions by name."""
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def arguments(call: ast.Call, definition: ast.FunctionDef | None) -> str | None:
    """A call's arguments as the source text of one tuple in the order of the parameters; None where they don't map."""
    if any(isinstance(value, ast.Starred) for value in call.args) or any(
        k.arg is None for k in call.keywords
    ):
        return None
    values = list(call.args)
    if call.keywords:
        if definition is None:
            return None
        names = [a.arg for a in definition.args.posonlyargs + definition.args.args if a.arg != "self"]
        given = {k.arg: k.value for k in call.keywords}
        for name in names[len(values) :]:
            if name not in given:
                break
            values.append(given.pop(name))
        if given:
            return None
    return ast.unparse(ast.Tuple(elts=values, ctx=ast.Load()))


def calls_in(code: str, name: str) -> Iterator[ast.Call]:
    """Calls of ``name`` in a piece of test code, in order; nothing where it does not parse."""
    tree = parse(code)
    calls = [node for node in (ast.walk(tree) if tree else ()) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        if isinstance(call.func, ast.Name) and call.func.id == name:
            yield call


def select(examples: Sequence[str | None]) -> tuple[str, ...]:
    """At most six distinct examples of at most 2 kB: the first two, then the largest and others spread over the sizes."""
    fit = [text for text in dict.fromkeys(examples) if text and len(text) <= MAX_EXAMPLE_LENGTH]
    if len(fit) <= MAX_EXAMPLES:
        return tuple(fit)
    rest = sorted(fit[2:], key=len, reverse=True)
    step = max(1, len(rest) // (MAX_EXAMPLES - 2))
    chosen = {*fit[:2], *rest[::step][: MAX_EXAMPLES - 2]}
    return tuple(text for text in fit if text in chosen)


def mbpp(data: Path) -> Iterator[Item]:
    """MBPP: one function a problem, three asserts each."""
    for row in rows(data / "mbpp" / "mbpp.jsonl.gz"):
        code = unix(row["code"]).strip() + "\n"
        tests = row["test_list"] + row["challenge_test_list"]
        entry, examples = _asserted(code, tests)
        if not entry:
            continue
        setup = unix(row["test_setup_code"]).strip()
        code = missing_imports(code) + code + (f"\n{setup}\n" if setup else "")
        problem = f"mbpp/{row['task_id']}"
        yield Item(problem, "mbpp", "CC-BY-4.0", problem, "python", code, entry, examples)


def mbpp_plus(data: Path) -> Iterator[Item]:
    """MBPP+: corrected solutions of MBPP problems with their original inputs, and extra ones where those are few."""
    for row in rows(data / "mbppplus" / "MbppPlus.jsonl.gz"):
        code = unix(row["canonical_solution"]).strip() + "\n"
        tree = parse(code)
        entry = row["entry_point"]
        if tree is None or entry not in functions_of(tree):
            continue
        inputs = [
            given for key in ("base_input", "plus_input") if isinstance(row[key], list) for given in row[key]
        ]
        # JSON has no tuples: the asserts say what was one, so they come first where they can be read.
        examples = _asserted(code, row["assertion"].strip().splitlines(), entry)[1]
        if not examples:
            examples = select([repr(tuple(given)) for given in inputs[:3]])
        number = row["task_id"].split("/")[-1]
        code = missing_imports(code) + code
        yield Item(
            f"mbppplus/{number}", "mbppplus", "Apache-2.0", f"mbpp/{number}", "python", code, entry, examples
        )


def coffe(data: Path) -> Iterator[Item]:
    """COFFE: the fastest known solution of MBPP problems; its own generic name gives way to the problem's."""
    for row in rows(data / "coffe" / "function_mbpp.jsonl.gz"):
        entry = row["entry_point"]
        code = re.sub(r"\bsolution\b", entry, unix(row["best_solution"])).strip() + "\n"
        tree = parse(code)
        if tree is None or entry not in functions_of(tree):
            continue
        examples = _asserted(code, row["test_list"], entry)[1]
        if not examples:
            examples = select(
                [f"({text.strip()[1:-1]},)" for text in row["stressful_inputs"] if text.startswith("[")]
            )
        lines = "".join(f"{line}\n" for line in row["test_imports"])
        number = row["mbpp_task_id"]
        yield Item(
            f"coffe/{number}", "coffe", "CC-BY-4.0", f"mbpp/{number}", "python", lines + missing_imports(lines + code) + code,
            entry, examples,
        )  # fmt: skip


def cruxeval(data: Path) -> Iterator[Item]:
    """CRUXEval: short functions over lists, strings and dicts, one input each."""
    for row in rows(data / "cruxeval" / "cruxeval.jsonl.gz"):
        code = unix(row["code"]).strip() + "\n"
        tree = parse(code)
        if tree is None or "f" not in functions_of(tree):
            continue
        examples = [arguments(call, functions_of(tree)["f"]) for call in calls_in(f"f({row['input']})", "f")][
            :1
        ]
        name = f"cruxeval/{row['id'].removeprefix('sample_')}"
        yield Item(
            name, "cruxeval", "MIT", name, "python", missing_imports(code) + code, "f", select(examples)
        )


def gfg_problem(title: str) -> str:
    """Problem id of a GeeksforGeeks title: the same in both languages and both files."""
    return "gfg/" + re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def gfg(data: Path) -> Iterator[Item]:
    """GeeksforGeeks functions with asserts, in people's parentheses (the file brackets every operation)."""
    for row in rows(data / "gfg_parallel" / "transcoder_questions.jsonl.gz"):
        tree = parse(row["solution"])
        entry = row["entry_fn_name"]
        if tree is None or entry not in functions_of(tree):
            continue
        code = ast.unparse(tree) + "\n"
        examples = _asserted(code, row["testing_code"].strip().splitlines(), entry)[1]
        problem = gfg_problem(row["title"])
        yield Item(
            f"gfg/python/{row['id']}",
            "gfg",
            "CC-BY-SA-2.0",
            problem,
            "python",
            missing_imports(code) + code,
            entry,
            examples,
        )


def gfg_pairs(data: Path) -> Iterator[Item]:
    """GeeksforGeeks test pairs: the tokenised Python half, made readable again. No examples."""
    problems = pair_problems(data)
    for row in rows(data / "gfg_parallel" / "transcoder_test_pairs.jsonl.gz"):
        tree = parse(detokenise(row["python_tokens"]))
        functions = functions_of(tree) if tree else {}
        if not functions or tree is None:
            continue
        code = ast.unparse(tree) + "\n"
        entry = list(functions)[-1]
        name = f"gfgpairs/python/{row['line']}"
        yield Item(
            name,
            "gfgpairs",
            "CC-BY-SA-2.0",
            problems[row["line"]],
            "python",
            missing_imports(code) + code,
            entry,
        )


def detokenise(text: str) -> str:
    """Python text of a token line with NEW_LINE, INDENT and DEDENT; ``▁`` is a blank within a string."""
    lines: list[str] = []
    current: list[str] = []
    depth = 0
    for token in rejoin_strings(text.split()):
        if token in ("NEW_LINE", "INDENT", "DEDENT"):
            if current:
                lines.append("    " * depth + " ".join(current))
                current = []
            depth += {"INDENT": 1, "DEDENT": -1}.get(token, 0)
        else:
            current.append(token)
    if current:
        lines.append("    " * depth + " ".join(current))
    return "\n".join(lines) + "\n"


def rejoin_strings(words: list[str]) -> Iterator[str]:
    """Tokens with the pieces of each string or character literal put together."""
    index = 0
    while index < len(words):
        quote = words[index]
        end = (
            next((i for i in range(index + 1, len(words)) if words[i] == quote), None)
            if quote in ("'", '"')
            else None
        )
        if end is None:
            yield quote
            index += 1
            continue
        yield quote + "".join(words[index + 1 : end]).replace("▁", " ") + quote
        index = end + 1


def leetcode(data: Path) -> Iterator[Item]:
    """LeetCode: two solutions a problem, methods of ``Solution`` rewritten to plain functions where that changes nothing."""
    for file in ("train_v0.2.0.jsonl.gz", "test_v0.2.0_v0.3.x.jsonl.gz"):
        for row in rows(data / "leetcode_py" / file):
            method = row["entry_point"].rsplit(".", 1)[-1]
            tests = list(calls_in(row["test"], "candidate"))
            tests = tests[:2] + tests[2 :: max(1, len(tests) // 12)]
            for number, key in ((1, "completion"), (2, "response_code")):
                body = unix(row[key] or "").strip("\n") + "\n"
                tree = parse(body)
                if tree is None:
                    continue
                plain = plain_functions(body, tree, method)
                definition = _method(tree, method)
                if definition is None:
                    continue
                examples = select([arguments(call, definition) for call in tests])
                preamble = _preamble(row["prompt"], body, examples)
                problem = f"leetcode/{row['task_id']}"
                entry = method if plain else f"Solution.{method}"
                yield Item(
                    f"{problem}/{number}",
                    "leetcode",
                    "MIT",
                    problem,
                    "python",
                    preamble + "\n" + (plain or body),
                    entry,
                    examples,
                )


def _preamble(prompt: str, body: str, examples: Sequence[str]) -> str:
    """The imports of a LeetCode prompt, with its node classes only where something uses them."""
    text = unix(prompt)
    if not re.search(r"\b(ListNode|TreeNode|list_node|tree_node)\b", body + "".join(examples)):
        text = re.split(r"^(?:class|def) ", text, maxsplit=1, flags=re.MULTILINE)[0]
    return text.strip() + "\n"


def _method(tree: ast.Module, name: str) -> ast.FunctionDef | None:
    """The method ``name`` of the last class ``Solution``."""
    for node in reversed(tree.body):
        if isinstance(node, ast.ClassDef) and node.name == "Solution":
            for member in node.body:
                if isinstance(member, ast.FunctionDef) and member.name == name:
                    return member
    return None


def plain_functions(body: str, tree: ast.Module, entry: str) -> str:
    """``class Solution`` as plain functions, "" where an object's state or a clash of names forbids it.

    Helper methods become functions in front of the entry; ``self.helper(...)`` becomes ``helper(...)``.
    """
    found = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Solution"]
    if len(found) != 1 or found[0].bases or found[0].decorator_list:
        return ""
    solution = found[0]
    methods = [member for member in solution.body if isinstance(member, ast.FunctionDef)]
    names = {member.name for member in methods}
    if len(methods) != len(solution.body) or len(names) != len(methods) or entry not in names:
        return ""
    for member in methods:
        if not member.args.args or member.args.args[0].arg != "self" or member.args.posonlyargs:
            return ""
        qualified = {
            id(node.value)
            for node in ast.walk(member)
            if isinstance(node, ast.Attribute) and node.attr in names
        }
        for node in ast.walk(member):
            if isinstance(node, ast.Name) and node.id == "self" and id(node) not in qualified:
                return ""
            if (isinstance(node, ast.Name) and node.id in names) or (
                isinstance(node, ast.arg) and node.arg in names
            ):
                return ""
            if (
                isinstance(node, ast.FunctionDef)
                and node is not member
                and (node.name in names or _first(node) == "self")
            ):
                return ""
    lines = body.splitlines(keepends=True)
    texts = []
    for member in sorted(methods, key=lambda method: method.name == entry):
        first = min([member.lineno, *(decorator.lineno for decorator in member.decorator_list)])
        text = textwrap.dedent("".join(lines[first - 1 : member.end_lineno]))
        text = re.sub(rf"\bdef\s+{member.name}\s*\(\s*self\s*,?\s*", f"def {member.name}(", text, count=1)
        texts.append(re.sub(rf"\bself\.({'|'.join(map(re.escape, names))})\b", r"\1", text).rstrip() + "\n")
    rest = "".join(lines[: _start(solution) - 1] + lines[solution.end_lineno or 0 :]).strip()
    plain = (f"{rest}\n\n\n" if rest else "") + "\n\n".join(texts)
    check = parse(plain)
    if check is None or entry not in functions_of(check):
        return ""
    return (
        ""
        if any(isinstance(node, ast.Name) and node.id in ("self", "Solution") for node in ast.walk(check))
        else plain
    )


def _start(node: ast.ClassDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _first(node: ast.FunctionDef) -> str:
    return node.args.args[0].arg if node.args.args else ""


def _asserted(code: str, tests: Sequence[str], entry: str = "") -> tuple[str, tuple[str, ...]]:
    """The function that the asserts call and its arguments, ("", ()) where none is called."""
    tree = parse(code)
    functions = functions_of(tree) if tree else {}
    examples: list[str | None] = []
    for test in tests:
        checked = parse(unix(test).strip())
        for statement in checked.body if checked else ():
            if not isinstance(statement, ast.Assert):
                continue
            for node in ast.walk(statement.test):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id in functions
                ):
                    entry = entry or node.func.id
                    if node.func.id == entry:
                        examples.append(arguments(node, functions[entry]))
                        break
    return entry, select(examples)


@lru_cache(maxsize=2)
def pair_problems(data: Path) -> dict[int, str]:
    """Problem id of each test pair by line number: that of the question with the same normal form in either language."""
    known: dict[str, str] = {}
    for row in rows(data / "gfg_parallel" / "transcoder_questions.jsonl.gz"):
        problem = gfg_problem(row["title"])
        known.setdefault(_python_form(row["solution"]), problem)
        known.setdefault(normal_form(row["other_lang_solutions"]["C++"], "cpp"), problem)
    problems = {}
    for row in rows(data / "gfg_parallel" / "transcoder_test_pairs.jsonl.gz"):
        python = _python_form(detokenise(row["python_tokens"]))
        cpp = normal_form(row["cpp_tokens"], "cpp")
        problems[row["line"]] = known.get(cpp) or known.get(python) or f"gfg/pair-{row['line']}"
    return problems


def _python_form(code: str) -> str:
    tree = parse(code)
    return normal_form(ast.unparse(tree) if tree else code, "python")
