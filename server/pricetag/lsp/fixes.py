"""Quick fixes of our warnings: accept the baseline, measure both versions, ignore the function, raise the budget.

Edits are made when asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from pricetag.forecast import METRICS, estimate_at, format_estimate
from pricetag.lsp import acceptance, convert, diagnostics, measure_versions, measured
from pricetag.lsp.capabilities import capability, supports
from pricetag.lsp.comment_edits import ignoring, raising
from pricetag.lsp.documents import Document, Place, Verdict
from pricetag.lsp.guard import guarded
from pricetag.lsp.measure_versions import MEASURE_VERSIONS
from pricetag.workload import parse_directive

if TYPE_CHECKING:
    from pricetag.lsp.session import PricetagServer

ACCEPT = "pricetag.acceptBaseline"


def initialize(server: PricetagServer) -> None:
    """Add the commands: to accept baselines that lie where the editor cannot edit them, and to measure."""

    async def accept(*arguments: Any) -> None:
        data = arguments[0] if arguments else None
        if (found := _place(server, data)) is not None:
            await acceptance.write(server, *found)

    async def measure(*arguments: Any) -> dict[str, Any]:
        data = arguments[0] if arguments else None
        return await server.measuring.answer(_measure(server, data))

    server.command(ACCEPT)(guarded(server, accept, None))
    server.command(MEASURE_VERSIONS)(measure)


async def _measure(server: PricetagServer, data: Any) -> str:
    uri = _field(data, "uri")
    if isinstance(uri, str) and (document := server.documents.get(uri)) is not None:
        await server.scheduler.analysed(document)
    return await measure_versions.measure(server, _place(server, data), _field(data, "key"))


async def actions(server: PricetagServer, params: types.CodeActionParams) -> list[types.CodeAction]:
    """The quick fixes of the warnings on a signature."""
    document = server.documents.get(params.text_document.uri)
    literals = capability(server, "text_document.code_action.code_action_literal_support")
    if document is None or literals is None or not _asked(params.context.only):
        return []
    start, end = (convert.to_offset(document, at) for at in (params.range.start, params.range.end))
    found = [
        action
        for place in document.places
        if place.name_start <= end and start <= place.name_end
        and (verdict := document.verdicts.get(place.slot)) is not None
        for action in _offered(server, document, place, verdict)
    ]  # fmt: skip
    resolved = capability(server, "text_document.code_action.resolve_support.properties") or ()
    if not {"edit", "command"} <= set(resolved):
        for action in found:
            await fill(server, action)
        found = [action for action in found if action.edit or action.command or action.disabled]
    return found


async def fill(server: PricetagServer, action: types.CodeAction) -> None:
    """Make the edit or the command of a quick fix."""
    found = _place(server, action.data)
    if found is None or action.disabled:
        return  # the text has moved on: the fix does nothing any more
    data: Any = action.data
    document, place, verdict = found
    if data.get("fix") == "accept":
        if acceptance.editable(server, document):
            action.edit = await acceptance.edit(server, document, place, verdict)
        else:
            action.command = types.Command(action.title, ACCEPT, arguments=[data])
        return
    if data.get("fix") == "measure":
        action.command = types.Command(action.title, MEASURE_VERSIONS, arguments=[data])
        return
    edits: Sequence[types.TextEdit] = ()
    if data.get("fix") == "ignore":
        edits = ignoring(document, place)
    elif data.get("fix") == "raise":
        edits = await raising(document, place, verdict, data.get("metric"), server.scheduler)
    action.edit = _edit(server, document, edits) if edits else None


def _offered(
    server: PricetagServer, document: Document, place: Place, verdict: Verdict
) -> Iterator[types.CodeAction]:
    name = place.function.qualified_name
    warnings = diagnostics.of_function(document, place, verdict, server.shows)

    def made(title: str, fix: str, codes: Sequence[str], **more: Any) -> types.CodeAction:
        data = {"fix": fix, "uri": document.uri, "slot": place.slot, "key": place.subject.key, **more}
        meant = [one for one in warnings if one.code in codes]
        return types.CodeAction(title, types.CodeActionKind.QuickFix, meant, data=data)

    memory = ("memory-regression", "memory-growth")
    now = estimate_at(verdict.saved.estimates("memory"), verdict.n)
    if now is not None and any(one.code in memory for one in warnings):
        limit = server.settings.options(server.info).memory_limit
        value = format_estimate("memory", now, verdict.saved.limit("memory", limit))
        action = made(f"Accept {value} as the baseline of `{name}`", "accept", memory)
        if reason := document.project.unreadable:
            action.disabled = types.CodeActionDisabled(reason)
        if not action.disabled or supports(server, "text_document.code_action.disabled_support"):
            yield action
    grown = [str(one.code) for one in warnings if str(one.code).endswith(("-regression", "-growth"))]
    if grown and measure_versions.possible(server, document, place, verdict):
        yield made(measured.both_title(name), "measure", grown)
    stated = parse_directive(place.function.directive).budgets
    for metric in METRICS:
        if any(over.budget.metric == metric and over.budget in stated for over in verdict.exceeded):
            title = f"Raise the {metric} budget of `{name}`"
            yield made(title, "raise", (f"{metric}-budget",), metric=metric)
    if warnings:
        yield made(f"Ignore `{name}` here", "ignore", [str(one.code) for one in warnings])


def _place(server: PricetagServer, data: Any) -> tuple[Document, Place, Verdict] | None:
    """The function that a fix was offered for, if it is still there and still warned of."""
    uri, slot = _field(data, "uri"), _field(data, "slot")
    document = server.documents.get(uri) if isinstance(uri, str) else None
    if document is None:
        return None
    place = next((place for place in document.places if place.slot == slot), None)
    verdict = document.verdicts.get(place.slot) if place else None
    return (document, place, verdict) if place and verdict and verdict.found else None


def _field(data: Any, name: str) -> Any:
    """A field of what a client sends back, which pygls leaves plain or makes an object of."""
    return data.get(name) if isinstance(data, dict) else getattr(data, name, None)


def _asked(only: Sequence[types.CodeActionKind | str] | None) -> bool:
    wanted = types.CodeActionKind.QuickFix.value
    kinds = [getattr(kind, "value", kind) for kind in only or ()]
    return not kinds or any(kind in ("", wanted) for kind in kinds)


def _edit(server: PricetagServer, document: Document, edits: Sequence[types.TextEdit]) -> types.WorkspaceEdit:
    """Edits of a document in the editor, of its present version where the client can be told."""
    if not supports(server, "workspace.workspace_edit.document_changes"):
        return types.WorkspaceEdit(changes={document.uri: list(edits)})
    identifier = types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(identifier, list(edits))])
