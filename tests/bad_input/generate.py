"""Payloads from the official JSON schemas, and what can be done to them."""

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from tests.protocol.examples import schema_of

TIMES = st.datetimes().map(lambda moment: moment.isoformat() + "Z")
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=24)


def payloads(action: str) -> st.SearchStrategy[dict[str, Any]]:
    """Schema-valid payloads of an action's CALL."""
    schema = schema_of(action, "call")
    return value_of(schema, schema.get("definitions", {}))


def value_of(schema: dict[str, Any], definitions: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        return value_of(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema["type"]:
        case "object":
            members = {name: value_of(inner, definitions) for name, inner in schema.get("properties", {}).items()}
            required = set(schema.get("required", ()))
            return st.fixed_dictionaries(
                {name: one for name, one in members.items() if name in required},
                optional={name: one for name, one in members.items() if name not in required},
            )
        case "array":
            return st.lists(value_of(schema["items"], definitions), min_size=schema.get("minItems", 0), max_size=3)
        case "string":
            return TIMES if schema.get("format") == "date-time" else text_of(schema)
        case "boolean":
            return st.booleans()
        case "number":
            return st.floats(allow_nan=False, allow_infinity=False, width=32)
        case _:
            return st.integers(-5, 5) | st.integers(-(2**31), 2**31 - 1)


def text_of(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    return TEXTS.map(lambda text: text[: schema.get("maxLength", 24)])


_ODD: list[Any] = [
    None, True, False, 0, -1, 1, 1.5, 7.0, 2**31, 2**63 - 1, -(2**63), 2**63, 10**30, -(10**30), 1e300, "", "0", "-1",
    "12", "9" * 40, "x" * 51, "x" * 256, "x" * 2000, "\x00", "a\x00b", "\ud800", "\U0001f50c" * 60, "\u202e", "ß" * 255,
    "İ" * 255, "<script>", "'; DROP", "2026-11-22T19:18:26", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "1970-01-01T00:00:00Z", "NaN", "1e400", "1,5", " 5 ", [], {}, [[]], [{}], [None],
    {"a": 1}, {"value": None}, {"timestamp": "x", "sampledValue": [{"value": "1"}]}, {"value": "1"},
]  # fmt: skip
ODD = st.sampled_from(_ODD).map(deepcopy)  # what is drawn is mutated


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, child in inner for place in ((*here, key), *places(child, (*here, key)))]


@st.composite
def mutated(draw: st.DrawFn, action: str) -> dict[str, Any]:
    """A valid payload with one to three things wrong."""
    payload: dict[str, Any] = draw(payloads(action))
    for _ in range(draw(st.integers(1, 3))):
        known = places(payload)
        if not known:
            payload[draw(st.sampled_from(["idTag", "x", "", "transactionId"]))] = draw(ODD)
            continue
        *path, last = draw(st.sampled_from(known))
        holder: Any = payload
        for step in path:
            holder = holder[step]
        mutate(draw, holder, last)
    return payload


def mutate(draw: st.DrawFn, holder: Any, last: Any) -> None:
    match draw(st.sampled_from(["replace", "replace", "remove", "wrap", "repeat", "add"])):
        case "replace":
            holder[last] = draw(ODD)
        case "remove":
            del holder[last]
        case "wrap":
            holder[last] = [holder[last]]
        case "repeat" if isinstance(holder[last], (list, str)):
            holder[last] = holder[last] * 40
        case _ if isinstance(holder, dict):
            holder[draw(st.sampled_from(["extra", "", "value", "parentIdTag"]))] = draw(ODD)
        case _:
            holder.append(draw(ODD))
