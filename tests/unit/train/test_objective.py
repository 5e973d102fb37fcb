from __future__ import annotations

import math

import pytest
import torch

from pricetag.rlm.numbers import MEMORY, OVER, PAD, RUNTIME, VOCABULARY
from pricetag.rlm.prompt import MASK, SPECIAL_TOKENS
from pricetag.train.dataset import NO_LABEL, STEPS, label_tokens
from pricetag.train.objective import (
    apart,
    expected_loss,
    expected_values,
    ranking_loss,
    token_loss,
    with_masked,
)


def targets(memory: float | None, runtime: float | None) -> torch.Tensor:
    """[1, 1, STEPS] of one function at n = 10."""
    values = {
        "memory": {} if memory is None else {10: memory},
        "runtime": {} if runtime is None else {10: runtime},
    }
    return torch.from_numpy(label_tokens(values)[1].astype("int64"))[None, :1]


def sure(tokens: torch.Tensor) -> torch.Tensor:
    """Logits that are certain of ``tokens``."""
    logits = torch.full((*tokens.shape, VOCABULARY), -50.0)
    return logits.scatter(-1, tokens.clamp(min=PAD)[..., None], 50.0)


@pytest.mark.parametrize(
    ("memory", "runtime", "expected"),
    [
        (1_000.0, 1e-3, (3.45, -2.55)),
        (5_000.0, 1e-6, (3.45, -5.55)),  # an expectation over decades, each at its middle
        (math.inf, math.inf, (10.45, 2.45)),
        (1e9, None, (9.45, None)),
    ],
)
def test_expected_values(memory: float, runtime: float | None, expected: tuple[float, float | None]) -> None:
    goal = targets(memory, runtime)
    for step, grammar, value in zip((0, 2), (MEMORY, RUNTIME), expected, strict=True):
        forecast, truth = expected_values(sure(goal), goal, step, grammar)
        if value is None:
            assert truth.isnan().all()
        else:
            assert forecast.item() == pytest.approx(value, abs=1e-3)
            assert abs(truth.item() - value) <= 0.45 + 1e-6


def test_true_values_keep_their_tenths() -> None:
    goal = targets(5_000.0, 2e-4)
    assert expected_values(sure(goal), goal, 0, MEMORY)[1].item() == pytest.approx(3.7)
    assert expected_values(sure(goal), goal, 2, RUNTIME)[1].item() == pytest.approx(-3.7)


def test_token_loss_counts_what_is_labelled_only() -> None:
    goal = targets(1_000.0, None)
    assert goal[0, 0, 2:].tolist() == [NO_LABEL, NO_LABEL]
    assert token_loss(sure(goal), goal) < token_loss(torch.zeros(1, 1, 4, VOCABULARY), goal)
    nothing = torch.full_like(goal, NO_LABEL)
    assert token_loss(sure(goal), nothing) == 0
    over = targets(math.inf, 1e-3)
    assert over[0, 0, :2].tolist() == [OVER, NO_LABEL]


def test_losses_of_nothing_are_nothing() -> None:
    nothing = torch.full((2, 1), torch.nan)
    forecast = torch.zeros(2, 1, requires_grad=True)
    family = torch.tensor([0, 1])
    assert expected_loss(forecast, nothing) == 0
    assert ranking_loss(forecast, nothing, family) == 0


def test_ranking_loss_wants_the_dearer_above() -> None:
    truth, family = torch.tensor([[2.0], [4.0]]), torch.tensor([0, 1])
    right, level, wrong = (
        ranking_loss(torch.tensor(forecast), truth, family)
        for forecast in ([[2.0], [4.0]], [[3.0], [3.0]], [[4.0], [2.0]])
    )
    assert right < level < wrong
    shifted = ranking_loss(torch.tensor([[12.0], [14.0]]), truth, family)
    assert shifted == pytest.approx(right.item()), "only order counts"


def test_versions_of_one_problem_weigh_more() -> None:
    truth = torch.tensor([[2.0], [4.0], [3.0]])
    forecast = torch.tensor([[4.0], [2.0], [3.0]])  # the first two are in the wrong order
    strangers = ranking_loss(forecast, truth, torch.tensor([0, 1, 2]))
    versions = ranking_loss(forecast, truth, torch.tensor([0, 0, 2]))
    assert versions > strangers


def test_near_ties_are_not_ranked() -> None:
    truth = torch.tensor([[2.0], [2.05]])
    assert ranking_loss(torch.tensor([[9.0], [1.0]]), truth, torch.tensor([0, 0])) == 0


def test_masked_tokens_are_as_many_as_asked_for_and_never_special_ones() -> None:
    torch.manual_seed(0)
    mask, special = SPECIAL_TOKENS.index(MASK), len(SPECIAL_TOKENS)
    tokens = torch.randint(0, 100, (16, 200))
    shares = []
    for _ in range(400):
        hidden = with_masked(tokens, 0.1)
        changed = hidden != tokens
        assert (hidden[changed] == mask).all()
        assert not changed[tokens < special].any()
        shares.append(changed[tokens >= special].float().mean().item())
    assert max(shares) < 0.25
    assert 0.08 < sum(shares) / len(shares) < 0.12


@pytest.mark.parametrize("memory", [None, 5_000.0])
def test_a_runtime_is_written_without_its_memory(memory: float | None) -> None:
    """A call over the limit of runtime has no memory: whether there is one would tell the runtime."""
    values = {"memory": {} if memory is None else {10: memory}, "runtime": {10: math.inf}}
    rows, targets = (torch.from_numpy(array.astype("int64"))[None] for array in label_tokens(values))
    both_rows, both_targets = apart(rows, targets)
    sizes = rows.shape[1]
    assert both_rows.shape == (1, 2 * sizes, STEPS) and both_targets.shape == both_rows.shape
    assert (both_rows[:, sizes:, 1:3] == PAD).all()
    assert both_targets[0, sizes].tolist() == [NO_LABEL, NO_LABEL, OVER, NO_LABEL]
    assert (both_targets[:, :sizes, 2:] == NO_LABEL).all()
    assert torch.equal(both_targets[:, :sizes, :2], targets[..., :2])
