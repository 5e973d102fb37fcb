"""The configurations of other editors that the README gives: what is tested, and well-formed."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TOP = Path(__file__).parents[2]


def block(start: str) -> str:
    """The indented block of the README whose first line begins so."""
    lines = (TOP / "README.md").read_text(encoding="utf-8").splitlines()
    [first] = [number for number, line in enumerate(lines) if line.startswith(f"    {start}")]
    rest = lines[first:]
    length = next(i for i, line in enumerate(rest) if line and not line.startswith("    "))
    return textwrap.dedent("\n".join(rest[:length])).strip() + "\n"


def test_neovims_is_the_file_that_its_test_loads() -> None:
    assert block("vim.lsp.config(") == (TOP / "tests/neovim/pricetag.lua").read_text(encoding="utf-8")


def test_helixs_is_toml_that_starts_the_server() -> None:
    languages = tomllib.loads(block("[language-server.pricetag]"))
    server = languages["language-server"]["pricetag"]
    assert [server["command"], *server["args"]] == ["pricetag", "serve"]
    assert [language["name"] for language in languages["language"]] == ["python", "cpp"]
    for language in languages["language"]:
        assert "pricetag" in language["language-servers"]
        assert ".pricetag.toml" in language["roots"] and ".git" in language["roots"]


def test_emacss_is_whole() -> None:
    text = block("(with-eval-after-load 'eglot")
    assert text.count("(") == text.count(")")
    assert '("pricetag" "serve")' in text
