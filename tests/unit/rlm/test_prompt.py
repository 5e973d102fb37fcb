"""Prompts with numbered names: a rename changes nothing that the model reads."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pricetag.rlm.prompt import AS_WRITTEN, Normalisation, Prompt, numbered, render
from pricetag.syntax.binding import bound_names, parse_canonical
from pricetag.syntax.function import Language
from pricetag.train.augment import rename

PYTHON = "def mean(levels, key=None):\n\ttotal = 0\n\tfor i, level in enumerate(levels):\n\t\ttotal += level.real * clip(i, key=key)\n\treturn total / len(levels)"
CPP = "double mean(const std::vector<int>& levels, int skip) {\n\tdouble total = 0;\n\tfor (auto& [a, level] : pairs(levels)) total += level.second;\n\treturn total - skip;\n}"


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        (
            render("python", "levels: list[int] of n, key: callable", PYTHON),
            Prompt(
                "python",
                "vb: list[int] of n, vc: callable",
                "def va(vb, vc=None):\n\tvd = 0\n\tfor ve, vf in enumerate(vb):\n\t\tvd += vf.real * clip(ve, key=vc)\n\treturn vd / len(vb)",
            ),
        ),
        (
            render("cpp", "levels: vector[int] of n, skip: int <= n", CPP),
            Prompt(
                "cpp",
                "vb: vector[int] of n, vc: int <= n",
                "double va(const std::vector<int>& vb, int vc) {\n\tdouble vd = 0;\n\tfor (auto& [ve, vf] : pairs(vb)) vd += vf.second;\n\treturn vd - vc;\n}",
            ),
        ),
        (
            # A callee keeps the name that it is called by; its own names have a series of their own.
            render("python", "", "def f(n):\n\treturn g(n)", ["def g(m):\n\tif m:\n\t\tf(m)\n\treturn m"]),
            Prompt(
                "python",
                "",
                "def va(vb):\n\treturn g(vb)",
                ("def g(vb):\n\tif vb:\n\t\tva(vb)\n\treturn vb",),
            ),
        ),
        (
            render("python", "self: object of n", "def f(self):\n\treturn self.f"),
            Prompt("python", "self: object of n", "def va(self):\n\treturn self.f"),
        ),
        (
            render("python", "", "def f(): return lambda x: x"),
            Prompt("python", "", "def va(): return lambda vb: vb"),
        ),
    ],
)
def test_names_are_numbered(prompt: Prompt, expected: Prompt) -> None:
    assert numbered(prompt) == expected
    assert numbered(expected) == expected


HINTED = render(
    "python", "xs: list[int] of n", "def f(xs: list[int]) -> int:\n\tn: int = g(xs)\n\treturn n",
    ["def g(xs: Sequence[int]) -> int:\n\treturn len(xs)"],
)  # fmt: skip


@pytest.mark.parametrize(
    ("config", "function", "callee"),
    [
        ({}, HINTED.canonical, HINTED.callees[0]),
        ({"drop_hints": True}, "def f(xs):\n\tn = g(xs)\n\treturn n", "def g(xs):\n\treturn len(xs)"),
        (
            {"drop_hints": True, "number_names": True, "other": 1},
            "def va(vb):\n\tvc = g(vb)\n\treturn vc",
            "def g(vb):\n\treturn len(vb)",
        ),
        (
            {"drop_hints": True, "number_names": True, "one_spelling": True},
            "def va(vb):\n\treturn g(vb)",
            "def g(vb):\n\treturn len(vb)",
        ),
    ],
)
def test_a_model_reads_as_its_config_says(config: dict[str, bool], function: str, callee: str) -> None:
    found = Normalisation.of(config)(HINTED)
    assert (found.canonical, found.callees) == (function, (callee,))
    assert found.assumes == ("vb" if config.get("number_names") else "xs") + ": list[int] of n"


def test_types_of_cpp_stay() -> None:
    prompt = render("cpp", "", CPP)
    assert Normalisation(drop_hints=True)(prompt) == AS_WRITTEN(prompt) == prompt


def test_many_names_are_all_different() -> None:
    names = [f"name{i}" for i in range(800)]
    code = "def f():\n" + "\n".join(f"\t{name} = {i}" for i, name in enumerate(names))
    found = bound_names(numbered(render("python", "", code)).canonical, Language.PYTHON)
    assert len(found) == len(set(found)) == 801


@pytest.mark.parametrize(
    "prompt", [render("python", "levels: list[int] of n", PYTHON), render("cpp", "", CPP)]
)
@given(seed=st.integers(0, 2**32))
def test_a_rename_reads_the_same(prompt: Prompt, seed: int) -> None:
    names = bound_names(prompt.canonical, Language(prompt.language))
    pool = [
        "alpha",
        "beta",
        "gamma",
        "x",
        "y",
        "f",
        "total",
        "rest",
        "grüße",
        "n1",
        "n2",
        "n3",
        "n4",
        "n5",
        "n6",
        "n7",
    ]
    assert numbered(rename(prompt, names, pool, random.Random(seed))) == numbered(prompt)


@given(text=st.text(max_size=60))
@example(text="Aº)À=0")  # once its first name is numbered, the rest parses otherwise
def test_any_text_is_numbered(text: str) -> None:
    """Broken syntax is read, oddly perhaps; in what is whole, nothing is left to number."""
    for language in ("python", "cpp"):
        once = numbered(render(language, "", text))
        assert once.language == language and once.canonical.isspace() == text.isspace()
        if not parse_canonical(text, Language(language)).has_error:
            assert numbered(once).canonical == once.canonical
