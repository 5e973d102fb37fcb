"""Widening the model's raw 80 % intervals so that they hold 80 % of held-out labels (conformal offsets)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class CalibrationError(ValueError):
    """A checkpoint's calibration is not one; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Offsets:
    """log10 offsets added to the raw 10 % and 90 % quantiles."""

    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """Offsets by (language, metric, n); an absent entry means the raw quantiles stand."""

    offsets: dict[tuple[str, str, int], Offsets] = field(default_factory=dict)

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Calibration:
        """Read ``{language: {metric: {n: {"low": offset, "high": offset}}}}``. Raises ``CalibrationError``."""
        try:
            return cls(_parse(raw))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CalibrationError(
                f"calibration.json is malformed ({type(error).__name__}: {error})"
            ) from error

    def at(self, language: str, metric: str, n: int) -> Offsets:
        """The offsets for one n of the model."""
        return self.offsets.get((language, metric, n), Offsets())


def _parse(raw: Mapping[str, Any]) -> dict[tuple[str, str, int], Offsets]:
    offsets = {}
    for language, metrics in raw.items():
        for metric, sizes in metrics.items():
            for n, entry in sizes.items():
                low, high = float(entry["low"]), float(entry["high"])
                if not (math.isfinite(low) and math.isfinite(high)):
                    raise ValueError(f"offsets of {language} {metric} at n = {n} are not finite")
                offsets[language, metric, int(n)] = Offsets(low, high)
    return offsets
