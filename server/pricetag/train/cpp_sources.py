"""C++ functions of the public data files, as runnable items.

Every loader takes the data directory and yields items; a row that holds nothing runnable is left out.
"""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from pricetag.measure.label import Item
from pricetag.train.python_sources import (
    calls_in,
    gfg_problem,
    pair_problems,
    rejoin_strings,
    rows,
    select,
    unix,
)
from pricetag.train.tokens import tokens

INCLUDES = "#include <bits/stdc++.h>\nusing namespace std;\n\n"
# What the pairs' own programs defined above the function; the file holds only the function.
_CONSTANTS = {
    "ll": "typedef long long ll;",
    **{
        name: f"const int {name} = 100;"
        for name in ("MAX", "N", "M", "R", "C", "V", "SIZE", "MAXN", "row", "col", "ROW", "COL")
    },
    **{name: f"const int {name} = 256;" for name in ("CHARS", "MAX_CHARS", "NO_OF_CHARS", "no_of_chars")},
    **{name: f"const int {name} = 26;" for name in ("MAX_CHAR", "ALPHABET_SIZE")},
    **{name: f"const int {name} = 32;" for name in ("INT_SIZE", "BITS", "INT_BITS")},
    **{name: f"const int {name} = 1000000007;" for name in ("mod", "MOD", "INF", "inf")},
    "CHARBIT": "const int CHARBIT = 8;",
}
_TEMPLATE = re.compile(
    r"\b(vector|map|set|unordered_map|unordered_set|multiset|multimap|pair|queue|stack|priority_queue|deque|list|greater|less"
    r"|array|numeric_limits|tuple|static_cast)(?: < ?| ?< )((?:[\w:,*& ]|<[\w:,*& <>]*>)*?) ?>"
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def mbxp(data: Path) -> Iterator[Item]:
    """MBXP: MBPP's problems in C++, the solutions that pass their own tests."""
    for row in rows(data / "mbxp_cpp" / "mbcpp_release_v1.2.jsonl.gz"):
        if row["canonical_solution"] and row["passes_gxx12_O2"]:
            yield _mbxp_item(row, row["canonical_solution"], "canonical", "mbxp")


def mbxp_samples(data: Path) -> Iterator[Item]:
    """MBXP: model-written second solutions, the failing ones too (a wrong answer has a cost like any other)."""
    bodies = {row["task_id"]: row["completion"] for row in rows(data / "mbxp_cpp" / "mbcpp_samples.jsonl.gz")}
    for row in rows(data / "mbxp_cpp" / "mbcpp_release_v1.2.jsonl.gz"):
        body = html.unescape(bodies.get(row["task_id"], ""))  # some were taken from web pages
        if body and body.strip() != (row["canonical_solution"] or "").strip():
            yield _mbxp_item(row, body, "sample", "mbxpsamples")


def _mbxp_item(row: dict[str, str], body: str, variant: str, source: str) -> Item:
    head = _COMMENT.sub("", unix(row["prompt"])).rstrip()
    includes, _, signature = head.partition("using namespace std;")
    code = f"{includes}using namespace std;\n\n{signature.strip()}\n{balanced(unix(body)).strip(chr(10))}\n"
    number = row["task_id"].split("/")[-1]
    examples = select(list(cpp_calls(row["test"], row["entry_point"])))
    return Item(
        f"mbxp/{number}/{variant}",
        source,
        "CC-BY-4.0",
        f"mbpp/{number}",
        "cpp",
        code,
        row["entry_point"],
        examples,
    )


def balanced(body: str) -> str:
    """A function body given without its opening brace, cut after the brace that closes it."""
    depth = 1
    for index, character in _code_characters(body):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth == 0:
            return body[: index + 1]
    return body + "}" * depth


def gfg(data: Path) -> Iterator[Item]:
    """GeeksforGeeks functions in C++; their examples are those of the Python half, in C++ words."""
    for row in rows(data / "gfg_parallel" / "transcoder_questions.jsonl.gz"):
        text = layout(word for _, word in tokens(unix(row["other_lang_solutions"]["C++"]), "cpp"))
        entry = row["entry_fn_name"]
        types = parameter_types(text, entry)
        if types is None:
            continue
        tests = row["testing_code"].strip().splitlines()
        examples = [cpp_arguments(call, types) for line in tests for call in list(calls_in(line, entry))[:1]]
        yield Item(
            f"gfg/cpp/{row['id']}", "gfgcpp", "CC-BY-SA-2.0", gfg_problem(row["title"]), "cpp", INCLUDES + text, entry,
            select(examples),
        )  # fmt: skip


def gfg_pairs(data: Path) -> Iterator[Item]:
    """GeeksforGeeks test pairs: the tokenised C++ half, made readable again. No examples."""
    problems = pair_problems(data)
    for row in rows(data / "gfg_parallel" / "transcoder_test_pairs.jsonl.gz"):
        text = layout(rejoin_strings(row["cpp_tokens"].split()))
        name = re.search(r"([A-Za-z_]\w*)\s*\([^{;]*\)\s*(?:const\s*)?\{", text)
        if name:
            yield Item(
                f"gfgpairs/cpp/{row['line']}", "gfgpairscpp", "CC-BY-SA-2.0", problems[row["line"]], "cpp",
                INCLUDES + missing_constants(text) + text, name.group(1),
            )  # fmt: skip


def mceval(data: Path) -> Iterator[Item]:
    """McEval: functions with asserts, their documentation dropped."""
    for row in rows(data / "mceval_cpp" / "CPP.jsonl.gz"):
        head = _COMMENT.sub("", unix(row["prompt"])).strip()
        body = unix(row["canonical_solution"]).strip()
        code = f"{head}\n{body}\n"
        entry = row["entry_point"]
        types = parameter_types(code, entry)
        if types is None:
            continue
        lines = code.splitlines()
        last = max(
            (i for i, line in enumerate(lines) if re.match(r"#include|using namespace", line)), default=-1
        )
        code = "\n".join([*lines[: last + 1], "", *lines[last + 1 :]]).lstrip() + "\n"
        if "#include" not in code:
            code = INCLUDES + code
        examples = select([typed(call, types, row["test"]) for call in cpp_calls(row["test"], entry)])
        name = f"mceval/{row['task_id'].split('/')[-1]}"
        yield Item(name, "mceval", "CC-BY-SA-4.0", name, "cpp", code, entry, examples)


def cpp_calls(test: str, entry: str) -> Iterator[str]:
    """Argument lists of the calls of ``entry`` in C++ test code, as written."""
    for match in re.finditer(rf"\b{re.escape(entry)}\s*\(", test):
        depth = 1
        for index, character in _code_characters(test[match.end() :]):
            depth += {"(": 1, ")": -1}.get(character, 0)
            if depth == 0:
                yield " ".join(test[match.end() : match.end() + index].split())
                break


def split_arguments(text: str) -> list[str]:
    """An argument or parameter list cut at its outer commas."""
    parts, start, depth = [], 0, 0
    for index, character in _code_characters(text):
        if character in "([{<":
            depth += 1
        elif character in ")]}>":
            depth -= 1
        elif character == "," and depth == 0:
            parts.append(text[start:index].strip())
            start = index + 1
    last = text[start:].strip()
    return [*parts, last] if last else parts


def parameter_types(code: str, entry: str) -> list[str] | None:
    """Types of the parameters of ``entry`` as written, arrays with their brackets ("int []"); None without a definition."""
    for match in re.finditer(rf"\b{re.escape(entry)}\s*\(", code):
        end = code.find(")", match.end())
        if end < 0 or not re.match(r"\)\s*(?:const\s*)?(?:noexcept\s*)?\{", code[end:]):
            continue
        types = []
        for part in split_arguments(code[match.end() : end]):
            part = part.split("=")[0].strip()
            array = "".join(re.findall(r"\[[^\]]*\]", part))
            stem = re.sub(r"\[[^\]]*\]", "", part).strip()
            types.append(
                (re.sub(r"\b[A-Za-z_]\w*$", "", stem).strip() or stem) + (f" {array}" if array else "")
            )
        return types
    return None


def typed(call: str, types: list[str], test: str) -> str | None:
    """An argument list that stands alone: braces get the parameter's type, variables of the test their value."""
    values = []
    given = split_arguments(call)
    if len(given) > len(types):
        return None
    for value, type_ in zip(given, types, strict=False):
        stem = plain_type(type_)
        if re.fullmatch(r"[A-Za-z_]\w*", value) and value not in ("true", "false", "nullptr"):
            found = re.search(
                rf"([\w:<>, ]+?)\s+{value}\s*(?:\[[^\]]*\]\s*)?=?\s*(\{{[^;]*\}}|[^;{{]+);", test
            )
            if not found:
                return None
            value = found.group(2).strip()
        if value.startswith("{"):
            value = f"{stem}{value}"
        if "&" in value.split('"')[0]:
            return None
        values.append(" ".join(value.split()))
    return ", ".join(values)


def plain_type(type_: str) -> str:
    """A parameter's value type: no const, no reference; an array or pointer as the vector that fills it."""
    stem = re.sub(r"\bconst\b|&", "", type_).strip()
    depth = stem.count("[") + stem.count("*")
    stem = re.sub(r"\[[^\]]*\]|\*", "", stem).strip()
    for _ in range(depth):
        stem = f"std::vector<{stem}>"
    return stem


def cpp_arguments(call: ast.Call, types: list[str]) -> str | None:
    """A Python call's literal arguments in C++ words for parameters of these types, None where they have none."""
    if call.keywords or len(call.args) != len(types):
        return None
    values = []
    for argument, type_ in zip(call.args, types, strict=True):
        try:
            value = ast.literal_eval(argument)
        except ValueError:
            return None
        text = literal(value, plain_type(type_))
        if text is None:
            return None
        values.append(text)
    return ", ".join(values)


def literal(value: object, type_: str) -> str | None:
    """A Python value as a C++ expression of ``type_``, None where it has no such value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        wide = "LL" if not -(2**31) <= value < 2**31 else ""
        return f"{value}{wide}" if -(2**63) < value < 2**63 else None
    if isinstance(value, float):
        return repr(value) if value == value and abs(value) != float("inf") else None
    if isinstance(value, str):
        if not value.isascii() or not value.isprintable():
            return None
        quote = "'" if type_ == "char" and len(value) == 1 else '"'
        return quote + value.replace("\\", "\\\\").replace(quote, "\\" + quote) + quote
    if isinstance(value, (list, tuple)):
        inner = re.fullmatch(r"(?:std::)?vector\s*<\s*(.*?)\s*>", type_)
        if not inner:
            return None
        items = [literal(item, inner.group(1)) for item in value]
        if any(item is None for item in items):
            return None
        return f"{type_}{{{', '.join(item for item in items if item)}}}"
    return None


def missing_constants(text: str) -> str:
    """Definitions of the usual constants that a lone function uses; a local of the same name merely hides one."""
    used = {word for kind, word in tokens(text, "cpp") if kind == "name"}
    lines = [line for name, line in _CONSTANTS.items() if name in used]
    return "\n".join(lines) + "\n\n" if lines else ""


def layout(words: Iterable[str]) -> str:
    """Readable C++ of bare tokens: blanks as people set them, one statement a line, four blanks a level."""
    lines: list[str] = []
    line, depth, parentheses, braces = "", 0, 0, 0
    previous = ""
    for word in words:
        parentheses += {"(": 1, ")": -1}.get(word, 0)
        if word == "}" and braces == 0:
            if line.strip():
                lines.append("    " * depth + line.strip())
                line = ""
            depth -= 1
            lines.append("    " * depth + "}")
            previous = word
            continue
        # Braces after "=" or a comma are values, others are blocks.
        if word == "{" and (previous in ("=", ",", "return", "]", "{", "(") and (line.strip() or braces)):
            braces += 1
        elif word == "}" and braces:
            braces -= 1
        elif word == "{" and parentheses == 0:
            lines.append("    " * depth + _glue(line, word).strip())
            line, previous = "", word
            depth += 1
            continue
        line = _glue(line, word)
        previous = word
        if word == ";" and parentheses == 0 and braces == 0:
            lines.append("    " * depth + line.strip())
            line = ""
    if line.strip():
        lines.append("    " * depth + line.strip())
    joined: list[str] = []
    for entry in lines:
        if entry.strip() == ";" and joined:
            joined[-1] += ";"
        elif (
            joined
            and joined[-1].strip() == "}"
            and re.match(r"\s*(?:else|while)\b", entry)
            and "do" not in joined[-1]
        ):
            joined[-1] += " " + entry.strip()
        else:
            joined.append(entry)
    text = "\n".join(joined) + "\n"
    while (closed := _TEMPLATE.sub(r"\1<\2>", text)) != text:
        text = closed
    return text


def _glue(line: str, word: str) -> str:
    """``line`` with ``word`` set after it: no blank inside brackets, around member access, after unary operators."""
    last = line.rstrip()[-1:] if line else ""
    tight_before = word in (")", "]", ";", ",", ".", "->", "++", "--", "::", "[")
    call = word == "(" and re.search(
        r"(?<![\w])(?!(?:if|for|while|switch|return|else)$)[A-Za-z_]\w*$|[\])>]$", line.rstrip()
    )
    tight_after = last in ("(", "[", "!", "~") or line.endswith((".", "->", "::")) or line == ""
    unary = re.search(
        r"(?:^|[(\[,=<>?:+\-*/%|^]|&&|\breturn) ?[-+*&]$", line
    ) is not None and not line.endswith(("++", "--"))
    prefix = (
        line.endswith(("++", "--"))
        and re.match(r"\w", word)
        and re.search(r"(?:^|[(\[,;=<>+\-*/ ])(?:\+\+|--)$", line)
    )
    if line.endswith("!=") or line.endswith("= !"):
        tight_after = line.endswith("= !")
    if tight_before and not (word in ("++", "--") and not re.search(r"[\w\])]$", line)):
        return line.rstrip() + word
    if call or tight_after or unary or prefix:
        return line.rstrip() + word if call or not line.endswith("return") else line + " " + word
    return (line.rstrip() + " " + word) if line else word


def _code_characters(text: str) -> Iterator[tuple[int, str]]:
    """Positions and characters outside string literals, character literals and comments."""
    for match in re.finditer(
        r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])\'|//[^\n]*|/\*.*?\*/|(.)', text, re.DOTALL
    ):
        if match.group(1):
            yield match.start(), match.group(1)
