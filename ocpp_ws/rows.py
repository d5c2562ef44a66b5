"""Many rows in one statement, without a model instance for each; rows that exist already are left out."""

import functools
from collections.abc import Callable
from typing import Any

import orjson
from django.db import connection
from django.db.models import DateTimeField, Field, JSONField, Model

Row = dict[str, Any]


def insert_rows(model: type[Model], rows: list[Row]) -> None:
    """Insert dicts of column attributes (`session_id`, not `session`); all must have the same ones."""
    if not rows:
        return
    if connection.vendor not in ("sqlite", "postgresql"):
        model._default_manager.bulk_create([model(**row) for row in rows], ignore_conflicts=True)
        return
    names = tuple(rows[0])
    sql, converters = statement(model, names, connection.vendor)
    columns = [[convert(row[name]) for row in rows] for name, convert in zip(names, converters, strict=True)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(sql, columns)  # arrays: one statement whatever the number of rows
        else:
            cursor.executemany(sql, list(zip(*columns, strict=True)))


@functools.cache
def statement(model: type[Model], names: tuple[str, ...], vendor: str) -> tuple[str, list[Callable[[Any], Any]]]:
    """The INSERT for these columns and what turns a value into the driver's."""
    by_attribute = {f.attname: f for f in model._meta.concrete_fields}
    fields = [by_attribute[name] for name in names]
    quote: Callable[[Any], str] = connection.ops.quote_name
    table, columns = quote(model._meta.db_table), ", ".join(quote(f.column) for f in fields)
    if vendor == "postgresql":
        arrays = ", ".join(f"%s::{f.db_type(connection)}[]" for f in fields)
        source = f"SELECT * FROM unnest({arrays})"  # noqa: S608 - names of columns, never values
    else:
        source = f"VALUES ({', '.join(['%s'] * len(fields))})"
    return f"INSERT INTO {table} ({columns}) {source} ON CONFLICT DO NOTHING", [converter(f) for f in fields]


def converter(target: Field) -> Callable[[Any], Any]:
    if isinstance(target, JSONField):
        return lambda value: None if value is None else orjson.dumps(value).decode()
    if isinstance(target, DateTimeField):
        return connection.ops.adapt_datetimefield_value
    return lambda value: value
