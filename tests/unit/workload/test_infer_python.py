"""Workloads of Python functions from their text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricetag.syntax import Language, parse_functions
from pricetag.workload import Workload, infer
from pricetag.workload.annotation import annotation_shape


def inferred(source: str) -> Workload:
    return infer(parse_functions(source, Language.PYTHON)[-1])


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("int", "int"),
        ("float", "float"),
        ("str", "str of n"),
        ("bytes", "bytes of n"),
        ("list[int]", "list[int] of n"),
        ("List[int]", "list[int] of n"),
        ("typing.Sequence[float]", "list[float] of n"),
        ("collections.abc.Iterable[str]", "list[str] of n x 5"),
        ("list[list[int]]", "list[list[int]] of sqrt n x sqrt n"),
        ("list[list[list[int]]]", "list[list[list[int]]] of sqrt n x sqrt n x 3"),
        ("list[tuple[int, str]]", "list[(int, str)] of n"),
        ("tuple[int, ...]", "tuple[int] of n"),
        ("tuple[int, int]", "(int, int)"),
        ("dict[str, list[int]]", "dict[str, list[int]] of n"),
        ("DefaultDict[int, set[int]]", "dict[int, set[int]] of n"),
        ("Counter[str]", "dict[str, int] of n"),
        ("set[str]", "set[str] of n x 5"),
        ("deque[int]", "deque[int] of n"),
        ("Optional[list[int]]", "list[int] of n"),
        ("list[int] | None", "list[int] of n"),
        ("None | int", "int"),
        ("Union[str, list[str]]", "str of n"),
        ("'list[int]'", "list[int] of n"),
        ("Annotated[list[int], 3]", "list[int] of n"),
        ("Callable[[int], bool]", "callable"),
        ("Iterator[int]", "iterator[int] of n"),
        ("np.ndarray", "array[float] of n"),
        ("Optional[ListNode]", "linked list[int] of n"),
        ("TreeNode", "tree[int] of n"),
        ("pd.DataFrame", "object of n"),
        ("Literal['a', 'b']", "str"),
        ("Widget", "object"),
        ("None", "None"),
        ("not an annotation", "None"),
        ("[", "None"),
        ("(" * 500, "None"),
    ],
)
def test_annotations(annotation: str, expected: str) -> None:
    assert str(annotation_shape(annotation)) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # annotations and roles
        ("def f(xs: list[int], k: int): pass", "xs: list[int] of n, k: int <= n"),
        ("def f(xs: list[int], n: int): pass", "xs: list[int] of n, n: int = n"),
        ("def f(m: list[list[int]], rows: int): pass", "m: list[list[int]] of sqrt n x sqrt n, rows: int = sqrt n"),
        ("def f(xs: list[int], lo: int, hi: int): pass", "xs: list[int] of n, lo: int <= n, hi: int = n - 1"),
        ("def f(n: int): pass", "n: int = n"),
        ("def f(a: int, n: int): pass", "a: int <= n, n: int = n"),
        ("def f(xs: list[int], s: str, sep: str): pass", "xs: list[int] of n, s: str, sep: char"),
        ("def f(x: float, b: bool): pass", "x: float, b: bool"),
        ("def f(): pass", "no inputs"),
        ("def f(*args, **kw): pass", "args: tuple[int] of n, kw: dict[str, object] of n"),
        ("def binary_search(arr, x): pass", "arr: sorted list[int] of n, x: int <= n"),
        # doctests
        ('def f(q):\n    """\n    >>> f([3, 1])\n    4\n    """', "q: list[int] of n"),
        ('def f(q, w=2):\n    """\n    >>> f("abcab", w=3)\n    4\n    """', "q: str of n, w: int <= n"),
        ('def f(q):\n    """\n    >>> f(x)\n    >>> f([1.5])\n    4\n    """', "q: list[float] of n"),
        ('def f(q):\n    """\n    >>>f([1])\n    """', "q: object"),
        # defaults
        ("def f(a, k=3, name='x', flag=False, rate=0.5): return a[0]", "a: list[int] of n, k: int <= n, name: str, flag: bool, rate: float"),
        ("def f(a=(1, 2)): pass", "a: tuple[int] of n"),
        # usage
        ("def f(q):\n    for x in q: print(x + 1)", "q: list[int] of n"),
        ("def f(q):\n    return q[0][1] + q[1][0]", "q: list[list[int]] of sqrt n x sqrt n"),
        ("def f(q):\n    return [list(r) for r in zip(*q)]", "q: list[list[int]] of sqrt n x sqrt n"),
        ("def f(q):\n    for a, b in q: yield a * b", "q: list[(int, int)] of n"),
        ("def f(q):\n    return {v: k for k, v in q.items()}", "q: dict[str, int] of n"),
        ("def f(q):\n    return q['id'] + 1", "q: dict[str, int] of n"),
        ("def f(q):\n    return q.split()", "q: str of n"),
        ("def f(q):\n    return [w.split() for w in q]", "q: list[str] of n x 5"),
        ("def f(q):\n    return sum(1 for c in q if c.isdigit())", "q: str of n"),
        ("def f(q):\n    q.add(3)", "q: set[int] of n"),
        ("def f(q):\n    while q: q.popleft()", "q: deque[int] of n"),
        ("def f(q):\n    return [i for i in range(q)]", "q: int = n"),
        ("def f(q, w):\n    return [w(x) for x in q]", "q: list[int] of n, w: callable"),
        ("def f(q):\n    return f(q.left) + f(q.right)", "q: tree[int] of n"),
        ("def f(q):\n    while q: q = q.next", "q: linked list[int] of n"),
        ("def f(q):\n    return q % 2 == 0", "q: int = n"),
        ("def f(q):\n    return q > 0.5", "q: float"),
        ("def f(graph: Graph):\n    for v in graph: pass", "graph: object of n"),
        # names
        ("def f(words): pass", "words: list[str] of n x 5"),
        ("def f(matrix): pass", "matrix: list[list[int]] of sqrt n x sqrt n"),
        ("def f(text): pass", "text: str of n"),
        ("def f(callback): pass", "callback: callable"),
        ("def f(thing): pass", "thing: object"),
        # methods
        ("class A:\n    def f(self, x: int): self.items.append(x)", "self: object of n, x: int <= n"),
        ("class A:\n    def f(self, x: int): return self.g(x)", "x: int = n"),
        ("class A:\n    @staticmethod\n    def f(x: int): return x", "x: int = n"),
        ("class A:\n    @classmethod\n    def f(cls, x: int): return cls.y", "x: int = n"),
        # directives
        ("# pricetag: q=list[str], k=10\ndef f(q, k): pass", "q: list[str] of n x 5, k: int"),
        ("# pricetag: q=matrix, k=n\ndef f(q, k): pass", "q: list[list[int]] of sqrt n x sqrt n, k: int = n"),
        ("# pricetag: q=((\ndef f(q): pass", "q: object"),
    ],
)  # fmt: skip
def test_functions(source: str, expected: str) -> None:
    assert str(inferred(source)) == expected


def test_the_directive_sets_n() -> None:
    assert inferred("# pricetag: n=1e5\ndef f(xs): pass").n == 100_000
    assert inferred("def f(xs): pass").n is None


_PIECES = st.sampled_from(
    ["for x in p:\n  y = x", "p[i][j] = 0", "p.items()", "len(p)", "p.split()", "p += 1", "return p", "p(1)", "print(p.a.b)",
     "lambda p: p", "x = [p for p in p]", "del p[0]", "p, q = q, p", "async with p: pass", "match p:\n  case 1: pass"]
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.lists(_PIECES, max_size=5), st.text(max_size=30))
def test_any_body_gets_a_workload(pieces: list[str], noise: str) -> None:
    body = "\n".join(pieces or ["pass"]).replace("\n", "\n    ")
    for source in (f"def f(p, q=None):\n    {body}\n", f"def f(p: {noise}):\n    {body}\n"):
        for function in parse_functions(source, Language.PYTHON):
            assert isinstance(str(infer(function)), str)
