from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from pricetag.rlm.architecture import Architecture
from pricetag.rlm.onnx_export import train_tokenizer
from pricetag.rlm.prompt import render
from pricetag.train.dataset import Example, pack
from pricetag.train.run import Recipe, train

ARCHITECTURE = Architecture(
    vocabulary=300, width=32, feed_forward=64, heads=2, encoder_layers=1, decoder_layers=1
)
RECIPE = Recipe(
    ARCHITECTURE, passes=1500, batch_tokens=1024, learning_rate=5e-3, validate_every=700, average=0.9
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Functions that keep a list cost n; functions that sum cost nothing: a difference any model must learn."""
    folder = tmp_path_factory.mktemp("packed")
    examples = []
    for index in range(60):
        listing = index % 2
        code = f"def f{index}(xs):\n\treturn {'[x for x in xs]' if listing else 'sum(xs)'}"
        values = {n: 8.0 * n + 64 if listing else 32.0 for n in (10, 100, 1000, 10_000, 100_000)}
        runtimes = {n: 1e-7 * n for n in values}
        prompt = render("python", "xs: list[int] of n", code)
        examples.append(
            Example(
                f"i{index}",
                "s",
                f"p{index}",
                "python",
                "train",
                prompt,
                {"memory": values, "runtime": runtimes},
            )
        )
    tokenizer = train_tokenizer([e.prompt.canonical for e in examples], ARCHITECTURE.vocabulary)
    for name in ("train", "validation"):
        pack(examples, tokenizer, 200, {}, blind=name == "train").save(folder / f"{name}.npz")
    return folder / "train.npz", folder / "validation.npz"


def curve(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "curve.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("processes", [1, 2])
def test_training_learns_and_keeps_the_best(files: tuple[Path, Path], tmp_path: Path, processes: int) -> None:
    best = train(replace(RECIPE, processes=processes), *files, tmp_path)
    rows = curve(tmp_path)
    assert rows[-1]["validation"] < 0.6 * 3.0, (
        "far below the loss of a model that knows nothing (log 10 = 2.3 and more)"
    )
    assert rows[-1]["passes"] >= RECIPE.passes
    assert set(torch.load(best, weights_only=True)) == set(
        torch.load(tmp_path / "state.pt", weights_only=True)["model"]
    )


def test_training_goes_on_where_it_stopped(files: tuple[Path, Path], tmp_path: Path) -> None:
    train(replace(RECIPE, passes=600), *files, tmp_path)
    stopped = torch.load(tmp_path / "state.pt", weights_only=True)["progress"]
    train(RECIPE, *files, tmp_path)
    resumed = torch.load(tmp_path / "state.pt", weights_only=True)["progress"]
    assert 600 <= stopped["passes"] < RECIPE.passes <= resumed["passes"]
    assert resumed["step"] > stopped["step"]
    train(RECIPE, *files, tmp_path)
    again = torch.load(tmp_path / "state.pt", weights_only=True)["progress"]
    assert again["step"] == resumed["step"], "a finished training does nothing more"
