"""What crosses the worker's pipe: one JSON object a line, in both directions.

To the worker:    {"forecast": id, "queries": [query, ...], "sizes": [n, ...]}
                  {"cancel": id}
From the worker:  {"ready": model information}                       once, first
                  {"noModel": message}                               instead of ready; the process then ends
                  {"answer": id, "index": i, "forecast": forecast}   one a query, in order, as each is done
                  {"done": id, "cancelled": bool}                    last of a batch
End of input ends the worker.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from pricetag.forecast.cache import decode as decode_forecast
from pricetag.forecast.estimate import Forecast, ModelInfo, Query

__all__ = ["decode_forecast", "decode_info", "decode_query", "line", "plain"]

EXIT_NO_MODEL = 3  # told apart from a crash: starting again would end the same way


def line(message: dict[str, Any]) -> bytes:
    """One message, newline included. ASCII only, so lone surrogates survive and no newline hides in a string."""
    return json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def plain(value: Query | Forecast | ModelInfo) -> dict[str, Any]:
    """A dataclass as JSON-ready fields."""
    return asdict(value)


def decode_query(raw: dict[str, Any]) -> Query:
    """A query from its fields. Raises ``KeyError`` or ``TypeError``."""
    return Query(raw["language"], raw["assumes"], raw["canonical"], tuple(raw["callees"]), raw["refusal"])


def decode_info(raw: dict[str, Any]) -> ModelInfo:
    """Model information from its fields. Raises ``TypeError``."""
    return ModelInfo(**{**raw, **{name: tuple(raw[name]) for name in ("languages", "metrics", "sizes")}})
