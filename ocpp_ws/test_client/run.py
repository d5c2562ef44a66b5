"""A run of one station, from its first boot to its goodbye."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from ocpp.v16.enums import AuthorizationStatus

from .errors import Refused, first_leaf
from .hardware import Hardware
from .journal import Journal
from .options import Options
from .security import SecureStation
from .station import Station
from .wire import Wire, address

StationClass = Callable[..., SecureStation]
Opened = Callable[[Options, Journal, bytes | None], AbstractAsyncContextManager[Wire]]


class Run:
    """What a run remembers from one connection to the next."""

    def __init__(self, options: Options, journal: Journal, station_class: StationClass, opened: Opened) -> None:
        self._options = options
        self._journal = journal
        self._station_class = station_class
        self._opened = opened
        self._hardware = Hardware(options)
        self._charged = False
        self._deadline: float | None = None

    async def connection(self) -> bool:
        """From handshake to close; returns whether a Reset asks for another one."""
        try:
            password = self._hardware.password
            async with self._opened(self._options, self._journal, password) as wire, asyncio.TaskGroup() as tasks:
                self._journal.note(f"connected to {address(self._options)}")
                station = self._station_class(wire, self._options, self._journal, tasks, self._hardware)
                helpers = [tasks.create_task(station.listen()), tasks.create_task(station.heartbeats())]
                await self._scenario(station)
                for helper in helpers:
                    helper.cancel()
                return station.reset_asked.is_set()
        except BaseExceptionGroup as group:
            raise first_leaf(group) from None

    async def _scenario(self, station: SecureStation) -> None:
        await station.boot()
        await station.announce()
        if self._options.sign_certificate and not self._hardware.safe.chain:
            station.spawn(station.request_certificate())
        if not self._charged and not station.reset_asked.is_set():
            await self._begin_own_session(station)
        await self._stay(station)
        await station.stop_all(station.reset_reason)

    async def _begin_own_session(self, station: Station) -> None:
        id_tag = self._options.id_tag
        status = await station.authorize(id_tag)
        if status != AuthorizationStatus.accepted:
            raise Refused(f"Authorize was answered {status} for {id_tag}")
        connector = station.free(None, id_tag)
        if connector is None:
            raise Refused("No connector is free to charge on")
        self._charged = True
        self._deadline = asyncio.get_running_loop().time() + self._options.duration
        station.spawn(station.charge(station.prepare(connector, id_tag)))

    async def _stay(self, station: Station) -> None:
        """Until a Reset, or the end of the duration; a fast session ends by itself."""
        if self._options.fast:
            await station.settled()
            return
        remaining = (self._deadline or 0) - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(remaining):
                await station.reset_asked.wait()
        except TimeoutError:
            station.journal.note("the duration is over")
