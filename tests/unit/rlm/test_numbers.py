from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricetag.rlm.numbers import MEMORY, RUNTIME, SIZES, TOKENS, NumberTokens, size_token


def words(grammar: NumberTokens, value: float) -> str:
    return " ".join(TOKENS[token] for token in grammar.encode(value))


@pytest.mark.parametrize(
    ("grammar", "value", "expected"),
    [
        (MEMORY, 0, "<E+1> <T0>"),  # below the first decade: clamped
        (MEMORY, 10, "<E+1> <T0>"),
        (MEMORY, 80_056, "<E+4> <T9>"),
        (MEMORY, 99_000, "<E+5> <T0>"),  # rounded up, over the decade's edge
        (MEMORY, 1e12, "<E+9> <T9>"),
        (MEMORY, math.inf, "<over> <T0>"),
        (RUNTIME, 1e-12, "<E-8> <T0>"),
        (RUNTIME, 0.0025, "<E-3> <T4>"),
        (RUNTIME, 1.0, "<E+0> <T0>"),
        (RUNTIME, math.inf, "<over> <T0>"),
    ],
)
def test_writes_the_nearest_number(grammar: NumberTokens, value: float, expected: str) -> None:
    assert words(grammar, value) == expected


@given(st.floats(10, 9.9e9))
def test_a_value_comes_back_within_half_a_bin(value: float) -> None:
    back = MEMORY.decode(MEMORY.encode(value))
    assert abs(math.log10(back) - math.log10(value)) <= 0.05 + 1e-9 or value > 10**9.9


@given(st.sampled_from([MEMORY, RUNTIME]), st.floats(1e-10, 1e11))
def test_every_encoding_is_a_sentence_of_the_grammar(grammar: NumberTokens, value: float) -> None:
    first, second = grammar.encode(value)
    assert first in grammar.possible_next_tokens(())
    assert second in grammar.possible_next_tokens((first,))
    assert grammar.possible_next_tokens((first, second)) == ()


@given(st.floats(1e-10, 1e11), st.floats(1e-10, 1e11))
def test_order_is_kept(left: float, right: float) -> None:
    if left <= right:
        assert RUNTIME.decode(RUNTIME.encode(left)) <= RUNTIME.decode(RUNTIME.encode(right))


def test_refuses_what_is_no_number() -> None:
    decade, tenth = MEMORY.encode(100)
    with pytest.raises(ValueError, match="no number"):
        MEMORY.decode((tenth, decade))


def test_sizes_have_tokens_of_their_own() -> None:
    assert len({size_token(n) for n in SIZES}) == len(SIZES)
    with pytest.raises(KeyError, match="n = 7"):
        size_token(7)
