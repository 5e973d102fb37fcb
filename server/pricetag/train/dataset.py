"""Labels and items joined into training examples, and examples packed into flat arrays.

An example is one function: its prompts (as written, and renamed copies) and its labels at every size.
"""

from __future__ import annotations

import math
import random
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from pricetag.measure.label import Item, Label
from pricetag.rlm.numbers import MEMORY, PAD, RUNTIME, SIZES, size_token
from pricetag.rlm.prompt import Prompt, PromptTooLong, encode, render
from pricetag.syntax import parse_functions
from pricetag.syntax.binding import bound_names
from pricetag.syntax.function import Function, Language
from pricetag.train.augment import rename
from pricetag.train.processes import in_processes

METRICS = ("memory", "runtime")
# Sources whose functions were made to learn from. A model is judged by the others, which people wrote for themselves.
AUTHORED = "authored"
MACHINE_WRITTEN = frozenset({AUTHORED, "generated", "mutated", "neutral"})
NO_LABEL = -1
_BLIND_EVERY = 3
# Decoder rows: [n, memory decade, memory tenth, runtime decade] predict the four tokens that follow.
STEPS = 4


def validating(examples: Iterable[Example]) -> list[Example]:
    """The validation functions that people wrote, whose like will be forecast; all of them where there are none."""
    own = [example for example in examples if example.split == "validation"]
    return [example for example in own if example.source not in MACHINE_WRITTEN] or own


def teaching(examples: Iterable[Example]) -> list[Example]:
    """What gradient boosting learns from, all where there is nothing else: mutants mislead it
    (``tests/bench/source_ablation.py``), programs too.
    """
    every = list(examples)
    return [example for example in every if example.source not in MACHINE_WRITTEN - {AUTHORED}] or every


@dataclass(slots=True)
class Example:
    """One function with its labels. A value is positive, ``inf`` for ``over``, absent where nothing was measured."""

    item: str
    source: str
    problem: str
    language: str
    split: str
    prompt: Prompt
    values: dict[str, dict[int, float]]  # metric -> n -> bytes or seconds
    renamed: list[Prompt] = field(default_factory=list)

    def value(self, metric: str, n: int) -> float | None:
        """The label of one metric at one size."""
        return self.values[metric].get(n)


def entry_function(item: Item) -> Function | None:
    """The function that an item measures, as the editor would extract it from the item's code."""
    functions = parse_functions(item.code, Language(item.language))
    wanted = item.entry.replace("::", ".").split(".")[-1]
    named = [function for function in functions if function.name == wanted and not function.error]
    exact = [f for f in named if f.qualified_name.replace("::", ".") == item.entry.replace("::", ".")]
    found = exact or named
    return found[-1] if found else None


def join(items: Iterable[Item], labels: Iterable[Label], splits: Mapping[str, str]) -> list[Example]:
    """Examples of every item that has a parsed function, a split and at least one label."""
    measured: dict[str, list[Label]] = defaultdict(list)
    for label in labels:
        measured[label.item].append(label)
    chosen: list[Item] = []
    found: dict[str, dict[str, dict[int, float]]] = {}
    for item in items:
        own = measured.get(item.id)
        if not own or item.id not in splits:
            continue
        values: dict[str, dict[int, float]] = {"memory": {}, "runtime": {}}
        for label in own:
            for metric, value in (("memory", label.memory), ("runtime", label.runtime)):
                if metric in label.over:
                    values[metric][label.n] = math.inf
                elif value is not None:
                    values[metric][label.n] = value
        if any(values.values()):
            chosen.append(item)
            found[item.id] = values
    prompts = in_processes(_prompt, [(item, measured[item.id][0].assumes) for item in chosen])
    return [
        Example(item.id, item.source, item.problem, item.language, splits[item.id], prompt, found[item.id])
        for item, prompt in zip(chosen, prompts, strict=True)
        if prompt is not None
    ]


def _prompt(item_and_kinds: tuple[Item, str]) -> Prompt | None:
    item, assumes = item_and_kinds
    function = entry_function(item)
    if function is None:
        return None
    return render(item.language, assumes, function.canonical, function.callees)


def add_renamed(examples: Sequence[Example], copies: int, seed: int = 0) -> None:
    """Give each training example renamed copies, names drawn from all training functions of its language."""
    rng = random.Random(seed)
    own_names = {
        id(example): bound_names(example.prompt.canonical, Language(example.language)) for example in examples
    }
    pools: dict[str, list[str]] = {}
    for language in {example.language for example in examples}:
        names = {
            name
            for example in examples
            if example.language == language and example.split == "train"
            for name in own_names[id(example)]
        }
        pools[language] = sorted(names)
    for example in examples:
        if example.split == "train":
            pool = pools[example.language]
            example.renamed = [
                rename(example.prompt, own_names[id(example)], pool, rng) for _ in range(copies)
            ]


@dataclass(frozen=True, slots=True)
class Packed:
    """Examples as arrays. V prompt variants over E examples, S sizes; everything indexes into ``tokens``.

    ``tokens`` uint16 [N]; ``starts`` int64 [V+1]; ``owner`` int32 [V]; ``rows`` uint8 [E, S, STEPS] decoder inputs;
    ``targets`` int8 [E, S, STEPS] tokens to predict, ``NO_LABEL`` where there is none; ``weight`` float32 [E];
    ``family`` int32 [E], equal for functions of one problem.
    """

    tokens: NDArray[np.uint16]
    starts: NDArray[np.int64]
    owner: NDArray[np.int32]
    rows: NDArray[np.uint8]
    targets: NDArray[np.int8]
    weight: NDArray[np.float32]
    family: NDArray[np.int32]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each variant."""
        return np.diff(self.starts)

    def save(self, path: Path) -> None:
        """A folder of plain .npy files."""
        save_arrays(path, {name: getattr(self, name) for name in self.__slots__})

    @classmethod
    def load(cls, path: Path) -> Packed:
        """Inverse of ``save``; the arrays are mapped, not read."""
        return cls(**load_arrays(path))


def save_arrays(folder: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """One .npy file an array, without pickles; the folder appears whole or not at all."""
    scratch = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    for name, array in arrays.items():
        np.save(scratch / f"{name}.npy", array, allow_pickle=False)
    shutil.rmtree(folder, ignore_errors=True)
    scratch.rename(folder)


def load_arrays(folder: Path) -> dict[str, NDArray[Any]]:
    """Inverse of ``save_arrays``: memory-mapped, so that several processes share one copy. Raises ``OSError``."""
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} does not exist")
    return {
        file.stem: np.load(file, mmap_mode="r", allow_pickle=False) for file in sorted(folder.glob("*.npy"))
    }


def pack(
    examples: Sequence[Example],
    tokenizer: Tokenizer,
    context: int,
    weights: Mapping[str, float],
    blind: bool = True,
) -> Packed:
    """Tokenise every variant once. With ``blind``, one example in three is also given without its assumed kinds.

    ``weights`` maps a source, or a source and a kind of edit (``mutated/table``), to the sampling weight of its examples
    (1 where absent).
    """
    tokens: list[NDArray[np.uint16]] = []
    owner: list[int] = []
    for index, example in enumerate(examples):
        prompts = [example.prompt, *example.renamed]
        if blind and index % _BLIND_EVERY == 0:
            prompts.append(Prompt(example.language, "", example.prompt.canonical, example.prompt.callees))
        for prompt in prompts:
            try:
                tokens.append(np.array(encode(prompt, tokenizer, context), dtype=np.uint16))
            except PromptTooLong:
                continue
            owner.append(index)
    problems = {problem: number for number, problem in enumerate(dict.fromkeys(e.problem for e in examples))}
    rows, targets = zip(*(label_tokens(example.values) for example in examples), strict=True)
    return Packed(
        tokens=np.concatenate(tokens),
        starts=np.concatenate(([0], np.cumsum([len(part) for part in tokens]))).astype(np.int64),
        owner=np.array(owner, dtype=np.int32),
        rows=np.stack(rows),
        targets=np.stack(targets),
        weight=np.array([_weight(example, weights) for example in examples], dtype=np.float32),
        family=np.array([problems[example.problem] for example in examples], dtype=np.int32),
    )


def _weight(example: Example, weights: Mapping[str, float]) -> float:
    kind = example.item.rpartition("/")[2]
    return weights.get(f"{example.source}/{kind}", weights.get(example.source, 1.0))


def label_tokens(values: Mapping[str, Mapping[int, float]]) -> tuple[NDArray[np.uint8], NDArray[np.int8]]:
    """Decoder input rows [S, STEPS] and targets [S, STEPS] of one function."""
    rows = np.zeros((len(SIZES), STEPS), dtype=np.uint8)
    targets = np.full((len(SIZES), STEPS), NO_LABEL, dtype=np.int8)
    for index, n in enumerate(SIZES):
        memory, runtime = values["memory"].get(n), values["runtime"].get(n)
        rows[index] = (size_token(n), PAD, PAD, PAD)
        if memory is not None:
            targets[index, :2] = MEMORY.encode(memory)
            rows[index, 1:3] = targets[index, :2]
            if memory == math.inf:
                targets[index, 1] = NO_LABEL
        if runtime is not None:
            targets[index, 2:] = RUNTIME.encode(runtime)
            rows[index, 3] = targets[index, 2]
            if runtime == math.inf:
                targets[index, 3] = NO_LABEL
    return rows, targets
