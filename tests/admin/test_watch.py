"""A station's page that follows what happens, and commands that are given without leaving a page."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gateway.pages.live import Shared
from gateway.pages.timeline import Timeline, timeline
from gateway.pages.watch import watched
from rfid.models import RfidCard
from sessions_app.models import ChargingSession
from stations import bulk
from stations.admin.show import page
from stations.models import BulkItem, ChargingStation, Command, Connector, ConnectorStatusChange, StationGroup
from tests.admin.test_dashboard import figures, shown_by

HTMX = {"HX-Request": "true"}
NOON = datetime(2026, 11, 24, 11, 59, 30, tzinfo=UTC)  # the minute ends at 12:00
KEYS = count(1)


def text(response: Any) -> str:
    return response.content.decode()


def live(client: Client, station: ChargingStation | int, shown: str = "") -> HttpResponse:
    watched.cache_clear()
    pk = station if isinstance(station, int) else station.pk
    address = reverse("admin:stations_chargingstation_live", args=[pk])
    response: Any = client.get(address, headers=HTMX | {"X-Shown": shown})
    return response


@pytest.mark.usefixtures("session")
def test_a_change_brings_what_shows_it_alone(operator: Client, station: ChargingStation) -> None:
    html = text(operator.get(page(station)))
    assert figures(html)["Connectors charging"][0] == "1 of 2"
    assert live(operator, station, shown_by(html)).status_code == 204
    ChargingSession.objects.update(power_w=11_000)
    changed = text(live(operator, station, shown_by(html)))
    assert figures(changed)["Power now"][0] == "11.0 kW"
    found = set(re.findall(r'id="([\w-]+)" hx-swap-oob', changed))
    assert found == {"station-numbers", "connector-1"}
    assert live(operator, station, shown_by(changed)).status_code == 204


def test_commands_are_greyed_with_the_reason_once_the_link_is_gone(operator: Client, station: ChargingStation) -> None:
    html = text(operator.get(page(station)))
    assert 'id="command-reset"' in html
    ChargingStation.objects.update(lease_until=None)
    changed = text(live(operator, station, shown_by(html)))
    assert "The station is not connected." in changed
    assert 'id="station-commands" hx-swap-oob="true"' in changed
    assert 'id="command-reset"' not in changed


def test_a_command_appears_among_those_given(operator: Client, station: ChargingStation) -> None:
    html = text(operator.get(page(station)))
    command = Command.objects.create(station=station, action="ClearCache", actor="olga")
    assert page(command) in text(live(operator, station, shown_by(html)))


def test_many_viewers_read_a_station_once_a_second(
    operator: Client, station: ChargingStation, django_assert_num_queries: Any
) -> None:
    address = reverse("admin:stations_chargingstation_live", args=[station.pk])
    with django_assert_num_queries(7):
        operator.get(address)
    with django_assert_num_queries(2):  # who is it: session and user
        operator.get(address)


def test_nobody_sees_more_of_a_station_than_he_may(client: Client, session: ChargingSession) -> None:
    user = User.objects.create_user("carl", is_staff=True)
    client.force_login(user)
    assert live(client, session.station).status_code == 403
    user.user_permissions.set(Permission.objects.filter(codename="view_chargingstation"))
    for html in (text(client.get(page(session.station))), text(live(client, session.station))):
        assert 'id="connector-1"' in html
        for word in ("2.50", "TAG", "7.4 kW", "Commands given", 'class="command"'):
            assert word not in html, word
    session.card = RfidCard.objects.create(tag_id="TAG")
    session.save()
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_chargingstation", "view_chargingsession"]))
    shown = re.search(r'id="connector-1".*?</section>', text(live(client, session.station)), re.DOTALL)
    assert shown
    assert "2.50 kWh" in shown[0]
    assert page(session.card) not in shown[0]


def test_a_sessions_card_leads_to_who_may_see_cards(client: Client, session: ChargingSession) -> None:
    session.card = RfidCard.objects.create(tag_id="TAG")
    session.save()
    user = User.objects.create_user("carl", is_staff=True)
    client.force_login(user)
    for more in ([], ["view_rfidcard"]):
        names = ["view_chargingstation", "view_chargingsession", *more]
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        html = text(live(client, session.station))
        assert "TAG" in html.split('id="table-sessions"')[1]
        assert (page(session.card) in html) == bool(more)


@pytest.mark.parametrize(
    ("name", "titles"),
    [("connector", ["Connectors"]), ("quirk", ["Conformance report"]), ("configurationkey", ["Configuration"])],
)
def test_the_page_leads_only_to_what_may_be_seen(
    client: Client, station: ChargingStation, name: str, titles: list[str]
) -> None:
    user = User.objects.create_user("carl", is_staff=True)
    client.force_login(user)
    user.user_permissions.set(Permission.objects.filter(codename="view_chargingstation"))
    assert client.get(page(station)).context["more"] == []
    user.user_permissions.add(Permission.objects.get(codename=f"view_{name}"))
    more = client.get(page(station)).context["more"]
    assert [one["title"] for one in more] == titles
    assert client.get(more[0]["link"]).status_code == 200


def test_a_station_that_is_gone_is_not_found(operator: Client, station: ChargingStation) -> None:
    assert live(operator, station.pk + 1).status_code == 404


def test_its_groups_are_told(operator: Client, station: ChargingStation) -> None:
    group = StationGroup.objects.create(name="Depot")
    group.stations.add(station)
    assert page(group) in text(operator.get(page(station)))


# --- the last 24 hours


def change(status: str, hours: float, number: int = 1, **more: Any) -> ConnectorStatusChange:
    at = NOON + timedelta(seconds=30) - timedelta(hours=hours)
    row = {"pk": next(KEYS), "connector_number": number, "status": status, "timestamp": at, "received_at": at}
    return ConnectorStatusChange(**row | more)


def drawn(*changes: ConnectorStatusChange, **how: Any) -> Timeline:
    made = timeline(how.pop("connectors", []), changes, offline_since=how.pop("offline_since", None), now=NOON)
    assert made
    return made


def parts(made: Timeline, lane: int = 0) -> list[tuple[str, float, float]]:
    return [(one.word, float(one.left), float(one.width)) for one in made.lanes[lane].stretches]


def test_a_lane_shows_each_state_from_its_change_to_the_next() -> None:
    made = drawn(change("Charging", 6), change("Available", 12), change("Available", 9), change("Faulted", 3, 2))
    assert parts(made) == [("Available", 50, 25), ("Charging", 75, 25)]
    assert parts(made, 1) == [("Faulted", 87.5, 12.5)]
    assert [(one.title, one.stretches[0].tone) for one in made.lanes] == [("1", "green"), ("2", "red")]
    assert made.lanes[0].stretches[0].title == "Available, Tue 00:00 - Tue 06:00 (6 h 00 min)"
    assert made.legend == [("Available", "green"), ("Charging", "blue"), ("Faulted", "red")]
    assert made.ticks == ["Mon 12:00", "Mon 18:00", "Tue 00:00", "Tue 06:00", "Tue 12:00"]


def test_what_was_so_before_the_day_goes_on_into_it() -> None:
    assert parts(drawn(change("Available", 60), change("Charging", 36))) == [("Charging", 0, 100)]


def test_a_connector_whose_last_change_is_out_of_reach_shows_its_present_state() -> None:
    quiet = Connector(number=2, status="Reserved", status_at=NOON - timedelta(days=9))
    assert parts(drawn(connectors=[quiet])) == [("Reserved", 0, 100)]


def test_a_state_told_late_stands_where_it_was() -> None:
    late = change("Faulted", 12, outdated=True)
    assert parts(drawn(change("Available", 18), change("Charging", 6), late)) == [
        ("Available", 25, 25), ("Faulted", 50, 25), ("Charging", 75, 25),
    ]  # fmt: skip


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_of_changes_at_one_moment_the_last_one_holds(order: slice) -> None:
    told = [change("SuspendedEV", 12), change("Available", 12), change("Charging", 12)]
    assert parts(drawn(*told[order])) == [("Charging", 50, 50)]
    ended = [change("Charging", 12), change("Finishing", 6), change("Available", 6)]
    assert parts(drawn(*ended[order])) == [("Charging", 50, 25), ("Available", 75, 25)]


def test_of_an_offline_station_nothing_is_known() -> None:
    at_six = NOON + timedelta(seconds=30) - timedelta(hours=6)
    assert parts(drawn(change("Charging", 12), offline_since=at_six)) == [("Charging", 50, 25), ("Offline", 75, 25)]
    long_ago = drawn(change("Charging", 70), offline_since=NOON - timedelta(days=2))
    assert parts(long_ago) == [("Offline", 0, 100)]


def test_what_a_clock_that_is_ahead_tells_is_so_now() -> None:
    first, last = parts(drawn(change("Charging", 12), change("Faulted", -3)))
    assert (first[0], last[0]) == ("Charging", "Faulted")
    assert last[1] + last[2] <= 100.01


def test_nothing_told_is_no_drawing() -> None:
    assert timeline([Connector(number=1)], [], offline_since=None, now=NOON) is None


def test_the_timeline_stands_on_the_page(operator: Client, station: ChargingStation) -> None:
    at = timezone.now() - timedelta(hours=1)
    ConnectorStatusChange.objects.create(
        station=station, connector_number=1, status="SuspendedEV", timestamp=at, received_at=at
    )
    assert re.search(r'class="stretch tone-violet"[^>]*title="SuspendedEV, ', text(operator.get(page(station))))


# --- commands in a dialog


def test_a_form_and_its_result_come_without_the_page_around_them(operator: Client, offline: ChargingStation) -> None:
    address = reverse("admin:stations_chargingstation_command", args=[offline.pk, "reset"])
    form = text(operator.get(address, headers=HTMX))
    assert f'hx-post="{address}"' in form
    assert "<html" not in form
    wrong = text(operator.post(address, {}, headers=HTMX))
    assert "This field is required." in wrong
    assert "<html" not in wrong
    asked = text(operator.post(address, {"type": "Hard"}, headers=HTMX))
    assert "cuts running sessions off" in asked
    assert f'hx-post="{address}"' in asked
    result = text(operator.post(address, {"type": "Hard", "confirmed": "1"}, headers=HTMX, follow=True))
    assert "nothing was sent" in result
    assert "<html" not in result
    plain = text(operator.get(address))
    assert "<html" in plain
    assert "hx-post" not in plain


def test_an_open_command_asks_for_itself_until_it_has_ended(operator: Client, station: ChargingStation) -> None:
    command = Command.objects.create(station=station, action="Reset", payload={"type": "Soft"}, actor="olga")
    address = page(command)
    first = text(operator.get(address, headers=HTMX))
    assert f'hx-get="{address}"' in first
    state = re.search(r'"X-Shown": "(\w+)"', unescape(first))[1]  # type: ignore[index]
    assert operator.get(address, headers=HTMX | {"X-Shown": state}).status_code == 204
    now = timezone.now()
    Command.objects.update(state="answered", status="Accepted", sent_at=now, finished_at=now + timedelta(seconds=0.07))
    ended = operator.get(address, headers=HTMX | {"X-Shown": state})
    assert "after 70 ms" in text(ended)
    assert f'hx-get="{address}"' not in text(ended)


def test_a_bulk_command_goes_on_showing_its_stations(operator: Client, station: ChargingStation) -> None:
    made = bulk.start(stations=[station], command="clear-cache", body={}, actor="olga", now=timezone.now())
    address = page(made)
    assert 'hx-trigger="every 1s' in text(operator.get(address))
    first = text(operator.get(address, headers=HTMX))
    assert "<html" not in first
    state = re.search(r'"X-Shown": "(\w+)"', unescape(first))[1]  # type: ignore[index]
    assert operator.get(address, headers=HTMX | {"X-Shown": state}).status_code == 204, "the CSRF token is no change"
    BulkItem.objects.update(state="done", result="Accepted")
    assert "1 of 1 stations have their result" in text(operator.get(address, headers=HTMX | {"X-Shown": state}))


def test_who_waited_for_a_slow_answer_computes_none_again(monkeypatch: Any) -> None:
    clock, computed = [100.0], count(1)
    monkeypatch.setattr("gateway.pages.live.time", SimpleNamespace(monotonic=lambda: clock[0]))

    def slowly() -> int:
        clock[0] += 5
        return next(computed)

    shared = Shared(slowly)
    assert [shared.get(), shared.get()] == [1, 1]
    clock[0] += 1
    assert shared.get() == 2
