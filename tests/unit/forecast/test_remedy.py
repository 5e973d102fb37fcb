from __future__ import annotations

import pytest

from pricetag.forecast import Forecast, reason_against, remedy, select, subject_of
from pricetag.forecast.estimate import Estimate
from pricetag.syntax import Language, parse_functions


@pytest.mark.parametrize(
    ("text", "helps"),
    [
        ("def f(xs:\n    return xs\n", "syntax"),
        ("def f(p):\n    return open(p).read()\n", "a function of its own"),
        ("def f(p):\n    return requests.get(p)\n", "a function of its own"),
        ("def f(p):\n    time.sleep(p)\n", "a function of its own"),
        ("def f():\n    return input()\n", "a function of its own"),
        ("def f(c):\n    return subprocess.run(c)\n", "a function of its own"),
        ("def f(x):\n    return x.cuda()\n", "a function of its own"),
        ("def f(x):\n    threading.Thread(target=x).start()\n", "a function of its own"),
        ("async def f(x):\n    await x\n", "a function of its own"),
    ],
)
def test_every_refusal_has_one(text: str, helps: str) -> None:
    for function in parse_functions(text, Language.PYTHON):
        refusal = subject_of(function).query.refusal
        assert refusal and helps in remedy(refusal)


ESTIMATES = tuple(Estimate(n, 1e6, 1e3, 1e9, 0.0) for n in (100, 1_000))


@pytest.mark.parametrize(
    ("reason", "helps"),
    [
        (reason_against(Forecast("k", "", ESTIMATES), 100, 10.0), "maximumInterval"),
        (reason_against(Forecast("k", "", ESTIMATES), 7, 10.0), "pricetag.size"),
        (select(Forecast("k", "", ESTIMATES), [7]).abstained, "pricetag.size"),
        (reason_against(Forecast("k", "", ESTIMATES), 100, 10.0, ["runtime"]), "pricetag.hints.metrics"),
        ("the model does not know cobol", "pricetag.model"),
        ("the model's process died on this function", "restart"),
        ("too long: 900 tokens", "split"),
    ],
)
def test_other_reasons(reason: str, helps: str) -> None:
    assert reason and helps in remedy(reason)


def test_nothing_is_made_up() -> None:
    assert remedy("") == "" and remedy("something else") == ""
