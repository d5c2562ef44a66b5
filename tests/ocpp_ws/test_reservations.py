"""A reservation over the wire, from ReserveNow to its end."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stations import commands
from stations.models import Command, Reservation
from tests.ocpp_ws.charger import START, Charger
from tests.ocpp_ws.conftest import Connect
from tests.ocpp_ws.rows import rows, station

NOW = datetime.now(UTC)
ENDS = NOW + timedelta(hours=1)


async def asked(charger: Charger, **more: Any) -> tuple[Command, str, dict[str, Any]]:
    """ReserveNow as the station gets it: the command, its message id and payload."""
    about: dict[str, Any] = {"connector_id": 1, "expiry_date": ENDS, "id_tag": "04AABB", "actor": "olga", "wait": 0}
    command = await rows(commands.reserve_now, await station(), **about | more)
    return command, *await charger.expect("ReserveNow")


async def status_of(charger: Charger) -> list[str]:
    assert await charger.lives()
    return await rows(lambda: list(Reservation.objects.values_list("status", flat=True)))


async def test_accepted_then_used_by_the_start_that_names_it(charger: Charger) -> None:
    _, unique_id, payload = await asked(charger)
    await charger.answer(unique_id, {"status": "Accepted"})
    assert await status_of(charger) == ["Active"]
    now = {"timestamp": datetime.now(UTC).isoformat()}
    await charger.send("StartTransaction", START | now | {"reservationId": payload["reservationId"]})
    assert await status_of(charger) == ["Used"]


@pytest.mark.parametrize("answer", ["Faulted", "Occupied", "Rejected", "Unavailable"])
async def test_a_refusal_is_the_commands_result(charger: Charger, answer: str) -> None:
    command, unique_id, _ = await asked(charger)
    await charger.answer(unique_id, {"status": answer})
    assert await status_of(charger) == []
    await rows(command.refresh_from_db)
    assert (command.state, command.status) == ("answered", answer)


async def test_a_late_answer_counts(connect: Connect, settings: Any) -> None:
    settings.CALL_TIMEOUT = 0.01
    charger = await connect()
    command, unique_id, _ = await asked(charger)
    while command.state != "timeout":
        assert await charger.lives()
        await rows(command.refresh_from_db)
    await charger.answer(unique_id, {"status": "Accepted"})
    assert await status_of(charger) == ["Active"]


async def test_cancelled(charger: Charger) -> None:
    _, unique_id, payload = await asked(charger)
    await charger.answer(unique_id, {"status": "Accepted"})
    number = payload["reservationId"]
    await rows(commands.cancel_reservation, await station(), actor="olga", reservation_id=number, wait=0)
    unique_id, payload = await charger.expect("CancelReservation")
    assert payload == {"reservationId": number}
    await charger.answer(unique_id, {"status": "Accepted"})
    assert await status_of(charger) == ["Cancelled"]


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("status", ["Faulted", "Unavailable"])
async def test_ended_by_a_place_that_goes_out_of_service(charger: Charger, place: int, status: str) -> None:
    _, unique_id, _ = await asked(charger)
    await charger.answer(unique_id, {"status": "Accepted"})
    await charger.send("StatusNotification", {"connectorId": place, "errorCode": "NoError", "status": status})
    assert await status_of(charger) == ["Cancelled"]
