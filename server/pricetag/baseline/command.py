"""The ``git`` command, run so that a mere look at a repository is safe and ends.

No hook, filter, pager, monitor or lock of the repository, no network, a deadline, a limit on what is read.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping

TIMEOUT = 5.0  # seconds for one git process
MAXIMUM_BYTES = 8 << 20  # larger blobs are no source file that anyone forecasts
CONCURRENT = 4  # git processes at once: "save all" on hundreds of files must not start hundreds

# A workspace's own configuration must not make a mere look run code.
_SAFE = ("--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
# Variables that aim git at a repository or index other than the file's own (set while a hook runs) are dropped.
_KEPT = ("GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_CONFIG")


class GitCommand:
    """Runs git, a few processes at a time, on whatever event loop it is called."""

    def __init__(
        self, executable: str = "git", timeout: float = TIMEOUT, maximum_bytes: int = MAXIMUM_BYTES
    ) -> None:
        self._executable = executable
        self._timeout = timeout
        self.maximum_bytes = maximum_bytes
        self._loop: asyncio.AbstractEventLoop | None = None
        self._slots: asyncio.Semaphore | None = None

    async def run(
        self,
        directory: str,
        *arguments: str,
        given: bytes = b"",
        maximum_bytes: int | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes, str]:
        """Exit status (negative: git could not be run to its end), standard output, last line of standard error.

        ``given`` is its standard input; ``settings`` are git settings that override every configuration file.
        """
        limit = self.maximum_bytes if maximum_bytes is None else maximum_bytes
        async with self._slot():
            try:
                process = await asyncio.create_subprocess_exec(
                    self._executable, *_SAFE, "-C", directory, *arguments,
                    stdin=asyncio.subprocess.PIPE if given else asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.PIPE,
                    env=_environment(settings or {}),
                )  # fmt: skip
            except FileNotFoundError:
                return -1, b"", "git is not installed"
            except (OSError, ValueError) as error:
                return -1, b"", f"git could not be started: {error}"
            assert process.stdout is not None and process.stderr is not None
            try:
                (out, cut), (err, _), status, _ = await asyncio.wait_for(
                    asyncio.gather(
                        _read(process.stdout, limit),
                        _read(process.stderr, 1 << 16),
                        process.wait(),
                        _write(process.stdin, given),
                    ),
                    self._timeout,
                )
            except asyncio.TimeoutError:
                return -1, b"", f"git gave no answer within {self._timeout:g} s"
            finally:  # also when the caller is cancelled
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        if cut:
            return 1, b"", f"larger than {limit >> 20} MB"
        lines = err.decode("utf-8", errors="replace").strip().splitlines()
        return status, out, lines[-1].removeprefix("fatal: ") if status and lines else ""

    def _slot(self) -> asyncio.Semaphore:
        loop = asyncio.get_running_loop()
        # A semaphore belongs to one loop, and callers without a loop make a new one each time.
        if self._slots is None or self._loop is not loop:
            self._loop, self._slots = loop, asyncio.Semaphore(CONCURRENT)
        return self._slots


async def _read(stream: asyncio.StreamReader, limit: int) -> tuple[bytes, bool]:
    """All of a stream up to ``limit`` bytes, and whether there was more; reads on so that the writer can end."""
    kept = bytearray()
    cut = False
    while chunk := await stream.read(1 << 16):
        cut = cut or len(kept) + len(chunk) > limit
        if not cut:
            kept += chunk
    return bytes(kept), cut


async def _write(stream: asyncio.StreamWriter | None, data: bytes) -> None:
    if stream is None:
        return
    try:
        stream.write(data)
        await stream.drain()
        stream.close()
    except (BrokenPipeError, ConnectionResetError):
        pass  # git ended early; its exit status says why


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k.startswith(_KEPT)}
    try:
        count = int(kept.get("GIT_CONFIG_COUNT", "0") or "0")
    except ValueError:
        count = 0
    for index, (name, value) in enumerate(settings.items(), count):
        kept |= {f"GIT_CONFIG_KEY_{index}": name, f"GIT_CONFIG_VALUE_{index}": value}
    if settings:
        kept["GIT_CONFIG_COUNT"] = str(count + len(settings))
    return kept | {
        "GIT_OPTIONAL_LOCKS": "0",  # never take index.lock from under the author's own git
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",  # git >= 2.44; older ones are kept off the network by the next line
        "GIT_ALLOW_PROTOCOL": "none",
        "LC_ALL": "C",
    }
