"""When a session was suspended, as its connector told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy
from ocpp.v16.enums import ChargePointStatus

from gateway.pages.tables import when
from sessions_app.models import ChargingSession
from stations.admin.show import span
from stations.models import ConnectorStatusChange

BY: dict[str, Any] = {
    ChargePointStatus.suspended_ev: gettext_lazy("paused by the vehicle"),
    ChargePointStatus.suspended_evse: gettext_lazy("paused by the station"),
}
MOST = 1000  # changes looked at


@dataclass(frozen=True, slots=True)
class Pause:
    start: datetime
    end: datetime
    status: str

    @property
    def word(self) -> str:
        return str(BY[self.status])

    @property
    def title(self) -> str:
        return f"{self.word}: {when(self.start)}, {span(self.start, self.end)}"


def pauses_of(session: ChargingSession, until: datetime) -> list[Pause]:
    """In time; the last one ends with the session, else at `until`."""
    changes = ConnectorStatusChange.objects.filter(
        station=session.station_id, connector_number=session.connector_number, timestamp__gte=session.started_at
    )
    if session.stopped_at:
        changes = changes.filter(timestamp__lt=session.stopped_at)
    told = list(changes.order_by("timestamp", "pk").values_list("timestamp", "status")[:MOST])
    ends = [at for at, _status in told[1:]] + [session.stopped_at or until]
    pairs = zip(told, ends, strict=False)
    return [Pause(at, end, status) for (at, status), end in pairs if status in BY and end > at]
