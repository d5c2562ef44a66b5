"""The station of the cases. Every frame of the gateway is checked against the official schemas (tests/station.py)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import websockets

from tests.station import Payload, Station


def wire_time(ago: float = 0) -> str:
    return (datetime.now(UTC) - timedelta(seconds=ago)).isoformat(timespec="seconds").replace("+00:00", "Z")


class ChargePoint(Station):
    """Two connectors, a meter for each, in Wh; what it says next about them is `status`, `start`, `meter`, `stop`."""

    id = ""
    transaction_id = 0
    meter_wh = 1000

    async def cold_boot(self) -> Payload:
        """TC_001: BootNotification, and the status of each connector once it is accepted (errata 3.22)."""
        answer = await self.boot()
        assert answer["status"] == "Accepted"
        for connector in (0, 1, 2):
            await self.status("Available", connector)
        return answer

    async def status(self, status: str, connector: int = 1, error: str = "NoError", ago: float = 0) -> None:
        told = {"connectorId": connector, "errorCode": error, "status": status, "timestamp": wire_time(ago)}
        assert await self.send("StatusNotification", told) == {}

    async def authorize(self, id_tag: str) -> str:
        answer = await self.send("Authorize", {"idTag": id_tag})
        return str(answer["idTagInfo"]["status"])

    async def start(self, id_tag: str, connector: int = 1, ago: float = 0, **more: Any) -> Payload:
        told = {"connectorId": connector, "idTag": id_tag, "meterStart": self.meter_wh, "timestamp": wire_time(ago)}
        answer = await self.send("StartTransaction", told | more)
        self.transaction_id = answer["transactionId"]
        assert self.transaction_id > 0
        return answer

    async def meter(self, connector: int = 1, wh: int = 100) -> None:
        self.meter_wh += wh
        value = {"timestamp": wire_time(), "sampledValue": [{"value": str(self.meter_wh)}]}
        told = {"connectorId": connector, "transactionId": self.transaction_id, "meterValue": [value]}
        assert await self.send("MeterValues", told) == {}

    async def stop(self, reason: str = "Local", ago: float = 0, **more: Any) -> Payload:
        told = {"transactionId": self.transaction_id, "meterStop": self.meter_wh, "timestamp": wire_time(ago)}
        return await self.send("StopTransaction", told | {"reason": reason} | more)

    async def charging(self, id_tag: str, connector: int = 1) -> None:
        """State: a session runs."""
        await self.status("Preparing", connector)
        assert await self.authorize(id_tag) == "Accepted"
        assert (await self.start(id_tag, connector))["idTagInfo"]["status"] == "Accepted"
        await self.status("Charging", connector)

    async def unplugged(self, connector: int = 1) -> None:
        """State: the session is over and the cable is out."""
        await self.status("Finishing", connector)
        await self.status("Available", connector)

    async def quiet(self) -> None:
        """The gateway has sent nothing that was not expected."""
        await self.send("Heartbeat")
        assert self.calls.empty()


@asynccontextmanager
async def charge_point(url: str, cp_id: str, **options: Any) -> AsyncIterator[ChargePoint]:
    """Connected to `url` (ws:// or wss://host:port), not booted yet; nothing unexpected came when it leaves."""
    options.setdefault("subprotocols", ["ocpp1.6"])
    async with websockets.connect(f"{url}/{cp_id}", **options) as socket:
        connected = ChargePoint(socket)
        connected.id = cp_id
        try:
            yield connected
            await left_in_peace(connected)
        finally:
            connected.reader.cancel()


async def left_in_peace(cp: ChargePoint) -> None:
    if cp.socket.state is websockets.State.OPEN and not cp.reader.done():
        async with asyncio.timeout(20):
            await cp.quiet()
