"""What is refused before it is sent: OCPP's rules, and what the station has said that it cannot do."""

from typing import Any

import pytest
from django.utils import timezone

from stations import commands
from stations.errors import InvalidPayload, StationOffline
from stations.models import ChargingStation, Command, InstalledProfile
from stations.profiles.capabilities import limits_of
from stations.services.configuration import configuration_value
from tests.sessions_app.messages import Messages
from tests.stations.profiles import profile, schedule, told

pytestmark = pytest.mark.django_db(transaction=True)
PERIODS = "csChargingProfiles.chargingSchedule.chargingSchedulePeriod"


def refusal(station: ChargingStation, connector_id: int, **also: Any) -> set[str]:
    """The members that are named as wrong; none: it was given (the station is not connected)."""
    with pytest.raises((StationOffline, InvalidPayload)) as end:
        commands.set_charging_profile(
            station, actor="olga", connector_id=connector_id, cs_charging_profiles=profile(**also)
        )
    errors = getattr(end.value, "errors", [])
    assert all(why for _, why in errors)
    assert Command.objects.exists() == (not errors), "what is refused here is never given"
    return {path for path, _ in errors}


def periods(*starts: int, **also: Any) -> dict[str, Any]:
    return schedule(chargingSchedulePeriod=[{"startPeriod": start, "limit": 16} | also for start in starts])


@pytest.mark.parametrize(
    ("connector", "also", "member"),
    [
        (0, {"chargingSchedule": periods(60)}, f"{PERIODS}.0.startPeriod"),  # errata 3.45
        (0, {"chargingSchedule": periods(0, 60, 60)}, f"{PERIODS}.2.startPeriod"),
        (0, {"chargingSchedule": periods()}, PERIODS),
        (0, {"chargingSchedule": periods(0, numberPhases=4)}, f"{PERIODS}.0.numberPhases"),
        (0, {"chargingSchedule": schedule(-1)}, f"{PERIODS}.0.limit"),
        (0, {"chargingSchedule": schedule(16.05)}, f"{PERIODS}.0.limit"),  # one decimal, core 7.14
        (0, {"chargingSchedule": schedule(16, duration=0)}, "csChargingProfiles.chargingSchedule.duration"),
        (0, {"chargingSchedule": schedule(startSchedule=None)}, "csChargingProfiles.chargingSchedule.startSchedule"),
        (0, {"chargingProfileKind": "Recurring"}, "csChargingProfiles.recurrencyKind"),
        (0, {"recurrencyKind": "Daily"}, "csChargingProfiles.recurrencyKind"),  # errata 3.56
        (0, {"validFrom": "2026-03-02T00:00:00Z", "validTo": "2026-03-01T00:00:00Z"}, "csChargingProfiles.validTo"),
        (0, {"level": -1}, "csChargingProfiles.stackLevel"),
        (0, {"transactionId": 1}, "csChargingProfiles.transactionId"),
        (1, {"purpose": "ChargePointMaxProfile"}, "connectorId"),
        (0, {"purpose": "TxProfile", "transactionId": 1}, "connectorId"),
        (0, {"purpose": "Whatever"}, "csChargingProfiles.chargingProfilePurpose"),
    ],
)
def test_what_ocpp_forbids_is_refused_by_its_member(
    station: ChargingStation, connector: int, also: dict[str, Any], member: str
) -> None:
    assert refusal(station, connector, **also) == {member}


@pytest.mark.parametrize(
    ("connector", "also"),
    [
        (0, {}),
        (1, {}),
        (0, {"purpose": "ChargePointMaxProfile"}),
        (0, {"chargingProfileKind": "Recurring", "recurrencyKind": "Weekly"}),
        (0, {"chargingProfileKind": "Relative", "chargingSchedule": schedule(startSchedule=None)}),
        (0, {"chargingSchedule": schedule(16.1, 0, 32, duration=86400)}),
    ],
)
def test_what_ocpp_allows_is_given(station: ChargingStation, connector: int, also: dict[str, Any]) -> None:
    assert refusal(station, connector, **also) == set()


def test_times_go_out_in_utc_with_z(station: ChargingStation) -> None:
    refusal(station, 0, validTo="2026-03-02T01:00:00.5+01:00", chargingSchedule=schedule(startSchedule="2026-03-01"
            "T02:00+02:00"))  # fmt: skip
    sent = Command.objects.get().payload["csChargingProfiles"]
    assert (sent["validTo"], sent["chargingSchedule"]["startSchedule"]) == (
        "2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z",
    )  # fmt: skip


def test_tx_profile_needs_the_transaction_that_runs_on_its_connector() -> None:
    charger = Messages()
    wrong = {"csChargingProfiles.transactionId"}
    assert refusal(charger.station, 1, purpose="TxProfile", transactionId=1) == wrong
    number = charger.start(connector=1).transaction_id
    assert refusal(charger.station, 1, purpose="TxProfile") == wrong, "it names its transaction (core 5.16)"
    assert refusal(charger.station, 1, purpose="TxProfile", transactionId=number + 1) == wrong
    assert refusal(charger.station, 2, purpose="TxProfile", transactionId=number) == wrong
    assert refusal(Messages("CP_2").station, 1, purpose="TxProfile", transactionId=number) == wrong
    assert refusal(charger.station, 1, purpose="TxProfile", transactionId=number) == set()


def test_tx_profile_of_an_ended_transaction_is_refused() -> None:
    charger = Messages()
    number = charger.start().transaction_id
    charger.stop(number)
    assert refusal(charger.station, 1, purpose="TxProfile", transactionId=number) == {
        "csChargingProfiles.transactionId"
    }


@pytest.mark.parametrize(
    ("key", "value", "also", "member"),
    [
        ("ChargeProfileMaxStackLevel", "2", {"level": 3}, "csChargingProfiles.stackLevel"),
        ("ChargingScheduleMaxPeriods", "2", {"chargingSchedule": schedule(1, 2, 3)}, PERIODS),
        (
            "ChargingScheduleAllowedChargingRateUnit", "Power", {},
            "csChargingProfiles.chargingSchedule.chargingRateUnit",
        ),
        ("MaxChargingProfilesInstalled", "0", {}, "csChargingProfiles"),
    ],
)  # fmt: skip
def test_what_the_station_cannot_do_is_refused(
    station: ChargingStation, key: str, value: str, also: dict[str, Any], member: str
) -> None:
    told(station, **{key.upper(): value})
    assert refusal(station, 0, **also) == {member}


def test_a_full_station_takes_a_profile_in_place_of_another_or_of_one_that_is_over(station: ChargingStation) -> None:
    told(station, MaxChargingProfilesInstalled="1")
    one = InstalledProfile.objects.create(
        station=station, connector_number=1, charging_profile_id=5, purpose="TxDefaultProfile", stack_level=0,
        profile=profile(5),
    )  # fmt: skip
    assert refusal(station, 0) == {"csChargingProfiles"}
    InstalledProfile.objects.update(ends_at=timezone.now())
    assert refusal(station, 0) == set()
    InstalledProfile.objects.update(ends_at=None)
    for connector, number in ((1, 6), (0, one.charging_profile_id)):
        Command.objects.all().delete()
        assert refusal(station, connector, number=number) == set()


@pytest.mark.parametrize(
    ("told_units", "units"),
    [
        ("Current", ("A",)), ("Power", ("W",)), ("Current,Power", ("A", "W")), ("A", ("A",)), ("w", ("W",)),
        ("A, W", ("A", "W")), ("", ("A", "W")), (None, ("A", "W")), ("kW", ("A", "W")),
    ],
)  # fmt: skip
def test_rate_units_are_read_in_every_spelling(
    station: ChargingStation, told_units: str | None, units: tuple[str, ...]
) -> None:
    told(station, ChargingScheduleAllowedChargingRateUnit=told_units)
    assert limits_of(station).units == units


def test_odd_numbers_of_a_station_limit_nothing(station: ChargingStation) -> None:
    told(station, ChargeProfileMaxStackLevel="many", ChargingScheduleMaxPeriods="-1", MaxChargingProfilesInstalled="")
    limits = limits_of(station)
    assert (limits.stack_level, limits.periods, limits.installed) == (None, None, None)
    assert configuration_value(station.pk, "HeartbeatInterval") is None


@pytest.mark.parametrize(
    ("also", "members"),
    [
        ({"purpose": "TxProfile"}, set()),
        ({"purpose": "TxDefaultProfile"}, {"chargingProfile.chargingProfilePurpose"}),
        ({"purpose": "TxProfile", "transactionId": 5}, {"chargingProfile.transactionId"}),  # errata 3.41
        ({"purpose": "TxProfile", "level": 9}, {"chargingProfile.stackLevel"}),
        ({"purpose": "TxProfile", "chargingProfileKind": "Never"}, {"chargingProfile.chargingProfileKind"}),
    ],
)
def test_remote_start_takes_a_tx_profile_without_transaction(
    station: ChargingStation, also: dict[str, Any], members: set[str]
) -> None:
    told(station, ChargeProfileMaxStackLevel="8")
    with pytest.raises((StationOffline, InvalidPayload)) as end:
        commands.remote_start_transaction(station, actor="olga", id_tag="T", charging_profile=profile(**also))
    assert {path for path, _ in getattr(end.value, "errors", [])} == members
