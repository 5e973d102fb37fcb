from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricetag.forecast import Estimate, Forecast, HintFormat, HintOptions, format_hint
from pricetag.forecast.hint_format import DEFAULT_FORMAT, MAXIMUM_HINT, NAMES

ALL = {"memory": "1 MB", "runtime": "3 ms", "growth": "n²", "change": "▲×4", "n": "10"}


@pytest.mark.parametrize(
    ("layout", "missing", "expected"),
    [
        (DEFAULT_FORMAT, "", "▲×4 1 MB · 3 ms · n²"),
        (DEFAULT_FORMAT, "change growth", "1 MB · 3 ms"),
        (DEFAULT_FORMAT, "memory", "▲×4 3 ms · n²"),
        (DEFAULT_FORMAT, "change memory", "3 ms · n²"),
        (DEFAULT_FORMAT, "runtime change", "1 MB · n²"),
        ("{memory} ({growth})", "", "1 MB (n²)"),
        ("{memory} ({growth})", "growth", "1 MB"),
        ("~{memory} in {runtime}!", "", "~1 MB in 3 ms!"),
        ("~{memory} in {runtime}!", "runtime", "~1 MB"),
        ("~{memory} in {runtime}!", "memory", "3 ms!"),
        ("{{{memory}}}", "", "{1 MB}"),
        ("{n}: {memory}", "", "10: 1 MB"),
        ("{memory}{memory}", "", "1 MB1 MB"),
        ("{memory} or {runtime}", "memory runtime", ""),
    ],
)
def test_filling(layout: str, missing: str, expected: str) -> None:
    values = {name: value for name, value in ALL.items() if name not in missing.split()}
    assert HintFormat.parse(layout).fill(values) == expected


@pytest.mark.parametrize(
    ("layout", "problem"),
    [
        ("", "must hold {memory} or {runtime}"),
        ("{growth}", "must hold {memory} or {runtime}"),
        ("{gold}", "may only hold {memory}, {runtime}"),
        ("{}", "may only hold"),
        ("{memory:>10}", "may only hold"),
        ("{memory!r}", "may only hold"),
        ("{memory.real}", "may only hold"),
        ("{memory", "is no format"),
        ("memory}", "is no format"),
        ("{memory}\n", "must be one line of visible characters"),
        ("{memory}\ud800", "must be one line of visible characters"),
        ("{memory}" + "x" * MAXIMUM_HINT, "leaves no room"),
    ],
)
def test_bad_formats(layout: str, problem: str) -> None:
    with pytest.raises(ValueError) as caught:
        HintFormat.parse(layout)
    assert str(caught.value).startswith(problem)


def _estimates(scale: float, power: float) -> tuple[Estimate, ...]:
    return tuple(Estimate(n, m := scale * n**power, m / 2, m * 2, 0.0) for n in (1_000, 10_000, 100_000))


FORECAST = Forecast("key", "", _estimates(0.012, 2), _estimates(3.4e-7, 1))


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ("{memory} ({growth})", "1.2 MB (n²)"),
        ("{runtime} ({growth})", "3.4 ms"),  # the growth is that of what is shown
        ("{runtime}, {memory}", "3.4 ms, 1.2 MB"),
        ("{memory} at {n}", "1.2 MB at 10,000"),
        ("holds {memory} ({growth})", "holds 1.2 MB (n²)"),
        ("{memory} for {runtime}, like {growth}", "1.2 MB for 3.4 ms"),  # too long with the growth
        ("roughly {memory} and {runtime}", "roughly 1.2 MB"),  # too long with the second metric
        ("it really is {memory} {n}", ""),  # too long whatever is left out: dropped, not cut
    ],
)
def test_hints_in_a_format(layout: str, expected: str) -> None:
    assert format_hint(FORECAST, 10_000, options=HintOptions(layout=HintFormat.parse(layout))) == expected


@given(
    st.lists(
        st.sampled_from([*(f"{{{name}}}" for name in NAMES), " ", " · ", "(", ")", "{{", "x"]), max_size=9
    )
)
def test_a_hint_in_any_format_is_short(pieces: list[str]) -> None:
    layout = "".join(pieces)
    if "{memory}" not in pieces and "{runtime}" not in pieces:
        with pytest.raises(ValueError):
            HintFormat.parse(layout)
        return
    try:
        options = HintOptions(layout=HintFormat.parse(layout))
    except ValueError as error:
        assert "leaves no room" in str(error)
        return
    assert len(format_hint(FORECAST, 10_000, options=options, factor=3.0)) <= MAXIMUM_HINT
