"""Inlay hints: answered at once from what is known."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from pricetag.forecast import Forecast, format_hint
from pricetag.lsp.convert import to_position
from pricetag.lsp.documents import Document, Place
from pricetag.lsp.schedule import Forecasts
from pricetag.lsp.settings import Settings
from pricetag.worker import Supervisor


def size_for(place: Place, settings: Settings) -> int:
    """n of the workload: the author's, else the user's."""
    return place.subject.n or settings.size


def forecast_for(document: Document, place: Place, forecasts: Forecasts) -> Forecast | None:
    """The function's forecast, or the last one shown of it while a new one is on its way."""
    known = forecasts.get(place.subject)
    if known is not None:
        document.shown[place.slot] = known
    return known or document.shown.get(place.slot)


def hints(
    document: Document,
    start: int,
    end: int,
    forecasts: Forecasts,
    settings: Settings,
    supervisor: Supervisor | None,
) -> list[types.InlayHint]:
    """The hints of functions whose signature ends within these bytes."""
    options = settings.options(supervisor.info if supervisor else None)
    result = []
    for place in document.places:
        if not start <= place.signature_end <= end:
            continue
        forecast = forecast_for(document, place, forecasts)
        if forecast is None:
            continue
        verdict = document.verdicts.get(place.slot)
        regression = verdict.regression if verdict else None
        factor = regression.factor if regression else None
        label = format_hint(forecast, size_for(place, settings), settings.metrics, options, factor)
        if label:
            result.append(
                types.InlayHint(
                    position=to_position(document, place.signature_end),
                    label=label,
                    padding_left=True,
                    data={"uri": document.uri, "version": document.version, "key": place.subject.key},
                )
            )
    return result


def hinted(document: Document, data: Any) -> Place | None:
    """The function a hint's ``data`` speaks of; None if the text has moved on since."""
    if not isinstance(data, dict) or data.get("version") != document.version:
        return None
    return next((place for place in document.places if place.subject.key == data.get("key")), None)
