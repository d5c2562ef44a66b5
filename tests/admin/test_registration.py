"""Accepting a station and keeping it out, in the admin."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from stations.admin.show import listing, page
from stations.models import ChargingStation, Command


@pytest.fixture
def pending(station: ChargingStation) -> ChargingStation:
    ChargingStation.objects.update(registration="Pending", boot_answer="Pending")
    return station


def address(station: ChargingStation) -> str:
    return reverse("admin:stations_chargingstation_registration", args=[station.pk])


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def registration() -> str:
    return ChargingStation.objects.get().registration


def test_one_click_on_the_stations_page_accepts_it(operator: Client, pending: ChargingStation) -> None:
    assert f'action="{address(pending)}"' in text(operator, page(pending))
    response = operator.post(address(pending), {"registration": "Accepted"}, follow=True)
    assert "CP_1 is Accepted." in response.content.decode()
    assert registration() == "Accepted"
    assert not Command.objects.exists(), "nothing is sent by itself"
    assert LogEntry.objects.get().change_message == "Registration set to Accepted."
    assert f'action="{address(pending)}"' not in text(operator, page(pending))


def test_a_station_that_waits_can_be_asked_to_boot_at_once(operator: Client, pending: ChargingStation) -> None:
    assert 'name="boot"' in text(operator, address(pending))
    operator.post(address(pending), {"registration": "Accepted", "boot": "1"})
    command = Command.objects.get()
    assert (command.action, command.payload) == ("TriggerMessage", {"requestedMessage": "BootNotification"})


@pytest.mark.parametrize("change", [{"lease_until": None}, {"boot_answer": "Accepted"}])
def test_one_that_is_away_or_has_booted_is_not_asked(
    operator: Client, pending: ChargingStation, change: dict[str, Any]
) -> None:
    ChargingStation.objects.update(**change)
    assert 'name="boot"' not in text(operator, address(pending))
    response = operator.post(address(pending), {"registration": "Accepted", "boot": "1"}, follow=True)
    assert "It was not asked to boot" in response.content.decode()
    assert not Command.objects.filter(state="queued").exists()


@pytest.mark.parametrize("chosen", ["Pending", "Rejected"])
def test_a_station_is_kept_out_after_reading_what_it_means(
    operator: Client, station: ChargingStation, chosen: str
) -> None:
    html = text(operator, address(station))
    assert "Everything that it sends but its boot is refused" in html
    assert registration() == "Accepted", "looking changes nothing"
    operator.post(address(station), {"registration": chosen})
    assert registration() == chosen


@pytest.mark.parametrize("chosen", ["", "accepted", "Nonsense"])
def test_what_is_no_registration_changes_nothing(operator: Client, station: ChargingStation, chosen: str) -> None:
    assert operator.post(address(station), {"registration": chosen}).status_code == 400
    assert registration() == "Accepted"


def test_the_list_shows_who_waits_and_accepts_many_at_once(operator: Client, pending: ChargingStation) -> None:
    other = ChargingStation.objects.create(cp_id="CP_2")
    html = text(operator, listing(ChargingStation))
    assert address(pending) in html
    assert address(other) not in html
    assert f'formaction="{address(pending)}" formmethod="post" name="registration" value="Accepted"' in html
    chosen = {"action": "accept", "_selected_action": [pending.pk, other.pk]}
    response = operator.post(listing(ChargingStation), chosen, follow=True)
    assert "1 accepted." in response.content.decode()
    assert set(ChargingStation.objects.values_list("registration", flat=True)) == {"Accepted"}


def test_who_may_only_look_decides_nothing(looker: Client, pending: ChargingStation) -> None:
    assert address(pending) not in text(looker, page(pending))
    assert address(pending) not in text(looker, listing(ChargingStation))
    assert looker.get(address(pending)).status_code == 403
    assert looker.post(address(pending), {"registration": "Accepted"}).status_code == 403
    assert registration() == "Pending"


def test_another_site_cannot_make_an_operator_decide(pending: ChargingStation) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("olga"))
    assert client.post(address(pending), {"registration": "Accepted"}).status_code == 403
    assert registration() == "Pending"
