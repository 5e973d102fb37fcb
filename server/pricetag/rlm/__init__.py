"""The Regression Language Model: number tokens, prompt, architecture, decoding, checkpoints. Knows no editor.

``architecture`` and ``onnx_export`` import torch and belong to the ``[train]`` extra; everything exported here needs
only onnxruntime, tokenizers and numpy. What needs those is imported on first use: the editor's process reads prompts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pricetag.rlm.prompt import Prompt, PromptTooLong, render

if TYPE_CHECKING:
    from pricetag.rlm.checkpoint import Checkpoint, CheckpointError, Reading, Rlm
    from pricetag.rlm.distribution import Distribution


def __getattr__(name: str) -> Any:
    if name == "Distribution":
        from pricetag.rlm import distribution

        return distribution.Distribution
    if name in __all__:
        from pricetag.rlm import checkpoint

        return getattr(checkpoint, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "Checkpoint",
    "CheckpointError",
    "Distribution",
    "Prompt",
    "PromptTooLong",
    "Reading",
    "Rlm",
    "render",
]
