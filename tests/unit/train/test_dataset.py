from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pricetag.measure.label import Item, Label
from pricetag.rlm.numbers import MEMORY, PAD, RUNTIME, SIZES, size_token
from pricetag.rlm.onnx_export import train_tokenizer
from pricetag.train.dataset import NO_LABEL, Packed, add_renamed, join, label_tokens, pack

ITEM = Item(
    "t/1",
    "t",
    "MIT",
    "t/1",
    "python",
    "import math\n\ndef helper(x):\n    return x\n\ndef f(xs):\n    return [helper(x) for x in xs]\n",
    "f",
)


def label(n: int, **values: object) -> Label:
    return Label("t/1", "t", "MIT", "t/1", "python", "f", "xs: list[int] of n", n, **values)  # type: ignore[arg-type]


def test_labels_become_tokens() -> None:
    rows, targets = label_tokens({"memory": {100: 5000.0, 1000: math.inf}, "runtime": {100: 0.002}})
    column = SIZES.index(100)
    memory, runtime = MEMORY.encode(5000.0), RUNTIME.encode(0.002)
    assert list(rows[column]) == [size_token(100), *memory, runtime[0]]
    assert list(targets[column]) == [*memory, *runtime]
    column = SIZES.index(1000)
    assert targets[column, 0] == MEMORY.encode(math.inf)[0]
    assert list(targets[column, 1:]) == [NO_LABEL] * 3, (
        "the tenth after over says nothing; runtime was not measured"
    )
    column = SIZES.index(10)
    assert list(rows[column]) == [size_token(10), PAD, PAD, PAD]
    assert (targets[column] == NO_LABEL).all()


def test_join_takes_the_entry_with_its_callees() -> None:
    examples = join(
        [ITEM], [label(10, memory=88.0, runtime=1e-6), label(100, over=["runtime"])], {"t/1": "train"}
    )
    (example,) = examples
    assert example.prompt.canonical == "def f(xs):\n\treturn [helper(x) for x in xs]"
    assert example.prompt.callees == ("def helper(x):\n\treturn x",)
    assert example.values == {"memory": {10: 88.0}, "runtime": {10: 1e-6, 100: math.inf}}


@pytest.mark.parametrize(
    ("labels", "splits"),
    [([], {"t/1": "train"}), ([label(10, failed="crash")], {"t/1": "train"}), ([label(10, memory=1.0)], {})],
)
def test_nothing_measured_or_no_split_is_no_example(labels: list[Label], splits: dict[str, str]) -> None:
    assert join([ITEM], labels, splits) == []


def test_packing_keeps_every_token(tmp_path: Path) -> None:
    examples = join([ITEM], [label(10, memory=88.0, runtime=1e-6)], {"t/1": "train"})
    add_renamed(examples, copies=2)
    tokenizer = train_tokenizer([ITEM.code], 400)
    packed = pack(examples, tokenizer, 200, {"t": 2.0})
    assert len(packed.owner) == 1 + 2 + 1, "as written, two renamed, one without kinds"
    assert packed.starts[-1] == len(packed.tokens)
    packed.save(tmp_path / "packed")
    again = Packed.load(tmp_path / "packed")
    for name in Packed.__slots__:
        np.testing.assert_array_equal(getattr(again, name), getattr(packed, name))


@pytest.mark.parametrize(
    ("item", "weights", "expected"),
    [
        ("t/1", {"t": 2.0}, 2.0),
        ("t/1", {"u": 2.0}, 1.0),
        ("t/1/mut/table", {"t": 0.5, "t/table": 3.0}, 3.0),
        ("t/1/mut/copy", {"t": 0.5, "t/table": 3.0}, 0.5),
    ],
)
def test_a_kind_of_edit_has_its_own_weight(item: str, weights: dict[str, float], expected: float) -> None:
    (example,) = join([ITEM], [label(10, memory=88.0, runtime=1e-6)], {"t/1": "train"})
    packed = pack([replace(example, item=item)], train_tokenizer([ITEM.code], 400), 200, weights)
    assert packed.weight.tolist() == [expected]
