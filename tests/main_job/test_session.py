"""The main job over real sockets: a station connects, charges, and is seen."""

import re

import httpx
import pytest

from tests.main_job.conftest import is_strict, shown_offline
from tests.processes import Gateway
from tests.station import CallError, station

START = {"connectorId": 1, "idTag": "RFID_001", "meterStart": 1000, "timestamp": "2026-11-22T10:00:00Z"}


def meter_value(wh: int, minute: int) -> dict:
    return {
        "timestamp": f"2026-11-22T10:{minute:02}:00Z",
        "sampledValue": [
            {"value": str(wh)},
            {"value": "11.04", "measurand": "Power.Active.Import", "unit": "kW"},
            {"value": "231.5", "measurand": "Voltage", "phase": "L1-N", "unit": "V"},
        ],
    }


async def test_whole_session_is_seen_in_rest(gateway: Gateway, api: httpx.AsyncClient) -> None:
    await api.post("/api/rfid", json={"tagId": "RFID_001", "status": "Active"})
    async with station(gateway.ws, "CP_SESSION") as cp:
        boot = await cp.boot()
        assert boot["status"] == "Accepted"
        assert boot["interval"] == 60
        await cp.send("StatusNotification", {"connectorId": 1, "status": "Charging", "errorCode": "NoError"})
        assert (await cp.send("Authorize", {"idTag": "rfid_001"}))["idTagInfo"]["status"] == "Accepted"
        started = await cp.send("StartTransaction", START)
        assert started["idTagInfo"]["status"] == "Accepted"
        number = started["transactionId"]
        values = {"connectorId": 1, "transactionId": number, "meterValue": [meter_value(1500, 5)]}
        assert await cp.send("MeterValues", values) == {}
        running = (await api.get(f"/api/sessions/{number}")).json()
        assert (running["status"], running["energyWh"], running["powerW"]) == ("active", 500, 11040)
        stop = {
            "transactionId": number,
            "meterStop": 2500,
            "timestamp": "2026-11-22T10:10:00Z",
            "reason": "EVDisconnected",
        }
        await cp.send("StopTransaction", {**stop, "transactionData": [meter_value(1500, 5), meter_value(2500, 10)]})
    ended = (await api.get(f"/api/sessions/{running['id']}")).json()
    assert ended["transactionId"] == number
    assert (ended["status"], ended["energyWh"], ended["stopReason"]) == ("completed", 1500, "EVDisconnected")
    stored = (await api.get("/api/meter-values", params={"sessionId": running["id"]})).json()["results"]
    assert len(stored) == 6, "the sample that came twice is stored once"
    actions = [m["action"] for m in (await api.get("/api/messages", params={"cpId": "CP_SESSION"})).json()["results"]]
    assert actions[-1] == "BootNotification"
    assert actions[0] == "StopTransaction"


async def test_the_strict_switch_holds_at_once_on_a_live_link(gateway: Gateway, api: httpx.AsyncClient) -> None:
    async with station(gateway.ws, "CP_STRICT") as cp:
        await cp.boot()
        await is_strict(cp, False)
        await api.patch("/api/stations/CP_STRICT", json={"strict": True})
        await is_strict(cp, True)
        await api.patch("/api/stations/CP_STRICT", json={"strict": False})
        await is_strict(cp, False)


async def test_station_is_offline_at_once_when_its_link_ends(gateway: Gateway, api: httpx.AsyncClient) -> None:
    async with station(gateway.ws, "CP_LEAVES") as cp:
        await cp.boot()
        assert (await api.get("/api/stations/CP_LEAVES")).json()["online"] is True
        connected = (await api.get("/api/stations/connected/list")).json()
        assert "CP_LEAVES" in str(connected)
    await shown_offline(api, "CP_LEAVES")


async def test_a_retried_start_gets_the_same_answer_and_opens_no_second_session(
    gateway: Gateway, api: httpx.AsyncClient
) -> None:
    await api.post("/api/rfid", json={"tagId": "ONLY_ONE"})
    start = START | {"idTag": "ONLY_ONE"}
    async with station(gateway.ws, "CP_RETRIES") as cp:
        await cp.boot()
        first = await cp.send("StartTransaction", start)
    await gateway.logged(re.escape("[CP_RETRIES] Disconnected"))
    async with station(gateway.ws, "CP_RETRIES") as cp:  # no Boot: it was accepted before (OCPP-J 5.4)
        assert await cp.send("StartTransaction", start) == first
        assert first["idTagInfo"]["status"] == "Accepted", "the card's limit does not count the session itself"
    assert len((await api.get("/api/sessions/station/CP_RETRIES")).json()["results"]) == 1


async def test_unknown_actions_and_broken_payloads_get_their_callerror(gateway: Gateway) -> None:
    async with station(gateway.ws, "CP_ERRORS") as cp:
        await cp.boot()
        with pytest.raises(CallError) as unknown:
            await cp.send("NoSuchAction", {})
        with pytest.raises(CallError) as incomplete:
            await cp.send("StartTransaction", {"connectorId": 1})
        assert (unknown.value.code, incomplete.value.code) == ("NotImplemented", "ProtocolError")
        assert "currentTime" in await cp.send("Heartbeat"), "one bad frame does not end the link"


async def test_every_frame_is_logged_in_the_promised_form(gateway: Gateway) -> None:
    async with station(gateway.ws, "CP_LOGGED") as cp:
        await cp.send("Heartbeat", unique_id="beat-1")
    await gateway.logged(re.escape('[CP_LOGGED] Received: [2, "beat-1", "Heartbeat", {}]'))
    await gateway.logged(re.escape('[CP_LOGGED] Sending: [3,"beat-1",{"currentTime":"'))


async def test_reservations_made_at_the_station_are_seen(gateway: Gateway, api: httpx.AsyncClient) -> None:
    reserve = {"connectorId": 1, "expiryDate": "2099-01-01T00:00:00Z", "idTag": "T", "reservationId": 7}
    async with station(gateway.ws, "CP_RESERVES") as cp:
        await cp.boot()
        assert await cp.send("ReserveNow", reserve) == {"status": "Accepted"}
        assert await cp.send("ReserveNow", reserve | {"reservationId": 8}) == {"status": "Occupied"}
        assert await cp.send("CancelReservation", {"reservationId": 7}) == {"status": "Accepted"}
        assert await cp.send("CancelReservation", {"reservationId": 7}) == {"status": "Rejected"}
    rows = (await api.get("/api/reservations", params={"cpId": "CP_RESERVES"})).json()["results"]
    assert [(row["reservationId"], row["status"]) for row in rows] == [(7, "Cancelled")]
