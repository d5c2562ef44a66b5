"""What a station is told about a tag that no card has."""

from datetime import UTC, datetime

import pytest
from django.conf import LazySettings

from rfid.models import RfidCard
from stations.models import ChargingStation
from stations.services import verify_tag

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def ask(station: ChargingStation, id_tag: str = "UNKNOWN") -> dict[str, str]:
    return verify_tag(station_id=station.pk, id_tag=id_tag, now=NOON).id_tag_info


@pytest.mark.parametrize(
    ("setting", "own", "status"),
    [
        ("deny", "default", "Invalid"), ("accept", "default", "Accepted"),
        ("deny", "accept", "Accepted"), ("accept", "deny", "Invalid"),
    ],
)  # fmt: skip
def test_the_stations_own_rule_wins_over_the_setting(
    station: ChargingStation, settings: LazySettings, setting: str, own: str, status: str
) -> None:
    settings.UNKNOWN_TAGS = setting
    ChargingStation.objects.update(unknown_tags=own)
    assert ask(station) == {"status": status}
    assert not RfidCard.objects.exists()


def test_accepting_unknown_tags_accepts_no_refused_card_and_no_blank_tag(
    station: ChargingStation, settings: LazySettings
) -> None:
    settings.UNKNOWN_TAGS = "accept"
    RfidCard.objects.create(tag_id="BLOCKED", status="Blocked")
    RfidCard.objects.create(tag_id="INACTIVE", status="Inactive")
    RfidCard.objects.create(tag_id="OLD", valid_until=NOON)
    told = [ask(station, tag)["status"] for tag in ("BLOCKED", "INACTIVE", "OLD", "", " ", "T" * 255)]
    assert told == ["Blocked", "Invalid", "Expired", "Invalid", "Invalid", "Accepted"]
