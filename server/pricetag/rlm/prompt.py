"""What the encoder reads: language, assumed kinds, the function, then the functions it calls."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pricetag.syntax.binding import bound_names, replace_names
from pricetag.syntax.function import Language
from pricetag.syntax.hints import without_hints
from pricetag.syntax.spelling import one_spelling

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
_PARAMETER = re.compile(r"\b(\w+)(?=: )")


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


@dataclass(frozen=True, slots=True)
class Normalisation:
    """What a model reads in place of the code as it is written, so that an edit of it changes no forecast."""

    number_names: bool = False  # va, vb, ... for what a function names itself
    drop_hints: bool = False  # Python without type hints: what they say of the inputs, the kinds say
    one_spelling: bool = False  # Python that can be written in two ways at one cost, in one of them

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Normalisation:
        """As a model's ``config.json`` has it; what is left out is read as written."""
        return cls(**{name: config.get(name, False) for name in cls.__slots__})

    def __call__(self, prompt: Prompt) -> Prompt:
        """The prompt as the model reads it."""
        if prompt.language == Language.PYTHON.value:
            if self.drop_hints:
                prompt = _with_code(prompt, without_hints)
            if self.one_spelling:
                prompt = _with_code(prompt, one_spelling)
        return numbered(prompt) if self.number_names else prompt


AS_WRITTEN = Normalisation()


def _with_code(prompt: Prompt, change: Callable[[str], str]) -> Prompt:
    return replace(prompt, canonical=change(prompt.canonical), callees=tuple(map(change, prompt.callees)))


def numbered(prompt: Prompt) -> Prompt:
    """The prompt with every name that a function binds for itself replaced by one of a fixed series, in order.

    A rename then leaves the prompt, and so the forecast, exactly as it was.
    """
    language = Language(prompt.language)
    names = bound_names(prompt.canonical, language)
    mapping = _series(names)

    def callee(text: str) -> str:
        own = [name for name in bound_names(text, language) if not _calls(prompt.canonical, name)]
        return replace_names(text, language, _series(dict.fromkeys([*names[:1], *own])))

    return Prompt(
        prompt.language,
        replace_parameters(prompt.assumes, mapping),
        replace_names(prompt.canonical, language, mapping),
        tuple(map(callee, prompt.callees)),
    )


def replace_parameters(assumes: str, mapping: Mapping[str, str]) -> str:
    """The text of assumed kinds with other names of parameters."""
    return _PARAMETER.sub(lambda match: mapping.get(match[1], match[1]), assumes)


def prompt_tokens(prompt: Prompt, tokenizer: Tokenizer, normalisation: Normalisation = AS_WRITTEN) -> int:
    """Tokens of the whole prompt, all callees included: what ``encode`` would give without a limit."""
    return len(encode(prompt, tokenizer, sys.maxsize, normalisation))


def encode(
    prompt: Prompt, tokenizer: Tokenizer, limit: int, normalisation: Normalisation = AS_WRITTEN
) -> list[int]:
    """Token ids, at most ``limit``: whole callees are left out, furthest first, never the function's own tail.

    ``normalisation`` is the one that the model was trained with. Special tokens are placed by id, so that text in the user's
    code that looks like one stays text. Raises ``PromptTooLong`` when the function itself does not fit.
    """
    prompt = normalisation(prompt)
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


def _calls(canonical: str, name: str) -> bool:
    return re.search(rf"\b{name}\(", canonical) is not None


def _series(names: Iterable[str]) -> dict[str, str]:
    """va, vb, ..., vz, vba, ...: one token each, unlike digits, which the tokenizer keeps apart."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    mapping = {}
    for index, name in enumerate(names):
        rest, series = divmod(index, 26)
        text = letters[series]
        while rest:
            rest, series = divmod(rest, 26)
            text = letters[series] + text
        mapping[name] = f"v{text}"
    return mapping


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
