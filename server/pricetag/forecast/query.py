"""What is asked of the model about one function."""

from __future__ import annotations

from dataclasses import dataclass, field

from pricetag import workload
from pricetag.forecast.estimate import Query
from pricetag.syntax.function import Function


@dataclass(frozen=True, slots=True)
class Subject:
    """A function as the forecaster sees it: the query, and the n its author wrote down, if any."""

    query: Query
    n: int | None = None
    key: str = field(init=False)  # the query's, hashed once

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", self.query.key)


def subject_of(function: Function) -> Subject:
    """The query for a function and the n stated in its ``# pricetag:`` comment. Static: nothing is run.

    A broken or refused function keeps its reason in ``Query.refusal``; it costs the model nothing.
    """
    if function.error:
        return Subject(Query(function.language.value, "", function.canonical, (), function.error))
    assumed = workload.infer(function)
    query = Query(
        language=function.language.value,
        assumes=str(assumed),
        canonical=function.canonical,
        callees=function.callees,
        refusal=workload.refusal(function),
    )
    return Subject(query, assumed.n)


def query_for(function: Function) -> Query:
    """The query alone, for callers that choose n themselves."""
    return subject_of(function).query
