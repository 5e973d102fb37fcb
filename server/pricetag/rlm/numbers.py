"""Number tokens: a metric's value as a decade and tenths of a decade of its log10, coarse to fine.

The paper (arXiv 2509.26476, section 3) writes a number as sign, exponent and mantissa digits. Costs are positive and
their *relative* error matters, so here the digits are those of log10(value): ``[-3][4]`` is 10**-2.6 (the decade
-3, four tenths into it). A value is rounded to the nearest bin, never truncated. ``<over>`` stands for a call that
passed its limit; it takes the place of the decade and is followed by digit 0, which carries no information.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

SIZES = (10, 100, 1_000, 10_000, 100_000)
_LOWEST_DECADE, _HIGHEST_DECADE = -9, 9
TENTHS = 10

TOKENS: tuple[str, ...] = (
    "<pad>",
    *(f"<n={size}>" for size in SIZES),
    *(f"<E{decade:+d}>" for decade in range(_LOWEST_DECADE, _HIGHEST_DECADE + 1)),
    *(f"<T{tenth}>" for tenth in range(TENTHS)),
    "<over>",
)
PAD = 0
_FIRST_SIZE = 1
_FIRST_DECADE = _FIRST_SIZE + len(SIZES)
FIRST_TENTH = _FIRST_DECADE + _HIGHEST_DECADE - _LOWEST_DECADE + 1
OVER = FIRST_TENTH + TENTHS
VOCABULARY = len(TOKENS)


def size_token(n: int) -> int:
    """The decoder's first token for input size n; ``KeyError`` if the model has no such token."""
    if n not in SIZES:
        raise KeyError(f"no token for n = {n}; the model knows {SIZES}")
    return _FIRST_SIZE + SIZES.index(n)


@dataclass(frozen=True, slots=True)
class NumberTokens:
    """The number grammar of one metric: two tokens a value, ``[decade | over][tenth]``."""

    lowest: int  # first decade; smaller values are clamped to its first tenth
    highest: int  # last decade; larger values are clamped to its last tenth

    @property
    def decades(self) -> range:
        """Every decade that can be written."""
        return range(self.lowest, self.highest + 1)

    @property
    def bins(self) -> int:
        """How many values can be written, ``over`` excluded."""
        return len(self.decades) * TENTHS

    def encode(self, value: float) -> tuple[int, int]:
        """The two tokens nearest to a positive value; ``math.inf`` is ``over``."""
        if math.isinf(value):
            return OVER, FIRST_TENTH
        step = round(math.log10(max(value, 10.0**self.lowest)) * TENTHS - self.lowest * TENTHS)
        step = min(max(step, 0), self.bins - 1)
        return self.decade_token(self.lowest + step // TENTHS), FIRST_TENTH + step % TENTHS

    def decode(self, tokens: Sequence[int]) -> float:
        """The value two tokens stand for; ``ValueError`` where they are no number of this grammar."""
        first, second = tokens
        if first not in self.possible_next_tokens(()) or second not in self.possible_next_tokens((first,)):
            raise ValueError(f"tokens {first}, {second} are no number")
        if first == OVER:
            return math.inf
        return float(10.0 ** (first - _FIRST_DECADE + _LOWEST_DECADE + (second - FIRST_TENTH) / TENTHS))

    def possible_next_tokens(self, previous: Sequence[int]) -> tuple[int, ...]:
        """Tokens that may follow ``previous`` (the contract of regress-lm's DecoderTokenizer)."""
        if not previous:
            return (*(self.decade_token(decade) for decade in self.decades), OVER)
        if len(previous) == 1:
            return (FIRST_TENTH,) if previous[0] == OVER else tuple(range(FIRST_TENTH, FIRST_TENTH + TENTHS))
        return ()

    @staticmethod
    def decade_token(decade: int) -> int:
        """The token of one decade."""
        return _FIRST_DECADE + decade - _LOWEST_DECADE


MEMORY = NumberTokens(1, 9)  # bytes: 10 B to 10 GB
RUNTIME = NumberTokens(-8, 1)  # seconds: 10 ns to 100 s
