"""The station's page: what it is, what its connectors do, what happened last, and the commands."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from gateway.pages import tables
from gateway.pages.board import May
from gateway.pages.bulk import choose_stations
from gateway.pages.commanding import command_address, command_view
from gateway.pages.configuration import address as configuration_address
from gateway.pages.configuration import configuration_view, configure_view
from gateway.pages.conformance import conformance_view
from gateway.pages.live import answer
from gateway.pages.registration import address, registration_view
from gateway.pages.tail import tail
from gateway.pages.watch import drawn, read, watched
from ocpp_ws.models import OcppMessage
from sessions_app.models import MeterValue
from stations.admin import StationAdmin
from stations.admin.show import chip, listing, may_view, post_button
from stations.models import (
    Certificate,
    ChargingStation,
    ConfigurationKey,
    Connector,
    ConnectorStatusChange,
    InstalledProfile,
    ProgressReport,
    Quirk,
    Reservation,
    SecurityEvent,
    StationFile,
)
from stations.registration import register


class StationPage(StationAdmin):
    change_form_outer_before_template = "gateway/station.html"
    list_display = ("cp_id", "name", "connection", "registered", "sockets", "vendor", "last_seen_at")
    actions = ("command_many", "accept")

    @admin.action(description="Command these stations …", permissions=["change"])
    def command_many(self, request: HttpRequest, stations: QuerySet[ChargingStation]) -> HttpResponse:
        return choose_stations(request, list(stations.values_list("pk", flat=True)))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.command)
        report = self.admin_site.admin_view(self.conformance)
        deciding = self.admin_site.admin_view(self.registration)
        configuration = self.admin_site.admin_view(self.configuration)
        configure = self.admin_site.admin_view(configure_view)
        own = [
            path("<int:station_id>/command/<slug:name>/", view, name="stations_chargingstation_command"),
            path("<int:station_id>/live/", self.admin_site.admin_view(self.live), name="stations_chargingstation_live"),
            path("<int:station_id>/conformance/", report, name="stations_chargingstation_conformance"),
            path("<int:station_id>/configuration/", configuration, name="stations_chargingstation_configuration"),
            path("<int:station_id>/configuration/set/", configure, name="stations_chargingstation_configure"),
            path("<int:station_id>/registration/", deciding, name="stations_chargingstation_registration"),
        ]
        return [*own, *super().get_urls()]

    def command(self, request: HttpRequest, station_id: int, name: str) -> HttpResponse:
        return command_view(request, self, station_id, name)

    def live(self, request: HttpRequest, station_id: int) -> HttpResponse:
        """What has changed on the page since the browser asked last."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = watched(station_id).get()
        if now is None:
            raise Http404
        return answer(request, drawn(now, May.of(request), request.user))

    def conformance(self, request: HttpRequest, station_id: int) -> HttpResponse:
        if not may_view(Quirk)(request):
            raise PermissionDenied
        return conformance_view(request, self, station_id)

    def configuration(self, request: HttpRequest, station_id: int) -> HttpResponse:
        return configuration_view(request, self, station_id)

    def registration(self, request: HttpRequest, station_id: int) -> HttpResponse:
        return registration_view(request, self, station_id)

    def get_list_display(self, request: HttpRequest) -> list[str]:
        decides = self.has_change_permission(request)
        return ["decision" if one == "registered" and decides else one for one in self.list_display]

    @admin.display(description="registration", ordering="registration")
    def registered(self, station: ChargingStation) -> SafeString:
        return chip(station.registration)

    @admin.display(description="registration", ordering="registration")
    def decision(self, station: ChargingStation) -> SafeString:
        """Who is not accepted waits for somebody: one click does it; the chip leads to the other choices."""
        word, place = chip(station.registration), address(station)
        if station.registration == ChargingStation.Registration.ACCEPTED:
            return word
        return format_html('<a href="{}">{}</a> {}', place, word, post_button(place, "Accept", registration="Accepted"))

    @admin.action(description="Accept the selected stations", permissions=["change"])
    def accept(self, request: HttpRequest, stations: QuerySet[ChargingStation]) -> None:
        accepted = [station for station in stations if register(station, ChargingStation.Registration.ACCEPTED)]
        for station in accepted:
            self.log_change(request, station, "Registration set to Accepted.")
        messages.success(request, f"{len(accepted)} accepted.")

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        station = kwargs.get("obj")
        if station:
            commandable = self.has_change_permission(request, station)
            may, now = May.of(request), read(station.pk)
            context["pieces"] = drawn(now, may, request.user).html() if now else ""
            context["live"] = reverse("admin:stations_chargingstation_live", args=[station.pk])
            context["groups"] = station.groups.all() if may.groups else ()
            context["more"] = more(station, request)
            context["decide"] = address(station) if commandable else ""
            if may_view(OcppMessage)(request):
                mine = OcppMessage.objects.filter(station=station)
                context["tail"] = tail(mine, most=20, station__id__exact=station.pk)
            context["tables"] = [one for one in tables_of(station, commandable) if may_view(one["model"])(request)]
        return super().render_change_form(request, context, *args, **kwargs)


def more(station: ChargingStation, request: HttpRequest) -> list[dict[str, str]]:
    """Where to look on, of what may be viewed."""
    models = {"Connectors": Connector, "Meter values": MeterValue, "Reservations": Reservation}
    models |= {"Certificates": Certificate, "Security events": SecurityEvent, "Files": StationFile}
    report = reverse("admin:stations_chargingstation_conformance", args=[station.pk])
    places: list[tuple[str, type[Model], str]] = [
        *((title, model, listing(model, station__id__exact=station.pk)) for title, model in models.items()),
        ("Conformance report", Quirk, report),
        (_("Configuration"), ConfigurationKey, configuration_address(station)),
    ]
    return [{"title": title, "link": link} for title, model, link in places if may_view(model)(request)]


def tables_of(station: ChargingStation, commandable: bool) -> list[dict[str, Any]]:
    """Its newest rows in the long tables, a query each."""
    installed = InstalledProfile.objects.filter(station=station).select_related("station", "stored")
    clear = command_address(station.pk, "clear-charging-profile") if commandable else ""
    active = {"status": Reservation.Status.ACTIVE, "expiry_date__gt": timezone.now()}
    reserved = Reservation.objects.filter(station=station, **active).order_by("expiry_date")
    progress = ProgressReport.objects.filter(station=station).select_related("command").order_by("-pk")
    changes = ConnectorStatusChange.objects.filter(station=station).order_by("-pk")
    shown: list[tuple[str, type[Model], tables.Table]] = [
        ("Reservations", Reservation, tables.reservations(reserved[:20])),
        ("Charging profiles", InstalledProfile, tables.profiles(installed[:20], clear)),
        ("Status changes", ConnectorStatusChange, tables.status_changes(changes[:10])),
        ("Firmware and logs", ProgressReport, tables.station_progress(progress[:10])),
    ]
    return [
        {"title": title, "model": model, "table": table, "all": listing(model, station__id__exact=station.pk)}
        for title, model, table in shown
        if table["rows"] or model is not Reservation  # most stations have none
    ]
