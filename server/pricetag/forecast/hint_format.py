"""The user's own layout of a hint: text with values in braces, such as ``{memory} in {runtime}``."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass

MAXIMUM_HINT = 24  # characters; VS Code cuts all hints of one line together at 43
NAMES = ("memory", "runtime", "growth", "change", "n")
DEFAULT_FORMAT = "{change} {memory} · {runtime} · {growth}"


@dataclass(frozen=True, slots=True)
class HintFormat:
    """A parsed format: ``texts[i]`` stands before ``names[i]``, the last text behind the last name."""

    names: tuple[str, ...]
    texts: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> HintFormat:
        """Read a format; ``{{`` and ``}}`` are braces. Raises ``ValueError`` with what is wrong, for people."""
        try:
            pieces = list(string.Formatter().parse(text))
        except ValueError as error:
            raise ValueError(f"is no format ({error})") from None
        texts, names = [""], []
        for literal, name, specification, conversion in pieces:
            texts[-1] += literal
            if name is None:
                continue
            if name not in NAMES or specification or conversion:
                raise ValueError("may only hold " + ", ".join(f"{{{known}}}" for known in NAMES))
            names.append(name)
            texts.append("")
        if not {"memory", "runtime"} & set(names):
            raise ValueError("must hold {memory} or {runtime}")
        if not all(map(str.isprintable, texts)):
            raise ValueError("must be one line of visible characters")
        if sum(map(len, texts)) >= MAXIMUM_HINT:
            raise ValueError(f"leaves no room for values in the {MAXIMUM_HINT} characters of a hint")
        return cls(tuple(names), tuple(texts))

    def fill(self, values: Mapping[str, str]) -> str:
        """The hint with these values. The text between two names is shown only where a value is on both sides.

        What stands before the first name or behind the last is shown with that one's value alone.
        """
        hint = ""
        following = self.texts[0]
        for i, name in enumerate(self.names):
            value = values.get(name, "")
            if value:
                hint += (following if hint or i == 0 else "") + value
                following = self.texts[i + 1]
        if values.get(self.names[-1]):
            hint += following
        return hint.strip()


DEFAULT = HintFormat.parse(DEFAULT_FORMAT)
