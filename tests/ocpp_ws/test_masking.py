"""Secrets of configuration keys, and where that is set tags: in clear on the wire, in no log."""

import json
import logging
import time

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
        '[3,"i",{"configurationKey":[{"key":"AuthorizationKey","readonly":false,"meta":{},"value":"hush"}]}]',
        '[3,"i",{"configurationKey":[{"key":"AuthorizationKey","readonly":false,"value":{"a":["hush"]}}]}]',
        '[3,"i",{"configurationKey":[{"key":"Authorization\\u004bey","readonly":false,"value":"hush"}]}]',
        '[3,"i",{"configurationKey":[{"\\u006bey":"AuthorizationKey","readonly":false,"v\\u0061lue":"hush"}]}]',
        '[3,"i",{"configurationKey":[{"Key":"AuthorizationKey","readonly":false,"Value":"hush"}]}]',
        '[3,"i",{"configurationKey":[{"key":"AuthorizationKey","value":"hush","value":"***"}]}]',
        '[3,"i",{"configuration":[{"key":"AuthorizationKey","value":"hush"}]}]',
        '[4,"i","GenericError","",{"sent":{"key":"AuthorizationKey","value":"hush"}}]',
        '\ufeff[3,"i",{"configurationKey":[{"key":"AuthorizationKey","value":"hush"}]}]\x00',
        '[2,"i","GetDiagnostics",{"location":"ftp://user:hush@host/"}]',
        '[2,"i","DataTransfer",{"vendorId":"v","data":"ftp:\\/\\/user:hush@host\\/"}]',
    ],
)
def test_a_log_line_shows_no_secret(text: str) -> None:
    shown = without_secrets(text)
    assert "hush" not in shown
    assert "***" in shown
    json.loads(shown)


def test_a_number_may_be_a_secret() -> None:
    assert without_secrets('[2,"i","ChangeConfiguration",{"key":"WifiPassword","value":53737}]').count("53737") == 0


@pytest.mark.parametrize(
    "text",
    [
        '[3,"i",{"configurationKey":[{"key":"AuthorizationKey","value":"hush"}]}',
        '[3,"i",{"configurationKey":[{"value":"hush","key":"AuthorizationKey"}',
        "[3,'i',{'configurationKey':[{'key':'AuthorizationKey','value':'hush'}]}]",
        '[3,"i",{"v\\u0061lue":"hush","k\\u0065y":"AuthorizationKey"',
        '[2,"i","GetDiagnostics",{"location":"ftp://user:hush@host/"',
        '[3,"i",{"configurationKey":[{"key":"AuthorizationKey","value":"hush"}],"deep":' + "[" * 30 + "]" * 30 + "}]",
    ],
)
def test_what_is_no_message_is_shown_up_to_what_may_be_a_secret(text: str) -> None:
    shown = without_secrets(text)
    assert shown.startswith(text[:8])
    assert "hush" not in shown


@pytest.mark.parametrize(
    "text",
    [
        '[2,"i","ChangeConfiguration",{"key":"HeartbeatInterval","value":"60"}]',
        '[3,"i",{"configurationKey":[{"key":"HeartbeatInterval","readonly":false,"value":"60"}]}]',
        '[2,"i","Authorize",{"idTag":"key"}]',
        '[2, "i", "DataTransfer", {"vendorId":"key" , "data":"a\\nb\\u00e9","n":1.0e2, "a":"http://host/x@y"}]',
        '[2,"i","MeterValues",{"connectorId":1,"meterValue":[{"sampledValue":[{"value":"1"',
    ],
)
def test_other_log_lines_are_left_as_they_are(text: str) -> None:
    assert without_secrets(text) == text


ENTRY = '{"key":"AuthorizationKey","readonly":false,"value":"hush"},'


@pytest.mark.parametrize(
    ("before", "again", "after"),
    [
        ('[3,"i",{"configurationKey":[', ENTRY, "{}]}]"),
        ('[2,"i","DataTransfer",{"vendorId":"onfiguration",', '"value":"a",', '"data":""}]'),
        ('[2,"i","DataTransfer",{"vendorId":"onfiguration",', '"value":"a",', ""),
        ('[3,"i",{"configurationKey":[{"key":"', "key", ""),
        ('[3,"i",{', '"key":"Key",', '"value":"hush"}]'),
        ('[2,"i","DataTransfer",{"data":"', "\\\\", '"}]'),
        ('[2,"i","DataTransfer",{"data":"', "://a:", '"}]'),
        ('[2,"i","DataTransfer",{"data":', '{"key":', ""),
    ],
    ids=["keys", "values", "values, open", "names, open", "members", "escapes", "addresses", "deep"],
)
def test_no_text_takes_long_to_mask(before: str, again: str, after: str) -> None:
    """It would hold up all stations. 4 MB are the largest frame, and take a tenth of a second."""
    text = before + again * (4_000_000 // len(again)) + after
    started = time.monotonic()
    shown = without_secrets(text)
    assert time.monotonic() - started < 5
    assert "hush" not in shown


async def test_a_deviating_answer_shows_no_secret_in_its_quirks(charger: Charger) -> None:
    asking = in_thread(commands.get_configuration, await station(), actor="tester")
    unique_id, _ = await charger.expect("GetConfiguration")
    told = [
        {"key": "AuthorizationKey", "readonly": False, "meta": {}, "value": SECRET},
        {"key": "WifiPassword", "readonly": False, "value": SECRET * 20},
        {"key": "ClientSecret", "readonly": False, "Value": SECRET},
    ]
    twice = f'{{"key":"AuthorizationKey","readonly":false,"value":"{SECRET}","value":"{SECRET}"}}'
    text = json.dumps({"configurationKey": told}).replace("]}", f",{twice}]}}")
    await charger.write(f'[3,"{unique_id}",{text}]')
    assert (await asking).state == "answered"
    kept = await rows(lambda: list(Quirk.objects.values_list("kind", "sample", "frame")))
    assert {kind for kind, _, _ in kept} == {"extra-member", "too-long", "duplicate-key"}
    assert all('"meta":{}' in frame for _, _, frame in kept), "it is the frame as it came"
    assert SECRET not in str(kept)


async def test_a_refused_call_is_logged_without_secrets(lines: pytest.LogCaptureFixture, charger: Charger) -> None:
    text = json.dumps([2, "i", "ChangeConfiguration", {"key": "AuthorizationKey", "value": SECRET}])
    assert json.loads(await charger.ask(text))[0] == 4
    await nowhere(lines)


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


async def test_odd_tags_of_a_refused_call_are_in_no_log(
    lines: pytest.LogCaptureFixture, charger: Charger, settings: LazySettings
) -> None:
    settings.MASK_TAGS = True
    for number, tag in enumerate(('"idTag":123456789', f'"idT\\u0061g":"{TAG}"')):
        frame = f'[2,"{number}","StartTransaction",{{{tag},"connectorId":1}}]'
        assert json.loads(await charger.ask(frame))[0] == 4
    kept = [str(row.payload) for row in await messages()]
    assert len(kept) == 2
    assert not [one for one in ("12345", "04A2") if one in "".join(kept) + lines.text]


@pytest.mark.parametrize("again", ['"idTag":', '"idTag" ', '\\"idTag\\":\\"', "\\u0061", '{"idTag":1,'])
def test_no_text_takes_long_to_mask_tags_in(settings: LazySettings, again: str) -> None:
    settings.MASK_TAGS = True
    for after in ("", '"}]'):
        started = time.monotonic()
        without_secrets('[2,"i","DataTransfer",{"data":"' + again * (4_000_000 // len(again)) + after)
        assert time.monotonic() - started < 5


async def test_development_logs_tags_in_clear(lines: pytest.LogCaptureFixture, charger: Charger) -> None:
    await charger.send("Authorize", {"idTag": TAG})
    assert TAG in str((await messages())[-1].payload)
    assert TAG in lines.text
