"""The model of a command, with the user's calibrations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pricetag.cli.console import printable

if TYPE_CHECKING:
    from pricetag.forecast import Forecaster


@contextmanager
def open_forecaster(
    model: str | None, cache: bool = True, project: Path | None = None, calibrated: bool = True
) -> Iterator[Forecaster]:
    """The forecaster of a model in this process; a missing or damaged one is a one-line error.

    ``calibrated``: with this machine's speed and the calibration of ``project``. A file of theirs that cannot be used
    is ignored with a line on stderr.
    """
    from pricetag.forecast import DiskCache, Forecaster, ModelNotFound, default_path, find_model
    from pricetag.forecast.adjustment_files import load_adjustment
    from pricetag.rlm import Checkpoint, CheckpointError

    disk = DiskCache(default_path()) if cache else None
    try:
        try:
            forecaster = Forecaster(Checkpoint.load(find_model(model)), cache=disk)
        except (ModelNotFound, CheckpointError, ValueError) as error:
            raise click.ClickException(str(error)) from error
        if calibrated:
            forecaster.adjustment, problems = load_adjustment(forecaster.info.id, project)
            for problem in problems:
                click.echo(printable(problem), err=True)
        yield forecaster
    finally:
        if disk:
            disk.close()
