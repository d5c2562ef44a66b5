"""BootNotification (core 4.2)."""

from datetime import datetime
from typing import Any

from django.db.models import F

from stations.models import ChargingStation
from stations.services.configuration import configuration_booted

BOOT_FIELDS = {
    "chargePointVendor": "vendor",
    "chargePointModel": "model",
    "chargePointSerialNumber": "serial_number",
    "chargeBoxSerialNumber": "charge_box_serial_number",
    "firmwareVersion": "firmware",
    "iccid": "iccid",
    "imsi": "imsi",
    "meterType": "meter_type",
    "meterSerialNumber": "meter_serial_number",
}


def boot_notification(*, station_id: int, payload: dict[str, Any], now: datetime) -> str:
    """Store what the station says it is; returns its registration (Accepted, Pending, Rejected). Core 4.2."""
    told = {field: str(payload.get(name, "")) for name, field in BOOT_FIELDS.items()}
    stations = ChargingStation.objects.filter(pk=station_id)
    seen = {"last_boot_at": now, "last_seen_at": now, "boot_answer": F("registration")}
    stations.update(**seen, **{field: cut(text, field) for field, text in told.items()})
    configuration_booted(station_id=station_id)
    return stations.values_list("registration", flat=True).get()


def cut(text: str, field: str) -> str:
    """Too long for its CiString is tolerated; the column takes what fits."""
    size = ChargingStation._meta.get_field(field).max_length  # type: ignore[union-attr]
    return text[:size]
