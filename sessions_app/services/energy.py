"""Whether a session's energy can be believed. It is stored as the station told it in any case."""

from datetime import datetime
from typing import TypeGuard

from sessions_app.models import ChargingSession

SUSPECT = "energy_suspect"
MOST_WH = 2_000_000  # of one session: more than the batteries of the largest lorries
MOST_W = 4_000_000  # of one connector: the megawatt charging system has 3.75 MW
MARGIN_WH = 1_000  # between a sample and a stop that have the same time


def is_credible(energy_wh: int | None) -> TypeGuard[int]:
    """Whether it counts in a sum."""
    return energy_wh is not None and 0 <= energy_wh <= MOST_WH


def with_energy_judged(flags: list[str], session: ChargingSession, meter_stop: int, stopped_at: datetime) -> list[str]:
    """The flags, with `energy_suspect` where the end is absurd: a lifetime register, kWh that are labelled Wh."""
    others = [flag for flag in flags if flag != SUSPECT]  # it may have been of an inferred end
    is_absurd = meter_stop - session.meter_start > MOST_WH or meter_stop > most_by_samples(session, stopped_at)
    return [*others, SUSPECT] if is_absurd else others


def most_by_samples(session: ChargingSession, stopped_at: datetime) -> float:
    """The highest register in Wh that the last sample explains."""
    if session.last_meter_wh is None or session.last_meter_at is None:
        return float("inf")
    hours = (stopped_at - session.last_meter_at).total_seconds() / 3600
    return session.last_meter_wh + MARGIN_WH + MOST_W * max(hours, 0.0)
