"""The live board: figures, cards, filters, and what a browser gets that has some of it already."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from gateway.pages.fleet import fleet
from rfid.models import RfidCard
from sessions_app.models import ChargingSession
from stations.admin.show import listing
from stations.models import ChargingStation, Connector, StationGroup

HOME, LIVE = "/admin/", "/admin/board/"


def text(client: Client, address: str = HOME) -> str:
    fleet.forget()
    return client.get(address).content.decode()


def figures(html: str) -> dict[str, tuple[str, str]]:
    """Label -> value and link."""
    found = re.findall(
        r'<(?:a href="([^"]*)"|div) class="number">\s*<span class="number-value[^>]*>([^<]*)</span>\s*'
        r'<span class="number-label">([^<]*)<', html,
    )  # fmt: skip
    return {unescape(label): (value, unescape(link)) for link, value, label in found}


def cards(html: str) -> list[str]:
    return re.findall(r'class="tile-name"[^>]*>([^<]*)<', html)


def shown_by(html: str) -> str:
    return re.search(r'id="live-shown" value="([^"]*)"', html)[1]  # type: ignore[index]


def poll(client: Client, shown: str = "", query: str = "") -> HttpResponse:
    """What the browser asks every second."""
    fleet.forget()
    response: Any = client.get(LIVE + query, headers={"HX-Request": "true", "X-Shown": shown})
    return response


@pytest.fixture
def broken(db: None) -> ChargingStation:
    """Connected, with one connector, out of order."""
    lease = timezone.now() + timedelta(hours=1)
    row = ChargingStation.objects.create(cp_id="CP_9", site="Harbour", lease_until=lease)
    Connector.objects.create(station=row, number=1, status="Faulted", error_code="GroundFailure")
    return row


@pytest.mark.usefixtures("session")
def test_each_figure_counts_what_its_link_lists(operator: Client, station: ChargingStation) -> None:
    other = ChargingStation.objects.create(cp_id="CP_2")
    Connector.objects.create(station=other, number=1, status="Faulted")
    shown = figures(text(operator))
    assert shown["Stations online"] == ("1", listing(ChargingStation, online="yes"))
    assert shown["Stations offline"] == ("1", listing(ChargingStation, online="no"))
    assert shown["Faulted connectors"] == ("1", listing(Connector, status="Faulted"))
    counted = ("Stations online", "Stations offline", "Faulted connectors", "Charging now")
    assert shown["Energy of today's 1 session"][0] == "2.50 kWh"
    for label in (*counted, "Energy of today's 1 session"):
        value, link = shown[label]
        assert len(operator.get(link).context["cl"].result_list) == 1
        assert value in ("1", "2.50 kWh")


def test_power_now_is_of_connected_stations(
    operator: Client, station: ChargingStation, session: ChargingSession
) -> None:
    html = text(operator)
    assert figures(html)["Power now"][0] == "7.4 kW"
    assert re.search(r"<b>7.4 kW</b> 2.50 kWh, 0 min", html)
    ChargingStation.objects.update(lease_until=None)
    html = text(operator)
    assert figures(html)["Power now"][0] == "0.0 kW", "the last value of a station that is away says nothing"
    assert "7.4 kW" not in html
    assert "2.50 kWh" in html


def test_energy_is_of_todays_sessions_only(operator: Client, session: ChargingSession) -> None:
    ChargingSession.objects.update(started_at=timezone.now() - timedelta(days=2))
    shown = figures(text(operator))
    assert shown["Energy of today's 0 sessions"][0] == "0.00 kWh"
    assert shown["Charging now"][0] == "1"


def test_absurd_energy_counts_on_the_board_as_little_as_in_reports(operator: Client, session: ChargingSession) -> None:
    ChargingSession.objects.update(meter_stop=4_000_001_000, stopped_at=session.started_at)
    assert figures(text(operator))["Energy of today's 1 session"][0] == "0.00 kWh"
    ChargingSession.objects.update(meter_stop=2_001_000)
    assert figures(text(operator))["Energy of today's 1 session"][0] == "2000.00 kWh"


def test_broken_stations_come_first_and_the_offline_ones_last(
    operator: Client, station: ChargingStation, broken: ChargingStation
) -> None:
    ChargingStation.objects.create(cp_id="CP_0")
    html = text(operator)
    assert cards(html) == ["CP_9", "CP_1", "CP_0"]
    assert "GroundFailure" in html


def test_a_station_that_is_faulted_as_a_whole_shows_it(operator: Client, station: ChargingStation) -> None:
    ChargingStation.objects.update(status="Faulted", error_code="InternalError")
    assert "InternalError" in text(operator)


def test_connectors_of_an_offline_station_are_counted_as_offline(operator: Client, station: ChargingStation) -> None:
    other = ChargingStation.objects.create(cp_id="CP_2")
    Connector.objects.create(station=other, number=1, status="Available")
    html = text(operator)
    assert dict(re.findall(r'tone-\w+"></span>(\w+) <b>(\d+)</b>', html)) == {"Available": "2", "Offline": "1"}
    for link, found in (("?state=Available", "CP_1"), ("?state=offline", "CP_2")):
        assert f'href="{link}"' in html
        assert cards(text(operator, HOME + link)) == [found]


def test_many_stations_do_not_make_the_page_longer(operator: Client, django_assert_num_queries: Any) -> None:
    ChargingStation.objects.bulk_create(ChargingStation(cp_id=f"CP_{n:03}") for n in range(150))
    with django_assert_num_queries(8):
        html = operator.get(HOME).content.decode()
    assert cards(html) == [f"CP_{n:03}" for n in range(100)]
    assert "page 1 of 2" in html
    assert cards(text(operator, "/admin/?page=2")) == [f"CP_{n:03}" for n in range(100, 150)]
    assert len(cards(text(operator, "/admin/?page=77"))) == 50, "past the end is the last page"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=harb", ["CP_9"]),
        ("?q=CP+harbour", ["CP_9"]),
        ("?state=online", ["CP_9", "CP_1"]),
        ("?state=offline", ["CP_0"]),
        ("?state=Faulted", ["CP_9"]),
        ("?state=Charging", []),
        ("?state=fly", ["CP_9", "CP_1", "CP_0"]),
    ],
)
def test_filters_stand_in_the_address(
    operator: Client, station: ChargingStation, broken: ChargingStation, query: str, found: list[str]
) -> None:
    ChargingStation.objects.create(cp_id="CP_0")
    html = text(operator, HOME + query)
    assert cards(html) == found
    assert cards(poll(operator, query=query).content.decode()) == found


@pytest.mark.usefixtures("session")
def test_figures_are_of_the_group_that_is_chosen(
    operator: Client, station: ChargingStation, broken: ChargingStation
) -> None:
    group = StationGroup.objects.create(name="Depot")
    group.stations.add(broken)
    html = text(operator, f"/admin/?group={group.pk}")
    assert cards(html) == ["CP_9"]
    shown = figures(html)
    assert (shown["Stations online"], shown["Charging now"], shown["Faulted connectors"]) == (
        ("1", ""), ("0", ""), ("1", ""),
    )  # fmt: skip
    assert '<option value="">all</option>' in html


def test_who_has_it_all_gets_nothing(operator: Client, station: ChargingStation) -> None:
    assert poll(operator, shown_by(text(operator))).status_code == 204


def test_a_change_brings_its_card_and_the_figures_alone(
    operator: Client, station: ChargingStation, broken: ChargingStation
) -> None:
    shown = shown_by(text(operator))
    station.connectors.filter(number=1).update(status="Charging")
    changed = poll(operator, shown).content.decode()
    assert cards(changed) == ["CP_1"]
    assert f'id="station-{station.pk}" hx-swap-oob="true"' in changed
    assert 'id="board-bar" hx-swap-oob="true"' in changed
    assert 'id="board-numbers"' not in changed
    assert poll(operator, shown_by(changed)).status_code == 204


def test_a_station_that_comes_or_moves_brings_all_cards(operator: Client, station: ChargingStation) -> None:
    shown = shown_by(text(operator))
    ChargingStation.objects.create(cp_id="CP_0")
    changed = poll(operator, shown).content.decode()
    assert 'id="board-cards" hx-swap-oob="true"' in changed
    assert cards(changed) == ["CP_1", "CP_0"]
    assert poll(operator, shown_by(changed)).status_code == 204


@pytest.mark.parametrize("shown", ["", "x", "board-cards=", "= ="])
def test_whatever_a_browser_says_it_shows_it_gets_what_it_lacks(
    operator: Client, station: ChargingStation, shown: str
) -> None:
    assert cards(poll(operator, shown).content.decode()) == ["CP_1"]


@pytest.mark.usefixtures("session")
def test_many_viewers_read_the_stations_once_a_second(operator: Client, django_assert_num_queries: Any) -> None:
    fleet.get()
    with django_assert_num_queries(2):  # who is it: session and user
        operator.get(LIVE)
    with django_assert_num_queries(7):
        fleet.forget()
        operator.get(LIVE)


def test_offline_verbs_say_why(operator: Client, offline: ChargingStation) -> None:
    html = text(operator)
    for title in ("Start", "Stop", "Unlock", "Disable", "Reset"):
        assert f'title="{title}: The station is not connected."' in html
    assert 'class="verb" id=' not in html


@pytest.mark.parametrize(
    ("registration", "status", "off"),
    [
        ("Accepted", "Available", {"stop"}),
        ("Pending", "Available", {"start", "stop"}),
        ("Rejected", "Available", {"start", "stop", "unlock", "availability", "reset"}),
    ],
)
def test_verbs_that_ocpp_forbids_now_are_greyed(
    operator: Client, station: ChargingStation, registration: str, status: str, off: set[str]
) -> None:
    ChargingStation.objects.update(registration=registration)
    on = set(re.findall(rf'id="verb-{station.pk}-(\w+)"', text(operator)))
    assert on == {"start", "stop", "unlock", "availability", "reset"} - off


def test_a_disabled_station_can_be_enabled(operator: Client, station: ChargingStation) -> None:
    assert "connector_id=0&amp;type=Inoperative" in text(operator)
    Connector.objects.update(status="Unavailable")
    html = text(operator)
    assert "connector_id=0&amp;type=Operative" in html
    assert ">Enable<" in html


@pytest.mark.parametrize(
    ("permissions", "seen"),
    [
        ([], ""),
        (["view_chargingsession"], "TAG 2.50"),
        (["view_chargingsession", "view_rfidcard"], "Ann 2.50"),
        (["change_chargingstation"], "verbs"),
        (["view_stationgroup"], "group"),
    ],
)
def test_nobody_sees_more_than_he_may(
    client: Client, session: ChargingSession, permissions: list[str], seen: str
) -> None:
    session.card = RfidCard.objects.create(tag_id="TAG", holder="Ann")
    session.save()
    user = User.objects.create_user("carl", is_staff=True)
    names = ["view_chargingstation", *permissions]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    group = StationGroup.objects.create(name="Depot")
    assert cards(poll(client, query=f"?group={group.pk}").content.decode()) == ([] if seen == "group" else ["CP_1"])
    for html in (text(client), poll(client).content.decode()):
        assert cards(html) == ["CP_1"]
        for word in ("2.50", "TAG", "Ann", "7.4 kW"):
            assert (word in html) == (word in seen or (word == "7.4 kW" and "2.50" in seen)), word
        assert ('id="verb-' in html) == (seen == "verbs")
    assert ("Depot" in text(client)) == (seen == "group")


def test_who_may_see_no_station_sees_no_board(client: Client, station: ChargingStation) -> None:
    client.force_login(User.objects.create_user("nina", is_staff=True))
    assert "CP_1" not in text(client)
    assert poll(client).status_code == 403


def test_after_a_logout_the_page_is_loaded_anew(client: Client, db: None) -> None:
    response = client.get(LIVE, headers={"HX-Request": "true"}, follow=True)
    assert response.headers["HX-Refresh"] == "true"
    assert "id_username" in client.get(LIVE, follow=True).content.decode()
