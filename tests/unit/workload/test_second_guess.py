"""Kinds that are tried when the first ones are refused."""

from __future__ import annotations

import pytest

from pricetag.workload import Kind, Scalar, Sized, Workload
from pricetag.workload.second_guess import second_guesses

INTS = Sized("list", (Scalar("int"),), "n")


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (INTS, ["x: list[str] of n x 5", "x: str of n", "x: bytes of n", "x: list[(str, int)] of n"]),
        (Sized("str", (), "n"), ["x: bytes of n"]),
        (Sized("dict", (Sized("str", (), 5), Scalar("int")), "n"), ["x: dict[str, str] of n", "x: dict[bytes, int] of n"]),
        (Scalar("int", "n"), []),
    ],
)  # fmt: skip
def test_guesses(shape: Sized | Scalar, expected: list[str]) -> None:
    assert [str(guess) for guess in second_guesses(Workload((Kind("x", shape),)))] == expected


def test_parameters_vary_together_and_alone() -> None:
    text = Sized("str", (), "n")
    guesses = list(map(str, second_guesses(Workload((Kind("a", text), Kind("b", text))))))
    assert guesses == [
        "a: bytes of n, b: bytes of n",
        "a: bytes of n, b: str of n",
        "a: str of n, b: bytes of n",
    ]
