"""Which GeeksforGeeks test pairs are problems of the GeeksforGeeks question file under another name."""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path

from pricetag.train import python_sources
from pricetag.train.tokens import normal_form


@lru_cache(maxsize=2)
def pair_problems(data: Path) -> dict[int, str]:
    """Problem id of each test pair by line number: that of the question with the same normal form in either language."""
    known: dict[str, str] = {}
    for row in python_sources.rows(data / "gfg_parallel" / "transcoder_questions.jsonl.gz"):
        problem = python_sources.gfg_problem(row["title"])
        known.setdefault(_python_form(row["solution"]), problem)
        known.setdefault(normal_form(row["other_lang_solutions"]["C++"], "cpp"), problem)
    problems = {}
    for row in python_sources.rows(data / "gfg_parallel" / "transcoder_test_pairs.jsonl.gz"):
        python = _python_form(python_sources.detokenise(row["python_tokens"]))
        cpp = normal_form(row["cpp_tokens"], "cpp")
        problems[row["line"]] = known.get(cpp) or known.get(python) or f"gfg/pair-{row['line']}"
    return problems


def _python_form(code: str) -> str:
    tree = python_sources.parse(code)
    return normal_form(ast.unparse(tree) if tree else code, "python")
