"""What each source of labels adds to a quick model (gradient boosting on syntax counts), on held-out human functions.

python tests/bench/source_ablation.py --labels STORE ... --data DATA [--source SOURCE ...]
"""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from pricetag.train.ablation import ablate
from pricetag.train.corpus import load_corpus, load_source
from pricetag.train.pipeline import gather
from pricetag.train.splits import splits_of


@click.command()
@click.option("--labels", multiple=True, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--data", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--source", "sources", multiple=True, help="Further sources beside those of --data.")
@click.option("--split", default="validation", show_default=True)
def main(labels: tuple[Path, ...], data: Path, sources: tuple[str, ...], split: str) -> None:
    """Print one row per training set."""
    console = Console(width=160)
    items = load_corpus(data)
    for source in sources:
        items += load_source(source, data)
    examples = gather(labels, items, splits_of(items), console)
    layout = "{:9}{:9}{:24}{:>10}{:>10}{:>10}{:>20}"
    print(
        layout.format(
            "language", "metric", "trained on", "functions", "held out", "Spearman", "mean |log10 error|"
        )
    )
    for row in ablate(examples, split):  # a row takes a minute
        numbers = (f"{row.functions:,}", f"{row.held_out:,}", f"{row.spearman:.3f}", f"{row.error:.3f}")
        print(layout.format(row.language, row.metric, row.training, *numbers), flush=True)


if __name__ == "__main__":
    main()
