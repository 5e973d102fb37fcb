"""What the model has to beat on the same rows: a constant, the nearest training function, and gradient boosting on TF-IDF
and syntax counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import lightgbm
import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neighbors import NearestNeighbors
from tree_sitter import Node

from pricetag.rlm.distribution import Floats
from pricetag.rlm.numbers import SIZES
from pricetag.rlm.prompt import Prompt
from pricetag.syntax.binding import parse_canonical, walk
from pricetag.syntax.function import Language
from pricetag.train.dataset import METRICS, Example
from pricetag.train.predict import truths
from pricetag.train.processes import in_processes

_LOOPS = re.compile(r"for|while|comprehension|generator_expression|list_comp|set_comp|dict_comp")
_WORDS = r"\w+|[^\w\s]"


BOOSTING, COUNTS, CONSTANT, NEAREST = (
    "gradient boosting",
    "gradient boosting, counts only",
    "constant",
    "nearest neighbour",
)
# As ``tests/bench/baseline_tuning.py`` found them best on validation.
_SETTINGS: dict[str, Any] = {
    "n_estimators": 800, "learning_rate": 0.04, "num_leaves": 32, "min_child_samples": 8, "subsample": 0.8,
    "subsample_freq": 1, "colsample_bytree": 0.4, "n_jobs": 2, "random_state": 0, "verbosity": -1,
}  # fmt: skip
_FEW = 2_000  # training labels of one column that one thread is enough for
_FEWEST = 50  # training labels of one column; with fewer no baseline is trained


def called_name(node: Node) -> str:
    """What a syntax node calls, without the object that it is called on; "" where it is no call."""
    if (
        node.type not in ("call", "call_expression")
        or (called := node.child_by_field_name("function")) is None
    ):
        return ""
    return (called.text or b"").decode("utf-8", "replace").split(".")[-1]


def syntax_counts(prompt: Prompt) -> dict[str, float]:
    """Counts of every syntax node type, how deep loops nest, how often each name is called, lengths."""
    counts: Counter[str] = Counter()
    deepest = 0
    depths: dict[int, int] = {}
    for node in walk(parse_canonical(prompt.canonical, Language(prompt.language))):
        counts[f"node {node.type}"] += 1
        above = depths.get(node.parent.id, 0) if node.parent else 0
        depths[node.id] = above + bool(node.is_named and _LOOPS.search(node.type))
        deepest = max(deepest, depths[node.id])
        if called := called_name(node):
            counts[f"call {called[:40]}"] += 1
    features = dict(counts) | {"loop depth": deepest, "characters": len(prompt.canonical)}
    features |= {"lines": prompt.canonical.count("\n") + 1, "callees": len(prompt.callees)}
    return {name: float(value) for name, value in features.items()}


class GradientBoosting:
    """LightGBM, one regressor per (language, metric, n), on TF-IDF of code and kinds and on syntax counts."""

    def __init__(self, tfidf: bool = True) -> None:
        self._tfidf = tfidf
        self._counts = DictVectorizer()
        self._code = TfidfVectorizer(
            token_pattern=_WORDS, ngram_range=(1, 2), max_features=2000, sublinear_tf=True
        )
        self._kinds = TfidfVectorizer(token_pattern=_WORDS, max_features=200)

    def fit_features(self, training: Sequence[Example]) -> None:
        """Learn vocabularies from training functions alone."""
        self._counts.fit(in_processes(syntax_counts, [example.prompt for example in training]))
        self._code.fit([example.prompt.canonical for example in training])
        self._kinds.fit([example.prompt.assumes for example in training])

    def features(self, examples: Sequence[Example]) -> scipy.sparse.csr_matrix:
        """[E, features]."""
        parts = [
            self._counts.transform(in_processes(syntax_counts, [example.prompt for example in examples])),
            self._kinds.transform([example.prompt.assumes for example in examples]),
        ]
        if self._tfidf:
            parts.append(self._code.transform([example.prompt.canonical for example in examples]))
        return scipy.sparse.hstack(parts, format="csr").astype(np.float64)

    @staticmethod
    def fit_predict(
        inputs: scipy.sparse.csr_matrix,
        targets: NDArray[np.float64],
        held_out: scipy.sparse.csr_matrix,
        **settings: int,
    ) -> NDArray[np.float64]:
        """Train on log10 targets, predict the held-out rows. ``settings`` of LightGBM replace the usual ones."""
        # On little data threads wait for each other longer than they work, above all where the machine has other work.
        alone = {"n_jobs": 1} if len(targets) < _FEW else {}
        regressor = lightgbm.LGBMRegressor(**{**_SETTINGS, **alone, **settings})
        regressor.fit(inputs, targets)
        return np.asarray(regressor.predict(held_out), dtype=np.float64)


class NearestNeighbour:
    """The label of the nearest training function, by cosine similarity of the TF-IDF of its tokens and kinds."""

    def __init__(self, training: Sequence[Example], held_out: Sequence[Example]) -> None:
        vectorizer = TfidfVectorizer(token_pattern=_WORDS, sublinear_tf=True)
        self._training = vectorizer.fit_transform(_texts(training))
        self._held_out = vectorizer.transform(_texts(held_out))

    def predict(self, targets: Floats) -> Floats:
        """``targets`` [training], NaN where a function has no label; answers [held out]."""
        known = np.flatnonzero(~np.isnan(targets))
        search = NearestNeighbors(n_neighbors=1, metric="cosine").fit(self._training[known])
        nearest = search.kneighbors(self._held_out, return_distance=False)[:, 0]
        return np.asarray(targets[known[nearest]], dtype=np.float64)


def baseline_forecasts(
    training: Sequence[Example],
    held_out: Sequence[Example],
    limits: Mapping[str, float],
    names: Sequence[str] = (CONSTANT, BOOSTING, COUNTS),
    sizes: Sequence[int] = SIZES,
) -> dict[str, dict[str, Floats]]:
    """``{baseline: {metric: log10 forecasts [E, S]}}`` of the held-out functions, one model per language, metric and n.

    Targets past a limit (bytes, seconds) count as it. NaN where fewer than 50 training functions have a label, and at any n
    but ``sizes``.
    """
    shape = (len(held_out), len(SIZES))
    found = {name: {metric: np.full(shape, np.nan) for metric in METRICS} for name in names}
    for language in sorted({example.language for example in held_out}):
        own = [example for example in training if example.language == language]
        rows = np.array([row for row, example in enumerate(held_out) if example.language == language])
        tests = [held_out[row] for row in rows]
        if len(own) < _FEWEST:
            continue
        models = {name: _baseline(name, own, tests) for name in names}
        for metric in METRICS:
            targets = np.minimum(truths(own, metric), np.log10(limits[metric]))
            for column in map(SIZES.index, sizes):
                if (~np.isnan(targets[:, column])).sum() < _FEWEST:
                    continue
                for name, forecast in models.items():
                    found[name][metric][rows, column] = forecast(targets[:, column])
    return found


def _baseline(
    name: str, training: Sequence[Example], held_out: Sequence[Example]
) -> Callable[[Floats], Floats]:
    """Targets of the training functions (NaN where there is none) to forecasts of the held-out ones."""
    if name == CONSTANT:
        return lambda targets: np.full(len(held_out), np.nanmedian(targets))
    if name == NEAREST:
        return NearestNeighbour(training, held_out).predict
    boosting = GradientBoosting(tfidf=name == BOOSTING)
    boosting.fit_features(training)
    inputs, tests = boosting.features(training), boosting.features(held_out)

    def boosted(targets: Floats) -> Floats:
        known = ~np.isnan(targets)
        return boosting.fit_predict(inputs[known], targets[known], tests)

    return boosted


def _texts(examples: Sequence[Example]) -> Iterator[str]:
    return (f"{example.prompt.assumes} {example.prompt.canonical}" for example in examples)
