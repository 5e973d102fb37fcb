"""Work on very many functions, shared out to one process a core."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

_FEW = 5_000  # inputs that are done before other processes would have started
_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


def in_processes(function: Callable[[_Given], _Made], inputs: Sequence[_Given]) -> list[_Made]:
    """``function`` of every input, in order; many inputs are shared out to processes, one a core."""
    if len(inputs) < _FEW:
        return [function(one) for one in inputs]
    # Forked processes would inherit the locks of torch's and of the tokenizer's threads.
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(function, inputs, chunksize=200))
