"""Limit a station, or one of its connectors: what operators want most of smart charging, whatever the station takes."""

import math
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Unpack

from django.db.models import Max
from django.utils import timezone

from ocpp_ws.protocol import format_timestamp
from stations.commands import set_charging_profile
from stations.errors import InvalidPayload
from stations.giving import How
from stations.models import ChargingStation, Command, InstalledProfile
from stations.profiles.capabilities import limits_of, wrong_unit
from stations.profiles.rules import MAX_PROFILE, TX_DEFAULT_PROFILE, TX_PROFILE, Profile

FIRST_ID = 2_000_000_000  # + connector: a new limit of the same place replaces the old one (core 5.16.3)
EARLIER = timedelta(minutes=1)  # core 5.16.4: a start in the past leaves no gap, also where the station's clock is late
State = Command.State


@dataclass(frozen=True, slots=True)
class Wish:
    """limit: in `unit`, A (per phase) or W (in all), with one decimal; minutes: None until it is cleared."""

    limit: float
    unit: str
    connector_id: int = 0
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Try:
    """One profile that would do it."""

    connector_id: int
    purpose: str
    limit: float
    transaction_id: int | None = None


def limit(station: ChargingStation, wish: Wish, *, actor: str) -> list[Command]:
    """Limit it by a ChargePointMaxProfile, else a TxDefaultProfile, else TxProfiles: the next where one is refused.

    Returns the commands that were given, in their order; the last one says how it ended. Raises CommandRefused.
    """
    refuse_wrong_unit(station, wish)
    given: list[Command] = []
    for tries in ways(station, wish):
        ends = [attempt(station, wish, one, actor) for one in tries]
        given += sorted(ends, key=is_accepted, reverse=True)  # one that failed tells more than those that did not
        if not all(is_refused(end) for end in ends):
            break
    return given


def limit_in_turn(station: ChargingStation, wish: Wish, *, actor: str, **how: Unpack[How]) -> Command:
    """The same without waiting for the answers: the next one follows by itself (stations.chains). Returns the first."""
    refuse_wrong_unit(station, wish)
    first, *others = [one for tries in ways(station, wish) for one in tries]
    how["asked"] = ["limit", asdict(wish)]
    how["then"] = [
        {"connectorId": one.connector_id, "csChargingProfiles": profile_of(wish, one, level(station, one))}
        for one in others
    ]
    return attempt(station, wish, first, actor, **how)


def refuse_wrong_unit(station: ChargingStation, wish: Wish) -> None:
    limits = limits_of(station)
    if wish.unit not in limits.units:
        raise InvalidPayload([("chargingRateUnit", wrong_unit(limits))])


def ways(station: ChargingStation, wish: Wish) -> list[list[Try]]:
    """What to try, in this order. What limits each connector gets its share, so that they keep the limit together."""
    numbers = station.connectors.filter(number__gt=0).count() or 1
    share = wish.limit if wish.connector_id else math.floor(round(wish.limit * 10) / numbers) / 10
    running = station.sessions.filter(active_connector__number__gt=0).order_by("active_connector__number")
    if wish.connector_id:
        running = running.filter(active_connector__number=wish.connector_id)
    transactions = running.values_list("active_connector__number", "transaction_id")
    every = [
        [] if wish.connector_id else [Try(0, MAX_PROFILE, wish.limit)],
        [Try(wish.connector_id, TX_DEFAULT_PROFILE, share)],
        [Try(number, TX_PROFILE, share, transaction) for number, transaction in transactions],
    ]
    return [tries for tries in every if tries]


def attempt(station: ChargingStation, wish: Wish, one: Try, actor: str, **how: Unpack[How]) -> Command:
    profile = profile_of(wish, one, level(station, one))
    return set_charging_profile(
        station, actor=actor, connector_id=one.connector_id, cs_charging_profiles=profile, **how
    )  # fmt: skip


def profile_of(wish: Wish, one: Try, stack_level: int) -> Profile:
    start = timezone.now() - EARLIER
    schedule: dict[str, Any] = {"startSchedule": format_timestamp(start), "chargingRateUnit": wish.unit}
    if wish.minutes is not None:
        schedule["duration"] = round((timedelta(minutes=wish.minutes) + EARLIER).total_seconds())
    whole = int(one.limit) if one.limit == int(one.limit) else one.limit
    schedule["chargingSchedulePeriod"] = [{"startPeriod": 0, "limit": whole}]
    about = {} if one.transaction_id is None else {"transactionId": one.transaction_id}
    return about | {
        "chargingProfileId": FIRST_ID + one.connector_id, "stackLevel": stack_level,
        "chargingProfilePurpose": one.purpose, "chargingProfileKind": "Absolute", "chargingSchedule": schedule,
    }  # fmt: skip


def level(station: ChargingStation, one: Try) -> int:
    """The highest that the station has, so that the limit prevails; else above what it is known to hold."""
    highest = limits_of(station).stack_level
    if highest is not None:
        return highest
    others = InstalledProfile.objects.filter(station=station, purpose=one.purpose)
    held = others.exclude(charging_profile_id__gte=FIRST_ID).aggregate(Max("stack_level"))["stack_level__max"]
    return 0 if held is None else held + 1


def is_accepted(command: Command) -> bool:
    return command.state == State.ANSWERED and command.status == "Accepted"


def is_refused(command: Command) -> bool:
    """The station has said no; with silence or a lost link it may have been done."""
    return command.state == State.CALL_ERROR or (command.state == State.ANSWERED and not is_accepted(command))
