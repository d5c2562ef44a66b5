"""Values of configuration keys that nobody may read again."""

from typing import Any

import pytest

from stations.secrets import masked


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
