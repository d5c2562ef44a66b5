"""OCPP 1.6J without sockets, clock or database: `Peer` and the events it makes of text.

Tolerant in, strict out: what a charge point sends wrong is taken where it can be and remembered as a quirk, what we
send is checked against the official schemas. See `Peer` first, then `errors.RULES` for what each deviation earns.
"""

from .ci_string import ci_key
from .deviations import Deviation, Quirk
from .errors import (
    ERROR_CODES,
    FORMATION_VIOLATION,
    GENERIC_ERROR,
    INTERNAL_ERROR,
    NOT_IMPLEMENTED,
    NOT_SUPPORTED,
    OCCURENCE_CONSTRAINT_VIOLATION,
    PROPERTY_CONSTRAINT_VIOLATION,
    PROTOCOL_ERROR,
    SECURITY_ERROR,
    TYPE_CONSTRAINT_VIOLATION,
    Busy,
    InvalidPayload,
    OurMistake,
)
from .events import Answered, Call, Event, Failed, Ignored, Refused, Replay, Unanswered
from .frames import UniqueId
from .peer import Peer
from .schema_files import JsonObject
from .schemas import ACTIONS, check, enumeration, member_schema
from .timestamps import Timestamp, exact_timestamp, format_timestamp, parse_timestamp

__all__ = [
    "ACTIONS",
    "ERROR_CODES",
    "FORMATION_VIOLATION",
    "GENERIC_ERROR",
    "INTERNAL_ERROR",
    "NOT_IMPLEMENTED",
    "NOT_SUPPORTED",
    "OCCURENCE_CONSTRAINT_VIOLATION",
    "PROPERTY_CONSTRAINT_VIOLATION",
    "PROTOCOL_ERROR",
    "SECURITY_ERROR",
    "TYPE_CONSTRAINT_VIOLATION",
    "Answered",
    "Busy",
    "Call",
    "Deviation",
    "Event",
    "Failed",
    "Ignored",
    "InvalidPayload",
    "JsonObject",
    "OurMistake",
    "Peer",
    "Quirk",
    "Refused",
    "Replay",
    "Timestamp",
    "Unanswered",
    "UniqueId",
    "check",
    "ci_key",
    "enumeration",
    "exact_timestamp",
    "format_timestamp",
    "member_schema",
    "parse_timestamp",
]
