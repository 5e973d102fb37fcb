"""``pricetag.measure``: one function, run in a sandbox by a process of its own, because a person asked for it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.uris import to_fs_path

from pricetag.forecast import Subject
from pricetag.forecast.measurement import Measurement
from pricetag.lsp import convert, hints, measured
from pricetag.lsp.documents import Document, Place
from pricetag.lsp.measurements import Measurements
from pricetag.lsp.progress import WorkProgress
from pricetag.measure.label import TIME_LIMIT
from pricetag.measure.project import is_callable, item_of

if TYPE_CHECKING:
    from pricetag.lsp.server import PricetagServer

MEASURE = "pricetag.measure"
_HOME = Path(__file__).resolve().parents[2]  # the folder that holds the package


class Refused(Exception):
    """Nothing is run; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class _Target:
    """A function as it stood when it was chosen: what a person agrees to is what runs."""

    document: Document
    name: str
    file: str
    subject: Subject
    n: int
    item: dict[str, Any]
    workspace: str


class Measuring:
    """The command, and what it found."""

    def __init__(self, server: PricetagServer) -> None:
        self._server = server
        self.known = Measurements()
        self.trusted: bool | None = None  # as the client says; None: it says nothing
        self._agreed: set[str] = set()  # workspaces, by path
        self.turn = asyncio.Lock()  # two at once would measure each other

    async def load(self) -> None:
        """Read what is remembered, and show it."""
        await asyncio.to_thread(self.known.load)
        self._server.on_batch(self._server.documents.values())

    def action(self, document: Document, position: types.Position) -> types.Command | None:
        """The command that measures the function whose signature is at a position."""
        place = document.at(convert.to_offset(document, position))
        if place is None or document.notebook is not None or not is_callable(place.function):
            return None
        at = convert.to_position(document, place.name_start)
        where = {"line": at.line, "character": at.character}
        arguments = [{"uri": document.uri, "position": where, "key": place.subject.key}]
        return types.Command(measured.title(place.function.qualified_name), MEASURE, arguments=arguments)

    async def measure(self, *arguments: Any) -> dict[str, Any]:
        """The command: ``{"uri", "position"}``. Answers ``outcome`` (measured, failed, refused, declined, cancelled)
        and a ``message``, which the user has seen unless it was measured.
        """
        try:
            result, message = await self._measure(arguments[0] if arguments else None)
        except Refused as refused:
            result, message = "refused", str(refused)
        except Exception as error:
            self._server.report_server_error(error, None)
            result, message = "failed", "The measurement failed. The log of the server says more."
        if result in ("refused", "failed"):
            self._server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, message))
        return {"outcome": result, "message": message}

    async def _measure(self, asked: Any) -> tuple[str, str]:
        if not self.trusted:
            raise Refused(measured.UNSTATED if self.trusted is None else measured.UNTRUSTED)
        target = await self._target(asked)
        async with _Process() as process:
            await process.ask({"language": target.item["language"], "time_limit": TIME_LIMIT})
            if not await self._agreed_to(target):
                return "declined", ""
            async with self.turn:
                label = await self._run(process, target)
        return ("cancelled", "") if label is None else await self._found(target, label)

    async def _run(self, process: _Process, target: _Target) -> dict[str, Any] | None:
        """The label, None where the user has cancelled."""
        work = asyncio.ensure_future(process.ask({"item": target.item, "n": target.n}))
        title = f"Measuring {target.name}"
        progress = WorkProgress(self._server, title, None, work.cancel, counted=False)
        try:
            label: dict[str, Any] = (await work)["label"]
        except asyncio.CancelledError:
            if not progress.cancelled:
                work.cancel()
                raise
            return None
        finally:
            progress.end()
        return label

    async def _target(self, asked: Any) -> _Target:
        """The function that a command's argument means. Raises ``Refused``."""
        uri, position, key = (_field(asked, name) for name in ("uri", "position", "key"))
        line, character = _field(position, "line"), _field(position, "character")
        document = self._server.documents.get(uri) if isinstance(uri, str) else None
        if document is None or not isinstance(line, int) or not isinstance(character, int):
            raise Refused(measured.NO_FUNCTION)
        if document.notebook is not None:
            raise Refused(measured.NOTEBOOK)
        try:
            offset = convert.to_offset(document, types.Position(line, character))
        except ValueError:  # no position of the protocol's
            raise Refused(measured.NO_FUNCTION) from None
        version = document.version
        await self._server.scheduler.analysed(document)
        place = document.at(offset)
        if place is None or not is_callable(place.function):
            raise Refused(measured.NO_FUNCTION)
        if document.version != version or key not in (None, place.subject.key):
            raise Refused(measured.EDITED)
        return self._chosen(document, place)

    def _chosen(self, document: Document, place: Place) -> _Target:
        path = Path(document.path or "untitled").absolute()
        folders = [folder for uri in self._server.workspace.folders if (folder := to_fs_path(uri))]
        around = [folder for folder in folders if path.is_relative_to(folder)]
        item = item_of(path, place.function, path.parent, document.buffer.text)
        return _Target(
            document,
            place.function.qualified_name,
            path.name,
            place.subject,
            hints.size_for(place, document.settings),
            asdict(item),
            max(around, key=len, default=str(path.parent)),
        )

    async def _agreed_to(self, target: _Target) -> bool:
        """Whether a person has agreed that code of the workspace runs; asks once."""
        if target.workspace in self._agreed:
            return True
        message = measured.confirmation(target.name, target.file, target.subject.query.assumes, target.n)
        actions = [types.MessageActionItem(measured.MEASURE), types.MessageActionItem(measured.CANCEL)]
        params = types.ShowMessageRequestParams(types.MessageType.Warning, message, actions)
        try:
            answer = await self._server.window_show_message_request_async(params)
        except Exception as error:  # a client that cannot ask has not agreed
            raise Refused("This editor cannot ask whether code may be run; nothing is run.") from error
        agreed = answer is not None and answer.title == measured.MEASURE
        if agreed:
            self._agreed.add(target.workspace)
        return agreed

    async def _found(self, target: _Target, label: dict[str, Any]) -> tuple[str, str]:
        if label["memory"] is None and label["runtime"] is None and not label["over"]:
            return "failed", measured.failure(target.name, target.n, label["failed"])
        found = Measurement(
            n=target.n,
            assumes=label["assumes"],
            memory=label["memory"],
            runtime=label["runtime"],
            over=tuple(label["over"]),
            memory_limit=label["memory_limit"],
            time_limit=label["time_limit"],
            when=time.time(),
        )
        await self.known.put(target.subject, found)
        self._server.on_batch([target.document])
        shown = self.known.get(target.subject, target.n) or found
        return "measured", measured.outcome(target.name, shown)


class _Process:
    """One ``pricetag.measure.once``. However this ends, all that it started ends with it."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> _Process:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "pricetag.measure.once",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            cwd=_HOME,  # never the user's workspace: ``-m`` puts it first on the import path
            start_new_session=True,
        )  # fmt: skip
        return self

    async def __aexit__(self, *_: object) -> None:
        process = self._process
        assert process is not None
        with contextlib.suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:  # Windows, where nothing is measured
                process.kill()
        await process.wait()

    async def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        """The answer to a line. Raises ``Refused`` where this system cannot measure."""
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(message).encode() + b"\n")
        with contextlib.suppress(ConnectionError):  # it has ended: its last line says why
            await process.stdin.drain()
        line = await process.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"broken": "no answer"}
        if "unavailable" in answer:
            raise Refused(answer["unavailable"])
        if "broken" in answer:
            raise RuntimeError(f"the measuring process failed: {answer['broken']}")
        return answer


def _field(value: Any, name: str) -> Any:
    """A field of what a client sent, which pygls leaves plain or makes an object of."""
    return value.get(name) if isinstance(value, dict) else getattr(value, name, None)
