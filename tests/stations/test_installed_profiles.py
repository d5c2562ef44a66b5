"""What a station holds, as its answers and its transactions tell."""

from datetime import UTC, datetime
from typing import Any

import pytest

from stations.effects import take_effect
from stations.models import ChargingStation, Command, InstalledProfile
from tests.sessions_app.messages import NOON, Messages, at
from tests.sessions_app.test_remote_start import remote_start
from tests.stations.profiles import profile, schedule, stored, told

pytestmark = pytest.mark.django_db


def answered(station: ChargingStation, action: str, payload: dict[str, Any], status: str = "Accepted") -> None:
    command = Command.objects.create(station=station, action=action, payload=payload, actor="olga")
    for _ in range(2):  # a unit of work may be run again
        take_effect(command, {"status": status}, NOON)


def installed(station: ChargingStation, connector: int = 0, status: str = "Accepted", **also: Any) -> None:
    payload = {"connectorId": connector, "csChargingProfiles": profile(**also)}
    answered(station, "SetChargingProfile", payload, status)


def held() -> list[int]:
    return sorted(InstalledProfile.objects.values_list("charging_profile_id", flat=True))


def test_an_accepted_profile_is_held_and_a_refused_one_is_not(station: ChargingStation) -> None:
    installed(station, 2, level=3, number=7)
    row = InstalledProfile.objects.get()
    assert (row.connector_number, row.charging_profile_id, row.stack_level) == (2, 7, 3)
    assert (row.purpose, row.accepted_at, row.profile) == ("TxDefaultProfile", NOON, profile(7, level=3))
    installed(station, number=8, level=1, status="Rejected")
    installed(station, number=9, level=2, status="NotSupported")
    assert held() == [7]


def test_the_same_id_or_the_same_level_and_purpose_on_a_connector_is_replaced(station: ChargingStation) -> None:
    installed(station, 1, number=1, level=0)
    installed(station, 1, number=2, level=0)
    assert held() == [2], "core 3.13.2: not two with the same purpose and level"
    installed(station, 2, number=2, level=5)
    assert held() == [2], "core 5.16.3: not two with the same id"
    assert InstalledProfile.objects.get().connector_number == 2
    installed(station, 1, number=3, level=5)
    installed(station, 0, number=4, level=5)
    installed(station, 0, number=5, level=5, purpose="ChargePointMaxProfile")
    installed(station, 0, number=6, level=6)
    assert held() == [2, 3, 4, 5, 6], "another connector, purpose or level stands beside it"


def test_another_stations_profile_is_left_alone(station: ChargingStation) -> None:
    installed(station)
    other = ChargingStation.objects.create(cp_id="CP_2")
    installed(other)
    answered(other, "ClearChargingProfile", {})
    assert list(InstalledProfile.objects.values_list("station", flat=True)) == [station.pk]


@pytest.mark.parametrize(
    ("payload", "left"),
    [
        ({}, []),
        ({"id": 2}, [1, 3, 4]),
        ({"id": 2, "connectorId": 0}, [1, 3, 4]),  # errata 3.26: the id alone counts
        ({"id": 9}, [1, 2, 3, 4]),
        ({"connectorId": 0}, [3, 4]),
        ({"chargingProfilePurpose": "TxDefaultProfile"}, [1]),
        ({"stackLevel": 1}, [1, 3]),
        ({"connectorId": 1, "stackLevel": 1}, [1, 2, 3]),  # errata 3.25: all must match
        ({"connectorId": 1, "chargingProfilePurpose": "ChargePointMaxProfile"}, [1, 2, 3, 4]),
    ],
)
@pytest.mark.parametrize("status", ["Accepted", "Unknown"])
def test_clearing_removes_what_matches_and_unknown_says_that_none_is_there(
    station: ChargingStation, payload: dict[str, Any], left: list[int], status: str
) -> None:
    installed(station, 0, number=1, purpose="ChargePointMaxProfile")
    installed(station, 0, number=2, level=1)
    installed(station, 1, number=3, level=0)
    installed(station, 1, number=4, level=1)
    answered(station, "ClearChargingProfile", payload, status)
    assert held() == left


def test_a_tx_profile_ends_with_its_transaction() -> None:
    charger = Messages()
    number = charger.start().transaction_id
    installed(charger.station, 1, purpose="TxProfile", transactionId=number)
    installed(charger.station, 1, number=5)
    assert held() == [5, 100]
    charger.stop(number)
    assert held() == [5]


def test_a_tx_profile_ends_with_a_session_that_a_new_one_interrupts() -> None:
    charger = Messages()
    number = charger.start().transaction_id
    installed(charger.station, 1, purpose="TxProfile", transactionId=number)
    charger.start(at(60))
    assert held() == []


def test_an_answer_that_comes_after_the_transaction_installs_nothing() -> None:
    charger = Messages()
    number = charger.start().transaction_id
    charger.stop(number)
    installed(charger.station, 1, purpose="TxProfile", transactionId=number)
    assert held() == []


def started_with_profile(charger: Messages) -> int:
    tx_profile = profile(11, "TxProfile")
    remote_start(charger, payload={"idTag": "04AABB", "chargingProfile": tx_profile})
    return charger.start(connector=2).transaction_id


def test_the_profile_of_a_remote_start_applies_to_the_transaction_that_it_led_to() -> None:
    charger = Messages()
    number = started_with_profile(charger)
    row = InstalledProfile.objects.get()
    assert (row.connector_number, row.transaction_id, row.charging_profile_id) == (2, number, 11)
    assert row.profile == profile(11, "TxProfile", transactionId=number)
    charger.stop(number)
    assert held() == []


def test_a_station_without_smart_charging_ignores_the_profile_of_a_remote_start() -> None:
    charger = Messages()
    told(charger.station, SupportedFeatureProfiles="Core,RemoteTrigger")
    started_with_profile(charger)
    assert held() == []


@pytest.mark.parametrize(
    ("also", "ends_at"),
    [
        ({}, None),
        ({"chargingSchedule": schedule(duration=3600)}, datetime(2026, 3, 1, 1, tzinfo=UTC)),
        ({"validTo": "2026-03-05T00:00:00Z"}, datetime(2026, 3, 5, tzinfo=UTC)),
        (
            {"validTo": "2026-03-05T00:00:00Z", "chargingSchedule": schedule(duration=3600)},
            datetime(2026, 3, 1, 1, tzinfo=UTC),
        ),
        (
            {"chargingProfileKind": "Recurring", "recurrencyKind": "Daily",
             "chargingSchedule": schedule(duration=3600)},
            None,
        ),
    ],
)  # fmt: skip
def test_it_is_known_when_a_profile_will_say_nothing_any_more(
    station: ChargingStation, also: dict[str, Any], ends_at: datetime | None
) -> None:
    installed(station, **also)
    assert InstalledProfile.objects.get().ends_at == ends_at


def test_an_installed_profile_knows_the_stored_one_that_it_was_sent_from(station: ChargingStation) -> None:
    night = stored()
    installed(station, 1, number=night.pk * 1000 + 1)
    assert InstalledProfile.objects.get().stored == night
    installed(station, 1, number=night.pk * 1000 + 1, chargingSchedule=schedule(6))
    assert InstalledProfile.objects.get().stored is None, "the same number by chance"
    installed(station, 1, number=night.pk * 1000 + 1)
    night.delete()
    assert InstalledProfile.objects.get().stored is None
