"""Type hints are dropped, and nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import pricetag
from pricetag.syntax.binding import parse_canonical
from pricetag.syntax.function import Language
from pricetag.syntax.hints import without_hints
from pricetag.syntax.python import canonical

FILES = sorted(Path(pricetag.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize(
    ("hinted", "plain"),
    [
        ("def f(xs: list[int], n: int = 3) -> int:\n\treturn n", "def f(xs, n=3):\n\treturn n"),
        ("def f(*a: int, b: str, **c: dict[str, int]):\n\treturn b", "def f(*a, b, **c):\n\treturn b"),
        ("async def f(a, /, b=(lambda q: q)) -> 'z':\n\treturn a", "async def f(a, /, b=(lambda q: q)):\n\treturn a"),
        ("def f(x):\n\ty: int = 3\n\treturn y", "def f(x):\n\ty = 3\n\treturn y"),
        ("def f(self):\n\tself.x: list[int] = []\n\ta[0]: int = 1", "def f(self):\n\tself.x = []\n\ta[0] = 1"),
        ("def f(x):\n\ty: int\n\tz: str\n\treturn x", "def f(x):\n\treturn x"),
        ("def f(x):\n\tg()\n\ty: int\n\tz: str", "def f(x):\n\tg()"),
        ("def f(x):\n\ta: int\n\tg()\n\ty: int\n\th()\n\tz: int", "def f(x):\n\tg()\n\th()"),
        ("def f(x):\n\ta: int\n\tb: str", "def f(x):\n\tpass"),
        ("def f(x):\n\tif x:\n\t\ta: int\n\telse:\n\t\tg()", "def f(x):\n\tif x:\n\t\tpass\n\telse:\n\t\tg()"),
        # A hint within what goes, and one within a default.
        ("def f(a: T = (lambda: g)):\n\treturn a", "def f(a=(lambda: g)):\n\treturn a"),
        # The fields of a dataclass are no hints; those of its methods are.
        (
            "class A:\n\tx: int\n\ty: int = 3\n\tdef g(self, q: int) -> A:\n\t\treturn self",
            "class A:\n\tx: int\n\ty: int = 3\n\tdef g(self, q):\n\t\treturn self",
        ),
        # Broken code, and text that the grammar misreads though it is none.
        ("def f(x: int) -> int:\n\treturn (x", "def f(x):\n\treturn (x"),
        ("def f(x: int):\n\treturn *x, *(y for y in x)", "def f(x):\n\treturn *x, *(y for y in x)"),
        ("def f(x):\n\treturn {x: int}[a:b]", "def f(x):\n\treturn {x: int}[a:b]"),
        ("", ""),
    ],
)  # fmt: skip
def test_hints_are_dropped(hinted: str, plain: str) -> None:
    assert without_hints(hinted) == plain
    assert without_hints(plain) == plain


class _Plain(ast.NodeTransformer):
    """The same by ``ast``."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.returns, node.body = None, node.body or [ast.Pass()]
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self.visit_FunctionDef(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        node.body = [one if isinstance(one, ast.AnnAssign) else self.visit(one) for one in node.body]
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.Assign | None:
        self.generic_visit(node)
        return ast.Assign([node.target], node.value, lineno=0) if node.value else None


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_left_is_the_same_program(file: Path) -> None:
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            hinted = _canonical(ast.unparse(node))
            assert without_hints(hinted) == _canonical(ast.unparse(_Plain().visit(node)))


def _canonical(definition: str) -> str:
    return canonical(parse_canonical(definition, Language.PYTHON).named_children[0])


@given(text=st.text(alphabet="fxy:=(), \n\tdef->int*\"'", max_size=60))
@example(text="x: int\x00")
@example(text="def f(x: '\ud800'): y: int")
def test_any_text(text: str) -> None:
    once = without_hints(text)
    assert 3 * len(once) <= 4 * len(text), "at most `x:y` becomes `pass`"
    if ":" not in text and "->" not in text:
        assert once == text
