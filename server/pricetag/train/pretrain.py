"""Denoising pretraining of the encoder on unlabelled functions: spans are masked and must be restored.

A masked-span objective on the encoder alone (SpanBERT's masking, arXiv 1907.10529) rather than T5's, because the
decoder reads and writes number tokens only. The output layer is the input embedding.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
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


def tokenise(
    functions: Iterable[tuple[str, str]], tokenizer: Tokenizer, context: int
) -> list[NDArray[np.uint16]]:
    """Prompts without kinds; functions longer than the context are left out."""
    encoded = []
    for language, canonical in functions:
        try:
            encoded.append(
                np.array(encode(render(language, "", canonical), tokenizer, context), dtype=np.uint16)
            )
        except PromptTooLong:
            continue
    return encoded


@dataclass(frozen=True, slots=True)
class Denoising:
    """How the encoder is pretrained."""

    seconds: float
    batch_tokens: int = 4_096
    learning_rate: float = 2e-3
    seed: int = 0


def pretrain(
    sizes: Architecture,
    functions: Sequence[NDArray[np.uint16]],
    tokenizer: Tokenizer,
    how: Denoising,
    out: Path,
    console: Console,
) -> float:
    """Train an encoder to restore masked spans for about ``how.seconds``; write its weights to ``out``. Returns the last loss."""
    torch.manual_seed(how.seed)
    rng = np.random.default_rng(how.seed)
    model = EncoderDecoder(sizes)
    encoder: Any = model.model.encoder
    optimiser = torch.optim.AdamW(encoder.parameters(), lr=how.learning_rate, betas=(0.9, 0.98), fused=True)
    mask_token = int(tokenizer.token_to_id(prompts.MASK) or 0)
    begun, running, step, saved = time.monotonic(), 0.0, 0, 0.0
    model.train()
    while (passed := time.monotonic() - begun) < how.seconds:
        done = passed / how.seconds
        for group in optimiser.param_groups:
            group["lr"] = (
                how.learning_rate * min(step / 100 + 0.01, 1.0) * 0.5 * (1 + math.cos(math.pi * done))
            )
        tokens, lengths = _draw(functions, how.batch_tokens, rng)
        hidden = _spans(lengths, tokens.shape[1], rng)
        targets = torch.from_numpy(tokens[hidden])
        tokens[hidden] = mask_token
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
        running = loss.item() if step == 1 else 0.98 * running + 0.02 * loss.item()
        if passed - saved > 60:
            saved = passed
            torch.save(encoder.state_dict(), out)
            console.print(json.dumps({"step": step, "seconds": round(passed), "loss": round(running, 4)}))
    torch.save(encoder.state_dict(), out)
    return running


def _draw(
    functions: Sequence[NDArray[np.uint16]], budget: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A padded batch [B, T] of functions of similar length, and their lengths [B]."""
    anchor = len(functions[int(rng.integers(len(functions)))])
    count = max(budget // max(anchor, 16), 1)
    candidates = rng.integers(len(functions), size=8 * count)
    candidates = candidates[np.argsort([abs(len(functions[i]) - anchor) for i in candidates])][:count]
    lengths = np.array([len(functions[i]) for i in candidates])
    tokens = np.zeros((count, int(lengths.max())), dtype=np.int64)
    for row, index in enumerate(candidates):
        tokens[row, : lengths[row]] = functions[index]
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
