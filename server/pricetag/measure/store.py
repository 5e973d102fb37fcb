"""Label stores: Parquet, only ever appended to, safe against being cut off and against several writers.

A store is a folder of part files, or one file (what ``merge`` makes of folders). Its columns are ``SCHEMA``: the fields of
``pricetag.measure.label.Label``, documented there.
"""

from __future__ import annotations

import dataclasses
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pricetag.measure.label import Label

_WORD = pa.dictionary(pa.int32(), pa.string())  # repeats over many labels
SCHEMA = pa.schema(
    [
        pa.field("item", _WORD, nullable=False),
        pa.field("source", _WORD, nullable=False),
        pa.field("licence", _WORD, nullable=False),
        pa.field("problem", _WORD, nullable=False),
        pa.field("language", _WORD, nullable=False),
        pa.field("function", _WORD, nullable=False),
        pa.field("assumes", _WORD, nullable=False),
        pa.field("n", pa.int64(), nullable=False),
        pa.field("memory", pa.float64()),  # bytes
        pa.field("runtime", pa.float64()),  # seconds
        pa.field("over", pa.list_(pa.string()), nullable=False),
        pa.field("failed", _WORD, nullable=False),
        pa.field("repeats", pa.int32(), nullable=False),
        pa.field("spread", pa.float32(), nullable=False),
        pa.field("memory_again", pa.float64()),
        pa.field("runtime_again", pa.float64()),
        pa.field("time_limit", pa.float64(), nullable=False),
        pa.field("memory_limit", pa.int64(), nullable=False),
        pa.field("slowdown", pa.float32(), nullable=False),
        pa.field("inferred", pa.bool_(), nullable=False),
        pa.field("machine", _WORD, nullable=False),
        pa.field("tools", _WORD, nullable=False),
    ]
)
_DEFAULTS: dict[str, Any] = {
    field.name: field.default if field.default is not dataclasses.MISSING else []
    for field in dataclasses.fields(Label)
    if field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
}
_BUFFERED = 2_000  # labels held back before a part is written
_PATIENCE = 20.0  # seconds that a label is held back at most, while more are appended


class StoreError(ValueError):
    """A file that should hold labels but cannot be read as such; the message names it."""


class LabelStore:
    """One label store. Use as a context manager (or call ``flush``) when appending: labels are written in parts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held: list[Label] = []
        self._since = 0.0

    def __enter__(self) -> LabelStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.flush()

    def __iter__(self) -> Iterator[Label]:
        """Every label written, part by part. Raises ``StoreError``."""
        for part in self._parts():
            for row in _read(part).to_pylist():
                yield Label(**row)

    def table(self, columns: Sequence[str] | None = None) -> pa.Table:
        """Every label written, as one Arrow table of ``SCHEMA`` (or some of its columns). Raises ``StoreError``."""
        schema = SCHEMA if columns is None else pa.schema([SCHEMA.field(name) for name in columns])
        parts = [_read(part, columns) for part in self._parts()]
        return pa.concat_tables(parts).unify_dictionaries() if parts else schema.empty_table()

    def finished(self, sizes: Iterable[int]) -> set[str]:
        """Ids of the items that have a label for every one of ``sizes``."""
        wanted = sorted(set(sizes))
        table = self.table(["item", "n"])
        kept = table.filter(pc.is_in(table["n"], value_set=pa.array(wanted, pa.int64())))
        plain = pa.table({"item": kept["item"].cast(pa.string()), "n": kept["n"]})
        counts = plain.group_by("item").aggregate([("n", "count_distinct")])
        full = counts.filter(pc.equal(counts["n_count_distinct"], len(wanted)))
        return set(full["item"].to_pylist())

    def append(self, labels: Iterable[Label]) -> None:
        """Add ``labels``; they are on disk after ``flush``, or once enough have gathered."""
        if not self._held:
            self._since = time.monotonic()
        self._held += labels
        if len(self._held) >= _BUFFERED or (self._held and time.monotonic() - self._since > _PATIENCE):
            self.flush()

    def flush(self) -> None:
        """Write what is held back as a part of its own. Raises OSError."""
        if not self._held:
            return
        rows = [dataclasses.asdict(label) for label in self._held]
        self.path.mkdir(parents=True, exist_ok=True)
        name = f"part-{time.time_ns():020d}-{uuid.uuid4().hex[:8]}"
        unfinished = self.path / f".{name}"
        _write(pa.Table.from_pylist(rows, schema=SCHEMA), unfinished)
        unfinished.rename(self.path / f"{name}.parquet")  # readers see whole parts only
        self._held = []

    def _parts(self) -> list[Path]:
        if self.path.is_dir():
            return sorted(self.path.glob("part-*.parquet"))
        return [self.path] if self.path.exists() else []


def merge(stores: Sequence[LabelStore], target: Path) -> int:
    """Write the labels of ``stores``, the last of each (item, n), sorted, as one file; returns how many.

    Raises ``StoreError`` and OSError.
    """
    tables = [store.table() for store in stores]
    table = pa.concat_tables(tables) if tables else SCHEMA.empty_table()
    order = pa.array(range(table.num_rows), pa.int64())
    keyed = pa.table({"item": table["item"].cast(pa.string()), "n": table["n"], "row": order})
    last = keyed.group_by(["item", "n"]).aggregate([("row", "max")])
    last = last.sort_by([("item", "ascending"), ("n", "ascending")])
    kept = table.unify_dictionaries().take(last["row_max"]).combine_chunks()
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}")
    _write(kept, unfinished)
    unfinished.rename(target)
    return int(kept.num_rows)


def _write(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd", compression_level=12)


def _read(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """One file as ``SCHEMA`` has it: fields of later versions are dropped, those it lacks take their default."""
    try:
        table = pq.ParquetFile(path).read(None if columns is None else list(columns))
    except (pa.ArrowException, OSError) as error:
        raise StoreError(f"{path} is not a readable label file: {str(error).splitlines()[0]}") from error
    names = SCHEMA.names if columns is None else columns
    arrays = []
    for name in names:
        field = SCHEMA.field(name)
        if name in table.column_names:
            try:
                arrays.append(_cast(table[name], field.type))
            except pa.ArrowException as error:
                raise StoreError(f"{path}: column {name} is no {field.type}") from error
        elif name in _DEFAULTS:
            missing = pa.array([_DEFAULTS[name]] * table.num_rows, _plain(field.type))
            arrays.append(_cast(pa.chunked_array([missing]), field.type))
        else:
            raise StoreError(f"{path} holds no labels: column {name} is missing")
    return pa.Table.from_arrays(arrays, schema=pa.schema([SCHEMA.field(name) for name in names]))


def _plain(wanted: pa.DataType) -> pa.DataType:
    return wanted.value_type if pa.types.is_dictionary(wanted) else wanted


def _cast(column: pa.ChunkedArray, wanted: pa.DataType) -> pa.ChunkedArray:
    if column.type == wanted:
        return column
    if pa.types.is_dictionary(wanted):
        plain = column.cast(wanted.value_type) if column.type != wanted.value_type else column
        encoded = plain.dictionary_encode()
        return encoded.cast(wanted) if encoded.type != wanted else encoded
    return column.cast(wanted)
