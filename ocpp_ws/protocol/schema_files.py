"""The official JSON schemas of OCPP 1.6, as the `ocpp` package ships them, compiled once into trees of validators."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, Literal, TypeAlias

from jsonschema_rs import Draft4Validator

from .timestamps import is_timestamp

JsonObject: TypeAlias = dict[str, Any]
Where: TypeAlias = tuple[str | int, ...]
Kind: TypeAlias = Literal["call", "result"]

INT64: Final = 2**63
_RESULT: Final = "Response"
# JSON integers have no end, database columns do; and without properties no member is called an additional one.
_ADDED: Final[Mapping[str, JsonObject]] = {
    "integer": {"minimum": -INT64, "maximum": INT64 - 1},
    "object": {"properties": {}},
}


@dataclass(frozen=True, slots=True)
class Node:
    """A schema without the items of its arrays, and the schemas of those items by the path to the array.

    The checker lists all errors of a value at once, however many; looked at item by item they can be counted.
    """

    schema: JsonObject
    validator: Draft4Validator
    items: Mapping[Where, "Node"]


@dataclass(frozen=True, slots=True)
class Schema:
    """One message: the whole validator says fast whether a payload is valid, the root node why it is not.

    document: the official schema, its references resolved.
    """

    whole: Draft4Validator
    root: Node
    document: JsonObject


def load() -> dict[tuple[str, Kind], Schema]:
    """All messages by action and kind."""
    folder = files("ocpp").joinpath("v16", "schemas")  # not ocpp.v16: its import brings the whole engine
    documents = {
        file.name.removesuffix(".json"): _inline(json.loads(file.read_text("utf-8-sig")))
        for file in folder.iterdir()
        if file.name.endswith(".json")
    }
    _let_stop_know_all_units(documents)
    return {_key(name): Schema(_compile(document), _node(document), document) for name, document in documents.items()}


def _key(name: str) -> tuple[str, Kind]:
    return (name.removesuffix(_RESULT), "result") if name.endswith(_RESULT) else (name, "call")


def _inline(document: JsonObject) -> JsonObject:
    """The schema without references, and with what the checker needs to tell faults apart."""
    definitions = document.pop("definitions", {})

    def inlined(part: Any) -> Any:
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            return inlined(definitions[part["$ref"].removeprefix("#/definitions/")])
        kind = part.get("type")
        if not isinstance(kind, str):  # no schema, but the members of one, among them one called "type"
            return {name: inlined(member) for name, member in part.items()}
        useless = {"additionalProperties"} if kind == "string" else set()  # stands beside every shipped enum
        return _ADDED.get(kind, {}) | {key: inlined(value) for key, value in part.items() if key not in useless}

    whole: JsonObject = inlined(document)
    return whole


def _let_stop_know_all_units(documents: Mapping[str, JsonObject]) -> None:
    # StopTransaction.json as shipped lacks Hertz, which MeterValues.json has (core errata 3.84).
    meter = documents["MeterValues"]["properties"]["meterValue"]["items"]["properties"]["sampledValue"]
    stop = documents["StopTransaction"]["properties"]["transactionData"]["items"]["properties"]["sampledValue"]
    stop["items"]["properties"]["unit"] = meter["items"]["properties"]["unit"]


def _compile(document: JsonObject) -> Draft4Validator:
    # The checker's own date-time refuses what chargers send (no zone, +0100); ours reads it.
    return Draft4Validator(document, formats={"date-time": is_timestamp}, validate_formats=True)


def _node(document: JsonObject) -> Node:
    items: dict[Where, Node] = {}
    shallow = _without_items(document, (), items)
    return Node(shallow, _compile(shallow), items)


def _without_items(schema: JsonObject, where: Where, items: dict[Where, Node]) -> JsonObject:
    if "items" in schema:
        items[where] = _node(schema["items"])
        return {key: value for key, value in schema.items() if key != "items"}
    members = dict(_members(schema, where, items))
    return {**schema, "properties": members} if members else schema


def _members(schema: JsonObject, where: Where, items: dict[Where, Node]) -> Iterator[tuple[str, JsonObject]]:
    for name, member in schema.get("properties", {}).items():
        yield name, _without_items(member, (*where, name), items)
