"""How one model is made: its encoder learns to restore masked source, the whole imitates gradient boosting on the same
source, and then learns from labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from pricetag.rlm.architecture import Architecture
from pricetag.rlm.prompt import Normalisation
from pricetag.train.loop import BEST, Schedule, fit
from pricetag.train.objective import Labels
from pricetag.train.pretrain import Denoising

START = "start.pt"  # in a training folder: weights to begin with
# Packed arrays there,
TRAINING, VALIDATION, UNLABELLED, IMITATED = "train", "validation", "unlabelled", "imitated"
PRETRAINING, IMITATION = (
    "pretraining",
    "imitation",
)  # and the folders of the stages that come before the labels


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one model is trained."""

    architecture: Architecture = field(default_factory=Architecture)
    labels: Schedule = field(default_factory=lambda: Schedule(66_000))
    pretraining: Schedule = field(
        default_factory=lambda: Schedule(60_000, batch_tokens=4_096, learning_rate=2e-3, weight_decay=0.01)
    )
    imitation: Schedule = field(default_factory=lambda: Schedule(0))
    # Of a source's functions in an epoch, or of one kind of its edits, 1 where neither is named: versions and programs
    # say less than new functions do.
    weights: Mapping[str, float] = field(
        default_factory=lambda: {"generated": 0.5, "mutated": 0.5, "neutral": 0.25}
    )
    number_names: bool = True  # these three as in ``Normalisation``
    drop_hints: bool = True
    one_spelling: bool = True
    expected: float = 0.0  # weight of the expected values' error
    ranking: float = 0.0  # weight of the order of functions within a batch
    masked: float = 0.0  # share of a prompt's tokens that are hidden, anew whenever it is shown
    imputed: bool = True  # memory past the limit of runtime is grown on from smaller n

    @property
    def normalisation(self) -> Normalisation:
        """What the model reads in place of the code as written."""
        return Normalisation(self.number_names, self.drop_hints, self.one_spelling)

    def to_json(self) -> dict[str, Any]:
        """As stored beside the weights."""
        return asdict(self)

    @classmethod
    def from_json(cls, settings: Mapping[str, Any]) -> Recipe:
        """Inverse of ``to_json``; what is left out keeps its default. ``TypeError`` for a setting that does not exist."""
        usual = cls()
        nested: dict[str, Any] = {
            "architecture": usual.architecture, "labels": usual.labels, "pretraining": usual.pretraining,
            "imitation": usual.imitation,
        }  # fmt: skip
        given: dict[str, Any] = dict(settings)
        for name, default in nested.items():
            given[name] = replace(default, **given.get(name, {}))
        return cls(**given)


def train(recipe: Recipe, folder: Path, console: Console) -> Path:
    """Train on the packed arrays in ``folder``, or go on where it stopped. Returns the file of the best weights.

    A stage without arrays or without passes is left out.
    """
    weights = folder / START if (folder / START).exists() else None
    if recipe.pretraining.passes and (folder / UNLABELLED).exists():
        console.print("pretraining: restoring masked source")
        objective = Denoising(folder / UNLABELLED)
        weights = fit(objective, recipe.architecture, recipe.pretraining, folder / PRETRAINING)
    if recipe.imitation.passes and (folder / IMITATED).exists():
        console.print("imitating gradient boosting")
        imitation = Labels(folder / IMITATED, folder / VALIDATION, recipe.expected, recipe.ranking)
        weights = fit(imitation, recipe.architecture, recipe.imitation, folder / IMITATION, weights)
    console.print("training on labels")
    labels = Labels(folder / TRAINING, folder / VALIDATION, recipe.expected, recipe.ranking, recipe.masked)
    fit(labels, recipe.architecture, recipe.labels, folder, weights)
    return folder / BEST
