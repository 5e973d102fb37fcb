"""What each source of labels adds to a quick model (gradient boosting on syntax counts), on held-out human functions.

python tests/bench/source_ablation.py --examples DIR      # DIR: made by `pricetag examples`
"""

from __future__ import annotations

from pathlib import Path

import click

from pricetag.train.ablation import ablate
from pricetag.train.bundle import Bundle


@click.command()
@click.option("--examples", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--split", default="validation", show_default=True)
def main(examples: Path, split: str) -> None:
    """Print one row per training set."""
    layout = "{:9}{:9}{:24}{:>10}{:>10}{:>10}{:>20}"
    print(
        layout.format(
            "language", "metric", "trained on", "functions", "held out", "Spearman", "mean |log10 error|"
        )
    )
    for row in ablate(Bundle.load(examples).examples, split):  # a row takes a minute
        numbers = (f"{row.functions:,}", f"{row.held_out:,}", f"{row.spearman:.3f}", f"{row.error:.3f}")
        print(layout.format(row.language, row.metric, row.training, *numbers), flush=True)


if __name__ == "__main__":
    main()
