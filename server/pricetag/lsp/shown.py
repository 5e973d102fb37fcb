"""What is shown at functions: hints and their tooltips, hovers, code lenses. Answered at once from what is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from pricetag.forecast.measurement import Measurement
from pricetag.lsp import convert, hints, hover, lenses, measured
from pricetag.lsp.documents import Document, Place

if TYPE_CHECKING:
    from pricetag.lsp.session import PricetagServer


def register(server: PricetagServer, on: Callable[..., Callable[[Any], Any]]) -> None:
    """Add the handlers. ``on(method, options, otherwise)`` registers one, guarded."""

    @on(types.TEXT_DOCUMENT_INLAY_HINT, types.InlayHintOptions(resolve_provider=True), ())
    def inlay_hint(params: types.InlayHintParams) -> list[types.InlayHint]:
        document = server.documents.get(params.text_document.uri)
        if document is None:
            server.refresh.asked_early(params.text_document.uri)
            return []
        start = convert.to_offset(document, params.range.start)
        end = convert.to_offset(document, params.range.end)
        server.scheduler.viewed(document, start, end)
        found = hints.answer(document, server.labels(document, start, end), server.hint_parts)
        if server.hint_tooltips:
            for hint in found:
                add_tooltip(hint)
        return found

    @on(types.INLAY_HINT_RESOLVE)
    def resolve_hint(hint: types.InlayHint) -> types.InlayHint:
        add_tooltip(hint)
        return hint

    def add_tooltip(hint: types.InlayHint) -> None:
        data: Any = hint.data
        document = server.documents.get(data.get("uri", "")) if isinstance(data, dict) else None
        place = hints.hinted(document, data) if document is not None else None
        if document is None or place is None:
            return
        forecast = hints.forecast_for(document, place, server.forecasts)
        if forecast is not None and not forecast.abstained:
            n, limits = hints.size_for(place, document.settings), document.settings.options(server.info)
            text = hover.summary(place.function, forecast, n, limits)
            hints.set_tooltip(hint, marked(with_measured(text, document, place)))
        elif measured_of(document, place):
            hints.set_tooltip(hint, marked(described(document, place)))

    @on(types.TEXT_DOCUMENT_HOVER)
    def on_hover(params: types.HoverParams) -> types.Hover | None:
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return None
        offset = convert.to_offset(document, params.position)
        place = document.at(offset)
        if place is None:
            return not_read(document, offset)
        return types.Hover(
            marked(described(document, place)), convert.to_range(document, place.name_start, place.name_end)
        )

    def not_read(document: Document, offset: int) -> types.Hover | None:
        """Why a function has no forecast in a file that is left alone."""
        name = document.header_at(offset) if document.why_skipped and not document.excluded else None
        if name is None:
            return None
        return types.Hover(marked(hover.left_alone(document.why_skipped)), convert.to_range(document, *name))

    def described(document: Document, place: Place) -> str:
        text = hover.render(
            place.function,
            hints.forecast_for(document, place, server.forecasts),
            hints.size_for(place, document.settings),
            document.settings.options(server.info),
            document.verdicts.get(place.slot),
            server.status.waiting,
            server.images and server.markdown,
        )
        return with_measured(text, document, place)

    def with_measured(text: str, document: Document, place: Place) -> str:
        found = measured_of(document, place)
        if found is None:
            return text
        verdict = document.verdicts.get(place.slot)
        before = None
        if verdict is not None and verdict.was is not None:
            before = server.measuring.known.get(verdict.was[1], found.n)
        return measured.with_line(text, found, place.subject.query.assumes, before)

    def measured_of(document: Document, place: Place) -> Measurement | None:
        return server.measuring.known.get(place.subject, hints.size_for(place, document.settings))

    def marked(text: str) -> types.MarkupContent:
        if not server.markdown:
            return types.MarkupContent(types.MarkupKind.PlainText, hover.plain(text))
        return types.MarkupContent(types.MarkupKind.Markdown, text)

    @on(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensOptions(resolve_provider=False), ())
    def code_lens(params: types.CodeLensParams) -> list[types.CodeLens]:
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return []
        return lenses.answer(document, server.lens_labels(document))
