"""Which functions train, validate and test: whole clusters of items that share a problem or are near-duplicates.

The shipped file ``data/splits.json.gz`` lists clusters by item id and holds no source text. Remake it with
``python -m pricetag.train.splits DATA_DIR``.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path

from datasketch import MinHash, MinHashLSH

from pricetag.measure.label import Item
from pricetag.syntax import parse_functions
from pricetag.syntax.function import Language
from pricetag.train.processes import in_processes
from pricetag.train.tokens import shape_tokens

SPLITS = ("train", "validation", "test")
TEST_SHARE, VALIDATION_SHARE = 0.15, 0.10
NEAR = 0.7  # Jaccard similarity of shingles above which two functions are near-duplicates
SHINGLE = 5  # tokens
MINIMUM_TOKENS = 20  # shorter functions are alike by chance, so they are near to none
TEST_ONLY = frozenset({"mceval", "stdlib"})  # whole sources that no model has seen: one per language
# Functions of the standard library that packages hold copies of, which two members of the shipped model learnt from before
# that was noticed: they are in no split.
SEEN = frozenset(
    {
        "stdlib/collections/UserString.zfill@0c4c6993",
        "stdlib/email._parseaddr/quote@6441bab3",
        "stdlib/graphlib/TopologicalSorter.prepare@e4245356",
        "stdlib/locale/_strcoll@940282ce",
        "stdlib/pathlib/_PosixFlavour.compile_pattern@615c3949",
        "stdlib/pathlib/_PosixFlavour.splitroot@615c3949",
        "stdlib/shlex/join@562bc4e1",
        "stdlib/textwrap/TextWrapper._fix_sentence_endings@268263b5",
        "stdlib/textwrap/TextWrapper._wrap_chunks@268263b5",
        "stdlib/textwrap/dedent@0065dd66",
        "stdlib/textwrap/fill@0ac6dfe3",
        "stdlib/textwrap/shorten@4fae3aba",
        "stdlib/textwrap/wrap@7348bdc4",
    }
)
# Distributions whose functions validate, so that intervals are calibrated on a library's functions too.
# Drawn by a hash of their names from those that were labelled last.
VALIDATING_PACKAGES = frozenset(
    f"package/{name}"
    for name in (
        "anybadge arrow asciimatics babel braintree confuse coreapi crashtest csvkit defusedxml dpath grapheme graphql-core "
        "h2 hjson huffman imagesize intervaltree jsonmerge justext latexcodec mergedeep mesa pampy parso pyinflect "
        "python-utils suffix-trees tableschema textstat transitions trio ua-parser unionfind w3lib wordfreq workalendar"
    ).split()
)
_PERMUTATIONS = 96
_BANDS = (
    32,
    3,
)  # 32 bands of 3 rows find all but two in a million pairs at 0.7; those found are compared exactly

Shingles = frozenset[int]


def assign_splits(items: Iterable[Item]) -> dict[str, str]:
    """Item id -> "train", "validation" or "test".

    Items of one problem, and near-duplicates, stand in one split, chosen by a hash, so that more items move few old ones.
    Generated items only train; those that come too near a function held out are left out of the answer.
    """
    return {
        item: split
        for split, clusters in split_clusters(items).items()
        for cluster in clusters
        for item in cluster
    }


def load_splits() -> dict[str, str]:
    """The shipped split of every item of the public data files and of our own corpus, by item id."""
    file = resources.files("pricetag.train").joinpath("data/splits.json.gz")
    clusters: dict[str, list[list[str]]] = json.loads(gzip.decompress(file.read_bytes()))
    return {item: split for split in SPLITS for cluster in clusters[split] for item in cluster}


def splits_of(items: Sequence[Item], shipped: Mapping[str, str] | None = None) -> dict[str, str]:
    """Splits of labelled items: shipped ones, and further items of their problems (mutants), as shipped.

    Sources of ``TEST_ONLY`` test, ``VALIDATING_PACKAGES`` validate. All others (generated ones, packages, a user's own files)
    train. What is not shipped and would train is left out where it is near a held-out item among ``items``; so are ``SEEN``.
    """
    known = load_splits() if shipped is None else shipped
    items = [item for item in items if item.id not in SEEN]
    answer = {item.id: known[item.id] for item in items if item.id in known}
    answer.update({item.id: "test" for item in items if item.source in TEST_ONLY})
    answer.update({item.id: "validation" for item in items if item.problem in VALIDATING_PACKAGES})
    by_problem = {item.problem: answer[item.id] for item in items if item.id in answer}
    further = [item for item in items if item.id not in answer]
    wanted = {item.id: by_problem.get(item.problem, "train") for item in further}
    answer.update({item: split for item, split in wanted.items() if split != "train"})
    held_out = [item for item in items if answer.get(item.id) in ("validation", "test")]
    training = [item for item in further if wanted[item.id] == "train"]
    blocked = near_to(training, held_out)
    answer.update({item.id: "train" for item in training if item.id not in blocked})
    return answer


def split_clusters(
    items: Iterable[Item], before: Mapping[str, str] | None = None
) -> dict[str, list[list[str]]]:
    """The clusters of each split, as sorted lists of item ids.

    Items of an earlier division, ``before``, and their problems stay where they were. New ones join what they are near
    to; those that would tie two splits together are left out.
    """
    written: list[Item] = []
    generated: list[Item] = []
    for item in items:
        (generated if item.source == "generated" else written).append(item)
    fixed = _fixed(written, before or {})
    pairs = _near_pairs(written)
    crossing = _crossing(written, pairs, fixed, before or {})
    kept = [item for item in written if item.id not in crossing]
    ids = {item.id for item in kept}
    edges = {
        (written[a].problem, written[b].problem)
        for a, b in pairs
        if written[a].id in ids and written[b].id in ids and written[a].problem != written[b].problem
    }
    left_out = _ties(edges, fixed)
    edges = {edge for edge in edges if not left_out.intersection(edge)}
    chosen = [item for item in kept if item.problem not in left_out]
    by_root: dict[str, list[Item]] = defaultdict(list)
    roots = _roots({item.problem for item in chosen}, edges)
    for item in chosen:
        by_root[roots[item.problem]].append(item)
    answer: dict[str, list[list[str]]] = {split: [] for split in SPLITS}
    held_out: list[Item] = []
    for root in sorted(by_root):
        members = by_root[root]
        were = {fixed[item.problem] for item in members if item.problem in fixed}
        split = max(were, key=SPLITS.index) if were else _drawn(root)
        answer[split].append(sorted(item.id for item in members))
        if split != "train":
            held_out.extend(members)
    blocked = near_to(generated, held_out)
    families: dict[str, list[str]] = defaultdict(list)
    for item in generated:
        if item.id not in blocked:
            families[item.problem].append(item.id)
    answer["train"].extend(sorted(ids) for ids in families.values())
    return answer


def _fixed(items: Iterable[Item], before: Mapping[str, str]) -> dict[str, str]:
    """Split of each problem that has one already."""
    fixed: dict[str, str] = {}
    for item in items:
        split = "test" if item.source in TEST_ONLY else before.get(item.id)
        if split is not None:
            fixed[item.problem] = max(split, fixed.get(item.problem, split), key=SPLITS.index)
    return fixed


def _crossing(
    items: Sequence[Item],
    pairs: Iterable[tuple[int, int]],
    fixed: Mapping[str, str],
    before: Mapping[str, str],
) -> set[str]:
    """Ids of new items of old problems that are near to an old problem of another split."""
    found = set()
    for a, b in pairs:
        one, other = fixed.get(items[a].problem), fixed.get(items[b].problem)
        if one is not None and other is not None and one != other:
            new = {items[k].id for k in (a, b) if items[k].id not in before}
            # Two old ones were not near before: their text has changed. The one nearer to training goes.
            nearer = min((a, b), key=lambda k: SPLITS.index(fixed[items[k].problem]))
            found |= new or {items[nearer].id}
    return found


def _ties(edges: Iterable[tuple[str, str]], fixed: Mapping[str, str]) -> set[str]:
    """New problems without which no chain of near-duplicates leads from one split to another."""
    near: dict[str, set[str]] = defaultdict(set)
    for one, other in edges:
        near[one].add(other)
        near[other].add(one)
    new = {problem for problem in near if problem not in fixed}
    left_out: set[str] = set()
    while True:
        inner = {edge for edge in edges if new.issuperset(edge)}
        groups: dict[str, list[str]] = defaultdict(list)
        for problem, root in _roots(new, inner).items():
            groups[root].append(problem)
        dropped: set[str] = set()
        for members in groups.values():
            touched = {fixed[other] for problem in members for other in near[problem] if other in fixed}
            if len(touched) > 1:
                stays = max(touched, key=SPLITS.index)
                dropped |= {
                    problem
                    for problem in members
                    if any(fixed.get(other, stays) != stays for other in near[problem])
                }
        if not dropped:
            return left_out
        left_out |= dropped
        new -= dropped


def near_to(items: Sequence[Item], others: Sequence[Item]) -> set[str]:
    """Ids of those of ``items`` that are near-duplicates of one of ``others``."""
    if not items or not others:
        return set()
    indexes = {language.value: _Index() for language in Language}
    for other, sketch in zip(others, in_processes(_sketch, others), strict=True):
        if sketch:
            indexes[other.language].add(*sketch)
    return {
        item.id
        for item, sketch in zip(items, in_processes(_sketch, items), strict=True)
        if sketch and next(indexes[item.language].near(*sketch), None) is not None
    }


def shingles(item: Item) -> Shingles:
    """Hashes of the runs of five tokens of the entry function's canonical text, names and literals neutral.

    None for a function below 20 tokens ("return len(x)" is everywhere, joining its problems would make one giant cluster).
    """
    words = shape_tokens(canonical_text(item), item.language)
    if len(words) < MINIMUM_TOKENS:
        return frozenset()
    return frozenset(_hash(" ".join(words[i : i + SHINGLE])) for i in range(len(words) - SHINGLE + 1))


def jaccard(a: Shingles, b: Shingles) -> float:
    """Shared part of two sets of shingles, 0 to 1."""
    return len(a & b) / len(a | b) if a or b else 0.0


def canonical_text(item: Item) -> str:
    """Canonical text of the item's entry function, all of its code where the function is not found."""
    wanted = item.entry.replace("::", ".")
    found = [
        function for function in parse_functions(item.code, Language(item.language))
        if function.qualified_name.replace("::", ".") == wanted or function.name == item.entry
    ]  # fmt: skip
    return found[-1].canonical if found else item.code


class _Index:
    """Shingle sets that answer which of them are near a new one."""

    def __init__(self) -> None:
        self._lsh = MinHashLSH(num_perm=_PERMUTATIONS, params=_BANDS)
        self._sets: list[Shingles] = []

    def add(self, shingle_set: Shingles, minhash: MinHash) -> None:
        self._lsh.insert(len(self._sets), minhash)
        self._sets.append(shingle_set)

    def near(self, shingle_set: Shingles, minhash: MinHash) -> Iterator[int]:
        """Positions, in the order of adding, of the near ones."""
        for position in sorted(self._lsh.query(minhash)):
            if jaccard(shingle_set, self._sets[position]) > NEAR:
                yield position


def _near_pairs(items: Sequence[Item]) -> list[tuple[int, int]]:
    """Positions of all pairs of near-duplicates of one language."""
    indexes = {language.value: _Index() for language in Language}
    positions: dict[str, list[int]] = defaultdict(list)
    pairs: list[tuple[int, int]] = []
    for position, (item, sketch) in enumerate(zip(items, in_processes(_sketch, items), strict=True)):
        if sketch:
            earlier = positions[item.language]
            pairs.extend((earlier[other], position) for other in indexes[item.language].near(*sketch))
            indexes[item.language].add(*sketch)
            earlier.append(position)
    return pairs


def _roots(problems: Iterable[str], edges: Iterable[tuple[str, str]]) -> dict[str, str]:
    """For each problem the smallest one that it is connected to."""
    parent = {problem: problem for problem in problems}

    def root(problem: str) -> str:
        while parent[problem] != problem:
            parent[problem] = parent[parent[problem]]
            problem = parent[problem]
        return problem

    for edge in edges:
        first, second = sorted(map(root, edge))
        parent[second] = first
    return {problem: root(problem) for problem in parent}


def _drawn(problem: str) -> str:
    """The split that a hash of the problem id draws."""
    share = int.from_bytes(hashlib.sha256(f"split/{problem}".encode()).digest()[:8], "big") / 2**64
    if share < TEST_SHARE:
        return "test"
    return "validation" if share < TEST_SHARE + VALIDATION_SHARE else "train"


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _sketch(item: Item) -> tuple[Shingles, MinHash] | None:
    """An item's shingles and their MinHash; None where there are no shingles."""
    if not (own := shingles(item)):
        return None
    minhash = MinHash(num_perm=_PERMUTATIONS, seed=1)
    minhash.update_batch([shingle.to_bytes(8, "big") for shingle in own])
    return own, minhash


def write_splits(data_dir: Path, path: Path) -> dict[str, list[list[str]]]:
    """Split the corpus of a data directory and write the file that ``load_splits`` reads; old items stay where they were."""
    from pricetag.train.corpus import load_corpus

    clusters = split_clusters(load_corpus(data_dir), load_splits())
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(clusters, separators=(",", ":")).encode()
    path.write_bytes(gzip.compress(text, compresslevel=9, mtime=0))
    return clusters


if __name__ == "__main__":
    made = write_splits(Path(sys.argv[1]), Path(__file__).parent / "data" / "splits.json.gz")
    for name, members in made.items():
        sizes = sorted(map(len, members), reverse=True)
        sys.stdout.write(f"{name}: {sum(sizes)} items in {len(sizes)} clusters, largest {sizes[:5]}\n")
