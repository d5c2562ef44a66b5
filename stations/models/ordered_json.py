"""JSON whose members stay in the order in which they were given."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Cast
from psycopg.types.json import Json


class OrderedJSONField(models.JSONField):
    """For what goes over the wire: PostgreSQL's jsonb and MySQL's JSON sort the members of an object.

    Not for look-ups by the whole value: PostgreSQL cannot compare its type `json`. Those by a member work.
    """

    def get_transform(self, lookup_name: str) -> Any:
        member: Any = super().get_transform(lookup_name)
        return lambda lhs, *args, **kwargs: member(Cast(lhs, models.JSONField()), *args, **kwargs)

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        kept = {"postgresql": "json", "mysql": "longtext"}
        return kept.get(connection.vendor) or super().db_type(connection)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        if connection.vendor == "postgresql" and value is not None and not hasattr(value, "as_sql"):
            return Json(value)
        return super().get_db_prep_value(value, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        if connection.vendor == "postgresql":
            return value  # psycopg has read it
        return super().from_db_value(value, expression, connection)
