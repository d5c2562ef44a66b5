"""What a station's answer changes here happens in the commit that stores the answer."""

from datetime import datetime
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from stations import commands, effects
from stations.models import ChargingStation, Command
from tests.ocpp_ws.charger import Charger

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What the effect of a ClearCache got; Rejected makes it fail."""
    calls: list[tuple[str, dict[str, Any]]] = []

    def effect(command: Command, answer: dict[str, Any], now: datetime) -> None:
        ChargingStation.objects.filter(pk=command.station_id).update(name=answer["status"])
        calls.append((command.action, answer))
        if answer["status"] == "Rejected":
            raise RuntimeError("the effect fails")

    monkeypatch.setitem(effects.EFFECTS, "ClearCache", effect)
    return calls


async def answered(charger: Charger, answer: dict[str, Any]) -> Command:
    station = await ChargingStation.objects.aget()
    command = await sync_to_async(commands.clear_cache)(station, actor="olga", wait=0)
    await charger.answer((await charger.expect("ClearCache"))[0], answer)
    assert await charger.lives()
    await command.arefresh_from_db()
    return command


async def test_an_answer_takes_effect(charger: Charger, seen: list[Any]) -> None:
    assert (await answered(charger, {"status": "Accepted"})).state == "answered"
    assert (await ChargingStation.objects.aget()).name == "Accepted"
    assert seen == [("ClearCache", {"status": "Accepted"})]


async def test_an_effect_that_fails_leaves_the_answer(charger: Charger, seen: list[Any]) -> None:
    command = await answered(charger, {"status": "Rejected"})
    assert (command.state, command.status) == ("answered", "Rejected")
    assert (await ChargingStation.objects.aget()).name == "", "what it had changed is rolled back"


async def test_an_invalid_answer_has_no_effect(charger: Charger, seen: list[Any]) -> None:
    assert (await answered(charger, {})).state == "invalid_response"
    assert seen == []
