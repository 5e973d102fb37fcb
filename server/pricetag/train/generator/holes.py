"""Generated expressions that fill the holes of a template."""

from __future__ import annotations

import random
from collections.abc import Callable


def _predicate(x: str, language: str, rng: random.Random) -> str:
    both = "and" if language == "python" else "&&"
    either = "or" if language == "python" else "||"
    a, b = rng.randint(2, 9), rng.randint(0, 60)
    return rng.choice([
        f"{x} % {a} == 0", f"{x} > {b}", f"{x} < {b}", f"{x} % {a} != {rng.randrange(a)}", f"{x} >= {b}", f"{x} != {b}", f"{x} > 0",
        f"{x} % 2 == 1", f"({x} & 1) == 0", f"{x} >= {b} {both} {x} <= {b + a * 10}", f"{x} < {a} {either} {x} > {b + a}",
        f"abs({x}) > {a}", f"({x} ^ {a}) % {rng.randint(2, 5)} == 0", f"{x} * {x} > {b}", f"{x} + {a} > {b}",
    ])  # fmt: skip


def _map(x: str, language: str, rng: random.Random) -> str:
    divide = "//" if language == "python" else "/"
    a, b = rng.randint(2, 9), rng.randint(1, 40)
    return rng.choice([
        f"{x} * {a}", f"{x} + {b}", f"{x} * {x}", f"abs({x})", f"{x} - {b}", f"{x} % {b + 2}", f"{x} {divide} {a}", f"({x} ^ {a})",
        f"-{x}", f"max({x}, {b % 5})", f"{x} * {a} + {b}", f"min({x}, {b * 10})", f"({x} << 1)", f"({x} + {b}) * {a}", f"{x}",
    ])  # fmt: skip


def _key(x: str, language: str, rng: random.Random) -> str:
    divide = "//" if language == "python" else "/"
    a = rng.randint(2, 20)
    return rng.choice([f"{x} % {a}", f"{x} {divide} {a}", x, x, f"{x} % {a * 100}", f"abs({x})", f"({x} & {2 ** rng.randint(2, 8) - 1})",
                       f"{x} * {a}"])  # fmt: skip


def _word_predicate(w: str, language: str, rng: random.Random) -> str:
    k, c = rng.randint(1, 6), rng.choice("aeiostrn")
    if language == "python":
        return rng.choice([f"len({w}) > {k}", f'{w}.startswith("{c}")', w, f'"{c}" in {w}', f"len({w}) % 2 == 0",
                           f"{w}.isalpha()", f'{w}.endswith("{c}")', f"len({w}) <= {k}", f"{w} != {w}[::-1]"])  # fmt: skip
    return rng.choice([f"{w}.size() > {k}", f"{w}.length() % 2 == 0", f"!{w}.empty()", f"{w}.find('{c}') != string::npos",
                       f"{w}.size() <= {k}", f"!{w}.empty() && {w}[0] == '{c}'", f"{w}.back() != '{c}'"])  # fmt: skip


def _word_map(w: str, language: str, rng: random.Random) -> str:
    k = rng.randint(1, 5)
    if language == "python":
        return rng.choice([f"{w}.lower()", f"{w}.strip()", f"{w}[::-1]", f"{w}.upper()", f'{w} + "{rng.choice("!_-.")}"', f"{w}[:{k}]",
                           f"{w}.title()", f'{w}.replace("a", "")', f"{w} * {k}", w])  # fmt: skip
    return rng.choice(
        [
            w,
            f'{w} + "{rng.choice("!_-.")}"',
            f"{w}.substr(0, {k})",
            f"string({w}.rbegin(), {w}.rend())",
            f"{w} + {w}",
        ]
    )


def _word_key(w: str, language: str, rng: random.Random) -> str:
    k = rng.randint(1, 3)
    if language == "python":
        return rng.choice(
            [w, w, f"{w}.lower()", f"{w}[:{k}]", f'"".join(sorted({w}))', f"{w}[::-1]", f"{w}.strip()"]
        )
    return rng.choice([w, w, f"{w}.substr(0, {k})", f"string({w}.rbegin(), {w}.rend())"])


def _number(words: str, language: str, rng: random.Random) -> str:
    low, high = map(int, words.split())
    return str(rng.randint(low, high))


def _in(type_: str, language: str, rng: random.Random) -> str:
    """A C++ parameter type: by reference mostly, by value as people forget."""
    return rng.choices([f"const {type_}&", type_, f"{type_}&"], [60, 28, 12])[0]


def _ro(type_: str, language: str, rng: random.Random) -> str:
    """A C++ parameter that is only read."""
    return rng.choices([f"const {type_}&", type_], [70, 30])[0]


def _up(words: str, language: str, rng: random.Random) -> str:
    """A C++ loop head: ``§up i from to§``."""
    i, start, stop = words.split(" ", 2)
    step = rng.choice([f"++{i}", f"{i}++"])
    type_ = "int" if start != "0" or "size()" not in stop else rng.choice(["int", "size_t"])
    if type_ == "int" and "size()" in stop and rng.random() < 0.5:
        stop = (
            stop
            if stop.startswith("(int)")
            else f"(int){stop}"
            if stop.endswith(".size()") and " " not in stop
            else stop
        )
    return f"for ({type_} {i} = {start}; {i} < {stop}; {step})"


def _each(words: str, language: str, rng: random.Random) -> str:
    """A C++ range loop head: ``§each TYPE x xs§``."""
    *type_, x, xs = words.split(" ")
    name = " ".join(type_)
    heavy = name not in ("int", "char", "long long", "double", "bool")
    forms = [f"const {name}& {x}", f"const auto& {x}", f"const auto& {x}", f"auto {x}"] if heavy else [
        f"{name} {x}", f"{name} {x}", f"auto {x}", f"const auto& {x}", f"const {name} {x}"]  # fmt: skip
    return f"for ({rng.choice(forms)} : {xs})"


def _integer(words: str, language: str, rng: random.Random) -> str:
    """A wide integer type."""
    return rng.choice(["long long", "long long", "int64_t", "long", "int"])


HOLES: dict[str, Callable[[str, str, random.Random], str]] = {
    "pred": _predicate,
    "map": _map,
    "key": _key,
    "wpred": _word_predicate,
    "wmap": _word_map,
    "wkey": _word_key,
    "num": _number,
    "in": _in,
    "ro": _ro,
    "up": _up,
    "each": _each,
    "integer": _integer,
}
