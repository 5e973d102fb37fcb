"""Denoising pretraining of the encoder on unlabelled functions: spans are masked and must be restored.

A masked-span objective on the encoder alone (SpanBERT's masking, arXiv 1907.10529) rather than T5's, because the
decoder reads and writes number tokens only. The output layer is the input embedding.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console
from tokenizers import Tokenizer
from torch.nn import functional as F

from pricetag.rlm import prompt as prompts
from pricetag.rlm.architecture import Architecture, EncoderDecoder
from pricetag.rlm.prompt import PromptTooLong, encode, render
from pricetag.syntax import language_of, parse_functions

_MASKED_SHARE, _MEAN_SPAN = 0.25, 3
_WARM_UP = 0.03  # share of the passes
_SHORTEST, _LONGEST = 40, 6_000  # characters of a canonical function worth learning from


def source_files(roots: Sequence[Path]) -> Iterator[Path]:
    """Python and C++ files below the roots, in a stable order; test suites are left out."""
    for root in roots:
        for path in sorted(root.rglob("*")):
            skipped = {"test", "tests", "testing", "idle_test", "lib2to3"} & set(path.parts)
            if not skipped and path.is_file() and (language_of(str(path)) or _is_cpp_header(path)):
                yield path


def unlabelled_functions(files: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """(language, canonical text) of every distinct whole function in the files."""
    seen: set[bytes] = set()
    for path in files:
        language = language_of(str(path)) or language_of("header.hpp")
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if language is None or len(text) > 1_000_000:
            continue
        for function in parse_functions(text, language):
            digest = hashlib.sha256(function.canonical.encode("utf-8", "replace")).digest()[:12]
            if function.error or digest in seen or not _SHORTEST <= len(function.canonical) <= _LONGEST:
                continue
            seen.add(digest)
            yield language.value, function.canonical


def _is_cpp_header(path: Path) -> bool:
    return not path.suffix and "c++" in path.parts


def sample(functions: Iterable[tuple[str, str]], count: int, seed: int = 0) -> list[tuple[str, str]]:
    """At most ``count`` functions in random order, at most half of them of one language."""
    rng = random.Random(seed)
    by_language: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for language, canonical in functions:
        by_language[language].append((language, canonical))
    chosen = [
        pair for pairs in by_language.values() for pair in rng.sample(pairs, min(len(pairs), count // 2))
    ]
    rng.shuffle(chosen)
    return chosen


@dataclass(frozen=True, slots=True)
class Texts:
    """Tokenised functions, end to end: ``tokens`` uint16 [N], ``starts`` int64 [F+1], ``mask`` the masking token's id."""

    tokens: NDArray[np.uint16]
    starts: NDArray[np.int64]
    mask: int

    def save(self, path: Path) -> None:
        """One .npz, without pickles."""
        np.savez(path, tokens=self.tokens, starts=self.starts, mask=np.array(self.mask))

    @classmethod
    def load(cls, path: Path) -> Texts:
        """Inverse of ``save``."""
        with np.load(path, allow_pickle=False) as arrays:
            return cls(arrays["tokens"], arrays["starts"], int(arrays["mask"]))


def tokenise(functions: Iterable[tuple[str, str]], tokenizer: Tokenizer, context: int) -> Texts:
    """Prompts without kinds; functions longer than the context are left out."""
    encoded = []
    for language, canonical in functions:
        try:
            encoded.append(
                np.array(encode(render(language, "", canonical), tokenizer, context), dtype=np.uint16)
            )
        except PromptTooLong:
            continue
    starts = np.concatenate(([0], np.cumsum([len(part) for part in encoded]))).astype(np.int64)
    return Texts(np.concatenate(encoded), starts, int(tokenizer.token_to_id(prompts.MASK) or 0))


@dataclass(frozen=True, slots=True)
class Denoising:
    """How the encoder is pretrained."""

    passes: int = 60_000
    batch_tokens: int = 4_096
    learning_rate: float = 2e-3
    seed: int = 0


def pretrain(sizes: Architecture, file: Path, how: Denoising, out: Path, console: Console) -> float:
    """Train an encoder to restore masked spans of the functions in ``file``; write its weights to ``out``.

    Returns the last loss (nats per masked token).
    """
    torch.manual_seed(how.seed)
    rng = np.random.default_rng(how.seed)
    texts = Texts.load(file)
    model = EncoderDecoder(sizes)
    encoder: Any = model.model.encoder
    optimiser = torch.optim.AdamW(encoder.parameters(), lr=how.learning_rate, betas=(0.9, 0.98), fused=True)
    running, step, passes, reported = 0.0, 0, 0, 0
    model.train()
    while passes < how.passes:
        rate = (
            how.learning_rate
            * min(step / 100 + 0.01, 1.0)
            * 0.5
            * (1 + math.cos(math.pi * passes / how.passes))
        )
        for group in optimiser.param_groups:
            group["lr"] = rate
        tokens, lengths = _draw(texts, how.batch_tokens, rng)
        hidden = _spans(lengths, tokens.shape[1], rng)
        targets = torch.from_numpy(tokens[hidden])
        tokens[hidden] = texts.mask
        present = torch.from_numpy(np.arange(tokens.shape[1])[None] < lengths[:, None])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            encoding = model.encode(torch.from_numpy(tokens), present)
            logits = F.linear(encoding[torch.from_numpy(hidden)], encoder.embed_tokens.weight)
        loss = F.cross_entropy(logits.float(), targets)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        step += 1
        passes += len(lengths)
        running = loss.item() if step == 1 else 0.9 * running + 0.1 * loss.item()
        if passes - reported >= 5_000 or passes >= how.passes:
            reported = passes
            console.print(f"{passes:>9,} passes  restoring masked tokens: loss {running:.3f}")
    torch.save(encoder.state_dict(), out)
    return running


def _draw(texts: Texts, budget: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A padded batch [B, T] of functions of similar length, and their lengths [B]."""
    every = np.diff(texts.starts)
    anchor = int(every[rng.integers(len(every))])
    count = max(budget // max(anchor, 16), 1)
    candidates = rng.integers(len(every), size=8 * count)
    candidates = candidates[np.argsort(np.abs(every[candidates] - anchor))][:count]
    lengths = every[candidates]
    tokens = np.zeros((count, int(lengths.max())), dtype=np.int64)
    for row, index in enumerate(candidates):
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
