"""What the server's process must not load: it stays small, and answers its editor at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

# The model's runtime is the worker's, torch and pyarrow are for training.
_HEAVY = ("numpy", "onnxruntime", "tokenizers", "torch", "pyarrow")


@pytest.mark.parametrize("module", ["pricetag.forecast", "pricetag.lsp.server", "pricetag.rlm.prompt"])
def test_the_models_runtime_is_not_imported(module: str) -> None:
    code = f"import sys, {module}; print(*(name for name in {_HEAVY} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
