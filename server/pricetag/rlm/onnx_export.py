"""From trained weights to the folder that ONNX Runtime answers from: two graphs, int8 weights.

The encoder graph ends in each decoder layer's cross-attention keys (transposed) and values; the decoder graph reads them
with any number of equally long token rows and gives the logits after each row.
"""

from __future__ import annotations

import io
import json
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn

from pricetag.rlm import checkpoint, prompt
from pricetag.rlm.architecture import Architecture, EncoderDecoder, rotate, rotations
from pricetag.rlm.distribution import Floats
from pricetag.rlm.numbers import SIZES

OPSET = 17
WEIGHTS = "weights.safetensors"


class _Encoder(nn.Module):
    def __init__(self, model: EncoderDecoder) -> None:
        super().__init__()
        self.whole = model

    def forward(self, tokens: Tensor) -> tuple[Tensor, ...]:
        """Tokens [1, T] -> the encoding's mean [D]; per decoder layer, keys [H, D/H, T] and values [H, T, D/H]."""
        encoder: Any = self.whole.model.encoder
        x = encoder.embed(tokens)
        rotation = rotations(tokens.shape[1], encoder.head_width, x)
        for layer in encoder.layers:
            x = layer.feed(_attend_self(layer, x, rotation, causal=False))
        encoding = encoder.norm(x)
        outputs: list[Tensor] = [encoding[0].mean(0)]
        for keys, values in self.whole.cross(encoding):
            outputs += [keys[0].transpose(-1, -2), values[0]]
        return tuple(outputs)


class _Decoder(nn.Module):
    def __init__(self, model: EncoderDecoder) -> None:
        super().__init__()
        self.whole = model

    def forward(self, rows: Tensor, *cross: Tensor) -> Tensor:
        """Rows [R, S] and the encoder's outputs -> logits [R, V] after each row."""
        decoder: Any = self.whole.model.decoder
        count, steps = rows.shape
        x = decoder.embed(rows)
        rotation = rotations(steps, decoder.head_width, x)
        for index, layer in enumerate(decoder.layers):
            keys, values = cross[2 * index], cross[2 * index + 1]
            x = _attend_self(layer, x, rotation, causal=True)
            # All rows share one encoding: they are one long query, so keys and values are never copied.
            flat = layer.pre_cross_attn_layernorm(x).reshape(1, count * steps, -1)
            queries = layer.cross_attn.split(layer.cross_attn.q_proj(flat))
            scores = (queries @ keys) * queries.shape[-1] ** -0.5
            attended = layer.cross_attn.join(scores.softmax(-1) @ values)
            x = x + layer.post_cross_attn_layernorm(attended).reshape(count, steps, -1)
            x = layer.feed(x)
        logits: Tensor = self.whole.lm_head.out_proj(decoder.norm(x[:, -1]))  # type: ignore[operator]
        return logits


def _attend_self(layer: Any, x: Tensor, rotation: tuple[Tensor, Tensor], causal: bool) -> Tensor:
    normed = layer.pre_self_attn_layernorm(x)
    attention = layer.self_attn
    queries = rotate(attention.split(attention.q_proj(normed)), *rotation)
    keys = rotate(attention.split(attention.k_proj(normed)), *rotation)
    scores = (queries @ keys.transpose(-1, -2)) * queries.shape[-1] ** -0.5
    if causal:
        steps = x.shape[1]
        scores = scores + torch.full((steps, steps), -1e9).triu(1)
    attended = attention.join(scores.softmax(-1) @ attention.split(attention.v_proj(normed)))
    return x + layer.post_self_attn_layernorm(attended)  # type: ignore[no-any-return]


def write_checkpoint(
    folder: Path,
    name: str,
    models: Sequence[EncoderDecoder],
    tokenizer: Tokenizer,
    config: Mapping[str, Any],
    calibration: Mapping[str, Any],
) -> str:
    """Write a whole checkpoint folder of one or more members, all of the same sizes, and return its id.

    ``config`` holds what ``checkpoint.read_config`` wants beside ``format``, ``id`` and ``files``. Weights are rounded to float16
    first, so that the committed weights and the exported graphs are the same numbers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / checkpoint.TOKENIZER))
    (folder / checkpoint.CALIBRATION).write_text(json.dumps(calibration, indent=1, sort_keys=True) + "\n")
    names = [checkpoint.TOKENIZER, checkpoint.CALIBRATION]
    encoders = []
    for index, model in enumerate(models):
        encoder, decoder, weights = (
            checkpoint.of_member(file, index) for file in (checkpoint.ENCODER, checkpoint.DECODER, WEIGHTS)
        )
        _write_member(model.float().eval(), folder / encoder, folder / decoder, folder / weights)
        names += [encoder, decoder, weights]
        encoders.append(encoder)
    files = {file: checkpoint.sha256((folder / file).read_bytes()) for file in names}
    identity = f"{name}-" + "-".join(files[encoder][:8] for encoder in encoders)
    whole = {
        "format": checkpoint.FORMAT,
        "id": identity,
        **config,
        checkpoint.MEMBERS: len(models),
        "architecture": models[0].sizes.to_json(),
        "files": files,
    }
    (folder / checkpoint.CONFIG).write_text(json.dumps(whole, indent=1) + "\n")
    return identity


def _write_member(model: EncoderDecoder, encoder: Path, decoder: Path, weights: Path) -> None:
    state = {key: value.half().contiguous() for key, value in model.state_dict().items()}
    model.load_state_dict({key: value.float() for key, value in state.items()})
    save_file(state, weights)
    with torch.inference_mode():
        _export_graphs(model, encoder, decoder)


def set_calibration(
    folder: Path, calibration: Mapping[str, Any], familiar: Floats | None = None, **fields: Any
) -> None:
    """Replace a checkpoint's calibration, the centres of what it is familiar with [K, D] and config fields."""
    files = {checkpoint.CALIBRATION: (json.dumps(calibration, indent=1, sort_keys=True) + "\n").encode()}
    if familiar is not None:
        written = io.BytesIO()
        np.save(written, familiar.astype(np.float16), allow_pickle=False)
        files[checkpoint.FAMILIAR] = written.getvalue()
    config = checkpoint.read_config(folder)
    config |= fields
    for name, data in files.items():
        (folder / name).write_bytes(data)
        config["files"][name] = checkpoint.sha256(data)
    (folder / checkpoint.CONFIG).write_text(json.dumps(config, indent=1) + "\n")


def load_weights(folder: Path) -> list[EncoderDecoder]:
    """The fp32 reference models of a checkpoint folder, one a member (weights stored as float16)."""
    config = checkpoint.read_config(folder)
    models = []
    for index in range(checkpoint.members_of(config)):
        model = EncoderDecoder(Architecture(**config["architecture"]))
        stored = load_file(folder / checkpoint.of_member(WEIGHTS, index))
        model.load_state_dict({key: value.float() for key, value in stored.items()})
        models.append(model.eval())
    return models


def _export_graphs(model: EncoderDecoder, encoder_file: Path, decoder_file: Path) -> None:
    tokens = torch.ones((1, 7), dtype=torch.long)
    rows = torch.ones((3, 2), dtype=torch.long)
    encoder = _Encoder(model)
    _, *cross = encoder(tokens)
    names = [f"{kind}{layer}" for layer in range(model.sizes.decoder_layers) for kind in ("keys", "values")]
    length = {name: {2: "T"} if name.startswith("keys") else {1: "T"} for name in names}
    _export(
        encoder,
        (tokens,),
        encoder_file,
        ["tokens"],
        [checkpoint.SUMMARY, *names],
        {"tokens": {1: "T"}, **length},
    )
    _export(
        _Decoder(model),
        (rows, *cross),
        decoder_file,
        ["rows", *names],
        ["logits"],
        {"rows": {0: "R", 1: "S"}, "logits": {0: "R"}, **length},
    )


def _export(
    module: nn.Module,
    inputs: tuple[Tensor, ...],
    path: Path,
    input_names: list[str],
    output_names: list[str],
    axes: Mapping[str, Mapping[int, str]],
) -> None:
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        full = Path(scratch) / "full.onnx"
        torch.onnx.export(
            module.eval(),
            inputs,
            str(full),
            input_names=input_names,
            output_names=output_names,
            dynamic_axes={name: dict(axis) for name, axis in axes.items()},
            opset_version=OPSET,
            dynamo=False,
        )
        onnx.checker.check_model(str(full))
        quantize_dynamic(
            full,
            path,
            op_types_to_quantize=["MatMul", "Gather"],
            per_channel=True,
            weight_type=QuantType.QInt8,
        )


def random_checkpoint(
    folder: Path, sizes: Architecture, tokenizer: Tokenizer, seed: int = 0, members: int = 1
) -> str:
    """A checkpoint with random weights: real in every file, worthless in its forecasts. For tests of everything around it."""
    torch.manual_seed(seed)
    config = {
        "context": 512,
        "sizes": list(SIZES),
        "languages": ["python", "cpp"],
        "metrics": ["memory", "runtime"],
        "limits": {"memory": float(2 << 30), "runtime": 10.0},
        "pair_correlation": 0.0,
        "maximum_interval": 1e12,
    }
    return write_checkpoint(
        folder, "random", [EncoderDecoder(sizes) for _ in range(members)], tokenizer, config, {}
    )


def train_tokenizer(texts: list[str], vocabulary: int) -> Tokenizer:
    """Byte-level BPE over canonical text, digits apart, special tokens of ``prompt`` first."""
    from tokenizers import decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(prompt.SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer
