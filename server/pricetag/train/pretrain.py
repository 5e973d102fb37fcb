"""Denoising pretraining of the encoder on unlabelled functions: spans are masked and must be restored.

A masked-span objective on the encoder alone (SpanBERT's masking, arXiv 1907.10529) rather than T5's, because the
decoder reads and writes number tokens only. The output layer is the input embedding.
"""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional as F

from pricetag.rlm import prompt as prompts
from pricetag.rlm.architecture import EncoderDecoder
from pricetag.rlm.prompt import Prompt, PromptTooLong, encode, render
from pricetag.syntax import language_of, parse_functions
from pricetag.train.batches import groups_of
from pricetag.train.dataset import load_arrays, save_arrays
from pricetag.train.loop import Schedule
from pricetag.train.processes import in_processes
from pricetag.workload import infer

_MASKED_SHARE, _MEAN_SPAN = 0.25, 3
_HELD_OUT = 50  # one function in so many is kept for validation,
_VALIDATED = 1_000  # and at most this many are
_SHORTEST, _LONGEST = 40, 6_000  # characters of a canonical function worth learning from


def source_files(roots: Sequence[Path]) -> Iterator[Path]:
    """Python and C++ files below the roots, in a stable order; test suites are left out."""
    for root in roots:
        for path in sorted(root.rglob("*")):
            skipped = {"test", "tests", "testing", "idle_test", "lib2to3"} & set(path.parts)
            if not skipped and path.is_file() and (language_of(str(path)) or _is_cpp_header(path)):
                yield path


def unlabelled_functions(files: Iterable[Path]) -> Iterator[Prompt]:
    """The prompt of every distinct whole function in the files, its kinds inferred as in the editor."""
    seen: set[bytes] = set()
    for found in in_processes(_functions_of, list(files)):
        for prompt in found:
            digest = hashlib.sha256(prompt.canonical.encode("utf-8", "replace")).digest()[:12]
            if digest not in seen:
                seen.add(digest)
                yield prompt


def _functions_of(path: Path) -> list[Prompt]:
    language = language_of(str(path)) or language_of("header.hpp")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    if language is None or len(text) > 1_000_000:
        return []
    return [
        render(language.value, str(infer(function)), function.canonical, function.callees)
        for function in parse_functions(text, language)
        if not function.error and _SHORTEST <= len(function.canonical) <= _LONGEST
    ]


def _is_cpp_header(path: Path) -> bool:
    return not path.suffix and "c++" in path.parts


def sample(functions: Iterable[Prompt], count: int, seed: int = 0) -> list[Prompt]:
    """At most ``count`` functions in random order, at most half of them of one language."""
    rng = random.Random(seed)
    by_language: dict[str, list[Prompt]] = defaultdict(list)
    for prompt in functions:
        by_language[prompt.language].append(prompt)
    chosen = [one for own in by_language.values() for one in rng.sample(own, min(len(own), count // 2))]
    rng.shuffle(chosen)
    return chosen


@dataclass(frozen=True, slots=True)
class Texts:
    """Tokenised functions, end to end: ``tokens`` uint16 [N], ``starts`` int64 [F+1], ``mask`` the masking token's id."""

    tokens: NDArray[np.uint16]
    starts: NDArray[np.int64]
    mask: int

    def save(self, path: Path) -> None:
        """A folder of plain .npy files."""
        save_arrays(path, {"tokens": self.tokens, "starts": self.starts, "mask": np.array(self.mask)})

    @classmethod
    def load(cls, path: Path) -> Texts:
        """Inverse of ``save``; the arrays are mapped, not read."""
        arrays = load_arrays(path)
        return cls(arrays["tokens"], arrays["starts"], int(arrays["mask"]))


def tokenise(functions: Iterable[Prompt], tokenizer: Tokenizer, context: int) -> Texts:
    """Every prompt once; functions longer than the context are left out."""
    encoded = []
    for prompt in functions:
        try:
            encoded.append(np.array(encode(prompt, tokenizer, context), dtype=np.uint16))
        except PromptTooLong:
            continue
    starts = np.concatenate(([0], np.cumsum([len(part) for part in encoded]))).astype(np.int64)
    return Texts(np.concatenate(encoded), starts, int(tokenizer.token_to_id(prompts.MASK) or 0))


@dataclass(frozen=True, slots=True)
class MaskedBatch:
    """Tensors of one step: tokens [B, T] with spans masked, present [B, T], hidden [B, T], targets [M] of the M hidden."""

    tokens: Tensor
    present: Tensor
    hidden: Tensor
    targets: Tensor

    @property
    def functions(self) -> int:
        """How many functions are presented."""
        return len(self.tokens)


@dataclass(slots=True)
class Denoising:
    """Cross-entropy of the masked tokens of unlabelled functions; only the encoder is trained."""

    file: Path
    _schedule: Schedule = field(init=False, repr=False)
    _texts: Texts = field(init=False, repr=False)
    _training: NDArray[np.int64] = field(init=False, repr=False)
    _held_out: NDArray[np.int64] = field(init=False, repr=False)

    def open(self, schedule: Schedule) -> None:
        """Map the file; every so many functions are held out."""
        self._schedule, self._texts = schedule, Texts.load(self.file)
        every = np.arange(len(self._texts.starts) - 1)
        self._held_out = every[::_HELD_OUT][:_VALIDATED]
        self._training = np.setdiff1d(every, self._held_out)

    def prepare(self, model: EncoderDecoder) -> None:
        """The decoder stays as it is."""
        model.requires_grad_(False)
        encoder: Any = model.model.encoder
        encoder.requires_grad_(True)

    def batches(self, rank: int, start: int) -> Iterator[MaskedBatch]:
        """Endless batches of functions of similar length."""
        step = start
        while True:
            rng = np.random.default_rng((self._schedule.seed, rank, step))
            yield self._masked(_draw(self._texts, self._training, self._schedule.batch_tokens, rng), rng)
            step += 1

    def loss(self, model: EncoderDecoder, batch: MaskedBatch) -> Tensor:
        """Mean nats per masked token."""
        encoder: Any = model.model.encoder
        encoding = model.encode(batch.tokens, batch.present)
        logits = F.linear(encoding[batch.hidden], encoder.embed_tokens.weight)
        return F.cross_entropy(logits.float(), batch.targets)

    def validate(self, model: EncoderDecoder) -> float:
        """The loss on the functions held out, the same spans masked every time."""
        rng = np.random.default_rng(0)
        every = np.diff(self._texts.starts)
        order = self._held_out[np.argsort(every[self._held_out], kind="stable")]
        total, count = 0.0, 0
        for group in groups_of(order, every, self._schedule.batch_tokens * 2):
            batch = self._masked(_padded(self._texts, group), rng)
            total += self.loss(model, batch).item() * len(batch.targets)
            count += len(batch.targets)
        return total / max(count, 1)

    def _masked(
        self, drawn: tuple[NDArray[np.int64], NDArray[np.int64]], rng: np.random.Generator
    ) -> MaskedBatch:
        tokens, lengths = drawn
        hidden = _spans(lengths, tokens.shape[1], rng)
        targets = tokens[hidden]
        tokens[hidden] = self._texts.mask
        present = np.arange(tokens.shape[1])[None] < lengths[:, None]
        parts = (tokens, present, hidden, targets)
        return MaskedBatch(*(torch.from_numpy(part).to(self._schedule.device) for part in parts))


def _draw(
    texts: Texts, among: NDArray[np.int64], budget: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A padded batch [B, T] of functions of similar length, and their lengths [B]."""
    every = np.diff(texts.starts)
    anchor = int(every[rng.choice(among)])
    count = max(budget // max(anchor, 16), 1)
    candidates = rng.choice(among, size=8 * count)
    return _padded(texts, candidates[np.argsort(np.abs(every[candidates] - anchor))][:count])


def _padded(texts: Texts, chosen: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    lengths = np.diff(texts.starts)[chosen]
    tokens = np.zeros((len(chosen), int(lengths.max())), dtype=np.int64)
    for row, index in enumerate(chosen):
        tokens[row, : lengths[row]] = texts.tokens[texts.starts[index] : texts.starts[index + 1]]
    return tokens, lengths


def _spans(lengths: NDArray[np.int64], width: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which tokens are masked: geometric spans over about a quarter of each row, never the two leading special tokens."""
    hidden = np.zeros((len(lengths), width), dtype=bool)
    for row, length in enumerate(lengths):
        body = int(length) - 2
        spans = max(round(body * _MASKED_SHARE / _MEAN_SPAN), 1)
        for start, size in zip(
            rng.integers(0, max(body, 1), spans), rng.geometric(1 / _MEAN_SPAN, spans), strict=True
        ):
            hidden[row, 2 + start : min(2 + start + size, length)] = True
    return hidden
