"""Stations in groups: put there from their list, found by them, commanded by them."""

import pytest
from django.test import Client
from django.urls import reverse

from stations.admin.show import listing, page
from stations.models import ChargingStation, StationGroup

CHOOSE = reverse("admin:stations_bulkcommand_choose")


@pytest.fixture
def stations(db: None) -> list[ChargingStation]:
    ChargingStation.objects.bulk_create([ChargingStation(cp_id=f"CP_{number}") for number in range(3)])
    return list(ChargingStation.objects.order_by("cp_id"))


@pytest.fixture
def depot(stations: list[ChargingStation]) -> StationGroup:
    """With the first two stations."""
    group = StationGroup.objects.create(name="Depot")
    group.stations.set(stations[:2])
    return group


def listed(client: Client, address: str) -> list[str]:
    return [station.cp_id for station in client.get(address).context["cl"].result_list]


def act(client: Client, action: str, rows: list[int], model: type = ChargingStation) -> str:
    response = client.post(listing(model), {"action": action, "_selected_action": rows}, follow=True)
    return response.content.decode()


def test_the_list_of_stations_is_filtered_by_group(operator: Client, depot: StationGroup) -> None:
    assert listed(operator, listing(ChargingStation, group=depot.pk)) == ["CP_0", "CP_1"]
    assert len(listed(operator, listing(ChargingStation, group="9" * 30))) == 3, "no group has that number"


def test_selected_stations_are_put_into_a_group(
    operator: Client, depot: StationGroup, stations: list[ChargingStation]
) -> None:
    html = act(operator, f"group_{depot.pk}", [stations[1].pk, stations[2].pk])
    assert "2 stations are in Depot." in html
    assert set(depot.stations.all()) == set(stations)


def test_a_groups_form_chooses_its_stations(operator: Client, stations: list[ChargingStation]) -> None:
    operator.post(reverse("admin:stations_stationgroup_add"), {"name": "North", "stations": [stations[2].pk]})
    group = StationGroup.objects.get()
    assert (group.name, list(group.stations.all())) == ("North", [stations[2]])
    html = operator.get(page(group)).content.decode()
    assert listing(ChargingStation, group=group.pk) in html


@pytest.mark.parametrize("way", ["page", "list"])
def test_a_group_gets_one_command(operator: Client, depot: StationGroup, way: str) -> None:
    if way == "page":
        address = reverse("admin:stations_stationgroup_command", args=[depot.pk])
        assert address in operator.get(page(depot)).content.decode()
        html = operator.post(address, follow=True).content.decode()
    else:
        html = act(operator, "command_groups", [depot.pk], StationGroup)
    assert "Command 2 stations" in html
    assert "CP_0" in html
    assert "CP_2" not in html


def test_who_may_only_look_moves_and_commands_nothing(looker: Client, depot: StationGroup) -> None:
    address = reverse("admin:stations_stationgroup_command", args=[depot.pk])
    assert looker.post(address).status_code == 403
    assert address not in looker.get(page(depot)).content.decode()
    act(looker, f"group_{depot.pk}", [ChargingStation.objects.get(cp_id="CP_2").pk])
    assert depot.stations.count() == 2


def test_a_group_goes_and_its_stations_stay(operator: Client, depot: StationGroup) -> None:
    operator.post(reverse("admin:stations_stationgroup_delete", args=[depot.pk]), {"post": "yes"})
    assert not StationGroup.objects.exists()
    assert ChargingStation.objects.count() == 3
