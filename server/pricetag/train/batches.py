"""Batches of packed functions: about equal token counts, similar lengths together, versions of one problem side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pricetag.train.dataset import Packed
from pricetag.train.loop import Schedule

_NOISE = 0.1  # lengths are shuffled this much before sorting: low padding, yet other batches in every epoch


@dataclass(frozen=True, slots=True)
class LabelBatch:
    """Tensors of one step: tokens [B, T], mask [B, T], rows [B, S, STEPS], targets [B, S, STEPS], family [B]."""

    tokens: Tensor
    mask: Tensor
    rows: Tensor
    targets: Tensor
    family: Tensor

    @property
    def functions(self) -> int:
        """How many functions are presented."""
        return len(self.tokens)


def endless_batches(data: Packed, schedule: Schedule, rank: int, start: int) -> Iterator[LabelBatch]:
    """Batches of one process from step ``start`` on, epoch after epoch; an epoch shows one variant of each example."""
    step, epoch = 0, 0
    variants_of = np.split(np.arange(len(data.owner)), np.flatnonzero(np.diff(data.owner)) + 1)
    while True:
        rng = np.random.default_rng((schedule.seed, epoch))
        repeats = np.floor(data.weight + rng.random(len(data.weight))).astype(int)
        chosen = np.array(
            [rng.choice(own) for own in variants_of for _ in range(repeats[data.owner[own[0]]])],
            dtype=np.int64,
        )
        groups = list(groups_of(_by_length(data, chosen, rng), data.lengths, schedule.batch_tokens))
        # Each process takes every processes-th batch; all take equally many, or the last would wait for ever.
        shuffled = rng.permutation(len(groups))
        for index in shuffled[rank :: schedule.processes][: len(groups) // schedule.processes]:
            if step >= start:
                yield collate(data, groups[index], schedule.device)
            step += 1
        epoch += 1


def as_written(data: Packed, schedule: Schedule) -> Iterator[LabelBatch]:
    """Every function once, in its first (as written) variant."""
    first = np.flatnonzero(np.diff(data.owner, prepend=-1) != 0)
    order = first[np.argsort(data.lengths[first], kind="stable")]
    for group in groups_of(order, data.lengths, schedule.batch_tokens * 2):
        yield collate(data, group, schedule.device)


def _by_length(data: Packed, chosen: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """By noisy length, where the functions of one family that are about equally long share their noise."""
    family = data.family[data.owner[chosen]]
    noise = rng.uniform(1 - _NOISE, 1 + _NOISE, int(data.family.max()) + 1)
    return chosen[np.lexsort((family, np.round(16 * np.log2(data.lengths[chosen] * noise[family]))))]


def groups_of(
    order: NDArray[np.int64], lengths: NDArray[np.int64], budget: int
) -> Iterator[NDArray[np.int64]]:
    """Runs of ``order`` that fit into ``budget`` tokens when padded to their longest."""
    group: list[int] = []
    longest = 0
    for variant in order:
        longest = max(longest, int(lengths[variant]))
        if group and longest * (len(group) + 1) > budget:
            yield np.array(group)
            group, longest = [], int(lengths[variant])
        group.append(int(variant))
    if group:
        yield np.array(group)


def collate(data: Packed, variants: NDArray[np.int64], device: str) -> LabelBatch:
    """Padded tensors of some variants."""
    lengths = data.lengths[variants]
    tokens = np.zeros((len(variants), int(lengths.max())), dtype=np.int64)
    for row, (variant, length) in enumerate(zip(variants, lengths, strict=True)):
        start = data.starts[variant]
        tokens[row, :length] = data.tokens[start : start + length]
    owners = data.owner[variants]
    return LabelBatch(
        tokens=torch.from_numpy(tokens).to(device),
        mask=torch.from_numpy(np.arange(tokens.shape[1])[None, :] < lengths[:, None]).to(device),
        rows=torch.from_numpy(data.rows[owners].astype(np.int64)).to(device),
        targets=torch.from_numpy(data.targets[owners].astype(np.int64)).to(device),
        family=torch.from_numpy(data.family[owners].astype(np.int64)).to(device),
    )
