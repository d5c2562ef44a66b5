"""What the station tells of its own accord."""

import asyncio
from typing import Any

from ocpp.v16 import call, call_result
from ocpp.v16.enums import AuthorizationStatus, ChargePointErrorCode, ChargePointStatus, Reason, RegistrationStatus

from .clock import wire_time
from .errors import Refused, StartRefused
from .hardware import Connector, Hardware
from .journal import Journal
from .link import Link
from .options import Options
from .pace import Fast, Pace, RealTime
from .session import ChargingSession
from .wire import Wire

ONE_DAY = 86_400.0


class Station(Link):
    """Its `hardware` outlives the connection; its sessions, one per connector, do not."""

    def __init__(
        self, wire: Wire, options: Options, journal: Journal, tasks: asyncio.TaskGroup, hardware: Hardware
    ) -> None:
        super().__init__(wire, options, journal, tasks)
        self.hardware = hardware
        self.sessions: dict[int, ChargingSession] = {}
        self.closing = False
        self.reset_asked: asyncio.Event = asyncio.Event()
        self.reset_reason = Reason.local
        self.reconfigured = asyncio.Event()

    async def boot(self) -> None:
        """Register; raises `Refused` unless Accepted."""
        answer = await self.ask(self.boot_notification())
        if answer.status != RegistrationStatus.accepted:
            raise Refused(f"BootNotification was answered {answer.status} (interval {answer.interval} s)")
        if answer.interval:  # 0: the station decides (S§4.2)
            self.hardware.configuration.change("HeartbeatInterval", str(answer.interval))
            self.reconfigured.set()
        self.journal.note(f"BootNotification: Accepted, heartbeat every {answer.interval} s")

    def boot_notification(self) -> call.BootNotification:
        return call.BootNotification(
            charge_point_model="Test Client 11",
            charge_point_vendor="OCPP Gateway",
            charge_point_serial_number=self.id[:25],
            firmware_version="1.0.0",
            meter_type="Three-phase model",
        )

    async def announce(self) -> None:
        """E§3.22: the status of connector 0 and of all others after every accepted boot."""
        await self.notify_main()
        for connector in self.hardware.connectors.values():
            await self.show(connector, connector.at_rest())

    async def notify_main(self) -> None:
        await self._notify(0, self.hardware.status())

    async def show(self, connector: Connector, status: ChargePointStatus) -> None:
        connector.status = status
        await self._notify(connector.id, status)

    async def authorize(self, id_tag: str) -> str:
        answer = await self.ask(call.Authorize(id_tag))
        status: str = answer.id_tag_info["status"]
        if group := answer.id_tag_info.get("parent_id_tag"):
            self.hardware.reservations.groups[id_tag] = group
        self.journal.note(f"Authorize {id_tag}: {status}")
        return status

    async def heartbeats(self) -> None:
        """Beat at HeartbeatInterval for ever; a changed interval counts at once."""
        while True:
            interval = self.hardware.configuration.seconds("HeartbeatInterval") or ONE_DAY
            try:
                async with asyncio.timeout(interval):
                    await self.reconfigured.wait()
                self.reconfigured.clear()
            except TimeoutError:
                await self.ask(call.Heartbeat())

    def free(self, connector_id: int | None, id_tag: str) -> Connector | None:
        """A connector on which a session of this card may begin now."""
        if self.closing or self.reset_asked.is_set():
            return None
        reserved = self.hardware.reservations
        free = [c for c in self.hardware.at(None) if c.operative and c.id not in self.sessions]
        if len(free) <= reserved.kept_free(id_tag):
            return None
        mine = [c for c in free if connector_id in (None, c.id) and not reserved.keeps_out(c.id, id_tag)]
        return next(iter(mine), None)

    def prepare(self, connector: Connector, id_tag: str) -> ChargingSession:
        """Take the connector for a session, which `charge` then runs."""
        session = ChargingSession(self, connector, id_tag, self._pace)
        self.sessions[connector.id] = session
        return session

    async def charge(self, session: ChargingSession) -> None:
        """Run it; raises `StartRefused` where the idTag is not accepted, after its StopTransaction."""
        try:
            status = await session.run()
        finally:
            self.sessions.pop(session.connector.id, None)  # free before it says so: the next start may follow at once
            self.hardware.profiles.transaction_ended(session.connector.id)
        await self.show(session.connector, session.connector.at_rest())
        if status != AuthorizationStatus.accepted:
            raise StartRefused(f"StartTransaction was answered {status} for {session.id_tag}")

    def power_off(self) -> None:
        """Everything stops where it is; the run connects again."""
        self.reset_asked.set()
        self.sessions.clear()
        self.cut_off()

    async def stop_all(self, reason: Reason) -> None:
        """Begin no session any more, end the running ones, and wait for all work."""
        self.closing = True
        self.stop_sessions(reason)
        await self.settled()

    def allowed(self, connector: Connector) -> float:
        """The watts that a connector may draw now."""
        return float("inf")

    def stop_sessions(self, reason: Reason) -> None:
        for session in self.sessions.values():
            session.stop(reason)

    def _answered(self, action: str, status: Any) -> Any:
        self.journal.note(f"{action}: {status.value}")
        return getattr(call_result, action)(status)

    async def _notify(self, connector_id: int, status: ChargePointStatus) -> None:
        self.journal.note(f"StatusNotification: connector {connector_id} {status.value}")
        await self.ask(
            call.StatusNotification(connector_id, ChargePointErrorCode.no_error, status, timestamp=wire_time())
        )

    def _pace(self) -> Pace:
        if self.options.fast:
            return Fast(self.options.meter_interval)
        return RealTime(self.hardware.configuration)
