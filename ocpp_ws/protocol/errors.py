"""Who is to blame, and what the peer is told: error codes, the table of refusals, and our own mistakes."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from .deviations import Deviation

# OCPP-J table 7. The odd spellings are the protocol's and stay (OCPP-J errata 5.1, 5.2).
NOT_IMPLEMENTED: Final = "NotImplemented"
NOT_SUPPORTED: Final = "NotSupported"
INTERNAL_ERROR: Final = "InternalError"
PROTOCOL_ERROR: Final = "ProtocolError"
SECURITY_ERROR: Final = "SecurityError"
FORMATION_VIOLATION: Final = "FormationViolation"
PROPERTY_CONSTRAINT_VIOLATION: Final = "PropertyConstraintViolation"
OCCURENCE_CONSTRAINT_VIOLATION: Final = "OccurenceConstraintViolation"
TYPE_CONSTRAINT_VIOLATION: Final = "TypeConstraintViolation"
GENERIC_ERROR: Final = "GenericError"

ERROR_CODES: Final = frozenset(
    {
        NOT_IMPLEMENTED,
        NOT_SUPPORTED,
        INTERNAL_ERROR,
        PROTOCOL_ERROR,
        SECURITY_ERROR,
        FORMATION_VIOLATION,
        PROPERTY_CONSTRAINT_VIOLATION,
        OCCURENCE_CONSTRAINT_VIOLATION,
        TYPE_CONSTRAINT_VIOLATION,
        GENERIC_ERROR,
    }
)

# Spelled right, hence wrong in 1.6; read from peers that "fixed" them, never sent.
_CORRECTED_SPELLINGS: Final = {
    "FormatViolation": FORMATION_VIOLATION,
    "OccurrenceConstraintViolation": OCCURENCE_CONSTRAINT_VIOLATION,
}


class Rule(NamedTuple):
    """What one kind of deviation earns: the error code, when it is refused, and the words for the peer."""

    code: str
    refused: str
    words: str


STRUCTURAL: Final = "structural"  # refused always
SEMANTIC: Final = "semantic"  # a quirk; refused only by a strict peer
HARMLESS: Final = "harmless"  # a quirk, whoever listens

# The one table of refusals. Where a payload deviates in several ways, the row that stands first answers.
RULES: Final[dict[str, Rule]] = {
    # the frame
    "broken-json": Rule(FORMATION_VIOLATION, STRUCTURAL, "not valid JSON"),
    "unusable-id": Rule(FORMATION_VIOLATION, STRUCTURAL, "the message id must be a non-empty string"),
    "wrong-length": Rule(FORMATION_VIOLATION, STRUCTURAL, "wrong number of elements"),
    "action-not-text": Rule(FORMATION_VIOLATION, STRUCTURAL, "the action must be a string"),
    "unknown-action": Rule(NOT_IMPLEMENTED, STRUCTURAL, "unknown action"),
    "action-not-served": Rule(NOT_SUPPORTED, STRUCTURAL, "action not supported"),
    "payload-not-object": Rule(FORMATION_VIOLATION, STRUCTURAL, "the payload must be an object"),
    # the payload against the schema of its action
    "missing": Rule(PROTOCOL_ERROR, STRUCTURAL, "required member is missing"),
    "wrong-type": Rule(TYPE_CONSTRAINT_VIOLATION, STRUCTURAL, "wrong JSON type"),
    "too-few": Rule(OCCURENCE_CONSTRAINT_VIOLATION, STRUCTURAL, "too few elements"),
    "out-of-range": Rule(PROPERTY_CONSTRAINT_VIOLATION, STRUCTURAL, "integer does not fit into 64 bits"),
    "too-many": Rule(FORMATION_VIOLATION, STRUCTURAL, "more deviations than are looked at"),
    # what a tolerant peer lives with
    "id-too-long": Rule(FORMATION_VIOLATION, SEMANTIC, "the message id is longer than 36 characters"),
    "id-reused": Rule(PROTOCOL_ERROR, SEMANTIC, "the message id was used before on this connection"),
    "duplicate-key": Rule(FORMATION_VIOLATION, SEMANTIC, "member is given twice"),
    "extra-member": Rule(FORMATION_VIOLATION, SEMANTIC, "member is not part of this message"),
    "coerced": Rule(TYPE_CONSTRAINT_VIOLATION, SEMANTIC, "wrong JSON type"),
    "unknown-enum": Rule(PROPERTY_CONSTRAINT_VIOLATION, SEMANTIC, "value is not in the enumeration"),
    "too-long": Rule(PROPERTY_CONSTRAINT_VIOLATION, SEMANTIC, "value is too long"),
    "bad-format": Rule(PROPERTY_CONSTRAINT_VIOLATION, SEMANTIC, "value has not the format required"),
    "bad-step": Rule(PROPERTY_CONSTRAINT_VIOLATION, SEMANTIC, "value has too many decimals"),
    "unknown-transaction": Rule(PROPERTY_CONSTRAINT_VIOLATION, HARMLESS, "integer does not fit into 64 bits"),
    "id-not-string": Rule(FORMATION_VIOLATION, HARMLESS, "the message id must be a string"),
    "null-payload": Rule(FORMATION_VIOLATION, HARMLESS, "the payload should be {}"),  # legal: OCPP-J 4.2.1
    "nul-or-surrogate": Rule(FORMATION_VIOLATION, HARMLESS, "text holds NUL or half a surrogate pair"),
}
_RANK: Final = {kind: rank for rank, kind in enumerate(RULES)}


def is_structural(deviation: Deviation) -> bool:
    """Whether the message cannot be processed at all, strict or not."""
    return RULES[deviation.kind].refused == STRUCTURAL


def worst(deviations: Iterable[Deviation], *, strict: bool) -> Deviation | None:
    """The deviation to refuse the message for (the first by the table), or None if it can be lived with."""
    refused = {STRUCTURAL, SEMANTIC} if strict else {STRUCTURAL}
    return min(
        (deviation for deviation in deviations if RULES[deviation.kind].refused in refused),
        key=lambda deviation: _RANK[deviation.kind],
        default=None,
    )


def describe(deviation: Deviation) -> str:
    """One line for the peer's log; names the place, never repeats the value."""
    words = RULES[deviation.kind].words
    return f"{deviation.path}: {words}" if deviation.path else words


def canonical_code(code: str) -> str:
    """The 1.6 spelling of an error code that came in; unknown codes as they are."""
    return _CORRECTED_SPELLINGS.get(code, code)


class OurMistake(Exception):
    """Base of what this package raises: the caller is wrong, the peer is not to blame."""


class Busy(OurMistake):
    """A CALL of ours is unanswered; the next must wait (OCPP-J 4.1.1)."""


class InvalidPayload(OurMistake):
    """What was to be sent breaks the schema of its action, so it is not sent."""
