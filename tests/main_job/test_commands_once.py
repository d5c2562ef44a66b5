"""Commands that are given once, taken back, or wait for their station."""

import asyncio

import httpx

from tests.main_job.conftest import shown_offline
from tests.processes import Gateway
from tests.station import station

SOFT = {"type": "Soft"}


async def test_ten_requests_with_one_idempotency_key_are_one_call(gateway: Gateway, api: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "reset-1"}
    async with station(gateway.ws, "CP_ONCE") as cp:
        await cp.boot()
        asked = [asyncio.create_task(api.post("/api/admin/CP_ONCE/reset", json=SOFT, headers=key)) for _ in range(10)]
        await cp.expect("Reset", {"status": "Accepted"})
        answers = await asyncio.gather(*asked)
        later = await api.post("/api/admin/CP_ONCE/reset", json=SOFT, headers=key)
        other = await api.post("/api/admin/CP_ONCE/reset", json={"type": "Hard"}, headers=key)
        assert "currentTime" in await cp.send("Heartbeat")
        assert cp.calls.empty()
    assert {answer.status_code for answer in [*answers, later]} == {200}
    assert len({answer.json()["commandId"] for answer in [*answers, later]}) == 1
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_conflict")


async def test_key_of_a_command_that_was_refused_may_be_used_again(gateway: Gateway, api: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "reset-2"}
    async with station(gateway.ws, "CP_AGAIN") as cp:
        await cp.boot()
    await shown_offline(api, "CP_AGAIN")
    assert (await api.post("/api/admin/CP_AGAIN/reset", json=SOFT, headers=key)).status_code == 409
    async with station(gateway.ws, "CP_AGAIN") as cp:
        asking = asyncio.create_task(api.post("/api/admin/CP_AGAIN/reset", json=SOFT, headers=key))
        await cp.expect("Reset", {"status": "Accepted"})
        assert (await asking).status_code == 200


async def test_queued_command_can_be_taken_back_and_a_sent_one_cannot(gateway: Gateway, api: httpx.AsyncClient) -> None:
    async with station(gateway.ws, "CP_CANCEL") as cp:
        await cp.boot()
        first = (await api.post("/api/admin/CP_CANCEL/reset?wait=0", json=SOFT)).json()["commandId"]
        await cp.expect("Reset")
        asking = asyncio.create_task(api.post("/api/admin/CP_CANCEL/unlock-connector", json={"connectorId": 1}))
        second = await newest(api, "CP_CANCEL", after=first)
        taken_back = await api.post(f"/api/commands/{second}/cancel")
        assert (taken_back.status_code, taken_back.json()["state"]) == (200, "cancelled")
        assert (await asking).status_code == 409
        assert (await api.post(f"/api/commands/{first}/cancel")).status_code == 409
        await cp.reply({"status": "Accepted"})
        assert "currentTime" in await cp.send("Heartbeat")
        assert cp.calls.empty(), "what was taken back is never sent"


async def newest(api: httpx.AsyncClient, cp_id: str, after: int) -> int:
    while True:
        rows = (await api.get("/api/commands", params={"cpId": cp_id})).json()["results"]
        if rows[0]["id"] != after:
            return int(rows[0]["id"])


async def test_command_waits_for_its_station_if_asked_to(gateway: Gateway, api: httpx.AsyncClient) -> None:
    async with station(gateway.ws, "CP_LATER") as cp:
        await cp.boot()
    await shown_offline(api, "CP_LATER")
    asked = await api.post("/api/admin/CP_LATER/reset?waitForOnline=60&wait=0", json=SOFT)
    assert asked.status_code == 202
    async with station(gateway.ws, "CP_LATER") as cp:
        await cp.expect("Reset", {"status": "Accepted"})
        await cp.send("Heartbeat")
        row = (await api.get(asked.headers["Location"])).json()
    assert (row["state"], row["status"]) == ("answered", "Accepted")


async def test_command_that_waited_long_enough_is_not_sent(gateway: Gateway, api: httpx.AsyncClient) -> None:
    async with station(gateway.ws, "CP_TOO_LATE") as cp:
        await cp.boot()
    await shown_offline(api, "CP_TOO_LATE")
    asked = await api.post("/api/admin/CP_TOO_LATE/reset?waitForOnline=0&wait=0", json=SOFT)
    async with station(gateway.ws, "CP_TOO_LATE") as cp:
        await cp.send("Heartbeat")
        asking = asyncio.create_task(api.post("/api/admin/CP_TOO_LATE/unlock-connector", json={"connectorId": 1}))
        await cp.expect("UnlockConnector", {"status": "Unlocked"})
        await asking
    assert (await api.get(asked.headers["Location"])).json()["state"] == "expired"
