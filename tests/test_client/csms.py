"""A small central system for the test client, made of the same two packages; its answers can be bent."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from ocpp.messages import Call, unpack
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from ocpp.v16.datatypes import IdTagInfo
from ocpp.v16.enums import Action
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from ocpp_ws.test_client.clock import wire_time

QUIET = logging.Logger("csms")
QUIET.addHandler(logging.NullHandler())
ACCEPTED = IdTagInfo("Accepted")
Bent = Callable[[dict[str, Any]], Any]


class Csms:
    """Keeps what stations said in order; `bend["Action"]` replaces an answer; one that waits for `over` never comes."""

    def __init__(self) -> None:
        self.bend: dict[str, Bent] = {}
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self.frames: list[Any] = []
        self.links: list[CentralSystem] = []
        self.headers: list[Any] = []
        self.ids = iter(range(1, 10_000))
        self.server: Server
        self.over = asyncio.Event()
        self._news = asyncio.Condition()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"

    @property
    def link(self) -> "CentralSystem":
        return self.links[-1]

    def said(self, action: str) -> list[dict[str, Any]]:
        return [payload for _, name, payload in self.calls if name == action]

    def statuses(self, connector_id: int = 1) -> list[str]:
        return [p["status"] for p in self.said("StatusNotification") if p["connectorId"] == connector_id]

    async def note(self, frame: Any, cp_id: str) -> None:
        async with self._news:
            self.frames.append(frame)
            if isinstance(frame, Call):
                self.calls.append((cp_id, frame.action, frame.payload))
            self._news.notify_all()

    async def until(self, true: Callable[[], Any]) -> None:
        async with asyncio.timeout(5), self._news:
            await self._news.wait_for(true)

    async def heard(self, action: str, times: int = 1) -> dict[str, Any]:
        """The `times`-th payload of this action, waited for."""
        await self.until(lambda: len(self.said(action)) >= times)
        return self.said(action)[times - 1]

    async def serve_station(self, socket: ServerConnection) -> None:
        link = CentralSystem(socket.request.path.rsplit("/", 1)[-1], socket, self)
        self.links.append(link)
        self.headers.append(socket.request.headers)
        with suppress(ConnectionClosed):
            await link.start()


class CentralSystem(ChargePoint):
    """The server's end of one link."""

    def __init__(self, cp_id: str, socket: ServerConnection, csms: Csms) -> None:
        super().__init__(cp_id, socket, response_timeout=5, logger=QUIET)
        self.csms = csms
        self.socket = socket

    async def route_message(self, raw_msg: str) -> None:
        await self.csms.note(unpack(raw_msg), self.id)
        await super().route_message(raw_msg)

    async def tell(self, request: Any) -> Any:
        return await self.call(request, suppress=False)

    async def answer(self, action: str, given: dict[str, Any], usual: Any) -> Any:
        if action not in self.csms.bend:
            return usual
        bent = self.csms.bend[action](given)
        return await bent if asyncio.iscoroutine(bent) else bent

    @on(Action.boot_notification)
    async def on_boot(self, **given: Any) -> Any:
        return await self.answer("BootNotification", given, call_result.BootNotification(wire_time(), 300, "Accepted"))

    @on(Action.heartbeat)
    async def on_heartbeat(self, **given: Any) -> Any:
        return call_result.Heartbeat(wire_time())

    @on(Action.status_notification)
    async def on_status(self, **given: Any) -> Any:
        return await self.answer("StatusNotification", given, call_result.StatusNotification())

    @on(Action.authorize)
    async def on_authorize(self, **given: Any) -> Any:
        return await self.answer("Authorize", given, call_result.Authorize(ACCEPTED))

    @on(Action.start_transaction)
    async def on_start(self, **given: Any) -> Any:
        usual = call_result.StartTransaction(next(self.csms.ids), ACCEPTED)
        return await self.answer("StartTransaction", given, usual)

    @on(Action.meter_values)
    async def on_meter_values(self, **given: Any) -> Any:
        return await self.answer("MeterValues", given, call_result.MeterValues())

    @on(Action.stop_transaction)
    async def on_stop(self, **given: Any) -> Any:
        return await self.answer("StopTransaction", given, call_result.StopTransaction(ACCEPTED))

    @on(Action.firmware_status_notification)
    async def on_firmware(self, **given: Any) -> Any:
        return call_result.FirmwareStatusNotification()

    @on(Action.sign_certificate)
    async def on_sign_certificate(self, **given: Any) -> Any:
        return await self.answer("SignCertificate", given, call_result.SignCertificate("Accepted"))

    @on(Action.security_event_notification)
    async def on_security_event(self, **given: Any) -> Any:
        return call_result.SecurityEventNotification()

    @on(Action.signed_firmware_status_notification)
    async def on_signed_firmware(self, **given: Any) -> Any:
        return call_result.SignedFirmwareStatusNotification()

    @on(Action.log_status_notification)
    async def on_log(self, **given: Any) -> Any:
        return call_result.LogStatusNotification()

        usual = call_result.SecurityEventNotification()
        return await self.answer("SecurityEventNotification", given, usual)

    @on(Action.diagnostics_status_notification)
    async def on_diagnostics(self, **given: Any) -> Any:
        return call_result.DiagnosticsStatusNotification()


@asynccontextmanager
async def running_csms(**server: Any) -> AsyncIterator[Csms]:
    """On a free port of 127.0.0.1; `server` goes to `websockets.serve`."""
    csms = Csms()
    options = {"subprotocols": ["ocpp1.6"], "logger": QUIET, "close_timeout": 1, **server}
    async with serve(csms.serve_station, "127.0.0.1", 0, **options) as csms.server:
        try:
            yield csms
        finally:
            csms.over.set()
