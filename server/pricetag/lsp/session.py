"""All state of one editor's session: documents, settings, schedule, worker and baseline, and what follows from a change of one."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

import pricetag
from pricetag.baseline import GitBaseline
from pricetag.forecast import ModelInfo, ModelNotFound, default_path, find_model
from pricetag.forecast.adjustment_files import find_project
from pricetag.lsp import hints, notebooks
from pricetag.lsp.checks import Checks
from pricetag.lsp.diagnostics import Shows
from pricetag.lsp.documents import Document, Place
from pricetag.lsp.heaviest import Heaviest
from pricetag.lsp.logs import Recent
from pricetag.lsp.measuring import Measuring
from pricetag.lsp.projects import Projects
from pricetag.lsp.protocol import Protocol
from pricetag.lsp.refresh import Refresh
from pricetag.lsp.schedule import Forecasts, Scheduler
from pricetag.lsp.settings import SECTION, Settings, parse
from pricetag.lsp.status import Status
from pricetag.text import Encoding
from pricetag.worker import State, Supervisor, worker_command

_log = logging.getLogger(__name__)


class PricetagServer(LanguageServer):
    """All state of one session. Every method runs on the event loop and returns within milliseconds."""

    def __init__(self, model: str | None = None) -> None:
        super().__init__(
            "pricetag", pricetag.__version__, protocol_cls=Protocol, notebook_document_sync=notebooks.SYNC
        )
        self.named_model = model  # by the command line; the setting comes second
        self.settings = Settings()
        self.documents: dict[str, Document] = {}  # cells of notebooks included
        self.notebooks = notebooks.Notebooks(self)
        self.git = GitBaseline()
        self.projects = Projects(self)
        self.checks = Checks(self)
        self.status = Status(self)
        self.forecasts = Forecasts()
        self.scheduler = Scheduler(self.forecasts, self.on_analysed, self.on_batch, self.status.pending)
        self.heaviest = Heaviest(self)
        self.measuring = Measuring(self)
        self.refresh = Refresh(self)
        self.recent = Recent()
        self.supervisor: Supervisor | None = None
        self.encoding = Encoding.UTF16
        self.pulls_diagnostics = False
        self.initialization_options: Any = None
        self.markdown = True  # whether the editor shows it
        self.images = False  # whether it shows images in Markdown
        self.hint_parts = False  # the client resolves tooltips of a label's parts
        self.hint_tooltips = False  # the client resolves none: they are sent along
        self.shows = Shows()
        self._toggled: bool | None = None  # hints, by command; for this session, until the setting changes
        self._served_model: str | None = None
        self._problems_shown: set[str] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    # pygls would show every internal error to the user.
    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log an internal error by its type."""
        _log.error(
            "internal error (%s)", type(error).__name__, exc_info=error if _log.isEnabledFor(10) else None
        )

    # -- worker --------------------------------------------------------------------------------------------------

    async def serve_model(self, anew: bool = False) -> None:
        """Start the worker for the model that is named now; replaces the one of another model, with ``anew`` any."""
        named = self.named_model or self.settings.model
        if self.supervisor is not None and named == self._served_model and not anew:
            return
        self._served_model = named
        old, self.supervisor = self.supervisor, None
        self.scheduler.supervisor = None
        self.forecasts.clear()
        if old is not None:
            await old.stop()
        if named != self._served_model:
            return  # another change came in while the old worker ended
        try:
            folder = find_model(named)
        except ModelNotFound as error:
            self.status.say(State.NO_MODEL, str(error))
            self.scheduler.worker_changed()
            return
        supervisor = Supervisor(worker_command(folder, default_path(), self._project()))
        supervisor.on_state = functools.partial(self._on_state, supervisor)
        self.supervisor = self.scheduler.supervisor = supervisor
        await supervisor.start()

    def _project(self) -> Path | None:
        """The folder with the calibration of the one folder that is open; forecasts of several have none in common."""
        paths = [path for uri in self.workspace.folders if (path := to_fs_path(uri))]
        return find_project(paths) if len(paths) == 1 else None

    def _on_state(self, supervisor: Supervisor, state: State) -> None:
        if supervisor is self.supervisor:
            self.status.worker(supervisor)
            self.scheduler.worker_changed()

    # -- what follows from work done -----------------------------------------------------------------------------

    @property
    def info(self) -> ModelInfo | None:
        """The model that is served, once it is loaded."""
        return self.supervisor.info if self.supervisor else None

    @property
    def hints_shown(self) -> bool:
        """Whether hints are on: by the last toggle, else by the setting."""
        return self.settings.hints_enabled if self._toggled is None else self._toggled

    def toggle_hints(self) -> bool:
        """Show hints, or hide them; returns which."""
        self._toggled = not self.hints_shown
        self.refresh.hints()
        return self._toggled

    def labels(self, document: Document, start: int, end: int) -> list[tuple[Place, str]]:
        """The hints for a range of bytes, from what is known now."""
        if not self.hints_shown:
            return []
        return self._labels(document, start, end)

    def lens_labels(self, document: Document) -> list[tuple[Place, str]]:
        """The code lenses of a whole document, from what is known now."""
        if not self.settings.code_lens:
            return []
        return self._labels(document, 0, len(document.buffer.data))

    def _labels(self, document: Document, start: int, end: int) -> list[tuple[Place, str]]:
        known = self.measuring.known
        return hints.labels(document, start, end, self.forecasts, document.settings, self.info, known)

    def on_analysed(self, document: Document) -> None:
        """A document was parsed: functions may have come, gone or become known ones, comments may say other things."""
        self.checks.analysed(document)
        self.on_batch([document])

    def on_batch(self, documents: Iterable[Document]) -> None:
        """Forecasts came in: one refresh for all documents, and only if the editor would see another answer."""
        changed = list(documents)
        if any(
            document.viewed is not None
            and _told(self.labels(document, *document.viewed)) != document.answered
            for document in changed
        ):
            self.refresh.hints()
        # A client asks for lenses anew as the text changes; only what came later needs a word.
        if any(d.lenses is not None and _told(self.lens_labels(d)) != d.lenses for d in changed):
            self.refresh.lenses()

    def spawn(self, work: Any) -> asyncio.Task[Any]:
        """Run work in the background; its failure is logged, never shown."""
        task: asyncio.Task[Any] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._spawned)
        return task

    def _spawned(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.report_server_error(error if isinstance(error, Exception) else Exception(str(error)), None)

    # -- settings ------------------------------------------------------------------------------------------------

    async def apply_settings(self, raw: Any) -> None:
        """Take new settings over; problems are shown once each."""
        settings, problems = parse(raw)
        for problem in problems:
            self.complain(problem)
        old, self.settings = self.settings, settings
        if settings.hints_enabled != old.hints_enabled:
            self._toggled = None
        if settings.model != old.model:
            await self.serve_model()
        if settings != old:
            for document in self.documents.values():
                self.adopt(document)
            self.refresh.hints()
            if settings.code_lens or old.code_lens:
                self.refresh.lenses()

    def complain(self, problem: str) -> None:
        """Show a problem to the user, once."""
        if problem not in self._problems_shown:
            self._problems_shown.add(problem)
            self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, problem))

    def enter(self, document: Document) -> None:
        """Take in a document that was opened; what its project says follows."""
        document.settings = self.settings
        document.excluded = self._leaves_alone(document)
        self.documents[document.uri] = document
        self.scheduler.opened(document)
        self.refresh.opened(document.uri)
        self.spawn(self.projects.enter(document))

    def adopt(self, document: Document) -> None:
        """Have a document follow the settings that hold for it now: the editor's, in its project."""
        project = document.project
        settings = self.settings.within(project.config.options(project.path))
        excluded = self._leaves_alone(document)
        if excluded != document.excluded:
            document.excluded = excluded
            self.scheduler.opened(document)
        if settings != document.settings:
            document.settings = settings
            self.on_batch([document])
        self.checks.analysed(document)

    def _leaves_alone(self, document: Document) -> bool:
        project = document.project
        return self.settings.leaves_alone(document.language, document.file) or (
            project.config.excludes(project.path)
        )

    async def pull_settings(self) -> None:
        """Ask the editor for the settings section."""
        params = types.ConfigurationParams([types.ConfigurationItem(section=SECTION)])
        answer = await self.workspace_configuration_async(params)
        await self.apply_settings(answer[0] if answer else None)

    def finished(self) -> asyncio.Future[Any]:
        """End the worker and all work."""
        return asyncio.gather(
            self.scheduler.stop(),
            *([self.supervisor.stop()] if self.supervisor else []),
            return_exceptions=True,
        )


def _told(shown: list[tuple[Place, str]]) -> tuple[tuple[int, str], ...]:
    return tuple((place.slot, label) for place, label in shown)
