"""Filters of the big tables: each is backed by an index, or narrowed by one that is."""

from typing import Any

from django.db.models import Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django_filters import CharFilter, ChoiceFilter
from django_filters.rest_framework import FilterSet
from rest_framework.exceptions import ValidationError

from ocpp_ws.protocol import ci_key
from rfid.api.kit import INT64, After, Before, IdOrder, Ordering, Search, WholeNumber, WindowedFilterSet
from sessions_app.models import ChargingSession, MeterValue
from stations.api.filters import StationName


def numbered(number: int) -> QuerySet[ChargingSession]:
    """The session of that id or transactionId; no number is the one of one session and the other of another."""
    return ChargingSession.objects.filter(Q(pk=number) | Q(transaction_id=number))


def as_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= INT64 else None


class EitherNumber(WholeNumber):
    """?sessionId= by the session's id or its transactionId."""

    def filter(self, qs: QuerySet[Any], value: int | None) -> QuerySet[Any]:
        return qs if value is None else qs.filter(session=Subquery(numbered(int(value)).values("pk")[:1]))


class ExactSearch(CharFilter):
    """A session's number, a tag or a station's identity, each in full: what an index can find among millions."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        number = as_number(value)
        if number is not None and (found := numbered(number).values_list("pk", flat=True).first()):
            return qs.filter(pk=found)
        by_tag = qs.filter(id_tag_key=ci_key(value))
        return by_tag if by_tag.order_by().exists() else StationName().filter(qs, value)


PERIOD = {"startedAfter", "startedBefore"}


class SessionFilter(FilterSet):
    cpId = StationName()
    connectorId = WholeNumber(field_name="connector_number", label="Needs cpId")
    idTag = CharFilter(method="of_tag", label="Without case")
    status = ChoiceFilter(choices=ChargingSession.Status.choices, method="of_status")
    transactionId = WholeNumber(field_name="transaction_id")
    startedAfter = After("started_at")
    startedBefore = Before("started_at")
    search = ExactSearch(label="A session's number, a tag or a station's identity, in full")
    ordering = Ordering(id="id", startedAt="started_at")

    def filter_queryset(self, queryset: QuerySet[ChargingSession]) -> QuerySet[ChargingSession]:
        given = {name for name, value in self.form.cleaned_data.items() if value not in (None, "", [])}
        if self.in_path_of_station():
            given.add("cpId")
        refuse_unindexed(given, self.data.get("ordering", ""))
        queryset = super().filter_queryset(queryset)
        if given & PERIOD and "ordering" not in given:
            return queryset.order_by("-started_at", "-pk")  # as the index of a period is read
        return queryset

    def of_tag(self, queryset: QuerySet[ChargingSession], name: str, value: str) -> QuerySet[ChargingSession]:
        return queryset.filter(id_tag_key=ci_key(value))

    def in_path_of_station(self) -> bool:
        return "cpId" in self.request.parser_context["kwargs"]

    def of_status(self, queryset: QuerySet[ChargingSession], name: str, value: str) -> QuerySet[ChargingSession]:
        if value == ChargingSession.Status.COMPLETED and any(self.data.get(one) for one in PERIOD):
            # nearly all are completed: the period's index is the better one, and SQLite takes the other unless hidden
            return queryset.alias(hidden=Coalesce("status", Value(""))).filter(hidden=value)
        return queryset.filter(status=value)


def refuse_unindexed(given: set[str], ordering: str) -> None:
    """Raises a ValidationError for what would read a million rows to find a few."""
    if "connectorId" in given and "cpId" not in given:
        raise ValidationError({"connectorId": "A connector is one of a station: give cpId too."})
    if given & PERIOD and ordering.strip("-") == "id":
        raise ValidationError({"ordering": "A period is ordered by startedAt."})


class MeterValueFilter(WindowedFilterSet):
    cpId = StationName()
    sessionId = EitherNumber(label="The session's id, or its transactionId")
    connectorId = WholeNumber(field_name="connector_number")
    measurand = CharFilter()
    phase = CharFilter()
    context = CharFilter()
    location = CharFilter()
    unit = CharFilter()
    after = After("sampled_at")
    before = Before("sampled_at")
    search = Search("measurand", "context", "unit")
    ordering = IdOrder()
    narrow = frozenset({"cpId", "sessionId"})

    class Meta:
        model = MeterValue
        fields: tuple[str, ...] = ()
