"""A list as CSV: all rows that the filters let through, as a stream."""

from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from rfid.api.kit import takes_csv
from sessions_app.exports import CsvAnswer, Export, csv_chunks

CSV = {
    (200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, description="All rows; page parameters are refused."),
}  # fmt: skip


class CsvRenderer(BaseRenderer):
    """Its name in a request's Accept; the answer is no document that could be rendered."""

    media_type = "text/csv"
    format = "csv"


class CsvList(GenericViewSet[Any]):
    """`Accept: text/csv` (or ?format=csv, for a link in a page) on the actions of `csv_actions`."""

    export: ClassVar[Export]
    csv_actions: ClassVar[frozenset[str]] = frozenset({"list"})

    def get_renderers(self) -> list[Any]:
        also = [CsvRenderer()] if self.action in self.csv_actions else []
        return [*super().get_renderers(), *also]

    @property
    def paginator(self) -> Any:
        return None if takes_csv(self.request) else super().paginator

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        return self.listed(request, self.get_queryset())

    def listed(self, request: Request, rows: Any) -> Any:
        """These rows, filtered, in the format that is asked for."""
        found = self.filter_queryset(rows)
        if takes_csv(request):
            return CsvAnswer(request, self.export.name, csv_chunks(found, self.export))
        return self.get_paginated_response(self.get_serializer(self.paginate_queryset(found), many=True).data)
