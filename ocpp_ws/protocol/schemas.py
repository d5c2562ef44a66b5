"""What a payload does against the schema of its action."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from jsonschema_rs import ValidationError, ValidationErrorKind

from .deviations import Deviation, deviation
from .schema_files import INT64, JsonObject, Kind, Node, Where, load

# JSON schema keyword -> kind of deviation. A test holds it against the keywords the schemas use.
KEYWORDS: Final[Mapping[str, str]] = {
    "required": "missing",
    "type": "wrong-type",
    "minItems": "too-few",
    "minimum": "out-of-range",
    "maximum": "out-of-range",
    "additionalProperties": "extra-member",
    "enum": "unknown-enum",
    "maxLength": "too-long",
    "format": "bad-format",
    "multipleOf": "bad-step",
}

_SCHEMAS: Final = load()
ACTIONS: Final = frozenset(action for action, _ in _SCHEMAS)
"""The 39 actions of OCPP 1.6 with its security extension, spelled as on the wire."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A deviation with what is needed to repair it: its place as keys, the value there, and what belongs there."""

    kind: str
    where: Where
    value: object
    expected: tuple[str, ...] = ()  # only of a wrong-type: the JSON types that would do
    optional: bool = False  # only of a wrong-type: the member may be left out

    def noted(self, kind: str | None = None) -> Deviation:
        """This fault as it is reported, or as the quirk it became."""
        return deviation(kind or self.kind, self.where, self.value)


def check(action: str, kind: Kind, payload: object) -> tuple[Deviation, ...]:
    """Every deviation of a payload from the schema of its action ("call") or of the answer to it ("result").

    Raises KeyError unless the action is in ACTIONS, ValueError where the payload holds what is not JSON at all.
    """
    return tuple(fault.noted() for fault in find_faults(action, kind, payload))


def member_schema(action: str, *path: str, kind: Kind = "call") -> JsonObject:
    """The official schema of a member (`"SetChargingProfile", "csChargingProfiles"`) of a CALL or result; read it only.

    Raises KeyError where there is none.
    """
    schema = _SCHEMAS[action, kind].document
    for name in path:
        schema = schema.get("items", schema)["properties"][name]
    return schema


def enumeration(action: str, *path: str, kind: Kind = "call") -> list[str]:
    """The values that such a member may have, in the order of its schema. Raises KeyError where it has none."""
    return list(member_schema(action, *path, kind=kind)["enum"])


def find_faults(action: str, kind: Kind, payload: object) -> Iterator[Fault]:
    """As `check`, one by one and from the outside in: what is repaired at a fault is looked at in its new shape."""
    schema = _SCHEMAS[action, kind]
    if not schema.whole.is_valid(payload):
        yield from _walk(schema.root, payload, ())


def _walk(node: Node, value: object, where: Where) -> Iterator[Fault]:
    for error in node.validator.iter_errors(value):
        yield from _faults(error, node.schema, where)
    for path, item in node.items.items():
        elements = _at(value, path)
        if isinstance(elements, (list, tuple)):
            for index, element in enumerate(elements):
                yield from _walk(item, element, (*where, *path, index))


def _at(value: Any, path: Where) -> object:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _faults(error: ValidationError, schema: JsonObject, outer: Where) -> Iterator[Fault]:
    where, kind = (*outer, *error.instance_path), error.kind
    instance: Any = error.instance
    match kind:
        case ValidationErrorKind.Required(name):
            yield Fault("missing", (*where, name), None)
        case ValidationErrorKind.AdditionalProperties(names):
            for name in names:
                yield Fault("extra-member", (*where, name), instance[name])
        case ValidationErrorKind.Type(types) if "integer" in types and _is_giant(instance):
            return  # its bounds report it
        case ValidationErrorKind.Type(types):
            yield Fault("wrong-type", where, instance, tuple(types), _is_optional(schema, error.schema_path))
        case ValidationErrorKind.Enum() if not isinstance(instance, str):
            return  # its type is reported
        case _:
            yield Fault(KEYWORDS[kind.name], where, instance)


def _is_giant(value: object) -> bool:
    # Integers beyond 64 bits come as floats: see json_text.read_json.
    return isinstance(value, float) and not -INT64 <= value < INT64


def _is_optional(schema: Any, path: list[str | int]) -> bool:
    """Whether the member whose `type` keyword stands at this place of the schema may be left out."""
    if path[-3:-2] != ["properties"]:
        return False
    for step in path[:-3]:
        schema = schema[step]
    return path[-2] not in schema.get("required", ())
