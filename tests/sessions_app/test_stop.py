"""StopTransaction: it always ends its own session, never another's, and a repeated one changes nothing."""

from datetime import timedelta

import pytest

from rfid.models import RfidCard
from sessions_app.models import ChargingSession, MeterValue, ReconciliationItem
from tests.sessions_app.messages import NOON, Messages, at, fresh, meter_value, sample, stored

Status = ChargingSession.Status
NO_SESSIONS = [-1, 0, -(2**63), 4711, 2**31, 2**63 - 1]


def test_a_stop_completes_its_session(charger: Messages) -> None:
    session = charger.start(meter=1000)
    charger.stop(session.transaction_id, meter=6000, reason="EVDisconnected", id_tag="04AABB")
    session = fresh(session)
    assert (session.status, session.energy_wh, session.flags) == (Status.COMPLETED, 5000, [])
    assert (session.stop_reason, session.stop_id_tag) == ("EVDisconnected", "04AABB")
    assert session.stopped_at == NOON + timedelta(minutes=30)
    assert session.active_connector is None


def test_a_repeated_equal_stop_adds_nothing(charger: Messages) -> None:
    session = charger.start()
    data = [meter_value(at(10), sample(2000), sample(7, measurand="Power.Active.Import", unit="kW"))]
    charger.stop(session.transaction_id, data=data)
    before = ChargingSession.objects.values().get()
    for _ in range(3):
        charger.stop(session.transaction_id, data=data, received=NOON + timedelta(hours=2))
    assert ChargingSession.objects.values().get() == before
    assert stored(session) == ["2000", "7"]


@pytest.mark.parametrize("change", [{"meter": 6001}, {"when": at(31)}], ids=["meter", "time"])
def test_a_different_second_stop_is_kept_beside_the_first(charger: Messages, change: dict[str, object]) -> None:
    session = charger.start()
    charger.stop(session.transaction_id)
    for _ in range(2):
        charger.stop(session.transaction_id, **change)  # type: ignore[arg-type]
    session = fresh(session)
    assert (session.meter_stop, session.stopped_at) == (6000, NOON + timedelta(minutes=30))
    assert len(session.stop_conflicts) == 1
    assert session.flags == ["stop_conflict"]


def test_a_late_stop_replaces_what_was_only_inferred(charger: Messages) -> None:
    older = charger.start(meter=1000)
    newer = charger.start(at(60), meter=4200)
    charger.stop(older.transaction_id, at(40), meter=4100)
    older = fresh(older)
    assert (older.status, older.meter_stop, older.stop_inferred) == (Status.COMPLETED, 4100, False)
    assert older.stopped_at == NOON + timedelta(minutes=40)
    assert fresh(newer).status == Status.ACTIVE
    assert older.stop_conflicts == []


def test_an_older_retry_after_the_late_stop_is_a_conflict_like_any_other(charger: Messages) -> None:
    older = charger.start(meter=1000)
    charger.start(at(60), meter=4200)
    charger.stop(older.transaction_id, at(40), meter=4100)
    charger.stop(older.transaction_id, at(41), meter=4150)
    assert fresh(older).meter_stop == 4100


@pytest.mark.parametrize("number", NO_SESSIONS)
def test_a_stop_that_names_no_session_touches_none_of_another_station(charger: Messages, number: int) -> None:
    foreign = Messages("CP_2").start()
    before = ChargingSession.objects.values().get()
    assert charger.stop(number, data=[meter_value(at(1), sample(5))]) is None
    assert ChargingSession.objects.values().get() == before
    assert stored(foreign) == []
    assert stored(None) == ["5"]


def test_a_stop_that_names_another_stations_session_does_not_touch_it(charger: Messages) -> None:
    foreign = Messages("CP_2").start()
    before = ChargingSession.objects.values().get()
    assert charger.stop(foreign.transaction_id, data=[meter_value(at(1), sample(5))]) is None
    assert ChargingSession.objects.values().get() == before
    assert stored(foreign) == []


@pytest.mark.parametrize("number", NO_SESSIONS)
def test_the_only_open_session_that_fits_is_stopped_by_a_number_that_names_none(charger: Messages, number: int) -> None:
    Messages("CP_2").start()
    session = charger.start()
    charger.stop(number)
    session = fresh(session)
    assert (session.status, session.meter_stop, session.flags) == (Status.COMPLETED, 6000, ["matched_by_inference"])
    assert ChargingSession.objects.filter(status=Status.ACTIVE).count() == 1


@pytest.mark.parametrize(
    "stop",
    [{"meter": 999}, {"when": at(-1)}, {"id_tag": "OTHER", "transaction_id": 4711}],
    ids=["meter", "time", "tag"],
)
def test_an_open_session_that_does_not_fit_is_left_open(charger: Messages, stop: dict[str, object]) -> None:
    session = charger.start(meter=1000)
    assert charger.stop(**{"transaction_id": -1} | stop) is None  # type: ignore[arg-type]
    assert fresh(session).status == Status.ACTIVE


@pytest.mark.parametrize(("group", "stopped"), [("FLEET", True), ("OTHER", False), ("", False)])
def test_another_card_of_the_group_stops_the_only_open_session(charger: Messages, group: str, stopped: bool) -> None:
    RfidCard.objects.create(tag_id="04AABB", parent_id_tag="Fleet" if group else "")
    RfidCard.objects.create(tag_id="SECOND", parent_id_tag=group)
    charger.start()
    assert (charger.stop(4711, id_tag="second") is not None) is stopped


def test_the_parent_itself_stops_nothing_by_a_number_that_is_not_known(charger: Messages) -> None:
    RfidCard.objects.create(tag_id="04AABB", parent_id_tag="FLEET")
    charger.start()
    assert charger.stop(4711, id_tag="FLEET") is None


def test_of_two_open_sessions_none_is_guessed(charger: Messages) -> None:
    charger.start(connector=1)
    charger.start(connector=2)
    assert charger.stop(-1) is None
    assert ChargingSession.objects.filter(status=Status.ACTIVE).count() == 2


@pytest.mark.parametrize("number", NO_SESSIONS)
def test_of_two_open_sessions_the_one_of_the_card_is_stopped(charger: Messages, number: int) -> None:
    charger.start(connector=1)
    mine = charger.start(connector=2, id_tag="Mine")
    charger.stop(number, id_tag="mInE")
    assert list(ChargingSession.objects.filter(status=Status.COMPLETED)) == [mine]


def test_of_two_open_sessions_of_a_group_the_one_of_the_card_is_stopped(charger: Messages) -> None:
    for tag in ("04AABB", "SECOND"):
        RfidCard.objects.create(tag_id=tag, parent_id_tag="FLEET")
    charger.start(connector=1)
    mine = charger.start(connector=2, id_tag="SECOND")
    charger.stop(-1, id_tag="SECOND")
    assert list(ChargingSession.objects.filter(status=Status.COMPLETED)) == [mine]


def test_of_two_open_sessions_the_one_that_can_have_ended_is_stopped(charger: Messages) -> None:
    mine = charger.start(connector=1, meter=1000)
    charger.start(connector=2, meter=900_000)
    charger.stop(-1, meter=6000)
    assert list(ChargingSession.objects.filter(status=Status.COMPLETED)) == [mine]


def test_a_repeated_stop_without_a_number_is_known_again(charger: Messages) -> None:
    session = charger.start()
    data = [meter_value(at(10), sample(2000))]
    charger.stop(-1, data=data)
    charger.stop(-1, data=data, received=NOON + timedelta(hours=1))
    assert stored(session) == ["2000"]
    assert MeterValue.objects.count() == 1
    assert fresh(session).flags == ["matched_by_inference"]


def test_a_repeated_stop_without_a_number_does_not_end_the_next_session(charger: Messages) -> None:
    charger.start(connector=1)
    charger.stop(-1, at(30), meter=6000)
    other = charger.start(at(10), connector=2, meter=0, id_tag="OTHER")
    charger.stop(-1, at(30), meter=6000)
    assert fresh(other).status == Status.ACTIVE


def test_equal_stops_of_a_station_without_a_clock_end_each_its_own_session(charger: Messages) -> None:
    boot = "1970-01-01T00:00:05Z"
    for _ in range(3):
        session = charger.start(boot, meter=0)
        charger.stop(-1, boot, meter=0)
        assert fresh(session).status == Status.COMPLETED


@pytest.mark.parametrize(
    ("stop", "flag"),
    [
        ({"meter": 900}, "meter_went_back"),
        ({"when": at(-5)}, "stop_before_start"),
        ({"when": at(600)}, "clock_deviation"),
        ({"when": "soon"}, "unparsable_time"),
    ],
)
def test_an_odd_stop_ends_the_session_with_a_flag(charger: Messages, stop: dict[str, object], flag: str) -> None:
    session = charger.start(meter=1000)
    charger.stop(session.transaction_id, **stop)  # type: ignore[arg-type]
    session = fresh(session)
    assert session.status == Status.COMPLETED
    assert flag in session.flags


def test_energy_is_never_negative(charger: Messages) -> None:
    session = charger.start(meter=1000)
    charger.stop(session.transaction_id, meter=-(2**63))
    assert fresh(session).meter_stop == -(2**63)
    assert fresh(session).energy_wh is None


def test_a_stop_below_the_last_sample_is_flagged(charger: Messages) -> None:
    session = charger.start(meter=1000)
    charger.meter(meter_value(at(5), sample(5000)), transaction_id=session.transaction_id)
    charger.stop(session.transaction_id, meter=4000)
    assert fresh(session).flags == ["meter_went_back"]


@pytest.mark.parametrize(
    ("meter", "suspect"), [(2_001_000, False), (2_001_001, True), (8_000_000, True)], ids=["most", "more", "lifetime"]
)
def test_more_energy_than_a_vehicle_takes_is_flagged(charger: Messages, meter: int, suspect: bool) -> None:
    session = charger.start(meter=1000)
    charger.stop(session.transaction_id, meter=meter)
    assert fresh(session).flags == (["energy_suspect"] if suspect else [])
    assert fresh(session).energy_wh == meter - 1000
    assert ReconciliationItem.objects.filter(session=session).exists() == suspect


@pytest.mark.parametrize(
    ("minutes", "meter", "suspect"), [(5, 6000, False), (5, 6001, True), (20, 90_000, False), (20, 1_900_000, True)]
)
def test_energy_that_the_samples_do_not_explain_is_flagged(
    charger: Messages, minutes: float, meter: int, suspect: bool
) -> None:
    session = charger.start(meter=1000)
    charger.meter(meter_value(at(5), sample(5000)), transaction_id=session.transaction_id)
    charger.stop(session.transaction_id, at(minutes), meter=meter)
    assert fresh(session).flags == (["energy_suspect"] if suspect else [])


def test_a_register_that_is_labelled_wrong_makes_an_inferred_end_suspect_until_the_late_stop(charger: Messages) -> None:
    session = charger.start(meter=1000)
    charger.meter(meter_value(at(5), sample(5_000_000, unit="kWh")), transaction_id=session.transaction_id)
    charger.start(at(10), id_tag="NEXT")
    assert fresh(session).flags == ["energy_suspect"]
    charger.stop(session.transaction_id, at(9), meter=6000)
    assert fresh(session).flags == ["meter_went_back"]


def test_long_texts_of_a_stop_are_cut_to_what_is_kept(charger: Messages) -> None:
    session = charger.start()
    charger.stop(session.transaction_id, id_tag="T" * 900, reason="R" * 900)
    assert fresh(session).status == Status.COMPLETED
