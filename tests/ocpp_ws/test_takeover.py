"""Two sockets, one identity, under the open policy: a live link is not displaced, a dead one locks nobody out."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from channels.layers import get_channel_layer
from django.utils import timezone

from ocpp_ws import takeover
from ocpp_ws.admission import admit
from ocpp_ws.links import links, unregister
from ocpp_ws.takeover import REFUSAL_SECONDS, REFUSAL_SPACING, is_stubborn
from tests.ocpp_ws.charger import Charger, Closed
from tests.ocpp_ws.conftest import Connect
from tests.ocpp_ws.rows import change, station


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(takeover, "PONG_SECONDS", 0.05)


def knocking(cp_id: str = "CP_1") -> "asyncio.Task[dict[str, Any]]":
    return asyncio.get_running_loop().create_task(Charger(cp_id).knock())


async def pinged(charger: Charger) -> None:
    assert (await charger.event())["type"] == "websocket.ping"


async def pong(charger: Charger) -> None:
    await charger.send_input({"type": "websocket.pong"})


async def test_a_live_link_stays_and_the_newcomer_is_asked_to_try_later(charger: Charger) -> None:
    newcomer = knocking()
    await pinged(charger)
    await pong(charger)
    answer = await newcomer
    assert answer["status"] == 503
    assert 10 <= int(dict(answer["headers"])[b"retry-after"]) <= 30
    assert await charger.lives()
    assert (await station()).epoch == 1


async def test_any_frame_is_a_sign_of_life(charger: Charger) -> None:
    newcomer = knocking()
    await pinged(charger)
    assert await charger.lives()
    assert (await newcomer)["status"] == 503


async def test_a_dead_link_is_replaced(impatient: None, charger: Charger) -> None:
    newcomer = Charger()
    assert (await newcomer.knock())["type"] == "websocket.accept"
    await pinged(charger)
    with pytest.raises(Closed) as end:
        await charger.text()
    assert end.value.code == 4001
    assert await newcomer.lives()
    assert (await station()).online


async def test_a_link_that_is_just_being_opened_is_not_displaced(connect: Connect) -> None:
    """Its row is committed, its socket not accepted yet: whoever knocks at that moment is no better."""
    await (await connect()).hang_up()
    opened = await admit(Charger().scope, "ocpp1.6")
    assert (await Charger().knock())["status"] == 503
    unregister(opened)
    assert (await Charger().knock())["type"] == "websocket.accept", "it has ended before it began"


async def test_two_newcomers_at_once_do_not_displace_a_live_link(charger: Charger) -> None:
    newcomers = [knocking(), knocking()]
    await pinged(charger)
    await at_the_door(2)
    await pong(charger)  # one ping and one sign of life for both
    assert [answer["status"] for answer in await asyncio.gather(*newcomers)] == [503, 503]
    assert await charger.lives()


async def at_the_door(count: int) -> None:
    async with asyncio.timeout(10):
        while [len(door._waiting) for door in takeover._doors.values()] != [count]:  # noqa: ASYNC110
            await asyncio.sleep(0)  # their looks at the row are under way


async def test_of_many_newcomers_the_newest_four_wait_and_the_station_itself_gets_in(
    charger: Charger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(takeover, "PONG_SECONDS", 1.0)
    given_up = [knocking() for _ in range(20)]
    decided: set[asyncio.Task[Any]] = set()
    while len(decided) < 20 - takeover.AT_THE_DOOR:
        decided, _ = await asyncio.wait(given_up, timeout=0.01)
    assert {answer.result().get("status") for answer in decided} == {503}
    true_one = Charger()
    assert (await true_one.knock())["type"] == "websocket.accept"
    answers = [answer.get("status") for answer in await asyncio.gather(*given_up)]
    assert answers.count(503) == 20 - takeover.AT_THE_DOOR + 1
    assert await true_one.lives()


async def refused(charger: Charger, times: int) -> None:
    """The old link answers pings, and brings nothing."""
    for _ in range(times):
        newcomer = knocking()
        await pinged(charger)
        await pong(charger)
        assert (await newcomer)["status"] == 503


async def test_a_newcomer_that_insists_gets_in_where_the_old_link_brings_nothing(
    charger: Charger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(takeover, "REFUSAL_SPACING", 0.0)
    await refused(charger, takeover.REFUSALS)
    newcomer = knocking()
    await pinged(charger)
    await pong(charger)
    assert (await newcomer)["type"] == "websocket.accept"
    assert (await charger.event())["code"] == 4001


async def test_a_newcomer_that_insists_stays_out_while_the_old_link_is_in_use(charger: Charger) -> None:
    for _ in range(takeover.REFUSALS + 2):
        newcomer = knocking()
        await pinged(charger)
        assert await charger.lives()
        assert (await newcomer)["status"] == 503


async def test_a_newcomer_that_knocks_many_times_at_once_does_not_displace_a_quiet_link(charger: Charger) -> None:
    await refused(charger, 3 * takeover.REFUSALS)
    assert await charger.lives()


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    clock = Clock()
    monkeypatch.setattr(takeover, "time", clock)
    yield clock
    takeover._refusals.clear()


def test_refusals_of_more_than_a_minute_ago_do_not_count(clock: Clock) -> None:
    for _ in range(10):
        assert not is_stubborn(1, silence=9999)
        clock.now += REFUSAL_SECONDS / 2


def test_a_frame_since_the_first_refusal_protects_the_old_link(clock: Clock) -> None:
    for _ in range(3):
        assert not is_stubborn(1, silence=9999)
        clock.now += REFUSAL_SPACING
    assert not is_stubborn(1, silence=3 * REFUSAL_SPACING - 1)  # it came a second after the first refusal
    assert is_stubborn(1, silence=9999)


def test_a_refusal_counts_ten_seconds_after_the_last_one_that_counted(clock: Clock) -> None:
    for _ in range(21):  # a knock each second: those at 0, 10 and 20 s count
        assert not is_stubborn(1, silence=9999)
        clock.now += 1
    assert is_stubborn(1, silence=9999)


def test_stations_are_stubborn_each_for_itself(clock: Clock) -> None:
    for _ in range(3):
        is_stubborn(1, silence=9999)
        clock.now += REFUSAL_SPACING
    assert not is_stubborn(2, silence=9999)
    assert is_stubborn(1, silence=9999)
    assert not is_stubborn(1, silence=9999)  # from the start again


async def elsewhere(connect: Connect) -> str:
    """The station's link is held by another process; returns that process's channel."""
    await (await connect()).hang_up()
    channel: str = await get_channel_layer().new_channel("inbox")
    lease = timezone.now() + timedelta(seconds=60)
    await change(owner="there:1", channel=channel, lease_until=lease, epoch=5)
    return channel


async def test_another_process_is_asked_about_its_link(connect: Connect) -> None:
    channel = await elsewhere(connect)
    newcomer = knocking()
    probe = await get_channel_layer().receive(channel)
    assert probe["type"] == "link.probe"
    alive = {"type": "link.alive", "token": probe["token"], "last_frame": 1.0}
    await get_channel_layer().send(probe["reply_to"], alive)
    assert (await newcomer)["status"] == 503


async def test_another_process_that_is_silent_loses_its_link_and_is_told(impatient: None, connect: Connect) -> None:
    channel = await elsewhere(connect)
    newcomer = Charger()
    assert (await newcomer.knock())["type"] == "websocket.accept"
    assert (await get_channel_layer().receive(channel))["type"] == "link.probe"
    told = await get_channel_layer().receive(channel)
    assert (told["type"], told["epoch"]) == ("link.replaced", 6)
    assert await newcomer.lives()


async def test_this_process_answers_for_its_live_links_only(impatient: None, charger: Charger) -> None:
    channel = await get_channel_layer().new_channel("inbox")
    row = await station()
    probe = {"type": "link.probe", "reply_to": channel, "token": "t"}
    await get_channel_layer().send(row.channel, probe | {"station": row.pk + 1, "token": "nobody's"})
    await get_channel_layer().send(row.channel, probe | {"station": row.pk})
    await pinged(charger)
    await pong(charger)
    assert (await get_channel_layer().receive(channel))["token"] == "t"
    assert links
