"""The training corpus: every origin of functions, behind one call.

``load_source`` reads one origin, ``load_corpus`` all origins of a data directory without duplicates.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pricetag.measure.label import Item
from pricetag.syntax import language_of, parse_functions
from pricetag.train import cpp_sources, package_sources, python_sources
from pricetag.train.generator import LANGUAGES, generate
from pricetag.train.mutate import mutate, neutral
from pricetag.train.tokens import normal_text


class UnknownSource(ValueError):
    """A source name or path that nothing can be read from; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Source:
    """One origin of functions: its language ("" for both), SPDX licence, data files and loader."""

    name: str
    language: str
    licence: str
    files: tuple[str, ...]
    load: Callable[[Path], Iterator[Item]]


def _authored(data: Path) -> Iterator[Item]:
    """Our own corpus: functions written for Pricetag, in the repository beside the package (or in the data directory)."""
    beside = Path(__file__).parents[2] / "data" / "authored"
    folder = data / "authored" if (data / "authored").is_dir() else beside
    for path in sorted(folder.glob("*.jsonl.gz")):
        for row in python_sources.rows(path):
            yield Item(
                row["id"], "authored", "Apache-2.0", row["problem"], row["language"], row["code"], row["entry"],
                tuple(row.get("examples", ())), tuple(row.get("receiver", ())),
            )  # fmt: skip


_ALL = (
    Source("mbpp", "python", "CC-BY-4.0", ("mbpp/mbpp.jsonl.gz",), python_sources.mbpp),
    Source("mbppplus", "python", "Apache-2.0", ("mbppplus/MbppPlus.jsonl.gz",), python_sources.mbpp_plus),
    Source("coffe", "python", "CC-BY-4.0", ("coffe/function_mbpp.jsonl.gz",), python_sources.coffe),
    Source("cruxeval", "python", "MIT", ("cruxeval/cruxeval.jsonl.gz",), python_sources.cruxeval),
    Source(
        "gfg", "python", "CC-BY-SA-2.0", ("gfg_parallel/transcoder_questions.jsonl.gz",), python_sources.gfg
    ),
    Source(
        "gfgpairs",
        "python",
        "CC-BY-SA-2.0",
        ("gfg_parallel/transcoder_test_pairs.jsonl.gz",),
        python_sources.gfg_pairs,
    ),
    Source(
        "leetcode",
        "python",
        "MIT",
        ("leetcode_py/train_v0.2.0.jsonl.gz", "leetcode_py/test_v0.2.0_v0.3.x.jsonl.gz"),
        python_sources.leetcode,
    ),
    Source("mbxp", "cpp", "CC-BY-4.0", ("mbxp_cpp/mbcpp_release_v1.2.jsonl.gz",), cpp_sources.mbxp),
    Source("mbxpsamples", "cpp", "CC-BY-4.0", ("mbxp_cpp/mbcpp_samples.jsonl.gz",), cpp_sources.mbxp_samples),
    Source("gfgcpp", "cpp", "CC-BY-SA-2.0", ("gfg_parallel/transcoder_questions.jsonl.gz",), cpp_sources.gfg),
    Source(
        "gfgpairscpp",
        "cpp",
        "CC-BY-SA-2.0",
        ("gfg_parallel/transcoder_test_pairs.jsonl.gz",),
        cpp_sources.gfg_pairs,
    ),
    Source("mceval", "cpp", "CC-BY-SA-4.0", ("mceval_cpp/CPP.jsonl.gz",), cpp_sources.mceval),
    Source("authored", "", "Apache-2.0", (), _authored),
)


def _as_installed(functions: Callable[[], Iterator[Item]]) -> Callable[[Path], Iterator[Item]]:
    """A loader of what this machine has installed: ids carry a hash of the text, which differs from version to version."""

    def load(_: Path) -> Iterator[Item]:
        for item in functions():
            yield replace(item, id=f"{item.id}@{hashlib.sha256(item.code.encode()).hexdigest()[:8]}")

    return load


# Not part of a data directory: what they hold depends on the machine.
_INSTALLED = (
    Source("stdlib", "python", "PSF-2.0", (), _as_installed(package_sources.standard_library)),
    Source("package", "python", "NOASSERTION", (), _as_installed(package_sources.installed_packages)),
)
SOURCES: dict[str, Source] = {source.name: source for source in (*_ALL, *_INSTALLED)}


def load_source(name_or_path: str, data_dir: Path) -> Iterator[Item]:
    """Items of one origin, which is one of

    - a name of ``SOURCES``,
    - ``generate:LANGUAGE:COUNT[:SEED]``: our own programs,
    - ``mutate:`` and another origin: small edits of its functions that change what they cost,
    - ``neutral:`` and another origin: edits that do not,
    - a ``.jsonl.gz`` file that ``write_items`` made,
    - a data directory, or one of its files,
    - a ``.py`` or C++ file, or a directory of them: every function that can be called by itself.

    Raises ``UnknownSource`` where it is none of these, ``OSError`` where a file cannot be read.
    """
    if name_or_path in SOURCES:
        source = SOURCES[name_or_path]
        for file in source.files:
            if not (data_dir / file).is_file():
                raise UnknownSource(f"source {source.name!r} needs {data_dir / file}, which is not there")
        yield from source.load(data_dir)
    elif name_or_path.startswith("generate:"):
        yield from _generated(name_or_path)
    elif name_or_path.startswith("mutate:"):
        for item in load_source(name_or_path.removeprefix("mutate:"), data_dir):
            yield from mutate(item)
    elif name_or_path.startswith("neutral:"):
        for item in load_source(name_or_path.removeprefix("neutral:"), data_dir):
            yield from neutral(item)
    elif (path := Path(name_or_path)).is_dir():
        inside = load_corpus(path)
        yield from inside or _source_directory(path)
    elif path.is_file() and _is_source(path):
        yield from _source_file(path, path.name)
    elif path.is_file():
        named = [source for source in SOURCES.values() if f"{path.parent.name}/{path.name}" in source.files]
        if not named and path.name.endswith(".jsonl.gz"):
            yield from read_items(path)
            return
        if not named:
            raise UnknownSource(f"{path} is neither source text nor a data file that Pricetag knows")
        for source in named:
            yield from source.load(path.parent.parent)
    else:
        raise UnknownSource(
            f"unknown source {name_or_path!r}: give one of {', '.join(SOURCES)}, generate:LANGUAGE:COUNT[:SEED], or a path"
        )


def load_corpus(data_dir: Path, language: str = "") -> list[Item]:
    """Every item of the data directory in a stable order, exact duplicates within a language dropped (the first stays)."""
    chosen = [source for source in _ALL if language in ("", source.language) or not source.language]
    present = [source for source in chosen if all((data_dir / file).is_file() for file in source.files)]
    if not any(source.files for source in present) and not (data_dir / "authored").is_dir():
        return []  # not a data directory: our own corpus alone would answer for any folder
    return distinct(
        item for source in present for item in source.load(data_dir) if language in ("", item.language)
    )


def write_items(items: Iterable[Item], path: Path) -> int:
    """Write items as gzipped JSON lines, one a line, for ``load_source`` to read; returns how many. Raises OSError."""
    count = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for item in items:
            file.write(json.dumps(asdict(item)) + "\n")
            count += 1
    return count


def read_items(path: Path) -> Iterator[Item]:
    """The items of a file that ``write_items`` made. Raises ``UnknownSource`` where it is none."""
    try:
        for row in python_sources.rows(path):
            yield Item(**{**row, "examples": tuple(row["examples"]), "receiver": tuple(row["receiver"])})
    except (ValueError, TypeError, KeyError, EOFError, gzip.BadGzipFile) as error:
        raise UnknownSource(f"{path} is no file of items: {error}") from error


def _generated(request: str) -> Iterator[Item]:
    """Items for ``generate:LANGUAGE:COUNT[:SEED]``."""
    _, *words = request.split(":")
    if (
        len(words) not in (2, 3)
        or words[0] not in LANGUAGES
        or not all(word.isdecimal() for word in words[1:])
    ):
        raise UnknownSource(
            f"{request!r} should read generate:python:COUNT[:SEED] or generate:cpp:COUNT[:SEED]"
        )
    yield from generate(words[0], int(words[1]), int(words[2]) if len(words) == 3 else 0)


def _is_source(path: Path) -> bool:
    return language_of(str(path)) is not None


def _source_directory(root: Path) -> Iterator[Item]:
    """Functions of every source file below ``root``, in the order of their paths."""
    found = False
    for path in sorted(root.rglob("*")):
        if path.is_file() and _is_source(path):
            found = True
            yield from _source_file(path, path.relative_to(root).as_posix())
    if not found:
        raise UnknownSource(f"{root} holds neither data files that Pricetag knows nor Python or C++ files")


def _source_file(path: Path, name: str) -> Iterator[Item]:
    """Functions of one file; nested ones and those with broken syntax cannot be called and are left out."""
    language = language_of(str(path))
    if language is None:
        return
    code = path.read_text(encoding="utf-8", errors="replace")
    seen: set[str] = set()
    for function in parse_functions(code, language):
        if function.error or "<locals>" in function.qualified_name or function.qualified_name in seen:
            continue
        seen.add(function.qualified_name)
        yield Item(
            f"file/{name}/{function.qualified_name}", "file", "NOASSERTION", f"file/{name}", language.value, code,
            function.qualified_name,
        )  # fmt: skip


def distinct(items: Iterable[Item]) -> list[Item]:
    """Items without exact duplicates: same language and same text, comments, layout and the function's own name aside.

    Neutral edits stay: to be alike is what they are for.
    """
    seen: set[tuple[str, str]] = set()
    kept = []
    for item in items:
        if item.source == "neutral":
            kept.append(item)
            continue
        text = normal_text(item.code, item.language, item.entry)
        key = (item.language, hashlib.sha256(text.encode()).hexdigest())
        if key not in seen:
            seen.add(key)
            kept.append(item)
    return kept
