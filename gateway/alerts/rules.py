"""What is wrong: for each kind of alert the rows in which it shows, and since when."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, F, Min, Q
from django.db.models.functions import Coalesce, Now

from gateway.models import Alert
from sessions_app.models import ChargingSession, ReconciliationItem
from stations.models import ChargingStation, Connector

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
    """`find(before)`: what has been wrong since `before` or longer. The setting `minutes` says how long it may be so;
    0: for ever."""

    kind: Kind
    minutes: str
    find: Callable[[datetime], Iterable[Found]]

    @property
    def patience(self) -> int:
        minutes: int = getattr(settings, self.minutes)
        return minutes


def offline(before: datetime) -> Iterable[Found]:
    accepted = ChargingStation.objects.filter(registration=ChargingStation.Registration.ACCEPTED, epoch__gt=0)
    # a lease that has run out is an end, too: a dead process writes none
    gone = accepted.exclude(lease_until__gt=Now()).annotate(since=Coalesce("lease_until", "disconnected_at"))
    for station in gone.filter(since__lt=before).order_by("pk"):
        yield Found(str(station.pk), station.pk, station.since, "It is not connected.")


def faulted(before: datetime) -> Iterable[Found]:
    told: dict[str, object] = {"status": "Faulted", "status_received_at__lt": before}
    connectors = Connector.objects.filter(station__lease_until__gt=Now(), **told)
    for one in connectors.order_by("pk"):
        yield Found(
            f"{one.station_id}:{one.number}", one.station_id, one.status_received_at or before, trouble(one), one.number
        )
    for station in ChargingStation.objects.connected().filter(**told).order_by("pk"):
        yield Found(f"{station.pk}:0", station.pk, station.status_received_at or before, trouble(station), 0)


def trouble(told: ChargingStation | Connector) -> str:
    words = (told.error_code, told.info, told.vendor_id, told.vendor_error_code)
    return ", ".join(word for word in words if word and word != "NoError") or "It told no reason."


def no_heartbeat(before: datetime) -> Iterable[Found]:
    for station in ChargingStation.objects.connected().filter(last_seen_at__lt=before).order_by("pk"):
        seen = station.last_seen_at or before
        yield Found(str(station.pk), station.pk, seen, "Its link is open, but no message comes.")


def no_energy(before: datetime) -> Iterable[Found]:
    charging = ChargingSession.objects.filter(
        status=ChargingSession.Status.ACTIVE, start_received_at__lt=before, active_connector__status="Charging"
    )
    for one in charging.filter(Q(last_meter_wh=None) | Q(last_meter_wh__lte=F("meter_start"))).order_by("pk"):
        what = "no meter value has come" if one.last_meter_wh is None else "the meter stands still"
        yield Found(
            f"session {one.pk}", one.station_id, one.start_received_at, f"It says that it charges, but {what}.",
            one.connector_number, one.pk,
        )  # fmt: skip


def suspicious_data(before: datetime) -> Iterable[Found]:
    waiting = ReconciliationItem.objects.filter(resolved_at=None, created_at__lt=before)
    for station_id, n, since in waiting.order_by().values_list("station").annotate(Count("pk"), Min("created_at")):
        things = "1 thing waits" if n == 1 else f"{n} things wait"
        yield Found(str(station_id), station_id, since, f"{things} in the reconciliation list.")


RULES = (
    Rule(Kind.OFFLINE, "ALERT_OFFLINE_MINUTES", offline),
    Rule(Kind.FAULTED, "ALERT_FAULTED_MINUTES", faulted),
    Rule(Kind.NO_HEARTBEAT, "ALERT_NO_HEARTBEAT_MINUTES", no_heartbeat),
    Rule(Kind.NO_ENERGY, "ALERT_NO_ENERGY_MINUTES", no_energy),
    Rule(Kind.SUSPICIOUS_DATA, "ALERT_SUSPICIOUS_DATA_MINUTES", suspicious_data),
)
