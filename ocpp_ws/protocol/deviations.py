"""Where a message differs from the book."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

KEPT: Final = 64  # quirks of one message that are reported; a message may have a million
_SAMPLE_LENGTH: Final = 120
_PRIVATE_MEMBERS: Final = frozenset({"idTag", "parentIdTag"})  # card numbers do not leak through samples
_PRIVATE_PARTS: Final = frozenset({"configurationKey", "key", "value"})  # nor do AuthorizationKey and the like


@dataclass(frozen=True, slots=True)
class Deviation:
    """One difference between a message and the specification.

    kind: a row of `errors.RULES`; path: dotted, as in `meterValue.0.timestamp`, empty for the whole message;
    sample: a short picture of the offending value, at most 120 characters.
    """

    kind: str
    path: str
    sample: str


Quirk: TypeAlias = Deviation
"""A deviation that was lived with."""


def deviation(kind: str, where: Sequence[str | int], value: object) -> Deviation:
    """Note that `value`, found at `where`, deviates in the way `kind` says."""
    private = any(step in _PRIVATE_MEMBERS for step in where) or (*where, "")[0] in _PRIVATE_PARTS
    picture = type(value).__name__ if private else sample(value)
    return Deviation(kind, ".".join(map(str, where))[:_SAMPLE_LENGTH], picture)


def sample(value: object) -> str:
    """A picture of any value that is short, printable and cheap, however large the value is."""
    if isinstance(value, str):
        return ascii(value[:_SAMPLE_LENGTH])[:_SAMPLE_LENGTH]
    if isinstance(value, dict):
        return f"object of {len(value)}"
    if isinstance(value, (list, tuple)):
        return f"array of {len(value)}"
    if isinstance(value, int) and value.bit_length() > 64:  # repr() of a giant integer raises
        return f"integer of {value.bit_length()} bits"
    return repr(value)[:_SAMPLE_LENGTH]
