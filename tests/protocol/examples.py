"""Payloads made from the official schemas, and a station and a central system on one wire."""

import json
from importlib.resources import files
from typing import Any

from ocpp_ws.protocol import ACTIONS, Peer

NOW = "2026-11-22T19:18:26Z"
START = {"connectorId": 1, "idTag": "04E6D7A2", "meterStart": 1200, "timestamp": NOW}
STOP = {"transactionId": 7, "meterStop": 5400, "timestamp": NOW}
STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
BOOT = {"chargePointVendor": "Vendor", "chargePointModel": "Model"}


def meter_values(**sampled: Any) -> dict[str, Any]:
    """A MeterValues payload with one sampled value."""
    return {"connectorId": 1, "meterValue": [{"timestamp": NOW, "sampledValue": [{"value": "12.5", **sampled}]}]}


def central(**options: Any) -> Peer:
    """A peer that serves everything."""
    return Peer(serves=ACTIONS, **options)


def frame(action: str, payload: Any, unique_id: Any = "id-1") -> str:
    """The text of a CALL, whatever its parts."""
    return json.dumps([2, unique_id, action, payload])


def schema_of(action: str, kind: str) -> dict[str, Any]:
    """The schema file of an action ("call") or of its answer ("result"), as shipped."""
    name = action + ("Response" if kind == "result" else "")
    return json.loads(files("ocpp").joinpath("v16", "schemas", f"{name}.json").read_text("utf-8-sig"))


def example(action: str, kind: str, *, full: bool) -> dict[str, Any]:
    """A valid payload: every member, or only the required ones."""
    schema = schema_of(action, kind)
    return _value(schema, schema.get("definitions", {}), full)


def _value(schema: dict[str, Any], definitions: dict[str, Any], full: bool) -> Any:
    if "$ref" in schema:
        return _value(definitions[schema["$ref"].rpartition("/")[2]], definitions, full)
    if "enum" in schema:
        return schema["enum"][0]
    match schema["type"]:
        case "object":
            wanted = schema.get("properties", {}) if full else schema.get("required", ())
            return {name: _value(schema["properties"][name], definitions, full) for name in wanted}
        case "array":
            return [_value(schema["items"], definitions, full)]
        case "string":
            return {"date-time": NOW, "uri": "https://example.org/file"}.get(schema.get("format", ""), "text")
        case "boolean":
            return True
        case "number":
            return 16.1
        case _:
            return 3
