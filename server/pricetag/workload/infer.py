"""The workload of a function from its text alone."""

from __future__ import annotations

from dataclasses import replace

from pricetag.syntax.function import Function, Language
from pricetag.workload.directive import parse_directive
from pricetag.workload.infer_cpp import infer_cpp_function
from pricetag.workload.infer_python import infer_python
from pricetag.workload.shape import Workload


def infer(function: Function) -> Workload:
    """W(n) of ``function``: what its directive says, else its types, examples, defaults, usage and names.

    Never raises for what the function's text holds; a parameter that nothing is known of is an "object".
    """
    directive = parse_directive(function.directive)
    overrides = dict(directive.kinds)
    workload = (
        infer_python(function, overrides)
        if function.language is Language.PYTHON
        else infer_cpp_function(function, overrides)
    )
    return replace(workload, n=directive.n)
