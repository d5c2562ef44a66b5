"""D2: the process dies at the worst places, named one by one. D2m: with a guard off, the same run must find it."""

import asyncio
import random

import pytest

from tests.processes import manage
from tests.reliability.conftest import Supervise
from tests.reliability.fleet import Fleet, fleet
from tests.reliability.invariants import assert_kept, check
from tests.reliability.proxy import proxy
from tests.reliability.report import measured
from tests.reliability.supervised import Supervised

FAULTY = "tests.reliability.faulty"
IN_THE_WRITER = ["die_before_transaction", "die_before_commit", "die_after_commit"]


async def dies_and_comes_back(
    gateway: Supervised, kills: int, *, faults: str, first: int = 8, spread: int = 25
) -> None:
    """Started with a failpoint, dead of it, started again: `kills` times, then once without."""
    chance = random.Random(2)
    for _ in range(kills):
        after = str(chance.randint(first, first + spread))
        await asyncio.to_thread(gateway.launch, FAULTS=faults, FAULT_AFTER=after)
        assert await gateway.running.ended(60) == -9, gateway.running.log[-4000:]
    await asyncio.to_thread(gateway.start, FAULTS=",".join(f for f in faults.split(",") if not f.startswith("die_")))


async def failpoint(supervise: Supervise, site: str, kills: int, stations: int = 5) -> tuple[Supervised, Fleet]:
    gateway = supervise(settings=FAULTY)
    async with fleet(stations, gateway.ws) as cars:
        await dies_and_comes_back(gateway, kills, faults=site)
        await cars.more(stations)
        await cars.finish()
    assert not cars.call_errors
    return gateway, cars


@pytest.mark.parametrize("site", IN_THE_WRITER)
async def test_d2_failpoint(supervise: Supervise, site: str) -> None:
    gateway, cars = await failpoint(supervise, site, kills=2)
    assert cars.resent >= 2
    assert_kept(gateway.url, cars)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("site", IN_THE_WRITER)
async def test_d2_failpoint_long(supervise: Supervise, site: str) -> None:
    gateway, cars = await failpoint(supervise, site, kills=20, stations=20)
    assert_kept(gateway.url, cars)
    measured("D2", f"{site}: 20 kills, {cars.count} acknowledged, {cars.resent} sent again: 0 missing, 0 doubled")


async def replies_eaten(supervise: Supervise, kills: int) -> None:
    """After send: the answer left, and never came."""
    gateway = supervise()
    gateway.start()
    async with proxy(gateway.port) as line, fleet(5, line.ws) as cars:
        for _ in range(kills):
            await cars.more(10)
            line.ate.clear()
            line.toxics.eat_replies = True
            async with asyncio.timeout(20):
                await line.ate.wait()
            gateway.kill()
            line.toxics.eat_replies = False
            line.reset()
            await asyncio.to_thread(gateway.start)
        await cars.finish()
    assert cars.resent >= kills
    assert_kept(gateway.url, cars)
    measured(
        "D2", f"after send: {kills} kills, {cars.count} acknowledged, {cars.resent} sent again: 0 missing, 0 doubled"
    )


async def test_d2_reply_eaten(supervise: Supervise) -> None:
    await replies_eaten(supervise, kills=2)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_d2_reply_eaten_long(supervise: Supervise) -> None:
    await replies_eaten(supervise, kills=20)


async def dies_in_takeover(supervise: Supervise, kills: int) -> None:
    """The stations' old links are half-open when they come back by another way."""
    gateway = supervise(settings=FAULTY)
    faults = {"FAULTS": "short_probes,die_in_takeover"}
    async with proxy(gateway.port) as line, fleet(5, line.ws) as cars:
        for _ in range(kills):
            await asyncio.to_thread(gateway.start, **faults)
            await cars.more(15)
            await cars.all_connected()
            line.half_open()
            assert await gateway.running.ended(60) == -9
            line.reset()
        await asyncio.to_thread(gateway.start)
        await cars.finish()
    assert_kept(gateway.url, cars)
    measured("D2", f"in takeover: {kills} kills, {cars.count} acknowledged: 0 missing, 0 doubled")


async def test_d2_in_takeover(supervise: Supervise) -> None:
    await dies_in_takeover(supervise, kills=2)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_d2_in_takeover_long(supervise: Supervise) -> None:
    await dies_in_takeover(supervise, kills=20)


async def dies_in_dead_letter(supervise: Supervise, kills: int) -> None:
    """A third of the messages meets a bug of ours: kept, confirmed, and put right by `replay_dead_letters`."""
    gateway = supervise(settings=FAULTY)
    async with fleet(5, gateway.ws) as cars:
        await dies_and_comes_back(gateway, kills, faults="broken_handlers,die_in_dead_letter", spread=8)
        await cars.more(20)
        await cars.finish()
    assert not cars.call_errors
    done = await asyncio.to_thread(manage, "replay_dead_letters", DATABASE_URL=gateway.url)
    assert done.returncode == 0, done.stderr
    assert_kept(gateway.url, cars)
    measured(
        "D2", f"in dead letter: {kills} kills, {cars.count} acknowledged, a third by dead letter: 0 missing, 0 doubled"
    )


async def test_d2_in_dead_letter(supervise: Supervise) -> None:
    await dies_in_dead_letter(supervise, kills=1)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_d2_in_dead_letter_long(supervise: Supervise) -> None:
    await dies_in_dead_letter(supervise, kills=20)


async def test_d2m_without_the_natural_key_sessions_are_doubled(supervise: Supervise) -> None:
    gateway = supervise(settings=FAULTY)
    async with fleet(5, gateway.ws) as cars:
        await dies_and_comes_back(gateway, 2, faults="no_natural_key,die_after_start", first=1, spread=2)
        await cars.finish()
    assert "sessions with one natural key" in check(gateway.url, cars).broken


async def test_d2m_reply_before_commit_loses_messages(supervise: Supervise) -> None:
    gateway = supervise(settings=FAULTY)
    async with fleet(5, gateway.ws) as cars:
        await dies_and_comes_back(gateway, 2, faults="reply_before_commit,die_before_commit")
        await cars.finish()
    assert "acknowledged, not stored" in check(gateway.url, cars).broken


async def test_d2m_a_message_log_of_its_own_misses_messages(supervise: Supervise) -> None:
    gateway = supervise(settings=FAULTY)
    async with fleet(5, gateway.ws) as cars:
        await dies_and_comes_back(gateway, 2, faults="message_log_apart,die_before_commit")
        await cars.finish()
    assert "acknowledged, not in the message log" in check(gateway.url, cars).broken
