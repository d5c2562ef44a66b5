"""A station's messages straight into the services, as the handlers translate them; no socket, no event loop."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Model

from ocpp_ws.protocol import format_timestamp, parse_timestamp
from ocpp_ws.rows import Row, insert_rows
from sessions_app.models import ChargingSession, MeterValue
from sessions_app.services import record_meter_values, record_samples, start_session, stop_session
from sessions_app.services.meter_values import Metering
from sessions_app.services.start import Start
from sessions_app.services.stop import Stop
from stations.models import ChargingStation

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=10)


def at(minutes: float) -> str:
    """The station's time, in minutes after noon."""
    return format_timestamp(NOON + timedelta(minutes=minutes))


def insert(model: type[Model], rows: list[Row]) -> None:
    insert_rows(model, rows)


def sample(value: Any, **also: str) -> dict[str, Any]:
    return {"value": str(value), **also}


def meter_value(when: str, *samples: dict[str, Any]) -> dict[str, Any]:
    return {"timestamp": when, "sampledValue": list(samples)}


class Messages:
    """What one station sends; every default is a plain live charging session."""

    def __init__(self, cp_id: str = "CP_1", **columns: Any) -> None:
        self.station = ChargingStation.objects.create(cp_id=cp_id, **columns)

    def start(
        self, when: str = at(0), *, connector: int = 1, id_tag: str = "04AABB", meter: int = 1000,
        reservation: int | None = None, received: datetime = NOON,
    ) -> ChargingSession:  # fmt: skip
        time = parse_timestamp(when, received)
        sent = {"connectorId": connector, "idTag": id_tag, "meterStart": meter, "timestamp": when}
        return start_session(Start(self.station.pk, connector, id_tag, meter, time, reservation, received, sent))

    def stop(
        self, transaction_id: int, when: str = at(30), *, meter: int = 6000, id_tag: str = "", reason: str = "Local",
        data: list[dict[str, Any]] | None = None, received: datetime = NOON + timedelta(minutes=30),
    ) -> ChargingSession | None:  # fmt: skip
        sent: dict[str, Any] = {
            "transactionId": transaction_id,
            "meterStop": meter,
            "timestamp": when,
            "reason": reason,
        }
        sent |= ({"idTag": id_tag} if id_tag else {}) | ({"transactionData": data} if data else {})
        session = stop_session(Stop.of(self.station.pk, sent, received))
        place = session.connector_number if session else 0
        record_samples(Metering(self.station.pk, place, transaction_id, data or [], received), session, insert)
        return session

    def meter(
        self, *values: dict[str, Any], transaction_id: int | None = None, connector: int = 1, received: datetime = LATER
    ) -> None:
        sent = {"connectorId": connector, "transactionId": transaction_id, "meterValue": list(values)}
        metering = Metering(self.station.pk, connector, transaction_id, list(values), received, sent)
        record_meter_values([metering], insert)


def fresh(session: ChargingSession) -> ChargingSession:
    return ChargingSession.objects.get(pk=session.pk)


def stored(session: ChargingSession | None) -> list[str]:
    """The values of a session's samples (None: of no session), oldest first."""
    return list(MeterValue.objects.filter(session=session).order_by("pk").values_list("value", flat=True))
