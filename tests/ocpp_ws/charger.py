"""A station on an ASGI socket of this process, with the verbs `send`, `expect` and `answer`."""

import asyncio
import itertools
import json
from typing import Any, ClassVar
from urllib.parse import quote

from asgiref.testing import ApplicationCommunicator

from gateway.asgi import application

Payload = dict[str, Any]
START = {"connectorId": 1, "idTag": "04AABB", "meterStart": 1000, "timestamp": "2026-03-01T12:00:00Z"}
BOOT = {"chargePointVendor": "Acme", "chargePointModel": "One"}
SECONDS = 10.0


class Closed(Exception):
    """The gateway closed the link with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class CallError(Exception):
    """The gateway answered with a CALLERROR."""

    def __init__(self, code: str, description: str, details: Payload) -> None:
        super().__init__(f"{code}: {description}")
        self.code, self.description, self.details = code, description, details


class Charger(ApplicationCommunicator):
    """One socket of a station. What starts with a slash is the whole path, as it is.

    Channels' own communicator switches off the closing of database connections for everybody while it waits, and with
    two of them at once for good.
    """

    started: ClassVar[list["Charger"]] = []  # so that all end with their test

    def __init__(
        self,
        cp_id: str = "CP_1",
        *,
        subprotocols: tuple[str, ...] = ("ocpp1.6",),
        headers: dict[str, str] | None = None,
    ) -> None:
        raw = cp_id if cp_id.startswith("/") else "/" + quote(cp_id, safe="")
        pairs = {"host": "gateway.test:3000"} | (headers or {})
        scope = {
            "type": "websocket", "path": raw, "raw_path": raw.encode("latin-1"), "query_string": b"",
            "subprotocols": list(subprotocols), "client": ("10.1.2.3", 4567),
            "headers": [(name.encode(), value.encode()) for name, value in pairs.items()],
        }  # fmt: skip
        super().__init__(application, scope)
        self.started.append(self)
        self.ids = (f"id-{number}" for number in itertools.count(1))

    async def knock(self) -> Payload:
        """The handshake; what the gateway makes of it: an accept, or the start of a refusal."""
        await self.send_input({"type": "websocket.connect"})
        return await self.event()

    async def connected(self) -> "Charger":
        first = await self.knock()
        assert first["type"] == "websocket.accept", first
        return self

    async def event(self) -> Payload:
        message: Payload = await self.receive_output(SECONDS)
        return message

    async def text(self) -> str:
        """The next text from the gateway. Raises Closed."""
        while (event := await self.event())["type"] == "websocket.ping":
            pass  # a newcomer with the same identity has it asked whether it lives; what it sends says so
        if event["type"] == "websocket.close":
            raise Closed(event["code"])
        assert event["type"] == "websocket.send", event
        text: str = event["text"]
        return text

    async def ask(self, text: str) -> str:
        """Send a text and return the next one."""
        await self.send_input({"type": "websocket.receive", "text": text})
        return await self.text()

    async def send(self, action: str, payload: Payload | None = None, unique_id: str | None = None) -> Payload:
        """A CALL; returns the payload of its CALLRESULT. Raises CallError, Closed."""
        unique_id = unique_id or next(self.ids)
        kind, answered, *rest = json.loads(await self.ask(json.dumps([2, unique_id, action, payload or {}])))
        assert answered == unique_id
        if kind == 4:
            raise CallError(*rest)
        result: Payload = rest[0]
        return result

    async def expect(self, action: str) -> tuple[str, Payload]:
        """The gateway's next CALL, which must be `action`: its id and payload."""
        kind, unique_id, came, payload = json.loads(await self.text())
        assert (kind, came) == (2, action)
        return unique_id, payload

    async def answer(self, unique_id: str, payload: Payload) -> None:
        await self.write([3, unique_id, payload])

    async def fail(self, unique_id: str, code: str, description: str = "") -> None:
        await self.write([4, unique_id, code, description, {}])

    async def write(self, frame: Any) -> None:
        text = frame if isinstance(frame, str) else json.dumps(frame)
        await self.send_input({"type": "websocket.receive", "text": text})

    async def lives(self) -> bool:
        """Whether it is still served; also: everything that was written before has been looked at."""
        return "currentTime" in await self.send("Heartbeat")

    async def hang_up(self) -> None:
        """The socket is gone; returns when the gateway has noticed and stored it."""
        if self._future is not None and not self.future.done():
            await self.send_input({"type": "websocket.disconnect", "code": 1006})
            async with asyncio.timeout(SECONDS):
                await asyncio.wait([self.future])
