"""What can come of one text message: exactly one of these."""

from dataclasses import dataclass, field
from typing import TypeAlias

from .deviations import Deviation, Quirk
from .frames import UniqueId
from .schema_files import JsonObject


@dataclass(frozen=True, slots=True)
class Call:
    """The peer asks: give it to `Peer.answer` or `Peer.refuse`, and send what they return.

    payload has every member the schema requires, each of its JSON type; quirks say what else was odd (at most 64);
    raw is the text as it came.
    """

    unique_id: UniqueId
    action: str
    payload: JsonObject
    quirks: tuple[Quirk, ...]
    raw: str
    fingerprint: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Replay:
    """The peer repeats a CALL that was answered on this link: send text, the same bytes as then."""

    text: str
    unique_id: UniqueId
    action: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The peer's CALL cannot be taken: send text, the CALLERROR. action and unique_id are "" where unreadable."""

    text: str
    action: str
    code: str
    description: str
    raw: str
    unique_id: UniqueId


@dataclass(frozen=True, slots=True)
class Answered:
    """The CALLRESULT to a CALL of ours. With deviations the result is invalid and payload only what could be read.

    latency: seconds since the CALL; late: it had been given up (`Peer.expire`), ref is its own all the same; raw: the
    text as it came.
    """

    ref: object
    unique_id: str
    payload: JsonObject
    deviations: tuple[Deviation, ...]
    latency: float
    late: bool
    quirks: tuple[Quirk, ...] = ()
    raw: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Failed:
    """The CALLERROR to a CALL of ours; code in the spelling of 1.6 where it is one. latency and late: see Answered."""

    ref: object
    unique_id: str
    code: str
    description: str
    details: JsonObject
    latency: float
    late: bool


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A CALL of ours was given up; the line is free again."""

    ref: object
    unique_id: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing to do and nothing to send; count it. reason: empty, not-json, not-a-frame, unknown-message-type,
    no-id, too-deep, orphan (an answer to nothing we asked)."""

    reason: str
    raw: str


Event: TypeAlias = Call | Replay | Refused | Answered | Failed | Ignored
