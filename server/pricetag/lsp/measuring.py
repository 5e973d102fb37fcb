"""``pricetag.measure``: functions, run in a sandbox by processes of their own, because a person asked for it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Coroutine, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.uris import to_fs_path

from pricetag.forecast import Subject
from pricetag.forecast.measurement import Measurement
from pricetag.lsp import convert, hints, measured
from pricetag.lsp.documents import Document
from pricetag.lsp.measurements import Measurements
from pricetag.lsp.progress import WorkProgress
from pricetag.measure.label import TIME_LIMIT
from pricetag.measure.project import is_callable, item_of
from pricetag.syntax import Function, Language

if TYPE_CHECKING:
    from pricetag.lsp.session import PricetagServer

MEASURE = "pricetag.measure"
_HOME = Path(__file__).resolve().parents[2]  # the folder that holds the package


class NotMeasured(Exception):
    """There is no result: ``outcome`` is how it ended (failed, refused, declined, cancelled), the message why, for people."""

    def __init__(self, outcome: str, message: str = "") -> None:
        super().__init__(message)
        self.outcome = outcome


def refused(message: str) -> NotMeasured:
    """Nothing is run; the message says why."""
    return NotMeasured("refused", message)


@dataclass(frozen=True, slots=True)
class Target:
    """A function as it stood when it was chosen: what a person agrees to is what runs."""

    document: Document
    name: str
    subject: Subject
    n: int
    item: dict[str, Any]
    version: str = ""  # which of its texts, where there are two

    @property
    def language(self) -> Language:
        """What has to be run."""
        return Language(self.item["language"])


class Measuring:
    """The command, and what it found."""

    def __init__(self, server: PricetagServer) -> None:
        self._server = server
        self.known = Measurements()
        self.trusted: bool | None = None  # as the client says; None: it says nothing
        self._agreed: set[str] = set()  # workspaces, by path
        self._possible: dict[Language, bool] = {}  # whether this system can measure, as it last said
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
        """The command: ``{"uri", "position"}``; its answer is that of `answer`."""
        return await self.answer(self._measure(arguments[0] if arguments else None))

    async def answer(self, work: Coroutine[Any, Any, str]) -> dict[str, Any]:
        """Do what ends in a message. Answers ``outcome`` (measured, failed, refused, declined, cancelled) and the
        ``message``, which the user has seen unless it was measured.
        """
        try:
            result, message = "measured", await work
        except NotMeasured as error:
            result, message = error.outcome, str(error)
        except Exception as error:
            self._server.report_server_error(error, None)
            result, message = "failed", "The measurement failed. The log of the server says more."
        if result in ("refused", "failed"):
            self._server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, message))
        return {"outcome": result, "message": message}

    async def run(self, targets: Sequence[Target], question: str) -> list[Measurement]:
        """Measure functions, one after the other, once a person has answered the ``question`` with yes.

        What was measured is remembered, also where a later one fails. Raises ``NotMeasured``.
        """
        self.check_trust()
        found = []
        for target in targets:
            async with _Process() as process:
                await self._prepare(process, target.language)
                await self._ask(target.document, question)
                async with self.turn:
                    label = await self._label(process, target)
            found.append(await self._found(target, label))
        return found

    def check_trust(self) -> None:
        """Raises ``NotMeasured`` where nothing of the workspace may be run."""
        if not self.trusted:
            raise refused(measured.UNSTATED if self.trusted is None else measured.UNTRUSTED)

    def possible(self, document: Document, functions: Sequence[Function]) -> bool:
        """Whether functions of a document can be measured here, as far as is known; where that is not known yet, it is
        found out in the background. That runs nothing of the user's.
        """
        if not self.trusted or document.notebook is not None or not all(map(is_callable, functions)):
            return False
        if document.language not in self._possible:
            self._possible[document.language] = False  # until it is known
            self._server.spawn(self._probe(document.language))
        return self._possible[document.language]

    async def _probe(self, language: Language) -> None:
        with contextlib.suppress(NotMeasured):
            async with _Process() as process:
                await self._prepare(process, language)

    async def _prepare(self, process: _Process, language: Language) -> None:
        """Have a process make its sandbox ready. Raises ``NotMeasured`` where it cannot."""
        self._possible[language] = False
        await process.ask({"language": language.value, "time_limit": TIME_LIMIT})
        self._possible[language] = True

    async def _measure(self, asked: Any) -> str:
        self.check_trust()
        target, file = await self._target(asked)
        question = measured.confirmation(target.name, file, target.subject.query.assumes, target.n)
        [found] = await self.run([target], question)
        return measured.outcome(target.name, found)

    async def _label(self, process: _Process, target: Target) -> dict[str, Any]:
        work = asyncio.ensure_future(process.ask({"item": target.item, "n": target.n}))
        title = f"Measuring {target.name}{target.version}"
        progress = WorkProgress(self._server, title, None, work.cancel, counted=False)
        try:
            label: dict[str, Any] = (await work)["label"]
        except asyncio.CancelledError:
            if not progress.cancelled:
                work.cancel()
                raise
            raise NotMeasured("cancelled") from None
        finally:
            progress.end()
        return label

    async def _target(self, asked: Any) -> tuple[Target, str]:
        """The function that a command's argument means, and its file. Raises ``NotMeasured``."""
        uri, position, key = (_field(asked, name) for name in ("uri", "position", "key"))
        line, character = _field(position, "line"), _field(position, "character")
        document = self._server.documents.get(uri) if isinstance(uri, str) else None
        if document is None or not isinstance(line, int) or not isinstance(character, int):
            raise refused(measured.NO_FUNCTION)
        if document.notebook is not None:
            raise refused(measured.NOTEBOOK)
        try:
            offset = convert.to_offset(document, types.Position(line, character))
        except ValueError:  # no position of the protocol's
            raise refused(measured.NO_FUNCTION) from None
        version = document.version
        await self._server.scheduler.analysed(document)
        place = document.at(offset)
        if place is None or not is_callable(place.function):
            raise refused(measured.NO_FUNCTION)
        if document.version != version or key not in (None, place.subject.key):
            raise refused(measured.EDITED)
        n = hints.size_for(place, document.settings)
        return target_of(document, place.function, place.subject, n, document.buffer.text), file_of(document)

    async def _ask(self, document: Document, question: str) -> None:
        """Ask a person whether code of the workspace may run, once in each. Raises ``NotMeasured``."""
        workspace = self._workspace(document)
        if workspace in self._agreed:
            return
        actions = [types.MessageActionItem(measured.MEASURE), types.MessageActionItem(measured.CANCEL)]
        params = types.ShowMessageRequestParams(types.MessageType.Warning, question, actions)
        try:
            answer = await self._server.window_show_message_request_async(params)
        except Exception as error:  # a client that cannot ask has not agreed
            raise refused("This editor cannot ask whether code may be run; nothing is run.") from error
        if answer is None or answer.title != measured.MEASURE:
            raise NotMeasured("declined")
        self._agreed.add(workspace)

    def _workspace(self, document: Document) -> str:
        """The folder that a person agrees about."""
        path = Path(document.path or "untitled").absolute()
        folders = [folder for uri in self._server.workspace.folders if (folder := to_fs_path(uri))]
        around = [folder for folder in folders if path.is_relative_to(folder)]
        return max(around, key=len, default=str(path.parent))

    async def _found(self, target: Target, label: dict[str, Any]) -> Measurement:
        if label["memory"] is None and label["runtime"] is None and not label["over"]:
            raise NotMeasured(
                "failed", measured.failure(target.name, target.n, label["failed"], target.version)
            )
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
        return self.known.get(target.subject, target.n) or found


def file_of(document: Document) -> str:
    """The name of a document's file, for people."""
    return Path(document.path or "untitled").name


def target_of(
    document: Document, function: Function, subject: Subject, n: int, text: str, version: str = ""
) -> Target:
    """A function of a document, in ``text``: all of its file."""
    path = Path(document.path or "untitled").absolute()
    item = asdict(item_of(path, function, path.parent, text))
    return Target(document, function.qualified_name, subject, n, item, version)


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
        """The answer to a line. Raises ``NotMeasured`` where this system cannot measure."""
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(message).encode() + b"\n")
        with contextlib.suppress(ConnectionError):  # it has ended: its last line says why
            await process.stdin.drain()
        line = await process.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"broken": "no answer"}
        if "unavailable" in answer:
            raise refused(answer["unavailable"])
        if "broken" in answer:
            raise RuntimeError(f"the measuring process failed: {answer['broken']}")
        return answer


def _field(value: Any, name: str) -> Any:
    """A field of what a client sent, which pygls leaves plain or makes an object of."""
    return value.get(name) if isinstance(value, dict) else getattr(value, name, None)
