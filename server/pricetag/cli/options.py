"""Options and option types that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

MAXIMUM_SIZE = 1_000_000_000


class Sizes(click.ParamType[tuple[int, ...]]):
    """Sizes n separated by commas: ``100,1000,1e4``."""

    name = "sizes"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Distinct sizes, ascending; a usage error for anything else."""
        if isinstance(value, tuple):
            return value
        sizes = {self._size(part, param, ctx) for part in str(value).split(",")}
        return tuple(sorted(sizes))

    def _size(self, text: str, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            number = float(text)
        except ValueError:
            number = 0.0
        if not 1 <= number <= MAXIMUM_SIZE or number != int(number):
            self.fail(f"{text!r} is not a size; give whole numbers such as 100,1000,1e4", param, ctx)
        return int(number)


class Share(click.ParamType[tuple[int, int]]):
    """One of several equal shares of a piece of work, counted from 1: ``2/8``."""

    name = "share"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """The share counted from 0, and how many there are; a usage error for anything else."""
        if isinstance(value, tuple):
            return value
        first, _, count = str(value).partition("/")
        if not (first.isdecimal() and count.isdecimal() and 1 <= int(first) <= int(count)):
            self.fail(f"{value!r} is no share; give one such as 2/8", param, ctx)
        return int(first) - 1, int(count)


model_option = click.option(
    "--model",
    metavar="DIR",
    help="Model folder. Default: $PRICETAG_MODEL, else the one shipped with pricetag.",
)

data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default="data",
    envvar="PRICETAG_DATA",
    show_default=True,
    metavar="DIR",
    help="Folder of the data files that named sources are read from.",
)


def labelled_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which labelled functions a command of training reads."""
    for option in (
        data_option,
        click.option(
            "--source",
            "sources",
            multiple=True,
            metavar="SOURCE",
            help="Where the labelled functions come from, as for `pricetag label`. Default: all data sets in --data.",
        ),
        click.option(
            "--examples",
            "kept",
            type=click.Path(exists=True, file_okay=False, path_type=Path),
            metavar="DIR",
            help="What `pricetag examples` wrote, in place of --labels and --source.",
        ),
        click.option(
            "--labels",
            multiple=True,
            type=click.Path(exists=True, path_type=Path),
            metavar="STORE",
            help="Label store made by `pricetag label`; may be given again.",
        ),
    ):
        command = option(command)
    return command
