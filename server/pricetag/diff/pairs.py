"""Two revisions to pairs of functions: each function as it stands now, and what it came from."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pricetag.baseline import Change, GitError, Head, Revisions, match_files
from pricetag.scan import Found, Problem, functions_in, read_source
from pricetag.syntax import Function, language_of, parse_functions

_MERGE_BASE, _RANGE = "...", ".."


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit, and how its user called it."""

    name: str
    commit: str


@dataclass(frozen=True, slots=True)
class Span:
    """What is compared: ``base`` with ``head``, or with the working tree where ``head`` is None."""

    base: Revision
    head: Revision | None


@dataclass(frozen=True, slots=True)
class Pair:
    """A function as it stands now, and what it came from (None if it is new) with that one's path."""

    after: Found
    before: Function | None
    old_path: str = ""


@dataclass(slots=True)
class Gathered:
    """The functions of all files that differ. Paths are relative to the repository's root, with ``/``."""

    files: int
    pairs: list[Pair]
    removed: int  # functions that are gone, moved ones not counted
    problems: list[Problem]


async def resolve(revisions: Revisions, root: str, base: str, head: str | None, merge_base: bool) -> Span:
    """The commits that the user's words mean, as ``git diff`` reads them. Raises ``GitError``.

    ``REV`` is compared with the working tree, ``A..B`` with commit B, ``A...B`` is the merge base of A and B compared
    with B; an end left out is ``HEAD``. ``merge_base`` takes the merge base of ``base`` and the other side instead of
    ``base`` itself.
    """
    separator = _MERGE_BASE if _MERGE_BASE in base else _RANGE if _RANGE in base else ""
    if separator:
        if head is not None:
            raise GitError(f"{base!r} names both ends already; --head cannot name another")
        base, _, head = base.partition(separator)
        base, head = base or "HEAD", head or "HEAD"
        merge_base = merge_base or separator == _MERGE_BASE
    end = None if head is None else Revision(head, await revisions.commit(root, head))
    if not merge_base:
        return Span(Revision(base, await revisions.commit(root, base)), end)
    other = end.name if end else "HEAD"
    commit = await revisions.merge_base(root, base, other)
    return Span(Revision(f"merge base of {base} and {other}", commit), end)


async def gather(
    revisions: Revisions, root: str, span: Span, wanted: Callable[[str], bool] = lambda path: True
) -> Gathered:
    """The functions of the files that differ and whose path now is ``wanted``. Raises ``GitError``.

    Files that are not wanted, or are gone, still are where a function may have come from.
    """
    head = span.head.commit if span.head else None
    changes = [
        change for change in await revisions.changes(root, span.base.commit, head) if _is_source(change)
    ]
    ids = [blob for change in changes for blob in (change.old_blob, change.new_blob) if blob]
    blobs = await revisions.blobs(root, ids)
    return await asyncio.to_thread(_pair, root, changes, blobs, wanted)


def _is_source(change: Change) -> bool:
    return any(path is not None and language_of(path) for path in (change.old_path, change.new_path))


def _pair(
    root: str, changes: list[Change], blobs: dict[str, Head], wanted: Callable[[str], bool]
) -> Gathered:
    gathered = Gathered(0, [], 0, [])
    before: list[tuple[Function, ...]] = []
    after: list[list[Found]] = []
    paths: dict[int, str] = {}  # of an old function, by its id
    for change in changes:
        texts = _texts(root, change, blobs, gathered.problems)
        if texts is None:
            continue
        old_text, new_text = texts
        language = language_of(change.old_path or "")
        old = parse_functions(old_text, language) if language and old_text is not None else ()
        new: list[Found] = []
        if change.new_path is not None and new_text is not None:
            new = functions_in(change.new_path, new_text, gathered.problems)
            gathered.files += wanted(change.new_path)
        paths |= dict.fromkeys(map(id, old), change.old_path or "")
        before.append(old)
        after.append(new)
    matched = match_files(
        [(old, [one.function for one in new]) for old, new in zip(before, after, strict=True)]
    )
    used = {id(old) for pairs in matched for old, _ in pairs}
    gathered.removed = sum(id(function) not in used for old in before for function in old)
    for new, pairs in zip(after, matched, strict=True):
        for one, (origin, _) in zip(new, pairs, strict=True):
            if wanted(one.path):
                gathered.pairs.append(Pair(one, origin, paths[id(origin)] if origin else ""))
    return gathered


def _texts(
    root: str, change: Change, blobs: dict[str, Head], problems: list[Problem]
) -> tuple[str | None, str | None] | None:
    """The texts before and after; None where they are equal or the new one cannot be read."""
    old = _text(change.old_path, blobs[change.old_blob], problems) if change.old_blob else None
    if change.new_path is None or language_of(change.new_path) is None:
        return old, None
    if change.new_blob:
        new = _text(change.new_path, blobs[change.new_blob], problems)
    else:
        found: list[Problem] = []
        new = read_source(os.path.join(root, change.new_path), found)  # noqa: PTH118 - relative names stay as git says
        problems += [Problem(change.new_path, problem.reason, problem.skipped) for problem in found]
    return None if new is None or new == old else (old, new)


def _text(path: str | None, head: Head, problems: list[Problem]) -> str | None:
    reason = "a binary file" if "\0" in (head.text or "")[:8192] else head.missing
    if reason:
        problems.append(Problem(path or "", reason))
        return None
    return head.text


def within(root: str, paths: Iterable[str]) -> list[str]:
    """Paths as the user gave them, relative to the root of the repository; "" is the root. Raises ``GitError``."""
    found = []
    for path in paths:
        try:
            parent, name = os.path.split(os.path.abspath(path))  # noqa: PTH100 - a link in the tree stays what it is
            below = os.path.relpath(os.path.join(os.path.realpath(parent), name), root)  # noqa: PTH118
        except (OSError, ValueError) as error:
            raise GitError(f"{path!r} is not a readable path: {error}") from error
        if below == os.pardir or below.startswith(os.pardir + os.sep):
            raise GitError(f"{path} is outside the repository {root}")
        found.append("" if below == os.curdir else below.replace(os.sep, "/"))
    return found
