"""Inlay hints: answered at once from what is known."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from pricetag.forecast import Forecast, ModelInfo, format_hint
from pricetag.forecast.measurement import format_measured_hint
from pricetag.lsp.convert import to_position
from pricetag.lsp.documents import Document, Label, Place
from pricetag.lsp.measurements import Measurements
from pricetag.lsp.schedule import Forecasts
from pricetag.lsp.settings import Settings


def size_for(place: Place, settings: Settings) -> int:
    """n of the workload: the author's, else the user's."""
    return place.subject.n or settings.size


def forecast_for(document: Document, place: Place, forecasts: Forecasts) -> Forecast | None:
    """The function's forecast, or the last one shown of it while a new one is on its way."""
    known = forecasts.get(place.subject)
    if known is not None:
        document.shown[place.slot] = known
    return known or document.shown.get(place.slot)


def labels(
    document: Document,
    start: int,
    end: int,
    forecasts: Forecasts,
    settings: Settings,
    info: ModelInfo | None,
    measurements: Measurements,
) -> list[tuple[Place, str]]:
    """The hints of functions whose signature ends within these bytes: what was measured, else what is forecast."""
    options = settings.options(info)
    result = []
    for place in document.places:
        if not start <= place.signature_end <= end:
            continue
        forecast = forecast_for(document, place, forecasts)
        n = size_for(place, settings)
        measured = measurements.get(place.subject, n)
        if forecast is None and measured is None:
            continue
        verdict = document.verdicts.get(place.slot)
        factor = verdict.regression.factor if verdict and verdict.regression else None
        told = (n, factor, options, measured)
        # An editor may ask for a whole file after each batch: what did not change is not formatted again.
        known = document.labels.get(place.slot)
        if known is None or known.forecast is not forecast or known.told != told:
            label = ""
            if measured is not None:
                label = format_measured_hint(measured, settings.metrics, options, factor)
            elif forecast is not None:
                label = format_hint(forecast, n, settings.metrics, options, factor)
            known = document.labels[place.slot] = Label(forecast, told, label)
        if known.text:
            result.append((place, known.text))
    return result


def answer(document: Document, shown: list[tuple[Place, str]], parts: bool) -> list[types.InlayHint]:
    """The protocol's hints, their labels in ``parts`` where those can have tooltips.

    What was answered is remembered, so that only a change asks for a refresh.
    """
    document.answered = tuple((place.slot, label) for place, label in shown)
    return [
        types.InlayHint(
            position=to_position(document, place.signature_end),
            label=[types.InlayHintLabelPart(label)] if parts else label,
            padding_left=True,
            data={
                "uri": document.uri,
                "version": document.version,
                "slot": place.slot,
                "key": place.subject.key,
            },
        )
        for place, label in shown
    ]


def hinted(document: Document, data: Any) -> Place | None:
    """The function a hint's ``data`` speaks of; None if the text has moved on since."""
    if not isinstance(data, dict) or data.get("version") != document.version:
        return None
    wanted = data.get("slot"), data.get("key")
    return next((place for place in document.places if (place.slot, place.subject.key) == wanted), None)


def set_tooltip(hint: types.InlayHint, tooltip: types.MarkupContent) -> None:
    """Give a hint its tooltip: that of its label's part, or its own where the label is one text."""
    if isinstance(hint.label, str):
        hint.tooltip = tooltip
    elif hint.label:
        hint.label[0].tooltip = tooltip
