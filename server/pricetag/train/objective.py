"""What labels teach: the number tokens themselves, and, as further levers, their expected values and their order; all of
it, as a lever again, from prompts with some of their tokens masked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from pricetag.rlm.architecture import EncoderDecoder
from pricetag.rlm.numbers import FIRST_TENTH, MEMORY, OVER, PAD, RUNTIME, TENTHS, NumberTokens
from pricetag.rlm.prompt import MASK, SPECIAL_TOKENS
from pricetag.train.batches import LabelBatch, as_written, endless_batches
from pricetag.train.dataset import NO_LABEL, STEPS, Packed
from pricetag.train.loop import Schedule

# Loss weights of the four predicted tokens: a wrong decade costs more than a wrong tenth.
_STEP_WEIGHTS = torch.tensor([1.0, 0.5, 1.0, 0.5])
# A tenth next to the true one is nearly right: share of the target given to its neighbours.
_NEIGHBOUR_SHARE = 0.2
_GRAMMARS = ((0, MEMORY), (2, RUNTIME))  # the step at which each metric's decade is predicted
_SOFTNESS = 0.5  # decades: the scale of the ranking loss
_FAMILY_WEIGHT = 4.0  # of a pair of versions of one problem, against a pair of strangers
_ALIKE = 0.1  # decades: labels this close are not ranked


@dataclass(slots=True)
class Labels:
    """Cross-entropy of the labels' number tokens, plus ``expected`` and ``ranking`` times the losses of those names.

    In training, ``masked`` of the prompts' tokens, on average over batches, are hidden.
    """

    training: Path
    held_out: Path
    expected: float = 0.0
    ranking: float = 0.0
    masked: float = 0.0
    _schedule: Schedule = field(init=False, repr=False)
    _training: Packed = field(init=False, repr=False)
    _held_out: Packed = field(init=False, repr=False)

    def open(self, schedule: Schedule) -> None:
        """Map the packed files."""
        self._schedule = schedule
        self._training, self._held_out = Packed.load(self.training), Packed.load(self.held_out)

    def prepare(self, model: EncoderDecoder) -> None:
        """Everything is trained."""

    def batches(self, rank: int, start: int) -> Iterator[LabelBatch]:
        """Endless batches of one process."""
        return endless_batches(self._training, self._schedule, rank, start)

    def loss(self, model: EncoderDecoder, batch: LabelBatch) -> Tensor:
        """A scalar."""
        tokens = with_masked(batch.tokens, self.masked) if self.masked else batch.tokens
        rows, targets = apart(batch.rows, batch.targets)
        logits = model(tokens, batch.mask, rows).float()
        total = token_loss(logits, targets)
        if self.expected or self.ranking:
            for step, grammar in _GRAMMARS:
                forecast, truth = expected_values(logits, targets, step, grammar)
                if self.expected:
                    total = total + self.expected * expected_loss(forecast, truth)
                if self.ranking:
                    total = total + self.ranking * ranking_loss(forecast, truth, batch.family)
        return total

    def validate(self, model: EncoderDecoder) -> float:
        """Mean token loss over every held-out function as written."""
        total, count = 0.0, 0
        for batch in as_written(self._held_out, self._schedule):
            rows, targets = apart(batch.rows, batch.targets)
            logits = model(batch.tokens, batch.mask, rows).float()
            total += token_loss(logits, targets).item() * batch.functions
            count += batch.functions
        return total / max(count, 1)


def with_masked(tokens: Tensor, share: float) -> Tensor:
    """Tokens [B, T], of which up to twice ``share``, the same share of a whole batch, are masked; special ones never."""
    rate = 2 * share * torch.rand((), device=tokens.device)
    hidden = (torch.rand(tokens.shape, device=tokens.device) < rate) & (tokens >= len(SPECIAL_TOKENS))
    return tokens.masked_fill(hidden, SPECIAL_TOKENS.index(MASK))


def apart(rows: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Rows and targets [B, S, STEPS] -> [B, 2 S, STEPS]: memory alone, then runtime with the memory's tokens blank.

    Where a call passes the limit of runtime its memory is not known. A model that reads the memory before it writes the
    runtime would learn from that alone what is ``over``, and never forecast it.
    """
    runtime_rows, of_memory, of_runtime = rows.clone(), targets.clone(), targets.clone()
    runtime_rows[..., 1:3] = PAD
    of_memory[..., 2:] = NO_LABEL
    of_runtime[..., :2] = NO_LABEL
    return torch.cat((rows, runtime_rows), dim=1), torch.cat((of_memory, of_runtime), dim=1)


def token_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Weighted cross-entropy of the four tokens. Logits [B, S, STEPS, V], targets [B, S, STEPS] -> scalar."""
    known = targets != NO_LABEL
    log_probabilities = F.log_softmax(logits, dim=-1)
    safe = targets.clamp(min=0)
    picked = log_probabilities.gather(-1, safe[..., None])[..., 0]
    tenth = (safe >= FIRST_TENTH) & (safe < FIRST_TENTH + TENTHS)
    below = torch.where(tenth, (safe - 1).clamp(min=FIRST_TENTH), safe)
    above = torch.where(tenth, (safe + 1).clamp(max=FIRST_TENTH + TENTHS - 1), safe)
    near = log_probabilities.gather(-1, torch.stack((below, above), dim=-1)).mean(-1)
    losses = -((1 - _NEIGHBOUR_SHARE) * picked + _NEIGHBOUR_SHARE * near)
    weights = _STEP_WEIGHTS.to(logits.device) * known
    return (losses * weights).sum() / weights.sum().clamp(min=1.0)


def expected_values(
    logits: Tensor, targets: Tensor, step: int, grammar: NumberTokens
) -> tuple[Tensor, Tensor]:
    """Expected and true log10 values [B, S] of the metric whose decade is predicted at ``step``; NaN where unlabelled.

    The expectation is over decades, each at its middle; ``over`` counts as the decade above the highest.
    """
    allowed = torch.tensor(grammar.possible_next_tokens(()), device=logits.device)
    middles = torch.arange(len(allowed), device=logits.device) + grammar.lowest + 0.45
    forecast = F.softmax(logits[:, :, step][..., allowed], dim=-1) @ middles
    decade, tenth = targets[:, :, step], targets[:, :, step + 1]
    value = (decade - grammar.decade_token(grammar.lowest) + grammar.lowest).float()
    value = value + torch.where(tenth == NO_LABEL, 0.45, (tenth - FIRST_TENTH) / TENTHS)
    value = torch.where(decade == OVER, middles[-1], value)
    return forecast, torch.where(decade == NO_LABEL, torch.nan, value)


def expected_loss(forecast: Tensor, truth: Tensor) -> Tensor:
    """Mean absolute error in decades, smooth below half a decade."""
    known = ~truth.isnan()
    if not known.any():
        return forecast.sum() * 0
    return F.smooth_l1_loss(forecast[known], truth[known], beta=0.5)


def ranking_loss(forecast: Tensor, truth: Tensor, family: Tensor) -> Tensor:
    """Logistic loss of the order of every two functions of a batch at the same n (RankNet, Burges et al. 2005).

    ``forecast`` and ``truth`` [B, S], ``family`` [B]: versions of one problem weigh more than strangers.
    """
    apart = truth[:, None] - truth[None, :]  # [B, B, S]
    known = ~apart.isnan() & (apart > _ALIKE)  # each pair once: the dearer first
    weight = 1 + (_FAMILY_WEIGHT - 1) * (family[:, None] == family[None, :]).float()[..., None]
    weight = torch.where(known, weight * apart.clamp(max=1.0), 0.0)
    losses = F.softplus((forecast[None, :] - forecast[:, None]) / _SOFTNESS)
    return (losses * weight).sum() / weight.sum().clamp(min=1.0)


assert len(_STEP_WEIGHTS) == STEPS
