"""The two numbers of a session."""

from datetime import timedelta

import pytest
from django.conf import LazySettings

from sessions_app.models import ChargingSession
from sessions_app.services.ids import next_session_id
from stations.models import ChargingStation, Quirk
from tests.sessions_app.messages import NOON, Messages, at, fresh, meter_value, sample, stored


@pytest.fixture(autouse=True)
def new_process(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessions_app.services.ids._last", None)


def test_session_ids_are_unique_and_grow_within_a_millisecond() -> None:
    ids = [next_session_id(NOON) for _ in range(50)]
    assert ids == sorted(set(ids))


def test_session_ids_grow_with_a_clock_set_back() -> None:
    before = next_session_id(NOON)
    assert next_session_id(NOON - timedelta(days=1)) > before


def test_a_session_id_is_the_time_in_milliseconds() -> None:
    assert next_session_id(NOON) == 1_772_366_400_000


def test_a_restarted_process_goes_on_after_the_largest_id(charger: Messages, monkeypatch: pytest.MonkeyPatch) -> None:
    session = charger.start()
    ChargingSession.objects.filter(pk=session.pk).update(id=2**52)
    monkeypatch.setattr("sessions_app.services.ids._last", None)
    assert next_session_id(NOON) == 2**52 + 1


def test_a_number_that_another_process_took_is_left_to_it(charger: Messages, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = charger.start(connector=1)
    monkeypatch.setattr("sessions_app.services.ids._last", taken.pk - 1)
    other = charger.start(connector=2, received=NOON - timedelta(days=9))
    assert other.pk == taken.pk + 1
    assert other.transaction_id != taken.transaction_id


def test_transaction_ids_are_small_positive_and_never_reused(charger: Messages) -> None:
    ids = [charger.start(at(minute)).transaction_id for minute in range(4)]
    assert ids == list(range(ids[0], ids[0] + 4))
    assert 1 <= ids[0] <= 2_147_483_646 - 4


def test_transaction_ids_may_be_the_session_ids(charger: Messages, settings: LazySettings) -> None:
    settings.OCPP_TRANSACTION_IDS = "timestamp_ms"
    session = charger.start()
    assert session.transaction_id == session.pk > 2**32


def test_a_station_may_have_its_own_kind_of_transaction_ids(settings: LazySettings) -> None:
    large = Messages("CP_L", transaction_ids="timestamp_ms").start()
    settings.OCPP_TRANSACTION_IDS = "timestamp_ms"
    small = Messages("CP_S", transaction_ids="sequence").start()
    assert large.transaction_id == large.pk
    assert small.transaction_id < 2**31


def truncated(number: int, *, signed: bool) -> int:
    rest = number % 2**32
    return rest - 2**32 if signed and rest >= 2**31 else rest


@pytest.fixture
def truncating() -> Messages:
    return Messages("CP_32", transaction_ids="timestamp_ms")


@pytest.mark.parametrize("signed", [True, False])
def test_a_station_that_truncates_its_number_to_32_bits_is_understood(truncating: Messages, signed: bool) -> None:
    session, other = truncating.start(connector=1), truncating.start(connector=2, id_tag="OTHER")
    number = truncated(session.transaction_id, signed=signed)
    truncating.meter(meter_value(at(1), sample(5)), transaction_id=number, connector=9)
    truncating.stop(number)
    assert stored(session) == ["5"]
    assert fresh(session).status == "completed"
    assert fresh(session).flags == []
    assert fresh(other).status == "active"


def test_its_repeated_stop_is_known_again(truncating: Messages) -> None:
    session, other = truncating.start(connector=1), truncating.start(connector=2, id_tag="OTHER")
    for _ in range(2):
        truncating.stop(truncated(session.transaction_id, signed=True))
    assert fresh(session).stop_conflicts == []
    assert fresh(other).status == "active"


def test_it_is_told_small_numbers_from_then_on(truncating: Messages) -> None:
    number = truncated(truncating.start().transaction_id, signed=True)
    truncating.meter(meter_value(at(1), sample(5)), transaction_id=number)
    assert truncating.start(at(60)).transaction_id < 2**31
    assert Quirk.objects.get().kind == "truncated-transaction"


def test_another_stations_number_is_not_found_by_its_rest(truncating: Messages, charger: Messages) -> None:
    session = truncating.start()
    assert charger.stop(truncated(session.transaction_id, signed=False)) is None
    assert fresh(session).status == "active"


def test_small_numbers_have_no_rest_to_be_found_by(charger: Messages) -> None:
    session = charger.start(connector=1)
    charger.start(connector=2, id_tag="OTHER")
    charger.stop(session.transaction_id - 2**32)
    assert fresh(session).status == "active"
    assert not ChargingStation.objects.exclude(transaction_ids="").exists()
