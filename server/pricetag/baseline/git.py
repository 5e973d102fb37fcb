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

from pricetag.baseline.command import MAXIMUM_BYTES, TIMEOUT, GitCommand

CACHED_CHARACTERS = 32 << 20


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
        self._git = GitCommand(executable, timeout, maximum_bytes).run
        self._heads: LRUCache[tuple[str, str], Head] = LRUCache(
            CACHED_CHARACTERS, getsizeof=lambda head: len(head.text or "") + 256
        )

    async def head_text(self, path: str | os.PathLike[str]) -> str | None:
        """Text of ``path`` at ``HEAD`` of the repository that holds it; None if there is none (:meth:`head` says why)."""
        return (await self.head(path)).text

    async def head(self, path: str | os.PathLike[str]) -> Head:
        """``path`` at ``HEAD``. Symbolic links are followed; the file itself may be deleted. Never raises on bad input."""
        try:
            directory, name = locate(os.fspath(path))
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


def locate(path: str) -> tuple[str, str]:
    """(nearest existing directory above the real path, the rest with forward slashes; "" if it is a directory)."""
    real = os.path.realpath(path)
    if os.path.isdir(real):  # noqa: PTH112
        return real, ""
    directory = os.path.dirname(real)  # noqa: PTH120
    while not os.path.isdir(directory) and os.path.dirname(directory) != directory:  # noqa: PTH112, PTH120
        directory = os.path.dirname(directory)  # noqa: PTH120
    return directory, os.path.relpath(real, directory).replace(os.sep, "/")
