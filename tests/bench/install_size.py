"""What an installation downloads: every wheel that `pip install .` fetches, and the extension where it is built.

    python tests/bench/install_size.py [--vsix vscode-client/pricetag.vsix]

Wheels are those of this interpreter and platform, from the index that pip is set up for; ours is built. Bytes of the
downloads, and of the files in them.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_GOAL = 120e6  # bytes


def main() -> int:
    """Print a Markdown table, the largest first."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--vsix", type=Path, default=_ROOT / "vscode-client" / "pricetag.vsix")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
        if subprocess.run([*command, "--wheel-dir", folder, str(_ROOT)], check=False).returncode:
            return 1
        sizes = {path.name.split("-")[0]: _sizes(path) for path in Path(folder).glob("*.whl")}
    print("| wheel | download, MB | installed, MB |", "|---|--:|--:|", sep="\n")
    for name, (packed, unpacked) in sorted(sizes.items(), key=lambda item: -item[1][0]):
        print(_row(name, packed, unpacked))
    packed, unpacked = (sum(column) for column in zip(*sizes.values(), strict=True))
    print(_row(f"all {len(sizes)}; goal: {_GOAL / 1e6:.0f} MB of download", packed, unpacked))
    if options.vsix.is_file():
        print(_row(options.vsix.name, *_sizes(options.vsix)))
    return 0


def _sizes(archive: Path) -> tuple[int, int]:
    """Bytes of an archive and of the files in it."""
    with zipfile.ZipFile(archive) as opened:
        return archive.stat().st_size, sum(member.file_size for member in opened.infolist())


def _row(name: str, packed: int, unpacked: int) -> str:
    return f"| {name} | {packed / 1e6:.1f} | {unpacked / 1e6:.1f} |"


if __name__ == "__main__":
    sys.exit(main())
