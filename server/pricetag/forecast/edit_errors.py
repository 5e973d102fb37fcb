"""How far the forecast change of an edit may be from the real one: errors of two versions of one function are not two errors."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EditErrors:
    """What a model's forecasts of two versions say of their ratio, of one language and metric; fitted to measured edits.

    The log10 ratio is normal around ``slope`` times the forecast one. Its variance is that of no change at all (``base``), of
    the two versions' own intervals (``share``, with correlated errors), and, for each decade of the change, one of its own
    (``curve``) and one of those intervals (``doubt``): a large change between sure forecasts comes true, one between
    vague forecasts often does not. In decades.
    """

    slope: float = 1.0
    base: float = 0.0
    curve: float = 0.0
    share: float = 1.0
    doubt: float = 0.0
    correlation: float = 0.0

    @property
    def numbers(self) -> tuple[float, ...]:
        """What is fitted, as a checkpoint's config holds it: all but the correlation, in the order of the fields."""
        return self.slope, self.base, self.curve, self.share, self.doubt

    def log_ratio(self, before: tuple[float, float], after: tuple[float, float]) -> tuple[float, float]:
        """Mean and standard deviation of log10(after / before), from those of each version's log10 value."""
        (mean_before, sigma_before), (mean_after, sigma_after) = before, after
        change = self.slope * (mean_after - mean_before)
        rho = min(1.0, max(-1.0, self.correlation))
        own = max(0.0, sigma_after**2 + sigma_before**2 - 2 * rho * sigma_after * sigma_before)
        of_change = abs(change) * (self.curve**2 + self.doubt**2 * own)
        return change, math.sqrt(self.base**2 + self.share**2 * own + of_change)
