"""An operator commands several stations at once."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gateway.pages.forms import FOR_MANY
from stations import bulk
from stations.admin.show import listing, page
from stations.certificates import authority
from stations.models import BulkCommand, BulkItem, Certificate, ChargingStation
from tests.admin.test_commanding import BODIES


@pytest.fixture
def stations(db: None) -> list[ChargingStation]:
    ChargingStation.objects.bulk_create([ChargingStation(cp_id=f"CP_{number}") for number in range(3)])
    return list(ChargingStation.objects.order_by("cp_id"))


def root(station: ChargingStation) -> Certificate:
    """A root that the station has."""
    return Certificate.objects.create(
        pk=5, station=station, type="CentralSystemRootCertificate", subject="CN=root", serial_number="A1", key="k",
        hash_algorithm="SHA256", issuer_name_hash="aa", issuer_key_hash="bb",
    )  # fmt: skip


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
    assert all(new(name) in html for name in FOR_MANY)
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
@pytest.mark.parametrize("name", FOR_MANY)
def test_every_form_makes_a_body_that_its_route_takes(
    operator: Client, stations: list[ChargingStation], name: str, settings: Any, tmp_path: Path
) -> None:
    from stations.api.remote.bulk import members_of

    settings.CA_FOLDER = tmp_path / "ca"
    authority.make(kind="ec", organization="Acme", days=9, now=timezone.now())
    root(stations[2])
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


def test_the_failed_ones_come_first_however_many_there_are(
    operator: Client, stations: list[ChargingStation], monkeypatch: Any
) -> None:
    monkeypatch.setattr("gateway.pages.bulk.SHOWN", 2)
    made = bulk.start(stations=stations, command="clear-cache", body={}, actor="olga", now=timezone.now())
    made.items.filter(station=stations[2]).update(state=BulkItem.State.FAILED)
    rows = operator.get(page(made)).context["items"]["rows"]
    assert [page(station) in row[0] for row, station in zip(rows, (stations[2], stations[0]), strict=True)] == [
        True
    ] * 2


def test_a_password_in_an_address_is_not_shown(operator: Client, stations: list[ChargingStation]) -> None:
    body = {"location": "ftp://ann:geheim@files.test/"}
    made = bulk.start(stations=stations, command="get-diagnostics", body=body, actor="olga", now=timezone.now())
    html = operator.get(page(made)).content.decode()
    assert "files.test" in html
    assert "geheim" not in html


def test_a_root_of_any_chosen_station_can_be_deleted(operator: Client, stations: list[ChargingStation]) -> None:
    choose(operator, stations[:2])
    root(stations[2])
    assert "No certificate is known" in operator.get(new("delete-certificate")).content.decode()
    Certificate.objects.update(station=stations[1])
    assert "CN=root" in operator.get(new("delete-certificate")).content.decode()


def test_connectors_are_those_of_all_chosen_stations(operator: Client, stations: list[ChargingStation]) -> None:
    stations[0].connectors.create(number=1, status="Faulted")
    stations[1].connectors.create(number=1)
    stations[1].connectors.create(number=2)
    choose(operator, stations)
    html = operator.get(new("unlock-connector")).content.decode()
    assert [number in html for number in ('value="1"', 'value="2"', "Faulted")] == [True, True, False]


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
