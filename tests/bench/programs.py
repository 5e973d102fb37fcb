"""Files of any length for the benchmarks of the server: made-up modules of short functions, no two of them equal."""

from __future__ import annotations

from dataclasses import dataclass

_PYTHON = [
    '''\
def group_{i}(items: list[int], limit: int = {i}) -> dict[int, list[int]]:
    """Group the items by their remainder."""
    groups: dict[int, list[int]] = {{}}
    for index, item in enumerate(sorted(items)):
        if item > limit:
            groups.setdefault(item % {k}, []).append(index)
    return groups


''',
    """\
def table_{i}(items: list[int]) -> list[list[int]]:
    # One row for each of them.
    rows = []
    for item in items[:{k}]:
        rows.append([item * other for other in items])
    return rows


""",
    """\
class Store_{i}:
    def __init__(self, items: list[int]) -> None:
        self.items = {{item: {k} * item for item in items}}

    def total(self, keys: list[int]) -> int:
        return sum(self.items.get(key, {i}) for key in keys)


""",
    '''\
def join_{i}(items: list[str], separator: str = ", ") -> str:
    """What they read together."""
    seen: set[str] = set()
    parts = []
    for item in items:
        if item not in seen and len(item) < {k}:
            seen.add(item)
            parts.append(item.strip().lower())
    return separator.join(parts[{i} :])


''',
]
_CPP = [
    """\
std::map<int, std::vector<int>> group_{i}(const std::vector<int>& items, int limit) {{
    // By their remainder.
    std::map<int, std::vector<int>> groups;
    for (std::size_t index = 0; index < items.size(); ++index) {{
        if (items[index] > limit + {i}) {{
            groups[items[index] % {k}].push_back(static_cast<int>(index));
        }}
    }}
    return groups;
}}

""",
    """\
std::vector<std::vector<int>> table_{i}(const std::vector<int>& items) {{
    std::vector<std::vector<int>> rows(items.size());
    for (std::size_t row = 0; row < items.size(); ++row) {{
        for (int other : items) {{
            rows[row].push_back(items[row] * other + {k});
        }}
    }}
    return rows;
}}

""",
    """\
class Store_{i} {{
public:
    explicit Store_{i}(const std::vector<int>& items) {{
        for (int item : items) values_[item] = {k} * item;
    }}
    long total(const std::vector<int>& items) const {{
        long sum = {i};
        for (int key : items) sum += values_.at(key);
        return sum;
    }}
private:
    std::unordered_map<int, int> values_;
}};

""",
    """\
std::string join_{i}(const std::vector<std::string>& items) {{
    std::string text;
    for (const auto& item : items) {{
        if (item.size() < {k}) {{
            text += item;
        }}
    }}
    return text + std::to_string({i});
}}

""",
]
# What a function's signature starts with, and a statement that can stand first in its body: 24 keys.
_LANGUAGES = {
    "python": (_PYTHON, "def group_", "x{} = sorted(items)[{}:]"),
    "cpp": (_CPP, "std::map<int, std::vector<int>> group_", "std::vector x{} = items;"),
}
SUFFIXES = {"python": ".py", "cpp": ".cpp"}


@dataclass(frozen=True)
class Burst:
    """Keys typed in one go: each is a text that is inserted at (line, character)."""

    header: int  # the line of the signature
    keys: tuple[tuple[int, int, str], ...]


def program(language: str, lines: int) -> str:
    """A module of about so many lines."""
    templates = _LANGUAGES[language][0]
    text: list[str] = []
    count = 0
    while count < lines:
        i = len(text)
        text.append(templates[i % len(templates)].format(i=i, k=i + 2))
        count += text[-1].count("\n")
    return "".join(text)


def bursts(language: str, text: str, count: int) -> tuple[list[Burst], list[str]]:
    """Statements to type into functions all over a module, one each, and the text after each of them."""
    _, signature, statement = _LANGUAGES[language]
    lines = text.split("\n")
    wanted: list[Burst] = []
    after: list[str] = []
    for number in range(count):
        # They lie apart, and each is another function as long as there are enough.
        headers = [line for line, content in enumerate(lines) if content.startswith(signature)]
        header = headers[number * 7 % len(headers)]
        keys = [(header, len(lines[header]), "\n    ")]
        typed = statement.format(number + 10, number + 10)
        keys += [(header + 1, 4 + column, key) for column, key in enumerate(typed)]
        lines.insert(header + 1, "    " + typed)
        wanted.append(Burst(header, tuple(keys)))
        after.append("\n".join(lines))
    return wanted, after
