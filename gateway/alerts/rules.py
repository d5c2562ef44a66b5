"""What is wrong: for each kind of alert the rows in which it shows, and since when."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest, Now

from gateway.models import Alert
from sessions_app.models import ChargingSession, ReconciliationItem
from stations.admin.status_changes import trouble
from stations.models import ChargingStation, Connector, ConnectorStatusChange

Kind = Alert.Kind


@dataclass(frozen=True)
class Found:
    """One thing that is wrong; `subject` is what it is about."""

    subject: str
    station_id: int
    since: datetime
    detail: str
    connector_number: int | None = None
    session_id: int | None = None


@dataclass(frozen=True)
class Rule:
    """`find()`: all that is wrong now. The setting `minutes` says how long it may be so; 0: for ever.

    `of_links`: after an outage of our own every station seems to be away; that counts from when we are back.
    """

    kind: Kind
    minutes: str
    find: Callable[[], Iterable[Found]]
    of_links: bool = False

    @property
    def patience(self) -> timedelta:
        minutes: int = getattr(settings, self.minutes)
        if self.kind == Kind.NO_HEARTBEAT and minutes:  # one that is healthy and idle sends nothing in between
            return max(timedelta(minutes=minutes), timedelta(seconds=2 * settings.HEARTBEAT_INTERVAL))
        return timedelta(minutes=minutes)


def offline() -> Iterable[Found]:
    accepted = ChargingStation.objects.filter(registration=ChargingStation.Registration.ACCEPTED, epoch__gt=0)
    # a lease that has run out is an end, too: a dead process writes none
    gone = accepted.exclude(lease_until__gt=Now()).annotate(since=Coalesce("lease_until", "disconnected_at"))
    for station in gone.exclude(since=None).order_by("pk"):
        yield Found(str(station.pk), station.pk, station.since, "It is not connected.")


def faulted() -> Iterable[Found]:
    connectors = Connector.objects.filter(station__lease_until__gt=Now(), status="Faulted")
    for one in connectors.annotate(since=since_change("station", "number")).order_by("pk"):
        yield fault(one, one.station_id, one.number)
    for station in ChargingStation.objects.connected().filter(status="Faulted").annotate(since=since_change("pk", 0)):
        yield fault(station, station.pk, 0)


def since_change(station: str, connector: str | int) -> Coalesce:
    """Since when a status is as it is: a station may repeat it, which moves the times of what is current."""
    number = OuterRef(connector) if isinstance(connector, str) else connector
    changes = ConnectorStatusChange.objects.filter(station=OuterRef(station), connector_number=number, outdated=False)
    newest: QuerySet[ConnectorStatusChange] = changes.order_by("-pk")
    return Coalesce(Subquery(newest.values("received_at")[:1]), Now())


def fault(told: Any, station_id: int, number: int) -> Found:
    """`told`: a connector or station, with `since`."""
    return Found(f"{station_id}:{number}", station_id, told.since, trouble(told) or "It told no reason.", number)


def no_heartbeat() -> Iterable[Found]:
    """A station that talks is seen once in a lease's renewal: whoever is not for three has not talked."""
    silent = Now() - timedelta(seconds=3 * settings.LEASE_RENEWAL_SECONDS)
    for station in ChargingStation.objects.connected().filter(last_seen_at__lt=silent).order_by("pk"):
        seen = station.last_seen_at
        if seen:
            yield Found(str(station.pk), station.pk, seen, "Its link is open, but no message comes.")


def no_energy() -> Iterable[Found]:
    charging = ChargingSession.objects.filter(
        Q(last_meter_wh=None) | Q(last_meter_wh__lte=F("meter_start")),
        status=ChargingSession.Status.ACTIVE, active_connector__status="Charging",
    )  # fmt: skip
    since = Greatest("start_received_at", since_change("station", "connector_number"))
    for one in charging.annotate(since=since).order_by("pk"):
        what = "no meter value has come" if one.last_meter_wh is None else "the meter stands still"
        yield Found(
            f"session {one.pk}", one.station_id, one.since, f"It says that it charges, but {what}.",
            one.connector_number, one.pk,
        )  # fmt: skip


def suspicious_data() -> Iterable[Found]:
    waiting = ReconciliationItem.objects.filter(resolved_at=None).order_by()
    for station_id, n, since in waiting.values_list("station").annotate(Count("pk"), Min("created_at")):
        things = "1 thing waits" if n == 1 else f"{n} things wait"
        yield Found(str(station_id), station_id, since, f"{things} in the reconciliation list.")


RULES = (
    Rule(Kind.OFFLINE, "ALERT_OFFLINE_MINUTES", offline, of_links=True),
    Rule(Kind.FAULTED, "ALERT_FAULTED_MINUTES", faulted),
    Rule(Kind.NO_HEARTBEAT, "ALERT_NO_HEARTBEAT_MINUTES", no_heartbeat, of_links=True),
    Rule(Kind.NO_ENERGY, "ALERT_NO_ENERGY_MINUTES", no_energy),
    Rule(Kind.SUSPICIOUS_DATA, "ALERT_SUSPICIOUS_DATA_MINUTES", suspicious_data),
)
