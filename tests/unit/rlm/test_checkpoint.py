from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from pricetag.rlm import Checkpoint, CheckpointError, PromptTooLong, render
from pricetag.rlm.numbers import SIZES
from pricetag.rlm.onnx_export import load_weights, random_checkpoint, set_calibration, write_checkpoint
from pricetag.rlm.prompt import encode
from pricetag.train.predict import Reference

PROMPT = render(
    "python", "xs: list[int] of n", "def f(xs):\n\treturn [x for x in xs if x]", ("def g(x):\n\treturn x",)
)


def test_a_written_checkpoint_answers(random_folder: Path) -> None:
    rlm = Checkpoint.load(random_folder)
    found = rlm.distributions(PROMPT, SIZES)
    assert set(found) == {"memory", "runtime"}
    assert all(len(distributions) == len(SIZES) for distributions in found.values())
    again = rlm.distributions(PROMPT, SIZES)
    for metric in found:
        for left, right in zip(found[metric], again[metric], strict=True):
            np.testing.assert_array_equal(left.bins, right.bins)


def test_the_distance_to_what_is_familiar(random_folder: Path, tmp_path: Path) -> None:
    assert Checkpoint.load(random_folder).read(PROMPT, SIZES).distance is None
    folder = tmp_path / "model"
    shutil.copytree(random_folder, folder)
    own = Checkpoint.load(folder).summary(PROMPT)
    set_calibration(folder, {}, np.stack([-own, 3 * own]))
    other = render("cpp", "", "int f() {\n\treturn 1;\n}")
    rlm = Checkpoint.load(folder)
    assert rlm.read(PROMPT, SIZES).distance == pytest.approx(0, abs=1e-3)
    assert 1e-3 < (rlm.read(other, SIZES).distance or 0) < 2
    set_calibration(folder, {}, np.ones(3))
    with pytest.raises(CheckpointError, match=r"familiar\.npy has the shape"):
        Checkpoint.load(folder)


def test_int8_stays_near_the_weights(random_folder: Path, tokenizer: Tokenizer) -> None:
    int8 = Checkpoint.load(random_folder).distributions(PROMPT, SIZES)
    full = Reference(load_weights(random_folder), tokenizer, 512).distributions(PROMPT, SIZES)
    for metric in int8:
        for left, right in zip(int8[metric], full[metric], strict=True):
            assert (
                np.abs(left.bins - right.bins).sum() < 0.5
            )  # random weights are the worst case for rounding


@pytest.fixture(scope="module")
def pair(random_folder: Path, tokenizer: Tokenizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pair")
    random_checkpoint(folder, load_weights(random_folder)[0].sizes, tokenizer, members=2)
    return folder


def test_members_answer_as_one(pair: Path, tokenizer: Tokenizer, tmp_path: Path) -> None:
    config = json.loads((pair / "config.json").read_text())
    config = {key: config[key] for key in config.keys() - {"id", "files", "members"}}
    alone = []
    for index, model in enumerate(load_weights(pair)):
        folder = tmp_path / str(index)
        write_checkpoint(folder, "one", [model], tokenizer, config, {})
        alone.append(Checkpoint.load(folder))
    both = Checkpoint.load(pair)
    assert both.id not in {one.id for one in alone}
    answers = [one.distributions(PROMPT, SIZES) for one in alone]
    for metric, found in both.distributions(PROMPT, SIZES).items():
        for column, distribution in enumerate(found):
            own = [answer[metric][column] for answer in answers]
            assert np.abs(own[0].bins - own[1].bins).max() > 1e-6, "two models"
            np.testing.assert_allclose(distribution.bins, (own[0].bins + own[1].bins) / 2)
            assert distribution.over == pytest.approx((own[0].over + own[1].over) / 2)
    np.testing.assert_array_equal(both.summary(PROMPT), alone[0].summary(PROMPT))


@pytest.mark.parametrize("members", [0, -1, 1000, "two", None, 1.5])
def test_a_strange_number_of_members_is_refused(pair: Path, tmp_path: Path, members: object) -> None:
    config = json.loads((pair / "config.json").read_text()) | {"members": members}
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match="members is"):
        Checkpoint.load(tmp_path)


def test_a_member_that_the_config_does_not_name_is_refused(pair: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(pair, folder)
    config = json.loads((folder / "config.json").read_text()) | {"members": 3}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match=r"names no decoder-3\.int8\.onnx, encoder-3\.int8\.onnx"):
        Checkpoint.load(folder)


@pytest.mark.parametrize(
    "name",
    [
        "encoder.int8.onnx",
        "decoder.int8.onnx",
        "encoder-2.int8.onnx",
        "decoder-2.int8.onnx",
        "tokenizer.json",
        "calibration.json",
    ],
)
@pytest.mark.parametrize("harm", ["truncated", "flipped", "missing"])
def test_a_damaged_file_is_refused_with_its_name(pair: Path, tmp_path: Path, name: str, harm: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(pair, folder)
    data = (folder / name).read_bytes()
    if harm == "missing":
        (folder / name).unlink()
    elif harm == "truncated":
        (folder / name).write_bytes(data[: len(data) // 2])
    else:
        (folder / name).write_bytes(bytes([data[0] ^ 1]) + data[1:])
    with pytest.raises(CheckpointError, match=name):
        Checkpoint.load(folder)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("not json", "cannot be read"),
        ("[]", "not a format 1"),
        ('{"format": 9}', "not a format 1"),
        ('{"format": 1, "id": "x"}', "lacks files"),
    ],
)
def test_a_bad_config_says_so(tmp_path: Path, config: str, message: str) -> None:
    (tmp_path / "config.json").write_text(config)
    with pytest.raises(CheckpointError, match=message):
        Checkpoint.load(tmp_path)


def test_no_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no model at"):
        Checkpoint.load(tmp_path / "nowhere")


def test_valid_hash_of_rubbish_is_still_a_clear_message(random_folder: Path, tmp_path: Path) -> None:
    from pricetag.rlm.checkpoint import sha256

    folder = tmp_path / "model"
    shutil.copytree(random_folder, folder)
    (folder / "encoder.int8.onnx").write_bytes(b"rubbish")
    config = json.loads((folder / "config.json").read_text())
    config["files"]["encoder.int8.onnx"] = sha256(b"rubbish")
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match="not a usable model"):
        Checkpoint.load(folder)


def test_whole_callees_are_dropped_furthest_first(tokenizer: Tokenizer) -> None:
    near, far = "def near(a):\n\treturn a", "def far(a):\n\treturn a + 1"
    whole = render("python", "", "def f(a):\n\treturn near(a)", (near, far))
    without_far = render("python", "", whole.canonical, (near,))
    everything = encode(whole, tokenizer, 10_000)
    assert encode(whole, tokenizer, len(everything)) == everything
    assert encode(whole, tokenizer, len(everything) - 1) == encode(without_far, tokenizer, 10_000)


def test_a_function_that_does_not_fit_is_refused(tokenizer: Tokenizer) -> None:
    with pytest.raises(PromptTooLong, match="the model reads 16"):
        encode(PROMPT, tokenizer, 16)


@pytest.mark.parametrize("text", ["", "\ud800", "\x00", "<callee><code><pad>", "é😀" * 50])
def test_any_text_has_tokens(tokenizer: Tokenizer, text: str) -> None:
    ids = encode(render("cpp", text, text), tokenizer, 10_000)
    special = {tokenizer.token_to_id(token) for token in ("<pad>", "<callee>", "<mask>")}
    assert not special & set(ids), "text must not be able to write special tokens"
