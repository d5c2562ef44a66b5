"""Query parameters in camelCase, taken strictly: a filter that is not understood must not give everything."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.db.models import Q, QuerySet
from django_filters import CharFilter, ChoiceFilter, IsoDateTimeFilter, NumberFilter, OrderingFilter, TypedChoiceFilter
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from ocpp_ws.protocol import ci_key

INT32, INT64 = 2**31 - 1, 2**63 - 1
SEGMENT = r"[^/\x00]+"  # of a path: PostgreSQL takes no NUL, not even to find nothing
NUMBER = "[0-9]{1,18}"  # of a path: what every database takes


class StrictFilterBackend(DjangoFilterBackend):
    """Invalid values (django-filter) and unknown parameters are 400 with the parameter's name."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        refuse_unknown(request, self.known(view))
        return super().filter_queryset(request, queryset, view)

    def known(self, view: Any) -> set[str]:
        filterset, pager = self.get_filterset_class(view), view.paginator
        names = set(filterset.base_filters) if filterset else set()
        attributes = ("page_query_param", "page_size_query_param", "cursor_query_param")
        return names | {getattr(pager, one) for one in attributes if hasattr(pager, one)}


def takes_csv(request: Any) -> bool:
    """The answer is a stream of all rows, not a page."""
    return getattr(getattr(request, "accepted_renderer", None), "format", "") == "csv"


def refuse_unknown(request: Request, known: set[str]) -> None:
    """Raises a ValidationError that names each query parameter which is not `known`."""
    if unknown := set(request.query_params) - known - {"format"}:
        raise ValidationError({one: f"Unknown parameter. Known: {', '.join(sorted(known))}." for one in unknown})


@extend_schema_field(OpenApiTypes.BOOL)
class Flag(TypedChoiceFilter):
    """true or false. (django-filter's own takes anything else for "not given".)"""

    def __init__(self, **kwargs: Any) -> None:
        words = {"true": True, "false": False}
        super().__init__(choices=[(word, word) for word in words], coerce=words.get, **kwargs)


@extend_schema_field(OpenApiTypes.INT64)
class WholeNumber(NumberFilter):
    field_class = forms.IntegerField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": INT64, **kwargs})

    def get_max_validator(self) -> None:
        return None  # max_value says it


@extend_schema_field(OpenApiTypes.STR)
class SameText(CharFilter):
    """Equal without case, through the model's key column, which has the index."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.filter(**{self.field_name: ci_key(value)}) if value else qs


class After(IsoDateTimeFilter):
    def __init__(self, field_name: str) -> None:
        super().__init__(field_name=field_name, lookup_expr="gte", label=f"{field_name} at or after")


class Before(IsoDateTimeFilter):
    def __init__(self, field_name: str) -> None:
        super().__init__(field_name=field_name, lookup_expr="lt", label=f"{field_name} before")


class Search(CharFilter):
    """Each word must be in one of the fields."""

    def __init__(self, *fields: str) -> None:
        super().__init__(label=f"Words in {', '.join(fields)}")
        self.fields = fields

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        for word in value.split():
            anywhere = Q()
            for field in self.fields:
                anywhere |= Q(**{f"{field}__icontains": word})
            qs = qs.filter(anywhere)
        return qs


class Ordering(OrderingFilter):
    """?ordering=-startedAt by {member: model field}; the primary key decides between equals."""

    def __init__(self, **fields: str) -> None:
        super().__init__(fields=[(field, member) for member, field in fields.items()])

    def filter(self, qs: QuerySet[Any], value: list[str] | None) -> QuerySet[Any]:
        if not value:
            return qs
        terms = [self.get_ordering_value(member) for member in value]
        return qs.order_by(*terms, "-pk" if terms[-1].startswith("-") else "pk")


class IdOrder(ChoiceFilter):
    """?ordering=-id or id; the cursor pagination does the same again."""

    def __init__(self) -> None:
        super().__init__(choices=[("-id", "newest first"), ("id", "oldest first")])

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.order_by(value) if value else qs


class WindowedFilterSet(FilterSet):
    """For tables of many millions: a filter without an index looks through the newest entries only, unless a filter
    of `narrow` (which has one) is given too. As CSV they are all looked through: nobody waits for the last one."""

    WINDOW: ClassVar[int] = 50_000
    narrow: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def window(cls, params: Mapping[str, str]) -> int | None:
        """How many of the newest entries are looked through; None: all."""
        given = {name for name in cls.base_filters if params.get(name)} - {"ordering"}
        return cls.WINDOW if given and not given & cls.narrow else None

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        queryset = super().filter_queryset(queryset)
        window = None if takes_csv(self.request) else self.window(self.data)
        if window:
            newest = queryset.model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
            queryset = queryset.filter(pk__gt=(newest or 0) - window)
        return queryset
