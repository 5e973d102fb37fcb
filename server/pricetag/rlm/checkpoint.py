"""A shipped checkpoint: a folder of JSON, tokenizer and int8 ONNX, loaded into ONNX Runtime. No torch, no pickles.

``config.json`` names every other file with its SHA-256; a file that is missing or differs is refused. A checkpoint may hold
several *members*: models trained apart, with one tokenizer, whose distributions are averaged (deep ensembles,
Lakshminarayanan et al. 2017).
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from pricetag.rlm.distribution import Distribution, Floats, digit_tree, mixture
from pricetag.rlm.prompt import Normalisation, Prompt, encode

FORMAT = 1
CONFIG, TOKENIZER, ENCODER, DECODER = (
    "config.json",
    "tokenizer.json",
    "encoder.int8.onnx",
    "decoder.int8.onnx",
)
CALIBRATION = "calibration.json"
FAMILIAR = "familiar.npy"  # optional
SUMMARY = "summary"  # the encoder's output beside the decoder layers' keys and values
MEMBERS = "members"  # in config.json: how many there are; 1 where it is absent
_MOST_MEMBERS = 16


class CheckpointError(Exception):
    """A checkpoint cannot be used; the message says which file and why, in one line."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model says of one prompt.

    ``distance`` (cosine, 0 to 2) is that of the encoding's mean to the nearest centre of the training functions'; None
    where the checkpoint holds no centres.
    """

    distributions: dict[str, tuple[Distribution, ...]]
    distance: float | None


class Rlm:
    """A loaded model. Not thread-safe; one thread, in the worker process, owns it."""

    def __init__(self, config: Mapping[str, Any], files: Mapping[str, bytes], threads: int) -> None:
        self.config = config
        self.id: str = config["id"]
        self.context: int = config["context"]  # tokens
        self._normalisation = Normalisation.of(config)
        self.calibration: Mapping[str, Any] = json.loads(files[CALIBRATION])
        self._tokenizer = Tokenizer.from_str(files[TOKENIZER].decode("utf-8"))
        self._members = [
            _Member(files[of_member(ENCODER, index)], files[of_member(DECODER, index)], threads)
            for index in range(members_of(config))
        ]
        self._familiar = _centres(files[FAMILIAR]) if FAMILIAR in files else None

    def distributions(self, prompt: Prompt, sizes: Sequence[int]) -> dict[str, tuple[Distribution, ...]]:
        """The distributions of ``read``."""
        return self.read(prompt, sizes).distributions

    def read(self, prompt: Prompt, sizes: Sequence[int]) -> Reading:
        """Memory and runtime at each size (of ``config["sizes"]``), from one encoding a member, and how unfamiliar it is.

        Memory is in log10 bytes, runtime in log10 seconds. Raises ``PromptTooLong``; ``KeyError`` for an unknown size or language.
        """
        tokens = self._tokens(prompt)
        encodings = [member.encode(tokens) for member in self._members]
        found = [
            member.decode(encoding, sizes) for member, encoding in zip(self._members, encodings, strict=True)
        ]
        return Reading(mixture(found), self._distance(encodings[0].get(SUMMARY)))

    def summary(self, prompt: Prompt) -> Floats:
        """The mean of the first member's encoding, [D]. Raises ``PromptTooLong``; ``KeyError`` for an older format's checkpoint."""
        return self._members[0].encode(self._tokens(prompt))[SUMMARY]

    def _tokens(self, prompt: Prompt) -> NDArray[np.int64]:
        return np.array([encode(prompt, self._tokenizer, self.context, self._normalisation)], dtype=np.int64)

    def _distance(self, summary: Floats | None) -> float | None:
        if summary is None or self._familiar is None:
            return None
        return float(1 - (self._familiar @ (summary / np.linalg.norm(summary))).max())


class _Member:
    """One trained model: its two graphs."""

    def __init__(self, encoder: bytes, decoder: bytes, threads: int) -> None:
        self._encoder, self._decoder = _session(encoder, threads), _session(decoder, threads)
        self._outputs = [output.name for output in self._encoder.get_outputs()]
        self._cross = [name for name in self._outputs if name != SUMMARY]

    def encode(self, tokens: NDArray[np.int64]) -> dict[str, Floats]:
        """The summary, and each decoder layer's keys and values."""
        return dict(zip(self._outputs, self._encoder.run(None, {"tokens": tokens}), strict=True))

    def decode(
        self, encoding: Mapping[str, Floats], sizes: Sequence[int]
    ) -> dict[str, tuple[Distribution, ...]]:
        """Memory and runtime at each size."""
        cross = {name: encoding[name] for name in self._cross}

        def next_logits(rows: NDArray[np.int64]) -> Floats:
            (logits,) = self._decoder.run(None, {"rows": rows, **cross})
            return np.asarray(logits)

        return digit_tree(next_logits, sizes)


class Checkpoint:
    """Loading of checkpoint folders."""

    @staticmethod
    def load(folder: Path, threads: int = 1) -> Rlm:
        """Check and load a checkpoint folder; ``CheckpointError`` says what is wrong with it."""
        config = read_config(folder)
        files = {name: _verified(folder / name, digest) for name, digest in config["files"].items()}
        graphs = {of_member(name, m) for m in range(members_of(config)) for name in (ENCODER, DECODER)}
        missing = {TOKENIZER, CALIBRATION, *graphs} - files.keys()
        if missing:
            raise CheckpointError(f"{folder / CONFIG} names no {', '.join(sorted(missing))}")
        try:
            return Rlm(config, files, threads)
        except Exception as error:  # onnxruntime and tokenizers raise bare Exceptions of their own
            first_line = (str(error).splitlines() or [""])[0]
            raise CheckpointError(
                f"{folder}: not a usable model ({type(error).__name__}: {first_line})"
            ) from error


def read_config(folder: Path) -> dict[str, Any]:
    """The checkpoint's config.json, checked for the fields that everything else needs."""
    path = folder / CONFIG
    try:
        config = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise CheckpointError(f"no model at {folder} ({CONFIG} is missing)") from None
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path} cannot be read: {error}") from None
    if not isinstance(config, dict) or config.get("format") != FORMAT:
        raise CheckpointError(f"{path} is not a format {FORMAT} checkpoint")
    absent = [
        field
        for field in (
            "id", "files", "context", "sizes", "languages", "metrics", "limits", "pair_correlation", "maximum_interval",
        )
        if field not in config
    ]  # fmt: skip
    if absent:
        raise CheckpointError(f"{path} lacks {', '.join(absent)}")
    if not isinstance(config.get(MEMBERS, 1), int) or not 1 <= config.get(MEMBERS, 1) <= _MOST_MEMBERS:
        raise CheckpointError(f"{path}: {MEMBERS} is {config[MEMBERS]!r}, not 1 to {_MOST_MEMBERS}")
    return config


def members_of(config: Mapping[str, Any]) -> int:
    """How many members the checkpoint of this config.json has."""
    return int(config.get(MEMBERS, 1))


def of_member(file: str, index: int) -> str:
    """The name of a member's file: ``encoder.int8.onnx`` is the first's (0), ``encoder-2.int8.onnx`` the second's."""
    stem, _, suffix = file.partition(".")
    return f"{stem}-{index + 1}.{suffix}" if index else file


def sha256(data: bytes) -> str:
    """Hex SHA-256."""
    return hashlib.sha256(data).hexdigest()


def _verified(path: Path, digest: str) -> bytes:
    if path.name != str(path.relative_to(path.parent)):
        raise CheckpointError(f"{path} lies outside its checkpoint")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error.strerror}") from None
    if sha256(data) != digest:
        raise CheckpointError(f"{path} is damaged (its SHA-256 differs from {CONFIG}'s)")
    return data


def _centres(data: bytes) -> Floats:
    """Unit vectors [K, D]. Raises ``ValueError`` for anything else."""
    centres = np.load(io.BytesIO(data), allow_pickle=False).astype(np.float32)
    if centres.ndim != 2:
        raise ValueError(f"{FAMILIAR} has the shape {centres.shape}")
    return np.asarray(centres / np.linalg.norm(centres, axis=1, keepdims=True))


def _session(model: bytes, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # A spinning thread burns a core between keystrokes; a grown arena would stay for the whole session.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False  # a plan for each length of input would be kept
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
