"""The model in models/: its int8 graphs say what its weights say, and it has learnt something. On our own functions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
import torch

from pricetag.forecast import find_model
from pricetag.measure.store import LabelStore
from pricetag.rlm import Checkpoint
from pricetag.train.corpus import load_source
from pricetag.train.dataset import Example, join
from pricetag.train.export import MAXIMUM_DRIFT, MAXIMUM_SPEARMAN_LOSS, check_parity
from pricetag.train.predict import predict, truths
from pricetag.train.splits import load_splits

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def validation() -> list[Example]:
    """Functions that we wrote, that the model never trained on, and that are in the repository."""
    splits = {item: split for item, split in load_splits().items() if split == "validation"}
    labels = [
        label
        for file in sorted((ROOT / "server/data/labels").glob("*.parquet"))
        for label in LabelStore(file)
        if label.item in splits and label.source == "authored"
    ]
    examples = join(load_source("authored", ROOT), labels, splits)
    return random.Random(0).sample(examples, 300)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """A small model gains nothing by threads, and loses much where the cores are taken."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_int8_is_held_to_the_weights(validation: list[Example]) -> None:
    parity = check_parity(find_model(None), validation)
    assert parity.functions >= 250
    assert parity.median_drift <= MAXIMUM_DRIFT
    assert parity.spearman_loss <= MAXIMUM_SPEARMAN_LOSS


def test_it_ranks_functions_it_never_saw(validation: list[Example]) -> None:
    found = predict(Checkpoint.load(find_model(None)), validation)
    for metric in ("memory", "runtime"):
        truth = np.minimum(truths(validation, metric)[:, 3], 9.3)
        rows = ~np.isnan(truth) & ~np.isnan(found[metric].mean[:, 3])
        assert rows.sum() >= 200
        assert scipy.stats.spearmanr(truth[rows], found[metric].mean[rows, 3]).statistic > 0.4
