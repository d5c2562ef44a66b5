import pytest

from rfid.models import RfidCard
from tests.api import rows
from tests.api.conftest import Api, attrs, problem

FULL = {
    "tagId": "RFID_001", "status": "Inactive", "validUntil": "2027-01-01T00:00:00Z", "parentIdTag": "FLEET",
    "holder": "Ann", "note": "blue", "maxSessions": None,
}  # fmt: skip


def test_card_is_created_with_defaults(api: Api) -> None:
    card = api.send("POST", "/api/rfid", {"tagId": "RFID_001"}).json()
    assert (card["tagId"], card["status"], card["validUntil"], card["maxSessions"]) == ("RFID_001", "Active", None, 1)


def test_card_keeps_all_that_was_said(api: Api) -> None:
    assert api.send("POST", "/api/rfid", FULL).status_code == 201
    shown = api.get("/api/rfid/rfid_001").json()
    assert {name: shown[name] for name in FULL} == FULL


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"tagId": ""}, "tagId"),
        ({"tagId": "x" * 21}, "tagId"),
        ({"tagId": "a/b"}, "tagId"),
        ({"tagId": "a\nb"}, "tagId"),
        ({"status": "blocked"}, "status"),
        ({"validUntil": "soon"}, "validUntil"),
        ({"validUntill": "2027-01-01T00:00:00Z"}, "validUntill"),
        ({"maxSessions": -1}, "maxSessions"),
        ({"maxSessions": 10**9}, "maxSessions"),
    ],
)
def test_member_that_is_wrong_is_named(api: Api, change: dict[str, object], name: str) -> None:
    assert attrs(api.send("POST", "/api/rfid", FULL | change)) == {name}
    assert not RfidCard.objects.exists()


def test_same_tag_in_other_case_is_a_conflict(api: Api) -> None:
    api.send("POST", "/api/rfid", {"tagId": "Abc"})
    refused = problem(api.send("POST", "/api/rfid", {"tagId": "aBC"}), 409, "conflict")
    assert [(one["attr"], one["code"]) for one in refused["errors"]] == [("tagId", "unique")]
    assert RfidCard.objects.count() == 1


def test_block_and_activate(api: Api) -> None:
    api.send("POST", "/api/rfid", {"tagId": "A"})
    assert api.send("POST", "/api/rfid/a/block").json()["status"] == "Blocked"
    assert api.send("POST", "/api/rfid/a/activate").json()["status"] == "Active"
    problem(api.send("POST", "/api/rfid/b/block"), 404, "not_found")


def test_patch_changes_what_it_names_and_put_what_it_says(api: Api) -> None:
    api.send("POST", "/api/rfid", FULL)
    patched = api.send("PATCH", "/api/rfid/RFID_001", {"holder": "Bob"}).json()
    assert (patched["holder"], patched["note"]) == ("Bob", "blue")
    again = api.send("PUT", "/api/rfid/RFID_001", patched | {"note": "red"})
    assert (again.status_code, again.json()["note"]) == (200, "red"), "what was read can be written back"
    assert attrs(api.send("PATCH", "/api/rfid/RFID_001", {"tagId": "OTHER"})) == {"tagId"}


def test_card_that_charges_cannot_be_deleted_and_sessions_outlive_the_card(api: Api) -> None:
    api.send("POST", "/api/rfid", {"tagId": "TAG_A"})
    cp = rows.station()
    card = RfidCard.objects.get()
    session = rows.session(cp, card=card, status="active", active_connector=cp.connectors.first())
    problem(api.send("DELETE", "/api/rfid/tag_a"), 409, "in_use")
    type(session).objects.update(status="completed", active_connector=None)
    assert api.send("DELETE", "/api/rfid/tag_a").status_code == 204
    assert api.get(f"/api/sessions/{session.pk}").json()["idTag"] == "TAG_A"
    problem(api.get("/api/rfid/tag_a"), 404, "not_found")
