"""The text of a file at git ``HEAD``, read through the ``git`` command.

Nothing here blocks the event loop, runs a hook or filter of the repository, or reaches the network: blobs are read
as they are stored, partial clones are not completed, and every call has a deadline and a size limit.
"""

from __future__ import annotations

import asyncio
import codecs
import os
from dataclasses import dataclass

from cachetools import LRUCache

TIMEOUT = 5.0  # seconds for one git process
MAXIMUM_BYTES = 8 << 20  # larger blobs are no source file that anyone forecasts
CACHED_CHARACTERS = 32 << 20
CONCURRENT = 4  # git processes at once: "save all" on hundreds of files must not start hundreds

# A workspace's own configuration must not make a mere look run code.
_SAFE = ("--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
# Variables that aim git at a repository or index other than the file's own (set while a hook runs) are dropped.
_KEPT = ("GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_CONFIG")


@dataclass(frozen=True, slots=True)
class Head:
    """A file at ``HEAD``: its ``text`` and the ``commit`` it stands in, or why it is ``missing``."""

    text: str | None
    commit: str = ""
    missing: str = ""


def decode(data: bytes) -> str:
    """Text of a source file's bytes as an editor shows it by default.

    UTF-8 with any byte order mark removed (UTF-16 where its mark says so); bytes that are neither become U+FFFD, so
    a file the editor could not decode either compares equal with itself.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    return data.decode("utf-8-sig", errors="replace")


class GitBaseline:
    """Reads files at ``HEAD``, caching blobs by (path, commit), so that only a moved ``HEAD`` costs a second read."""

    def __init__(
        self, executable: str = "git", timeout: float = TIMEOUT, maximum_bytes: int = MAXIMUM_BYTES
    ) -> None:
        self._executable = executable
        self._timeout = timeout
        self._maximum_bytes = maximum_bytes
        self._heads: LRUCache[tuple[str, str], Head] = LRUCache(
            CACHED_CHARACTERS, getsizeof=lambda head: len(head.text or "") + 256
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._slots: asyncio.Semaphore | None = None

    async def head_text(self, path: str | os.PathLike[str]) -> str | None:
        """Text of ``path`` at ``HEAD`` of the repository that holds it; None if there is none (:meth:`head` says why)."""
        return (await self.head(path)).text

    async def head(self, path: str | os.PathLike[str]) -> Head:
        """``path`` at ``HEAD``. Symbolic links are followed; the file itself may be deleted. Never raises on bad input."""
        try:
            directory, name = _locate(os.fspath(path))
        except (OSError, ValueError) as error:  # a NUL in the path, a loop of links
            return Head(None, missing=f"not a readable path: {error}")
        if not name:
            return Head(None, missing="a directory, not a file")
        status, out, problem = await self._git(directory, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if status:
            return Head(None, missing=problem or "the branch has no commit yet")
        commit = out.decode("ascii", errors="replace").strip()
        key = (os.path.join(directory, name), commit)  # noqa: PTH118 - a cache key, not a path to normalise
        cached = self._heads.get(key)
        if cached is not None:
            return cached
        # "./" makes the path relative to the directory, whatever the root; nothing in it is special to git.
        status, out, problem = await self._git(directory, "cat-file", "blob", f"{commit}:./{name}")
        if status < 0:
            return Head(None, commit, problem)  # a timeout says nothing about the next try
        found = Head(None, commit, problem or "not in HEAD") if status else Head(decode(out), commit)
        self._heads[key] = found
        return found

    def head_sync(self, path: str | os.PathLike[str]) -> Head:
        """:meth:`head` for callers without an event loop."""
        return asyncio.run(self.head(path))

    async def _git(self, directory: str, *arguments: str) -> tuple[int, bytes, str]:
        """Exit status (negative: git could not be run to its end), standard output, last line of standard error."""
        async with self._slot():
            try:
                process = await asyncio.create_subprocess_exec(
                    self._executable, *_SAFE, "-C", directory, *arguments,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.PIPE,
                    env=_environment(),
                )  # fmt: skip
            except FileNotFoundError:
                return -1, b"", "git is not installed"
            except (OSError, ValueError) as error:
                return -1, b"", f"git could not be started: {error}"
            assert process.stdout is not None and process.stderr is not None
            try:
                (out, cut), (err, _), status = await asyncio.wait_for(
                    asyncio.gather(
                        _read(process.stdout, self._maximum_bytes),
                        _read(process.stderr, 1 << 16),
                        process.wait(),
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
            return 1, b"", f"larger than {self._maximum_bytes >> 20} MB at HEAD"
        lines = err.decode("utf-8", errors="replace").strip().splitlines()
        return status, out, lines[-1].removeprefix("fatal: ") if status and lines else ""

    def _slot(self) -> asyncio.Semaphore:
        loop = asyncio.get_running_loop()
        # A semaphore belongs to one loop, and head_sync makes a new loop each time.
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


def _locate(path: str) -> tuple[str, str]:
    """(nearest existing directory above the real path, the rest with forward slashes; "" if it is a directory)."""
    real = os.path.realpath(path)
    if os.path.isdir(real):  # noqa: PTH112
        return real, ""
    directory = os.path.dirname(real)  # noqa: PTH120
    while not os.path.isdir(directory) and os.path.dirname(directory) != directory:  # noqa: PTH112, PTH120
        directory = os.path.dirname(directory)  # noqa: PTH120
    return directory, os.path.relpath(real, directory).replace(os.sep, "/")


def _environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k.startswith(_KEPT)}
    return kept | {
        "GIT_OPTIONAL_LOCKS": "0",  # never take index.lock from under the author's own git
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",  # git >= 2.44; older ones are kept off the network by the next line
        "GIT_ALLOW_PROTOCOL": "none",
        "LC_ALL": "C",
    }
