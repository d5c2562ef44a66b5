"""Filling a station's local list: step by step, until it holds the cards."""

import asyncio
from typing import Any

import pytest

from rfid.models import RfidCard
from stations import commands
from stations.errors import NotAllowed
from stations.models import Command, ConfigurationKey, LocalList
from stations.services.local_list import is_filling
from tests.ocpp_ws.charger import Charger
from tests.ocpp_ws.conftest import Connect
from tests.ocpp_ws.rows import in_thread, rows, station

Payload = dict[str, Any]


async def cards(*tags: str, status: str = "Active") -> None:
    await rows(lambda: RfidCard.objects.bulk_create([RfidCard(tag_id=tag, status=status) for tag in tags]))


async def limit(key: str, value: int) -> None:
    known = {"station": await station(), "key": key, "value": str(value), "told_at": (await station()).created_at}
    await rows(ConfigurationKey.objects.create, **known)


async def filling(**options: Any) -> "asyncio.Future[Command]":
    return in_thread(commands.fill_local_list, await station(), actor="tester", **options)


async def step(charger: Charger, status: str = "Accepted") -> Payload:
    unique_id, payload = await charger.expect("SendLocalList")
    await charger.answer(unique_id, {"status": status})
    return payload


async def state() -> LocalList:
    return await rows(LocalList.objects.get)


def tags(payload: Payload) -> list[str]:
    return [one["idTag"] for one in payload["localAuthorizationList"]]


async def filled(charger: Charger) -> None:
    asking = await filling()
    await step(charger)
    assert (await asking).status == "Accepted"
    assert await charger.lives()


async def test_the_first_list_is_full_and_tells_what_each_card_may(charger: Charger) -> None:
    await cards("A", "B")
    await cards("C", status="Blocked")
    asking = await filling()
    assert await step(charger) == {
        "listVersion": 1,
        "localAuthorizationList": [
            {"idTag": "A", "idTagInfo": {"status": "Accepted"}},
            {"idTag": "B", "idTagInfo": {"status": "Accepted"}},
            {"idTag": "C", "idTagInfo": {"status": "Blocked"}},
        ],
        "updateType": "Full",
    }
    assert (await asking).status == "Accepted"
    assert (await state()).version == 1
    assert (await state()).filling_since is None


async def test_later_only_what_changed_is_sent(charger: Charger) -> None:
    await cards("A", "B", "C")
    await filled(charger)
    await rows(lambda: RfidCard.objects.filter(tag_id="A").delete())
    await rows(lambda: RfidCard.objects.filter(tag_id="B").update(status="Blocked"))
    asking = await filling()
    assert await step(charger) == {
        "listVersion": 2,
        "localAuthorizationList": [{"idTag": "A"}, {"idTag": "B", "idTagInfo": {"status": "Blocked"}}],
        "updateType": "Differential",
    }
    await asking
    assert set((await state()).entries) == {"B", "C"}


async def test_a_long_list_goes_in_as_many_steps_as_the_station_needs(charger: Charger) -> None:
    await cards("A", "B", "C", "D", "E")
    await limit("SendLocalListMaxLength", 2)
    asking = await filling()
    steps = [await step(charger) for _ in range(3)]
    assert [(one["listVersion"], one["updateType"], tags(one)) for one in steps] == [
        (1, "Full", ["A", "B"]),
        (2, "Differential", ["C", "D"]),
        (3, "Differential", ["E"]),
    ]
    await asking
    assert await charger.lives()
    assert len((await state()).entries) == 5
    assert (await state()).filling_since is None


@pytest.mark.parametrize("status", ["VersionMismatch", "Failed"])
async def test_changes_that_do_not_fit_are_followed_by_the_full_list(charger: Charger, status: str) -> None:
    await cards("A")
    await filled(charger)
    await cards("B")
    asking = await filling()
    await step(charger, status)
    assert (await asking).status == status
    full = await step(charger)
    assert (full["updateType"], tags(full)) == ("Full", ["A", "B"])
    assert await charger.lives()
    assert set((await state()).entries) == {"A", "B"}


@pytest.mark.parametrize("status", ["Failed", "NotSupported"])
async def test_a_full_list_that_is_refused_is_not_sent_again(charger: Charger, status: str) -> None:
    await cards("A")
    asking = await filling()
    await step(charger, status)
    assert (await asking).status == status
    assert await charger.lives(), "no other SendLocalList has come"
    assert (await state()).filling_since is None
    assert (await state()).version == 0


async def test_a_station_that_refuses_every_change_is_not_asked_for_ever(charger: Charger) -> None:
    await cards("A", "B", "C")
    await limit("SendLocalListMaxLength", 2)
    asking = await filling()
    steps = [await step(charger, status) for status in ("Accepted", "Failed", "Accepted", "Failed")]
    assert [one["updateType"] for one in steps] == ["Full", "Differential", "Full", "Differential"]
    await asking
    assert await charger.lives(), "no other SendLocalList has come"
    assert (await state()).filling_since is None


async def test_a_filling_that_broke_off_is_not_taken_up_by_a_question(connect: Connect) -> None:
    await cards("A", "B", "C")
    lost = await connect()
    await limit("SendLocalListMaxLength", 2)
    asking = await filling()
    await lost.expect("SendLocalList")
    assert await rows(lambda: is_filling(LocalList.objects.get()))
    await lost.hang_up()
    assert (await asking).state == "unknown"
    assert not await rows(lambda: is_filling(LocalList.objects.get()))
    charger = await connect()
    asked = in_thread(commands.get_local_list_version, await station(), actor="tester")
    unique_id, _ = await charger.expect("GetLocalListVersion")
    await charger.answer(unique_id, {"listVersion": 0})
    await asked
    assert await charger.lives(), "no SendLocalList has come"


async def test_a_list_that_seems_right_is_checked_by_its_version(charger: Charger) -> None:
    await cards("A")
    await filled(charger)
    asking = await filling()
    unique_id, _ = await charger.expect("GetLocalListVersion")
    await charger.answer(unique_id, {"listVersion": 0})  # the station has lost it
    assert (await asking).state == "answered"
    again = await step(charger)
    assert (again["updateType"], tags(again)) == ("Full", ["A"])


async def test_a_station_without_local_lists_is_sent_none(charger: Charger) -> None:
    asking = in_thread(commands.get_local_list_version, await station(), actor="tester")
    unique_id, _ = await charger.expect("GetLocalListVersion")
    await charger.answer(unique_id, {"listVersion": -1})
    assert (await asking).answer == {"listVersion": -1}
    assert (await state()).told_version == -1


async def test_too_many_cards_are_refused_with_the_numbers(charger: Charger) -> None:
    await cards("A", "B")
    await limit("LocalAuthListMaxLength", 1)
    with pytest.raises(NotAllowed, match=r"room for 1 cards .*, and there are 2"):
        await (await filling())


async def test_a_list_sent_by_hand_is_left_as_it_is(charger: Charger) -> None:
    await cards("A")
    given = {"list_version": 7, "update_type": "Differential", "local_authorization_list": [{"idTag": "X"}]}
    asking = in_thread(commands.send_local_list, await station(), actor="tester", **given)
    await step(charger, "VersionMismatch")
    assert (await asking).status == "VersionMismatch"
    assert await charger.lives(), "no Full list has come"


async def test_more_keys_than_the_station_takes_are_asked_in_portions(charger: Charger) -> None:
    await limit("GetConfigurationMaxKeys", 2)
    asking = in_thread(commands.get_configuration, await station(), actor="tester", key=["A", "B", "C"])
    for keys in (["A", "B"], ["C"]):
        unique_id, payload = await charger.expect("GetConfiguration")
        assert payload == {"key": keys}
        told = [{"key": key, "readonly": False, "value": "1"} for key in keys if key != "B"]
        await charger.answer(unique_id, {"configurationKey": told, "unknownKey": ["B"] if "B" in keys else []})
    answer = (await asking).answer
    assert answer is not None
    assert [one["key"] for one in answer["configurationKey"]] == ["A", "C"]
    assert answer["unknownKey"] == ["B"]


async def test_any_call_goes_out_as_it_was_written(charger: Charger) -> None:
    payload = {"vendorId": "v", "data": "d", "messageId": "m"}
    asking = in_thread(commands.call, await station(), actor="tester", action="DataTransfer", payload=payload)
    unique_id, came = await charger.expect("DataTransfer")
    assert list(came) == ["vendorId", "data", "messageId"]
    await charger.answer(unique_id, {"status": "Accepted"})
    assert (await asking).status == "Accepted"
