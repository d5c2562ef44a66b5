"""How many handshakes are decided at once, and how fast stations come back after the database was away."""

import asyncio
import time

import pytest

from ocpp_ws import admission, gate
from ocpp_ws.gate import Gate
from tests.ocpp_ws.charger import Charger
from tests.ocpp_ws.conftest import Connect
from tests.ocpp_ws.rows import change


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """One place, and little patience."""
    monkeypatch.setattr(gate, "PLACES", 1)
    monkeypatch.setattr(gate, "LONGEST_WAIT", 0.2)
    one = Gate()
    monkeypatch.setattr(admission, "gate", one)
    return one


async def test_who_finds_no_place_waits_for_one_to_be_free(narrow: Gate) -> None:
    assert await narrow.enter()
    second = asyncio.create_task(narrow.enter())
    await asyncio.sleep(0)
    assert not second.done()
    narrow.leave()
    assert await second


async def test_who_would_wait_for_too_long_is_told_to_come_back_later(narrow: Gate, connect: Connect) -> None:
    assert await narrow.enter()
    answer = await Charger().knock()
    assert (answer["status"], dict(answer["headers"]).keys()) == (503, {b"content-type", b"retry-after"})
    narrow.leave()
    assert (await Charger().knock())["type"] == "websocket.accept"


async def test_no_handshake_keeps_its_place_however_it_ends_and_links_take_none(
    narrow: Gate, connect: Connect, settings: object
) -> None:
    first = await connect("CP_1")
    await connect("CP_2")
    settings.STATION_POLICY = "known"  # type: ignore[attr-defined]
    assert (await Charger("CP_STRANGER").knock())["status"] == 404
    assert await first.lives()
    await change("CP_2", lease_until=None)
    assert (await Charger("CP_2").knock())["type"] == "websocket.accept"


async def test_after_the_database_was_away_stations_come_in_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "PER_SECOND", 20)
    one, begun = Gate(), time.monotonic()
    one.narrow()
    assert all(await asyncio.gather(*(one.enter() for _ in range(5))))
    assert time.monotonic() - begun >= 5 / 20
