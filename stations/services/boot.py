"""BootNotification (core 4.2)."""

from datetime import datetime
from typing import Any

from django.db.models import F

from stations.models import Certificate, ChargingStation
from stations.services.configuration import configuration_booted
from stations.services.security_events import Noticed, note_security_event

SERIAL_NUMBERS = ("serial_number", "charge_box_serial_number")

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
    told = {field: cut(str(payload.get(name, "")), field) for name, field in BOOT_FIELDS.items()}
    stations = ChargingStation.objects.filter(pk=station_id)
    before = set(stations.values_list(*SERIAL_NUMBERS).get())
    stations.update(**told, last_boot_at=now, last_seen_at=now, boot_answer=F("registration"))
    configuration_booted(station_id=station_id)
    for number in {told[field] for field in SERIAL_NUMBERS} - before - {""}:
        note_serial_number_in_use(station_id, number, now)
    return stations.values_list("registration", flat=True).get()


def note_serial_number_in_use(station_id: int, number: str, now: datetime) -> None:
    """A serial number that another station has a certificate for: one of the two is not what it says (A00.FR.405).

    At the boot that tells it first; a certificate names its station by this number, and nothing else does.
    """
    same = ChargingStation.objects.with_serial_number(number).exclude(pk=station_id)
    valid = Certificate.objects.filter(
        type=Certificate.Type.CHARGE_POINT, state=Certificate.State.INSTALLED, valid_to__gt=now
    )
    if other := valid.filter(station__in=same).select_related("station").first():
        note_security_event(
            type=Noticed.SERIAL_NUMBER_IN_USE, station_id=station_id, now=now,
            source=other.station.cp_id,
            tech_info=f"{number} is the serial number of {other.station.cp_id}, which has a certificate for it.",
        )  # fmt: skip


def cut(text: str, field: str) -> str:
    """Too long for its CiString is tolerated; the column takes what fits."""
    size = ChargingStation._meta.get_field(field).max_length  # type: ignore[union-attr]
    return text[:size]
