"""Secrets of configuration keys, and where that is set tags: in clear on the wire, in no log."""

import json
import logging

import pytest
from django.conf import LazySettings

from ocpp_ws.message_log import without_secrets
from sessions_app.models import ChargingSession
from stations import commands
from stations.models import Command, Quirk
from tests.ocpp_ws.charger import Charger
from tests.ocpp_ws.conftest import Connect
from tests.ocpp_ws.rows import in_thread, messages, rows, station

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO)
    return caplog


async def test_a_new_key_reaches_the_station_and_is_not_kept(lines: pytest.LogCaptureFixture, charger: Charger) -> None:
    asking = in_thread(
        commands.change_configuration, await station(), actor="tester", key="AuthorizationKey", value=SECRET
    )
    unique_id, payload = await charger.expect("ChangeConfiguration")
    assert payload == {"key": "AuthorizationKey", "value": SECRET}
    await charger.answer(unique_id, {"status": "Accepted"})
    assert (await asking).state == "answered"
    await nowhere(lines)


async def test_a_key_that_the_station_tells_is_not_kept(lines: pytest.LogCaptureFixture, charger: Charger) -> None:
    asking = in_thread(commands.get_configuration, await station(), actor="tester")
    unique_id, _ = await charger.expect("GetConfiguration")
    told = [
        {"key": "AuthorizationKey", "readonly": False, "value": SECRET},
        {"key": "Hi", "readonly": True, "value": "2"},
    ]
    await charger.answer(unique_id, {"configurationKey": told})
    command = await asking
    assert command.answer == {
        "configurationKey": [
            {"key": "AuthorizationKey", "readonly": False, "value": "***"},
            {"key": "Hi", "readonly": True, "value": "2"},
        ]
    }
    await nowhere(lines)


@pytest.mark.parametrize("end", ["error", "silence", "lost", "late"])
async def test_a_key_is_not_kept_however_its_command_ends(
    lines: pytest.LogCaptureFixture, connect: Connect, settings: LazySettings, end: str
) -> None:
    settings.CALL_TIMEOUT = 0.1 if end in ("silence", "late") else 20
    charger = await connect()
    asking = in_thread(
        commands.change_configuration, await station(), actor="tester", key="AuthorizationKey", value=SECRET
    )
    unique_id, _ = await charger.expect("ChangeConfiguration")
    if end == "error":
        await charger.fail(unique_id, "InternalError")
    elif end == "lost":
        await charger.hang_up()
    await asking
    if end == "late":
        await charger.answer(unique_id, {"status": "Accepted"})
        assert await charger.lives()
    await nowhere(lines)


async def nowhere(lines: pytest.LogCaptureFixture) -> None:
    """The secret is in no row and in no log line."""
    kept = [f"{row.payload} {row.answer}" for row in await messages()]
    kept += await rows(lambda: [str(values) for values in Command.objects.values()])
    assert lines.text
    assert SECRET not in "".join(kept) + lines.text


@pytest.mark.parametrize(
    "text",
    [
        '[2,"i","ChangeConfiguration",{"key":"AuthorizationKey","value":"hush"}]',
        '[2,"i","ChangeConfiguration",{"value":"hush","key":"AuthorizationKey"}]',
        '[2, "i", "ChangeConfiguration", {"key" : "AuthorizationKey" , "value" : "hush"}]',
        '[3,"i",{"configurationKey":[{"key":"AuthorizationKey","readonly":false,"value":"hush"}]}]',
        '[3,"i",{"configurationKey":[{"readonly":false,"value":"hush","key":"WifiPassword"},{"key":"a","value":"b"}]}]',
        '[3,"i",{"configurationKey":[{"key":"ClientSecret","value":"{hush\\"hush}"}]}]',
        '[3,"i",{"configurationKey":[{"value":"{hush\\\\","readonly":true,"key":"authorizationkey"}]}]',
    ],
)
def test_a_log_line_shows_no_secret(text: str) -> None:
    shown = without_secrets(text)
    assert "hush" not in shown
    assert "***" in shown
    json.loads(shown)


@pytest.mark.parametrize(
    "text",
    [
        '[2,"i","ChangeConfiguration",{"key":"HeartbeatInterval","value":"60"}]',
        '[3,"i",{"configurationKey":[{"key":"HeartbeatInterval","readonly":false,"value":"60"}]}]',
        '[2,"i","Authorize",{"idTag":"key"}]',
    ],
)
def test_other_log_lines_are_left_as_they_are(text: str) -> None:
    assert without_secrets(text) == text


def test_a_long_configuration_is_masked_quickly() -> None:
    secret = {"key": "AuthorizationKey", "readonly": False, "value": "hush"}
    other = {"key": "Other", "readonly": True, "value": "v" * 100}
    assert "hush" not in without_secrets(json.dumps([3, "i", {"configurationKey": [secret, other] * 2000}]))


TAG = "04A2B3C4D5E6F7"


async def test_tags_are_in_no_log_where_they_are_masked(
    lines: pytest.LogCaptureFixture, charger: Charger, settings: LazySettings
) -> None:
    settings.MASK_TAGS = True
    await charger.send("Authorize", {"idTag": TAG})
    start = {"connectorId": 1, "idTag": TAG, "meterStart": 1, "timestamp": "2026-03-01T12:00:00Z", "extra": 1}
    await charger.send("StartTransaction", start)
    asking = in_thread(commands.remote_start_transaction, await station(), actor="tester", id_tag=TAG)
    unique_id, payload = await charger.expect("RemoteStartTransaction")
    assert payload["idTag"] == TAG, "the station gets it"
    await charger.answer(unique_id, {"status": "Rejected"})
    await asking
    kept = [f"{row.payload} {row.answer}" for row in await messages()]
    kept += await rows(lambda: list(Quirk.objects.values_list("frame", flat=True)))
    assert len(kept) == 4
    assert TAG not in "".join(kept) + lines.text
    assert all("***E6F7" in text for text in kept)
    assert await rows(lambda: ChargingSession.objects.get().id_tag) == TAG


async def test_development_logs_tags_in_clear(lines: pytest.LogCaptureFixture, charger: Charger) -> None:
    await charger.send("Authorize", {"idTag": TAG})
    assert TAG in str((await messages())[-1].payload)
    assert TAG in lines.text
