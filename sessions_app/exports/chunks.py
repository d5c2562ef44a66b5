"""A long table read piece by piece."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet

from stations.giving import release_connection

SIZE = 2000
Row = tuple[Any, ...]


def in_chunks(rows: QuerySet[Any], *names: str, size: int = 0) -> Iterator[list[Row]]:
    """The columns `names` of these rows, in their order, which must be one of columns without nulls.

    Each chunk is a query of its own that goes on behind the last row. A cursor would hold a connection, and on
    PostgreSQL a snapshot that keeps dead rows alive, for as long as a client takes to download. Rows that may have
    megabytes are read fewer at a time than SIZE.
    """
    size = size or SIZE
    terms = order_of(rows)
    columns = [term.removeprefix("-") for term in terms]
    wanted = rows.order_by(*terms).values_list(*names, *columns)
    position: Row = ()
    while True:
        chunk: list[Row] = list((wanted.filter(behind(terms, position)) if position else wanted)[:size])
        release_connection()
        if chunk:
            position = chunk[-1][len(names) :]
            yield [row[: len(names)] for row in chunk]
        if len(chunk) < size:
            return


def order_of(rows: QuerySet[Any]) -> list[str]:
    """Up to the primary key, behind which nothing is left to order."""
    terms: list[str] = []
    key = rows.model._meta.pk.name
    for term in (*(rows.query.order_by or rows.model._meta.ordering), "pk"):
        terms.append(term)
        if term.removeprefix("-") in ("pk", key):
            break
    return terms


def behind(terms: list[str], position: Row) -> Q:
    """The rows that come after the one at this position; the first comparison is the one that an index serves."""
    later, equal = Q(), Q()
    for term, value in zip(terms, position, strict=True):
        name, lookup = term.removeprefix("-"), "lt" if term.startswith("-") else "gt"
        later |= equal & Q(**{f"{name}__{lookup}": value})
        equal &= Q(**{name: value})
    first = terms[0].removeprefix("-")
    return Q(**{f"{first}__{'lte' if terms[0].startswith('-') else 'gte'}": position[0]}) & later
