"""The RPC frame: text in, one of five readings out; and text for what we send (OCPP-J 4)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import orjson

from .deviations import Deviation, Quirk, deviation
from .errors import GENERIC_ERROR, canonical_code
from .json_text import AROUND, TooDeep, read_json, storable
from .schema_files import JsonObject

CALL: Final = 2
CALLRESULT: Final = 3
CALLERROR: Final = 4

MAX_ID_LENGTH: Final = 36  # OCPP-J 4.1.4
MAX_DESCRIPTION_LENGTH: Final = 255
# The id, and the action if it can be seen, of a CALL that is not JSON as a whole.
_BROKEN_CALL: Final = re.compile(r'\[\s*2\s*,\s*(?:"([^"\\]+)"|(-?[0-9]{1,18})(?=\s*[,\]]))(?:\s*,\s*"(\w{1,50})")?')

UniqueId: TypeAlias = str | int
"""A string by the book; stations that send an integer get the same integer back."""


@dataclass(frozen=True, slots=True)
class CallFrame:
    """`[2, id, action, payload]`; where the payload is no object it is empty, and a deviation says so."""

    unique_id: UniqueId
    action: str
    payload: JsonObject
    deviations: tuple[Deviation, ...]


@dataclass(frozen=True, slots=True)
class ResultFrame:
    """`[3, id, payload]`; the payload as in a CALL, and empty where it is missing."""

    unique_id: UniqueId
    payload: JsonObject
    deviations: tuple[Deviation, ...]


@dataclass(frozen=True, slots=True)
class ErrorFrame:
    """`[4, id, code, description, details]`; missing elements are empty."""

    unique_id: UniqueId
    code: str
    description: str
    details: JsonObject


@dataclass(frozen=True, slots=True)
class Malformed:
    """Meant as a CALL and to be refused: its id ("" if unusable), its action ("" if unknown), why."""

    unique_id: UniqueId
    action: str
    fault: Deviation


@dataclass(frozen=True, slots=True)
class Noise:
    """Nothing that could be answered."""

    reason: str


Frame: TypeAlias = CallFrame | ResultFrame | ErrorFrame | Malformed | Noise


def decode(text: str) -> Frame:
    """Read one WebSocket text message. Never raises, whatever the text."""
    text = text.strip(AROUND)
    if not text:
        return Noise("empty")
    try:
        message, quirks = read_json(text)
    except TooDeep:
        return Noise("too-deep")
    except ValueError:
        return _read_broken(text)
    if not isinstance(message, list) or not message:
        return Noise("not-a-frame")
    read = _READERS.get(message[0]) if type(message[0]) is int else None
    if read is None:  # OCPP-J 4.1.3: "SHALL ignore the message payload"
        return Noise("unknown-message-type")
    if len(message) < 2:
        return Noise("no-id")
    return read(message, quirks)


def encode_call(unique_id: str, action: str, payload: JsonObject) -> str:
    """The text of a CALL. Raises TypeError where the payload is not JSON."""
    return _encode([CALL, unique_id, action, payload])


def encode_result(unique_id: UniqueId, payload: JsonObject) -> str:
    """The text of a CALLRESULT. Raises TypeError where the payload is not JSON."""
    return _encode([CALLRESULT, unique_id, payload])


def encode_error(unique_id: UniqueId, code: str, description: str) -> str:
    """The text of a CALLERROR: always five elements, details always `{}` (OCPP-J 4.2.3). Never raises."""
    return _encode([CALLERROR, unique_id, code, storable(description)[:MAX_DESCRIPTION_LENGTH], {}])


def _encode(message: list[Any]) -> str:
    return orjson.dumps(message).decode()


def _read_broken(text: str) -> Frame:
    seen = _BROKEN_CALL.match(text)
    if seen is None:
        return Noise("not-json")
    quoted, number, action = seen.groups()
    unique_id: UniqueId = int(number) if number else storable(quoted)
    return Malformed(unique_id, action or "", deviation("broken-json", (), text))


def _read_call(message: list[Any], quirks: tuple[Quirk, ...]) -> Frame:
    unique_id = message[1]
    action = message[2] if len(message) > 2 and isinstance(message[2], str) else ""
    if not _is_usable(unique_id):
        return Malformed("", action, deviation("unusable-id", (), unique_id))
    if len(message) != 4:  # OCPP-J 4.2.1: "always consists of 4 elements"
        return Malformed(unique_id, action, deviation("wrong-length", (), message))
    if not isinstance(message[2], str):
        return Malformed(unique_id, action, deviation("action-not-text", (), message[2]))
    payload, odd = _read_payload(message[3])
    return CallFrame(unique_id, action, payload, (*quirks, *_id_quirks(unique_id), *odd))


def _read_result(message: list[Any], quirks: tuple[Quirk, ...]) -> Frame:
    if not _is_usable(message[1]):
        return Noise("no-id")
    payload, odd = _read_payload(message[2]) if len(message) > 2 else ({}, ())
    if len(message) != 3:
        odd = (*odd, deviation("wrong-length", (), message))
    return ResultFrame(message[1], payload, (*quirks, *odd))


def _read_error(message: list[Any], quirks: tuple[Quirk, ...]) -> Frame:
    if not _is_usable(message[1]):
        return Noise("no-id")
    code, description, details = (message[2:] + [None] * 3)[:3]
    return ErrorFrame(
        message[1],
        canonical_code(code) if isinstance(code, str) and code else GENERIC_ERROR,
        description if isinstance(description, str) else "",
        details if isinstance(details, dict) else {},
    )


_Reader: TypeAlias = Callable[[list[Any], tuple[Quirk, ...]], Frame]
_READERS: Final[dict[int, _Reader]] = {CALL: _read_call, CALLRESULT: _read_result, CALLERROR: _read_error}


def _is_usable(unique_id: object) -> bool:
    return type(unique_id) is int or (isinstance(unique_id, str) and unique_id != "")


def _id_quirks(unique_id: UniqueId) -> tuple[Quirk, ...]:
    if isinstance(unique_id, int):
        return (deviation("id-not-string", (), unique_id),)
    if len(unique_id) > MAX_ID_LENGTH:
        return (deviation("id-too-long", (), unique_id),)
    return ()


def _read_payload(payload: object) -> tuple[JsonObject, tuple[Deviation, ...]]:
    if isinstance(payload, dict):
        return payload, ()
    if payload is None:
        return {}, (deviation("null-payload", (), None),)
    return {}, (deviation("payload-not-object", (), payload),)
