"""The whole product in a real Neovim: runs ``test.lua`` in a headless one, on a copy of the examples that is committed.

PRICETAG names the server program (default: the one in .venv). What the editor logged goes to artifacts/.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))
from repositories import ENV, repository  # noqa: E402

NEOVIM = HERE / ".venv/bin/nvim"
SERVER = Path(os.environ.get("PRICETAG", TOP / ".venv/bin/pricetag"))
ARTIFACTS = HERE / "artifacts"
PATIENCE = 1800.0  # seconds, for everything: each wait within has a limit of its own
ENDING = 60.0  # seconds that processes have to end after their editor


def main() -> int:
    for what, path in (("Neovim", NEOVIM), ("server", SERVER)):
        if not path.exists():
            print(f"The {what} is not there: {os.path.relpath(path, TOP)}")
            return 1
    shutil.rmtree(ARTIFACTS, ignore_errors=True)
    ARTIFACTS.mkdir()
    with tempfile.TemporaryDirectory(prefix="pricetag-neovim-") as folder:
        home = Path(folder)
        files = {path.name: path.read_bytes() for path in (TOP / "examples").iterdir() if path.is_file()}
        workspace = repository(home / "workspace", files)
        passed, failed = _drive(workspace, _environment(home))
        left = _left_over(home)
        print("FAILED" if left else "passed", "the server ends with its editor")
        for process in left:
            print(f"       {process}")
            process.kill()
        logs = list(home.rglob("*.log"))
        for log in logs:
            shutil.copy(log, ARTIFACTS / log.name)
    passed, failed = passed + (not left), failed + bool(left)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def _environment(home: Path) -> dict[str, str]:
    """Nothing of the user's own is read or written, and ``pricetag`` is the server under test."""
    kept = {
        key: value for key, value in ENV.items() if not key.startswith(("XDG_", "NVIM", "VIM", "PRICETAG"))
    }
    return kept | {
        "HOME": str(home),
        "PATH": f"{SERVER.parent}{os.pathsep}{os.environ['PATH']}",
        "PRICETAG_CACHE": str(home / "cache.sqlite3"),
        "PRICETAG_CONFIG": str(home / "config"),
    }


def _drive(workspace: Path, environment: dict[str, str]) -> tuple[int, int]:
    """Run the script and pass its lines on; how many checks passed and failed."""
    editor = subprocess.Popen(
        [NEOVIM, "--headless", "--clean", "-S", HERE / "test.lua"],
        cwd=workspace,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    deadline = threading.Timer(PATIENCE, os.killpg, (editor.pid, signal.SIGKILL))
    deadline.start()
    counts = {"passed": 0, "FAILED": 0}
    assert editor.stdout is not None
    for line in editor.stdout:
        print(line, end="", flush=True)
        word = line.partition(" ")[0]
        if word in counts:
            counts[word] += 1
    status = editor.wait()
    deadline.cancel()
    if status != 0 and not counts["FAILED"]:
        print(f"FAILED Neovim ended with status {status}")
        counts["FAILED"] = 1
    return counts["passed"], counts["FAILED"]


def _left_over(home: Path) -> list[psutil.Process]:
    """Processes of the session that are still there after a while: server, worker."""
    end = time.monotonic() + ENDING
    while (left := _processes(home)) and time.monotonic() < end:
        time.sleep(0.1)
    return left


def _processes(home: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("HOME") == str(home) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:  # ended meanwhile, or of another user
            continue
    return found


if __name__ == "__main__":
    sys.exit(main())
