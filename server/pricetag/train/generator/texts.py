"""Programs over one text: scans, checks, codecs, splitters. About half keep nothing that grows."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable
from dataclasses import dataclass, field

from pricetag.measure.label import Item
from pricetag.train.generator.names import reserved

CONSTANT_SHARE = 0.5
_SUBJECTS = (
    "text line message payload source path header query token_text phrase body doc barcode sequence log_line url title address serial "
    "password comment markup command csv_line formula label dna"
).split()
_TESTS = (  # Python, C++
    ("{c}.isdigit()", "isdigit({c})"), ("{c}.isalpha()", "isalpha({c})"), ("{c}.isupper()", "isupper({c})"), ("{c}.isspace()", "isspace({c})"),
    ('{c} == "{a}"', "{c} == '{a}'"), ('{c} != "{a}"', "{c} != '{a}'"), ('{c} in "{a}{b}"', "{c} == '{a}' || {c} == '{b}'"),
    ('"{a}" <= {c} <= "{z}"', "{c} >= '{a}' && {c} <= '{z}'"), ("{c}.isalnum()", "isalnum({c})"), ("not {c}.isalnum()", "!isalnum({c})"),
    ("ord({c}) % {k} == 0", "{c} % {k} == 0"), ("ord({c}) > {n}", "{c} > {n}"), ("{c} == {p}", "{c} == {p}"),
)  # fmt: skip
_MAPS = (
    ("{c}.upper()", "(char)toupper({c})"), ("{c}.lower()", "(char)tolower({c})"), ("{c}", "{c}"), ("chr((ord({c}) - 97 + {k}) % 26 + 97)", "(char)(({c} - 'a' + {k}) % 26 + 'a')"),
    ("{c}.swapcase()", "(char)(isupper({c}) ? tolower({c}) : toupper({c}))"), ('"{a}" if {c} == "{b}" else {c}', "{c} == '{b}' ? '{a}' : {c}"),
)  # fmt: skip


@dataclass(slots=True)
class _Text:
    language: str
    rng: random.Random
    s: str
    c: str
    extra: list[tuple[str, str, str]] = field(default_factory=list)  # name, kind (char, int), example
    names: set[str] = field(default_factory=set)

    @property
    def python(self) -> bool:
        return self.language == "python"

    def say(self, python: str, cpp: str) -> str:
        return python if self.python else cpp

    def new(self, *options: str) -> str:
        order = self.rng.sample(options, len(options))
        name = next((one for one in order if one not in self.names), f"{order[0]}{len(self.names)}")
        self.names.add(name)
        return name

    def fill(self, pair: tuple[str, str], c: str) -> str:
        rng = self.rng
        text = pair[0] if self.python else pair[1]
        a, b = rng.sample("abcdefghikmnorstuvwxyz", 2)
        marks = rng.sample(",;:-_/.#", 2)
        if rng.random() < 0.5:
            a, b = marks
        if "{z}" in text:
            a, b = rng.choice("abcd"), b
        if "{p}" in text:
            if not self.extra:
                self.extra.append(
                    (self.new("wanted", "mark", "sep", "target", "skip"), "char", rng.choice("abc,;"))
                )
            text = text.replace("{p}", self.extra[0][0])
        return text.format(c=c, a=a, b=b, z=rng.choice("mpxz"), k=rng.randint(2, 7), n=rng.randint(60, 115))

    def test(self, c: str = "") -> str:
        rng = self.rng
        first = self.fill(rng.choice(_TESTS), c or self.c)
        if rng.random() < 0.25:
            second = self.fill(rng.choice(_TESTS), c or self.c)
            joined = rng.choice([" and ", " or "]) if self.python else rng.choice([" && ", " || "])
            return f"{first}{joined}{second}" if self.python else f"({first}){joined}({second})"
        return first

    def map(self) -> str:
        return self.fill(self.rng.choice(_MAPS), self.c)

    def each(self) -> str:
        if self.python:
            return f"for {self.c} in {self.s}:"
        return f"for ({self.rng.choice(['char', 'char', 'const char', 'auto', 'const auto&'])} {self.c} : {self.s}) {{"

    def numbered(self, i: str) -> str:
        if self.python:
            return self.rng.choice(
                [f"for {i}, {self.c} in enumerate({self.s}):", f"for {i} in range(len({self.s})):"]
            )
        return f"for ({self.rng.choice(['size_t', 'int', 'std::size_t'])} {i} = 0; {i} < {self.s}.{self.rng.choice(['size', 'length'])}(); {self.rng.choice(['++' + i, i + '++'])}) {{"

    def block(self, head: str, inner: list[str]) -> list[str]:
        return [head, *(f"    {line}" for line in inner), *([] if self.python else ["}"])]

    def when(self, test: str, inner: list[str], other: list[str] | None = None) -> list[str]:
        if self.python:
            return [
                f"if {test}:",
                *(f"    {line}" for line in inner),
                *(["else:", *(f"    {line}" for line in other)] if other else []),
            ]
        if len(inner) == 1 and not other and self.rng.random() < 0.6:
            return [f"if ({test}) {inner[0]}"]
        return [
            f"if ({test}) {{",
            *(f"    {line}" for line in inner),
            *(["} else {", *(f"    {line}" for line in other)] if other else []),
            "}",
        ]

    def var(self, name: str, value: str, type_: str = "int") -> str:
        return f"{name} = {value}" if self.python else f"{type_} {name} = {value};"

    def do(self, text: str) -> str:
        return text if self.python else f"{text};"


_Made = tuple[list[str], str, str, str]  # lines, annotation, C++ type, name


def _count(t: _Text) -> _Made:
    n = t.new("count", "total", "hits", "cnt")
    return (
        [
            t.var(n, "0"),
            *t.block(t.each(), t.when(t.test(), [t.do(f"{n} += {t.rng.choice([1, 1, 1, 2])}")])),
            t.do(f"return {n}"),
        ],
        "int",
        "int",
        "count",
    )


def _longest(t: _Text) -> _Made:
    run, best = t.new("run", "streak", "cur"), t.new("best", "longest", "peak")
    inner = t.when(
        t.test(),
        [t.do(f"{run} += 1"), t.do(f"{best} = {t.say('max', 'std::max')}({best}, {run})")],
        [t.do(f"{run} = 0")],
    )
    return (
        [t.var(run, "0"), t.var(best, "0"), *t.block(t.each(), inner), t.do(f"return {best}")],
        "int",
        "int",
        "longest_run",
    )


def _position(t: _Text) -> _Made:
    i = t.new("i", "pos", "idx")
    head = t.numbered(i)
    test = t.test("" if t.python and "enumerate" in head else f"{t.s}[{i}]")
    return (
        [*t.block(head, t.when(test, [t.do(f"return {i}")])), t.do("return -1")],
        "int",
        "int",
        "first_position",
    )


def _valid(t: _Text) -> _Made:
    lines = []
    if t.rng.random() < 0.5:
        lines += t.when(
            f"{t.say(f'len({t.s})', f'{t.s}.size()')} {t.rng.choice(['<', '>'])} {t.rng.randint(3, 200)}",
            [t.do(t.say("return False", "return false"))],
        )
    lines += t.block(
        t.each(),
        t.when(t.say(f"not ({t.test()})", f"!({t.test()})"), [t.do(t.say("return False", "return false"))]),
    )
    return [*lines, t.do(t.say("return True", "return true"))], "bool", "bool", "is_valid"


def _checksum(t: _Text) -> _Made:
    h = t.new("h", "checksum", "acc", "digest")
    size = t.rng.choice([97, 251, 1009, 65521, 1000003])
    code = t.say(f"ord({t.c})", t.c)
    step = t.rng.choice(
        [
            f"{h} = ({h} * {t.rng.randint(3, 131)} + {code}) % {size}",
            f"{h} = ({h} + {code} * {t.rng.randint(2, 9)}) % {size}",
            f"{h} ^= {code}",
        ]
    )
    lines = t.when(t.test(), [t.do(step)]) if t.rng.random() < 0.4 else [t.do(step)]
    return (
        [t.var(h, str(t.rng.randint(0, 9)), "long long"), *t.block(t.each(), lines), t.do(f"return {h}")],
        "int",
        "long long",
        "checksum",
    )


def _depth(t: _Text) -> _Made:
    depth, best = t.new("depth", "level", "open_count"), t.new("deepest", "best", "most")
    a, b = t.rng.choice([("(", ")"), ("[", "]"), ("{", "}"), ("<", ">")])
    q = t.say('"', "'")
    inner = [
        *t.when(
            f"{t.c} == {q}{a}{q}",
            [t.do(f"{depth} += 1"), t.do(f"{best} = {t.say('max', 'std::max')}({best}, {depth})")],
        ),
        *t.when(f"{t.c} == {q}{b}{q}", [t.do(f"{depth} -= 1")]),
    ]
    if t.rng.random() < 0.5:
        inner += t.when(f"{depth} < 0", [t.do("return -1")])
    return (
        [t.var(depth, "0"), t.var(best, "0"), *t.block(t.each(), inner), t.do(f"return {best}")],
        "int",
        "int",
        "nesting",
    )


def _number(t: _Text) -> _Made:
    value = t.new("value", "number", "n", "parsed")
    digit = t.say(f"ord({t.c}) - 48", f"({t.c} - '0')")
    wrong = t.rng.choice([[t.do("break")], [t.do("return -1")], [t.do("continue")]])
    inner = [
        *t.when(t.say(f"not {t.c}.isdigit()", f"!isdigit({t.c})"), wrong),
        t.do(f"{value} = ({value} * {t.rng.choice([10, 10, 8, 16])} + {digit}) % 1000000007"),
    ]
    return (
        [t.var(value, "0", "long long"), *t.block(t.each(), inner), t.do(f"return {value}")],
        "int",
        "long long",
        "parse_number",
    )


def _mirror(t: _Text) -> _Made:
    a, b = t.new("left", "lo", "a"), t.new("right", "hi", "b")
    skip = t.rng.random() < 0.4
    inner = t.when(f"{t.s}[{a}] != {t.s}[{b}]", [t.do(t.say("return False", "return false"))]) if not skip else t.when(
        f"{t.s}[{a}] != {t.s}[{b}]", [t.do(f"{t.new('bad', 'errors', 'diff')} += 1")])  # fmt: skip
    bad = next((name for name in ("bad", "errors", "diff") if name in t.names), "")
    lines = [
        t.var(a, "0"),
        t.var(b, t.say(f"len({t.s}) - 1", f"(int){t.s}.size() - 1")),
        *([t.var(bad, "0")] if skip else []),
    ]
    lines += t.block(
        t.say(f"while {a} < {b}:", f"while ({a} < {b}) {{"), [*inner, t.do(f"{a} += 1"), t.do(f"{b} -= 1")]
    )
    ending = f"return {bad} <= {t.rng.randint(0, 3)}" if skip else t.say("return True", "return true")
    return [*lines, t.do(ending)], "bool", "bool", "is_mirrored"


def _kept(t: _Text) -> _Made:
    out = t.new("out", "result", "kept", "cleaned", "buf")
    mapped = t.map()
    if t.python:
        listed = t.rng.random() < 0.6
        step = f"{out}.append({mapped})" if listed else f"{out} += {mapped}"
        lines = t.when(t.test(), [step]) if t.rng.random() < 0.7 else [step]
        if t.rng.random() < 0.3:
            test = f" if {t.test()}" if t.rng.random() < 0.6 else ""
            return [f'return "".join({mapped} for {t.c} in {t.s}{test})'], "str", "", "clean"
        return (
            [
                f"{out} = []" if listed else f'{out} = ""',
                *t.block(t.each(), lines),
                f'return "".join({out})' if listed else f"return {out}",
            ],
            "str",
            "",
            "clean",
        )
    step = (
        t.rng.choice([f"{out} += {mapped};", f"{out}.push_back({mapped});"])
        if "?" not in mapped
        else f"{out}.push_back({mapped});"
    )
    lines = t.when(t.test(), [step]) if t.rng.random() < 0.7 else [step]
    start = [f"std::string {out};", *([f"{out}.reserve({t.s}.size());"] if t.rng.random() < 0.3 else [])]
    return [*start, *t.block(t.each(), lines), f"return {out};"], "", "std::string", "clean"


def _pieces(t: _Text) -> _Made:
    out, part = t.new("parts", "pieces", "fields", "chunks"), t.new("part", "piece", "current", "word")
    sep = t.rng.choice([",", ";", " ", ":", "|", "/", "-"])
    if t.python:
        if t.rng.random() < 0.5:
            change = t.rng.choice(
                [f"{part}.strip()", f"{part}.lower()", f"len({part})", part, f"{part}[::-1]"]
            )
            test = t.rng.choice(["", f" if {part}", f" if len({part}) > {t.rng.randint(1, 6)}"])
            return [f'return [{change} for {part} in {t.s}.split("{sep}"){test}]'], "list", "", "split"
        inner = t.when(f'{t.c} == "{sep}"', [f"{out}.append({part})", f'{part} = ""'], [f"{part} += {t.c}"])
        return (
            [
                f"{out} = []",
                f'{part} = ""',
                *t.block(t.each(), inner),
                f"{out}.append({part})",
                f"return {t.rng.choice([out, f'len({out})', f'sorted({out})'])}",
            ],
            "",
            "",
            "split",
        )
    if t.rng.random() < 0.5:
        stream = t.new("ss", "stream", "iss")
        lines = [
            f"std::istringstream {stream}({t.s});",
            f"std::string {part};",
            f"std::vector<std::string> {out};",
            f"while (std::getline({stream}, {part}, '{sep}')) {out}.push_back({part});",
        ]
    else:
        inner = t.when(
            f"{t.c} == '{sep}'", [f"{out}.push_back({part});", f"{part}.clear();"], [f"{part} += {t.c};"]
        )
        lines = [
            f"std::vector<std::string> {out};",
            f"std::string {part};",
            *t.block(t.each(), inner),
            f"{out}.push_back({part});",
        ]
    if t.rng.random() < 0.3:
        return [*lines, f"return (int){out}.size();"], "", "int", "count_parts"
    return [*lines, f"return {out};"], "", "std::vector<std::string>", "split"


def _frequencies(t: _Text) -> _Made:
    table = t.new("freq", "counts", "table", "tally")
    step = t.rng.choice([f"{table}[{t.c}] = {table}.get({t.c}, 0) + 1"]) if t.python else f"++{table}[{t.c}];"
    lines = t.when(t.test(), [step]) if t.rng.random() < 0.5 else [step]
    start = (
        f"{table} = {{}}"
        if t.python
        else f"std::{t.rng.choice(['map', 'unordered_map'])}<char, int> {table};"
    )
    ending = t.rng.choice([table, t.say(f"len({table})", f"{table}.size()")])
    return (
        [start, *t.block(t.each(), lines), t.do(f"return {ending}")],
        "",
        start.split(f" {table}")[0] if ending == table else "int",
        "letter_counts",
    )


def _positions(t: _Text) -> _Made:
    i, out = t.new("i", "pos", "idx"), t.new("places", "found", "positions", "out")
    head = t.numbered(i)
    test = t.test("" if t.python and "enumerate" in head else f"{t.s}[{i}]")
    step = t.say(f"{out}.append({i})", f"{out}.push_back({i});")
    return (
        [
            t.say(f"{out} = []", f"std::vector<int> {out};"),
            *t.block(head, t.when(test, [step])),
            t.do(f"return {out}"),
        ],
        "list[int]",
        "std::vector<int>",
        "positions",
    )


def _runs(t: _Text) -> _Made:
    out, last, n = (
        t.new("out", "runs", "encoded"),
        t.new("last", "prev", "before"),
        t.new("n_run", "length", "run"),
    )
    if t.python:
        flush = t.rng.choice([f"{out}.append(f'{{{last}}}{{{n}}}')", f"{out}.append(({last}, {n}))"])
        inner = [
            f"if {t.c} == {last}:",
            f"    {n} += 1",
            "else:",
            f"    if {n}:",
            f"        {flush}",
            f"    {last}, {n} = {t.c}, 1",
        ]
        ending = f'return "".join({out})' if "f'" in flush else f"return {out}"
        return (
            [
                f"{out} = []",
                f'{last}, {n} = "", 0',
                *t.block(t.each(), inner),
                f"if {n}:",
                f"    {flush}",
                ending,
            ],
            "",
            "",
            "encode_runs",
        )
    steps = t.rng.choice(
        [
            f"{out} += {last} + std::to_string({n});",
            f"if ({n} > 1) {out} += std::to_string({n});\n        {out} += {last};",
        ]
    )
    inner = [
        f"if ({t.c} == {last}) {{",
        f"    ++{n};",
        "    continue;",
        "}",
        f"if ({n}) {{",
        *(f"    {line.strip()}" for line in steps.splitlines()),
        "}",
        f"{last} = {t.c};",
        f"{n} = 1;",
    ]
    last_run = [f"if ({n}) {out} += {last} + std::to_string({n});"]
    return (
        [
            f"std::string {out};",
            f"char {last} = 0;",
            f"int {n} = 0;",
            *t.block(t.each(), inner),
            *last_run,
            f"return {out};",
        ],
        "",
        "std::string",
        "encode_runs",
    )


_CONSTANT: list[Callable[[_Text], _Made]] = [
    _count,
    _longest,
    _position,
    _valid,
    _valid,
    _checksum,
    _depth,
    _number,
    _mirror,
]
_GROWING: list[Callable[[_Text], _Made]] = [_kept, _kept, _pieces, _frequencies, _positions, _runs]


def item(language: str, rng: random.Random, mark: str) -> Item:
    """One program over a text."""
    python = language == "python"
    camel = rng.random() < (0.08 if python else 0.55)
    s = rng.choice([*_SUBJECTS, "s", "s", "str_in"])
    c = rng.choice(["c", "ch", "c", "letter", "symbol", "char_" if python else "chr"])
    t = _Text(language, rng, s, c, names={s, c, *reserved(language)})
    task = rng.choice(_CONSTANT if rng.random() < CONSTANT_SHARE else _GROWING)
    lines, hint, type_, stem = task(t)
    name = (
        f"{stem}_{rng.choice(['in', 'of', 'for'])}_{s}"
        if rng.random() < 0.5 and len(s) > 1
        else f"{rng.choice(['get', 'scan', 'find', 'make', 'do'])}_{stem}"
    )
    name = re.sub(r"_([a-z])", lambda match: match[1].upper(), name) if camel else name
    hinted = rng.random() < 0.55
    doc = f"{stem.replace('_', ' ').capitalize()} of the {s.replace('_', ' ')}."
    if python:
        kinds = {"char": "str", "int": "int"}
        given = [
            f"{s}: str" if hinted else s,
            *(f"{one}: {kinds[kind]}" if hinted else one for one, kind, _ in t.extra),
        ]
        text = [f"def {name}({', '.join(given)}){f' -> {hint}' if hinted and hint else ''}:"]
        if rng.random() < 0.35:
            text.append(f'    """{doc}"""')
        if rng.random() < 0.15:
            nothing = {"int": "0", "bool": "False", "str": '""'}.get(hint, "[]")
            text += [f"    if not {s}:", f"        return {nothing}"]
        code = "\n".join([*text, *(f"    {line}" for line in lines)]) + "\n"
    else:
        passed = rng.choice(
            [
                "const std::string&",
                "const std::string&",
                "std::string",
                "std::string_view" if "istringstream" not in " ".join(lines) else "const std::string&",
            ]
        )
        given = [f"{passed} {s}", *(f"char {one}" for one, _, _ in t.extra)]
        text = [f"{type_} {name}({', '.join(given)}) {{", *(f"    {line}" for line in lines), "}"]
        if rng.random() < 0.25:
            text.insert(0, rng.choice([f"// {doc}", f"/** {doc} */"]))
        code = "\n".join(text) + "\n"
        headers = {"std::string": "string", "std::vector": "vector", "std::max": "algorithm", "std::istringstream": "sstream", "std::map": "map", "isalpha(": "cctype",
                   "std::unordered_map": "unordered_map", "std::string_view": "string_view", "isdigit(": "cctype", "isalnum(": "cctype", "upper(": "cctype", "lower(": "cctype", "isspace(": "cctype"}  # fmt: skip
        used = sorted(
            {header for word, header in headers.items() if re.search(rf"{re.escape(word)}(?!\w)", code)}
        )
        if rng.random() < 0.4:
            code = "#include <bits/stdc++.h>\nusing namespace std;\n\n" + code.replace("std::", "")
        else:
            code = "".join(f"#include <{header}>\n" for header in used) + "\n" + code
    calls = []
    for _ in range(3):
        letters = rng.choice([string.ascii_lowercase, "abc,;", "0123456789", "ab() []", "Hello World,-_/."])
        value = "".join(rng.choice(letters) for _ in range(rng.randint(6, 24)))
        quote = [f'"{example}"' if python else f"'{example}'" for _, _, example in t.extra]
        calls.append(
            f"({', '.join([repr(value), *quote])},)"
            if python
            else ", ".join([f'std::string("{value}")', *quote])
        )
    family = f"texts-{task.__name__.strip('_')}"
    return Item(
        f"generated/{language}/{family}/{mark}",
        "generated",
        "Apache-2.0",
        f"generated/{family}",
        language,
        code,
        name,
        tuple(dict.fromkeys(calls)),
    )
