"""What lies between two revisions of a repository: which files differ, and their texts.

As in ``baseline/git.py`` nothing blocks the event loop, runs what a repository configures, or reaches the network.
Blobs are cached by their id, which never means anything else.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from cachetools import LRUCache

from pricetag.baseline.command import MAXIMUM_BYTES, GitCommand
from pricetag.baseline.git import CACHED_CHARACTERS, Head, decode, locate

TIMEOUT = 60.0  # seconds for one git process: a large repository is worth waiting for where nobody is typing
LARGEST_LIST = 64 << 20  # bytes of file names
_CHUNK = 32 << 20  # bytes of blobs read from one process

_REGULAR = ("100644", "100755")
# What a filter driver may be told to run. Comparing with the working tree would run it on the author's files.
_FILTER_KEYS = ("clean", "smudge", "process")


class GitError(Exception):
    """Git could not answer; the message is one line for people."""


@dataclass(frozen=True, slots=True)
class Change:
    """A regular file that differs: its path before and after, relative to the root with ``/``; None where it is not.

    ``new_blob`` is empty where the new text lies in the working tree.
    """

    old_path: str | None
    new_path: str | None
    old_blob: str = ""
    new_blob: str = ""


class Revisions:
    """Answers questions about the repositories on this machine. Raises ``GitError`` where git cannot."""

    def __init__(
        self, executable: str = "git", timeout: float = TIMEOUT, maximum_bytes: int = MAXIMUM_BYTES
    ) -> None:
        self._git = GitCommand(executable, timeout, maximum_bytes)
        self._blobs: LRUCache[str, Head] = LRUCache(
            CACHED_CHARACTERS, getsizeof=lambda head: len(head.text or "") + 256
        )

    async def root(self, path: str | os.PathLike[str]) -> str:
        """The top folder of the working tree that holds ``path``, symbolic links resolved."""
        try:
            directory, _ = locate(os.fspath(path))
        except (OSError, ValueError) as error:
            raise GitError(f"not a readable path: {error}") from error
        out = await self._output(directory, "rev-parse", "--show-toplevel")
        return os.fsdecode(out.removesuffix(b"\n"))

    async def commit(self, root: str, revision: str) -> str:
        """The id of the commit that ``revision`` (a branch, a tag, ``HEAD~2``...) names."""
        if revision.startswith("-") or not revision.strip() or "\0" in revision:
            raise GitError(f"{revision!r} is not a revision")
        status, out, problem = await self._git.run(root, "rev-parse", "--verify", "--quiet", revision)
        found = out.decode("ascii", errors="replace").strip()
        if not status:
            status, out, problem = await self._git.run(
                root, "rev-parse", "--verify", "--quiet", f"{found}^{{commit}}"
            )
        if status < 0:
            raise GitError(problem)
        if not status:
            return out.decode("ascii", errors="replace").strip()
        if revision in ("HEAD", "@") and not problem:
            problem = "the branch has no commit yet"
        raise GitError(f"no commit {revision!r}" + (f": {problem}" if problem else ""))

    async def merge_base(self, root: str, revision: str, other: str = "HEAD") -> str:
        """The id of the best common ancestor of two revisions."""
        ends = await self.commit(root, revision), await self.commit(root, other)
        status, out, problem = await self._git.run(root, "merge-base", *ends)
        if not status:
            return out.decode("ascii", errors="replace").strip()
        if not problem:
            problem = "they share no history"
            shallow = await self._output(root, "rev-parse", "--is-shallow-repository")
            if shallow.strip() == b"true":
                problem = "the clone is shallow; git fetch --unshallow gets the history that is missing"
        raise GitError(f"no merge base of {revision!r} and {other!r}: {problem}")

    async def changes(self, root: str, base: str, head: str | None = None) -> list[Change]:
        """Regular files that differ between two commits, renames paired; ``head`` None is the working tree.

        To the working tree belong new files that git would not ignore. Submodules and symbolic links are left out.
        """
        compare = ("diff-index", base) if head is None else ("diff-tree", "-r", base, head)
        settings = await self._no_filters(root) if head is None else None
        options = ("--raw", "-z", "--no-abbrev", "--ignore-submodules=all", "--no-ext-diff", "--no-textconv")
        # -l 1000: pairing renames is quadratic in the files that were added and removed.
        arguments = (compare[0], *options, "-M", "-l1000", *compare[1:], "--")
        raw = await self._output(root, *arguments, settings=settings)
        found = list(_parse_raw(raw))
        if head is None:
            # What is staged and not edited since has a blob; the author's file is read all the same.
            found = [replace(change, new_blob="") for change in found]
            known = {change.new_path for change in found}
            found += [change for change in await self._untracked(root) if change.new_path not in known]
        return found

    async def files(self, folder: str) -> list[str]:
        """Absolute paths of the files below ``folder`` that git knows or would add, without those it ignores."""
        out = await self._output(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
        return [os.path.join(folder, os.fsdecode(name)) for name in out.split(b"\0") if name]  # noqa: PTH118 - names stay as git says

    async def holds(self, root: str, commit: str, path: str) -> bool:
        """Whether a commit has a file or folder ``path``, relative to the root."""
        status, _, _ = await self._git.run(root, "cat-file", "-e", f"{commit}:{path}")
        return not status

    async def text(self, path: str | os.PathLike[str], revision: str) -> Head:
        """The text of a file at a revision; why there is none, instead of an exception."""
        try:
            directory, name = locate(os.fspath(path))
            if not name:
                return Head(None, missing="a directory, not a file")
            commit = await self.commit(directory, revision)
        except (OSError, ValueError, GitError) as error:
            return Head(None, missing=str(error))
        status, out, problem = await self._git.run(
            directory, "rev-parse", "--verify", "--quiet", f"{commit}:./{name}"
        )
        if status:
            return Head(None, commit, problem or f"not in {revision}")
        blob = out.decode("ascii", errors="replace").strip()
        try:
            found = (await self.blobs(directory, [blob]))[blob]
        except GitError as error:
            return Head(None, commit, str(error))
        return Head(found.text, commit, found.missing)

    async def blobs(self, root: str, ids: Iterable[str]) -> dict[str, Head]:
        """The texts of blobs by their ids, in few processes however many they are."""
        wanted = list(dict.fromkeys(ids))
        found = {blob: known for blob in wanted if (known := self._blobs.get(blob)) is not None}
        asked = [blob for blob in wanted if blob not in found]
        for chunk in _chunks(await self._sizes(root, asked, found)):
            for blob, data in (await self._contents(root, chunk)).items():
                found[blob] = Head(decode(data))
        for blob in asked:
            self._blobs[blob] = found.setdefault(blob, Head(None, missing="not in this repository"))
        return found

    async def _sizes(self, root: str, ids: Sequence[str], found: dict[str, Head]) -> dict[str, int]:
        """Bytes of each blob that can be read; of the others ``found`` says why not."""
        if not ids:
            return {}
        given = "".join(f"{blob}\n" for blob in ids).encode()
        out = await self._output(root, "cat-file", "--batch-check", given=given)
        sizes: dict[str, int] = {}
        for blob, line in zip(ids, out.decode("ascii", errors="replace").splitlines(), strict=False):
            kind, _, size = line.partition(" ")[2].partition(" ")
            if kind == "blob" and size.isdecimal():
                if int(size) <= self._git.maximum_bytes:
                    sizes[blob] = int(size)
                else:
                    found[blob] = Head(None, missing=f"larger than {self._git.maximum_bytes >> 20} MB")
        return sizes

    async def _contents(self, root: str, sizes: dict[str, int]) -> dict[str, bytes]:
        given = "".join(f"{blob}\n" for blob in sizes).encode()
        out = await self._output(root, "cat-file", "--batch", given=given, maximum_bytes=2 * _CHUNK)
        contents: dict[str, bytes] = {}
        at = 0
        for blob, size in sizes.items():
            start = out.index(b"\n", at) + 1
            contents[blob] = out[start : start + size]
            at = start + size + 1
        return contents

    async def _untracked(self, root: str) -> list[Change]:
        out = await self._output(root, "ls-files", "-z", "--others", "--exclude-standard")
        return [Change(None, os.fsdecode(path)) for path in out.split(b"\0") if path and path[-1:] != b"/"]

    async def _no_filters(self, root: str) -> dict[str, str]:
        """Settings under which no filter driver runs anything, whatever the repository calls them."""
        out = await self._output(root, "config", "--list", "--name-only", "-z")
        settings: dict[str, str] = {}
        for name in os.fsdecode(out).split("\0"):
            section, _, rest = name.partition(".")
            driver, _, key = rest.rpartition(".")
            if section == "filter" and driver and key in (*_FILTER_KEYS, "required"):
                settings[name] = "false" if key == "required" else ""
        return settings

    async def _output(
        self,
        root: str,
        *arguments: str,
        given: bytes = b"",
        maximum_bytes: int = LARGEST_LIST,
        settings: dict[str, str] | None = None,
    ) -> bytes:
        status, out, problem = await self._git.run(
            root, *arguments, given=given, maximum_bytes=maximum_bytes, settings=settings
        )
        if status:
            raise GitError(problem or f"git {arguments[0]} failed with exit code {status}")
        return out


def _parse_raw(raw: bytes) -> Iterator[Change]:
    """The records of ``git diff --raw -z``: ``:modes ids status NUL path NUL [path NUL]``."""
    fields = iter(raw.split(b"\0"))
    seen: set[str] = set()
    for field in fields:
        if not field.startswith(b":"):
            continue
        old_mode, new_mode, old_id, new_id, status = field[1:].decode("ascii", errors="replace").split(" ")
        old_path = new_path = os.fsdecode(next(fields))
        if status[:1] in "RC":
            new_path = os.fsdecode(next(fields))
        if status[:1] == "U":  # being merged: what counts is the file as it lies there
            new_mode = new_mode if new_mode in _REGULAR else old_mode
        old = old_path if old_mode in _REGULAR else None
        new = new_path if new_mode in _REGULAR else None
        if (old or new) and new_path not in seen:
            seen.add(new_path)
            yield Change(old, new, _blob(old_id) if old else "", _blob(new_id) if new else "")


def _blob(id_: str) -> str:
    return id_ if id_.strip("0") else ""


def _chunks(sizes: dict[str, int]) -> Iterator[dict[str, int]]:
    chunk: dict[str, int] = {}
    for blob, size in sizes.items():
        if chunk and sum(chunk.values()) + size + 200 * len(chunk) > _CHUNK:
            yield chunk
            chunk = {}
        chunk[blob] = size
    if chunk:
        yield chunk
