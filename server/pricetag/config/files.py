"""Where a project's settings stand: the nearest file at or above a source file, up to the root of its repository."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Any

from pricetag.config.settings import Config, parse

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

OWN, SHARED = ".pricetag.toml", "pyproject.toml"
_LARGEST = 1 << 20  # bytes


class Configs:
    """The settings that hold for files, each file of settings read once. ``problems`` gathers what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._known: dict[Path, tuple[Path, Config]] = {}

    def of(self, path: str | os.PathLike[str]) -> tuple[str, Config]:
        """``path`` relative to the folder whose settings hold for it, with ``/``; and the settings."""
        # Not resolved: a link belongs to the folder that it lies in.
        file = Path(os.path.abspath(path))  # noqa: PTH100
        folder = file.parent
        if folder not in self._known:
            self._known[folder] = self._read(folder)
        base, config = self._known[folder]
        return file.relative_to(base).as_posix(), config

    def _read(self, folder: Path) -> tuple[Path, Config]:
        base, config = load(folder)
        if all(known is not base and known != base for known, _ in self._known.values()):
            self.problems += config.problems
        return base, config


def load(start: Path) -> tuple[Path, Config]:
    """The settings that hold in the folder ``start``, and the folder of their file. Never raises on bad input.

    The nearest folder with a ``.pricetag.toml``, or else a ``pyproject.toml`` that has a ``[tool.pricetag]``, at or
    above ``start``, not above the root of the repository. Without one: defaults, and that root.
    """
    problems: list[str] = []
    for folder in (start, *start.parents):
        for name, keys in ((OWN, ()), (SHARED, ("tool", "pricetag"))):
            raw = _table(folder / name, keys, problems)
            if raw is not None:
                where = str(folder / name) + (" [tool.pricetag]" if keys else "")
                config = parse(raw, where)
                return folder, _with(config, problems)
        if (folder / ".git").exists() or folder.parent == folder:
            break
    return folder, _with(Config(), problems)


def _with(config: Config, problems: list[str]) -> Config:
    changes, exclude, budgets, overrides = config.changes, config.exclude, config.budgets, config.overrides
    return Config(changes, exclude, budgets, overrides, (*problems, *config.problems))


def _table(path: Path, keys: tuple[str, ...], problems: list[str]) -> dict[str, Any] | None:
    """The table under ``keys`` of a TOML file; None where there is none. A broken file is a problem, and as good as none."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    except OSError as error:
        problems.append(f"{path}: {(error.strerror or str(error)).lower()}; it is ignored")
        return None
    if len(data) > _LARGEST:
        problems.append(f"{path}: larger than {_LARGEST >> 20} MB; it is ignored")
        return None
    try:
        raw: Any = tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError:
        problems.append(f"{path}: not UTF-8; it is ignored")
        return None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        first = (str(error).splitlines() or [""])[0]
        problems.append(f"{path}: not TOML ({first}); it is ignored")
        return None
    for key in keys:
        raw = raw.get(key) if isinstance(raw, dict) else None
    if raw is None:
        return None
    if not isinstance(raw, dict):
        problems.append(f"{path}: {'.'.join(keys)} must be a table; it is ignored")
        return None
    return raw
