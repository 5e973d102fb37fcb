"""A small plot of a metric over n, as an image that Markdown can carry in itself."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence

from pricetag.forecast import Estimate, Metric

_WIDTH, _HEIGHT, _MARGIN = 160, 48, 4  # pixels
_COLOURS: dict[Metric, str] = {"memory": "#3b8eea", "runtime": "#d18616"}  # both readable on light and dark
_ZERO = 1e-12  # keeps a logarithm of nothing finite


def data_uri(metric: Metric, estimates: Sequence[Estimate]) -> str:
    """Medians as a line in their 80 % band, both axes logarithmic and of one scale; "" with fewer than two sizes."""
    if len(estimates) < 2:
        return ""
    x = [math.log10(max(e.n, 1)) for e in estimates]
    low, middle, high = (
        [math.log10(max(value, _ZERO)) for value in values]
        for values in zip(*((e.low, e.median, e.high) for e in estimates), strict=True)
    )
    # At least as tall as linear growth: what does not grow looks flat.
    bottom = min(low)
    span = max(max(high) - bottom, x[-1] - x[0], _ZERO)

    def point(across: float, up: float) -> str:
        right = _MARGIN + (across - x[0]) / max(x[-1] - x[0], _ZERO) * (_WIDTH - 2 * _MARGIN)
        return f"{right:.1f},{_HEIGHT - _MARGIN - (up - bottom) / span * (_HEIGHT - 2 * _MARGIN):.1f}"

    line = " ".join(map(point, x, middle))
    band = " ".join([*map(point, x, high), *map(point, reversed(x), reversed(low))])
    colour = _COLOURS[metric]
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}">'
        f'<polygon points="{band}" fill="{colour}" fill-opacity="0.25"/>'
        f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/></svg>'
    )
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
