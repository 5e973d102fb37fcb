"""Logs go to stderr and to the editor's log window. Never source text: messages name types, files and counts."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections import deque
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from pygls.lsp.server import LanguageServer

_RECENT = 20  # messages
_TYPES = {
    logging.DEBUG: types.MessageType.Log,
    logging.INFO: types.MessageType.Info,
    logging.WARNING: types.MessageType.Warning,
    logging.ERROR: types.MessageType.Error,
}


def to_stderr() -> None:
    """Set up logging for the process; ``PRICETAG_LOG=debug`` shows more, tracebacks included."""
    level = logging.getLevelName(os.environ.get("PRICETAG_LOG", "info").upper())
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("pricetag").setLevel(level if isinstance(level, int) else logging.INFO)
    # pygls writes whole messages, and with them source text, to its log at INFO and on errors.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)


class Recent(logging.Handler):
    """Keeps the last warnings and errors of ours, for a bug report."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: deque[str] = deque(maxlen=_RECENT)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record, its traceback left out."""
        self.messages.append(f"{record.levelname.lower()} {record.name}: {record.getMessage()}")


class EditorLog(logging.Handler):
    """Passes our own warnings on as ``window/logMessage``."""

    def __init__(self, server: LanguageServer) -> None:
        super().__init__(logging.INFO)
        self._server = server
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record; only from the event loop's thread, which alone may write to the editor."""
        if threading.get_ident() != self._thread:
            return
        try:
            kind = _TYPES.get(record.levelno, types.MessageType.Log)
            self._server.window_log_message(types.LogMessageParams(kind, record.getMessage()))
        except Exception:  # a closed pipe at exit; there is no better place to say so
            self.handleError(record)
