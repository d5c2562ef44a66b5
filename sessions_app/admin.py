"""Sessions and their meter values, to look at. `gateway.pages` adds what looks across floors."""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from ocpp.v16.enums import Measurand
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, DropdownFilter
from unfold.paginator import InfinitePaginator

from ocpp_ws.protocol import ci_key
from sessions_app.models import ChargingSession, MeterValue, ReconciliationItem
from stations.admin.show import chip, in_minutes, kwh, link, span
from stations.admin.tables import DayRangeFilter, EndlessAdmin, ReadOnlyAdmin, used
from stations.models import ChargingStation

FOLDED = {"classes": ("collapse",)}


class StatusFilter(ChoicesDropdownFilter):
    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Nearly all sessions are completed: an index on that would only lead to sorting them all."""
        if self.value() == ChargingSession.Status.COMPLETED:
            return queryset.exclude(status__in=(ChargingSession.Status.ACTIVE, ChargingSession.Status.INTERRUPTED))
        return super().queryset(request, queryset)


@admin.register(ChargingSession)
class SessionAdmin(EndlessAdmin):
    list_display = ("started_at", "place", "tag", "state", "duration", "energy", "stop_reason")
    list_filter = (
        ("station", AutocompleteSelectFilter),
        ("card", AutocompleteSelectFilter),
        ("status", StatusFilter),
        ("started_at", DayRangeFilter),
    )
    list_select_related: ClassVar[tuple[str, ...]] = ("station", "card")
    search_fields: ClassVar[tuple[str, ...]] = ("id", "transaction_id", "id_tag_key", "station__cp_key")
    search_help_text = "Session id, transactionId, tag or station"
    indexed = frozenset({"q", "card__id__exact", "status__exact", "started_at_from", "started_at_to"})
    time_field = "started_at"
    fieldsets = (
        (None, {"fields": ("id", "transaction_id", "station", "connector_number", "card", "id_tag", "authorization")}),
        ("Start", {"fields": ("meter_start", "started_at", "started_as_sent", "start_received_at"), **FOLDED}),
        ("Now", {"fields": ("last_meter_wh", "last_meter_at", "power_w", "soc_percent"), **FOLDED}),
        (
            "Stop",
            {
                "fields": (
                    "meter_stop", "stopped_at", "stopped_as_sent", "stop_received_at", "stop_reason", "stop_id_tag",
                    "stop_inferred", "stop_conflicts",
                ),
                **FOLDED,
            },
        ),
        ("Also", {"fields": ("status", "flags", "id_tag_info", "reservation_id", "command", "generation"), **FOLDED}),
    )  # fmt: skip

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        meant = Q(id_tag_key=ci_key(term)) | Q(station__in=stations_named(term))
        if number := whole_number(term):
            meant |= Q(pk=number) | Q(transaction_id=number)
        return rows.filter(meant)

    @admin.display(description="station")
    def place(self, session: ChargingSession) -> SafeString:
        return format_html("{} / {}", link(session.station), session.connector_number)

    @admin.display(description="card")
    def tag(self, session: ChargingSession) -> SafeString | str:
        return link(session.card) if session.card else session.id_tag or "-"

    @admin.display(description="status")
    def state(self, session: ChargingSession) -> SafeString:
        return chip(session.status)

    @admin.display(description="duration")
    def duration(self, session: ChargingSession) -> str:
        return lasted(session)

    @admin.display(description="energy")
    def energy(self, session: ChargingSession) -> str:
        return kwh(session.energy_wh)


def lasted(session: ChargingSession) -> str:
    """An active session lasts until now; one without a known end has no duration."""
    if session.stopped_at:
        return span(session.started_at, session.stopped_at)
    active = session.status == ChargingSession.Status.ACTIVE
    return in_minutes(max(0, (timezone.now() - session.started_at) // timedelta(minutes=1))) if active else "-"


def stations_named(term: str) -> list[int]:
    """One or none; looked up beforehand, so that the search itself stays on an index."""
    return list(ChargingStation.objects.named(term).values_list("pk", flat=True))


def whole_number(term: str) -> int:
    """`term` as an id, or 0: no row has that id. 18 digits always fit the column."""
    return int(term) if term.isascii() and term.isdigit() and len(term) < 19 else 0


class MeasurandFilter(DropdownFilter):
    title = "measurand"
    parameter_name = "measurand"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(one.value), str(one.value)) for one in Measurand]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(measurand=self.value()) if self.value() else queryset


@admin.register(MeterValue)
class MeterValueAdmin(EndlessAdmin):
    list_display = ("sampled_at", "place", "of_session", "measurand", "phase", "reading", "context")
    list_filter = (
        ("station", AutocompleteSelectFilter),
        ("session", AutocompleteSelectFilter),
        MeasurandFilter,
        ("timestamp", DayRangeFilter),
    )
    list_select_related: ClassVar[tuple[str, ...]] = ("station", "session")
    search_fields: ClassVar[tuple[str, ...]] = ("session__id", "session__transaction_id", "station__cp_key")
    search_help_text = "Session id, transactionId or station"
    indexed = frozenset({"q"})
    narrow = frozenset({"q", "station__id__exact", "session__id__exact"})

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        if number := whole_number(term):
            sessions = ChargingSession.objects.filter(Q(pk=number) | Q(transaction_id=number))
            if found := list(sessions.values_list("pk", flat=True)):
                return rows.filter(session__in=found)
        return rows.filter(station__in=stations_named(term))

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        by_time = "station__id__exact" in request.GET and {"timestamp_from", "timestamp_to"} & used(request)
        return ("-timestamp",) if by_time else ("-pk",)

    @admin.display(description="station")
    def place(self, value: MeterValue) -> SafeString:
        return format_html("{} / {}", link(value.station), value.connector_number)

    @admin.display(description="session")
    def of_session(self, value: MeterValue) -> SafeString | str:
        return link(value.session)

    @admin.display(description="value")
    def reading(self, value: MeterValue) -> str:
        return f"{value.value[:60]} {value.unit}".rstrip()


class ResolvedFilter(DropdownFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "open"), ("resolved", "resolved")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("open", "resolved"):
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() == "open")


@admin.register(ReconciliationItem)
class ReconciliationAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "what", "place", "of_session", "state", "detail")
    list_filter = (ResolvedFilter, ("kind", ChoicesDropdownFilter), ("station", AutocompleteSelectFilter))
    list_select_related: ClassVar[tuple[str, ...]] = ("station", "session")
    search_fields: ClassVar[tuple[str, ...]] = ("station__cp_id", "detail")
    paginator = InfinitePaginator
    show_full_result_count = False
    fieldsets = (("Also", {"fields": ("kind", "key", "action", "payload"), **FOLDED}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        match = request.resolver_match
        return rows.defer("payload") if match and match.url_name and match.url_name.endswith("list") else rows

    @admin.display(description="kind")
    def what(self, item: ReconciliationItem) -> SafeString:
        return chip(item.get_kind_display(), tone="grey" if item.resolved_at else "orange")

    @admin.display(description="station")
    def place(self, item: ReconciliationItem) -> SafeString | str:
        return link(item.station)

    @admin.display(description="session")
    def of_session(self, item: ReconciliationItem) -> SafeString | str:
        return link(item.session)

    @admin.display(description="state")
    def state(self, item: ReconciliationItem) -> SafeString:
        if item.resolved_at is None:
            return chip("open", tone="yellow")
        return chip("resolved", tone="green", title=f"{item.resolved_by}: {item.resolution}")
