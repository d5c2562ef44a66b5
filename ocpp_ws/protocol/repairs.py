"""What a tolerant receiver puts right before it takes a payload: five named repairs, each remembered as a quirk."""

import re
from collections.abc import Callable
from datetime import tzinfo
from itertools import islice
from typing import Any, Final, TypeAlias

from .deviations import Deviation, deviation
from .json_text import read_integer
from .schema_files import INT64, JsonObject, Kind
from .schemas import Fault, find_faults
from .timestamps import with_zone

NO_TRANSACTION: Final = -1  # core errata 3.18: in later messages it is answered as if valid
MAX_FAULTS: Final = 20_000  # a day's StopTransaction with a fault in every sample has 17,280; more costs seconds
_TIMES: Final = frozenset({"timestamp", "expiryDate"})
_DECIMAL_INTEGER: Final = re.compile(r"-?[0-9]+")


def admit(action: str, kind: Kind, payload: JsonObject) -> tuple[Deviation, ...]:
    """Repair a payload in place as far as the repairs below go; all deviations, repaired or not.

    What was repaired is reported by its quirk, what was not by its fault: see `errors.RULES`.
    """
    faults = find_faults(action, kind, payload)
    noted = [fault.noted(_repair(payload, fault)) for fault in islice(faults, MAX_FAULTS)]
    if len(noted) == MAX_FAULTS:
        noted.append(deviation("too-many", (), None))
    return tuple(noted)


def set_zone(value: Any, zone: tzinfo) -> None:
    """Give the times in a payload that have no zone this one, in place."""
    for key, member in list(value.items() if isinstance(value, dict) else enumerate(value)):
        if isinstance(member, (dict, list)):
            set_zone(member, zone)
        elif key in _TIMES and isinstance(member, str):
            value[key] = with_zone(member, zone)


def _repair(payload: JsonObject, fault: Fault) -> str | None:
    """The quirk of the first repair that fits, or None."""
    holder: Any = payload
    for step in fault.where[:-1]:
        holder = holder[step]
    return next((quirk for repair in _REPAIRS if (quirk := repair(holder, fault))), None)


def _drop_extra_member(holder: Any, fault: Fault) -> str | None:
    if fault.kind != "extra-member":
        return None
    del holder[fault.where[-1]]
    return "extra-member"


def _drop_null(holder: Any, fault: Fault) -> str | None:
    # "Null usually represents something undefined" (OCPP-J 4.2.1): absent, where the member may be absent.
    if fault.value is not None or not fault.optional:
        return None
    del holder[fault.where[-1]]
    return "coerced"


def _wrap_object(holder: Any, fault: Fault) -> str | None:
    if "array" not in fault.expected or not isinstance(fault.value, dict):
        return None
    holder[fault.where[-1]] = [holder[fault.where[-1]]]
    return "coerced"


def _unwrap_float(holder: Any, fault: Fault) -> str | None:
    # To JSON 7.0 is 7; only draft 4 of its schemas tells them apart.
    if "integer" not in fault.expected or not isinstance(fault.value, float) or not fault.value.is_integer():
        return None
    holder[fault.where[-1]] = int(fault.value)
    return "coerced"


def _read_transaction_id(holder: Any, fault: Fault) -> str | None:
    # A StopTransaction must not be lost for the form of its id; no session has one beyond 64 bits.
    if fault.where[-1] != "transactionId":
        return None
    number: object = fault.value
    if isinstance(number, str) and _DECIMAL_INTEGER.fullmatch(number.strip()):
        digits = number.strip()
        number = int(digits) if len(digits) <= 20 else read_integer(digits)  # exact up to 64 bits
        if -INT64 <= number < INT64:
            holder["transactionId"] = int(number)
            return "coerced"
    elif fault.kind != "out-of-range":
        return None
    holder["transactionId"] = NO_TRANSACTION
    return "unknown-transaction"


_Repair: TypeAlias = Callable[[Any, Fault], str | None]
_REPAIRS: Final[tuple[_Repair, ...]] = (
    _drop_extra_member,
    _drop_null,
    _wrap_object,
    _unwrap_float,
    _read_transaction_id,
)
