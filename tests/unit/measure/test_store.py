"""Label files survive being cut off."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pricetag.measure.label import Label
from pricetag.measure.store import LabelStore


def label(item: str, n: int, **more: object) -> Label:
    return Label(item, "test", "MIT", item, "python", "f", "xs: list[int] of n", n, **more)  # type: ignore[arg-type]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    store = LabelStore(tmp_path / "new" / "labels.jsonl")
    assert list(store) == []
    labels = [label("a", 10, memory=5.0, over=["runtime"]), label("a", 100, failed="exception É")]
    store.append(labels)
    store.append([])
    store.append([label("b", 10)])
    assert list(store) == [*labels, label("b", 10)]
    assert store.finished([10]) == {"a", "b"}
    assert store.finished([10, 100]) == {"a"}


def test_a_line_cut_off_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    store = LabelStore(path)
    store.append([label("a", 10), label("b", 10)])
    whole = path.read_bytes()
    for length in range(0, len(whole), 23):
        path.write_bytes(whole[:length])
        before = list(store)
        store.append([label("c", 10)])
        assert list(store) == [*before, label("c", 10)]


@given(st.binary(max_size=60))
def test_junk_is_passed_over(tmp_path_factory: object, junk: bytes) -> None:
    path = tmp_path_factory.mktemp("junk") / "labels.jsonl"  # type: ignore[attr-defined]
    path.write_bytes(junk + b"\n")
    store = LabelStore(path)
    store.append([label("a", 10)])
    assert list(store)[-1] == label("a", 10)


def test_fields_of_other_versions(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    fields = dataclasses.asdict(label("a", 10))
    del fields["inferred"]
    path.write_text(json.dumps({**fields, "colour": "red"}) + "\n" + json.dumps({"item": "b"}) + "\n[1]\n3\n")
    assert list(LabelStore(path)) == [label("a", 10)]
