"""Rows to look at through the API."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from gateway.models import Alert
from ocpp_ws.models import OcppMessage
from sessions_app.models import ChargingSession, MeterValue
from stations.models import (
    Certificate,
    ChargingProfile,
    ChargingStation,
    Command,
    ConfigurationTemplate,
    Connector,
    ConnectorStatusChange,
    InstalledProfile,
    Reservation,
    SecurityEvent,
    SigningRequest,
    StationFile,
    UnknownStation,
    UnknownTag,
)

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
numbers = itertools.count(1)


def station(cp_id: str = "CP_1", *, online: bool = False, connectors: int = 2, **values: Any) -> ChargingStation:
    lease = timezone.now() + timedelta(seconds=90) if online else None
    row = ChargingStation.objects.create(cp_id=cp_id, lease_until=lease, **values)
    Connector.objects.bulk_create(
        Connector(station=row, number=number, status="Available", error_code="NoError")
        for number in range(1, connectors + 1)
    )
    return row


def session(cp: ChargingStation, **values: Any) -> ChargingSession:
    """A completed session of 1.5 kWh; `id` is in milliseconds, `transaction_id` small."""
    number = next(numbers)
    started = values.pop("started_at", START + timedelta(minutes=number))
    fields: dict[str, Any] = {
        "id": 1_790_000_000_000 + number, "transaction_id": number, "connector_number": 1, "id_tag": "TAG_A",
        "authorization": "Accepted", "status": "completed", "meter_start": 1000, "meter_stop": 2500,
        "started_at": started, "started_as_sent": started.isoformat(), "start_received_at": started,
        "stopped_at": started + timedelta(minutes=30), "stop_reason": "Local",
    }  # fmt: skip
    fields |= values
    return ChargingSession.objects.create(station=cp, id_tag_key=fields["id_tag"].lower(), **fields)


def meter_values(of: ChargingSession, count: int, **values: Any) -> None:
    MeterValue.objects.bulk_create(
        MeterValue(
            station_id=of.station_id, session=of, connector_number=of.connector_number, value=str(number),
            timestamp=of.started_at + timedelta(seconds=number), sampled_at=of.started_at + timedelta(seconds=number),
            received_at=of.started_at, unit="Wh", digest=next(numbers), **values,
        )
        for number in range(count)
    )  # fmt: skip


def message(cp: ChargingStation, action: str = "Heartbeat", **values: Any) -> OcppMessage:
    fields = {"epoch": 1, "direction": "in", "unique_id": "m-1", "at": START, "answer": {}} | values
    return OcppMessage.objects.create(station=cp, action=action, **fields)


def command(cp: ChargingStation, state: str = "answered", **values: Any) -> Command:
    sent = {"sent_at": START, "finished_at": START + timedelta(milliseconds=120)}
    return Command.objects.create(station=cp, state=state, **({"action": "Reset", "actor": "ann"} | sent | values))


def reservation(cp: ChargingStation, number: int = 1, **values: Any) -> Reservation:
    fields = {"connector_number": 1, "id_tag": "TAG_A", "expiry_date": START} | values
    return Reservation.objects.create(station=cp, reservation_id=number, **fields)


def certificate(cp: ChargingStation, **values: Any) -> Certificate:
    fields = {
        "type": "CentralSystemRootCertificate", "subject": "CN=root", "serial_number": "A1", "valid_to": START,
        "hash_algorithm": "SHA256", "issuer_name_hash": "aa", "issuer_key_hash": "bb", "key": str(next(numbers)),
    } | values  # fmt: skip
    return Certificate.objects.create(station=cp, **fields)


def signing_request(cp: ChargingStation, **values: Any) -> SigningRequest:
    fields = {"subject": "CN=SN-1", "csr": "PEM", "received_at": START, "digest": str(next(numbers))} | values
    return SigningRequest.objects.create(station=cp, **fields)


def security_event(cp: ChargingStation | None, **values: Any) -> SecurityEvent:
    fields = {
        "type": "ResetOrReboot", "timestamp": START, "received_at": START, "last_at": START, "key": str(next(numbers)),
    } | values  # fmt: skip
    return SecurityEvent.objects.create(station=cp, **fields)


def alert(cp: ChargingStation, **values: Any) -> Alert:
    fields = {"kind": "offline", "subject": str(next(numbers)), "detail": "?", "since": START, "opened_at": START}
    return Alert.objects.create(station=cp, **fields | values)


def status_change(cp: ChargingStation, status: str = "Available", **values: Any) -> ConnectorStatusChange:
    fields = {"connector_number": 1, "error_code": "NoError", "timestamp": START, "received_at": START} | values
    return ConnectorStatusChange.objects.create(station=cp, status=status, **fields)


def charging_profile(name: str = "Night", **values: Any) -> ChargingProfile:
    schedule = {
        "chargingRateUnit": "A", "startSchedule": "2026-03-01T00:00:00Z",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16}],
    }  # fmt: skip
    fields = {"purpose": "TxDefaultProfile", "kind": "Absolute", "schedule": schedule} | values
    return ChargingProfile.objects.create(name=name, **fields)


def installed_profile(cp: ChargingStation, number: int = 7, **values: Any) -> InstalledProfile:
    fields = {"connector_number": 0, "purpose": "TxDefaultProfile", "stack_level": 0, "accepted_at": START} | values
    profile = {
        "chargingProfileId": number, "stackLevel": fields["stack_level"], "chargingProfilePurpose": fields["purpose"],
        "chargingProfileKind": "Absolute", "chargingSchedule": {
            "chargingRateUnit": "A", "startSchedule": "2026-03-01T00:00:00Z",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16}],
        },
    }  # fmt: skip
    return InstalledProfile.objects.create(station=cp, charging_profile_id=number, **{"profile": profile} | fields)


def configuration_template(name: str = "Meters", **values: Any) -> ConfigurationTemplate:
    return ConfigurationTemplate.objects.create(name=name, **({"settings": "A=1\nB=2"} | values))


def unknown_station(cp_id: str = "NEW", **values: Any) -> UnknownStation:
    fields = {"address": "10.1.2.3:4567", "count": 1, "first_seen_at": START, "last_seen_at": START} | values
    return UnknownStation.objects.create(cp_id=cp_id, **fields)


def unknown_tag(cp: ChargingStation, tag: str = "NEW", **values: Any) -> UnknownTag:
    fields = {"count": 1, "first_seen_at": START, "last_seen_at": START} | values
    return UnknownTag.objects.create(station=cp, tag=tag, **fields)


def file(name: str = "image.bin", **values: Any) -> StationFile:
    """A firmware, whose bytes are nowhere."""
    fields = {"kind": "firmware", "stored_as": f"s{next(numbers)}", "size": 5, "sha256": "0" * 64, "created_by": "ann"}
    return StationFile.objects.create(name=name, **fields | values)
