"""From a buffer to its functions, by tree-sitter: one module and one query file per language."""

from __future__ import annotations

from pricetag.syntax.callees import Site
from pricetag.syntax.function import Function, Language, Parameter
from pricetag.syntax.generated import machine_made
from pricetag.syntax.tree import SyntaxTree, language_of, parse_functions

__all__ = [
    "Function",
    "Language",
    "Parameter",
    "Site",
    "SyntaxTree",
    "language_of",
    "machine_made",
    "parse_functions",
]
