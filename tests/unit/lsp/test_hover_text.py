from __future__ import annotations

import dataclasses

from pricetag.forecast import Estimate, Forecast, HintOptions
from pricetag.lsp.documents import Verdict
from pricetag.lsp.hover import plain, render
from pricetag.syntax import Language, parse_functions

SIZES = (10, 100, 1_000, 10_000, 100_000)
[FUNCTION] = parse_functions("def f(xs: list[int]): return xs\n", Language.PYTHON)


def forecast(memory: float, runtime: float, power: float = 1.0) -> Forecast:
    def estimates(scale: float) -> tuple[Estimate, ...]:
        return tuple(Estimate(n, m := scale * n**power, m * 0.8, m * 1.5, 0.0) for n in SIZES)

    return Forecast("k", "xs: list[int] of n", estimates(memory), estimates(runtime))


FULL = """\
**Pricetag** `f` at n = 10,000

| n | memory | 80 % interval | runtime | 80 % interval |
|--:|--:|:--|--:|:--|
| 100 | 800 B | 640 B – 1.2 kB | 10 µs | 8.0 µs – 15 µs |
| 1,000 | 80 kB | 64 kB – 120 kB | 1.0 ms | 800 µs – 1.5 ms |
| **10,000** | 8.0 MB | 6.4 MB – 12 MB | 100 ms | 80 ms – 150 ms |
| 100,000 | 800 MB | 640 MB – 1.2 GB | > 10 s | 90 % likely |

Memory grows like n² `▁▃▅▆█`
Runtime grows like n² `▁▃▆█`
▲ Memory at the last commit (0123abcd): 4.0 MB → 8.0 MB (×2.0)
Assumes `xs: list[int] of n`"""


def full() -> Forecast:
    made = forecast(0.08, 1e-9, 2.0)
    return dataclasses.replace(made, runtime=(*made.runtime[:4], Estimate(100_000, 10.0, 9.0, 10.0, 0.9)))


def test_the_whole_hover() -> None:
    from pricetag.baseline import Regression

    before = forecast(0.04, 1e-9, 2.0)
    found = Regression(before.memory[3], full().memory[3], 2.0, 0.95, 10_000)
    text = render(
        FUNCTION, full(), 10_000, HintOptions(), Verdict(before, full(), "0123abcdef", regression=found), ""
    )
    assert "\n".join(line.rstrip() for line in text.splitlines()) == FULL
    calm = render(FUNCTION, full(), 10_000, HintOptions(), Verdict(before, full(), "0123abcdef"), "")
    assert "▲" not in calm and "Memory at the last commit" in calm


def test_plain_text_is_aligned() -> None:
    lines = plain(FULL).splitlines()
    assert lines[0] == "Pricetag f at n = 10,000"
    table = lines[2:7]
    assert len({len(line) for line in table}) == 1
    assert table[0].split() == ["n", "memory", "80", "%", "interval", "runtime", "80", "%", "interval"]
    assert not any(mark in plain(FULL) for mark in "|`*")


def test_no_forecast() -> None:
    assert render(FUNCTION, None, 10, HintOptions(), None, "forecasting…") == "**Pricetag** `f`: forecasting…"
    refused = Forecast("k", "", abstained="reads `files`")
    assert (
        render(FUNCTION, refused, 10, HintOptions(), None, "")
        == "**Pricetag** `f`: no forecast, reads 'files'"
    )


def test_a_size_of_its_own_gets_a_row() -> None:
    text = render(FUNCTION, full(), 5_000, HintOptions(metrics=("memory",)), None, "")
    assert "| **5,000** | 2.0 MB | 1.6 MB – 3.0 MB |" in text and "runtime" not in text.lower()


def test_uncertain_and_unknown() -> None:
    assert "no hint, too uncertain" in render(
        FUNCTION, full(), 10_000, HintOptions(maximum_interval=1.1), None, ""
    )
    assert "no hint, n = 10 is outside" in render(
        FUNCTION,
        dataclasses.replace(full(), memory=full().memory[1:], runtime=()),
        10,
        HintOptions(),
        None,
        "",
    )
