"""The forecaster: a query becomes calibrated estimates at every size the model knows, or an abstention."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from pricetag.forecast.adjustment import Adjustment
from pricetag.forecast.cache import DiskCache
from pricetag.forecast.calibration import Calibration
from pricetag.forecast.estimate import METRICS, Estimate, Forecast, Metric, ModelInfo, Query
from pricetag.forecast.growth import DEFAULT_SIZE, fit_growth, select
from pricetag.forecast.unmeasured import grown_on
from pricetag.rlm.distribution import Distribution
from pricetag.rlm.prompt import Prompt, PromptTooLong, render

if TYPE_CHECKING:
    from pricetag.rlm.checkpoint import Reading

_LOW, _HIGH = 0.1, 0.9
_RULES = 2  # of making estimates of what a model says: what is cached of others does not count
_UNFAMILIAR = "unlike every function that the model learnt from"


class Model(Protocol):
    """What the forecaster needs of an ``Rlm``."""

    @property
    def config(self) -> Mapping[str, Any]:
        """The checkpoint's config.json."""
        ...

    @property
    def calibration(self) -> Mapping[str, Any]:
        """The checkpoint's calibration.json."""
        ...

    def read(self, prompt: Prompt, sizes: Sequence[int]) -> Reading:
        """One distribution per size and metric, all from one encoding. Raises ``PromptTooLong``."""
        ...


class Forecaster:
    """Answers queries from the disk cache or the model. Not thread-safe: one model, one thread.

    ``calibration`` defaults to the checkpoint's own. ``adjustment`` is applied to what the cache or the model says, so
    it may be replaced at any time. Raises ``CalibrationError`` or ``ValueError`` for a checkpoint
    whose config does not say what it must.
    """

    def __init__(
        self,
        rlm: Model,
        calibration: Calibration | None = None,
        cache: DiskCache | None = None,
        adjustment: Adjustment | None = None,
    ) -> None:
        self._rlm, self._cache = rlm, cache
        self.adjustment = adjustment or Adjustment()
        self._calibration = Calibration.parse(rlm.calibration) if calibration is None else calibration
        self.info = model_info(rlm.config)
        self._maximum_distance = float(rlm.config.get("maximum_distance", math.inf))
        offsets = sorted((*key, o.low, o.high) for key, o in self._calibration.offsets.items())
        stamp = json.dumps([_RULES, self.info.id, self.info.sizes, offsets])
        self._model_key = hashlib.sha256(stamp.encode()).hexdigest()[:16]

    def forecast(self, query: Query, sizes: Sequence[int] = ()) -> Forecast:
        """Estimates at ``sizes`` (all the model knows, if empty); sizes between them are interpolated in log-log.

        A size outside the model's range is left out; if none remains the forecast abstains. Whatever is asked, the
        model answers all its sizes at once: one encoding serves them, and the cache then answers any later size.
        """
        if reason := self._refusal(query):
            return Forecast(query.key, query.assumes, abstained=reason)
        key = f"{query.key}:{self._model_key}"
        full = self._cache.get(key) if self._cache else None
        if full is None:
            full = self._ask(query)
            if self._cache:
                self._cache.put(key, full)
        return select(self.adjustment.apply(full, query.language, self.info), sizes)

    def _refusal(self, query: Query) -> str:
        if query.refusal:
            return query.refusal
        if query.language not in self.info.languages:
            return f"the model does not know {query.language}"
        return ""

    def _ask(self, query: Query) -> Forecast:
        prompt = render(query.language, query.assumes, query.canonical, query.callees)
        try:
            reading = self._rlm.read(prompt, self.info.sizes)
        except PromptTooLong as error:
            return Forecast(query.key, query.assumes, abstained=f"too long: {error}")
        if reading.distance is not None and reading.distance > self._maximum_distance:
            return Forecast(query.key, query.assumes, abstained=_UNFAMILIAR)
        raw = reading.distributions
        estimates: dict[Metric, tuple[Estimate, ...]] = {}
        for metric in METRICS:
            found = raw.get(metric, ()) if metric in self.info.metrics else ()
            estimates[metric] = tuple(
                self._estimate(query.language, metric, n, distribution)
                for n, distribution in zip(self.info.sizes, found, strict=bool(found))
            )
        estimates["memory"] = grown_on(estimates["memory"], estimates["runtime"], self.info.memory_limit)
        return Forecast(
            key=query.key,
            assumes=query.assumes,
            memory=estimates["memory"],
            runtime=estimates["runtime"],
            memory_growth=fit_growth(estimates["memory"], DEFAULT_SIZE),
            runtime_growth=fit_growth(estimates["runtime"], DEFAULT_SIZE),
        )

    def _estimate(self, language: str, metric: Metric, n: int, distribution: Distribution) -> Estimate:
        limit = math.log10(self.info.memory_limit if metric == "memory" else self.info.time_limit)
        offsets = self._calibration.at(language, metric, n)
        # A quantile that falls into ``over`` is infinite; it is written as the limit, and ``over`` says the rest.
        median = min(distribution.median, limit)
        low = min(distribution.quantile(_LOW) + offsets.low, median)
        high = max(min(distribution.quantile(_HIGH) + offsets.high, limit), median)
        return Estimate(n, 10.0**median, 10.0**low, 10.0**high, distribution.over)


def model_info(config: Mapping[str, Any]) -> ModelInfo:
    """What a checkpoint's config.json says of its model. Raises ``ValueError`` naming what is wrong."""
    try:
        return ModelInfo(
            id=str(config["id"]),
            languages=tuple(config["languages"]),
            metrics=tuple(config["metrics"]),
            sizes=tuple(sorted(int(n) for n in config["sizes"])),
            pair_correlation=float(config["pair_correlation"]),
            maximum_interval=float(config["maximum_interval"]),
            time_limit=float(config["limits"]["runtime"]),
            memory_limit=float(config["limits"]["memory"]),
            edit_errors={
                language: {metric: tuple(map(float, numbers)) for metric, numbers in by_metric.items()}
                for language, by_metric in config.get("edit_errors", {}).items()
            },
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"the model's config.json is malformed ({type(error).__name__}: {error})") from error
