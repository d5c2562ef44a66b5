"""A simulated station with two verbs, `send` and `expect`; checks every frame of the gateway against the schemas."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import jsonschema_rs
import websockets
from ocpp.messages import get_validator
from ocpp.v16 import enums  # noqa: F401 - makes sure that the package has the 1.6 schemas

Payload = dict[str, Any]


def schema(action: str, kind: str) -> Any:
    """The official schema as the PyPI package `ocpp` ships it."""
    message_type = 2 if kind == "call" else 3
    return jsonschema_rs.validator_for(get_validator(message_type, action, "1.6").schema, validate_formats=False)


class CallError(Exception):
    def __init__(self, code: str, description: str, details: Payload) -> None:
        super().__init__(f"{code}: {description}")
        self.code, self.description, self.details = code, description, details


class Station:
    """One socket. Answers of the gateway are matched by message id, its CALLs queue up for `expect`."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket
        self.answers: dict[str, tuple[str, asyncio.Future[Payload]]] = {}
        self.calls: asyncio.Queue[tuple[str, str, Payload]] = asyncio.Queue()
        self.asked = ""
        self.ids = (str(number) for number in itertools.count(1))
        self.reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        with suppress(websockets.ConnectionClosed):
            async for text in self.socket:
                self._take(json.loads(text))
        for _, future in self.answers.values():
            if not future.done():
                future.set_exception(ConnectionError("the gateway closed the link"))

    def _take(self, frame: list[Any]) -> None:
        if frame[0] == 2:
            _, unique_id, action, payload = frame
            schema(action, "call").validate(payload)
            self.calls.put_nowait((unique_id, action, payload))
            return
        action, future = self.answers.pop(frame[1])
        if frame[0] == 3:
            schema(action, "result").validate(frame[2])
            future.set_result(frame[2])
        else:
            assert len(frame) == 5, "a CALLERROR has five elements (OCPP-J 4.2.3)"
            future.set_exception(CallError(*frame[2:]))

    async def send(self, action: str, payload: Payload | None = None, unique_id: str | None = None) -> Payload:
        """A CALL to the gateway; returns the payload of its CALLRESULT. Raises CallError, ConnectionError."""
        unique_id = unique_id or next(self.ids)
        future: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
        self.answers[unique_id] = (action, future)
        await self.socket.send(json.dumps([2, unique_id, action, payload or {}]))
        async with asyncio.timeout(20):
            return await future

    async def expect(self, action: str, answer: Payload | None = None, error: tuple[str, str] | None = None) -> Payload:
        """The gateway's next CALL, which must be `action`; answered with a CALLRESULT or CALLERROR if one is given."""
        async with asyncio.timeout(20):
            unique_id, came, payload = await self.calls.get()
        assert came == action
        self.asked = unique_id
        if answer is not None:
            await self.reply(answer)
        if error is not None:
            await self.socket.send(json.dumps([4, unique_id, *error, {}]))
        return payload

    async def reply(self, answer: Payload) -> None:
        """The CALLRESULT to what was expected last."""
        await self.socket.send(json.dumps([3, self.asked, answer]))

    async def boot(self) -> Payload:
        return await self.send("BootNotification", {"chargePointVendor": "Acme", "chargePointModel": "One"})


@asynccontextmanager
async def station(url: str, cp_id: str, **options: Any) -> AsyncIterator[Station]:
    """A station connected to `url` (ws://host:port) as `cp_id`."""
    options.setdefault("subprotocols", ["ocpp1.6"])
    async with websockets.connect(f"{url}/{cp_id}", **options) as socket:
        connected = Station(socket)
        try:
            yield connected
        finally:
            connected.reader.cancel()
