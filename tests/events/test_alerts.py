"""What is wrong for long enough is an alert, once; it closes after it has been right for long enough."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone
from pytest_django import Settings

from gateway.alerts.watch import CLEAR, watch
from gateway.models import Alert
from sessions_app.models import ChargingSession, ReconciliationItem
from stations.models import ChargingStation, Connector
from tests.api import rows
from tests.ocpp_ws.conftest import quiet
from tests.ocpp_ws.rows import rows as run

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)


async def open_alerts(after: timedelta = timedelta(0)) -> list[tuple[str, str]]:
    """Kind and station of those that are open after a look, `after` from now."""
    await watch(timezone.now() + after)
    await quiet()
    found = Alert.objects.filter(closed_at=None).order_by("pk")
    return await run(lambda: list(found.values_list("kind", "station__cp_id")))


def station(**values: Any) -> ChargingStation:
    return rows.station("CP_1", epoch=1, last_seen_at=timezone.now(), **values)


def offline() -> None:
    station(disconnected_at=timezone.now() - 4 * MINUTE)


def dead() -> None:
    """Its process was killed: the lease has run out."""
    station()
    ChargingStation.objects.update(lease_until=timezone.now() - 4 * MINUTE)


def faulted() -> None:
    cp = station(online=True)
    now = timezone.now()
    Connector.objects.filter(station=cp, number=1).update(
        status="Faulted", error_code="GroundFailure", status_received_at=now
    )


def station_faulted() -> None:
    station(online=True, status="Faulted", error_code="InternalError", status_received_at=timezone.now())


def silent() -> None:
    station(online=True)
    ChargingStation.objects.update(last_seen_at=timezone.now() - 9 * MINUTE)


def without_energy() -> None:
    cp = station(online=True)
    one = Connector.objects.get(station=cp, number=1)
    Connector.objects.filter(pk=one.pk).update(status="Charging")
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
