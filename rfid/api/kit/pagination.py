"""Three ways to page: counted, with a bounded count, and by cursor."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination, PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

COUNT_LIMIT = 10_000  # rows that a count may walk
Schema = dict[str, Any]


def positive(params: Any, name: str, default: int) -> int:
    """A positive whole number from the query string; raises a ValidationError that names it."""
    text = params.get(name, "")
    if text == "":
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        raise ValidationError({name: "A positive whole number is needed."})
    return int(text)


class PageSizePagination(PageNumberPagination):
    """?page=&pageSize= with {count, next, previous, results}; a pageSize above 200 gives 200."""

    page_size = 50
    page_size_query_param = "pageSize"
    max_page_size = 200

    def get_page_size(self, request: Request) -> int:
        return min(positive(request.query_params, "pageSize", self.page_size), self.max_page_size)

    def get_page_number(self, request: Request, paginator: Any) -> int:
        return positive(request.query_params, "page", 1)


class BoundedPagination(PageSizePagination):
    """The same for big tables: `count` is null where there are more than 10,000 rows; `next` is always right."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        size, self.number = self.get_page_size(request), self.get_page_number(request, None)
        self.url = request.build_absolute_uri()
        offset = (self.number - 1) * size
        # the keys first: what OFFSET skips is then read from an index alone
        keys = list(queryset.values_list("pk", flat=True)[offset : offset + size + 1])
        if not keys and self.number > 1:
            raise NotFound("There is no such page.")
        self.has_next = len(keys) > size
        self.count = bounded_count(queryset) if self.has_next else offset + len(keys)
        rows = {row.pk: row for row in view.get_queryset().filter(pk__in=keys[:size])}
        return [rows[key] for key in keys[:size] if key in rows]

    def get_next_link(self) -> str | None:
        return self.link(self.number + 1) if self.has_next else None

    def get_previous_link(self) -> str | None:
        return self.link(self.number - 1) if self.number > 1 else None

    def link(self, number: int) -> str:
        return replace_query_param(self.url, "page", str(number))

    def get_paginated_response(self, data: Any) -> Response:
        links = {"next": self.get_next_link(), "previous": self.get_previous_link()}
        return Response({"count": self.count, **links, "results": data})

    def get_paginated_response_schema(self, schema: Schema) -> Schema:
        whole = super().get_paginated_response_schema(schema)
        whole["properties"]["count"] |= {"nullable": True, "description": "null: more than 10,000"}
        return whole

    def to_html(self) -> str:
        return ""  # `next` and `previous` stand in the document


def bounded_count(queryset: QuerySet[Any]) -> int | None:
    rows = queryset.order_by().values("pk")[: COUNT_LIMIT + 1].count()
    return rows if rows <= COUNT_LIMIT else None


class NewestFirst(CursorPagination):
    """{next, previous, results} without any count: its cost does not grow with the table or the page.

    `searchedNewest` is there when only the newest entries were looked through (see WindowedFilterSet).
    """

    ordering = "-id"
    page_size = 50
    page_size_query_param = "pageSize"
    max_page_size = 200
    time_field: ClassVar[str] = ""  # of ?after= and ?before=, where it has an index of its own

    def get_page_size(self, request: Request) -> int:
        return min(positive(request.query_params, "pageSize", self.page_size), self.max_page_size)

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        params = request.query_params
        self.window = view.filterset_class.window(params)
        order = params.get("ordering") or self.ordering
        if self.time_field and (params.get("after") or params.get("before")) and not params.get("cpId"):
            return (order.replace("id", self.time_field), order)  # a period is read in the order of its index
        return (order,)

    def get_paginated_response(self, data: Any) -> Response:
        links = {"next": self.get_next_link(), "previous": self.get_previous_link()}
        note = {"searchedNewest": self.window} if self.window else {}
        return Response({**links, **note, "results": data})

    def get_paginated_response_schema(self, schema: Schema) -> Schema:
        whole = super().get_paginated_response_schema(schema)
        text = "Only so many of the newest entries were looked through; name a station or session for the older ones."
        whole["properties"]["searchedNewest"] = {"type": "integer", "description": text}
        return whole
