"""Edits of ``pricetag:`` comments: one that ignores a function, another number for a budget."""

from __future__ import annotations

from lsprotocol import types

from pricetag.baseline import sufficient
from pricetag.lsp.convert import to_position, to_range
from pricetag.lsp.documents import Document, Place, Verdict
from pricetag.lsp.schedule import Scheduler
from pricetag.syntax import Language, SyntaxTree
from pricetag.text import Buffer
from pricetag.workload import budget_numbers, parse_directive

_MARK = {Language.PYTHON: "#", Language.CPP: "//"}


def ignoring(document: Document, place: Place) -> list[types.TextEdit]:
    """A comment ``pricetag: ignore`` for a function that has none: in a line above, or where code shares its line, in it."""
    if parse_directive(place.function.directive).ignore:
        return []
    line, column = document.buffer.point(place.start)
    content = document.buffer.line(line)
    indentation = content[:column]
    if indentation.strip():
        # Only C++ puts a definition behind other code. Within it the comment can mean nothing else.
        at, text = place.signature_end, " /* pricetag: ignore */"
    else:
        at = place.start - column
        end = document.buffer.data[at + len(content) : at + len(content) + 2]
        line_end = end if end == b"\r\n" else end[:1] or b"\n"
        text = f"{indentation.decode()}{_MARK[document.language]} pricetag: ignore{line_end.decode()}"
    position = to_position(document, at)
    return [types.TextEdit(types.Range(position, position), text)]


async def raising(
    document: Document, place: Place, verdict: Verdict, metric: object, scheduler: Scheduler
) -> list[types.TextEdit]:
    """Higher numbers for the budgets in a function's comments that its forecast of ``metric`` exceeds."""
    data, version = document.buffer.data, document.version
    spans = await scheduler.in_thread(_spans, document.buffer.text, document)
    edits: list[types.TextEdit] = []
    if document.version != version:
        return edits  # typed on since; asked again, it is another text
    for start, end in spans.get(place.start, ()):
        text = data[start:end].decode("utf-8", "replace")
        for budget, first, last in budget_numbers(text):
            over = next((one for one in verdict.exceeded if one.budget == budget), None)
            if over is None or budget.metric != metric:
                continue
            unit = budget.limit / float(text[first:last].replace("_", "")) if budget.limit else 0.0
            number = sufficient(over, unit, document.settings.rule.confidence) if unit else ""
            if number:
                at = (start + len(text[:part].encode()) for part in (first, last))
                edits.append(types.TextEdit(to_range(document, *at), number))
    return edits


def _spans(text: str, document: Document) -> dict[int, list[tuple[int, int]]]:
    """On the analysis thread: where the comments of each function stand, by where it starts."""
    return SyntaxTree(Buffer(text), document.language, cell=document.notebook is not None).directive_spans()
