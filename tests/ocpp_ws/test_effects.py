"""What a station's answer changes here happens in the commit that stores the answer."""

from datetime import datetime
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, OperationalError
from django.utils import timezone

from ocpp_ws.batch import Batch
from ocpp_ws.breaker import breaker
from ocpp_ws.outgoing import unstored
from ocpp_ws.release import release_the_rest
from stations import commands, effects
from stations.models import ChargingStation, Command, ConfigurationKey, Quirk
from tests.ocpp_ws.charger import Charger
from tests.ocpp_ws.conftest import Connect
from tests.ocpp_ws.rows import in_thread, rows, station

Seen = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """What the effect of a ClearCache got; Rejected makes it fail."""
    calls: Seen = []

    def effect(command: Command, answer: dict[str, Any], now: datetime) -> None:
        ChargingStation.objects.filter(pk=command.station_id).update(name=answer["status"])
        calls.append((command.action, answer))
        if answer["status"] == "Rejected":
            raise RuntimeError("the effect fails")

    monkeypatch.setitem(effects.EFFECTS, "ClearCache", effect)
    return calls


async def answered(charger: Charger, answer: dict[str, Any]) -> Command:
    asking = in_thread(commands.clear_cache, await station(), actor="tester")
    await charger.answer((await charger.expect("ClearCache"))[0], answer)
    return await asking


async def test_an_answer_takes_effect(charger: Charger, seen: Seen) -> None:
    assert (await answered(charger, {"status": "Accepted"})).state == "answered"
    assert (await station()).name == "Accepted"
    assert seen == [("ClearCache", {"status": "Accepted"})]


async def test_an_effect_that_fails_leaves_the_answer(charger: Charger, seen: Seen) -> None:
    command = await answered(charger, {"status": "Rejected"})
    assert (command.state, command.status) == ("answered", "Rejected")
    assert (await station()).name == "", "what it had changed is rolled back"


async def test_an_effect_that_the_database_refuses_leaves_the_answer(
    charger: Charger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def effect(command: Command, answer: dict[str, Any], now: datetime) -> None:
        raise OperationalError("too many SQL variables")

    monkeypatch.setitem(effects.EFFECTS, "ClearCache", effect)
    monkeypatch.setattr("ocpp_ws.batch.DOUBT_SECONDS", 0.1)
    command = await answered(charger, {"status": "Accepted"})
    assert (command.state, command.status) == ("answered", "Accepted")
    assert not breaker.is_open
    assert (await charger.send("Heartbeat", {})).keys() == {"currentTime"}


async def test_an_outcome_that_cannot_be_stored_holds_up_no_other(charger: Charger) -> None:
    """Such as that of a station which was deleted while the database was away."""
    stored = []

    def failing(_: Batch) -> None:
        raise IntegrityError("the station is gone")

    unstored.extend([failing, lambda _: stored.append("the next one")])
    await release_the_rest()
    assert (unstored, stored) == ([], ["the next one"])


async def test_an_outcome_that_is_stored_late_is_of_the_time_at_which_it_is(
    charger: Charger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those who follow what happens look back a minute only, and the database may be away for longer."""
    away, times = [True], []

    def effect(command: Command, answer: dict[str, Any], now: datetime) -> None:
        if away:
            raise OperationalError("the server does not answer")
        times.append(now)

    monkeypatch.setitem(effects.EFFECTS, "ClearCache", effect)
    monkeypatch.setattr("ocpp_ws.batch.PATIENCE_SECONDS", 0.2)
    asking = in_thread(commands.clear_cache, await station(), actor="tester")
    await charger.answer((await charger.expect("ClearCache"))[0], {"status": "Accepted"})
    assert (await charger.event())["code"] == 1013
    away.clear()
    back = timezone.now()
    command = await asking
    assert (command.state, times) == ("answered", [command.finished_at])
    assert times[0] >= back


async def test_an_endless_configuration_is_cut(charger: Charger) -> None:
    asking = in_thread(commands.get_configuration, await station(), actor="tester")
    keys = [{"key": f"Key{number}", "readonly": False, "value": "1"} for number in range(20_000)]
    unknown = [f"No{number}" for number in range(20_000)]
    unique_id, _ = await charger.expect("GetConfiguration")
    await charger.answer(unique_id, {"configurationKey": keys, "unknownKey": unknown})
    assert (await asking).state == "answered"
    assert await rows(ConfigurationKey.objects.count) == 1000
    assert not breaker.is_open


async def test_an_invalid_answer_has_no_effect(charger: Charger, seen: Seen) -> None:
    assert (await answered(charger, {})).state == "invalid_response"
    assert seen == []


async def test_a_late_answer_takes_effect(connect: Connect, seen: Seen, settings: LazySettings) -> None:
    settings.CALL_TIMEOUT = 0.1
    charger = await connect()
    asking = in_thread(commands.clear_cache, await station(), actor="tester")
    unique_id, _ = await charger.expect("ClearCache")
    command = await asking
    assert command.state == "timeout"
    await charger.answer(unique_id, {"status": "Accepted"})
    assert await charger.lives()
    assert seen == [("ClearCache", {"status": "Accepted"})]
    assert (await rows(Command.objects.get, pk=command.pk)).late_answer == {"status": "Accepted"}


async def test_what_is_odd_in_an_answer_is_counted_with_its_frame(charger: Charger) -> None:
    assert (await answered(charger, {"status": "Accepted", "colour": "red"})).state == "answered"
    quirk = await rows(Quirk.objects.get)
    assert (quirk.action, quirk.kind, quirk.path) == ("ClearCache", "extra-member", "")
    assert quirk.frame.endswith('{"status": "Accepted", "colour": "red"}]')
