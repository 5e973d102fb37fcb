"""What training and evaluation read: labelled functions with their splits, and the measured edits between them.

Joining labels with functions and looking for near-duplicates takes minutes for a hundred thousand functions, so a bundle
may be kept in a folder: ``examples.jsonl.gz``, ``pairs.jsonl.gz`` and ``limits.json``.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from pricetag.measure.label import Item
from pricetag.measure.store import LabelStore
from pricetag.rlm.prompt import Prompt
from pricetag.train.dataset import METRICS, Example, join
from pricetag.train.edit_pairs import EditPair, pairs_of
from pricetag.train.splits import splits_of

_EXAMPLES, _PAIRS, _LIMITS = "examples.jsonl.gz", "pairs.jsonl.gz", "limits.json"


class MixedLimits(Exception):
    """Labels that were measured under different limits: ``over`` would mean two things in one model."""


class BundleError(Exception):
    """A folder that holds no usable bundle; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Labelled functions of every split, measured edits, and the limits (bytes, seconds) that labels were measured under."""

    examples: list[Example]
    pairs: list[EditPair]
    limits: list[tuple[float, float]]

    def split(self, name: str) -> list[Example]:
        """The functions of one split."""
        return [example for example in self.examples if example.split == name]

    def pairs_within(self, split: str) -> list[EditPair]:
        """The edits between functions of one split."""
        inside = {example.item for example in self.split(split)}
        return [pair for pair in self.pairs if pair.before in inside and pair.after in inside]

    def one_limit(self) -> Mapping[str, float]:
        """The limit of each metric. Raises ``MixedLimits`` where there are several, or none."""
        if len(self.limits) != 1:
            told = " and ".join(f"{seconds:g} s, {memory:.0f} bytes" for memory, seconds in self.limits)
            raise MixedLimits(f"the labels must have been measured under one limit, not {told or 'none'}")
        return dict(zip(METRICS, self.limits[0], strict=True))

    def save(self, folder: Path) -> None:
        """Write the bundle's files. Raises ``OSError``."""
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / _EXAMPLES, map(_plain, self.examples))
        _write(folder / _PAIRS, map(asdict, self.pairs))
        (folder / _LIMITS).write_text(json.dumps(self.limits) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Bundle:
        """Inverse of ``save``. Raises ``BundleError``."""
        try:
            return cls(
                [_example(row) for row in _rows(folder / _EXAMPLES)],
                [EditPair(**row) for row in _rows(folder / _PAIRS)],
                [(memory, seconds) for memory, seconds in json.loads((folder / _LIMITS).read_text())],
            )
        except OSError as error:
            raise BundleError(f"{error.filename or folder}: {error.strerror or error}") from error
        except (ValueError, TypeError, KeyError, EOFError) as error:
            raise BundleError(f"{folder} holds no bundle of examples: {error}") from error


def gather(labels: Sequence[Path], items: Iterable[Item], console: Console) -> Bundle:
    """Every one of ``items`` that the stores ``labels`` have a label of, with its split. Raises ``StoreError``."""
    read = [label for path in labels for label in LabelStore(path)]
    measured = {label.item for label in read}
    labelled = [item for item in items if item.id in measured]
    with console.status("looking for near-duplicates of held-out functions"):
        splits = splits_of(labelled)
    with console.status("reading functions"):
        examples = join(labelled, read, splits)
    inside = {example.item for example in examples}
    pairs = pairs_of(read, [item for item in labelled if item.id in inside])
    limits = sorted({(float(label.memory_limit), label.time_limit) for label in read})
    counts = Counter((example.language, example.split) for example in examples)
    console.print(
        f"{len(examples):,} functions:", ", ".join(f"{k[0]} {k[1]} {v:,}" for k, v in sorted(counts.items()))
    )
    return Bundle(examples, pairs, limits)


def _write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=3) as file:
        for row in rows:
            file.write(json.dumps(row) + "\n")


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _plain(example: Example) -> dict[str, Any]:
    return {name: value for name, value in asdict(example).items() if name != "renamed"}


def _example(row: dict[str, Any]) -> Example:
    prompt = Prompt(**{**row["prompt"], "callees": tuple(row["prompt"]["callees"])})
    values = {
        metric: {int(n): value for n, value in by_size.items()} for metric, by_size in row["values"].items()
    }
    return Example(**{**row, "prompt": prompt, "values": values})
