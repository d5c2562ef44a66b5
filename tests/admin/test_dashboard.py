"""The home page's figures."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sessions_app.models import ChargingSession
from stations.admin.show import listing
from stations.models import ChargingStation, Connector


def figures(client: Client) -> dict[str, tuple[str, str]]:
    return {number.label: (number.value, number.link) for number in client.get("/admin/").context["numbers"]}


@pytest.mark.usefixtures("session")
def test_each_figure_counts_what_its_link_lists(operator: Client, station: ChargingStation) -> None:
    other = ChargingStation.objects.create(cp_id="CP_2")
    Connector.objects.create(station=other, number=1, status="Faulted")
    shown = figures(operator)
    assert shown["Stations online"] == ("1", listing(ChargingStation, online="yes"))
    assert shown["Stations offline"] == ("1", listing(ChargingStation, online="no"))
    assert shown["Faulted connectors"] == ("1", listing(Connector, status="Faulted"))
    for label in ("Stations online", "Stations offline", "Faulted connectors", "Charging now", "Sessions today"):
        value, link = shown[label]
        assert len(operator.get(link).context["cl"].result_list) == int(value) == 1


def test_energy_is_of_todays_sessions_only(operator: Client, session: ChargingSession) -> None:
    assert figures(operator)["Energy of today's sessions"][0] == "2.50 kWh"
    ChargingSession.objects.update(started_at=timezone.now() - timedelta(days=2))
    assert figures(operator)["Energy of today's sessions"][0] == "0.00 kWh"
    assert figures(operator)["Charging now"][0] == "1"


def test_broken_stations_come_first_and_the_offline_ones_last(operator: Client, station: ChargingStation) -> None:
    ChargingStation.objects.create(cp_id="CP_0")
    broken = ChargingStation.objects.create(cp_id="CP_9")
    Connector.objects.create(station=broken, number=1, status="Faulted")
    order = [tile["station"].cp_id for tile in operator.get("/admin/").context["tiles"]]
    assert order == ["CP_9", "CP_1", "CP_0"]


def test_connectors_of_an_offline_station_are_counted_as_offline(operator: Client, station: ChargingStation) -> None:
    other = ChargingStation.objects.create(cp_id="CP_2")
    Connector.objects.create(station=other, number=1, status="Available")
    parts = operator.get("/admin/").context["bar"]
    assert {part["word"]: part["n"] for part in parts} == {"Available": 2, "Offline": 1}
    for part in parts:
        assert len(operator.get(part["link"]).context["cl"].result_list) == part["n"]


def test_many_stations_do_not_make_the_page_longer(operator: Client, django_assert_num_queries: Any) -> None:
    ChargingStation.objects.bulk_create(ChargingStation(cp_id=f"CP_{n}") for n in range(60))
    with django_assert_num_queries(9):
        response = operator.get("/admin/")
    assert len(response.context["tiles"]) == 48
    assert "All 60 stations" in response.content.decode()
