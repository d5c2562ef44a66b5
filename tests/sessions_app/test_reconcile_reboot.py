"""A station boots while a session is open: nothing is closed at once, nothing stays open for ever."""

from datetime import datetime, timedelta

import pytest

from ocpp_ws.protocol import parse_timestamp
from ocpp_ws.rows import insert_rows
from sessions_app.models import ChargingSession, ReconciliationItem
from sessions_app.services import look_after_rebooted, station_booted
from stations import services
from tests.sessions_app.messages import NOON, Messages, at, fresh, meter_value, sample

Status = ChargingSession.Status
MINUTE = timedelta(minutes=1)
BOOT = NOON + 20 * MINUTE
PAYLOAD = {"chargePointVendor": "Acme", "chargePointModel": "One"}


def boot(charger: Messages, now: datetime = BOOT) -> None:
    services.boot_notification(station_id=charger.station.pk, payload=PAYLOAD, now=now)
    station_booted(station_id=charger.station.pk, now=now)


def status(charger: Messages, word: str, now: datetime, connector: int = 1) -> None:
    services.status_notification(
        station_id=charger.station.pk, connector_id=connector, payload={"status": word, "errorCode": "NoError"},
        at=parse_timestamp(now.isoformat(), now), now=now, insert=insert_rows,
    )  # fmt: skip


@pytest.fixture
def session(charger: Messages) -> ChargingSession:
    """Open at the boot; its last register, 4000 Wh, is of ten minutes after noon."""
    session = charger.start(meter=1000)
    charger.meter(meter_value(at(10), sample(4000)), transaction_id=session.transaction_id)
    boot(charger)
    return session


def silent_items() -> list[ReconciliationItem]:
    return list(ReconciliationItem.objects.filter(kind="silent_session"))


def test_a_boot_closes_nothing_and_marks_what_is_open(charger: Messages, session: ChargingSession) -> None:
    assert (fresh(session).status, fresh(session).needs_reconcile_since) == (Status.ACTIVE, BOOT)


def test_a_boot_marks_only_its_own_stations_sessions(charger: Messages) -> None:
    other = Messages("CP_2").start()
    ended = charger.start(connector=2)
    charger.stop(ended.transaction_id)
    boot(charger)
    assert fresh(other).needs_reconcile_since is None
    assert fresh(ended).needs_reconcile_since is None


def test_a_stop_after_the_boot_is_an_ordinary_one(charger: Messages, session: ChargingSession) -> None:
    charger.stop(session.transaction_id, at(19), meter=4500, reason="PowerLoss", received=BOOT + MINUTE)
    session = fresh(session)
    assert (session.status, session.meter_stop, session.flags) == (Status.COMPLETED, 4500, [])
    assert session.needs_reconcile_since is None
    assert not ReconciliationItem.objects.exists()


def test_values_that_name_it_resume_it(charger: Messages, session: ChargingSession) -> None:
    charger.meter(meter_value(at(21), sample(4100)), transaction_id=session.transaction_id, received=NOON + 21 * MINUTE)
    assert fresh(session).needs_reconcile_since is None
    status(charger, "Available", BOOT + MINUTE)
    assert look_after_rebooted(now=BOOT + timedelta(days=2)) == 0
    assert fresh(session).status == Status.ACTIVE


def test_values_out_of_the_stations_queue_do_not_resume_it(charger: Messages, session: ChargingSession) -> None:
    charger.meter(meter_value(at(12), sample(4100)), transaction_id=session.transaction_id, received=BOOT + MINUTE)
    assert fresh(session).needs_reconcile_since == BOOT


def test_a_free_connector_and_no_stop_for_15_minutes_end_it_with_the_last_register(
    charger: Messages, session: ChargingSession
) -> None:
    status(charger, "Available", BOOT + MINUTE)
    assert look_after_rebooted(now=BOOT + 14 * MINUTE) == 0
    assert look_after_rebooted(now=BOOT + 15 * MINUTE) == 1
    session = fresh(session)
    assert (session.status, session.stop_inferred, session.meter_stop) == (Status.INTERRUPTED, True, 4000)
    assert (session.stopped_at, session.energy_wh) == (NOON + 10 * MINUTE, 3000)
    assert session.active_connector is None
    assert look_after_rebooted(now=BOOT + 16 * MINUTE) == 0


def test_a_late_stop_still_wins(charger: Messages, session: ChargingSession) -> None:
    status(charger, "Available", BOOT)
    look_after_rebooted(now=BOOT + 15 * MINUTE)
    charger.stop(session.transaction_id, at(19), meter=4500, received=BOOT + 60 * MINUTE)
    session = fresh(session)
    assert (session.status, session.stop_inferred, session.meter_stop) == (Status.COMPLETED, False, 4500)
    assert session.stop_conflicts == []


@pytest.mark.parametrize("word", ["Charging", "SuspendedEV", "Unavailable", ""])
def test_a_connector_that_is_not_free_keeps_its_session(charger: Messages, session: ChargingSession, word: str) -> None:
    if word:
        status(charger, word, BOOT + MINUTE)
    assert look_after_rebooted(now=BOOT + 60 * MINUTE) == 0
    assert fresh(session).status == Status.ACTIVE


def test_a_connector_that_was_free_before_the_boot_says_nothing(charger: Messages) -> None:
    status(charger, "Available", NOON - MINUTE)
    session = charger.start()
    boot(charger)
    assert look_after_rebooted(now=BOOT + 60 * MINUTE) == 0
    assert fresh(session).status == Status.ACTIVE


def test_another_boot_gives_the_stop_another_15_minutes(charger: Messages, session: ChargingSession) -> None:
    boot(charger, BOOT + 10 * MINUTE)
    status(charger, "Available", BOOT + 11 * MINUTE)
    assert look_after_rebooted(now=BOOT + 20 * MINUTE) == 0
    assert look_after_rebooted(now=BOOT + 25 * MINUTE) == 1


def test_a_day_of_silence_lists_it_once(charger: Messages, session: ChargingSession) -> None:
    look_after_rebooted(now=BOOT + timedelta(hours=23))
    assert silent_items() == []
    for hours in (24, 25):
        look_after_rebooted(now=BOOT + timedelta(hours=hours))
    (item,) = silent_items()
    assert item.session == session
    assert fresh(session).status == Status.ACTIVE


def test_a_silent_session_that_ends_by_itself_is_settled(charger: Messages, session: ChargingSession) -> None:
    look_after_rebooted(now=BOOT + timedelta(hours=24))
    charger.stop(session.transaction_id, at(1500), meter=9000, received=BOOT + timedelta(hours=25))
    (item,) = silent_items()
    assert item.resolved_at == BOOT + timedelta(hours=25)
    assert item.resolved_by == "gateway"


def test_a_silent_session_that_goes_on_is_settled(charger: Messages, session: ChargingSession) -> None:
    later = BOOT + timedelta(hours=25)
    look_after_rebooted(now=BOOT + timedelta(hours=24))
    charger.meter(meter_value(later.isoformat(), sample(4100)), transaction_id=session.transaction_id, received=later)
    assert [item.resolved_by for item in silent_items()] == ["gateway"]


def test_a_session_that_went_on_while_the_job_looked_is_not_ended(charger: Messages, session: ChargingSession) -> None:
    """The job holds what it has read; by then the station's values have taken the mark away in another process."""
    from sessions_app.services.endings import end_with_last_register

    as_read = fresh(session)
    charger.meter(meter_value(at(21), sample(4100)), transaction_id=session.transaction_id, received=NOON + 21 * MINUTE)
    assert not end_with_last_register(as_read, now=BOOT + 15 * MINUTE)
    assert fresh(session).status == Status.ACTIVE
