"""A tiny lexer shared by duplicate detection and splits: comments and layout dropped, the same for Python and C++."""

from __future__ import annotations

import re
from collections.abc import Iterator

KEYWORDS = frozenset(
    """
    and as assert async await break class continue def del elif else except finally for from global if import in is
    lambda nonlocal not or pass raise return try while with yield None True False
    auto bool case catch char const constexpr default delete do double enum explicit extern false float goto inline
    int long mutable namespace new nullptr operator private protected public short signed sizeof static struct
    switch template this throw true typedef typename union unsigned using virtual void volatile
    """.split()
)
_TOKEN = {
    "python": re.compile(
        r"""(?P<skip>\#[^\n]*|\s+|\\\n)
        |(?P<string>[rbfuRBFU]{0,2}(?:'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"))
        |(?P<number>\d[\w.]*(?:(?<=[eE])[+-]\w+)?)
        |(?P<name>[^\W\d]\w*)
        |(?P<operator>\*\*=?|//=?|>>=?|<<=?|->|:=|[-+*/%&|^=!<>]=|.)""",
        re.VERBOSE | re.DOTALL,
    ),
    "cpp": re.compile(
        r"""(?P<skip>//[^\n]*|/\*.*?\*/|\s+|\\\n)
        |(?P<string>(?:u8|[uUL])?"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+')
        |(?P<number>\.?\d[\w.']*(?:(?<=[eEpP])[+-]\w+)?)
        |(?P<name>[^\W\d]\w*)
        |(?P<operator><<=?|>>=?|->\*?|\+\+|--|&&|\|\||::|[-+*/%&|^=!<>]=|.)""",
        re.VERBOSE | re.DOTALL,
    ),
}


def tokens(text: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield (class, text) of every token: class is name, keyword, number, string or operator."""
    for match in _TOKEN[language].finditer(text):
        kind = match.lastgroup or "operator"
        if kind == "skip":
            continue
        if kind == "name" and match.group() in KEYWORDS:
            kind = "keyword"
        yield kind, match.group()


def normal_text(text: str, language: str, entry: str = "") -> str:
    """Tokens of ``text`` joined by blanks; the function's own name is neutral, so that only its name differing is a duplicate."""
    own = entry.rsplit(".", 1)[-1]
    return " ".join("·" if word == own else word for _, word in tokens(text, language))


def normal_form(text: str, language: str) -> str:
    """Tokens with names numbered by first use and literals neutral: equal for renamed copies of one function."""
    numbers: dict[str, str] = {}
    words = []
    for kind, word in tokens(text, language):
        if kind == "name":
            words.append(numbers.setdefault(word, f"v{len(numbers)}"))
        elif kind == "string":
            words.append('""')
        else:
            words.append(word)
    return " ".join(words)


def shape_tokens(text: str, language: str) -> list[str]:
    """Tokens with every name as ``v`` and every literal neutral: what near-duplicates are compared by."""
    neutral = {"name": "v", "string": '""', "number": "0"}
    return [neutral.get(kind, word) for kind, word in tokens(text, language)]
