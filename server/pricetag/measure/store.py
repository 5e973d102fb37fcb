"""Label files: one JSON object a line, only ever appended to, safe against being cut off in mid-line."""

from __future__ import annotations

import dataclasses
import gzip
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from pricetag.measure.label import Label

_FIELDS = {field.name for field in dataclasses.fields(Label)}


class LabelStore:
    """One label file. Only one process may append to it at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __iter__(self) -> Iterator[Label]:
        """Every label in the order written (of a ``.gz`` file too). Lines cut off, or that are no labels, are passed over."""
        if not self.path.exists():
            return
        with gzip.open(self.path) if self.path.suffix == ".gz" else self.path.open("rb") as file:
            for line in file:
                label = _parse(line)
                if label is not None:
                    yield label

    def finished(self, sizes: Iterable[int]) -> set[str]:
        """Ids of the items that have a label for every one of ``sizes``."""
        wanted = set(sizes)
        seen: dict[str, set[int]] = {}
        for label in self:
            seen.setdefault(label.item, set()).add(label.n)
        return {item for item, ns in seen.items() if wanted <= ns}

    def append(self, labels: Iterable[Label]) -> None:
        """Write ``labels`` in one go, on lines of their own even after a line that was cut off."""
        data = "".join(json.dumps(dataclasses.asdict(label)) + "\n" for label in labels).encode()
        if not data:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b") as file:
            if file.tell() > 0:
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    data = b"\n" + data
            file.write(data)


def _parse(line: bytes) -> Label | None:
    try:
        fields = json.loads(line)
        return Label(**{name: value for name, value in fields.items() if name in _FIELDS})
    except (ValueError, TypeError, AttributeError):
        return None
