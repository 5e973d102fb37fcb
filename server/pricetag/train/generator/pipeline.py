"""Programs composed from stages and loop bodies: their number is unlimited where the written families repeat.

Each program is put together as a template (see template.py) and rendered like one, so names and holes work alike.
"""

from __future__ import annotations

import random
import re

from pricetag.measure.label import Item
from pricetag.train.generator import template
from pricetag.train.generator.arguments import examples
from pricetag.train.generator.dress import dress

_NAMES = {
    "ints": "process analyze summarize evaluate score adjust measure check collect reduce_values combine inspect estimate "
    "total_score scan crunch fold_values compute_metric assess weigh digest rate_items aggregate_values".split(),
    "words": "process_words summarize_terms build_report collect_tags pick_names index_terms scan_labels format_lines "
    "join_labels rank_terms digest_words".split(),
    "text": "scan_text process_text parse_symbols summarize_text score_text tokenize_chars digest_text read_codes".split(),
    "n": "simulate_steps count_up build_series compute_total run_steps estimate_sum series walk_range loop_sum".split(),
}


def item(language: str, rng: random.Random, mark: str) -> Item:
    """One composed program."""
    kind = rng.choices(["ints", "words", "text", "n"], [55, 15, 15, 15])[0]
    kinds = [kind]
    if rng.random() < 0.35:
        kinds.append("k")
    if kind == "ints" and rng.random() < 0.15:
        kinds.append("ints")
    maker = _Python(kinds, rng) if language == "python" else _Cpp(kinds, rng)
    style, text = maker.program()
    # A parameter that the body forgot is no parameter.
    kinds = [kind, *(other for other, used in (("k", maker.k), ("ints", maker.second)) if used)]
    version = template.Version(style, False, tuple(kinds), text)
    names = random.Random(rng.random())
    code = template.render(version, {"f": _NAMES[kind]}, language, rng, names)
    entry = _entry(code, language)
    family = f"composed-{'-'.join(kinds)}-{style}"
    return Item(
        f"generated/{language}/{family}/{mark}", "generated", "Apache-2.0", f"generated/{family}", language,
        dress(code, language, rng), entry, examples(kinds, language, rng),
    )  # fmt: skip


def _entry(code: str, language: str) -> str:
    pattern = r"^def (\w+)" if language == "python" else r"^[A-Za-z_][\w:<>,*& ]*?[ &*>](\w+)\("
    return str(re.findall(pattern, code, re.MULTILINE)[-1])


class _Python:
    """Composes a Python function of the given parameter kinds."""

    def __init__(self, kinds: list[str], rng: random.Random) -> None:
        self.rng = rng
        self.kind = kinds[0]
        self.k = "k" in kinds
        self.second = kinds.count("ints") > 1
        self.source, self.one, self.hint = {
            "ints": ("$xs", "$x", "list[int]"), "words": ("$ws", "$w", "list[str]"), "text": ("$s", "$c", "str"), "n": ("$n", "$i", "int"),
        }[self.kind]  # fmt: skip

    def program(self) -> tuple[str, str]:
        style = self.rng.choices(["loop", "stages", "nested"], [60, 28, 12])[0]
        if style == "stages" and self.kind in ("n",):
            style = "loop"
        signature = (
            f"{self.source}: {self.hint}"
            + (", $k: int" if self.k else "")
            + (", $xs2: list[int]" if self.second else "")
        )
        if self.k and self.second:
            signature = f"{self.source}: {self.hint}, $k: int, $xs2: list[int]"
        body, result = {"loop": self.loop, "stages": self.stages, "nested": self.nested}[style]()
        return style, f"def $f({signature}){result}:\n" + "".join(f"    {line}\n" for line in body)

    def iterate(self) -> str:
        if self.kind == "n":
            return self.rng.choice(
                ["for $i in range($n):", "for $i in range(1, $n + 1):", "for $i in range(0, $n, 2):"]
            )
        if self.kind == "text":
            return self.rng.choice(["for $c in $s:", "for $c in $s:", "for $i, $c in enumerate($s):"])
        plain = f"for {self.one} in {self.source}:"
        return self.rng.choice([plain, plain, plain, f"for $i, {self.one} in enumerate({self.source}):"])

    def number(self) -> str:
        """An int made of the current element."""
        return {"ints": "$x", "words": "len($w)", "text": "ord($c)", "n": "$i"}[self.kind]

    def condition(self) -> str:
        rng = self.rng
        options = [f"§pred {self.number()}§"] * 3
        if self.k:
            options += [
                f"{self.number()} {rng.choice(['>', '<', '>=', '!='])} $k",
                f"{self.number()} % $k == 0",
            ]
        if self.kind == "words":
            options += ["§wpred $w§"] * 2
        if self.kind == "text":
            options += [
                '$c in "aeiou"',
                "$c.isalpha()",
                "$c.isupper()",
                '$c == "a"',
                '$c not in "xyz"',
                "$c.isdigit()",
            ]
        return rng.choice(options)

    def element(self) -> str:
        """An expression that is worth keeping."""
        rng = self.rng
        return {
            "ints": rng.choice(["$x", "$x", "§map $x§", "§map $x§"]),
            "words": rng.choice(["$w", "§wmap $w§", "len($w)"]),
            "text": rng.choice(["$c", "$c.upper()", "ord($c)", "$c * 2"]),
            "n": rng.choice(["$i", "§map $i§", "$i * $i"]),
        }[self.kind]

    def accumulators(self) -> list[tuple[str, list[str], list[str], str]]:
        """(name, lines before, lines in the loop, result type) of what a loop may gather."""
        rng = self.rng
        x, e = self.number(), self.element()
        key = "§wkey $w§" if self.kind == "words" else "$c" if self.kind == "text" else f"§key {x}§"
        constant = [
            ("$total", ["$total = 0"], [f"$total += {x}"], "int"),
            ("$total", ["$total = 0"], [f"$total += §map {x}§"], "int"),
            (
                "$total",
                [f"$total = {rng.randint(0, 9)}"],
                [f"$total = ($total * {rng.randint(2, 40)} + {x}) % {rng.choice([97, 1009, 1000003])}"],
                "int",
            ),
            ("$count", ["$count = 0"], [f"if {self.condition()}:", "    $count += 1"], "int"),
            ("$best", ["$best = 0"], [f"$best = max($best, {x})"], "int"),
            (
                "$best",
                ["$best = None"],
                [f"if $best is None or {x} > $best:", f"    $best = {x}"],
                "int | None",
            ),
            (
                "$cur",
                ["$cur = $best = 0"],
                [f"$cur = $cur + 1 if {self.condition()} else 0", "$best = max($best, $cur)"],
                "int",
            ),
            (
                "$prev",
                ["$prev = 0", "$count = 0"],
                [f"if {x} {rng.choice(['>', '<', '!='])} $prev:", "    $count += 1", f"$prev = {x}"],
                "int",
            ),
        ]
        growing = [
            ("$out", ["$out = []"], [f"$out.append({e})"], "list"),
            ("$out", ["$out = []"], [f"if {self.condition()}:", f"    $out.append({e})"], "list"),
            ("$d", ["$d = {}"], [f"$d[{key}] = $d.get({key}, 0) + 1"], "dict"),
            ("$d", ["$d = defaultdict(list)"], [f"$d[{key}].append({e})"], "dict"),
            ("$seen", ["$seen = set()"], [f"$seen.add({key})"], "set"),
            ("$seen", ["$seen = set()"], [f"if {key} in $seen:", f"    {rng.choice(['continue', 'break', 'return True', 'continue'])}",
                                          f"$seen.add({key})"], "set"),
            ("$tmp", ['$tmp = ""'], [f"$tmp += str({e})"], "str"),
            ("$heap", ["$heap = []"], [f"heapq.heappush($heap, {x})"] + ([f"if len($heap) > {rng.randint(3, 30)}:", "    heapq.heappop($heap)"]
                                       if rng.random() < 0.6 else []), "list"),
        ]  # fmt: skip
        chosen = [rng.choice(constant if rng.random() < 0.62 else growing)]
        while rng.random() < 0.35 and len(chosen) < 3:
            extra = rng.choice(constant if rng.random() < 0.75 else growing)
            if not any(set(_slots(extra[1])) & set(_slots(other[1])) for other in chosen):
                chosen.append(extra)
        return chosen

    def loop(self) -> tuple[list[str], str]:
        rng = self.rng
        gathered = self.accumulators()
        head = [line for _, before, _, _ in gathered for line in before]
        body: list[str] = []
        if rng.random() < 0.35:
            body += [
                f"if {self.condition()}:",
                f"    {rng.choice(['continue', 'continue', 'continue', 'break'])}",
            ]
        if self.kind == "ints" and rng.random() < 0.25:
            body += ["$x = §map $x§"]
        for _, _, lines, _ in gathered:
            body += (
                [f"if {self.condition()}:", *(f"    {line}" for line in lines)]
                if rng.random() < 0.2
                else lines
            )
        if self.second and rng.random() < 0.7:
            body += [f"if {self.number()} in $xs2:", f"    $rem += {rng.choice([self.number(), '1'])}"]
            head.append("$rem = 0")
        names = [name for name, *_ in gathered] + (["$rem"] if any("$rem" in line for line in body) else [])
        finish, hint = self.finish(names[0], gathered[0][3], names[1:])
        start = ["¿empty " + _empty(gathered[0][3])] if self.kind != "n" else []
        return [*start, *head, self.iterate(), *(f"    {line}" for line in body), *finish], hint

    def finish(self, name: str, type_: str, others: list[str]) -> tuple[list[str], str]:
        rng = self.rng
        bare = type_ if type_ in ("int", "str") else ""
        hint = f" -> {type_}" if not others else ""
        if others and rng.random() < 0.5:
            return [f"return ({', '.join([name, *others])})"], " -> tuple"
        if type_ == "list":
            return [rng.choice([f"return {name}", f"return {name}", f"return sorted({name}, key=str)", f"return len({name})",
                                f"return {name}[:{rng.randint(3, 20)}]", f"return {name}[::-1]"])], ""  # fmt: skip
        if type_ == "dict":
            return [rng.choice([f"return {name}", f"return len({name})", f"return sorted({name}, key=str)", f"return dict({name})",
                                f"return max({name}, key=str, default=None)"])], ""  # fmt: skip
        if type_ == "set":
            return [
                rng.choice(
                    [
                        f"return len({name})",
                        f"return {name}",
                        f"return sorted({name}, key=str)",
                        f"return bool({name})",
                    ]
                )
            ], ""
        if bare == "int" and rng.random() < 0.25:
            return [
                rng.choice(
                    [
                        f"return §map {name}§",
                        f"return §pred {name}§",
                        f"return {name} % {rng.choice([7, 100, 1009])}",
                    ]
                )
            ], ""
        return [f"return {name}"], hint

    def stages(self) -> tuple[list[str], str]:
        """A chain of lists or generators and something that ends it."""
        rng = self.rng
        lazy = rng.random() < 0.45
        current, one = self.source, self.one
        lines: list[str] = []
        element = self.kind
        for number in range(rng.randint(1, 3)):
            target = ["$a", "$b", "$tmp"][number]
            x = one if element == "ints" else f"len({one})" if element == "words" else f"ord({one})"
            keep = rng.choice([f"{one} for {one} in {current} if §pred {x}§"] * 2 + [f"§map {x}§ for {one} in {current}"] * 2
                              + [f"§map {x}§ for {one} in {current} if §pred {x}§"])  # fmt: skip
            changed = keep.startswith("§")
            shapes = [f"[{keep}]"] * 4 + [
                f"set({keep})",
                f"sorted({keep})",
                f"list(dict.fromkeys({keep}))",
                f"tuple({keep})",
            ]
            if lazy:
                shapes = [f"({keep})"]
            lines.append(f"{target} = {rng.choice(shapes)}")
            current = target
            if changed:
                element, one = "ints", "$x2" if self.kind != "ints" else "$x"
        x = one if element == "ints" else f"len({one})" if element == "words" else f"ord({one})"
        end = rng.choice([
            f"sum({x} for {one} in {current})", f"max(({x} for {one} in {current}), default=0)", f"sum(1 for {one} in {current} if §pred {x}§)",
            f"any(§pred {x}§ for {one} in {current})", f"next(({one} for {one} in {current} if §pred {x}§), None)",
            f"list({current})", f"sorted({current})", f"set({current})", f"Counter({current})", f"min(({x} for {one} in {current}), default=None)",
            f"all(§pred {x}§ for {one} in {current})", f"{{{one}: §map {x}§ for {one} in {current}}}", f"[§map {x}§ for {one} in {current}]",
            f"len(list({current}))", f'",".join(str({one}) for {one} in {current})', f"heapq.nsmallest({rng.randint(2, 9)}, {current})",
        ])  # fmt: skip
        if self.k and rng.random() < 0.5:
            end = rng.choice([f"list(itertools.islice({current}, $k))", f"heapq.nlargest($k, {current})",
                              f"sum(1 for {one} in {current} if {x} > $k)"])  # fmt: skip
        lines.append(f"return {end}")
        return lines, ""

    def nested(self) -> tuple[list[str], str]:
        rng = self.rng
        n, at = {
            "n": ("$n", "$i"),
            "ints": ("len($xs)", "$xs[$i]"),
            "words": ("len($ws)", "len($ws[$i])"),
            "text": ("len($s)", "ord($s[$i])"),
        }[self.kind]
        other = at.replace("$i", "$j")
        inner = rng.choice(["range($i)", f"range($i + 1, {n})", f"range({n})", f"range($i, min({n}, $i + {rng.randint(3, 30)}))",
                            f"range(0, {n}, {rng.randint(2, 40)})"])  # fmt: skip
        test = (
            f"§pred ({at} {rng.choice(['+', '-', '*', '^'])} {other})§"
            if rng.random() < 0.6
            else f"{at} {rng.choice(['<', '>', '=='])} {other}"
        )
        start, step, result = rng.choice([
            ("$count = 0", "$count += 1", "$count"), ("$count = 0", "$count += 1", "$count"),
            ("$best = 0", f"$best = max($best, abs({at} - {other}))", "$best"),
            ("$out = []", "$out.append(($i, $j))", rng.choice(["$out", "len($out)", "$out[:10]"])),
            ("$d = {}", f"$d[$i] = $d.get($i, 0) + {rng.choice(['1', other])}", rng.choice(["$d", "len($d)"])),
            ("$seen = set()", f"$seen.add({at} + {other})", rng.choice(["len($seen)", "$seen"])),
            ("$flag = False", "return $i", "-1"),
        ])  # fmt: skip
        lines = [
            start,
            f"for $i in range({n}):",
            f"    for $j in {inner}:",
            f"        if {test}:",
            f"            {step}",
        ]
        if rng.random() < 0.25:
            lines.append(f"            {rng.choice(['break', 'continue'])}")
        return [*lines, f"return {result}"], ""


def _uses(body: list[str], slot: str) -> bool:
    return slot in _slots(body)


def _slots(lines: list[str]) -> list[str]:
    return re.findall(r"\$\w+", " ".join(lines))


def _empty(type_: str) -> str:
    return {"list": "[]", "dict": "{}", "set": "0", "str": '""'}.get(type_, "0")


class _Cpp:
    """Composes a C++ function of the given parameter kinds."""

    def __init__(self, kinds: list[str], rng: random.Random) -> None:
        self.rng = rng
        self.kind = kinds[0]
        self.k = "k" in kinds
        self.second = kinds.count("ints") > 1
        self.source, self.one, self.type = {
            "ints": ("$xs", "$x", "vector<int>"), "words": ("$ws", "$w", "vector<string>"), "text": ("$s", "$c", "string"), "n": ("$n", "$i", "int"),
        }[self.kind]  # fmt: skip

    def program(self) -> tuple[str, str]:
        style = self.rng.choices(["loop", "stages", "nested"], [62, 22, 16])[0]
        if style == "stages" and self.kind in ("n", "text"):
            style = "loop"
        parameter = f"int {self.source}" if self.kind == "n" else f"§in {self.type}§ {self.source}"
        if self.kind != "n" and style != "loop":
            parameter = f"§ro {self.type}§ {self.source}"
        signature = (
            parameter + (", int $k" if self.k else "") + (", §ro vector<int>§ $xs2" if self.second else "")
        )
        result, body = {"loop": self.loop, "stages": self.stages, "nested": self.nested}[style]()
        return style, f"{result} $f({signature}) {{\n" + "".join(f"    {line}\n" for line in body) + "}\n"

    def number(self) -> str:
        return {"ints": "$x", "words": "(int)$w.size()", "text": "(int)$c", "n": "$i"}[self.kind]

    def condition(self) -> str:
        rng = self.rng
        options = [f"§pred {self.number()}§"] * 3
        if self.k:
            options += [
                f"{self.number()} {rng.choice(['>', '<', '>=', '!='])} $k",
                f"{self.number()} % $k == 0",
            ]
        if self.kind == "words":
            options = [option for option in options if "§pred" not in option] + ["§wpred $w§"] * 3
        if self.kind == "text":
            options += [
                "isalpha($c)",
                "$c == 'a'",
                "$c >= 'a' && $c <= 'm'",
                "isdigit($c)",
                "$c != 'x'",
                "isupper($c)",
            ]
        return rng.choice(options)

    def iterate(self) -> str:
        if self.kind == "n":
            return self.rng.choice(
                [
                    "for (int $i = 0; $i < $n; ++$i)",
                    "for (int $i = 1; $i <= $n; $i++)",
                    "for (int $i = 0; $i < $n; $i += 2)",
                ]
            )
        return {"ints": "§each int $x $xs§", "words": "§each string $w $ws§", "text": "§each char $c $s§"}[
            self.kind
        ]

    def accumulators(self) -> list[tuple[str, str, list[str], list[str]]]:
        """(name, type, lines before, lines in the loop)."""
        rng = self.rng
        x = self.number()
        e_type = {"ints": "int", "words": "string", "text": "char", "n": "int"}[self.kind]
        e = {
            "ints": rng.choice(["$x", "§map $x§"]),
            "words": rng.choice(["$w", "§wmap $w§"]),
            "text": "$c",
            "n": rng.choice(["$i", "$i * $i"]),
        }[self.kind]
        key_type = "string" if self.kind == "words" else "char" if self.kind == "text" else "int"
        key = "§wkey $w§" if self.kind == "words" else "$c" if self.kind == "text" else f"§key {x}§"
        map_ = rng.choice(["map", "unordered_map", "unordered_map"])
        set_ = rng.choice(["set", "unordered_set", "unordered_set"])
        reserve = (
            [f"$out.reserve({self.source}{'' if self.kind == 'n' else '.size()'});"]
            if rng.random() < 0.3
            else []
        )
        wide = rng.choice(["long long", "int", "long long", "int64_t"])
        constant = [
            ("$total", wide, [f"{wide} $total = 0;"], [f"$total += {x};"]),
            ("$total", wide, [f"{wide} $total = 0;"], [f"$total += §map {x}§;"]),
            (
                "$total",
                "long long",
                [f"long long $total = {rng.randint(0, 9)};"],
                [f"$total = ($total * {rng.randint(2, 40)} + {x}) % {rng.choice([97, 1009, 1000003])};"],
            ),
            (
                "$count",
                "int",
                ["int $count = 0;"],
                [f"if ({self.condition()}) {{", f"    {rng.choice(['$count++', '++$count'])};", "}"],
            ),
            (
                "$best",
                "int",
                [f"int $best = {rng.choice(['0', 'INT_MIN', '-1'])};"],
                [rng.choice([f"$best = max<int>($best, {x});", f"if ({x} > $best) $best = {x};"])],
            ),
            (
                "$best",
                "int",
                ["int $cur = 0;", "int $best = 0;"],
                [f"$cur = ({self.condition()}) ? $cur + 1 : 0;", "$best = max($best, $cur);"],
            ),
            (
                "$count",
                "int",
                ["int $prev = 0;", "int $count = 0;"],
                [f"if ({x} {rng.choice(['>', '<', '!='])} $prev) $count++;", f"$prev = {x};"],
            ),
            (
                "$dp",
                f"array<int, {(size := rng.choice([10, 26, 64, 128]))}>",
                [f"array<int, {size}> $dp{{}};"],
                [f"$dp[abs((int){x}) % {size}]++;"],
            ),
        ]
        growing = [
            ("$out", f"vector<{e_type}>", [f"vector<{e_type}> $out;", *reserve], [f"$out.{rng.choice(['push_back', 'push_back', 'emplace_back'])}({e});"]),
            ("$out", f"vector<{e_type}>", [f"vector<{e_type}> $out;"], [f"if ({self.condition()}) {{", f"    $out.push_back({e});", "}"]),
            ("$d", f"{map_}<{key_type}, int>", [f"{map_}<{key_type}, int> $d;"], [f"$d[{key}]{rng.choice(['++', ' += 1', '++'])};"]),
            ("$d", f"{map_}<{key_type}, vector<{e_type}>>", [f"{map_}<{key_type}, vector<{e_type}>> $d;"], [f"$d[{key}].push_back({e});"]),
            ("$seen", f"{set_}<{key_type}>", [f"{set_}<{key_type}> $seen;"], [f"$seen.insert({key});"]),
            ("$tmp", "string", ["string $tmp;"], [f"$tmp += {'to_string(' + x + ')' if self.kind in ('ints', 'n') else e};"]),
            ("$heap", "int", ["priority_queue<int> $heap;"], [f"$heap.push({x});"] + ([f"if ($heap.size() > {rng.randint(3, 30)}) $heap.pop();"] if rng.random() < 0.6 else [])),
            ("$q", "int", [f"{rng.choice(['deque', 'list'])}<{e_type}> $q;"], [f"$q.{rng.choice(['push_back', 'push_front'])}({e});"]
             + ([f"if ($q.size() > {rng.randint(3, 30)}) $q.pop_front();"] if rng.random() < 0.4 else [])),
        ]  # fmt: skip
        chosen = [rng.choice(constant if rng.random() < 0.6 else growing)]
        while rng.random() < 0.3 and len(chosen) < 3:
            extra = rng.choice(constant if rng.random() < 0.75 else growing)
            if not any(set(_slots(extra[2])) & set(_slots(other[2])) for other in chosen):
                chosen.append(extra)
        return chosen

    def loop(self) -> tuple[str, list[str]]:
        rng = self.rng
        gathered = self.accumulators()
        head = [line for _, _, before, _ in gathered for line in before]
        body: list[str] = []
        if rng.random() < 0.35:
            body.append(
                f"if ({self.condition()}) {rng.choice(['continue', 'continue', 'continue', 'break'])};"
            )
        for _, _, _, lines in gathered:
            if rng.random() < 0.2:
                body += [f"if ({self.condition()}) {{", *(f"    {line}" for line in lines), "}"]
            else:
                body += lines
        if self.second:
            head.append("int $rem = 0;")
            body.append(f"if (find($xs2.begin(), $xs2.end(), {self.number()}) != $xs2.end()) $rem++;")
        name, type_ = gathered[0][:2]
        result, value = self.finish(name, type_)
        if self.second and result in ("int", "long long", "int64_t"):
            value += " + $rem"
        return result, [
            *head,
            f"{self.iterate()} {{",
            *(f"    {line}" for line in body),
            "}",
            f"return {value};",
        ]

    def finish(self, name: str, type_: str) -> tuple[str, str]:
        rng = self.rng
        if name in ("$heap", "$q"):
            return "int", f"(int){name}.size()"
        if type_.startswith("array"):
            return rng.choice(
                [
                    ("int", f"*max_element({name}.begin(), {name}.end())"),
                    (type_, name),
                    ("int", f"accumulate({name}.begin(), {name}.end(), 0)"),
                ]
            )
        if type_.startswith(("map", "unordered_map", "set", "unordered_set")):
            return rng.choice(
                [
                    (type_, name),
                    ("int", f"(int){name}.size()"),
                    ("bool", f"{name}.empty()"),
                    ("size_t", f"{name}.size()"),
                ]
            )
        if type_.startswith("vector"):
            return rng.choice(
                [(type_, name), (type_, name), ("int", f"(int){name}.size()"), ("bool", f"!{name}.empty()")]
            )
        if type_ == "string":
            return rng.choice([("string", name), ("string", name), ("size_t", f"{name}.size()")])
        return type_, name

    def stages(self) -> tuple[str, list[str]]:
        rng = self.rng
        words = self.kind == "words"
        type_, one, current = ("string", "$w", "$ws") if words else ("int", "$x", "$xs")
        predicate = "§wpred $w§" if words else "§pred $x§"
        change = "§wmap $w§" if words else "§map $x§"
        lines: list[str] = []
        for number in range(rng.randint(1, 3)):
            target = ["$a", "$b", "$tmp"][number]
            stage = rng.choice(["filter", "map", "sort", "copyif", "dedupe", "transform"])
            if stage == "filter":
                lines += [f"vector<{type_}> {target};", f"§each {type_} {one} {current}§ {{",
                          f"    if ({predicate}) {target}.push_back({one});", "}"]  # fmt: skip
            elif stage == "map":
                lines += [f"vector<{type_}> {target};"]
                lines += [f"{target}.reserve({current}.size());"] if rng.random() < 0.5 else []
                lines += [f"§each {type_} {one} {current}§ {target}.push_back({change});"]
            elif stage == "sort":
                order = rng.choice(
                    [
                        "",
                        f", greater<{type_}>()",
                        f", [](const {type_}& $y, const {type_}& $z) {{ return $y > $z; }}",
                    ]
                )
                lines += [
                    f"vector<{type_}> {target} = {current};",
                    f"sort({target}.begin(), {target}.end(){order});",
                ]
            elif stage == "copyif":
                lines += [f"vector<{type_}> {target};",
                          f"copy_if({current}.begin(), {current}.end(), back_inserter({target}), "
                          f"[](const {type_}& {one}) {{ return {predicate}; }});"]  # fmt: skip
            elif stage == "dedupe":
                lines += [f"{rng.choice(['set', 'unordered_set'])}<{type_}> $seen{number}({current}.begin(), {current}.end());",
                          f"vector<{type_}> {target}($seen{number}.begin(), $seen{number}.end());"]  # fmt: skip
            else:
                lines += [f"vector<{type_}> {target}({current}.size());",
                          f"transform({current}.begin(), {current}.end(), {target}.begin(), [](const {type_}& {one}) {{ return {change}; }});"]  # fmt: skip
            current = target
        ends = [
            (
                "int",
                [
                    f"return (int)count_if({current}.begin(), {current}.end(), [](const {type_}& {one}) {{ return {predicate}; }});"
                ],
            ),
            ("int", [f"return (int){current}.size();"]),
            (f"vector<{type_}>", [f"return {current};"]),
            (f"vector<{type_}>", [f"return {current};"]),
            (
                "bool",
                [
                    f"return any_of({current}.begin(), {current}.end(), [](const {type_}& {one}) {{ return {predicate}; }});"
                ],
            ),
            (
                f"map<{type_}, int>",
                [f"map<{type_}, int> $d;", f"§each {type_} {one} {current}§ $d[{one}]++;", "return $d;"],
            ),
        ]
        if words:
            ends.append(
                ("string", ["string $out;", f"§each string $w {current}§ $out += $w;", "return $out;"])
            )
        else:
            ends += [("long long", [f"return accumulate({current}.begin(), {current}.end(), 0LL);"]),
                     ("int", [f"return {current}.empty() ? 0 : *max_element({current}.begin(), {current}.end());"])]  # fmt: skip
        result, tail = rng.choice(ends)
        return result, [*lines, *tail]

    def nested(self) -> tuple[str, list[str]]:
        rng = self.rng
        n, at = {"n": ("$n", "$i"), "ints": ("(int)$xs.size()", "$xs[$i]"), "words": ("(int)$ws.size()", "(int)$ws[$i].size()"),
                 "text": ("(int)$s.size()", "$s[$i]")}[self.kind]  # fmt: skip
        other = at.replace("$i", "$j")
        start, stop, step = rng.choice([("0", "$i", "1"), ("$i + 1", n, "1"), ("0", n, "1"), ("$i", f"min({n}, $i + {rng.randint(3, 30)})", "1"),
                                        ("0", n, str(rng.randint(2, 40)))])  # fmt: skip
        test = (
            f"§pred ({at} {rng.choice(['+', '-', '*', '^'])} {other})§"
            if rng.random() < 0.6
            else f"{at} {rng.choice(['<', '>', '=='])} {other}"
        )
        head, action, result, value = rng.choice([
            ("int $count = 0;", "$count++;", "int", "$count"), ("int $count = 0;", "$count++;", "int", "$count"),
            ("int $best = 0;", f"$best = max($best, abs({at} - {other}));", "int", "$best"),
            ("vector<pair<int, int>> $out;", "$out.emplace_back($i, $j);", *rng.choice([("vector<pair<int, int>>", "$out"), ("int", "(int)$out.size()")])),
            ("unordered_map<int, int> $d;", "$d[$i]++;", "int", "(int)$d.size()"),
            ("set<int> $seen;", f"$seen.insert({at} + {other});", *rng.choice([("int", "(int)$seen.size()"), ("set<int>", "$seen")])),
            ("bool $flag = false;", "return $i;", "int", "$flag ? 1 : -1"),
        ])  # fmt: skip
        lines = [head, f"for (int $i = 0; $i < {n}; $i++) {{", f"    for (int $j = {start}; $j < {stop}; $j += {step}) {{",
                 f"        if ({test}) {{", f"            {action}"]  # fmt: skip
        if rng.random() < 0.2 and "return" not in action:
            lines.append("            break;")
        return result, [*lines, "        }", "    }", "}", f"return {value};"]
