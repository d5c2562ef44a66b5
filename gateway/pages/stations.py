"""The station's page: what it is, what its connectors do, what happened last, and the commands."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from gateway.pages import tables
from gateway.pages.bulk import choose_stations
from gateway.pages.commanding import OFFLINE, buttons, command_address, command_view
from gateway.pages.conformance import conformance_view
from gateway.pages.dashboard import power
from gateway.pages.registration import address, registration_view
from gateway.pages.sidebar import may_view
from ocpp_ws.models import OcppMessage
from sessions_app.models import ChargingSession, MeterValue
from stations.admin import StationAdmin
from stations.admin.show import chip, kwh, link, listing, post_button, span
from stations.admin.status_changes import trouble
from stations.models import (
    Certificate,
    ChargingStation,
    Command,
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
        own = [
            path("<int:station_id>/command/<slug:name>/", view, name="stations_chargingstation_command"),
            path("<int:station_id>/conformance/", report, name="stations_chargingstation_conformance"),
            path("<int:station_id>/registration/", deciding, name="stations_chargingstation_registration"),
        ]
        return [*own, *super().get_urls()]

    def command(self, request: HttpRequest, station_id: int, name: str) -> HttpResponse:
        return command_view(request, self, station_id, name)

    def conformance(self, request: HttpRequest, station_id: int) -> HttpResponse:
        if not may_view(Quirk)(request):
            raise PermissionDenied
        return conformance_view(request, self, station_id)

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
            context |= board(station, sessions=may_view(ChargingSession)(request)) | {
                "buttons": buttons(station, request.user)
            }
            context["decide"] = address(station) if commandable else ""
            context["tables"] = [one for one in tables_of(station, commandable) if may_view(one["model"])(request)]
        return super().render_change_form(request, context, *args, **kwargs)


def board(station: ChargingStation, *, sessions: bool) -> dict[str, Any]:
    """What the page shows above the form; `sessions`: also those that run."""
    mine = {"station__id__exact": station.pk}
    more = {"Connectors": Connector, "Meter values": MeterValue, "Reservations": Reservation}
    more |= {"Certificates": Certificate, "Security events": SecurityEvent, "Files": StationFile}
    return {
        "offline": "" if station.online else OFFLINE,
        "connection": chip("online" if station.online else "offline"),
        "registration": chip(station.registration),
        "facts": facts(station),
        "connectors": [socket(one, online=station.online, sessions=sessions) for one in connectors(station)],
        "shows_sessions": sessions,
        "more": [
            *({"title": title, "link": listing(model, **mine)} for title, model in more.items()),
            {
                "title": "Conformance report",
                "link": reverse("admin:stations_chargingstation_conformance", args=[station.pk]),
            },
        ],
    }


def tables_of(station: ChargingStation, commandable: bool) -> list[dict[str, Any]]:
    """Its newest rows in the long tables, a query each."""
    installed = InstalledProfile.objects.filter(station=station).select_related("station", "stored")
    clear = command_address(station, "clear-charging-profile") if commandable else ""
    active = {"status": Reservation.Status.ACTIVE, "expiry_date__gt": timezone.now()}
    reserved = Reservation.objects.filter(station=station, **active).order_by("expiry_date")
    sessions = ChargingSession.objects.filter(station=station).select_related("station", "card").order_by("-pk")
    commands = Command.objects.filter(station=station).select_related("session").order_by("-pk")
    progress = ProgressReport.objects.filter(station=station).select_related("command").order_by("-pk")
    changes = ConnectorStatusChange.objects.filter(station=station).order_by("-pk")
    messages = OcppMessage.objects.filter(station=station).order_by("-pk")
    shown: list[tuple[str, type[Model], tables.Table]] = [
        ("Reservations", Reservation, tables.reservations(reserved[:20])),
        ("Charging profiles", InstalledProfile, tables.profiles(installed[:20], clear)),
        ("Sessions", ChargingSession, tables.sessions(sessions[:10])),
        ("Status changes", ConnectorStatusChange, tables.status_changes(changes[:10])),
        ("Commands", Command, tables.commands(commands[:10])),
        ("Firmware and logs", ProgressReport, tables.station_progress(progress[:10])),
        ("Messages", OcppMessage, tables.messages(messages[:20])),
    ]
    return [
        {"title": title, "model": model, "table": table, "all": listing(model, station__id__exact=station.pk)}
        for title, model, table in shown
        if table["rows"] or model is not Reservation  # most stations have none
    ]


def facts(station: ChargingStation) -> list[tuple[str, Any]]:
    product = " ".join(filter(None, (station.vendor, station.model)))
    link_words = [f"epoch {station.epoch}", station.remote_address, station.subprotocol or "no subprotocol"]
    return [
        (*since(station),),
        ("Last seen", tables.when(station.last_seen_at)),
        ("Whole station", told(station.status, station.status_at, trouble(station))),
        ("Product", product or "-"),
        ("Firmware", station.firmware or "-"),
        ("Firmware update", told(station.firmware_status, station.firmware_status_at)),
        ("Diagnostics and logs", told(station.diagnostics_status, station.diagnostics_status_at)),
        ("Serial number", station.serial_number or station.charge_box_serial_number or "-"),
        ("Last boot", tables.when(station.last_boot_at)),
        ("Link", ", ".join(filter(None, link_words)) if station.epoch else "never connected"),
        ("Pings", station.get_pings_display()),
        ("Process", station.owner or "-"),
        ("Authentication", proof(station)),
    ]


def told(status: str, at: datetime | None, more: str = "") -> Any:
    return format_html("{} {} {}", chip(status), tables.when(at), more) if status else "-"


def proof(station: ChargingStation) -> str:
    key = "its key is known" if station.key_hash else "no key is known"
    waiting = ", a new one may be in use" if station.pending_key_hashes else ""
    return f"{station.authentication}, {key}{waiting}; security profile {station.security_profile}"


def since(station: ChargingStation) -> tuple[str, str]:
    """The end of a link whose process died was never written: its lease says it."""
    if station.online:
        return "Online since", tables.when(station.connected_at)
    ended = station.lease_until or station.disconnected_at
    return "Offline since", tables.when(ended)


def connectors(station: ChargingStation) -> list[Connector]:
    rows = Connector.objects.filter(station=station).select_related("active_session__card").order_by("number")
    return list(rows)


def socket(connector: Connector, *, online: bool, sessions: bool) -> dict[str, Any]:
    session = getattr(connector, "active_session", None) if sessions else None
    return {
        "number": connector.number,
        "state": chip(connector.status or "unknown", dashed=not online),
        "since": tables.when(connector.status_at),
        "trouble": trouble(connector),
        "session": running(session) if session else None,
    }


def running(session: ChargingSession) -> dict[str, Any]:
    return {
        "link": link(session, "Session"),
        "card": tables.card(session),
        "energy": kwh(session.energy_wh),
        "power": power(session),
        "for": span(session.started_at, timezone.now()),
    }
