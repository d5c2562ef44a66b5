"""What all stations do now, read in a few queries for everybody who looks at the board."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from ocpp.v16.enums import ChargePointStatus

from gateway.pages.live import Pieces, Shared
from sessions_app.models import ChargingSession, energy
from sessions_app.services.energy import is_credible
from stations.admin.tables import midnight
from stations.models import ChargingStation, Connector, StationGroup


@dataclass(frozen=True, slots=True)
class Running:
    """A session that is active."""

    pk: int
    energy_wh: int | None
    power_w: float | None
    holder: str  # of its card, where it has one that says so
    id_tag: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Socket:
    """A connector; number 0 is the station itself."""

    number: int
    status: str
    error_code: str
    session: Running | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A station as the board shows it."""

    pk: int
    cp_id: str
    name: str
    site: str
    registration: str
    online: bool
    sockets: tuple[Socket, ...]
    station: Socket

    @property
    def faulted(self) -> bool:
        return any(one.status == ChargePointStatus.faulted for one in (self.station, *self.sockets))

    @property
    def order(self) -> tuple[int, str]:
        """The broken ones first, then the connected ones."""
        return (0 if self.faulted else 1 if self.online else 2), self.cp_id


@dataclass(frozen=True)
class Fleet:
    stations: tuple[Standing, ...]
    groups: dict[int, str]
    members: dict[int, frozenset[int]]  # the stations of each group
    day: date
    today: dict[int, tuple[int, int]]  # of each station: its sessions begun today, and their energy in Wh
    drawn: dict[Any, Pieces] = field(default_factory=dict)  # for each way of looking at it


def read() -> Fleet:
    now = timezone.now()
    sockets = sockets_of_stations(now)
    online: Any = ChargingStation.objects.with_online()  # for the type checker the model alone has columns
    rows = online.values_list("pk", "cp_id", "name", "site", "registration", "online", "status", "error_code")
    stations = (
        Standing(
            pk, cp_id, name, site, registration, bool(connected), tuple(sockets[pk]), Socket(0, status, error_code)
        )
        for pk, cp_id, name, site, registration, connected, status, error_code in rows
    )
    members: dict[int, set[int]] = defaultdict(set)
    for group, station in StationGroup.stations.through.objects.values_list("stationgroup_id", "chargingstation_id"):
        members[group].add(station)
    return Fleet(
        stations=tuple(sorted(stations, key=lambda one: one.order)),
        groups=dict(StationGroup.objects.values_list("pk", "name")),
        members={group: frozenset(stations) for group, stations in members.items()},
        day=timezone.localdate(now),
        today=begun_since(midnight(timezone.localdate(now))),
    )


def sockets_of_stations(now: datetime) -> dict[int, list[Socket]]:
    found: dict[int, list[Socket]] = defaultdict(list)
    rows = Connector.objects.select_related(None).order_by("station_id", "number")
    session = [f"active_session__{name}" for name in
               ("pk", "meter_start", "last_meter_wh", "power_w", "card__holder", "id_tag", "started_at")]  # fmt: skip
    for station, number, status, error_code, *told in rows.values_list(
        "station_id", "number", "status", "error_code", *session
    ):
        running = running_session(told, now) if told[0] is not None else None
        found[station].append(Socket(number, status, error_code, running))
    return found


def running_session(told: Iterable[Any], now: datetime) -> Running:
    pk, start, last, power, holder, id_tag, started = told
    minutes = max(0, (now - started) // timedelta(minutes=1))
    return Running(pk, energy(start, None, last), power, holder or "", id_tag, minutes)


def begun_since(moment: datetime) -> dict[int, tuple[int, int]]:
    """How many sessions each station began, and their energy where it is credible. Added up here: a GROUP BY would
    leave the index by time for the one by station, and read every session there is."""
    begun = ChargingSession.objects.filter(started_at__gte=moment).order_by("started_at")
    found: dict[int, tuple[int, int]] = {}
    for station, start, stop, last in begun.values_list("station_id", "meter_start", "meter_stop", "last_meter_wh"):
        n, wh = found.get(station, (0, 0))
        gain = energy(start, stop, last)
        found[station] = (n + 1, wh + (gain if is_credible(gain) else 0))
    return found


fleet = Shared(read)
