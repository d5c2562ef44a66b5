"""Who may: staff always; in the profile dev also this machine, but no web page in its browser."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import URLPattern, reverse

from gateway.pages.forms import FORMS
from gateway.urls import router
from rfid.models import RfidCard
from stations.models import BulkCommand, ChargingStation, Command
from tests.api import rows
from tests.api.conftest import Api, problem

FOREIGN = {"REMOTE_ADDR": "192.0.2.7"}
WRITE = {"tagId": "A"}


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_reads_and_writes_without_login(api: Api, address: str) -> None:
    assert api.get("/api/rfid", REMOTE_ADDR=address).status_code == 200
    assert api.send("POST", "/api/rfid", WRITE, REMOTE_ADDR=address).status_code == 201


@pytest.mark.parametrize(
    "meta",
    [
        FOREIGN, {"REMOTE_ADDR": ""}, {"REMOTE_ADDR": "::ffff:192.0.2.7"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, {"HTTP_X_FORWARDED_PROTO": "https"}, {"HTTP_X_REAL_IP": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("path", ["/api", "/api/rfid", "/api/schema", "/api/docs/"])
def test_everybody_else_is_told_to_log_in(api: Api, path: str, meta: dict[str, Any]) -> None:
    assert "Log in at /admin/" in problem(api.get(path, **meta), 403, "not_authenticated")["detail"]


WEB_PAGES = {
    "foreign origin": {"HTTP_ORIGIN": "https://evil.example"},
    "opaque origin": {"HTTP_ORIGIN": "null"},
    "other port": {"HTTP_ORIGIN": "http://localhost:8080"},
    "other site": {"HTTP_SEC_FETCH_SITE": "cross-site"},
    "rebound name": {"HTTP_HOST": "evil.example:3000", "HTTP_ORIGIN": "http://evil.example:3000"},
    "broken origin": {"HTTP_ORIGIN": "http://["},
    "name that begins alike": {"HTTP_HOST": "localhost.evil.example"},
    "form": {"content_type": "application/x-www-form-urlencoded"},
    "upload": {"content_type": "multipart/form-data; boundary=x"},
    "text": {"content_type": "text/plain"},
    "body without type": {"content_type": ""},
}


@pytest.mark.parametrize("page", WEB_PAGES)
def test_web_page_in_the_same_browser_cannot_write(api: Api, page: str) -> None:
    for method, path in (("POST", "/api/rfid"), ("DELETE", "/api/rfid/A"), ("POST", "/api/admin/CP/reset")):
        answer = api.send(method, path, WRITE, **WEB_PAGES[page])
        assert answer.status_code == 403, (method, path)
        assert answer.json()["code"] == "not_authenticated"
    assert not RfidCard.objects.exists()


@pytest.mark.parametrize(
    "meta",
    [
        {"HTTP_ORIGIN": "http://localhost:3000"}, {"HTTP_HOST": "127.0.0.1"}, {"HTTP_HOST": "[::1]:3000"},
        {"HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_ORIGIN": "http://localhost:3000"},
        {"content_type": "application/json; charset=utf-8"},
    ],
    ids=str,
)  # fmt: skip
def test_own_pages_and_scripts_can_write(api: Api, meta: dict[str, str]) -> None:
    assert api.send("POST", "/api/rfid", WRITE, **meta).status_code == 201


def test_request_without_a_body_needs_no_content_type(api: Api) -> None:
    api.send("POST", "/api/rfid", WRITE)
    assert api.send("POST", "/api/rfid/A/block", content_type="").status_code == 200
    assert api.send("DELETE", "/api/rfid/A", content_type="").status_code == 204


def test_profile_prod_is_closed_to_this_machine_too(api: Api, settings: Any) -> None:
    settings.GATEWAY_PROFILE = "prod"
    problem(api.get("/api/rfid"), 403, "not_authenticated")
    problem(api.send("POST", "/api/rfid", WRITE), 403, "not_authenticated")


def test_staff_come_from_anywhere_in_any_profile(staff: Client, settings: Any) -> None:
    settings.GATEWAY_PROFILE = "prod"
    assert staff.get("/api/rfid", headers={"x-forwarded-for": "192.0.2.9"}).status_code == 200
    assert staff.post("/api/rfid", WRITE, content_type="application/json").status_code == 201


def test_login_without_staff_is_not_enough(api: Api, django_user_model: Any) -> None:
    api.force_login(django_user_model.objects.create_user("guest"))
    problem(api.get("/api/rfid"), 403, "permission_denied")


def test_staff_writes_need_the_csrf_token(db: None, django_user_model: Any) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(django_user_model.objects.create_user("ann", is_staff=True))
    problem(browser.post("/api/rfid", WRITE, content_type="application/json"), 403, "permission_denied")


# what the admin asks for the same act; a new route has to be added, and a command's is its form's
WRITES = {
    "station-detail": {"patch": "stations.change_chargingstation"},
    "card-list": {"post": "rfid.add_rfidcard"},
    "card-detail": {
        "put": "rfid.change_rfidcard", "patch": "rfid.change_rfidcard", "delete": "rfid.delete_rfidcard"
    },
    "card-block": {"post": "rfid.change_rfidcard"},
    "card-activate": {"post": "rfid.change_rfidcard"},
    "bulk-command-list": {"post": "stations.change_chargingstation"},
    "bulk-command-cancel": {"post": "stations.change_chargingstation"},
    "bulk-command-again": {"post": "stations.change_chargingstation"},
    "command-cancel": {"post": "stations.change_chargingstation"},
    "charging-profile-list": {"post": "stations.add_chargingprofile"},
    "charging-profile-detail": {
        "put": "stations.change_chargingprofile", "patch": "stations.change_chargingprofile",
        "delete": "stations.delete_chargingprofile",
    },
    "unknown-station-detail": {"delete": "stations.delete_unknownstation"},
    "unknown-station-add": {"post": "stations.add_chargingstation"},
    "unknown-tag-detail": {"delete": "stations.delete_unknowntag"},
    "unknown-tag-adopt": {"post": "rfid.add_rfidcard"},
    "file-list": {"post": "stations.add_stationfile"},
    "file-detail": {"delete": "stations.delete_stationfile"},
    "signing-request-sign": {"post": "stations.change_signingrequest"},
    "signing-request-refuse": {"post": "stations.change_signingrequest"},
    "remote-send-local-list": {"post": "stations.change_chargingstation"},
    **{f"remote-{name}": {"post": form.permission} for name, form in FORMS.items()},
}  # fmt: skip
ROUTES: list[tuple[URLPattern, str]] = [
    (route, method) for route in router.urls for method in route.callback.actions if method != "get"
]


def named(*permissions: str) -> list[Permission]:
    return [
        Permission.objects.get(content_type__app_label=app, codename=codename)
        for app, codename in (one.split(".") for one in permissions)
    ]


@pytest.fixture
def ann(staff: Client, django_user_model: Any) -> Any:
    """The user of `staff`, without any permission."""
    user = django_user_model.objects.get(username="ann")
    user.user_permissions.clear()
    return user


@pytest.mark.parametrize(("route", "method"), ROUTES, ids=lambda one: getattr(one, "name", one))
def test_a_route_that_writes_asks_the_permission_that_the_admin_asks(
    staff: Client, ann: Any, route: URLPattern, method: str
) -> None:
    assert route.name is not None
    wanted = WRITES[route.name][method]
    path = reverse(route.name, kwargs=dict.fromkeys(route.pattern.regex.groupindex, "1"))
    ann.user_permissions.set(Permission.objects.exclude(pk=named(wanted)[0].pk))
    told = problem(staff.generic(method.upper(), path, b"{}", "application/json"), 403, "permission_denied")
    assert f"lacks the permission {wanted}" in told["detail"]
    ann.user_permissions.set(named(wanted))
    assert staff.generic(method.upper(), path, b"{}", "application/json").status_code != 403


def test_no_route_in_the_table_is_gone() -> None:
    assert set(WRITES) == {route.name for route, _ in ROUTES}


@pytest.mark.usefixtures("ann")
def test_a_refused_command_reaches_no_station(staff: Client) -> None:
    ChargingStation.objects.create(cp_id="CP_1")
    problem(staff.post("/api/admin/CP_1/reset", {"type": "Hard"}, "application/json"), 403, "permission_denied")
    body = {"command": "reset", "body": {"type": "Hard"}, "cpIds": ["CP_1"]}
    problem(staff.post("/api/bulk-commands", body, "application/json"), 403, "permission_denied")
    assert not Command.objects.exists()
    assert not BulkCommand.objects.exists()


@pytest.mark.usefixtures("ann")
def test_page_in_a_browser_has_no_form_for_who_may_not_send_it(staff: Client) -> None:
    rows.station("CP_1")
    page = staff.get("/api/admin/CP_1/unlock-connector", headers={"accept": "text/html"})
    assert 'name="connectorId"' not in page.content.decode()
