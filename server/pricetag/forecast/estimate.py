"""What a forecast is, in plain data: this crosses the worker's pipe and is what the editor and the CLI show."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pricetag.forecast.edit_errors import EditErrors

Metric = Literal["memory", "runtime"]
METRICS: tuple[Metric, ...] = ("memory", "runtime")


@dataclass(frozen=True, slots=True)
class Query:
    """Everything the model may know of a function; two functions with equal queries get equal forecasts."""

    language: str
    assumes: str  # str(Workload)
    canonical: str
    callees: tuple[str, ...] = ()
    refusal: str = (
        ""  # a reason found in the syntax for not forecasting at all ("reads files", "syntax error"), else ""
    )

    @property
    def key(self) -> str:
        """Hex SHA-256 over all fields: the cache key, together with the model id and the sizes."""
        parts = (self.language, self.assumes, self.canonical, *self.callees, self.refusal)
        digest = hashlib.sha256()
        for part in parts:
            raw = part.encode("utf-8", "surrogatepass")
            digest.update(len(raw).to_bytes(8, "big") + raw)
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Estimate:
    """One metric at one n: calibrated median and 80 % interval in bytes or seconds; ``over`` = P(call passes the limit)."""

    n: int
    median: float
    low: float
    high: float
    over: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """A function's forecasts at several n, or ``abstained`` with its reason (then the estimates may be empty)."""

    key: str
    assumes: str
    memory: tuple[Estimate, ...] = ()
    runtime: tuple[Estimate, ...] = ()
    memory_growth: float | None = None  # exponent of the metric over n
    runtime_growth: float | None = None
    abstained: str = ""
    # What ``over`` is the probability of passing, where a calibration of the user's moved it; None: the model's limit.
    memory_limit: float | None = None
    runtime_limit: float | None = None

    def estimates(self, metric: Metric) -> tuple[Estimate, ...]:
        """The estimates of one metric, in order of n."""
        return self.memory if metric == "memory" else self.runtime

    def limit(self, metric: Metric, models: float) -> float:
        """The limit that ``over`` is about, in bytes or seconds; ``models`` is the model's own."""
        moved = self.memory_limit if metric == "memory" else self.runtime_limit
        return models if moved is None else moved

    def at(self, metric: Metric, n: int) -> Estimate | None:
        """The estimate of one metric at exactly n, if it was asked for."""
        return next((e for e in self.estimates(metric) if e.n == n), None)


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What the worker says of the model it serves."""

    id: str
    languages: tuple[str, ...]
    metrics: tuple[str, ...]
    sizes: tuple[int, ...]  # the n the model was trained at; others are interpolated between them
    pair_correlation: (
        float  # correlation of the errors of two versions of one function, measured on validation
    )
    maximum_interval: float  # default abstention threshold: high / low above this is no forecast
    time_limit: float  # seconds: what ``over`` means for runtime in this model's labels
    memory_limit: float  # bytes: what ``over`` means for memory
    # By language and metric the ``EditErrors.numbers``, fitted to measured edits; where absent, the correlation.
    edit_errors: Mapping[str, Mapping[str, Sequence[float]]] = field(default_factory=dict)

    def errors(self, language: str, metric: Metric) -> EditErrors:
        """How far the forecast change of an edit may be off."""
        fitted = self.edit_errors.get(language, {}).get(metric)
        return EditErrors(correlation=self.pair_correlation) if fitted is None else EditErrors(*fitted)

    @property
    def limits(self) -> dict[Metric, float]:
        """What ``over`` is the probability of passing, by metric."""
        return {"memory": self.memory_limit, "runtime": self.time_limit}
