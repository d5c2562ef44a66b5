"""The home page: what is connected, what charges, what is broken. Each number leads to its rows."""

from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Case, Count, F, Prefetch, Q, Sum, Value, When
from django.db.models.functions import Coalesce, Now
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from gateway.pages.sidebar import may_view
from sessions_app.models import ChargingSession
from stations.admin.show import TONES, chip, kwh, listing, page
from stations.admin.tables import midnight
from stations.models import ChargingStation, Connector

TILES = 48  # stations on the page; the rest is in the list


@dataclass(frozen=True, slots=True)
class Number:
    """A figure and the list that it counts."""

    label: str
    value: str
    link: str
    tone: str = ""


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """unfold's DASHBOARD_CALLBACK: adds what templates/admin/index.html shows, where the user may see it."""
    if not may_view(ChargingStation)(request):
        return context
    stations = ChargingStation.objects.aggregate(all=Count("pk"), online=Count("pk", filter=Q(lease_until__gt=Now())))
    states = connector_states()
    sessions = may_view(ChargingSession)(request)
    return context | {
        "numbers": [*station_numbers(stations, states), *(session_numbers() if sessions else [])],
        "bar": bar(states),
        "tiles": [tile(station, sessions=sessions) for station in shown_stations()],
        "stations": stations["all"],
        "all_stations": listing(ChargingStation),
    }


def connector_states() -> dict[tuple[str, bool], int]:
    """How many connectors are in which state, by whether their station is online."""
    online = Case(
        When(station__lease_until__gt=Now(), then=Value(True)), default=Value(False), output_field=BooleanField()
    )
    rows = Connector.objects.order_by().annotate(online=online).values("status", "online").annotate(n=Count("pk"))
    return {(row["status"], bool(row["online"])): row["n"] for row in rows}


def station_numbers(stations: dict[str, int], states: dict[tuple[str, bool], int]) -> list[Number]:
    faulted = sum(n for (status, _online), n in states.items() if status == "Faulted")
    offline = stations["all"] - stations["online"]
    return [
        Number("Stations online", str(stations["online"]), listing(ChargingStation, online="yes"), "green"),
        Number("Stations offline", str(offline), listing(ChargingStation, online="no"), "grey"),
        Number("Faulted connectors", str(faulted), listing(Connector, status="Faulted"), "red" if faulted else "grey"),
    ]


def session_numbers() -> list[Number]:
    """Of the sessions begun today, in the gateway's time zone; both queries stay within an index."""
    active = ChargingSession.objects.filter(status=ChargingSession.Status.ACTIVE).count()
    today = timezone.localdate()
    of_today = listing(ChargingSession, started_at_from=today.isoformat())
    last = Coalesce("meter_stop", "last_meter_wh")
    begun = ChargingSession.objects.filter(started_at__gte=midnight(today)).annotate(last=last).order_by()
    energy = Sum(F("last") - F("meter_start"), filter=Q(last__gte=F("meter_start")))
    totals = begun.aggregate(n=Count("pk"), wh=energy)
    return [
        Number("Charging now", str(active), listing(ChargingSession, status__exact="active"), "blue"),
        Number("Sessions today", str(totals["n"]), of_today, ""),
        Number("Energy of today's sessions", kwh(totals["wh"] or 0), of_today, ""),
    ]


def bar(states: dict[tuple[str, bool], int]) -> list[dict[str, Any]]:
    """All connectors as one stacked bar; of an offline station only that is known."""
    counts: dict[str, int] = {}
    for (status, online), n in states.items():
        word = (status or "Unknown") if online else "Offline"
        counts[word] = counts.get(word, 0) + n
    whole = sum(counts.values())
    order = [*TONES, *sorted(counts.keys() - TONES.keys())]
    return [part(word, counts[word], whole) for word in order if word in counts]


def part(word: str, n: int, whole: int) -> dict[str, Any]:
    if word == "Offline":
        link = listing(Connector, online="no")
    else:
        link = listing(Connector, online="yes", status="" if word == "Unknown" else word)
    return {"word": word, "n": n, "tone": TONES.get(word, "grey"), "share": f"{100 * n / whole:.2f}", "link": link}


def shown_stations() -> list[ChargingStation]:
    """The broken ones first, then the connected ones."""
    connectors = Connector.objects.select_related("active_session").order_by("number")
    broken = Connector.objects.filter(status="Faulted").order_by().values("station")
    attention = Case(When(pk__in=broken, then=Value(0)), When(lease_until__gt=Now(), then=Value(1)), default=Value(2))
    rows = ChargingStation.objects.with_online().order_by(attention, "cp_id")
    return list(rows.prefetch_related(Prefetch("connectors", connectors))[:TILES])


def tile(station: ChargingStation, *, sessions: bool) -> dict[str, Any]:
    return {
        "station": station,
        "link": page(station),
        "connection": chip("online" if station.online else "offline"),
        "connectors": [
            socket(connector, online=station.online, sessions=sessions) for connector in station.connectors.all()
        ],
    }


def socket(connector: Connector, *, online: bool, sessions: bool) -> dict[str, Any]:
    session = getattr(connector, "active_session", None) if sessions else None
    state: SafeString = chip(connector.status or "unknown", dashed=not online, title=connector.error_code)
    return {
        "number": connector.number,
        "state": state,
        "session": page(session) if session else "",
        "energy": kwh(session.energy_wh) if session else "",
        "power": power(session) if session else "",
    }


def power(session: ChargingSession) -> str:
    return "" if session.power_w is None else f"{session.power_w / 1000:.1f} kW"
