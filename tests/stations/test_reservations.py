"""Reservations that are made at the station (this product's extension)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stations.models import ChargingStation, Connector, Reservation
from stations.services import cancel_reservation, expire_reservations, reserve_now, use_reservation
from tests.sessions_app.messages import Messages

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
pytestmark = pytest.mark.django_db


def reserve(
    station: ChargingStation, number: int = 7, *, connector: int = 1, expiry: datetime = LATER, **also: Any
) -> str:
    payload = {"connectorId": connector, "reservationId": number, "idTag": "04AABB", **also}
    return reserve_now(station_id=station.pk, payload=payload, expiry=expiry, now=NOON)


def set_status(station: ChargingStation, status: str, connector: int = 1) -> None:
    if connector == 0:
        ChargingStation.objects.update(status=status)
    else:
        Connector.objects.update_or_create(station=station, number=connector, defaults={"status": status})


def test_a_reservation_is_recorded_with_the_stations_own_number(station: ChargingStation) -> None:
    assert reserve(station, 42, parentIdTag="FLEET") == "Accepted"
    row = Reservation.objects.get()
    assert (row.reservation_id, row.id_tag, row.parent_id_tag, row.expiry_date) == (42, "04AABB", "FLEET", LATER)
    assert (row.status, row.origin) == ("Active", "station")


def test_the_same_number_again_replaces_the_reservation(station: ChargingStation) -> None:
    reserve(station)
    assert reserve(station, idTag="OTHER") == "Accepted"
    assert Reservation.objects.get().id_tag == "OTHER"


def test_a_repeated_reservation_is_accepted_after_the_connector_said_reserved(station: ChargingStation) -> None:
    reserve(station)
    set_status(station, "Reserved")
    assert reserve(station) == "Accepted"
    assert reserve(station, 8) == "Occupied"


@pytest.mark.parametrize("connector", [0, 1])
@pytest.mark.parametrize(
    ("status", "answer"),
    [
        ("Available", "Accepted"), ("Preparing", "Accepted"), ("Charging", "Occupied"), ("SuspendedEV", "Occupied"),
        ("Reserved", "Occupied"), ("Faulted", "Faulted"), ("Unavailable", "Unavailable"),
    ],
)  # fmt: skip
def test_the_state_of_the_place_decides(station: ChargingStation, connector: int, status: str, answer: str) -> None:
    set_status(station, status, connector)
    assert reserve(station, connector=connector) == answer
    assert Reservation.objects.exists() == (answer == "Accepted")


def test_a_reserved_connector_is_occupied_for_others(station: ChargingStation) -> None:
    reserve(station, 1)
    assert reserve(station, 2) == "Occupied"
    assert reserve(station, 3, connector=2) == "Accepted"


def test_a_reservation_that_has_run_out_holds_nobody_off(station: ChargingStation) -> None:
    reserve(station, 1)
    Reservation.objects.update(expiry_date=NOON)
    assert reserve(station, 2) == "Accepted"


def test_one_that_has_run_out_already_is_rejected(station: ChargingStation) -> None:
    assert reserve(station, expiry=NOON) == "Rejected"


def test_cancelling_ends_it_once(station: ChargingStation) -> None:
    reserve(station)
    answers = [cancel_reservation(station_id=station.pk, reservation_id=7, now=NOON) for _ in range(2)]
    assert answers == ["Accepted", "Rejected"]
    assert reserve(station, 8) == "Accepted"


def test_another_stations_reservation_cannot_be_cancelled(station: ChargingStation) -> None:
    other = ChargingStation.objects.create(cp_id="CP_2")
    reserve(other)
    assert cancel_reservation(station_id=station.pk, reservation_id=7, now=NOON) == "Rejected"
    nobody = {"connector_id": 2, "id_tag": "X", "parent_id_tag": "", "at": NOON, "now": NOON}
    use_reservation(station_id=station.pk, reservation_id=7, **nobody)
    assert Reservation.objects.get().status == "Active"


@pytest.mark.parametrize("number", [-(2**63), -1, 2**63 - 1])
def test_any_number_of_64_bits_will_do(station: ChargingStation, number: int) -> None:
    assert reserve(station, number, connector=2**31 - 1) == "Accepted"
    assert cancel_reservation(station_id=station.pk, reservation_id=number, now=NOON) == "Accepted"


def test_long_tags_are_cut_to_what_is_kept(station: ChargingStation) -> None:
    assert reserve(station, idTag="T" * 900, parentIdTag="P" * 900) == "Accepted"


def test_a_start_uses_its_reservation() -> None:
    charger = Messages()
    reserve(charger.station)
    charger.start(reservation=7)
    assert Reservation.objects.get().status == "Used"


def test_reservations_expire(station: ChargingStation) -> None:
    reserve(station, 1, connector=1)
    reserve(station, 2, connector=2, expiry=LATER + timedelta(hours=1))
    assert expire_reservations(now=LATER) == 1
    assert list(Reservation.objects.filter(status="Expired").values_list("reservation_id", flat=True)) == [1]
