"""What the encoder reads: language, assumed kinds, the function, then the functions it calls."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PAD, PYTHON, CPP, ASSUMES, CODE, CALLEE, MASK = (
    "<pad>",
    "<python>",
    "<cpp>",
    "<assumes>",
    "<code>",
    "<callee>",
    "<mask>",
)
SPECIAL_TOKENS = (PAD, PYTHON, CPP, ASSUMES, CODE, CALLEE, MASK)
_LANGUAGE_TOKENS = {"python": PYTHON, "cpp": CPP}


class PromptTooLong(ValueError):
    """The function alone is longer than the model's context."""

    def __init__(self, tokens: int, limit: int) -> None:
        super().__init__(f"the function is {tokens} tokens long; the model reads {limit}")
        self.tokens, self.limit = tokens, limit


@dataclass(frozen=True, slots=True)
class Prompt:
    """The parts of one prompt, before tokens: nothing here is cut."""

    language: str
    assumes: str
    canonical: str
    callees: tuple[str, ...] = ()


def render(language: str, assumes: str, canonical: str, callees: Sequence[str] = ()) -> Prompt:
    """A prompt for one function; ``assumes`` may be empty (kinds unknown). ``KeyError`` for an unknown language."""
    _ = _LANGUAGE_TOKENS[language]
    return Prompt(language, assumes, canonical, tuple(callees))


def prompt_tokens(prompt: Prompt, tokenizer: Tokenizer) -> int:
    """Tokens of the whole prompt, all callees included: what ``encode`` would give without a limit."""
    return len(encode(prompt, tokenizer, sys.maxsize))


def encode(prompt: Prompt, tokenizer: Tokenizer, limit: int) -> list[int]:
    """Token ids, at most ``limit``: whole callees are left out, furthest first, never the function's own tail.

    Special tokens are placed by id, so that text in the user's code that looks like one stays text.
    Raises ``PromptTooLong`` when the function itself does not fit.
    """
    ids = [_special(tokenizer, _LANGUAGE_TOKENS[prompt.language])]
    if prompt.assumes:
        ids += [_special(tokenizer, ASSUMES), *_plain(tokenizer, prompt.assumes)]
    ids += [_special(tokenizer, CODE), *_plain(tokenizer, prompt.canonical)]
    if len(ids) > limit:
        raise PromptTooLong(len(ids), limit)
    for callee in prompt.callees:
        more = [_special(tokenizer, CALLEE), *_plain(tokenizer, callee)]
        if len(ids) + len(more) > limit:
            break
        ids += more
    return ids


def _special(tokenizer: Tokenizer, token: str) -> int:
    found = tokenizer.token_to_id(token)
    if found is None:
        raise ValueError(f"the tokenizer has no {token}")
    return found


def _plain(tokenizer: Tokenizer, text: str) -> list[int]:
    # A lone surrogate cannot cross into the tokenizer's UTF-8.
    clean = text.encode("utf-8", "replace").decode("utf-8")
    tokenizer.encode_special_tokens = True  # "<pad>" in the user's code is five characters
    return list(tokenizer.encode(clean, add_special_tokens=False).ids)
