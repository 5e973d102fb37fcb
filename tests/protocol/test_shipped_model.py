"""The shipped model at its default settings, on the examples: what a person sees who tries Pricetag."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from session import EditorFactory

from pricetag.forecast import find_model

EXAMPLES = Path(__file__).parents[2] / "examples"
Repository = Callable[[dict[str, str]], Path]


@pytest.mark.parametrize(
    ("name", "language", "function", "marker", "regression", "renaming"),
    [
        (
            "inventory.py",
            "python",
            "mean_level",
            "    level_sum = 0\n",
            "    products = [[a * b for b in levels] for a in levels]\n",
            ("level_sum", "stock_sum"),
        ),
        (
            "telemetry.cpp",
            "cpp",
            "mean",
            "    double reading_sum = 0;\n",
            "    std::vector<std::vector<double>> products(readings.size(), readings);\n",
            ("reading_sum", "value_sum"),
        ),
    ],
)
async def test_warns_of_the_table_and_not_of_the_rename(
    editor: EditorFactory,
    repository: Repository,
    name: str,
    language: str,
    function: str,
    marker: str,
    regression: str,
    renaming: tuple[str, str],
) -> None:
    text = (EXAMPLES / name).read_text()
    worse, renamed = text.replace(marker, marker + regression), text.replace(*renaming)
    assert text != worse and text != renamed
    repository({name: text})
    async with editor(model=find_model(None)) as session:
        uri = session.open(name, text, language)
        await session.hinted(uri, 4)
        session.replace(uri, worse)
        session.save(uri, worse)
        [warning] = await session.until(lambda: session.pull(uri), "a warning")
        assert f"`{function}`" in warning.message
        session.replace(uri, renamed)
        session.save(uri, renamed)

        async def gone() -> bool:
            return await session.pull(uri) == []

        await session.until(gone, "the warning to go")
