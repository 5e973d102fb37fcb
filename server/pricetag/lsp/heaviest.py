"""``pricetag/heaviest``: the functions of the workspace, heaviest first, forecast after everything that is open."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pygls.uris import from_fs_path, to_fs_path

from pricetag.baseline import Options
from pricetag.config import Configs
from pricetag.forecast import ModelInfo, Subject
from pricetag.lsp import convert
from pricetag.lsp.documents import Document
from pricetag.lsp.progress import WorkProgress
from pricetag.lsp.ranking import Asked, Entry, Span, rank
from pricetag.lsp.settings import Settings
from pricetag.worker import State, WorkerLost
from pricetag.worker.protocol import decode_query

if TYPE_CHECKING:
    from pricetag.lsp.session import PricetagServer

_log = logging.getLogger(__name__)
_HOME = Path(__file__).resolve().parents[2]  # the folder that holds the package
_CHUNK = 64  # functions read ahead of the worker, so that a large workspace is never in memory whole
_MOST_ENTRIES = 50_000  # functions, about 1 kB each
_LONGEST_LINE = 16 << 20  # bytes of one function with its callees


@dataclass(slots=True)
class _File:
    stamp: list[int]
    entries: list[Entry]
    skipped: str = ""


@dataclass(slots=True)
class _Findings:
    files: dict[str, _File] = field(default_factory=dict)  # by path
    complete: bool = False
    message: str = ""


class Heaviest:
    """Answers the request; keeps what it found of each file until that file changes."""

    def __init__(self, server: PricetagServer) -> None:
        self._server = server
        self._known: dict[str, _File] = {}
        self._model: str | None = None  # whose forecasts are known
        self._turn = asyncio.Lock()

    @property
    def count(self) -> int:
        """How many functions are kept."""
        return sum(len(file.entries) for file in self._known.values())

    async def answer(self, params: Any) -> dict[str, Any]:
        """Rows for a request, and whether they are all. Without a worker: at once, and why."""
        server = self._server
        settings = await self._settings()
        try:
            asked = Asked.parse(params, settings)
            folders = self._folders(asked)
        except ValueError as error:
            return _answer(_Findings(message=str(error)), None, server.settings, None)
        if server.supervisor is None or server.supervisor.state is not State.READY:
            return _answer(_Findings(message=server.status.waiting), asked, server.settings, server.info)
        found = _Findings()
        async with self._turn:
            work = asyncio.ensure_future(self._find(folders, found))
            progress = WorkProgress(server, "Finding the heaviest functions", asked.token, work.cancel)
            self._progress = progress
            try:
                await work
            except asyncio.CancelledError:
                if not progress.cancelled:
                    work.cancel()
                    raise
                found.message = "cancelled"
            except WorkerLost as lost:
                found.message = str(lost)
            finally:
                progress.end()
        # Thousands of rows are sorted: not on the event loop.
        return await asyncio.to_thread(_answer, found, asked, server.settings, server.info)

    async def _settings(self) -> Settings:
        """The editor's settings within the project, where all open folders' projects say the same."""
        settings = self._server.settings
        projects = await asyncio.to_thread(_projects, self._open_folders())
        return settings.within(projects.pop()) if len(projects) == 1 else settings

    def _folders(self, asked: Asked) -> list[str]:
        open_ = self._open_folders()
        if asked.folder is None:
            if not open_:
                raise ValueError("no folder is open")
            return open_
        if not any(Path(asked.folder).is_relative_to(folder) for folder in open_):
            raise ValueError("folder must lie in a folder that is open")
        return [asked.folder]

    def _open_folders(self) -> list[str]:
        return [path for uri in self._server.workspace.folders if (path := to_fs_path(uri))]

    async def _find(self, folders: list[str], found: _Findings) -> None:
        model = self._server.info.id if self._server.info else None
        if model != self._model:
            self._known, self._model = {}, model
        async with contextlib.aclosing(self._survey(folders)) as lines:
            await self._take(lines, found)
        if found.complete and folders == self._open_folders():  # what is gone is forgotten
            self._known = {path: file for path, file in self._known.items() if path in found.files}

    async def _take(self, lines: AsyncIterator[dict[str, Any]], found: _Findings) -> None:
        open_ = {document.path: document for document in self._server.documents.values() if document.path}
        total, count = None, 0
        functions: list[dict[str, Any]] = []
        async for line in lines:
            if "total" in line:
                total = line["total"]
            elif "function" in line:
                functions.append(line["function"])
                continue
            else:
                path, document = line["file"], open_.get(line["file"])
                if document is not None and not document.skipped and not document.closed:
                    file = await self._opened(document, line)
                elif line["same"]:
                    file = self._known[path]
                else:
                    file = await self._read(path, line, functions)
                    self._known[path] = file
                functions = []
                found.files[path] = file
                count += len(file.entries)
                self._progress.report(len(found.files), total or 0)
            if count >= _MOST_ENTRIES:
                found.message = f"only the first {count:,} functions were looked at"
                return
        found.complete = total == len(found.files)
        if not found.complete:
            found.message = "the process that reads the files has failed"

    async def _survey(self, folders: list[str]) -> AsyncGenerator[dict[str, Any], None]:
        """The lines of the process that reads files, see ``pricetag.survey``."""
        settings = self._server.settings
        asked = {
            "folders": folders,
            "exclude": settings.exclude,
            "languages": [language.value for language in settings.languages],
            "encoding": self._server.encoding.value,
            "known": {path: file.stamp for path, file in self._known.items()},
        }
        request = await asyncio.to_thread(json.dumps, asked)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "pricetag.survey",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            limit=_LONGEST_LINE,
            cwd=_HOME,  # never the user's workspace: ``-m`` puts it first on the import path
        )  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        ended = False
        try:
            process.stdin.write(request.encode() + b"\n")
            process.stdin.close()
            while raw := await process.stdout.readline():
                yield json.loads(raw)
            ended = True  # to kill what is about to end would reap it behind asyncio's back
        finally:
            if not ended and process.returncode is None:
                process.kill()
            await process.wait()

    async def _read(self, path: str, line: dict[str, Any], functions: Sequence[dict[str, Any]]) -> _File:
        """Have the functions of a file forecast, a few at a time."""
        uri = from_fs_path(path) or ""
        entries: list[Entry] = []
        for start in range(0, len(functions), _CHUNK):
            chunk = functions[start : start + _CHUNK]
            subjects = [Subject(decode_query(raw["query"]), raw["n"]) for raw in chunk]
            await self._server.scheduler.request(subjects, background=True)
            for raw, subject in zip(chunk, subjects, strict=True):
                if (forecast := self._server.forecasts.get(subject)) is not None:
                    entries.append(
                        Entry(
                            uri, raw["name"], raw["language"], tuple(raw["range"]), tuple(raw["selection"]),
                            subject.n, forecast,
                        )
                    )  # fmt: skip
        return _File(line["stamp"], entries, line["skipped"])

    async def _opened(self, document: Document, line: dict[str, Any]) -> _File:
        """An open file as the editor has it."""
        await self._server.scheduler.analysed(document)
        places = list(document.places)
        await self._server.scheduler.request((place.subject for place in places), background=True)
        entries = [
            Entry(
                document.uri, place.function.qualified_name, document.language.value,
                _span(document, place.start, place.end), _span(document, place.name_start, place.name_end),
                place.subject.n, forecast,
            )
            for place in places
            if (forecast := self._server.forecasts.get(place.subject)) is not None
        ]  # fmt: skip
        return _File(line["stamp"], entries)


def _projects(folders: Sequence[str]) -> set[Options]:
    """What the projects of folders say, overrides for paths left out: rows of all files are compared at one n."""
    configs = Configs()
    return {configs.of(Path(folder, "any"))[1].options("") for folder in folders}


def _span(document: Document, start: int, end: int) -> Span:
    first, last = convert.to_position(document, start), convert.to_position(document, end)
    return first.line, first.character, last.line, last.character


def _answer(
    found: _Findings, asked: Asked | None, settings: Settings, info: ModelInfo | None
) -> dict[str, Any]:
    entries = [entry for file in found.files.values() for entry in file.entries]
    rows: list[dict[str, Any]] = []
    abstained: Counter[str] = Counter()
    if asked is not None:
        rows, abstained = rank(entries, asked, settings, info)
    return {
        "rows": rows,
        "complete": found.complete,
        "message": found.message,
        "metric": asked.metric if asked else None,
        "n": asked.n if asked else None,
        "files": len(found.files),
        "functions": len(entries),
        "abstained": _counts(abstained),
        "skipped": _counts(Counter(file.skipped for file in found.files.values() if file.skipped)),
    }


def _counts(reasons: Counter[str]) -> list[dict[str, Any]]:
    return [{"reason": reason, "count": count} for reason, count in reasons.most_common()]
