"""One charging session, from Preparing to Finishing."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol

from ocpp.v16 import call
from ocpp.v16.datatypes import MeterValue
from ocpp.v16.enums import AuthorizationStatus, ChargePointStatus, ReadingContext, Reason

from .clock import wire_time
from .hardware import Connector, Hardware
from .journal import Charged, Journal
from .pace import Pace


class Line(Protocol):
    """What a session needs of its station."""

    hardware: Hardware
    journal: Journal

    def allowed(self, connector: Connector) -> float: ...

    async def ask(self, request: Any) -> Any: ...

    async def show(self, connector: Connector, status: ChargePointStatus) -> None: ...


class ChargingSession:
    """`run` it once; `stop` may be called at any time, and the first reason counts."""

    def __init__(self, line: Line, connector: Connector, id_tag: str, pace: Callable[[], Pace]) -> None:
        self.connector = connector
        self.id_tag = id_tag
        self.transaction_id: int | None = None
        self.profile: dict[str, Any] | None = None  # of its remote start
        self.began = datetime.now(UTC)
        self.stopping: asyncio.Future[Reason] = asyncio.get_running_loop().create_future()
        self._line = line
        self._pace = pace
        self._meter = connector.meter
        self._meter_start = 0
        self._readings: list[MeterValue] = []
        self._reported = 0
        self._news = asyncio.Event()

    async def sampled(self, times: int) -> None:
        """Wait for so many MeterValues, or for the end."""
        while self._reported < times and not self.stopping.done():
            self._news.clear()
            await self._news.wait()

    async def stopped_on(self, line: Line, reason: Reason) -> None:
        """Its StopTransaction after its own line was cut off."""
        self._line = line
        self.stop(reason)
        await self._stop()
        self._meter.unplug()

    def stop(self, reason: Reason) -> None:
        if not self.stopping.done():
            self.stopping.set_result(reason)

    def is_running(self, transaction_id: int) -> bool:
        return self.transaction_id == transaction_id and not self.stopping.done()

    async def run(self) -> str:
        """Charge until stopped; returns the idTag's status. Refused at its start, it ends at once (E§3.17)."""
        self._meter.plug_in()
        await self._line.show(self.connector, ChargePointStatus.preparing)
        status = await self._start()
        if status == AuthorizationStatus.accepted:
            await self._charge()
        self.stop(Reason.de_authorized)
        await self._stop()
        await self._line.show(self.connector, ChargePointStatus.finishing)
        self._meter.unplug()
        return status

    async def _start(self) -> str:
        meter_start = self._meter_start = self._meter.register
        self._readings.append(self._stop_reading(ReadingContext.transaction_begin))
        start = call.StartTransaction(self.connector.id, self.id_tag, meter_start, wire_time(), self._reservation())
        answer = await self._line.ask(start)
        self.transaction_id, self.began = answer.transaction_id, datetime.now(UTC)
        if self.profile:  # it applies to this transaction (E§3.42)
            tx_profile = self.profile | {"transaction_id": self.transaction_id}
            self._line.hardware.profiles.set(self.connector.id, tx_profile)
        status: str = answer.id_tag_info["status"]
        self._line.journal.note(f"StartTransaction: {status}, transactionId {self.transaction_id}")
        return status

    def _reservation(self) -> int | None:
        """The reservation that this start ends, which it must name (S§4.8)."""
        used = self._line.hardware.reservations.of(self.connector.id, self.id_tag)
        if used:
            self._line.hardware.reservations.end(used.id)
        return used.id if used else None

    async def _charge(self) -> None:
        pace = self._pace()
        while True:
            allowed = self._line.allowed(self.connector)
            await self._show(ChargePointStatus.charging if allowed else ChargePointStatus.suspended_evse)
            self._meter.advance(await pace.pause(self.stopping), allowed)
            if self.stopping.done():
                return
            await self._report()

    async def _show(self, status: ChargePointStatus) -> None:
        if self.connector.status != status:
            await self._line.show(self.connector, status)

    async def _report(self) -> None:
        measurands = self._line.hardware.configuration.names("MeterValuesSampledData")
        sample = self._meter.sample(ReadingContext.sample_periodic, measurands)
        await self._line.ask(call.MeterValues(self.connector.id, [sample], self.transaction_id))
        energy = self._meter.register - self._meter_start
        self._line.journal.metered(energy, self._meter.power_w, self._meter.soc)
        self._reported += 1
        self._news.set()

    async def _stop(self) -> None:
        reason = self.stopping.result()
        meter_stop = self._meter.register
        self._readings.append(self._stop_reading(ReadingContext.transaction_end))
        await self._line.ask(self._stop_transaction(meter_stop, reason))
        charged = Charged(self.transaction_id, self.connector.id, meter_stop - self._meter_start, reason.value)
        self._line.journal.charged.append(charged)
        self._line.journal.note(f"StopTransaction ({charged.reason}): {charged.energy_wh} Wh")

    def _stop_transaction(self, meter_stop: int, reason: Reason) -> call.StopTransaction:
        return call.StopTransaction(
            meter_stop,
            wire_time(),
            self.transaction_id,
            reason=reason,
            id_tag=self.id_tag if reason == Reason.local else None,  # S§4.10: the card, where a card stopped it
            transaction_data=self._readings,
        )

    def _stop_reading(self, context: ReadingContext) -> MeterValue:
        return self._meter.sample(context, self._line.hardware.configuration.names("StopTxnSampledData"))
