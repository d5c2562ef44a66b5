"""What could not be decided stands on the operator's list, once, with the message as sent."""

from datetime import timedelta
from typing import Any

import pytest

from sessions_app.models import ChargingSession, MeterValue, ReconciliationItem
from stations.models import SecurityEvent
from tests.sessions_app.messages import NOON, Messages, at, fresh, meter_value, sample, stored

Kind = ReconciliationItem.Kind
HOUR = timedelta(hours=1)


def items(**wanted: Any) -> list[ReconciliationItem]:
    return list(ReconciliationItem.objects.filter(**wanted).order_by("pk"))


def test_numbers_of_another_station_are_one_security_event_an_hour(charger: Messages) -> None:
    """Whoever tries them makes as many rows as he likes otherwise, and all are critical."""
    other = Messages("CP_2")
    others = [other.start(connector=1), other.start(connector=2, id_tag="04BB"), Messages("CP_3").start(id_tag="04CC")]
    for session in others:
        charger.meter(meter_value(at(1), sample(9_000)), transaction_id=session.transaction_id)
        charger.stop(session.transaction_id)
    events = SecurityEvent.objects.order_by("pk").values_list("type", "tech_info", "count")
    told = "MeterValues named transaction {} of {}."
    assert list(events) == [
        ("ForeignTransactionId", told.format(others[0].transaction_id, "CP_2"), 4),
        ("ForeignTransactionId", told.format(others[2].transaction_id, "CP_3"), 2),
    ]
    assert len(items(kind=Kind.FOREIGN_TRANSACTION)) == 6


def test_an_ordinary_session_leaves_nothing_to_reconcile(charger: Messages) -> None:
    session = charger.start()
    charger.meter(meter_value(at(1), sample(1100)), transaction_id=session.transaction_id)
    charger.meter(meter_value(at(2), sample(1200)))
    charger.stop(session.transaction_id)
    charger.stop(session.transaction_id, received=NOON + HOUR)
    assert items() == []


def test_a_stop_that_fits_no_session_is_listed_with_its_frame_once(charger: Messages) -> None:
    for hours in (0, 1, 2):
        charger.stop(4711, meter=6000, id_tag="TAG", received=NOON + hours * HOUR)
    (item,) = items()
    assert (item.kind, item.station, item.session) == (Kind.UNMATCHED_STOP, charger.station, None)
    assert item.payload == {
        "transactionId": 4711, "meterStop": 6000, "timestamp": at(30), "reason": "Local", "idTag": "TAG",
    }  # fmt: skip
    assert item.created_at == NOON


def test_different_stops_without_a_session_are_listed_each(charger: Messages) -> None:
    charger.stop(-1, meter=6000)
    charger.stop(-1, meter=7000)
    assert [item.payload["meterStop"] for item in items(kind=Kind.UNMATCHED_STOP)] == [6000, 7000]


def test_values_of_a_stop_that_fits_no_session_make_no_second_item(charger: Messages) -> None:
    charger.stop(4711, data=[meter_value(at(1), sample(5))])
    assert [item.kind for item in items()] == [Kind.UNMATCHED_STOP]


def test_values_for_a_number_that_names_none_are_one_item_for_all(charger: Messages) -> None:
    for minute in range(3):
        charger.meter(meter_value(at(minute), sample(minute)), transaction_id=4711)
    charger.meter(meter_value(at(5), sample(5)), transaction_id=4712)
    assert [(item.kind, item.payload["transactionId"]) for item in items()] == [
        (Kind.UNMATCHED_METER_VALUES, 4711), (Kind.UNMATCHED_METER_VALUES, 4712),
    ]  # fmt: skip


@pytest.mark.parametrize("number", [None, -1, 0])
def test_values_without_a_number_need_no_operator(charger: Messages, number: int | None) -> None:
    charger.meter(meter_value(at(1), sample(1)), transaction_id=number)
    assert items() == []


def test_values_with_an_unknown_number_of_a_connector_that_charges_need_no_operator(charger: Messages) -> None:
    charger.start()
    charger.meter(meter_value(at(1), sample(1100)), transaction_id=4711)
    assert items() == []


def test_a_stop_that_names_another_stations_session_ends_none_and_is_listed(
    charger: Messages, caplog: pytest.LogCaptureFixture
) -> None:
    foreign, own = Messages("CP_2").start(), charger.start()
    for _ in range(2):
        charger.stop(foreign.transaction_id)
    (item,) = items()
    assert (item.kind, item.station, item.session) == (Kind.FOREIGN_TRANSACTION, charger.station, None)
    assert "CP_2" in item.detail
    assert {fresh(one).status for one in (foreign, own)} == {ChargingSession.Status.ACTIVE}
    assert "Security" in caplog.text


def test_values_that_name_another_stations_session_belong_to_none_and_are_listed(charger: Messages) -> None:
    foreign, own = Messages("CP_2").start(), charger.start()
    charger.meter(meter_value(at(1), sample(9_000)), transaction_id=foreign.transaction_id)
    assert [item.kind for item in items()] == [Kind.FOREIGN_TRANSACTION]
    assert (stored(foreign), stored(own), stored(None)) == ([], [], ["9000"])
    assert fresh(own).last_meter_wh is None


def test_a_second_different_stop_is_listed_with_its_session_once(charger: Messages) -> None:
    session = charger.start()
    charger.stop(session.transaction_id)
    for _ in range(2):
        charger.stop(session.transaction_id, meter=6001)
    (item,) = items()
    assert (item.kind, item.session, item.payload["meterStop"]) == (Kind.STOP_CONFLICT, session, 6001)
    assert "6000" in item.detail
    assert "6001" in item.detail


@pytest.mark.parametrize(
    ("stop", "word"),
    [
        ({"meter": 900}, "meter stands lower"),
        ({"when": at(-5)}, "before it began"),
        ({"when": at(600)}, "clock"),
        ({"when": "soon"}, "could not be read"),
        ({"transaction_id": -1}, "only one that fits"),
    ],
)
def test_a_session_that_ends_oddly_is_listed_once(charger: Messages, stop: dict[str, Any], word: str) -> None:
    session = charger.start(meter=1000)
    for _ in range(2):
        charger.stop(**{"transaction_id": session.transaction_id} | stop)
    (item,) = items()
    assert (item.kind, item.session, item.action) == (Kind.SUSPECT_SESSION, session, "StopTransaction")
    assert word in item.detail


def test_what_is_odd_at_start_and_stop_is_one_item(charger: Messages) -> None:
    session = charger.start("yesterday")
    charger.stop(session.transaction_id, meter=900)
    (item,) = items()
    assert "could not be read" in item.detail
    assert "meter stands lower" in item.detail


def test_a_start_that_comes_again_after_the_stop_is_listed(charger: Messages) -> None:
    charger.stop(charger.start().transaction_id)
    charger.start(received=NOON + HOUR)
    assert [item.kind for item in items()] == [Kind.SUSPECT_SESSION]


def test_a_start_whose_retry_was_received_before_the_stop_is_not_odd(charger: Messages) -> None:
    session = charger.start()
    charger.stop(session.transaction_id)
    charger.start(received=NOON + timedelta(minutes=1))
    assert fresh(session).flags == []
    assert items() == []


def test_a_resolved_item_does_not_come_back_with_a_retry(charger: Messages) -> None:
    charger.stop(4711)
    ReconciliationItem.objects.update(resolved_at=NOON)
    charger.stop(4711)
    assert len(items()) == 1
    assert MeterValue.objects.count() == 0
