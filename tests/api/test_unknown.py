"""Unknown stations and tags are taken in, or forgotten, through the API."""

import pytest

from rfid.models import RfidCard
from stations.models import ChargingStation, UnknownStation, UnknownTag
from tests.api import rows
from tests.api.conftest import Api, attrs, problem


@pytest.mark.parametrize(("body", "registration"), [({}, "Accepted"), ({"registration": "Pending"}, "Pending")])
def test_a_stranger_becomes_a_station(api: Api, body: dict[str, str], registration: str) -> None:
    row = rows.unknown_station("Garage")
    answer = api.send("POST", f"/api/unknown-stations/{row.pk}/add", body)
    assert answer.status_code == 201
    assert (answer.json()["cpId"], answer.json()["registration"]) == ("Garage", registration)
    assert api.results("/api/unknown-stations") == []
    assert api.get("/api/stations/garage").status_code == 200


def test_a_wrong_registration_is_named(api: Api) -> None:
    row = rows.unknown_station()
    assert attrs(api.send("POST", f"/api/unknown-stations/{row.pk}/add", {"registration": "Yes"})) == {"registration"}
    assert not ChargingStation.objects.exists()


def test_an_unknown_tag_becomes_an_active_card(api: Api) -> None:
    row = rows.unknown_tag(rows.station(), "04AABB")
    answer = api.send("POST", f"/api/unknown-tags/{row.pk}/adopt")
    assert answer.status_code == 201
    assert (answer.json()["tagId"], answer.json()["status"]) == ("04AABB", "Active")
    assert api.results("/api/unknown-tags") == []


@pytest.mark.parametrize("tag", ["x" * 21, "a\nb"])
def test_what_cannot_be_a_card_is_a_conflict(api: Api, tag: str) -> None:
    row = rows.unknown_tag(rows.station(), tag)
    problem(api.send("POST", f"/api/unknown-tags/{row.pk}/adopt"), 409, "conflict")
    assert not RfidCard.objects.exists()
    assert UnknownTag.objects.exists()


def test_rows_are_forgotten(api: Api) -> None:
    station, tag = rows.unknown_station(), rows.unknown_tag(rows.station())
    for path in (f"unknown-stations/{station.pk}", f"unknown-tags/{tag.pk}"):
        assert api.send("DELETE", f"/api/{path}").status_code == 204
        problem(api.get(f"/api/{path}"), 404, "not_found")
    assert not UnknownStation.objects.exists()
    assert not UnknownTag.objects.exists()
