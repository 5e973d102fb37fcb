"""Functions named on the command line, and what keeps them from being labelled or learnt from, in one line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pricetag.measure.label import Item


def items_of(sources: Iterable[str], data: Path) -> list[Item]:
    """The runnable functions of all sources, each once."""
    from pricetag.train.corpus import UnknownSource, distinct, load_source

    try:
        return distinct(item for source in sources for item in load_source(source, data))
    except UnknownSource as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error


@contextmanager
def measuring() -> Iterator[None]:
    """What stops a labelling run, in one line."""
    with training_extra():
        from pricetag.measure.cpp_runner import CppUnavailable
        from pricetag.measure.ray_engine import RayUnavailable
        from pricetag.measure.sandbox import SandboxUnavailable
        from pricetag.measure.store import StoreError
    try:
        yield
    except (SandboxUnavailable, CppUnavailable, RayUnavailable, StoreError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename or 'label store'}: {error.strerror or error}") from error


@contextmanager
def training_extra() -> Iterator[None]:
    """Imports within that fail for want of the [train] extra say how to get it."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "pricetag":
            raise
        raise click.ClickException(
            f'{error.name} is not installed; training needs it: pip install "pricetag[train]"'
        ) from error
