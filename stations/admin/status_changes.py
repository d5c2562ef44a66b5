"""How the statuses of connectors changed."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from ocpp_ws.protocol import ci_key
from stations.admin.equipment import StatusFilter
from stations.admin.show import chip, link
from stations.admin.tables import DayRangeFilter, EndlessAdmin
from stations.models import ConnectorStatusChange


@admin.register(ConnectorStatusChange)
class StatusChangeAdmin(EndlessAdmin):
    list_display = ("received_at", "place", "state", "trouble", "timestamp", "outdated")
    list_filter = (
        ("station", AutocompleteSelectFilter),
        StatusFilter,
        ("received_at", DayRangeFilter),
    )
    list_select_related: ClassVar[tuple[str, ...]] = ("station",)
    search_fields: ClassVar[tuple[str, ...]] = ("station__cp_key",)
    search_help_text = "Beginning of a station's identity"
    indexed = frozenset({"received_at_from", "received_at_to"})
    time_field = "received_at"
    leading = ("id", "station", "connector_number")

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        return rows.filter(station__cp_key__startswith=ci_key(term))

    @admin.display(description="station")
    def place(self, change: ConnectorStatusChange) -> SafeString:
        return format_html("{} / {}", link(change.station), change.connector_number or "station")

    @admin.display(description="status")
    def state(self, change: ConnectorStatusChange) -> SafeString:
        return told_state(change)

    @admin.display(description="error")
    def trouble(self, change: ConnectorStatusChange) -> str:
        return trouble(change) or "-"


def told_state(change: ConnectorStatusChange) -> SafeString:
    """Dashed where it never was the current one."""
    return chip(change.status, dashed=change.outdated)


def trouble(told: Any) -> str:
    """What a StatusNotification says beside the status; empty where all is well."""
    words = (told.error_code, told.info, told.vendor_error_code)
    return ", ".join(word for word in words if word and word != "NoError")
