"""Charging profiles, obeyed as a decent charge point does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ocpp.exceptions import PropertyConstraintViolationError
from ocpp.v16 import call

from ocpp_ws.test_client.charging_profiles import MAX_INSTALLED, MAX_PERIODS, ChargingProfiles, in_unit
from ocpp_ws.test_client.meter import Meter
from tests.test_client.conftest import Charging
from tests.test_client.csms import Csms

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = 3600


def profile(purpose: str = "TxDefaultProfile", *limits: float, level: int = 0, **also: Any) -> dict[str, Any]:
    """Watts, an hour each, from noon on; as the `ocpp` package hands it over."""
    schedule = {
        "start_schedule": "2026-03-01T12:00:00Z", "charging_rate_unit": "W",
        "charging_schedule_period": [{"start_period": n * HOUR, "limit": w} for n, w in enumerate(limits or (4000,))],
    }  # fmt: skip
    members = {
        "charging_profile_id": hash((purpose, level, limits)), "stack_level": level,
        "charging_profile_purpose": purpose, "charging_profile_kind": "Absolute", "charging_schedule": schedule,
    } | also  # fmt: skip
    return {name: value for name, value in members.items() if value is not None}


def lasting(seconds: int, **also: Any) -> dict[str, Any]:
    return profile(**also)["charging_schedule"] | {"duration": seconds}


def installed(*profiles: tuple[int, dict[str, Any]]) -> ChargingProfiles:
    held = ChargingProfiles()
    assert all([held.set(connector, one) for connector, one in profiles])
    return held


def limit(held: ChargingProfiles, hours: float = 0.5, connector: int = 1, charging: int = 1) -> float:
    return held.limit(connector, NOON + timedelta(hours=hours), NOON, charging)


def test_without_profiles_nothing_is_limited() -> None:
    assert limit(ChargingProfiles()) == float("inf")


def test_the_lowest_of_station_and_session_counts_and_connectors_share_the_stations() -> None:
    held = installed((0, profile("ChargePointMaxProfile", 10_000)), (0, profile("TxDefaultProfile", 6000)))
    assert (limit(held), limit(held, charging=2)) == (6000, 5000)


def test_the_own_default_of_a_connector_goes_before_that_of_all() -> None:
    held = installed((0, profile("TxDefaultProfile", 6000)), (2, profile("TxDefaultProfile", 9000)))
    assert (limit(held, connector=1), limit(held, connector=2)) == (6000, 9000)


def test_a_tx_profile_overrules_the_default_until_its_transaction_ends() -> None:
    held = installed((1, profile("TxDefaultProfile", 6000)), (1, profile("TxProfile", 9000)))
    assert limit(held) == 9000
    held.transaction_ended(1)
    assert limit(held) == 6000


def test_the_higher_level_prevails_while_it_says_something() -> None:
    exception = profile("TxDefaultProfile", 1000, level=3, charging_schedule=lasting(HOUR))
    exception["charging_schedule"]["charging_schedule_period"][0]["limit"] = 1000
    held = installed((1, profile("TxDefaultProfile", 6000)), (1, exception))
    assert (limit(held, 0.5), limit(held, 1.5)) == (1000, 6000)


def test_periods_validity_recurrence_and_relative_start() -> None:
    held = installed((1, profile("TxDefaultProfile", 1000, 2000, 3000)))
    assert [limit(held, hours) for hours in (-1, 0.5, 1.0, 5)] == [float("inf"), 1000, 2000, 3000]
    daily = profile("TxDefaultProfile", 1000, 2000, charging_profile_kind="Recurring", recurrency_kind="Daily")
    assert [limit(installed((1, daily)), hours) for hours in (24.5, 49.5)] == [1000, 2000]
    valid = profile(valid_from="2026-03-01T13:00:00Z", valid_to="2026-03-01T14:00:00Z")
    assert [limit(installed((1, valid)), hours) for hours in (0.5, 1.5, 2.5)] == [float("inf"), 4000, float("inf")]
    relative = profile("TxProfile", 1000, 2000, charging_profile_kind="Relative")
    del relative["charging_schedule"]["start_schedule"]
    held = installed((1, relative))
    assert held.limit(1, NOON + timedelta(hours=6.5), NOON + timedelta(hours=5), 1) == 2000, "since its start"


def test_amperes_are_per_phase() -> None:
    amperes = profile()
    amperes["charging_schedule"]["charging_rate_unit"] = "A"
    amperes["charging_schedule"]["charging_schedule_period"] = [{"start_period": 0, "limit": 16}]
    assert limit(installed((1, amperes))) == 11_040
    amperes["charging_schedule"]["charging_schedule_period"][0]["number_phases"] = 1
    assert limit(installed((1, amperes))) == 3680
    assert (in_unit(11_040, "A"), in_unit(4000.04, "W")) == (16.0, 4000.0)


@pytest.mark.parametrize(
    ("connector", "wrong"),
    [
        (0, profile(level=9)), (0, profile("TxDefaultProfile", *range(MAX_PERIODS + 1))), (0, profile("TxProfile")),
        (1, profile("ChargePointMaxProfile")),
        (0, profile(charging_schedule=profile()["charging_schedule"] | {"charging_schedule_period": []})),
    ],
)  # fmt: skip
def test_what_it_cannot_do_is_not_installed(connector: int, wrong: dict[str, Any]) -> None:
    assert not ChargingProfiles().set(connector, wrong)


def test_no_more_are_installed_than_it_says_but_one_may_be_replaced() -> None:
    held = installed(*((n, profile(charging_profile_id=n)) for n in range(MAX_INSTALLED)))
    assert not held.set(99, profile(charging_profile_id=99))
    assert held.set(0, profile("TxDefaultProfile", 10, charging_profile_id=99))


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ((None, None, None, None), 11_000), ((1, None, None, None), 5000), ((2, 9, None, None), 3000),
        ((None, 0, None, None), 11_000), ((None, 0, "TxDefaultProfile", 0), 5000),
        ((None, None, "ChargePointMaxProfile", None), 3000),
    ],
)  # fmt: skip
def test_clearing_by_id_or_by_all_that_is_given(wanted: tuple[Any, ...], left: float) -> None:
    held = installed(
        (0, profile("TxDefaultProfile", 3000, charging_profile_id=1)),
        (0, profile("ChargePointMaxProfile", 5000, charging_profile_id=2)),
    )
    assert held.clear(*wanted)
    assert min(limit(held), 11_000) == left
    assert not held.clear(None, 7, None, None)


def test_a_meter_keeps_to_what_is_allowed() -> None:
    meter = Meter(0)
    meter.plug_in()
    meter.advance(60, 4000)
    assert 3900 < meter.power_w <= 4000
    meter.advance(60)
    assert meter.power_w > 10_000


def message(purpose: str, watts: float, connector: int = 0, **also: Any) -> call.SetChargingProfile:
    relative = profile(purpose, watts, charging_profile_kind="Relative", **{"charging_profile_id": 5} | also)
    del relative["charging_schedule"]["start_schedule"]
    return call.SetChargingProfile(connector, relative)


async def drawn(csms: Csms, *, below: float, connector: int = 1) -> None:
    """Wait for a meter value of less power."""

    def power() -> float:
        last = [one for one in csms.said("MeterValues") if one["connectorId"] == connector][-1]
        values = last["meterValue"][0]["sampledValue"]
        return next(float(one["value"]) for one in values if one["measurand"] == "Power.Active.Import")

    await csms.until(lambda: power() < below)


@pytest.mark.asyncio
async def test_a_limit_lowers_the_power_of_a_running_session(csms: Csms, charging: Charging) -> None:
    async with charging():
        assert (await csms.link.tell(message("ChargePointMaxProfile", 3000))).status == "Accepted"
        await drawn(csms, below=3001)
        assert (await csms.link.tell(message("ChargePointMaxProfile", 0))).status == "Accepted"
        await csms.until(lambda: csms.statuses()[-1] == "SuspendedEVSE")
        assert (await csms.link.tell(call.ClearChargingProfile(id=5))).status == "Accepted"
        await csms.until(lambda: csms.statuses()[-1] == "Charging")
        assert (await csms.link.tell(call.ClearChargingProfile(id=5))).status == "Unknown"


@pytest.mark.asyncio
async def test_a_tx_profile_is_for_the_running_transaction_only(csms: Csms, charging: Charging) -> None:
    async with charging(connectors=2):
        for number, connector, status in ((99, 1, "Rejected"), (1, 2, "Rejected"), (1, 1, "Accepted")):
            answer = await csms.link.tell(message("TxProfile", 3000, connector, transaction_id=number))
            assert answer.status == status
        await drawn(csms, below=3001)


@pytest.mark.asyncio
async def test_an_unknown_connector_is_a_call_error(csms: Csms, charging: Charging) -> None:
    async with charging():
        with pytest.raises(PropertyConstraintViolationError):
            await csms.link.tell(message("TxDefaultProfile", 3000, 7))
        assert (await csms.link.tell(call.GetCompositeSchedule(7, 60))).status == "Rejected"


@pytest.mark.asyncio
async def test_a_remote_start_brings_its_profile(csms: Csms, charging: Charging) -> None:
    async with charging(connectors=2):
        wrong = message("TxDefaultProfile", 3000).cs_charging_profiles
        assert (await csms.link.tell(call.RemoteStartTransaction("T", 2, wrong))).status == "Rejected"
        tx_profile = message("TxProfile", 3000).cs_charging_profiles
        assert (await csms.link.tell(call.RemoteStartTransaction("T", 2, tx_profile))).status == "Accepted"
        await csms.until(lambda: any(one["connectorId"] == 2 for one in csms.said("MeterValues")))
        await drawn(csms, below=3001, connector=2)


@pytest.mark.asyncio
async def test_the_composite_schedule_is_what_it_will_do(csms: Csms, charging: Charging) -> None:
    async with charging(connectors=2):
        now = datetime.now(UTC).replace(microsecond=0)
        limited = profile("ChargePointMaxProfile", 6000, 2000)
        limited["charging_schedule"] |= {"start_schedule": now.isoformat(), "duration": 2 * HOUR}
        assert (await csms.link.tell(call.SetChargingProfile(0, limited))).status == "Accepted"
        for connector in (0, 1):
            answer = await csms.link.tell(call.GetCompositeSchedule(connector, 4 * HOUR, "W"))
            periods = answer.charging_schedule["charging_schedule_period"]
            assert [one["limit"] for one in periods] == [6000, 2000, 11_000]
            starts = [one["start_period"] for one in periods]
            assert starts[0] == 0
            assert all(abs(start - hour * HOUR) < 10 for hour, start in enumerate(starts))
        amperes = (await csms.link.tell(call.GetCompositeSchedule(1, 60, "A"))).charging_schedule
        [period] = amperes["charging_schedule_period"]
        assert (period["start_period"], float(period["limit"])) == (0, 8.7)
        in_amperes = limited["charging_schedule"] | {"charging_rate_unit": "A"}
        in_amperes["charging_schedule_period"] = [{"start_period": 0, "limit": 6.5}]
        await csms.link.tell(call.SetChargingProfile(0, limited | {"charging_schedule": in_amperes}))
        await drawn(csms, below=6.5 * 690 + 1)
