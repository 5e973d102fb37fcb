"""Programs of a few numbers and flags: fees, scores, conversions, checks. Their memory is constant, their runtime mostly."""

from __future__ import annotations

import random
import re

from pricetag.measure.label import Item
from pricetag.train.generator.names import reserved

_TOPICS = {
    "fee": "weight distance zone volume pieces", "price": "base_price quantity discount rate units", "tax": "income allowance rate deduction bonus",
    "score": "points level streak penalty attempts", "interest": "principal rate years months balance", "dose": "mass age strength interval doses",
    "delay": "queue_length rate retries timeout base_delay", "dimension": "width height depth margin columns", "salary": "hours wage overtime bonus grade",
    "speed": "distance seconds limit load grade", "quota": "used capacity reserved burst requests", "rank": "wins losses draws goals rating",
    "offset": "page size total first gap", "power": "voltage current resistance hours cells", "angle": "x y heading turn step",
    "budget": "spent planned weeks staff overhead", "stock": "demand supply lead_time safety batch", "health": "armor damage shield level regen",
    "color": "red green blue alpha gain", "clock": "hour minute second offset days", "rent": "area floor rooms base_rent months",
    "signal": "amplitude noise gain threshold bias", "grade": "exam homework attendance project bonus", "crc": "value poly seed shift mask",
}  # fmt: skip
_VERBS = ("compute", "calc", "get", "estimate", "final", "adjusted", "total", "net", "effective", "next")
_FLAGS = (
    "express",
    "is_member",
    "weekend",
    "urgent",
    "taxable",
    "rounded",
    "enabled",
    "is_new",
    "fragile",
    "peak",
    "verified",
    "retry",
)
_HOLDERS = ("Policy", "Settings", "Calculator", "Plan", "Rules", "Profile", "Tariff", "Config")


class _Scalar:
    """One program being written, in the names and words of its language."""

    def __init__(self, language: str, rng: random.Random) -> None:
        self.rng = rng
        self.python = language == "python"
        self.topic = rng.choice(list(_TOPICS))
        self.camel = rng.random() < (0.08 if self.python else 0.6)
        taken = reserved(language)
        names = [
            name
            for name in rng.sample(_TOPICS[self.topic].split(), rng.choice([2, 2, 3, 3, 4]))
            if name not in taken
        ]
        self.kinds = {self.case(name): rng.choice(["int", "int", "int", "float"]) for name in names}
        self.flags = [self.case(flag) for flag in rng.sample(_FLAGS, rng.choice([0, 0, 1, 1, 2]))]
        self.result = self.case(
            rng.choice(["result", "value", "amount", self.topic, "total", "out", f"raw_{self.topic}"])
        )
        if self.result in self.kinds or self.result in taken:
            self.result = "res"
        self.float = "float" in self.kinds.values() or rng.random() < 0.3

    def case(self, name: str) -> str:
        return re.sub(r"_([a-z])", lambda match: match[1].upper(), name) if self.camel else name

    def number(self, low: int, high: int) -> str:
        if self.float and self.rng.random() < 0.5:
            return f"{self.rng.randint(low, high)}.{self.rng.choice(['0', '5', '25', '75'])}"
        return str(self.rng.randint(low, high))

    def end(self) -> str:
        return "" if self.python else ";"

    def when(self, test: str, inner: list[str]) -> list[str]:
        if self.python:
            return [f"if {test}:", *(f"    {line}" for line in inner)]
        if len(inner) == 1 and self.rng.random() < 0.6:
            return [f"if ({test}) {inner[0]}"]
        return [f"if ({test}) {{", *(f"    {line}" for line in inner), "}"]

    def test(self) -> str:
        rng, name = self.rng, self.rng.choice(list(self.kinds))
        simple = f"{name} {rng.choice(['>', '>=', '<', '<=', '>'])} {self.number(1, 90)}"
        if self.flags and rng.random() < 0.35:
            return rng.choice(self.flags)
        if rng.random() < 0.2:
            other = rng.choice(list(self.kinds))
            joined = rng.choice(["and", "or"]) if self.python else rng.choice(["&&", "||"])
            return f"{simple} {joined} {other} {rng.choice(['>', '<', '!='])} {self.number(0, 30)}"
        return simple

    def step(self) -> list[str]:
        """Lines that change the result."""
        rng, r, e = self.rng, self.result, self.end()
        name = rng.choice(list(self.kinds))
        draw = rng.random()
        if draw < 0.3:
            change = rng.choice([f"{r} += {self.number(1, 40)}", f"{r} -= {self.number(1, 20)}", f"{r} *= {self.number(2, 6)}", f"{r} += {name}",
                                 f"{r} += {name} * {self.number(2, 9)}", f"{r} -= {name} / {rng.randint(2, 9)}" if self.float else f"{r} -= {name}"])  # fmt: skip
            return self.when(self.test(), [change + e])
        if draw < 0.45:
            high = self.number(100, 900)
            return self.when(f"{r} > {high}", [f"{r} = {high}{e}"]) if rng.random() < 0.5 else [
                f"{r} = {'min' if self.python else 'std::min<' + self.type() + '>'}({r}, {high}){e}"]  # fmt: skip
        if draw < 0.6:
            low = self.number(0, 5)
            return self.when(f"{r} < {low}", [f"{r} = {low}{e}"]) if rng.random() < 0.5 else [
                f"{r} = {'max' if self.python else 'std::max<' + self.type() + '>'}({r}, {low}){e}"]  # fmt: skip
        if draw < 0.75:
            one, two, three = sorted(rng.sample(range(2, 95), 3))
            a, b, c = self.number(1, 9), self.number(3, 20), self.number(8, 60)
            if self.python:
                return [
                    f"if {name} < {one}:",
                    f"    {r} += {a}",
                    f"elif {name} < {two}:",
                    f"    {r} += {b}",
                    *([f"elif {name} < {three}:", f"    {r} -= {a}"] if rng.random() < 0.4 else []),
                    "else:",
                    f"    {r} += {c}",
                ]
            return [
                f"if ({name} < {one}) {r} += {a};",
                f"else if ({name} < {two}) {r} += {b};",
                *([f"else if ({name} < {three}) {r} -= {a};"] if rng.random() < 0.4 else []),
                f"else {r} += {c};",
            ]
        if draw < 0.85 and not self.float and all(kind == "int" for kind in self.kinds.values()):
            return [rng.choice([f"{r} %= {rng.randint(7, 1000)}", f"{r} ^= {name} << {rng.randint(1, 4)}", f"{r} &= {rng.choice([255, 1023, 65535])}", f"{r} += {name} >> {rng.randint(1, 3)}",
                                f"{r} = {r} * {rng.randint(3, 31)} + {name}"]) + e]  # fmt: skip
        return [f"{r} += {name} * {self.number(1, 12)}{e}"]

    def type(self) -> str:
        return "double" if self.float else "long long"

    def start(self) -> str:
        rng = self.rng
        names = list(self.kinds)
        one, two = rng.sample(names, 2) if len(names) > 1 else (names[0], self.number(2, 9))
        return rng.choice([f"{one} * {self.number(2, 12)}", f"{one} + {two}", f"{one} * {two}", f"{self.number(1, 20)} + {one} * {self.number(1, 6)}", f"{one} - {two}",
                           f"{one} * {one} + {two}", f"({one} + {two}) * {self.number(2, 5)}"])  # fmt: skip

    def loop(self) -> list[str]:
        """A loop that keeps nothing."""
        rng, r, e = self.rng, self.result, self.end()
        name = rng.choice([one for one, kind in self.kinds.items() if kind == "int"] or list(self.kinds))
        if self.kinds[name] != "int":
            return []
        step = (
            rng.choice(
                [
                    f"{r} += i * {rng.randint(2, 9)}",
                    f"{r} = ({r} * {rng.randint(3, 31)} + i) % {rng.choice([97, 1009, 65521])}",
                    f"{r} += i % {rng.randint(2, 12)}",
                ]
            )
            + e
        )
        if self.float:
            step = f"{r} += i * {self.number(1, 5)}{e}"
        inner = (
            self.when(f"i % {rng.randint(2, 9)} {rng.choice(['==', '!='])} 0", [step])
            if rng.random() < 0.4
            else [step]
        )
        if rng.random() < 0.35:
            inner += self.when(f"{r} > {rng.randint(1000, 90000)}", [f"break{e}"])
        if self.python:
            return [
                f"for i in range({rng.choice([name, f'1, {name} + 1', f'0, {name}, 2'])}):",
                *(f"    {line}" for line in inner),
            ]
        return [
            f"for (int i = {rng.choice('01')}; i < {name}; {rng.choice(['i++', '++i', 'i += 2'])}) {{",
            *(f"    {line}" for line in inner),
            "}",
        ]

    def body(self) -> tuple[list[str], str, str]:
        """(lines, Python annotation, C++ type) of the result."""
        rng, e = self.rng, self.end()
        lines: list[str] = []
        form = rng.choices(["steps", "check", "text", "closed"], [60, 15, 8, 17])[0]
        yes, no = ("True", "False") if self.python else ("true", "false")
        if form == "check":
            for _ in range(rng.choice([1, 1, 2, 3])):
                lines += self.when(self.test(), [f"return {rng.choice([yes, no])}{e}"])
            lines.append(f"return {self.test()}{e}")
            return lines, "bool", "bool"
        if form == "text":
            words = rng.sample(
                [
                    "low",
                    "medium",
                    "high",
                    "ok",
                    "warning",
                    "critical",
                    "none",
                    "minor",
                    "major",
                    "idle",
                    "busy",
                ],
                3,
            )
            for word in words[: rng.choice([1, 2])]:
                lines += self.when(self.test(), [f'return "{word}"{e}'])
            lines.append(f'return "{words[2]}"{e}')
            return lines, "str", "std::string"
        if rng.random() < 0.3:
            guard = next(iter(self.kinds))
            leave = (
                f'raise ValueError("{guard} must be positive")'
                if self.python and rng.random() < 0.4
                else f"return 0{e}"
            )
            lines += self.when(f"{guard} {rng.choice(['<', '<='])} 0", [leave])
        if form == "closed":
            text = self.start()
            for _ in range(rng.choice([0, 1, 2])):
                text = rng.choice(
                    [
                        f"({text}) * {self.number(2, 7)}",
                        f"({text}) + {rng.choice(list(self.kinds))}",
                        f"({text}) - {self.number(1, 30)}",
                    ]
                )
            test = self.test()
            if rng.random() < 0.3:
                text = (
                    f"{text} if {test} else {self.number(0, 9)}"
                    if self.python
                    else f"{test} ? {text} : {self.number(0, 9)}"
                )
            return [*lines, f"return {text}{e}"], "float" if self.float else "int", self.type()
        lines.append(
            f"{self.result} = {self.start()}"
            if self.python
            else f"{self.type()} {self.result} = {self.start()};"
        )
        for _ in range(rng.choice([1, 2, 2, 3, 4])):
            lines += self.step()
        if rng.random() < 0.18:
            lines += self.loop()
        final = self.result
        if self.python and self.float and rng.random() < 0.4:
            final = f"round({final}, {rng.choice([1, 2, 2, 3])})"
        return [*lines, f"return {final}{e}"], "float" if self.float else "int", self.type()


def item(language: str, rng: random.Random, mark: str) -> Item:
    """One program over a few numbers and flags."""
    draft = _Scalar(language, rng)
    name = draft.case(
        f"{rng.choice(_VERBS)}_{draft.topic}"
        + rng.choice(["", "", f"_{rng.choice(['with', 'for', 'by', 'after'])}_{next(iter(draft.kinds))}"])
    )
    lines, hint, type_ = draft.body()
    read = set(re.findall(r"\w+", " ".join(lines)))
    given = [(one, kind) for one, kind in draft.kinds.items() if one in read] + [
        (flag, "bool") for flag in draft.flags if flag in read
    ]
    if not given:
        given = list(draft.kinds.items())[:1]
    method = rng.random() < 0.12 and len(given) > 1 and given[0][0] + "_" not in read
    kept = given[:1] if method else []
    code, entry = _text(draft, name, lines, given, kept, hint, type_)
    calls: list[list[str]] = []
    receiver: tuple[str, ...] = ()
    for _ in range(3):
        values = [_value(kind, rng) for _, kind in given]
        if not draft.python:
            values = [value.lower() if value in ("True", "False") else value for value in values]
        calls.append(values)
    count = len(kept)
    if method:
        receiver = (f"({', '.join(calls[0][:count])},)" if draft.python else ", ".join(calls[0][:count]),)
    texts = [", ".join(values[count:]) for values in calls]
    examples = (
        tuple(dict.fromkeys(f"({text},)" for text in texts)) if draft.python else tuple(dict.fromkeys(texts))
    )
    family = f"scalars-{draft.topic}"
    return Item(
        f"generated/{language}/{family}/{mark}",
        "generated",
        "Apache-2.0",
        f"generated/{family}",
        language,
        code,
        entry,
        examples,
        receiver,
    )


def _value(kind: str, rng: random.Random) -> str:
    if kind == "bool":
        return rng.choice(["True", "False"])
    return str(rng.randint(1, 80)) if kind == "int" else str(round(rng.uniform(0.5, 80), 1))


def _text(
    draft: _Scalar,
    name: str,
    lines: list[str],
    given: list[tuple[str, str]],
    kept: list[tuple[str, str]],
    hint: str,
    type_: str,
) -> tuple[str, str]:
    rng = draft.rng
    holder = f"{draft.topic.title()}{rng.choice(_HOLDERS)}"
    own = {one for one, _ in kept}
    rest = [(one, kind) for one, kind in given if one not in own]
    doc = rng.choice(
        [
            f"{name.replace('_', ' ').capitalize()}.",
            f"The {draft.topic}.",
            f"{draft.topic.capitalize()} by the usual rules.",
        ]
    )
    if draft.python:
        hinted = rng.random() < 0.55
        parameters = (["self"] if kept else []) + [f"{one}: {kind}" if hinted else one for one, kind in rest]
        body = [re.sub(rf"\b({'|'.join(own)})\b", r"self.\1", line) if own else line for line in lines]
        text = [f"def {name}({', '.join(parameters)}){f' -> {hint}' if hinted else ''}:"]
        if rng.random() < 0.35:
            text.append(f'    """{doc}"""')
        text += [f"    {line}" for line in body]
        if kept:
            field, kind = kept[0]
            head = [
                f"class {holder}:",
                f"    def __init__(self, {field}{f': {kind}' if hinted else ''}):",
                f"        self.{field} = {field}",
                "",
            ]
            return "\n".join([*head, *(f"    {line}" for line in text)]) + "\n", f"{holder}.{name}"
        return "\n".join(text) + "\n", name
    types = {"int": rng.choice(["int", "int", "long long"]), "float": "double", "bool": "bool"}
    parameters = [f"{types[kind]} {one}" for one, kind in rest]
    body = [re.sub(rf"\b({'|'.join(own)})\b", r"\1_", line) if own else line for line in lines]
    result = "int" if type_ == "long long" and rng.random() < 0.4 else type_
    text = [
        f"{result} {name}({', '.join(parameters)}){' const' if kept else ''} {{",
        *(f"    {line}" for line in body),
        "}",
    ]
    if rng.random() < 0.25:
        text.insert(0, rng.choice([f"// {doc}", f"/** {doc} */"]))
    if kept:
        field, kind = kept[0]
        head = [
            f"class {holder} {{",
            "public:",
            f"    explicit {holder}({types[kind]} {field}) : {field}_({field}) {{}}",
            "",
        ]
        text = [
            *head,
            *(f"    {line}" for line in text),
            "",
            "private:",
            f"    {types[kind]} {field}_;",
            "};",
        ]
    code = "\n".join(text) + "\n"
    headers = [
        header
        for word, header in (("std::min", "algorithm"), ("std::max", "algorithm"), ("std::string", "string"))
        if word in code
    ]
    if rng.random() < 0.4:
        code = "#include <bits/stdc++.h>\nusing namespace std;\n\n" + code.replace("std::", "")
    elif headers:
        code = "".join(f"#include <{header}>\n" for header in sorted(set(headers))) + "\n" + code
    return code, f"{holder}.{name}" if kept else name
