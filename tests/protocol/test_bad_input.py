"""The table of bad input, row by row: what a charge point sends wrong, and what it gets."""

import json
from typing import Any

import pytest

from ocpp_ws.protocol import Call, Ignored, Peer, Refused

from .examples import BOOT, NOW, START, STATUS, STOP, central, frame, meter_values

Table = dict[str, list[tuple[Any, ...]]]


def row(name: str, *variants: tuple[Any, ...]) -> list[Any]:
    return [pytest.param(*variant, id=f"{name}-{number}") for number, variant in enumerate(variants, 1)]


def rows(table: Table) -> list[Any]:
    return [case for name, variants in table.items() for case in row(name, *variants)]


def nested(levels: int) -> str:
    """A Heartbeat whose frame is nested this deep."""
    inner = levels - 2  # the frame and its payload are two
    return f'[2,"id-1","Heartbeat",{{"a":{"[" * inner}{"]" * inner}}}]'


IGNORED: Table = {
    "B1": [
        ("", "empty"),
        (" \r\n\t", "empty"),
        ("\x00\x00", "empty"),
        ("\ufeff", "empty"),
        ("hello", "not-json"),
        ('{"a":', "not-json"),
        ("[,{", "not-json"),
        ('[2,"', "not-json"),
        ('[2,""', "not-json"),
        ('[2,null,"Heartbeat",{', "not-json"),
        ('[3,"id-1",{"status":', "not-json"),
        ("[NaN]", "not-json"),
        ("{}", "not-a-frame"),
        ("[]", "not-a-frame"),
        ('"x"', "not-a-frame"),
        ("null", "not-a-frame"),
        ("2", "not-a-frame"),
        ('"[[[[[[[[[[[[[[[[[[[[[[[[[["', "not-a-frame"),
        ("[2]", "no-id"),
        ("[3]", "no-id"),
        ("[4]", "no-id"),
    ],
    "B2": [
        ('[9,"id-1","Heartbeat",{}]', "unknown-message-type"),
        ('["2","id-1","Heartbeat",{}]', "unknown-message-type"),
        ('[2.5,"id-1","Heartbeat",{}]', "unknown-message-type"),
        ('[true,"id-1","Heartbeat",{}]', "unknown-message-type"),
        ('[null,"id-1","Heartbeat",{}]', "unknown-message-type"),
        ('[-2,"id-1","Heartbeat",{}]', "unknown-message-type"),
        ('[[2],"id-1","Heartbeat",{}]', "unknown-message-type"),
        ('[{"a":2},"id-1","Heartbeat",{}]', "unknown-message-type"),
    ],
    "B5": [
        ("[3,null,{}]", "no-id"),
        ('[3,"",{}]', "no-id"),
        ('[4,{},"GenericError","",{}]', "no-id"),
    ],
    "B18": [
        (nested(21), "too-deep"),
        (nested(500), "too-deep"),
        (nested(5000), "too-deep"),
        ("[" * 100_000, "too-deep"),
        ('[2,"id-1","Heartbeat",' + "[" * 100_000, "too-deep"),
        ('{"a":' * 30 + "1" + "}" * 30, "too-deep"),
        ('[2,"id-1","Heartbeat",{"\\u0061":' + "[" * 30 + "]" * 30 + "}]", "too-deep"),
        ('[2,"id-1","Heartbeat",{"\\ud800":' + "[" * 30 + "]" * 30 + "}]", "too-deep"),
    ],
    "B28": [
        ('[3,"id-1",{}]', "orphan"),
        ('[3,"id-1"]', "orphan"),
        ('[3,17,{"status":"Accepted"}]', "orphan"),
        ('[4,"id-1","GenericError","",{}]', "orphan"),
        ('[4,"-1","GenericError","",{}]', "orphan"),
        ('[4,"id-1"]', "orphan"),
    ],
}


@pytest.mark.parametrize("strict", [False, True], ids=["tolerant", "strict"])
@pytest.mark.parametrize(("text", "reason"), rows(IGNORED))
def test_what_cannot_be_answered_is_ignored(text: str, reason: str, strict: bool) -> None:
    assert central(strict=strict).receive(text, 0.0) == Ignored(reason, text)


FORMATION, PROTOCOL, TYPE = "FormationViolation", "ProtocolError", "TypeConstraintViolation"
OCCURENCE, PROPERTY = "OccurenceConstraintViolation", "PropertyConstraintViolation"

REFUSED: Table = {
    "B1": [
        ('[2,"id-1","Heartbeat",{', "id-1", FORMATION),
        ('[2,"id-1"', "id-1", FORMATION),
        ('[2,"id-1","Heartbeat",{}', "id-1", FORMATION),
        ('[2,"id-1","Heartbeat",{}]]', "id-1", FORMATION),
        ('[2,"id-1",,{}]', "id-1", FORMATION),
        ('[2,"id-1","StopTransaction",{"transactionId":,"meterStop":1}]', "id-1", FORMATION),
        ('[2,"id-1","DataTransfer",{"vendorId":"\\x"}]', "id-1", FORMATION),
        ('[2,"id-1","DataTransfer",{"vendorId":"a\nb"}]', "id-1", FORMATION),
        ('\x00 [ 2 ,\n"id-1" , "Heartbeat", {\x00}]', "id-1", FORMATION),
        ('[2,"a\ud800","Heartbeat",{', "a\ufffd", FORMATION),
        ('[2,17,"Heartbeat",{', 17, FORMATION),
    ],
    "B3": [
        ('[2,"id-1"]', "id-1", FORMATION),
        ('[2,"id-1","Heartbeat"]', "id-1", FORMATION),
        ('[2,"id-1","Heartbeat",{},{}]', "id-1", FORMATION),
        ('[2,"id-1",{}]', "id-1", FORMATION),
        ('[2,17,"Heartbeat"]', 17, FORMATION),
        ('[2,"id-1","Nonsense",{},1,2,3]', "id-1", FORMATION),
    ],
    "B5": [
        ('[2,null,"Heartbeat",{}]', "", FORMATION),
        ('[2,"","Heartbeat",{}]', "", FORMATION),
        ('[2,{"a":1},"Heartbeat",{}]', "", FORMATION),
        ('[2,[],"Heartbeat",{}]', "", FORMATION),
        ('[2,true,"Heartbeat",{}]', "", FORMATION),
        ('[2,1.5,"Heartbeat",{}]', "", FORMATION),
        ("[2,null]", "", FORMATION),
    ],
    "B8": [
        (frame("Heartbeat", []), "id-1", FORMATION),
        (frame("Heartbeat", "x"), "id-1", FORMATION),
        (frame("Heartbeat", 5), "id-1", FORMATION),
        (frame("Heartbeat", False), "id-1", FORMATION),
        (frame("StartTransaction", [START]), "id-1", FORMATION),
        (frame("Heartbeat", ""), "id-1", FORMATION),
    ],
    "B9": [
        (frame("Reboot", {}), "id-1", "NotImplemented"),
        (frame("heartbeat", {}), "id-1", "NotImplemented"),
        (frame("HEARTBEAT", {}), "id-1", "NotImplemented"),
        (frame(" Heartbeat", {}), "id-1", "NotImplemented"),
        (frame("HeartbeatResponse", {}), "id-1", "NotImplemented"),
        (frame("NotifyEvent", {}), "id-1", "NotImplemented"),
        (frame("", {}), "id-1", "NotImplemented"),
        ('[2,"id-1",5,{}]', "id-1", FORMATION),
        ('[2,"id-1",null,{}]', "id-1", FORMATION),
    ],
    "B11": [
        (frame("StopTransaction", {}), "id-1", PROTOCOL),
        (frame("StopTransaction", {"transactionId": 7, "meterStop": 1}), "id-1", PROTOCOL),
        (frame("BootNotification", {"chargePointVendor": "V"}), "id-1", PROTOCOL),
        (frame("Authorize", None), "id-1", PROTOCOL),
        (frame("MeterValues", {"connectorId": 1, "meterValue": [{"timestamp": NOW}]}), "id-1", PROTOCOL),
        (frame("StatusNotification", {"connectorId": "1", "status": "Available"}), "id-1", PROTOCOL),
    ],
    "B12": [
        (frame("StatusNotification", {**STATUS, "connectorId": "1"}), "id-1", TYPE),
        (frame("StatusNotification", {**STATUS, "connectorId": True}), "id-1", TYPE),
        (frame("StatusNotification", {**STATUS, "connectorId": None}), "id-1", TYPE),
        (frame("StatusNotification", {**STATUS, "connectorId": 1.5}), "id-1", TYPE),
        (frame("StatusNotification", {**STATUS, "status": 5}), "id-1", TYPE),
        (frame("StatusNotification", {**STATUS, "status": {"a": None}}), "id-1", TYPE),
        (frame("StatusNotification", {**STATUS, "info": {}}), "id-1", TYPE),
        (frame("Authorize", {"idTag": 12345}), "id-1", TYPE),
        (frame("MeterValues", meter_values(value=12.5)), "id-1", TYPE),
        (frame("MeterValues", meter_values(value=12.0)), "id-1", TYPE),
        (frame("MeterValues", {"connectorId": 1, "meterValue": "x"}), "id-1", TYPE),
        (frame("MeterValues", {"connectorId": 1, "meterValue": ["x"]}), "id-1", TYPE),
        (frame("MeterValues", {"connectorId": 1, "meterValue": [None]}), "id-1", TYPE),
        (frame("MeterValues", meter_values(value=1e30)), "id-1", TYPE),
        (frame("MeterValues", meter_values(value=None)), "id-1", TYPE),
        (frame("StopTransaction", {**STOP, "meterStop": "5400"}), "id-1", TYPE),
        (frame("StopTransaction", {**STOP, "transactionId": "seven"}), "id-1", TYPE),
        (frame("StopTransaction", {**STOP, "transactionId": 7.5}), "id-1", TYPE),
        (frame("StopTransaction", {**STOP, "transactionId": ""}), "id-1", TYPE),
    ],
    "B14": [
        (frame("MeterValues", {"connectorId": 1, "meterValue": []}), "id-1", OCCURENCE),
        (frame("MeterValues", {"connectorId": 0, "transactionId": 3, "meterValue": []}), "id-1", OCCURENCE),
        (
            frame("MeterValues", {"connectorId": 1, "meterValue": [{"timestamp": NOW, "sampledValue": []}]}),
            "id-1",
            OCCURENCE,
        ),
        (
            frame("MeterValues", {"connectorId": 1, "meterValue": {"timestamp": NOW, "sampledValue": []}}),
            "id-1",
            OCCURENCE,
        ),
        (
            frame(
                "MeterValues",
                {
                    "connectorId": 1,
                    "meterValue": [meter_values()["meterValue"][0], {"timestamp": NOW, "sampledValue": []}],
                },
            ),
            "id-1",
            OCCURENCE,
        ),
    ],
    "B17": [
        ('[2,"id-1","Heartbeat",{"a":NaN}]', "id-1", FORMATION),
        ('[2,"id-1","Heartbeat",{"a":Infinity}]', "id-1", FORMATION),
        ('[2,"id-1","Heartbeat",{"a":-Infinity}]', "id-1", FORMATION),
        ('[2,"id-1","Heartbeat",{"a":1e400}]', "id-1", FORMATION),
        ('[2,"id-1","Heartbeat",{"a":-1e400}]', "id-1", FORMATION),
        ('[2,"id-1","Heartbeat",{"a":NaN,"a":"\\u0000"}]', "id-1", FORMATION),
    ],
    "B19": [
        (frame("StopTransaction", {**STOP, "meterStop": 2**63}), "id-1", PROPERTY),
        (frame("StopTransaction", {**STOP, "meterStop": -(2**63) - 1}), "id-1", PROPERTY),
        (frame("StopTransaction", {**STOP, "meterStop": 2**64}), "id-1", PROPERTY),
        (frame("StopTransaction", {**STOP, "meterStop": 1e30}), "id-1", PROPERTY),
        (frame("StopTransaction", STOP).replace("5400", "9" * 5000), "id-1", PROPERTY),
        (frame("StopTransaction", STOP).replace("5400", "-" + "9" * 5000), "id-1", PROPERTY),
        (frame("StartTransaction", {**START, "connectorId": 10**25}), "id-1", PROPERTY),
        (frame("StartTransaction", {**START, "reservationId": 10**20}), "id-1", PROPERTY),
    ],
}


@pytest.mark.parametrize("strict", [False, True], ids=["tolerant", "strict"])
@pytest.mark.parametrize(("text", "unique_id", "code"), rows(REFUSED))
def test_what_cannot_be_processed_gets_a_callerror(text: str, unique_id: object, code: str, strict: bool) -> None:
    event = central(strict=strict).receive(text, 0.0)
    assert isinstance(event, Refused)
    assert (event.unique_id, event.code, event.raw) == (unique_id, code, text)
    assert json.loads(event.text) == [4, unique_id, code, event.description, {}]
    assert type(json.loads(event.text)[1]) is type(unique_id)
    assert 0 < len(event.description) <= 255
    assert isinstance(event.action, str)


# text, what becomes of the payload, the quirks, and the code a strict peer answers (None: takes it too)
ACCEPTED: Table = {
    "B4": [
        (frame("Heartbeat", {}, 17), {}, ["id-not-string"], None),
        (frame("Heartbeat", {}, 0), {}, ["id-not-string"], None),
        (frame("Heartbeat", {}, -5), {}, ["id-not-string"], None),
        (frame("Heartbeat", {}, 2**63), {}, ["id-not-string"], None),
        (frame("StopTransaction", STOP, 1000000), STOP, ["id-not-string"], None),
    ],
    "B6": [
        (frame("Heartbeat", {}, "x" * 37), {}, ["id-too-long"], FORMATION),
        (frame("Heartbeat", {}, "x" * 64), {}, ["id-too-long"], FORMATION),
        (frame("Heartbeat", {}, "ü" * 37), {}, ["id-too-long"], FORMATION),
        (frame("StopTransaction", STOP, "x" * 1000), STOP, ["id-too-long"], FORMATION),
        (frame("Heartbeat", {}, " " * 40), {}, ["id-too-long"], FORMATION),
        (frame("Heartbeat", {}, "x" * 36), {}, [], None),
        (frame("Heartbeat", {}, " "), {}, [], None),
    ],
    "B7": [
        (frame("Heartbeat", None), {}, ["null-payload"], None),
        ('[2,"id-1","Heartbeat",null]', {}, ["null-payload"], None),
        ('[2, "id-1", "Heartbeat", null ]', {}, ["null-payload"], None),
        (frame("Heartbeat", None, "2"), {}, ["null-payload"], None),
        (frame("Heartbeat", None, 5), {}, ["id-not-string", "null-payload"], None),
    ],
    "B8": [  # P8: an object where an array belongs
        (
            frame("MeterValues", {"connectorId": 1, "meterValue": meter_values()["meterValue"][0]}),
            meter_values(),
            ["coerced"],
            TYPE,
        ),
        (
            frame(
                "MeterValues", {"connectorId": 1, "meterValue": [{"timestamp": NOW, "sampledValue": {"value": "12.5"}}]}
            ),
            meter_values(),
            ["coerced"],
            TYPE,
        ),
        (
            frame(
                "MeterValues", {"connectorId": 1, "meterValue": {"timestamp": NOW, "sampledValue": {"value": "12.5"}}}
            ),
            meter_values(),
            ["coerced", "coerced"],
            TYPE,
        ),
        (
            frame("StopTransaction", {**STOP, "transactionData": meter_values()["meterValue"][0]}),
            {**STOP, "transactionData": meter_values()["meterValue"]},
            ["coerced"],
            TYPE,
        ),
        (
            frame(
                "MeterValues",
                {"connectorId": 1, "meterValue": {"timestamp": NOW, "sampledValue": {"value": "12.5", "x": 1}}},
            ),
            meter_values(),
            ["coerced", "coerced", "extra-member"],
            FORMATION,
        ),
    ],
    "B12": [  # the named coercions
        (frame("StopTransaction", {**STOP, "transactionId": "7"}), STOP, ["coerced"], TYPE),
        (frame("StopTransaction", {**STOP, "transactionId": " 7 "}), STOP, ["coerced"], TYPE),
        (frame("StopTransaction", {**STOP, "transactionId": "-1"}), {**STOP, "transactionId": -1}, ["coerced"], TYPE),
        (frame("StopTransaction", {**STOP, "meterStop": 5400.0}), STOP, ["coerced"], TYPE),
        (frame("StopTransaction", {**STOP, "idTag": None}), STOP, ["coerced"], TYPE),
        (frame("StopTransaction", {**STOP, "reason": None}), STOP, ["coerced"], TYPE),
        (frame("MeterValues", meter_values(unit=None)), meter_values(), ["coerced"], TYPE),
        (
            frame("MeterValues", {**meter_values(), "transactionId": "12"}),
            {**meter_values(), "transactionId": 12},
            ["coerced"],
            TYPE,
        ),
    ],
    "B13": [
        (frame("Authorize", {"idTag": "x" * 21}), {"idTag": "x" * 21}, ["too-long"], PROPERTY),
        (frame("BootNotification", {**BOOT, "iccid": "8" * 25}), {**BOOT, "iccid": "8" * 25}, ["too-long"], PROPERTY),
        (
            frame("StatusNotification", {**STATUS, "status": "Occupied"}),
            {**STATUS, "status": "Occupied"},
            ["unknown-enum"],
            PROPERTY,
        ),
        (
            frame("StatusNotification", {**STATUS, "errorCode": "Error"}),
            {**STATUS, "errorCode": "Error"},
            ["unknown-enum"],
            PROPERTY,
        ),
        (
            frame("StatusNotification", {**STATUS, "timestamp": ""}),
            {**STATUS, "timestamp": ""},
            ["bad-format"],
            PROPERTY,
        ),
        (
            frame("MeterValues", meter_values(measurand="Magic")),
            meter_values(measurand="Magic"),
            ["unknown-enum"],
            PROPERTY,
        ),
        (
            frame("MeterValues", meter_values(unit="kwh", phase="L4")),
            meter_values(unit="kwh", phase="L4"),
            ["unknown-enum"] * 2,
            PROPERTY,
        ),
        (frame("StopTransaction", {**STOP, "reason": ""}), {**STOP, "reason": ""}, ["unknown-enum"], PROPERTY),
    ],
    "B15": [
        (frame("Heartbeat", {"a": 1}), {}, ["extra-member"], FORMATION),
        (frame("StopTransaction", {**STOP, "Reason": "Local"}), STOP, ["extra-member"], FORMATION),
        (frame("MeterValues", meter_values(extra={"deep": [1]})), meter_values(), ["extra-member"], FORMATION),
        (frame("StatusNotification", {**STATUS, "a": 1, "b": None}), STATUS, ["extra-member"] * 2, FORMATION),
        (frame("BootNotification", {**BOOT, "": ""}), BOOT, ["extra-member"], FORMATION),
        (frame("StartTransaction", {**START, "a.b": {"a.b": 1}}), START, ["extra-member"], FORMATION),
    ],
    "B16": [
        ('[2,"id-1","Authorize",{"idTag":"A","idTag":"B"}]', {"idTag": "B"}, ["duplicate-key"], FORMATION),
        ('[2,"id-1","Authorize",{"idTag":"A","idTag":"A"}]', {"idTag": "A"}, ["duplicate-key"], FORMATION),
        ('[2,"id-1","Authorize",{"idTag":1,"idTag":"B"}]', {"idTag": "B"}, ["duplicate-key"], FORMATION),
        ('[2,"id-1","Authorize",{"idTag":"\\"\\"","idTag":"B"}]', {"idTag": "B"}, ["duplicate-key"], FORMATION),
        ('[2,"id-1","Authorize",{"idTag":"\\u0022","idTag":"B"}]', {"idTag": "B"}, ["duplicate-key"], FORMATION),
        ('[2,"id-1","Authorize",{"idTag":"A","id\\u0054ag":"B"}]', {"idTag": "B"}, ["duplicate-key"], FORMATION),
        (
            '[2,"id-1","Authorize",{"idTag":"A","idTag":"B","idTag":"C"}]',
            {"idTag": "C"},
            ["duplicate-key"] * 2,
            FORMATION,
        ),
    ],
    "B18": [  # twenty levels are read; what is so deep is no member of ours
        (nested(20), {}, ["extra-member"], FORMATION),
        (nested(19), {}, ["extra-member"], FORMATION),
        (frame("DataTransfer", {"vendorId": "V", "data": "[" * 100}), {"vendorId": "V", "data": "[" * 100}, [], None),
        (frame("DataTransfer", {"vendorId": "V", "data": "{" * 5000}), {"vendorId": "V", "data": "{" * 5000}, [], None),
        ('[2,"id-1","Heartbeat",{"a":[' + ",".join(["[]"] * 100) + "]}]", {}, ["extra-member"], FORMATION),
    ],
    "B19": [  # a giant transactionId is an unknown one
        (
            frame("StopTransaction", {**STOP, "transactionId": str(2**63)}),
            {**STOP, "transactionId": -1},
            ["unknown-transaction"],
            None,
        ),
        (
            frame("StopTransaction", {**STOP, "transactionId": str(-(2**63))}),
            {**STOP, "transactionId": -(2**63)},
            ["coerced"],
            TYPE,
        ),
        (
            frame("StopTransaction", {**STOP, "transactionId": 2**63}),
            {**STOP, "transactionId": -1},
            ["unknown-transaction"],
            None,
        ),
        (
            frame("StopTransaction", {**STOP, "transactionId": 10**30}),
            {**STOP, "transactionId": -1},
            ["unknown-transaction"],
            None,
        ),
        (
            frame("StopTransaction", {**STOP, "transactionId": -(10**30)}),
            {**STOP, "transactionId": -1},
            ["unknown-transaction"],
            None,
        ),
        (
            frame("StopTransaction", STOP).replace(": 7,", f": {'9' * 5000},"),
            {**STOP, "transactionId": -1},
            ["unknown-transaction"],
            None,
        ),
        (
            frame("StopTransaction", {**STOP, "transactionId": "9" * 5000}),
            {**STOP, "transactionId": -1},
            ["unknown-transaction"],
            None,
        ),
        (
            frame("MeterValues", {**meter_values(), "transactionId": 2**64}),
            {**meter_values(), "transactionId": -1},
            ["unknown-transaction"],
            None,
        ),
        (
            frame("StopTransaction", {**STOP, "transactionId": 2**63 - 1}),
            {**STOP, "transactionId": 2**63 - 1},
            [],
            None,
        ),
        (frame("Heartbeat", {}).replace("{}", '{"a":' + "9" * 5000 + "}"), {}, ["extra-member"], FORMATION),
    ],
    "B20": [  # with numbers beside it, which are read by another reader then
        (
            frame("StopTransaction", {**STOP, "idTag": "\x00", "transactionId": 2**63 - 1, "meterStop": 5400.0}),
            {**STOP, "idTag": "\ufffd", "transactionId": 2**63 - 1},
            ["nul-or-surrogate", "coerced"],
            TYPE,
        ),
        (
            frame("StopTransaction", {**STOP, "idTag": "\x00", "transactionId": 10**20 - 1}),
            {**STOP, "idTag": "\ufffd", "transactionId": -1},
            ["nul-or-surrogate", "unknown-transaction"],
            None,
        ),
        ('[2,"id-1","Authorize",{"idTag":"A\\u0000B"}]', {"idTag": "A\ufffdB"}, ["nul-or-surrogate"], None),
        ('[2,"id-1","Authorize",{"idTag":"A\x00B"}]', {"idTag": "A\ufffdB"}, ["nul-or-surrogate"], None),
        ('[2,"id-1","Authorize",{"idTag":"\\ud800"}]', {"idTag": "\ufffd"}, ["nul-or-surrogate"], None),
        ('[2,"id-1","Authorize",{"idTag":"\ud800"}]', {"idTag": "\ufffd"}, ["nul-or-surrogate"], None),
        ('[2,"id-1","Authorize",{"idTag":"\\udc00\\ud800"}]', {"idTag": "\ufffd\ufffd"}, ["nul-or-surrogate"], None),
        ('[2,"id-1","Authorize",{"idTag":"\\ud83d\\ude00"}]', {"idTag": "😀"}, [], None),
        ('[2,"id-1","Authorize",{"idTag":"A","\\u0000":1}]', {"idTag": "A"}, ["extra-member"], FORMATION),
        ('\x00[2,"id-1","Authorize",{"idTag":"A"}]\x00\x00', {"idTag": "A"}, [], None),
    ],
    "B21": [
        (
            frame("StartTransaction", {**START, "timestamp": "yesterday"}),
            {**START, "timestamp": "yesterday"},
            ["bad-format"],
            PROPERTY,
        ),
        (
            frame("StopTransaction", {**STOP, "timestamp": "2026-02-30T00:00:00Z"}),
            {**STOP, "timestamp": "2026-02-30T00:00:00Z"},
            ["bad-format"],
            PROPERTY,
        ),
        (
            frame("StopTransaction", {**STOP, "timestamp": "2026-11-22T19:18:26+99:00"}),
            {**STOP, "timestamp": "2026-11-22T19:18:26+99:00"},
            ["bad-format"],
            PROPERTY,
        ),
        (frame("StartTransaction", {**START, "timestamp": ""}), {**START, "timestamp": ""}, ["bad-format"], PROPERTY),
        (
            frame("StartTransaction", {**START, "timestamp": "1970-01-01T00:00:00Z"}),
            {**START, "timestamp": "1970-01-01T00:00:00Z"},
            [],
            None,
        ),
        (
            frame("StartTransaction", {**START, "timestamp": "9999-12-31T23:59:59Z"}),
            {**START, "timestamp": "9999-12-31T23:59:59Z"},
            [],
            None,
        ),
        (
            frame("StartTransaction", {**START, "timestamp": "0001-01-01T00:00:00+14:00"}),
            {**START, "timestamp": "0001-01-01T00:00:00+14:00"},
            ["bad-format"],
            PROPERTY,
        ),
    ],
    "B22": [
        (frame("StopTransaction", {**STOP, "timestamp": text}), {**STOP, "timestamp": text}, [], None)
        for text in (
            "2026-11-22T19:18:26.1234567Z",
            "2026-11-22T19:18:26+02:00",
            "2026-11-22T19:18:26+0200",
            "2026-11-22T19:18:26+02",
            "2026-11-22T19:18:26",
            "2026-11-22 19:18:26",
            "2026-11-22t19:18:26z",
        )
    ],
    "B23": [
        (frame("MeterValues", meter_values(unit="Celcius")), meter_values(unit="Celcius"), [], None),
        (frame("MeterValues", meter_values(unit="Celsius")), meter_values(unit="Celsius"), [], None),
        *(
            (frame("StopTransaction", {**STOP, "transactionData": data}), {**STOP, "transactionData": data}, [], None)
            for data in (
                meter_values(unit="Celcius")["meterValue"],
                meter_values(unit="Celsius")["meterValue"],
                meter_values(unit="Celsius", measurand="Temperature", location="EV")["meterValue"],
            )
        ),
    ],
    "B24": [
        (frame("StopTransaction", STOP), STOP, [], None),
        (frame("StopTransaction", {**STOP, "reason": "Remote"}), {**STOP, "reason": "Remote"}, [], None),
        (frame("StopTransaction", {**STOP, "idTag": "A"}), {**STOP, "idTag": "A"}, [], None),
        (frame("StopTransaction", {**STOP, "transactionData": []}), {**STOP, "transactionData": []}, [], None),
        (frame("StopTransaction", {**STOP, "meterStop": 0}), {**STOP, "meterStop": 0}, [], None),
    ],
}


@pytest.mark.parametrize(("text", "payload", "quirks", "strictly"), rows(ACCEPTED))
def test_what_can_be_lived_with_is_taken_and_noted(
    text: str, payload: dict[str, Any], quirks: list[str], strictly: str | None
) -> None:
    event = central().receive(text, 0.0)
    assert isinstance(event, Call)
    assert event.payload == payload
    assert [quirk.kind for quirk in event.quirks] == quirks
    assert event.raw == text


@pytest.mark.parametrize(("text", "payload", "quirks", "strictly"), rows(ACCEPTED))
def test_a_strict_peer_refuses_what_the_table_says(
    text: str, payload: dict[str, Any], quirks: list[str], strictly: str | None
) -> None:
    event = central(strict=True).receive(text, 0.0)
    if strictly is None:
        assert isinstance(event, Call)
        assert event.payload == payload
    else:
        assert isinstance(event, Refused)
        assert event.code == strictly


@pytest.mark.parametrize(
    ("action", "code"),
    row(
        "B10",
        ("RemoteStartTransaction", "NotSupported"),
        ("Reset", "NotSupported"),
        ("ReserveNow", "NotSupported"),
        ("GetLog", "NotSupported"),
        ("MeterValues", "NotSupported"),
        ("SignedUpdateFirmware", "NotSupported"),
        ("reset", "NotImplemented"),
    ),
)
def test_known_actions_that_are_not_served_differ_from_unknown_ones(action: str, code: str) -> None:
    event = Peer(serves=["Heartbeat"]).receive(frame(action, {}), 0.0)
    assert isinstance(event, Refused)
    assert event.code == code
    assert event.action == action


@pytest.mark.parametrize(
    ("text", "echoed"),
    row("B4", *((frame("Heartbeat", {}, number), str(number)) for number in (0, 1, -1, 17, 2**63))),
)
def test_an_integer_id_is_echoed_as_the_same_integer(text: str, echoed: str) -> None:
    peer = central()
    call = peer.receive(text, 0.0)
    assert isinstance(call, Call)
    assert peer.answer(call, {"currentTime": NOW}).startswith(f"[3,{echoed},")
    assert peer.refuse(call, "InternalError").startswith(f"[4,{echoed},")


def test_quirks_say_where_and_what() -> None:
    event = central().receive('[2,"id-1","MeterValues",' + json.dumps(meter_values(unit="W\x00h")) + "]", 0.0)
    assert isinstance(event, Call)
    place = "meterValue.0.sampledValue.0.unit"
    assert [(quirk.kind, quirk.path, quirk.sample) for quirk in event.quirks] == [
        ("nul-or-surrogate", place, "'W\\x00h'"),
        ("unknown-enum", place, "'W\\ufffdh'"),
    ]


def test_a_wrapped_payload_keeps_its_members_in_order() -> None:
    text = frame("MeterValues", {"connectorId": 1, "meterValue": {"timestamp": NOW, "sampledValue": [{"value": "1"}]}})
    event = central().receive(text, 0.0)
    assert isinstance(event, Call)
    assert list(event.payload["meterValue"][0]) == ["timestamp", "sampledValue"]


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ('[2,"id-1","StopTransaction",{"transactionId":NaN}]', "StopTransaction"),
        ('[2,17,"StopTransaction"', "StopTransaction"),
        ('[2,"id-1","StopTransaction"]', "StopTransaction"),
        ('[2,null,"StopTransaction",{}]', "StopTransaction"),
        ('[2,"id-1","Nonsense",{}]', "Nonsense"),
        ('[2,"id-1",{"transactionId":NaN}]', ""),
        ('[2,"id-1"]', ""),
        ('[2,"id-1",{}]', ""),
    ],
)
def test_the_action_of_a_refused_call_is_told_where_it_can_be_read(text: str, action: str) -> None:
    event = central().receive(text, 0.0)
    assert isinstance(event, Refused)
    assert event.action == action


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ('[2,"id-1"]', "wrong number of elements"),
        (frame("Nonsense", {}), "unknown action"),
        (frame("Authorize", {}), "idTag: required member is missing"),
        (frame("MeterValues", meter_values(value=1)), "meterValue.0.sampledValue.0.value: wrong JSON type"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_where(text: str, description: str) -> None:
    event = central().receive(text, 0.0)
    assert isinstance(event, Refused)
    assert event.description == description


def test_the_worst_deviation_answers() -> None:
    payload = {"connectorId": "1", "status": "Sleeping", "extra": 1}
    event = central(strict=True).receive(frame("StatusNotification", payload), 0.0)
    assert isinstance(event, Refused)
    assert (event.code, event.description) == (PROTOCOL, "errorCode: required member is missing")


def test_a_refusal_never_repeats_what_was_sent() -> None:
    event = central(strict=True).receive(frame("Authorize", {"idTag": "SECRET" * 10}), 0.0)
    assert isinstance(event, Refused)
    assert "SECRET" not in event.text


def test_a_million_oddities_are_reported_by_64() -> None:
    many = ",".join(f'"m{number}":0' for number in range(1000))
    event = central().receive(f'[2,"id-1","Heartbeat",{{{many}}}]', 0.0)
    assert isinstance(event, Call)
    assert event.payload == {}
    assert len(event.quirks) == 64


def test_a_days_stop_with_a_fault_in_every_sample_is_taken() -> None:
    data = [{"timestamp": NOW, "sampledValue": [{"value": "1", "vendor": 1}]}] * 17_280
    event = central().receive(frame("StopTransaction", {**STOP, "transactionData": data}), 0.0)
    assert isinstance(event, Call)
    assert event.payload["transactionData"][-1]["sampledValue"] == [{"value": "1"}]


def test_a_flood_of_faults_is_refused_and_not_looked_at_to_its_end() -> None:
    event = central().receive(frame("MeterValues", {"connectorId": 1, "meterValue": [{}] * 300_000}), 0.0)
    assert isinstance(event, Refused)
    odd = [{"timestamp": NOW, "sampledValue": [{"value": "1", "vendor": 1}]}] * 20_000
    event = central().receive(frame("MeterValues", {"connectorId": 1, "meterValue": odd}), 0.0)
    assert isinstance(event, Refused)
    assert event.code == FORMATION
