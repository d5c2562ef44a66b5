"""Stations: what an operator may set, what the station told, and its link."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from stations.admin.groups import GroupFilter, put_into_actions
from stations.admin.show import chip
from stations.models import ChargingStation, Connector
from stations.registration import tell_link

SETTABLE = (
    "name", "site", "registration", "authentication", "unknown_tags", "strict", "milliseconds", "transaction_ids",
    "time_zone", "pings",
)  # fmt: skip
TOLD = (
    "vendor", "model", "serial_number", "charge_box_serial_number", "firmware", "iccid", "imsi", "meter_type",
    "meter_serial_number", "last_boot_at", "boot_answer", "status", "error_code", "info", "vendor_id",
    "vendor_error_code", "status_at", "status_received_at", "firmware_status", "firmware_status_at",
    "diagnostics_status", "diagnostics_status_at",
)  # fmt: skip
LINK = (
    "connected_at", "disconnected_at", "last_seen_at", "remote_address", "subprotocol", "epoch", "owner", "channel",
    "lease_until", "ping_cut_at", "ping_cut_before_at", "security_profile", "pending_security_profile", "created_at",
)  # fmt: skip


class OnlineFilter(DropdownFilter):
    title = "connection"
    parameter_name = "online"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "online"), ("no", "offline")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(online=self.value() == "yes") if self.value() in ("yes", "no") else queryset


class SiteFilter(DropdownFilter):
    title = "site"
    parameter_name = "site"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        sites = ChargingStation.objects.exclude(site="").order_by("site").values_list("site", flat=True)
        return [(site, site) for site in sites.distinct()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(site=self.value()) if self.value() else queryset


class StationForm(forms.ModelForm):
    def clean_cp_id(self) -> str:
        """Django's own validation does not look at the unique column: no form has it."""
        cp_id: str = self.cleaned_data["cp_id"]
        if other := ChargingStation.objects.named(cp_id).first():
            raise forms.ValidationError(f"There is a station {other.cp_id} already; upper and lower case are the same.")
        return cp_id

    def clean_authentication(self) -> str:
        """With a policy that it cannot fulfil a station is shut out."""
        policy: str = self.cleaned_data["authentication"]
        if policy != ChargingStation.Authentication.NONE and not self.instance.key_hash:
            raise forms.ValidationError(
                "It has no key yet: change its configuration AuthorizationKey first, or `manage.py station_key`."
            )
        return policy


@admin.register(ChargingStation)
class StationAdmin(ModelAdmin):
    form = StationForm
    list_display: tuple[str, ...] = ("cp_id", "name", "connection", "sockets", "vendor", "last_seen_at")
    list_filter = (OnlineFilter, GroupFilter, SiteFilter, ("registration", ChoicesDropdownFilter))
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    search_fields: ClassVar[tuple[str, ...]] = (
        "cp_id", "name", "site", "vendor", "model", "serial_number", "remote_address",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("cp_id", *SETTABLE)}),
        ("Told by the station", {"fields": TOLD, "classes": ("collapse",)}),
        ("Link", {"fields": LINK, "classes": ("collapse",)}),
    )
    add_fieldsets = ((None, {"fields": ("cp_id", *SETTABLE)}),)
    readonly_fields = (*TOLD, *LINK)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChargingStation]:
        connectors = Prefetch("connectors", Connector.objects.order_by("number"))
        return ChargingStation.objects.with_online().prefetch_related(connectors).order_by("cp_id")

    def save_model(self, request: HttpRequest, station: ChargingStation, form: Any, change: bool) -> None:
        """Only what the form has: its link may write the other columns meanwhile."""
        station.save(update_fields=list(form.fields) if change else None)
        tell_link(station)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        return actions | put_into_actions(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """An existing station is registered on a page of its own, which reaches its link."""
        return (*self.readonly_fields, "cp_id", "registration") if obj else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only what was entered by mistake: a station that was ever connected has a history, which is kept."""
        return obj is not None and obj.epoch == 0 and super().has_delete_permission(request, obj)

    @admin.display(description="connection")
    def connection(self, station: ChargingStation) -> SafeString:
        return chip("online" if station.online else "offline")

    @admin.display(description="connectors")
    def sockets(self, station: ChargingStation) -> SafeString:
        chips = (
            (number, chip(connector.status or "unknown", dashed=not station.online))
            for connector in station.connectors.all()
            for number in [connector.number]
        )
        return format_html_join("", '<span class="socket">{} {}</span>', chips)
