"""From OCPP's MeterValue to rows of MeterValue."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from ocpp_ws.protocol import Timestamp, parse_timestamp
from sessions_app.models import ChargingSession

if TYPE_CHECKING:
    from sessions_app.services.meter_values import Metering

Row = dict[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# core 7.43: what a SampledValue means where it does not say
DEFAULTS = {
    "measurand": ("Energy.Active.Import.Register", 64),
    "phase": ("", 16),
    "context": ("Sample.Periodic", 32),
    "location": ("Outlet", 16),
    "format": ("Raw", 16),
}


def rows_of(metering: Metering, session: ChargingSession | None) -> Iterator[Row]:
    """One row per sampled value of the message."""
    for meter_value in metering.meter_value:
        at = parse_timestamp(meter_value["timestamp"], metering.received_at)
        for sample in meter_value["sampledValue"]:
            yield row_of(metering, session, at, sample)


def row_of(metering: Metering, session: ChargingSession | None, at: Timestamp, sample: dict[str, Any]) -> Row:
    row: Row = {name: (sample.get(name) or default)[:size] for name, (default, size) in DEFAULTS.items()}
    row["unit"] = (sample.get("unit") or ("Wh" if row["measurand"].startswith("Energy.Active") else ""))[:32]
    row["value"] = sample["value"]
    row["number"] = number_of(sample["value"]) if row["format"] == "Raw" else None
    row["digest"] = digest(row, session.pk if session else None, metering.connector_id, at.as_sent)
    return row | {
        "station_id": metering.station_id,
        "session_id": session.pk if session else None,
        "connector_number": metering.connector_id,
        "timestamp": at.instant or EPOCH,
        "sampled_at": at.effective,
        "received_at": metering.received_at,
    }


def number_of(text: str) -> float | None:
    """The value as a number; spaces and a decimal comma are tolerated, what is none stays text."""
    try:
        number = float(text.replace(" ", "").replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def digest(row: Row, session_id: int | None, connector_id: int, as_sent: str) -> int:
    """64 bits over what makes this sample itself, signed as a BigInt column wants it; stable for ever."""
    place = f"s{session_id}" if session_id else f"c{connector_id}"
    parts = [place, as_sent, *(row[name] for name in (*DEFAULTS, "unit", "value"))]
    return int.from_bytes(blake2b("\x1f".join(parts).encode(), digest_size=8).digest(), "big", signed=True)
