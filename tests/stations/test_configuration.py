"""The configuration of a station as its answers tell it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from stations.models import ChargingStation, Command
from stations.services import boot_notification, configuration_number, configuration_value
from stations.services.configuration import configuration_changed, configuration_told

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def told(
    station: ChargingStation, *keys: tuple[str, str | None], asked: list[str] | None = None, **answer: Any
) -> None:
    entries = [{"key": key, "readonly": False} | ({} if value is None else {"value": value}) for key, value in keys]
    command = Command(station=station, action="GetConfiguration", payload={"key": asked} if asked else {})
    configuration_told(command, {"configurationKey": entries, **answer}, NOON)


def changed(station: ChargingStation, key: str, value: str, status: str) -> None:
    command = Command(station=station, action="ChangeConfiguration", payload={"key": key, "value": value})
    configuration_changed(command, {"status": status}, NOON)


def stored(station: ChargingStation) -> dict[str, str | None]:
    return dict(station.configuration.values_list("key", "value"))


def test_what_a_station_tells_is_stored_and_told_again_replaced(station: ChargingStation) -> None:
    told(station, ("HeartbeatInterval", "60"), ("MeterValuesSampledData", None))
    told(station, ("HeartbeatInterval", "30"), asked=["HeartbeatInterval"])
    assert stored(station) == {"HeartbeatInterval": "30", "MeterValuesSampledData": None}
    assert configuration_value(station.pk, "heartbeatinterval") == "30"


def test_keys_that_are_unknown_or_gone_are_forgotten(station: ChargingStation) -> None:
    told(station, ("A", "1"), ("B", "2"), ("C", "3"))
    told(station, asked=["A"], unknownKey=["A"])
    assert stored(station) == {"B": "2", "C": "3"}
    told(station, ("C", "3"))
    assert stored(station) == {"C": "3"}, "all was asked, and B not told"


def test_a_key_is_one_key_however_it_is_written(station: ChargingStation) -> None:
    changed(station, "heartbeatinterval", "60", "Accepted")
    told(station, ("HeartbeatInterval", "30"), asked=["HEARTBEATINTERVAL"])
    assert stored(station) == {"HeartbeatInterval": "30"}
    told(station, asked=["x"], unknownKey=["heartbeatINTERVAL"])
    assert stored(station) == {}


def test_secrets_are_stored_masked(station: ChargingStation) -> None:
    told(station, ("AuthorizationKey", "0123456789ABCDEF"))
    changed(station, "authorizationKey", "FEDCBA9876543210", "Accepted")
    assert stored(station) == {"AuthorizationKey": "***"}


@pytest.mark.parametrize(
    ("status", "value", "pending"),
    [("Accepted", "30", None), ("RebootRequired", "60", "30"), ("Rejected", "60", None), ("NotSupported", "60", None)],
)
def test_a_change_counts_when_the_station_takes_it(
    station: ChargingStation, status: str, value: str, pending: str | None
) -> None:
    told(station, ("HeartbeatInterval", "60"))
    changed(station, "heartbeatInterval", "30", status)
    row = station.configuration.get()
    assert (row.key, row.value, row.pending) == ("HeartbeatInterval", value, pending)


def test_what_needs_a_reboot_holds_after_it(station: ChargingStation) -> None:
    changed(station, "New", "30", "RebootRequired")
    boot = {"chargePointVendor": "Acme", "chargePointModel": "One"}
    boot_notification(station_id=station.pk, payload=boot, now=NOON)
    row = station.configuration.get()
    assert (row.value, row.pending) == ("30", None)


@pytest.mark.parametrize(("value", "number"), [(" 10 ", 10), ("0", 0), ("-1", None), ("ten", None), ("9" * 99, None)])
def test_a_number_is_read_where_it_is_one(station: ChargingStation, value: str, number: int | None) -> None:
    told(station, ("GetConfigurationMaxKeys", value))
    assert configuration_number(station.pk, "GetConfigurationMaxKeys") == number
