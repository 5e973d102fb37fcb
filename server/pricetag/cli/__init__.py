"""The command line. Each command is thin: it reads options, calls one package, prints what came back.

Exit codes: 0 all went well; 1 something failed or was found (the message says what); 2 the command was misused.
"""

from __future__ import annotations

from pricetag.cli import diff, forecasts, labels, measuring, training
from pricetag.cli.group import main

__all__ = ["diff", "forecasts", "labels", "main", "measuring", "training"]
