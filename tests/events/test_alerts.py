"""What is wrong for long enough is an alert, once; it closes after it has been right for long enough."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone
from pytest_django import Settings

from gateway.alerts.watch import CLEAR, watch
from gateway.models import Alert
from ocpp_ws.protocol import parse_timestamp
from ocpp_ws.rows import insert_rows
from sessions_app.models import ChargingSession, ReconciliationItem
from stations.models import ChargingStation, Connector, ConnectorStatusChange
from stations.services import status_notification
from tests.api import rows
from tests.ocpp_ws.conftest import quiet
from tests.ocpp_ws.rows import rows as run

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)


LONG_AGO = timezone.now() - timedelta(days=1)


async def open_alerts(after: timedelta = timedelta(0), well_since: datetime = LONG_AGO) -> list[tuple[str, str]]:
    """Kind and station of those that are open after a look, `after` from now."""
    await watch(timezone.now() + after, well_since)
    await quiet()
    found = Alert.objects.filter(closed_at=None).order_by("pk")
    return await run(lambda: list(found.values_list("kind", "station__cp_id")))


def station(**values: Any) -> ChargingStation:
    return rows.station("CP_1", epoch=1, last_seen_at=timezone.now(), **values)


def tell(cp: ChargingStation, number: int, status: str, error: str = "NoError", at: datetime | None = None) -> None:
    """A StatusNotification of it, committed."""
    at = at or timezone.now()
    payload = {"status": status, "errorCode": error}
    told = parse_timestamp(at.isoformat(), at)
    status_notification(station_id=cp.pk, connector_id=number, payload=payload, at=told, now=at, insert=insert_rows)


def offline() -> None:
    station(disconnected_at=timezone.now() - 4 * MINUTE)


def dead() -> None:
    """Its process was killed: the lease has run out."""
    station()
    ChargingStation.objects.update(lease_until=timezone.now() - 4 * MINUTE)


def faulted() -> None:
    cp = station(online=True)
    tell(cp, 1, "Faulted", "GroundFailure")


def station_faulted() -> None:
    tell(station(online=True), 0, "Faulted", "InternalError")


def silent() -> None:
    station(online=True)
    ChargingStation.objects.update(last_seen_at=timezone.now() - 9 * MINUTE)


def without_energy() -> None:
    cp = station(online=True)
    one = Connector.objects.get(station=cp, number=1)
    tell(cp, 1, "Charging", at=timezone.now() - 14 * MINUTE)
    rows.session(
        cp, status="active", meter_stop=None, stopped_at=None, active_connector=one, last_meter_wh=1000,
        start_received_at=timezone.now() - 14 * MINUTE,
    )  # fmt: skip


def to_reconcile() -> None:
    cp = station(online=True)
    ReconciliationItem.objects.create(station=cp, kind="unmatched_stop", key="1", detail="?", created_at=timezone.now())


SOON = {
    "offline": (offline, "offline"), "dead": (dead, "offline"), "faulted": (faulted, "faulted"),
    "station faulted": (station_faulted, "faulted"), "silent": (silent, "no_heartbeat"),
    "without energy": (without_energy, "no_energy"), "to reconcile": (to_reconcile, "suspicious_data"),
}  # fmt: skip


@pytest.mark.parametrize(("wrong", "kind"), SOON.values(), ids=SOON)
async def test_what_lasts_becomes_one_alert(wrong: Callable[[], None], kind: str) -> None:
    await run(wrong)
    assert await open_alerts() == []
    assert await open_alerts(after=1.5 * MINUTE) == [(kind, "CP_1")]
    assert await open_alerts(after=1.6 * MINUTE) == [(kind, "CP_1")]
    assert await run(Alert.objects.count) == 1


async def test_it_closes_only_after_a_while_without() -> None:
    await run(offline)
    assert await open_alerts(after=2 * MINUTE)
    await run(ChargingStation.objects.update, lease_until=timezone.now() + 60 * MINUTE)
    assert await open_alerts(after=3 * MINUTE)
    await run(ChargingStation.objects.update, lease_until=None)
    assert await open_alerts(after=3 * MINUTE + CLEAR)  # it was away again: still the same
    await run(ChargingStation.objects.update, lease_until=timezone.now() + 60 * MINUTE)
    assert await open_alerts(after=4 * MINUTE + CLEAR)
    assert await open_alerts(after=4 * MINUTE + 2 * CLEAR) == []
    assert await run(Alert.objects.count) == 1


async def test_a_kind_without_minutes_is_never_told_and_closes(settings: Settings) -> None:
    await run(offline)
    assert await open_alerts(after=2 * MINUTE)
    settings.ALERT_OFFLINE_MINUTES = 0
    assert await open_alerts(after=2 * MINUTE)
    assert await open_alerts(after=2 * MINUTE + CLEAR) == []


async def test_what_is_normal_is_no_alert() -> None:
    """Not accepted yet, never connected, a session that has brought energy, a fault of a station that is away."""

    def normal() -> None:
        now = timezone.now() - 60 * MINUTE
        rows.station("CP_NEVER")
        rows.station("CP_PENDING", epoch=1, disconnected_at=now, registration="Pending")
        cp = station(online=True)
        one = Connector.objects.get(station=cp, number=1)
        Connector.objects.filter(station=cp).update(status="Charging")
        rows.session(
            cp, status="active", meter_stop=None, stopped_at=None, active_connector=one, last_meter_wh=1001,
            start_received_at=now,
        )  # fmt: skip

    await run(normal)
    assert await open_alerts() == []
    assert await run(ChargingSession.objects.filter(last_meter_wh=F("meter_start") + 1).count) == 1


async def test_a_station_that_repeats_its_fault_keeps_its_alert_and_its_beginning(settings: Settings) -> None:
    settings.ALERT_FAULTED_MINUTES = 3
    cp = await run(station, online=True)
    await run(tell, cp, 1, "Faulted", "GroundFailure")
    begun = timezone.now()
    for minute in (1, 2, 3, 4, 5):
        await run(tell, cp, 1, "Faulted", "GroundFailure", begun + minute * MINUTE)
        assert bool(await open_alerts(after=(minute + 0.1) * MINUTE)) is (minute >= 3)
    assert await run(Alert.objects.count) == 1


async def test_a_station_that_came_for_a_moment_keeps_its_alert() -> None:
    await run(offline)
    assert await open_alerts(after=2 * MINUTE)
    just_now = timezone.now() + 2 * MINUTE
    await run(ChargingStation.objects.update, disconnected_at=just_now)
    assert await open_alerts(after=2.1 * MINUTE)
    assert await open_alerts(after=2.2 * MINUTE + CLEAR)
    assert await run(Alert.objects.count) == 1


async def test_a_car_that_waited_before_it_charged_is_no_alert() -> None:
    def waited() -> None:
        without_energy()
        ConnectorStatusChange.objects.all().delete()
        tell(ChargingStation.objects.get(), 1, "SuspendedEV")
        tell(ChargingStation.objects.get(), 1, "Charging", at=timezone.now() + MINUTE)

    await run(waited)
    assert await open_alerts(after=5 * MINUTE) == []
    assert await open_alerts(after=17 * MINUTE) == [("no_energy", "CP_1")]


async def test_after_an_outage_of_our_own_stations_have_time_to_return() -> None:
    await run(dead)
    assert await open_alerts(after=2 * MINUTE, well_since=timezone.now()) == []
    assert await open_alerts(after=6 * MINUTE, well_since=timezone.now()) == [("offline", "CP_1")]


async def test_an_idle_station_may_be_silent_for_two_heartbeats(settings: Settings) -> None:
    settings.HEARTBEAT_INTERVAL = 3600
    await run(silent)
    assert await open_alerts(after=60 * MINUTE) == []
    assert await open_alerts(after=120 * MINUTE) == [("no_heartbeat", "CP_1")]
