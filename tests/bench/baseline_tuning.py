"""Which gradient boosting is the strongest: its training functions, features and size, on held-out human functions.

python tests/bench/baseline_tuning.py --examples DIR      # DIR: made by `pricetag examples`
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import click
import numpy as np
import scipy.stats

from pricetag.rlm.numbers import SIZES
from pricetag.train.baselines import GradientBoosting
from pricetag.train.bundle import Bundle
from pricetag.train.dataset import METRICS, teaching, validating
from pricetag.train.predict import truths

GRID = (
    {"n_estimators": 400, "num_leaves": 24},
    {"n_estimators": 800, "num_leaves": 32},
    {"n_estimators": 1200, "num_leaves": 48},
)
LAYOUT = "{:9}{:9}{:18}{:16}{:>7}{:>7}{:>11}{:>10}{:>10}{:>20}"


@click.command()
@click.option("--examples", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--size", "n", default=10_000, show_default=True, type=click.Choice([str(n) for n in SIZES]))
def main(examples: Path, n: str) -> None:
    """Print one row per language, metric, training functions, features and size."""
    bundle = Bundle.load(examples)
    limits, column = bundle.one_limit(), SIZES.index(int(n))
    heads = ("language", "metric", "trained on", "features", "trees", "leaves", "functions", "held out")
    print(LAYOUT.format(*heads, "Spearman", "mean |log10 error|"))
    sets = {"all": bundle.split("train"), "not by machines": teaching(bundle.split("train"))}
    languages = sorted({example.language for example in bundle.examples})
    for language, (name, training), tfidf in product(languages, sets.items(), (False, True)):
        own = [example for example in training if example.language == language]
        held_out = [example for example in validating(bundle.examples) if example.language == language]
        model = GradientBoosting(tfidf)
        model.fit_features(own)
        inputs, tests = model.features(own), model.features(held_out)
        for metric, settings in product(METRICS, GRID):
            limit = np.log10(limits[metric])
            targets, truth = (np.minimum(truths(some, metric)[:, column], limit) for some in (own, held_out))
            rows, asked = np.flatnonzero(~np.isnan(targets)), np.flatnonzero(~np.isnan(truth))
            forecast = model.fit_predict(inputs[rows], targets[rows], tests[asked], **settings)
            finite = truth[asked] < limit
            row = (
                *(language, metric, name, "counts, TF-IDF" if tfidf else "counts", *settings.values()),
                *(f"{len(rows):,}", f"{len(asked):,}"),
                f"{scipy.stats.spearmanr(truth[asked], forecast).statistic:.3f}",
                f"{np.abs(truth[asked] - forecast)[finite].mean():.3f}",
            )
            print(LAYOUT.format(*row), flush=True)


if __name__ == "__main__":
    main()
