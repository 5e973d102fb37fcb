from __future__ import annotations

import heapq
import inspect
import statistics
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from pricetag.rlm.architecture import Architecture
from pricetag.rlm.onnx_export import random_checkpoint, train_tokenizer

SMALL = Architecture(vocabulary=600, width=32, feed_forward=64, heads=2, encoder_layers=2, decoder_layers=2)


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    return train_tokenizer([inspect.getsource(heapq), inspect.getsource(statistics)], SMALL.vocabulary)


@pytest.fixture(scope="session")
def random_folder(tmp_path_factory: pytest.TempPathFactory, tokenizer: Tokenizer) -> Path:
    folder = tmp_path_factory.mktemp("checkpoint")
    random_checkpoint(folder, SMALL, tokenizer)
    return folder
