"""MeterValues: which session they belong to, that each is stored once, and what of them is shown on the session."""

from datetime import timedelta
from typing import Any

import pytest

from sessions_app.models import ChargingSession, MeterValue
from sessions_app.services import record_meter_values
from sessions_app.services.meter_values import Metering, show_latest
from sessions_app.services.samples import rows_of
from stations.models import Quirk
from tests.sessions_app.messages import LATER, NOON, Messages, at, fresh, insert, meter_value, sample, stored

POWER = {"measurand": "Power.Active.Import"}
REGISTER = "Energy.Active.Import.Register"


def test_the_same_message_is_stored_once(charger: Messages) -> None:
    session = charger.start()
    for received in (NOON, NOON + timedelta(hours=3)):
        charger.meter(
            meter_value(at(1), sample(1100), sample(7000, **POWER)),
            transaction_id=session.transaction_id, received=received,
        )  # fmt: skip
    assert stored(session) == ["1100", "7000"]


def test_values_with_an_unreadable_time_are_told_apart_by_their_text(charger: Messages) -> None:
    session = charger.start()
    for text in ("one", "two", "one"):
        charger.meter(meter_value(text, sample(1100)), received=NOON + timedelta(hours=len(stored(session))))
    assert stored(session) == ["1100", "1100"]


@pytest.mark.parametrize("change", ["measurand", "phase", "context", "location", "unit", "format", "value"])
def test_samples_that_differ_in_one_member_are_two(charger: Messages, change: str) -> None:
    charger.meter(meter_value(at(1), sample(1), {"value": "1"} | {change: "Other"}))
    assert MeterValue.objects.count() == 2


def test_a_sample_that_spells_out_the_defaults_is_the_same_one(charger: Messages) -> None:
    spelled = {"measurand": REGISTER, "unit": "Wh", "context": "Sample.Periodic", "format": "Raw", "location": "Outlet"}
    charger.meter(meter_value(at(1), sample(1), sample(1, **spelled)))
    assert MeterValue.objects.get().unit == "Wh"


def test_transaction_data_repeats_nothing_that_meter_values_brought(charger: Messages) -> None:
    session = charger.start()
    sampled = [meter_value(at(minute), sample(1000 + minute)) for minute in range(5)]
    charger.meter(*sampled[:3], transaction_id=session.transaction_id)
    charger.stop(session.transaction_id, data=sampled)
    assert stored(session) == ["1000", "1001", "1002", "1003", "1004"]


@pytest.mark.parametrize("number", [None, -1, 0, 4711, 2**31, 2**63 - 1, -(2**63), 2**70])
def test_values_without_a_known_number_belong_to_their_connectors_session(
    charger: Messages, number: int | None
) -> None:
    charger.start(connector=2, id_tag="OTHER")
    session = charger.start(connector=1)
    charger.meter(meter_value(at(1), sample(1100)), transaction_id=number, connector=1)
    assert stored(session) == ["1100"]


def test_values_of_an_idle_connector_are_kept_with_the_connector(charger: Messages) -> None:
    charger.start(connector=1)
    charger.meter(meter_value(at(1), sample(5)), connector=0)
    row = MeterValue.objects.get()
    assert (row.session, row.connector_number, row.station) == (None, 0, charger.station)


def test_values_that_name_another_stations_session_do_not_touch_it(charger: Messages) -> None:
    foreign = Messages("CP_2").start()
    charger.meter(meter_value(at(1), sample(9_000)), transaction_id=foreign.transaction_id)
    assert stored(foreign) == []
    assert fresh(foreign).last_meter_wh is None
    assert MeterValue.objects.get().station == charger.station


def test_a_closed_session_takes_late_values_and_stays_closed(charger: Messages) -> None:
    session = charger.start()
    charger.stop(session.transaction_id, meter=6000)
    charger.meter(
        meter_value(at(29), sample(5990), sample(7, unit="kW", **POWER)), transaction_id=session.transaction_id
    )
    assert stored(session) == ["5990", "7"]
    session = fresh(session)
    assert (session.status, session.meter_stop, session.power_w) == ("completed", 6000, None)


def shown(charger: Messages, *samples: dict[str, Any]) -> ChargingSession:
    session = charger.start(meter=1000)
    charger.meter(meter_value(at(1), *samples), transaction_id=session.transaction_id)
    return fresh(session)


@pytest.mark.parametrize(
    ("samples", "watt_hours"),
    [
        ([sample(1500)], 1500),
        ([sample("1.5", unit="kWh")], 1500),
        ([sample("1 500,4", unit="Wh")], 1500),
        ([sample(""), sample("n/a")], None),
        ([sample("0A1B", format="SignedData")], None),
        ([sample(1500), sample(400, phase="L1")], 1500),
        ([sample(400, phase="L1"), sample(500, phase="L2"), sample(600, phase="L3")], 1500),
        ([sample(400, phase="L1-N"), sample(500, phase="L2-N"), sample(600, phase="L3-N")], 1500),
        ([sample(99, measurand="Energy.Reactive.Import.Register"), sample(1500)], 1500),
        ([sample(9, measurand="Energy.Active.Export.Register")], None),
    ],
)
def test_the_energy_of_a_running_session(
    charger: Messages, samples: list[dict[str, Any]], watt_hours: int | None
) -> None:
    session = shown(charger, *samples)
    assert session.last_meter_wh == watt_hours
    assert session.energy_wh == (None if watt_hours is None else watt_hours - 1000)


@pytest.mark.parametrize(
    ("samples", "watts"),
    [
        ([sample(7400, unit="W", **POWER)], 7400),
        ([sample("7.4", unit="kW", **POWER)], 7400),
        ([sample("3.7", phase="L1", unit="kW", **POWER), sample("3.6", phase="L2", unit="kW", **POWER)], 7300),
        ([sample(3700, phase="L1", **POWER), sample(7400, **POWER)], 7400),
        ([sample(100, phase="L1", location="Inlet", **POWER), sample(7400, **POWER)], 7400),
    ],
)
def test_the_power_of_a_running_session(charger: Messages, samples: list[dict[str, Any]], watts: float) -> None:
    assert shown(charger, *samples).power_w == pytest.approx(watts)


def test_the_state_of_charge_of_a_running_session(charger: Messages) -> None:
    assert shown(charger, sample(64, measurand="SoC", unit="Percent", location="EV")).soc_percent == 64


def test_a_later_time_of_the_same_message_wins(charger: Messages) -> None:
    session = charger.start()
    charger.meter(meter_value(at(2), sample(2000)), meter_value(at(1), sample(1500)))
    assert fresh(session).last_meter_wh == 2000


@pytest.mark.parametrize("samples", [[sample(1500)], [sample(1500), sample(3000, **POWER)], [sample(3000, **POWER)]])
def test_an_older_message_does_not_replace_what_is_shown(charger: Messages, samples: list[dict[str, Any]]) -> None:
    session = charger.start()
    charger.meter(meter_value(at(5), sample(2000), sample(7000, **POWER)))
    charger.meter(meter_value(at(4), *samples))
    assert (fresh(session).last_meter_wh, fresh(session).power_w) == (2000, 7000)


def test_a_clock_that_was_ahead_and_is_set_right_does_not_freeze_what_is_shown(charger: Messages) -> None:
    charger.start()
    charger.meter(meter_value(at(60), sample(2000)), received=NOON + timedelta(minutes=1))
    charger.meter(meter_value(at(2), sample(2100)), received=NOON + timedelta(minutes=2))
    assert ChargingSession.objects.get().last_meter_wh == 2100


@pytest.mark.parametrize("value", ["1e300", "-1e300", "1e400", "9223372036854775808", "Infinity", "NaN", "9" * 400])
def test_a_number_that_no_meter_shows_is_stored_and_not_shown(charger: Messages, value: str) -> None:
    session = shown(
        charger, sample(value, unit="kWh"), sample(value, unit="kW", **POWER), sample(value, measurand="SoC")
    )
    assert stored(session) == [value] * 3
    assert (session.last_meter_wh, session.power_w, session.soc_percent) == (None, None, None)


def test_long_texts_are_cut_to_what_is_kept_but_the_value_is_not(charger: Messages) -> None:
    names = ("measurand", "phase", "context", "location", "unit", "format")
    charger.meter(meter_value(at(1), sample("AB" * 350, **dict.fromkeys(names, "x" * 300))))
    assert MeterValue.objects.get().value == "AB" * 350


@pytest.mark.parametrize(
    "when", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "", "x" * 900]
)
def test_a_sample_of_any_time_is_stored(charger: Messages, when: str) -> None:
    charger.meter(meter_value(when, sample(1)))
    assert MeterValue.objects.get().sampled_at == LATER


def metering(charger: Messages, *values: dict[str, Any], transaction_id: int | None = None) -> Metering:
    sent = {"connectorId": 1, "transactionId": transaction_id, "meterValue": list(values)}
    return Metering(charger.station.pk, 1, transaction_id, list(values), LATER, sent)


@pytest.mark.parametrize("how", ["meter", "stop"])
def test_of_one_message_so_many_samples_are_stored_at_most(
    charger: Messages, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """The commit of more takes so long that the database counts as away, and all stations are put out."""
    monkeypatch.setattr("sessions_app.services.meter_values.MOST", 3)
    session = charger.start()
    for values in ([0, 1, 2], [3, 4, 5, 6]):
        data = [meter_value(at(1), *map(sample, values[:2])), meter_value(at(2), *map(sample, values[2:]))]
        if how == "meter":
            charger.meter(*data, transaction_id=session.transaction_id)
        else:
            charger.stop(session.transaction_id, data=data)
    assert stored(session) == ["0", "1", "2", "3", "4", "5"]
    assert list(Quirk.objects.values_list("kind", "count")) == [("too-many-samples", 1)]


def test_many_messages_take_as_few_statements_as_one(charger: Messages, django_assert_num_queries: Any) -> None:
    others = [Messages(f"CP_{number}") for number in range(10, 20)]
    sessions = [other.start() for other in others]
    named = [
        metering(other, meter_value(at(1), sample(1000 + other.station.pk)), transaction_id=session.transaction_id)
        for other, session in zip(others, sessions, strict=True)
    ]
    unnamed = [metering(other, meter_value(at(2), sample(2000 + other.station.pk))) for other in others]
    with django_assert_num_queries(3):  # those named, those at their connector, what is shown of all
        record_meter_values([*named, *unnamed], lambda _model, _rows: None)
    assert [fresh(session).last_meter_wh for session in sessions] == [2000 + other.station.pk for other in others]


def test_two_messages_of_one_session_at_once_show_the_newest_of_both(charger: Messages) -> None:
    session = charger.start()
    power, register = meter_value(at(2), sample(7000, **POWER)), meter_value(at(1), sample(1100))
    number = session.transaction_id
    record_meter_values(
        [metering(charger, power, transaction_id=number), metering(charger, register, transaction_id=number)], insert
    )
    assert (fresh(session).last_meter_wh, fresh(session).power_w) == (1100, 7000)
    assert stored(session) == ["7000", "1100"]


def test_a_session_that_ended_meanwhile_shows_nothing_more(charger: Messages) -> None:
    before = charger.start()
    charger.stop(before.transaction_id, meter=6000)
    (row,) = rows_of(metering(charger, meter_value(at(5), sample(7000, **POWER))), before)
    show_latest({before: [row]})
    assert fresh(before).power_w is None


def test_what_another_process_has_shown_meanwhile_is_not_replaced_by_something_older(charger: Messages) -> None:
    before = charger.start()
    charger.meter(meter_value(at(5), sample(2000)))
    (row,) = rows_of(metering(charger, meter_value(at(4), sample(1500))), before)
    show_latest({before: [row]})
    assert fresh(before).last_meter_wh == 2000
