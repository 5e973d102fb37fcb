from __future__ import annotations

import heapq
import json
import statistics
from collections import Counter
from pathlib import Path

import numpy as np
import torch

from pricetag.rlm.architecture import Architecture, EncoderDecoder
from pricetag.rlm.onnx_export import train_tokenizer
from pricetag.rlm.prompt import Prompt, render
from pricetag.train.loop import Schedule, fit
from pricetag.train.pretrain import (
    Denoising,
    Texts,
    _spans,
    sample,
    source_files,
    tokenise,
    unlabelled_functions,
)

SIZES = Architecture(vocabulary=600, width=32, feed_forward=64, heads=2, encoder_layers=1, decoder_layers=1)


def real_functions() -> list[Prompt]:
    files = [Path(module.__file__) for module in (heapq, statistics) if module.__file__]
    return list(unlabelled_functions(files))


def test_reads_whole_distinct_functions_of_real_files(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "skipped.py").write_text(
        "def skipped(argument):\n    return [argument, argument, argument]\n"
    )
    (tmp_path / "a.py").write_text(
        "def kept(argument: str):\n    return [argument, argument, argument]\n" * 2 + "def (broken\n"
    )
    (tmp_path / "b.hpp").write_text("inline int twice(int argument) {\n  return argument + argument;\n}\n")
    (tmp_path / "latin.py").write_bytes(
        b"def odd():\n    return '\xff' + '                               '\n"
    )
    found = list(unlabelled_functions(source_files([tmp_path])))
    assert found == [
        render(
            "python",
            "argument: str of n",
            "def kept(argument: str):\n\treturn [argument, argument, argument]",
        ),
        render(
            "cpp", "argument: int = n", "inline int twice(int argument) {\n\treturn argument + argument;\n}"
        ),
    ]


def test_a_sample_is_even_between_languages() -> None:
    every = [render("python", "", str(i)) for i in range(100)] + [render("cpp", "", str(i)) for i in range(5)]
    chosen = sample(every, 20)
    assert Counter(prompt.language for prompt in chosen) == {"python": 10, "cpp": 5}
    assert sample(every, 20) == chosen


def test_masks_about_a_quarter_and_never_the_special_tokens() -> None:
    lengths = np.full(200, 120)
    hidden = _spans(lengths, 130, np.random.default_rng(0))
    assert not hidden[:, :2].any()
    assert not hidden[:, 120:].any()
    assert 0.15 < hidden[:, 2:120].mean() < 0.3


def test_learns_to_restore_real_code(tmp_path: Path) -> None:
    functions = real_functions()
    tokenizer = train_tokenizer([prompt.canonical for prompt in functions], SIZES.vocabulary)
    tokenise(functions, tokenizer, 300).save(tmp_path / "texts")
    assert len(Texts.load(tmp_path / "texts").starts) > 20
    schedule = Schedule(4000, batch_tokens=2048, learning_rate=4e-3, validate_every=1000, average=0.95)
    best = fit(Denoising(tmp_path / "texts"), SIZES, schedule, tmp_path / "run")
    losses = [
        json.loads(line)["validation"] for line in (tmp_path / "run" / "curve.jsonl").read_text().splitlines()
    ]
    assert losses[-1] < 0.95 * np.log(SIZES.vocabulary)
    assert losses[-1] < losses[0]
    model = EncoderDecoder(SIZES)
    model.load_state_dict(torch.load(best, weights_only=True))
    torch.manual_seed(schedule.seed)
    assert torch.equal(EncoderDecoder(SIZES).lm_head.out_proj.weight, model.lm_head.out_proj.weight), (
        "not trained"
    )
