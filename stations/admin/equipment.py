"""What belongs to a station: connectors, reservations, the deviations that were tolerated."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from ocpp.v16.enums import ChargePointStatus
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, DropdownFilter

from stations.admin.show import chip, left, link
from stations.admin.stations import OnlineFilter
from stations.admin.tables import DayRangeFilter, ReadOnlyAdmin
from stations.models import ChargingStation, ConfigurationKey, Connector, LocalList, Quirk, Reservation


class StatusFilter(DropdownFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(status.value), str(status.value)) for status in ChargePointStatus]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(status=self.value()) if self.value() else queryset


class StationOnlineFilter(OnlineFilter):
    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        connected = ChargingStation.objects.connected()
        if self.value() == "yes":
            return queryset.filter(station__in=connected)
        return queryset.exclude(station__in=connected) if self.value() == "no" else queryset


class OfStation(ReadOnlyAdmin):
    list_select_related: ClassVar[tuple[str, ...]] = ("station",)
    show_full_result_count = False

    @admin.display(description="station", ordering="station__cp_id")
    def place(self, row: Any) -> SafeString | str:
        return link(row.station)


@admin.register(Connector)
class ConnectorAdmin(OfStation):
    list_display = ("__str__", "place", "state", "error_code", "info", "status_at")
    list_filter = (("station", AutocompleteSelectFilter), StatusFilter, StationOnlineFilter)
    search_fields: ClassVar[tuple[str, ...]] = ("station__cp_id", "error_code", "info", "vendor_error_code")
    leading = ("id", "station", "number")

    @admin.display(description="status", ordering="status")
    def state(self, connector: Connector) -> SafeString:
        return chip(connector.status or "unknown")


@admin.register(Reservation)
class ReservationAdmin(OfStation):
    list_display = ("reservation_id", "place", "connector_number", "id_tag", "state", "expiry_date", "time_left")
    list_filter = (
        ("station", AutocompleteSelectFilter),
        ("status", ChoicesDropdownFilter),
        ("origin", ChoicesDropdownFilter),
        ("expiry_date", DayRangeFilter),
    )
    search_fields: ClassVar[tuple[str, ...]] = ("station__cp_id", "id_tag", "=reservation_id")

    @admin.display(description="status", ordering="status")
    def state(self, reservation: Reservation) -> SafeString:
        """Its row follows the clock within half a minute."""
        ran_out = reservation.status == Reservation.Status.ACTIVE and reservation.expiry_date <= timezone.now()
        return chip(Reservation.Status.EXPIRED if ran_out else reservation.status)

    @admin.display(description="left")
    def time_left(self, reservation: Reservation) -> str:
        active = reservation.status == Reservation.Status.ACTIVE
        return left(reservation.expiry_date, timezone.now()) if active else "-"


@admin.register(Quirk)
class QuirkAdmin(OfStation):
    list_display = ("kind", "place", "action", "path", "sample", "count", "last_seen_at")
    list_filter = (
        ("station", AutocompleteSelectFilter),
        ("last_seen_at", DayRangeFilter),
    )
    search_fields: ClassVar[tuple[str, ...]] = ("station__cp_id", "action", "kind", "path")
    ordering = ("-last_seen_at",)


@admin.register(ConfigurationKey)
class ConfigurationKeyAdmin(OfStation):
    list_display = ("key", "place", "value", "pending", "readonly", "told_at")
    list_filter = (("station", AutocompleteSelectFilter), ("told_at", DayRangeFilter))
    search_fields: ClassVar[tuple[str, ...]] = ("station__cp_id", "key", "value")
    ordering = ("station", "key")


@admin.register(LocalList)
class LocalListAdmin(OfStation):
    list_display = ("place", "version", "told", "size", "filling_since", "changed_at")
    list_filter = (("station", AutocompleteSelectFilter),)
    search_fields: ClassVar[tuple[str, ...]] = ("station__cp_id",)

    @admin.display(description="the station says", ordering="told_version")
    def told(self, state: LocalList) -> SafeString | str:
        if state.told_version is None:
            return "-"
        if state.told_version < 0:
            return chip("NotSupported")
        same = state.told_version == state.version
        return chip(str(state.told_version), tone="green" if same else "orange")

    @admin.display(description="cards in it")
    def size(self, state: LocalList) -> int:
        return len(state.entries)
