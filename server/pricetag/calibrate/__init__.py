"""The user's own labels to corrections of a model's forecasts: ``residuals`` joins the two, ``forecast.fit_adjustment`` learns from them."""

from __future__ import annotations

from pricetag.calibrate.residuals import Joined, join, read_labels
from pricetag.forecast.fit_adjustment import Finding, Rows, calibrate, fit

__all__ = ["Finding", "Joined", "Rows", "calibrate", "fit", "join", "read_labels"]
