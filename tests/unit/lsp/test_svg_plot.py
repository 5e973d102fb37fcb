from __future__ import annotations

import base64
import math
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricetag.forecast import Estimate
from pricetag.lsp.svg_plot import data_uri

SIZES = (10, 100, 1_000, 10_000, 100_000)
START = "data:image/svg+xml;base64,"


def estimates(scale: float, power: float) -> tuple[Estimate, ...]:
    return tuple(Estimate(n, m := scale * n**power, m / 2, m * 2, 0.0) for n in SIZES)


def points(uri: str) -> tuple[list[list[float]], list[list[float]]]:
    """Those of the band and those of the line."""
    assert uri.startswith(START)
    root = ElementTree.fromstring(base64.b64decode(uri.removeprefix(START)))
    band, line = (
        [list(map(float, pair.split(","))) for pair in child.attrib["points"].split()] for child in root
    )
    for x, y in band + line:
        assert 0 <= x <= float(root.attrib["width"]) and 0 <= y <= float(root.attrib["height"])
    return band, line


@pytest.mark.parametrize(("power", "climbs"), [(0, False), (1, True), (2, True)])
def test_growth_is_seen(power: float, climbs: bool) -> None:
    band, line = points(data_uri("memory", estimates(100, power)))
    heights = [y for _, y in line]
    assert len(line) == 5 and len(band) == 10
    assert (heights[0] - heights[-1] > 20) is climbs
    assert heights == sorted(heights, reverse=True)  # y counts downward


def test_one_size_is_no_plot() -> None:
    assert data_uri("runtime", estimates(1, 1)[:1]) == ""


@given(st.lists(st.tuples(st.integers(1, 10**9), st.floats(0, 1e15)), min_size=2, max_size=6))
def test_any_estimates_stay_in_the_picture(values: list[tuple[int, float]]) -> None:
    made = [Estimate(n, value, value * 0.5, value * 2, 0.0) for n, value in sorted(values)]
    band, line = points(data_uri("runtime", made))
    assert all(math.isfinite(y) for _, y in band + line)
