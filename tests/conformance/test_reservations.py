"""The Reservation profile: a place is held for a card."""

from datetime import UTC, datetime, timedelta

from tests.conformance.charge_point import ChargePoint
from tests.conformance.conftest import CentralSystem
from tests.conformance.told import told
from tests.station import Payload


def in_an_hour(**less: float) -> str:
    moment = datetime.now(UTC) + (timedelta(**less) if less else timedelta(hours=1))
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


async def reserve(
    system: CentralSystem, cp: ChargePoint, card: str, status: str = "Accepted", connector: int = 1, **more: str
) -> int:
    """ReserveNow; returns the reservationId that the gateway chose."""
    body: Payload = {"connectorId": connector, "idTag": card, "expiryDate": in_an_hour()} | more
    asking = system.ask(cp.id, "reserve-now", body)
    sent = await cp.expect("ReserveNow", {"status": status})
    assert {name: sent[name] for name in body} == body
    assert (await asking)["status"] == status
    number: int = sent["reservationId"]
    return number


async def state(system: CentralSystem, cp: ChargePoint, number: int) -> str:
    found = (await system.get("reservations", cpId=cp.id, reservationId=number))["results"]
    return found[0]["status"] if found else ""


async def used(system: CentralSystem, cp: ChargePoint, card: str, number: int, connector: int = 1) -> None:
    """A session that names the reservation; then it is used."""
    assert await cp.authorize(card) == "Accepted"
    await cp.status("Preparing", connector)
    assert (await cp.start(card, connector, reservationId=number))["idTagInfo"]["status"] == "Accepted"
    await cp.status("Charging", connector)
    assert await state(system, cp, number) == "Used"
    assert (await system.session(cp, cp.transaction_id))["reservationId"] == number
    await cp.stop(idTag=card)
    await cp.unplugged(connector)


async def test_tc_046_reservation_of_connector_transaction(cp: ChargePoint, system: CentralSystem, card: str) -> None:
    number = await reserve(system, cp, card)
    await cp.status("Reserved")
    assert await system.connector(cp) == "Reserved"
    await used(system, cp, card, number)


async def test_tc_047_reservation_of_connector_expire(cp: ChargePoint, system: CentralSystem, card: str) -> None:
    number = await reserve(system, cp, card, expiryDate=in_an_hour(seconds=2))
    await cp.status("Reserved")
    assert await state(system, cp, number) == "Active"
    await cp.status("Available")  # the station lets go of it by itself
    assert await system.connector(cp) == "Available"


async def refused(system: CentralSystem, cp: ChargePoint, card: str, status: str) -> None:
    number = await reserve(system, cp, card, status)
    assert await state(system, cp, number) != "Active"


async def test_tc_048_1_reservation_of_connector_faulted(cp: ChargePoint, system: CentralSystem, card: str) -> None:
    await cp.status("Faulted", error="GroundFailure")
    await refused(system, cp, card, "Faulted")


async def test_tc_048_2_reservation_of_connector_occupied(cp: ChargePoint, system: CentralSystem, card: str) -> None:
    await cp.status("Preparing")
    await refused(system, cp, card, "Occupied")


async def test_tc_048_3_reservation_of_connector_unavailable(cp: ChargePoint, system: CentralSystem, card: str) -> None:
    body = {"connectorId": 1, "type": "Inoperative"}
    await told(system, cp, "change-availability", body, "ChangeAvailability", "Accepted", sent=body)
    await cp.status("Unavailable")
    await refused(system, cp, card, "Unavailable")


async def test_tc_048_4_reservation_of_connector_rejected(cp: ChargePoint, system: CentralSystem, card: str) -> None:
    await refused(system, cp, card, "Rejected")


async def test_tc_049_reservation_of_charge_point_transaction(
    cp: ChargePoint, system: CentralSystem, card: str
) -> None:
    number = await reserve(system, cp, card, connector=0)
    await used(system, cp, card, number, connector=2)


async def cancel(system: CentralSystem, cp: ChargePoint, number: int, status: str) -> None:
    body = {"reservationId": number}
    await told(system, cp, "cancel-reservation", body, "CancelReservation", status, sent=body)


async def test_tc_051_cancel_reservation(cp: ChargePoint, system: CentralSystem, card: str) -> None:
    number = await reserve(system, cp, card)
    await cp.status("Reserved")
    await cancel(system, cp, number, "Accepted")
    await cp.status("Available")
    assert await state(system, cp, number) == "Cancelled"


async def test_tc_052_cancel_reservation_rejected(cp: ChargePoint, system: CentralSystem) -> None:
    await cancel(system, cp, 4711, "Rejected")


async def test_tc_053_use_reserved_connector_with_parent_id_tag(cp: ChargePoint, system: CentralSystem) -> None:
    first = await system.card("TC053-1", parentIdTag="TC053-GROUP")
    second = await system.card("TC053-2", parentIdTag="TC053-GROUP")
    number = await reserve(system, cp, first, parentIdTag="TC053-GROUP")
    await cp.status("Reserved")
    answer = await cp.send("Authorize", {"idTag": second})
    assert answer["idTagInfo"] == {"status": "Accepted", "parentIdTag": "TC053-GROUP"}
    await used(system, cp, second, number)
