"""BF5: hostile text in every field that a station or an API client reaches, then every page and every list.

The pages come from the admin's registry and the router: a new one is looked at without a word here.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client, RequestFactory
from pytest_django import DjangoDbBlocker

from gateway.urls import router
from stations.admin.show import listing, page
from tests.api.conftest import Api
from tests.bad_input.hostile import HOSTILE, RAW, messages
from tests.model.driver import Driver, driver, empty_tables
from tests.ocpp_ws.charger import Charger

pytestmark = pytest.mark.django_db
PAGES = 31  # of each table; each has one of the texts in all of its columns
NAMES = [text for text in HOSTILE if text.isprintable() and "/" not in text and len(text) <= 48]
TYPED = [text[:200] for text in HOSTILE if "\x00" not in text and "\ud800" not in text]  # a browser sends neither
MODELS = [one for one in admin.site._registry if one._meta.app_label in ("rfid", "stations", "sessions_app", "ocpp_ws")]
ROUTES = {prefix: viewset for prefix, viewset, _ in router.registry if prefix != "admin"}


def tell_everything(driving: Driver, station: Charger, text: str) -> None:
    for number, (action, payload) in enumerate(messages(text)):
        answer = driving.run(station.ask(json.dumps([2, f"{number}{text}"[:36], action, payload])))
        assert "InternalError" not in answer


@pytest.fixture(scope="module")
def rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Thirty stations, each with one of the texts in everything it says; and cards from the API."""
    patch = pytest.MonkeyPatch()
    patch.setattr("django.conf.settings.STATION_POLICY", "open")
    patch.setattr("django.conf.settings.GATEWAY_PROFILE", "dev")
    with django_db_blocker.unblock():
        User.objects.create_superuser("hostile-test")
        with driver() as driving:
            for number, text in enumerate(HOSTILE):
                name = NAMES[number] if number < len(NAMES) else f"CP_{number}"
                tell_everything(driving, driving.connect(name), text)
        make_cards()
        yield
        User.objects.filter(username="hostile-test").delete()
        empty_tables()
    patch.undo()


def make_cards() -> None:
    api = Api()
    for number, text in enumerate(HOSTILE):
        for tag in (text[:20], f"TAG_{number}"):
            body = json.dumps({"tagId": tag, "holder": text[:100], "note": text[:200], "parentIdTag": text[:20]})
            answer = api.generic("POST", "/api/rfid", body, content_type="application/json")
            assert answer.status_code in (201, 400, 409), answer.content
            assert answer.json()


@pytest.fixture
def operator(rows: None, settings: Any) -> Client:
    client = Client()
    client.force_login(User.objects.get(username="hostile-test"))
    settings.STATIC_ROOT = ""
    return client


def opens(client: Client, address: str, **query: str) -> str:
    """The page, which shows text as text."""
    response = client.get(address, query)
    assert response.status_code == 200, (address, response.status_code)
    html = response.content.decode()
    assert [raw for raw in RAW if raw in html] == [], address
    return html


@pytest.mark.parametrize("model", MODELS, ids=lambda one: one.__name__)
def test_every_list_of_the_admin_opens(operator: Client, model: type[Model]) -> None:
    opens(operator, listing(model))
    for text in searches(model):
        opens(operator, listing(model), q=text)


def searches(model: type[Model]) -> list[str]:
    """Where Django searches, each word is a condition of its own: all of them at once; where we do, one by one."""
    ours = type(admin.site._registry[model]).get_search_results is not ModelAdmin.get_search_results
    return TYPED if ours else [" ".join(TYPED)]


@pytest.mark.parametrize("model", MODELS, ids=lambda one: one.__name__)
def test_every_page_of_the_admin_opens(operator: Client, model: type[Model]) -> None:
    request = RequestFactory().get("/")
    request.user = User.objects.get(username="hostile-test")
    found = admin.site._registry[model].get_queryset(request).order_by("-pk")  # its own: it may leave some out
    for row in found[:PAGES]:
        opens(operator, page(row))


def test_the_boards_open(operator: Client) -> None:
    for address in ("/admin/", "/admin/stations/", "/admin/rfid/", "/admin/sessions_app/", "/admin/ocpp_ws/"):
        opens(operator, address)


@pytest.mark.parametrize("prefix", ROUTES)
def test_every_list_and_item_of_the_api_is_valid_json_and_a_safe_page(rows: None, settings: Any, prefix: str) -> None:
    settings.GATEWAY_PROFILE = "dev"
    settings.STATIC_ROOT = ""
    api = Api()
    listed = api.get(f"/api/{prefix}", {"pageSize": 200})
    assert (listed.status_code, listed["Content-Type"]) == (200, "application/json")
    page_of_it = api.get(f"/api/{prefix}", {"pageSize": 200}, headers={"accept": "text/html"}).content.decode()
    assert [raw for raw in RAW if raw in page_of_it] == []
    viewset = ROUTES[prefix]
    if not hasattr(viewset, "retrieve"):
        return
    named = getattr(viewset, "lookup_url_kwarg", None) or "id"
    for item in listed.json()["results"]:
        key = named if named in item else "id"
        one = api.get(f"/api/{prefix}/{quote(str(item[key]), safe='')}")
        assert one.status_code == 200, item[key]
        assert one.json()[key] == item[key]
