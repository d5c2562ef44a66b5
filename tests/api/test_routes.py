"""Every address of the API, with and without slash, with its query count and its shape."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api import rows
from tests.api.conftest import Api

# path -> queries: none of them grows with the rows on the page
ROUTES = {
    "/api": 0,
    "/api/stations": 4,
    "/api/stations/cp_1": 3,
    "/api/stations/connected/list": 4,
    "/api/sessions": 2,
    "/api/sessions/{transaction}": 2,
    "/api/sessions/{session}": 2,
    "/api/sessions/station/cp_1": 3,
    "/api/rfid": 2,
    "/api/rfid/tag_a": 1,
    "/api/commands": 2,
    "/api/commands/{command}": 4,
    "/api/files": 2,
    "/api/files/{file}": 1,
    "/api/reservations": 2,
    "/api/unknown-stations": 2,
    "/api/unknown-stations/{unknown_station}": 1,
    "/api/unknown-tags": 2,
    "/api/unknown-tags/{unknown_tag}": 1,
    "/api/charging-profiles": 2,
    "/api/charging-profiles/{profile}": 1,
    "/api/installed-profiles": 2,
    "/api/configuration-templates": 2,
    "/api/configuration-templates/{template}": 1,
    "/api/meter-values": 1,
    "/api/messages": 1,
    "/api/certificates": 2,
    "/api/signing-requests": 2,
    "/api/signing-requests/{request}": 1,
    "/api/security-events": 2,
    "/api/alerts": 2,
    "/api/status-changes": 1,
    "/api/schema": 0,
    "/api/docs": 0,
    "/api/redoc": 0,
}


@pytest.fixture
def numbers(api: Api) -> dict[str, Any]:
    """Three of everything, so that a query per row would show."""
    from rfid.models import RfidCard

    for number in range(1, 4):
        cp = rows.station(f"CP_{number}", online=True)
        RfidCard.objects.create(tag_id=f"TAG_{'ABC'[number - 1]}")
        command = rows.command(cp)
        session = rows.session(cp, command=command)
        rows.meter_values(session, 2)
        rows.status_change(cp)
        rows.message(cp)
        rows.reservation(cp)
        rows.certificate(cp)
        request = rows.signing_request(cp)
        rows.security_event(cp)
        rows.alert(cp)
        stranger, tag = rows.unknown_station(f"NEW_{number}"), rows.unknown_tag(cp, f"NEW_{number}")
        file = rows.file(f"image-{number}.bin")
        profile = rows.charging_profile(f"Night {number}")
        rows.installed_profile(cp, stored=profile)
        template = rows.configuration_template(f"Meters {number}")
    return {
        "transaction": session.transaction_id, "session": session.pk, "command": command.pk, "request": request.pk,
        "profile": profile.pk, "file": file.pk, "unknown_station": stranger.pk, "unknown_tag": tag.pk,
        "template": template.pk,
    }  # fmt: skip


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("route", ROUTES)
def test_route_answers_with_and_without_slash(api: Api, numbers: dict[str, Any], route: str, slash: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        response = api.get(route.format(**numbers) + slash)
    assert response.status_code == 200
    assert len(queries) == ROUTES[route], [query["sql"] for query in queries]


@pytest.mark.parametrize("slash", ["", "/"])
def test_post_is_never_redirected(api: Api, slash: str) -> None:
    assert api.send("POST", "/api/rfid" + slash, {"tagId": "NEW"}).status_code == 201
    assert api.send("POST", "/api/rfid/NEW/block" + slash).status_code == 200


def test_root_lists_the_resources(api: Api) -> None:
    listed = api.get("/api").json()
    assert listed["stations"] == "http://localhost:3000/api/stations"
    assert all(api.get(address.removeprefix("http://localhost:3000")).status_code == 200 for address in listed.values())


@pytest.mark.parametrize("route", [route for route in ROUTES if not route.endswith(("schema", "docs", "redoc"))])
def test_browser_gets_a_page_to_look_at(api: Api, numbers: dict[str, Any], route: str) -> None:
    response = api.get(route.format(**numbers), headers={"accept": "text/html"})
    assert (response.status_code, response["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_browser_gets_a_form_for_a_command(staff: Any) -> None:
    rows.station("CP_1")
    page = staff.get("/api/admin/CP_1/change-availability", headers={"accept": "text/html"})
    assert page.status_code == 405, "a command is a POST; its page offers the form"
    assert 'name="connectorId"' in page.content.decode()
    assert 'name="type"' in page.content.decode()


def test_browser_sees_a_refusal_as_a_page(api: Api) -> None:
    page = api.get("/api/stations/NOPE", headers={"accept": "text/html"})
    assert (page.status_code, page["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "There is no station NOPE" in page.content.decode()


def test_times_are_utc_with_z_whatever_the_time_zone(api: Api, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    rows.session(rows.station(), started_at=rows.START)
    (session,) = api.results("/api/sessions")
    assert session["startedAt"] == "2026-11-22T10:00:00Z"
