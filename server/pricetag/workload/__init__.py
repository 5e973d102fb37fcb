"""What a forecast assumes of a function's inputs: parameter kinds, the workload W(n), and building inputs."""

from __future__ import annotations

from pricetag.workload.build import build, build_arguments
from pricetag.workload.directive import Budget, Directive, budget_numbers, parse_directive
from pricetag.workload.examples import LinkedList, Tree, infer_from_examples
from pricetag.workload.infer import infer
from pricetag.workload.refusal import refusal
from pricetag.workload.shape import Kind, Record, Scalar, Shape, Sized, Workload

__all__ = [
    "Budget",
    "Directive",
    "Kind",
    "LinkedList",
    "Record",
    "Scalar",
    "Shape",
    "Sized",
    "Tree",
    "Workload",
    "budget_numbers",
    "build",
    "build_arguments",
    "infer",
    "infer_from_examples",
    "parse_directive",
    "refusal",
]
