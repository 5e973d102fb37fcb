"""What a project says to Pricetag: ``.pricetag.toml``, or ``[tool.pricetag]`` of ``pyproject.toml``."""

from __future__ import annotations

from pricetag.config.files import Configs, load
from pricetag.config.settings import Config, Options, matches, parse

__all__ = ["Config", "Configs", "Options", "load", "matches", "parse"]
