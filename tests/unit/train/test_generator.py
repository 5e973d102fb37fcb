from __future__ import annotations

import ast
import random
import re
import subprocess
import types
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pricetag.measure.label import Item
from pricetag.train.generator import LANGUAGES, generate, generate_versions, records, scalars, texts
from pricetag.train.generator.arguments import examples
from pricetag.train.generator.generate import families
from pricetag.train.generator.template import Version, read_families, render
from pricetag.train.tokens import normal_form, normal_text


def drawn(language: str, count: int, seed: int = 0) -> list[Item]:
    return list(generate(language, count, seed))


@pytest.mark.parametrize("language", LANGUAGES)
def test_seeds_decide_everything(language: str) -> None:
    first = drawn(language, 60, 5)
    assert first == drawn(language, 60, 5)
    assert first[:20] == drawn(language, 20, 5)
    assert {item.code for item in first}.isdisjoint(
        item.code for item in drawn(language, 60, 6) if len(item.code) > 200
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_programs_differ_by_more_than_names(language: str) -> None:
    items = drawn(language, 400)
    assert (
        len({normal_form(item.code, language) for item in items}) == len({item.id for item in items}) == 400
    )
    assert all(
        item.problem.startswith("generated/") and item.language == language and item.examples
        for item in items
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mix_is_broad(language: str) -> None:
    library = families(language)
    assert len(library) >= 80
    assert sum(len(family.versions) for family in library.values()) >= 350
    written = [item for item in drawn(language, 1500) if item.problem.removeprefix("generated/") in library]
    assert len(written) > 200
    constant = {
        f"{name}/{version.name}"
        for name, family in library.items()
        for version in family.versions
        if version.constant
    }
    share = sum("/".join(item.id.split("/")[2:4]) in constant for item in written) / len(written)
    assert 0.4 < share < 0.6
    assert max(Counter(item.problem for item in written).values()) < 0.05 * len(written)


def outline(item: Item) -> set[str]:
    """What a program holds."""
    text = item.code
    found = {
        "loop": r"\b(for|while)\b", "class": r"^class ", "document": r'"""|^ *//|^ */\*', "helper": r"^(?:static |inline )?\w[\w:<>, ]* \w+\([^)]*\) \{$",
        "container": r"\[\]|\{\}|set\(|dict\(|deque\(|(vector|map|set|unordered_map|unordered_set|queue|stack)<",
    }  # fmt: skip
    return {name for name, pattern in found.items() if re.search(pattern, text, re.MULTILINE)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_balance_is_that_of_working_code(language: str) -> None:
    items = drawn(language, 800, 3)
    shares = {
        name: share / len(items)
        for name, share in Counter(name for item in items for name in outline(item)).items()
    }
    assert 0.04 < shares["class"] < 0.2
    assert 0.1 < shares["document"] < 0.5
    assert 0.5 < shares["loop"] < 0.95
    names = {word for item in items for word in re.findall(r"[A-Za-z_]\w{2,}", item.code)}
    assert len(names) > 1_500
    lengths = sorted(item.code.count("\n") for item in items)
    assert lengths[len(lengths) // 2] in range(6, 25) and lengths[-1] < 150


@pytest.mark.parametrize("language", LANGUAGES)
def test_programs_do_not_run_out(language: str) -> None:
    for make, share in ((records.item, 2_000), (scalars.item, 1_000), (texts.item, 1_000)):
        made = [make(language, random.Random(f"{language}/{number}"), str(number)) for number in range(share)]
        distinct = {normal_text(item.code, language) for item in made}
        assert len(distinct) > 0.93 * share, (make.__module__, len(distinct))
        if make is not texts.item:
            assert len({normal_form(item.code, language) for item in made}) > 0.8 * share


def call(item: Item, example: str) -> None:
    namespace: dict[str, Any] = {}
    exec(compile(item.code, item.id, "exec"), namespace)
    owner, _, name = item.entry.rpartition(".")
    function = getattr(namespace[owner](*eval(item.receiver[0])), name) if owner else namespace[name]
    answer = function(*eval(example, namespace))
    if isinstance(answer, types.GeneratorType):
        assert len(list(answer)) < 100_000


def test_python_programs_run_on_their_examples() -> None:
    slow = "fibonacci/naive"  # exponential: a case of its own, over the limit at any size that matters
    failures = []
    for item in drawn("python", 600, 1):
        if slow in item.id:
            continue
        for example in item.examples:
            try:
                call(item, example)
            except Exception as error:
                failures.append((item.id, type(error).__name__))
    # Some are written to refuse some inputs (two lists of unequal length).
    assert len({name for name, _ in failures}) <= 3, failures


def every_version(language: str) -> Iterator[tuple[str, str]]:
    for family in families(language).values():
        for version in family.versions:
            for seed in range(2):
                name = f"{family.name}/{version.name}"
                yield (
                    name,
                    render(
                        version, family.slots, language, random.Random(f"{name}/{seed}"), random.Random(seed)
                    ),
                )


def test_every_python_version_parses_and_binds_its_names() -> None:
    for name, text in every_version("python"):
        tree = ast.parse(text)
        assert any(isinstance(node, ast.FunctionDef) for node in tree.body), name
        assert not re.search(r"[$§«»¦¿]", text), name


# Families whose parameters take temporaries, so that a call can be written down.
_BY_VALUE = re.compile(r"generated/(records|scalars|texts)-")


def compile_together(codes: list[str], folder: Path) -> str:
    """The compiler's errors over programs set side by side, each in a namespace of its own."""
    parts = ["#include <bits/stdc++.h>"]
    for number, code in enumerate(codes):
        body = re.sub(r"^\s*#include.*$", "", code, flags=re.MULTILINE)
        parts.append(f"namespace program_{number} {{\n{body}\n}}")
    path = folder / "programs.cpp"
    path.write_text("\n".join(parts))
    done = subprocess.run(
        ["g++", "-std=c++17", "-fsyntax-only", "-w", str(path)],
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    return done.stderr


def test_every_cpp_version_and_composed_programs_compile(tmp_path: Path) -> None:
    versions = [text for _, text in every_version("cpp")]
    assert not any(re.search(r"[$§«»¦¿]", text) for text in versions)
    composed = []
    for item in drawn("cpp", 220, 2):
        owner, _, name = item.entry.rpartition(".")
        subject = f"{owner} subject({item.receiver[0]}); subject." if owner else ""
        calls = "".join(f"{{ {subject}{name}({example}); }}" for example in item.examples)
        composed.append(
            f"{item.code}\nvoid run_examples() {{ {calls} }}\n"
            if _BY_VALUE.search(item.problem)
            else item.code
        )
    assert compile_together([f"using namespace std;\n{text}" for text in versions] + composed, tmp_path) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_versions_share_names_and_problem(language: str) -> None:
    pairs = list(generate_versions(language, 60, 3))
    assert len(pairs) == 60
    for before, after in pairs:
        assert before.problem == after.problem
        assert before.id != after.id
    assert sum(before.entry == after.entry for before, after in pairs) >= 55
    assert sum(before.code != after.code for before, after in pairs) == 60


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("def $f($xs):\n    return §num 3 3§\n", {"def solve(values):\n    return 3\n"}),
        ("«a¦b«c¦d»»\n", {"a\n", "bc\n", "bd\n"}),
        ("x\n¿ y\n", {"x\n", "x\ny\n"}),
        ("f($xs, $x, $xs)\n", {"f(values, value, values)\n"}),
    ],
)
def test_templates(text: str, wanted: set[str]) -> None:
    slots = {"f": ["solve"], "xs": ["values"], "x": ["value"]}
    made = {
        render(Version("v", False, (), text), slots, "python", random.Random(seed), random.Random(seed))
        for seed in range(60)
    }
    assert made == wanted


def test_names_of_a_program_never_collide() -> None:
    text = "def $f($xs, $xs2, $rows, $s):\n    value = $x + $x2 + $row + $c + $i + $j + $k + $n\n"
    for seed in range(100):
        made = render(Version("v", False, (), text), {}, "python", random.Random(seed), random.Random(seed))
        names = re.findall(r"\w+", made)[1:]
        names.remove("value")
        assert len(set(names)) == len(names), made
        assert not {"list", "sum", "for"} & set(names)


@pytest.mark.parametrize(
    "text", ["=== bad name: ints\n--- v\nx\n", "--- V !\nx\n", "=== good: ints\nnot a slot line\n--- v\nx\n"]
)
def test_broken_family_files_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_families(text)


@pytest.mark.parametrize(
    ("kinds", "language", "pattern"),
    [
        (["ints", "k"], "cpp", r"vector<int>\{-?\d+(, -?\d+)*\}, \d+"),
        (["rows"], "cpp", r'vector<pair<string, int>>\{(\{"\w+", \d+\}(, )?)+\}'),
        (["text", "flag"], "python", r"\('\w+', (True|False)\)"),
        (["matrix", "matrix"], "python", r"\(\[\[.*\]\], \[\[.*\]\]\)"),
    ],
)
def test_example_arguments(kinds: list[str], language: str, pattern: str) -> None:
    made = examples(kinds, language, random.Random(1))
    assert made and all(re.fullmatch(pattern, text) for text in made)
    if kinds == ["matrix", "matrix"]:
        for text in made:
            first, second = ast.literal_eval(text)
            assert len(first) == len(second) and len(first[0]) == len(second[0])
