"""Files of stations, and how updates and uploads go on."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from stations import files
from stations.admin.equipment import OfStation
from stations.admin.show import chip, link
from stations.admin.tables import DayRangeFilter
from stations.models import ProgressReport, StationFile


@admin.register(StationFile)
class StationFileAdmin(OfStation):
    list_display = ("name", "kind", "version", "place", "long", "created_by", "created_at")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("station", AutocompleteSelectFilter),
        ("created_at", DayRangeFilter),
    )
    search_fields: ClassVar[tuple[str, ...]] = ("name", "version", "vendor", "model", "note", "station__cp_id")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("stations.delete_stationfile"))

    def delete_model(self, request: HttpRequest, obj: StationFile) -> None:
        files.remove(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[StationFile]) -> None:
        for file in queryset:
            files.remove(file)

    @admin.display(description="size", ordering="size")
    def long(self, file: StationFile) -> str:
        return filesizeformat(file.size)


@admin.register(ProgressReport)
class ProgressReportAdmin(OfStation):
    list_display = ("state", "place", "asked", "action", "count", "at", "last_at")
    list_filter = (("station", AutocompleteSelectFilter), ("at", DayRangeFilter))
    list_select_related: ClassVar[tuple[str, ...]] = ("station", "command__station")
    search_fields: ClassVar[tuple[str, ...]] = ("station__cp_id", "status", "action")

    @admin.display(description="status", ordering="status")
    def state(self, report: ProgressReport) -> SafeString:
        return chip(report.status)

    @admin.display(description="command")
    def asked(self, report: ProgressReport) -> SafeString | str:
        return link(report.command, report.command.action) if report.command else "-"
