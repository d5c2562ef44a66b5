"""What the CSV of a table holds: the members of the REST API, under their names."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from rfid.csv_files import Cell
from sessions_app.models import energy

Stamp = Callable[[datetime], str]


@dataclass(frozen=True, slots=True)
class Export:
    """`fields` of the model, and how a row of them becomes the cells below `headers`; `times` are the headers' names
    of moments; `size`: how many rows are read at once, 0 for as many as usual."""

    name: str
    headers: Sequence[str]
    fields: Sequence[str]
    cells: Callable[[Sequence[Any], Stamp], list[Cell]]
    times: frozenset[str]
    size: int = 0


def local(zone: tzinfo) -> Stamp:
    """As spreadsheets read it."""
    return lambda moment: moment.astimezone(zone).replace(tzinfo=None).isoformat(" ", "seconds")


def session_cells(row: Sequence[Any], stamp: Stamp) -> list[Cell]:
    (
        number, transaction, station, connector, tag, status, started, stopped, start, stop, reason, stop_tag, inferred,
        authorization, flags, last, last_at, power, soc, reservation, command,
    ) = row  # fmt: skip
    return [
        number, transaction, station, connector, tag, status, stamp(started), stamp(stopped) if stopped else None,
        start, stop, energy(start, stop, last), reason, stop_tag, "true" if inferred else "false", authorization,
        " ".join(map(str, flags)), last, stamp(last_at) if last_at else None, power, soc, reservation, command,
    ]  # fmt: skip


def meter_value_cells(row: Sequence[Any], stamp: Stamp) -> list[Cell]:
    number, session, station, connector, timestamp, sampled, received, *rest = row
    return [number, session, station, connector, stamp(timestamp), stamp(sampled), stamp(received), *rest]


SESSIONS = Export(
    "sessions",
    (
        "id", "transactionId", "cpId", "connectorId", "idTag", "status", "startedAt", "stoppedAt", "meterStart",
        "meterStop", "energyWh", "stopReason", "stopIdTag", "stopInferred", "authorization", "flags", "lastMeterWh",
        "lastMeterAt", "powerW", "socPercent", "reservationId", "remoteCommandId",
    ),
    (
        "id", "transaction_id", "station__cp_id", "connector_number", "id_tag", "status", "started_at", "stopped_at",
        "meter_start", "meter_stop", "stop_reason", "stop_id_tag", "stop_inferred", "authorization", "flags",
        "last_meter_wh", "last_meter_at", "power_w", "soc_percent", "reservation_id", "command_id",
    ),
    session_cells,
    frozenset({"startedAt", "stoppedAt", "lastMeterAt"}),
)  # fmt: skip
METER_VALUES = Export(
    "meter-values",
    (
        "id", "sessionId", "cpId", "connectorId", "timestamp", "sampledAt", "receivedAt", "measurand", "phase",
        "context", "location", "unit", "format", "value",
    ),
    (
        "id", "session_id", "station__cp_id", "connector_number", "timestamp", "sampled_at", "received_at", "measurand",
        "phase", "context", "location", "unit", "format", "value",
    ),
    meter_value_cells,
    frozenset({"timestamp", "sampledAt", "receivedAt"}),
)  # fmt: skip
