"""What the rest of Pricetag knows about one function of a file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Language(str, Enum):
    """A language whose functions are forecast."""

    PYTHON = "python"
    CPP = "cpp"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter as written. ``type`` and ``default`` are source text, empty where absent."""

    name: str
    type: str = ""
    default: str = ""
    variadic: str = ""  # "", "*" or "**" (Python); "..." (C++)


@dataclass(frozen=True, slots=True)
class Function:
    """A function definition with a body. Offsets are bytes into the buffer's UTF-8 text."""

    language: Language
    name: str
    qualified_name: str  # "Class.method", "ns::S::f", "outer.<locals>.inner"
    owner: str  # qualified name of the class the function is a member of, else ""
    start: int  # of the whole definition, decorators and template header included
    end: int
    name_start: int
    name_end: int
    signature_end: int  # where the hint stands: just after ":" (Python) or just before "{" / the body (C++)
    parameters: tuple[Parameter, ...]
    returns: str
    source: str  # text of [start, end)
    canonical: str  # comments, docstrings and layout normalised away
    callees: tuple[str, ...]  # canonical text of same-file functions it calls, nearest first (breadth first)
    calls: tuple[
        str, ...
    ]  # dotted names of everything called in the body, in order: "len", "self.add", "std::sort"
    directive: (
        str  # text after "# pricetag:" / "// pricetag:" within or directly above the function, "; "-joined
    )
    docstring: str  # raw doc text (doctest examples are read from it), else ""
    is_async: bool
    error: str  # why the syntax is broken here, else ""
