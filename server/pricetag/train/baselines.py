"""What the model has to beat: a constant, and gradient boosting on TF-IDF and syntax counts, on the same rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import lightgbm
import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer

from pricetag.rlm.prompt import Prompt
from pricetag.syntax.binding import parse_canonical, walk
from pricetag.syntax.function import Language
from pricetag.train.dataset import Example

_LOOPS = re.compile(r"for|while|comprehension|generator_expression|list_comp|set_comp|dict_comp")
_WORDS = r"\w+|[^\w\s]"


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
        if node.type in ("call", "call_expression") and (called := node.child_by_field_name("function")):
            counts[f"call {(called.text or b'').decode('utf-8', 'replace').split('.')[-1][:40]}"] += 1
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
        self._counts.fit([syntax_counts(example.prompt) for example in training])
        self._code.fit([example.prompt.canonical for example in training])
        self._kinds.fit([example.prompt.assumes for example in training])

    def features(self, examples: Sequence[Example]) -> scipy.sparse.csr_matrix:
        """[E, features]."""
        parts = [
            self._counts.transform([syntax_counts(example.prompt) for example in examples]),
            self._kinds.transform([example.prompt.assumes for example in examples]),
        ]
        if self._tfidf:
            parts.append(self._code.transform([example.prompt.canonical for example in examples]))
        return scipy.sparse.hstack(parts, format="csr").astype(np.float64)

    @staticmethod
    def fit_predict(
        inputs: scipy.sparse.csr_matrix, targets: NDArray[np.float64], held_out: scipy.sparse.csr_matrix
    ) -> NDArray[np.float64]:
        """Train on log10 targets, predict the held-out rows."""
        regressor = lightgbm.LGBMRegressor(
            n_estimators=400, learning_rate=0.04, num_leaves=24, min_child_samples=8,
            subsample=0.8, subsample_freq=1, colsample_bytree=0.4, n_jobs=2, random_state=0, verbosity=-1,
        )  # fmt: skip
        regressor.fit(inputs, targets)
        return np.asarray(regressor.predict(held_out), dtype=np.float64)
