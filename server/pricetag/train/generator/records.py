"""Programs over records of many domains, composed from what engineers do with such records.

A program is a task (total, search, group, report, ...) over a form of the data (structs, tuples, dicts, columns), written in
one of several ways, as a function, with helpers, or as a method of a class. About half need no memory that grows with n.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from pricetag.measure.label import Item
from pricetag.train.generator.domains import DOMAINS, VALUES, Domain
from pricetag.train.generator.names import reserved

CONSTANT_SHARE = 0.5


def plural(noun: str) -> str:
    """A noun's plural."""
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


@dataclass(slots=True)
class Draft:
    """A program being written: its data, parameters beside it, helpers, imports and the drawn style."""

    language: str
    rng: random.Random
    domain: Domain
    form: str
    key: str
    numbers: list[str]
    state: str  # the field of the state where the program reads it, else ""
    extra: list[tuple[str, str, str]] = field(
        default_factory=list
    )  # parameters: name, type (int, float, str), example
    helpers: list[str] = field(default_factory=list)
    method: bool = False
    camel: bool = False
    imports: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)  # columns that the body does not need

    @property
    def python(self) -> bool:
        """Whether this is Python text."""
        return self.language == "python"

    def pick(self, *options: str) -> str:
        """One of some ways to write something."""
        return self.rng.choice(options)

    def name(self, *options: str) -> str:
        """A name for a new variable."""
        order = self.rng.sample(options, len(options))
        new = next((one for one in order if self.case(one) not in self.taken), f"{order[0]}{len(self.taken)}")
        self.taken.add(self.case(new))
        return self.case(new)

    def case(self, name: str) -> str:
        """A name in this program's case."""
        return re.sub(r"_([a-z])", lambda match: match[1].upper(), name) if self.camel else name

    def type_of(self, number: str) -> str:
        """ "int" or "float" of a field."""
        return "float" if f"{number}." in self.domain.numbers else "int"

    def cpp_type(self, kind: str) -> str:
        """A kind in C++ words."""
        return {"int": "int", "float": "double", "str": "std::string", "bool": "bool"}[kind]

    # The records.

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Fields of a record with their kinds, in order."""
        states = [(self.state, "str")] if self.state else []
        found = [
            (self.case(self.key), "str"),
            *((self.case(one), self.type_of(one)) for one in self.numbers),
            *states,
        ]
        return [(name, kind) for name, kind in found if name not in self.unread]

    @property
    def many(self) -> str:
        """The expression of all records."""
        plain = self.case(self.domain.many)
        if not self.method:
            return plain
        return f"self.{plain}" if self.python else f"{plain}_"

    @property
    def struct(self) -> str:
        """The record's type name in C++."""
        return self.domain.one.title()

    def column(self, name: str) -> str:
        """The list that holds one field of all records."""
        return self.case(f"{name}_list") if name.endswith("s") else plural(name)

    def get(self, name: str, at: str = "") -> str:
        """One field of the current record (``at``: of another one that a name holds)."""
        name = self.case(name)
        one = at or self.one
        if self.form == "dict":
            return f'{one}["{name}"]'
        if self.form == "struct":
            return f"{one}.{name}"
        if self.form == "columns":
            return f"{self.column(name)}[{at or self.index}]"
        if at:
            place = [field for field, _ in self.fields].index(name)
            return f"{one}[{place}]" if self.python else f"std::get<{place}>({one})"
        return name

    @property
    def one(self) -> str:
        """The name of the current record."""
        return self.case(self.domain.one)

    @property
    def index(self) -> str:
        """The name of the current position, of columns."""
        return "i"

    def loop(self, *used: str) -> str:
        """The head of a loop over all records that reads these fields."""
        wanted = {self.case(one) for one in used}
        if self.python:
            if self.form == "dict":
                return f"for {self.one} in {self.many}:"
            if self.form == "columns":
                return (
                    f"for i in range(len({self.column(self.case(used[0]) if used else self.fields[0][0])})):"
                )
            names = [name if name in wanted else "_" for name, _ in self.fields]
            return f"for {', '.join(names)} in {self.many}:"
        if self.form == "struct":
            bound = self.pick(
                "const auto& ",
                "const auto& ",
                f"const {self.struct}& ",
                f"{self.struct} ",
                "auto " if self.method else "auto& ",
            )
            return f"for ({bound}{self.one} : {self.many}) {{"
        if self.form == "columns":
            size = f"{self.column(self.case(used[0]) if used else self.fields[0][0])}.size()"
            kind, bound = self.rng.choice(
                [("size_t", size), ("std::size_t", size), ("int", size), ("int", f"(int){size}")]
            )
            return f"for ({kind} i = 0; i < {bound}; {self.pick('++i', 'i++')}) {{"
        return f"for (const auto& [{', '.join(name for name, _ in self.fields)}] : {self.many}) {{"

    def end(self) -> list[str]:
        """What closes a block."""
        return [] if self.python else ["}"]

    def comprehension(self, *used: str) -> str:
        """A comprehension's ``for`` part (Python)."""
        return self.loop(*used).removesuffix(":")

    # Conditions and values.

    def parameter(self, kind: str, example: str, *names: str) -> str:
        """A further parameter of the function."""
        name = self.name(*names)
        self.extra.append((name, kind, example))
        return name

    def condition(self, at: str = "") -> tuple[str, list[str]]:
        """A test of the current record, with the fields it reads."""
        rng, number = self.rng, self.rng.choice(self.numbers)
        limit = (
            str(rng.randint(1, 60))
            if self.type_of(number) == "int"
            else f"{rng.randint(1, 90)}.{rng.choice('05')}"
        )
        if rng.random() < 0.35:
            limit = self.parameter(
                self.type_of(number),
                limit,
                "limit",
                "threshold",
                "minimum",
                "cutoff",
                f"min_{number}",
                f"max_{number}",
            )
        sign = rng.choice([">", ">=", "<", "<=", ">"])
        tests: list[tuple[str, list[str]]] = [(f"{self.get(number, at)} {sign} {limit}", [number])]
        if self.type_of(number) == "int" and rng.random() < 0.15:
            tests = [(f"{self.get(number, at)} % {rng.randint(2, 9)} == {rng.choice('01')}", [number])]
        if self.state and rng.random() < 0.6:
            wanted = f'"{rng.choice(self.domain.states)}"'
            if rng.random() < 0.3:
                wanted = self.parameter("str", wanted, "wanted", f"wanted_{self.state}", "only")
            tests.append(
                (f"{self.get(self.state, at)} {rng.choice(['==', '==', '!='])} {wanted}", [self.state])
            )
        if rng.random() < 0.15:
            letter = rng.choice("abgnrsw")
            text = self.get(self.key, at)
            tests.append(
                (
                    f'{text}.startswith("{letter}")'
                    if self.python
                    else f"!{text}.empty() && {text}[0] == '{letter}'",
                    [self.key],
                )
            )
        rng.shuffle(tests)
        chosen = tests[: rng.choice([1, 1, 2])]
        joiner = (
            (" and " if self.python else " && ")
            if rng.random() < 0.75 or "&&" in chosen[-1][0]
            else (" or " if self.python else " || ")
        )
        return joiner.join(test for test, _ in chosen), [name for _, names in chosen for name in names]

    def value(self, at: str = "") -> tuple[str, list[str], str]:
        """A number made of the current record: text, fields, kind."""
        rng, one = self.rng, self.rng.choice(self.numbers)
        kind = self.type_of(one)
        text = self.get(one, at)
        others = [other for other in self.numbers if other != one]
        used = [one]
        draw = rng.random()
        if others and draw < 0.35:
            other = rng.choice(others)
            text, used = f"{text} {rng.choice('**+-')} {self.get(other, at)}", [one, other]
            kind = "float" if "float" in (kind, self.type_of(other)) else "int"
        elif draw < 0.5:
            text = f"{text} * {rng.randint(2, 12)}"
        elif draw < 0.6:
            rate = self.parameter("float", f"1.{rng.randint(1, 9)}", "rate", "factor", "weight", "scale")
            text, kind = f"{text} * {rate}", "float"
        if rng.random() < 0.22:
            text = self.helper(text, kind)
        return text, used, kind

    def helper(self, text: str, kind: str) -> str:
        """A call of a helper function on a number."""
        rng = self.rng
        name = self.name(
            "adjust",
            "normalise",
            "net_of",
            "clamp_value",
            "to_points",
            "weighted",
            "capped",
            "rounded",
            "bucket_of",
        )
        x = rng.choice(["value", "x", "amount", "raw", "v"])
        low, high = rng.randint(0, 5), rng.randint(50, 900)
        a, b = rng.randint(2, 9), rng.randint(1, 40)
        bodies = [
            [(f"{x} < {low}", str(low)), (f"{x} > {high}", str(high)), ("", x)],
            [(f"{x} > {b * 3}", f"{x} - {b}"), ("", x)],
            [("", f"{x} * {a} + {b}")],
            [(f"{x} <= 0", "0"), ("", f"{x} + {x} / {a}" if kind == "float" else f"{x} + {x} % {a}")],
            [("", f"{x} if {x} > {low} else {low}" if self.python else f"{x} > {low} ? {x} : {low}")],
        ]
        chosen = rng.choice(bodies)
        if self.python:
            hint = f"def {name}({x}: {kind}) -> {kind}:" if rng.random() < 0.5 else f"def {name}({x}):"
            lines = [hint]
            for test, result in chosen:
                lines += [f"    if {test}:", f"        return {result}"] if test else [f"    return {result}"]
        else:
            type_ = self.cpp_type(kind)
            lines = [f"{rng.choice(['static ', 'inline ', ''])}{type_} {name}({type_} {x}) {{"]
            for test, result in chosen:
                lines.append(f"    if ({test}) return {result};" if test else f"    return {result};")
            lines.append("}")
        self.helpers.append("\n".join(lines))
        return f"{name}({text})"


@dataclass(slots=True)
class Body:
    """A task written out: its lines (unindented), its result in both languages' words, and words for its name."""

    lines: list[str]
    hint: str  # Python annotation of the result
    type: str  # C++ type of the result
    name: str
    about: str  # what a docstring says


def _block(head: str, inner: list[str], d: Draft) -> list[str]:
    return [head, *(f"    {line}" for line in inner), *d.end()]


def _if(test: str, inner: list[str], d: Draft, *, short: bool = True) -> list[str]:
    if d.python:
        return [f"if {test}:", *(f"    {line}" for line in inner)]
    if short and len(inner) == 1 and d.rng.random() < 0.6:
        return [f"if ({test}) {inner[0]}"]
    return [f"if ({test}) {{", *(f"    {line}" for line in inner), "}"]


def _maybe(d: Draft, inner: list[str], *, at: str = "", chance: float = 0.7) -> tuple[list[str], list[str]]:
    """Lines under a condition or not, with the fields that the condition reads."""
    if d.rng.random() >= chance:
        return inner, []
    test, used = d.condition(at)
    if d.rng.random() < 0.25:
        negated = f"not ({test})" if d.python else f"!({test})"
        return [*_if(negated, ["continue" if d.python else "continue;"], d), *inner], used
    return _if(test, inner, d), used


def _semi(d: Draft) -> str:
    return "" if d.python else ";"


def _total(d: Draft) -> Body:
    text, used, kind = d.value()
    acc = d.name("total", "result", "acc", "running", f"total_{d.numbers[0]}", "amount_sum")
    lines, more = _maybe(d, [f"{acc} += {text}{_semi(d)}"])
    start = "0.0" if kind == "float" and d.rng.random() < 0.5 else "0"
    type_ = "double" if kind == "float" else d.pick("int", "long long", "long long")
    body = [
        f"{acc} = {start}" if d.python else f"{type_} {acc} = {start};",
        *_block(d.loop(*used, *more), lines, d),
    ]
    final = acc
    if d.rng.random() < 0.25:
        final = d.pick(
            f"max({acc}, 0)" if d.python else f"{acc} < 0 ? 0 : {acc}",
            f"round({acc}, 2)" if d.python and kind == "float" else acc,
        )
    if (
        d.python
        and not d.helpers
        and d.form != "columns"
        and not any("continue" in line for line in lines)
        and d.rng.random() < 0.4
    ):
        test = next((line[3:-1] for line in lines if line.startswith("if ")), "")
        condition = f" if {test}" if test else ""
        inner = f"{text} {d.comprehension(*used, *more)}{condition}"
        body = [f"{acc} = sum({d.pick(inner, f'[{inner}]')})"]
    return Body(
        [*body, f"return {final}{_semi(d)}"],
        "float" if kind == "float" else "int",
        type_,
        f"total_{d.numbers[0]}",
        f"Total of {d.domain.many}.",
    )


def _count(d: Draft) -> Body:
    test, used = d.condition()
    acc = d.name("count", "hits", "found", "n_match", f"{d.domain.one}_count", "matches")
    step = f"{acc} += 1" if d.python else d.pick(f"++{acc};", f"{acc}++;", f"{acc} += 1;")
    body = [
        f"{acc} = 0" if d.python else f"int {acc} = 0;",
        *_block(d.loop(*used), _if(test, [step], d), d),
        f"return {acc}{_semi(d)}",
    ]
    if d.python and d.form != "columns" and d.rng.random() < 0.45:
        body = [f"return sum(1 {d.comprehension(*used)} if {test})"]
    elif not d.python and d.form == "struct" and d.rng.random() < 0.4:
        capture = "&" if d.extra else ""
        body = [
            f"return std::count_if({d.many}.begin(), {d.many}.end(), [{capture}](const {d.struct}& {d.one}) {{ return {test}; }});"
        ]
    return Body(
        body,
        "int",
        d.pick("int", "long", "int"),
        f"count_{d.pick('matching', 'late', 'large', 'active', 'small')}_{d.domain.many}",
        f"How many {d.domain.many} match.",
    )


def _search(d: Draft) -> Body:
    """An early exit: any, all, first."""
    test, used = d.condition()
    form = d.pick("any", "all", "first", "first")
    if form == "first":
        found = d.get(d.key)
        missing = d.pick('""', "None") if d.python else '""'
        body = [
            *_block(d.loop(d.key, *used), _if(test, [f"return {found}{_semi(d)}"], d), d),
            f"return {missing}{_semi(d)}",
        ]
        if d.python and d.form != "columns" and d.rng.random() < 0.3:
            body = [f"return next(({found} {d.comprehension(d.key, *used)} if {test}), {missing})"]
        return Body(
            body,
            "str | None" if missing == "None" else "str",
            "std::string",
            f"first_{d.pick('late', 'large', 'matching', 'bad')}_{d.domain.one}",
            f"First {d.domain.one} that matches.",
        )
    yes, no = ("True", "False") if d.python else ("true", "false")
    if form == "any":
        body = [
            *_block(d.loop(*used), _if(test, [f"return {yes}{_semi(d)}"], d), d),
            f"return {no}{_semi(d)}",
        ]
    else:
        negated = f"not ({test})" if d.python else f"!({test})"
        body = [
            *_block(d.loop(*used), _if(negated, [f"return {no}{_semi(d)}"], d), d),
            f"return {yes}{_semi(d)}",
        ]
    if d.python and d.form != "columns" and d.rng.random() < 0.4:
        body = [f"return {form}({test} {d.comprehension(*used)})"]
    return Body(
        body,
        "bool",
        "bool",
        f"{d.pick('has', 'any', 'is', 'check')}_{d.pick('valid', 'late', 'large', 'ready')}_{d.domain.many}",
        f"Whether {form} {d.domain.many} match.",
    )


def _extreme(d: Draft) -> Body:
    text, used, kind = d.value()
    best, who = (
        d.name("best", "top", "highest", "peak", "record"),
        d.name("winner", "best_key", "leader", "who", "top_name"),
    )
    sign = d.pick(">", ">", "<")
    first = d.pick("None", "None", "float('-inf')" if sign == ">" else "float('inf')") if d.python else ""
    current = d.name("score", "current", "candidate", "val")
    lines = [
        f"{current} = {text}" if d.python else f"{'double' if kind == 'float' else 'int'} {current} = {text};"
    ]
    if d.python:
        test = f"{best} is None or {current} {sign} {best}" if first == "None" else f"{current} {sign} {best}"
        lines += [f"if {test}:", f"    {best} = {current}", f"    {who} = {d.get(d.key)}"]
        body = [
            f"{best} = {first}",
            f"{who} = {d.pick('None', chr(34) * 2)}",
            *_block(d.loop(d.key, *used), lines, d),
        ]
        return Body(
            [*body, f"return {who}"],
            "str | None",
            "",
            f"{d.pick('top', 'best', 'worst')}_{d.key}",
            f"The {d.key} with the {'highest' if sign == '>' else 'lowest'} value.",
        )
    type_ = "double" if kind == "float" else "int"
    limit = f"std::numeric_limits<{type_}>::{'lowest' if sign == '>' else 'max'}()"
    lines += _if(
        f"{current} {sign} {best}", [f"{best} = {current};", f"{who} = {d.get(d.key)};"], d, short=False
    )
    body = [
        f"{type_} {best} = {limit};",
        f"std::string {who};",
        *_block(d.loop(d.key, *used), lines, d),
        f"return {who};",
    ]
    return Body(body, "", "std::string", f"{d.pick('top', 'best', 'worst')}_{d.key}", "The best one.")


def _average(d: Draft) -> Body:
    text, used, _ = d.value()
    total, count = d.name("total", "sum_", "acc"), d.name("count", "n", "seen", "size")
    lines, more = _maybe(d, [f"{total} += {text}{_semi(d)}", f"{count} += 1" if d.python else f"++{count};"])
    start = [f"{total} = 0.0", f"{count} = 0"] if d.python else [f"double {total} = 0;", f"int {count} = 0;"]
    if d.python and d.rng.random() < 0.3:
        start = [f"{total}, {count} = 0.0, 0"]
    final = f"{total} / {count} if {count} else 0.0" if d.python else f"{count} ? {total} / {count} : 0.0"
    if d.rng.random() < 0.3:
        ending = [*_if(f"{count} == 0", [f"return 0.0{_semi(d)}"], d), f"return {total} / {count}{_semi(d)}"]
    else:
        ending = [f"return {final}{_semi(d)}"]
    return Body(
        [*start, *_block(d.loop(*used, *more), lines, d), *ending],
        "float",
        "double",
        f"{d.pick('mean', 'average', 'avg')}_{d.numbers[0]}",
        f"Mean {d.numbers[0]}.",
    )


def _streak(d: Draft) -> Body:
    """State carried from record to record, in constant memory."""
    test, used = d.condition()
    run, best = d.name("run", "streak", "current", "in_row"), d.name("best", "longest", "peak", "record")
    if d.rng.random() < 0.5:
        inner = [
            *_if(
                test,
                [
                    f"{run} += 1{_semi(d)}",
                    f"{best} = max({best}, {run})" if d.python else f"{best} = std::max({best}, {run});",
                ],
                d,
                short=False,
            )
        ]
        inner = (
            [*inner, "else:", f"    {run} = 0"]
            if d.python
            else [*inner[:-1], "} else {", f"    {run} = 0;", "}"]
        )
    else:
        number = d.rng.choice(d.numbers)
        used = [number]
        inner = [
            f"{run} += {d.get(number)}{_semi(d)}",
            *_if(f"{run} > {best}", [f"{best} = {run}{_semi(d)}"], d),
        ]
        if d.rng.random() < 0.6:
            inner += _if(
                f"{run} < 0" if d.rng.random() < 0.5 else f"{run} > {d.rng.randint(100, 900)}",
                [f"{run} = 0{_semi(d)}"],
                d,
            )
    type_ = d.pick("int", "double", "long long") if inner[0].startswith(run) else "int"
    start = [f"{run} = {best} = 0"] if d.python else [f"{type_} {run} = 0, {best} = 0;"]
    return Body(
        [*start, *_block(d.loop(*used), inner, d), f"return {best}{_semi(d)}"],
        "int",
        type_,
        f"{d.pick('longest', 'best', 'peak')}_{d.pick('streak', 'run', 'stretch')}",
        "Longest stretch.",
    )


def _map_type(d: Draft, value: str) -> str:
    return f"{d.pick('std::unordered_map', 'std::map', 'std::unordered_map')}<std::string, {value}>"


def _group(d: Draft) -> Body:
    """Totals or members by key: grows with the number of keys."""
    table = d.name("totals", "by_key", "groups", f"by_{d.key}", "table", "summary", "buckets")
    key = d.get(d.key)
    if d.rng.random() < 0.5:
        text, used, kind = d.value()
        if d.python:
            way = d.pick("get", "default", "counter", "if")
            step = {"get": [f"{table}[{key}] = {table}.get({key}, 0) + {text}"], "default": [f"{table}[{key}] += {text}"], "counter": [f"{table}[{key}] += {text}"],
                    "if": [f"if {key} not in {table}:", f"    {table}[{key}] = 0", f"{table}[{key}] += {text}"]}[way]  # fmt: skip
            start = {"default": f"{table} = defaultdict({kind})", "counter": f"{table} = Counter()"}.get(
                way, f"{table} = {{}}"
            )
        else:
            start, step = (
                f"{_map_type(d, 'double' if kind == 'float' else 'int')} {table};",
                [f"{table}[{key}] += {text};"],
            )
        type_ = start.split(f" {table}")[0]
        about, name = f"Totals by {d.key}.", f"{d.numbers[0]}_by_{d.key}"
    else:
        used = [d.numbers[0]]
        text = d.get(d.numbers[0])
        if d.python:
            start, step = d.rng.choice(
                [
                    (f"{table} = {{}}", [f"{table}.setdefault({key}, []).append({text})"]),
                    (f"{table} = defaultdict(list)", [f"{table}[{key}].append({text})"]),
                ]
            )
        else:
            element = d.cpp_type(d.type_of(d.numbers[0]))
            start, step = (
                f"{_map_type(d, f'std::vector<{element}>')} {table};",
                [f"{table}[{key}].push_back({text});"],
            )
        type_ = start.split(f" {table}")[0]
        about, name = f"{d.domain.many.title()} grouped by {d.key}.", f"group_by_{d.key}"
    lines, more = _maybe(d, step, chance=0.5)
    ending = [f"return {table}{_semi(d)}"]
    hint = "dict"
    if d.rng.random() < 0.2:
        ending, hint, type_ = (
            [
                f"return {'len(' + table + ')' if d.python else 'static_cast<int>(' + table + '.size())'}{_semi(d)}"
            ],
            "int",
            "int",
        )
    elif d.python and "Totals" in about and d.rng.random() < 0.25:
        ending, hint = [f"return sorted({table}.items(), key=lambda pair: pair[1], reverse=True)"], "list"
    return Body([start, *_block(d.loop(d.key, *used, *more), lines, d), *ending], hint, type_, name, about)


def _filter(d: Draft) -> Body:
    """A list of what matches."""
    out = d.name("out", "result", "selected", "kept", "matching", f"{plural(d.key)}_out")
    if d.rng.random() < 0.5:
        text, used, hint, element = d.get(d.key), [d.key], "list[str]", "std::string"
    else:
        text, used, kind = d.value()
        hint, element = f"list[{kind}]", d.cpp_type(kind)
    append = (
        f"{out}.append({text})"
        if d.python
        else f"{out}.{d.pick('push_back', 'push_back', 'emplace_back')}({text});"
    )
    lines, more = _maybe(d, [append], chance=0.85)
    start = [f"{out} = []"] if d.python else [f"std::vector<{element}> {out};"]
    if not d.python and d.rng.random() < 0.3 and d.form != "columns":
        start.append(f"{out}.reserve({d.many}.size());")
    ending = [f"return {out}{_semi(d)}"]
    draw = d.rng.random()
    if draw < 0.2:
        ending = (
            [f"{out}.sort()", *ending] if d.python else [f"std::sort({out}.begin(), {out}.end());", *ending]
        )
    elif draw < 0.3 and d.python:
        ending = [f"return {d.pick('sorted', 'list', 'tuple')}({d.pick(out, f'set({out})')})"]
    body = [*start, *_block(d.loop(*used, *more), lines, d), *ending]
    if d.python and d.form != "columns" and len(lines) <= 2 and d.rng.random() < 0.45:
        test = f" if {lines[0][3:-1]}" if lines[0].startswith("if ") else ""
        if len(lines) == (2 if test else 1) and "continue" not in lines[-1]:
            body = [f"return [{text} {d.comprehension(*used, *more)}{test}]"]
    return Body(
        body,
        hint,
        f"std::vector<{element}>",
        f"{d.pick('select', 'pick', 'find', 'matching', 'list')}_{d.domain.many}",
        f"{d.domain.many.title()} that match.",
    )


def _top(d: Draft) -> Body:
    """The k best, by sorting all or by a heap."""
    k = d.parameter("int", str(d.rng.randint(1, 5)), "k", "limit", "how_many", "top_n")
    text, used, kind = d.value()
    ranked = d.name("ranked", "ordered", "scored", "pairs", "candidates")
    if d.python:
        make = [
            f"{ranked} = []",
            *_block(d.loop(d.key, *used), [f"{ranked}.append(({text}, {d.get(d.key)}))"], d),
        ]
        if d.form != "columns" and d.rng.random() < 0.4:
            make = [f"{ranked} = [({text}, {d.get(d.key)}) {d.comprehension(d.key, *used)}]"]
        ending = d.rng.choice([
            [f"{ranked}.sort(reverse=True)", f"return [name for _, name in {ranked}[:{k}]]"],
            [f"return [name for _, name in sorted({ranked}, reverse=True)[:{k}]]"],
            [f"return [name for _, name in heapq.nlargest({k}, {ranked})]"],
        ])  # fmt: skip
        if d.rng.random() < 0.25:
            make = [
                f"{ranked} = []",
                *_block(
                    d.loop(d.key, *used),
                    [
                        f"heapq.heappush({ranked}, ({text}, {d.get(d.key)}))",
                        f"if len({ranked}) > {k}:",
                        f"    heapq.heappop({ranked})",
                    ],
                    d,
                ),
            ]
            ending = [f"return [name for _, name in sorted({ranked}, reverse=True)]"]
        return Body([*make, *ending], "list[str]", "", f"top_{plural(d.key)}", f"The best {plural(d.key)}.")
    pair = f"std::pair<{d.cpp_type(kind)}, std::string>"
    names = d.name("names", "out", "result", "best")
    tail = [
        f"std::vector<std::string> {names};",
        f"for (int j = 0; j < {k} && j < (int){ranked}.size(); ++j) {names}.push_back({ranked}[j].second);",
        f"return {names};",
    ]
    sort = d.pick(
        f"std::sort({ranked}.rbegin(), {ranked}.rend());", f"std::sort({ranked}.begin(), {ranked}.end(), std::greater<>());",
        f"std::stable_sort({ranked}.begin(), {ranked}.end(), [](const auto& a, const auto& b) {{ return a.first > b.first; }});",
    )  # fmt: skip
    body = [
        f"std::vector<{pair}> {ranked};",
        *_block(
            d.loop(d.key, *used),
            [f"{ranked}.{d.pick('emplace_back', 'emplace_back')}({text}, {d.get(d.key)});"],
            d,
        ),
        sort,
        *tail,
    ]
    if d.rng.random() < 0.3:
        heap = d.name("heap", "pq", "best_heap")
        body = [f"std::priority_queue<{pair}, std::vector<{pair}>, std::greater<{pair}>> {heap};",
                *_block(d.loop(d.key, *used), [f"{heap}.emplace({text}, {d.get(d.key)});", f"if ((int){heap}.size() > {k}) {heap}.pop();"], d),
                f"std::vector<std::string> {names};", f"while (!{heap}.empty()) {{", f"    {names}.push_back({heap}.top().second);", f"    {heap}.pop();", "}", f"return {names};"]  # fmt: skip
    return Body(body, "", "std::vector<std::string>", f"top_{plural(d.key)}", "The best ones.")


def _unique(d: Draft) -> Body:
    """Keys met once or more than once."""
    seen, out = d.name("seen", "known", "visited", "met"), d.name("out", "result", "repeats", "duplicates")
    key = d.get(d.key)
    form = d.pick("unique", "repeat", "first repeat", "count")
    if d.python:
        inner = {"unique": [f"if {key} not in {seen}:", f"    {seen}.add({key})", f"    {out}.append({key})"],
                 "repeat": [f"if {key} in {seen}:", f"    {out}.append({key})", "else:", f"    {seen}.add({key})"],
                 "first repeat": [f"if {key} in {seen}:", f"    return {key}", f"{seen}.add({key})"], "count": [f"{seen}.add({key})"]}[form]  # fmt: skip
        start = [f"{seen} = set()"] + ([f"{out} = []"] if form in ("unique", "repeat") else [])
        ending = {"first repeat": "return None", "count": f"return len({seen})"}.get(form, f"return {out}")
        hint = {"first repeat": "str | None", "count": "int"}.get(form, "list[str]")
        return Body(
            [*start, *_block(d.loop(d.key), inner, d), ending],
            hint,
            "",
            f"{form.replace(' ', '_')}_{plural(d.key)}",
            f"{form.title()} {plural(d.key)}.",
        )
    kind = d.pick("std::unordered_set", "std::set", "std::unordered_set")
    inner = {"unique": [f"if ({seen}.insert({key}).second) {out}.push_back({key});"], "repeat": [f"if (!{seen}.insert({key}).second) {out}.push_back({key});"],
             "first repeat": [f"if ({seen}.count({key})) return {key};", f"{seen}.insert({key});"], "count": [f"{seen}.insert({key});"]}[form]  # fmt: skip
    start = [f"{kind}<std::string> {seen};"] + (
        [f"std::vector<std::string> {out};"] if form in ("unique", "repeat") else []
    )
    ending = {"first repeat": 'return "";', "count": f"return (int){seen}.size();"}.get(
        form, f"return {out};"
    )
    type_ = {"first repeat": "std::string", "count": "int"}.get(form, "std::vector<std::string>")
    return Body(
        [*start, *_block(d.loop(d.key), inner, d), ending],
        "",
        type_,
        f"{form.replace(' ', '_')}_{plural(d.key)}",
        "Distinct ones.",
    )


def _report(d: Draft) -> Body:
    """A text of a line each."""
    number = d.rng.choice(d.numbers)
    key, value = d.get(d.key), d.get(number)
    gap = d.pick(": ", "=", ",", " - ", ";", " | ")
    if d.python:
        line = d.pick(
            f'f"{{{key}}}{gap}{{{value}}}"' if d.form != "dict" else f'{key} + "{gap}" + str({value})',
            f'"%s{gap}%s" % ({key}, {value})',
            f'"{{}}{gap}{{}}".format({key}, {value})',
        )
        parts = d.name("lines", "parts", "rows_out", "chunks")
        if d.rng.random() < 0.35:
            lines, more = _maybe(d, [f'{parts} += {line} + "\\n"'], chance=0.4)
            return Body(
                [f'{parts} = ""', *_block(d.loop(d.key, number, *more), lines, d), f"return {parts}"],
                "str",
                "",
                f"{d.domain.one}_report",
                f"A report of {d.domain.many}.",
            )
        lines, more = _maybe(d, [f"{parts}.append({line})"], chance=0.4)
        glue = d.pick("\\n", ", ", "; ")
        return Body(
            [
                f"{parts} = []",
                *_block(d.loop(d.key, number, *more), lines, d),
                f'return "{glue}".join({parts})',
            ],
            "str",
            "",
            f"format_{d.domain.many}",
            f"{d.domain.many.title()} as text.",
        )
    out = d.name("out", "text", "report", "buffer")
    if d.rng.random() < 0.4:
        lines, more = _maybe(d, [f"{out} << {key} << \"{gap}\" << {value} << '\\n';"], chance=0.4)
        return Body(
            [
                f"std::ostringstream {out};",
                *_block(d.loop(d.key, number, *more), lines, d),
                f"return {out}.str();",
            ],
            "",
            "std::string",
            f"{d.domain.one}_report",
            "A report.",
        )
    lines, more = _maybe(d, [f'{out} += {key} + "{gap}" + std::to_string({value}) + "\\n";'], chance=0.4)
    return Body(
        [f"std::string {out};", *_block(d.loop(d.key, number, *more), lines, d), f"return {out};"],
        "",
        "std::string",
        f"format_{d.domain.many}",
        "As text.",
    )


def _running(d: Draft) -> Body:
    """A running total of each, kept."""
    text, used, kind = d.value()
    acc, out = d.name("balance", "running", "level", "total"), d.name("out", "history", "series", "balances")
    lines = [f"{acc} += {text}{_semi(d)}", f"{out}.append({acc})" if d.python else f"{out}.push_back({acc});"]
    if d.rng.random() < 0.3:
        lines.insert(1, f"if {acc} < 0:" if d.python else f"if ({acc} < 0) {acc} = 0;")
        if d.python:
            lines.insert(2, f"    {acc} = 0")
    type_ = d.cpp_type(kind)
    start = (
        [f"{acc} = 0", f"{out} = []"] if d.python else [f"{type_} {acc} = 0;", f"std::vector<{type_}> {out};"]
    )
    ending = d.pick(out, f"max({out}, default=0)" if d.python else out)
    return Body(
        [*start, *_block(d.loop(*used), lines, d), f"return {ending}{_semi(d)}"],
        f"list[{kind}]" if ending == out else kind,
        f"std::vector<{type_}>",
        f"running_{d.numbers[0]}",
        "Running totals.",
    )


def _lookup(d: Draft) -> Body:
    """One record looked for by its key: by walking, or by way of a table of all."""
    wanted = d.parameter(
        "str", f'"{d.rng.choice(VALUES["default"])}"', f"wanted_{d.key}", "target", "needle", "which"
    )
    number = d.rng.choice(d.numbers)
    key, value = d.get(d.key), d.get(number)
    missing = d.pick("0", "-1")
    kind = d.type_of(number)
    if d.rng.random() < 0.7:
        body = [
            *_block(d.loop(d.key, number), _if(f"{key} == {wanted}", [f"return {value}{_semi(d)}"], d), d),
            f"return {missing}{_semi(d)}",
        ]
    else:
        table = d.name("index", "by_key", "table", "known")
        if d.python:
            body = [
                f"{table} = {{}}",
                *_block(d.loop(d.key, number), [f"{table}[{key}] = {value}"], d),
                f"return {table}.get({wanted}, {missing})",
            ]
        else:
            body = [f"{_map_type(d, d.cpp_type(kind))} {table};", *_block(d.loop(d.key, number), [f"{table}[{key}] = {value};"], d),
                    f"auto it = {table}.find({wanted});", f"return it == {table}.end() ? {missing} : it->second;"]  # fmt: skip
    return Body(body, kind, d.cpp_type(kind), f"{number}_of_{d.key}", f"The {number} of one {d.key}.")


def _pairs(d: Draft) -> Body:
    """Every two records compared."""
    number = d.rng.choice(d.numbers)
    many = d.column(d.case(d.key)) if d.form == "columns" else d.many
    at = ("{}" if d.form == "columns" else f"{many}[{{}}]").format
    count = d.name("count", "conflicts", "close", "n_pairs")
    limit = d.rng.randint(1, 20)
    gap = (
        f"abs({d.get(number, at('i'))} - {d.get(number, at('j'))})"
        if d.python
        else f"std::abs({d.get(number, at('i'))} - {d.get(number, at('j'))})"
    )
    test = d.pick(
        f"{gap} {d.pick('<', '<=', '>')} {limit}",
        f"{d.get(d.key, at('i'))} == {d.get(d.key, at('j'))}",
        f"{d.get(number, at('i'))} {d.pick('<', '>', '==')} {d.get(number, at('j'))}",
    )
    early = d.rng.random() < 0.3
    step = (["return True"] if d.python else ["return true;"]) if early else [f"{count} += 1{_semi(d)}"]
    inner = "for j in range(i + 1, n):" if d.python else "for (int j = i + 1; j < n; ++j) {"
    outer = "for i in range(n):" if d.python else "for (int i = 0; i < n; ++i) {"
    start = [f"n = len({many})"] if d.python else [f"{d.pick('const int', 'int')} n = {many}.size();"]
    if not early:
        start.append(f"{count} = 0" if d.python else f"{d.pick('int', 'long long')} {count} = 0;")
    final = ("False" if d.python else "false") if early else count
    body = [*start, *_block(outer, _block(inner, _if(test, step, d), d), d), f"return {final}{_semi(d)}"]
    return Body(
        body,
        "bool" if early else "int",
        "bool" if early else "long long",
        f"{d.pick('count', 'find', 'check')}_{d.pick('conflicts', 'close_pairs', 'overlaps')}",
        "Pairs that clash.",
    )


_CONSTANT: list[Callable[[Draft], Body]] = [
    _total,
    _total,
    _count,
    _search,
    _search,
    _extreme,
    _average,
    _streak,
    _lookup,
    _pairs,
]
_GROWING: list[Callable[[Draft], Body]] = [_group, _group, _filter, _filter, _top, _unique, _report, _running]


def item(language: str, rng: random.Random, mark: str) -> Item:
    """One program over records."""
    domain = rng.choice(DOMAINS)
    python = language == "python"
    numbers = [number.rstrip(".") for number in rng.sample(domain.numbers, rng.choice([1, 2, 2, 3]))]
    forms = ["tuple", "tuple", "dict", "columns"] if python else ["struct", "struct", "tuple", "columns"]
    d = Draft(
        language, rng, domain, rng.choice(forms), rng.choice(domain.texts), numbers, domain.state if rng.random() < 0.5 else "",
        camel=rng.random() < (0.08 if python else 0.6),
    )  # fmt: skip
    d.method = d.form != "columns" and rng.random() < 0.15
    d.taken = (
        {name for name, _ in d.fields} | {d.one, d.case(domain.many), "i", "j", "n"} | set(reserved(language))
    )
    if d.form == "columns":
        d.taken |= {d.column(name) for name, _ in d.fields}
    task = rng.choice(_CONSTANT if rng.random() < CONSTANT_SHARE else _GROWING)
    body = task(d)
    if not d.method and rng.random() < 0.3:
        body.lines = [*_asked_first(d, body), *body.lines]
    if d.form == "columns":
        read = re.findall(r"\w+", " ".join(body.lines))
        d.unread = {name for name, _ in d.fields if d.column(name) not in read}
    code, entry = (_python if python else _cpp)(d, body)
    rows = [_rows(d) for _ in range(3)]
    data = [_literal(d, row) for row in rows]
    extras = [", ".join(_constant(d, kind, example) for _, kind, example in d.extra)] * 3
    receiver: tuple[str, ...] = ()
    if d.method:
        examples = [f"({one},)" if one else "()" for one in extras] if python else extras
        receiver = (f"({data[0]},)" if python else data[0],)
    else:
        joined = [", ".join(filter(None, (one, extra))) for one, extra in zip(data, extras, strict=True)]
        examples = [f"({one},)" if python else one for one in joined]
    family = f"records-{task.__name__.strip('_')}-{d.form}"
    return Item(
        f"generated/{language}/{family}/{mark}", "generated", "Apache-2.0", f"generated/{family}", language, code, entry,
        tuple(dict.fromkeys(examples)), receiver,
    )  # fmt: skip


def _asked_first(d: Draft, body: Body) -> list[str]:
    """Lines that ask a function of its own about the records first, and leave where there is nothing to do."""
    before, d.extra = d.extra, []
    asked = d.rng.choice([_total, _count, _average, _streak, _pairs])(d)
    extra, d.extra = d.extra, [*before, *d.extra]
    name = d.case(asked.name if asked.name != body.name else f"{asked.name}_first")
    read = re.findall(r"\w+", " ".join(asked.lines))
    if d.form == "columns":
        given = [(d.column(one), kind) for one, kind in d.fields if d.column(one) in read]
    else:
        given = [(d.case(d.domain.many), "")]
    arguments = ", ".join([*(one for one, _ in given), *(one for one, _, _ in extra)])
    known = d.name("known", "first", "checked", "overall", "base")
    if d.python:
        head = f"def {name}({arguments}):"
        d.helpers.append("\n".join([head, *(f"    {line}" for line in asked.lines)]))
        leave = _if(d.pick(f"not {known}", f"{known} <= 0"), [f"return {_nothing(body.hint)}"], d)
        return [f"{known} = {name}({arguments})", *leave]
    types = [f"std::vector<{d.cpp_type(kind)}>" if kind else _records_type(d) for _, kind in given]
    parameters = [f"{_passed(type_, d.rng)} {one}" for type_, (one, _) in zip(types, given, strict=True)]
    parameters += [
        f"{'const std::string&' if kind == 'str' else d.cpp_type(kind)} {one}" for one, kind, _ in extra
    ]
    head = f"{d.pick('static ', '')}{asked.type} {name}({', '.join(parameters)}) {{"
    lines = [line.replace("auto& ", "const auto& ").replace("const const", "const") for line in asked.lines]
    d.helpers.append("\n".join([head, *(f"    {line}" for line in lines), "}"]))
    return [
        f"{d.pick('auto', 'const auto')} {known} = {name}({arguments});",
        *_if(f"{known} <= 0" if asked.type != "bool" else f"!{known}", ["return {};"], d),
    ]


def _rows(d: Draft) -> list[list[object]]:
    rng = d.rng
    rows: list[list[object]] = []
    for _ in range(rng.randint(4, 7)):
        row: list[object] = []
        for name, kind in d.fields:
            if name == d.state and d.state:
                row.append(rng.choice(d.domain.states))
            elif kind == "str":
                row.append(rng.choice(VALUES["default"]))
            else:
                row.append(rng.randint(1, 90) if kind == "int" else round(rng.uniform(0.5, 99), 1))
        rows.append(row)
    return rows


def _constant(d: Draft, kind: str, example: str) -> str:
    return f"std::string({example})" if kind == "str" and not d.python else example


def _literal(d: Draft, rows: list[list[object]]) -> str:
    """The records as an argument's text."""
    if d.python:
        if d.form == "dict":
            return repr([dict(zip([name for name, _ in d.fields], row, strict=True)) for row in rows])
        if d.form == "columns":
            return ", ".join(repr([row[place] for row in rows]) for place in range(len(d.fields)))
        return repr([tuple(row) for row in rows])
    if d.form == "columns":
        return ", ".join(
            f"std::vector<{d.cpp_type(kind)}>{{{', '.join(_cell(row[place]) for row in rows)}}}"
            for place, (_, kind) in enumerate(d.fields)
        )
    cells = ", ".join(f"{{{', '.join(map(_cell, row))}}}" for row in rows)
    return f"{_records_type(d)}{{{cells}}}"


def _cell(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _records_type(d: Draft) -> str:
    if d.form == "struct":
        return f"std::vector<{d.struct}>"
    inner = ", ".join(d.cpp_type(kind) for _, kind in d.fields)
    return f"std::vector<std::{'pair' if len(d.fields) == 2 else 'tuple'}<{inner}>>"


def _python(d: Draft, body: Body) -> tuple[str, str]:
    from pricetag.train.python_sources import missing_imports

    rng = d.rng
    hinted = rng.random() < 0.55
    name = d.case(
        rng.choice(
            [
                body.name,
                body.name,
                f"{body.name}_{rng.choice(['for', 'in', 'of'])}_{d.domain.many}",
                f"compute_{body.name}",
            ]
        )
    )
    row = {"dict": "dict", "tuple": "tuple", "columns": ""}[d.form]
    given = (
        [(d.column(one), f"list[{kind}]") for one, kind in d.fields]
        if d.form == "columns"
        else [(d.case(d.domain.many), f"list[{row}]")]
    )
    extra = [(one, kind) for one, kind, _ in d.extra]
    parameters = ["self"] if d.method else []
    parameters += [f"{one}: {kind}" if hinted else one for one, kind in ([] if d.method else given) + extra]
    hint = f" -> {body.hint}" if hinted and body.hint else ""
    lines = [f"def {name}({', '.join(parameters)}){hint}:"]
    if rng.random() < 0.4:
        lines += _doc(d, body, [one for one, _ in extra])
    if rng.random() < 0.2 and d.form != "columns":
        lines += [f"    if not {d.many}:", f"        return {_nothing(body.hint)}"]
    lines += [f"    {line}" if line else line for line in _commented(d, body.lines, "#")]
    helpers = "".join(f"{one}\n\n\n" for one in d.helpers)
    if d.method:
        many = d.case(d.domain.many)
        keep = rng.choice([f"self.{many} = list({many})", f"self.{many} = {many}", f"self.{many} = {many}"])
        head = [f"class {d.domain.keeper}:"]
        if rng.random() < 0.4:
            head += [f'    """Keeps {d.domain.many}."""', ""]
        head += [f"    def __init__(self, {many}{f': list[{row}]' if hinted else ''}):", f"        {keep}"]
        others = [
            ["", "    def __len__(self):", f"        return len(self.{many})"],
            ["", f"    def add(self, {d.one}):", f"        self.{many}.append({d.one})"],
        ]
        if rng.random() < 0.5:
            head += rng.choice(others)
        text = helpers + "\n".join([*head, "", *(f"    {line}" if line else line for line in lines)]) + "\n"
        entry = f"{d.domain.keeper}.{name}"
    else:
        text, entry = helpers + "\n".join(lines) + "\n", name
    imports = missing_imports(text)
    return (f"{imports}\n\n{text}" if imports else text), entry


def _nothing(hint: str) -> str:
    return {"int": "0", "float": "0.0", "bool": "False", "str": '""', "dict": "{}"}.get(
        hint, "[]" if hint.startswith("list") else "None"
    )


def _doc(d: Draft, body: Body, extra: list[str]) -> list[str]:
    if d.rng.random() < 0.65 or not extra:
        return [f'    """{body.about}"""']
    return [
        f'    """{body.about}',
        "",
        "    Args:",
        *(f"        {name}: see {d.domain.one}." for name in extra),
        '    """',
    ]


def _commented(d: Draft, lines: list[str], mark: str) -> list[str]:
    """The lines with a comment here and there, and blank lines."""
    done: list[str] = []
    for number, line in enumerate(lines):
        if d.rng.random() < 0.05 and not line.startswith((" ", "}", "else")):
            done.append(
                f"{mark} {d.rng.choice(['TODO: check', 'walk over', 'keep', 'handle', 'see the spec for', 'only'])} {d.domain.many}"
            )
        elif d.rng.random() < 0.06 and number and not line.startswith((" ", "}", "else")):
            done.append("")
        done.append(line)
    return done


_INCLUDES = {
    "std::vector": "vector", "std::string": "string", "std::unordered_map": "unordered_map", "std::map": "map", "std::unordered_set": "unordered_set",
    "std::set": "set", "std::sort": "algorithm", "std::stable_sort": "algorithm", "std::count_if": "algorithm", "std::max": "algorithm", "std::pair": "utility",
    "std::tuple": "tuple", "std::get": "tuple", "std::numeric_limits": "limits", "std::ostringstream": "sstream", "std::priority_queue": "queue",
    "std::abs": "cstdlib", "std::greater": "functional", "size_t": "cstddef", "std::move": "utility",
}  # fmt: skip


def _passed(type_: str, rng: random.Random) -> str:
    """A container parameter: by reference mostly, by value as people forget."""
    return rng.choice([f"const {type_}&", f"const {type_}&", f"const {type_}&", type_])


def _cpp(d: Draft, body: Body) -> tuple[str, str]:
    rng = d.rng
    name = d.case(
        rng.choice([body.name, body.name, f"{body.name}_of_{d.domain.many}", f"compute_{body.name}"])
    )
    if name in d.taken:
        name = d.case(f"get_{name}")
    given = (
        [(d.column(one), f"std::vector<{d.cpp_type(kind)}>") for one, kind in d.fields]
        if d.form == "columns"
        else [(d.case(d.domain.many), _records_type(d))]
    )
    parameters = [] if d.method else [f"{_passed(type_, rng)} {one}" for one, type_ in given]
    parameters += [
        f"{'const std::string&' if kind == 'str' else d.cpp_type(kind)} {one}" for one, kind, _ in d.extra
    ]
    guard = []
    if rng.random() < 0.15 and d.form != "columns":
        guard = [f"    if ({d.many}.empty()) return {{}};"]
    const = " const" if d.method else ""
    inner = [f"    {line}" if line else line for line in _commented(d, body.lines, "//")]
    function = [f"{body.type} {name}({', '.join(parameters)}){const} {{", *guard, *inner, "}"]
    doc = (
        [rng.choice([f"// {body.about}", f"/** {body.about} */", f"/// {body.about}"])]
        if rng.random() < 0.3
        else []
    )
    parts = []
    if d.form == "struct":
        members = [f"    {d.cpp_type(kind)} {one};" for one, kind in d.fields]
        parts.append("\n".join([f"struct {d.struct} {{", *members, "};"]))
    parts += d.helpers
    entry = name
    if d.method:
        many, keeper = d.case(d.domain.many), d.domain.keeper
        head = [
            f"class {keeper} {{",
            "public:",
            f"    explicit {keeper}({_records_type(d)} {many}) : {many}_(std::move({many})) {{}}",
            "",
        ]
        if rng.random() < 0.4:
            head += [
                f"    {rng.choice(['std::size_t', 'int'])} size() const {{ return {many}_.size(); }}",
                "",
            ]
        parts.append(
            "\n".join(
                [
                    *head,
                    *(f"    {line}" if line else line for line in [*doc, *function]),
                    "",
                    "private:",
                    f"    {_records_type(d)} {many}_;",
                    "};",
                ]
            )
        )
        entry = f"{keeper}.{name}"
    else:
        parts.append("\n".join([*doc, *function]))
    text = "\n\n".join(parts) + "\n"
    if rng.random() < 0.4:
        text = text.replace("std::size_t", "size_t").replace("std::", "")
        return f"#include <bits/stdc++.h>\nusing namespace std;\n\n{text}", entry
    headers = sorted(
        {header for word, header in _INCLUDES.items() if re.search(rf"{re.escape(word)}\b", text)}
    )
    return "".join(f"#include <{header}>\n" for header in headers) + f"\n{text}", entry
