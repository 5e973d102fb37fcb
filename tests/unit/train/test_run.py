from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import torch
from rich.console import Console

from pricetag.rlm.architecture import Architecture
from pricetag.rlm.onnx_export import train_tokenizer
from pricetag.rlm.prompt import render
from pricetag.train.dataset import Example, pack
from pricetag.train.loop import STATE, Schedule
from pricetag.train.pretrain import tokenise
from pricetag.train.run import (
    IMITATED,
    IMITATION,
    PRETRAINING,
    TRAINING,
    UNLABELLED,
    VALIDATION,
    Recipe,
    train,
)

ARCHITECTURE = Architecture(
    vocabulary=300, width=32, feed_forward=64, heads=2, encoder_layers=1, decoder_layers=1
)
SCHEDULE = Schedule(1500, batch_tokens=1024, learning_rate=5e-3, validate_every=700, average=0.9)
RECIPE = Recipe(ARCHITECTURE, SCHEDULE, replace(SCHEDULE, passes=400))
SILENT = Console(file=io.StringIO())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Functions that keep a list cost n; functions that sum cost nothing: a difference any model must learn."""
    examples = []
    for index in range(60):
        listing = index % 2
        code = f"def f{index}(xs):\n\treturn {'[x for x in xs]' if listing else 'sum(xs)'}"
        values = {n: 8.0 * n + 64 if listing else 32.0 for n in (10, 100, 1000, 10_000, 100_000)}
        runtimes = {n: 1e-7 * n for n in values}
        prompt = render("python", "xs: list[int] of n", code)
        by_metric = {"memory": values, "runtime": runtimes}
        examples.append(Example(f"i{index}", "s", f"p{index}", "python", "train", prompt, by_metric))
    tokenizer = train_tokenizer([e.prompt.canonical for e in examples], ARCHITECTURE.vocabulary)
    for name in (TRAINING, VALIDATION):
        pack(examples, tokenizer, 200, {}, blind=name == TRAINING).save(tmp_path / name)
    texts = tokenise([example.prompt for example in examples], tokenizer, 200)
    texts.save(tmp_path / "kept" / UNLABELLED)
    pack(examples, tokenizer, 200, {}, blind=False).save(tmp_path / "kept" / IMITATED)
    return tmp_path


def curve(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "curve.jsonl").read_text().splitlines()]


def progress(folder: Path) -> dict[str, float]:
    found: dict[str, float] = torch.load(folder / "state.pt", weights_only=True)["progress"]
    return found


@pytest.mark.parametrize(
    "recipe",
    [
        RECIPE,
        replace(RECIPE, labels=replace(SCHEDULE, processes=2)),
        replace(RECIPE, expected=0.5, ranking=0.5),
        replace(RECIPE, labels=replace(SCHEDULE, optimiser="muon")),
    ],
    ids=["one process", "two processes", "further losses", "muon"],
)
def test_training_learns_and_keeps_the_best(folder: Path, recipe: Recipe) -> None:
    best = train(recipe, folder, SILENT)
    rows = curve(folder)
    knows_nothing = 3.0  # log 10 = 2.3 and more
    assert rows[-1]["validation"] < 0.6 * knows_nothing
    assert rows[-1]["passes"] >= SCHEDULE.passes
    assert set(torch.load(best, weights_only=True)) == set(
        torch.load(folder / "state.pt", weights_only=True)["model"]
    )


@pytest.mark.parametrize("optimiser", ["adamw", "muon"])
def test_training_goes_on_where_it_stopped(folder: Path, optimiser: str) -> None:
    recipe = replace(RECIPE, labels=replace(SCHEDULE, optimiser=optimiser))
    train(replace(recipe, labels=replace(recipe.labels, passes=600)), folder, SILENT)
    stopped = progress(folder)
    train(recipe, folder, SILENT)
    resumed = progress(folder)
    assert 600 <= stopped["passes"] < SCHEDULE.passes <= resumed["passes"]
    assert resumed["step"] > stopped["step"]
    train(recipe, folder, SILENT)
    assert progress(folder)["step"] == resumed["step"], "a finished training does nothing more"


def test_processes_end_with_the_one_that_started_them(folder: Path) -> None:
    """Else a training that is started again would have two pairs of processes write to one folder."""
    schedule = replace(SCHEDULE, passes=10_000_000, processes=2, checkpoint_every=0.0)
    (folder / "start.py").write_text(
        "from pathlib import Path\n"
        "from rich.console import Console\n"
        "from pricetag.rlm.architecture import Architecture\n"
        "from pricetag.train.loop import Schedule\n"
        "from pricetag.train.run import Recipe, train\n"
        "import signal\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell does for what it starts in the background\n"
        "if __name__ == '__main__':\n"
        f"    train(Recipe({ARCHITECTURE!r}, {schedule!r}), Path({str(folder)!r}), Console())\n"
    )
    starter = psutil.Popen([sys.executable, folder / "start.py"], stdout=subprocess.DEVNULL)
    children: list[psutil.Process] = []
    try:
        deadline = time.monotonic() + 120
        while not (folder / STATE).exists():
            assert starter.poll() is None and time.monotonic() < deadline
            time.sleep(0.1)
        children = starter.children(recursive=True)
        assert len(children) >= 2
        starter.kill()
        _, alive = psutil.wait_procs(children, timeout=60)
        assert not alive
    finally:
        for process in (starter, *children):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        starter.wait()


def test_training_stops_when_nothing_gets_better(folder: Path) -> None:
    schedule = replace(SCHEDULE, passes=100_000, validate_every=100, patience=2, learning_rate=0.0)
    train(replace(RECIPE, labels=schedule), folder, SILENT)
    assert progress(folder)["passes"] < 1_000


def test_pretraining_comes_first_and_only_once(folder: Path) -> None:
    (folder / "kept" / UNLABELLED).rename(folder / UNLABELLED)
    short = replace(SCHEDULE, passes=200)
    recipe = replace(RECIPE, labels=replace(short, learning_rate=0.0))
    train(recipe, folder, SILENT)
    first = torch.load(folder / PRETRAINING / "best.pt", weights_only=True)
    started = torch.load(folder / "best.pt", weights_only=True)
    name = "model.encoder.layers.0.mlp.up_proj.weight"
    assert torch.equal(first[name], started[name]), "the labels' stage starts from the restored weights"
    made = (folder / PRETRAINING / "best.pt").stat().st_mtime_ns
    train(replace(recipe, labels=replace(short, passes=300)), folder, SILENT)
    assert (folder / PRETRAINING / "best.pt").stat().st_mtime_ns == made


def test_imitation_starts_from_the_restored_weights(folder: Path) -> None:
    for arrays in (UNLABELLED, IMITATED):
        (folder / "kept" / arrays).rename(folder / arrays)
    still = replace(SCHEDULE, passes=100, learning_rate=0.0)
    train(Recipe(ARCHITECTURE, still, replace(SCHEDULE, passes=200), SCHEDULE), folder, SILENT)
    assert curve(folder / IMITATION)[-1]["validation"] < 1.8
    restored, imitating, last = (
        torch.load(folder / stage / "best.pt", weights_only=True) for stage in (PRETRAINING, IMITATION, "")
    )
    name = "model.encoder.layers.0.mlp.up_proj.weight"
    assert torch.equal(imitating[name], last[name])
    assert not torch.equal(restored[name], imitating[name])


@pytest.mark.parametrize("stage", ["pretraining", "imitation"])
def test_a_stage_without_passes_is_left_out(folder: Path, stage: str) -> None:
    (folder / "kept" / UNLABELLED).rename(folder / UNLABELLED)
    (folder / "kept" / IMITATED).rename(folder / IMITATED)
    short = replace(SCHEDULE, passes=100)
    recipe = Recipe(ARCHITECTURE, short, short, short)
    train(replace(recipe, **{stage: Schedule(0)}), folder, SILENT)
    other = {"pretraining": IMITATION, "imitation": PRETRAINING}[stage]
    assert [(folder / name).exists() for name in (stage, other)] == [False, True]


@pytest.mark.parametrize(
    ("settings", "check"),
    [
        ({}, Recipe()),
        ({"ranking": 0.3}, Recipe(ranking=0.3)),
        ({"weights": {"mutated": 0.1}}, Recipe(weights={"mutated": 0.1})),
        ({"architecture": {"width": 64}}, Recipe(architecture=Architecture(width=64))),
        ({"labels": {"passes": 5}}, Recipe(labels=Schedule(5))),
        (RECIPE.to_json(), RECIPE),
    ],
)
def test_recipes_are_read(settings: dict[str, object], check: Recipe) -> None:
    assert Recipe.from_json(json.loads(json.dumps(settings))) == check


@pytest.mark.parametrize(
    "settings", [{"colour": 1}, {"labels": {"colour": 1}}, {"labels": 3}, {"labels": {"optimiser": "sgd"}}]
)
def test_what_is_no_recipe(settings: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValueError)):
        Recipe.from_json(settings)
