"""Trees of changing buffers, callees, directives, and texts that were not meant to be parsed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from pricetag.syntax import Function, Language, SyntaxTree, language_of, parse_functions
from pricetag.text import Buffer, Change, Encoding, Position, Range


@pytest.mark.parametrize(
    ("path", "language_id", "expected"),
    [
        ("a/b.py", "", Language.PYTHON),
        ("b.pyi", "python", None),
        ("C:\\x\\b.CPP", "", Language.CPP),
        *((f"x{suffix}", "", Language.CPP) for suffix in (".cc", ".cxx", ".c++", ".hpp", ".hh", ".hxx", ".h", ".ipp", ".inl")),
        ("untitled:1", "python", Language.PYTHON),
        ("untitled:1", "c", Language.CPP),
        ("x.rs", "rust", None),
        ("", "", None),
    ],
)  # fmt: skip
def test_language_of(path: str, language_id: str, expected: Language | None) -> None:
    assert language_of(path, language_id) is expected


def reached(text: str, language: Language) -> dict[str, list[str]]:
    """The first lines of the callees of each function."""
    return {
        function.qualified_name: [callee.split("\n")[0] for callee in function.callees]
        for function in parse_functions(text, language)
    }


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        (
            "def f(): g(); h()\ndef g(): k()\ndef h(): pass\ndef k(): f()",
            "f",
            ["def g():", "def h():", "def k():"],
        ),
        ("def f(): f()", "f", []),
        ("def f(): print(len([]))", "f", []),
        (
            "class A:\n def f(self): self.g()\n def g(self): pass\nclass B:\n def g(self, b): pass",
            "A.f",
            ["def g(self):"],
        ),
        ("class A:\n def f(self): f()\ndef f(): pass", "A.f", ["def f():"]),
        ("class A:\n def g(self): pass\nclass B(A):\n def f(self): self.g()", "B.f", ["def g(self):"]),
        ("def f(x): x.go()\nclass A:\n def go(self): pass", "f", ["def go(self):"]),
        ("def f(x): x.append(1)\nclass A:\n def append(self, x): pass", "f", []),
        ("def f(x): x.go()\nclass A:\n def go(self): pass\nclass B:\n def go(self): pass", "f", []),
        ("def f(): A()\nclass A:\n def __init__(self): pass", "f", ["def __init__(self):"]),
        ("def f():\n def g(): h()\n g()\ndef h(): pass\ndef g(x): pass", "f", ["def h():"]),
        ("def f():\n def g(): h()\n g()\ndef h(): pass", "f.<locals>.g", ["def h():"]),
    ],
)
def test_python_callees(text: str, name: str, expected: list[str]) -> None:
    assert reached(text, Language.PYTHON)[name] == expected


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("void h() {}\nvoid g() { h(); }\nint f() { g(); }", "f", ["void g() {", "void h() {}"]),
        ("struct S { void f() { g(); this->k(); } void g() {} void k() {} };\nvoid g(int) {}", "S::f", ["void g() {}", "void k() {}"]),
        ("namespace n { void g() {} void f() { g(); } }\nvoid g(int) {}", "n::f", ["void g() {}"]),
        ("namespace n { void g() {} }\nvoid f() { n::g(); }", "f", ["void g() {}"]),
        ("struct T { void go() {} void size() {} };\nvoid f(T* t) { t->go(); t->size(); }", "f", ["void go() {}"]),
        ("struct T { T(int x) {} };\nvoid f() { new T(1); T(2); }", "f", ["T(int x) {}"]),
        ("int g(int) { return 1; }\nint g(char) { return 2; }\nint f() { return g(1); }", "f", ["int g(int) {", "int g(char) {"]),
        ("void S::g() {}\nvoid S::f() { g(); }", "S::f", ["void S::g() {}"]),
    ],
)  # fmt: skip
def test_cpp_callees(text: str, name: str, expected: list[str]) -> None:
    assert reached(text, Language.CPP)[name] == expected


def test_callees_of_a_long_chain_are_bounded_and_nearest_first() -> None:
    text = "".join(f"def f{i}(): f{i + 1}()\n" for i in range(500))
    callees = parse_functions(text, Language.PYTHON)[0].callees
    assert list(callees[:2]) == ["def f1():\n\tf2()", "def f2():\n\tf3()"]
    assert len(callees) < 100


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# pricetag: n=5\ndef f(): pass", {"f": "n=5"}),
        ("#pricetag: n=5\n# why\n@deco\ndef f():\n  pass  # pricetag: k=1", {"f": "n=5; k=1"}),
        ("# pricetag: n=5\n\ndef f(): pass", {"f": ""}),
        ("def f():\n  x = 1\n  # pricetag: n=5\n\ny = 1", {"f": "n=5"}),
        ("def f():\n  x = 1\n# pricetag: n=5\ny = 1", {"f": ""}),
        ("def f():\n  x = '# pricetag: n=5'", {"f": ""}),
        (
            "def f(  # pricetag: a\n  x):\n  def g():\n    # pricetag: b\n    pass",
            {"f": "a", "f.<locals>.g": "b"},
        ),
        ("class A:\n  # pricetag: n=2\n  def m(self): pass\n  def k(self): pass", {"A.m": "n=2", "A.k": ""}),
    ],
)
def test_python_directives(text: str, expected: dict[str, str]) -> None:
    assert {f.qualified_name: f.directive for f in parse_functions(text, Language.PYTHON)} == expected


def test_cpp_directives() -> None:
    text = "// pricetag: n=5\ntemplate <class T>\nT f(T a) {\n  /* pricetag: k=1 */ return a; }\nint g() { return 1; }"
    assert [f.directive for f in parse_functions(text, Language.CPP)] == ["n=5; k=1", ""]


@pytest.mark.parametrize("language", list(Language))
@given(data=st.data())
def test_spans_of_directives_hold_their_texts(language: Language, data: st.DataObject) -> None:
    mark = "#" if language is Language.PYTHON else "//"
    heads = ["def f(x):\n  y = '😀'", "class A:\n  def g(s): pass"]
    if language is Language.CPP:
        heads = ['int f() { auto s = "é";', "struct A { int g() { return 1; } };", "}", "/* pricetag: k=1 */"]
    lines = st.sampled_from([*heads, f"{mark} pricetag:  n=5 ", f"  {mark}pricetag: é, a*/b", "", "x;"])
    buffer = Buffer("\n".join(data.draw(st.lists(lines, max_size=8))))
    tree = SyntaxTree(buffer, language)
    spans = tree.directive_spans()
    for function in tree.functions():
        texts = [buffer.data[start:end].decode() for start, end in spans[function.start]]
        assert "; ".join(texts) == function.directive


def test_functions_are_kept_until_the_next_reparse() -> None:
    buffer = Buffer("def f(): pass\n")
    tree = SyntaxTree(buffer, Language.PYTHON)
    first = tree.functions()
    tree.edit(buffer.apply(Change(Range(Position(0, 4), Position(0, 5)), "g"), Encoding.UTF16))
    assert tree.functions() is first
    tree.reparse()
    assert [function.name for function in tree.functions()] == ["g"]


def test_an_error_names_its_line_wherever_the_function_moves() -> None:
    buffer = Buffer("def f():\n    x = (1\n")
    tree = SyntaxTree(buffer, Language.PYTHON)
    assert [f.error for f in tree.functions()] == ["syntax error on line 2"]
    tree.edit(buffer.apply(Change(Range(Position(0, 0), Position(0, 0)), "\n\n"), Encoding.UTF16))
    tree.reparse()
    assert [f.error for f in tree.functions()] == ["syntax error on line 4"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_ends_do_not_matter(ending: str) -> None:
    text = "def f(x):\n    # c\n    y = '''a\n    b'''\n    return x\n\ndef g(): pass\n"
    plain = parse_functions(text, Language.PYTHON)
    other = parse_functions(text.replace("\n", ending), Language.PYTHON)
    assert [f.canonical for f in other] == [f.canonical for f in plain]
    assert [f.error for f in other] == ["", ""]
    assert other[0].source == plain[0].source.replace("\n", ending)


DEEP = 20_000
HOSTILE = {
    "parentheses": (Language.PYTHON, "def f():\n  return " + "(" * DEEP + "1" + ")" * DEEP),
    "open parentheses": (Language.PYTHON, "def f():\n  return " + "(" * DEEP),
    "open list": (Language.PYTHON, "x = [" + "1, " * DEEP + "\ndef f(): return 1\n"),
    "attributes": (Language.PYTHON, "def f():\n  a" + ".b" * DEEP),
    "sums": (Language.PYTHON, "def f():\n  return 1" + "+1" * DEEP),
    "nested strings": (Language.PYTHON, "def f():\n  return " + "f'{" * 2000 + "1" + "}'" * 2000),
    "nested functions": (
        Language.PYTHON,
        "".join(" " * i + f"def f{i}():\n" for i in range(400)) + " " * 400 + "pass",
    ),
    "definition lines in broken code": (Language.PYTHON, "(\n" + "def f(:\n" * 3000),
    "NUL": (Language.PYTHON, "def f():\n  return '\0'\n\0\0\ndef g(): return 1\n"),
    "only NUL": (Language.PYTHON, "\0" * 5000),
    "surrogates": (Language.PYTHON, "def f\ud800():\n  return '\udfff'\n"),
    "C++ parentheses": (Language.CPP, "int f() { return " + "(" * DEEP + "1" + ")" * DEEP + "; }"),
    "C++ braces": (Language.CPP, "int f() " + "{" * DEEP + "}" * DEEP),
    "C++ open braces": (Language.CPP, "int f() {" * 3000),
    "C++ namespaces": (Language.CPP, "namespace a { " * 3000 + "int f() { return 1; }" + "}" * 3000),
    "C++ templates": (Language.CPP, "template<class T> " * 3000 + "int f() { return 1; }"),
    "C++ pointers": (Language.CPP, "int " + "*" * DEEP + "f() { return 0; }"),
    "C++ lambdas": (Language.CPP, "int f() { return " + "[]{ return " * 2000 + "1" + "; }()" * 2000 + "; }"),
    "C++ classes": (Language.CPP, "struct S { void f() { " * 500 + "}}; " * 500),
    "C++ NUL": (Language.CPP, "int f() { return '\0'; }\0int g() { return 1; }"),
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_survived(name: str) -> None:
    language, text = HOSTILE[name]
    buffer = Buffer(text)
    for function in SyntaxTree(buffer, language).functions():
        assert buffer.data[function.start : function.end].decode() == function.source
        assert function.start <= function.name_start <= function.name_end <= function.end
        assert len(function.callees) <= 100


def test_deep_nesting_is_read_right() -> None:
    (function,) = parse_functions("def f():\n  return " + "-" * DEEP + "x", Language.PYTHON)
    assert function.canonical == "def f():\n\treturn " + "-" * DEEP + "x"
    (function,) = parse_functions("int f() { return 1" + " + 1" * DEEP + "; }", Language.CPP)
    assert function.canonical == "int f() {\n\treturn 1" + " + 1" * DEEP + ";\n}"


def test_a_function_too_long_to_read_says_so() -> None:
    (function,) = parse_functions("def f():\n" + "    x = 1\n" * 12_000, Language.PYTHON)
    assert function.error == "longer than 100 kB on line 1"
    assert function.name == "f"


TOKENS = """def class return if for x f ( ) [ ] { } : ; , . = + - * ** / " ' \"\"\" ''' # // /* */ \\ @ -> -- <> < >
async lambda template namespace struct operator #if #endif try catch""".split()
noise = st.lists(
    st.sampled_from([*TOKENS, "\n", "\r", "\n    ", " ", "\t", "\f", "\0", "😀", "\u2028", "\ud800", "int f() {", "def f():"]),
    max_size=40,
).map(" ".join)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.one_of(noise, st.text(max_size=60)), st.sampled_from(Language))
def test_any_text_is_survived(text: str, language: Language) -> None:
    buffer = Buffer(text)
    for function in SyntaxTree(buffer, language).functions():
        assert buffer.data[function.start : function.end].decode() == function.source
        assert function.start <= function.name_start < function.name_end <= function.end
        assert function.start < function.signature_end <= function.end


PIECES = {
    Language.PYTHON: [
        "def f(x):\n    return g(x)\n",
        "class A:\n    def m(self):\n        return self.f('é😀')\n",
        "@d\nasync def g(a, *b):\n    '''doc'''\n    for i in a: print(i)\n",
        "# \u2028 \f e\u0301\n",
        "x = [1,\n 2]\n",
    ],
    Language.CPP: [
        "int f(int x) { return g(x); }\n",
        "namespace n {\nstruct S { int g() { return f(1); } };\n}\n",
        "template<class T>\nT g(T a) {\n  for (auto& x : a) x++; // é😀\n  return a;\n}\n",
        "#ifdef X\nint q;\n#endif\n",
        "/* \u2028 \f e\u0301 */\n",
    ],
}
INSERTS = ["", "\n", "\r", "\r\n", "\f", "\u2028", "😀", "e\u0301", "\0", "\ud83d", " ", "    ", "x", "(", ")", "{", "}",
           "'", '"""', "#", "//", ":", ";", "def f():", "int f() {", "pass\n", "return"]  # fmt: skip


class EditedTrees(RuleBasedStateMachine):
    """One tree brought up to date edit by edit, against a tree parsed from the same text at once."""

    @initialize(language=st.sampled_from(Language), data=st.data())
    def open(self, language: Language, data: st.DataObject) -> None:
        pieces = data.draw(st.lists(st.sampled_from(PIECES[language]), max_size=4))
        self.buffer = Buffer("".join(pieces))
        self.tree = SyntaxTree(self.buffer, language)

    @rule(
        at=st.floats(0, 1),
        length=st.integers(0, 6),
        text=st.lists(st.sampled_from(INSERTS), max_size=2).map("".join),
        encoding=st.sampled_from(Encoding),
        undo=st.booleans(),
    )
    def edit(self, at: float, length: int, text: str, encoding: Encoding, undo: bool) -> None:
        byte = int(at * len(self.buffer.data))
        start, end = self.buffer.position(byte, encoding), self.buffer.position(byte + length, encoding)
        low, high = self.buffer.offset(start, encoding), self.buffer.offset(end, encoding)
        before = self.buffer.data[low:high].decode()
        edit = self.buffer.apply(Change(Range(start, end), text), encoding)
        self.tree.edit(edit)
        if undo:
            self.tree.reparse()
            self.tree.functions()
            back = (
                self.buffer.position(edit.start_byte, encoding),
                self.buffer.position(edit.new_end_byte, encoding),
            )
            self.tree.edit(self.buffer.apply(Change(Range(*back), before), encoding))

    @rule()
    def look(self) -> None:
        self.tree.functions()

    @invariant()
    def same_as_a_fresh_tree(self) -> None:
        if not hasattr(self, "tree"):
            return
        self.tree.reparse()
        fresh = SyntaxTree(Buffer(self.buffer.text), self.tree.language)
        found = self.tree.functions()
        # The parser recovers from errors by what it has parsed before, so broken text may give another broken tree.
        if not fresh.root.has_error:
            assert str(self.tree.root) == str(fresh.root)
            assert found == fresh.functions()
        for function in found:
            assert self.buffer.data[function.start : function.end].decode() == function.source


EditedTrees.TestCase.settings = settings(max_examples=30, stateful_step_count=8, deadline=None)
TestEditedTrees = EditedTrees.TestCase


def test_unchanged_functions_are_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from pricetag.syntax import python

    buffer = Buffer("".join(f"def f{i}(x):\n    return x + {i}\n" for i in range(50)))
    tree = SyntaxTree(buffer, Language.PYTHON)
    before = tree.functions()
    read: list[str] = []
    canonical = python.canonical
    monkeypatch.setattr(
        python, "canonical", lambda node, *rest: read.append(node.type) or canonical(node, *rest)
    )
    tree.edit(buffer.apply(Change(Range(Position(51, 14), Position(51, 14)), "1 + "), Encoding.UTF16))
    tree.reparse()
    after = tree.functions()
    assert read == ["function_definition"]
    changed = [one.name for one, other in zip(before, after, strict=True) if one.canonical != other.canonical]
    assert changed == ["f25"]
    assert _places(after) == _places(parse_functions(buffer.text, Language.PYTHON))


def _places(functions: tuple[Function, ...]) -> list[tuple[int, int, str]]:
    return [(function.start, function.end, function.canonical) for function in functions]
