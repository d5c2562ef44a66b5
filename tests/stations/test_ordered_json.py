"""Members go out, and are shown, in the order in which they were given."""

from datetime import UTC, datetime

import pytest

from ocpp_ws.models import OcppMessage
from ocpp_ws.rows import insert_rows
from stations.models import ChargingStation, Command

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

PAYLOAD = {"vendorId": "v", "messageId": "m", "data": "d", "bb": {"z": 1, "a": None}, "a": ["x"]}


@pytest.mark.django_db
def test_a_commands_members_keep_their_order(station: ChargingStation) -> None:
    command = Command.objects.create(station=station, action="DataTransfer", payload=PAYLOAD, actor="olga")
    command.refresh_from_db()
    assert repr(command.payload) == repr(PAYLOAD)
    assert command.answer is None
    Command.objects.update(payload=PAYLOAD | {"data": "***"}, answer={"status": "Accepted"})
    command.refresh_from_db()
    assert list(command.payload) == list(PAYLOAD)
    assert command.answer == {"status": "Accepted"}


@pytest.mark.django_db
def test_a_messages_members_keep_their_order(station: ChargingStation) -> None:
    row = {
        "station_id": station.pk, "epoch": 1, "direction": "in", "unique_id": "1", "action": "DataTransfer",
        "payload": PAYLOAD, "answer": None, "error_code": "", "error_description": "", "status": "", "at": NOON,
        "answered_at": NOON,
    }  # fmt: skip
    insert_rows(OcppMessage, [row])
    message = OcppMessage.objects.get()
    assert repr(message.payload) == repr(PAYLOAD)
    assert message.answer is None


@pytest.mark.django_db
def test_a_command_is_found_by_a_member(station: ChargingStation) -> None:
    Command.objects.create(station=station, action="DataTransfer", payload=PAYLOAD, actor="olga")
    assert Command.objects.filter(payload__messageId="m", payload__bb__z=1).exists()
    assert not Command.objects.filter(payload__messageId="v").exists()
