"""Functions of the user's own project as items to measure, and how their labels name them.

A label's item is ``project/<path below the project's folder>::<function>@<hash of its canonical text>``: a label of a
function that was edited since no longer names it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

from pricetag.measure.label import Item
from pricetag.syntax.function import Function

SOURCE = "project"
_LICENCE = "NOASSERTION"
_MARKERS = (".pricetag", ".git", "pyproject.toml")  # what the top folder of a project holds
_HASH = 12  # hexadecimal digits


def project_root(start: Path) -> Path:
    """The nearest folder at or above ``start`` that looks like the top of a project, else ``start``'s own folder."""
    folder = start.absolute() if start.is_dir() else start.absolute().parent
    return next((f for f in (folder, *folder.parents) if any((f / m).exists() for m in _MARKERS)), folder)


def item_id(path: PurePosixPath | str, function: Function) -> str:
    """The item that a function of the file ``path`` (below the project's folder) is in labels."""
    digest = hashlib.sha256(function.canonical.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH]
    return f"{SOURCE}/{path}::{function.qualified_name}@{digest}"


def path_of(item: str) -> str:
    """The path in an item's id, below the project's folder. Raises ValueError for an id of another kind."""
    source, _, rest = item.partition("/")
    path, separator, _ = rest.rpartition("@")[0].partition("::")
    if source != SOURCE or not path or not separator:
        raise ValueError(f"{item} is no function of a project")
    return path


def item_of(path: Path, function: Function, root: Path, text: str) -> Item:
    """A function that can be run by itself: ``text`` is all of its file."""
    below = PurePosixPath(path.absolute().relative_to(root).as_posix())
    return Item(
        item_id(below, function),
        SOURCE,
        _LICENCE,
        f"{SOURCE}/{below}::{function.qualified_name}",
        function.language.value,
        text,
        function.qualified_name,
    )


def is_callable(function: Function) -> bool:
    """Whether a function can be called from outside its file: its syntax is whole and it is no local one."""
    return not function.error and "<locals>" not in function.qualified_name
