"""Functions to forecasts: cache, calibration, abstention, growth, and how they read.

``Forecaster`` pulls in the model's runtime; it is imported on first use, so that the editor's process stays small. So is
what makes queries of functions: the worker is sent queries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pricetag.forecast.abstain import is_over, reason_against, too_wide
from pricetag.forecast.adjustment import Adjustment, Correction
from pricetag.forecast.cache import DiskCache, default_path
from pricetag.forecast.calibration import Calibration, CalibrationError
from pricetag.forecast.estimate import METRICS, Estimate, Forecast, Metric, ModelInfo, Query
from pricetag.forecast.find import ModelNotFound, find_model
from pricetag.forecast.format import (
    HintOptions,
    format_bytes,
    format_estimate,
    format_factor,
    format_hint,
    format_limit,
    format_seconds,
    format_size,
    format_value,
    growth_symbol,
    plot,
)
from pricetag.forecast.growth import DEFAULT_SIZE, estimate_at, fit_growth, select
from pricetag.forecast.hint_format import HintFormat
from pricetag.forecast.remedy import remedy

if TYPE_CHECKING:
    from pricetag.forecast.forecaster import Forecaster, model_info
    from pricetag.forecast.query import Subject, query_for, subject_of


def __getattr__(name: str) -> Any:
    if name in ("Forecaster", "model_info"):
        from pricetag.forecast import forecaster

        return getattr(forecaster, name)
    if name in ("Subject", "query_for", "subject_of"):
        from pricetag.forecast import query

        return getattr(query, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "DEFAULT_SIZE",
    "METRICS",
    "Adjustment",
    "Calibration",
    "CalibrationError",
    "Correction",
    "DiskCache",
    "Estimate",
    "Forecast",
    "Forecaster",
    "HintFormat",
    "HintOptions",
    "Metric",
    "ModelInfo",
    "ModelNotFound",
    "Query",
    "Subject",
    "default_path",
    "estimate_at",
    "find_model",
    "fit_growth",
    "format_bytes",
    "format_estimate",
    "format_factor",
    "format_hint",
    "format_limit",
    "format_seconds",
    "format_size",
    "format_value",
    "growth_symbol",
    "is_over",
    "model_info",
    "plot",
    "query_for",
    "reason_against",
    "remedy",
    "select",
    "subject_of",
    "too_wide",
]
