"""What the files of a project say of one source file: its settings and budgets, and the accepted baselines.

They are read off the event loop: when a document is opened or saved, and when the editor says that one has changed. A
file of accepted baselines that is open in the editor counts as it stands there, if the editor tells us.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.uris import to_fs_path

from pricetag.baseline import Accepted, AcceptedError, GitError, Revisions
from pricetag.baseline.accepted import FILE, parse, read
from pricetag.config import Config, Configs
from pricetag.lsp.capabilities import supports
from pricetag.lsp.convert import to_changes
from pricetag.text import Buffer

if TYPE_CHECKING:
    from pricetag.lsp.documents import Document
    from pricetag.lsp.session import PricetagServer

_ACCEPTED = f"**/{FILE.as_posix()}"
# The folder, too, for where a whole one is deleted, that is all an editor tells. The last is what a commit, a checkout or a
# reset writes to: the baseline is another one then.
WATCHED = (
    "**/.pricetag.toml",
    "**/pyproject.toml",
    _ACCEPTED,
    f"**/{FILE.parent.as_posix()}",
    "**/.git/logs/HEAD",
)
_GIT_TIMEOUT = 5.0  # seconds
_SETTLING = 0.05  # seconds in which changes of files are taken together


@dataclass(frozen=True, slots=True)
class Project:
    """What holds for one file. Paths are relative, with ``/``."""

    config: Config = field(default_factory=Config)
    path: str = ""  # of the file, from the folder of the settings
    root: Path | None = (
        None  # the folder with ``.pricetag``: the top of the repository, else of the workspace
    )
    name: str = ""  # of the file, from ``root``
    tracked: bool = False  # whether the file lies in a git repository
    accepted: tuple[Accepted, ...] = ()  # those of this file
    unreadable: str = ""  # why accepted baselines are ignored

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with the files, in one line each."""
        ignored = (f"{self.unreadable}; accepted baselines are ignored",) if self.unreadable else ()
        return (*self.config.problems, *ignored)


class Projects:
    """Gives each document its project, and again when the files of one change. On the event loop only."""

    def __init__(self, server: PricetagServer) -> None:
        self._server = server
        self.revisions = Revisions(timeout=_GIT_TIMEOUT)
        self._roots: dict[str, str] = {}  # of folders in repositories
        self._open: dict[str, Buffer] = {}  # accepted baselines in the editor, by URI
        self._waiting: asyncio.TimerHandle | None = None

    async def enter(self, document: Document) -> None:
        """Read what holds for a document now, and let it follow."""
        if (file := document.file) is None:
            return
        document.readings += 1
        reading = document.readings
        folders = [path for uri in self._server.workspace.folders if (path := to_fs_path(uri))]
        git_root = await self._git_root(file)
        project = await asyncio.to_thread(project_of, file, git_root, folders, self._texts())
        if document.closed or document.readings != reading:
            return
        for problem in project.problems:
            self._server.complain(problem)
        document.project = project
        if project.tracked:
            document.opened = None
        self._server.adopt(document)

    def changed(self) -> None:
        """A file of settings, of accepted baselines or of git was written: read soon what holds for every document."""
        if self._waiting is None:  # a checkout writes many at once
            self._waiting = asyncio.get_running_loop().call_later(_SETTLING, self._read)

    def _read(self) -> None:
        self._waiting = None
        for document in self._server.documents.values():
            self._server.spawn(self._again(document))

    async def _again(self, document: Document) -> None:
        await self.enter(document)
        self._server.checks.again(document)

    def registrations(self) -> list[types.Registration]:
        """What to ask of the client, as far as it can: to watch files, and to show us accepted baselines."""
        found = []
        if supports(self._server, "workspace.did_change_watched_files.dynamic_registration"):
            watchers = types.DidChangeWatchedFilesRegistrationOptions(
                [types.FileSystemWatcher(pattern) for pattern in WATCHED]
            )
            method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
            found.append(types.Registration("pricetag/files", method, watchers))
        if supports(self._server, "text_document.synchronization.dynamic_registration"):
            selector = [types.TextDocumentFilterPattern(_ACCEPTED)]
            options = types.TextDocumentRegistrationOptions(selector)
            full = types.TextDocumentChangeRegistrationOptions(types.TextDocumentSyncKind.Full, selector)
            found += [
                types.Registration("pricetag/accepted/open", types.TEXT_DOCUMENT_DID_OPEN, options),
                types.Registration("pricetag/accepted/change", types.TEXT_DOCUMENT_DID_CHANGE, full),
                types.Registration("pricetag/accepted/close", types.TEXT_DOCUMENT_DID_CLOSE, options),
            ]
        return found

    # -- accepted baselines that are open in the editor ------------------------------------------------------------

    def opened(self, item: types.TextDocumentItem) -> bool:
        """Whether a document that was opened is one of accepted baselines; it then counts as it stands there."""
        path = to_fs_path(item.uri)
        if path is None or not path.replace(os.sep, "/").endswith("/" + FILE.as_posix()):
            return False
        self._open[item.uri] = Buffer(item.text, item.version)
        self.changed()
        return True

    def edited(self, uri: str, changes: Sequence[types.TextDocumentContentChangeEvent], version: int) -> bool:
        """Whether an edit was one of accepted baselines."""
        buffer = self._open.get(uri)
        if buffer is None:
            return False
        for change in to_changes(changes):
            buffer.apply(change, self._server.encoding)
        buffer.version = version
        self.changed()
        return True

    def closed(self, uri: str) -> None:
        """What was open counts as it lies on the disk."""
        if self._open.pop(uri, None) is not None:
            self.changed()

    def text(self, uri: str) -> Buffer | None:
        """Accepted baselines as the editor has them, if it does."""
        return self._open.get(uri)

    def _texts(self) -> dict[str, bytes]:
        return {path: buffer.data for uri, buffer in self._open.items() if (path := to_fs_path(uri))}

    async def _git_root(self, file: str) -> str | None:
        folder = os.path.dirname(file)  # noqa: PTH120
        if folder not in self._roots:
            try:
                self._roots[folder] = await self.revisions.root(file)
            except GitError:
                return None  # it may become one
        return self._roots[folder]


def project_of(
    file: str, git_root: str | None, folders: Sequence[str], texts: Mapping[str, bytes]
) -> Project:
    """What the files of a project say of ``file``, which need not exist; ``texts`` are those open in the editor, by path.

    For a thread. Broken files are told in ``Project.problems``. Never raises on bad input.
    """
    path, config = Configs().of(file)
    folder, base = os.path.split(os.path.abspath(file))  # noqa: PTH100
    # The file itself may be a link, and stays what it is called: as in ``pricetag diff``.
    try:
        real = Path(os.path.realpath(folder), base)
    except (OSError, ValueError):  # a NUL, a loop of links
        return Project(config, path)
    within = [Path(os.path.realpath(one)) for one in folders]
    root = Path(git_root) if git_root else next((one for one in within if real.is_relative_to(one)), None)
    if root is None or not real.is_relative_to(root):
        return Project(config, path)
    name = real.relative_to(root).as_posix()
    target = root / FILE
    known = {os.path.realpath(one): text for one, text in texts.items()}
    try:
        data = known.get(os.path.realpath(target))
        data = read(target) if data is None else data
        # Blank is what the undo of a first agreement may leave behind.
        entries = _entries(target, data) if data is not None and data.strip() else ()
    except AcceptedError as error:
        return Project(config, path, root, name, git_root is not None, unreadable=str(error))
    own = tuple(one for one in entries if one.path == name)
    return Project(config, path, root, name, git_root is not None, own)


@lru_cache(maxsize=2)
def _entries(path: Path, data: bytes) -> tuple[Accepted, ...]:
    # "Save all" asks for the same file again and again.
    return tuple(parse(path, data))
