"""The user's own labels to corrections of a model's forecasts: ``residuals`` joins the two, ``fit`` learns from them."""

from __future__ import annotations

from pricetag.calibrate.fit import Finding, Rows, calibrate, fit
from pricetag.calibrate.residuals import Joined, join, read_labels

__all__ = ["Finding", "Joined", "Rows", "calibrate", "fit", "join", "read_labels"]
