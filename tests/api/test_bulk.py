"""/api/bulk-commands"""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.exceptions import ValidationError

from ocpp_ws.protocol import ci_key
from stations.api.bulk import named
from stations.models import BulkCommand, ChargingStation, Command, StationGroup
from tests.api.conftest import Api, attrs, problem

RESET = {"command": "reset", "body": {"type": "Soft"}}


@pytest.fixture
def stations(api: Api) -> None:
    rows = [ChargingStation(cp_id=name, site=site) for name, site in (("CP_1", "A"), ("CP_2", "a"), ("CP_3", "B"))]
    ChargingStation.objects.bulk_create(rows)


def started(api: Api, **body: Any) -> dict[str, Any]:
    response = api.send("POST", "/api/bulk-commands", RESET | body)
    assert response.status_code == 201, response.content
    made: dict[str, Any] = response.json()
    return made


@pytest.mark.usefixtures("stations")
def test_stations_are_named_or_described(api: Api) -> None:
    named = started(api, cpIds=["cp_1", "CP_3", "CP_1"], atOnce=5, stopOnFailure=True)
    assert (named["state"], named["atOnce"], named["stopOnFailure"]) == ("running", 5, True)
    assert [one["cpId"] for one in api.results(f"/api/bulk-commands/{named['id']}/items")] == ["CP_1", "CP_3"]
    StationGroup.objects.create(name="Yard").stations.set(ChargingStation.objects.exclude(cp_id="CP_1"))
    grouped = started(api, matching={"group": "yard", "site": "a"})
    assert grouped["progress"]["waiting"] == 1
    described = started(api, matching={"site": "A", "online": False})
    assert described["progress"] == {"waiting": 2, "given": 0, "done": 0, "failed": 0, "skipped": 0}
    newest_first = [described["id"], grouped["id"], named["id"]]
    assert [one["id"] for one in api.results("/api/bulk-commands")] == newest_first


@pytest.mark.usefixtures("stations")
@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"command": "fly"}, {"command"}),
        ({"body": {"type": "Quick"}}, {"body.type"}),
        ({"command": "change-configuration", "body": {"key": "AuthorizationKey", "value": "00" * 20}}, {"body"}),
        ({"cpIds": ["CP_9"]}, {"cpIds"}),
        ({"matching": {}, "cpIds": []}, {"cpIds"}),
        ({"atOnce": 0}, {"atOnce"}),
        ({"atonce": 5}, {"atonce"}),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_started(api: Api, body: dict[str, Any], named: set[str]) -> None:
    response = api.send("POST", "/api/bulk-commands", RESET | {"cpIds": ["CP_1"]} | body)
    assert attrs(response) == named
    assert not BulkCommand.objects.exists()


@pytest.mark.usefixtures("stations")
def test_it_is_cancelled_once_and_the_skipped_are_run_again(api: Api) -> None:
    made = started(api, cpIds=["CP_1", "CP_2"])
    address = f"/api/bulk-commands/{made['id']}"
    assert api.send("POST", f"{address}/cancel").json()["progress"]["skipped"] == 2
    problem(api.send("POST", f"{address}/cancel"), 409, "conflict")
    again = api.send("POST", f"{address}/again")
    assert again.status_code == 201
    assert again.json()["againOf"] == made["id"]
    problem(api.send("POST", f"/api/bulk-commands/{again.json()['id']}/again"), 409, "conflict")


@pytest.mark.usefixtures("stations")
def test_any_call_needs_its_permission_for_many_too(staff: Client, django_user_model: Any) -> None:
    ann = django_user_model.objects.get(username="ann")
    ann.user_permissions.set(Permission.objects.filter(codename="change_chargingstation"))
    body = {"command": "call", "body": {"action": "Reset", "payload": {"type": "Hard"}}, "cpIds": ["CP_1"]}
    response = staff.post("/api/bulk-commands", body, content_type="application/json")
    assert "lacks the permission stations.add_command" in problem(response, 403, "permission_denied")["detail"]
    row = BulkCommand.objects.create(command="call", body=body["body"], actor="olga", created_at=timezone.now())
    problem(staff.post(f"/api/bulk-commands/{row.pk}/again"), 403, "permission_denied")


@pytest.mark.usefixtures("stations")
def test_signing_for_many_needs_the_permission_to_sign(staff: Client, django_user_model: Any) -> None:
    ann = django_user_model.objects.get(username="ann")
    ann.user_permissions.set(Permission.objects.filter(codename="change_chargingstation"))
    body = {"command": "certificate-signed", "cpIds": ["CP_1"]}
    told = problem(staff.post("/api/bulk-commands", body, "application/json"), 403, "permission_denied")
    assert "lacks the permission stations.change_signingrequest" in told["detail"]


@pytest.mark.usefixtures("stations")
def test_what_is_of_one_station_is_chosen_for_each_of_many(api: Api) -> None:
    for command in ("stop-transaction", "cancel-reservation", "certificate-signed", "get-local-list-version"):
        assert started(api, command=command, body={}, cpIds=["CP_1"])["command"] == command


def test_a_key_on_its_way_is_not_shown(api: Api) -> None:
    station = ChargingStation.objects.create(cp_id="CP_1")
    payload = {"key": "AuthorizationKey", "value": "00" * 20}
    row = Command.objects.create(station=station, action="ChangeConfiguration", payload=payload, actor="olga")
    assert api.send("GET", f"/api/commands/{row.pk}").json()["payload"] == payload | {"value": "***"}


def test_ten_thousand_stations_are_looked_up_in_few_queries(
    api: Api, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    names = [f"ÜS-{number:05}" for number in range(1, 10_001)]
    ChargingStation.objects.bulk_create([ChargingStation(cp_id=name, cp_key=ci_key(name)) for name in reversed(names)])
    with django_assert_max_num_queries(25):
        found = named([name.lower() for name in names])
    assert [station.cp_id for station in found] == names
    with pytest.raises(ValidationError, match="There is no station CP_9"):
        named([*names[:9], "CP_9"])


@pytest.mark.usefixtures("stations")
def test_a_page_counts_the_results_of_all_its_commands_in_one_query(
    api: Api, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    made = [started(api, cpIds=["CP_1", "CP_2"][:number])["id"] for number in (1, 2) * 5]
    with django_assert_max_num_queries(3):
        page = api.results("/api/bulk-commands")
    assert [one["id"] for one in page] == made[::-1]
    assert [one["progress"]["waiting"] for one in page] == [2, 1] * 5
