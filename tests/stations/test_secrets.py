"""Values of configuration keys that nobody may read again."""

from typing import Any

import pytest

from stations.secrets import masked, tags_masked, without_tags


@pytest.mark.parametrize(
    "key",
    ["AuthorizationKey", "authorizationkey", "WifiPassword", "ClientSecret", "WifiPassphrase", "wifi_psk", "WPA-PSK",
     "SimPin", "SIMPIN", "PIN", "pin", "pinCode", "ModemPincode"],
)  # fmt: skip
def test_secrets_are_masked_on_their_way_out_and_in(key: str) -> None:
    assert masked({"key": key, "value": "hush"}) == {"key": key, "value": "***"}
    told: dict[str, Any] = {"configurationKey": [{"key": key, "readonly": False, "value": "hush"}], "unknownKey": ["x"]}
    assert masked(told)["configurationKey"] == [{"key": key, "readonly": False, "value": "***"}]
    assert told["configurationKey"][0]["value"] == "hush"  # what goes over the wire is another copy


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"key": "HeartbeatInterval", "value": "60"},
        {"key": "WebSocketPingInterval", "value": "60"},
        {"key": "WEBSOCKETPINGINTERVAL", "value": "60"},
        {"key": "websocketpinginterval", "value": "60"},
        {"key": "AuthorizationKey"},
        {"status": "Accepted"},
        {
            "configurationKey": [
                {"key": "HeartbeatInterval", "readonly": True, "value": "60"},
                {"key": "AuthorizationKey"},
            ]
        },
    ],
)
def test_the_rest_is_left_as_it_is(payload: dict[str, Any]) -> None:
    assert masked(payload) == payload


@pytest.mark.parametrize("odd", [None, 5, "text", True, {"key": "AuthorizationKey", "value": "hush"}, [5, "x", None]])
def test_an_answer_of_the_wrong_shape_is_no_trouble(odd: object) -> None:
    assert "hush" not in str(masked({"configurationKey": odd}))


def test_a_value_that_is_no_text_is_masked_too() -> None:
    assert masked({"key": "AuthorizationKey", "value": ["hush"]})["value"] == "***"
    assert masked({"key": ["AuthorizationKey"], "value": "hush"})["value"] == "***"


@pytest.mark.parametrize(("tag", "shown"), [("04A2B3C4", "***B3C4"), ("1234567", "***"), ("", "")])
def test_a_tag_keeps_its_end_if_it_is_long(settings: Any, tag: str, shown: str) -> None:
    settings.MASK_TAGS = True
    assert tags_masked({"idTag": tag, "connectorId": 1}) == {"idTag": tag and shown, "connectorId": 1}


def test_tags_are_masked_wherever_a_payload_has_them(settings: Any) -> None:
    settings.MASK_TAGS = True
    entry = {"idTag": "04A2B3C4", "idTagInfo": {"status": "Accepted", "parentIdTag": "04A2B3C5"}}
    payload: dict[str, Any] = {"localAuthorizationList": [entry], "listVersion": 1} | entry
    assert "04A2" not in str(tags_masked(payload))
    assert payload["idTag"] == "04A2B3C4", "what is sent is another copy"
    assert "04A2" not in without_tags('[2,"i","Authorize",{"idTag" : "04A2B3C4"}]')
    assert "04A2" not in without_tags('[2,"i","Authorize",{"idTag":"04A2'), "also one that is cut off"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"idTag":123456789}', '{"idTag":"***6789"}'),
        ('{"idTag":-123456789,"n":1}', '{"idTag":"***6789","n":1}'),
        ('{"idTag":123456789.5}', '{"idTag":"***89.5"}'),
        ('{"IDTAG" : 1234}', '{"IDTAG" : "***"}'),
        ('{"idT\\u0061g":"123456789"}', '{"idTag":"***6789"}'),
        ('{"idTag":"12345\\u00366789","a":[{"parent\\u0049dTag":123456789}]}',
         '{"idTag":"***6789","a":[{"parentIdTag":"***6789"}]}'),
        ('{"data":"{\\"idTag\\":\\"123456789\\"}"}', '{"data":"{\\"idTag\\":\\"***6789\\"}"}'),
        ('{"idTag":["123456789"]}', '{"idTag":"***"}'),
        ('{"idTag":{"a":"123456789"}}', '{"idTag":"***"}'),
        ('{"idT\\u0061g":"123456789"', '{"idTag":"***6789"'),
        ('{"a":"b\\u0063","idTag":null}', '{"a":"b\\u0063","idTag":null}'),
    ],
)  # fmt: skip
def test_tags_are_masked_however_they_are_written(settings: Any, text: str, shown: str) -> None:
    settings.MASK_TAGS = True
    assert without_tags(text) == shown


def test_tags_are_left_as_they_are_where_nothing_is_set() -> None:
    assert tags_masked({"idTag": "04A2B3C4"}) == {"idTag": "04A2B3C4"}
    assert without_tags('{"idTag":"04A2B3C4"}') == '{"idTag":"04A2B3C4"}'
