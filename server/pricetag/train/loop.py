"""The training loop, the same for every objective: resumable at any checkpoint, bfloat16 matrix products.

On a CPU the model is too small for threads to help, so ``Schedule.processes`` copies train side by side under
``torch.distributed`` (gloo), one thread each, gradients averaged at every step.
"""

from __future__ import annotations

import json
import math
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import torch
import torch.distributed as dist
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from torch import Tensor, nn
from torch.multiprocessing.spawn import spawn
from torch.nn.parallel import DistributedDataParallel
from torch.optim import AdamW, Muon, Optimizer

from pricetag.rlm.architecture import Architecture, EncoderDecoder

BEST, STATE, CURVE = "best.pt", "state.pt", "curve.jsonl"


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast. ``passes`` counts presentations of one function."""

    passes: int
    batch_tokens: int = 2_560  # of each process
    learning_rate: float = 1.5e-3
    warm_up: float = 0.03  # share of the passes
    cooling: float = 0.97  # share of the passes, the last ones, in which the rate falls
    weight_decay: float = 0.1
    optimiser: str = "adamw"  # or "muon": matrices are stepped by Muon, the rest by AdamW
    average: float = 0.998  # decay of the averaged weights that are validated and kept
    clip: float = 1.0
    seed: int = 0
    validate_every: int = 6_000  # passes
    patience: int = 0  # validations without a new best after which it stops; 0: never
    checkpoint_every: float = 120.0  # seconds
    device: str = "cpu"
    processes: int = 1

    def __post_init__(self) -> None:
        if self.optimiser not in ("adamw", "muon"):
            raise ValueError(f'optimiser: "{self.optimiser}" is neither "adamw" nor "muon"')


class Batch(Protocol):
    """One step's tensors."""

    @property
    def functions(self) -> int:
        """How many functions are presented."""
        ...


class Objective(Protocol):
    """What is learnt, from files: each process opens them for itself."""

    def open(self, schedule: Schedule) -> None:
        """Read the files."""
        ...

    def prepare(self, model: EncoderDecoder) -> None:
        """Say which parameters are trained (``requires_grad``)."""
        ...

    def batches(self, rank: int, start: int) -> Iterator[Batch]:
        """Endless batches of process ``rank`` from step ``start`` on, the same for the same schedule."""
        ...

    def loss(self, model: EncoderDecoder, batch: Any) -> Tensor:
        """A scalar to minimise."""
        ...

    def validate(self, model: EncoderDecoder) -> float:
        """Mean loss on held-out data; the model is in evaluation mode."""
        ...


def fit(
    objective: Objective,
    architecture: Architecture,
    schedule: Schedule,
    folder: Path,
    initial: Path | None = None,
) -> Path:
    """Train, or go on from ``folder``'s checkpoint. Returns the file of the best averaged weights.

    Starts from the weights in ``initial`` where given. Writes ``state.pt`` (everything needed to resume), ``best.pt``
    (averaged weights with the lowest validation loss) and ``curve.jsonl`` (passes, losses, seconds).
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = (objective, architecture, schedule, folder, initial)
    if schedule.processes == 1:
        _process(0, *settings, port=0)
    else:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        spawn(_process, (*settings, port), nprocs=schedule.processes)  # type: ignore[no-untyped-call]
    return folder / BEST


def _process(
    rank: int,
    objective: Objective,
    architecture: Architecture,
    schedule: Schedule,
    folder: Path,
    initial: Path | None,
    port: int,
) -> None:
    world = schedule.processes
    if world > 1:
        torch.set_num_threads(1)
        dist.init_process_group("gloo", f"tcp://127.0.0.1:{port}", rank=rank, world_size=world)
    torch.manual_seed(schedule.seed)
    model = EncoderDecoder(architecture).to(schedule.device)
    if initial is not None:
        model.load_state_dict(torch.load(initial, weights_only=True, map_location=schedule.device))
    objective.open(schedule)
    objective.prepare(model)
    _Run(rank, objective, model, schedule, folder).go()
    if world > 1:
        dist.barrier()
        dist.destroy_process_group()


@dataclass(slots=True)
class _Counters:
    """How far a training has come."""

    passes: int = 0
    step: int = 0
    seconds: float = 0.0
    best: float = math.inf
    validations: int = 0
    best_at: int = 0  # validation that was the best


class _Step(nn.Module):
    """One objective's loss as a module, so that ``DistributedDataParallel`` can average its gradients."""

    def __init__(self, model: EncoderDecoder, objective: Objective) -> None:
        super().__init__()
        self.model = model
        self._objective = objective

    def forward(self, batch: Batch) -> Tensor:
        return self._objective.loss(self.model, batch)


class _Run:
    """One process of a training."""

    def __init__(
        self, rank: int, objective: Objective, model: EncoderDecoder, schedule: Schedule, folder: Path
    ) -> None:
        self._rank, self._objective, self._model, self._schedule = rank, objective, model, schedule
        self._folder = folder
        self._console = Console(quiet=rank > 0)
        self._average = {name: value.detach().clone() for name, value in model.state_dict().items()}
        self._optimisers = _optimisers(model, schedule)
        self._counters = _Counters()
        self._parent = os.getppid() if schedule.processes > 1 else 0
        self._resume()

    def go(self) -> None:
        """Train until the schedule is through or nothing has got better for long."""
        schedule, counters = self._schedule, self._counters
        step: nn.Module = _Step(self._model, self._objective)
        if schedule.processes > 1:
            step = DistributedDataParallel(step)
        batches = self._objective.batches(self._rank, counters.step)
        begun, saved, running = time.monotonic() - counters.seconds, time.monotonic(), 0.0
        columns = (
            *Progress.get_default_columns()[:2],
            TextColumn("{task.completed:,.0f}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        self._model.train()
        with Progress(
            *columns, console=self._console, transient=True, disable=not self._console.is_terminal
        ) as bar:
            task = bar.add_task("training", total=schedule.passes, completed=counters.passes)
            while counters.passes < schedule.passes and not self._settled():
                if self._parent and os.getppid() != self._parent:
                    os._exit(1)  # whoever started us was killed: another training may write here already
                batch = next(batches)
                loss = self._advance(step, batch)
                counters.step += 1
                counters.passes += self._over_all(batch.functions)
                counters.seconds = time.monotonic() - begun
                _blend(
                    self._average, self._model, min(schedule.average, counters.step / (counters.step + 10))
                )
                running = loss if running == 0.0 else 0.98 * running + 0.02 * loss
                bar.update(task, completed=counters.passes)
                if counters.passes // schedule.validate_every > counters.validations:
                    counters.validations = counters.passes // schedule.validate_every
                    self._validate(running)
                if self._rank == 0 and time.monotonic() - saved > schedule.checkpoint_every:
                    self._save()
                    saved = time.monotonic()
        self._validate(running)
        if self._rank == 0:
            self._save()

    def _advance(self, step: nn.Module, batch: Batch) -> float:
        schedule = self._schedule
        rate = _rate(self._counters.passes / schedule.passes, schedule)
        for optimiser in self._optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate
        with torch.autocast(schedule.device, dtype=torch.bfloat16):
            loss = step(batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), schedule.clip)
        for optimiser in self._optimisers:
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        return float(loss.item())

    def _settled(self) -> bool:
        waited = self._counters.validations - self._counters.best_at
        return 0 < self._schedule.patience <= waited

    def _validate(self, running: float) -> None:
        """The averaged weights on held-out data. Every process validates, so that all know when to stop."""
        counters = self._counters
        current = {name: value.clone() for name, value in self._model.state_dict().items()}
        self._model.load_state_dict(self._average)
        self._model.eval()
        with torch.inference_mode(), torch.autocast(self._schedule.device, dtype=torch.bfloat16):
            held_out = self._objective.validate(self._model)
        self._model.load_state_dict(current)
        self._model.train()
        better = held_out < counters.best
        if better:
            counters.best, counters.best_at = held_out, counters.validations
        if self._rank > 0:
            return
        if better:
            torch.save(self._average, self._folder / BEST)
        row = {
            "passes": counters.passes,
            "train": running,
            "validation": held_out,
            "seconds": counters.seconds,
        }
        with (self._folder / CURVE).open("a") as curve:
            curve.write(json.dumps(row) + "\n")
        self._console.print(
            f"{counters.passes:>9,} passes  train {running:.4f}  validation {held_out:.4f}"
            f"  (best {counters.best:.4f})  {counters.seconds:.0f} s"
        )

    def _over_all(self, count: int) -> int:
        if self._schedule.processes == 1:
            return count
        total = torch.tensor([count])
        dist.all_reduce(total)
        return int(total)

    def _save(self) -> None:
        counters = self._counters
        content = {
            "model": self._model.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self._optimisers],
            "average": self._average,
            "progress": {name: getattr(counters, name) for name in counters.__slots__},
        }
        scratch = self._folder / f"{STATE}.new"
        torch.save(content, scratch)
        scratch.replace(self._folder / STATE)

    def _resume(self) -> None:
        file = self._folder / STATE
        if not file.exists():
            return
        state = torch.load(file, weights_only=True, map_location=self._schedule.device)
        self._model.load_state_dict(state["model"])
        for optimiser, its_state in zip(self._optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(its_state)
        self._average, self._counters = state["average"], _Counters(**state["progress"])
        self._console.print(f"resumed at {self._counters.passes:,} of {self._schedule.passes:,} passes")


def _rate(done: float, schedule: Schedule) -> float:
    """Linear warm-up, level, then cosine to 2 %. While it is level, ``passes`` may still be changed."""
    if done < schedule.warm_up:
        return schedule.learning_rate * (done / schedule.warm_up + 1e-3)
    cooled = min(max((done - 1 + schedule.cooling) / schedule.cooling, 0.0), 1.0)
    return schedule.learning_rate * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * cooled)))


@torch.no_grad()
def _blend(average: dict[str, Tensor], model: EncoderDecoder, decay: float) -> None:
    names = list(average)
    current = model.state_dict()
    torch._foreach_lerp_([average[name] for name in names], [current[name] for name in names], 1 - decay)


def _optimisers(model: EncoderDecoder, schedule: Schedule) -> list[Optimizer]:
    """Matrices decay; norms and embeddings do not."""
    trained = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    matrices = [p for name, p in trained if p.ndim == 2 and "embed" not in name]
    others = [p for name, p in trained if p.ndim != 2 or "embed" in name]
    adamw = partial(AdamW, lr=schedule.learning_rate, betas=(0.9, 0.98), fused=True)
    if schedule.optimiser == "adamw":
        decay = schedule.weight_decay
        return [adamw([{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}])]
    # Steps as large as AdamW's, so that one learning rate fits both (arXiv 2502.16982, section 2.2).
    muon = Muon(matrices, schedule.learning_rate, schedule.weight_decay, adjust_lr_fn="match_rms_adamw")
    return [muon, adamw(others, weight_decay=0.0)]
