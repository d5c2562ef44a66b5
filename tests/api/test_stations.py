"""What of a station can be set."""

from typing import Any

import pytest

from stations.models import ChargingStation
from tests.api import rows
from tests.api.conftest import Api, attrs, problem

PATH = "/api/stations/cp_1"


def test_registration_and_names_are_set_and_the_rest_stays(api: Api) -> None:
    rows.station("CP_1", name="Old", site="North")
    answer = api.send("PATCH", PATH, {"registration": "Pending", "name": "New"})
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["cpId"], shown["registration"], shown["name"], shown["site"]) == ("CP_1", "Pending", "New", "North")
    assert api.send("PATCH", PATH, {"strict": True}).json()["registration"] == "Pending"
    assert ChargingStation.objects.get().strict


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"registration": "accepted"}, "registration"),
        ({"registration": ""}, "registration"),
        ({"registration": None}, "registration"),
        ({"cpId": "OTHER"}, "cpId"),
        ({"online": True}, "online"),
        ({"name": "x" * 101}, "name"),
    ],
)
def test_what_cannot_be_set_is_named(api: Api, body: dict[str, Any], name: str) -> None:
    rows.station("CP_1")
    assert attrs(api.send("PATCH", PATH, body)) == {name}


def test_only_what_is_named_is_written(api: Api) -> None:
    rows.station("CP_1")
    problem(api.send("PUT", PATH, {}), 405, "method_not_allowed")
    problem(api.send("PATCH", "/api/stations/NOPE", {"registration": "Accepted"}), 404, "not_found")
    problem(api.send("DELETE", PATH), 405, "method_not_allowed")
    assert api.send("PATCH", PATH, {}).status_code == 200
