"""A StartTransaction ends the reservation that it uses (core 4.8, 5.13)."""

from datetime import timedelta
from typing import Any

import pytest

from rfid.models import RfidCard
from stations.models import Reservation
from tests.sessions_app.messages import LATER, NOON, Messages, at


def reserve(charger: Messages, number: int = 7, **columns: Any) -> Reservation:
    """For 04AABB on connector 1, an hour from noon."""
    usual: dict[str, Any] = {
        "connector_number": 1, "id_tag": "04aabb", "expiry_date": NOON + timedelta(hours=1), "created_at": NOON,
    }  # fmt: skip
    return Reservation.objects.create(station=charger.station, reservation_id=number, **usual | columns)


def statuses() -> dict[int, str]:
    return dict(Reservation.objects.values_list("reservation_id", "status"))


def test_the_reservation_that_is_named_is_used_whoever_starts(charger: Messages) -> None:
    reserve(charger)
    session = charger.start(reservation=7, connector=2, id_tag="SOMEBODY")
    assert statuses() == {7: "Used"}
    assert session.reservation_id == 7


@pytest.mark.parametrize("named", [None, 0, -1])
def test_a_station_that_names_none_uses_the_cards(charger: Messages, named: int | None) -> None:
    reserve(charger)
    session = charger.start(reservation=named)
    assert statuses() == {7: "Used"}
    assert session.reservation_id == 7, "so that the session tells of it"


def test_another_card_or_another_connector_uses_nothing(charger: Messages) -> None:
    reserve(charger)
    charger.start(id_tag="OTHER")
    charger.start(connector=2)
    assert statuses() == {7: "Active"}


def test_a_card_of_the_group_uses_it(charger: Messages, card: RfidCard) -> None:
    RfidCard.objects.update(parent_id_tag="Fleet")
    reserve(charger, id_tag="BOSS", parent_id_tag="FLEET")
    charger.start()
    assert statuses() == {7: "Used"}


def test_a_card_without_group_is_in_none(charger: Messages, card: RfidCard) -> None:
    reserve(charger, id_tag="BOSS", parent_id_tag="")
    charger.start()
    assert statuses() == {7: "Active"}


def test_the_parent_is_no_card(charger: Messages) -> None:
    reserve(charger, id_tag="BOSS", parent_id_tag="FLEET")
    charger.start(id_tag="FLEET")
    assert statuses() == {7: "Active"}


def test_a_reservation_of_any_connector_is_used_after_that_of_the_very_one(charger: Messages) -> None:
    reserve(charger, 1, connector_number=0)
    reserve(charger, 2)
    charger.start(at(0))
    assert statuses() == {1: "Active", 2: "Used"}
    charger.start(at(1), connector=2)
    assert statuses() == {1: "Used", 2: "Used"}


def test_a_retry_uses_no_second_one(charger: Messages) -> None:
    reserve(charger, 1, connector_number=0)
    reserve(charger, 2)
    for _ in range(2):
        charger.start()
    assert statuses() == {1: "Active", 2: "Used"}


def test_one_that_has_run_out_is_used_only_by_its_number(charger: Messages) -> None:
    reserve(charger, 1, status="Expired", expiry_date=NOON)
    charger.start(at(1))
    assert statuses() == {1: "Expired"}
    charger.start(at(2), reservation=1)
    assert statuses() == {1: "Used"}, "the message came late"


def test_one_whose_time_is_over_is_used_by_no_card(charger: Messages) -> None:
    reserve(charger, expiry_date=NOON)  # its row follows the clock within half a minute
    charger.start(at(1))
    assert statuses() == {7: "Active"}


def test_a_start_from_before_the_reservation_does_not_use_it(charger: Messages) -> None:
    reserve(charger, created_at=LATER)
    charger.start(at(0), received=LATER)
    assert statuses() == {7: "Active"}


def test_another_stations_reservation_is_left_alone(charger: Messages) -> None:
    reserve(charger)
    Messages("CP_2").start(reservation=7)
    assert statuses() == {7: "Active"}


def test_one_that_was_cancelled_stays_so(charger: Messages) -> None:
    reserve(charger, status="Cancelled")
    assert charger.start(reservation=7).reservation_id == 7
    assert statuses() == {7: "Cancelled"}
