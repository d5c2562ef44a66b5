"""ReserveNow and CancelReservation: a station that keeps connectors for cards."""

import asyncio
import time
from functools import partial
from typing import Any

from ocpp.routing import on
from ocpp.v16 import call_result
from ocpp.v16.enums import Action, CancelReservationStatus, ChargePointStatus, ReservationStatus

from .clock import seconds_until
from .hardware import Connector
from .reservations import Reservation
from .station import Station


class ReservingStation(Station):
    @on(Action.reserve_now)
    def on_reserve_now(
        self,
        connector_id: int,
        expiry_date: str,
        id_tag: str,
        reservation_id: int,
        parent_id_tag: str | None = None,
        **_: Any,
    ) -> Any:
        seconds = seconds_until(expiry_date)
        status = self._reservable(connector_id, reservation_id) if seconds > 0 else ReservationStatus.rejected
        if status == ReservationStatus.accepted:
            former = self.hardware.reservations.end(reservation_id)  # the same id replaces it
            ends_at = time.monotonic() + seconds
            reservation = Reservation(reservation_id, connector_id, id_tag, parent_id_tag, ends_at)
            self.hardware.reservations.keep(reservation)
            self.afterwards(partial(self._hold, reservation, former))
        self.journal.note(f"ReserveNow {reservation_id}: {status.value}")
        return call_result.ReserveNow(status)

    @on(Action.cancel_reservation)
    def on_cancel_reservation(self, reservation_id: int, **_: Any) -> Any:
        ended = self.hardware.reservations.end(reservation_id)
        if ended:
            self.afterwards(partial(self._show_free, ended))
        status = CancelReservationStatus.accepted if ended else CancelReservationStatus.rejected
        self.journal.note(f"CancelReservation {reservation_id}: {status.value}")
        return call_result.CancelReservation(status)

    def _reservable(self, connector_id: int, reservation_id: int) -> ReservationStatus:
        places = self.hardware.at(connector_id)
        if not places:
            return ReservationStatus.rejected
        if not any(place.operative for place in places):
            return ReservationStatus.unavailable
        free = [place for place in places if self._is_free(place, reservation_id)]
        others = [one for one in self.hardware.reservations.at(0) if one.id != reservation_id]
        needed = 1 + (len(others) if connector_id == 0 else 0)
        return ReservationStatus.accepted if len(free) >= needed else ReservationStatus.occupied

    def _is_free(self, place: Connector, reservation_id: int) -> bool:
        held = any(one.id != reservation_id for one in self.hardware.reservations.at(place.id))
        return place.operative and place.id not in self.sessions and not held

    async def _hold(self, reservation: Reservation, former: Reservation | None) -> None:
        """Show it, and give it free when its time is over."""
        if former and former.connector_id != reservation.connector_id:
            await self._show_free(former)
        if reservation.connector_id and reservation.connector_id not in self.sessions:
            await self.show(self.hardware.connectors[reservation.connector_id], ChargePointStatus.reserved)
        seconds = reservation.ends_at - time.monotonic()
        asyncio.get_running_loop().call_later(max(0.0, seconds), self._expire, reservation)

    def _expire(self, reservation: Reservation) -> None:
        if self.closing or self.hardware.reservations.end_same(reservation) is None:
            return  # used, cancelled or replaced meanwhile
        self.journal.note(f"Reservation {reservation.id} has run out")
        self.spawn(self._show_free(reservation))

    async def announce(self) -> None:
        """What was reserved before a reset is so afterwards."""
        await super().announce()
        for reservation in self.hardware.reservations.held():
            await self._hold(reservation, None)

    async def _show_free(self, reservation: Reservation) -> None:
        number = reservation.connector_id
        if number and number not in self.sessions:
            connector = self.hardware.connectors[number]
            await self.show(connector, connector.at_rest())
