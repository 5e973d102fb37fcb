"""What each member of a model says alone, and what they say together: rank and error on validation.

python tests/bench/members.py --examples DIR [--model DIR]      # DIR: made by `pricetag examples`

fp32 weights, human-written functions, n = 10,000; those of packages stand apart. Each is read as the model's config says, and
with Python's type hints as written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import torch
from rich import box
from rich.console import Console
from rich.table import Table
from tokenizers import Tokenizer

from pricetag.forecast import find_model
from pricetag.rlm import checkpoint
from pricetag.rlm.numbers import SIZES
from pricetag.rlm.onnx_export import load_weights
from pricetag.rlm.prompt import Normalisation
from pricetag.train.bundle import Bundle
from pricetag.train.dataset import METRICS, Example, validating
from pricetag.train.predict import Predictions, Reference, predict, truths
from pricetag.train.scores import score

N = 10_000
GROUPS = (("python", False), ("python", True), ("cpp", False))  # language, of packages


@click.command()
@click.option("--examples", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--model", help="The checkpoint's folder; by default the shipped one.")
def main(examples: Path, model: str | None) -> None:
    """Print one row a member and reading."""
    torch.set_num_threads(1)
    folder = find_model(model)
    config = checkpoint.read_config(folder)
    tokenizer = Tokenizer.from_file(str(folder / checkpoint.TOKENIZER))
    members = load_weights(folder)
    bundle = Bundle.load(examples)
    held_out = validating(bundle.examples)
    own = Normalisation.of(config)
    columns = [
        f"{language} {metric}{', packages' if packages else ''}"
        for language, packages in GROUPS
        for metric in METRICS
    ]
    table = Table("members", "hints", *columns, box=box.SIMPLE)
    every = [([member], f"{place} alone") for place, member in enumerate(members, 1)]
    if len(members) > 1:
        every.append((members, "all"))
    for some, name in every:
        for reading in sorted({own, replace(own, drop_hints=False)}, key=lambda one: one.drop_hints):
            found = predict(Reference(some, tokenizer, config["context"], reading), held_out)
            table.add_row(
                name, "dropped" if reading.drop_hints else "as written", *_cells(held_out, found, bundle)
            )
    Console(width=170).print(table)


def _cells(held_out: Sequence[Example], found: dict[str, Predictions], bundle: Bundle) -> list[str]:
    cells = []
    for language, packages in GROUPS:
        rows = [
            row
            for row, example in enumerate(held_out)
            if example.language == language and (example.source == "package") == packages
        ]
        for metric in METRICS:
            limit = float(np.log10(bundle.one_limit()[metric]))
            truth = truths([held_out[row] for row in rows], metric)[:, SIZES.index(N)]
            forecast = np.minimum(found[metric].mean[rows, SIZES.index(N)], limit)
            one = score("", (language, "all", metric, N), truth, forecast, limit)
            cells.append(f"{one.spearman:.3f} / {one.error:.2f} ({one.functions})" if one else "too few")
    return cells


if __name__ == "__main__":
    main()
