"""The station's charging profiles, and what they allow (S§3.13). In watts inside; amperes are per phase at 230 V."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ocpp.v16.enums import ChargingProfilePurposeType as Purpose

from .meter import NOMINAL_VOLTAGE

MAX_STACK_LEVEL, MAX_PERIODS, MAX_INSTALLED = 8, 24, 10
RECURS = {"Daily": timedelta(days=1), "Weekly": timedelta(days=7)}
Period = dict[str, Any]
Steps = list[tuple[int, float]]  # (second, watts)


@dataclass(frozen=True)
class Installed:
    """`profile` is a ChargingProfile as the `ocpp` package hands it over, in snake_case."""

    connector_id: int
    profile: dict[str, Any]

    @property
    def id(self) -> int:
        number: int = self.profile["charging_profile_id"]
        return number

    @property
    def purpose(self) -> str:
        purpose: str = self.profile["charging_profile_purpose"]
        return purpose

    @property
    def place(self) -> tuple[int, str, int]:
        """Not two may have the same (S§3.13.2)."""
        return self.connector_id, self.purpose, self.profile["stack_level"]

    def limit(self, at: datetime, began: datetime) -> float | None:
        """Watts allowed at that moment; None where it says nothing. `began`: the start of what is Relative."""
        schedule, start = self.profile["charging_schedule"], self._start(at, began)
        if not self._is_valid(at) or at < start:
            return None
        second = (at - start).total_seconds()
        if second >= schedule.get("duration", second + 1):
            return None  # a lower level takes over (E§3.43)
        period = [one for one in schedule["charging_schedule_period"] if one["start_period"] <= second][-1]
        return watts(period, schedule["charging_rate_unit"])

    def changes(self, begin: datetime, end: datetime, began: datetime) -> Iterator[datetime]:
        """The moments from `begin` to `end` at which it may say something else."""
        schedule = self.profile["charging_schedule"]
        offsets = [one["start_period"] for one in schedule["charging_schedule_period"]]
        offsets += [schedule["duration"]] if "duration" in schedule else []
        start, step = self._start(begin, began), self._recurs()
        while start < end:
            yield from (start + timedelta(seconds=offset) for offset in offsets)
            if step is None:
                break
            start += step
        yield from (time(self.profile[name]) for name in ("valid_from", "valid_to") if name in self.profile)

    def _start(self, at: datetime, began: datetime) -> datetime:
        text = self.profile["charging_schedule"].get("start_schedule")
        start = time(text) if text else began
        if (step := self._recurs()) and at > start:
            start += (at - start) // step * step  # E§3.79
        return start

    def _recurs(self) -> timedelta | None:
        return RECURS.get(self.profile.get("recurrency_kind", ""))

    def _is_valid(self, at: datetime) -> bool:
        first, last = self.profile.get("valid_from"), self.profile.get("valid_to")
        return (first is None or at >= time(first)) and (last is None or at < time(last))


class ChargingProfiles:
    """What is installed; it survives a reset (E§3.37)."""

    def __init__(self) -> None:
        self._installed: list[Installed] = []

    def set(self, connector_id: int, profile: dict[str, Any]) -> bool:
        """Install it in place of those with its id or its place (S§5.16.3); False where it cannot be done."""
        new = Installed(connector_id, profile)
        others = [one for one in self._installed if one.id != new.id and one.place != new.place]
        periods = profile["charging_schedule"]["charging_schedule_period"]
        if not 0 <= profile["stack_level"] <= MAX_STACK_LEVEL or len(others) >= MAX_INSTALLED:
            return False
        if not 1 <= len(periods) <= MAX_PERIODS or periods[0]["start_period"] != 0 or not is_placed(new):
            return False
        self._installed = [*others, new]
        return True

    def clear(self, id: int | None, connector_id: int | None, purpose: str | None, stack_level: int | None) -> bool:
        """Remove what matches all that is given; the id counts alone (E§3.25, 3.26). False where nothing does."""

        def matches(one: Installed) -> bool:
            if id is not None:
                return one.id == id
            wanted = (connector_id, purpose, stack_level)
            return all(want is None or want == have for want, have in zip(wanted, one.place, strict=True))

        kept = [one for one in self._installed if not matches(one)]
        cleared = len(kept) < len(self._installed)
        self._installed = kept
        return cleared

    def transaction_ended(self, connector_id: int) -> None:
        """S§3.13.1."""
        self.clear(None, connector_id, Purpose.tx_profile, None)

    def limit(self, connector_id: int, at: datetime, began: datetime, charging: int) -> float:
        """Watts that a connector may draw while `charging` of them do: they share what the station may (S§3.13.3)."""
        whole = self._prevailing(at, began, 0, Purpose.charge_point_max_profile)
        own = self._prevailing(at, began, connector_id, Purpose.tx_profile)
        for place in (connector_id, 0):
            if own is None:
                own = self._prevailing(at, began, place, Purpose.tx_default_profile)
        shared = None if whole is None else whole / max(1, charging)
        return min((one for one in (shared, own) if one is not None), default=float("inf"))

    def changes(self, begin: datetime, seconds: int, began: datetime) -> list[int]:
        """The seconds after `begin`, 0 first, at which a limit may change."""
        end = begin + timedelta(seconds=seconds)
        moments = {moment for one in self._installed for moment in one.changes(begin, end, began)}
        within = {math.ceil((moment - begin).total_seconds()) for moment in moments if begin < moment < end}
        return sorted({0, *within})

    def _prevailing(self, at: datetime, began: datetime, connector_id: int, purpose: str) -> float | None:
        """By the highest level that says something (S§3.13.2)."""
        here = [one for one in self._installed if (one.connector_id, one.purpose) == (connector_id, purpose)]
        for one in sorted(here, key=lambda one: one.place, reverse=True):
            if (limit := one.limit(at, began)) is not None:
                return limit
        return None


def is_placed(one: Installed) -> bool:
    """S§3.13.1."""
    return {
        Purpose.charge_point_max_profile: one.connector_id == 0,
        Purpose.tx_profile: one.connector_id > 0,
    }.get(Purpose(one.purpose), True)


def may_start_with(profile: dict[str, Any] | None) -> bool:
    """A remote start brings a TxProfile without transactionId (E§3.41)."""
    if profile is None:
        return True
    return profile["charging_profile_purpose"] == Purpose.tx_profile and "transaction_id" not in profile


def watts(period: Period, unit: str) -> float:
    limit = float(period["limit"])  # the package reads it as a Decimal
    return limit * NOMINAL_VOLTAGE * period.get("number_phases", 3) if unit == "A" else limit


def in_unit(power: float, unit: str) -> float:
    """Watts as they are told: one decimal (S§7.14), amperes of three phases."""
    return round(power / (NOMINAL_VOLTAGE * 3) if unit == "A" else power, 1)


def time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
