"""The commands of smart charging (S§5.5, 5.7, 5.16), and the power that they leave to each connector."""

from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from ocpp.exceptions import PropertyConstraintViolationError
from ocpp.routing import on
from ocpp.v16 import call_result
from ocpp.v16.enums import Action, ChargingProfileStatus, ClearChargingProfileStatus, GetCompositeScheduleStatus
from ocpp.v16.enums import ChargingProfilePurposeType as Purpose

from .charging_profiles import in_unit
from .clock import wire_time
from .hardware import Connector
from .station import Station


class SmartStation(Station):
    """A station that keeps within its charging profiles."""

    @on(Action.set_charging_profile)
    def on_set_charging_profile(self, connector_id: int, cs_charging_profiles: dict[str, Any], **_: Any) -> Any:
        if connector_id not in (0, *self.hardware.connectors):  # E§3.39
            raise PropertyConstraintViolationError(f"There is no connector {connector_id}")
        suits = self._is_about_a_session(connector_id, cs_charging_profiles)
        done = suits and self.hardware.profiles.set(connector_id, cs_charging_profiles)
        return self._answered(
            "SetChargingProfile", ChargingProfileStatus.accepted if done else ChargingProfileStatus.rejected
        )

    @on(Action.clear_charging_profile)
    def on_clear_charging_profile(
        self,
        id: int | None = None,
        connector_id: int | None = None,
        charging_profile_purpose: str | None = None,
        stack_level: int | None = None,
        **_: Any,
    ) -> Any:
        done = self.hardware.profiles.clear(id, connector_id, charging_profile_purpose, stack_level)
        status = ClearChargingProfileStatus.accepted if done else ClearChargingProfileStatus.unknown
        return self._answered("ClearChargingProfile", status)

    @on(Action.get_composite_schedule)
    def on_get_composite_schedule(
        self, connector_id: int, duration: int, charging_rate_unit: str = "A", **_: Any
    ) -> Any:
        if connector_id not in (0, *self.hardware.connectors):
            return self._answered("GetCompositeSchedule", GetCompositeScheduleStatus.rejected)
        now, start = datetime.now(UTC), wire_time()
        periods = self._periods(connector_id, now, duration, charging_rate_unit)
        self.journal.note(f"GetCompositeSchedule: {len(periods)} periods")
        return call_result.GetCompositeSchedule(
            status=GetCompositeScheduleStatus.accepted,
            connector_id=connector_id,
            schedule_start=start,
            charging_schedule={
                "duration": duration,
                "charging_rate_unit": charging_rate_unit,
                "charging_schedule_period": periods,
            },
        )

    def _is_about_a_session(self, connector_id: int, profile: dict[str, Any]) -> bool:
        """A TxProfile needs the transaction that it names, or any where it names none (S§3.13.1)."""
        if profile["charging_profile_purpose"] != Purpose.tx_profile:
            return True
        session = self.sessions.get(connector_id)
        number = session.transaction_id if session else None
        return session is not None and number is not None and session.is_running(profile.get("transaction_id", number))

    def _periods(self, connector_id: int, begin: datetime, seconds: int, unit: str) -> list[dict[str, Any]]:
        """From each moment at which the power changes, until the next one; connector 0: all that charge, together."""
        charging = [one for one in self.hardware.at(0) if one.id in self.sessions]
        connectors = self.hardware.at(connector_id) if connector_id else charging or self.hardware.at(0)
        sharing, profiles = len(charging) if connector_id else len(connectors), self.hardware.profiles
        began = {one.id: self._began(one, begin) for one in connectors}

        def power(second: int) -> float:
            at = begin + timedelta(seconds=second)
            each = (
                min(one.meter.max_power_w, profiles.limit(one.id, at, began[one.id], sharing)) for one in connectors
            )
            return in_unit(sum(each), unit)

        moments = sorted({second for start in began.values() for second in profiles.changes(begin, seconds, start)})
        changes = [next(group) for _, group in groupby(((s, power(s)) for s in moments), key=lambda step: step[1])]
        return [{"start_period": second, "limit": limit} for second, limit in changes]

    def allowed(self, connector: Connector) -> float:
        now = datetime.now(UTC)
        return self.hardware.profiles.limit(connector.id, now, self._began(connector, now), len(self.sessions))

    def _began(self, connector: Connector, now: datetime) -> datetime:
        """Since when a Relative schedule counts."""
        session = self.sessions.get(connector.id)
        return session.began if session else now
