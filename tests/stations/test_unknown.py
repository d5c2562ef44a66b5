"""The lists of what was not known: counted, bounded, and taken in."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings

from rfid.models import RfidCard
from stations.models import ChargingStation, UnknownStation, UnknownTag
from stations.services import (
    Knock,
    add_station,
    adopt_tag,
    note_unknown_stations,
    note_unknown_tag,
    unknown,
    verify_tag,
)

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def knock(cp_id: str, minute: int = 0, count: int = 1, address: str = "10.0.0.9:1") -> None:
    one = Knock(cp_id, address, "agent", "ocpp1.6", count)
    note_unknown_stations([one], now=NOON + timedelta(minutes=minute))


def show(station: ChargingStation, tag: str, minute: int = 0) -> None:
    note_unknown_tag(station_id=station.pk, id_tag=tag, now=NOON + timedelta(minutes=minute))


def test_a_stranger_is_one_row_whatever_its_case() -> None:
    knock("Garage-Ä", count=2)
    knock("GARAGE-ä", 5, address="10.0.0.10:1")
    row = UnknownStation.objects.get()
    assert (row.cp_id, row.count, row.address) == ("Garage-Ä", 3, "10.0.0.10:1")
    assert (row.first_seen_at, row.last_seen_at) == (NOON, NOON + timedelta(minutes=5))


def test_the_list_of_strangers_is_bounded_and_the_oldest_give_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unknown, "MOST", 3)
    for minute in range(4):
        knock(f"CP_{minute}", minute)
    knock("CP_1", 5)
    knock("CP_9", 6)
    assert list(UnknownStation.objects.values_list("cp_id", flat=True)) == ["CP_9", "CP_1", "CP_3"]


def test_the_list_of_tags_is_bounded(station: ChargingStation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unknown, "MOST", 2)
    for minute in range(5):
        show(station, f"T{minute}", minute)
    assert list(UnknownTag.objects.values_list("tag", flat=True)) == ["T4", "T3"]


def test_a_tag_is_counted_with_where_it_was_last(station: ChargingStation) -> None:
    other = ChargingStation.objects.create(cp_id="CP_2")
    show(station, "04aabb")
    show(other, "04AABB", 5)
    row = UnknownTag.objects.get()
    assert (row.tag, row.count, row.station, row.last_seen_at) == ("04aabb", 2, other, NOON + timedelta(minutes=5))


def test_blank_tags_are_not_listed_and_long_ones_are(station: ChargingStation) -> None:
    for tag in ("", "  ", "T" * 900):
        show(station, tag)
    assert UnknownTag.objects.get().tag == "T" * 255


def test_what_a_station_appends_is_not_listed(station: ChargingStation, settings: LazySettings) -> None:
    settings.ID_TAG_SPLIT = "_"
    show(station, "04AABB_1")
    show(station, "04AABB_2")
    card = adopt_tag(UnknownTag.objects.get())
    assert card.tag_id == "04AABB"
    assert not verify_tag(station_id=station.pk, id_tag="04AABB_3", now=NOON).unknown


def test_what_is_known_meanwhile_does_not_wait(station: ChargingStation) -> None:
    knock("new")
    show(station, "new")
    assert (UnknownStation.objects.waiting().count(), UnknownTag.objects.waiting().count()) == (1, 1)
    ChargingStation.objects.create(cp_id="NEW")
    RfidCard.objects.create(tag_id="NEW")
    assert (UnknownStation.objects.waiting().count(), UnknownTag.objects.waiting().count()) == (0, 0)


def test_what_was_taken_in_meanwhile_stays_as_it_is(station: ChargingStation) -> None:
    knock("new")
    show(station, "new")
    known = ChargingStation.objects.create(cp_id="NEW", registration="Rejected")
    card = RfidCard.objects.create(tag_id="NEW", status="Blocked")
    assert add_station(UnknownStation.objects.get(), "Accepted") == known
    assert adopt_tag(UnknownTag.objects.get()) == card
    known.refresh_from_db()
    assert (known.registration, RfidCard.objects.get().status) == ("Rejected", "Blocked")
