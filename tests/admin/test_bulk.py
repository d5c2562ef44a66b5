"""An operator commands several stations at once."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gateway.pages.forms import FORMS
from stations import bulk
from stations.admin.show import listing, page
from stations.models import BulkCommand, ChargingStation
from tests.admin.test_commanding import BODIES


@pytest.fixture
def stations(db: None) -> list[ChargingStation]:
    ChargingStation.objects.bulk_create([ChargingStation(cp_id=f"CP_{number}") for number in range(3)])
    return list(ChargingStation.objects.order_by("cp_id"))


def choose(client: Client, stations: list[ChargingStation]) -> str:
    sent = {"action": "command_many", "_selected_action": [station.pk for station in stations]}
    return client.post(listing(ChargingStation), sent, follow=True).content.decode()


def new(name: str) -> str:
    return reverse("admin:stations_bulkcommand_new", args=[name])


def test_selected_stations_get_one_command_after_a_confirmation(
    operator: Client, stations: list[ChargingStation]
) -> None:
    html = choose(operator, stations[:2])
    assert new("reset") in html
    assert new("stop-transaction") not in html, "a session is of one station"
    filled = {"type": "Hard", "at_once": "7", "stop_on_failure": "on"}
    asked = operator.post(new("reset"), filled)
    assert "cuts running sessions off" in asked.content.decode()
    assert not BulkCommand.objects.exists()
    response = operator.post(new("reset"), filled | {"confirmed": "1"}, follow=True)
    made = BulkCommand.objects.get()
    assert response.redirect_chain == [(page(made), 302)]
    assert (made.command, made.body, made.actor, made.at_once) == ("reset", {"type": "Hard"}, "olga", 7)
    assert made.stop_on_failure
    assert [item.station for item in made.items.all()] == stations[:2]
    assert "0 of 2 stations have their result: 2 waiting." in response.content.decode()


@pytest.mark.usefixtures("night", "template")
@pytest.mark.parametrize("name", [name for name, form in FORMS.items() if form.for_many])
def test_every_form_makes_a_body_that_its_route_takes(
    operator: Client, stations: list[ChargingStation], name: str
) -> None:
    from stations.api.remote.bulk import members_of

    for station in stations:
        station.connectors.create(number=1)
        station.connectors.create(number=2)
    choose(operator, stations)
    sent = BODIES[name] | {"at_once": "1", "confirmed": "1"}
    response = operator.post(new(name), sent)
    assert response.status_code == 302, response.content.decode()
    made = BulkCommand.objects.get()
    members_of(made.command, made.body)


def test_the_page_shows_results_and_offers_what_can_be_done(operator: Client, stations: list[ChargingStation]) -> None:
    made = bulk.start(stations=stations, command="clear-cache", body={}, actor="olga", now=timezone.now())
    operator.post(reverse("admin:stations_bulkcommand_cancel", args=[made.pk]))
    html = operator.get(page(made)).content.decode()
    assert "3 of 3 stations have their result: 3 skipped." in html
    again = reverse("admin:stations_bulkcommand_again", args=[made.pk])
    assert again in html
    assert "/cancel/" not in html
    response = operator.post(again, follow=True)
    second = BulkCommand.objects.exclude(pk=made.pk).get()
    assert response.redirect_chain == [(page(second), 302)]
    assert second.items.count() == 3


def test_without_a_selection_there_is_nothing_to_command(operator: Client, db: None) -> None:
    assert operator.get(reverse("admin:stations_bulkcommand_choose")).status_code == 404


def test_who_may_only_look_may_not_command_many(client: Client, stations: list[ChargingStation]) -> None:
    looker = User.objects.create_user("lena", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(looker)
    made = bulk.start(stations=stations, command="clear-cache", body={}, actor="olga", now=timezone.now())
    session = client.session
    session["stations of the next bulk command"] = [station.pk for station in stations]
    session.save()
    assert client.get(new("reset")).status_code == 403
    for verb in ("cancel", "again"):
        assert client.post(reverse(f"admin:stations_bulkcommand_{verb}", args=[made.pk])).status_code == 403
