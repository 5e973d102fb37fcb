from __future__ import annotations

import heapq
import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from rich.console import Console

from pricetag.rlm import checkpoint
from pricetag.rlm.architecture import Architecture
from pricetag.rlm.onnx_export import load_weights
from pricetag.rlm.prompt import render
from pricetag.train.dataset import NO_LABEL, Example, Packed, validating
from pricetag.train.loop import BEST, Schedule
from pricetag.train.prepare import continued, prepare, run_training
from pricetag.train.pretrain import Texts
from pricetag.train.run import IMITATED, START, TRAINING, UNLABELLED, VALIDATION, Recipe

LIMITS = {"memory": 2.0**31, "runtime": 2.0}
RECIPE = Recipe(Architecture(vocabulary=600), weights={"mbpp": 0.5})


def example(number: int, split: str = "train", source: str = "mbpp") -> Example:
    code = f"def f{number}(xs):\n\treturn {'[x for x in xs]' if number % 2 else 'sum(xs)'}"
    memory = {1_000: 8_000.0 if number % 2 else 32.0}
    prompt = render("python", "xs: list[int] of n", code)
    return Example(
        f"i{number}", source, f"p{number}", "python", split, prompt, {"memory": memory, "runtime": {}}
    )


@pytest.mark.parametrize(
    ("made", "check"),
    [
        ([("train", "mbpp"), ("validation", "mbpp"), ("test", "mbpp")], [1]),
        ([("validation", "mutated"), ("validation", "gfg"), ("validation", "authored")], [1]),
        ([("validation", "generated"), ("train", "mbpp"), ("validation", "neutral")], [0, 2]),
        ([("train", "mbpp")], []),
    ],
)
def test_models_are_validated_on_what_people_wrote(made: list[tuple[str, str]], check: list[int]) -> None:
    examples = [example(number, *one) for number, one in enumerate(made)]
    assert [examples.index(one) for one in validating(examples)] == check


@pytest.mark.parametrize(("number_names", "variants"), [(True, 120), (False, 2 * 120)])
def test_a_training_folder_is_prepared(tmp_path: Path, number_names: bool, variants: int) -> None:
    (tmp_path / "source").mkdir()
    shutil.copy(str(heapq.__file__), tmp_path / "source" / "heaps.py")
    examples = [example(number) for number in range(120)]
    examples += [example(200, "validation"), example(201, "validation", "mutated"), example(202, "test")]
    folder = tmp_path / "run"
    recipe = replace(RECIPE, number_names=number_names, imitation=Schedule(1))
    prepare(examples, folder, recipe, 1, Console(file=io.StringIO()), [tmp_path / "source"], LIMITS)
    packed = {name: Packed.load(folder / name) for name in (TRAINING, VALIDATION, IMITATED)}
    assert packed[TRAINING].weight.tolist() == [0.5] * 120
    assert len(packed[TRAINING].owner) == variants + 120 / 3, "one in three also without its kinds"
    assert len(packed[VALIDATION].weight) == 1
    heaps = len(packed[IMITATED].weight)
    assert heaps >= 10
    assert len(Texts.load(folder / UNLABELLED).starts) - 1 == 120 + heaps
    labelled = packed[IMITATED].targets != NO_LABEL
    assert labelled[:, 2, :2].all(), "memory at 1,000, which boosting learnt"
    assert labelled.sum() == 2 * heaps


def test_a_training_may_start_from_a_model(tmp_path: Path, random_model: Path) -> None:
    recipe = continued(
        replace(RECIPE, imitation=replace(RECIPE.imitation, passes=5), number_names=False), random_model
    )
    config = checkpoint.read_config(random_model)
    assert recipe.architecture == replace(
        Architecture(**config["architecture"]), dropout=RECIPE.architecture.dropout
    )
    assert (recipe.number_names, recipe.imitation.passes) == (config.get("number_names", False), 0)
    examples = [example(number) for number in range(30)] + [example(200, "validation")]
    quiet = Console(file=io.StringIO())
    prepare(examples, tmp_path, recipe, 1, quiet, start=random_model)
    assert (tmp_path / checkpoint.TOKENIZER).read_bytes() == (
        random_model / checkpoint.TOKENIZER
    ).read_bytes()
    still = replace(recipe, labels=Schedule(1, learning_rate=0.0, processes=1))
    run_training(tmp_path, still, quiet)
    weights = torch.load(tmp_path / BEST, weights_only=True)
    for name, value in load_weights(random_model)[0].state_dict().items():
        assert torch.equal(weights[name], value), name


def test_functions_labelled_by_a_model_and_boosting_stand_beside_the_labels(
    tmp_path: Path, random_model: Path
) -> None:
    (tmp_path / "source").mkdir()
    shutil.copy(str(heapq.__file__), tmp_path / "source" / "heaps.py")
    examples = [example(number) for number in range(120)] + [example(200, "validation")]
    recipe = continued(replace(RECIPE, weights={"mbpp": 0.5, "imitated": 0.25}), random_model)
    folder, quiet = tmp_path / "run", Console(file=io.StringIO())
    prepare(examples, folder, recipe, 1, quiet, [tmp_path / "source"], LIMITS, start=random_model)
    packed = Packed.load(folder / TRAINING)
    weights = packed.weight.tolist()
    heaps = weights.count(0.25)
    assert weights == [0.5] * 120 + [0.25] * heaps and heaps >= 5
    labelled = packed.targets[120:] != NO_LABEL
    assert labelled[:, 2, 0].all() and not labelled[:, :, 2:].any(), "memory at 1,000, which boosting learnt"
    assert not (folder / IMITATED).exists() and not (folder / UNLABELLED).exists()


def test_a_second_member_keeps_the_tokenizer_and_begins_from_nothing(
    tmp_path: Path, random_model: Path
) -> None:
    examples = [example(number) for number in range(30)] + [example(200, "validation")]
    prepare(examples, tmp_path, RECIPE, 1, Console(file=io.StringIO()), beside=random_model)
    assert (tmp_path / checkpoint.TOKENIZER).read_bytes() == (
        random_model / checkpoint.TOKENIZER
    ).read_bytes()
    assert not (tmp_path / START).exists()
