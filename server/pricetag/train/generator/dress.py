"""What stands around a generated function: imports or includes, annotations or none, ``std::`` or ``using``."""

from __future__ import annotations

import ast
import random
import re

from pricetag.train.python_sources import missing_imports

_STD = re.compile(
    r"(?<![\w:.>$])(vector|string|map|set|unordered_map|unordered_set|multiset|multimap|set_difference|pair|make_pair|queue|stack|deque|priority_queue|sort|"
    r"stable_sort|max|min|swap|reverse|accumulate|max_element|min_element|abs|greater|less|to_string|stoi|stoll|unique|lower_bound|"
    r"upper_bound|binary_search|count_if|all_of|any_of|none_of|find_if|find|move|iota|partial_sum|nth_element|partial_sort|transform|"
    r"copy_if|back_inserter|array|optional|nullopt|string_view|ostringstream|istringstream|stringstream|getline|function|tuple|"
    r"numeric_limits|next_permutation|gcd|sqrt|pow|isalpha|isdigit|isspace|tolower|toupper|isupper|islower|fill|rotate|"
    r"remove_if|merge|set_intersection|set_union|unique_ptr|make_unique|list|bitset|inner_product|adjacent_find|is_sorted)"
    r"(?=\s*[<(]|\s+[\w&*]|&|::|>|\s*\{|,|;|\))"
)


def dress(text: str, language: str, rng: random.Random) -> str:
    """A program with its imports or includes, and with or without annotations or ``std::``."""
    if language == "python":
        annotations = rng.random()
        if annotations < 0.45:
            text = _bare(text, returns_only=annotations < 0.1)
        return _python_imports(text) + text
    if rng.random() < 0.5:
        return "#include <bits/stdc++.h>\n\n" + _STD.sub(r"std::\1", text)
    return "#include <bits/stdc++.h>\nusing namespace std;\n\n" + text


def _bare(text: str, *, returns_only: bool) -> str:
    """Python text without annotations (of results only, or all)."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.returns = None
            if not returns_only:
                for argument in [*node.args.args, *node.args.kwonlyargs]:
                    argument.annotation = None
    return ast.unparse(tree) + "\n"


def _python_imports(text: str) -> str:
    lines = missing_imports(text)
    return f"{lines}\n\n" if lines else ""
