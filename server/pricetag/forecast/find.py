"""Where the model is: named by the user, by the environment, shipped with the package, or in the repository."""

from __future__ import annotations

import os
from pathlib import Path

ENVIRONMENT = "PRICETAG_MODEL"
_PACKAGE = Path(__file__).resolve().parents[1]
_MARKER = "config.json"


class ModelNotFound(Exception):
    """No model folder; the message says where it was looked for."""


def find_model(explicit: str | None = None) -> Path:
    """The checkpoint folder to load. A model that is named but absent is an error, never replaced by another.

    Raises ``ModelNotFound``.
    """
    for source, named in (("the setting", explicit), (f"${ENVIRONMENT}", os.environ.get(ENVIRONMENT))):
        if named:
            folder = Path(named).expanduser()
            if not folder.is_dir():
                raise ModelNotFound(f"{source} names the model {folder}, which is not a folder")
            return folder.resolve()
    for shelf in shelves():
        # The last by name: a newer model is shipped under a higher number.
        found = sorted(folder for folder in shelf.glob("*/") if (folder / _MARKER).is_file())
        if found:
            return found[-1]
    places = ", ".join(str(shelf) for shelf in shelves())
    raise ModelNotFound(f"no model is installed (looked in {places}); name one in the setting pricetag.model")


def shelves() -> tuple[Path, ...]:
    """The folders that hold shipped models: inside the package, or the repository's when run from a checkout."""
    inside, repository = _PACKAGE / "models", _PACKAGE.parents[1]
    if (repository / "pyproject.toml").is_file():
        return inside, repository / "models"
    return (inside,)
