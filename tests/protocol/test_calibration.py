"""The user's calibration files, as the editor's hints show them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from session import EditorFactory, label

SOURCE = "def double(xs: list[int]) -> list[int]:\n    return [x * 2 for x in xs]\n"


def shift(model: Path, decades: float) -> str:
    """A project's calibration of the model's memory."""
    entry = {
        "shift": decades, "slope": 1, "pivot": 0, "low": 0, "high": 0,
        "functions": 9, "labels": 9, "error_before": 1, "error_after": 0.5,
    }  # fmt: skip
    name = json.loads((model / "config.json").read_text())["id"]
    return json.dumps({"version": 1, "model": name, "corrections": {"python": {"memory": entry}}})


async def hint(editor: EditorFactory) -> str:
    async with editor("vscode", configuration={"maximumInterval": 1e12}) as session:
        (found,) = await session.hinted(session.open("a.py", SOURCE), 1)
        return label(found)


async def test_a_calibrated_project_shows_other_values(
    editor: EditorFactory, random_model: Path, tmp_path: Path
) -> None:
    plain = await hint(editor)
    folder = tmp_path / "workspace" / ".pricetag"
    folder.mkdir()
    (folder / "calibration.json").write_text(shift(random_model, -2.0))
    assert (await hint(editor)).split(" · ")[0] != plain.split(" · ")[0]


@pytest.mark.parametrize("text", ["{", "\x00" * 100_000])
async def test_a_broken_file_changes_nothing(editor: EditorFactory, tmp_path: Path, text: str) -> None:
    plain = await hint(editor)
    for name in ("workspace/.pricetag/calibration.json", "config/machine.json"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert await hint(editor) == plain
