"""What a project says to Pricetag: ``.pricetag.toml``, or ``[tool.pricetag]`` of ``pyproject.toml``."""

from __future__ import annotations

from pricetag.baseline import Options
from pricetag.config.files import Configs, load
from pricetag.config.settings import Config, matches, parse

__all__ = ["Config", "Configs", "Options", "load", "matches", "parse"]
