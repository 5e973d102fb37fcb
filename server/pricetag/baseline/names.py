"""Whether an edit changed anything but names of the function's own, and what is left of a text without them."""

from __future__ import annotations

import hashlib
import re

from pricetag.syntax.binding import bound_names
from pricetag.syntax.function import Function

# Strings whole (a name within is no name), words, and everything else one by one; white space tells nothing that the
# line ends and tabs of Python do not.
_TOKEN = re.compile(r""""(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\w+|\n\t*|[^\w\s]""")
_HASH = 16  # hexadecimal digits
_MEMBER = (".", "->", "::")  # what follows is named elsewhere


def only_names_differ(before: Function, after: Function) -> bool:
    """Whether one text becomes the other by renaming parameters, locals or the function itself, one for one.

    False in doubt. Such an edit cannot change the cost, whatever the model thinks of the new names. Equal texts
    differ in nothing, which is True.
    """
    if before.language is not after.language:
        return False
    if before.canonical == after.canonical:
        return True
    old, new = _TOKEN.findall(before.canonical), _TOKEN.findall(after.canonical)
    if len(old) != len(new):
        return False
    own_old = {*bound_names(before.canonical, before.language), before.name}
    own_new = {*bound_names(after.canonical, after.language), after.name}
    renamed: dict[str, str] = {}
    previous = ""
    for left, right in zip(old, new, strict=True):
        if previous.endswith(_MEMBER):
            if left != right:
                return False
        elif left in own_old:
            if right not in own_new or renamed.setdefault(left, right) != right:
                return False
        elif left != right or right in own_new:  # the latter: a new name that hides an old one
            return False
        previous = previous[-1:] + left if len(left) == 1 else left
    return len(set(renamed.values())) == len(renamed)


def family(function: Function) -> str:
    """Hex hash that functions share where :func:`only_names_differ`: of the text with own names numbered as they come.

    Not the other way round in doubt: a text where a new name hides an old one may get the same hash.
    """
    own = {*bound_names(function.canonical, function.language), function.name}
    numbers: dict[str, int] = {}
    parts = [function.language.value]
    previous = ""
    for token in _TOKEN.findall(function.canonical):
        is_own = token in own and not previous.endswith(_MEMBER)
        parts.append(f"\0{numbers.setdefault(token, len(numbers))}" if is_own else token)
        previous = previous[-1:] + token if len(token) == 1 else token
    return hashlib.sha256("\1".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:_HASH]
