"""A limit is set by whatever the station takes; stored profiles go to a connector."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from stations.errors import InvalidPayload
from stations.models import ChargingProfile, ChargingStation, Command, Connector, InstalledProfile
from stations.profiles.limit import FIRST_ID, Wish, limit
from stations.profiles.stored import apply_profile
from tests.ocpp_ws.charger import START, Charger
from tests.ocpp_ws.conftest import Connect
from tests.stations.profiles import profile, stored, told

pytestmark = pytest.mark.django_db(transaction=True)
Said = list[dict[str, Any]]
Limited = tuple[list[Command], Said]


def and_close(station: ChargingStation, wish: Wish, *, actor: str) -> list[Command]:
    """As an HTTP thread does it; a connection that is kept would hold the test database."""
    try:
        return limit(station, wish, actor=actor)
    finally:
        connection.close()


async def limited(charger: Charger, answers: list[str | None], **wish: Any) -> Limited:
    """The commands of a limit, and the SetChargingProfiles that the station got; None: a CALLERROR."""
    station = await ChargingStation.objects.aget()
    wanted = Wish(**{"limit": 32.0, "unit": "A"} | wish)
    asking = asyncio.create_task(sync_to_async(and_close, thread_sensitive=False)(station, wanted, actor="olga"))
    got = []
    for status in answers:
        unique_id, payload = await charger.expect("SetChargingProfile")
        got.append(payload)
        if status is None:
            await charger.fail(unique_id, "NotSupported")
        else:
            await charger.answer(unique_id, {"status": status})
    return await asking, got


async def connectors(*numbers: int) -> None:
    station = await ChargingStation.objects.aget()
    for number in numbers:
        await Connector.objects.acreate(station=station, number=number)


def ways(got: Said) -> list[tuple[int, str, float]]:
    return [
        (
            one["connectorId"],
            one["csChargingProfiles"]["chargingProfilePurpose"],
            one["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"],
        )
        for one in got
    ]


async def test_the_station_is_limited_as_a_whole_for_so_long(charger: Charger) -> None:
    given, [got] = await limited(charger, ["Accepted"], limit=16.0, minutes=30)
    assert [one.status for one in given] == ["Accepted"]
    sent = got["csChargingProfiles"]
    start = datetime.fromisoformat(sent["chargingSchedule"].pop("startSchedule"))
    assert got["connectorId"] == 0
    assert sent == {
        "chargingProfileId": FIRST_ID, "stackLevel": 0, "chargingProfilePurpose": "ChargePointMaxProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "chargingRateUnit": "A", "duration": 1860, "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16}],
        },
    }  # fmt: skip
    assert timedelta(seconds=55) < datetime.now(UTC) - start < timedelta(seconds=90), "no gap by a clock that is late"
    row = await InstalledProfile.objects.aget()
    assert row.ends_at == start + timedelta(seconds=1860)


@pytest.mark.parametrize("refusal", ["Rejected", "NotSupported", None])
async def test_what_is_refused_is_tried_as_the_next_purpose(charger: Charger, refusal: str | None) -> None:
    given, got = await limited(charger, [refusal, "Accepted"])
    assert ways(got) == [(0, "ChargePointMaxProfile", 32), (0, "TxDefaultProfile", 32)]
    assert given[-1].status == "Accepted"


async def test_at_last_each_running_transaction_is_limited_to_its_share(charger: Charger) -> None:
    await connectors(1, 2, 3)
    numbers = [
        (await charger.send("StartTransaction", START | {"connectorId": n}))["transactionId"] for n in (1, 3)
    ]  # fmt: skip
    given, got = await limited(charger, ["Rejected", "Rejected", "Rejected", "Accepted"])
    assert ways(got) == [
        (0, "ChargePointMaxProfile", 32), (0, "TxDefaultProfile", 10.6), (1, "TxProfile", 10.6),
        (3, "TxProfile", 10.6),
    ], "three connectors of 10.6 A keep 32 A together"  # fmt: skip
    assert [one["csChargingProfiles"].get("transactionId") for one in got] == [None, None, *numbers]
    assert given[-1].status == "Rejected", "one that failed tells more than one that did not"


async def test_nothing_running_ends_with_the_last_refusal(charger: Charger) -> None:
    given, got = await limited(charger, ["Rejected", "NotSupported"])
    assert (len(got), given[-1].status) == (2, "NotSupported")


async def test_silence_is_no_refusal(connect: Connect, settings: Any) -> None:
    settings.CALL_TIMEOUT = 0.1
    charger = await connect()
    station = await ChargingStation.objects.aget()
    asking = asyncio.create_task(
        sync_to_async(and_close, thread_sensitive=False)(station, Wish(16.0, "A"), actor="olga")
    )  # fmt: skip
    await charger.expect("SetChargingProfile")
    assert [one.state for one in await asking] == ["timeout"]


async def test_a_connector_is_limited_by_itself(charger: Charger) -> None:
    await connectors(1, 2)
    number = (await charger.send("StartTransaction", START | {"connectorId": 2}))["transactionId"]
    await charger.send("StartTransaction", START)
    _, got = await limited(charger, ["Rejected", "Accepted"], limit=10.5, connector_id=2)
    assert ways(got) == [(2, "TxDefaultProfile", 10.5), (2, "TxProfile", 10.5)]
    assert got[-1]["csChargingProfiles"]["transactionId"] == number
    assert {one["csChargingProfiles"]["chargingProfileId"] for one in got} == {FIRST_ID + 2}


async def test_a_limit_prevails_over_what_is_installed_and_replaces_an_earlier_limit(charger: Charger) -> None:
    station = await ChargingStation.objects.aget()
    await InstalledProfile.objects.acreate(
        station=station, connector_number=0, charging_profile_id=1, purpose="ChargePointMaxProfile", stack_level=4,
        profile=profile(),
    )  # fmt: skip
    for _ in range(2):
        _, [got] = await limited(charger, ["Accepted"])
        assert got["csChargingProfiles"]["stackLevel"] == 5
    assert await InstalledProfile.objects.acount() == 2
    await sync_to_async(told)(station, ChargeProfileMaxStackLevel="9")
    _, [got] = await limited(charger, ["Accepted"])
    assert got["csChargingProfiles"]["stackLevel"] == 9


async def test_a_unit_that_the_station_does_not_take_is_refused_at_once(charger: Charger) -> None:
    station = await ChargingStation.objects.aget()
    await sync_to_async(told)(station, ChargingScheduleAllowedChargingRateUnit="Power")
    with pytest.raises(InvalidPayload) as end:
        await limited(charger, [])
    assert end.value.errors == [
        ("chargingRateUnit", "The station takes W only (ChargingScheduleAllowedChargingRateUnit).")
    ]


@pytest.fixture
def apply(charger: Charger) -> Callable[..., Any]:
    async def applied(purpose: str, connector_id: int) -> int:
        station = await ChargingStation.objects.aget()
        one = await sync_to_async(stored)(purpose=purpose)
        await sync_to_async(apply_profile)(one, station, connector_id, "olga", wait=0)
        return one.pk

    return applied


async def test_a_stored_profile_is_sent_and_then_held(charger: Charger, apply: Callable[..., Any]) -> None:
    number = await apply("TxDefaultProfile", 2)
    unique_id, got = await charger.expect("SetChargingProfile")
    assert got == {"connectorId": 2, "csChargingProfiles": profile(number * 1000 + 2)}
    await charger.answer(unique_id, {"status": "Accepted"})
    assert await charger.lives()
    row = await InstalledProfile.objects.aget()
    assert (row.stored_id, row.connector_number) == (number, 2)


async def test_a_stored_tx_profile_takes_the_running_transaction(charger: Charger, apply: Callable[..., Any]) -> None:
    with pytest.raises(InvalidPayload, match="No transaction runs on connector 1 of CP_1: Night needs one"):
        await apply("TxProfile", 1)
    with pytest.raises(InvalidPayload, match="connector of its transaction"):
        await sync_to_async(apply_profile)(
            await sync_to_async(stored)("Other", "TxProfile"), await ChargingStation.objects.aget(), 0, "olga"
        )
    running = (await charger.send("StartTransaction", START))["transactionId"]
    one, station = await ChargingProfile.objects.aget(name="Night"), await ChargingStation.objects.aget()
    await sync_to_async(apply_profile)(one, station, 1, "olga", wait=0)
    _, got = await charger.expect("SetChargingProfile")
    assert got["csChargingProfiles"]["transactionId"] == running
