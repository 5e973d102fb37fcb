"""What the server's process and the worker must not load: they stay small, and start at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

# The model's runtime is the worker's, torch and pyarrow are for training.
_HEAVY = ("numpy", "onnxruntime", "tokenizers", "torch", "pyarrow")


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("pricetag.forecast", _HEAVY),
        ("pricetag.lsp.server", _HEAVY),
        ("pricetag.rlm.prompt", _HEAVY),
        ("pricetag.worker.__main__", ("pygls", "pricetag.workload", *_HEAVY)),
        ("pricetag.forecast.forecaster", ("pygls", "pricetag.workload", "torch", "pyarrow")),
    ],
)
def test_what_a_process_does_not_load(module: str, absent: tuple[str, ...]) -> None:
    code = f"import sys, {module}; print(*(name for name in {absent} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
