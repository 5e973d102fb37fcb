"""What a longer time limit would tell: functions that are `over` at the labels' own limit, measured again at 10 s.

python tests/bench/time_limit.py --labels STORE ... --data DATA [--source SOURCE ...] [--count 20]
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from itertools import chain
from pathlib import Path

import click

from pricetag.measure.label import TIME_LIMIT, Label
from pricetag.measure.labelling import LocalEngine, label_items
from pricetag.measure.store import LabelStore
from pricetag.train.corpus import load_corpus, load_source

SIZES = (100, 1_000, 10_000)


@click.command()
@click.option("--labels", multiple=True, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--data", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--source", "sources", multiple=True, help="Further sources beside those of --data.")
@click.option("--count", default=20, show_default=True, help="Functions per language, drawn at random.")
@click.option("--into", required=True, type=click.Path(path_type=Path), help="Store for the new labels.")
def main(labels: tuple[Path, ...], data: Path, sources: tuple[str, ...], count: int, into: Path) -> None:
    """Print one line per language."""
    items = load_corpus(data)
    for source in sources:
        items += load_source(source, data)
    known = {item.id: item for item in items}
    everything: dict[str, int] = defaultdict(int)
    over: dict[str, set[str]] = defaultdict(set)
    for label in chain.from_iterable(map(LabelStore, labels)):
        if label.n in SIZES:
            everything[label.language] += not label.failed
            if label.over == ["runtime"] and label.time_limit < TIME_LIMIT:
                over[label.language].add(label.item)
    for language, ids in sorted(over.items()):
        chosen = random.Random(7).sample(sorted(ids & known.keys()), min(count, len(ids & known.keys())))
        start = time.perf_counter()
        label_items([known[item] for item in chosen], into, sizes=SIZES, engine=LocalEngine(1))
        seconds = time.perf_counter() - start
        now = [one for one in LabelStore(into) if one.item in chosen]
        before = [
            one for store in labels for one in LabelStore(store) if one.item in chosen and one.n in SIZES
        ]
        print(
            f"{language}: {len(ids):,} functions over {min(one.time_limit for one in before):g} s at n <= 10,000; "
            f"of {len(chosen)} measured again at {TIME_LIMIT:g} s: {_over(before)} labels over before, {_over(now)} now; "
            f"{seconds / len(chosen):.1f} s a function, all of them {seconds / len(chosen) * len(ids) / 3600:.1f} h of one worker"
        )


def _over(labels: list[Label]) -> int:
    return sum("runtime" in label.over for label in labels)


if __name__ == "__main__":
    main()
