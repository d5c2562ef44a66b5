"""The configuration of a station as a table: what is shown, what may be changed, what the answer was."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from gateway.pages.configuration import address, answered
from gateway.pages.forms import FORMS
from stations.admin.show import listing, page
from stations.models import ChargingStation, Command, ConfigurationKey, ConfigurationTemplate
from stations.secrets import SECRET_NAME

OFFLINE = "The station is not connected."


@pytest.fixture(autouse=True)
def nobody_answers(settings: Any) -> None:
    settings.CALL_TIMEOUT = -10


@pytest.fixture
def keys(station: ChargingStation) -> None:
    told = {
        "HeartbeatInterval": {"value": "60"},
        "NumberOfConnectors": {"value": "2", "readonly": True},
        "WebSocketPingInterval": {"value": "20", "pending": "30"},
        "WifiPassword": {"value": "***"},
        "Unset": {"value": None},
    }
    for key, values in told.items():
        ConfigurationKey.objects.create(station=station, key=key, told_at=timezone.now(), **values)


def body(response: Any) -> str:
    assert response.status_code == 200
    text: str = response.content.decode()
    return text


def change(client: Client, station: ChargingStation, key: str, value: str) -> Any:
    return client.post(f"{address(station)}set/", {"key": key, "value": value})


def user_with(*names: str) -> Client:
    client = Client()
    user = User.objects.create_user("kim", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    return client


@pytest.mark.usefixtures("keys")
def test_a_key_that_may_be_set_has_a_field_and_a_read_only_one_has_none(
    operator: Client, station: ChargingStation
) -> None:
    assert address(station) in body(operator.get(page(station)))
    html = body(operator.get(address(station)))
    assert 'name="key" value="HeartbeatInterval"' in html
    assert 'name="key" value="NumberOfConnectors"' not in html
    assert "read only" in html


@pytest.mark.usefixtures("keys")
def test_a_secret_is_written_and_never_shown(operator: Client, station: ChargingStation) -> None:
    html = body(operator.get(address(station)))
    for key in ("WifiPassword", "AuthorizationKey"):
        field = html.split(f'name="key" value="{key}"')[1].split("<input")[1].split(">")[0]
        assert 'type="password"' in field
        assert " value=" not in field
    wrong = body(change(operator, station, "AuthorizationKey", "hush"))
    assert "32 to 40 hexadecimal digits" in wrong
    assert "hush" not in wrong


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        *((key, True) for key in ("AuthorizationKey", "WifiPassword", "wifi_passphrase", "ClientSecret", "WPA-PSK")),
        *((key, True) for key in ("SimPin", "SIMPIN", "pin", "pinCode", "ModemPINCODE", "simPin2")),
        *((key, False) for key in ("GetConfigurationMaxKeys", "HeartbeatInterval", "WebSocketPingInterval")),
        *((key, False) for key in ("WEBSOCKETPINGINTERVAL", "websocketpinginterval", "Spinning")),
    ],
)
def test_the_browser_hides_what_is_hidden_here(
    operator: Client, station: ChargingStation, key: str, secret: bool
) -> None:
    html = body(operator.get(address(station)))
    rule = re.search(r"x-bind:type=\"(.*?) \? 'password'", html)
    assert rule
    ways = re.findall(r"/(\S+)/(i?)\.test\(key\)", rule[1])
    assert any(re.search(way, key, re.IGNORECASE if case else 0) for way, case in ways) == secret
    assert bool(SECRET_NAME.search(key)) == secret


@pytest.mark.usefixtures("keys")
def test_what_waits_for_a_reboot_says_so_until_then(operator: Client, station: ChargingStation) -> None:
    html = body(operator.get(address(station)))
    assert "A reboot is required for: WebSocketPingInterval." in html
    assert "then 30" in html
    ConfigurationKey.objects.update(pending=None)
    assert "reboot" not in body(operator.get(address(station)))


@pytest.mark.usefixtures("keys")
def test_offline_everything_is_grey_with_the_reason(operator: Client, offline: ChargingStation) -> None:
    html = body(operator.get(address(offline)))
    assert OFFLINE in html
    assert 'name="key" value=' not in html
    assert f'disabled title="{OFFLINE}"' in html
    response = body(change(operator, offline, "HeartbeatInterval", "70"))
    assert "station offline" in response.lower()
    assert Command.objects.get().payload == {"key": "HeartbeatInterval", "value": "70"}


def test_a_key_is_set_with_the_operators_name_and_the_outcome_leads_to_the_command(
    operator: Client, station: ChargingStation
) -> None:
    response = change(operator, station, "HeartbeatInterval", " 70")
    command = Command.objects.get()
    assert (command.action, command.payload["value"], command.actor) == ("ChangeConfiguration", " 70", "olga")
    assert page(command) in body(response)


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("key", ["heartbeatinterval", "authorizationkey"])
def test_another_key_that_has_a_row_is_answered_in_it(operator: Client, station: ChargingStation, key: str) -> None:
    row = operator.post(f"{address(station)}set/", {"key": key, "value": "70"})
    assert row["HX-Reswap"] == "outerHTML"
    place = row["HX-Retarget"].removeprefix("#")
    for html in (body(row), body(operator.get(address(station)))):
        assert html.count(f'id="{place}"') == 1
    assert "HX-Retarget" not in change(operator, station, "Another", "1")


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("status", ["Accepted", "Rejected", "RebootRequired", "NotSupported"])
def test_the_answer_stands_in_the_row_with_its_time(station: ChargingStation, status: str) -> None:
    now = timezone.now()
    command = Command.objects.create(
        station=station, action="ChangeConfiguration", state="answered", status=status, sent_at=now, finished_at=now
    )
    form = FORMS["change-configuration"](station, {"key": "heartbeatinterval", "value": "70"})
    row = answered(station, form, command)
    assert status in row.answer
    assert (row.key, row.latency) == ("HeartbeatInterval", "0 ms")


@pytest.mark.parametrize(("key", "value"), [("", "1"), ("k" * 51, "1"), ("HeartbeatInterval", "v" * 501)])
def test_what_cannot_be_sent_says_why_and_stays_in_the_field(
    operator: Client, station: ChargingStation, key: str, value: str
) -> None:
    response = change(operator, station, key, value)
    assert 'role="alert"' in body(response)
    assert f'value="{value}"' in body(response)
    assert not Command.objects.exists()


def test_everything_is_asked_for_with_one_button(operator: Client, station: ChargingStation) -> None:
    response = operator.post(address(station), follow=True)
    command = Command.objects.get()
    assert (command.action, command.payload) == ("GetConfiguration", {})
    assert "The configuration could not be read" in body(response)


def test_the_page_costs_few_queries(
    operator: Client, station: ChargingStation, keys: None, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(5):  # login session, user, the sidebar's numbers, station, keys
        operator.get(address(station))


@pytest.mark.usefixtures("keys")
def test_who_may_only_look_changes_nothing(looker: Client, station: ChargingStation) -> None:
    html = body(looker.get(address(station)))
    assert "HeartbeatInterval" in html
    assert "hx-post" not in html
    assert change(looker, station, "HeartbeatInterval", "70").status_code == 403
    assert looker.post(address(station)).status_code == 403
    assert not Command.objects.exists()


def test_who_may_not_see_the_configuration_does_not(station: ChargingStation) -> None:
    client = user_with("view_chargingstation", "change_chargingstation")
    assert client.get(address(station)).status_code == 403
    assert change(client, station, "HeartbeatInterval", "70").status_code == 403
    assert address(station) not in body(client.get(page(station)))


def test_a_change_needs_a_post(operator: Client, station: ChargingStation) -> None:
    assert operator.get(f"{address(station)}set/").status_code == 405


@pytest.mark.usefixtures("keys")
def test_a_template_begins_with_what_a_station_told_and_has_no_secret(
    operator: Client, station: ChargingStation
) -> None:
    ChargingStation.objects.update(vendor="Acme", model="One")
    ConfigurationKey.objects.create(station=station, key="Odd", value="two\nlines", told_at=timezone.now())
    link = f"{listing(ConfigurationTemplate)}add/?station={station.pk}"
    assert link in body(operator.get(address(station)))
    form = operator.get(link).context["adminform"].form
    assert form.initial == {
        "vendor": "Acme", "model": "One", "settings": "HeartbeatInterval=60\nWebSocketPingInterval=30",
    }  # fmt: skip
    saved = operator.post(f"{listing(ConfigurationTemplate)}add/", form.initial | {"name": "Acme One"})
    assert saved.status_code == 302
    assert ConfigurationTemplate.objects.get().fits(ChargingStation.objects.get())


@pytest.mark.usefixtures("keys")
def test_a_template_tells_nobody_a_configuration_that_may_not_be_seen(station: ChargingStation) -> None:
    client = user_with("add_configurationtemplate")
    link = f"{listing(ConfigurationTemplate)}add/?station={station.pk}"
    assert "HeartbeatInterval" not in body(client.get(link))


@pytest.mark.usefixtures("keys")
def test_a_template_tells_who_may_change_a_configuration(station: ChargingStation) -> None:
    client = user_with("add_configurationtemplate", "change_configurationkey")
    assert "HeartbeatInterval" in body(client.get(f"{listing(ConfigurationTemplate)}add/?station={station.pk}"))
