"""StartTransaction: retries, second sessions on a connector, stations without a clock, odd numbers."""

from datetime import timedelta

import pytest

from rfid.models import RfidCard
from sessions_app.models import ChargingSession
from stations.models import Connector
from stations.services.status import MOST
from tests.sessions_app.messages import NOON, Messages, at, fresh

Status = ChargingSession.Status
CLOCKLESS = "1970-01-01T00:00:07Z"


def test_a_start_opens_an_active_session_of_the_card(charger: Messages, card: RfidCard) -> None:
    session = fresh(charger.start())
    assert (session.status, session.card, session.meter_start) == (Status.ACTIVE, card, 1000)
    assert session.started_at == NOON
    assert session.id_tag_info == {"status": "Accepted"}
    assert session.active_connector is not None
    assert session.active_connector.number == 1


def test_a_retried_start_gets_the_same_id_and_opens_no_second_session(charger: Messages, card: RfidCard) -> None:
    first, again = charger.start(), charger.start(received=NOON + timedelta(minutes=3))
    assert again.transaction_id == first.transaction_id
    assert ChargingSession.objects.count() == 1


def test_a_retry_of_a_card_with_one_session_at_once_is_not_concurrent_to_itself(
    charger: Messages, card: RfidCard
) -> None:
    assert card.max_sessions == 1
    assert [charger.start().id_tag_info["status"] for _ in range(3)] == ["Accepted"] * 3


def test_a_retry_repeats_the_first_answer_after_the_card_was_blocked(charger: Messages, card: RfidCard) -> None:
    card.parent_id_tag, card.valid_until = "FLEET", NOON + timedelta(days=9)
    card.save()
    first = charger.start()
    RfidCard.objects.update(status=RfidCard.Status.BLOCKED, valid_until=None, parent_id_tag="")
    assert first.id_tag_info == {"status": "Accepted", "expiryDate": "2026-03-10T12:00:00Z", "parentIdTag": "FLEET"}
    assert charger.start().id_tag_info == first.id_tag_info


def test_a_retry_is_recognised_by_the_instant_and_the_tag_without_case(charger: Messages) -> None:
    first = charger.start(at(0), id_tag="04aabb")
    assert charger.start("2026-03-01T13:00:00.000+01:00", id_tag="04AABB").pk == first.pk


@pytest.mark.parametrize(
    "change", [{"connector": 2}, {"id_tag": "OTHER"}, {"meter": 1001}, {"when": at(1)}], ids=lambda one: next(iter(one))
)
def test_another_content_is_another_session(charger: Messages, change: dict[str, object]) -> None:
    first = charger.start()
    assert charger.start(**change).transaction_id != first.transaction_id  # type: ignore[arg-type]


def test_the_same_start_of_two_stations_is_two_sessions(charger: Messages) -> None:
    assert charger.start().transaction_id != Messages("CP_2").start().transaction_id


def test_a_retry_after_the_stop_gets_the_old_id_and_a_flag(charger: Messages) -> None:
    first = charger.start()
    charger.stop(first.transaction_id)
    assert charger.start(received=NOON + timedelta(hours=1)).transaction_id == first.transaction_id
    session = fresh(first)
    assert session.status == Status.COMPLETED
    assert session.flags == ["start_after_stop"]


@pytest.mark.parametrize("when", [CLOCKLESS, "0000-00-00T00:00:00Z", ""])
def test_a_station_without_a_clock_gets_a_new_session_after_each_stop(charger: Messages, when: str) -> None:
    ids = []
    for _ in range(3):
        session = charger.start(when, meter=0)
        assert charger.start(when, meter=0).pk == session.pk  # a retry while it is active is one all the same
        charger.stop(session.transaction_id, when, meter=900)
        ids.append(session.transaction_id)
    assert len(set(ids)) == 3
    assert sorted(ChargingSession.objects.values_list("generation", flat=True)) == [0, 1, 2]


def test_a_time_that_cannot_be_believed_is_replaced_for_display_but_not_in_the_key(charger: Messages) -> None:
    first = charger.start(CLOCKLESS)
    assert (first.started_at, first.started_as_sent) == (NOON, "1970-01-01T00:00:07.000000Z")
    assert "clockless" in first.flags
    assert charger.start(CLOCKLESS, received=NOON + timedelta(hours=1)).pk == first.pk


def test_an_unreadable_time_is_kept_as_text(charger: Messages) -> None:
    session = charger.start("yesterday")
    assert (session.started_at, session.started_as_sent, session.flags) == (NOON, "yesterday", ["unparsable_time"])
    assert charger.start("yesterday", received=NOON + timedelta(hours=1)).pk == session.pk


def test_an_offline_start_keeps_the_stations_time(charger: Messages) -> None:
    session = charger.start(at(-600), received=NOON)
    assert (session.started_at, session.flags) == (NOON - timedelta(hours=10), [])


def test_a_second_start_on_a_connector_interrupts_the_older_session(charger: Messages) -> None:
    older = charger.start(meter=1000)
    newer = charger.start(at(60), meter=4200, received=NOON + timedelta(minutes=60))
    older = fresh(older)
    assert (older.status, older.meter_stop, older.stop_inferred) == (Status.INTERRUPTED, 4200, True)
    assert older.stopped_at == NOON + timedelta(minutes=60)
    assert older.energy_wh == 3200
    assert older.active_connector is None
    assert fresh(newer).status == Status.ACTIVE


def test_an_interrupted_session_ends_with_its_last_sample_where_the_new_meter_starts_below(charger: Messages) -> None:
    older = charger.start(meter=1000)
    ChargingSession.objects.filter(pk=older.pk).update(last_meter_wh=3300)
    charger.start(at(60), meter=0)
    assert fresh(older).meter_stop == 3300


def test_a_session_that_is_interrupted_by_an_older_start_does_not_end_before_it_began(charger: Messages) -> None:
    live = charger.start(at(0))
    charger.start(at(-120), meter=900)
    live = fresh(live)
    assert live.stopped_at is not None
    assert live.stopped_at >= live.started_at


def test_a_start_is_stored_though_its_station_has_named_too_many_connectors(charger: Messages) -> None:
    Connector.objects.bulk_create(Connector(station=charger.station, number=n) for n in range(1, MOST + 1))
    for minute in (0, 1):
        session = charger.start(at(minute), connector=1000)
        assert (session.status, session.connector_number, session.active_connector) == ("active", 1000, None)
        assert charger.start(at(minute), connector=1000).pk == session.pk
    charger.stop(session.transaction_id)
    assert fresh(session).status == "completed"
    assert Connector.objects.count() == MOST


def test_sessions_on_other_connectors_go_on(charger: Messages) -> None:
    other = charger.start(connector=2, id_tag="OTHER")
    charger.start(connector=1)
    assert fresh(other).status == Status.ACTIVE


@pytest.mark.parametrize("number", [-(2**63), -1, 0, 2**31, 2**63 - 1])
def test_any_meter_reading_of_64_bits_is_stored(charger: Messages, number: int) -> None:
    session = charger.start(meter=number, reservation=number)
    assert fresh(session).meter_start == number
    assert fresh(session).reservation_id == number
    assert fresh(charger.start(at(5), meter=0)).status == Status.ACTIVE


@pytest.mark.parametrize("id_tag", ["", "X" * 256, "İ" * 255, "\U0001f50c" * 300])
def test_any_tag_gets_a_session_and_its_retry_the_same(charger: Messages, id_tag: str) -> None:
    session = charger.start(id_tag=id_tag)
    assert session.id_tag_info == {"status": "Invalid"}
    assert charger.start(id_tag=id_tag).pk == session.pk


def test_two_long_tags_that_differ_at_their_end_are_not_the_same_retry(charger: Messages) -> None:
    assert charger.start(id_tag="X" * 254 + "A").pk != charger.start(id_tag="X" * 254 + "B").pk
