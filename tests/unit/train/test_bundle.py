from __future__ import annotations

import io
import math
from pathlib import Path

import pytest
from rich.console import Console

from pricetag.measure.label import Item, Label
from pricetag.measure.store import LabelStore
from pricetag.train.bundle import Bundle, BundleError, MixedLimits, gather

CODE = {
    "generated/1": "def f(xs):\n    return sorted(g(xs))\n\ndef g(ys):\n    return ys\n",
    "generated/1/mut/copy": "def f(xs):\n    return list(xs)\n",
    "stdlib/1": "def f(xs):\n    return xs * 2\n",
    "unmeasured": "def f(xs):\n    return xs * 3\n",
}


def gathered(folder: Path, **limits: float) -> Bundle:
    """A bundle of the functions above, each measured at one n; the last of the labels under other ``limits``."""
    items = [
        Item(name, "mutated" if "/mut/" in name else name.split("/")[0], "MIT", name.split("/mut/")[0], "python", code, "f")
        for name, code in CODE.items()
    ]  # fmt: skip
    with LabelStore(folder / "labels") as store:
        for position, item in enumerate(items[:3]):
            own = limits if position == 2 else {}
            over = ("runtime",) if position == 2 else ()
            runtime = None if over else 1e-3
            label = Label(
                item.id, item.source, "MIT", item.problem, "python", "f", "xs: list[int] of n", 1_000,
                memory=8_000.0 * (position + 1), runtime=runtime, over=over, **own,
            )  # fmt: skip
            store.append([label])
    return gather([folder / "labels"], items, Console(file=io.StringIO()))


def test_labelled_functions_meet_their_labels_and_edits(tmp_path: Path) -> None:
    bundle = gathered(tmp_path)
    assert [(one.item, one.split) for one in bundle.examples] == [
        ("generated/1", "train"),
        ("generated/1/mut/copy", "train"),
        ("stdlib/1", "test"),
    ]
    assert bundle.examples[0].prompt.callees == ("def g(ys):\n\treturn ys",)
    assert bundle.examples[2].values == {"memory": {1_000: 24_000.0}, "runtime": {1_000: math.inf}}
    assert [{pair.before, pair.after} for pair in bundle.pairs] == [{"generated/1", "generated/1/mut/copy"}]
    assert bundle.pairs_within("test") == []
    assert len(bundle.pairs_within("train")) == 1
    assert bundle.one_limit() == {"memory": float(2 << 30), "runtime": 10.0}


def test_a_bundle_is_kept(tmp_path: Path) -> None:
    bundle = gathered(tmp_path)
    bundle.save(tmp_path / "kept")
    assert Bundle.load(tmp_path / "kept") == bundle


def test_labels_of_different_limits_make_no_model(tmp_path: Path) -> None:
    with pytest.raises(MixedLimits, match="not 2 s, 2147483648 bytes and 10 s, 2147483648 bytes"):
        gathered(tmp_path, time_limit=2.0).one_limit()
    with pytest.raises(MixedLimits, match="not none"):
        Bundle([], [], []).one_limit()


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("limits.json", None, "No such file"),
        ("limits.json", "3", "holds no bundle"),
        ("examples.jsonl.gz", "text", "Not a gzipped file"),
    ],
)
def test_a_damaged_bundle_is_refused(tmp_path: Path, file: str, content: str | None, said: str) -> None:
    gathered(tmp_path).save(tmp_path / "kept")
    (tmp_path / "kept" / file).unlink()
    if content is not None:
        (tmp_path / "kept" / file).write_text(content)
    with pytest.raises(BundleError, match=said):
        Bundle.load(tmp_path / "kept")
