"""A station that charges while nobody hears it, and tells of it when it is connected again (S§3.7)."""

import asyncio
from dataclasses import replace
from typing import Any

from ocpp.v16 import call, call_result
from ocpp.v16.enums import AuthorizationStatus, ChargePointStatus, Reason

from ..errors import Refused
from ..hardware import Connector, Hardware
from ..journal import Journal
from ..pace import Fast, RealTime
from ..run import Run
from ..session import ChargingSession
from ..station import Station

UNKNOWN = -1  # a transactionId that it does not know yet


class Queue:
    """The line of a session that goes nowhere: transaction messages wait (S§3.7), statuses are not kept (S§4.9)."""

    def __init__(self, hardware: Hardware, journal: Journal) -> None:
        self.hardware = hardware
        self.journal = journal
        self.requests: list[Any] = []

    async def ask(self, request: Any) -> Any:
        self.requests.append(request)
        if isinstance(request, call.StartTransaction):  # it goes by its own list or cache
            return call_result.StartTransaction(UNKNOWN, {"status": AuthorizationStatus.accepted})
        return None

    async def show(self, connector: Connector, status: ChargePointStatus) -> None:
        connector.status = status

    def allowed(self, connector: Connector) -> float:
        return float("inf")


class OfflineRun(Run):
    """Boots, is offline for the whole session, and comes back without another boot (J§5.4)."""

    _queue: Queue | None = None

    async def connection(self) -> bool:
        again = await super().connection()
        if self._queue is None:
            self._queue = await self._charge_offline()
            return True
        return again

    async def _scenario(self, station: Station) -> None:
        if self._queue is None:
            await station.boot()
            await station.announce()
            self._journal.note("offline")
            return
        await self._synchronise(station, self._queue.requests)
        await station.announce()

    async def _charge_offline(self) -> Queue:
        options, queue = self._options, Queue(self._hardware, self._journal)
        pace = (
            (lambda: Fast(options.meter_interval)) if options.fast else lambda: RealTime(queue.hardware.configuration)
        )
        session = ChargingSession(queue, queue.hardware.connectors[1], options.id_tag, pace)
        asyncio.get_running_loop().call_later(options.duration, session.stop, Reason.local)
        await session.run()
        return queue

    async def _synchronise(self, station: Station, requests: list[Any]) -> None:
        self._journal.note(f"online: {len(requests)} messages waited")
        transaction_id = UNKNOWN
        for request in requests:
            known = replace(request, transaction_id=transaction_id) if hasattr(request, "transaction_id") else request
            answer = await station.ask(known)
            if isinstance(request, call.StartTransaction):
                transaction_id = answer.transaction_id
                if answer.id_tag_info["status"] != AuthorizationStatus.accepted:
                    raise Refused(f"StartTransaction was answered {answer.id_tag_info['status']}")
        self._journal.charged[-1] = replace(self._journal.charged[-1], transaction_id=transaction_id)
