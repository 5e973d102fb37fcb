"""Which functions of the file a function reaches by its calls."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from pricetag.syntax.definition import Definition
from pricetag.syntax.function import Language

MOST_CALLEES = 32  # more than any prompt holds, and a bound on the work for files of thousands of functions

_BUILTIN_METHODS = frozenset(
    name for type_ in (list, dict, set, frozenset, tuple, str, bytes, bytearray, int) for name in dir(type_)
)
_STD_METHODS = frozenset(
    [
        "append",
        "assign",
        "at",
        "back",
        "begin",
        "capacity",
        "cbegin",
        "cend",
        "c_str",
        "clear",
        "count",
        "data",
        "emplace",
        "emplace_back",
        "empty",
        "end",
        "erase",
        "find",
        "first",
        "front",
        "get",
        "insert",
        "length",
        "lower_bound",
        "max_size",
        "merge",
        "pop",
        "pop_back",
        "pop_front",
        "push",
        "push_back",
        "push_front",
        "rbegin",
        "release",
        "rend",
        "replace",
        "reserve",
        "reset",
        "resize",
        "second",
        "size",
        "sort",
        "splice",
        "str",
        "substr",
        "swap",
        "top",
        "unique",
        "upper_bound",
    ]
)


@dataclass(frozen=True, slots=True)
class Site:
    """A definition at its place in the file."""

    definition: Definition
    qualified_name: str
    owner: str
    start: int
    end: int


def callees(
    sites: Sequence[Site], language: Language, before: Sequence[Site] = (), after: Sequence[Site] = ()
) -> list[tuple[str, ...]]:
    """Return, for each site, the canonical texts it reaches by calls: breadth first, without itself.

    A function that lies within the caller is part of the caller's text already and is left out. ``before`` and
    ``after`` are sites of other texts that may be called too: those of the cells around one in a notebook.
    """
    every = [*map(_elsewhere, before), *sites, *map(_elsewhere, after)]
    resolver = _Resolver(every, language)

    @cache
    def direct(index: int) -> tuple[int, ...]:
        return tuple(dict.fromkeys(resolver.targets(index)))

    own = range(len(before), len(before) + len(sites))
    return [tuple(_reached(index, direct, every)) for index in own]


def _elsewhere(site: Site) -> Site:
    return replace(site, start=-1, end=-1)  # neither within nor around any function of this text


def _reached(start: int, direct: Callable[[int], Sequence[int]], sites: Sequence[Site]) -> Iterable[str]:
    seen = {start}
    texts: dict[str, None] = {}
    waiting = deque(direct(start))
    site = sites[start]
    while waiting and len(texts) < MOST_CALLEES:
        index = waiting.popleft()
        if index in seen:
            continue
        seen.add(index)
        waiting.extend(direct(index))
        other = sites[index]
        within = site.start <= other.start and other.end <= site.end
        around = other.start <= site.start and site.end <= other.end
        if not within and not around:
            texts[other.definition.canonical] = None
    return texts


class _Resolver:
    """Finds the definitions that a call may mean, by name alone."""

    def __init__(self, sites: Sequence[Site], language: Language) -> None:
        self.sites = sites
        self.separator = "." if language is Language.PYTHON else "::"
        self.language = language
        self.by_name: dict[str, list[int]] = {}
        self.by_qualified_name: dict[str, list[int]] = {}
        self.methods: dict[str, list[int]] = {}
        for index, site in enumerate(sites):
            self.by_name.setdefault(site.definition.name, []).append(index)
            self.by_qualified_name.setdefault(site.qualified_name, []).append(index)
            if site.owner:
                self.methods.setdefault(site.definition.name, []).append(index)

    def targets(self, caller: int) -> Iterable[int]:
        """Yield what the calls of one definition mean, in the order of the calls."""
        site = self.sites[caller]
        own = self._scopes(site)
        find = self._python if self.language is Language.PYTHON else self._cpp
        for call in dict.fromkeys(site.definition.calls):
            yield from find(call, site, own)

    def _scopes(self, site: Site) -> list[str]:
        """Return the names of the scopes around and of a site, innermost first, "" last."""
        pieces = site.qualified_name.replace(".<locals>", "").split(self.separator)
        full = site.qualified_name
        scopes = [full]
        for _ in pieces[:-1]:
            full = full.rpartition(self.separator)[0].removesuffix(".<locals>")
            scopes.append(full)
        return [*scopes, ""]

    def _python(self, call: str, site: Site, own: list[str]) -> Iterable[int]:
        receiver, _, name = call.rpartition(".")
        if not receiver and not call.startswith("."):
            for scope in own:
                if scope and scope == site.owner:
                    continue  # a bare name does not see the class around it
                for path in (f"{scope}.<locals>.{name}", f"{scope}.<locals>.{name}.__init__"):
                    if scope and path in self.by_qualified_name:
                        return self.by_qualified_name[path]
            return self.by_qualified_name.get(name) or self.by_qualified_name.get(f"{name}.__init__") or ()
        if receiver in ("self", "cls", "super()") or call.startswith("super."):
            owner = site.owner or next((self.sites[i].owner for i in self._enclosing(site)), "")
            if found := self.by_qualified_name.get(f"{owner}.{name}"):
                return found
        elif found := self.by_qualified_name.get(call) or self.by_qualified_name.get(f"{call}.__init__"):
            return found
        return self._method(name, _BUILTIN_METHODS)

    def _enclosing(self, site: Site) -> Iterable[int]:
        outer = site.qualified_name.partition(".<locals>")[0]
        return self.by_qualified_name.get(outer, ())

    def _cpp(self, call: str, site: Site, own: list[str]) -> Iterable[int]:
        receiver, name = _split_member(call)
        if receiver == "this":
            return self.by_qualified_name.get(f"{site.owner}::{name}") or self._method(name, _STD_METHODS)
        if receiver is not None:
            return self._method(name, _STD_METHODS)
        constructed = name.removeprefix("new ")
        last = constructed.rpartition("::")[2]
        for scope in own:
            path = f"{scope}::{constructed}" if scope else constructed
            for candidate in (path, f"{path}::{last}"):
                if found := self.by_qualified_name.get(candidate):
                    return found
        return ()

    def _method(self, name: str, common: frozenset[str]) -> Iterable[int]:
        """Take a method of unknown owner by its name if the file has one such method and containers have none."""
        found = self.methods.get(name, [])
        owners = {self.sites[index].owner for index in found}
        return found if len(owners) == 1 and name not in common else ()


def _split_member(call: str) -> tuple[str | None, str]:
    """Split ``v.f`` and ``this->f`` into receiver and member; the receiver of a plain call is None."""
    dot, arrow = call.rfind("."), call.rfind("->")
    if max(dot, arrow) < 0:
        return None, call
    if arrow > dot:
        return call[:arrow], call[arrow + 2 :]
    return call[:dot], call[dot + 1 :]
