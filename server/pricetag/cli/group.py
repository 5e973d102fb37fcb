"""The group that all commands belong to: version, help, and every error as one line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from pricetag import __version__


class OneLineErrors(click.Group):
    """Turns whatever goes wrong, in the options or in a command, into one line on stderr."""

    def make_context(self, *arguments: Any, **settings: Any) -> click.Context:
        """Parse the options before the command."""
        with _brief_usage():
            return super().make_context(*arguments, **settings)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            with _brief_usage():
                return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if os.environ.get("PRICETAG_TRACEBACK"):
                raise
            lines = str(error).splitlines()
            raise click.ClickException(
                f"{type(error).__name__}{': ' + lines[0] if lines else ''} "
                "(a bug: set PRICETAG_TRACEBACK=1 to see where)"
            ) from error


@contextmanager
def _brief_usage() -> Iterator[None]:
    """Usage errors in one line: the message, and the command whose --help tells more."""
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        if error.ctx is None:
            raise
        raise click.UsageError(
            f"{error.format_message().rstrip('.')} (see {error.ctx.command_path} --help)"
        ) from error


@click.group(
    cls=OneLineErrors, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="pricetag")
def main() -> None:
    """Forecast what functions will cost: peak memory and runtime at a stated input size.

    Exit codes: 0 all went well, 1 something failed or was found, 2 the command was misused.
    """
