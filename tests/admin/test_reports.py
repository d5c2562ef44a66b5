"""The report: sums over a chosen time, in the current time zone, as chart, table and file."""

import csv
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from gateway.pages.usage import MOST_BARS, Period, by_time, months_of_tag
from rfid.models import RfidCard
from sessions_app.models import ChargingSession
from stations.admin.show import page
from stations.models import ChargingStation
from tests.admin.hostile import HOSTILE
from tests.api import rows

REPORTS = "/admin/reports/"
NOVEMBER = {"first": "2026-11-01", "last": "2026-11-03"}


def begin(at: datetime, wh: int | None = 1000, **values: Any) -> ChargingSession:
    station = values.pop("station", None) or ChargingStation.objects.get_or_create(cp_id="CP_1")[0]
    values["generation"] = ChargingSession.objects.count()  # several may begin at one moment
    return rows.session(station, started_at=at, meter_start=5, meter_stop=None if wh is None else 5 + wh, **values)


def november(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def file(client: Client, **asked: str) -> list[dict[str, str]]:
    response: Any = client.get(REPORTS, {**NOVEMBER, **asked, "csv": "1"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


@pytest.fixture
def berlin(settings: Any) -> Iterator[None]:
    settings.TIME_ZONE = "Europe/Berlin"
    with timezone.override("Europe/Berlin"):
        yield


@pytest.mark.usefixtures("berlin")
def test_a_session_counts_on_the_day_it_began_by_the_local_clock(operator: Client) -> None:
    begin(november(1, 22), 700)  # 23:00
    begin(november(1, 23), 50)  # midnight
    begin(november(3, 22), 9)
    begin(november(3, 23), 1_000_000)  # the day after
    begin(datetime(2026, 10, 31, 22, 59, tzinfo=UTC), 1_000_000)
    assert [(row["day"], row["sessions"], row["energyWh"]) for row in file(operator)] == [
        ("2026-11-01", "1", "700"), ("2026-11-02", "1", "50"), ("2026-11-03", "1", "9"),
    ]  # fmt: skip


@pytest.mark.usefixtures("berlin", "db")
def test_the_day_on_which_clocks_are_set_back_has_25_hours() -> None:
    for hour in (21, 22, 46, 47):  # the day lasts from 22:00 to 47:00 of UTC's Saturday
        begin(datetime(2026, 10, 24, tzinfo=UTC) + timedelta(hours=hour, minutes=59))
    (day,) = by_time(Period(date(2026, 10, 25), date(2026, 10, 25)))
    assert day.sessions == 2


def test_energy_is_by_the_stop_else_by_the_last_sample(operator: Client) -> None:
    begin(november(1), 100, last_meter_wh=50)
    begin(november(1), None, last_meter_wh=45)
    begin(november(1), None)
    (first, *_others) = file(operator)
    assert (first["sessions"], first["energyWh"], first["doubtfulSessions"]) == ("3", "140", "0")


def test_impossible_energy_is_left_out_and_told(operator: Client) -> None:
    begin(november(1), 100)
    begin(november(1), -1)
    begin(november(1), 2_000_001)
    (first, *_others) = file(operator)
    assert (first["sessions"], first["energyWh"], first["doubtfulSessions"]) == ("3", "100", "2")
    html = operator.get(REPORTS, NOVEMBER).content.decode()
    assert "2 sessions are counted without their energy" in html


def test_stations_and_cards_come_by_their_energy(operator: Client) -> None:
    north = ChargingStation.objects.create(cp_id="CP_N", name=HOSTILE, site="=North")
    ann = RfidCard.objects.create(tag_id="ANN", holder=HOSTILE)
    begin(november(1), 100, card=ann)
    begin(november(2), 300, card=ann, station=north)
    begin(november(3), 50)
    begin(november(9), 999)
    assert [(row["cpId"], row["site"], row["sessions"], row["energyWh"]) for row in file(operator, by="station")] == [
        ("CP_N", "'=North", "1", "300"), ("CP_1", "", "2", "150"),
    ]  # fmt: skip
    assert [(row["tagId"], row["sessions"], row["energyWh"]) for row in file(operator, by="card")] == [
        ("ANN", "2", "400"), ("", "1", "50"),
    ]  # fmt: skip
    for by in ("station", "card"):
        html = operator.get(REPORTS, {**NOVEMBER, "by": by}).content.decode()
        assert "<script>x()" not in html
        assert "0.40 kWh" in html or "0.30 kWh" in html
    assert f"station__id__exact={north.pk}" in operator.get(REPORTS, {**NOVEMBER, "by": "station"}).content.decode()


def test_thirty_days_up_to_today_are_the_default(operator: Client) -> None:
    today = timezone.localdate()
    begin(timezone.now() - timedelta(minutes=1))
    response = operator.get(REPORTS)
    assert response.context["form"].cleaned_data == {"by": "day", "first": today - timedelta(days=29), "last": today}
    assert len(response.context["columns"][0].bars) == 30


def test_a_long_time_is_summed_by_month(operator: Client) -> None:
    begin(november(1), 100)
    begin(november(30), 50)
    begin(datetime(2026, 12, 1, tzinfo=UTC), 7)
    told = file(operator, first="2026-09-15", last="2026-12-31")
    assert [(row["month"], row["energyWh"]) for row in told] == [
        ("2026-09", "0"), ("2026-10", "0"), ("2026-11", "150"), ("2026-12", "7"),
    ]  # fmt: skip
    ends = Period(date(2026, 1, 31), date(2026, 12, 5)).parts()
    assert [(one.first.day, one.last.day) for one in (ends[0], ends[1], ends[-1])] == [(31, 31), (1, 28), (1, 5)]
    assert all(one.last < other.first for one, other in pairwise(ends))


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"first": "2026-11-03", "last": "2026-11-01"}, "The first day is after the last one"),
        ({"first": "2025-01-01"}, "Choose up to 366 days"),
        ({"first": "soon"}, "Enter a valid date"),
        ({"by": "weather"}, "not one of the available choices"),
        ({"first": "0001-01-01", "last": "0001-01-02"}, "out of any calendar"),
        ({"first": "9999-12-31", "last": "9999-12-31"}, "out of any calendar"),
    ],
)
def test_a_time_that_makes_no_sense_is_told(operator: Client, asked: dict[str, str], sentence: str) -> None:
    for more in ({}, {"csv": "1"}):
        response = operator.get(REPORTS, NOVEMBER | asked | more)
        assert response.status_code == 200
        assert sentence in response.content.decode()


@pytest.mark.parametrize(("by", "most"), [("day", 4), ("station", 5), ("card", 5)])
def test_a_report_costs_few_queries(operator: Client, django_assert_num_queries: Any, by: str, most: int) -> None:
    """The login's two, the sidebar's, the sums, and the names of what was summed."""
    card = RfidCard.objects.create(tag_id="ANN")
    for day in (1, 2, 3):
        begin(november(day), card=card)
    with django_assert_num_queries(most):
        operator.get(REPORTS, {**NOVEMBER, "by": by})


def test_as_many_days_as_are_drawn_are_one_query(db: None, django_assert_num_queries: Any) -> None:
    begin(november(1))
    with django_assert_num_queries(1):
        assert sum(one.sessions for one in by_time(Period(date(2026, 9, 1), date(2026, 12, 1)))) == 1
    assert Period(date(2026, 9, 1), date(2026, 12, 1)).days == MOST_BARS


def test_who_may_not_look_at_a_table_sees_no_sums_of_it(db: None) -> None:
    user = User.objects.create_user("nora", is_staff=True)
    client = Client()
    client.force_login(user)
    assert client.get(REPORTS).status_code == 403
    assert REPORTS not in client.get("/admin/password_change/").content.decode()
    user.user_permissions.add(Permission.objects.get(codename="view_chargingsession"))
    html = client.get(REPORTS).content.decode()
    assert f'href="{REPORTS}"' in html
    assert 'value="card"' not in html
    assert "not one of the available choices" in client.get(REPORTS, {"by": "card"}).content.decode()


def test_reports_need_a_login(client: Client, db: None) -> None:
    assert client.get(REPORTS)["Location"].startswith("/admin/login/")


def test_a_cards_page_tells_of_its_use(operator: Client) -> None:
    card = RfidCard.objects.create(tag_id="Ann")
    assert "never" in operator.get(page(card)).content.decode()
    now = timezone.now()
    begin(now - timedelta(days=400), 9999, id_tag="Ann")
    begin(now, 1500, id_tag="Ann")
    begin(now, 9999, id_tag="Bea")
    numbers = {one.label: one.value for one in operator.get(page(card)).context["numbers"]}
    assert (numbers["Sessions in a year"], numbers["Energy in a year"]) == ("1", "1.50 kWh")
    assert str(timezone.localdate().year) in numbers["Last used"]


def test_sessions_without_a_card_lead_nowhere(operator: Client) -> None:
    begin(november(1), card=RfidCard.objects.create(tag_id="ANN"))
    begin(november(2), 500)
    html = operator.get(REPORTS, NOVEMBER | {"by": "card"}).content.decode()
    ranks, table = html.split('<ol class="ranks')[1].split("</ol>")
    row = re.search(r"<tr>(?:(?!</tr>).)*No card.*?</tr>", table, re.DOTALL)
    assert row
    assert "<a" not in row[0]
    assert ranks.count("<a ") == 1
    assert "No card" in ranks


def test_a_cards_page_leads_to_the_sessions_that_it_counts(operator: Client) -> None:
    card = RfidCard.objects.create(tag_id="Ann")
    begin(timezone.now(), id_tag="ANN")  # before there was a card
    begin(timezone.now(), id_tag="Ann", card=card)
    begin(timezone.now(), id_tag="Bea")
    context = operator.get(page(card)).context
    assert {one.label: one.value for one in context["numbers"]}["Sessions in a year"] == "2"
    assert len(operator.get(context["all"]).context["cl"].result_list) == 2


@pytest.mark.usefixtures("berlin", "db")
def test_months_of_a_tag_are_local_and_bounded() -> None:
    for hour in (22, 23):
        begin(datetime(2026, 10, 31, hour, tzinfo=UTC), 10, id_tag="T")
    begin(november(1), -1, id_tag="T")
    period = Period(date(2026, 1, 1), date(2026, 11, 30))
    months = {f"{one.of.first:%m}": (one.sessions, one.wh, one.doubtful) for one in months_of_tag("t", period, 10)}
    assert (months["10"], months["11"], months["01"]) == ((1, 10, 0), (2, 10, 1), (0, 0, 0))
    assert sum(one.sessions for one in months_of_tag("t", period, 2)) == 2
