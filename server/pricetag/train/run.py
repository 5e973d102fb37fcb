"""Training: packed examples in, weights out. Resumable at any checkpoint, bfloat16 matrix products.

On a CPU the model is too small for threads to help, so ``Recipe.processes`` copies train side by side under
``torch.distributed`` (gloo), one thread each, gradients averaged at every step.
"""

from __future__ import annotations

import json
import math
import socket
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from torch import Tensor
from torch.multiprocessing.spawn import spawn
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel

from pricetag.rlm.architecture import Architecture, EncoderDecoder
from pricetag.rlm.numbers import FIRST_TENTH, TENTHS
from pricetag.train.dataset import NO_LABEL, STEPS, Packed
from pricetag.train.pretrain import Denoising

ENCODER_WEIGHTS = "encoder.pt"  # of the pretraining, where there was one

# Loss weights of the four predicted tokens: a wrong decade costs more than a wrong tenth.
_STEP_WEIGHTS = torch.tensor([1.0, 0.5, 1.0, 0.5])
# A tenth next to the true one is nearly right: share of the target given to its neighbours.
_NEIGHBOUR_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one model is trained. ``passes`` counts (function variant) presentations.

    The defaults made the shipped model, with two processes. Its best weights came after 18,009 passes: from then on a
    model of some 3,000 functions overfits, and only the best weights are kept.
    """

    architecture: Architecture = field(default_factory=Architecture)
    passes: int = 66_000
    batch_tokens: int = 2_560  # of each process
    learning_rate: float = 1.5e-3
    warm_up: float = 0.03  # share of the steps
    weight_decay: float = 0.1
    average: float = 0.998  # decay of the averaged weights that are validated and kept
    clip: float = 1.0
    seed: int = 0
    validate_every: int = 6_000  # passes
    checkpoint_every: float = 120.0  # seconds
    device: str = "cpu"
    processes: int = 1
    pretraining: Denoising = field(default_factory=Denoising)

    def to_json(self) -> dict[str, Any]:
        """As stored beside the weights."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of one step: tokens [B, T], mask [B, T], rows [B, S, STEPS], targets [B, S, STEPS]."""

    tokens: Tensor
    mask: Tensor
    rows: Tensor
    targets: Tensor


def train(recipe: Recipe, data: Path, validation: Path, folder: Path) -> Path:
    """Train on packed files, or go on from ``folder``'s checkpoint. Returns the file of the best averaged weights.

    Writes ``state.pt`` (everything needed to resume), ``best.pt`` (averaged weights with the lowest validation loss)
    and ``curve.jsonl`` (passes, losses, seconds).
    """
    if recipe.processes == 1:
        _train(0, recipe, data, validation, folder, port=0)
    else:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        spawn(_train, (recipe, data, validation, folder, port), nprocs=recipe.processes)  # type: ignore[no-untyped-call]
    return folder / "best.pt"


def _train(
    rank: int, recipe: Recipe, data_file: Path, validation_file: Path, folder: Path, port: int
) -> None:
    console = Console(quiet=rank > 0)
    data, validation = Packed.load(data_file), Packed.load(validation_file)
    world = recipe.processes
    if world > 1:
        torch.set_num_threads(1)
        dist.init_process_group("gloo", f"tcp://127.0.0.1:{port}", rank=rank, world_size=world)
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(recipe.seed)
    model = EncoderDecoder(recipe.architecture).to(recipe.device)
    if (folder / ENCODER_WEIGHTS).exists():
        pretrained = torch.load(folder / ENCODER_WEIGHTS, weights_only=True, map_location=recipe.device)
        encoder: Any = model.model.encoder
        encoder.load_state_dict(pretrained)
    average = {name: value.detach().clone() for name, value in model.state_dict().items()}
    optimiser = torch.optim.AdamW(
        _decay_groups(model, recipe.weight_decay), lr=recipe.learning_rate, betas=(0.9, 0.98), fused=True
    )
    progress = {"passes": 0, "step": 0, "seconds": 0.0, "best": math.inf, "validated": 0}
    state_file, best_file, curve_file = folder / "state.pt", folder / "best.pt", folder / "curve.jsonl"
    if state_file.exists():
        state = torch.load(state_file, weights_only=True, map_location=recipe.device)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        average, progress = state["average"], state["progress"]
        console.print(f"resumed at {progress['passes']:,} of {recipe.passes:,} passes")

    def save_state() -> None:
        content = {
            "model": model.state_dict(),
            "optimiser": optimiser.state_dict(),
            "average": average,
            "progress": progress,
        }
        scratch = state_file.with_suffix(".new")
        torch.save(content, scratch)
        scratch.replace(state_file)

    def validate(loss: float) -> None:
        current = {name: value.clone() for name, value in model.state_dict().items()}
        model.load_state_dict(average)
        held_out = evaluate_loss(model, validation, recipe)
        if held_out < progress["best"]:
            progress["best"] = held_out
            torch.save(average, best_file)
        model.load_state_dict(current)
        with curve_file.open("a") as curve:
            row = {
                "passes": progress["passes"],
                "train": loss,
                "validation": held_out,
                "seconds": progress["seconds"],
            }
            curve.write(json.dumps(row) + "\n")
        console.print(
            f"{progress['passes']:>9,} passes  train {loss:.4f}  validation {held_out:.4f}"
            f"  (best {progress['best']:.4f})  {progress['seconds']:.0f} s"
        )

    model.train()
    parallel = DistributedDataParallel(model) if world > 1 else model
    batches = _batches(data, recipe, rank, start=int(progress["step"]))
    begun, saved, running = time.monotonic() - progress["seconds"], time.monotonic(), 0.0
    columns = (
        *Progress.get_default_columns()[:2],
        TextColumn("{task.completed:,.0f}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("training", total=recipe.passes, completed=int(progress["passes"]))
        while progress["passes"] < recipe.passes:
            batch = next(batches)
            rate = _rate(progress["passes"] / recipe.passes, recipe)
            for group in optimiser.param_groups:
                group["lr"] = rate
            with torch.autocast(recipe.device, dtype=torch.bfloat16):
                logits = parallel(batch.tokens, batch.mask, batch.rows)
            loss = loss_of(logits.float(), batch.targets)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
            progress["step"] += 1
            progress["passes"] += _over_all(len(batch.tokens), world)
            progress["seconds"] = time.monotonic() - begun
            _blend(average, model, min(recipe.average, progress["step"] / (progress["step"] + 10)))
            running = loss.item() if running == 0.0 else 0.98 * running + 0.02 * loss.item()
            bar.update(task, completed=progress["passes"])
            if progress["passes"] // recipe.validate_every > progress["validated"]:
                progress["validated"] = progress["passes"] // recipe.validate_every
                if rank == 0:
                    validate(running)
            if rank == 0 and time.monotonic() - saved > recipe.checkpoint_every:
                save_state()
                saved = time.monotonic()
    if rank == 0:
        validate(running)
        save_state()
    if world > 1:
        dist.barrier()
        dist.destroy_process_group()


def _over_all(count: int, world: int) -> int:
    if world == 1:
        return count
    total = torch.tensor([count])
    dist.all_reduce(total)
    return int(total)


def loss_of(logits: Tensor, targets: Tensor) -> Tensor:
    """Weighted cross-entropy of the four tokens. Logits [B, S, STEPS, V], targets [B, S, STEPS] -> scalar."""
    known = targets != NO_LABEL
    log_probabilities = F.log_softmax(logits, dim=-1)
    safe = targets.long().clamp(min=0)
    picked = log_probabilities.gather(-1, safe[..., None])[..., 0]
    tenth = (safe >= FIRST_TENTH) & (safe < FIRST_TENTH + TENTHS)
    below = torch.where(tenth, (safe - 1).clamp(min=FIRST_TENTH), safe)
    above = torch.where(tenth, (safe + 1).clamp(max=FIRST_TENTH + TENTHS - 1), safe)
    near = log_probabilities.gather(-1, torch.stack((below, above), dim=-1)).mean(-1)
    losses = -((1 - _NEIGHBOUR_SHARE) * picked + _NEIGHBOUR_SHARE * near)
    weights = _STEP_WEIGHTS.to(logits.device) * known
    return (losses * weights).sum() / weights.sum().clamp(min=1.0)


@torch.inference_mode()
def evaluate_loss(model: EncoderDecoder, data: Packed, recipe: Recipe) -> float:
    """Mean loss over every first (as written) variant."""
    model.eval()
    first = np.flatnonzero(np.diff(data.owner, prepend=-1) != 0)
    order = first[np.argsort(data.lengths[first], kind="stable")]
    total, count = 0.0, 0
    for group in _groups(order, data.lengths, recipe.batch_tokens * 2):
        batch = _collate(data, group, recipe.device)
        with torch.autocast(recipe.device, dtype=torch.bfloat16):
            logits = model(batch.tokens, batch.mask, batch.rows)
        total += loss_of(logits.float(), batch.targets).item() * len(group)
        count += len(group)
    model.train()
    return total / max(count, 1)


def _batches(data: Packed, recipe: Recipe, rank: int, start: int) -> Iterator[Batch]:
    """Endless batches of about equal token counts, similar lengths together, one variant of an example an epoch."""
    step, epoch = 0, 0
    variants_of = np.split(np.arange(len(data.owner)), np.flatnonzero(np.diff(data.owner)) + 1)
    while True:
        rng = np.random.default_rng((recipe.seed, epoch))
        repeats = np.floor(data.weight + rng.random(len(data.weight))).astype(int)
        chosen = np.array(
            [rng.choice(own) for own in variants_of for _ in range(repeats[data.owner[own[0]]])],
            dtype=np.int64,
        )
        # Sorting noisy lengths keeps padding low and batches different from epoch to epoch.
        noisy = data.lengths[chosen] * rng.uniform(0.9, 1.1, len(chosen))
        groups = list(_groups(chosen[np.argsort(noisy)], data.lengths, recipe.batch_tokens))
        # Each process takes every processes-th batch; all take equally many, or the last would wait for ever.
        shuffled = rng.permutation(len(groups))
        for index in shuffled[rank :: recipe.processes][: len(groups) // recipe.processes]:
            if step >= start:
                yield _collate(data, groups[index], recipe.device)
            step += 1
        epoch += 1


def _groups(order: NDArray[np.int64], lengths: NDArray[np.int64], budget: int) -> Iterator[NDArray[np.int64]]:
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


def _collate(data: Packed, variants: NDArray[np.int64], device: str) -> Batch:
    lengths = data.lengths[variants]
    tokens = np.zeros((len(variants), int(lengths.max())), dtype=np.int64)
    for row, (variant, length) in enumerate(zip(variants, lengths, strict=True)):
        start = data.starts[variant]
        tokens[row, :length] = data.tokens[start : start + length]
    owners = data.owner[variants]
    return Batch(
        tokens=torch.from_numpy(tokens).to(device),
        mask=torch.from_numpy(np.arange(tokens.shape[1])[None, :] < lengths[:, None]).to(device),
        rows=torch.from_numpy(data.rows[owners].astype(np.int64)).to(device),
        targets=torch.from_numpy(data.targets[owners].astype(np.int64)).to(device),
    )


def _rate(done: float, recipe: Recipe) -> float:
    """Linear warm-up, then cosine to 2 %."""
    if done < recipe.warm_up:
        return recipe.learning_rate * (done / recipe.warm_up + 1e-3)
    after = min((done - recipe.warm_up) / (1 - recipe.warm_up), 1.0)
    return recipe.learning_rate * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * after)))


@torch.no_grad()
def _blend(average: dict[str, Tensor], model: EncoderDecoder, decay: float) -> None:
    names = list(average)
    current = model.state_dict()
    torch._foreach_lerp_([average[name] for name in names], [current[name] for name in names], 1 - decay)


def _decay_groups(model: EncoderDecoder, decay: float) -> list[dict[str, Any]]:
    """Matrices decay; norms and embeddings do not."""
    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "embed" not in name]
    others = [p for name, p in model.named_parameters() if p.ndim != 2 or "embed" in name]
    return [{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]


assert len(_STEP_WEIGHTS) == STEPS
