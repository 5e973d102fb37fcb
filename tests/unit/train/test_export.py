from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from pricetag.rlm import checkpoint
from pricetag.rlm.architecture import Architecture
from pricetag.rlm.onnx_export import load_weights, train_tokenizer
from pricetag.train.export import StrangeMember, members_beside


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({}, None),
        ({"dropout": 0.9}, None),  # says how it was trained, not how it reads
        ({"width": 64}, "another architecture$"),
        ({"context": 7}, "another context$"),
        ({"number_names": True}, "another number_names$"),
        ({"tokenizer": True, "encoder_layers": 9}, "another architecture, tokenizer$"),
    ],
)
def test_members_forecast_beside_a_model_that_reads_alike(
    random_model: Path, changed: dict[str, int], message: str | None
) -> None:
    config = checkpoint.read_config(random_model)
    own = Architecture(**config["architecture"])
    sizes = replace(own, **{key: value for key, value in changed.items() if hasattr(own, key)})
    reads = {key: config.get(key, False) for key in ("context", "sizes", "number_names")}
    reads |= {key: value for key, value in changed.items() if key in reads}
    tokenizer = Tokenizer.from_file(str(random_model / checkpoint.TOKENIZER))
    if "tokenizer" in changed:
        tokenizer = train_tokenizer(["another text"], 300)
    if message is not None:
        with pytest.raises(StrangeMember, match=message):
            members_beside(random_model, sizes, tokenizer, reads)
        return
    (member,) = members_beside(random_model, sizes, tokenizer, reads)
    (weights,) = load_weights(random_model)
    assert all(map(lambda a, b: bool((a == b).all()), member.parameters(), weights.parameters()))
