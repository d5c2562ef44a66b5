"""Reservations that the central system asks for: what the station's answer makes of them (core 5.13, 5.1)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from stations import commands
from stations.effects import take_effect
from stations.errors import IdempotencyConflict, StationOffline
from stations.models import ChargingStation, Command, Reservation
from stations.services import end_reservations, next_reservation_id
from tests.stations.test_reservations import LATER, NOON, reserve

pytestmark = pytest.mark.django_db


def answered(station: ChargingStation, status: str, number: int = 7, **asked: Any) -> None:
    """A ReserveNow with this number, and the station's answer to it."""
    payload = {"connectorId": 1, "expiryDate": "2026-03-01T13:00:00Z", "idTag": "04AABB", "reservationId": number}
    command = Command(station=station, action="ReserveNow", payload=payload | asked)
    take_effect(command, {"status": status}, NOON)


def cancelled(station: ChargingStation, status: str, number: int = 7) -> None:
    command = Command(station=station, action="CancelReservation", payload={"reservationId": number})
    take_effect(command, {"status": status}, NOON)


def statuses() -> dict[int, str]:
    return dict(Reservation.objects.values_list("reservation_id", "status"))


def test_an_accepted_reservation_is_active(station: ChargingStation) -> None:
    answered(station, "Accepted", parentIdTag="FLEET")
    row = Reservation.objects.get()
    assert (row.reservation_id, row.connector_number, row.id_tag, row.parent_id_tag) == (7, 1, "04AABB", "FLEET")
    assert (row.expiry_date, row.status, row.origin) == (LATER, "Active", "central")


@pytest.mark.parametrize("status", ["Faulted", "Occupied", "Rejected", "Unavailable"])
def test_one_that_the_station_refuses_is_none(station: ChargingStation, status: str) -> None:
    answered(station, status)
    assert not Reservation.objects.exists()


def test_the_same_number_again_replaces_it(station: ChargingStation) -> None:
    answered(station, "Accepted")
    answered(station, "Accepted", connectorId=2, idTag="OTHER")
    row = Reservation.objects.get()
    assert (row.connector_number, row.id_tag, row.status) == (2, "OTHER", "Active")


def test_a_refused_replacement_leaves_what_there_was(station: ChargingStation) -> None:
    answered(station, "Accepted")
    answered(station, "Occupied", idTag="OTHER")
    assert Reservation.objects.get().id_tag == "04AABB"


def test_a_connector_has_one_reservation_and_the_whole_station_may_have_more(station: ChargingStation) -> None:
    answered(station, "Accepted", 1)
    answered(station, "Accepted", 2)
    answered(station, "Accepted", 3, connectorId=2)
    answered(station, "Accepted", 4, connectorId=0)
    answered(station, "Accepted", 5, connectorId=0)
    assert statuses() == {1: "Cancelled", 2: "Active", 3: "Active", 4: "Active", 5: "Active"}


@pytest.mark.parametrize("status", ["Accepted", "Rejected"])
def test_after_a_cancellation_none_is_active_whichever_the_answer(station: ChargingStation, status: str) -> None:
    answered(station, "Accepted")
    answered(station, "Accepted", 8, connectorId=2)
    cancelled(station, status)
    assert statuses() == {7: "Cancelled", 8: "Active"}


def test_a_reservation_made_at_the_station_can_be_cancelled_too(station: ChargingStation) -> None:
    reserve(station, 7)
    cancelled(station, "Accepted")
    assert statuses() == {7: "Cancelled"}


def test_a_place_out_of_service_ends_its_reservations(station: ChargingStation) -> None:
    for number, connector in ((1, 1), (2, 2), (3, 0)):
        answered(station, "Accepted", number, connectorId=connector)
    end_reservations(station.pk, 1, NOON)
    assert statuses() == {1: "Cancelled", 2: "Active", 3: "Active"}
    end_reservations(station.pk, 0, NOON)
    assert set(statuses().values()) == {"Cancelled"}


def test_numbers_are_the_stations_own_and_none_is_given_twice(station: ChargingStation) -> None:
    reserve(station, 2)
    Command.objects.create(station=station, action="ReserveNow", payload={"reservationId": 3}, actor="olga")
    Command.objects.create(
        station=station, action="ReserveNow", payload={"reservationId": 4}, actor="olga", state="answered"
    )
    assert [next_reservation_id(station.pk) for _ in range(3)] == [1, 4, 5]
    other = ChargingStation.objects.create(cp_id="CP_2")
    assert next_reservation_id(other.pk) == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_key_twice_is_one_command_although_the_number_is_ours(station: ChargingStation) -> None:
    ChargingStation.objects.update(lease_until=timezone.now() + timedelta(hours=1))
    asked: Any = {"connector_id": 1, "expiry_date": LATER, "actor": "olga", "wait": 0, "idempotency_key": "k"}
    first, again = (commands.reserve_now(station, id_tag="TAG", **asked) for _ in range(2))
    assert first.pk == again.pk
    assert again.payload["reservationId"] == 1
    with pytest.raises(IdempotencyConflict):
        commands.reserve_now(station, id_tag="OTHER", **asked)


@pytest.mark.django_db(transaction=True)
def test_a_number_that_the_caller_gives_is_sent(station: ChargingStation) -> None:
    with pytest.raises(StationOffline):
        commands.reserve_now(
            station, actor="olga", connector_id=0, expiry_date=LATER, id_tag="T", reservation_id=4711
        )  # fmt: skip
    assert Command.objects.get().payload == {
        "connectorId": 0, "expiryDate": "2026-03-01T13:00:00Z", "idTag": "T", "reservationId": 4711,
    }  # fmt: skip
