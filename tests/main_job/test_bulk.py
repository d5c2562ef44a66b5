"""A bulk command to stations that are really connected."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import httpx

from tests.processes import Gateway
from tests.station import station


async def test_many_stations_are_reset_a_few_at_a_time(gateway: Gateway, api: httpx.AsyncClient) -> None:
    names = [f"CP_BULK_{number}" for number in range(6)]
    async with AsyncExitStack() as stack:
        chargers = [await stack.enter_async_context(station(gateway.ws, name)) for name in names]
        for charger in chargers:
            await charger.boot()
        body: dict[str, Any] = {"command": "reset", "body": {"type": "Soft"}, "atOnce": 2, "cpIds": [*names]}
        made = (await api.post("/api/bulk-commands", json=body)).json()
        answers = ["Accepted"] * 5 + ["Rejected"]
        await asyncio.gather(
            *(one.expect("Reset", {"status": word}) for one, word in zip(chargers, answers, strict=True))
        )
        async with asyncio.timeout(20):
            while (shown := (await api.get(f"/api/bulk-commands/{made['id']}")).json())["state"] == "running":
                pass  # its end comes from the answers
    assert shown["state"] == "finished"
    assert shown["progress"] == {"waiting": 0, "given": 0, "done": 5, "failed": 1, "skipped": 0}
    items = (await api.get(f"/api/bulk-commands/{made['id']}/items")).json()["results"]
    assert {one["cpId"]: one["result"] for one in items} == dict(zip(names, answers, strict=True))
