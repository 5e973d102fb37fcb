"""Python definitions: what is found, what is read off them, and their canonical text."""

from __future__ import annotations

import pytest

from pricetag.syntax import Function, Language, Parameter, parse_functions


def functions(text: str) -> dict[str, Function]:
    return {function.qualified_name: function for function in parse_functions(text, Language.PYTHON)}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("def f(): pass", ["f"]),
        ("async def f(): pass", ["f"]),
        ("@a\n@b(1)\ndef f(): pass", ["f"]),
        ("class A:\n  def m(self): pass\n  class B:\n    def n(self): pass", ["A.m", "A.B.n"]),
        ("def f():\n  def g():\n    def h(): pass", ["f", "f.<locals>.g", "f.<locals>.g.<locals>.h"]),
        ("def f():\n  class L:\n    def m(self): pass", ["f", "f.<locals>.L.m"]),
        ("if x:\n  def f(): pass\nelse:\n  def f(): pass", ["f", "f"]),
        ("f = lambda x: x", []),
        ("x = 'def f(): pass'", []),
        ("", []),
        ("def f[T](x: T) -> T: return x", ["f"]),
    ],
)
def test_names(text: str, names: list[str]) -> None:
    assert [function.qualified_name for function in parse_functions(text, Language.PYTHON)] == names


def test_owner_is_the_class() -> None:
    found = functions("class A:\n  class B:\n    def n(self):\n      def k(): pass\n    def m(self): pass\n")
    assert {name: function.owner for name, function in found.items()} == {
        "A.B.n": "A.B",
        "A.B.n.<locals>.k": "",
        "A.B.m": "A.B",
    }


@pytest.mark.parametrize(
    ("header", "parameters", "returns"),
    [
        ("def f(): ", (), ""),
        ("def f(self, a, *, b=1): ", (Parameter("self"), Parameter("a"), Parameter("b", "", "1")), ""),
        (
            "def f(a: list[ int ], /, b: 'str' = 'x', *args: int, **kw) -> dict[str,int]: ",
            (
                Parameter("a", "list[int]"),
                Parameter("b", '"str"', '"x"'),
                Parameter("args", "int", "", "*"),
                Parameter("kw", "", "", "**"),
            ),
            "dict[str, int]",
        ),
        ("def f(a\n  = [1,\n 2]): ", (Parameter("a", "", "[1, 2]"),), ""),
    ],
)
def test_parameters(header: str, parameters: tuple[Parameter, ...], returns: str) -> None:
    (function,) = parse_functions(header + "pass", Language.PYTHON)
    assert (function.parameters, function.returns) == (parameters, returns)


def test_offsets_are_bytes_of_the_file() -> None:
    text = "é = 1\n@deco\nasync def naïve(\n    x,\n) -> int:  # why\n    return x\n"
    (function,) = parse_functions(text, Language.PYTHON)
    data = text.encode()
    assert data[function.start : function.end].decode() == function.source == text[6:].rstrip("\n")
    assert data[function.name_start : function.name_end].decode() == "naïve"
    assert data[: function.signature_end].endswith(b") -> int:")
    assert function.is_async


@pytest.mark.parametrize(
    ("body", "doc"),
    [
        ("'''One.\n\n    >>> f()\n    '''", "One.\n\n    >>> f()\n    "),
        ('"a\\tb"', "a\tb"),
        ('r"a\\tb"', "a\\tb"),
        ('f"no"', ""),
        ("pass", ""),
    ],
)
def test_docstring(body: str, doc: str) -> None:
    assert functions(f"def f():\n    {body}\n")["f"].docstring == doc


def test_calls_are_dotted_and_in_order() -> None:
    text = "def f(x):\n  g(h(1)); a.b.c(2); x[0].d(); ''.join(x); self.m(); (lambda: 1)()\n"
    assert functions(text)["f"].calls == ("g", "h", "a.b.c", ".d", ".join", "self.m")


CANONICAL = [
    ("def f( a,b = 1 ):\n\n\n    return(a)+b # c", "def f(a, b=1):\n\treturn (a) + b"),
    ("def f():\n  '''doc'''", "def f():\n\tpass"),
    ("def f():\n  '''doc'''\n  pass\n  return 1", "def f():\n\treturn 1"),
    ("def f(): ...", "def f():\n\t..."),
    ("def f():\n  a = 1; b = 2;", "def f():\n\ta = 1\n\tb = 2"),
    ("def f():\n  return 'a' 'b'", 'def f():\n\treturn "ab"'),
    ("def f():\n  return 'say \"x\"'", "def f():\n\treturn 'say \"x\"'"),
    ('def f():\n  return "say \\"x\\""', "def f():\n\treturn 'say \"x\"'"),
    ("def f():\n  return F'{x!r:>{w}}' + f'{d[\"k\"]}{y = }'", "def f():\n\treturn f\"{x!r:>{w}}\" + f\"{d['k']}{y = }\""),
    ("def f():\n  return BR'\\d', u'x', R'y'", 'def f():\n\treturn rb"\\d", "x", r"y"'),
    ("def f():\n  return 0XfF, 1E+5, .5, 2., 1J, 1_000", "def f():\n\treturn 0xFF, 1e5, 0.5, 2.0, 1j, 1_000"),
    ("def f():\n  x = (1,)\n  y = a,\n  z = 1, 2,", "def f():\n\tx = (1,)\n\ty = (a,)\n\tz = 1, 2"),
    ("def f():\n  x = (\n    a +\n    b\n  )\n  return (\n    x, 1,\n  )", "def f():\n\tx = a + b\n\treturn x, 1"),
    ("def f():\n  x = a + \\\n      b", "def f():\n\tx = a + b"),
    ("def f():\n  g(a, *b, c = 1, **d,)", "def f():\n\tg(a, *b, c=1, **d)"),
    ("def f():\n  return [ i for i in xs if(i > 0) ]", "def f():\n\treturn [i for i in xs if i > 0]"),
    ("def f():\n  return x [ 1 : , ::2 ], {1 : 2, **d}", "def f():\n\treturn x[1:, ::2], {1: 2, **d}"),
    ("def f():\n  return -x ** - 2, not y, ~z, a if b else c", "def f():\n\treturn -x**-2, not y, ~z, a if b else c"),
    ("def f():\n  return lambda : 0, lambda x, * y : x", "def f():\n\treturn lambda: 0, lambda x, *y: x"),
    ("def f():\n  if (x): pass\n  elif not (y): return\n  else: z()", "def f():\n\tif x:\n\t\tpass\n\telif not (y):\n\t\treturn\n\telse:\n\t\tz()"),
    ("def f():\n  for (a, b) in (1, 2): pass", "def f():\n\tfor a, b in 1, 2:\n\t\tpass"),
    ("def f():\n  with (open(a) as b, c,): pass", "def f():\n\twith open(a) as b, c:\n\t\tpass"),
    ("def f():\n  try: a()\n  except (A, B) as e: raise X from e\n  else: b()\n  finally: c()",
     "def f():\n\ttry:\n\t\ta()\n\texcept (A, B) as e:\n\t\traise X from e\n\telse:\n\t\tb()\n\tfinally:\n\t\tc()"),
    ("def f():\n  while x: break\n  else: continue", "def f():\n\twhile x:\n\t\tbreak\n\telse:\n\t\tcontinue"),
    ("def f():\n  match x:\n    case [1, *r] if r: pass\n    case P(a = 1) | None: pass",
     "def f():\n\tmatch x:\n\t\tcase [1, *r] if r:\n\t\t\tpass\n\t\tcase P(a=1) | None:\n\t\t\tpass"),
    ("def f():\n  from a import (b, c as d,)\n  from . import e", "def f():\n\tfrom a import b, c as d\n\tfrom . import e"),
    ("def f():\n  class A( ): x : int = 1", "def f():\n\tclass A:\n\t\tx: int = 1"),
    ("@a . b( 1 )\n# note\n@c\nasync  def f(): await(g())", "@a.b(1)\n@c\nasync def f():\n\tawait g()"),
    ("def f(a : int=1, *, b:str) ->list [int]: pass", "def f(a: int = 1, *, b: str) -> list[int]:\n\tpass"),
    ("def f():\n  if (n := g()): return n is not   None, n not\\\n in x", "def f():\n\tif n := g():\n\t\treturn n is not None, n not in x"),
    ("def f():\n  x = yield\n  yield(1)\n  print(x for x in y)", "def f():\n\tx = yield\n\tyield 1\n\tprint(x for x in y)"),
    ("def f():\n  x[1,] = a@b", "def f():\n\tx[1,] = a @ b"),
    ("def f():\n  return '''a\n b'''", 'def f():\n\treturn """a\n b"""'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CANONICAL)
def test_canonical(text: str, expected: str) -> None:
    (function,) = [f for f in parse_functions(text, Language.PYTHON) if "." not in f.qualified_name]
    assert not function.error
    assert function.canonical == expected


@pytest.mark.parametrize("text", [expected for _, expected in CANONICAL])
def test_canonical_text_is_its_own_canonical_text(text: str) -> None:
    assert parse_functions(text, Language.PYTHON)[0].canonical == text


@pytest.mark.parametrize(
    ("one", "other"),
    [("return 1", "return 2"), ("return 'a b'", "return 'ab'"), ("return a", "return b"), ("x = 1,", "x = 1"),
     ("return f'{x}'", "return '{x}'"), ("return r'\\n'", "return '\\n'"), ("return (a + b) * c", "return a + b * c")],
)  # fmt: skip
def test_canonical_text_keeps_what_counts(one: str, other: str) -> None:
    first, second = (functions(f"def f():\n    {body}")["f"].canonical for body in (one, other))
    assert first != second


BROKEN = """
def before(x):
    return x

class A:
    def broken(self):
        return (1

    @property
    def method(self):
        return 2

def unclosed(a, b
def after(x):
    for i in x:
        print(i)
"""


def test_broken_code_keeps_the_functions_that_are_whole() -> None:
    found = functions(BROKEN)
    assert {name for name, function in found.items() if not function.error} == {"before", "A.method", "after"}
    assert found["A.method"].canonical == "@property\ndef method(self):\n\treturn 2"
    assert found["A.broken"].error == "syntax error on line 7"
    assert "method" not in found["A.broken"].source


def test_a_definition_in_a_string_of_a_broken_file_is_not_found() -> None:
    assert [f.name for f in parse_functions('x = """\ndef f():\n    pass\n"""\nfor\n', Language.PYTHON)] == []
