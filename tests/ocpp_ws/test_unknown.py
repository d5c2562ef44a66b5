"""Strangers at the door, and tags that no card has, over the wire."""

from typing import Any

import pytest
import pytest_asyncio
from django.conf import LazySettings

from ocpp_ws.strangers import Strangers, strangers
from rfid.models import RfidCard
from stations.models import ChargingStation, UnknownStation, UnknownTag
from stations.services import add_station
from tests.ocpp_ws.charger import START, Charger
from tests.ocpp_ws.conftest import Connect
from tests.ocpp_ws.rows import messages, rows


@pytest_asyncio.fixture
async def knock(connect: Connect, settings: LazySettings) -> Any:
    """A handshake under the policy `known`; its HTTP status."""
    settings.STATION_POLICY = "known"

    async def knocking(cp_id: str, **options: Any) -> int:
        charger = Charger(cp_id, **options)
        start = await charger.knock()
        await charger.wait()
        return int(start["status"])

    return knocking


async def listed() -> list[tuple[str, int]]:
    strangers.flush()
    await messages()  # what was posted is stored
    return await rows(lambda: list(UnknownStation.objects.order_by("cp_id").values_list("cp_id", "count")))


async def test_a_stranger_gets_404_and_is_listed_with_what_it_told(knock: Any) -> None:
    assert await knock("New", headers={"user-agent": "Box/1.0\x00\x07"}, subprotocols=("ocpp1.6", "ocpp2.0.1")) == 404
    assert await listed() == [("New", 1)], "at once"
    row = await rows(UnknownStation.objects.get)
    assert (row.address, row.subprotocols) == ("10.1.2.3:4567", "ocpp1.6, ocpp2.0.1")
    assert row.user_agent == "Box/1.0\ufffd\ufffd"


async def test_knocking_again_is_counted_without_case(knock: Any) -> None:
    for cp_id in ("New", "NEW", "new", "Other"):
        assert await knock(cp_id) == 404
    assert await listed() == [("New", 3), ("Other", 1)]


async def test_who_is_known_or_refused_otherwise_is_not_listed(knock: Any) -> None:
    await rows(ChargingStation.objects.create, cp_id="CP_1")
    await Charger("CP_1").connected()
    assert await knock("/a%2Fb") == 400
    assert await knock("Evil", headers={"origin": "http://evil.test"}) == 403
    assert await listed() == []


async def test_one_that_is_added_is_let_in(knock: Any) -> None:
    await knock("New")
    assert await listed() == [("New", 1)]
    await rows(lambda: add_station(UnknownStation.objects.get(), "Pending"))
    charger = await Charger("NEW").connected()
    boot = {"chargePointVendor": "Acme", "chargePointModel": "One"}
    assert (await charger.send("BootNotification", boot))["status"] == "Pending"


async def test_a_flood_is_written_once_a_second_and_bounded(connect: Connect) -> None:
    flooded = Strangers()
    for number in range(10_000):
        flooded.note(f"CP_{number % 5000}", "10.0.0.9:1", {"headers": []})
    await messages()
    assert await rows(UnknownStation.objects.count) == 1, "the first one; the rest waits for its second"
    flooded.flush()
    flooded.stop()
    await messages()
    assert await rows(UnknownStation.objects.count) == 1 + Strangers.MOST


async def test_an_unknown_tag_is_listed_once_it_is_shown(charger: Charger) -> None:
    for _ in range(2):
        assert (await charger.send("Authorize", {"idTag": "04AABB"}))["idTagInfo"] == {"status": "Invalid"}
    assert await messages(action="Authorize")
    row = await rows(UnknownTag.objects.select_related("station").get)
    assert (row.tag, row.count, row.station.cp_id) == ("04AABB", 2, "CP_1")


async def test_a_known_tag_is_not_listed(charger: Charger) -> None:
    await rows(RfidCard.objects.create, tag_id="04AABB", status="Blocked")
    assert (await charger.send("Authorize", {"idTag": "04aabb"}))["idTagInfo"] == {"status": "Blocked"}
    await messages()
    assert not await rows(UnknownTag.objects.exists)


async def test_unknown_tags_are_accepted_where_the_operator_says_so(charger: Charger) -> None:
    await rows(ChargingStation.objects.update, unknown_tags="accept")
    assert (await charger.send("Authorize", {"idTag": "X"}))["idTagInfo"] == {"status": "Accepted"}
    started = await charger.send("StartTransaction", START)
    assert started["idTagInfo"] == {"status": "Accepted"}
    stop = {"transactionId": started["transactionId"], "meterStop": 2000, "timestamp": "2026-03-01T12:30:00Z"}
    assert await charger.send("StopTransaction", stop | {"idTag": "Y"}) == {"idTagInfo": {"status": "Accepted"}}
    assert await rows(lambda: set(UnknownTag.objects.values_list("tag", flat=True))) == {"X", "04AABB", "Y"}


@pytest.mark.parametrize("id_tag", ["", "   ", "T" * 300])
async def test_a_tag_of_any_length_is_answered(charger: Charger, id_tag: str) -> None:
    assert (await charger.send("Authorize", {"idTag": id_tag}))["idTagInfo"] == {"status": "Invalid"}
    assert await charger.lives()
