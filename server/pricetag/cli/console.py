"""What commands print: plain where no terminal shows it, and never a control character of somebody's file name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

PIPED_WIDTH = 200  # columns of a table that no terminal shows


def open_console(stderr: bool = False) -> Console:
    """Standard output, or standard error; wide where no terminal shows it."""
    from rich.console import Console

    console = Console(stderr=stderr, highlight=False)
    if not console.is_terminal:
        console.width = PIPED_WIDTH
    return console


def print_table(table: Table) -> None:
    """To standard output; without the padding to full width where no terminal shows it."""
    console = open_console()
    if console.is_terminal:
        console.print(table)
        return
    with console.capture() as capture:
        console.print(table)
    click.echo("\n".join(line.rstrip() for line in capture.get().strip("\n").split("\n")))


@contextmanager
def nothing() -> Iterator[None]:
    """In place of a spinner where nobody would see it."""
    yield


def printable(text: str) -> str:
    """Text that a terminal takes as text: no control characters, no lone surrogates of an undecodable file name."""
    clean = text.encode("utf-8", "replace").decode()
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in clean)
