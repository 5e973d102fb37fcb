"""The pytest plugin ``pytest --pricetag-record FILE``: labels of the project's functions from the calls its tests make.

Without the option it does nothing and imports nothing.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pricetag.record.calls import Recorder

_SUFFIX = ".jsonl"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.getgroup("pricetag").addoption(
        "--pricetag-record",
        metavar="FILE.jsonl",
        help="Measure calls of this project's functions; write labels for `pricetag calibrate --labels`.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Start a recording, if one is asked for."""
    named = config.getoption("--pricetag-record")
    if not named:
        return
    path = Path(named).absolute()
    if path.suffix != _SUFFIX:
        raise pytest.UsageError(f"--pricetag-record: the file's name must end with {_SUFFIX}: {named}")
    from pricetag.record.calls import Recorder

    if not hasattr(config, "workerinput"):  # else a worker of pytest-xdist: its controller has done so
        try:
            if path.exists() and not _is_recording(path):
                raise pytest.UsageError(f"--pricetag-record: {named} holds something else; name another file")
            path.unlink(missing_ok=True)
        except OSError as error:
            raise pytest.UsageError(f"--pricetag-record: {named}: {error.strerror}") from error
    config.pluginmanager.register(
        _Recording(Recorder(config.rootpath), path, config.rootpath), "pricetag-recording"
    )


def _is_recording(path: Path) -> bool:
    """Whether a file is one that an earlier run wrote, or empty: any other is the user's."""
    with path.open(encoding="utf-8", errors="replace") as file:
        first = file.readline(1 << 20)
    return not first or '"source": "recorded"' in first


class _Recording:
    """The hooks of one run that records. Whatever goes wrong in them is said in the summary, and fails no test."""

    def __init__(self, recorder: Recorder, path: Path, root: Path) -> None:
        self._recorder, self._path, self._root = recorder, path, root
        self._said = ""

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, None]:
        """Watch the calls of one test, not of its fixtures."""
        self._recorder.start()
        try:
            yield
        finally:
            self._recorder.stop()

    def pytest_sessionfinish(self) -> None:
        """Write the labels."""
        try:
            from pricetag.measure.lines import append_lines
            from pricetag.record.labels import labels_of

            labels = labels_of(self._recorder.functions, self._root)
            if labels:
                append_lines(labels, self._path)
            count = len({label.item for label in labels})
            self._said = f"{len(labels)} labels of {count} functions" + (
                f" in {self._path}" if labels else ""
            )
        except Exception as error:
            self._said = f"nothing was recorded: {type(error).__name__}: {error}"
        finally:
            self._recorder.close()

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """One line."""
        why = f" ({self._recorder.trouble})" if self._recorder.trouble else ""
        if self._said and not hasattr(terminalreporter.config, "workerinput"):
            terminalreporter.write_line(f"pricetag: {self._said}{why}")
