"""Commands from the station's page."""

from datetime import timedelta
from typing import Any
from unittest.mock import ANY

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gateway.pages.forms import FORMS
from sessions_app.models import ChargingSession
from stations.admin.show import page
from stations.models import ChargingStation, Command
from tests.stations.profiles import profile, schedule

SURE = {"confirmed": "1"}
BODIES: dict[str, dict[str, Any]] = {
    "start-transaction": {"id_tag": "RFID_1", "connector_id": "2"},
    "stop-transaction": {"session": 1_700_000_000_000},
    "change-availability": {"connector_id": "0", "type": "Inoperative"},
    "unlock-connector": {"connector_id": "1", "confirmed": "1"},
    "reset": {"type": "Soft"},
    "get-configuration": {"key": "HeartbeatInterval, MeterValueSampleInterval"},
    "change-configuration": {"key": "HeartbeatInterval", "value": " 60"},
    "limit": {"limit": "16.5", "unit": "A", "minutes": "30", "connector_id": "0"},
    "reserve-now": {
        "id_tag": "RFID_1",
        "connector_id": "0",
        "parent_id_tag": "FLEET",
        "expiry_date": "2099-01-01T12:00",
    },
    "cancel-reservation": {"reservation_id": "7"},
    "set-charging-profile": {"profile": 5, "connector_id": "2"},
    "clear-charging-profile": {"connector_id": "0", "charging_profile_purpose": "TxDefaultProfile", "stack_level": "3"},
    "get-composite-schedule": {"connector_id": "1", "minutes": "60", "charging_rate_unit": "W"},
    "trigger-message": {"requested_message": "StatusNotification", "connector_id": "2"},
    "get-installed-certificate-ids": {"certificate_type": "ManufacturerRootCertificate"},
    "install-certificate": {"certificate_type": "CentralSystemRootCertificate", "certificate": "PEM"},
    "delete-certificate": {"certificate": "5", "confirmed": "1"},
    "certificate-signed": {"certificate_chain": "PEM"},
    "clear-cache": {},
    "data-transfer": {"vendor_id": "com.example", "data": " text"},
    "fill-local-list": {"full": "on"},
    "apply-template": {"template": "Meters"},
    "extended-trigger-message": {"requested_message": "SignChargePointCertificate"},
    "update-firmware": {"location": "ftp://ann:pw@files.test/fw.bin", "retrieve_date": "2026-11-24T22:00:00", **SURE},
    "signed-update-firmware": {
        "location": "https://files.test/fw.bin",
        "retrieve_date": "2026-11-24T22:00",
        "signature": "c2ln",
        "signing_certificate": "PEM",
        **SURE,
    },
    "get-diagnostics": {"location": "https://files.test/in/", "retries": "0", "start_time": "2026-11-24T22:00:00"},
    "get-log": {"log_type": "SecurityLog", "location": "https://files.test/in/"},
    "get-local-list-version": {},
    "call": {"call_action": "Reset", "payload": '{"type": "Hard"}', "confirmed": "1"},
}
PAYLOADS = {
    "start-transaction": {"idTag": "RFID_1", "connectorId": 2},
    "stop-transaction": {"transactionId": 77},
    "change-availability": {"connectorId": 0, "type": "Inoperative"},
    "unlock-connector": {"connectorId": 1},
    "reset": {"type": "Soft"},
    "get-configuration": {"key": ["HeartbeatInterval", "MeterValueSampleInterval"]},
    "change-configuration": {"key": "HeartbeatInterval", "value": " 60"},
    "limit": {
        "connectorId": 0,
        "csChargingProfiles": profile(
            2_000_000_000,
            "ChargePointMaxProfile",
            chargingSchedule=schedule(16.5, duration=1860, startSchedule=ANY),
        ),
    },
    "reserve-now": {
        "idTag": "RFID_1",
        "connectorId": 0,
        "parentIdTag": "FLEET",
        "expiryDate": "2099-01-01T12:00:00Z",
        "reservationId": 1,
    },
    "cancel-reservation": {"reservationId": 7},
    "set-charging-profile": {"connectorId": 2, "csChargingProfiles": profile(5002)},
    "clear-charging-profile": {"connectorId": 0, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 3},
    "get-composite-schedule": {"connectorId": 1, "duration": 3600, "chargingRateUnit": "W"},
    "trigger-message": {"requestedMessage": "StatusNotification", "connectorId": 2},
    "get-installed-certificate-ids": {"certificateType": "ManufacturerRootCertificate"},
    "install-certificate": {"certificateType": "CentralSystemRootCertificate", "certificate": "PEM"},
    "delete-certificate": {
        "certificateHashData": {
            "hashAlgorithm": "SHA256",
            "issuerNameHash": "aa",
            "issuerKeyHash": "bb",
            "serialNumber": "A1",
        }
    },
    "certificate-signed": {"certificateChain": "PEM"},
    "clear-cache": {},
    "data-transfer": {"vendorId": "com.example", "data": " text"},
    "fill-local-list": {"listVersion": 1, "updateType": "Full"},
    "apply-template": {"key": "MeterValueSampleInterval", "value": "60"},
    "extended-trigger-message": {"requestedMessage": "SignChargePointCertificate"},
    "update-firmware": {"location": "ftp://ann:***@files.test/fw.bin", "retrieveDate": "2026-11-24T22:00:00Z"},
    "signed-update-firmware": {
        "firmware": {
            "location": "https://files.test/fw.bin",
            "retrieveDateTime": "2026-11-24T22:00:00Z",
            "signingCertificate": "PEM",
            "signature": "c2ln",
        },
    },
    "get-diagnostics": {"location": "https://files.test/in/", "retries": 0, "startTime": "2026-11-24T22:00:00Z"},
    "get-log": {"logType": "SecurityLog", "log": {"remoteLocation": "https://files.test/in/"}},
    "get-local-list-version": {},
    "call": {"type": "Hard"},
}


def address(station: ChargingStation, name: str) -> str:
    return reverse("admin:stations_chargingstation_command", args=[station.pk, name])


def body(response: Any) -> str:
    return response.content.decode()


@pytest.mark.usefixtures("session", "night")
@pytest.mark.parametrize("name", FORMS)
def test_each_command_has_its_form(operator: Client, station: ChargingStation, name: str) -> None:
    response = operator.get(address(station, name))
    assert response.status_code == 200
    assert "csrfmiddlewaretoken" in body(response)
    assert address(station, name) in body(operator.get(page(station)))


@pytest.mark.usefixtures("session", "certificate", "night", "reservation", "template")
@pytest.mark.parametrize("name", FORMS)
def test_command_to_an_offline_station_is_noted_and_its_page_says_so(
    operator: Client, offline: ChargingStation, name: str
) -> None:
    assert "not connected" in body(operator.get(address(offline, name)))
    response = operator.post(address(offline, name), BODIES[name], follow=True)
    command = Command.objects.get()
    assert response.redirect_chain == [(page(command), 302)]
    assert "The station is not connected; nothing was sent." in body(response)
    payload = {member: value for member, value in command.payload.items() if member != "requestId"}  # by chance
    action = FORMS[name].action or {"call": "Reset", "apply-template": "ChangeConfiguration"}[name]
    assert (command.action, payload, command.actor) == (action, PAYLOADS[name], "olga")


def test_buttons_of_an_offline_station_are_off_and_say_why(operator: Client, offline: ChargingStation) -> None:
    html = body(operator.get(page(offline)))
    assert html.count('title="The station is not connected." aria-disabled="true"') == len(FORMS)
    assert address(offline, "reset") not in html


@pytest.mark.usefixtures("session", "night")
@pytest.mark.parametrize("name", FORMS)
def test_who_may_only_look_may_not_command(looker: Client, station: ChargingStation, name: str) -> None:
    assert looker.get(address(station, name)).status_code == 403
    assert looker.post(address(station, name), BODIES[name]).status_code == 403
    assert not Command.objects.exists()


def test_who_may_only_look_sees_no_buttons(looker: Client, station: ChargingStation, session: ChargingSession) -> None:
    for shown in (page(station), page(session)):
        assert f"/chargingstation/{station.pk}/command/" not in body(looker.get(shown))


def test_stranger_is_sent_to_the_login(client: Client, station: ChargingStation) -> None:
    assert client.post(address(station, "reset"), {"type": "Soft"})["Location"].startswith("/admin/login/")
    assert not Command.objects.exists()


def test_another_site_cannot_make_an_operator_command(station: ChargingStation) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("olga"))
    assert client.post(address(station, "reset"), {"type": "Soft"}).status_code == 403
    assert not Command.objects.exists()


@pytest.mark.parametrize(("name", "form"), [("reset", {"type": "Hard"}), ("unlock-connector", {"connector_id": "1"})])
def test_hard_reset_and_unlock_are_asked_twice(
    operator: Client, offline: ChargingStation, name: str, form: dict[str, str]
) -> None:
    response = operator.post(address(offline, name), form)
    assert "Are you sure?" in body(response)
    assert not Command.objects.exists()
    operator.post(address(offline, name), form | {"confirmed": "1"})
    assert Command.objects.count() == 1


@pytest.mark.usefixtures("night")
@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("start-transaction", {"id_tag": "a" * 21}),
        ("start-transaction", {"id_tag": "RFID_1", "connector_id": "9"}),
        ("stop-transaction", {"session": "5"}),
        ("change-availability", {"connector_id": "1", "type": "Sideways"}),
        ("reset", {}),
        ("reserve-now", {"id_tag": "RFID_1", "connector_id": "1", "expiry_date": "2026-01-01T12:00"}),
        ("reserve-now", {"id_tag": "RFID_1", "connector_id": "9", "expiry_date": "2099-01-01T12:00"}),
        ("cancel-reservation", {"reservation_id": "8"}),
        ("get-configuration", {"key": "k" * 51}),
        ("change-configuration", {"key": "", "value": "60"}),
        ("start-transaction", {"id_tag": "RFID_1", "stored": "5"}),
        ("limit", {"limit": "16.55", "unit": "A", "connector_id": "0"}),
        ("limit", {"limit": "16", "unit": "kW", "connector_id": "0"}),
        ("set-charging-profile", {"profile": "6", "connector_id": "0"}),
        ("clear-charging-profile", {"id": "x"}),
        ("get-composite-schedule", {"connector_id": "1", "minutes": "0"}),
    ],
)
def test_wrong_form_is_shown_again_and_nothing_is_given(
    operator: Client, station: ChargingStation, name: str, form: dict[str, str]
) -> None:
    response = operator.post(address(station, name), form)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert not Command.objects.exists()


def test_full_queue_and_unaccepted_station_are_told_in_the_form(
    operator: Client, station: ChargingStation, settings: Any
) -> None:
    settings.COMMAND_QUEUE_DEPTH = 0
    assert "0 commands wait for CP_1 already" in body(operator.post(address(station, "reset"), {"type": "Soft"}))
    ChargingStation.objects.update(registration="Pending")
    form = BODIES["start-transaction"]
    assert "CP_1 is Pending" in body(operator.post(address(station, "start-transaction"), form))
    assert not Command.objects.exists()


def test_unknown_command_and_unknown_station_are_not_found(operator: Client, station: ChargingStation) -> None:
    assert operator.get(address(station, "self-destruct")).status_code == 404
    assert operator.get("/admin/stations/chargingstation/999/command/reset/").status_code == 404


def test_session_page_stops_its_session(operator: Client, offline: ChargingStation, session: ChargingSession) -> None:
    html = body(operator.get(page(session)))
    assert f'action="{address(offline, "stop-transaction")}"' in html
    assert f'name="session" value="{session.pk}"' in html


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ({"state": "answered", "status": "Rejected", "answer": {"status": "Rejected"}}, ["Rejected", "after 340 ms"]),
        (
            {"state": "call_error", "error_code": "InternalError", "error_description": "fuse"},
            ["CALLERROR", "InternalError", "fuse", "after 340 ms"],
        ),
        ({"state": "timeout"}, ["did not answer in time"]),
        ({"state": "unknown", "reason": "the link was lost"}, ["may or may not have been carried out"]),
        ({"state": "queued"}, ["waits for its turn", 'hx-trigger="every 1s']),
    ],
)
def test_page_of_a_command_tells_what_came_of_it(
    operator: Client, station: ChargingStation, row: dict[str, Any], shown: list[str]
) -> None:
    sent = timezone.now()
    command = Command.objects.create(
        station=station,
        action="Reset",
        actor="olga",
        sent_at=sent,
        finished_at=sent + timedelta(milliseconds=340),
        **row,
    )
    html = body(operator.get(page(command)))
    for words in shown:
        assert words in html


def test_configuration_is_a_table_whose_keys_lead_to_the_form_that_changes_them(
    operator: Client, station: ChargingStation
) -> None:
    told = [{"key": "Rate", "readonly": False, "value": "60"}, {"key": "Made", "readonly": True, "value": "2024"}]
    answer = {"configurationKey": told, "unknownKey": ["Foo"]}
    command = Command.objects.create(
        station=station, action="GetConfiguration", actor="olga", state="answered", answer=answer
    )
    html = body(operator.get(page(command)))
    change = f"{address(station, 'change-configuration')}?key=Rate&amp;value=60"
    assert change in html
    assert "key=Made" not in html
    assert "Unknown to the station: <code>Foo</code>" in html
    assert 'value="60"' in body(operator.get(change.replace("&amp;", "&")))


def test_operator_who_may_command_sees_the_answer_without_further_rights(station: ChargingStation) -> None:
    user = User.objects.create_user("carla", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="change_chargingstation"))
    client = Client()
    client.force_login(user)
    ChargingStation.objects.update(lease_until=None)
    response = client.post(address(station, "reset"), {"type": "Soft"}, follow=True)
    assert response.status_code == 200
    assert "nothing was sent" in body(response)


def test_a_certificate_keeps_its_line_ends(operator: Client, station: ChargingStation) -> None:
    """A browser makes CR LF of them."""
    filled = {"certificate_type": "ManufacturerRootCertificate", "certificate": "-----BEGIN\r\nAA==\r\n-----END\r\n"}
    operator.post(reverse("admin:stations_chargingstation_command", args=[station.pk, "install-certificate"]), filled)
    assert Command.objects.get().payload["certificate"] == "-----BEGIN\nAA==\n-----END\n"


@pytest.mark.parametrize(
    ("name", "table"), [("set-charging-profile", "chargingprofile"), ("apply-template", "configurationtemplate")]
)
def test_where_there_is_nothing_to_choose_a_button_leads_to_where_it_is_made(
    operator: Client, station: ChargingStation, name: str, table: str
) -> None:
    add = reverse(f"admin:stations_{table}_add")
    address = reverse("admin:stations_chargingstation_command", args=[station.pk, name])
    assert f'href="{add}"' in operator.get(address).content.decode()
    user = User.objects.create_user("otto", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="change_chargingstation"))
    operator.force_login(user)
    html = operator.get(address).content.decode()
    assert f'href="{add}"' not in html
    assert "No c" in html
