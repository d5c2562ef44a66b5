"""Filters by station, for the resources of this floor and of those above."""

from typing import Any

from django.db.models import QuerySet, Subquery
from django_filters import CharFilter

from stations.models import ChargingStation


class StationName(CharFilter):
    """?cpId= without case. The station is looked up first: the big tables have an index by its key."""

    def __init__(self, field_name: str = "station") -> None:
        super().__init__(field_name=field_name, label="Identity of the station")

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        return qs.filter(**{self.field_name: Subquery(ChargingStation.objects.named(value).values("pk")[:1])})
