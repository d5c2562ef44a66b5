"""Our side of the line: one CALL outstanding, and those given up of late (OCPP-J 4.1.1)."""

from dataclasses import dataclass
from typing import Final

LATE_WINDOW: Final = 600.0  # seconds after it was given up in which an answer is still told whose it is
_LATE_KEPT: Final = 32


@dataclass(frozen=True, slots=True)
class Sent:
    """A CALL of ours; sent_at and gives_up_at in seconds of the caller's monotonic clock."""

    ref: object
    unique_id: str
    action: str
    sent_at: float
    gives_up_at: float


class Line:
    """Which CALL of ours an answer belongs to."""

    __slots__ = ("_late", "outstanding")

    def __init__(self) -> None:
        self.outstanding: Sent | None = None
        self._late: dict[str, Sent] = {}  # oldest first

    def expire(self, now: float) -> Sent | None:
        """Give up the outstanding CALL if its time has come; it is remembered for a late answer."""
        sent = self.outstanding
        if sent is None or now < sent.gives_up_at:
            return None
        self.outstanding = None
        self._late[sent.unique_id] = sent
        if len(self._late) > _LATE_KEPT:
            del self._late[next(iter(self._late))]
        return sent

    def claim(self, unique_id: str, now: float) -> tuple[Sent, bool] | None:
        """The CALL this answer is for, and whether it is late; None for an orphan. Each CALL is claimed once."""
        sent = self.outstanding
        if sent is not None and sent.unique_id == unique_id:
            self.outstanding = None
            return sent, False
        sent = self._late.pop(unique_id, None)
        if sent is None or now > sent.gives_up_at + LATE_WINDOW:
            return None
        return sent, True

    def clear(self) -> list[object]:
        """Forget everything; the refs of what was outstanding."""
        sent, self.outstanding = self.outstanding, None
        self._late.clear()
        return [sent.ref] if sent is not None else []
