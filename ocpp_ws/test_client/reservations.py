"""The reservations that a station holds (S§5.13), by their ids."""

import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Reservation:
    """`connector_id` 0: one connector, whichever, stays free. `ends_at` is in seconds of the monotonic clock."""

    id: int
    connector_id: int
    id_tag: str
    parent_id_tag: str | None
    ends_at: float


class Reservations:
    """`groups` holds what the server has told of cards: idTag -> parentIdTag."""

    def __init__(self) -> None:
        self._by_id: dict[int, Reservation] = {}
        self.groups: dict[str, str] = {}

    def keep(self, reservation: Reservation) -> None:
        self._by_id[reservation.id] = reservation

    def end(self, reservation_id: int) -> Reservation | None:
        """Forget it; None where there was none."""
        return self._by_id.pop(reservation_id, None)

    def end_same(self, reservation: Reservation) -> Reservation | None:
        """The same, unless another one has its id by now."""
        return self.end(reservation.id) if self._by_id.get(reservation.id) is reservation else None

    def held(self) -> list[Reservation]:
        now = time.monotonic()
        return [one for one in self._by_id.values() if one.ends_at > now]

    def at(self, connector_id: int) -> list[Reservation]:
        return [one for one in self.held() if one.connector_id == connector_id]

    def of(self, connector_id: int, id_tag: str) -> Reservation | None:
        """The one that a start by this card on this connector uses."""
        here = [*self.at(connector_id), *self.at(0)]
        return next((one for one in here if self._is_for(one, id_tag)), None)

    def keeps_out(self, connector_id: int, id_tag: str) -> bool:
        return any(not self._is_for(one, id_tag) for one in self.at(connector_id))

    def kept_free(self, id_tag: str) -> int:
        """How many connectors must stay free for others than this card."""
        return sum(not self._is_for(one, id_tag) for one in self.at(0))

    def _is_for(self, one: Reservation, id_tag: str) -> bool:
        group = self.groups.get(id_tag)
        return one.id_tag.casefold() == id_tag.casefold() or (group is not None and group == one.parent_id_tag)
