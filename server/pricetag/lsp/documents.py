"""Open documents: the text as the editor has it, and where each function stands in it right now.

Two copies of a document exist. ``Document`` belongs to the event loop: it takes every edit at once and moves the known
functions along with it. ``Analysis`` belongs to the analysis thread. Neither touches the other's buffer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pricetag.baseline import Accepted, Exceeded, Judgement, Regression
from pricetag.forecast import DEFAULT_SIZE, Forecast, Subject
from pricetag.lsp.analysis import Analysis
from pricetag.lsp.projects import Project
from pricetag.lsp.settings import Settings
from pricetag.syntax import Function, Language
from pricetag.text import Buffer, Change, Edit, Encoding, Range

OPENED = "opened"  # in place of a commit: the baseline is the text as it was opened
MAXIMUM_BYTES = 4 << 20  # larger files are data, not code that anyone reads hints in
_LONGEST_HEADER = 1_000  # bytes of a line in which a name is looked for
_HEADERS = {
    Language.PYTHON: re.compile(rb"^\s*(?:async\s+)?def\s+(\w+)"),
    Language.CPP: re.compile(rb"(~?\b[A-Za-z_]\w*)\s*\("),
}
LARGE_LINES = 5_000  # from here on a parse holds the interpreter noticeably: only when typing pauses for long


@dataclass(slots=True)
class Place:
    """A function and where it stands in the live text (byte offsets). ``slot`` stays while the function is edited."""

    slot: int
    function: Function
    subject: Subject
    start: int
    name_start: int
    name_end: int
    signature_end: int
    end: int

    def move(self, edit: Edit) -> None:
        """Follow an edit of the live text."""
        # Text typed right before a function pushes it on; text typed right after one stays outside it.
        self.start = edit.moved(self.start, pushed=True)
        self.name_start = edit.moved(self.name_start, pushed=True)
        self.name_end = edit.moved(self.name_end, pushed=False)
        self.signature_end = edit.moved(self.signature_end, pushed=False)
        self.end = edit.moved(self.end, pushed=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the last save found of one function that differs from its baseline or has a budget, and what the rules say
    of it: anew when the author, a setting or a file of the project says something else."""

    baseline: Forecast | None  # None: only its budgets count
    saved: Forecast  # of the text that was saved
    commit: str = ""
    families: tuple[str, str] = ("", "")  # of the baseline's text and of the saved one
    origin: Range | None = None  # of its name in the baseline's text, as the editor counts
    was: tuple[Function, Subject] | None = None  # the function in the baseline's text
    n: int = DEFAULT_SIZE  # it was judged at
    judgement: Judgement = field(default_factory=Judgement)
    exceeded: tuple[Exceeded, ...] = ()
    entry: Accepted | None = None  # the accepted value that stood for the baseline's memory

    @property
    def regression(self) -> Regression | None:
        """What hints and hovers show of it: memory before runtime."""
        return self.judgement.regressions[0] if self.judgement.regressions else None

    @property
    def found(self) -> bool:
        """Whether there is anything to warn of."""
        return bool(self.judgement.regressions or self.judgement.steeper or self.exceeded)


@dataclass(frozen=True, slots=True)
class Label:
    """A hint's text and what it was made from."""

    forecast: Forecast | None
    told: tuple[object, ...]
    text: str


class Notebook:
    """The cells of an open notebook, in order. The event loop writes; analyses read ``cells``, which is never changed,
    only replaced.
    """

    def __init__(self, uri: str, path: str | None) -> None:
        self.uri, self.path = uri, path
        self.order: list[str] = []  # uris, those of cells that are no documents of ours included
        self.cells: tuple[Document, ...] = ()


class Document:
    """One open document or cell of a notebook, on the event loop only."""

    def __init__(
        self,
        uri: str,
        path: str | None,
        language: Language,
        text: str,
        version: int,
        encoding: Encoding,
        notebook: Notebook | None = None,
    ) -> None:
        self.uri, self.path, self.language, self.encoding = uri, path, language, encoding
        self.notebook = notebook
        self.buffer = Buffer(text, version)
        self.places: list[Place] = []
        self.shown: dict[int, Forecast] = {}  # by slot: stays on screen until the next one is there
        self.labels: dict[int, Label] = {}  # by slot
        self.verdicts: dict[int, Verdict] = {}  # by slot: of the last save
        self.told: dict[int, Verdict] = {}  # those that the editor was last told to warn of
        self.checked: int | None = None  # the version that was last saved
        self.settings, self.project = Settings(), Project()  # those that hold for this file
        self.opened: str | None = text  # None where git has a baseline
        self.readings = 0  # of its project: the last one counts
        self.viewed: tuple[int, int] | None = None  # bytes last asked for hints
        self.answered: tuple[tuple[int, str], ...] = ()  # the hints given then: slot and label
        self.lenses: tuple[tuple[int, str], ...] | None = None  # those last given, if ever
        self.touched = 0.0  # when last opened or edited, for priority
        self.closed = False
        self.excluded = False  # by the user's settings
        self.machine_made = ""  # why it is taken to be, as of the last analysis
        self.analysis = Analysis(language, encoding, notebook)
        self._changes = [Change(None, text)]  # not yet seen by the analysis
        self._edits: list[Edit] = []  # the same, as moves
        self._next_slot = 0

    @property
    def file(self) -> str | None:
        """The file that holds the text, if there is one: a cell's is that of its notebook."""
        return self.notebook.path if self.notebook else self.path

    @property
    def version(self) -> int:
        """The editor's version of the text."""
        return self.buffer.version

    @property
    def large(self) -> bool:
        """Whether the file is parsed only after a longer pause."""
        return self.buffer.line_count > LARGE_LINES

    @property
    def skipped(self) -> bool:
        """Whether the file is left alone."""
        return self.excluded or bool(self.why_skipped)

    @property
    def why_skipped(self) -> str:
        """Why the file is left alone though the user did not ask for it."""
        if len(self.buffer.data) > MAXIMUM_BYTES:
            return f"this file is larger than {MAXIMUM_BYTES >> 20} MB"
        return self.machine_made

    def header_at(self, offset: int) -> tuple[int, int] | None:
        """The bytes of what looks like a function's name at an offset, in a file that is not parsed."""
        line, column = self.buffer.point(offset)
        text = self.buffer.line(line)[:_LONGEST_HEADER]
        for name in _HEADERS[self.language].finditer(text):
            if name.start(1) <= column <= name.end(1):
                return offset - column + name.start(1), offset - column + name.end(1)
        return None

    @property
    def stale(self) -> bool:
        """Whether there are edits that the places do not know of yet."""
        return bool(self._changes)

    def apply(self, changes: Iterable[Change], version: int) -> None:
        """Take the editor's changes, in order."""
        for change in changes:
            edit = self.buffer.apply(change, self.encoding)
            self._changes.append(change)
            self._edits.append(edit)
            for place in self.places:
                place.move(edit)
            if self.viewed is not None:
                start, end = self.viewed
                self.viewed = edit.moved(start, pushed=False), edit.moved(end, pushed=True)
        self.buffer.version = version

    def take_changes(self) -> list[Change]:
        """The changes for the analysis to catch up with; later ones are kept for the next time."""
        changes, self._changes, self._edits = self._changes, [], []
        return changes

    def forget(self) -> None:
        """Drop what is known of a file that is left alone; should that end, its analysis starts anew."""
        self.places, self.shown, self.labels, self.verdicts = [], {}, {}, {}
        self.analysis = Analysis(self.language, self.encoding, self.notebook)
        self._changes, self._edits = [Change(None, self.buffer.text)], []

    def place(self, functions: Sequence[tuple[Function, Subject]]) -> bool:
        """Put analysed functions where they stand by now: edits that came in during the analysis move them.

        Returns whether what the document defines is not what it was.
        """
        defined = [(place.function.qualified_name, place.function.canonical) for place in self.places]
        places = []
        for function, subject in functions:
            place = Place(
                -1, function, subject,
                function.start, function.name_start, function.name_end, function.signature_end, function.end,
            )  # fmt: skip
            for edit in self._edits:
                place.move(edit)
            places.append(place)
        self._keep_slots(places)
        self.places = places
        slots = {place.slot for place in places}
        self.shown = {slot: forecast for slot, forecast in self.shown.items() if slot in slots}
        self.labels = {slot: label for slot, label in self.labels.items() if slot in slots}
        self.verdicts = {slot: verdict for slot, verdict in self.verdicts.items() if slot in slots}
        return defined != [(function.qualified_name, function.canonical) for function, _ in functions]

    def _keep_slots(self, places: Sequence[Place]) -> None:
        """A function that starts where one stood, or bears its name, is that one."""
        by_start = {place.start: place.slot for place in self.places}
        taken: set[int] = set()
        for place in places:
            slot = by_start.get(place.start)
            if slot is not None and slot not in taken:
                place.slot = slot
                taken.add(slot)
        by_name: dict[str, list[int]] = {}
        for old in self.places:
            if old.slot not in taken:
                by_name.setdefault(old.function.qualified_name, []).append(old.slot)
        for place in places:
            if place.slot < 0 and (slots := by_name.get(place.function.qualified_name)):
                place.slot = slots.pop(0)
            elif place.slot < 0:
                place.slot, self._next_slot = self._next_slot, self._next_slot + 1

    def at(self, offset: int) -> Place | None:
        """The innermost function whose signature (name included, decorators not) holds a byte offset."""
        found = None
        for place in self.places:
            if self._signature_start(place) <= offset <= place.signature_end and (
                found is None or place.start >= found.start
            ):
                found = place
        return found

    def _signature_start(self, place: Place) -> int:
        if self.language is Language.PYTHON:  # ``start`` is that of the decorators
            line = self.buffer.point(place.name_start)
            return max(place.start, place.name_start - line[1])
        return place.start
