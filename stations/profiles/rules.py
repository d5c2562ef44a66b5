"""What OCPP says of a charging profile beyond its schema. Faults are (dotted path in the profile, sentence)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone

from ocpp_ws.protocol import parse_timestamp

MAX_PROFILE, TX_DEFAULT_PROFILE, TX_PROFILE = "ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"
Profile = dict[str, Any]
Faults = Iterator[tuple[str, str]]
PERIODS = "chargingSchedule.chargingSchedulePeriod"


def faults(profile: Profile) -> Faults:
    """Of a profile that has passed its schema, wherever it goes."""
    yield from of_schedule(profile["chargingSchedule"])
    yield from of_kind(profile)
    yield from of_validity(profile)
    if profile["stackLevel"] < 0:  # core 7.8
        yield "stackLevel", "The lowest level is 0."
    if "transactionId" in profile and profile["chargingProfilePurpose"] != TX_PROFILE:  # core 7.8
        yield "transactionId", "Only a TxProfile belongs to a transaction."


def of_schedule(schedule: dict[str, Any]) -> Faults:
    """Core 7.13, 7.14."""
    periods = schedule["chargingSchedulePeriod"]
    if not periods:
        yield PERIODS, "A schedule has at least one period."
    for n, period in enumerate(periods):
        if n == 0 and period["startPeriod"] != 0:  # errata 3.45, 3.70
            yield f"{PERIODS}.0.startPeriod", "The first period starts at 0."
        if n > 0 and period["startPeriod"] <= periods[n - 1]["startPeriod"]:
            yield f"{PERIODS}.{n}.startPeriod", "Each period starts later than the one before it."
        if period["limit"] < 0:
            yield f"{PERIODS}.{n}.limit", "A limit is 0 or more."
        if not 1 <= period.get("numberPhases", 3) <= 3:
            yield f"{PERIODS}.{n}.numberPhases", "1, 2 or 3 phases are possible."
    if schedule.get("duration", 1) < 1:
        yield "chargingSchedule.duration", "A duration is one second or more."


def of_kind(profile: Profile) -> Faults:
    """Core 7.9; errata 3.56, 3.79."""
    kind = profile["chargingProfileKind"]
    if kind != "Relative" and "startSchedule" not in profile["chargingSchedule"]:
        yield "chargingSchedule.startSchedule", f"{kind} counts from a startSchedule: it is missing."
    if kind == "Recurring" and "recurrencyKind" not in profile:
        yield "recurrencyKind", "Recurring is Daily or Weekly: say which."
    if kind != "Recurring" and "recurrencyKind" in profile:
        yield "recurrencyKind", "Only a Recurring profile has one."


def of_validity(profile: Profile) -> Faults:
    first, last = (moment(profile.get(name)) for name in ("validFrom", "validTo"))
    if first and last and last <= first:
        yield "validTo", "It is not after validFrom."


def misplaced(purpose: str, connector_id: int) -> str:
    """Why a profile of this purpose cannot be set there (core 3.13.1); empty where it can."""
    if purpose == MAX_PROFILE and connector_id != 0:
        return "A ChargePointMaxProfile is for the whole station: connector 0."
    if purpose == TX_PROFILE and connector_id == 0:
        return "A TxProfile is for the connector of its transaction: 1 or higher."
    return ""


def moment(text: str | None) -> datetime | None:
    """A time of a profile that has passed its schema."""
    return parse_timestamp(text, timezone.now()).instant if text else None
