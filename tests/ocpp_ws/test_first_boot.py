"""A station that connects and does not say what it is may be asked to, once."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from ocpp_ws.links import links
from ocpp_ws.process import renew
from stations.models import Command
from stations.services import ask_for_first_boots
from tests.ocpp_ws.charger import BOOT, Charger
from tests.ocpp_ws.rows import change, rows


async def looked_at(seconds: float = 61, **columns: Any) -> int:
    """How many commands there are after a look at a station that came so many seconds ago."""
    await change(connected_at=timezone.now() - timedelta(seconds=seconds), **columns)
    await rows(ask_for_first_boots, now=timezone.now())
    return int(await rows(Command.objects.count))


async def test_it_is_asked_once_whatever_it_answers(charger: Charger, settings: LazySettings) -> None:
    settings.TRIGGER_BOOT_AFTER = 60
    await change(connected_at=timezone.now() - timedelta(seconds=61))
    await renew()
    next(iter(links.values())).wake()
    unique_id, payload = await charger.expect("TriggerMessage")
    assert payload == {"requestedMessage": "BootNotification"}
    await charger.answer(unique_id, {"status": "Rejected"})
    assert await charger.lives()
    assert await looked_at() == 1


async def test_by_default_nothing_is_sent(charger: Charger) -> None:
    assert await looked_at(10**6) == 0


@pytest.mark.parametrize(
    ("seconds", "columns"),
    [(50, {}), (61, {"last_boot_at": timezone.now()}), (61, {"registration": "Rejected"}), (61, {"lease_until": None})],
    ids=["has time", "booted once", "is rejected", "is offline"],
)
async def test_who_is_not_asked(
    charger: Charger, settings: LazySettings, seconds: float, columns: dict[str, Any]
) -> None:
    settings.TRIGGER_BOOT_AFTER = 60
    assert await looked_at(seconds, **columns) == 0


async def test_who_boots_is_not_asked(charger: Charger, settings: LazySettings) -> None:
    settings.TRIGGER_BOOT_AFTER = 60
    assert (await charger.send("BootNotification", BOOT))["status"] == "Accepted"
    assert await looked_at() == 0
