"""Small example arguments of generated functions, by kind, as source text of either language."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Sequence

_WORDS = (
    "alpha beta gamma delta north south east west red green blue apple pear plum cart order invoice node edge token "
    "error warn info debug user admin guest monday friday paris oslo lima quebec data cache index value"
).split()


def _ints(rng: random.Random) -> list[int]:
    low, high = rng.choice([(0, 20), (1, 100), (-50, 50), (0, 1000), (1, 9)])
    return [rng.randint(low, high) for _ in range(rng.randint(5, 12))]


def _text(rng: random.Random) -> str:
    letters = rng.choice(["ab", "abc", "abcdefgh", string.ascii_lowercase])
    return "".join(rng.choice(letters) for _ in range(rng.randint(6, 16)))


def _words(rng: random.Random) -> list[str]:
    return [rng.choice(_WORDS) for _ in range(rng.randint(4, 9))]


def _matrix(rng: random.Random) -> list[list[int]]:
    side = rng.randint(3, 5)
    return [[rng.randint(0, 9) for _ in range(side)] for _ in range(side)]


# kind -> (C++ type, a value)
_MAKERS: dict[str, tuple[str, Callable[[random.Random], object]]] = {
    "ints": ("vector<int>", _ints),
    "longs": ("vector<long long>", _ints),
    "positives": ("vector<int>", lambda rng: [rng.randint(1, 30) for _ in range(rng.randint(5, 10))]),
    "sorted": ("vector<int>", lambda rng: sorted(_ints(rng))),
    "bits": ("vector<int>", lambda rng: [rng.randint(0, 1) for _ in range(rng.randint(6, 14))]),
    "floats": ("vector<double>", lambda rng: [round(rng.uniform(0, 50), 2) for _ in range(rng.randint(5, 10))]),
    "words": ("vector<string>", _words),
    "text": ("string", _text),
    "digits": ("string", lambda rng: "".join(rng.choice("0123456789") for _ in range(rng.randint(5, 12)))),
    "brackets": ("string", lambda rng: "".join(rng.choice("()[]{}") for _ in range(rng.randint(6, 14)))),
    "line": ("string", lambda rng: " ".join(_words(rng))),
    "csv": ("string", lambda rng: ",".join(str(rng.randint(0, 99)) for _ in range(rng.randint(4, 9)))),
    "config": ("string", lambda rng: ";".join(f"{w}={rng.randint(0, 9)}" for w in _words(rng))),
    "pairs": ("vector<pair<int, int>>", lambda rng: [(rng.randint(0, 12), rng.randint(0, 12)) for _ in range(rng.randint(4, 9))]),
    "intervals": (
        "vector<pair<int, int>>",
        lambda rng: [(a, a + rng.randint(1, 9)) for a in (rng.randint(0, 40) for _ in range(rng.randint(4, 8)))],
    ),
    "points": (
        "vector<pair<double, double>>",
        lambda rng: [(round(rng.uniform(0, 9), 1), round(rng.uniform(0, 9), 1)) for _ in range(rng.randint(4, 7))],
    ),
    "rows": ("vector<pair<string, int>>", lambda rng: [(rng.choice(_WORDS), rng.randint(1, 99)) for _ in range(rng.randint(4, 8))]),
    "records": (
        "",
        lambda rng: [
            {"id": i + 1, "name": rng.choice(_WORDS), "amount": rng.randint(1, 500), "status": rng.choice(["open", "done"])}
            for i in range(rng.randint(3, 6))
        ],
    ),
    "matrix": ("vector<vector<int>>", _matrix),
    "grid": ("vector<vector<int>>", lambda rng: [[rng.randint(0, 1) for _ in range(4)] for _ in range(4)]),
    "board": ("vector<string>", lambda rng: ["".join(rng.choice(".#") for _ in range(5)) for _ in range(5)]),
    "dict": ("unordered_map<string, int>", lambda rng: {word: rng.randint(1, 50) for word in _words(rng)}),
    "lookup": ("unordered_map<int, int>", lambda rng: {rng.randint(0, 60): rng.randint(1, 50) for _ in range(6)}),
    "graph": ("", lambda rng: {i: sorted({rng.randrange(6) for _ in range(2)}) for i in range(6)}),
    "n": ("int", lambda rng: rng.randint(5, 40)),
    "big": ("long long", lambda rng: rng.randint(100, 5000)),
    "k": ("int", lambda rng: rng.randint(2, 4)),
    "target": ("int", lambda rng: rng.randint(1, 40)),
    "word": ("string", lambda rng: rng.choice(_WORDS)),
    "char": ("char", lambda rng: rng.choice("abcde")),
    "ratio": ("double", lambda rng: round(rng.uniform(0.1, 0.9), 2)),
    "flag": ("bool", lambda rng: rng.random() < 0.5),
}  # fmt: skip


def examples(kinds: Sequence[str], language: str, rng: random.Random, count: int = 3) -> tuple[str, ...]:
    """``count`` calls' arguments: a tuple's text in Python, an argument list in C++."""
    calls = []
    for _ in range(count):
        # Two matrices of one call have one shape.
        made: dict[str, object] = {}
        values = []
        for kind in kinds:
            value = _MAKERS[kind][1](rng)
            if kind == "matrix" and isinstance(made.get(kind), list):
                value = [[x + 1 for x in row] for row in made[kind]]  # type: ignore[attr-defined]
            made[kind] = value
            values.append(value)
        if language == "python":
            calls.append(repr(tuple(values)))
        else:
            calls.append(
                ", ".join(_cpp(value, _MAKERS[kind][0]) for value, kind in zip(values, kinds, strict=True))
            )
    return tuple(dict.fromkeys(calls))


def _cpp(value: object, type_: str = "") -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}'" if type_ == "char" else f'"{value}"' if not type_ else f'string("{value}")'
    if isinstance(value, (list, tuple)):
        return f"{type_}{{{', '.join(map(_cpp, value))}}}"
    if isinstance(value, dict):
        return f"{type_}{{{', '.join(f'{{{_cpp(k)}, {_cpp(v)}}}' for k, v in value.items())}}}"
    return repr(value)
