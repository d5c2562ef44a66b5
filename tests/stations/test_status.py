"""StatusNotification and BootNotification: what a station tells about itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ocpp_ws.protocol import format_timestamp, parse_timestamp
from ocpp_ws.rows import insert_rows
from stations.models import (
    Certificate,
    ChargingStation,
    Connector,
    ConnectorStatusChange,
    Quirk,
    Reservation,
    SecurityEvent,
)
from stations.services import boot_notification, status_notification
from stations.services.status import MOST

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def tell(
    station: ChargingStation, status: str, when: float | str = 0, *, connector: int = 1, received: float | None = None,
    error: str = "NoError", **also: str,
) -> None:  # fmt: skip
    """A StatusNotification; times in minutes after noon."""
    text = when if isinstance(when, str) else format_timestamp(NOON + timedelta(minutes=when))
    minutes = received if received is not None else 0 if isinstance(when, str) else when
    now = NOON + timedelta(minutes=minutes)
    payload = {"status": status, "errorCode": error, **also}
    if when != "":
        payload["timestamp"] = text
    status_notification(
        station_id=station.pk, connector_id=connector, payload=payload, at=parse_timestamp(text, now), now=now,
        insert=insert_rows,
    )  # fmt: skip


def status_of(station: ChargingStation, connector: int = 1) -> str:
    return Connector.objects.get(station=station, number=connector).status


def test_a_connector_is_made_when_the_station_first_names_it(station: ChargingStation) -> None:
    tell(station, "Available", connector=2)
    tell(station, "Preparing", 1, connector=2)
    assert list(Connector.objects.values_list("number", "status")) == [(2, "Preparing")]


def test_connector_zero_is_the_station_itself(station: ChargingStation) -> None:
    tell(station, "Unavailable", connector=0, error="OtherError")
    station.refresh_from_db()
    assert (station.status, station.error_code) == ("Unavailable", "OtherError")
    assert not Connector.objects.exists()


@pytest.mark.parametrize("connector", [0, 1])
def test_an_older_status_does_not_replace_a_newer_one(station: ChargingStation, connector: int) -> None:
    tell(station, "Charging", 5, connector=connector)
    tell(station, "Available", 4, connector=connector, received=6)
    station.refresh_from_db()
    assert (station.status if connector == 0 else status_of(station)) == "Charging"


def test_of_two_with_the_same_time_the_later_message_counts(station: ChargingStation) -> None:
    tell(station, "Preparing", 5)
    tell(station, "Charging", 5)
    assert status_of(station) == "Charging"


@pytest.mark.parametrize("connector", [0, 1])
def test_a_clock_that_was_ahead_and_is_set_right_does_not_freeze_the_status(
    station: ChargingStation, connector: int
) -> None:
    tell(station, "Available", 600, connector=connector, received=0)
    tell(station, "Charging", 1, connector=connector)
    station.refresh_from_db()
    assert (station.status if connector == 0 else status_of(station)) == "Charging"


def test_a_station_without_a_clock_is_shown_by_time_of_receipt(station: ChargingStation) -> None:
    for minute, status in enumerate(["Available", "Preparing", "Charging"]):
        tell(station, status, "1970-01-01T00:00:00Z", received=minute)
    assert status_of(station) == "Charging"
    assert Connector.objects.get().status_at == NOON + timedelta(minutes=2)


def test_an_unknown_status_and_long_texts_are_kept_as_far_as_they_fit(station: ChargingStation) -> None:
    tell(station, "S" * 300, error="E" * 300, info="i" * 900, vendorId="v" * 900, vendorErrorCode="c" * 900)
    connector = Connector.objects.get()
    assert (connector.status, connector.error_code, connector.info) == ("S" * 40, "E" * 40, "i" * 255)


def test_the_largest_connector_number_has_its_row(station: ChargingStation) -> None:
    tell(station, "Available", connector=2**31 - 1)
    assert status_of(station, 2**31 - 1) == "Available"


def test_a_station_has_so_many_connectors_at_most(station: ChargingStation) -> None:
    """A number is a station's choice, and all of them are shown together."""
    Connector.objects.bulk_create(Connector(station=station, number=n) for n in range(1, MOST))
    for number in (1000, 1001, 1000, 1002):
        tell(station, "Available", connector=number)
    assert status_of(station, 1000) == "Available"
    assert Connector.objects.count() == MOST
    assert history("connector_number") == [1000]
    [quirk] = Quirk.objects.values_list("kind", "sample", "count")
    assert quirk == ("too-many-connectors", "1001", 2)


def history(*columns: str) -> list[Any]:
    """Oldest first."""
    rows = ConnectorStatusChange.objects.order_by("pk")
    return list(rows.values_list(*columns, flat=len(columns) == 1))


@pytest.mark.parametrize("connector", [0, 1])
def test_each_status_that_is_new_is_kept(station: ChargingStation, connector: int) -> None:
    for minute, status in enumerate(["Available", "Faulted", "Available"]):
        tell(station, status, minute, connector=connector)
    assert history("connector_number", "status", "timestamp") == [
        (connector, status, NOON + timedelta(minutes=minute))
        for minute, status in enumerate(["Available", "Faulted", "Available"])
    ]


@pytest.mark.parametrize("connector", [0, 1])
def test_a_status_that_is_told_again_makes_no_row(station: ChargingStation, connector: int) -> None:
    for minute in (0, 0, 1, 2):
        tell(station, "Available", minute, connector=connector)
    assert history("status") == ["Available"]
    row = (ChargingStation if connector == 0 else Connector).objects.get()
    assert row.status_at == row.status_received_at == NOON + timedelta(minutes=2), "it is known to be so still"


@pytest.mark.parametrize("connector", [0, 1])
def test_another_fault_under_the_same_status_is_a_change(station: ChargingStation, connector: int) -> None:
    for minute, code in enumerate(["E13", "E14"]):
        tell(station, "Faulted", minute, connector=connector, error="OtherError", vendorErrorCode=code, info="hot")
    assert history("error_code", "vendor_error_code", "info") == [("OtherError", c, "hot") for c in ("E13", "E14")]
    assert (ChargingStation if connector == 0 else Connector).objects.get().vendor_error_code == "E14"


@pytest.mark.parametrize("connector", [0, 1])
def test_a_status_that_comes_late_is_kept_without_being_current(station: ChargingStation, connector: int) -> None:
    tell(station, "Charging", 5, connector=connector)
    for status in ("Available", "Preparing", "Available"):  # of a queue whose first answer was lost
        tell(station, status, 4, connector=connector, received=6)
    assert history("status", "outdated") == [("Charging", False), ("Available", True), ("Preparing", True)]


def test_the_history_says_what_time_was_told_and_when_it_came(station: ChargingStation) -> None:
    tell(station, "Available", "")
    tell(station, "Preparing", "1970-01-01T00:00:00Z", received=1)
    tell(station, "Charging", 1.5, received=2)
    tell(station, "Finishing", "noon", received=3)
    minutes = [NOON + timedelta(minutes=minute) for minute in (0, 1, 1.5, 2, 3)]
    assert history("as_sent", "timestamp", "received_at") == [
        ("", minutes[0], minutes[0]),
        ("1970-01-01T00:00:00.000000Z", minutes[1], minutes[1]),
        ("2026-03-01T12:01:30.000000Z", minutes[2], minutes[3]),
        ("noon", minutes[4], minutes[4]),
    ]


@pytest.mark.parametrize("status", ["Charging", "Available"])
def test_a_status_costs_two_statements_new_or_not(station: ChargingStation, status: str) -> None:
    """One that is new: the connector's row and, with those of the whole batch, the history's."""
    tell(station, "Available")
    with CaptureQueriesContext(connection) as queries:
        tell(station, status, 1)
    assert len(queries) == 2


@pytest.mark.parametrize(("connector", "ended"), [(1, {11}), (0, {11, 12})])
@pytest.mark.parametrize("status", ["Faulted", "Unavailable"])
def test_a_fault_ends_the_reservations_of_the_place(
    station: ChargingStation, connector: int, ended: set[int], status: str
) -> None:
    for number in (1, 2):
        Reservation.objects.create(
            station=station, reservation_id=10 + number, connector_number=number, id_tag="X", expiry_date=NOON
        )
    tell(station, status, connector=connector)
    assert set(Reservation.objects.filter(status="Cancelled").values_list("reservation_id", flat=True)) == ended


def boot(station: ChargingStation, **members: Any) -> str:
    payload = {"chargePointVendor": "Acme", "chargePointModel": "One"} | members
    return boot_notification(station_id=station.pk, payload=payload, now=NOON)


def test_a_boot_stores_what_the_station_says_it_is(station: ChargingStation) -> None:
    assert boot(station, firmwareVersion="1.2", chargePointSerialNumber="SN", meterType="Eichrecht") == "Accepted"
    station.refresh_from_db()
    assert (station.vendor, station.model, station.firmware) == ("Acme", "One", "1.2")
    assert (station.serial_number, station.meter_type, station.last_boot_at) == ("SN", "Eichrecht", NOON)


def test_a_boot_with_long_texts_is_stored_as_far_as_they_fit(station: ChargingStation) -> None:
    boot(station, chargePointVendor="V" * 500, firmwareVersion="F" * 500, iccid="I" * 500)
    station.refresh_from_db()
    assert (station.vendor, station.firmware) == ("V" * 50, "F" * 100)


def certified(**columns: Any) -> ChargingStation:
    """Another station, with the serial number SN-7 and a certificate of its own."""
    other = ChargingStation.objects.create(cp_id="CP_2", serial_number="SN-7")
    given = {"type": "ChargePointCertificate", "valid_to": NOON + timedelta(days=1), "serial_number": "A1"} | columns
    Certificate.objects.create(station=other, **given)
    return other


@pytest.mark.parametrize("member", ["chargePointSerialNumber", "chargeBoxSerialNumber"])
def test_a_serial_number_that_another_station_is_certified_for_is_a_security_event(
    station: ChargingStation, member: str
) -> None:
    certified()
    for _ in range(2):
        boot(station, **{member: "sn-7"})
    event = SecurityEvent.objects.get()
    assert (event.type, event.station, event.critical, event.count) == ("SerialNumberInUse", station, True, 1)
    assert "sn-7 is the serial number of CP_2" in event.tech_info


def test_a_serial_number_is_one_event_however_it_is_written(station: ChargingStation) -> None:
    certified()
    for number in ("sn-7", "Sn-7", "sN-7", "SN-7"):
        boot(station, chargePointSerialNumber=number)
    assert SecurityEvent.objects.get().count == 4


@pytest.mark.parametrize(
    "columns", [{"state": "replaced"}, {"valid_to": NOON}, {"type": "ManufacturerRootCertificate"}]
)
def test_a_serial_number_without_a_certificate_is_no_event(station: ChargingStation, columns: dict[str, Any]) -> None:
    other = certified(**columns)
    boot(station, chargePointSerialNumber="SN-7")
    boot(other, chargePointSerialNumber="SN-7")
    assert not SecurityEvent.objects.exists()


def test_a_station_that_boots_with_its_own_certified_number_is_no_event(station: ChargingStation) -> None:
    other = certified()
    boot(other, chargePointSerialNumber="SN-8")
    boot(other, chargePointSerialNumber="SN-7")
    boot(station)
    assert not SecurityEvent.objects.exists()


@pytest.mark.parametrize("registration", ["Accepted", "Pending", "Rejected"])
def test_a_boot_is_answered_with_the_registration(station: ChargingStation, registration: str) -> None:
    ChargingStation.objects.update(registration=registration)
    assert boot(station) == registration
