"""A station whose clock tells local time, without a zone."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from sessions_app.models import ChargingSession, MeterValue
from stations.models import ChargingStation, Connector
from tests.ocpp_ws.charger import START
from tests.ocpp_ws.conftest import Connect
from tests.ocpp_ws.rows import rows

SUMMER, WINTER = datetime(2026, 7, 1, 10, 0, tzinfo=UTC), datetime(2026, 1, 1, 11, 0, tzinfo=UTC)


async def test_its_times_without_a_zone_are_of_its_own_zone(connect: Connect) -> None:
    await rows(ChargingStation.objects.create, cp_id="CP_1", time_zone="Europe/Berlin")
    charger = await connect("CP_1")
    number = (await charger.send("StartTransaction", START | {"timestamp": "2026-01-01T12:00:00"}))["transactionId"]
    sampled = {"timestamp": "2026-01-01 12:30", "sampledValue": [{"value": "1500"}]}
    await charger.send("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [sampled]})
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Charging"}
    await charger.send("StatusNotification", status | {"timestamp": "2026-07-01T12:00:00"})
    stop = {"transactionId": number, "meterStop": 2000, "timestamp": "2026-07-01T10:00:00Z"}
    await charger.send("StopTransaction", stop)
    session, value = await rows(ChargingSession.objects.get), await rows(MeterValue.objects.get)
    assert (session.started_at, session.stopped_at, session.flags) == (WINTER, SUMMER, [])
    assert value.sampled_at == WINTER.replace(minute=30)
    assert (await rows(Connector.objects.get)).status_at == SUMMER


async def test_by_default_they_are_utc_and_flagged(connect: Connect) -> None:
    charger = await connect("CP_1")
    await charger.send("StartTransaction", START | {"timestamp": "2026-01-01T11:00:00"})
    session = await rows(ChargingSession.objects.get)
    assert (session.started_at, session.flags) == (WINTER, ["no_zone"])


@pytest.mark.parametrize("name", ["Berlin", "../x", "utc+1"])
def test_an_operator_can_only_name_a_zone_that_exists(name: str) -> None:
    ChargingStation(cp_id="CP_1", time_zone="Europe/Berlin").clean_fields()
    with pytest.raises(ValidationError, match="is no time zone"):
        ChargingStation(cp_id="CP_1", time_zone=name).clean_fields()
