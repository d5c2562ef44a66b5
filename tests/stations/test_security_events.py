"""Security events: stored once, marked by the white paper's list, and what the gateway notices counts up."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ocpp_ws.protocol import parse_timestamp
from stations.models import ChargingStation, SecurityEvent
from stations.services import Noticed, mark_seen, note_security_event, security_event

NOW = timezone.now()
SENT = "2026-11-24T10:00:00Z"


def told(station: ChargingStation, type: str = "TamperDetectionActivated", sent: str = SENT, info: str = "") -> None:
    at = parse_timestamp(sent, NOW)
    security_event(station_id=station.pk, type=type, at=at, tech_info=info, now=NOW)


def test_the_same_event_again_is_stored_once(station: ChargingStation) -> None:
    for sent in (SENT, "2026-11-24T12:00:00+02:00", SENT):
        told(station, sent=sent)
    assert SecurityEvent.objects.count() == 1
    told(station, info="the lid")
    told(station, sent="2026-11-24T10:00:01Z")
    assert SecurityEvent.objects.count() == 3


@pytest.mark.parametrize(
    ("type", "critical"),
    [("FirmwareUpdated", True), ("MemoryExhaustion", True), ("InvalidTLSVersion", False), ("Own", False)],
)
def test_criticality_is_the_white_papers(station: ChargingStation, type: str, critical: bool) -> None:
    told(station, type)
    assert SecurityEvent.objects.get().critical is critical


def test_a_station_without_a_clock_boots_more_than_once(station: ChargingStation) -> None:
    for hours in (0, 0, 2):
        at = parse_timestamp("1970-01-01T00:00:05Z", NOW)
        later = NOW + timedelta(hours=hours)
        security_event(station_id=station.pk, type="StartupOfTheDevice", at=at, tech_info="", now=later)
    assert SecurityEvent.objects.count() == 2


def test_too_long_texts_are_cut(station: ChargingStation) -> None:
    told(station, "t" * 80, info="i" * 400)
    event = SecurityEvent.objects.get()
    assert (len(event.type), len(event.tech_info)) == (50, 255)


def test_what_the_gateway_notices_again_within_an_hour_counts_up(station: ChargingStation) -> None:
    for n in range(5):
        note_security_event(type=Noticed.UNKNOWN_IDENTITY, now=NOW, tech_info=f"CP_{n}", source="10.0.0.1")
    event = SecurityEvent.objects.get()
    assert (event.count, event.tech_info, event.station, event.origin) == (5, "CP_0", None, "gateway")
    note_security_event(type=Noticed.UNKNOWN_IDENTITY, now=NOW + timedelta(hours=1), source="10.0.0.1")
    note_security_event(type=Noticed.UNKNOWN_IDENTITY, now=NOW, source="10.0.0.2")
    note_security_event(type=Noticed.FLOOD, now=NOW, station_id=station.pk)
    assert SecurityEvent.objects.count() == 4


def test_seen_ones_stay_seen_by_the_first(station: ChargingStation) -> None:
    told(station)
    assert mark_seen(SecurityEvent.objects.all(), by="olga", now=NOW) == 1
    assert mark_seen(SecurityEvent.objects.all(), by="victor", now=NOW) == 0
    assert SecurityEvent.objects.get().seen_by == "olga"
