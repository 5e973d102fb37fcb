"""Functions of the standard library and of installed pure-Python packages, as runnable items.

An item's code is the function with the module-level names it needs, and those that they need, as they stand in the file
(relative imports are written absolutely). Its inputs come from kinds inferred from its text: there are no examples.
"""

from __future__ import annotations

import ast
import builtins
import importlib.metadata
import re
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from pricetag.measure.label import Item
from pricetag.measure.python_receiver import plan
from pricetag.syntax import parse_functions
from pricetag.syntax.function import Function, Language
from pricetag.train.python_sources import parse
from pricetag.workload import infer, refusal
from pricetag.workload.shape import Record, Scalar, Shape, Sized, Workload

_MOST_CODE = 20_000  # characters of an item
_LONGEST_FUNCTION = 6_000
_LARGEST_FILE = 400_000
_LARGEST_PACKAGE = 250  # files: to import a larger one costs more than what is measured
_SYSTEM = frozenset(
    "asyncio concurrent ctypes curses dbm distutils ensurepip ftplib http idlelib imaplib lib2to3 mailbox multiprocessing "
    "nntplib os pip poplib pty pydoc pydoc_data sched selectors shutil site smtpd smtplib socket socketserver sqlite3 ssl "
    "subprocess tarfile telnetlib tempfile test threading tkinter turtle turtledemo unittest urllib venv webbrowser wsgiref "
    "xmlrpc zipapp zipfile zipimport this antigravity encodings sysconfig _pyio _bootsubprocess pdb bdb cgi cgitb".split()
)
# Their functions take classes, code, streams or the interpreter's own state: no inputs of a size.
_NO_INPUTS = frozenset(
    "dataclasses typing enum abc _py_abc weakref _weakrefset importlib asyncore asynchat codeop symtable filecmp wave sunau "
    "aifc gzip bz2 lzma shelve logging _osx_support zoneinfo opcode contextlib types crypt mimetypes".split()
)
_SKIPPED = re.compile(
    r"(^|/)(tests?|testing|conftest|_vendor|vendored|extern|externals|_distutils|examples?|benchmarks?|docs?|site-packages|"
    r"idle_test|__main__|setup|_version|__pycache__)(/|\.py$)|(^|/)(test_|_test_)[^/]*\.py$|_test\.py$"
)
_SPDX = {
    "mit license": "MIT", "mit": "MIT", "bsd": "BSD-3-Clause", "bsd license": "BSD-3-Clause", "bsd 3-clause license": "BSD-3-Clause",
    "new bsd license": "BSD-3-Clause", "3-clause bsd license": "BSD-3-Clause", "bsd 2-clause license": "BSD-2-Clause",
    "apache 2.0": "Apache-2.0", "apache-2.0": "Apache-2.0", "apache 2": "Apache-2.0", "apache license 2.0": "Apache-2.0",
    "apache 2.0 license": "Apache-2.0", "apache software license": "Apache-2.0", "apache license, version 2.0": "Apache-2.0",
    "isc license": "ISC", "isc license (iscl)": "ISC", "psf-2.0": "PSF-2.0", "python software foundation license": "PSF-2.0",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
}  # fmt: skip


def standard_library() -> Iterator[Item]:
    """Functions of the running interpreter's library, a problem per top-level module; ``stdlib/heapq/merge``."""
    root = Path(sysconfig.get_paths()["stdlib"])
    below = [folder.rglob("*.py") for folder in root.iterdir() if folder.name in sys.stdlib_module_names]
    for path in sorted([*root.glob("*.py"), *(path for paths in below for path in paths)]):
        name = path.relative_to(root).as_posix()
        top = name.partition("/")[0].removesuffix(".py")
        if top not in sys.stdlib_module_names or top in _SYSTEM | _NO_INPUTS or _SKIPPED.search(name):
            continue
        module = _module(name)
        yield from items_of_file(
            path,
            module,
            name.endswith("__init__.py"),
            "stdlib",
            "PSF-2.0",
            f"stdlib/{top}",
            f"stdlib/{module}",
        )


def installed_packages() -> Iterator[Item]:
    """Functions of the environment's pure-Python distributions, a problem per distribution.

    Ids read ``package/<distribution>/<module>/<qualified name>``; the licence is what the metadata says, NOASSERTION
    where it says nothing that maps to SPDX.
    """
    for name, distribution in sorted(_pure().items()):
        licence = _licence(distribution)
        for file in sorted(distribution.files or (), key=str):
            text = file.as_posix()
            if not text.endswith(".py") or text.startswith("..") or _SKIPPED.search(text):
                continue
            path = Path(str(distribution.locate_file(file)))
            module = _module(text)
            package = text.endswith("__init__.py")
            yield from items_of_file(
                path, module, package, "package", licence, f"package/{name}", f"package/{name}/{module}"
            )


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@lru_cache(maxsize=1)
def _pure() -> dict[str, importlib.metadata.Distribution]:
    """The distributions by name that hold Python files and nothing compiled, large ones left out."""
    found = {}
    for distribution in importlib.metadata.distributions():
        name = (distribution.metadata["Name"] or "").lower()
        files = [str(file) for file in distribution.files or ()]
        modules = [file for file in files if file.endswith(".py") and not file.startswith("..")]
        compiled = any(re.search(r"\.(so|pyd|dll|dylib)(\.|$)", file) for file in files)
        if name and name != "pricetag" and modules and not compiled and len(modules) <= _LARGEST_PACKAGE:
            found[name] = distribution
    return found


@lru_cache(maxsize=1)
def _importable() -> frozenset[str]:
    """Top-level modules that a measured function may import: of the library, and of pure-Python distributions."""
    names = set(sys.stdlib_module_names) - _SYSTEM | {"os", "urllib", "threading"}
    for distribution in _pure().values():
        names |= {
            Path(str(f)).parts[0].removesuffix(".py")
            for f in distribution.files or ()
            if str(f).endswith(".py")
        }
    return frozenset(names)


def _licence(distribution: importlib.metadata.Distribution) -> str:
    metadata = distribution.metadata
    expression = next(iter(metadata.get_all("License-Expression") or ()), "")
    if expression:
        return str(expression)
    stated = [str(next(iter(metadata.get_all("License") or ()), ""))]
    stated += [c.rpartition("::")[2] for c in metadata.get_all("Classifier") or () if c.startswith("License")]
    for text in stated:
        if (known := _SPDX.get(text.strip().lower())) is not None:
            return known
    return "NOASSERTION"


def items_of_file(
    path: Path, module: str, package: bool, source: str, licence: str, problem: str, prefix: str
) -> Iterator[Item]:
    """The functions of one file that can be called by themselves and do nothing but compute."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return
    if len(text) > _LARGEST_FILE or "def " not in text:
        return
    tree = parse(text)
    if tree is None:
        return
    scope = Scope(text, tree, module, package)
    seen: set[str] = set()
    for function in parse_functions(text, Language.PYTHON):
        name = function.qualified_name
        top = name.partition(".")[0]
        if name in seen or "<locals>" in name or name.count(".") > 1 or not _wanted(function):
            continue
        seen.add(name)
        code = scope.code(top)
        if function.owner and "abstractmethod" in code:
            continue  # of the class or of one that it inherits from: most such cannot be made
        if not code or len(code) > _MOST_CODE or not scope.imports(code) <= _importable():
            continue
        item = Item(f"{prefix}/{name}", source, licence, problem, "python", code, name)
        if scales(item, function):
            yield item


def _wanted(function: Function) -> bool:
    name = function.name
    if function.error or function.is_async or len(function.source) > _LONGEST_FUNCTION:
        return False
    if (name.startswith("__") and name.endswith("__")) or re.match(
        r"_?test|main$|_?print|_?dump|_?show", name
    ):
        return False
    head = function.source.partition("def ")[0]
    if re.search(
        r"@\s*(\w+\.)?(overload|abstractmethod|property|cached_property|contextmanager|setter|\w+\.setter)\b",
        head,
    ):
        return False
    return not refusal(function) and not any(_system(call) for call in function.calls)


def _system(call: str) -> bool:
    """Whether a call of this name reaches for the system, the import machinery or a terminal."""
    return re.match(
        r"(os|sys|signal|inspect|importlib|warnings|logging|log|logger|gc|traceback|platform|locale|sysconfig)\.|print$|exec$|"
        r"eval$|__import__$|exit$|breakpoint$",
        call,
    ) is not None and not call.startswith("os.path.")


def scales(item: Item, function: Function) -> bool:
    """Whether some input of ``item`` grows with n, and every needed one is of a kind that can be built."""
    kinds = {kind.name: kind.shape for kind in infer(function).kinds}
    needed = [p for p in function.parameters if not p.default and not p.variadic]
    bound = bool(function.owner) and "staticmethod" not in function.source.partition("def ")[0]
    for parameter in needed[1:] if bound else needed:
        if not _buildable(kinds.get(parameter.name, Scalar("object"))):
            return False
    grown = any(_grows(shape) for name, shape in kinds.items() if name not in ("self", "cls"))
    if not bound or "classmethod" in function.source.partition("def ")[0]:
        return grown
    made = plan(item)
    constructor = made.constructor if made is not None else Workload(())
    if not all(_buildable(kind.shape) for kind in constructor.kinds):
        return False
    return grown or (
        made is not None and (made.fill != "" or any(_grows(k.shape) for k in constructor.kinds))
    )


def _buildable(shape: Shape) -> bool:
    if isinstance(shape, Scalar):
        return shape.type not in ("object", "none")
    return isinstance(shape, Record) or bool(shape.items) or shape.container in ("str", "bytes", "bytearray")


def _grows(shape: Shape) -> bool:
    if isinstance(shape, Scalar):
        return shape.type == "int" and shape.role != "plain"
    return isinstance(shape, Sized) and not isinstance(shape.size, int) and _buildable(shape)


class Scope:
    """The module-level statements of one file, and which of them a name needs."""

    def __init__(self, text: str, tree: ast.Module, module: str, package: bool) -> None:
        self._lines = text.splitlines(keepends=True)
        self._parts = module.split(".") if package else module.split(".")[:-1]
        self._body = [node for node in tree.body if not _is_docstring(node)]
        self._binding: dict[str, list[int]] = {}
        self._used: dict[int, set[str]] = {}
        for i, node in enumerate(self._body):
            for name in _bound(node):
                self._binding.setdefault(name, []).append(i)

    def code(self, name: str) -> str:
        """The text of what the module-level ``name`` needs, in the order of the file; "" where it cannot stand alone."""
        chosen: set[int] = set()
        waiting, known = [name], {name}
        while waiting:
            for i in self._binding.get(waiting.pop(), ()):
                if i in chosen:
                    continue
                chosen.add(i)
                if len(chosen) > 150:
                    return ""
                for used in self._uses(i):
                    if used not in known:
                        known.add(used)
                        if used in self._binding:
                            waiting.append(used)
                        elif not hasattr(builtins, used) and used in ("__file__", "__path__", "__spec__"):
                            return ""
        if any(isinstance(n, ast.ImportFrom) and n.names[0].name == "*" for n in self._body):
            return ""
        texts = [self._text(self._body[i], known) for i in sorted(chosen)]
        future = [t for t in texts if t.startswith("from __future__")]
        if not future and any(isinstance(n, ast.ImportFrom) and n.module == "__future__" for n in self._body):
            texts.insert(0, "from __future__ import annotations\n")
        return "".join(text if text.endswith("\n") else text + "\n" for text in texts)

    def imports(self, code: str) -> set[str]:
        """The top-level modules that ``code`` imports at module level."""
        tree = parse(code)
        if tree is None:
            return {""}  # nothing by that name can be imported
        found: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add((node.module or "").partition(".")[0] if not node.level else "")
        return found

    def _uses(self, index: int) -> set[str]:
        if index not in self._used:
            self._used[index] = {n.id for n in ast.walk(self._body[index]) if isinstance(n, ast.Name)} | {
                part
                for n in ast.walk(self._body[index])
                if isinstance(n, ast.Constant) and isinstance(n.value, str) and len(n.value) < 60
                for part in re.findall(r"[A-Za-z_]\w*", n.value)
                if part in self._binding and part[:1].isupper() and self._quoted(part)
            }
        return self._used[index]

    def _quoted(self, name: str) -> bool:
        """Whether a name in a string may be a forward reference: a class."""
        return any(isinstance(self._body[i], ast.ClassDef) for i in self._binding[name])

    def _text(self, node: ast.stmt, known: Iterable[str]) -> str:
        """A statement as it stands in the file; of imports only the names that are used, from absolute modules."""
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                return ast.unparse(node) + "\n"
            names = [a for a in node.names if (a.asname or a.name).partition(".")[0] in set(known)]
            if isinstance(node, ast.Import):
                return ast.unparse(ast.Import(names=names)) + "\n" if names else ""
            return (
                ast.unparse(ast.ImportFrom(module=self._absolute(node), names=names, level=0)) + "\n"
                if names
                else ""
            )
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        space = "\n\n" if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) else ""
        return space + "".join(self._lines[first - 1 : node.end_lineno])

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        base = self._parts[: len(self._parts) - node.level + 1]
        return ".".join([*base, *([node.module] if node.module else [])])


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _bound(node: ast.stmt) -> set[str]:
    """The module-level names that one statement binds, changes or fills."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {(a.asname or a.name).partition(".")[0] for a in node.names if a.name != "*"}
    if isinstance(
        node, ast.Expr
    ):  # table.update(...), register(...): not part of what a function needs, mostly
        call = node.value
        target = (
            call.func.value if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else None
        )
        return {target.id} if isinstance(target, ast.Name) else set()
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return set()
    names: set[str] = set()
    stack: list[ast.AST] = [node]
    while stack:
        inner = stack.pop()
        if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(inner.name)
        elif isinstance(inner, (ast.Import, ast.ImportFrom)):
            names |= {(a.asname or a.name).partition(".")[0] for a in inner.names}
        elif isinstance(inner, ast.Name) and isinstance(inner.ctx, (ast.Store, ast.Del)):
            names.add(inner.id)
        elif (
            isinstance(inner, ast.Subscript)
            and isinstance(inner.ctx, ast.Store)
            and isinstance(inner.value, ast.Name)
        ):
            names.add(inner.value.id)
        elif not isinstance(inner, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            stack.extend(ast.iter_child_nodes(inner))
    return names
