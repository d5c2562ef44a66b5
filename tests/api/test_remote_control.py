"""Remote control at its HTTP side; tests/main_job has a station at the other end."""

from typing import Any

import pytest
from rest_framework.exceptions import APIException

from stations.api.outcome import ENDS, outcome, refused
from stations.errors import InvalidPayload, NotAllowed, QueueFull
from stations.models import Command
from tests.api import rows
from tests.api.conftest import Api, attrs, problem
from tests.stations.profiles import profile

ROOT = "CentralSystemRootCertificate"
HASH = {"hashAlgorithm": "SHA256", "issuerNameHash": "aa", "issuerKeyHash": "bb", "serialNumber": "A1"}
BODIES: dict[str, tuple[dict[str, Any], str, dict[str, Any]]] = {
    "start-transaction": ({"connectorId": 1, "idTag": "T"}, "RemoteStartTransaction", {"connectorId": 1, "idTag": "T"}),
    "stop-transaction": ({"transactionId": 77}, "RemoteStopTransaction", {"transactionId": 77}),
    "change-availability": (
        {"connectorId": 0, "type": "Inoperative"}, "ChangeAvailability", {"connectorId": 0, "type": "Inoperative"},
    ),
    "reset": ({"type": "Hard"}, "Reset", {"type": "Hard"}),
    "unlock-connector": ({"connectorId": 2}, "UnlockConnector", {"connectorId": 2}),
    "get-configuration": ({"key": "A"}, "GetConfiguration", {"key": ["A"]}),
    "update-firmware": (
        {"location": "ftp://files.test/fw.bin", "retrieveDate": "2026-11-24T22:00:00+01:00", "retries": 3},
        "UpdateFirmware",
        {"location": "ftp://files.test/fw.bin", "retries": 3, "retrieveDate": "2026-11-24T21:00:00Z"},
    ),
    "signed-update-firmware": (
        {"requestId": 7, "firmware": {
            "location": "https://files.test/fw.bin", "retrieveDateTime": "2026-11-24T22:00:00Z",
            "signingCertificate": "-----BEGIN CERTIFICATE-----", "signature": "c2ln",
        }},
        "SignedUpdateFirmware",
        {"requestId": 7, "firmware": {
            "location": "https://files.test/fw.bin", "retrieveDateTime": "2026-11-24T22:00:00Z",
            "signingCertificate": "-----BEGIN CERTIFICATE-----", "signature": "c2ln",
        }},
    ),
    "get-diagnostics": (
        {"location": "https://files.test/in/", "startTime": "2026-11-24T22:00:00Z", "retryInterval": 60},
        "GetDiagnostics",
        {"location": "https://files.test/in/", "retryInterval": 60, "startTime": "2026-11-24T22:00:00Z"},
    ),
    "get-log": (
        {"logType": "SecurityLog", "requestId": 8, "log": {"remoteLocation": "sftp://files.test/in"}},
        "GetLog",
        {"logType": "SecurityLog", "requestId": 8, "log": {"remoteLocation": "sftp://files.test/in"}},
    ),
    "extended-trigger-message": (
        {"requestedMessage": "LogStatusNotification"}, "ExtendedTriggerMessage",
        {"requestedMessage": "LogStatusNotification"},
    ),
    "change-configuration": ({"key": "A", "value": " 1 "}, "ChangeConfiguration", {"key": "A", "value": " 1 "}),
    "certificate-signed": ({"certificateChain": "PEM"}, "CertificateSigned", {"certificateChain": "PEM"}),
    "install-certificate": (
        {"certificateType": ROOT, "certificate": "PEM"}, "InstallCertificate",
        {"certificateType": ROOT, "certificate": "PEM"},
    ),
    "delete-certificate": ({"certificateHashData": HASH}, "DeleteCertificate", {"certificateHashData": HASH}),
    "get-installed-certificate-ids": (
        {"certificateType": ROOT}, "GetInstalledCertificateIds", {"certificateType": ROOT},
    ),
    "set-charging-profile": (
        {"connectorId": 0, "csChargingProfiles": profile()}, "SetChargingProfile",
        {"connectorId": 0, "csChargingProfiles": profile()},
    ),
    "clear-charging-profile": (
        {"connectorId": 0, "chargingProfilePurpose": "TxProfile", "stackLevel": 3}, "ClearChargingProfile",
        {"connectorId": 0, "chargingProfilePurpose": "TxProfile", "stackLevel": 3},
    ),
    "get-composite-schedule": (
        {"connectorId": 1, "duration": 3600, "chargingRateUnit": "W"}, "GetCompositeSchedule",
        {"connectorId": 1, "duration": 3600, "chargingRateUnit": "W"},
    ),
    "reserve-now": (
        {"connectorId": 0, "idTag": "T", "parentIdTag": "P", "expiryDate": "2099-01-01T12:00:00+02:00"}, "ReserveNow",
        {"connectorId": 0, "idTag": "T", "parentIdTag": "P", "expiryDate": "2099-01-01T10:00:00Z", "reservationId": 1},
    ),
    "cancel-reservation": ({"reservationId": 7}, "CancelReservation", {"reservationId": 7}),
}  # fmt: skip


@pytest.mark.parametrize("body", [{}, {"template": "Nothing"}, {"template": 5}, {"template": "Meters", "key": "A"}])
def test_a_template_is_named(api: Api, body: dict[str, Any]) -> None:
    rows.station("CP_1", online=True)
    rows.configuration_template()
    problem(api.send("POST", "/api/admin/CP_1/apply-template", body), 400, "invalid")
    assert not Command.objects.exists()


def test_a_template_for_another_kind_of_station_is_refused(api: Api) -> None:
    rows.station("CP_1", online=True, vendor="Acme", model="One")
    rows.configuration_template(vendor="Other")
    answer = problem(api.send("POST", "/api/admin/CP_1/apply-template", {"template": "Meters"}), 409, "conflict")
    assert "CP_1 is Acme One" in answer["detail"]
    assert not Command.objects.exists()


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("route", BODIES)
def test_command_to_a_station_that_is_not_connected_is_409_at_once(api: Api, route: str, slash: str) -> None:
    rows.station("CP_1")
    body, action, payload = BODIES[route]
    answer = problem(api.send("POST", f"/api/admin/cp_1/{route}{slash}", body), 409, "station_offline")
    kept = Command.objects.get(pk=answer["commandId"])
    assert (kept.action, kept.payload, kept.actor) == (action, payload, "anonymous@127.0.0.1")


@pytest.mark.parametrize("route", BODIES)
def test_command_is_a_post_to_a_known_station(api: Api, route: str) -> None:
    problem(api.send("POST", f"/api/admin/NOPE/{route}", BODIES[route][0]), 404, "not_found")
    rows.station("CP_1")
    problem(api.get(f"/api/admin/CP_1/{route}"), 405, "method_not_allowed")


@pytest.mark.parametrize(
    ("route", "body", "names"),
    [
        ("start-transaction", {}, {"idTag"}),
        ("start-transaction", {"idTag": "x" * 21, "connectorId": 0}, {"idTag", "connectorId"}),
        ("start-transaction", {"idTag": "T", "connector": 1}, {"connector"}),
        ("stop-transaction", {"transactionId": "abc"}, {"transactionId"}),
        ("change-availability", {"connectorId": -1, "type": "Off"}, {"connectorId", "type"}),
        ("reset", {"type": "soft"}, {"type"}),
        ("reset", [], {None}),
        ("unlock-connector", {}, {"connectorId"}),
        ("get-configuration", {"key": ["A", "x" * 51]}, {"key.1"}),
        ("change-configuration", {"key": "A"}, {"value"}),
        ("change-configuration", {"key": "A", "value": "x" * 501}, {"value"}),
        ("change-configuration", {"key": "AuthorizationKey", "value": "short"}, {"value"}),
        ("change-configuration", {"key": "SecurityProfile", "value": "4"}, {"value"}),
        ("certificate-signed", {"certificateChain": "x" * 10_001}, {"certificateChain"}),
        ("install-certificate", {"certificateType": "Root", "certificate": ""}, {"certificateType", "certificate"}),
        ("delete-certificate", {}, {"certificateHashData"}),
        ("get-installed-certificate-ids", {}, {"certificateType"}),
        ("start-transaction", {"idTag": "T", "chargingProfile": profile()}, {"chargingProfile.chargingProfilePurpose"}),
        ("start-transaction", {"idTag": "T", "storedProfile": 5}, {"storedProfile"}),
        ("set-charging-profile", {"connectorId": 0}, {"csChargingProfiles"}),
        ("set-charging-profile", {"connectorId": 0, "csChargingProfiles": []}, {"csChargingProfiles"}),
        ("set-charging-profile", {"connectorId": 0, "storedProfile": 5}, {"storedProfile"}),
        (
            "set-charging-profile",
            {"connectorId": -1, "csChargingProfiles": profile(), "storedProfile": "x"},
            {"connectorId", "storedProfile"},
        ),
        (
            "set-charging-profile",
            {"connectorId": 1, "csChargingProfiles": profile(purpose="ChargePointMaxProfile")},
            {"connectorId"},
        ),
        ("clear-charging-profile", {"id": "x", "stackLevel": -1}, {"id", "stackLevel"}),
        ("get-composite-schedule", {"connectorId": 0, "duration": 0}, {"duration"}),
        ("limit", {}, {"limit", "chargingRateUnit"}),
        ("limit", {"limit": 16.05, "chargingRateUnit": "A"}, {"limit"}),
        ("limit", {"limit": -1, "chargingRateUnit": "kW", "minutes": 0}, {"limit", "chargingRateUnit", "minutes"}),
        ("limit?wait=0", {"limit": 16, "chargingRateUnit": "A"}, {"wait"}),
        ("reserve-now", {"connectorId": 1, "idTag": "T", "expiryDate": "2026-01-01T00:00:00Z"}, {"expiryDate"}),
        (
            "reserve-now",
            {"connectorId": -1, "idTag": "x" * 21, "expiryDate": "soon", "reservationId": 0},
            {"connectorId", "idTag", "expiryDate", "reservationId"},
        ),
        ("cancel-reservation", {}, {"reservationId"}),
        ("update-firmware", {"retrieveDate": "2026-11-24T22:00:00Z"}, {"location"}),
        ("update-firmware", {"location": "fw.bin", "retrieveDate": "soon"}, {"location", "retrieveDate"}),
        ("update-firmware", {"fileId": 99, "retrieveDate": "2026-11-24T22:00:00Z"}, {"fileId"}),
        ("signed-update-firmware", {"firmware": {"location": "http://x/y"}}, {"firmware.retrieveDateTime"}),
        (
            "signed-update-firmware",
            {"firmware": {"location": "http://x/y", "retrieveDateTime": "2026-11-24T22:00:00Z"}},
            {"firmware.signingCertificate", "firmware.signature"},
        ),
        ("get-diagnostics", {"location": "javascript:alert(1)"}, {"location"}),
        ("get-log", {"logType": "Everything", "log": {"remoteLocation": "x" * 513}}, {"logType", "log.remoteLocation"}),
        ("extended-trigger-message", {"requestedMessage": "DiagnosticsStatusNotification"}, {"requestedMessage"}),
        ("reset?wait=long", {"type": "Soft"}, {"wait"}),
        ("reset?wait=nan", {"type": "Soft"}, {"wait"}),
        ("reset?later=1", {"type": "Soft"}, {"later"}),
    ],
)
def test_bad_body_names_its_members(api: Api, route: str, body: Any, names: set[str]) -> None:
    rows.station("CP_1", online=True)
    assert attrs(api.send("POST", f"/api/admin/CP_1/{route}", body)) == names
    assert not Command.objects.exists()


@pytest.mark.parametrize("how", [{"path": "?wait=0"}, {"headers": {"prefer": "respond-async"}}])
def test_client_that_will_not_wait_gets_the_commands_address(api: Api, settings: Any, how: dict[str, Any]) -> None:
    settings.CALL_TIMEOUT = 3600
    rows.station("CP_1", online=True)
    path = "/api/admin/CP_1/reset" + how.get("path", "")
    answer = api.send("POST", path, {"type": "Soft"}, headers=how.get("headers"))
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    assert answer["Location"] == f"/api/commands/{answer.json()['commandId']}"
    assert api.get(answer["Location"]).json()["payload"] == {"type": "Soft"}


def test_wait_that_ends_before_the_answer_gives_202(api: Api) -> None:
    rows.station("CP_1", online=True)
    assert api.send("POST", "/api/admin/CP_1/reset?wait=0.01", {"type": "Soft"}).status_code == 202


def test_staff_user_is_the_actor(staff: Any) -> None:
    rows.station("CP_1", online=True)
    staff.post("/api/admin/CP_1/reset?wait=0", {"type": "Soft"}, content_type="application/json")
    assert Command.objects.get().actor == "ann"


def test_stop_takes_either_number_and_sends_what_the_station_was_told(api: Api) -> None:
    cp, other = rows.station("CP_1", online=True), rows.station("CP_2")
    mine, foreign = rows.session(cp), rows.session(other)
    for number in (mine.pk, mine.transaction_id, foreign.pk):
        api.send("POST", "/api/admin/CP_1/stop-transaction?wait=0", {"transactionId": number})
    sent = [command.payload["transactionId"] for command in Command.objects.order_by("pk")]
    assert sent == [mine.transaction_id, mine.transaction_id, foreign.pk], (
        "what is not its own is the station's to judge"
    )


def test_full_queue_is_429_and_says_when_to_come_back(api: Api, settings: Any) -> None:
    settings.COMMAND_QUEUE_DEPTH = 1
    rows.station("CP_1", online=True)
    api.send("POST", "/api/admin/CP_1/reset?wait=0", {"type": "Soft"})
    answer = api.send("POST", "/api/admin/CP_1/reset?wait=0", {"type": "Soft"})
    problem(answer, 429, "station_busy")
    assert int(answer["Retry-After"]) > 0


def test_remote_start_of_a_pending_station_is_a_conflict(api: Api) -> None:
    rows.station("CP_1", online=True, registration="Pending")
    problem(api.send("POST", "/api/admin/CP_1/start-transaction", {"idTag": "T"}), 409, "conflict")


@pytest.mark.parametrize(
    ("status", "accepted"),
    [("Accepted", True), ("RebootRequired", True), ("Scheduled", True), ("Unlocked", True),
     ("AcceptedCanceled", True), ("Rejected", False), ("InvalidCertificate", False),
     ("NotSupported", False), ("UnlockFailed", False)],
)  # fmt: skip
def test_stations_own_answer_is_200_whatever_it_says(db: None, status: str, accepted: bool) -> None:
    answer = outcome(rows.command(rows.station(), status=status, answer={"status": status}))
    number = Command.objects.get().pk
    assert answer.status_code == 200
    assert answer.data == {"commandId": number, "status": status, "accepted": accepted, "latencyMs": 120}


def test_configuration_comes_with_the_answer(db: None) -> None:
    told = {"configurationKey": [{"key": "A", "readonly": True, "value": "1"}], "unknownKey": ["B"]}
    answer = outcome(rows.command(rows.station(), action="GetConfiguration", answer=told))
    assert (answer.data["status"], answer.data["accepted"]) == ("Accepted", True)
    assert {name: answer.data[name] for name in told} == told


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [("call_error", 502, "station_error"), ("invalid_response", 502, "invalid_response"),
     ("timeout", 504, "station_timeout"), ("unknown", 502, "outcome_unknown"),
     ("station_offline", 409, "station_offline"), ("cancelled", 409, "cancelled"), ("expired", 409, "expired")],
)  # fmt: skip
def test_command_that_ended_without_an_answer(db: None, state: str, status: int, code: str) -> None:
    command = rows.command(rows.station(), state, error_code="NotSupported", error_description="no", reason="why")
    with pytest.raises(APIException) as end:
        outcome(command)
    raised: Any = end.value
    assert (raised.status_code, raised.detail.code, raised.extra["commandId"]) == (status, code, command.pk)
    if state == "call_error":
        assert (raised.extra["ocppErrorCode"], raised.extra["ocppErrorDescription"]) == ("NotSupported", "no")


def test_every_state_has_its_answer() -> None:
    assert set(ENDS) | {"answered"} | set(Command.OPEN) == set(Command.State.values)


def test_payload_that_breaks_the_schema_is_400_per_member() -> None:
    raised: Any = refused(InvalidPayload([("idTag", "too long"), ("", "odd")]))
    assert raised.status_code == 400
    assert set(raised.detail) == {"idTag", "non_field_errors"}
    assert [getattr(refused(one), "status_code", 0) for one in (QueueFull(), NotAllowed())] == [429, 409]
