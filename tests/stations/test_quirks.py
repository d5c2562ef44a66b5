"""Tolerated deviations are counted per station."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ocpp_ws.protocol import Quirk as Deviation
from stations.models import ChargingStation, Quirk
from stations.services import count_quirks

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def count(station: ChargingStation, *quirks: Deviation, action: str = "MeterValues", minutes: int = 0) -> None:
    count_quirks(station_id=station.pk, action=action, quirks=quirks, now=NOON + timedelta(minutes=minutes))


def test_equal_deviations_are_counted_and_keep_their_first_sample(station: ChargingStation) -> None:
    count(station, Deviation("unknown-enum", "unit", "'Celcius'"), Deviation("unknown-enum", "unit", "'F'"))
    count(station, Deviation("unknown-enum", "unit", "'K'"), minutes=5)
    quirk = Quirk.objects.get()
    assert (quirk.count, quirk.sample) == (3, "'Celcius'")
    assert (quirk.first_seen_at, quirk.last_seen_at) == (NOON, NOON + timedelta(minutes=5))


def test_kind_place_action_and_station_tell_them_apart(station: ChargingStation) -> None:
    other = ChargingStation.objects.create(cp_id="CP_2")
    quirk = Deviation("too-long", "idTag", "")
    count(station, quirk, Deviation("too-long", "reason", ""), Deviation("coerced", "idTag", ""))
    count(station, quirk, action="StartTransaction")
    count(other, quirk)
    assert list(Quirk.objects.values_list("count", flat=True)) == [1] * 5


def test_long_ones_are_cut_and_still_recognised(station: ChargingStation) -> None:
    for _ in range(2):
        count(station, Deviation("k" * 99, "p" * 999, "s" * 999), action="a" * 99)
    assert Quirk.objects.get().count == 2


def test_which_element_of_an_array_it_was_does_not_matter(station: ChargingStation) -> None:
    for path in ("meterValue.0.sampledValue.11.unit", "meterValue.9.sampledValue.0.unit"):
        count(station, Deviation("unknown-enum", path, ""))
    assert list(Quirk.objects.values_list("path", "count")) == [("meterValue.*.sampledValue.*.unit", 2)]


def test_the_message_in_which_it_was_first_seen_is_kept(station: ChargingStation) -> None:
    for frame in ("[2,\x00first" + "x" * 9999, "second"):
        quirk = Deviation("extra-member", "colour", "'red'")
        count_quirks(station_id=station.pk, action="Heartbeat", quirks=[quirk], now=NOON, frame=frame)
    kept = Quirk.objects.get().frame
    assert kept.startswith("[2,\ufffdfirst")
    assert len(kept) == 4000


@pytest.mark.parametrize("kind", ["extra-member", "duplicate-key"])
def test_names_that_a_station_makes_up_make_no_rows(station: ChargingStation, kind: str) -> None:
    count(station, *(Deviation(kind, f"meterValue.{n}.name{n}", "'red'") for n in range(3)))
    count(station, Deviation(kind, "meterValue.0.other", "'blue'"))
    [quirk] = Quirk.objects.all()
    assert (quirk.path, quirk.count, quirk.sample) == ("meterValue.*", 4, "name0: 'red'")


def test_a_station_has_so_many_rows_at_most(station: ChargingStation) -> None:
    other = ChargingStation.objects.create(cp_id="CP_2")
    for turn in range(2):
        for n in range(0, 300, 60):
            count(station, *(Deviation("nul-or-surrogate", f"name{m}", "") for m in range(n, n + 60)), minutes=turn)
    count(other, Deviation("coerced", "idTag", ""))
    mine = Quirk.objects.filter(station=station)
    assert mine.count() == 201
    assert mine.exclude(kind="others").filter(count=2).count() == 200
    others = mine.get(kind="others")
    assert (others.action, others.path, others.count) == ("", "", 200)
    assert (others.first_seen_at, others.last_seen_at) == (NOON, NOON + timedelta(minutes=1))


def test_many_deviations_of_one_message_cost_few_statements(station: ChargingStation) -> None:
    quirks = [Deviation("extra-member", f"meterValue.{n}.name", "") for n in range(64)]
    count(station, *quirks)
    with CaptureQueriesContext(connection) as queries:
        count(station, *quirks)
    assert len(queries) == 1
    assert Quirk.objects.get().count == 128
