"""HTTP outside of /api and /admin."""

import pytest
from django.test import Client

from gateway.api.outside import bad_request, server_error
from tests.api.conftest import Api, problem


@pytest.mark.parametrize("path", ["/CP_1", "/CP_1/", "/steve/websocket/CP%201", "/administrator", "/CP:1@x"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_stations_address_tells_a_browser_what_it_is(client: Client, path: str, method: str) -> None:
    answer = Client(enforce_csrf_checks=True).generic(method, path)
    assert (answer.status_code, answer["Upgrade"]) == (426, "websocket")
    assert method == "HEAD" or "ocpp1.6" in answer.content.decode()


@pytest.mark.parametrize("path", ["/ws/x", "/static/none.js", "/media/x", "/metrics", "/" + "x" * 49, "/a%07"])
def test_what_can_be_no_station_is_404(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_front_door_is_the_admin(client: Client) -> None:
    assert client.get("/")["Location"] == "/admin/"
    assert client.get("/admin")["Location"] == "/admin/"
    assert client.get("/favicon.ico").status_code == 204


def test_failures_outside_of_any_view_are_problems_below_api_only(rf: object) -> None:
    from django.test import RequestFactory

    below, beside = RequestFactory().get("/api/stations"), RequestFactory().get("/x")
    for answer in (server_error(below), server_error(beside)):
        assert answer.status_code == 500
    assert server_error(below)["Content-Type"] == "application/problem+json"
    assert bad_request(beside, ValueError())["Content-Type"].startswith("text/html")


def test_foreign_host_name_is_a_problem(api: Api, settings: object) -> None:
    settings.ALLOWED_HOSTS = ["ocpp.example.com"]  # type: ignore[attr-defined]
    problem(api.get("/api/stations", headers={"host": "evil.example"}), 400, "bad_request")
