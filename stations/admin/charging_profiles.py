"""Charging profiles: those that are kept to be sent, as a form; those that stations hold, to look at."""

import re
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
)

from ocpp_ws.protocol import format_timestamp
from stations.admin.equipment import OfStation
from stations.admin.show import link
from stations.admin.tables import DayRangeFilter
from stations.models import ChargingProfile, InstalledProfile
from stations.profiles.rules import moment
from stations.profiles.stored import faults_of

COLUMNS = ("name", "purpose", "kind", "recurrency_kind", "stack_level", "valid_from", "valid_to")
LINE = re.compile(r"(?:(\d+)|(\d+):([0-5]\d)(?::([0-5]\d))?)\s+(\d+(?:\.\d+)?)(?:\s+(\d+))?", re.ASCII)
# a fault's place in the message -> the field of the form that it is shown at
FIELDS = {"chargingSchedule.startSchedule": "start_schedule", "chargingSchedule.duration": "duration",
          "recurrencyKind": "recurrency_kind", "stackLevel": "stack_level", "validTo": "valid_to"}  # fmt: skip


class ProfileForm(forms.ModelForm):
    """The ChargingSchedule (core 7.13) in fields of its own."""

    charging_rate_unit = forms.ChoiceField(
        label="Unit", choices=[("A", "A per phase"), ("W", "W in all")], widget=UnfoldAdminSelectWidget
    )
    start_schedule = forms.SplitDateTimeField(
        required=False, widget=UnfoldAdminSplitDateTimeWidget, help_text="Absolute and Recurring count from here."
    )
    duration = forms.IntegerField(
        required=False, min_value=1, widget=UnfoldAdminIntegerFieldWidget, help_text="Seconds. Empty: without an end."
    )
    min_charging_rate = forms.DecimalField(
        required=False, min_value=0, max_digits=9, decimal_places=1, widget=UnfoldAdminIntegerFieldWidget,
        help_text="Below it, charging is not worth while for the car.",
    )  # fmt: skip
    periods = forms.CharField(
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
        help_text="A line for each: when it begins (h:mm or seconds after the start), its limit, and, if not 3, the "
        "number of phases. For example: 0:00 16, then 22:00 32.",
    )

    class Meta:
        model = ChargingProfile
        fields = COLUMNS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if schedule := self.instance.schedule:
            self.initial = {
                **self.initial,
                "charging_rate_unit": schedule["chargingRateUnit"], "duration": schedule.get("duration"),
                "start_schedule": moment(schedule.get("startSchedule")),
                "min_charging_rate": schedule.get("minChargingRate"),
                "periods": "\n".join(as_line(period) for period in schedule["chargingSchedulePeriod"]),
            }  # fmt: skip

    def clean_periods(self) -> list[dict[str, Any]]:
        lines = [line.strip() for line in self.cleaned_data["periods"].splitlines() if line.strip()]
        periods = [as_period(line) for line in lines]
        for line, period in zip(lines, periods, strict=True):
            if period is None:
                raise forms.ValidationError(f"This line is not understood: {line[:60]}")
        return [period for period in periods if period]

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            columns = {name: self.cleaned_data[name] for name in COLUMNS}
            profile = ChargingProfile(**columns, schedule=self.schedule())
            for path, why in faults_of(profile):
                self.add_error(FIELDS.get(path, "periods" if path.startswith("chargingSchedule.") else None), why)
            self.instance.schedule = profile.schedule
        return self.cleaned_data

    def schedule(self) -> dict[str, Any]:
        given, rate = self.cleaned_data, self.cleaned_data["min_charging_rate"]
        start = given["start_schedule"]
        members = {
            "duration": given["duration"], "startSchedule": start and format_timestamp(start),
            "chargingRateUnit": given["charging_rate_unit"], "chargingSchedulePeriod": given["periods"],
            "minChargingRate": None if rate is None else float(rate),
        }  # fmt: skip
        return {name: value for name, value in members.items() if value is not None}


def as_period(line: str) -> dict[str, Any] | None:
    """`22:00 16.5 1` as a ChargingSchedulePeriod (core 7.14)."""
    found = LINE.fullmatch(line)
    if not found:
        return None
    seconds, hours, minutes, more, limit, phases = found.groups()
    start = int(seconds) if seconds else int(hours) * 3600 + int(minutes) * 60 + int(more or 0)
    period = {"startPeriod": start, "limit": float(limit) if "." in limit else int(limit)}
    return period | ({"numberPhases": int(phases)} if phases else {})


def as_line(period: dict[str, Any]) -> str:
    start, phases = period["startPeriod"], period.get("numberPhases")
    time = f"{start // 3600}:{start % 3600 // 60:02}" + (f":{start % 60:02}" if start % 60 else "")
    return f"{time} {period['limit']}" + (f" {phases}" if phases else "")


@admin.register(ChargingProfile)
class ChargingProfileAdmin(ModelAdmin):
    form = ProfileForm
    list_display = COLUMNS
    list_filter = (("purpose", ChoicesDropdownFilter), ("kind", ChoicesDropdownFilter))
    list_filter_submit = True
    list_per_page = 50
    search_fields: ClassVar[tuple[str, ...]] = ("name",)
    SCHEDULE = ("charging_rate_unit", "start_schedule", "duration", "min_charging_rate", "periods")
    fieldsets = (
        (None, {"fields": COLUMNS}),
        ("Schedule", {"fields": SCHEDULE}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who may only look sees the drawing; the schedule's own fields exist in the form alone."""
        return super().get_fieldsets(request, obj)[: 2 if self.has_change_permission(request, obj) else 1]


@admin.register(InstalledProfile)
class InstalledProfileAdmin(OfStation):
    list_display = (
        "charging_profile_id", "place", "connector_number", "purpose", "stack_level", "sent_from", "ends_at",
    )  # fmt: skip
    list_filter = (
        ("station", AutocompleteSelectFilter),
        ("purpose", admin.AllValuesFieldListFilter),
        ("accepted_at", DayRangeFilter),
    )
    list_select_related: ClassVar[tuple[str, ...]] = ("station", "stored")
    search_fields: ClassVar[tuple[str, ...]] = ("station__cp_id", "=charging_profile_id", "stored__name")

    @admin.display(description="stored profile")
    def sent_from(self, installed: InstalledProfile) -> SafeString | str:
        return link(installed.stored)
