"""Label stores survive being cut off, hold what was written, and refuse what is none."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricetag.measure.label import Label
from pricetag.measure.store import SCHEMA, LabelStore, StoreError, merge


def label(item: str, n: int, **more: object) -> Label:
    return Label(item, "test", "MIT", item, "python", "f", "xs: list[int] of n", n, **more)  # type: ignore[arg-type]


def filled(path: Path, *labels: Label) -> LabelStore:
    with LabelStore(path) as store:
        store.append(labels)
    return store


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "new" / "labels"
    assert list(LabelStore(path)) == []
    labels = [
        label("a", 10, memory=5.0, over=["runtime"], slowdown=1.5, tools="Python 3"),
        label("a", 100, failed="exception É"),
    ]
    filled(path, *labels)
    filled(path)
    store = filled(path, label("b", 10))
    assert list(store) == [*labels, label("b", 10)]
    assert store.finished([10]) == {"a", "b"}
    assert store.finished([10, 100]) == {"a"}
    assert store.finished([7]) == set()


def test_every_field_has_a_column() -> None:
    assert SCHEMA.names == [field.name for field in dataclasses.fields(Label)]


def test_labels_are_written_before_the_end_once_there_are_many(tmp_path: Path) -> None:
    store = LabelStore(tmp_path / "labels")
    for n in range(2_001):
        store.append([label("a", n)])
    assert len(list(LabelStore(tmp_path / "labels"))) == 2_000
    store.flush()
    assert len(list(LabelStore(tmp_path / "labels"))) == 2_001


def test_two_writers_do_not_disturb_each_other(tmp_path: Path) -> None:
    with LabelStore(tmp_path / "labels") as one, LabelStore(tmp_path / "labels") as two:
        one.append([label("a", 10)])
        two.append([label("b", 10)])
    assert LabelStore(tmp_path / "labels").finished([10]) == {"a", "b"}


def test_a_part_that_was_being_written_is_passed_over(tmp_path: Path) -> None:
    store = filled(tmp_path / "labels", label("a", 10))
    (part,) = (tmp_path / "labels").glob("part-*")
    (tmp_path / "labels" / ".part-1").write_bytes(part.read_bytes()[:100])
    assert list(store) == [label("a", 10)]


@given(st.binary(max_size=60))
def test_what_is_no_label_file_is_named(tmp_path_factory: pytest.TempPathFactory, junk: bytes) -> None:
    path = tmp_path_factory.mktemp("junk") / "labels.parquet"
    path.write_bytes(junk)
    with pytest.raises(StoreError, match=r"labels\.parquet"):
        list(LabelStore(path))


@pytest.mark.parametrize(
    ("columns", "message"),
    [({"colour": ["red"]}, "column item is missing"), ({"item": ["a"], "n": ["ten"]}, "missing|column n")],
)
def test_a_parquet_file_of_something_else(
    columns: dict[str, list[object]], message: str, tmp_path: Path
) -> None:
    pq.write_table(pa.table(columns), tmp_path / "other.parquet")
    with pytest.raises(StoreError, match=message):
        list(LabelStore(tmp_path / "other.parquet"))


def test_fields_of_other_versions(tmp_path: Path) -> None:
    filled(tmp_path / "labels", label("a", 10, memory=1.0))
    (part,) = (tmp_path / "labels").glob("part-*")
    table = pq.read_table(part).drop_columns(["inferred", "tools", "slowdown"])
    pq.write_table(table.append_column("colour", pa.array(["red"])), part)
    assert list(LabelStore(tmp_path / "labels")) == [label("a", 10, memory=1.0)]


def test_merging_keeps_the_last_of_each(tmp_path: Path) -> None:
    one = filled(tmp_path / "labels", label("b", 10, memory=1.0), label("a", 100))
    two = filled(tmp_path / "more", label("b", 10, memory=2.0), label("a", 10))
    assert merge([one, two], tmp_path / "out" / "labels.parquet") == 3
    assert merge([], tmp_path / "none.parquet") == 0
    merged = LabelStore(tmp_path / "out" / "labels.parquet")
    assert list(merged) == [label("a", 10), label("a", 100), label("b", 10, memory=2.0)]
    assert merged.table(["n"])["n"].to_pylist() == [10, 100, 10]
