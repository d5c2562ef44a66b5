"""What moves on a station's page, as pieces that follow what happens."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from ocpp.v16.enums import ChargePointStatus

from gateway.pages import tables
from gateway.pages.board import May, Number, kilowatts, power
from gateway.pages.commanding import buttons
from gateway.pages.forms import FORMS
from gateway.pages.live import Piece, Pieces, Shared
from gateway.pages.timeline import MOST, timeline
from gateway.pages.verbs import cannot
from sessions_app.admin import lasted
from sessions_app.models import ChargingSession
from stations.admin.show import chip, kwh, link, listing
from stations.admin.status_changes import trouble
from stations.models import ChargingStation, Command, Connector, ConnectorStatusChange

WATCHED = 300  # stations whose newest state is kept
ROWS = 10  # of a table


@dataclass(frozen=True)
class Watched:
    """A station and what it did last, read once for all who look at it."""

    station: ChargingStation
    connectors: list[Connector]
    sessions: list[ChargingSession]
    commands: list[Command]
    changes: list[ConnectorStatusChange]
    at: datetime
    drawn: dict[Any, Pieces] = field(default_factory=dict)  # for each who may see as much


def read(station_id: int) -> Watched | None:
    station = ChargingStation.objects.with_online().filter(pk=station_id).first()
    if station is None:
        return None
    connectors = Connector.objects.filter(station=station).select_related("active_session__card").order_by("number")
    sessions = ChargingSession.objects.filter(station=station).select_related("station", "card").order_by("-pk")
    commands = Command.objects.filter(station=station).select_related("session").order_by("-pk")
    changes = ConnectorStatusChange.objects.filter(station=station).order_by("-pk")
    return Watched(
        station, list(connectors), list(sessions[:ROWS]), list(commands[:ROWS]), list(changes[:MOST]), timezone.now()
    )


@lru_cache(maxsize=WATCHED)
def watched(station_id: int) -> Shared[Watched | None]:
    return Shared(partial(read, station_id))


def drawn(seen: Watched, may: May, user: User | AnonymousUser) -> Pieces:
    """The moving part of the page for somebody; drawn once for all who may do as much."""
    commands = user.has_perm("stations.view_command") or may.command
    allowed = frozenset(one for one in {form.permission for form in FORMS.values()} if user.has_perm(one))
    who = (may, commands, allowed)
    if who not in seen.drawn:
        seen.drawn[who] = pieces(seen, may, user, commands=commands)
    return seen.drawn[who]


def pieces(seen: Watched, may: May, user: User | AnonymousUser, *, commands: bool) -> Pieces:
    station, online = seen.station, seen.station.online
    state = {"connection": chip("online" if online else "offline"), "registration": chip(station.registration)}
    sockets = tuple(
        Piece(f"connector-{one.number}", render("connector", {"connector": socket(one, may, online=online)}))
        for one in seen.connectors
    )
    given = {"groups": buttons(station, user), "off": cannot(online=online, registration=station.registration)}
    top = [
        Piece("station-state", render("state", state | {"station": station})),
        Piece("station-numbers", render("numbers", {"numbers": numbers(seen, may)})),
        Piece("station-connectors", '<div class="tiles" id="station-connectors">', sockets, "</div>"),
        Piece("station-commands", render("commands", given)),
        Piece("station-timeline", render("timeline", {"timeline": lanes(seen)})),
        Piece("station-facts", render("facts", {"facts": facts(station)})),
    ]
    if may.sessions:
        sessions = tables.sessions(seen.sessions, cards=may.cards)
        top.append(table("sessions", _("Sessions"), ChargingSession, sessions, station))
    if commands:
        top.append(table("given", _("Commands given"), Command, tables.commands(seen.commands), station))
    return Pieces(tuple(top))


def render(name: str, context: dict[str, Any]) -> str:
    return render_to_string(f"gateway/station/{name}.html", context)


def table(name: str, title: str, model: Any, rows: tables.Table, station: ChargingStation) -> Piece:
    everything = listing(model, station__id__exact=station.pk)
    return Piece(f"table-{name}", render("table", {"name": name, "title": title, "all": everything, "table": rows}))


def numbers(seen: Watched, may: May) -> list[Number]:
    running = [one.active_session for one in seen.connectors if getattr(one, "active_session", None)]
    in_use = _("%(used)d of %(all)d") % {"used": len(running), "all": len(seen.connectors)}
    faulted = sum(one.status == ChargePointStatus.faulted for one in seen.connectors)
    figures = [Number(_("Connectors charging"), in_use, "", "blue" if running else "grey")]
    if may.sessions:
        now = sum(session.power_w or 0 for session in running) if seen.station.online else None
        figures += [
            Number(_("Power now"), kilowatts(now) or "-", "", "blue" if running else "grey"),
            Number(_("Energy of what runs"), kwh(sum(session.energy_wh or 0 for session in running)), ""),
        ]
    return [*figures, Number(_("Faulted connectors"), str(faulted), "", "red" if faulted else "grey")]


def lanes(seen: Watched) -> Any:
    station = seen.station
    ended = None if station.online else station.lease_until or station.disconnected_at
    return timeline(seen.connectors, seen.changes, offline_since=ended, now=seen.at)


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


def socket(connector: Connector, may: May, *, online: bool) -> dict[str, Any]:
    session = getattr(connector, "active_session", None) if may.sessions else None
    return {
        "number": connector.number,
        "state": chip(connector.status or "unknown", dashed=not online),
        "since": tables.when(connector.status_at),
        "trouble": trouble(connector),
        "session": running(session, may, online=online) if session else None,
        "sessions": may.sessions,
    }


def running(session: ChargingSession, may: May, *, online: bool) -> dict[str, Any]:
    return {
        "link": link(session, "Session"),
        "card": tables.card(session, linked=may.cards),
        "energy": kwh(session.energy_wh),
        "power": power(session) if online else "",
        "for": lasted(session),
    }
