"""The functions of whole folders, read in a process of its own: ``python -m pricetag.survey``.

A parse holds the interpreter, and a workspace has thousands of files: the editor's server must not read them itself.
Standard input is one line of JSON:

    {"folders": [path, ...], "exclude": [glob, ...], "languages": [name, ...], "encoding": "utf-16",
     "known": {path: [mtime_ns, size], ...}}

Standard output is lines of JSON, the functions of a file before the file itself:

    {"total": files}
    {"function": {"name", "language", "range", "selection", "query", "n"}}
    {"file": path, "stamp": [mtime_ns, size], "same": whether it is as known, "skipped": why it was not read, or ""}
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any

from pricetag.baseline import GitError, Revisions, decode
from pricetag.config import Configs
from pricetag.forecast import subject_of
from pricetag.lsp.settings import Settings
from pricetag.scan import SKIPPED_FOLDERS, source_files
from pricetag.syntax import Language, SyntaxTree, language_of, machine_made
from pricetag.text import Buffer, Encoding

LARGEST_FILE = 1 << 20  # bytes: a second's parse; hand-written code is far below
_NICE = 10  # typing, building and even forecasting come first


def main() -> int:
    """Answer the one request on standard input."""
    with contextlib.suppress(AttributeError, OSError):  # no such thing on Windows
        os.nice(_NICE)
    asked = json.loads(sys.stdin.buffer.readline())
    for line in survey(asked):
        sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    return 0


def survey(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The lines that answer a request."""
    settings = Settings(languages=tuple(map(Language, asked["languages"])), exclude=tuple(asked["exclude"]))
    known, encoding, configs = asked["known"], Encoding(asked["encoding"]), Configs()
    files = [path for path in _files(asked["folders"]) if not _is_left_alone(path, settings, configs)]
    yield {"total": len(files)}
    for path in files:
        stamp, skipped = _stamp(path), ""
        same = known.get(path) == stamp
        if not same:
            functions, skipped = _read(path, encoding)
            yield from ({"function": function} for function in functions)
        yield {"file": path, "stamp": stamp, "same": same, "skipped": skipped}


def _stamp(path: str) -> list[int]:
    try:
        status = Path(path).stat()
    except OSError:  # deleted meanwhile: reading it will say so
        return [0, 0]
    return [status.st_mtime_ns, status.st_size]


def _files(folders: list[str]) -> list[str]:
    found: list[str] = []
    for folder in folders:
        try:
            listed = asyncio.run(Revisions().files(folder))
        except GitError:  # no git, or no repository
            found.append(folder)
        else:
            found += [path for path in listed if language_of(path) and not _is_hidden(path, folder)]
    return source_files(found, [])


def _is_hidden(path: str, folder: str) -> bool:
    parts = PurePath(path).relative_to(folder).parts
    return any(part.startswith(".") or part in SKIPPED_FOLDERS for part in parts)


def _is_left_alone(path: str, settings: Settings, configs: Configs) -> bool:
    language = language_of(path)
    if language is None or settings.leaves_alone(language, path):
        return True
    relative, config = configs.of(path)
    return config.excludes(relative)


def _read(path: str, encoding: Encoding) -> tuple[list[dict[str, Any]], str]:
    """The functions of a file, and why there are none if it was not read."""
    language = language_of(path)
    try:
        with Path(path).open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        return [], (error.strerror or type(error).__name__).lower()
    if len(data) > LARGEST_FILE:
        return [], f"larger than {LARGEST_FILE >> 20} MB"
    if reason := machine_made(data):
        return [], reason
    if b"\0" in data or language is None:
        return [], "a binary file"
    try:
        return list(_functions(Buffer(decode(data)), language, encoding)), ""
    except Exception as error:  # a parser's own failure must not end the survey
        return [], f"cannot be read as {language.value} ({type(error).__name__})"


def _functions(buffer: Buffer, language: Language, encoding: Encoding) -> Iterator[dict[str, Any]]:
    def span(start: int, end: int) -> list[int]:
        first, last = buffer.position(start, encoding), buffer.position(end, encoding)
        return [first.line, first.character, last.line, last.character]

    for function in SyntaxTree(buffer, language).functions():
        subject = subject_of(function)
        yield {
            "name": function.qualified_name,
            "language": language.value,
            "range": span(function.start, function.end),
            "selection": span(function.name_start, function.name_end),
            "query": dataclasses.asdict(subject.query),
            "n": subject.n,
        }


if __name__ == "__main__":
    sys.exit(main())
