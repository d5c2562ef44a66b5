"""Remote control over real sockets: HTTP request in, CALL to the station, its answer back."""

import asyncio
from contextlib import AsyncExitStack

import httpx
import pytest

from tests.main_job.conftest import shown_offline
from tests.processes import Gateway
from tests.station import station
from tests.stations.profiles import profile, schedule

ROUTES = {
    "start-transaction": ("RemoteStartTransaction", {"connectorId": 1, "idTag": "TAG"}, {"status": "Accepted"}),
    "stop-transaction": ("RemoteStopTransaction", {"transactionId": 12}, {"status": "Rejected"}),
    "change-availability": ("ChangeAvailability", {"connectorId": 0, "type": "Inoperative"}, {"status": "Scheduled"}),
    "reset": ("Reset", {"type": "Soft"}, {"status": "Accepted"}),
    "unlock-connector": ("UnlockConnector", {"connectorId": 1}, {"status": "UnlockFailed"}),
    "get-configuration": (
        "GetConfiguration",
        {"key": ["HeartbeatInterval"]},
        {"configurationKey": [{"key": "HeartbeatInterval", "readonly": False, "value": "60"}]},
    ),
    "change-configuration": (
        "ChangeConfiguration",
        {"key": "HeartbeatInterval", "value": "30"},
        {"status": "RebootRequired"},
    ),
    "set-charging-profile": (
        "SetChargingProfile", {"connectorId": 0, "csChargingProfiles": profile()}, {"status": "NotSupported"},
    ),
    "clear-charging-profile": ("ClearChargingProfile", {"id": 7}, {"status": "Unknown"}),
    "get-composite-schedule": (
        "GetCompositeSchedule",
        {"connectorId": 1, "duration": 60},
        {"status": "Accepted", "connectorId": 1, "chargingSchedule": schedule(16, startSchedule=None)},
    ),
}  # fmt: skip


@pytest.mark.parametrize("route", ROUTES)
async def test_command_round_trips(gateway: Gateway, api: httpx.AsyncClient, route: str) -> None:
    action, body, answer = ROUTES[route]
    cp_id = f"CP_{action}"
    async with station(gateway.ws, cp_id) as cp:
        await cp.boot()
        asking = asyncio.create_task(api.post(f"/api/admin/{cp_id}/{route}", json=body))
        assert await cp.expect(action, answer) == body
        response = await asking
    assert response.status_code == 200
    got = response.json()
    assert got["status"] == answer.get("status", "Accepted")
    assert got["accepted"] is (got["status"] in ("Accepted", "RebootRequired", "Scheduled"))
    assert {name: got[name] for name in answer} == answer
    row = (await api.get(f"/api/commands/{got['commandId']}")).json()
    assert (row["action"], row["state"], row["payload"]) == (action, "answered", body)


async def test_station_that_is_not_connected_gives_409_at_once(gateway: Gateway, api: httpx.AsyncClient) -> None:
    async with station(gateway.ws, "CP_GONE") as cp:
        await cp.boot()
    await shown_offline(api, "CP_GONE")
    for route, (_, body, _) in ROUTES.items():
        response = await api.post(f"/api/admin/CP_GONE/{route}", json=body)
        assert (response.status_code, response.json()["code"]) == (409, "station_offline")
    assert (await api.post("/api/admin/CP_NEVER/reset", json={"type": "Soft"})).status_code == 404


async def test_callerror_of_the_station_is_passed_on(gateway: Gateway, api: httpx.AsyncClient) -> None:
    async with station(gateway.ws, "CP_REFUSES") as cp:
        await cp.boot()
        asking = asyncio.create_task(api.post("/api/admin/CP_REFUSES/reset", json={"type": "Hard"}))
        await cp.expect("Reset", error=("NotSupported", "no reset here"))
        response = await asking
    assert response.status_code == 502
    assert response.json()["ocppErrorCode"] == "NotSupported"
    assert "no reset here" in response.text


async def test_silence_gives_504_and_the_line_is_free_again(
    impatient: Gateway, impatient_api: httpx.AsyncClient
) -> None:
    async with station(impatient.ws, "CP_SILENT") as cp:
        await cp.boot()
        response = await impatient_api.post("/api/admin/CP_SILENT/reset", json={"type": "Soft"})
        assert (response.status_code, response.json()["code"]) == (504, "station_timeout")
        await cp.expect("Reset")
        asking = asyncio.create_task(
            impatient_api.post("/api/admin/CP_SILENT/unlock-connector", json={"connectorId": 1})
        )
        await cp.expect("UnlockConnector", {"status": "Unlocked"})
        assert (await asking).json()["status"] == "Unlocked"


async def test_second_call_waits_for_the_first_answer_and_the_queue_has_an_end(
    gateway: Gateway, api: httpx.AsyncClient
) -> None:
    async with station(gateway.ws, "CP_QUEUE") as cp:
        await cp.boot()
        url = "/api/admin/CP_QUEUE/reset"
        asked = [asyncio.create_task(api.post(url, json={"type": "Soft"})) for _ in range(25)]
        while sum(task.done() for task in asked) < 5:
            await asyncio.wait([task for task in asked if not task.done()], return_when=asyncio.FIRST_COMPLETED)
        refused = [task for task in asked if task.done()]
        assert {task.result().status_code for task in refused} == {429}
        assert all(int(task.result().headers["Retry-After"]) > 0 for task in refused)
        for _ in range(20):
            await cp.expect("Reset", {"status": "Accepted"})
            assert cp.calls.empty(), "one CALL outstanding per link (OCPP-J 4.1.1)"
        answered = await asyncio.gather(*(task for task in asked if task not in refused))
        assert {response.status_code for response in answered} == {200}


async def test_link_lost_while_sent_leaves_the_command_unknown(gateway: Gateway, api: httpx.AsyncClient) -> None:
    async with station(gateway.ws, "CP_LOST") as cp:
        await cp.boot()
        asking = asyncio.create_task(api.post("/api/admin/CP_LOST/reset", json={"type": "Soft"}))
        await cp.expect("Reset")
    response = await asking
    assert response.status_code == 502
    row = (await api.get(f"/api/commands/{response.json()['commandId']}")).json()
    assert row["state"] == "unknown"


async def test_remote_start_leads_to_its_session(gateway: Gateway, api: httpx.AsyncClient) -> None:
    async with station(gateway.ws, "CP_REMOTE") as cp:
        await cp.boot()
        body = {"connectorId": 1, "idTag": "REMOTE_TAG"}
        asking = asyncio.create_task(api.post("/api/admin/CP_REMOTE/start-transaction", json=body))
        await cp.expect("RemoteStartTransaction", {"status": "Accepted"})
        command = (await asking).json()["commandId"]
        start = {"connectorId": 1, "idTag": "remote_tag", "meterStart": 0, "timestamp": "2026-11-22T11:00:00Z"}
        number = (await cp.send("StartTransaction", start))["transactionId"]
        row = (await api.get(f"/api/commands/{command}")).json()
        assert row["transactionId"] == number
        stop = asyncio.create_task(
            api.post("/api/admin/CP_REMOTE/stop-transaction", json={"transactionId": row["sessionId"]})
        )
        sent = await cp.expect("RemoteStopTransaction", {"status": "Accepted"})
        assert sent == {"transactionId": number}, "either number names the session; the station knows its own"
        assert (await stop).status_code == 200


async def test_stations_are_answered_while_50_commands_are_parked(gateway: Gateway, api: httpx.AsyncClient) -> None:
    await answered_beside_parked_commands(gateway, api)


async def answered_beside_parked_commands(gateway: Gateway, api: httpx.AsyncClient) -> None:
    """50 stations keep silent on a command each; another one's session goes through meanwhile."""
    names = [f"CP_PARKED_{n}" for n in range(50)]
    async with AsyncExitStack() as links:
        silent = [await links.enter_async_context(station(gateway.ws, name)) for name in names]
        await asyncio.gather(*(cp.boot() for cp in silent))
        parked = [asyncio.create_task(api.post(f"/api/admin/{name}/reset", json={"type": "Soft"})) for name in names]
        await asyncio.gather(*(cp.expect("Reset") for cp in silent))
        busy = await links.enter_async_context(station(gateway.ws, "CP_BUSY"))
        await busy.boot()
        for second in range(20):
            values = {"timestamp": f"2026-11-22T12:00:{second:02}Z", "sampledValue": [{"value": str(second)}]}
            assert await busy.send("MeterValues", {"connectorId": 1, "meterValue": [values]}) == {}
        assert (await api.get("/api/stations/CP_BUSY")).status_code == 200
        assert not any(task.done() for task in parked), "all of them were parked all the time"
        await asyncio.gather(*(cp.reply({"status": "Accepted"}) for cp in silent))
        assert {response.status_code for response in await asyncio.gather(*parked)} == {200}
