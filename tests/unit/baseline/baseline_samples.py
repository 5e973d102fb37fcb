"""Functions made by hand."""

from __future__ import annotations

from collections.abc import Sequence

from pricetag.syntax.function import Function, Language, Parameter


def function(
    name: str, body: str = "return 1", types: Sequence[str] = (), language: Language = Language.PYTHON
) -> Function:
    bare = name.rpartition("::" if language is Language.CPP else ".")[2]
    text = f"def {bare}(xs):\n{body}"
    return Function(
        language=language, name=bare, qualified_name=name, owner="", start=0, end=0, name_start=0, name_end=0,
        signature_end=0, parameters=tuple(Parameter(f"p{i}", t) for i, t in enumerate(types)), returns="", source=text,
        canonical=text, callees=(), calls=(), directive="", docstring="", is_async=False, error="",
    )  # fmt: skip
