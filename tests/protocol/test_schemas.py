"""What the shipped schemas say, and that every word of theirs has its row in the table of refusals."""

from typing import Any

import pytest

from ocpp_ws.protocol import ACTIONS, ERROR_CODES, check
from ocpp_ws.protocol.errors import HARMLESS, RULES, SEMANTIC, STRUCTURAL
from ocpp_ws.protocol.schema_files import Kind
from ocpp_ws.protocol.schemas import KEYWORDS

from .examples import NOW, STOP, meter_values, schema_of

# Words that say nothing about a value, or are accounted for by the words above them.
_SILENT = {"$schema", "$id", "$ref", "title", "javaType", "properties", "items", "additionalItems"}
_KINDS: tuple[Kind, ...] = ("call", "result")


def words(schema: dict[str, Any]) -> set[str]:
    found = set(schema)
    for member in schema.get("properties", {}).values():
        found |= words(member)
    for definition in schema.get("definitions", {}).values():
        found |= words(definition)
    if "items" in schema:
        found |= words(schema["items"])
    return found - {"definitions"}


def kinds(action: str, kind: Kind, payload: object) -> list[tuple[str, str]]:
    return [(deviation.kind, deviation.path) for deviation in check(action, kind, payload)]


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_every_keyword_of_the_schemas_has_its_kind(action: str) -> None:
    for kind in _KINDS:
        assert words(schema_of(action, kind)) - _SILENT <= set(KEYWORDS)


def test_every_kind_has_its_rule() -> None:
    assert set(KEYWORDS.values()) <= set(RULES)


def test_every_rule_names_a_code_of_1_6() -> None:
    assert {rule.code for rule in RULES.values()} <= ERROR_CODES
    assert {rule.refused for rule in RULES.values()} == {STRUCTURAL, SEMANTIC, HARMLESS}


def test_the_codes_are_spelled_as_the_protocol_spells_them() -> None:
    # OCPP-J table 7
    assert set(ERROR_CODES) == {
        "NotImplemented",
        "NotSupported",
        "InternalError",
        "ProtocolError",
        "SecurityError",
        "FormationViolation",
        "PropertyConstraintViolation",
        "OccurenceConstraintViolation",
        "TypeConstraintViolation",
        "GenericError",
    }


def test_an_unknown_action_has_no_schema() -> None:
    with pytest.raises(KeyError):
        check("Reboot", "call", {})


def test_what_is_not_json_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="set"):
        check("Heartbeat", "call", {"a": {1}})


def test_all_deviations_are_listed_with_kind_place_and_a_short_sample() -> None:
    payload = {
        "connectorId": "1",
        "meterValue": [
            {"timestamp": "noon", "sampledValue": []},
            {"sampledValue": [{"value": 1, "unit": "Furlong" * 50, "extra": [1, 2]}]},
        ],
    }
    found = {(one.kind, one.path): one.sample for one in check("MeterValues", "call", payload)}
    long = found.pop(("unknown-enum", "meterValue.1.sampledValue.0.unit"))
    assert long.startswith("'FurlongFurlong")
    assert len(long) == 120
    assert found == {
        ("wrong-type", "connectorId"): "'1'",
        ("bad-format", "meterValue.0.timestamp"): "'noon'",
        ("too-few", "meterValue.0.sampledValue"): "array of 0",
        ("missing", "meterValue.1.timestamp"): "None",
        ("wrong-type", "meterValue.1.sampledValue.0.value"): "1",
        ("extra-member", "meterValue.1.sampledValue.0.extra"): "array of 2",
    }


def test_card_numbers_do_not_show_in_samples() -> None:
    (long,) = check("Authorize", "call", {"idTag": "04E6D7A2" * 3})
    assert (long.kind, long.sample) == ("too-long", "str")


def test_a_fault_in_a_referenced_definition_is_told_with_its_place() -> None:
    firmware = {"location": "https://example.org/f", "retrieveDateTime": NOW, "signingCertificate": "c"}
    assert kinds("SignedUpdateFirmware", "call", {"requestId": 1, "firmware": firmware}) == [
        ("missing", "firmware.signature")
    ]


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63), 0])
def test_integers_of_64_bits_fit(value: int) -> None:
    assert check("StopTransaction", "call", {**STOP, "meterStop": value}) == ()


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 10**30, 10**1000, 2.0**63, 1e19, -1e300])
def test_larger_integers_do_not(value: float) -> None:
    assert kinds("StopTransaction", "call", {**STOP, "meterStop": value}) == [("out-of-range", "meterStop")]


@pytest.mark.parametrize("value", [-(2.0**62), 5400.0, 0.5])
def test_a_float_that_would_fit_is_of_the_wrong_type(value: float) -> None:
    assert kinds("StopTransaction", "call", {**STOP, "meterStop": value}) == [("wrong-type", "meterStop")]


@pytest.mark.parametrize("payload", [[], "x", None, 5])
def test_a_payload_that_is_no_object_is_of_the_wrong_type(payload: object) -> None:
    assert kinds("Heartbeat", "call", payload) == [("wrong-type", "")]


def test_reason_is_optional() -> None:
    # OCPP-J errata 2.6
    assert check("StopTransaction", "call", STOP) == ()


@pytest.mark.parametrize(
    ("action", "kind", "payload"),
    [
        ("BootNotification", "result", {"status": "Accepted", "currentTime": NOW, "interval": 1.5}),
        ("UpdateFirmware", "call", {"location": "ftp://h/f", "retrieveDate": NOW, "retries": 1.5}),
        ("UpdateFirmware", "call", {"location": "ftp://h/f", "retrieveDate": NOW, "retryInterval": 1.5}),
    ],
)
def test_counts_are_integers(action: str, kind: Kind, payload: dict[str, Any]) -> None:
    # OCPP-J errata 2.4, 2.5
    assert [one for one, _ in kinds(action, kind, payload)] == ["wrong-type"]


def test_the_local_list_takes_expiry_and_parent() -> None:
    # OCPP-J errata 2.3
    entry = {"idTag": "A", "idTagInfo": {"status": "Accepted", "expiryDate": NOW, "parentIdTag": "P"}}
    payload = {"listVersion": 1, "updateType": "Full", "localAuthorizationList": [entry]}
    assert check("SendLocalList", "call", payload) == ()


@pytest.mark.parametrize("unit", ["Celcius", "Celsius", "Hertz", "Wh", "Fahrenheit", "Percent"])
def test_units_are_known_in_both_messages_that_carry_them(unit: str) -> None:
    # OCPP-J errata 2.1, core errata 3.84
    payload = meter_values(unit=unit)
    assert check("MeterValues", "call", payload) == ()
    assert check("StopTransaction", "call", {**STOP, "transactionData": payload["meterValue"]}) == ()


@pytest.mark.parametrize("tenths", range(1, 1000, 7))
def test_one_decimal_is_fine_for_every_limit(tenths: int) -> None:
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": tenths / 10}]}
    assert check("GetCompositeSchedule", "result", {"status": "Accepted", "chargingSchedule": schedule}) == ()
