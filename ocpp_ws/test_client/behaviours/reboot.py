"""A station that loses its power while a car charges."""

from ocpp.v16.enums import Reason

from ..run import Run
from ..session import ChargingSession
from ..station import Station

SAMPLES = 2  # meter values before the power goes


class RebootingRun(Run):
    """Its first connection ends without a word; the session is stopped after the next boot (TC_032_1)."""

    _cut_off: ChargingSession | None = None

    async def _scenario(self, station: Station) -> None:
        if self._cut_off is None and not self._charged:
            await self._until_the_power_goes(station)
            return
        await station.boot()
        if session := self._cut_off:
            self._cut_off = None
            await session.stopped_on(station, Reason.power_loss)
        await station.announce()
        await self._stay(station)
        await station.stop_all(station.reset_reason)

    async def _until_the_power_goes(self, station: Station) -> None:
        await station.boot()
        await station.announce()
        await self._begin_own_session(station)
        (self._cut_off,) = station.sessions.values()
        await self._cut_off.sampled(SAMPLES)
        self._journal.note("power loss")
        station.power_off()  # last: whoever listens is cancelled before he hears of it
