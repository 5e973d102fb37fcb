"""The Regression Language Model: number tokens, prompt, architecture, decoding, checkpoints. Knows no editor.

``architecture`` and ``onnx_export`` import torch and belong to the ``[train]`` extra; everything exported here needs
only onnxruntime, tokenizers and numpy.
"""

from pricetag.rlm.checkpoint import Checkpoint, CheckpointError, Reading, Rlm
from pricetag.rlm.distribution import Distribution
from pricetag.rlm.prompt import Prompt, PromptTooLong, render

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
