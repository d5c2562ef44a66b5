"""The live board: figures, a bar of all connectors and a card for each station, as pieces that follow what happens."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from ocpp.v16.enums import ChargePointStatus

from gateway.pages.fleet import Fleet, Socket, Standing
from gateway.pages.live import Piece, Pieces
from gateway.pages.verbs import verbs
from rfid.models import RfidCard
from sessions_app.models import ChargingSession
from stations.admin.show import TONES, chip, in_minutes, kwh, listing, may_view
from stations.commands import MAY_COMMAND
from stations.models import ChargingStation, Connector, StationGroup

CARDS = 100  # on a page of the board
WAYS = 50  # of looking at the same fleet that are kept drawn
ONLINE, OFFLINE = "online", "offline"
OUT_OF_USE = (ChargePointStatus.faulted, ChargePointStatus.unavailable)
STATES = (ONLINE, OFFLINE, *(str(status.value) for status in ChargePointStatus))


@dataclass(frozen=True, slots=True)
class May:
    """What of a station somebody may see and do."""

    sessions: bool
    cards: bool
    groups: bool
    command: bool
    language: str | None

    @classmethod
    def of(cls, request: HttpRequest) -> "May":
        sessions, cards, groups = (may_view(model)(request) for model in (ChargingSession, RfidCard, StationGroup))
        return cls(sessions, cards, groups, request.user.has_perm(MAY_COMMAND), get_language())


@dataclass(frozen=True, slots=True)
class Wish:
    """Which stations are asked for, by the address of the board."""

    group: int = 0
    state: str = ""
    text: str = ""
    page: int = 1

    @classmethod
    def of(cls, request: HttpRequest, may: May) -> "Wish":
        asked = request.GET
        state = asked.get("state", "")
        return cls(
            whole(asked.get("group", "")) if may.groups else 0, state if state in STATES else "",
            " ".join(asked.get("q", "").casefold().split())[:100], whole(asked.get("page", "")) or 1,
        )  # fmt: skip

    def query(self, **other: Any) -> str:
        """The address's query for this, or for something `other`."""
        wish: dict[str, Any] = {"group": self.group, "state": self.state, "q": self.text, "page": self.page} | other
        given = {name: value for name, value in wish.items() if value and (name, value) != ("page", 1)}
        return urlencode(given)


@dataclass(frozen=True, slots=True)
class Number:
    """A figure and the list that it counts."""

    label: str
    value: str
    link: str
    tone: str = ""


def whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def drawn(fleet: Fleet, wish: Wish, may: May) -> Pieces:
    """The board as pieces; drawn once for all who look at it in this way."""
    found = fleet.drawn.get((wish, may))
    if found is None:
        if len(fleet.drawn) >= WAYS:
            fleet.drawn.clear()
        found = fleet.drawn[wish, may] = pieces(fleet, wish, may)
    return found


def pieces(fleet: Fleet, wish: Wish, may: May) -> Pieces:
    among = [one for one in fleet.stations if is_meant(one, fleet, wish)]
    shown = [one for one in among if is_so(one, wish.state)]
    page = min(wish.page, max(1, -(-len(shown) // CARDS)))
    cards = tuple(card(station, may) for station in shown[(page - 1) * CARDS : page * CARDS])
    plain = not (wish.group or wish.text)
    figures = render("numbers", {"numbers": numbers(fleet, among, may, link=plain)})
    return Pieces((
        Piece("board-numbers", figures),
        Piece("board-bar", render("bar", {"bar": bar(among, wish), "chosen": wish.state})),
        Piece("board-cards", '<div class="tiles cards" id="board-cards">', cards, "</div>"),
        Piece("board-pages", render("pages", paging(fleet, len(shown), page, wish))),
    ))  # fmt: skip


def render(name: str, context: dict[str, Any]) -> str:
    return render_to_string(f"gateway/board/{name}.html", context)


def is_meant(station: Standing, fleet: Fleet, wish: Wish) -> bool:
    if wish.group and station.pk not in fleet.members.get(wish.group, ()):
        return False
    told = f"{station.cp_id} {station.name} {station.site}".casefold()
    return all(word in told for word in wish.text.split())


def is_so(station: Standing, state: str) -> bool:
    """Of an offline station only that is known."""
    if state in ("", ONLINE, OFFLINE):
        return not state or station.online == (state == ONLINE)
    return station.online and any(one.status == state for one in (station.station, *station.sockets))


@lru_cache(maxsize=5000)
def card(station: Standing, may: May) -> Piece:
    """Drawn anew when something of it has changed, and once for everybody who may see as much."""
    numbers = {one.number: one.status for one in station.sockets}
    charging = [one.number for one in station.sockets if one.session]
    context = {
        "station": station,
        "link": reverse("admin:stations_chargingstation_change", args=[station.pk]),
        "connection": chip(ONLINE if station.online else OFFLINE),
        "registration": "" if station.registration == "Accepted" else chip(station.registration),
        "sockets": [socket(one, may, online=station.online) for one in all_sockets(station)],
        "verbs": verbs(
            station=station.pk, registration=station.registration, online=station.online, statuses=numbers,
            charging=charging,
        ) if may.command else [],
    }  # fmt: skip
    return Piece(f"station-{station.pk}", render("card", context))


def all_sockets(station: Standing) -> tuple[Socket, ...]:
    """The station itself among them where it is out of order or out of service."""
    own = (station.station,) if station.station.status in OUT_OF_USE else ()
    return own + station.sockets


def socket(one: Socket, may: May, *, online: bool) -> dict[str, Any]:
    error = "" if one.error_code == "NoError" else one.error_code
    shown: dict[str, Any] = {
        "number": one.number,
        "state": chip(one.status or "unknown", dashed=not online, title=error),
        "error": error if one.status == ChargePointStatus.faulted else "",
    }
    if one.session and may.sessions:
        shown["session"] = reverse("admin:sessions_app_chargingsession_change", args=[one.session.pk])
        shown["power"] = kilowatts(one.session.power_w) if online else ""
        shown["energy"] = kwh(one.session.energy_wh)
        shown["for"] = in_minutes(one.session.minutes)
        shown["holder"] = (may.cards and one.session.holder) or one.session.id_tag
    return shown


def power(session: ChargingSession) -> str:
    return kilowatts(session.power_w)


def kilowatts(watts: float | None) -> str:
    return "" if watts is None else f"{watts / 1000:.1f} kW"


def numbers(fleet: Fleet, stations: list[Standing], may: May, *, link: bool) -> list[Number]:
    """With links where they count the same as the lists, which know no search of the board."""
    online = sum(one.online for one in stations)
    faulted = sum(socket.status == ChargePointStatus.faulted for one in stations for socket in one.sockets)
    figures = [
        Number(_("Stations online"), str(online), listing(ChargingStation, online="yes"), "green"),
        Number(_("Stations offline"), str(len(stations) - online), listing(ChargingStation, online="no"), "grey"),
        Number(_("Faulted connectors"), str(faulted), listing(Connector, status=ChargePointStatus.faulted),
               "red" if faulted else "grey"),
    ]  # fmt: skip
    if may.sessions:
        figures += session_numbers(fleet, stations)
    return figures if link else [Number(one.label, one.value, "", one.tone) for one in figures]


def session_numbers(fleet: Fleet, stations: list[Standing]) -> list[Number]:
    running = [(one.online, socket.session) for one in stations for socket in one.sockets if socket.session]
    power = sum(session.power_w or 0 for online, session in running if online)
    of_today = [fleet.today.get(one.pk, (0, 0)) for one in stations]
    begun, energy = sum(n for n, _wh in of_today), sum(wh for _n, wh in of_today)
    label = ngettext("Energy of today's %(n)d session", "Energy of today's %(n)d sessions", begun) % {"n": begun}
    active = listing(ChargingSession, status__exact="active")
    return [
        Number(_("Charging now"), str(len(running)), active, "blue"),
        Number(_("Power now"), kilowatts(power), active, "blue"),
        Number(label, kwh(energy), listing(ChargingSession, started_at_from=fleet.day.isoformat())),
    ]


def bar(stations: list[Standing], wish: Wish) -> list[dict[str, Any]]:
    """All connectors as one stacked bar; each part leads to the stations that have such a connector."""
    counts: dict[str, int] = {}
    for station in stations:
        for one in station.sockets:
            word = (one.status or "Unknown") if station.online else "Offline"
            counts[word] = counts.get(word, 0) + 1
    total = sum(counts.values())
    order = [*TONES, *sorted(counts.keys() - TONES.keys())]
    return [part(word, counts[word], total, wish) for word in order if word in counts]


def part(word: str, n: int, total: int, wish: Wish) -> dict[str, Any]:
    state = OFFLINE if word == "Offline" else word
    return {
        "word": word, "n": n, "tone": TONES.get(word, "grey"), "share": f"{100 * n / total:.2f}", "state": state,
        "link": f"?{wish.query(state='' if state == wish.state else state, page=1)}" if state in STATES else "",
    }  # fmt: skip


def paging(fleet: Fleet, count: int, page: int, wish: Wish) -> dict[str, Any]:
    last = max(1, -(-count // CARDS))
    return {
        "count": count, "all": len(fleet.stations), "page": page, "pages": last,
        "before": f"?{wish.query(page=page - 1)}" if page > 1 else "",
        "after": f"?{wish.query(page=page + 1)}" if page < last else "",
        "list": listing(ChargingStation),
    }  # fmt: skip
