"""camelCase outside, snake_case inside."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any, ClassVar

from django.db import models
from django.http import QueryDict
from rest_framework import serializers


def camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


class UtcDateTimeField(serializers.DateTimeField):
    """ISO-8601 in UTC with Z, whatever TIME_ZONE says; what comes without an offset counts as UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"default_timezone": UTC, **kwargs})


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses members that it does not know: a misspelt `validUntill` must not make a card valid for ever."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = {name: ["Unknown member."] for name in self.unknown_members(data)}
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            known = error.detail if isinstance(error.detail, dict) else {}
            raise serializers.ValidationError({**known, **unknown}) from None
        if unknown:
            raise serializers.ValidationError(unknown, code="unknown")
        return value

    def unknown_members(self, data: Any) -> list[str]:
        form = {"csrfmiddlewaretoken"} if isinstance(data, QueryDict) else set()
        return [str(name) for name in data if name not in self.fields and name not in form] if is_mapping(data) else []


def is_mapping(data: Any) -> bool:
    return isinstance(data, Mapping)


class CamelModelSerializer(StrictSerializer, serializers.ModelSerializer[Any]):
    """A ModelSerializer whose `Meta.fields` are model names and whose JSON members are camelCase."""

    serializer_field_mapping: ClassVar[Any] = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateTimeField: UtcDateTimeField,
    }

    def get_fields(self) -> dict[str, serializers.Field]:
        fields: dict[str, serializers.Field] = {}
        for name, field in super().get_fields().items():
            member = camel(name)
            if member != name and field.source is None:
                field.source = name  # Unique validators look for their model field there
            fields[member] = field
        return fields
