"""A comparison made by hand, and a model whose answers are known."""

from __future__ import annotations

from collections.abc import Sequence

from pricetag.baseline import Regression
from pricetag.diff import Compared, Pair, Report, Span
from pricetag.diff.pairs import Revision
from pricetag.forecast import Estimate, Forecast, ModelInfo, Query
from pricetag.scan import Problem, functions_in

SPAN = Span(Revision("HEAD", "c" * 40), None)


class ByName:
    """Memory is a megabyte for each ``sorted(`` of the function and no less than 1 kB, surely; runtime a second for each."""

    info = ModelInfo(
        id="by name", languages=("python", "cpp"), metrics=("memory", "runtime"), sizes=(10, 100_000),
        pair_correlation=0.0, maximum_interval=100.0, time_limit=10.0, memory_limit=2.0**31,
    )  # fmt: skip

    def __init__(self) -> None:
        self.asked: list[str] = []

    def forecast(self, query: Query, sizes: Sequence[int] = ()) -> Forecast:
        self.asked.append(query.canonical)
        if "explode" in query.canonical:
            raise RuntimeError("first line\nsecond line")
        if query.refusal:
            return Forecast(query.key, query.assumes, abstained=query.refusal)
        count = query.canonical.count("sorted(")
        memory, runtime = max(1e6 * count, 1e3), max(float(count), 1e-4)
        at = sizes or self.info.sizes
        return Forecast(
            query.key, query.assumes,
            tuple(Estimate(n, memory, memory / 1.01, memory * 1.01, 0.0) for n in at),
            tuple(Estimate(n, runtime, runtime / 1.01, runtime * 1.01, 0.0) for n in at),
        )  # fmt: skip


def report(*names: str, path: str = "src/a.py") -> Report:
    """A regression from 1 MB to 4.1 MB in a function of each name."""
    old, new = (Estimate(10_000, m, m / 1.1, m * 1.1, 0.0) for m in (1e6, 4.1e6))
    made = Report("model-1", SPAN, 1, problems=[Problem("b.py", "a binary file")])
    for name in names:
        (at,) = functions_in(path, "# é😀\n" + f"def {name}(xs):\n    return xs\n", [])
        regression = Regression(old, new, 4.1, 0.97, 10_000, "xs: list[int] of n")
        forecasts = [Forecast("k", regression.assumes, memory=(estimate,)) for estimate in (old, new)]
        made.functions.append(
            Compared(
                Pair(at, at.function, path), "regression", 10_000, ("memory",), *forecasts, (regression,)
            )
        )
    return made
