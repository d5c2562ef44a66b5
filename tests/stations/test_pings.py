"""Stations that answer no ping are found out by themselves; the operator has the last word."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stations.models import ChargingStation, Quirk
from stations.pings import never_ponged, silence_of

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def cuts(station: ChargingStation, *minutes: float) -> list[bool]:
    found = [never_ponged(station_id=station.pk, now=NOON + timedelta(minutes=minute)) for minute in minutes]
    station.refresh_from_db()
    return found


def test_the_third_cut_within_ten_minutes_ends_the_pings(station: ChargingStation) -> None:
    assert cuts(station, 0, 5) == [False, False]
    assert station.pings == "auto"
    assert cuts(station, 9.9) == [True]
    assert station.pings == "off"
    assert Quirk.objects.get(kind="never-pongs").count == 3


def test_cuts_that_are_further_apart_are_lost_lines(station: ChargingStation) -> None:
    assert cuts(station, 0, 5, 10.1, 15.1, 20.2) == [False] * 5
    assert station.pings == "auto"


def test_any_three_cuts_within_ten_minutes_count_whatever_came_before(station: ChargingStation) -> None:
    assert cuts(station, 0, 9.5, 10.5, 11.5) == [False, False, False, True]


def test_who_is_pinged_always_goes_on_being_pinged(station: ChargingStation) -> None:
    ChargingStation.objects.update(pings="on")
    assert cuts(station, 0, 1, 2, 3) == [False] * 4
    assert station.pings == "on"


def test_pings_that_the_operator_switches_on_again_have_three_new_tries(station: ChargingStation) -> None:
    cuts(station, 0, 1, 2)
    ChargingStation.objects.update(pings="auto")
    assert cuts(station, 3, 4, 5) == [False, False, True]


@pytest.mark.parametrize(
    ("setting", "own", "interval", "silence"),
    [
        (True, "auto", 60, 0),
        (True, "on", 60, 0),
        (True, "off", 60, 180),
        (True, "off", 10, 180),
        (True, "off", 300, 900),
        (False, "auto", 60, 180),
        (False, "on", 60, 0),
        (False, "off", 60, 180),
    ],
)
def test_without_pings_a_link_may_be_silent_for_three_heartbeats(
    settings: Any, setting: bool, own: str, interval: int, silence: float
) -> None:
    settings.WEBSOCKET_PINGS, settings.HEARTBEAT_INTERVAL = setting, interval
    assert silence_of(ChargingStation(pings=own)) == silence
